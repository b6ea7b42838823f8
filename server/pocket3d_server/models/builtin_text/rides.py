"""What turns on fairground rides."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.vehicles.fittings import both


def little_horse() -> tuple[Solid, Solid, Solid]:
    """A leaping wooden horse along +z, its middle at the origin: body, mane with tail, saddle."""
    trunk = shapes.superellipsoid(0.36, 0.40, 0.95, 2.3, 2.3, 28)
    neck = shapes.sweep(
        curves.smooth_curve([[0, 0.05, 0.32], [0, 0.30, 0.52], [0, 0.58, 0.60]], 12),
        np.linspace(0.17, 0.10, 12),
        16,
        round_ends=True,
    )
    head = shapes.superellipsoid(0.17, 0.20, 0.42, 2.3, 2.3, 24).rotate(x=38).move(0, 0.60, 0.72)
    ears = both(shapes.cone(0.035, 0.12, segments=10).move(0.05, 0.70, 0.60))
    legs = [
        shapes.sweep(curves.smooth_curve(path, 12), np.linspace(0.085, 0.045, 12), 12, round_ends=True).move(
            x=s * 0.11
        )
        for s in (1, -1)
        for path in (
            [[0, -0.08, 0.34], [0, -0.30, 0.50], [0, -0.38, 0.36], [0, -0.56, 0.40]],
            [[0, -0.08, -0.34], [0, -0.32, -0.42], [0, -0.44, -0.62], [0, -0.58, -0.66]],
        )
    ]
    tail = shapes.sweep(
        curves.smooth_curve([[0, 0.12, -0.44], [0, 0.18, -0.62], [0, -0.05, -0.78], [0, -0.25, -0.75]], 12),
        np.array([0.05, 0.07, 0.08, 0.09, 0.09, 0.085, 0.08, 0.07, 0.06, 0.05, 0.035, 0.02]),
        12,
        round_ends=True,
    )
    mane = shapes.sweep(
        curves.smooth_curve([[0, 0.22, 0.32], [0, 0.45, 0.44], [0, 0.72, 0.54]], 12),
        0.07,
        10,
        round_ends=True,
    )
    seat = shapes.superellipsoid(0.40, 0.14, 0.40, 2.6, 2.4, 24).move(0, 0.16, -0.02)
    return join(trunk, neck, head, ears, *legs), join(mane, tail), seat  # fmt: skip
