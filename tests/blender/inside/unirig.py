"""A rig that a network drew comes in like any other. The server has the tiny release of ``test_unirig``."""

from __future__ import annotations

import bpy
from support import module, params, run


def check_a_networks_rig_moves_the_artists_own_mesh() -> None:
    bpy.ops.mesh.primitive_uv_sphere_add(segments=16, ring_count=12, radius=1, location=(3, 0, 1))
    ball = bpy.context.object
    before = [tuple(vertex.co) for vertex in ball.data.vertices]
    request = params().RigParams("test_unirig", character_type="generic", seed=7, parameters={"beams": 4})
    _, made = run(request, ball)
    rig = ball.find_armature()
    assert rig in made
    bones = rig.data.bones
    assert bones[0].name == "root"
    assert len(bones) > 4
    assert [tuple(vertex.co) for vertex in ball.data.vertices] == before
    groups = {group.index: group.name for group in ball.vertex_groups}
    assert set(groups.values()) <= set(bones.keys())
    for vertex in ball.data.vertices:
        weights = [entry.weight for entry in vertex.groups if entry.weight > 0]
        assert 1 <= len(weights) <= 4
        assert abs(sum(weights) - 1) < 1e-4
    low, high = [-1.2 + at for at in (3, 0, 1)], [1.2 + at for at in (3, 0, 1)]
    for bone in bones:
        place = rig.matrix_world @ bone.head_local
        assert all(a < x < b for a, x, b in zip(low, place, high, strict=True)), (bone.name, place)
    history = module("core.jobs.provenance").from_text(ball["pocket3d"])
    assert (history[-1]["model"]["id"], history[-1]["seed"]) == ("test_unirig", "7")
