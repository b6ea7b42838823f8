"""Parts of stone bridges: arch stones, parapets, cutwaters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join


def voussoirs(centres: Points, radius: Sequence[float], spring: float, wide: float) -> Solid:
    """The wedge stones round arches on both faces of a bridge."""
    rings: list[Solid] = []
    for c, r in zip(centres, radius, strict=True):
        n = 17
        for k in range(n):
            a = np.pi * (k + 0.5) / n
            block = shapes.rounded_box(np.pi * r / n * 1.06, 0.42, 0.14, 0.025, 1).rotate(
                z=float(np.degrees(a)) - 90
            )
            at = [c + (r + 0.20) * np.cos(a), spring + (r + 0.20) * np.sin(a)]
            rings += [block.move(at[0], at[1], s * (wide / 2 + 0.02)) for s in (1, -1)]
    return join(*rings)


def parapets(x: Points, road: Points, wide: float) -> tuple[list[Solid], Solid]:
    """Walls along a road of heights ``road`` over ``x``, and their coping with end posts."""
    rails, coping, posts = [], [], []
    top = road + 0.85
    for s in (1, -1):
        line = np.concatenate([np.column_stack([x, road - 0.2]), np.column_stack([x, top])[::-1]])
        rails.append(shapes.extrude(curves.counter_clockwise(line), 0.28).move(z=s * (wide / 2 - 0.10)))
        coping.append(
            shapes.sweep(
                np.column_stack([x, top + 0.05, np.full(49, s * (wide / 2 - 0.10))]),
                1.0,
                curves.rectangle(0.42, 0.16, 0.03, 2),
            )
        )
        coping.append(
            shapes.sweep(
                np.column_stack([x, road - 0.06, np.full(49, s * (wide / 2 + 0.02))]),
                1.0,
                curves.rectangle(0.20, 0.16, 0.03, 2),
            )
        )
        posts += [
            shapes.rounded_box(0.5, 1.5, 0.5, 0.04, 2).move(
                e * (x[-1] - 0.15), road[0] + 0.55, s * (wide / 2 - 0.10)
            )
            for e in (1, -1)
        ]
        posts += [
            shapes.prism(4, 0.36, 0.28, top=0.06).move(
                e * (x[-1] - 0.15), road[0] + 1.30, s * (wide / 2 - 0.10)
            )
            for e in (1, -1)
        ]
    return rails, join(*coping, *posts)


def cutwaters(centres: Points, wide: float) -> list[Solid]:
    """Pointed piers between the arches."""
    cut = []
    for a, b in itertools.pairwise(centres):
        plan = np.array(
            [
                [-0.6, -wide / 2 - 0.1],
                [0, -wide / 2 - 0.9],
                [0.6, -wide / 2 - 0.1],
                [0.6, wide / 2 + 0.1],
                [0, wide / 2 + 0.9],
                [-0.6, wide / 2 + 0.1],
            ]
        )
        cut.append(shapes.extrude(plan, 1.9, 0.04).rotate(x=-90).move((a + b) / 2, 0.5, 0))
    return cut
