"""Timber on walls: logs of a cabin, half-timbering of old houses, eaves boards."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.language.brief import Brief


def timbers(
    brief: Brief, wide: float, deep: float, high: float, rise: float, floors: int, storey: float, cabin: bool
) -> Solid:
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


def field_stone_chimney(brief: Brief, at: float, top: float) -> Solid:
    """A chimney of rough stones at the gable x = ``at`` of a house whose ridge is at ``top``."""
    rng = brief.rng(1)
    stack = shapes.rounded_box(0.8, top + 0.9, 1.0, 0.06, 2).move(at, (top + 0.9) / 2, -0.4)
    foot = shapes.rounded_box(0.95, 1.7, 1.7, 0.10, 2).move(at, 0.85, -0.4)
    lip = shapes.rounded_box(0.98, 0.16, 1.18, 0.05, 2).move(at, top + 0.85, -0.4)
    rocks = [
        shapes.superellipsoid(
            0.14, float(rng.uniform(0.2, 0.34)), float(rng.uniform(0.25, 0.42)), 2.6, 2.6, 12
        ).move(at + 0.42, float(y), float(w))
        for y in np.arange(0.3, top + 0.6, 0.42)
        for w in (-0.7, -0.25)
    ]
    return join(stack, foot, lip, *rocks)


def log_walls(brief: Brief, x: float, z: float, r: float, rows: int) -> list[Solid]:
    """Walls x by z of ``rows`` logs of radius ``r`` that cross at the corners, with gables of shorter ones."""
    step = 2 * r * 0.94
    high = rows * step
    made: list[Solid] = []
    lie = lambda length: shapes.cylinder(r, length, 0.015, brief.detail(14)).grained().move(y=-length / 2)  # noqa: E731
    for k in range(rows):
        y = 0.25 + r + step * k
        made += [lie(x + 0.7).rotate(z=90).move(0, y, s * z / 2) for s in (1, -1)]
        if k < rows - 1:
            made += [lie(z + 0.7).rotate(x=90).move(s * x / 2, y + step / 2, 0) for s in (1, -1)]
    rise = z * 0.42
    count = int(rise / step)
    for k in range(count):
        long = z * (1 - (k + 0.5) / count) + 0.1
        made += [
            lie(long).rotate(x=90).move(s * x / 2, 0.25 + high + step * (k + 0.5) - 0.05, 0) for s in (1, -1)
        ]
    return made


def battens(slope: Points, long: float) -> list[Solid]:
    """Upright battens every half metre round walls ``long`` along z, under a roof whose right half is ``slope``
    (N, 2) of (x, y) from the eave up to the ridge."""
    (x, eave), rise = slope[0], slope[::-1]
    made = [
        shapes.rounded_box(0.06, eave, 0.05, 0.01, 1).move(s * x, eave / 2, w)
        for s in (1, -1)
        for w in np.arange(-long / 2 + 0.4, long / 2, 0.5)
    ]
    for k in np.arange(-x + 0.4, x - 0.1, 0.5):
        top = float(np.interp(abs(k), rise[:, 0], rise[:, 1])) - 0.05
        made += [shapes.rounded_box(0.05, top, 0.06, 0.01, 1).move(k, top / 2, s * long / 2) for s in (1, -1)]
    return made


def porch_of(x: float, z: float, porch: float, low: float) -> list[Solid]:
    """Deck, posts, rails and steps of a porch before a house x by z, under eaves at ``low``."""
    deck = [
        shapes.rounded_box(x + 0.3, 0.07, 0.19, 0.01, 1).grained().move(0, 0.24, z / 2 + 0.15 + 0.2 * k)
        for k in range(8)
    ]
    posts = [
        shapes.cylinder(0.10, low - porch * 0.2 - 0.2, 0.01, 16).move(px, 0.25, z / 2 + porch - 0.05)
        for px in (-x / 2, -x * 0.18, x * 0.18, x / 2)
    ]
    rails = [
        shapes.cylinder(0.05, x * 0.32, 0.01, 12)
        .rotate(z=90)
        .move(s * x * 0.34 + x * 0.16, 0.85, z / 2 + porch - 0.05)
        for s in (1, -1)
    ]
    steps = [
        shapes.rounded_box(1.5, 0.13, 0.35, 0.02, 1)
        .grained()
        .move(0, 0.14 - 0.06 * k, z / 2 + porch + 0.2 + 0.3 * k)
        for k in range(2)
    ]
    return [*deck, *posts, *rails, *steps]
