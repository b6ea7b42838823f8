"""Skeletons from the server: an armature on the artist's own meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..core.errors import UserError
from ..core.skeleton import BoneData, RigData
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
    rig = make_armature(objects[0], data.bones, scale)
    for collection in objects[0].users_collection:
        if rig.name not in collection.objects:
            collection.objects.link(rig)
    names = [b.name for b in rig.data.bones]
    start = 0
    for obj, count in zip(objects, counts, strict=True):
        if data.joints is not None and data.weights is not None:
            share = slice(start, start + count)
            write_weights(obj, names, data.joints[share], data.weights[share])
        attach(obj, rig)
        start += count
    return rig


def attach(obj: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Let an armature move a mesh, which stays where it is; an earlier rig from here is taken off."""
    modifier = obj.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    obj.modifiers.move(len(obj.modifiers) - 1, 0)
    world = obj.matrix_world.copy()
    obj.parent = rig
    obj.matrix_parent_inverse = rig.matrix_world.inverted()
    obj.matrix_world = world
    _remove_former(obj, rig)


def make_armature(
    obj: bpy.types.Object, bones: Sequence[BoneData], scale: float = 1.0, shift: Vector | None = None
) -> bpy.types.Object:
    """An armature object at the mesh's origin, unrotated and unscaled, in a temporary scene at first.

    Bones can only be made in edit mode, so this runs where it does not touch the artist's selection. ``scale``
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
    return rig


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


def write_weights(
    obj: bpy.types.Object, names: Sequence[str], joints: np.ndarray, weights: np.ndarray
) -> None:
    """Fill one vertex group a bone from joints and weights, both (V, 4)."""
    everything = range(len(obj.data.vertices))
    groups = []
    for name in names:
        group = obj.vertex_groups.get(name)
        if group is not None:
            group.remove(everything)
        groups.append(group or obj.vertex_groups.new(name=name))
    vertex, column = np.nonzero(weights > 0)
    joint, weight = joints[vertex, column], weights[vertex, column].astype(np.float64)
    order = np.lexsort((weight, joint))
    vertex, joint, weight = vertex[order], joint[order], weight[order]
    # The only call there is takes one weight for many vertices, so equal ones go together.
    new = np.r_[True, (np.diff(joint) != 0) | (np.diff(weight) != 0)][: len(vertex)]
    starts = np.flatnonzero(new)
    for start, end in zip(starts, [*starts[1:], len(vertex)], strict=True):
        groups[joint[start]].add(vertex[start:end].tolist(), weight[start], "REPLACE")


def _remove_former(obj: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Take off the modifiers of an earlier rig from here; the earlier armature stays."""
    for modifier in list(obj.modifiers):
        other = modifier.object if modifier.type == "ARMATURE" else None
        if other is not None and other != rig and other.get(MADE):
            obj.modifiers.remove(modifier)
