"""UV charts for a mesh that has none: cut by direction, flatten on planes, pack into a square.

Faces are grouped by the axis that their smoothed normal is nearest to, each connected group is flattened on
the plane of its own mean normal (so stretch stays below about 1.7), groups that would cover themselves are
cut again, and the charts are packed by their outlines. It takes seconds where a general unwrapper takes
minutes, and the solid materials and projections that it serves need no longer charts. All of it is numpy,
which lets other threads go on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pocket3d_server.geometry.bake import hidden_faces
from pocket3d_server.geometry.clean import components, face_adjacency, face_normals, weld
from pocket3d_server.geometry.packing import pack

AXES = np.concatenate([np.eye(3), -np.eye(3)])
SMOOTHING = 4
"""Rounds of averaging normals over neighbours before faces choose their axis; makes charts whole."""
FOLD_RASTER = 512
MOST_FOLDS = 5
"""Rounds of taking the lower layers of charts that cover themselves apart."""
NEGLIGIBLE = 0.002
"""Share of hidden faces that is left alone: slivers that a texel cannot tell apart."""
MOST_PACKED = 1024
"""Texels a side up to which charts are packed; a larger atlas is the same one enlarged, in a fifth of the time."""
LEAST_FACING = 0.26
"""A face must not turn away from its chart's plane further than 75 degrees."""


class Unwrapped(NamedTuple):
    """A mesh cut along its chart borders. Faces keep their order."""

    vertex_map: NDArray[np.int64]
    """(V2,) the old index of each new vertex."""
    faces: NDArray[np.int64]
    """(F, 3) over the new vertices."""
    uv: NDArray[np.float32]
    """(V2, 2) in 0..1."""
    charts: NDArray[np.int64]
    """(F,) chart of each face."""


def unwrap(
    vertices: NDArray[Any], faces: NDArray[Any], resolution: int = 1024, padding: int = 4
) -> Unwrapped:
    """Unwrap a mesh into one square atlas of about ``resolution`` texels with ``padding`` texels between charts.

    ``vertices`` (V, 3), ``faces`` (F, 3). Faces without area get a point of the atlas.
    """
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    size = float(np.ptp(v[np.unique(f)], axis=0).max()) or 1.0
    v = (v - v.min(axis=0)) / size
    normal, area = face_normals(v, f)
    welded = weld(v, f)[1]
    pairs, _ = face_adjacency(welded)
    charts = _charts(normal, area, pairs)
    for _ in range(MOST_FOLDS):
        flat, height = _flatten(v, f, normal, area, charts)
        corners = _on_shelves(flat, charts)
        folded = hidden_faces(corners.reshape(-1, 2), np.arange(f.size).reshape(-1, 3), height, FOLD_RASTER)
        if len(folded) <= NEGLIGIBLE * len(f):
            break
        charts = _split(charts, folded, pairs)
    flat, _ = _flatten(v, f, normal, area, charts)
    return _pack(f, flat, charts, resolution, padding)


def _charts(normal: NDArray[Any], area: NDArray[Any], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Chart of each face: connected faces that share their nearest axis."""
    count = len(normal)
    ones = np.ones(len(pairs))
    graph = sparse.csr_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    graph = graph + graph.T
    smooth = normal * area[:, None]
    # Only neighbours within 60 degrees take part, so that the corners of boxes stay sharp.
    close = np.einsum("ec,ec->e", normal[pairs[:, 0]], normal[pairs[:, 1]]) > 0.5
    near = sparse.csr_matrix((ones[close], (pairs[close, 0], pairs[close, 1])), shape=(count, count))
    near = near + near.T + sparse.identity(count)
    for _ in range(SMOOTHING):
        smooth = near @ smooth
    label = (smooth @ AXES.T).argmax(axis=1)
    fits = normal @ AXES.T > LEAST_FACING
    label = np.where(fits[np.arange(count), label], label, (normal @ AXES.T).argmax(axis=1))
    for least in (4, 12):  # dissolve crumbs into the neighbouring chart with the longest border
        chart = components(normal, pairs[label[pairs[:, 0]] == label[pairs[:, 1]]])
        small = np.bincount(chart)[chart] < least
        votes = graph @ np.eye(len(AXES))[label]
        votes[~fits] = 0
        votes[np.arange(count), label] *= 0.5
        best = votes.argmax(axis=1)
        label = np.where(small & (votes.max(axis=1) > 0), best, label)
    return components(normal, pairs[label[pairs[:, 0]] == label[pairs[:, 1]]])


def _flatten(
    v: NDArray[Any], f: NDArray[Any], normal: NDArray[Any], area: NDArray[Any], charts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners (F, 3, 2) on the plane of each chart's mean normal, upright, and heights over it (F,)."""
    count = int(charts.max()) + 1
    mean = np.stack([np.bincount(charts, area * normal[:, c], minlength=count) for c in range(3)], axis=1)
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    mean = np.where(length > 1e-12, mean / np.maximum(length, 1e-12), [[0.0, 0.0, 1.0]])
    # Planes that face the sky take their "up" from -Z, all others from +Y, so textures stand upright.
    up = np.where(np.abs(mean[:, 1:2]) > 0.9, [[0.0, 0.0, -1.0]], [[0.0, 1.0, 0.0]])
    right = np.cross(up, mean)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up = np.cross(mean, right)
    corners = v[f]
    flat = np.stack(
        [np.einsum("fkc,fc->fk", corners, right[charts]), -np.einsum("fkc,fc->fk", corners, up[charts])],
        axis=2,
    )
    return flat, np.einsum("fkc,fc->f", corners, mean[charts]) / 3


def _split(
    charts: NDArray[np.int64], folded: NDArray[np.int64], pairs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Charts in which the ``folded`` faces are cut out."""
    layer = np.zeros(len(charts), np.int64)
    layer[folded] = 1
    same = (charts[pairs[:, 0]] == charts[pairs[:, 1]]) & (layer[pairs[:, 0]] == layer[pairs[:, 1]])
    return components(charts, pairs[same])


def _on_shelves(flat: NDArray[Any], charts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Corners (F, 3, 2) in 0..1 with the charts side by side in rows: loose, but far quicker than packing them."""
    count = int(charts.max()) + 1
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    np.minimum.at(low, charts, flat.min(axis=1))
    np.maximum.at(high, charts, flat.max(axis=1))
    size = (high - low) * 1.02
    order = np.argsort(-size[:, 1], kind="stable")
    wide, tall = size[order].T
    side = max(float(np.sqrt((wide * tall).sum())) * 1.1, float(size.max()), 1e-12)
    end = np.cumsum(wide)
    row = ((end - wide) // side).astype(np.int64)
    first = np.searchsorted(row, np.arange(int(row.max()) + 1))
    first = first[np.diff(row[first], prepend=-1) > 0]
    shelf = np.searchsorted(row[first], row)
    bottom = np.cumsum(tall[first]) - tall[first]
    place = np.empty((count, 2))
    place[order] = np.stack([end - wide - (end - wide)[first][shelf], bottom[shelf]], axis=1)
    placed = flat - low[charts][:, None] + place[charts][:, None]
    return np.asarray(placed / max(float(placed.max()), 1e-12))


def _pack(
    f: NDArray[np.int64], flat: NDArray[Any], charts: NDArray[np.int64], resolution: int, padding: int
) -> Unwrapped:
    """Give each chart its place in the atlas."""
    count = int(charts.max()) + 1
    key, inverse = np.unique(f.ravel() * count + np.repeat(charts, 3), return_inverse=True)
    uv = np.zeros((len(key), 2), np.float32)
    uv[inverse] = pack(flat, charts, min(resolution, MOST_PACKED), max(padding // 2, 1)).reshape(-1, 2)
    return Unwrapped(key // count, inverse.reshape(-1, 3), uv, charts)
