"""Fills the panels with the settings that something was made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.request.params import MeshParams, Params, RigParams, SegmentParams, TextureParams
from . import model_parameters, properties


def fill(context: bpy.types.Context, params: Params) -> None:
    """Make the panels' settings those of a request."""
    scene = context.scene
    settings = scene.pocket3d
    setattr(settings, properties.MODELS[params.feature], params.model_preference)
    if params.model_preference:
        model_parameters.fill(scene, params.model_preference, params.parameters)
    FILLERS[params.feature](settings, params)


def _mesh(settings: Any, params: MeshParams) -> None:
    settings.use_prompt_text = False
    settings.prompt = params.text_prompt
    settings.quality = params.quality
    settings.texture_size = str(params.texture_resolution)
    settings.use_target_faces = params.target_faces is not None
    if params.target_faces is not None:
        settings.target_faces = params.target_faces
    settings.use_seed = params.seed is not None
    settings.seed = params.seed or 0
    settings.source = properties.TEXT
    if params.images:
        settings.start_from(params.images)


def _texture(settings: Any, params: TextureParams) -> None:
    settings.use_paint_prompt_text = False
    settings.paint_prompt = params.text_prompt
    settings.paint_size = str(params.texture_resolution)
    settings.style, settings.intensity = params.style, params.intensity
    settings.use_paint_seed = params.seed is not None
    settings.paint_seed = params.seed or 0
    settings.paint_source = properties.IMAGE if params.images else properties.TEXT
    if params.images:
        settings.paint_picture.hold(params.images[0])


def _segment(settings: Any, params: SegmentParams) -> None:
    settings.level = params.segmentation_level
    settings.use_min_part_size = params.min_part_size is not None
    if params.min_part_size is not None:
        settings.min_part_size = params.min_part_size


def _rig(settings: Any, params: RigParams) -> None:
    settings.character = params.character_type or properties.AUTOMATIC
    settings.use_bone_count = params.bone_count is not None
    if params.bone_count is not None:
        settings.bone_count = params.bone_count
    settings.include_weights = params.include_weights


FILLERS: dict[str, Callable[[Any, Any], None]] = {
    MESH: _mesh,
    TEXTURE: _texture,
    SEGMENT: _segment,
    RIG: _rig,
}
