"""What a camera sees of a mesh: pictures of its normals and positions for the network, cosines and depths for the baker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Image
from pocket3d_server.geometry.clean import face_normals
from pocket3d_server.geometry.raster import Floats, Ints, Raster, raster
from pocket3d_server.geometry.vectors import unit_normals
from pocket3d_server.models.hunyuan_paint.cameras import Lens, Matrix, model_view, transformed

SPAN = 1.15
"""Diameter of the ball around the mesh in the painter's frame; a position map's colours go from one end of it to the other."""


@dataclass(frozen=True)
class Surface:
    """A mesh in the painter's frame. Its faces turn inwards there, since the way into it mirrors."""

    vertices: NDArray[np.float32]
    """(V, 3)"""
    faces: Ints
    """(F, 3)"""
    normals: NDArray[np.float32]
    """(V, 3) of vertices, or (F, 3) of faces when ``flat``; they point inwards."""
    flat: bool
    """Each face has one normal."""

    @classmethod
    def of(
        cls, vertices: NDArray[Any], faces: Ints, flat: bool, shared: NDArray[np.int64] | None = None
    ) -> Surface:
        """With normals of the faces, or of the vertices: the mean of those of their faces, large or small.

        Vertices with the same number in ``shared`` (V,) have one normal; without it each has its own.
        """
        v = np.asarray(vertices, np.float32)
        normal, _ = face_normals(v, faces)
        if not flat:
            group = np.arange(len(v)) if shared is None else shared
            corner, count = group[faces].ravel(), int(group.max(initial=-1)) + 1
            total = [np.bincount(corner, np.repeat(normal[:, c], 3), minlength=count) for c in range(3)]
            normal = unit_normals(np.stack(total, axis=1))[group]
        return cls(v, faces, normal.astype(np.float32), flat)

    def normals_at(self, seen: Raster) -> Floats:
        """(N, 3) at the pixels of a raster of this mesh; between vertices they are a little shorter than one."""
        return self.normals[seen.face] if self.flat else seen.interpolate(self.normals, self.faces)


@dataclass(frozen=True)
class Sight:
    """A surface as one camera sees it, on ``size`` x ``size`` pixels. Its pictures stand upright."""

    surface: Surface
    model_view: Matrix
    projection: Matrix
    raster: Raster

    @classmethod
    def of(
        cls, surface: Surface, azimuth: float, elevation: float, size: int, lens: Lens | None = None
    ) -> Sight:
        """From an angle in degrees."""
        lens = lens or Lens()
        view, projection = model_view(azimuth, elevation, lens.distance), lens.projection()
        clip = transformed(surface.vertices, view) @ projection.T
        return cls(surface, view, projection, raster(clip, surface.faces, size, size))

    def normal_map(self) -> Image:
        """(S, S, 3) of uint8: directions in the painter's frame, from -1..1, on white."""
        return self._picture(self.surface.normals_at(self.raster) * 0.5 + 0.5)

    def position_map(self) -> Image:
        """(S, S, 3) of uint8: places in the painter's frame, on white; high values are near its negative end."""
        places = self.raster.interpolate(self.surface.vertices, self.surface.faces)
        return self._picture(0.5 - places / np.float32(SPAN))

    @cached_property
    def cosines(self) -> Floats:
        """(N,) how directly the surface at each pixel faces the camera: 1 from the front, negative from behind."""
        normals = self.surface.normals_at(self.raster)
        length = np.maximum(np.linalg.norm(normals, axis=1), 1e-9)
        return np.asarray(normals @ -self.model_view[2, :3] / length, np.float32)

    @cached_property
    def depths(self) -> Floats:
        """(N,) distance behind the camera, which is negative for all that it sees."""
        depth = transformed(self.surface.vertices, self.model_view)[:, 2:3]
        return self.raster.interpolate(depth, self.surface.faces)[:, 0]

    def _picture(self, values: Floats) -> Image:
        """Values 0..1 at the pixels; whole levels are cut off, not rounded, as the network has learnt them."""
        levels = np.clip(values * np.float32(255), 0, 255).astype(np.uint8)
        return np.asarray(self.raster.picture(levels, 255))
