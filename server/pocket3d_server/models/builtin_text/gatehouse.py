"""The gate of a castle, and how its parts are set."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, glow
from pocket3d_server.models.builtin_text.masonry import (
    Frame,
    crenellations,
    door,
    window,
)


def gatehouse(at: np.ndarray, wall_h: float, stone: Finish, wood: Finish, iron: Finish) -> list[Part]:
    high = wall_h + 1.6
    block = join(
        shapes.box(4.4, high, 2.2).move(y=high / 2),
        *[crenellations(4.6, 0.9, 0.32).move(0, high, s * 1.0) for s in (1, -1)],
        *[
            shapes.rounded_box(0.7, high + 0.3, 2.5, 0.05, 1).move(s * 2.1, (high + 0.3) / 2, 0)
            for s in (1, -1)
        ],
    ).move(at[0], 0, at[1])
    gate = door(
        "gate", Frame(np.array([at[0], 0.05, at[1] + 1.1]), 0), 2.3, 3.2, wood, stone, iron, arched=True
    )
    bridge = shapes.rounded_box(2.6, 0.18, 2.6, 0.04, 1).move(at[0], 0.09, at[1] + 2.4)
    return [part("gatehouse", (block, stone)), gate, part("drawbridge", (bridge, wood))]


def shifted(parts: list[Part], x: float, z: float) -> list[Part]:
    for p in parts:
        for primitive in p.primitives:
            primitive.vertices = np.asarray(primitive.vertices) + [x, 0, z]
    return parts


def keep_of(keep_h: float) -> Solid:
    """A square keep with corner piers and a parapet."""
    keep = join(
        shapes.box(5.0, keep_h, 5.0).move(y=keep_h / 2),
        *[crenellations(5.5, 1.0, 0.35).move(0, keep_h - 0.1, 2.55).rotate(y=90 * k) for k in range(4)],
        *[
            shapes.rounded_box(0.8, keep_h, 0.8, 0.05, 1).move(sx * 2.4, keep_h / 2, sz * 2.4)
            for sx in (1, -1)
            for sz in (1, -1)
        ],
        shapes.box(5.7, 0.3, 5.7).move(y=keep_h - 0.15),
    )
    return keep


def curtain(middle: Points, along: Points, wall_h: float) -> Solid:
    """A wall with parapets on both sides, ``along`` long about ``middle``."""
    length, turn = float(np.hypot(*along)), float(np.degrees(np.arctan2(-along[1], along[0])))
    wall = join(
        shapes.box(length, wall_h, 0.9).move(y=wall_h / 2),
        crenellations(length, 1.0, 0.35).move(0, wall_h, -0.27),
        crenellations(length, 1.0, 0.35).move(0, wall_h, 0.27),
    )
    return wall.rotate(y=turn).move(middle[0], 0, middle[1])


def keep_windows(keep_h: float, stone: Finish) -> list[Part]:
    """Four lit windows in the front of a keep."""
    parts = []
    glass = glow("keep_window", (0.95, 0.75, 0.35), 0.35)
    for k, (x, y) in enumerate(((-1.2, 0.45), (1.2, 0.45), (-1.2, 0.75), (1.2, 0.75))):
        parts.append(
            window(
                f"keep_window_{k + 1}",
                Frame(np.array([x, keep_h * y, 1.7]), 0),
                0.6,
                1.2,
                stone,
                glass,
                stone,
                arched=True,
            )
        )
    return parts
