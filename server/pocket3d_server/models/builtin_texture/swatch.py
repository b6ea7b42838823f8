"""A picture as a material: its pattern laid on the surface from three sides, in its own colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from scipy import ndimage

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.solid_materials import Look

REPEATS = 3.2
"""Tiles over the object's longest side."""
MOST_PIXELS = 1024
"""Of a tile's side."""
SHARPNESS = 16
"""Power of the normal that weighs the three sides: how soon one side's pattern gives way to the next one's."""


@dataclass(frozen=True)
class Tile:
    """A square piece of pattern."""

    pixels: Floats
    """(S, S, 3) sRGB 0..1."""
    seamless: bool
    """Its opposite borders continue each other, so it can be repeated as it is; others are mirrored."""


def tile_of(rgb: NDArray[Any], alpha: NDArray[Any]) -> Tile:
    """The largest square in the object of a picture (H, W, 3) with its outline (H, W); the whole picture if it is square."""
    mask = alpha > 0.5
    if float(mask.mean()) > 0.85 or not mask.any():
        mask = np.ones(mask.shape, np.bool_)
    if mask.all() and mask.shape[0] == mask.shape[1]:
        square = np.asarray(rgb, np.float32)
    else:
        inside = ndimage.distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
        y, x = np.unravel_index(int(inside.argmax()), inside.shape)
        half = max(int(inside[y, x]) - 1, 1)
        square = np.asarray(rgb[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1], np.float32)
    seamless = _is_seamless(square)
    if len(square) > MOST_PIXELS:
        square = _resized(square, MOST_PIXELS)
    return Tile(square if seamless else _levelled(square), seamless)


def cover(atlas: Atlas, tile: Tile, seed: int = 0) -> Look:
    """The tile all over the surface. A photo of a material is laid twice, shifted, and mixed in patches, which hides
    its repeats; a seamless pattern is laid once, so that its figures stay whole."""
    size = np.float32(atlas.extent / REPEATS)
    p = atlas.position / size
    # Smaller than the texels of the atlas a pattern would only flicker.
    pixels = max(int(min(size / atlas.texel_length(), tile.pixels.shape[0])), 16)
    pattern = _resized(tile.pixels, pixels)
    color = _three_sides(pattern, p, atlas.normal, tile.seamless)
    if not tile.seamless:
        other = _three_sides(pattern, p * np.float32(0.83) + np.float32(5.37), atlas.normal, False)
        share = np.clip((fbm(p, 0.8, 2, seed) - 0.5) * 40 + 0.5, 0, 1)[:, None]
        # A plain mixture would lose contrast where both layers meet.
        middle = pattern.mean(axis=(0, 1))
        mixed = (color - middle) * share + (other - middle) * (1 - share)
        color = middle + mixed / np.sqrt(share**2 + (1 - share) ** 2)
    color = np.clip(color, 0, 1).astype(np.float32)
    light = color @ np.array([0.3, 0.6, 0.1], np.float32)
    count = len(color)
    return Look(
        color, np.full(count, 0.65, np.float32), np.zeros(count, np.float32), light * size * np.float32(0.008)
    )


def _is_seamless(square: Floats) -> bool:
    """Whether the first rows and columns follow the last ones as closely as rows inside follow each other."""
    for image in (square, square.swapaxes(0, 1)):
        inside = np.abs(np.diff(image, axis=0)).mean(axis=(1, 2))
        if float(np.abs(image[0] - image[-1]).mean()) > 1.5 * float(np.quantile(inside, 0.9)) + 2e-3:
            return False
    return True


def _resized(square: Floats, pixels: int) -> Floats:
    picture = PilImage.fromarray((np.clip(square, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.asarray(picture.resize((pixels, pixels), PilImage.Resampling.LANCZOS), np.float32) / np.float32(
        255
    )


def _levelled(square: Floats) -> Floats:
    """The tile without its broad light and shade, which would show as a chequered grid."""
    sigma = len(square) / 6
    broad = np.stack(
        [ndimage.gaussian_filter(square[..., c], sigma, mode="reflect") for c in range(3)], axis=2
    )
    return np.clip(square - 0.7 * (broad - square.mean(axis=(0, 1))), 0, 1).astype(np.float32)


def _three_sides(tile: Floats, p: Floats, normal: Floats, seamless: bool) -> Floats:
    """The tile at points (N, 3), in tiles, seen along each axis and weighed by how far the surface faces it."""
    weight = np.abs(normal) ** SHARPNESS + np.float32(1e-9)
    weight /= weight.sum(axis=1, keepdims=True)
    weight[weight < 0.02] = 0
    weight /= weight.sum(axis=1, keepdims=True)
    out = np.zeros_like(p)
    for axis in range(3):
        mine = np.flatnonzero(weight[:, axis])
        x, y, z = p[mine].T
        # The pattern is never mirrored and stands upright, from whichever side it is seen.
        side = np.sign(normal[mine, axis])
        u, v = ((-z * side, y), (x, -z * side), (x * side, y))[axis]
        u = u + np.float32(0.31 * axis)
        if seamless:
            at = np.stack([-v, u]) * np.float32(len(tile)) - np.float32(0.5)
        else:
            at = np.stack([_folded(-v), _folded(u)]) * np.float32(len(tile) - 1)
        mode = "grid-wrap" if seamless else "nearest"
        for c in range(3):
            out[mine, c] += ndimage.map_coordinates(tile[..., c], at, order=1, mode=mode) * weight[mine, axis]
    return out


def _folded(x: Floats) -> Floats:
    """Mirrored repetition: runs from 0 to 1 and back."""
    return np.asarray(1 - np.abs(np.mod(x, 2) - 1), np.float32)
