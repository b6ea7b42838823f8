"""How many bones move a vertex, and how much."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import MAX_INFLUENCES
from pocket3d_server.models.rigging.welded_mesh import Floats


def limited(weights: Floats, floor: float = 0.004) -> Floats:
    """At most MAX_INFLUENCES a row, crumbs below ``floor`` dropped, rows summing to 1."""
    weights = np.nan_to_num(weights)
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-20)
    if weights.shape[1] > MAX_INFLUENCES:
        cut = np.partition(weights, -MAX_INFLUENCES - 1, axis=1)[:, -MAX_INFLUENCES - 1]
        # Subtracting the strongest one left out, not just dropping it, keeps the weights continuous.
        weights = np.maximum(weights - cut[:, None] * (weights > 0), 0)
    best = weights.argmax(axis=1)
    weights = np.where(weights < floor, 0, weights)
    total = weights.sum(axis=1)
    weights[total <= 0, best[total <= 0]] = 1
    return weights / weights.sum(axis=1, keepdims=True)
