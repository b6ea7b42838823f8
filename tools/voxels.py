"""Solids as voxels, compared: what the benchmarks of shapes need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.geometry.rays import RayScene
from scipy.signal import fftconvolve

MOST_LAYERS = 60
"""Surfaces along one ray at most."""

Solid = NDArray[np.bool_]


def voxels(vertices: NDArray[np.floating], faces: NDArray[np.integer], step: float) -> Solid:
    """(Z, Y, X): the cells of size ``step`` whose centres lie inside a closed mesh.

    Columns are rays along z. A cell is inside where faces that are entered outnumber those that are left, so
    overlapping shells count once and a shell turned inwards is a hole. Cell (k, i, j) has its centre at
    ((j, i, k) + 0.5) * step from the corner of a box that is the same for all meshes within +-1 in x and y.
    """
    count = int(np.ceil(2 / step))
    centres = (np.arange(count) - count / 2 + 0.5) * step
    low, high = float(vertices[:, 2].min()), float(vertices[:, 2].max())
    depth = int(np.ceil((high - low) / step)) + 1
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    facing = np.sign(np.cross(b - a, c - a)[:, 2])
    volume = np.einsum("ij,ij->", a, np.cross(b, c))
    y, x = (g.ravel() for g in np.meshgrid(centres, centres, indexing="ij"))
    # A hair off the grid's symmetry, so that rays do not run through edges.
    origin = np.stack([x + 1.3e-4 * step, y + 0.7e-4 * step, np.full_like(x, low - step)], axis=1)
    scene = RayScene(vertices, faces)
    live = np.arange(len(origin))
    change = np.zeros((depth + 1, len(origin)), np.int16)
    travelled = np.zeros(len(origin))
    up = np.array([0.0, 0.0, 1.0])
    for _ in range(MOST_LAYERS):
        start = origin[live] + travelled[live, None] * up
        hit = scene.first_hit(start, np.broadcast_to(up, start.shape))
        found = hit.face >= 0
        live = live[found]
        if not len(live):
            break
        travelled[live] += hit.distance[found] + 1e-5
        cell = np.ceil((travelled[live] - step) / step - 0.5).astype(int)
        np.add.at(
            change,
            (np.clip(cell, 0, depth), live),
            (-facing[hit.face[found]] * np.sign(volume)).astype(np.int16),
        )
    inside = np.cumsum(change, axis=0)[:depth] > 0
    return inside.reshape(depth, count, count)


def best_overlap(a: Solid, b: Solid) -> float:
    """Intersection over union of two solids (Z, Y, X), one moved along z to where they fit best."""
    spans = [np.any(a | _like(b, a), axis=0)]
    rows, columns = np.nonzero(spans[0])
    if not len(rows):
        return 0.0
    part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    a, b = a[:, *part].astype(np.float32), b[:, *part].astype(np.float32)
    shared = fftconvolve(a, b[::-1], axes=0).sum(axis=(1, 2)).max()
    return float(shared / max(a.sum() + b.sum() - shared, 1))


def _like(solid: Solid, other: Solid) -> Solid:
    """The outline of ``solid`` from the front, to be joined with ``other``."""
    return np.broadcast_to(solid.any(axis=0), other.shape)


def outline(vertices: NDArray[np.floating], faces: NDArray[np.integer], seen: Solid) -> float:
    """Intersection over union of a mesh's outline along z and a picture's (H, W), box laid on box."""
    rows, columns = np.nonzero(seen)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    part = seen[top:bottom, left:right]
    low, high = vertices[:, :2].min(axis=0), vertices[:, :2].max(axis=0)
    # One scale for both directions, as for the volume.
    scale = float(np.sqrt((high - low).prod() / (part.shape[0] * part.shape[1])))
    middle = (low + high) / 2
    margin = 8
    i, j = np.mgrid[-margin : part.shape[0] + margin, -margin : part.shape[1] + margin]
    x = middle[0] + (j.ravel() + 0.5 - part.shape[1] / 2) * scale
    y = middle[1] - (i.ravel() + 0.5 - part.shape[0] / 2) * scale
    origin = np.stack([x, y, np.full(x.shape, vertices[:, 2].min() - 1)], axis=1)
    ours = (RayScene(vertices, faces).first_hit(origin, np.tile([0.0, 0, 1], (len(x), 1))).face >= 0).reshape(
        i.shape
    )
    theirs = np.pad(part, margin)
    return float((ours & theirs).sum() / (ours | theirs).sum())
