"""The painted texture on the mesh, as strongly as it was asked for."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.bake import to_bytes
from pocket3d_server.geometry.dressing import COMPLETE, blended
from pocket3d_server.geometry.solid_materials import Look
from pocket3d_server.models.hunyuan_paint.painter import ROUGHNESS, Painter
from pocket3d_server.models.hunyuan_paint.pipeline import Texture


def finished(painter: Painter, texture: Texture, intensity: float) -> Asset:
    """A copy of the painter's mesh that wears ``texture``; see ``TextureRequest.intensity``."""
    if intensity == COMPLETE:
        return painter.apply(texture.color, texture.metallic_roughness)
    texels = painter.atlas.texels
    color = texture.color.reshape(-1, 3)[texels.texel].astype(np.float32) / 255
    metallic = np.zeros(len(color), np.float32)
    roughness = np.full(len(color), ROUGHNESS, np.float32)
    if texture.metallic_roughness is not None:
        told = texture.metallic_roughness.reshape(-1, 3)[texels.texel].astype(np.float32) / 255
        metallic, roughness = told[:, 0], told[:, 1]
    look = blended(painter.atlas, Look(color, roughness, metallic, np.zeros_like(metallic)), intensity)
    pair = np.stack([np.asarray(look.metallic), np.asarray(look.roughness), np.zeros_like(metallic)], axis=1)
    return painter.apply(to_bytes(texels.image(look.color)), to_bytes(texels.image(pair)))
