"""Pictures of a mesh put back onto its texture, and what several views say about a texel made one.

`scattered` is the way of Paint 2.0: each pixel gives its colour to the four texels around its place. `sampled` is that of 2.1:
each texel looks where it is in the picture. Both leave out what is seen at a low angle or near an outline.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.raster import Floats, Ints
from pocket3d_server.models.hunyuan_paint.cameras import transformed
from pocket3d_server.models.hunyuan_paint.maps import Sight

LEAST_COSINE = np.float32(np.cos(np.radians(75)))
SAME_DEPTH = 3e-3
"""A texel further than this behind what the camera sees is hidden, in units of the painter's frame."""
CANNY = (30, 80)
"""Thresholds for edges in the picture of depths."""
SHARPNESS = 4
"""Power of the cosine by which views are weighed: the one that looks straight at a place prevails."""
ENOUGH = 0.99
"""A view of which more than this share is painted already adds nothing but blur."""
LEAST_WEIGHT = 1e-8
CHUNK = 1 << 19


class Painted(NamedTuple):
    """What one view says about M texels."""

    texel: Ints
    """(M,) row * R + column."""
    color: Floats
    """(M, 3)"""
    cosine: Floats
    """(M,) how directly it was seen; 0 where that is not to be trusted."""


class Baked(NamedTuple):
    """A texture and where it has been seen."""

    texture: Floats
    """(R, R, C) 0..1."""
    trust: NDArray[np.bool_]
    """(R, R)"""


def scattered(sight: Sight, image: Floats, uv: NDArray[Any], resolution: int, border: int) -> Painted:
    """Colours of a picture (S, S, 3) given to the texels around the place of each pixel, weighted by nearness.

    ``uv`` (V, 2) of the surface's vertices has its origin at the bottom left; 0 and 1 are the centres of the outermost
    texels. Pixels within ``border`` of an outline or an edge of depth are left out.
    """
    seen = sight.raster
    kept = (~_near_edges(sight, border)).ravel()[seen.pixel]
    place = np.clip(seen.interpolate(uv, sight.surface.faces)[kept], 0, 1)
    row, column = (1 - place[:, 1]) * np.float32(resolution - 1), place[:, 0] * np.float32(resolution - 1)
    color = image.reshape(-1, 3)[seen.pixel[kept]]
    cosine = _trusted(sight.cosines[kept])
    values = (np.ones_like(cosine), cosine, *color.T)
    total = np.zeros((len(values), resolution**2))
    top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    for down in (0, 1):
        for right in (0, 1):
            share = np.abs(1 - down - (row - top)) * np.abs(1 - right - (column - left))
            texel = np.minimum(top + down, resolution - 1) * resolution
            texel += np.minimum(left + right, resolution - 1)
            for sum_, value in zip(total, values):
                sum_ += np.bincount(texel, share * value, minlength=resolution**2)
    texel = np.flatnonzero(total[0] > 0)
    mean = (total[1:, texel] / total[0, texel]).astype(np.float32)
    return Painted(texel, mean[1:].T, mean[0])


def sampled(sight: Sight, image: Floats, texel: Ints, places: Floats, border: int) -> Painted:
    """What the texels number ``texel`` (N,) at ``places`` (N, 3) on the surface show in a picture (S, S, 3).

    Colours are interpolated, visibility and angle are those of the pixel that the texel lies in. Pixels within ``border`` of
    the outline are left out.
    """
    size = sight.raster.height
    depths, cosines = np.zeros((2, size * size), np.float32)
    depths[sight.raster.pixel] = sight.depths
    clear = (~_near(~sight.raster.mask(), border)).ravel()[sight.raster.pixel]
    cosines[sight.raster.pixel] = _trusted(sight.cosines) * clear
    found = []
    for first in range(0, len(texel), CHUNK):
        some = slice(first, first + CHUNK)
        view = transformed(places[some], sight.model_view)
        x, y = ((view @ sight.projection.T)[:, :2].T * np.float32(0.5) + np.float32(0.5)) * np.float32(size)
        column, row = (np.clip(np.floor(c), 0, size - 1).astype(np.int64) for c in (x, y))
        pixel = row * size + column
        cosine = np.where(np.abs(view[:, 2] - depths[pixel]) < SAME_DEPTH, cosines[pixel], 0)
        shown = np.flatnonzero(cosine > 0)
        found.append(
            Painted(texel[some][shown], _between(image, x[shown], y[shown]), cosine[shown].astype(np.float32))
        )
    return Painted(*(np.concatenate(parts) for parts in zip(*found)))


def merged(paintings: Iterable[tuple[Painted, float]], resolution: int, channels: int = 3) -> Baked:
    """One texture of several views with their weights, in order; those that add less than one percent are skipped."""
    total = np.zeros((resolution**2, channels), np.float32)
    weight = np.zeros(resolution**2, np.float32)
    for painted, importance in paintings:
        texel = painted.texel[painted.cosine > 0]
        if not len(texel) or np.count_nonzero(weight[texel]) > ENOUGH * len(texel):
            continue
        share = np.float32(importance) * painted.cosine[painted.cosine > 0] ** SHARPNESS
        total[texel] += painted.color[painted.cosine > 0] * share[:, None]
        weight[texel] += share
    total /= np.maximum(weight, LEAST_WEIGHT)[:, None]
    square = (resolution, resolution)
    return Baked(total.reshape(*square, channels), (weight > LEAST_WEIGHT).reshape(square))


def _trusted(cosine: Floats) -> Floats:
    return np.where(cosine < LEAST_COSINE, np.float32(0), cosine)


def _near_edges(sight: Sight, border: int) -> NDArray[np.bool_]:
    """(S, S) pixels within ``border`` of the background or of a jump in depth."""
    depth = sight.depths
    low, high = (float(depth.min()), float(depth.max())) if len(depth) else (0.0, 0.0)
    # What is as flat as a wall has no edges, though rounding gives it some depth.
    levels = ((depth - low) / np.float32(max(high - low, SAME_DEPTH)) * 255).astype(np.uint8)
    edges = cv2.Canny(sight.raster.picture(levels[:, None])[..., 0], *CANNY) > 0
    return _near(edges, border) | _near(~sight.raster.mask(), border)


def _near(mask: NDArray[np.bool_], border: int) -> NDArray[np.bool_]:
    """Within a square of ``border`` pixels around those of a mask."""
    square = np.ones((2 * border + 1, 2 * border + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), square) > 0)


def _between(image: Floats, x: Floats, y: Floats) -> Floats:
    """(N, 3) values between pixels; places count from the first pixel, the last one goes on beyond the border."""
    last = len(image) - 1
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right_share, low_share = (x - left)[:, None], (y - top)[:, None]
    columns = np.clip(left, 0, last), np.clip(left + 1, 0, last)
    rows = np.clip(top, 0, last), np.clip(top + 1, 0, last)
    upper = image[rows[0], columns[0]] * (1 - right_share) + image[rows[0], columns[1]] * right_share
    lower = image[rows[1], columns[0]] * (1 - right_share) + image[rows[1], columns[1]] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share, np.float32)
