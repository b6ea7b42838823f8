"""What an artist's mesh may carry stays right: parents and their shear, drivers, sculpted layers, locks, loose ends."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Vector
from scene_rigging import rig_data
from scene_separating import carry, grid
from support import counts, cube, module


def world(obj: bpy.types.Object) -> np.ndarray:
    """World positions of the vertices as they are shown."""
    bpy.context.view_layer.update()
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([evaluated.matrix_world @ v.co for v in evaluated.data.vertices])


def empty(matrix: Matrix) -> bpy.types.Object:
    """A handle in the scene."""
    handle = bpy.data.objects.new("Handle", None)
    bpy.context.scene.collection.objects.link(handle)
    handle.matrix_world = matrix
    bpy.context.view_layer.update()
    return handle


def check_a_sheared_mesh_keeps_its_shape_and_its_parent() -> None:
    obj = cube(rotation=(0.4, 0.5, 0.6))
    handle = empty(Matrix.LocRotScale(Vector((1, 2, 3)), None, Vector((1, 3, -0.5))))
    obj.parent = handle
    before = world(obj)
    place = obj.location.copy()
    rig = module("scene.rig").apply_rig([obj], rig_data(8))
    np.testing.assert_allclose(world(obj), before, atol=1e-5)
    assert (obj.location, rig.parent) == (place, handle)
    np.testing.assert_allclose(rig.matrix_world, Matrix.Translation(obj.matrix_world.translation), atol=1e-5)
    handle.location.x += 5
    np.testing.assert_allclose(world(obj), before + (5, 0, 0), atol=1e-5)
    again = module("scene.rig").apply_rig([obj], rig_data(8))
    assert again.parent == handle
    np.testing.assert_allclose(world(obj), before + (5, 0, 0), atol=1e-5)


def check_a_mesh_on_a_bone_stays_and_follows() -> None:
    obj, other = cube(location=(1, 0, 0)), cube()
    skeleton = module("scene.rig").apply_rig([other], rig_data(8))
    del skeleton["pocket3d_rig"]  # as an artist's own
    obj.parent, obj.parent_type, obj.parent_bone = skeleton, "BONE", "Arm.L"
    before = world(obj)
    rig = module("scene.rig").apply_rig([obj], rig_data(8))
    np.testing.assert_allclose(world(obj), before, atol=1e-5)
    assert (obj.parent, obj.parent_type, rig.parent_bone) == (rig, "OBJECT", "Arm.L")
    skeleton.pose.bones["hips"].rotation_euler.x = 1
    assert np.abs(world(obj) - before).max() > 0.1


def check_a_locked_group_stays_locked() -> None:
    obj = cube()
    obj.vertex_groups.new(name="Artist").add([0], 0.3, "REPLACE")
    obj.vertex_groups.new(name="hips").add(range(8), 0.9, "REPLACE")
    obj.vertex_groups["hips"].lock_weight = obj.vertex_groups["Artist"].lock_weight = True
    module("scene.rig").apply_rig([obj], rig_data(8))
    assert [g.name for g in obj.vertex_groups if g.lock_weight] == ["Artist", "hips"]
    ours = {g.index for g in obj.vertex_groups if g.name != "Artist"}
    sums = [sum(g.weight for g in v.groups if g.group in ours) for v in obj.data.vertices]
    np.testing.assert_allclose(sums, 1, atol=1e-6)
    assert abs(obj.vertex_groups["Artist"].weight(0) - 0.3) < 1e-6


def check_pieces_carry_what_the_mesh_did() -> None:
    obj = grid(4)
    carry(obj)
    mesh = obj.data
    mesh.uv_layers.new(name="Second")
    mesh.uv_layers.active = mesh.uv_layers["UVMap"]
    mesh.uv_layers["Second"].active_render = True
    mesh.color_attributes.new("Paint", "BYTE_COLOR", "CORNER")
    for name, kind, domain in (("crease_edge", "FLOAT", "EDGE"), ("uv_seam", "BOOLEAN", "EDGE")):
        mesh.attributes.new(name, kind, domain)
    for edge in mesh.edges:
        edge.use_seam = True
    mesh.vertices.add(2)
    mesh.edges.add(1)
    mesh.edges[-1].vertices = (len(mesh.vertices) - 2, len(mesh.vertices) - 1)
    mesh["Note"] = "kept"
    obj.vertex_groups[0].lock_weight = True
    obj["Own"] = 3
    obj.data.shape_keys.key_blocks["Up"].value = 0.5
    curve = obj.data.shape_keys.key_blocks["Up"].driver_add("value")
    curve.driver.expression = "0.25"
    before = counts() | {"keys": len(bpy.data.shape_keys), "trees": len(bpy.data.node_groups)}
    made = module("scene.separating").separate(bpy.context, obj)
    bpy.context.view_layer.update()
    for piece in made:
        own = piece.data
        assert [u.name for u in own.uv_layers] == ["UVMap", "Second"]
        assert own.uv_layers.active.name == "UVMap"
        assert [u.name for u in own.uv_layers if u.active_render] == ["Second"]
        assert own.color_attributes[0].name == "Paint"
        assert all(e.use_seam for e in own.edges)
        assert (own["Note"], piece["Own"]) == ("kept", 3)
        assert piece.vertex_groups[0].lock_weight
        assert len(own.vertices) == len({v for p in own.polygons for v in p.vertices})
        key = own.shape_keys.key_blocks["Up"]
        assert abs(key.value - 0.25) < 1e-6, "the driver is lost"
        assert own.validate() is False
        assert not [a.name for a in own.attributes if a.name.startswith("pocket3d")]
        normals = np.array([n.vector for n in own.corner_normals])
        np.testing.assert_allclose(normals, np.tile((0.6, 0, 0.8), (len(normals), 1)), atol=1e-3)
    after = counts() | {"keys": len(bpy.data.shape_keys), "trees": len(bpy.data.node_groups)}
    more = {what: number - before[what] for what, number in after.items() if number != before[what]}
    assert more == {"objects": 4, "meshes": 4, "keys": 4}, more


def check_absolute_shape_keys_stay_absolute() -> None:
    obj = grid(2)
    carry(obj)
    obj.data.shape_keys.use_relative = False
    obj.data.shape_keys.eval_time = 10
    height = world(obj)[:, 2].max()
    made = module("scene.separating").separate(bpy.context, obj)
    assert abs(world(made[0])[:, 2].max() - height) < 1e-4


def check_an_object_of_another_scene_is_cut_there() -> None:
    obj = grid(2)
    bpy.context.window_manager.windows[0].scene = bpy.data.scenes.new("Another")
    made = module("scene.separating").separate(bpy.context, obj)
    assert [o.users_scene[0].name for o in made] == ["Scene", "Scene"]
    assert (obj.hide_viewport, obj.hide_render) == (True, True)


def check_multires_says_so() -> None:
    obj = grid(2)
    obj.modifiers.new("Multires", "MULTIRES")
    assert not bpy.ops.pocket3d.separate_parts.poll()
    try:
        module("scene.separating").separate(bpy.context, obj)
    except module("core.errors").UserError as error:
        message = error.message
    assert "Multires" in message
