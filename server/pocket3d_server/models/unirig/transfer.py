"""Weights from the shape that the networks saw to the vertices of the surface that it was made of."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.rigging.influences import limited
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh, nearest_alike
from pocket3d_server.models.unirig.sampling import Shape

NEAREST = 4
"""Vertices of a simplified shape that a vertex takes its weights from."""
TURNED = 0.03
"""A normal that points the other way counts as twice this share of the size in distance."""


def carried_over(weights: Floats, shape: Shape, surface: WeldedMesh) -> Floats:
    """Weights (V, J) of the vertices of ``shape`` at those of ``surface``, (S, J): rows sum to 1, at most MAX_INFLUENCES
    above 0.

    A simplified shape has other vertices: then the nearest that face the same way are mixed by how near they are.
    """
    if not shape.simplified:
        return limited(weights)
    source = WeldedMesh(shape.to_mesh(shape.vertices), shape.faces, np.arange(len(shape.vertices)))
    at, gap = nearest_alike(
        source.vertices,
        source.vertex_normals(),
        surface.vertices,
        surface.vertex_normals(),
        TURNED * surface.size,
        NEAREST,
    )
    share = 1 / (gap + 1e-4 * surface.size) ** 2
    share /= share.sum(axis=1, keepdims=True)
    out = np.zeros((len(surface.vertices), weights.shape[1]))
    for column in range(at.shape[1]):
        out += share[:, column, None] * weights[at[:, column]]
    return limited(out)
