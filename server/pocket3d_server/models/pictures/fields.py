"""Scalar fields over a silhouette: distances, inflation heights, colours continued past an edge.

All arrays are (H, W) on one pixel grid; lengths are in pixels of that grid.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.signal import fftconvolve
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from pocket3d_server.models.pictures.picture import Array, Mask, resize

SUPERSAMPLING = 3


def bleed(colours: Array, known: Mask) -> Array:
    """``colours`` (H, W, C) where ``known``, elsewhere the colour of the nearest known pixel."""
    if not known.any():
        return colours.copy()
    rows, columns = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return colours[rows, columns]


def masked_blur(colours: Array, known: Mask | Array, sigma: float) -> Array:
    """Gaussian blur of ``colours`` (H, W, C) that reads only where ``known`` is above 0 (normalised convolution)."""
    weight = known.astype(np.float32)
    total = ndimage.gaussian_filter(weight, sigma)
    sums = ndimage.gaussian_filter(colours * weight[..., None], (sigma, sigma, 0))
    return np.where(total[..., None] > 1e-4, sums / np.maximum(total, 1e-4)[..., None], colours)


def grow_in(colours: Array, known: Mask) -> Array:
    """Smooth colours (H, W, C) everywhere, led by the ``known`` ones: near them as they are, far away their mean.

    Normalised convolutions from coarse to fine, each trusted where it finds enough known pixels.
    """
    side = max(known.shape)
    out = np.broadcast_to(colours[known].mean(axis=0), colours.shape).astype(np.float32)
    for sigma in (0.15 * side, 0.06 * side, 0.025 * side, 0.012 * side):
        total = ndimage.gaussian_filter(known.astype(np.float32), sigma)
        trust = (total / (total + 0.04))[..., None]
        out = out * (1 - trust) + trust * masked_blur(colours, known, sigma)
    return out


def signed_distance(alpha: Array) -> Array:
    """Distance to the 0.5 contour of ``alpha``, positive inside, good to a fraction of a pixel."""
    height, width = alpha.shape
    fine = resize(alpha, height * SUPERSAMPLING, width * SUPERSAMPLING)
    fine = ndimage.gaussian_filter(fine, SUPERSAMPLING * 0.6)
    inside = fine > 0.5
    if not inside.any():
        return np.full(alpha.shape, -float(height + width), np.float32)
    signed = np.where(
        inside,
        ndimage.distance_transform_edt(inside) - 0.5,
        0.5 - ndimage.distance_transform_edt(~inside),
    )
    centre = SUPERSAMPLING // 2
    return (signed[centre::SUPERSAMPLING, centre::SUPERSAMPLING] / SUPERSAMPLING).astype(np.float32)


def poisson(mask: Mask, fixed: Array | None = None, load: float = 4.0) -> Array:
    """Solves ``-laplace(u) = load`` inside ``mask`` with u = 0 outside; (H, W), 0 outside.

    On a disc of radius R, ``load`` 4 gives R^2 - r^2, whose root is a hemisphere. With ``fixed`` (H, W; NaN
    where free) those pixels keep their value and the border of the mask is free (no flow across it).
    """
    number = np.full((mask.shape[0] + 2, mask.shape[1] + 2), -1)
    rows, columns = np.nonzero(mask)
    rows, columns = rows + 1, columns + 1
    count = len(rows)
    if not count:
        return np.zeros(mask.shape, np.float32)
    here = np.arange(count)
    number[rows, columns] = here
    diagonal = np.full(count, 4.0) if fixed is None else np.full(count, 1e-6)
    entries = [], [], []  # type: tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]
    for dy, dx in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        other = number[rows + dy, columns + dx]
        inner = other >= 0
        if fixed is not None:
            diagonal += inner
        entries[0].append(here[inner])
        entries[1].append(other[inner])
        entries[2].append(np.full(int(inner.sum()), -1.0))
    right = np.full(count, load)
    if fixed is not None:
        values = fixed[mask]
        pinned = ~np.isnan(values)
        diagonal[pinned] += 1e4
        right = np.where(pinned, np.nan_to_num(values) * 1e4, load)
    matrix = csc_matrix(
        (
            np.concatenate([*entries[2], diagonal]),
            (np.concatenate([*entries[0], here]), np.concatenate([*entries[1], here])),
        ),
        shape=(count, count),
    )
    solution = np.zeros(mask.shape, np.float32)
    solution[mask] = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(right)
    return solution


def ball_union(distance: Array) -> Array:
    """Squared height of the union of all discs inside a silhouette, each blown up to a ball: (H, W).

    With d the distance to the border, h^2(x) = max_p d(p)^2 - |x - p|^2. That is a lower envelope of
    parabolas and separates into one pass for each axis (Felzenszwalb and Huttenlocher 2012); the inflation
    itself is the puffball of Twarog, Tappen and Adelson 2012.
    """
    squared = -(np.maximum(distance, 0).astype(np.float32) ** 2)
    for axis in (0, 1):
        lines = np.moveaxis(squared, axis, -1)
        steps = np.arange(lines.shape[-1], dtype=np.float32)
        gaps = (steps[:, None] - steps[None, :]) ** 2
        out = np.empty_like(lines)
        for start in range(0, lines.shape[0], 32):  # in blocks, to bound the memory
            block = lines[start : start + 32]
            out[start : start + 32] = (block[:, None, :] + gaps[None]).min(axis=-1)
        squared = np.moveaxis(out, -1, axis)
    return np.maximum(-squared, 0)


def mirror_overlap(mask: Mask) -> tuple[float, float]:
    """The best overlap (IoU) of ``mask`` with its left-right mirror image, and the axis column."""
    values = mask.astype(np.float32)
    overlap = fftconvolve(values, values, mode="full", axes=1).sum(axis=0)
    best = int(np.argmax(overlap))
    return float(overlap[best] / (2 * values.sum() - overlap[best])), best / 2


def ramp(value: float, start: float, end: float) -> float:
    """0 at ``start``, 1 at ``end``, smooth between; falls when ``end`` is the smaller."""
    t = float(np.clip((value - start) / (end - start), 0, 1))
    return t * t * (3 - 2 * t)
