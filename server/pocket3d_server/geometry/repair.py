"""What generated meshes are mended of: numbers that are none, faces without area, faces that look the wrong way, holes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pocket3d_server.geometry.clean import components, face_normals, weld

Faces = NDArray[np.int64]
Points = NDArray[np.float64]


def sound_faces(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.bool_]:
    """Which faces (F,) can be kept: three finite corners at different places, an area, and no twin before them.

    A twin has the same three corners, whatever its winding. Vertices may be repeated at seams.
    """
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    finite = np.asarray(np.isfinite(v).all(axis=1))
    sound = np.asarray(finite[f].all(axis=1))
    if not sound.any():
        return sound
    places, welded, _ = weld(np.where(finite[:, None], v, v[finite][0]), f)
    ordered = np.sort(welded, axis=1)
    sound &= (ordered[:, 0] < ordered[:, 1]) & (ordered[:, 1] < ordered[:, 2])
    edge = np.linalg.norm(places[welded] - places[np.roll(welded, -1, axis=1)], axis=2).max(axis=1)
    sound &= face_normals(places, welded)[1] > 1e-9 * edge**2
    candidates = np.flatnonzero(sound)
    first = np.unique(ordered[candidates], axis=0, return_index=True)[1]
    sound[:] = False
    sound[candidates[first]] = True
    return sound


def outward(vertices: NDArray[Any], faces: NDArray[Any]) -> Faces:
    """The faces with windings that agree across every edge, and closed pieces facing out.

    Neighbours agree when they run along their common edge in opposite directions. Each piece gets the winding that
    most of its area has already; a closed piece with a negative volume is turned unless it lies inside another one
    (then it is the wall of a hollow). Pieces that have only one side, like a Moebius strip, stay as they are, and so
    does what meets at edges of three or more faces.
    """
    f = np.array(faces, np.int64)
    v, welded, _ = weld(vertices, f)
    first, second, same_way = _neighbours(welded)
    count = len(f)
    # Each face is two nodes: as it is and turned. What must agree is linked, so either choice is one component.
    links = np.concatenate(
        [
            np.stack([first, second + count * same_way], axis=1),
            np.stack([first + count, second + count * (1 - same_way)], axis=1),
        ]
    )
    graph = sparse.coo_matrix((np.ones(len(links), np.int8), links.T), shape=(2 * count, 2 * count))
    label = connected_components(graph, directed=False)[1]
    kept, turned = label[:count], label[count:]
    area = face_normals(v, welded)[1]
    weight = np.bincount(kept, area, minlength=int(label.max(initial=-1)) + 1)
    turn = (weight[turned] > weight[kept]) & (kept != turned)
    f[turn], welded[turn] = f[turn, ::-1], welded[turn, ::-1]
    inside_out = _inside_out(v, welded, components(welded, np.stack([first, second], axis=1)))
    f[inside_out] = f[inside_out, ::-1]
    return f


def _neighbours(welded: Faces) -> tuple[Faces, Faces, Faces]:
    """Pairs of faces at edges that have exactly two, and 1 where both run the same way along it."""
    start, end = welded[:, [0, 1, 2]].ravel(), welded[:, [1, 2, 0]].ravel()
    key = np.minimum(start, end) * (int(welded.max(initial=0)) + 1) + np.maximum(start, end)
    order = np.argsort(key, kind="stable")
    _, at, many = np.unique(key[order], return_index=True, return_counts=True)
    pair = at[many == 2]
    a, b = order[pair], order[pair + 1]
    return a // 3, b // 3, (start[a] == start[b]).astype(np.int64)


def _inside_out(v: Points, welded: Faces, piece: Faces) -> NDArray[np.bool_]:
    """Faces of closed pieces that enclose a negative volume and lie in no other piece."""
    corners = v[welded]
    volume = np.bincount(
        piece, np.einsum("fc,fc->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    )
    closed = np.ones(len(volume), np.bool_)
    closed[piece[np.unique(border_edges(welded) // 3)]] = False
    wrong = np.flatnonzero(closed & (volume < 0))
    if len(wrong) and len(volume) > 1:
        probe = corners[np.unique(piece, return_index=True)[1][wrong]].mean(axis=1)
        wrong = wrong[~_enclosed(v, welded, piece, probe, wrong)]
    return np.asarray(np.isin(piece, wrong))


def _enclosed(v: Points, welded: Faces, piece: Faces, probe: Points, own: Faces) -> NDArray[np.bool_]:
    """Whether points (N, 3) of the pieces ``own`` (N,) lie inside another piece: the solid angle of all others."""
    from pocket3d_server.geometry.rays import RayScene

    inside = np.zeros(len(probe), np.bool_)
    for k, point in enumerate(probe):  # there are few pieces that are inside out
        others = welded[piece != own[k]]
        direction = np.array([[0.31, 0.88, 0.36]])
        scene, origin, crossings = RayScene(v, others), point[None], 0
        for _ in range(64):
            hit = scene.first_hit(origin, direction)
            if hit.face[0] < 0:
                break
            crossings += 1
            origin = origin + direction * (hit.distance[0] * (1 + 1e-5) + 1e-7)
        inside[k] = crossings % 2 == 1
    return inside


def border_edges(welded: Faces) -> Faces:
    """Half edges (3 * face + corner) that no other face has."""
    start, end = welded.ravel(), np.roll(welded, -1, axis=1).ravel()
    key = np.minimum(start, end) * (int(welded.max(initial=0)) + 1) + np.maximum(start, end)
    _, inverse, many = np.unique(key, return_inverse=True, return_counts=True)
    return np.flatnonzero(many[inverse] == 1)


def hole_faces(vertices: NDArray[Any], faces: NDArray[Any]) -> Faces:
    """Faces (H, 3) over the same vertices that close every hole; none where there is no hole.

    Weld first where the mesh has seams. A hole is a closed ring of border edges; it is filled by triangulating the
    ring in the plane that fits it best, or by a fan where its outline crosses itself there.
    """
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    rings = _rings(f)
    return np.concatenate([_lid(v, ring) for ring in rings]) if rings else np.zeros((0, 3), np.int64)


def _rings(f: Faces) -> list[Faces]:
    """Closed rings of border vertices, each in the direction in which its lid's faces run and with no vertex twice."""
    border = border_edges(f)
    start, end = f.ravel()[border], np.roll(f, -1, axis=1).ravel()[border]
    follows: dict[int, list[int]] = {}
    for a, b in zip(end.tolist(), start.tolist(), strict=True):  # a lid runs against the faces beside it
        follows.setdefault(a, []).append(b)
    rings: list[Faces] = []
    while follows:
        path = [next(iter(follows))]
        step = {path[0]: 0}
        while path:
            ways = follows.get(path[-1])
            if not ways:  # the walk is over, or the border does not come back
                del step[path.pop()]
                continue
            at = ways.pop()
            if not ways:
                del follows[path[-1]]
            if at not in step:
                step[at] = len(path)
                path.append(at)
                continue
            ring = path[step[at] :]  # rings that touch in a vertex are taken apart there
            for gone in ring[1:]:
                del step[gone]
            del path[step[at] + 1 :]
            if len(ring) > 2:
                rings.append(np.array(ring, np.int64))
    return rings


def _lid(v: Points, ring: Faces) -> Faces:
    from manifold3d import triangulate

    points = v[ring] - v[ring].mean(axis=0)
    # Newell's normal: the area that the ring encloses, seen from each side.
    normal = np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0)
    length = np.linalg.norm(normal)
    fan = np.stack([np.zeros(len(ring) - 2, int), np.arange(1, len(ring) - 1), np.arange(2, len(ring))], 1)
    if length < 1e-12 or len(ring) == 3:
        return ring[fan]
    normal = normal / length
    across = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    across /= np.linalg.norm(across)
    flat = np.stack([points @ across, points @ np.cross(normal, across)], axis=1)
    found = np.asarray(triangulate([flat]), np.int64)
    return ring[found if len(found) == len(ring) - 2 else fan]
