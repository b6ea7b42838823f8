"""Fronts of houses: rows of windows, steps, chimneys."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import Brief


def chimneys(brief: Brief, count: int, wide: float, deep: float, ridge: float, rise: float) -> list[Part]:
    """Brick stacks with clay pots behind a ridge along x."""
    parts = []
    for k in range(count):
        x = wide * (0.27 - 0.54 * (k % 2))
        top = ridge + rise + 0.75
        z = -deep * 0.14
        base = ridge + rise * 0.4
        stack = [
            shapes.rounded_box(0.62, top - base, 0.62, 0.02, 1).move(x, (top + base) / 2, z),
            shapes.rounded_box(0.78, 0.14, 0.78, 0.03, 2).move(x, top, z),
        ]
        pots = [shapes.tube(0.11, 0.08, 0.34, 0.01, 20).move(x + dx, top + 0.05, z) for dx in (-0.15, 0.15)]
        parts.append(
            part(
                f"chimney_{k + 1}",
                (join(*stack), asked(brief, "chimney", "brick", None, "chimney")),
                (join(*pots), finish("clay")),
            )
        )
    return parts


def door_steps(x: float, wide: float, front: float) -> Solid:
    """Two steps before a door at ``x`` that is ``wide``."""
    steps = [
        shapes.rounded_box(wide + 0.7 - 0.0, 0.18, 0.42 * (2 - k), 0.02, 1).move(
            x, 0.09 + 0.18 * k, front + 0.12 + 0.21 * (2 - k)
        )
        for k in range(2)
    ]
    return join(*steps)


def mullions(shape: Points, w: float, high: float, base: float) -> list[Solid]:
    """Upright fins round a tower of the plan ``shape``, w wide, from ``base`` up."""
    edge = curves.resample(shape * (w + 0.12), max(int(w / 1.1) * 2, 16), closed=True)
    fins = [
        shapes.box(0.14, high, 0.22)
        .rotate(y=float(np.degrees(np.arctan2(x, -y))))
        .move(x, base + high / 2, -y)
        for x, y in edge
    ]
    return fins
