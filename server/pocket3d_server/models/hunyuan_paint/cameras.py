"""Orthographic cameras around a mesh in the painter's frame.

There x leads to the object's right, y forward and z down, which mirrors it; the mesh's middle is the origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Lens:
    """An orthographic camera's settings, in units of the painter's frame."""

    scale: float = 1.2
    """Side of the square that is seen."""
    distance: float = 1.45
    """From the middle of the mesh."""
    near: float = 0.1
    far: float = 100.0

    def projection(self) -> Matrix:
        """(4, 4) from camera space to clip space."""
        matrix = np.diag([2 / self.scale, 2 / self.scale, -2 / (self.far - self.near), 1.0])
        matrix[2, 3] = -(self.far + self.near) / (self.far - self.near)
        return matrix.astype(np.float32)


def model_view(azimuth: float, elevation: float, distance: float = Lens.distance) -> Matrix:
    """(4, 4) from the painter's frame to that of a camera that looks at the origin: rows right, up and back.

    Angles in degrees. Straight above and below, where "up" has no direction of its own, the right vector is the limit that
    it has on the way there.
    """
    a, e = np.radians(azimuth), np.radians(elevation)
    turned = a + np.pi / 2
    back = np.array([np.cos(e) * np.cos(turned), np.cos(e) * np.sin(turned), -np.sin(e)])
    right = np.array([-np.cos(a), -np.sin(a), 0.0])
    matrix = np.eye(4)
    matrix[:3, :3] = right, np.cross(back, right), back
    matrix[2, 3] = -distance
    return matrix.astype(np.float32)


def transformed(points: NDArray[Any], matrix: Matrix) -> NDArray[np.float32]:
    """Points (N, 3) in homogeneous coordinates (N, 4), times ``matrix``."""
    p = np.asarray(points, np.float32)
    return np.asarray(p @ matrix[:, :3].T + matrix[:, 3], np.float32)
