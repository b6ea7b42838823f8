"""Well-spread sample faces and the cell of the surface that each stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints

TURNING = 0.35
"""Crossing one radian of valley costs as much as this many units of the surface's size."""
SEAM = 0.15
"""Valley in radians that a change of component, node or material counts for."""

CRUMBS = 0.25
"""A mesh with more components than this share of the samples is a heap of loose faces."""


def spread(surface: FaceGraph, count: int) -> Ints:
    """Indices of up to ``count`` faces, far apart from each other, by farthest-point selection.

    Candidates are drawn evenly over the area; the first is the one farthest from the middle, so that the
    choice hangs on the shape and hardly on the order of its faces.
    """
    total = np.cumsum(surface.areas)
    at = (np.arange(12 * count) + 0.5) / (12 * count) * total[-1]
    candidates = np.unique(np.searchsorted(total, at))
    points = surface.centers[candidates]
    middle = (surface.centers * surface.areas[:, None]).sum(0) / total[-1]
    far = np.linalg.norm(points - middle, axis=1)
    chosen = [int(far.argmax())]
    far = np.linalg.norm(points - points[chosen[0]], axis=1)
    for _ in range(min(count, len(candidates)) - 1):
        chosen.append(int(far.argmax()))
        np.minimum(far, np.linalg.norm(points - points[chosen[-1]], axis=1), out=far)
    return candidates[chosen]


def vote(labels: Ints, weights: Floats, owner: Ints, count: int) -> Ints:
    """(count,) for each owner the label with the most weight among its pieces; -1 for owners without any."""
    number = int(labels.max()) + 1
    key, index = np.unique(owner * number + labels, return_inverse=True)
    weight = np.bincount(index.reshape(-1), weights)
    order = np.lexsort((-weight, key // number))
    owners, start = np.unique((key // number)[order], return_index=True)
    result = np.full(count, -1)
    result[owners] = (key % number)[order][start]
    return result


@dataclass(eq=False)
class Cells:
    """A small piece of surface around each of N samples, and the graph of pieces that touch."""

    of_face: Ints
    """(F,) cell of each face."""
    area: Floats
    """(N,)."""
    links: Ints
    """(L, 2) cells that touch, smaller index first."""
    component: Ints
    """(N,) connected component of the mesh; all 0 in a mesh of crumbs, where components mean nothing."""
    border: Floats
    """(L,) length of the common border."""
    valley: Floats
    """(L,) concave bend in radians, integrated over the common border."""
    way: Floats
    """(N, N) concavity-weighted geodesic distance between samples in units of the shape's size; inf if apart."""


def crossing_cost(surface: FaceGraph) -> Floats:
    """(P,) cost of stepping between touching faces: the way in units of size plus concave turning.

    The turning adds up along a path, so it hardly depends on how finely the surface is divided.
    """
    unit = np.sqrt(surface.areas.sum())
    turn = np.where(surface.bends > 0, surface.bends, -0.1 * surface.bends) + SEAM * surface.seams
    return np.asarray(surface.steps / unit + TURNING * turn)


def make_cells(surface: FaceGraph, samples: Ints) -> Cells:
    """Give each face to its nearest sample (N,) by ``crossing_cost`` and measure how the cells touch.

    Cells of different components are linked where they are as close as neighbours are.
    """
    n = len(samples)
    cost = crossing_cost(surface)
    far, _, source = dijkstra(
        surface.matrix(cost), directed=False, indices=samples, min_only=True, return_predecessors=True
    )
    number = np.full(len(surface.faces) + 1, -1)
    number[samples] = np.arange(n)
    of_face = np.where(np.isfinite(far), number[np.where(source >= 0, source, -1)], -1)
    tree = cKDTree(surface.centers[samples])
    lost = of_face < 0
    component = surface.component[samples]
    crumbs = len(np.unique(component)) > n * CRUMBS
    if crumbs:
        component = np.zeros(n, np.int64)
        of_face[lost] = tree.query(surface.centers[lost])[1]
    elif lost.any():  # a component too small for a sample goes as a whole to where most of it is near
        nearest = tree.query(surface.centers[lost])[1]
        whole = vote(nearest, surface.areas[lost], surface.component[lost], int(surface.component.max()) + 1)
        of_face[lost] = whole[surface.component[lost]]

    valley_at = np.maximum(surface.soft_bends(), 0) + SEAM * surface.seams
    a, b = np.sort(of_face[surface.pairs], axis=1).T
    cross = (a != b) & np.isfinite(far[surface.pairs]).all(axis=1)
    key, index = np.unique(a[cross] * n + b[cross], return_inverse=True)
    links = np.stack([key // n, key % n], axis=1)
    length = surface.edge_lengths[cross]
    i, j = surface.pairs[cross].T
    shortest = np.full(len(key), np.inf)
    np.minimum.at(shortest, index, far[i] + far[j] + cost[cross])
    graph = sparse.csr_matrix((shortest, (links[:, 0], links[:, 1])), shape=(n, n))
    border = np.bincount(index, length, minlength=len(key))
    valley = np.bincount(index, valley_at[cross] * length, minlength=len(key))

    bridges = _bridges(surface, samples, tree)
    seam = 0.0 if crumbs else SEAM
    width = np.sqrt(surface.areas.sum() / n)
    return Cells(
        of_face,
        np.asarray(np.bincount(of_face, surface.areas, minlength=n), np.float64),
        np.concatenate([links, bridges]),
        component,
        np.concatenate([border, np.full(len(bridges), width)]),
        np.concatenate([valley, np.full(len(bridges), width * seam)]),
        dijkstra(graph, directed=False),
    )


def _bridges(surface: FaceGraph, samples: Ints, tree: cKDTree) -> Ints:
    """(B, 2) samples of different components that are as close to each other as neighbours are."""
    component = surface.component[samples]
    if len(samples) < 2 or (component == component[0]).all():
        return np.zeros((0, 2), np.int64)
    reach = 1.5 * np.median(tree.query(surface.centers[samples], k=2)[0][:, 1])
    near = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    return np.asarray(near[component[near[:, 0]] != component[near[:, 1]]])
