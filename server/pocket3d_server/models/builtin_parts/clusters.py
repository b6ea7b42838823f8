"""Which samples belong together: an affinity from sight, thickness and distance, cut by spectral clustering.

The affinity follows van Kaick et al. 2014 (weak convexity by line of sight, refined by the shape diameter) with
the concavity-aware geodesic distance of Katz and Tal, "Hierarchical mesh decomposition using fuzzy clustering
and cuts", 2003. Clustering in the space of the leading eigenvectors follows Ng, Jordan and Weiss, "On spectral
clustering", 2001.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from pocket3d_server.models.builtin_parts.samples import Cells
from pocket3d_server.models.builtin_parts.volume import Inside
from pocket3d_server.models.parts.face_graph import Floats, Ints


def affinity(inside: Inside, cells: Cells) -> Floats:
    """(N, N) how much two samples belong together, symmetric, 0 on the diagonal.

    Samples attract each other when they see each other or the same others, are near along the surface without
    crossing valleys, and lie where the shape is equally thick.
    """
    sight = inside.sight.astype(np.float64)
    np.fill_diagonal(sight, 0)
    degree = sight.sum(1) + 1
    shared = np.minimum((sight @ sight) / np.sqrt(np.outer(degree, degree)), 1)
    way = cells.way
    apart = ~np.isfinite(way)
    way = np.where(apart, 3 * way[~apart].max(initial=1e-9), way)
    near = np.exp(-way / (0.6 * max(float(np.median(way)), 1e-12)))
    level = np.log(inside.thickness / np.median(inside.thickness) + 0.05)
    contrast = np.abs(level[:, None] - level[None])
    weights = (0.55 * sight + 0.45 * shared) * np.exp(-((contrast / 0.7) ** 2)) * (0.15 + near)
    weights += 0.075 * near * np.exp(-((contrast / 0.45) ** 2))
    np.fill_diagonal(weights, 0)
    return np.asarray(weights)


def spectral_clusters(weights: Floats, count: int) -> Ints:
    """(N,) cluster of each sample, at most ``count`` clusters, from an affinity (N, N)."""
    n = len(weights)
    if n <= count:
        return np.arange(n)
    degree = np.sqrt(weights.sum(1) + 1e-9)
    values, vectors = eigh(weights / np.outer(degree, degree), subset_by_index=[n - count, n - 1])
    # Weak eigenvectors say little; weighting by the eigenvalue keeps them from splitting what is whole.
    points = vectors[:, ::-1] * np.clip(values[::-1], 0, 1)
    points /= np.linalg.norm(points, axis=1, keepdims=True) + 1e-9
    return k_means(points, count)


def k_means(points: Floats, count: int) -> Ints:
    """(N,) clusters of points (N, D) by Lloyd's rounds from farthest-point seeds; deterministic."""
    far = ((points - points.mean(0)) ** 2).sum(1)
    seeds = [int(far.argmax())]
    far = ((points - points[seeds[0]]) ** 2).sum(1)
    while len(seeds) < count:
        seeds.append(int(far.argmax()))
        far = np.minimum(far, ((points - points[seeds[-1]]) ** 2).sum(1))
    middles = points[seeds]
    for _ in range(30):
        distance = (points**2).sum(1)[:, None] - 2 * points @ middles.T + (middles**2).sum(1)[None]
        labels = distance.argmin(1)
        moved = np.zeros_like(middles)
        np.add.at(moved, labels, points)
        size = np.bincount(labels, minlength=count)[:, None]
        moved = np.where(size > 0, moved / np.maximum(size, 1), middles)
        if np.allclose(moved, middles):
            break
        middles = moved
    return np.unique(labels, return_inverse=True)[1].reshape(-1)
