"""Timber on walls: logs of a cabin, half-timbering of old houses, eaves boards."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.language.brief import Brief


def timbers(
    brief: Brief, wide: float, deep: float, high: float, rise: float, floors: int, storey: float, cabin: bool
) -> Solid | None:
    """Round logs for a cabin, dark half-timbering for old houses, a plain eaves board otherwise."""
    y0 = 0.2
    if brief.has("cabin", "log"):
        logs = []
        for y in np.arange(y0 + 0.14, y0 + high - 0.05, 0.27):
            for s in (1, -1):
                logs.append(
                    shapes.cylinder(0.145, wide + 0.55, 0.02, 14)
                    .rotate(z=-90)
                    .move(-(wide + 0.55) / 2, y, s * deep / 2)
                )
                logs.append(
                    shapes.cylinder(0.145, deep + 0.55, 0.02, 14)
                    .rotate(x=90)
                    .move(s * wide / 2, y + 0.13, -(deep + 0.55) / 2)
                )
        return join(*logs)
    if brief.style in ("medieval", "fantasy", "rustic", "classic") or brief.has(
        "timbered", "tudor", "cottage", "farmhouse"
    ):
        beams, t = [], 0.16
        for s in (1, -1):
            z = s * deep / 2
            beams += [
                shapes.rounded_box(wide + 0.06, t, 0.08, 0.015, 1).move(
                    0, y0 + storey * f * high / (storey * floors + 0.2) if f else y0 + 0.24, z
                )
                for f in range(floors)
            ]
            beams.append(shapes.rounded_box(wide + 0.06, t, 0.08, 0.015, 1).move(0, y0 + high - 0.08, z))
            beams += [
                shapes.rounded_box(t, high, 0.08, 0.015, 1).move(x, y0 + high / 2, z)
                for x in (-wide / 2 + 0.07, wide / 2 - 0.07)
            ]
            x = s * wide / 2
            beams += [
                shapes.rounded_box(0.08, t, deep, 0.015, 1).move(x, y0 + high - 0.08, 0),
                shapes.rounded_box(0.08, rise, t, 0.015, 1).move(x, y0 + high + rise / 2 - 0.1, 0),
            ]
            for side in (1, -1):
                foot, head = (
                    np.array([x, y0 + high, side * deep * 0.30]),
                    np.array([x, y0 + high + rise * 0.62, 0.0]),
                )
                beams.append(shapes.sweep([foot, head], 1.0, curves.rectangle(0.12, 0.08)))
        return join(*beams)
    boards = [
        shapes.rounded_box(wide + 0.5, 0.14, 0.05, 0.01, 1).move(0, y0 + high - 0.10, s * (deep / 2 + 0.02))
        for s in (1, -1)
    ]
    del cabin
    return join(*boards)
