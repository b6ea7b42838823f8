"""An object of each part. Blender's own operator cuts, so that whatever a mesh carries goes along."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..core.errors import UserError
from . import compat, parts, slots, targets
from .staging import rollback, staging_scene

OWN_SLOT = "pocket3d_own_material"
"""Integer face attribute, while it lasts: the material slot, which the operator needs for the part."""


def separate(
    context: bpy.types.Context, obj: bpy.types.Object, *, own_materials: bool = False
) -> list[bpy.types.Object]:
    """Make an object of each part, in the same collections, under the same parent; returns them.

    Each keeps its rig, weights, shape keys, UVs, custom normals, modifiers and provenance. With ``own_materials``
    they have the materials from before the parts were coloured. The original is hidden and stays as it is: its
    parts can be made anew, and saving and loading cannot lose what an undo would bring back. Raises UserError when
    the mesh has no parts.
    """
    numbers = parts.part_numbers(obj.data)
    if numbers is None:
        raise UserError(f"{obj.name} has no parts; segment it first")
    names = parts.part_names(obj)
    with rollback():
        made = _cut(_copy(obj, own_materials), numbers)
        for number, piece in made.items():
            _tidy(piece, names[number] if 0 <= number < len(names) else f"Part {number + 1}")
            for collection in obj.users_collection:
                collection.objects.link(piece)
    context.view_layer.update()
    obj.hide_set(True)
    obj.hide_render = True
    return list(made.values())


def _copy(obj: bpy.types.Object, own_materials: bool) -> bpy.types.Object:
    copy = obj.copy()
    copy.data = obj.data.copy()
    if targets.KEY in copy:
        del copy[targets.KEY]  # the original is still the one that jobs are about
    if own_materials:
        slots.restore(copy)
    else:
        slots.forget(copy.data)
    return copy


def _cut(copy: bpy.types.Object, numbers: np.ndarray) -> dict[int, bpy.types.Object]:
    """The pieces by their part's number, in no collection; the operator goes by material, so parts act as these."""
    mesh = copy.data
    materials = [slot.material for slot in copy.material_slots]
    slots.write(mesh, OWN_SLOT, slots.material_numbers(mesh))
    found, rank = np.unique(numbers, return_inverse=True)
    slots.set_material_numbers(mesh, rank)
    with staging_scene() as scene:
        scene.collection.objects.link(copy)
        layer = scene.view_layers[0]
        layer.update()
        layer.objects.active = copy
        copy.select_set(True, view_layer=layer)
        if len(found) > 1:
            with bpy.context.temp_override(object=copy, active_object=copy, edit_object=copy):
                bpy.ops.object.mode_set(mode="EDIT")
                bpy.ops.mesh.separate(type="MATERIAL")
                bpy.ops.object.mode_set(mode="OBJECT")
        pieces = list(scene.objects)
    by_number = {int(parts.part_numbers(piece.data)[0]): piece for piece in pieces}
    for piece in by_number.values():
        _give_back(piece.data, materials)
    return {int(number): by_number[int(number)] for number in found}


def _give_back(mesh: bpy.types.Mesh, materials: Sequence[bpy.types.Material | None]) -> None:
    """The materials that its faces had, and no others."""
    attribute = mesh.attributes[OWN_SLOT]
    own = np.zeros(len(mesh.polygons), np.int32)
    attribute.data.foreach_get("value", own)
    mesh.attributes.remove(attribute)
    used, numbers = np.unique(own, return_inverse=True)
    mesh.materials.clear()
    for slot in used:
        mesh.materials.append(materials[slot] if slot < len(materials) else None)
    slots.set_material_numbers(mesh, numbers)


def _tidy(piece: bpy.types.Object, title: str) -> None:
    piece.name = compat.id_name(title)
    piece.data.name = piece.name
    for slot in piece.material_slots:
        slot.link = "DATA"
    for name in (parts.NAMES, parts.GIVEN):
        if name in piece.data:
            del piece.data[name]
    attribute = piece.data.attributes.get(parts.ATTRIBUTE)
    if attribute is not None:
        piece.data.attributes.remove(attribute)
