"""Triangles to pixels: which pixels lie in a face, and which face is seen at each pixel.

`Flat` finds the pixels of triangles on the plane of an image, for atlases (`bake`) as well as for views. `raster` draws a mesh
as a depth buffer of whole numbers does, so that what is seen where is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

CHUNK = 1 << 18
"""Pixels looked at together; small enough to stay in the cache."""
INSIDE = -1e-4
"""Distance in pixels from an edge at which rounding may put a pixel that lies on it."""
DEPTHS = np.float32(1 << 18)
"""Steps of depth between the near and the far plane; of faces in one step the first is seen."""
REACH = 0.02
"""Pixels around a face that are tried, so that rounding loses none."""
BACKGROUND = np.int64(1) << 62


@dataclass(frozen=True)
class Raster:
    """What is seen at N pixels of an image, in ascending order."""

    height: int
    width: int
    pixel: Ints
    """(N,) row * width + column."""
    face: Ints
    """(N,)"""
    barycentric: Floats
    """(N, 3) weights of the face's corners."""

    def interpolate(self, values: NDArray[Any], faces: NDArray[Any]) -> Floats:
        """Values given for each vertex (V, C) at the pixels (N, C)."""
        v = np.asarray(values, np.float32)
        out = np.zeros((len(self.face), v.shape[1]), np.float32)
        for k in range(3):  # a face's corner at a time: what is gathered for the pixels lies side by side
            part = np.take(v[faces[:, k]], self.face, axis=0)
            part *= self.barycentric[:, k : k + 1]
            out += part
        return out

    def only(self, kept: NDArray[np.bool_]) -> Raster:
        """Of the pixels some, chosen by ``kept`` (N,)."""
        return Raster(self.height, self.width, self.pixel[kept], self.face[kept], self.barycentric[kept])

    def mask(self) -> NDArray[np.bool_]:
        """(H, W) where something is seen."""
        mask = np.zeros(self.height * self.width, np.bool_)
        mask[self.pixel] = True
        return mask.reshape(self.height, self.width)

    def picture(self, values: NDArray[Any], background: float = 0.0) -> NDArray[Any]:
        """Values at the pixels (N, C) as an image (H, W, C), ``background`` elsewhere."""
        image = np.full((self.height * self.width, values.shape[1]), background, values.dtype)
        image[self.pixel] = values
        return image.reshape(self.height, self.width, -1)


class Flat:
    """Triangles on the plane of an image: corners (F, 3, 2) in pixels, x to the right and y down, centres at one half."""

    def __init__(self, corners: NDArray[Any]) -> None:
        self._corners = np.asarray(corners, np.float64)
        a, b, c = (self._corners[:, k] for k in range(3))
        double = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        self._usable = np.abs(double) > 1e-9
        # The barycentric of corner k is linear in column and row: three coefficients each.
        inverse = np.where(self._usable, 1 / np.where(self._usable, double, 1), 0)
        self._slope = np.zeros((len(self._corners), 3, 3))
        for k, (p, q) in enumerate(((b, c), (c, a), (a, b))):
            self._slope[:, k, 0] = (p[:, 1] - q[:, 1]) * inverse
            self._slope[:, k, 1] = (q[:, 0] - p[:, 0]) * inverse
            self._slope[:, k, 2] = (0.5 - p[:, 0]) * self._slope[:, k, 0]
            self._slope[:, k, 2] += (0.5 - p[:, 1]) * self._slope[:, k, 1]
        # Distance of a pixel to the edge opposite corner k is its barycentric k times the triangle's height there.
        self._heights = 1 / np.maximum(np.hypot(self._slope[..., 0], self._slope[..., 1]), 1e-12)

    def barycentric(self, face: Ints, row: Ints, column: Ints) -> tuple[Floats, Floats]:
        """Of pixels' centres: weights of the corners (N, 3) and distance in pixels to the nearest edge (N,), negative outside."""
        s = self._slope[face, 1:]
        w = (column[:, None] * s[..., 0] + row[:, None] * s[..., 1] + s[..., 2]).astype(np.float32)
        weights = np.stack([1 - w[:, 0] - w[:, 1], w[:, 0], w[:, 1]], axis=1)
        return weights, (weights * self._heights[face]).min(axis=1).astype(np.float32)

    def pixels(
        self, height: int, width: int, rim: float | NDArray[Any] = 0.0
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Face, row and column of the pixels in each face or within ``rim`` ((F,) pixels) of it, face by face.

        Faces are scanned row by row: long thin ones have boxes hundreds of times larger than themselves. Faces without
        area have no pixels.
        """
        rim = np.broadcast_to(np.asarray(rim, np.float64), len(self._corners))
        size = np.array([width, height])
        lowest, highest = self._corners.min(axis=1), self._corners.max(axis=1)
        low = np.clip(np.floor(lowest - rim[:, None] - 0.5), 0, size).astype(np.int64)
        high = np.clip(np.ceil(highest + rim[:, None] + 0.5), 0, size).astype(np.int64)
        limit = np.minimum(-rim, INSIDE)
        rows = np.maximum(high[:, 1] - low[:, 1], 0) * self._usable
        face = np.repeat(np.arange(len(rows)), rows)
        y = low[face, 1] + np.arange(len(face)) - np.repeat(np.cumsum(rows) - rows, rows)
        left, right = low[face, 0], high[face, 0] - 1
        slope, heights = self._slope, self._heights
        for k in range(3):  # pixels of this row on the inner side of each edge
            rise = (slope[:, k, 0] * heights[:, k])[face]
            start = (
                y * (slope[:, k, 1] * heights[:, k])[face] + (slope[:, k, 2] * heights[:, k] - limit)[face]
            )
            level = np.abs(rise) < 1e-12
            border = -start / np.where(level, 1, rise)
            left = np.where(rise > 1e-12, np.maximum(left, np.ceil(border)), left)
            right = np.where(rise < -1e-12, np.minimum(right, np.floor(border)), right)
            right = np.where(level & (start <= 0), -1, right)
        count = np.maximum(right - left + 1, 0).astype(np.int64)
        left = left.astype(np.int64)
        total = np.cumsum(count)
        first = 0
        while first < len(count):
            before = total[first - 1] if first else 0
            last = max(int(np.searchsorted(total, before + CHUNK, side="right")), first + 1)
            many = count[first:last]
            within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
            yield (
                np.repeat(face[first:last], many),
                np.repeat(y[first:last], many),
                np.repeat(left[first:last], many) + within,
            )
            first = last


def raster(clip: NDArray[Any], faces: NDArray[Any], height: int, width: int) -> Raster:
    """Which face is seen at each pixel of an image, both sides of faces alike.

    ``clip`` (V, 4) are vertices in clip space; x and y from -1 to 1 after division by w span the centres of the first and the
    last column and row, row 0 at y = -1. The nearest has the smallest z; of faces in one step of depth the first in ``faces``
    (F, 3) is seen. What lies before the near plane is left out, and so are faces that are not finite. Arithmetic is in single
    precision throughout, since its rounding decides between faces that touch. Barycentrics are corrected for perspective.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        place = _on_screen(np.asarray(clip, np.float32), height, width)
    faces = np.asarray(faces, np.int64)
    sound = np.flatnonzero(np.isfinite(place[faces]).all(axis=(1, 2)))
    corners = place[faces[sound]]
    triangles = _Triangles(corners)
    nearest = np.full(height * width, BACKGROUND, np.int64)
    for index, row, column in Flat(corners[..., :2]).pixels(height, width, REACH):
        weights = triangles.weights(index, row, column)
        depth = np.einsum("kn,kn->n", weights, corners[index, :, 2].T)
        step = (depth * DEPTHS).astype(np.int64)
        seen = (weights.min(axis=0) >= 0) & (step >= 0)
        np.minimum.at(
            nearest, row[seen] * width + column[seen], step[seen] << np.int64(32) | sound[index[seen]]
        )
    pixel = np.flatnonzero(nearest < BACKGROUND)
    face = (nearest[pixel] & 0xFFFFFFFF).astype(np.int32)
    back = np.zeros(len(faces), np.int64)
    back[sound] = np.arange(len(sound))
    weights = triangles.weights(back[face], pixel // width, pixel % width).T
    weights /= np.asarray(clip, np.float32)[faces[face], 3]
    weights /= weights.sum(axis=1, keepdims=True)
    return Raster(height, width, pixel.astype(np.int32), face, weights)


def _on_screen(clip: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Places (V, 3): column and row, centres at one half, and depth from 0 to 1."""
    half, one = np.float32(0.5), clip[:, :3] / clip[:, 3:]
    x = (one[:, 0] * half + half) * np.float32(width - 1) + half
    y = (one[:, 1] * half + half) * np.float32(height - 1) + half
    # A little less than a half keeps the far plane inside the last step of depth.
    return np.stack([x, y, one[:, 2] * np.float32(0.49999) + half], axis=1)


class _Triangles:
    """Barycentrics of pixels in single precision, from the areas that a pixel spans with two of the edges."""

    def __init__(self, corners: NDArray[np.float32]) -> None:
        self._a = corners[:, 0, :2]
        self._ab, self._ac = corners[:, 1, :2] - self._a, corners[:, 2, :2] - self._a
        area = self._ac[:, 0] * self._ab[:, 1] - self._ab[:, 0] * self._ac[:, 1]
        self._area = np.where(area == 0, np.float32(1), area)

    def weights(self, face: Ints, row: Ints, column: Ints) -> NDArray[np.float32]:
        """(3, N) of the corners, at the centres of pixels."""
        a, ab, ac = (np.take(each, face, axis=0) for each in (self._a, self._ab, self._ac))
        area = self._area[face]
        x = column.astype(np.float32) + np.float32(0.5) - a[:, 0]
        y = row.astype(np.float32) + np.float32(0.5) - a[:, 1]
        beta = (ac[:, 0] * y - x * ac[:, 1]) / area
        gamma = (x * ab[:, 1] - ab[:, 0] * y) / area
        return np.stack([1 - beta - gamma, beta, gamma])
