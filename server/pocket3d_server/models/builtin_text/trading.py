"""What market stalls and shops have: awnings and heaps of goods."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join


def striped_awning(half: float, stripes: int, slope: Points) -> tuple[Solid, Solid]:
    """A sagging awning with a scalloped edge, ``half`` metres to either side, whose ends are ``slope`` (2, 2) of
    (z, y), the high one first: its odd and its even stripes."""
    wide = 2 * half / stripes
    bands: tuple[list[Solid], list[Solid]] = ([], [])
    z = np.linspace(slope[0, 0], slope[1, 0], 9)
    y = np.interp(z, slope[:, 0], slope[:, 1]) - 0.05 * np.sin(np.pi * np.linspace(0, 1, 9))
    scallop = np.concatenate([[[-wide / 2, 0.12]], curves.arc(wide / 2, 180, 360, 9), [[wide / 2, 0.12]]])
    flap = shapes.extrude(curves.without_repeats(curves.counter_clockwise(scallop)), 0.018)
    for k in range(stripes):
        x = -half + wide * (k + 0.5)
        cloth = shapes.sweep(np.column_stack([np.full(9, x), y, z]), 1.0, curves.rectangle(wide, 0.02))
        bands[k % 2].extend([cloth, flap.move(x, y[-1] - 0.10, z[-1])])
    return join(*bands[0]), join(*bands[1])


def heap_of(piece: Solid, pitch: float, rng: np.random.Generator) -> Solid:
    """Copies of ``piece`` side by side, ``pitch`` metres apart, that fill a crate of 0.58 by 0.42 m to its rim."""
    made = [
        piece.move(x + float(rng.uniform(-0.008, 0.008)), 0.12 + float(rng.uniform(0, 0.03)), z)
        for x in np.arange(-0.22, 0.23, pitch)
        for z in np.arange(-0.15, 0.16, pitch)
    ]
    return join(*made)
