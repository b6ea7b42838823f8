"""A working copy of the surface with faces of even, moderate size, and the way back to the faces that were given.

Heavy meshes are simplified (quadric edge collapse, Garland and Heckbert 1997, by fast-simplification); faces
with long edges are divided, so that a box of twelve triangles can be measured as well as a scan.
"""

from __future__ import annotations

import fast_simplification
import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.models.parts.face_graph import FaceGraph, Ints, face_graph

HEAVY, TARGET = 40_000, 20_000
"""Surfaces with more faces than the first are simplified to about the second."""
PIECES = 5_000
"""Components beyond which faces of the light copy may lie nearest to another component's."""
LONGEST = 0.06
"""Longest edge, in units of the surface's size (root of its area)."""
MOST = 60_000


def working_copy(surface: FaceGraph) -> FaceGraph:
    """A surface to measure on; its ``source`` is the face of ``surface`` that a face lies on (or is nearest to)."""
    if len(surface.faces) <= HEAVY:
        return divided(_copy(surface))
    before, triangles = surface.vertices.astype(np.float32), surface.faces.astype(np.int32)
    points, faces, collapses = fast_simplification.simplify(
        before, triangles, target_count=TARGET, return_collapses=True
    )
    try:
        light = face_graph(points, faces)
    except ValueError:  # nothing but slivers was left
        return _copy(surface)
    own, component = surface.component, np.zeros(len(points), np.int64)
    if own.max() < PIECES:
        moved_to = fast_simplification.replay_simplification(before, triangles, collapses)[2]
        component[moved_to[surface.faces[:, 0]]] = own
    else:  # it would take minutes to follow every leaf of a tree
        own = np.zeros_like(own)
    light.source = _nearest(surface, own, light, component[faces[light.source, 0]])
    light.group = surface.group[light.source]
    return divided(light)


def _copy(surface: FaceGraph) -> FaceGraph:
    return FaceGraph(surface.vertices, surface.faces, np.arange(len(surface.faces)), surface.group)


def carried_back(labels: Ints, work: FaceGraph, whole: FaceGraph) -> Ints:
    """(F of ``whole``,) labels of the nearest faces of its working copy, within the same component where it lasts."""
    return labels[_nearest(work, whole.component[work.source], whole, whole.component)]


def _nearest(of: FaceGraph, of_component: Ints, to: FaceGraph, to_component: Ints) -> Ints:
    """(F of ``to``,) the face of ``of`` that is nearest in place and direction, so that thin walls don't mix.

    Components match by number; faces of a component that ``of`` lacks go to the nearest face of any.
    """
    turn, apart = 0.02 * of.size, 10 * of.size
    there = np.concatenate([of.centers, of.normals * turn], axis=1)
    here = np.concatenate([to.centers, to.normals * turn], axis=1)
    found = cKDTree(np.column_stack([there, of_component * apart])).query(
        np.column_stack([here, to_component * apart])
    )
    nearest = np.asarray(found[1], np.int64)
    lost = of_component[nearest] != to_component
    if lost.any():
        nearest[lost] = cKDTree(there).query(here[lost])[1]
    return nearest


def divided(surface: FaceGraph) -> FaceGraph:
    """Halve long edges until none is over ``LONGEST``; faces that share an edge go on sharing it."""
    vertices, faces, parent = surface.vertices, surface.faces, np.arange(len(surface.faces))
    limit = LONGEST * np.sqrt(surface.areas.sum())
    for _ in range(10):
        ends = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        edges, index = np.unique(ends, axis=0, return_inverse=True)
        index = index.reshape(-1, 3)
        long = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1) > limit
        if not long.any() or len(faces) > MOST:
            break
        middle = np.full(len(edges), -1)
        middle[long] = len(vertices) + np.arange(long.sum())
        vertices = np.concatenate([vertices, vertices[edges[long]].mean(axis=1)])
        faces, of = _split(faces, middle[index])
        parent = parent[of]
    if len(faces) == len(surface.faces):
        return surface
    return FaceGraph(vertices, faces, surface.source[parent], surface.group[parent])


def _split(faces: Ints, middle: Ints) -> tuple[Ints, Ints]:
    """Faces (F, 3) cut at the middles (F, 3) of their edges 01, 12, 20 (-1: uncut), and each piece's parent."""
    cuts = (middle >= 0).sum(axis=1)
    # Turn each face so that its cut edges come first.
    first = np.where(
        cuts == 1, (middle >= 0).argmax(1), np.where(cuts == 2, ((middle < 0).argmax(1) + 1) % 3, 0)
    )
    turn = (first[:, None] + np.arange(3)) % 3
    v = np.take_along_axis(faces, turn, axis=1)
    m = np.take_along_axis(middle, turn, axis=1)
    pieces = {
        0: lambda v, m: [v],
        1: lambda v, m: [_tri(v[:, 0], m[:, 0], v[:, 2]), _tri(m[:, 0], v[:, 1], v[:, 2])],
        2: lambda v, m: [
            _tri(m[:, 0], v[:, 1], m[:, 1]),
            _tri(v[:, 0], m[:, 0], m[:, 1]),
            _tri(v[:, 0], m[:, 1], v[:, 2]),
        ],
        3: lambda v, m: [
            _tri(v[:, 0], m[:, 0], m[:, 2]),
            _tri(m[:, 0], v[:, 1], m[:, 1]),
            _tri(m[:, 2], m[:, 1], v[:, 2]),
            m,
        ],
    }
    out, parents = [], []
    for count, make in pieces.items():
        which = np.flatnonzero(cuts == count)
        for piece in make(v[which], m[which]):
            out.append(piece)
            parents.append(which)
    return np.concatenate(out), np.concatenate(parents)


def _tri(a: Ints, b: Ints, c: Ints) -> Ints:
    return np.stack([a, b, c], axis=1)
