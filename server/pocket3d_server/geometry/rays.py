"""Ray queries against a triangle mesh, by Embree."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from numpy.typing import NDArray

CHUNK = 1 << 20


class Hits(NamedTuple):
    """What each ray met first."""

    face: NDArray[np.int32]
    """(N,) face index, -1 for a miss."""
    distance: NDArray[np.float32]
    """(N,) in units of the direction's length; infinite for a miss."""
    barycentric: NDArray[np.float32]
    """(N, 3) weights of the face's three corners; zero for a miss."""


class RayScene:
    """A mesh that is ready for ray queries; both sides of its faces are hit."""

    def __init__(self, vertices: NDArray[Any], faces: NDArray[Any]) -> None:
        """``vertices`` (V, 3) and ``faces`` (F, 3); copied as float32."""
        self._vertices = np.ascontiguousarray(vertices, np.float32)
        self._faces = np.ascontiguousarray(faces, np.int32)
        self._scene = rtcore_scene.EmbreeScene()
        self._mesh = TriangleMesh(self._scene, self._vertices, self._faces)

    def first_hit(self, origins: NDArray[Any], directions: NDArray[Any]) -> Hits:
        """First hit of each ray; ``origins`` and ``directions`` (N, 3), directions of any length."""
        count = len(origins)
        face = np.full(count, -1, np.int32)
        distance = np.full(count, np.inf, np.float32)
        barycentric = np.zeros((count, 3), np.float32)
        for a in range(0, count, CHUNK):
            o, d = _rays(origins[a : a + CHUNK], directions[a : a + CHUNK])
            hit = self._scene.run(o, d, query="INTERSECT", output=True)
            found = hit["primID"] >= 0
            face[a : a + CHUNK] = hit["primID"]
            distance[a : a + CHUNK][found] = hit["tfar"][found]
            u, v = hit["u"][found], hit["v"][found]
            barycentric[a : a + CHUNK][found] = np.stack([1 - u - v, u, v], axis=1)
        return Hits(face, distance, barycentric)

    def occluded(
        self, origins: NDArray[Any], directions: NDArray[Any], limit: float = np.inf
    ) -> NDArray[np.bool_]:
        """Whether anything lies within ``limit`` (in units of the direction's length) along each ray, (N,)."""
        blocked = np.zeros(len(origins), np.bool_)
        reach = np.float32(min(limit, 1e30))
        for a in range(0, len(origins), CHUNK):
            o, d = _rays(origins[a : a + CHUNK], directions[a : a + CHUNK])
            far = np.full(len(o), reach, np.float32)
            blocked[a : a + CHUNK] = self._scene.run(o, d, far, query="OCCLUDED") >= 0
        return blocked


def _rays(origins: NDArray[Any], directions: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)
