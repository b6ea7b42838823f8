"""Straight walls laid piece by piece: bricks in running bond, rough stones in courses, boards, and what covers them."""

from __future__ import annotations

import itertools

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.joinery import board
from pocket3d_server.models.builtin_text.making import copies
from pocket3d_server.models.builtin_text.masonry import lumpy

JOINT = 0.010
"""Mortar between bricks, in metres."""
TINTS = 3
"""Lots of equal odds that the pieces of a wall are dealt into."""


def brickwork(size: Points, rng: np.random.Generator) -> list[Solid]:
    """A wall of ``size`` (x, y, z) on y = 0 in running bond, its bricks dealt into `TINTS` lots.

    Each brick goes through the whole wall; every second course begins with half a brick.
    """
    rows = max(round(size[1] / 0.075), 1)
    count = max(round(size[0] / 0.225), 1)
    long, high = size[0] / count, size[1] / rows
    lots: list[list[Points]] = [[] for _ in range(2 * TINTS)]
    whole, half = (shapes.box(x - JOINT, high - JOINT, size[2], 0.005, 1) for x in (long, long / 2))
    for row in range(rows):
        y = (row + 0.5) * high
        x = (np.arange(count - row % 2) + 0.5 * (1 + row % 2)) * long - size[0] / 2
        out = rng.uniform(-0.003, 0.003, len(x))
        for lot, place in zip(rng.integers(TINTS, size=len(x)), np.column_stack([x, 0 * x + y, out])):
            lots[lot].append(place)
        if row % 2:
            ends = (size[0] / 2 - long / 4) * np.array([-1, 1])
            lots[TINTS + int(rng.integers(TINTS))] += [np.array([end, y, 0.0]) for end in ends]
    dealt = [((whole, lots[k]), (half, lots[TINTS + k])) for k in range(TINTS)]
    laid = [[copies(brick, places) for brick, places in lot if places] for lot in dealt]
    return [join(*lot) for lot in laid if lot]


def stonework(size: Points, rng: np.random.Generator, course: float = 0.20) -> list[Solid]:
    """A wall of ``size`` (x, y, z) on y = 0 of rough stones in courses around ``course`` metres high, dealt into
    `TINTS` lots."""
    lots: list[list[Solid]] = [[] for _ in range(TINTS)]
    courses = np.cumsum(rng.uniform(0.7, 1.3, max(round(size[1] / course), 1)))
    levels = np.concatenate([[0.0], courses / courses[-1]]) * size[1]
    for low, high in itertools.pairwise(levels):
        widths = np.cumsum(rng.uniform(0.6, 1.5, max(round(size[0] / (1.8 * course)), 1)))
        edges = np.concatenate([[0.0], widths / widths[-1]]) * size[0] - size[0] / 2
        for a, b in itertools.pairwise(edges):
            deep = size[2] * float(rng.uniform(0.94, 1.06))
            block = shapes.rounded_box(b - a - 0.008, high - low - 0.008, deep, 0.032, 2, cuts=2)
            block = lumpy(block, rng, 0.02, 9.0).sharp(50)
            lots[int(rng.integers(TINTS))].append(block.move((a + b) / 2, (low + high) / 2, 0))
    return [join(*lot) for lot in lots if lot]


def battlement(size: Points, rng: np.random.Generator, course: float) -> list[Solid]:
    """Merlons of rough stones along the top of a wall of ``size`` (x, y, z), as wide as the gaps between them."""
    count = max(round(size[0] / 1.3), 1)
    pitch = size[0] / (count - 0.5)
    lots: list[list[Solid]] = [[] for _ in range(TINTS)]
    for k in range(count):
        merlon = stonework(np.array([pitch / 2, 0.85, size[2]]), rng, course)
        for lot, stones in zip(lots, merlon):
            lot.append(stones.move((k - (count - 1) / 2) * pitch, size[1], 0))
    return [join(*lot) for lot in lots if lot]


def boarding(size: Points, rng: np.random.Generator) -> list[Solid]:
    """A wall of ``size`` (x, y, z) on y = 0 of upright boards on two rails, dealt into `TINTS` lots."""
    count = max(round(size[0] / 0.17), 1)
    wide = size[0] / count
    lots = [
        [board(size[0], 0.12, size[2] - 0.03).move(0, y * size[1], -0.015) for y in (0.15, 0.85)],
        *([] for _ in range(TINTS - 1)),
    ]
    for k, lot in enumerate(rng.integers(TINTS, size=count)):
        plank = board(wide - 0.005, size[1] + float(rng.uniform(-0.02, 0.02)), 0.028)
        lots[lot].append(plank.move((k - (count - 1) / 2) * wide, size[1] / 2, size[2] / 2 - 0.014))
    return [join(*lot) for lot in lots if lot]


def coping(long: float, thick: float, count: int) -> Solid:
    """``count`` saddle-backed stones along x on y = 0 that cover a wall and shed the rain."""
    half = thick / 2 + 0.045
    outline = np.array([[-half, 0], [half, 0], [half, 0.045], [0, 0.095], [-half, 0.045]])
    pitch = long / count
    stone = shapes.extrude(curves.rounded(outline, 0.008, 2), pitch - 0.006, 0.004).rotate(y=90)
    return copies(stone, [[(k - (count - 1) / 2) * pitch, 0, 0] for k in range(count)])


def cope_stones(long: float, thick: float, rng: np.random.Generator) -> Solid:
    """Rough stones set on edge along x on y = 0, as a dry wall is finished."""
    count = max(round(long / 0.13), 1)
    pitch, made = long / count, []
    for k in range(count):
        high = float(rng.uniform(0.15, 0.22))
        stone = shapes.rounded_box(pitch * 1.04, high, thick * 0.94, 0.03, 2, cuts=2)
        stone = lumpy(stone, rng, 0.04, 9.0).rotate(z=float(rng.uniform(-9, 3)))
        made.append(stone.move((k - (count - 1) / 2) * pitch, high / 2 - 0.012, 0))
    return join(*made)
