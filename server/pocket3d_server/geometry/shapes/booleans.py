"""What several solids make up together: union, difference and intersection, by the manifold3d library."""

from __future__ import annotations

from typing import Any

import numpy as np

from pocket3d_server.geometry.solid import Solid, make


def union(*solids: Solid, crease: float = 40.0) -> Solid:
    """One closed surface around all ``solids``; its texture coordinates are a box projection."""
    from manifold3d import Manifold, OpType

    return _from_manifold(Manifold.batch_boolean([_manifold(s) for s in solids], OpType.Add), crease)


def difference(solid: Solid, *tools: Solid, crease: float = 40.0) -> Solid:
    """``solid`` with ``tools`` cut away. Raises ValueError when nothing is left."""
    from manifold3d import Manifold, OpType

    return _from_manifold(
        Manifold.batch_boolean([_manifold(s) for s in (solid, *tools)], OpType.Subtract), crease
    )


def intersection(first: Solid, second: Solid, crease: float = 40.0) -> Solid:
    """What lies in both. Raises ValueError when that is nothing."""
    return _from_manifold(_manifold(first) ^ _manifold(second), crease)


def _manifold(solid: Solid) -> Any:
    from manifold3d import Manifold, Mesh

    made = Manifold(Mesh(solid.vertices.astype(np.float32), solid.faces.astype(np.uint32)))
    if made.is_empty():
        raise ValueError(f"not a closed surface: {made.status()}")
    return made


def _from_manifold(result: Any, crease: float) -> Solid:
    mesh = result.to_mesh()
    vertices = np.asarray(mesh.vert_properties[:, :3], dtype=np.float64)
    if len(vertices) == 0:
        raise ValueError("the operation leaves nothing")
    return make(vertices, np.asarray(mesh.tri_verts, dtype=np.int64), crease=crease)
