"""Weights from sampled points to the vertices of the mesh that they were sampled from. N points, V vertices, J joints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.models.rigging.welded_mesh import Floats, Ints


def reskin(
    vertices: Floats,
    faces: Ints,
    parents: Sequence[int | None],
    points: Floats,
    skin: NDArray[np.floating],
    nearest: int = 7,
    alpha: float = 2.0,
    floor: float = 0.03,
    rounds: int = 1,
) -> Floats:
    """Weights (V, J), rows summing to 1, of weights ``skin`` (N, J) at ``points`` (N, 3).

    ``vertices`` (V, 3), ``faces`` (F, 3); ``parents``: each joint's, None or below 0 for a root. A vertex takes the
    median of the ``nearest`` points; then weights flow ``rounds`` times along edges, the less the longer the edge times
    ``alpha`` is; what lies below ``floor`` is dropped.
    """
    near = cKDTree(points).query(vertices, min(nearest, len(points)))[1].reshape(len(vertices), -1)
    weights = np.median(np.asarray(skin, np.float64)[near], axis=1)
    # Points that agree on nothing have a median of nothing.
    lost = weights.sum(axis=1) <= 0
    weights[lost] = np.asarray(skin, np.float64)[near[lost]].mean(axis=1)
    above = _above(parents)
    whole = weights @ _and_below(above)
    for _ in range(rounds):
        whole = _flowed(vertices, faces, whole, alpha)
    weights = _shares(np.maximum(whole - whole @ above, 0))
    kept = np.where(weights < floor, 0, weights)
    return _shares(np.where(kept.any(axis=1, keepdims=True), kept, weights))


def _above(parents: Sequence[int | None]) -> Floats:
    """(J, J): 1 where the column is the row's parent."""
    above = np.zeros((len(parents),) * 2)
    for child, parent in enumerate(parents):
        if parent is not None and parent >= 0:
            above[child, parent] = 1
    return above


def _and_below(above: Floats) -> Floats:
    """(J, J): 1 where the row is the column or below it."""
    below = np.linalg.inv(np.eye(len(above)) - above).round().astype(np.float64)
    return below


def _flowed(vertices: Floats, faces: Ints, heat: Floats, alpha: float) -> Floats:
    """``heat`` (V, J) after a step from hot vertices to cool ones beside them.

    Each vertex hears one neighbour only, the last that the faces name: so the published code does, and so its results are.
    """
    steps = np.concatenate([faces[:, pair] for pair in ([0, 1], [1, 0], [1, 2], [2, 1], [2, 0], [0, 2])])
    last = np.arange(len(vertices))
    last[steps[:, 1]] = steps[:, 0]
    share = np.exp(-alpha * np.linalg.norm(vertices - vertices[last], axis=1))[:, None]
    flowing = np.where(heat[last] > heat, share, 0)
    return (heat + flowing * heat[last]) / (1 + flowing)


def _shares(weights: Floats) -> Floats:
    """Rows brought to a sum of 1."""
    return weights / weights.sum(axis=1, keepdims=True)
