"""Mesh hygiene: welding, components, normals, simplification."""

from __future__ import annotations

from typing import Any

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pocket3d_server.geometry.vectors import unit_normals


def places(
    vertices: NDArray[Any], tolerance: float | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct places of vertices (V, 3), sorted by x, y and z: the first vertex at each (P,), and the place
    of each vertex (V,).

    ``tolerance`` in metres (default: a millionth of the extent) is the cell of a grid on which positions are
    compared, so two vertices up to that far apart usually share a place.
    """
    v = np.asarray(vertices, np.float64)
    if tolerance is None:
        tolerance = float(np.ptp(v, axis=0).max()) * 1e-6 if len(v) else 0.0
    cell: NDArray[Any] = np.round((v - v.min(axis=0)) / tolerance).astype(np.int64) if tolerance > 0 else v
    if (
        tolerance > 0 and cell.max(initial=0) < 2**21
    ):  # three 21-bit coordinates in one key sort far faster than rows
        key: NDArray[Any] = (cell[:, 0] << 42) | (cell[:, 1] << 21) | cell[:, 2]
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    else:
        _, first, inverse = np.unique(cell, axis=0, return_index=True, return_inverse=True)
    return first, inverse.ravel()


def weld(
    vertices: NDArray[Any], faces: NDArray[Any], tolerance: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Merge vertices that lie in the same place; ``tolerance`` as for ``places``.

    Returns vertices in the order in which their places first appear, faces, and the new index of each old
    vertex; face order and count stay, so a face may become degenerate.
    """
    v = np.asarray(vertices, np.float64)
    first, place = places(v, tolerance)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    mapping = rank[place]
    return v[first[order]], mapping[np.asarray(faces, np.int64)], mapping


def face_normals(
    vertices: NDArray[Any], faces: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit normals (F, 3) (zero for degenerate faces) and areas (F,)."""
    t = np.asarray(vertices, np.float64)[faces]
    cross = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    length = np.linalg.norm(cross, axis=1)
    return cross / np.where(length > 0, length, 1)[:, None], length / 2


def face_adjacency(faces: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of faces that share an edge (E, 2) and those edges' vertices (E, 2).

    Around an edge with more than two faces, neighbours in face order are paired. Weld first if the mesh has seams.
    """
    f = np.asarray(faces, np.int64)
    edges = np.sort(f[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    key = edges[:, 0] * (int(f.max(initial=0)) + 1) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    pairs = np.stack([order[same], order[same + 1]], axis=1)
    return pairs // 3, edges[pairs[:, 0]]


def components(faces: NDArray[Any], pairs: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Connected component of each face (F,), over shared vertices, or over ``pairs`` of faces when given."""
    f = np.asarray(faces, np.int64)
    if pairs is not None:
        graph = sparse.coo_matrix((np.ones(len(pairs), np.int8), pairs.T), shape=(len(f), len(f)))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)
    count = int(f.max(initial=-1)) + 1
    edges = f[:, [0, 1, 1, 2]].reshape(-1, 2)
    graph = sparse.coo_matrix((np.ones(len(edges), np.int8), edges.T), shape=(count, count))
    label = connected_components(graph, directed=False)[1]
    return np.unique(label[f[:, 0]], return_inverse=True)[1].astype(np.int64)


def corner_angles(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.float64]:
    """Angle at each corner (F, 3), radians."""
    t = np.asarray(vertices, np.float64)[faces]
    a = np.roll(t, -1, axis=1) - t
    b = np.roll(t, 1, axis=1) - t
    cosine = np.einsum("fkc,fkc->fk", a, b)
    return np.arctan2(np.linalg.norm(np.cross(a, b), axis=2), cosine)


def vertex_normals(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.float64]:
    """Smooth unit normals (V, 3), weighted by corner angle and face area; unused vertices get +Y."""
    normal, area = face_normals(vertices, faces)
    weight = corner_angles(vertices, faces) * area[:, None]
    total = np.stack(
        [
            np.bincount(np.ravel(faces), (weight * normal[:, c : c + 1]).ravel(), minlength=len(vertices))
            for c in range(3)
        ],
        axis=1,
    )
    return unit_normals(total, 1e-30)


def smooth_shading(
    vertices: NDArray[Any], faces: NDArray[Any], crease: float = 40.0
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Normals that are smooth but break at edges sharper than ``crease`` degrees.

    Returns the old index of each new vertex (V2,), faces (F, 3) over the new vertices in the same order, and normals
    (V2, 3). A vertex is repeated only where a crease meets it.
    """
    f = np.asarray(faces, np.int64)
    _, welded, _ = weld(vertices, f)
    normal, area = face_normals(vertices, f)
    pairs, edges = face_adjacency(welded)
    smooth = np.einsum("ec,ec->e", normal[pairs[:, 0]], normal[pairs[:, 1]]) > np.cos(np.radians(crease))
    pairs, edges = pairs[smooth], edges[smooth]
    # Corners that meet in a vertex across a smooth edge belong to one smoothing group of that vertex.
    links = []
    for end in range(2):
        sides = [
            3 * pairs[:, s] + (welded[pairs[:, s]] == edges[:, end : end + 1]).argmax(axis=1)
            for s in range(2)
        ]
        links.append(np.stack(sides, axis=1))
    link = np.concatenate(links) if links else np.zeros((0, 2), np.int64)
    graph = sparse.coo_matrix((np.ones(len(link), np.int8), link.T), shape=(f.size, f.size))
    group = connected_components(graph, directed=False)[1]
    weight = (corner_angles(vertices, f) * area[:, None]).ravel()
    per_corner = np.repeat(normal, 3, axis=0)
    total: NDArray[np.float64] = np.stack(
        [np.bincount(group, weight * per_corner[:, c]) for c in range(3)], axis=1
    )
    total = unit_normals(total, 1e-30)
    key = f.ravel() * (int(group.max(initial=0)) + 1) + group
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return f.ravel()[first], inverse.reshape(-1, 3), total[group[first]]


def simplify(
    vertices: NDArray[Any], faces: NDArray[Any], target: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Reduce to about ``target`` faces by quadric edge collapse; a mesh that is small enough comes back as it is."""
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    if len(f) <= target:
        return v, f
    points, triangles = fast_simplification.simplify(
        v.astype(np.float32), f.astype(np.int32), target_count=int(target)
    )
    return np.asarray(points, np.float64), np.asarray(triangles, np.int64)
