"""Skeletons from the server: an armature on the artist's own meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import bpy
from mathutils import Matrix, Vector

from ..core.errors import UserError
from ..core.meshes.skeleton import BoneData, RigData, Stroke
from . import compat, units
from .staging import staging_scene

COLLECTION = "Deform"
"""The bone collection of the generated bones."""
ORIGINAL_NAME = "pocket3d_name"
"""Custom property of a bone: the name that the file gave it."""
MADE = "pocket3d_rig"
"""Custom property of the armatures that were made here."""


def apply_rig(objects: Sequence[bpy.types.Object], data: RigData) -> bpy.types.Object:
    """Give the meshes that were sent one armature and vertex groups; returns the armature object.

    The meshes keep their place, geometry, materials and modifiers; the armature modifier goes first. Vertex groups
    of the same names are replaced, all others stay. Raises UserError when the number of vertices has changed since.
    """
    counts = [len(o.data.vertices) for o in objects]
    if data.vertex_count != sum(counts):
        raise UserError(f"{objects[0].name} was edited meanwhile, so the rig no longer fits")
    scale = units.per_metre()
    rig, names = make_armature(objects[0], data.bones, scale)
    for collection in objects[0].users_collection:
        if rig.name not in collection.objects:
            collection.objects.link(rig)
    data.prepare(counts)
    for obj, strokes in zip_longest(objects, data.strokes):
        if strokes is not None:
            write_weights(obj, names, strokes)
        attach(obj, rig)
    return rig


def attach(obj: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Let an armature move a mesh, which stays where it is; an earlier rig from here is taken off."""
    modifier = obj.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    obj.modifiers.move(len(obj.modifiers) - 1, 0)
    world = obj.matrix_world.copy()
    _hang(rig, obj)
    obj.parent, obj.parent_type = rig, "OBJECT"
    # The inverse, unlike location, rotation and scale, can hold the shear that an uneven parent gave.
    obj.matrix_parent_inverse = rig.matrix_world.inverted() @ world @ obj.matrix_basis.inverted_safe()
    _remove_former(obj, rig)


def _hang(rig: bpy.types.Object, obj: bpy.types.Object) -> None:
    """Let the armature follow what its first mesh followed, so that it still goes along."""
    parent = obj.parent
    if parent is not None and parent.get(MADE):
        obj, parent = parent, parent.parent
    if rig.parent is not None or parent in (None, rig) or obj.parent_type not in {"OBJECT", "BONE"}:
        return
    rig.parent, rig.parent_type, rig.parent_bone = parent, obj.parent_type, obj.parent_bone
    # What the parent does to its child, taken back, so that the armature stays where it is.
    rig.matrix_parent_inverse = (
        obj.matrix_parent_inverse @ obj.matrix_basis @ obj.matrix_world.inverted_safe()
    )


def make_armature(
    obj: bpy.types.Object, bones: Sequence[BoneData], scale: float = 1.0, shift: Vector | None = None
) -> tuple[bpy.types.Object, list[str]]:
    """An armature object at the mesh's origin, unrotated and unscaled, and the bones' names in their own order.

    Blender keeps children behind their parents, so the armature's order may be another. Bones can only be made in edit mode, so this runs where it does not touch the artist's selection. ``scale``
    turns metres into scene units; ``shift`` moves all bones, in metres.
    """
    armature = bpy.data.armatures.new(compat.id_name(f"{obj.name} rig"))
    rig = bpy.data.objects.new(armature.name, armature)
    rig[MADE] = True
    place = obj.matrix_world.translation.copy()
    with staging_scene() as scene:
        scene.collection.objects.link(rig)
        with editing(scene, rig) as edit_bones:
            names = _add_bones(edit_bones, bones, scale, shift or Vector())
    rig.matrix_world = Matrix.Translation(place)
    rig.show_in_front = True
    armature.display_type = "OCTAHEDRAL"
    group = armature.collections.new(COLLECTION)
    for data, name in zip(bones, names, strict=True):
        bone = armature.bones[name]
        group.assign(bone)
        if data.original and data.original != name:
            bone[ORIGINAL_NAME] = data.original
    for pose_bone in rig.pose.bones:
        pose_bone.rotation_mode = "XYZ"
    return rig, names


@contextmanager
def editing(scene: bpy.types.Scene, rig: bpy.types.Object) -> Iterator[Any]:
    """Edit mode of an armature in a staging scene; gives its edit bones."""
    scene.view_layers[0].objects.active = rig
    with bpy.context.temp_override(object=rig, active_object=rig):
        bpy.ops.object.mode_set(mode="EDIT")
        try:
            yield rig.data.edit_bones
        finally:
            bpy.ops.object.mode_set(mode="OBJECT")


def _add_bones(edit_bones: Any, bones: Sequence[BoneData], scale: float, shift: Vector) -> list[str]:
    made: list[bpy.types.EditBone] = []
    for data in bones:
        bone = edit_bones.new(data.name)
        bone.head = (Vector(data.head) + shift) * scale
        bone.tail = (Vector(data.tail) + shift) * scale
        if bone.length < 1e-5 * scale:
            bone.tail = bone.head + Vector((0, 0, 0.01 * scale))  # Blender drops bones without length
        bone.align_roll(Vector(data.z_axis))
        if data.parent >= 0:
            bone.parent = made[data.parent]
            bone.use_connect = (bone.head - bone.parent.tail).length < 1e-4 * scale
        made.append(bone)
    return [bone.name for bone in made]


def write_weights(obj: bpy.types.Object, names: Sequence[str], strokes: Sequence[Stroke]) -> None:
    """Fill one vertex group a bone. Groups of these names are made anew, as emptying one takes far longer."""
    groups = []
    for name in names:
        former = obj.vertex_groups.get(name)
        locked = former is not None and former.lock_weight
        if former is not None:
            obj.vertex_groups.remove(former)
        groups.append(obj.vertex_groups.new(name=name))
        groups[-1].lock_weight = locked
    for bone, weight, vertices in strokes:
        groups[bone].add(vertices, weight, "REPLACE")


def _remove_former(obj: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Take off the modifiers of an earlier rig from here; the earlier armature stays."""
    for modifier in list(obj.modifiers):
        other = modifier.object if modifier.type == "ARMATURE" else None
        if other is not None and other != rig and other.get(MADE):
            obj.modifiers.remove(modifier)
