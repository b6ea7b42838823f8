"""Metres and the scene's own units: a result of one metre is one metre, whatever the scene counts in."""

from __future__ import annotations

import bpy


def per_metre() -> float:
    """How many of Blender's units a metre is in the current scene."""
    settings = bpy.context.scene.unit_settings
    if settings.system == "NONE" or settings.scale_length <= 0:
        return 1.0
    return 1.0 / float(settings.scale_length)
