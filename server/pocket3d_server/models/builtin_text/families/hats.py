"""What is worn on a head and stands by itself: crowns and hats. Hats that people wear are in organic/."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import cm, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def crown(brief: Brief) -> Asset:
    """A jewelled crown with a velvet cap."""
    gold = asked(brief, "crown", "gold", None, main=True)
    r, h, points = 0.095, 0.085 * brief.grown("height"), brief.count("point", 8, 4, 16)
    t = np.linspace(0, 2 * np.pi, 24 * points, endpoint=False)
    wave = 0.5 + 0.5 * np.cos(points * t)
    top = h * (0.42 + 0.58 * wave**1.6)
    flare = 1 + 0.14 * (top / h)
    ring = lambda radius, y: np.column_stack([radius * np.sin(t), y, radius * np.cos(t)])  # noqa: E731
    rows = [
        ring(r, 0 * t),
        ring(r * (1 + (flare - 1) * 0.5), top * 0.5),
        ring(r * flare, top),
        ring(r * flare - 0.004, top),
        ring(r * (1 + (flare - 1) * 0.5) - 0.004, top * 0.5),
        ring(np.full_like(t, r - 0.004), 0 * t),
    ]
    wall = shapes.loft(np.stack(rows), closed=True, caps=False, crease=40)
    bands = [shapes.torus(r * k, 0.010, 72, 12).move(y=y) for k, y in ((1.0, 0.005), (1.012, 0.030))]
    balls: list[Solid] = []
    gems: list[Solid] = []
    tops: list[Solid] = []
    for k in range(points):
        a = 2 * np.pi * k / points
        balls.append(shapes.sphere(0.0075, 18).move(r * 1.14 * np.sin(a), h + 0.005, r * 1.14 * np.cos(a)))
        jewel = (
            shapes.sphere(0.0075, 18)
            .scale(1, 1.25, 0.6)
            .move(0, 0.0175, r * 1.008)
            .rotate(y=360 * (k + 0.5) / points)
        )
        (gems if k % 2 else tops).append(jewel)
    cap = shapes.revolve(
        curves.smooth_curve(
            [[r * 0.955, 0.012], [r * 1.0, 0.05], [r * 0.78, 0.085], [0.03, 0.080], [0, 0.075]], 24
        ),
        48,
    )
    ruby, sapphire = (
        asked(brief, "ruby", "glass", (0.75, 0.03, 0.10), "jewel", "gem", "ruby", alpha=1.0),
        finish("glass", (0.06, 0.20, 0.70), "sapphire", alpha=1.0),
    )
    return Asset(
        [
            part("crown", (join(wall, *bands, *balls), gold)),
            part("jewels", (join(*gems), ruby), (join(*tops), sapphire)),
            part("cap", (cap, asked(brief, "cap", "velvet", (0.42, 0.04, 0.12), "cap", "velvet", "lining"))),
        ]
    )


def hat(brief: Brief) -> Asset:
    """A wizard's hat, a cowboy hat, a straw sun hat, or else a top hat."""
    if brief.has("wizard", "witch", "mage") or brief.style == "fantasy":
        return wizard_hat(brief)
    if brief.has("cowboy", "western", "sheriff"):
        return cowboy_hat(brief)
    return straw_hat(brief) if brief.has("straw", "sun", "beach", "farmer") else top_hat(brief)


BRIMMED = "0 0.6, 9 0.4, 19 0, 19.4 0.4, 10 1, 9.2 2, 8.8 8, 7.5 11.8, 5 12.4, 0 11.8"
"""Half the section of a hat with a wide brim."""


def felt_and_band(
    brief: Brief, felt: RGB | None, band: RGB, kinds: tuple[str, str] = ("fabric", "fabric")
) -> tuple[Finish, Finish]:
    """What the hat and its band are made of."""
    return (
        asked(brief, "felt", kinds[0], felt, "hat", main=True),
        asked(brief, "band", kinds[1], band, "band", "ribbon"),
    )


def wizard_hat(brief: Brief) -> Asset:
    """A tall pointed hat whose tip droops, with a buckle and golden stars."""
    felt, band = felt_and_band(brief, (0.16, 0.14, 0.38), (0.75, 0.58, 0.18))
    rows = cm("0 1.2, 10 0.8, 20 0, 20.4 0.4, 10.5 1.6, 8.5 5, 5.5 17, 2.8 28, 0.4 37, 0 37.2")

    def droop(v: Points) -> Points:
        x, y, z = v.T
        wave = 0.012 * np.sin(3 * np.arctan2(x, z)) * (np.hypot(x, z) > 0.13)
        side = 0.9 * np.clip(y - 0.16, 0, 1) ** 2 * 2.2
        return np.column_stack([x + side, y - 0.5 * np.clip(y - 0.26, 0, 1) ** 1.6 + wave, z])

    body = turned(rows, bevel=0.012, segments=56).deform(droop)
    ring = shapes.torus(0.092, 0.022, 48, 10).scale(1, 1.2, 1).move(y=0.034)
    buckle = shapes.extrude(
        curves.rectangle(0.05, 0.044, 0.008), 0.008, 0.002, holes=[curves.rectangle(0.032, 0.026, 0.004)]
    )
    stars = []
    for k in range(9):
        y = 0.07 + 0.023 * k
        radius = float(np.interp(y, [0.05, 0.17, 0.28], [0.085, 0.055, 0.028]))
        star = shapes.extrude(curves.star(5, 0.013 - 0.0006 * k, 0.0055), 0.003).rotate(x=-14)
        turn = star.move(0, y, radius + 0.001).rotate(y=float(np.degrees(2.4 * k)))
        stars.append(turn.move(x=0.9 * max(y - 0.16, 0) ** 2 * 2.2))
    return Asset([
        part("hat", (body, felt)), part("band", (ring, band)),
        part("buckle", (buckle.move(0, 0.034, 0.104), finish("gold"))), part("stars", (join(*stars), finish("gold", name="stars"))),
    ])  # fmt: skip


def cowboy_hat(brief: Brief) -> Asset:
    """A hat with a creased crown and a brim that curls up at its sides."""
    felt, band = felt_and_band(brief, (0.42, 0.27, 0.15), (0.20, 0.11, 0.06), ("fabric", "leather"))

    def curled(v: Points) -> Points:
        r = np.hypot(v[:, 0], v[:, 2])
        curl = np.clip((r - 0.10) / 0.1, 0, 1) ** 1.5
        v[:, 1] += curl * (0.052 * (v[:, 0] / np.maximum(r, 1e-6)) ** 2 - 0.012)
        v[:, 0] *= 1 - 0.10 * curl
        v[:, 1] -= 0.030 * np.exp(-((v[:, 0] / 0.022) ** 2)) * (v[:, 1] > 0.09)
        v[:, 2] *= 1.12
        return v

    body = turned(cm(BRIMMED), bevel=0.010, segments=64).deform(curled)
    ring = shapes.torus(0.091, 0.014, 56, 10).scale(1, 1.5, 1.12).move(y=0.026)
    return Asset([part("hat", (body, felt)), part("band", (ring, band))])


def straw_hat(brief: Brief) -> Asset:
    """A sun hat whose wide brim hangs a little."""
    felt, band = felt_and_band(brief, None, (0.55, 0.08, 0.10), ("straw", "fabric"))

    def hanging(v: Points) -> Points:
        v[:, 1] -= 0.02 * np.clip((np.hypot(v[:, 0], v[:, 2]) - 0.10) / 0.1, 0, 1) ** 2
        return v

    body = turned(cm(BRIMMED), bevel=0.010, segments=64).deform(hanging)
    ring = shapes.torus(0.091, 0.014, 56, 10).scale(1, 1.5, 1).move(y=0.026)
    return Asset([part("hat", (body, felt)), part("band", (ring, band))])


def top_hat(brief: Brief) -> Asset:
    """A top hat with its ribbon, the brim curled at its sides."""
    felt, band = felt_and_band(brief, (0.06, 0.06, 0.07), (0.55, 0.08, 0.10))
    rows = cm("0 0.6, 9 0.4, 15.5 0, 15.8 0.5, 9.5 1.2, 8.8 2, 8.6 10, 9.7 16.5, 9.5 17, 0 17")

    def curled(v: Points) -> Points:
        v[:, 1] += 0.028 * (v[:, 0] / 0.155) ** 2 * (np.hypot(v[:, 0], v[:, 2]) > 0.1)
        return v

    body = turned(rows * [1, brief.grown("height")], bevel=0.006, segments=64).deform(curled)
    ribbon = shapes.revolve(cm("8.6 1.4, 9.05 1.4, 8.85 5, 8.6 5"), 64, closed=True)
    return Asset([part("hat", (body, felt)), part("band", (ribbon, band))])


FAMILIES = (
    Family("crown", ("crown", "king's crown", "tiara", "royal crown", "golden crown"), crown),
    Family("hat", ("hat", "wizard hat", "top hat", "cowboy hat", "straw hat", "witch hat", "sun hat"), grounded(hat, centre=True)),
)  # fmt: skip
