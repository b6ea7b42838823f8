"""The Earth's lands as raised blots on a ball."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Solid, join

LANDS: tuple[tuple[float, float, float, float, int], ...] = (
    (48, -100, 26, 26, 1), (30, -98, 12, 10, 2), (68, -95, 10, 34, 3), (72, -42, 9, 11, 4),
    (-10, -60, 18, 14, 5), (-34, -66, 16, 6, 6), (10, 12, 20, 20, 7), (-14, 25, 18, 11, 8),
    (50, 18, 11, 18, 9), (58, 75, 17, 52, 10), (34, 92, 12, 32, 11), (20, 78, 10, 8, 12),
    (22, 46, 9, 9, 13), (12, 103, 9, 6, 14), (-25, 134, 11, 17, 15), (-84, 0, 9, 180, 16),
)  # fmt: skip
"""Roughly where land is: latitude, longitude and half sizes in degrees, north-south and east-west; what its outline follows."""


def land(r: float, latitude: float, longitude: float, tall: float, wide: float, seed: int) -> Solid:
    """A raised blot on a ball of radius ``r``: a land around a point, of half sizes in degrees."""
    t = 2 * np.pi * np.arange(40) / 40
    rng = np.random.default_rng(seed)
    edge = 1 + sum(
        float(rng.uniform(0.05, 0.16)) * np.sin(n * t + float(rng.uniform(0, 6.3))) for n in (2, 3, 4, 7)
    )
    rings = []
    for share, lift in (
        (0.02, -0.002),
        (0.98, -0.002),
        (1.0, 0.0006),
        (0.94, 0.0022),
        (0.6, 0.0026),
        (0.3, 0.0026),
        (0.02, 0.0026),
    ):
        phi = np.radians(np.clip(latitude + tall * share * edge * np.sin(t), -89.5, 89.5))
        theta = np.radians(longitude + wide * share * edge * np.cos(t))
        rings.append(
            (r + lift)
            * np.column_stack([np.cos(phi) * np.sin(theta), np.sin(phi), np.cos(phi) * np.cos(theta)])
        )
    return shapes.loft(np.stack(rings), crease=60)


def continents(radius: float) -> Solid:
    """All lands on a ball of ``radius`` metres about the origin, its axis along y."""
    return join(*(land(radius, *row) for row in LANDS))
