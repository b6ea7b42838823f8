"""A head on a shaft: axes, spears, tridents and halberds."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.arms import LEATHERS, blade_of, shaft
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def axe(brief: Brief) -> Asset:
    """A woodcutter's axe, or a battle axe with one or two bits, its blade to the right."""
    battle = brief.has("battle", "war", "viking", "double", "dwarf") or brief.style in ("medieval", "fantasy")
    long = (0.85 if battle else 0.70) * brief.grown("length", "height", "handle")
    body, wood = shaft(brief, long, 0.018)
    steel = asked(brief, "head", "steel", None, "head", "blade", main=True)
    top = long - 0.06

    def bit(reach: float, spread: float) -> Solid:
        """One wing of the head: thick at the eye, thin at the curved edge."""
        t = np.linspace(0, 1, 10)
        rings = []
        for k in t:
            x = 0.012 + reach * k
            half = 0.032 + (spread - 0.032) * k**1.8
            beard = half * (1 + 0.35 * k)
            thick = 0.016 * (1 - k) ** 0.8 + 0.0006
            bow = 0.25 * reach * k**2
            y = np.linspace(-beard, half, 9)
            bulge = bow * (1 - ((y - (half - beard) / 2) / ((half + beard) / 2)) ** 2)
            front = np.column_stack([x + bulge, top + y, np.full(9, thick)])
            rings.append(np.concatenate([front, front[::-1] * [1, 1, -1]]))
        return shapes.loft(np.stack(rings), crease=30)

    wings = [bit(0.13, 0.13 if battle else 0.062)]
    if brief.has("double", "two", "twin") or (battle and brief.rng().random() < 0.5):
        wings.append(wings[0].mirror("x"))
    else:
        wings.append(shapes.rounded_box(0.055, 0.058, 0.030, 0.008, 2).move(-0.030, top, 0))
    eye = shapes.superellipsoid(0.062, 0.085, 0.048, 3, 4, 28).move(y=top)
    parts = [part("handle", (body, wood)), part("head", (join(eye, *wings), steel))]
    if battle:
        wrap = [
            shapes.torus(0.0185, 0.007, 24, 8).scale(0.85, 1, 1).move(y=0.09 + 0.0065 * k) for k in range(22)
        ]
        parts.append(part("grip", (join(*wrap), asked(brief, "grip", "leather", LEATHERS[0], "grip"))))
        parts.append(part("spike", (shapes.cone(0.014, 0.09, segments=16).move(y=long - 0.01), steel)))
    return Asset(parts)


def spear(brief: Brief) -> Asset:
    """A spear with a leaf-shaped head; a trident when asked."""
    long = 1.9 * brief.grown("length", "height")
    body = shapes.revolve(np.array([[0.012, 0], [0.0155, 0.05], [0.0155, long], [0.012, long + 0.02]]), 20)
    steel = asked(brief, "head", "steel", None, "head", "tip", "blade", main=True)
    heads = []
    if brief.has("trident", "fork"):
        for x in (-0.085, 0.0, 0.085):
            path = (
                curves.smooth_curve(
                    [[0, long, 0], [x * 0.9, long + 0.05, 0], [x, long + 0.14, 0], [x, long + 0.28, 0]], 16
                )
                if x
                else np.array([[0, long, 0], [0, long + 0.15, 0], [0, long + 0.30, 0]])
            )
            heads += [
                shapes.sweep(path, 0.009, 12),
                blade_of(0.10, 0.020, 0.012, 0.8, 0.1).move(x, float(path[-1, 1]) - 0.01, 0),
            ]
    else:
        heads.append(blade_of(0.30, 0.040, 0.014, 0.75, 0.1).move(y=long))
    socket = shapes.revolve(np.array([[0.021, -0.12], [0.018, -0.02], [0.011, 0.03], [0, 0.03]]), 24).move(
        y=long
    )
    cord = [shapes.torus(0.018, 0.006, 20, 8).move(y=long - 0.13 - 0.006 * k) for k in range(8)]
    return Asset(
        [
            part("shaft", (body, asked(brief, "shaft", "wood", (0.46, 0.30, 0.17), "shaft", "handle"))),
            part("head", (join(socket, *heads), steel)),
            part("binding", (join(*cord), finish("leather", (0.5, 0.12, 0.1), "binding"))),
        ]
    )


FAMILIES = (
    Family("axe", ("axe", "battle axe", "battleaxe", "broadaxe", "hatchet", "tomahawk", "war axe", "wood axe", "viking axe"), grounded(axe, centre=True)),
    Family("spear", ("spear", "trident", "lance", "javelin", "halberd", "pike"), spear),
)  # fmt: skip
