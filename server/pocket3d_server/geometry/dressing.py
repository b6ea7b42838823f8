"""Puts a new surface on a mesh that has one of its own: how much of it shows, and the asset that wears it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.atlas import Atlas, textured
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.solid_materials import Look

COMPLETE = 0.8
"""Intensity at which nothing of the mesh's old surface is left; beyond it the new one grows stronger."""


def blended(atlas: Atlas, look: Look, intensity: float) -> Look:
    """The new surface at the atlas' texels over the mesh's own one, or made stronger.

    ``intensity`` 0 is the old surface, `COMPLETE` the new one, 1 the new one with more contrast and relief.
    """
    height = np.asarray(look.height)
    if intensity >= COMPLETE:
        extra = np.float32((intensity - COMPLETE) / (1 - COMPLETE))
        if extra == 0:
            return look
        owner = atlas.texel_owner
        count = np.maximum(np.bincount(owner), 1)
        mean = np.stack([np.bincount(owner, look.color[:, c]) / count for c in range(3)], axis=1)
        middle = mean.astype(np.float32)[owner]
        color = np.clip(middle + (look.color - middle) * (1 + 0.35 * extra), 0, 1)
        return Look(color, look.roughness, look.metallic, height * (1 + 0.8 * extra))
    color, roughness, metallic = atlas.original()
    t = np.float32(intensity / COMPLETE)
    return Look(
        color + (look.color - color) * t,
        roughness + (np.asarray(look.roughness) - roughness) * t,
        metallic + (np.asarray(look.metallic) - metallic) * t,
        height * t,
    )


def dressed(
    asset: Asset,
    atlas: Atlas,
    look: Look,
    open_: Floats | None = None,
    opacity: Sequence[float | None] | None = None,
) -> Asset:
    """A copy of ``asset`` that wears ``look`` on ``atlas``, which holds all its primitives.

    Parts, face order, skins and extras are kept. ``open_`` (N,) is how much of the sky each texel sees; ``opacity`` how
    see-through each primitive becomes, None as it is.
    """
    base, packed, bumps = atlas.images(
        look.color, np.asarray(look.roughness), np.asarray(look.metallic), np.asarray(look.height), open_
    )
    primitives = list(asset.primitives())
    opacities = opacity or [None] * len(primitives)
    made = {
        (id(p.material), clear): textured(p.material, base, packed, bumps, clear)
        for p, clear in zip(primitives, opacities, strict=True)
    }
    return redressed(
        asset, atlas, [made[id(p.material), clear] for p, clear in zip(primitives, opacities, strict=True)]
    )


def redressed(asset: Asset, atlas: Atlas, materials: Sequence[Material]) -> Asset:
    """A copy of ``asset`` with the UVs of ``atlas``, which holds all its primitives, and one of ``materials`` for each."""
    renewed = iter(atlas.primitives(materials))
    parts = [replace(part, primitives=[next(renewed) for _ in part.primitives]) for part in asset.parts]
    return replace(asset, parts=parts)
