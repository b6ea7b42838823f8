"""An object of each part: whatever the mesh carries goes along."""

from __future__ import annotations

import bpy
import numpy as np
from support import module


def grid(parts: int, faces: int = 20) -> bpy.types.Object:
    """A grid in strips, each a part, with all that a mesh may carry."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=faces, y_subdivisions=faces, size=2)
    obj = bpy.context.object
    mesh = obj.data
    numbers = np.arange(len(mesh.polygons)) * parts // len(mesh.polygons)
    slots, scene_parts = module("scene.slots"), module("scene.parts")
    for name in ("Blue", "Green"):
        mesh.materials.append(bpy.data.materials.new(name))
    slots.set_material_numbers(mesh, np.arange(len(mesh.polygons)) % 2)
    results = module("core.meshes.results")
    data = results.PartsData(
        np.repeat(numbers, 2), [results.PartData(f"p{i}", f"Part {i}", (1, 0, 0)) for i in range(parts)]
    )
    scene_parts.apply_parts(obj, data)
    obj["pocket3d"] = '[{"feature": "mesh_segmentation"}]'
    return obj


def carry(obj: bpy.types.Object) -> bpy.types.Object:
    """Give it a rig, weights, a shape key, normals and a modifier; returns the armature."""
    mesh = obj.data
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    obj.modifiers.new("Armature", "ARMATURE").object = rig
    obj.modifiers.new("Edge", "BEVEL")
    obj.parent = rig
    group = obj.vertex_groups.new(name="hand.L")
    group.add(list(range(len(mesh.vertices))), 0.25, "REPLACE")
    tilted = [(0.6, 0.0, 0.8)] * len(mesh.vertices)
    mesh.normals_split_custom_set_from_vertices(tilted)
    obj.shape_key_add(name="Basis")
    key = obj.shape_key_add(name="Up")
    for point in key.data:
        point.co.z += 1
    return rig


def check_everything_goes_along() -> None:
    obj = grid(4)
    rig = carry(obj)
    faces = len(obj.data.polygons)
    identifier = module("scene.targets").identify(obj)
    made = module("scene.separating").separate(bpy.context, obj)
    assert [o.name for o in made] == ["Part 0", "Part 1", "Part 2", "Part 3"]
    assert sum(len(o.data.polygons) for o in made) == faces
    for number, piece in enumerate(made):
        assert piece.parent == rig
        assert [m.type for m in piece.modifiers] == ["ARMATURE", "BEVEL"]
        assert piece.modifiers[0].object == rig
        assert [g.name for g in piece.vertex_groups] == ["hand.L"]
        assert all(abs(v.groups[0].weight - 0.25) < 1e-6 for v in piece.data.vertices)
        assert [k.name for k in piece.data.shape_keys.key_blocks] == ["Basis", "Up"]
        assert all(abs(p.co.z - 1) < 1e-6 for p in piece.data.shape_keys.key_blocks["Up"].data)
        assert [layer.name for layer in piece.data.uv_layers] == ["UVMap"]
        np.testing.assert_allclose(piece.data.corner_normals[0].vector, (0.6, 0, 0.8), atol=1e-3)
        assert [m.name for m in piece.data.materials] == [f"Part {number}"]
        assert piece["pocket3d"] == obj["pocket3d"]
        assert piece.users_collection == obj.users_collection
        assert not module("scene.parts").part_names(piece)
    assert (obj.visible_get(), obj.hide_render, len(obj.data.polygons)) == (False, True, faces)
    assert module("scene.targets").find(identifier) == obj
    assert len(bpy.data.scenes) == 1


def check_the_own_materials_can_come_along() -> None:
    obj = grid(2)
    made = module("scene.separating").separate(bpy.context, obj, own_materials=True)
    for piece in made:
        assert [m.name for m in piece.data.materials] == ["Blue", "Green"]
        assert {p.material_index for p in piece.data.polygons} == {0, 1}
    assert module("scene.slots").are_replaced(obj), "the original stays as it was"


def check_a_single_part_and_parts_without_materials() -> None:
    obj = grid(1)
    made = module("scene.separating").separate(bpy.context, obj)
    assert [o.name for o in made] == ["Part 0"]
    bare = grid(3)
    module("scene.slots").restore(bare)
    bare.data.materials.clear()
    made = module("scene.separating").separate(bpy.context, bare)
    assert len(made) == 3
    assert all(not any(o.data.materials) for o in made)


def check_what_has_no_parts_says_so() -> None:
    bpy.ops.mesh.primitive_cube_add()
    before = len(bpy.data.objects)
    try:
        module("scene.separating").separate(bpy.context, bpy.context.object)
    except module("core.errors").UserError as error:
        message = error.message
    assert "segment it first" in message
    assert len(bpy.data.objects) == before
