"""The gate of a castle, and how its parts are set."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.masonry import (
    Frame,
    crenellations,
    door,
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
