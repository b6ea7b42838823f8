"""Skeletons: Blender's names, weights that sum to one, one armature for several meshes, nothing of the artist's lost."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from support import cube, module

BONES = ["hips", "mixamorig:LeftArm", "mixamorig:RightArm", "leg_l", "leg_r"]


def rig_data(count: int) -> Any:
    """A rig for ``count`` vertices, with names from elsewhere."""
    skeleton, bones = module("core.meshes.skeleton"), module("core.meshes.bones")
    rng = np.random.default_rng(1)
    joints, weights = skeleton.strongest(rng.integers(0, 5, (count, 4)), rng.random((count, 4)))
    made = [
        skeleton.BoneData(
            name, -1 if i == 0 else 0, (0, 0, 0.1 * i), (0.1 * (i % 2 * 2 - 1), 0, 0.1 * i + 0.2), (0, -1, 0)
        )
        for i, name in enumerate(BONES)
    ]
    return skeleton.RigData(bones.for_blender(made), joints, weights, count)


def sums(obj: bpy.types.Object) -> np.ndarray:
    """The sum of the deform weights of each vertex."""
    ours = {g.index for g in obj.vertex_groups if g.name != "Artist"}
    return np.array([sum(g.weight for g in v.groups if g.group in ours) for v in obj.data.vertices])


def two_meshes() -> list[bpy.types.Object]:
    """A body that is turned and scaled, and clothes away from it, with things of the artist's."""
    body, clothes = (
        cube(location=(3, 0, 0), rotation=(0, 0, 0.7), scale=(1, 2, 1)),
        cube(location=(4, 1, 1), scale=(-1, 1, 1)),
    )
    group = body.vertex_groups.new(name="Artist")
    group.add([0, 1], 0.3, "REPLACE")
    body.modifiers.new("Edge", "BEVEL").show_viewport = False
    bpy.context.view_layer.update()
    return [body, clothes]


def check_weights_go_to_their_bones_in_whatever_order_blender_keeps_them() -> None:
    skeleton, obj = module("core.meshes.skeleton"), cube()
    tree = [
        ("root", -1),
        ("arm", 0),
        ("leg", 0),
        ("hand", 1),
        ("foot", 2),
    ]  # Blender puts the hand behind the arm
    made = [
        skeleton.BoneData(name, parent, (0.1 * i, 0, 0), (0.1 * i, 0, 1), (0, -1, 0))
        for i, (name, parent) in enumerate(tree)
    ]
    joints, weights = np.zeros((8, 4), np.int64), np.zeros((8, 4), np.float32)
    joints[:, 0], weights[:, 0] = np.arange(8) % 5, 1
    rig = module("scene.rig").apply_rig([obj], skeleton.RigData(made, joints, weights, 8))
    assert [b.name for b in rig.data.bones] != [name for name, _ in tree], "the case is none"
    named = {g.index: g.name for g in obj.vertex_groups}
    assert [named[v.groups[0].group] for v in obj.data.vertices] == [tree[i % 5][0] for i in range(8)]


def check_names_mirror_and_remember() -> None:
    obj = cube()
    rig = module("scene.rig").apply_rig([obj], rig_data(8))
    names = [b.name for b in rig.data.bones]
    assert names == ["hips", "Arm.L", "Arm.R", "leg.L", "leg.R"]
    for name in names[1:]:
        other = bpy.utils.flip_name(name)
        assert other != name
        assert other in names
    assert rig.data.bones["Arm.L"]["pocket3d_name"] == "mixamorig:LeftArm"
    assert "pocket3d_name" not in rig.data.bones["hips"]
    assert [c.name for c in rig.data.collections] == ["Deform"]
    assert len(rig.data.collections["Deform"].bones) == 5


def check_weights_sum_to_one_and_are_four_at_most() -> None:
    obj = cube()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.subdivide(number_cuts=6)
    bpy.ops.object.mode_set(mode="OBJECT")
    module("scene.rig").apply_rig([obj], rig_data(len(obj.data.vertices)))
    np.testing.assert_allclose(sums(obj), 1, atol=1e-6)
    assert max(len(v.groups) for v in obj.data.vertices) <= 4
    before = [[(g.group, g.weight) for g in v.groups] for v in obj.data.vertices]
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.vertex_group_normalize_all(group_select_mode="ALL", lock_active=False)
    after = [[(g.group, g.weight) for g in v.groups] for v in obj.data.vertices]
    np.testing.assert_allclose([w for v in after for _, w in v], [w for v in before for _, w in v], atol=1e-6)


def check_one_armature_moves_several_meshes() -> None:
    objects = two_meshes()
    before = [[o.matrix_world @ v.co for v in o.data.vertices] for o in objects]
    rig = module("scene.rig").apply_rig(objects, rig_data(16))
    bpy.context.view_layer.update()
    for obj, points in zip(objects, before, strict=True):
        assert obj.parent == rig
        assert obj.modifiers[0].object == rig
        np.testing.assert_allclose([obj.matrix_world @ v.co for v in obj.data.vertices], points, atol=1e-5)
        np.testing.assert_allclose(sums(obj), 1, atol=1e-6)
    assert [m.type for m in objects[0].modifiers] == ["ARMATURE", "BEVEL"]
    assert [g.group for g in objects[0].data.vertices[0].groups if g.group == 0] == [0], (
        "the artist's group is lost"
    )
    for bone in rig.pose.bones:
        if bone.parent is None:
            bone.location = bone.bone.matrix_local.to_3x3().inverted() @ Vector((0, 0, 1))
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    moved = objects[1].evaluated_get(graph)
    np.testing.assert_allclose(
        [moved.matrix_world @ v.co - p for v, p in zip(moved.data.vertices, before[1], strict=True)],
        np.tile((0, 0, 1), (8, 1)),
        atol=1e-4,
    )


def check_rigging_again_replaces_ours_only() -> None:
    obj = cube()
    own = bpy.data.objects.new("Own", bpy.data.armatures.new("Own"))
    bpy.context.scene.collection.objects.link(own)
    obj.modifiers.new("Own", "ARMATURE").object = own
    rig = module("scene.rig")
    rig.apply_rig([obj], rig_data(8))
    second = rig.apply_rig([obj], rig_data(8))
    assert [m.object for m in obj.modifiers] == [second, own]
    assert len(obj.vertex_groups) == 5


def check_several_meshes_are_sent_as_one_and_come_back() -> None:
    objects = two_meshes()
    exporter = module("scene.exporter")
    mesh = exporter.mesh_of_all(objects)
    assert [(s.vertices, s.triangles) for s in mesh.shares] == [(8, 12), (8, 12)]
    world = np.array(
        [
            o.matrix_world @ v.co - objects[0].matrix_world.translation
            for o in objects
            for v in o.data.vertices
        ]
    )
    np.testing.assert_allclose(
        mesh.vertices, np.column_stack([world[:, 0], world[:, 2], -world[:, 1]]), atol=1e-5
    )
    for half in (slice(0, 12), slice(12, 24)):
        a, b, c = (mesh.vertices[mesh.triangles[half, i]].astype(float) for i in range(3))
        assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() > 0, "a mirrored mesh is inside out"
    jobs, params, results = (
        module("core.jobs.job"),
        module("core.request.params"),
        module("core.meshes.results"),
    )
    targets = module("scene.targets")
    task = jobs.Task("Body", params.RigParams(), mesh, tuple(targets.identify(o) for o in objects))
    job = jobs.Job(task, state=jobs.State.READY)
    from scene_placing import result

    job.payload = results.Payload(result(), rig_data(16))
    made = module("scene.apply").apply_result(job, bpy.context)
    assert made[1:] == objects
    history = module("core.jobs.provenance").from_text(objects[1]["pocket3d"])
    assert history[-1]["parent"] == targets.identify(objects[0])
    bpy.data.meshes.remove(objects[1].data)  # one of them has gone
    job.payload = results.Payload(result(), rig_data(16))
    made = module("scene.apply").apply_result(job, bpy.context)
    assert not set(made) & set(objects[:1])
    assert "new object" in job.notes[-1]


def check_bones_are_as_long_in_centimetres() -> None:
    settings = bpy.context.scene.unit_settings
    settings.system, settings.scale_length = "METRIC", 0.01
    obj = cube()
    data = rig_data(8)
    rig = module("scene.rig").apply_rig([obj], data)
    metres = [np.linalg.norm(np.subtract(b.tail, b.head)) for b in data.bones]
    np.testing.assert_allclose([b.length for b in rig.data.bones], np.array(metres) * 100, rtol=1e-4)
