"""Gives the kit's finishes their patterns as tiled images: base colour, roughness, and relief where there is any."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from pocket3d_server.geometry.asset import Asset, Image, linear_to_srgb
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.organic.paint import Painted
from pocket3d_server.models.builtin_text.patterns import PATTERNS, Grid, Surface

LEAST = 128


@dataclass(frozen=True)
class _Tile:
    """A pattern's images, shared by all materials that have it."""

    colour: Image
    shine: Image
    relief: Image | None
    mean: Grid


def texture(asset: Asset, resolution: int, seed: int = 0) -> None:
    """Texture every patterned finish of ``asset`` in place.

    Base colour images have ``resolution`` pixels (faint patterns a quarter), roughness and normal images half of
    that. Texture coordinates change from metres to tiles. Painted coats are painted again in the right size; other
    materials that bring their own images stay as they are.
    """
    tiles: dict[str, _Tile] = {}
    done: set[int] = set()
    for primitive in asset.primitives():
        material = primitive.material
        if isinstance(material, Painted):
            material.resize(resolution)
        if not isinstance(material, Finish) or material.pattern not in PATTERNS or primitive.uv is None:
            continue
        if material.base_color_image is not None and id(material) not in done:
            continue
        pattern = PATTERNS[material.pattern]
        tile = tiles.get(material.pattern)
        if tile is None:
            tile = tiles[material.pattern] = _tile(material.pattern, resolution, seed)
        primitive.uv = np.asarray(primitive.uv) / pattern.metres
        if id(material) not in done:
            done.add(id(material))
            _dress(material, tile)


def _dress(material: Finish, tile: _Tile) -> None:
    """Put the images on, with factors that keep the material's mean colour and roughness as they were."""
    r, g, b = np.clip(np.asarray(material.base_color[:3]) / tile.mean[:3], 0, 1)
    material.base_color = (float(r), float(g), float(b), material.base_color[3])
    material.roughness = float(min(material.roughness / tile.mean[3], 1.0))
    material.base_color_image = tile.colour
    material.metallic_roughness_image = tile.shine
    material.normal_image = tile.relief


def _tile(name: str, resolution: int, seed: int) -> _Tile:
    pattern = PATTERNS[name]
    size = resolution if pattern.fine else max(resolution // 4, LEAST)
    # Not hash(): that differs from process to process.
    surface = pattern.draw(size, np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(name.encode())]))
    colour = np.round(linear_to_srgb(surface.tone) * 255).astype(np.uint8)
    rough = _halved(surface.roughness)
    shine = np.stack([np.full_like(rough, 1.0), rough, np.full_like(rough, 1.0)], axis=2)
    relief = _normals(surface, pattern.metres) if surface.height.any() else None
    mean = np.append(surface.tone.mean(axis=(0, 1)), surface.roughness.mean())
    return _Tile(colour, np.round(shine * 255).astype(np.uint8), relief, mean)


def _halved(grid: Grid) -> Grid:
    """(R, R) averaged to (R/2, R/2)."""
    half = len(grid) // 2
    return grid.reshape(half, 2, half, 2).mean(axis=(1, 3))


def _normals(surface: Surface, metres: float) -> Image:
    """Tangent-space normals (R/2, R/2, 3) of the height, +Y towards the top of the image."""
    height = _halved(surface.height)
    step = 2 * metres / len(height)
    across = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / step
    down = (np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0)) / step
    normal = np.stack([-across, down, np.ones_like(height)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    return np.round((normal * 0.5 + 0.5) * 255).astype(np.uint8)
