"""Swords and daggers, standing on their point."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.arms import LEATHERS, blade_of, grip_of
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def sword(brief: Brief) -> Asset:
    """A sword or dagger, point up; curved when a katana, sabre or scimitar."""
    rng = brief.rng()
    short = brief.has("dagger", "knife", "dirk", "stiletto")
    bent = brief.has("katana", "sabre", "saber", "scimitar", "cutlass")
    great = brief.has("great", "greatsword", "claymore", "longsword", "two")
    length = (0.26 if short else 1.05 if great else 0.80) * brief.grown("length", "height", "blade")
    half = (0.019 if short or bent else 0.027) * brief.grown("width", "girth", "blade")
    grip = 0.11 if short else 0.30 if great else 0.24 if bent else 0.16
    magic = brief.style in ("fantasy", "futuristic") or brief.has(
        "fire", "flaming", "ice", "glowing", "laser", "lightsaber"
    )
    steel = asked(
        brief,
        "blade",
        "steel",
        None,
        "blade",
        main=not any(c.noun for c in brief.colours) and not brief.noun_materials,
    )
    if brief.has("lightsaber", "laser") or (magic and brief.has("glowing", "flaming", "fire")):
        steel = glow(
            "blade",
            brief.colour((0.25, 0.65, 1.0) if not brief.has("fire", "flaming") else (1.0, 0.45, 0.08)),
            0.9,
        )
    gold = asked(brief, "hilt", "brass", None, "hilt", "guard", "pommel", "crossguard")
    leather = asked(brief, "grip", "leather", LEATHERS[int(rng.integers(4))], "grip", "handle")
    if brief.has("lightsaber"):
        body = shapes.revolve(
            curves.rounded(cm("1.8 0, 1.8 5, 1.5 6, 1.6 18, 2 20, 2 25, 0 25"), 0.003, 2, closed=False), 36
        )
        return Asset(
            [
                part("hilt", (body, finish("chrome"))),
                part("blade", (shapes.capsule(0.012, 0.95, 24).move(y=0.71), steel)),
            ]
        )
    base = 0.045 + grip
    if bent:
        outline = np.array(
            [[-half * 0.75, 0], [half, 0], [half, 0.86], [half * 0.2, 1.0], [-half * 0.4, 0.94]]
        ) * [1, length]
        edge = curves.resample(outline, 60, closed=True)
        blade = shapes.extrude(edge, 0.007, 0.0028, steps=1, crease=20)
        blade = blade.deform(
            lambda v: np.column_stack([v[:, 0] - 0.16 * length * (v[:, 1] / length) ** 2, v[:, 1], v[:, 2]])
        ).move(y=base)
    else:
        blade = blade_of(length, half, 0.009, 0.30 if short else 0.16, 0.35).move(y=base + 0.004)
    parts = [
        part("blade", (blade, steel)),
        part("grip", (grip_of(grip, 0.0165, int(grip * 110)).move(y=0.042), leather)),
    ]
    if brief.has("katana"):
        guard = shapes.extrude(curves.ellipse(0.040, 0.036, 40, 3), 0.007, 0.0025).rotate(x=90).move(y=base)
    elif bent:
        bow = curves.smooth_curve(
            [[0, base, 0], [-0.055, base - 0.03, 0], [-0.058, base - 0.11, 0], [-0.01, 0.03, 0]], 22
        )
        guard = join(
            shapes.sweep(bow, 0.0055, 12), shapes.superellipsoid(0.11, 0.02, 0.05, 3, 2.5, 24).move(y=base)
        )
    else:
        span = (0.055 if short else 0.11) * (1.2 if great else 1.0)
        lift = float(rng.uniform(-0.02, 0.035))
        t = np.linspace(-1, 1, 21)
        path = np.column_stack([span * t, base + lift * np.abs(t) ** 2.2, np.zeros(21)])
        bar = shapes.sweep(
            path, 0.0095 + 0.003 * np.abs(t) ** 3, curves.rectangle(2, 1.6, 0.5), round_ends=True
        )
        guard = join(
            bar,
            shapes.superellipsoid(0.062, 0.034, 0.030, 3, 2.5, 24).move(y=base - 0.002),
            *[shapes.sphere(0.0135, 16).move(s * span, base + lift, 0) for s in (1, -1)],
        )
    parts.append(part("guard", (guard, gold)))
    pommel = (
        shapes.sphere(0.024, 28).scale(1, 1, 0.62).move(y=0.024)
        if not bent
        else shapes.cylinder(0.019, 0.04, 0.006, 24)
    )
    collar = shapes.cylinder(0.015, 0.012, 0.003, 24).move(y=0.036)
    parts.append(part("pommel", (join(pommel, collar), gold)))
    gem: RGB = ((0.70, 0.05, 0.10), (0.08, 0.25, 0.70), (0.05, 0.50, 0.25))[int(rng.integers(3))]
    stones = [shapes.sphere(0.0095, 16).scale(1, 1, 0.6).move(0, 0.024, z) for z in (0.0135, -0.0135)]
    stones += (
        [shapes.sphere(0.008, 16).scale(1, 1.3, 0.6).move(0, base, z) for z in (0.0145, -0.0145)]
        if not bent
        else []
    )
    parts.append(
        part(
            "jewels", (join(*stones), asked(brief, "jewel", "glass", gem, "jewel", "gem", "ruby", alpha=1.0))
        )
    )
    return Asset(parts)


FAMILIES = (
    Family("sword", ("sword", "dagger", "katana", "longsword", "sabre", "scimitar", "cutlass", "greatsword", "broadsword", "lightsaber", "saber", "claymore", "rapier"), grounded(sword, centre=True)),
)  # fmt: skip
