"""An object of each part. Blender's own operator cuts, so that whatever a mesh carries goes along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from ..core.errors import UserError
from . import compat, parts, slots, targets
from .staging import rollback, staging_scene

KEY_POINTS = "pocket3d_key_{}"
"""Vector attribute of the vertices, while it lasts: a shape key. Some versions mix them up when they cut."""
OWN_SLOT = "pocket3d_own_material"
"""Integer face attribute, while it lasts: the material slot, which the operator needs for the part."""
KEY_SETTINGS = ("name", "slider_min", "slider_max", "value", "mute", "vertex_group", "interpolation")


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
    keys = _lay_down_keys(copy)
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
    by_number = {_number(piece.data): piece for piece in pieces}
    for piece in by_number.values():
        _give_back(piece.data, materials)
        _take_up_keys(piece, keys)
    return {int(number): by_number[int(number)] for number in found}


def _number(mesh: bpy.types.Mesh) -> int:
    numbers = parts.part_numbers(mesh)
    assert numbers is not None
    return int(numbers[0])


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


def _lay_down_keys(obj: bpy.types.Object) -> list[dict[str, Any]]:
    """Turn the shape keys into attributes; returns what else there is to know about each."""
    if obj.data.shape_keys is None:
        return []
    blocks = obj.data.shape_keys.key_blocks
    known = [{n: getattr(b, n) for n in KEY_SETTINGS} | {"base": b.relative_key.name} for b in blocks]
    points = np.empty((len(blocks), len(obj.data.vertices) * 3), np.float32)
    for row, block in zip(points, blocks, strict=True):
        block.data.foreach_get("co", row)
    obj.shape_key_clear()
    for number, row in enumerate(points):
        attribute = obj.data.attributes.new(KEY_POINTS.format(number), "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", row)
    return known


def _take_up_keys(obj: bpy.types.Object, known: Sequence[dict[str, Any]]) -> None:
    points = np.empty(len(obj.data.vertices) * 3, np.float32)
    for number, settings in enumerate(known):
        attribute = obj.data.attributes[KEY_POINTS.format(number)]
        attribute.data.foreach_get("vector", points)
        obj.data.attributes.remove(attribute)
        block = obj.shape_key_add(name=settings["name"], from_mix=False)
        block.data.foreach_set("co", points)
        for name in KEY_SETTINGS:
            setattr(block, name, settings[name])
    for settings in known:
        blocks = obj.data.shape_keys.key_blocks
        blocks[settings["name"]].relative_key = blocks[settings["base"]]


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
