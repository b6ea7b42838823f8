"""What living things share: how fine they are made, and small features that sit on a smooth body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.implicit import Blend
from pocket3d_server.geometry.shapes import sphere
from pocket3d_server.geometry.solid import Solid
from pocket3d_server.models.builtin_text.organic.quadruped import UP

Array = NDArray[np.float64]

FACES = {"low": 5_000, "medium": 14_000, "high": 40_000}
CELLS = {"low": 120, "medium": 165, "high": 240}
TEXTURE = {"low": 512, "medium": 1024, "high": 2048}


@dataclass(frozen=True)
class Detail:
    """How fine an animal is made."""

    quality: str

    @property
    def faces(self) -> int:
        """Budget of the body."""
        return FACES[self.quality]

    @property
    def cells(self) -> int:
        """Grid cells along the body."""
        return CELLS[self.quality]

    @property
    def segments(self) -> int:
        """Sides of round details."""
        return {"low": 12, "medium": 20, "high": 32}[self.quality]


def on_surface(blend: Blend, inside: ArrayLike, direction: ArrayLike, reach: float = 0.5) -> Array:
    """Where a ray from ``inside`` along ``direction`` leaves the body (3,), by bisection."""
    d = np.asarray(direction, float) / np.linalg.norm(direction)
    t = np.linspace(0, reach, 200)
    value = blend.distance(np.asarray(inside, float) + t[:, None] * d)
    outside = np.flatnonzero(value > 0)
    return np.asarray(inside, float) + d * t[outside[0] if len(outside) else -1]


def ball(centre: ArrayLike, radii: ArrayLike, axes: Array | None = None, segments: int = 20) -> Solid:
    """An ellipsoid with its pole along the local z axis."""
    solid = sphere(1.0, segments).rotate(x=90).scale(*np.asarray(radii, float))
    if axes is not None:
        solid = solid.transform(axes)
    return solid.move(*np.asarray(centre, float))


def facing(direction: ArrayLike, up: ArrayLike = UP) -> Array:
    """Axes (3, 3) as columns: sideways, up, and ``direction``."""
    z = np.asarray(direction, float) / np.linalg.norm(direction)
    x = np.cross(np.asarray(up, float), z)
    x /= max(np.linalg.norm(x), 1e-9)
    return np.stack([x, np.cross(z, x), z], axis=1)
