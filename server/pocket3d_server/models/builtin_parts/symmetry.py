"""Mirror symmetry: the plane, and which sample is the mirror image of which.

Candidate planes go through the centroid across the principal axes and the coordinate axes and are improved by
alternating matching and fitting (Mitra, Guibas, Pauly, "Partial and approximate symmetry detection", 2006, in
its simplest form).
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints

NEAR, MOST = 1.1, 0.93
"""A mirrored sample has a partner within this many spacings; a plane needs this share of partners."""


def mirror_image(surface: FaceGraph, samples: Ints) -> Ints | None:
    """(N,) the sample nearest to the mirror image of each of the sampled faces (N,); None without a symmetry."""
    points, normals = surface.centers[samples], surface.normals[samples]
    if len(points) < 50:
        return None
    weight = surface.areas / surface.areas.sum()
    middle = weight @ surface.centers
    off = surface.centers - middle
    axes = np.linalg.eigh((off * weight[:, None]).T @ off)[1].T
    tree = cKDTree(points)
    spacing = float(np.median(tree.query(points, k=2)[0][:, 1]))
    best: tuple[float, Floats, Floats] | None = None
    for normal in np.concatenate([axes, np.eye(3)]):
        centre = middle
        for _ in range(4):
            found, normal, centre = _fit(tree, points, normals, normal, centre, spacing)
        if best is None or found > best[0]:
            best = found, normal, centre
    if best is None or best[0] < MOST:
        return None
    _, normal, centre = best
    distance = (points - centre) @ normal
    return np.asarray(tree.query(points - 2 * distance[:, None] * normal)[1], np.int64)


def _fit(
    tree: cKDTree, points: Floats, normals: Floats, normal: Floats, centre: Floats, spacing: float
) -> tuple[float, Floats, Floats]:
    """Share of samples with a partner across a plane, and the plane that fits these partners better."""
    mirrored = points - 2 * ((points - centre) @ normal)[:, None] * normal
    turned = normals - 2 * (normals @ normal)[:, None] * normal
    distance, partner = tree.query(mirrored)
    good = (distance < NEAR * spacing) & ((turned * normals[partner]).sum(1) > 0.5)
    share = float(good.mean())
    if good.sum() < 10:
        return share, normal, centre
    middle = (points[good] + points[partner[good]]) / 2
    way = points[good] - points[partner[good]]
    better = np.linalg.eigh(way.T @ way)[1][:, -1]
    if abs(better @ normal) < 0.9:  # far from where it began: the matching is by chance
        return share, normal, centre
    return (
        share,
        better * np.sign(better @ normal),
        centre + normal * float(((middle - centre) @ normal).mean()),
    )
