"""Vertices that a file holds several times, for a seam in UVs or normals, become one again.

glTF has one UV and one normal for each vertex, so it doubles vertices along every seam; in Blender both belong to
the corners of faces, and a mesh in pieces can be neither smoothed nor sculpted. All functions here work on whole
arrays: rows are compared by a hash, which is checked, so the answer is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..later import np

SMOOTH_DOT = 0.9995
"""Cosine of the angle up to which two normals of one vertex count as the same (1.8 degrees)."""
FAITHFUL_DOT = 0.9962
"""Cosine of the angle (5 degrees) by which Blender's own normals may miss the file's …"""
FAITHFUL_SHARE = 0.99
"""… at this share of the corners; else the file's normals are kept as custom ones."""

CREASE = 0.8660254
"""Cosine of the angle (30 degrees, as Blender's own Smooth by Angle) from which two faces make an edge."""


@dataclass
class Welded:
    """Triangles without doubled vertices, with their edges, as Blender stores them."""

    source: np.ndarray
    """(V,) a vertex of the file for each welded one."""
    faces: np.ndarray
    """(F, 3) welded vertices."""
    kept: np.ndarray
    """(F,) number of each face in the file; faces without area fall away."""
    edges: np.ndarray
    """(E, 2) welded vertices, the lower number first."""
    corner_edges: np.ndarray
    """(F, 3) the edge from each corner to the next one of its face."""


def weld(positions: np.ndarray, faces: np.ndarray, groups: np.ndarray) -> Welded:
    """Weld vertices at exactly the same position (V, 3), within one group (F,) of the faces (F, 3) only.

    Two faces with the same three vertices, as both sides of a leaf have, stay apart: Blender cannot hold them on
    the same vertices.
    """
    place = _bits(positions)
    rows = np.column_stack([place[faces].reshape(-1, 3), np.repeat(groups, 3)])
    first, corner = group_rows(rows)
    layer = _layers(corner.reshape(-1, 3))
    if layer.any():
        first, corner = group_rows(np.column_stack([rows, np.repeat(layer, 3)]))
    welded = corner.reshape(-1, 3)
    a, b, c = welded.T
    kept = np.flatnonzero((a != b) & (b != c) & (c != a))
    used, renumbered = np.unique(welded[kept], return_inverse=True)
    new = renumbered.reshape(-1, 3).astype(np.int32)
    edges, corner_edges = edges_of(new, len(used))
    return Welded(faces.reshape(-1)[first[used]], new, kept, edges, corner_edges)


def _bits(positions: np.ndarray) -> np.ndarray:
    """(V, 3) integers that are equal where positions are; zero has one sign."""
    return np.ascontiguousarray(np.asarray(positions, np.float32) + np.float32(0)).view(np.int32)


def _layers(faces: np.ndarray) -> np.ndarray:
    """(F,) 0 for the first face on its three vertices, 1 for the second, and so on."""
    _, number = group_rows(np.sort(faces, axis=1))
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
    rank = np.arange(len(faces)) - np.repeat(starts, np.diff(np.r_[starts, len(faces)]))
    layer = np.empty(len(faces), np.int64)
    layer[order] = rank
    return layer


def group_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Equal rows of integers (N, K): the first row of each group (G,), and the group of each row (N,).

    Groups are numbered in the order in which they first appear.
    """
    rows = np.ascontiguousarray(rows).astype(np.int64)
    mixed = np.zeros(len(rows), np.uint64)
    with np.errstate(over="ignore"):
        for column in rows.T:
            mixed = (mixed ^ column.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    if not np.array_equal(rows[first[inverse]], rows):  # two rows share a hash
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        inverse = inverse.reshape(-1)
    order = np.argsort(first, kind="stable")
    number = np.empty(len(first), np.int64)
    number[order] = np.arange(len(first))
    return first[order], number[inverse]


def edges_of(faces: np.ndarray, vertex_count: int) -> tuple[np.ndarray, np.ndarray]:
    """The edges (E, 2) of triangles (F, 3), and for each corner (F, 3) the edge to the next corner."""
    ends = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).astype(np.int64)
    ends.sort(axis=-1)
    keys, number = np.unique(ends[..., 0] * max(vertex_count, 1) + ends[..., 1], return_inverse=True)
    edges = np.column_stack(np.divmod(keys, max(vertex_count, 1)))
    return edges.astype(np.int32), number.reshape(-1, 3).astype(np.int32)


def sharp_edges(welded: Welded, normals: np.ndarray) -> np.ndarray:
    """(E,) whether the corner normals (F, 3, 3) of the two faces at an edge differ."""
    corners = np.arange(welded.faces.size).reshape(-1, 3)
    following = np.roll(corners, -1, axis=1)
    swap = welded.faces.reshape(-1)[corners] > welded.faces.reshape(-1)[following]
    low = np.where(swap, following, corners).reshape(-1)
    high = np.where(swap, corners, following).reshape(-1)
    edge = welded.corner_edges.reshape(-1)
    order = np.argsort(edge, kind="stable")
    count = np.bincount(edge, minlength=len(welded.edges))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    double = np.flatnonzero(
        count == 2
    )  # Blender shades edges of one, or of three and more faces as sharp anyway
    one, other = order[start[double]], order[start[double] + 1]
    flat = normals.reshape(-1, 3)
    dots = np.minimum(
        np.einsum("ij,ij->i", flat[low[one]], flat[low[other]]),
        np.einsum("ij,ij->i", flat[high[one]], flat[high[other]]),
    )
    sharp = np.zeros(len(welded.edges), bool)
    sharp[double] = dots < SMOOTH_DOT
    return sharp


def creases(points: np.ndarray, welded: Welded) -> np.ndarray:
    """(E,) the edges at which two faces meet by more than ``CREASE``: what to shade sharp where nothing says so."""
    a, b, c = (points[welded.faces[:, k]].astype(np.float64) for k in range(3))
    across = np.cross(b - a, c - a)
    face = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-30)
    edge = welded.corner_edges.reshape(-1)
    order = np.argsort(edge, kind="stable")
    count = np.bincount(edge, minlength=len(welded.edges))
    double = np.flatnonzero(count == 2)
    first = (np.cumsum(count) - count)[double]
    one, other = face[order[first] // 3], face[order[first + 1] // 3]
    sharp = np.zeros(len(welded.edges), bool)
    sharp[double] = np.einsum("ij,ij->i", one, other) < CREASE
    return sharp


def shading_is_plain(points: np.ndarray, welded: Welded, normals: np.ndarray) -> bool:
    """Whether sharp edges are enough to shade like the file's corner normals (F, 3, 3); points are (V, 3).

    Blender's normal of a corner is the mean of the faces around it up to the next sharp edges, weighted by their
    angles; corners of a vertex with one normal in the file stand for such a fan here.
    """
    corners = points[welded.faces].astype(np.float64)
    forward = np.roll(corners, -1, axis=1) - corners
    backward = np.roll(corners, 1, axis=1) - corners
    across = np.cross(forward, backward)
    face = across[:, 0] / np.maximum(np.linalg.norm(across[:, 0], axis=1, keepdims=True), 1e-30)
    angles = np.arctan2(np.linalg.norm(across, axis=2), np.einsum("fci,fci->fc", forward, backward))
    rounded = np.round(normals.reshape(-1, 3) * 64).astype(np.int64)
    _, fan = group_rows(np.column_stack([welded.faces.reshape(-1), rounded]))
    pull = (face[:, None, :] * angles[..., None]).reshape(-1, 3)
    total = np.column_stack([np.bincount(fan, weights=pull[:, k]) for k in range(3)])
    total = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)
    dots = np.einsum("ij,ij->i", total[fan], normals.reshape(-1, 3))
    return bool(np.mean(dots > FAITHFUL_DOT) >= FAITHFUL_SHARE)
