"""Faces with like features become parts.

Agglomerative clustering along the surface: again and again the two touching groups join whose joining adds least to
the variance within groups (Ward, "Hierarchical grouping to optimize an objective function", 1963), by scikit-learn.
The tree of all joins holds every number of parts. Pieces of the mesh that touch nothing are bridged first, for a
surface in many pieces would stop the tree.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]

NEIGHBOURS = 10
"""Nearest faces that `by_faces` links, the face itself among them."""
MANY = 2000
"""Pieces beyond which not all distances between them are looked at."""
COMPLETED = 4_000_000
"""Pairs of faces of different pieces, up to which scikit-learn may look for the most alike."""


def in_order(pieces: Ints, centers: Floats) -> Ints:
    """Bridges (B, 2): the lowest-numbered face of each piece to that of the next.

    ``pieces`` (F,) numbers the connected pieces by their first face; ``centers`` (F, 3) are the faces' middles.
    """
    first = np.unique(pieces, return_index=True)[1]
    return np.stack([first[:-1], first[1:]], axis=1)


def by_faces(pieces: Ints, centers: Floats) -> Ints:
    """Bridges (B, 2): every face to those nearest to it. Pieces that lie far off stay apart."""
    count = min(NEIGHBOURS, len(centers))
    near = cKDTree(centers).query(centers, k=count)[1].reshape(len(centers), count)
    return np.stack([np.repeat(np.arange(len(centers)), count), near.reshape(-1)], axis=1)


def by_pieces(pieces: Ints, centers: Floats) -> Ints:
    """Bridges (B, 2) along the shortest tree between the middles of the pieces, from their most central faces."""
    sizes = np.bincount(pieces)
    middles = np.stack([np.bincount(pieces, axis) for axis in centers.T], axis=1) / sizes[:, None]
    off = np.linalg.norm(centers - middles[pieces], axis=1)
    order = np.lexsort((off, pieces))
    central = order[np.searchsorted(pieces[order], np.arange(len(sizes)))]
    return np.asarray(central[_shortest_tree(middles)])


BRIDGES: dict[str, Callable[[Ints, Floats], Ints]] = {
    "in_order": in_order,
    "nearest_faces": by_faces,
    "nearest_pieces": by_pieces,
}
"""The publication's options 0, 1 and 2."""


def adjacency(pairs: Ints, centers: Floats, bridges: str) -> sparse.csr_matrix:
    """(F, F) which faces may join: those that share an edge, ``pairs`` (P, 2), and ``bridges`` between pieces."""
    count = len(centers)
    touching = _linked(pairs, count)
    pieces = connected_components(touching, directed=False)[1]
    added = BRIDGES[bridges](np.asarray(pieces, np.int64), centers)
    return _linked(np.concatenate([pairs, added]), count)


@dataclass(eq=False)
class MergeTree:
    """All joins of F faces, from single faces to one group."""

    children: Ints
    """(F - 1, 2) what joins: numbers below F are faces, F + k is what the k-th join made."""
    heights: NDArray[np.float64]
    """(F - 1,) how much each join costs."""

    def labels(self, parts: int) -> Ints:
        """(F,) the group of each face when ``parts`` are left, numbered by their first faces."""
        count = len(self.children) + 1
        joins = np.arange(count - min(parts, count))
        ends = self.children[joins].reshape(-1)
        links = sparse.coo_matrix(
            (np.ones(len(ends), bool), (np.repeat(joins + count, 2), ends)), shape=(2 * count, 2 * count)
        )
        return first_seen(connected_components(links, directed=False)[1][:count])

    def top(self, groups: int) -> tuple[MergeTree, Ints]:
        """The last joins alone, those of ``groups`` groups or as many as there are faces, and the group of each face
        (F,), numbered as in `labels`: in the tree that is given back the groups stand for faces."""
        count = len(self.children) + 1
        groups = min(groups, count)
        labels, done = self.labels(groups), count - groups
        first = np.concatenate([np.arange(count), self.children[:, 0]])
        while (first >= count).any():  # half as far to a face of the node with each turn
            first = first[first]
        upper = self.children[done:]
        made = upper >= count + done
        return MergeTree(np.where(made, upper - 2 * done, labels[first[upper]]), self.heights[done:]), labels


def merge_tree(features: NDArray[np.floating], links: sparse.csr_matrix) -> MergeTree:
    """Ward's tree of faces with unit features (F, C) along ``links`` (F, F)."""
    from sklearn.cluster import ward_tree

    if len(features) == 1:
        return MergeTree(np.zeros((0, 2), np.int64), np.zeros(0))
    pieces = connected_components(links, directed=False)[1]
    sizes = np.bincount(pieces)
    if (sizes.sum() ** 2 - (sizes**2).sum()) // 2 > COMPLETED:
        # To find the pairs that are most alike among so many would take minutes.
        links = links + _linked(in_order(np.asarray(pieces), features), len(features))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the number of connected components")
        children, _, _, _, heights = ward_tree(features, connectivity=links, return_distance=True)
    return MergeTree(np.asarray(children, np.int64), heights)


def alike(features: NDArray[np.floating], parts: int) -> Ints:
    """(F,) groups of like features (F, C) wherever they lie, by k-means: for points, and for parts that repeat."""
    from sklearn.cluster import KMeans

    found = KMeans(min(parts, len(features)), random_state=0).fit(features)
    return first_seen(found.labels_)


def first_seen(labels: NDArray[np.integer]) -> Ints:
    """The same groups (F,), numbered from 0 in the order of their first members."""
    _, first, index = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[index.reshape(-1)]


def _linked(pairs: Ints, count: int) -> sparse.csr_matrix:
    """(count, count) symmetric, 1 for each pair of (P, 2)."""
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    links = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    links.data[:] = 1
    return links


def _shortest_tree(points: NDArray[np.floating]) -> Ints:
    """(B, 2) the pairs of ``points`` (N, 3) that join all of them by the shortest way.

    Of very many points each may only be joined to those nearby, and what is left apart in the order of their numbers.
    """
    count = len(points)
    if count <= MANY:
        far = cdist(points, points)
        weights = sparse.csr_matrix(far + 1e-9 * far.max() + 1e-300)  # what lies in one place is joined too
    else:
        far, near = cKDTree(points).query(points, k=NEIGHBOURS)
        ends = np.arange(count + 1) * NEIGHBOURS
        weights = sparse.csr_matrix(
            (far.ravel() + 1e-9 * far.max(), near.ravel(), ends), shape=(count, count)
        )
    tree = minimum_spanning_tree(weights).tocoo()
    pairs = np.stack([tree.row, tree.col], axis=1)
    groups = connected_components(_linked(pairs, count), directed=False)[1]
    return np.concatenate([pairs, in_order(np.asarray(groups, np.int64), points)])
