"""The nearest point of a mesh's surface, for many points at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.clean import face_normals

Points = NDArray[np.floating[Any]]
LEAST_SAMPLES, MOST_SAMPLES = 4_000, 600_000
CANDIDATES = 4
"""Nearest samples whose faces are looked at exactly."""
NORMAL_WEIGHT = 0.05
"""How far apart, as a share of the extent, places count that look at a right angle to each other."""
CHUNK = 1 << 17


class Nearest(NamedTuple):
    """A point of the surface for each query."""

    face: NDArray[np.int64]
    """(N,)"""
    barycentric: NDArray[np.float32]
    """(N, 3)"""
    distance: NDArray[np.float32]
    """(N,) metres."""


class NearestPoints:
    """A mesh that is ready for questions.

    Samples all over the surface, told apart by place and by normal, say which faces are near; the nearest point of these
    is found exactly (Ericson, "Real-Time Collision Detection", 2005, section 5.1.5). A face that is near but has no
    sample near is missed, so the answer can be off by the distance between samples, never by more.
    """

    def __init__(self, vertices: NDArray[Any], faces: NDArray[Any]) -> None:
        """``vertices`` (V, 3), ``faces`` (F, 3)."""
        v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
        self._corners = v[f]
        normal, area = face_normals(v, f)
        self._owner, where = _samples(self._corners, area)
        self._weight = NORMAL_WEIGHT * float(np.ptp(self._corners.reshape(-1, 3), axis=0).max())
        self._tree = cKDTree(np.hstack([where, normal[self._owner] * self._weight]))

    def find(self, points: Points, normals: Points) -> Nearest:
        """The nearest place that looks the same way for each of ``points`` (N, 3) with ``normals`` (N, 3).

        The two sides of a thin shell are told apart; a place that looks another way is found only where no other is near.
        """
        blocks = [
            self._find(points[k : k + CHUNK], normals[k : k + CHUNK])
            for k in range(0, max(len(points), 1), CHUNK)
        ]
        return Nearest(*(np.concatenate(values) for values in zip(*blocks)))

    def _find(self, points: Points, normals: Points) -> Nearest:
        p = np.asarray(points, np.float64)
        _, sample = self._tree.query(
            np.hstack([p, np.asarray(normals) * self._weight]), CANDIDATES, workers=-1
        )
        face = self._owner[np.minimum(sample, len(self._owner) - 1)]
        corners = self._corners[face]
        bary = _nearest_on_triangle(np.repeat(p, CANDIDATES, axis=0), corners.reshape(-1, 3, 3))
        bary = bary.reshape(len(p), CANDIDATES, 3)
        off = np.linalg.norm(np.einsum("nkij,nki->nkj", corners, bary) - p[:, None], axis=2)
        row, best = np.arange(len(p)), off.argmin(axis=1)
        return Nearest(face[row, best], bary[row, best].astype(np.float32), off[row, best].astype(np.float32))


def _samples(corners: Points, area: Points) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Faces (S,) and places (S, 3) of samples: every face's centre, and more where faces are large."""
    total = float(area.sum()) or 1.0
    wanted = np.clip(8 * len(area), LEAST_SAMPLES, MOST_SAMPLES)
    return strewn(corners, np.maximum(np.floor(area / total * wanted).astype(np.int64), 1))


def strewn(corners: Points, count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Faces (S,) and places (S, 3) of samples spread evenly over faces (F, 3, 3), ``count`` (F,) on each, the first at its centre."""
    owner = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    # The R2 sequence (Roberts 2018), folded into the triangle; its start is the centre.
    a = (1 / 3 + rank * 0.7548776662466927) % 1.0
    b = (1 / 3 + rank * 0.5698402909980532) % 1.0
    fold = a + b > 1
    a, b = np.where(fold, 1 - a, a), np.where(fold, 1 - b, b)
    t = corners[owner]
    return owner, t[:, 0] + a[:, None] * (t[:, 1] - t[:, 0]) + b[:, None] * (t[:, 2] - t[:, 0])


def _nearest_on_triangle(p: Points, t: Points) -> NDArray[np.float64]:
    """Barycentric coordinates (N, 3) of the point of each triangle (N, 3, 3) that is nearest to ``p`` (N, 3)."""
    a, b, c = t[:, 0], t[:, 1], t[:, 2]
    ab, ac, bc = b - a, c - a, c - b
    best = np.zeros((len(p), 3))
    best[:, 0] = 1
    least = np.full(len(p), np.inf)
    # The nearest point lies on one of the three edges, or inside.
    for start, along, first, second in ((a, ab, 0, 1), (a, ac, 0, 2), (b, bc, 1, 2)):
        squared = np.maximum(np.einsum("nc,nc->n", along, along), 1e-300)
        s = np.clip(np.einsum("nc,nc->n", p - start, along) / squared, 0, 1)
        off = np.linalg.norm(start + s[:, None] * along - p, axis=1)
        better = off < least
        least = np.where(better, off, least)
        best[better] = 0
        best[better, first] = 1 - s[better]
        best[better, second] = s[better]
    d00, d01, d11 = (np.einsum("nc,nc->n", *x) for x in ((ab, ab), (ab, ac), (ac, ac)))
    d20, d21 = np.einsum("nc,nc->n", p - a, ab), np.einsum("nc,nc->n", p - a, ac)
    det = d00 * d11 - d01 * d01
    safe = np.where(det > 1e-300, det, 1)
    v, w = (d11 * d20 - d01 * d21) / safe, (d00 * d21 - d01 * d20) / safe
    inside = (det > 1e-300) & (v >= 0) & (w >= 0) & (v + w <= 1)
    best[inside] = np.stack([1 - v - w, v, w], axis=1)[inside]
    return best
