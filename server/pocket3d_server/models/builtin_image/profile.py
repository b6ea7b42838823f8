"""Finds the axis and the profile of a turned object in its silhouette, and what sticks out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.signal import fftconvolve

from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.picture import Array, Mask

SHORTEST_LIMB = 0.25
"""A one-off bulge of the profile longer than this share of the radius, and thin, is a limb and not a ring."""

CORE = 0.4
"""Parts thinner than this share of the thickest are no body."""


@dataclass(frozen=True)
class Turned:
    """A profile around an axis in the picture plane. Lengths in pixels of the silhouette's grid."""

    start: Array
    """(2,) row and column of the axis' upper end."""
    direction: Array
    """(2,) unit vector down the axis (row, column)."""
    radius: Array
    """(K,) at every pixel along the axis."""
    overlap: float
    """Mirror overlap about the axis, 0..1."""
    explained: float
    """Share of the silhouette inside the turned body."""
    excess: float
    """Share of the turned body's own outline that lies outside the silhouette."""
    clean: float
    """Share of the rows whose two sides agree and are one span."""

    def coordinates(self, rows: Array, columns: Array) -> tuple[Array, Array]:
        """Position along the axis and signed distance across it (positive to the right of an upright axis)."""
        r, c = rows - self.start[0], columns - self.start[1]
        along = r * self.direction[0] + c * self.direction[1]
        return along, c * self.direction[0] - r * self.direction[1]

    def radius_at(self, along: Array) -> Array:
        """Radius at positions along the axis; 0 beyond its ends."""
        return np.interp(along, np.arange(len(self.radius)), self.radius, left=0, right=0)

    def radius_near(self, along: Array) -> Array:
        """Radius at positions along the axis; beyond its ends that of the end."""
        return np.interp(along, np.arange(len(self.radius)), self.radius)

    def inside(self, shape: tuple[int, int]) -> Array:
        """How deep each pixel of a grid lies inside the profile across the axis: (H, W), negative outside."""
        along, across = self.coordinates(*np.mgrid[: shape[0], : shape[1]].astype(np.float64))
        radius = self.radius_at(along)
        return np.where(radius > 0, radius - np.abs(across), -np.abs(across) - 1)


def fit_profile(shape: Silhouette) -> Turned:
    """The best turned body for a silhouette: an upright axis, or the main axis when that mirrors far better."""
    rows, columns = np.nonzero(shape.mask)
    points = np.stack([rows, columns], axis=1) - (rows.mean(), columns.mean())
    _, vectors = np.linalg.eigh(points.T @ points)
    main = vectors[:, 1] * np.sign(vectors[0, 1] or 1)
    upright = _along(shape, np.array([1.0, 0.0]))
    if abs(main[0]) > 0.995:
        return upright
    tilted = _along(shape, main)
    return (
        tilted if tilted.overlap * tilted.explained > upright.overlap * upright.explained + 0.06 else upright
    )


def _along(shape: Silhouette, direction: Array) -> Turned:
    """The turned body about the best axis with the given direction (row, column)."""
    rows, columns = np.nonzero(shape.mask)
    middle = np.array([rows.mean(), columns.mean()])
    across = np.array([-direction[1], direction[0]])
    offsets = np.stack([rows, columns], axis=1) - middle
    s, t = offsets @ direction, offsets @ across
    low, high = int(np.floor(s.min())), int(np.ceil(s.max()))
    wide = int(np.ceil(np.abs(t).max())) + 2
    grid_s, grid_t = np.mgrid[low : high + 1, -wide : wide + 1].astype(np.float64)
    where = middle[:, None, None] + grid_s * direction[:, None, None] + grid_t * across[:, None, None]
    distance = ndimage.map_coordinates(shape.distance, where, order=1, cval=-10.0)
    mask = distance > 0
    # A handle on one side must neither move the axis nor count against the symmetry of the body.
    values = _without_thin(distance).astype(np.float32)
    mirrored = fftconvolve(values, values, mode="full", axes=1).sum(axis=0)
    best = int(np.argmax(mirrored))
    overlap = float(mirrored[best] / max(2 * values.sum() - mirrored[best], 1))
    axis = best / 2
    left, right, single = _spans(distance, axis)
    present = (left > 0) & (right > 0)
    if present.sum() < 4:
        return Turned(middle, direction, np.zeros(2), overlap, 0.0, 1.0, 0.0)
    radius = np.where(np.abs(left - right) < 0.015 * len(mask), (left + right) / 2, np.minimum(left, right))
    radius = np.where(present, radius, 0)
    first, last = np.nonzero(present)[0][[0, -1]]
    radius, single = radius[first : last + 1], single[first : last + 1]
    clean = single & (np.abs(left - right)[first : last + 1] < 0.12 * radius + 2)
    radius = _without_limbs(_bridge(radius, single))
    radius = ndimage.gaussian_filter1d(radius, 0.8, mode="nearest")
    start = middle + (low + first) * direction + (axis - wide) * across
    found = Turned(start, direction, radius, overlap, 0.0, 0.0, float(clean.mean()))
    body = found.inside(shape.mask.shape) > 0
    both = float((body & shape.mask).sum())
    return Turned(
        start,
        direction,
        radius,
        overlap,
        both / max(float(shape.mask.sum()), 1),
        1 - both / max(float(body.sum()), 1),
        float(clean.mean()),
    )


def _without_thin(distance: Array) -> Mask:
    """The silhouette opened by a disc, when that removes a little: handles, spouts, stems."""
    mask = distance > 0
    size = CORE * float(distance.max())
    near = ndimage.distance_transform_edt(distance <= size) < size
    core = near & mask
    return core if core.sum() > 0.75 * mask.sum() else mask


def _spans(distance: Array, axis: float) -> tuple[Array, Array, Mask]:
    """How far the span that holds the axis reaches to both sides in every row, and whether it is the only one."""
    mask = distance > 0
    columns = np.arange(mask.shape[1])
    reach = []
    for sign in (-1, 1):
        outward = (columns - axis) * sign
        outside = ~mask & (outward >= 0)
        edge = np.where(outside, outward, np.inf).min(axis=1)
        at = np.clip(
            np.rint(axis + sign * np.where(np.isfinite(edge), edge, 0)).astype(int), 1, mask.shape[1] - 2
        )
        here = np.take_along_axis(distance, at[:, None], 1)[:, 0]
        before = np.take_along_axis(distance, (at - sign)[:, None], 1)[:, 0]
        fraction = np.where(before > 0, -here / np.maximum(before - here, 1e-6), 0)
        reach.append(np.maximum(edge - np.clip(fraction, 0, 1), 0))
    centre = np.take_along_axis(mask, np.full((len(mask), 1), round(axis)), 1)[:, 0]
    starts = (np.diff(mask.astype(np.int8), axis=1, prepend=0) > 0).sum(axis=1)
    left, right = (np.where(centre, r, 0) for r in reach)
    return left, right, (starts == 1)


def _bridge(radius: Array, single: Mask) -> Array:
    """Interpolates across the places where handles join the body: a jump next to rows of several spans."""
    joint = np.zeros(len(radius), bool)
    limit = max(3, round(0.16 * len(radius)))
    for part in ndimage.find_objects(ndimage.label(~single)[0]):
        for edge, step in ((part[0].start, -1), (part[0].stop - 1, 1)):
            near = slice(max(0, edge - 2), edge + 3)
            base = float(np.median(radius[near][~single[near]]))
            ahead = np.arange(1, limit + 1)
            rows = edge + step * ahead
            rows = rows[(rows >= 0) & (rows < len(radius))]
            ahead = ahead[: len(rows)]
            settled = ~single[rows] | (radius[rows] <= base + 0.5 * ahead + 1.5)
            # A jump that never settles is a wider body, not a joint.
            if settled.any() and settled.argmax() > 0:
                end = int(settled.argmax())
                # The joint fades out as long as the outline keeps falling back to the body.
                falling = np.diff(radius[rows[end - 1 :]]) < -0.25
                end += int(np.argmin(falling)) if not falling.all() else len(falling)
                joint[rows[:end]] = True
    known = np.nonzero(~joint & (radius > 0))[0]
    return np.interp(np.arange(len(radius)), known, radius[known]) if len(known) > 1 else radius


def _without_limbs(radius: Array) -> Array:
    """Removes arms that stick out on both sides: short, far-reaching bulges away from the ends."""
    length = len(radius)
    window = max(5, round(0.13 * length)) | 1
    core = ndimage.grey_opening(radius, size=window, mode="nearest")
    labels, count = ndimage.label(radius - core > 0.08 * np.maximum(core, 1) + 1)
    out = radius.copy()
    for part in ndimage.find_objects(labels, count):
        first, last = part[0].start, part[0].stop
        reach = float((radius - core)[first:last].max())
        thin = (last - first) < 0.8 * reach
        inner = first > 0.08 * length and last < 0.92 * length
        if thin and inner and reach > SHORTEST_LIMB * float(core[first:last].mean()):
            lo, hi = max(first - 2, 0), min(last + 2, length)
            out[lo:hi] = np.interp(
                np.arange(lo, hi), [lo, hi - 1], [core[max(lo - 1, 0)], core[min(hi, length - 1)]]
            )
    return out
