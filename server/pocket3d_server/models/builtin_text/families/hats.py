"""What is worn on a head and stands by itself: crowns and hats. Hats that people wear are in organic/."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


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
    """A wizard's hat, a top hat, a cowboy hat or a straw sun hat."""
    wizard, cowboy = (
        brief.has("wizard", "witch", "mage") or brief.style == "fantasy",
        brief.has("cowboy", "western", "sheriff"),
    )
    straw = brief.has("straw", "sun", "beach", "farmer")
    felt = asked(
        brief,
        "felt",
        "straw" if straw else "fabric",
        None
        if straw
        else (0.16, 0.14, 0.38)
        if wizard
        else (0.42, 0.27, 0.15)
        if cowboy
        else (0.06, 0.06, 0.07),
        "hat",
        main=True,
    )
    band = asked(
        brief,
        "band",
        "leather" if cowboy else "fabric",
        (0.75, 0.58, 0.18) if wizard else (0.20, 0.11, 0.06) if cowboy else (0.55, 0.08, 0.10),
        "band",
        "ribbon",
    )
    if wizard:
        rows = [
            [0.0, 0.012],
            [0.10, 0.008],
            [0.20, 0.0],
            [0.204, 0.004],
            [0.105, 0.016],
            [0.085, 0.05],
            [0.055, 0.17],
            [0.028, 0.28],
            [0.004, 0.37],
            [0, 0.372],
        ]
        crease = shapes.revolve(curves.rounded(np.array(rows), 0.012, 3, closed=False), 56)
        body = crease.deform(
            lambda v: np.column_stack(
                [
                    v[:, 0] + 0.9 * np.clip(v[:, 1] - 0.16, 0, 1) ** 2 * 2.2,
                    v[:, 1]
                    - 0.5 * np.clip(v[:, 1] - 0.26, 0, 1) ** 1.6
                    + 0.012 * np.sin(3 * np.arctan2(v[:, 0], v[:, 2])) * (np.hypot(v[:, 0], v[:, 2]) > 0.13),
                    v[:, 2],
                ]
            )
        )
        ring = shapes.torus(0.092, 0.022, 48, 10).scale(1, 1.2, 1).move(y=0.034)
        buckle = shapes.extrude(
            curves.rectangle(0.05, 0.044, 0.008), 0.008, 0.002, holes=[curves.rectangle(0.032, 0.026, 0.004)]
        ).move(0, 0.034, 0.104)
        stars = []
        for k in range(9):
            y, a = 0.07 + 0.023 * k, 2.4 * k
            radius = float(np.interp(y, [0.05, 0.17, 0.28], [0.085, 0.055, 0.028]))
            stars.append(
                shapes.extrude(curves.star(5, 0.013 - 0.0006 * k, 0.0055), 0.003)
                .rotate(x=-14)
                .move(0, y, radius + 0.001)
                .rotate(y=np.degrees(a))
                .move(x=0.9 * max(y - 0.16, 0) ** 2 * 2.2)
            )
        return Asset(
            [
                part("hat", (body, felt)),
                part("band", (ring, band)),
                part("buckle", (buckle, finish("gold"))),
                part("stars", (join(*stars), finish("gold", name="stars"))),
            ]
        )
    if cowboy or straw:
        rows = [
            [0.0, 0.006],
            [0.09, 0.004],
            [0.19, 0.0],
            [0.194, 0.004],
            [0.10, 0.010],
            [0.092, 0.02],
            [0.088, 0.08],
            [0.075, 0.118],
            [0.05, 0.124],
            [0, 0.118],
        ]
        brim = shapes.revolve(curves.rounded(np.array(rows), 0.010, 4, closed=False), 64)

        def shape(v: np.ndarray) -> np.ndarray:
            r = np.hypot(v[:, 0], v[:, 2])
            if cowboy:
                curl = np.clip((r - 0.10) / 0.1, 0, 1) ** 1.5
                v[:, 1] += curl * (0.052 * (v[:, 0] / np.maximum(r, 1e-6)) ** 2 - 0.012)
                v[:, 0] *= 1 - 0.10 * curl
                v[:, 1] -= 0.030 * np.exp(-((v[:, 0] / 0.022) ** 2)) * (v[:, 1] > 0.09)
                v[:, 2] *= 1.12
            else:
                v[:, 1] -= 0.02 * np.clip((r - 0.10) / 0.1, 0, 1) ** 2
            return v

        return Asset(
            [
                part("hat", (brim.deform(shape), felt)),
                part(
                    "band",
                    (
                        shapes.torus(0.091, 0.014, 56, 10).scale(1, 1.5, 1.12 if cowboy else 1).move(y=0.026),
                        band,
                    ),
                ),
            ]
        )
    rows = [
        [0.0, 0.006],
        [0.09, 0.004],
        [0.155, 0.0],
        [0.158, 0.005],
        [0.095, 0.012],
        [0.088, 0.02],
        [0.086, 0.10],
        [0.097, 0.165],
        [0.095, 0.17],
        [0, 0.17],
    ]
    body = shapes.revolve(
        curves.rounded(np.array(rows) * [1, brief.grown("height")], 0.006, 3, closed=False), 64
    )
    body = body.deform(
        lambda v: np.column_stack(
            [v[:, 0], v[:, 1] + 0.028 * (v[:, 0] / 0.155) ** 2 * (np.hypot(v[:, 0], v[:, 2]) > 0.1), v[:, 2]]
        )
    )
    ribbon = shapes.revolve(
        np.array([[0.086, 0.014], [0.0905, 0.014], [0.0885, 0.05], [0.086, 0.05]]), 64, closed=True
    )
    return Asset([part("hat", (body, felt)), part("band", (ribbon, band))])


FAMILIES = (
    Family("crown", ("crown", "king's crown", "tiara", "royal crown", "golden crown"), crown),
    Family("hat", ("hat", "wizard hat", "top hat", "cowboy hat", "straw hat", "witch hat", "sun hat"), grounded(hat, centre=True)),
)  # fmt: skip
