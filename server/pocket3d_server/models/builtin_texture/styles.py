"""Finishing a surface: realistic (worn and shaded), cartoon (flat and outlined), artistic (brush strokes)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.noise import cells, fbm, noise, warp
from pocket3d_server.geometry.solid_materials import Look

STROKES_ACROSS = 76
"""Brush strokes over the object's longest side."""
PALETTE = 5
"""Colours of a cartoon surface."""


def realistic(
    atlas: Atlas, look: Look, open_: Floats, edge: Floats, seed: int, strength: float = 1.0
) -> Look:
    """Dirt in cavities, wear on edges, a little of the sky's shadow in the colour; ``strength`` 0 is brand-new."""
    p = atlas.position / np.float32(atlas.extent)
    patchy = fbm(p, 14, 4, seed + 71)
    amount = np.float32(min(strength, 2.5))
    dirt = np.clip(amount * ((1 - open_) * 1.5 - 0.25 + 0.5 * (patchy - 0.5)), 0, 1)
    wear = np.clip(amount * edge * (0.35 + 1.3 * (patchy - 0.2)), 0, 1)
    color = look.color * (1 - 0.42 * (1 - open_))[:, None]
    grime = np.array([0.20, 0.17, 0.13], np.float32)
    color = color * (1 - 0.35 * dirt)[:, None] + grime * (0.35 * dirt * 0.8)[:, None]
    lighter = np.clip(color * 1.35 + 0.07, 0, 1)
    color = color + (lighter - color) * (0.55 * wear)[:, None]
    # Metals are polished where hands touch them; paint, wood and stone grow rougher.
    metal = np.asarray(look.metallic)
    roughness = look.roughness + 0.22 * dirt + wear * np.where(metal > 0.5, -0.12, 0.06)
    return Look(color.astype(np.float32), np.clip(roughness, 0.04, 1), metal * (1 - 0.6 * dirt), look.height)


def cartoon(atlas: Atlas, look: Look, open_: Floats, edge: Floats) -> Look:
    """A few flat, bright colours with inked cavities, light edges and painted bands of light."""
    flat = flattened(atlas, look.color)
    grey = flat @ np.array([0.3, 0.6, 0.1], np.float32)
    vivid = grey[:, None] + (flat - grey[:, None]) * 1.35
    vivid = np.clip(vivid, 0, 1) ** 0.82
    up = atlas.normal[:, 1] + 0.35 * atlas.normal[:, 2] + 0.25 * (open_ - 0.7)
    band = 0.66 + 0.20 * _edge(up, -0.15) + 0.20 * _edge(up, 0.50)
    ink = np.maximum(_edge(-open_, -0.36), _outlines(atlas, flat))
    rim = _edge(edge, 0.45) * (1 - ink)
    color = vivid * band[:, None]
    color += (np.clip(color * 1.25 + 0.12, 0, 1) - color) * rim[:, None]
    color *= (1 - 0.72 * ink)[:, None]
    count = len(color)
    return Look(
        np.clip(color, 0, 1), np.full(count, 0.75, np.float32), np.zeros(count, np.float32), np.zeros(count)
    )


def strokes(atlas: Atlas, seed: int) -> tuple[Floats, Floats, Floats]:
    """Brush strokes: where each texel takes its colour from (N, 3 metres), the stroke's number and its relief (N,)."""
    size = np.float32(atlas.extent / STROKES_ACROSS)
    q = warp(atlas.position / size, 0.12, 2.2, seed + 5)
    along = np.array([1.0, 0.34, 1.0], np.float32)
    stroke = cells(q * along, 1.0, seed + 6, offsets=True)
    bristle = noise(q * np.array([7.0, 0.8, 7.0], np.float32), 1.0, seed + 7)
    ridge = np.clip(1 - stroke.nearest * 1.1, 0, 1)
    # Colour from halfway to the stroke's middle: strokes show, and so does what they paint.
    return (
        stroke.offset / along * size * np.float32(0.55),
        stroke.identity,
        (0.16 * ridge + 0.10 * bristle) * size,
    )


def artistic(atlas: Atlas, look: Look, identity: Floats, relief: Floats, open_: Floats) -> Look:
    """Colour varied from stroke to stroke: warmer lights, cooler shadows, as painters do."""
    swing = (identity - 0.5)[:, None]
    other = np.mod(identity * 7.31, 1)[:, None] - 0.5
    warm = np.array([0.10, 0.03, -0.10], np.float32)
    color = look.color * (1 + 0.34 * swing) + warm * (other * 0.8)
    light = (atlas.normal[:, 1] * 0.5 + 0.5) * open_
    cool = np.array([0.16, 0.20, 0.42], np.float32)
    shadow = np.clip(0.62 - light, 0, 1)[:, None]
    color = color * (1 - 0.55 * shadow) + cool * (0.40 * shadow)
    color += np.array([0.09, 0.07, 0.01], np.float32) * np.clip(light - 0.5, 0, 1)[:, None]
    roughness = np.clip(0.55 + 0.15 * identity, 0, 1)
    return Look(np.clip(color, 0, 1).astype(np.float32), roughness, np.asarray(look.metallic) * 0.3, relief)


def flattened(atlas: Atlas, color: NDArray[Any]) -> Floats:
    """Colours (N, 3) reduced to a small palette in regions with clean borders."""
    r = atlas.resolution
    image = atlas.texels.image(np.asarray(color, np.float32))
    soft = np.stack([ndimage.gaussian_filter(image[..., c], r / 340) for c in range(3)], axis=2)
    values = soft.reshape(r * r, 3)[atlas.texels.texel]
    sample = values[:: max(1, len(values) // 6000)]
    centres = _palette(sample)
    # Distances by a matrix product: |x - c|² without the (N, K, 3) array.
    nearest = (values @ (-2 * centres.T) + (centres**2).sum(axis=1)).argmin(axis=1)
    return np.asarray(centres[nearest], np.float32)


def _outlines(atlas: Atlas, flat: Floats) -> Floats:
    """Ink (N,) where two flat regions of clearly different colour meet."""
    r = atlas.resolution
    image = atlas.texels.image(flat)
    light = image @ np.array([0.4, 0.5, 0.3], np.float32)
    reach = max(1, r // 512)
    span = ndimage.maximum_filter(light, 2 * reach + 1) - ndimage.minimum_filter(light, 2 * reach + 1)
    line = ndimage.gaussian_filter(np.clip((span - 0.085) * 14, 0, 1), 0.5 * reach)
    return np.asarray(0.85 * line.ravel()[atlas.texels.texel], np.float32)


def _palette(sample: Floats) -> Floats:
    """k-means centres of colours, started along their brightness so that the result does not depend on chance."""
    order = np.argsort(sample.sum(axis=1), kind="stable")
    centres = sample[order[((np.arange(PALETTE) + 0.5) / PALETTE * len(order)).astype(int)]].copy()
    for _ in range(8):
        nearest = ((sample[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        for k in range(PALETTE):
            if (nearest == k).any():
                centres[k] = sample[nearest == k].mean(axis=0)
    return centres


def _edge(x: Floats, at: float) -> Floats:
    """A crisp but not jagged step at ``at``."""
    return np.asarray(np.clip((x - at) / 0.06 + 0.5, 0, 1), np.float32)
