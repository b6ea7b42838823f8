"""Shields: round, kite and heater, with boss, rim and device."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def shield(brief: Brief) -> Asset:
    """A knight's heater shield or a round one, standing upright and bulging towards the front."""
    rng = brief.rng()
    around = brief.has("round", "viking", "buckler", "circular", "captain") or (
        not brief.has("knight", "heater", "kite") and rng.random() < 0.35
    )
    face = asked(
        brief,
        "field",
        "wood" if around else "paint",
        ((0.62, 0.10, 0.12), (0.12, 0.24, 0.52), (0.10, 0.34, 0.22))[int(rng.integers(3))],
        "field",
        "front",
        main=True,
    )
    rim_stuff = asked(brief, "rim", "steel", None, "rim", "edge", "boss", "frame")
    mark = asked(brief, "emblem", "gold", None, "emblem", "cross", "star", "symbol", "dragon", "lion")
    if around:
        outline, half = curves.circle(0.38, 72), 0.38
    else:
        right = np.concatenate(
            [
                [[0, -0.48]],
                curves.smooth_curve(
                    [[0, -0.48], [0.17, -0.30], [0.29, -0.02], [0.31, 0.20], [0.30, 0.36]], 24
                )[1:],
            ]
        )
        outline, half = curves.mirrored(np.concatenate([right, [[0, 0.40]]])), 0.31

    def bulge(v: Points) -> Points:
        r2 = (v[:, 0] ** 2 + (v[:, 1] ** 2 if around else 0)) / half**2
        v[:, 2] += 0.10 * (1 - np.clip(r2, 0, 1.2))
        return v

    def sheet(line: Points, thick: float, z: float) -> Solid:
        """An outline filled by rings towards its middle, so that it can be bent."""
        scales = np.array([1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1])
        flat = np.concatenate([line[None] * k for k in scales])
        del flat
        rings = [np.column_stack([line * k, np.full(len(line), z)]) for k in scales[::-1]]
        rings += [np.column_stack([line * k, np.full(len(line), z + thick)]) for k in scales]
        middle = [np.zeros_like(line) for _ in range(1)]
        first = np.column_stack([middle[0], np.full(len(line), z)])
        last = np.column_stack([middle[0], np.full(len(line), z + thick)])
        return shapes.loft(np.stack([first, *rings, last]), crease=45)

    board = sheet(outline, 0.018, 0.0).deform(bulge)
    rim = shapes.sweep(
        bulge(np.column_stack([curves.resample(outline, 96, closed=True), np.full(96, 0.009)])),
        0.017,
        12,
        closed=True,
    )
    parts = [part("board", (board, face)), part("rim", (rim, rim_stuff))]
    if around:
        boss = (
            shapes.revolve(
                curves.smooth_curve(
                    [[0.13, 0], [0.115, 0.012], [0.085, 0.02], [0.075, 0.05], [0, 0.085]], 20
                ),
                40,
            )
            .rotate(x=90)
            .move(z=0.105)
        )
        studs = [
            shapes.sphere(0.013, 14).move(*bulge(np.array([[0.33 * np.sin(a), 0.33 * np.cos(a), 0.02]]))[0])
            for a in 2 * np.pi * np.arange(12) / 12
        ]
        bars = []
        for a in (0.0, 90.0):
            line = np.column_stack([np.linspace(-0.36, 0.36, 25), np.zeros(25), np.full(25, 0.018)])
            bars.append(shapes.sweep(bulge(line), 0.006, curves.rectangle(2, 6, 0.5)).rotate(z=a))
        parts.append(part("boss", (join(boss, *studs, *bars), rim_stuff)))
    else:
        emblem = brief.has("star") and curves.star(5, 0.17, 0.07)
        if emblem is False:
            c = 0.035
            emblem = np.array(
                [
                    [-c, -0.30],
                    [c, -0.30],
                    [c, 0.08],
                    [0.19, 0.08],
                    [0.19, 0.16],
                    [c, 0.16],
                    [c, 0.32],
                    [-c, 0.32],
                    [-c, 0.16],
                    [-0.19, 0.16],
                    [-0.19, 0.08],
                    [-c, 0.08],
                ]
            )
        dense = curves.resample(np.asarray(emblem), 120, closed=True)
        parts.append(part("emblem", (shapes.extrude(dense, 0.020, 0.003).deform(bulge).move(z=0.012), mark)))
    straps = [
        shapes.sweep(
            curves.smooth_curve([[-0.10, y, 0.06], [-0.05, y, -0.03], [0.05, y, -0.03], [0.10, y, 0.06]], 14),
            0.006,
            curves.rectangle(1, 5, 0.3),
        )
        for y in (0.10, -0.08)
    ]
    parts.append(part("straps", (join(*straps), finish("leather"))))
    return Asset(parts)


FAMILIES = (
    Family("shield", ("shield", "buckler", "knight shield", "viking shield", "round shield"), grounded(shield, centre=True)),
)  # fmt: skip
