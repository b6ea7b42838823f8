"""Procedural materials that fill space: wood, stone, metal, cloth, skins, patterns and made things.

``library()`` names them all; ``SolidMaterial.look`` gives colour, roughness, metallic and height at points.
"""

from __future__ import annotations

from functools import cache

from pocket3d_server.geometry.solid_materials import (
    cloth,
    coats,
    metal,
    mineral,
    nature,
    pattern,
    stone,
    synthetic,
    weave,
    wood,
)
from pocket3d_server.geometry.solid_materials.surface import RGB, Accent, Look, Points, SolidMaterial, paint

__all__ = ["RGB", "Accent", "Look", "Points", "SolidMaterial", "library", "paint"]


@cache
def library() -> dict[str, SolidMaterial]:
    """All materials by name."""
    found: dict[str, SolidMaterial] = {}
    for room in (wood, stone, mineral, metal, cloth, weave, nature, coats, pattern, synthetic):
        for material in room.MATERIALS:
            if material.name in found:
                raise ValueError(f"two materials are called {material.name}")
            found[material.name] = material
    return found
