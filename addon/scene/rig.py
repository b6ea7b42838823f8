"""Skeletons from the server: an armature on the artist's own mesh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..core.errors import UserError
from ..core.results import BoneData, RigData
from . import compat
from .staging import staging_scene

COLLECTION = "Deform"
"""The bone collection of the generated bones."""


def apply_rig(obj: bpy.types.Object, data: RigData) -> bpy.types.Object:
    """Give the mesh that was sent an armature and vertex groups; returns the armature object.

    The mesh keeps its place, geometry, materials and modifiers; the armature modifier goes first. Vertex groups
    of the same names are replaced. Raises UserError when the number of vertices has changed since.
    """
    if data.vertex_count != len(obj.data.vertices):
        raise UserError(f"{obj.name} was edited meanwhile, so the rig no longer fits")
    rig = make_armature(obj, data.bones)
    for collection in obj.users_collection:
        if rig.name not in collection.objects:
            collection.objects.link(rig)
    if data.joints is not None and data.weights is not None:
        write_weights(obj, [b.name for b in rig.data.bones], data.joints, data.weights)
    remove_former(obj)
    modifier = obj.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    obj.modifiers.move(len(obj.modifiers) - 1, 0)
    world = obj.matrix_world.copy()
    obj.parent = rig
    obj.matrix_parent_inverse = rig.matrix_world.inverted()
    obj.matrix_world = world
    return rig


def make_armature(obj: bpy.types.Object, bones: list[BoneData]) -> bpy.types.Object:
    """An armature object at the mesh's origin, unrotated and unscaled, in a temporary scene at first.

    Bones can only be made in edit mode, so this runs where it does not touch the artist's selection.
    """
    armature = bpy.data.armatures.new(compat.id_name(f"{obj.name} rig"))
    rig = bpy.data.objects.new(armature.name, armature)
    place = obj.matrix_world.translation.copy()
    with staging_scene() as scene:
        scene.collection.objects.link(rig)
        with editing(scene, rig) as edit_bones:
            _add_bones(edit_bones, bones)
    rig.matrix_world = Matrix.Translation(place)
    rig.show_in_front = True
    armature.display_type = "OCTAHEDRAL"
    group = armature.collections.new(COLLECTION)
    for bone in armature.bones:
        group.assign(bone)
    for pose_bone in rig.pose.bones:
        pose_bone.rotation_mode = "XYZ"
    return rig


def set_leaf_lengths(scene: bpy.types.Scene, rig: bpy.types.Object, lengths: Mapping[str, float]) -> None:
    """Give the bones without children their lengths (metres, by name); ``rig`` is in ``scene``, a staging one."""
    with editing(scene, rig) as edit_bones:
        for bone in edit_bones:
            if not bone.children and lengths.get(bone.name, 0.0) > 0:
                bone.length = lengths[bone.name]


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


def _add_bones(edit_bones: Any, bones: list[BoneData]) -> None:
    made: list[bpy.types.EditBone] = []
    for data in bones:
        bone = edit_bones.new(data.name)
        bone.head, bone.tail = data.head, data.tail
        if bone.length < 1e-5:
            bone.tail = bone.head + Vector((0, 0, 0.01))  # Blender drops bones without length
        bone.align_roll(Vector(data.z_axis))
        if data.parent >= 0:
            bone.parent = made[data.parent]
            bone.use_connect = (bone.head - bone.parent.tail).length < 1e-4
        made.append(bone)


def write_weights(obj: bpy.types.Object, names: list[str], joints: np.ndarray, weights: np.ndarray) -> None:
    """Fill one vertex group a bone from joints and weights, both (V, 4)."""
    for name in names:
        former = obj.vertex_groups.get(name)
        if former is not None:
            obj.vertex_groups.remove(former)
    groups = [obj.vertex_groups.new(name=name) for name in names]
    vertex, column = np.nonzero(weights > 0)
    joint, weight = joints[vertex, column], weights[vertex, column].astype(np.float64)
    order = np.lexsort((weight, joint))
    vertex, joint, weight = vertex[order], joint[order], weight[order]
    # The only call there is takes one weight for many vertices, so equal ones go together.
    new = np.r_[True, (np.diff(joint) != 0) | (np.diff(weight) != 0)][: len(vertex)]
    starts = np.flatnonzero(new)
    for start, end in zip(starts, [*starts[1:], len(vertex)], strict=True):
        groups[joint[start]].add(vertex[start:end].tolist(), weight[start], "REPLACE")


def remove_former(obj: bpy.types.Object) -> None:
    """Take off the modifiers of an earlier rig from here; the earlier armature stays."""
    for modifier in list(obj.modifiers):
        ours = modifier.type == "ARMATURE" and modifier.object is not None
        if ours and COLLECTION in modifier.object.data.collections_all:
            obj.modifiers.remove(modifier)
