"""Clean borders between parts: each is laid along creases by a minimum cut.

Within a band around the border the cut is the cheapest closed line, where a line is cheap when it is short and
follows a valley (Katz and Tal 2003; the cut by maximum flow as in Boykov, Veksler, Zabih, "Fast approximate
energy minimization via graph cuts", 2001).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, dijkstra, maximum_flow

from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints

CREASE, RIDGE = 0.12, 0.8
"""A cut gets cheaper by 1/e for each so many radians of valley, of ridge."""
INERTIA = 0.15
"""How much a face at the band's edge holds to its part."""
RESOLUTION = 10_000


def refine(surface: FaceGraph, labels: Ints, band: float) -> Ints:
    """Labels (F,) whose borders were moved by up to ``band`` (a length) to where a cut is cheapest."""
    labels = labels.copy()
    bends = surface.soft_bends(1)
    ease = np.where(bends > 0, np.exp(-bends / CREASE), np.exp(bends / RIDGE))
    ease[surface.seams] = 0
    cost = surface.edge_lengths * (0.03 + ease)
    ways = surface.matrix(surface.steps)
    i, j = labels[surface.pairs].T
    touching = np.unique(np.sort(np.stack([i, j], axis=1)[i != j], axis=1), axis=0)
    for a, b in touching:
        i, j = labels[surface.pairs].T
        border = ((i == a) & (j == b)) | ((i == b) & (j == a))
        if border.any():
            _cut(surface, labels, int(a), int(b), np.unique(surface.pairs[border]), cost, ways, band)
    return labels


def _cut(
    surface: FaceGraph,
    labels: Ints,
    a: int,
    b: int,
    seeds: Ints,
    cost: Floats,
    ways: sparse.csr_matrix,
    band: float,
) -> None:
    """Move the border between the parts ``a`` and ``b``, which runs between the faces ``seeds``; in place."""
    both = np.flatnonzero((labels == a) | (labels == b))
    number = np.full(len(labels), -1)
    number[both] = np.arange(len(both))
    far = dijkstra(
        ways[both][:, both], directed=False, indices=number[seeds], min_only=True, limit=1.5 * band
    )
    near = far < 1.5 * band
    inside, far = both[near], far[near]
    number[both] = -1
    number[inside] = np.arange(len(inside))
    n = len(inside)
    of_a, fixed = labels[inside] == a, far > band
    if not (fixed & of_a).any() or not (fixed & ~of_a).any():
        return  # a part that lies within the band would vanish
    p, q = number[surface.pairs].T
    use = (p >= 0) & (q >= 0)
    hold = np.where(fixed, np.inf, INERTIA * surface.areas[inside] * far / band**2)
    total = cost[use].sum()
    scale = RESOLUTION / max(float(np.median(cost[use])), 1e-300)
    terminal = np.minimum(hold, 2 * total / n + cost.max()) * scale
    terminal[fixed] = 1e8
    links = np.maximum(np.minimum(cost[use] * scale, 1e8), 1)
    rows = np.concatenate([p[use], q[use], np.full(of_a.sum(), n), np.flatnonzero(~of_a)])
    columns = np.concatenate([q[use], p[use], np.flatnonzero(of_a), np.full((~of_a).sum(), n + 1)])
    amounts = np.concatenate([links, links, terminal[of_a], terminal[~of_a]]).astype(np.int32)
    network = sparse.csr_matrix((amounts, (rows, columns)), shape=(n + 2, n + 2))
    left = network - maximum_flow(network, n, n + 1).flow
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reached = breadth_first_order(left, n, return_predecessors=False)
    side = np.zeros(n + 2, bool)
    side[reached] = True
    labels[inside] = np.where(side[:n], a, b)
