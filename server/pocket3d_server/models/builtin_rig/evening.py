"""Keeps skin from tearing: evens out weights where neighbours would move far apart when a joint turns.

When a joint turns by an angle, an edge whose ends follow it to a different degree grows by that difference, times the
distance from the joint, times the angle. Where this is more than the edge's own length the weights are averaged with
their neighbours' until it is not: in armpits, where a sleeve meets a jacket, and between legs.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pocket3d_server.models.builtin_rig.bones import Plan
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints, WeldedMesh

MOST_STRETCH = 1.6
"""Growth of an edge, share of its length, for each radian that one joint turns."""
ROUNDS = 24
"""Of averaging; each spreads weights by one edge."""


def evened(weights: Floats, surface: WeldedMesh, plan: Plan) -> Floats:
    """``weights`` (V, J) of ``plan.bones`` with what would tear averaged; rows still sum to 1."""
    edges = _edges(surface)
    heads = np.array([b.head for b in plan.bones])
    below = _below(plan)
    limit = MOST_STRETCH * np.linalg.norm(
        surface.vertices[edges[:, 0]] - surface.vertices[edges[:, 1]], axis=1
    )
    torn = _stretch(weights, surface.vertices, heads, below, edges) > limit
    if not torn.any():
        return weights
    count = len(weights)
    ones = np.ones(2 * len(edges))
    joined = sparse.csr_matrix((ones, (np.append(edges[:, 0], edges[:, 1]), np.append(edges[:, 1], edges[:, 0]))),
                               shape=(count, count))  # fmt: skip
    near = np.zeros(count)
    near[edges[torn].ravel()] = 1
    for _ in range(ROUNDS // 2):
        near = np.minimum(near + joined @ near, 1)
    region = np.flatnonzero(near)
    place = np.full(count, -1)
    place[region] = np.arange(len(region))
    own = (place[edges] >= 0).all(axis=1)
    inner, limit = place[edges[own]], limit[own]
    outside = np.flatnonzero(joined[region] @ (near == 0))  # the rim stays as it is
    neighbours = joined[region][:, region]
    mean = sparse.diags(1 / np.maximum(np.asarray(neighbours.sum(axis=1)).ravel(), 1)) @ neighbours
    part, points = weights[region], surface.vertices[region]
    for _ in range(ROUNDS):
        stretch = _stretch(part, points, heads, below, inner) / limit
        share = np.zeros(len(region))
        for end in range(2):
            np.maximum.at(share, inner[:, end], np.clip(stretch - 0.7, 0, 1))
        share[outside] = 0
        if stretch.max() <= 1:
            break
        part = part + share[:, None] * (mean @ part - part)
    weights = weights.copy()
    weights[region] = part
    return weights


def _edges(surface: WeldedMesh) -> Ints:
    """(E, 2) each edge once."""
    pairs = np.sort(surface.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    key = np.unique(pairs[:, 0] * len(surface.vertices) + pairs[:, 1])
    return np.stack([key // len(surface.vertices), key % len(surface.vertices)], axis=1)


def _below(plan: Plan) -> Floats:
    """(J, J): column j marks bone j and all that hang from it."""
    names = [b.name for b in plan.bones]
    below = np.eye(len(names))
    for k in range(len(names) - 1, -1, -1):
        parent = plan.bones[k].parent
        if parent is not None:
            below[:, names.index(parent)] = np.maximum(below[:, names.index(parent)], below[:, k])
    return below


def _stretch(weights: Floats, points: Floats, heads: Floats, below: Floats, edges: Ints) -> Floats:
    """(E,) how much each edge grows for a radian of the joint that stretches it most."""
    carried = weights @ below
    most = np.zeros(len(edges))
    a, b = edges[:, 0], edges[:, 1]
    for j, head in enumerate(heads):
        differ = np.abs(carried[a, j] - carried[b, j])
        some = np.flatnonzero(differ > 1e-3)
        away = np.linalg.norm((points[a[some]] + points[b[some]]) / 2 - head, axis=1)
        most[some] = np.maximum(most[some], differ[some] * away)
    return most
