"""A picture as a material: its texture laid on the surface from three sides, without visible repeats."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from scipy import ndimage

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.solid_materials import Look

SIDE = 384
"""Pixels of the tile."""
TILE = 0.5
"""Size of the tile, as a share of the object's longest side."""


def tile_of(rgb: NDArray[Any], alpha: NDArray[Any]) -> Floats:
    """The largest square (SIDE, SIDE, 3) that lies in the object of a picture, or in the picture if it has none."""
    mask = alpha > 0.5
    if float(mask.mean()) > 0.85 or not mask.any():
        mask = np.ones(mask.shape, np.bool_)
    inside = ndimage.distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
    y, x = np.unravel_index(int(inside.argmax()), inside.shape)
    half = max(int(inside[y, x]) - 1, 1)
    square = rgb[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1]
    picture = PilImage.fromarray((np.clip(square, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.asarray(picture.resize((SIDE, SIDE), PilImage.Resampling.LANCZOS), np.float32) / 255


def cover(atlas: Atlas, tile: Floats, seed: int = 0) -> Look:
    """The tile as a solid: mirrored repeats on three planes, two shifted layers mixed by noise to hide the grid."""
    size = np.float32(atlas.extent * TILE)
    p = atlas.position / size
    even = _levelled(tile)
    one, two = (
        _three_sides(even, p, atlas.normal),
        _three_sides(even, p * np.float32(0.83) + 5.37, atlas.normal),
    )
    share = np.clip((fbm(p, 1.6, 3, seed) - 0.5) * 6 + 0.5, 0, 1)[:, None]
    # A plain mixture would lose contrast where both layers meet.
    middle = even.mean(axis=(0, 1))
    blended = (one - middle) * share + (two - middle) * (1 - share)
    color = middle + blended / np.sqrt(share**2 + (1 - share) ** 2)
    color = np.clip(color, 0, 1).astype(np.float32)
    light = color @ np.array([0.3, 0.6, 0.1], np.float32)
    count = len(color)
    return Look(
        color, np.full(count, 0.65, np.float32), np.zeros(count, np.float32), light * size * np.float32(0.02)
    )


def _levelled(tile: Floats) -> Floats:
    """The tile without its broad light and shade, which would show as a chequered grid."""
    broad = np.stack(
        [ndimage.gaussian_filter(tile[..., c], SIDE / 6, mode="reflect") for c in range(3)], axis=2
    )
    return np.clip(tile - 0.7 * (broad - tile.mean(axis=(0, 1))), 0, 1).astype(np.float32)


def _three_sides(tile: Floats, p: Floats, normal: Floats) -> Floats:
    weight = np.abs(normal) ** 6 + np.float32(1e-6)
    weight /= weight.sum(axis=1, keepdims=True)
    out = np.zeros_like(p)
    for axis, (a, b) in enumerate(((2, 1), (0, 2), (0, 1))):
        mine = np.flatnonzero(weight[:, axis] > 0.02)
        u, v = p[mine, a] + np.float32(0.31 * axis), p[mine, b]
        at = np.stack([_folded(-v), _folded(u)])
        for c in range(3):
            out[mine, c] += (
                ndimage.map_coordinates(tile[..., c], at, order=1, mode="nearest") * weight[mine, axis]
            )
    return out


def _folded(x: Floats) -> Floats:
    """Mirrored repetition: pixel coordinates that run forth and back."""
    return np.asarray((1 - np.abs(np.mod(x, 2) - 1)) * (SIDE - 1), np.float32)
