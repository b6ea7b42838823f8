"""Catmull–Clark subdivision (Catmull and Clark 1978) with sharp edges (the rules of Hoppe et al. 1994)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pocket3d_server.geometry.solid import Faces, Points, Solid, make


def subdivide(
    vertices: ArrayLike, quads: ArrayLike, levels: int = 2, sharp: ArrayLike = (), crease: float = 60.0
) -> Solid:
    """A smooth solid from a closed cage of ``quads`` (Q, 4).

    ``sharp`` lists edges (E, 2) that stay sharp: a vertex on two of them moves along the crease, on three
    or more it stays a corner.
    """
    v, q = np.asarray(vertices, dtype=np.float64), np.asarray(quads, dtype=np.int64)
    s = np.asarray(sharp, dtype=np.int64).reshape(-1, 2)
    for _ in range(levels):
        v, q, s = _once(v, q, s)
    faces = np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
    return make(v, faces, crease=crease, weld=False)


def _once(v: Points, q: Faces, sharp: Faces) -> tuple[Points, Faces, Faces]:
    count = len(v)
    ends = np.stack([q, np.roll(q, -1, axis=1)], axis=2).reshape(-1, 2)
    key = ends.min(axis=1) * count + ends.max(axis=1)
    edge_key, edge_of, uses = np.unique(key, return_inverse=True, return_counts=True)
    edge = np.stack([edge_key // count, edge_key % count], axis=1)
    creased = uses == 1
    if len(sharp):
        creased |= np.isin(edge_key, sharp.min(axis=1) * count + sharp.max(axis=1))

    face_point = v[q].mean(axis=1)
    middle = v[edge].mean(axis=1)
    beside = _sum_by(np.repeat(face_point, 4, axis=0), edge_of, len(edge)) / uses[:, None]
    edge_point = np.where(creased[:, None], middle, (middle + beside) / 2)

    valence = np.bincount(edge.ravel(), minlength=count)[:, None].clip(1)
    faces_at = np.bincount(q.ravel(), minlength=count)[:, None].clip(1)
    mean_face = _sum_by(np.repeat(face_point, 4, axis=0), q.ravel(), count) / faces_at
    mean_edge = _sum_by(np.repeat(middle, 2, axis=0), edge.ravel(), count) / valence
    vertex_point = (mean_face + 2 * mean_edge + (valence - 3) * v) / valence

    on_crease = edge[creased]
    sharpness = np.bincount(on_crease.ravel(), minlength=count)[:, None]
    neighbours = _sum_by(v[on_crease[:, ::-1].ravel()], on_crease.ravel(), count)
    vertex_point = np.where(sharpness == 2, 0.75 * v + 0.125 * neighbours, vertex_point)
    vertex_point = np.where(sharpness > 2, v, vertex_point)

    edge_id = count + edge_of.reshape(-1, 4)
    face_id = np.broadcast_to(count + len(edge) + np.arange(len(q))[:, None], (len(q), 4))
    new_quads = np.stack([q, edge_id, face_id, np.roll(edge_id, 1, axis=1)], axis=2).reshape(-1, 4)
    split = count + np.flatnonzero(creased)
    new_sharp = np.concatenate([np.stack([on_crease[:, k], split], axis=1) for k in range(2)])
    return np.concatenate([vertex_point, edge_point, face_point]), new_quads, new_sharp


def _sum_by(values: Points, index: Faces, count: int) -> Points:
    """(count, 3) sums of the rows of ``values`` that have the same ``index``."""
    return np.stack([np.bincount(index, values[:, k], minlength=count) for k in range(3)], axis=1)
