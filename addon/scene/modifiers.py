"""Applies the modifiers that stand in the way of a rig."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..core.errors import UserError
from . import targets


def apply_reshaping(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> list[str]:
    """Apply the modifiers that make another shape of each mesh, in their order.

    Returns what Blender says about those that it would not apply. Raises UserError, before anything is changed, for
    meshes that cannot have any applied.
    """
    for obj in objects:
        if obj.data.shape_keys is not None:
            raise UserError(f"{obj.name} has shape keys, so no modifier can be applied; remove them first")
    return [problem for obj in objects for problem in _apply(context, obj)]


def _apply(context: bpy.types.Context, obj: bpy.types.Object) -> list[str]:
    if obj.data.users > 1:
        obj.data = obj.data.copy()  # other objects that share the mesh stay as they are
    problems = []
    with context.temp_override(object=obj, active_object=obj, selected_objects=[obj]):
        for name in [m.name for m in obj.modifiers if m.show_viewport and m.type in targets.RESHAPING]:
            try:
                bpy.ops.object.modifier_apply(modifier=name)
            except RuntimeError as error:
                problems.append(str(error).removeprefix("Error: ").strip())
    return problems
