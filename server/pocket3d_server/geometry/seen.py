"""What of a mesh can be seen from outside: generated surfaces have an inner wall too, and bits that float."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.clean import components, face_normals
from pocket3d_server.geometry.nearest import strewn
from pocket3d_server.geometry.repair import border_edges

Points = NDArray[np.floating[Any]]
Faces = NDArray[np.int64]

CELLS = 128
"""Along the longest side, when the air around and in a mesh is looked at."""
SAMPLES_IN_CELL = 6
"""Places on the surface that are looked at in a cell's worth of it, so that no air comes through."""
REACH = 2
"""Cells: a ball of this radius comes in only through openings that it fits through."""
LEAST_ROOM = 200
"""Cells that the ball's middle can be in; what is smaller is a nook, not a hollow."""
LEAST = 0.02
"""Longest side of a floating bit that stays, as a share of that of all."""
LEAST_REST = 4
"""Times the size of a floating bit up to which open pieces are what is left of a wall that was cut off."""
SMOOTHED = 3
"""Rounds of having faces follow their neighbours, so that the cut around what goes is short."""


def seen_faces(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.bool_]:
    """Which faces (F,) can be seen and matter.

    Out stay the walls of hollows and what is in them, also where a crack or a small hole leads there: a ball of
    REACH cells fits in but does not get in. Out stay floating bits, too, whose longest side is less than LEAST of
    that of all. Holes are where a wall was cut off; the largest piece always stays.
    """
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    if not len(f):
        return np.zeros(0, np.bool_)
    corners = v[f]
    seen = ~(_walls(f, corners) | _in_hollows(f, corners))
    if not seen.any():
        return ~seen
    kept = np.flatnonzero(seen)
    piece = components(f[kept])
    count = int(piece.max()) + 1
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, corners[kept].min(axis=1))
    np.maximum.at(high, piece, corners[kept].max(axis=1))
    size = (high - low).max(axis=1)
    wanted = np.full(count, LEAST * float((high.max(axis=0) - low.min(axis=0)).max()))
    if len(kept) < len(f):
        wanted[piece[border_edges(f[kept]) // 3]] *= LEAST_REST
    large = size >= wanted
    large[size.argmax()] = True
    seen[kept] = large[piece]
    return seen


def _walls(f: Faces, corners: Points) -> NDArray[np.bool_]:
    """Faces of closed pieces that face inwards, when there are others."""
    piece = components(f)
    closed = np.ones(int(piece.max()) + 1, np.bool_)
    closed[piece[border_edges(f) // 3]] = False
    volume = np.bincount(piece, np.einsum("fc,fc->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])))
    inward = closed & (volume < 0)
    return np.asarray(inward[piece] & ~inward.all())


def _in_hollows(f: Faces, corners: Points) -> NDArray[np.bool_]:
    """Faces that look into rooms in which a ball finds place but into which it does not come from outside."""
    low = corners.reshape(-1, 3).min(axis=0)
    cell = max(float((corners.reshape(-1, 3).max(axis=0) - low).max()) / CELLS, 1e-12)
    normal, area = face_normals(corners.reshape(-1, 3), np.arange(3 * len(f)).reshape(-1, 3))
    many = np.maximum(np.ceil(SAMPLES_IN_CELL * area / cell**2), 1).astype(np.int64)
    owner, places = strewn(corners, many)
    margin = REACH + 2

    def cells(points: Points) -> tuple[NDArray[np.int64], ...]:
        return tuple((((points - low) / cell).astype(np.int64) + margin).T)

    taken = np.zeros([int(n.max()) + 1 + margin for n in cells(corners.reshape(-1, 3))], np.bool_)
    taken[cells(places)] = True
    taken[cells(corners.reshape(-1, 3))] = True
    label, rooms = ndimage.label(~_grown(taken, REACH))
    large = np.bincount(label.ravel(), minlength=rooms + 1) >= LEAST_ROOM
    large[[0, label[0, 0, 0]]] = False
    if not large.any():
        return np.zeros(len(f), np.bool_)
    outside = label == label[0, 0, 0]
    open_ = _grown(outside, REACH + 1)
    hollow = _grown(large[label], REACH + 1)
    at = cells(places + normal[owner] * cell)
    hidden = np.bincount(owner, hollow[at] & ~open_[at], minlength=len(f)) / many
    corner_count = np.maximum(np.bincount(f.ravel()), 1)
    for _ in range(SMOOTHED):
        hidden = (np.bincount(f.ravel(), np.repeat(hidden, 3)) / corner_count)[f].mean(axis=1)
    return np.asarray(hidden > 0.5)


def _grown(cells: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """With all cells within so many steps, which may lead across edges but not corners: nearly a ball's reach."""
    return np.asarray(ndimage.binary_dilation(cells, ndimage.generate_binary_structure(3, 2), steps))
