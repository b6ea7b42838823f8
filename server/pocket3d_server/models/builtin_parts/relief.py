"""Takes fine relief off a surface before it is measured: eyes, seams and folds are no parts."""

from __future__ import annotations

import numpy as np
import robust_laplacian
from scipy.sparse.linalg import splu

from pocket3d_server.models.parts.face_graph import FaceGraph

FINE = 0.005
"""Bumps narrower than about this share of the surface's size are taken off."""


def without_relief(surface: FaceGraph) -> FaceGraph:
    """The same faces with their corners moved onto the smoothed surface.

    One step S of implicit mean-curvature flow (Desbrun, Meyer, Schröder, Barr 1999) on the Laplacian of Sharp
    and Crane (2020), applied as 2S - S² so that large forms keep their place and volume. A surface that this
    would fold to nothing somewhere is returned as it is.
    """
    used, faces = np.unique(surface.faces, return_inverse=True)
    faces = faces.reshape(-1, 3)
    before = surface.vertices[used]
    laplacian, mass = robust_laplacian.mesh_laplacian(before, faces)
    try:
        solve = splu((mass + (FINE * surface.size) ** 2 * laplacian).tocsc()).solve
    except RuntimeError:  # a singular matrix: faces without any area
        return surface
    once = solve(mass @ before)
    smooth = FaceGraph(2 * once - solve(mass @ once), faces, surface.source, surface.group)
    if not np.isfinite(smooth.vertices).all() or smooth.areas.min() < 1e-9 * smooth.size**2 / len(faces):
        return surface
    return smooth
