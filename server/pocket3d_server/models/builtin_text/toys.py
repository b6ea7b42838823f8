"""What wooden toys are made of: wheels on axles, blocks, wagons with walls of board."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.joinery import board
from pocket3d_server.models.builtin_text.making import both, facing, turned


def toy_axle(x: float, radius: float, half: float, disc: Finish, hub: Finish) -> list[tuple[Solid, Finish]]:
    """Two turned wheels that stand on y = 0 at ``x``, their inner sides at z = ±``half``: discs and hubs."""
    rows = np.array([[0.98, 0], [1, 2], [1, 10], [0.92, 12], [0.80, 9], [0, 9]]) * [radius, 0.001]
    wheel = facing(turned(rows, segments=32)), facing(shapes.cylinder(radius * 0.26, 0.014, 0.002, 18))
    return [
        (solid.rotate(y=turn).move(x, radius, s * half), stuff)
        for s, turn in ((1, 0), (-1, 180))
        for solid, stuff in zip(wheel, (disc, hub))
    ]


def toy_block(kind: int) -> Solid:
    """A building block about the origin: cube, pillar or roof for 0, 1 and 2."""
    if kind == 0:
        return shapes.rounded_box(0.036, 0.036, 0.036, 0.003, 2)
    if kind == 1:
        return shapes.cylinder(0.018, 0.036, 0.003, 24).move(y=-0.018)
    return shapes.prism(3, 0.022, 0.034, 0.002).rotate(x=-90).move(0, -0.006, 0.017)


def toy_wagon(long: float, wide: float) -> Solid:
    """An open wagon of boards about x = 0, its floor 44 mm above the ground."""
    floor = board(long, 0.018, wide, 0.004).move(y=0.044)
    side = board(long, 0.030, 0.006, 0.002).move(0, 0.066, wide / 2 - 0.002)
    end = board(0.006, 0.030, wide, 0.002).move(long / 2 - 0.002, 0.066, 0)
    return join(floor, both(side, "z"), both(end))
