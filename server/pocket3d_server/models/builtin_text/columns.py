"""Rows of columns, standing or broken, and what they stand on and carry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Points, Solid, join


def colonnade(
    whole: Solid,
    spots: Sequence[tuple[float, float]],
    w: float,
    z: float,
    high: float,
    r: float,
    ruin: bool,
    rng: np.random.Generator,
) -> Solid:
    """Columns like ``whole`` at ``spots`` of a temple 2w by 2z; some broken off, missing or lying when a ruin."""
    pieces: list[Solid] = []
    for x, v in spots:
        pillar = whole
        if ruin and (v < z * 0.55 or rng.random() < 0.15):
            if rng.random() < 0.25:
                continue
            cut = high * float(rng.uniform(0.15, 0.8))
            plane = (
                shapes.box(12, 20, 12)
                .move(y=10)
                .rotate(x=float(rng.uniform(-22, 22)), z=float(rng.uniform(-22, 22)))
                .move(y=cut)
            )
            pillar = shapes.difference(shapes.cylinder(r, high, 0.02, 28, top=r * 0.86), plane)
        pieces.append(pillar.move(x, 0.96, v))
    if ruin:
        for _ in range(5):
            drum = shapes.cylinder(r * 0.95, float(rng.uniform(0.6, 1.5)), 0.04, 24).rotate(
                x=90, y=float(rng.uniform(0, 360))
            )
            pieces.append(
                drum.move(float(rng.uniform(-w, w)), 0.96 + r * 0.9, float(rng.uniform(-z, z * 0.3)))
            )
    return join(*pieces)


def stylobate(w: float, z: float) -> Solid:
    """Three steps under columns that stand 2w by 2z apart."""
    steps = [
        shapes.rounded_box(2 * (w + 0.75 + 0.4 * k), 0.32, 2 * (z + 0.75 + 0.4 * k), 0.03, 1).move(
            0, 0.32 * (2 - k) + 0.16, 0
        )
        for k in range(3)
    ]
    return join(*steps)


def latin_cross(h: float) -> Points:
    """The outline of a stone cross."""
    shape = np.array(
        [
            [-0.09, 0],
            [0.09, 0],
            [0.09, h * 0.62],
            [0.3, h * 0.62],
            [0.3, h * 0.62 + 0.18],
            [0.09, h * 0.62 + 0.18],
            [0.09, h + 0.1],
            [-0.09, h + 0.1],
            [-0.09, h * 0.62 + 0.18],
            [-0.3, h * 0.62 + 0.18],
            [-0.3, h * 0.62],
            [-0.09, h * 0.62],
        ]
    )
    return shape


def frieze_of(w: float, z: float, across: int, top: float, ruin: bool) -> list[Solid]:
    """Blocks over the columns in front, and behind unless it is a ruin."""
    frieze = [
        shapes.rounded_box(0.4, 0.42, 0.12, 0.01, 1).move(x, top + 0.62, s * (z + 0.55))
        for x in np.linspace(-w, w, 2 * across - 1)
        for s in ((1,) if ruin else (1, -1))
    ]
    return frieze
