"""What is too small joins another part: islands of a part, and whole parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from pocket3d_server.models.parts.face_graph import FaceGraph, Ints


def absorb_islands(surface: FaceGraph, labels: Ints, share: float = 0.004, keep_parts: bool = False) -> Ints:
    """Labels (F,) without small pieces: each goes to the neighbour with which it shares the longest border.

    A piece is small below ``share`` of the area; pieces that touch no other part stay as they are. With
    ``keep_parts`` the largest piece of a part stays too, so that no part is lost.
    """
    labels = labels.copy()
    total = surface.areas.sum()
    for _ in range(6):
        same = labels[surface.pairs[:, 0]] == labels[surface.pairs[:, 1]]
        matrix = surface.matrix(same.astype(np.float64))
        matrix.eliminate_zeros()
        piece = connected_components(matrix, directed=False)[1]
        area = np.bincount(piece, surface.areas)
        small = area < share * total
        part = labels[np.unique(piece, return_index=True)[1]]
        if keep_parts:
            falling = np.lexsort((-area, part))
            small[falling[np.unique(part[falling], return_index=True)[1]]] = False
        i, j = piece[surface.pairs[~same]].T
        length = surface.edge_lengths[~same]
        here, there = np.concatenate([i, j]), np.concatenate([j, i])
        # A small piece waits for smaller ones around it to be absorbed first.
        use = small[here] & ((area[there] > area[here]) | ((area[there] == area[here]) & (there > here)))
        if not use.any():
            break
        table = sparse.coo_matrix(
            (np.tile(length, 2)[use], (here[use], part[there[use]])), shape=(len(area), int(labels.max()) + 1)
        ).tocsr()
        best = np.asarray(table.argmax(axis=1)).reshape(-1)
        change = np.asarray(table.sum(axis=1)).reshape(-1) > 0
        labels = np.where(change[piece], best[piece], labels)
    return labels


def absorb_small(
    surface: FaceGraph,
    labels: Ints,
    least: int,
    corners: Ints,
    best: Callable[[Ints, int, Ints], int] | None = None,
) -> Ints:
    """Labels (F,) in which no part has fewer than ``least`` vertices, unless it is the only one.

    The smallest part joins the neighbour with the longest common border, or the nearest part when it touches
    none; and so on. ``best`` may choose otherwise: of the labels as they are, the part and those that it touches
    (or all others) it says which. ``corners`` (F, 3) are the vertex indices that are counted.
    """
    labels = np.unique(labels, return_inverse=True)[1].reshape(-1)
    while True:
        vertices = vertices_of_parts(labels, corners)
        small = int(vertices.argmin())
        if len(vertices) == 1 or vertices[small] >= least:
            return np.asarray(labels, np.int64)
        length = border_lengths(surface, labels, small, len(vertices))
        if best is not None:
            others = np.flatnonzero(length) if length.any() else np.arange(len(vertices))
            into = best(labels, small, others[others != small])
        elif length.max() > 0:
            into = int(length.argmax())
        else:
            mine, rest = labels == small, labels != small
            near = cKDTree(surface.centers[rest]).query(surface.centers[mine])
            into = int(labels[rest][near[1][near[0].argmin()]])
        labels[labels == small] = into
        labels[labels > small] -= 1


def vertices_of_parts(labels: Ints, corners: Ints) -> Ints:
    """(P,) how many different vertices of ``corners`` (F, 3) the faces of each part have."""
    key = np.repeat(labels, 3) * (int(corners.max()) + 1) + corners.reshape(-1)
    return np.bincount(np.unique(key) // (int(corners.max()) + 1), minlength=int(labels.max()) + 1)


def border_lengths(surface: FaceGraph, labels: Ints, part: int, count: int) -> NDArray[np.float64]:
    """(count,) how long the border is that a part has with each other one; 0 with itself."""
    i, j = labels[surface.pairs].T
    length = np.bincount(np.where(i == part, j, i), surface.edge_lengths * ((i == part) ^ (j == part)), count)
    length[part] = 0
    return np.asarray(length)
