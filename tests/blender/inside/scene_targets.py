"""What may be sent, and why not: each kind of object, mode and modifier either works or says its reason."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from support import cube, module, params, run

RIG = "auto_rigging"


def why(obj: bpy.types.Object | None, feature: str = "") -> str:
    """The reason, empty for what works."""
    return module("scene.targets").why_not(obj, feature)


def check_what_is_no_mesh() -> None:
    assert why(None) == "Select a mesh object"
    bpy.ops.object.camera_add()
    assert why(bpy.context.object) == "Select a mesh object"
    for add in (
        bpy.ops.curve.primitive_bezier_circle_add,
        bpy.ops.object.text_add,
        bpy.ops.object.metaball_add,
    ):
        add()
        assert "Convert it to a mesh first" in why(bpy.context.object), bpy.context.object.type


def check_modes_and_visibility() -> None:
    obj = cube()
    assert why(obj) == ""
    bpy.ops.object.mode_set(mode="SCULPT")
    assert why(obj) == "Leave Sculpt Mode first"
    bpy.ops.object.mode_set(mode="OBJECT")
    obj.hide_set(True)
    assert "hidden" in why(obj)
    obj.hide_set(False)
    obj.hide_viewport = True
    bpy.context.view_layer.update()
    assert "hidden" in why(obj)
    obj.data.clear_geometry()
    assert "no faces" in why(obj)


def check_linked_data_and_overrides() -> None:
    obj = cube()
    name = obj.name
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "library.blend")
        bpy.data.libraries.write(path, {obj})
        bpy.data.objects.remove(obj)
        with bpy.data.libraries.load(path, link=True) as (_, wanted):
            wanted.objects = [name]
        linked = wanted.objects[0]
        bpy.context.scene.collection.objects.link(linked)
        bpy.context.view_layer.update()
        assert "linked from another file" in why(linked)
        override = linked.override_create(remap_local_usages=True)
        assert "make it local first" in why(override)
        bpy.data.libraries.remove(bpy.data.libraries[0])


def check_modifiers_matter_to_rigs_only() -> None:
    obj = cube()
    for kind in ("SUBSURF", "MULTIRES", "BEVEL", "SOLIDIFY", "ARMATURE", "TRIANGULATE"):
        obj.modifiers.new(kind.title(), kind)
    assert why(obj, RIG) == ""
    mirror = obj.modifiers.new("Other Half", "MIRROR")
    assert why(obj, "texture_generation") == why(obj, "mesh_segmentation") == ""
    assert why(obj, RIG).startswith("Apply the Other Half modifier first")
    mirror.show_viewport = False
    assert why(obj, RIG) == ""


def check_several_at_once() -> None:
    first, second = cube(), cube(location=(3, 0, 0))
    second.modifiers.new("Mirror", "MIRROR")
    bpy.ops.object.camera_add()
    camera = bpy.context.object
    for obj in (first, second, camera):
        obj.select_set(True)
    bpy.context.view_layer.objects.active = first
    targets = module("scene.targets")
    assert targets.selected_all(bpy.context) == [first, second]
    assert targets.selected_all(bpy.context, RIG) == [first]


def check_shape_keys_send_the_basis_and_stay() -> None:
    obj = cube()
    obj.shape_key_add(name="Basis")
    key = obj.shape_key_add(name="Tall", from_mix=False)
    for point in key.data:
        point.co.z *= 3
    key.value = 1.0
    bpy.context.view_layer.update()
    mesh = module("scene.exporter").mesh_of(obj)
    assert np.ptp(mesh.vertices[:, 1]) == 2
    run(params().SegmentParams("test_halves"), obj)
    run(params().RigParams("test_bones"), obj)
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    assert [k.name for k in obj.data.shape_keys.key_blocks] == ["Basis", "Tall"]
    assert key.data[7].co.z in (3, -3)


def check_a_position_that_is_no_number() -> None:
    obj = cube()
    obj.data.vertices[3].co.x = float("nan")
    try:
        module("scene.exporter").mesh_of(obj)
    except module("core.errors").UserError as error:
        message = error.message
    assert "not a number" in message


def check_a_face_that_blender_splits_otherwise_keeps_its_texture() -> None:
    mesh = bpy.data.meshes.new("Dart")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    obj = bpy.data.objects.new("Dart", mesh)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.update()
    exporter, triangles = module("scene.exporter"), module("scene.triangles")
    sent = exporter.mesh_of(obj)
    before = module("scene.triangles").topology(obj)
    places = np.array([v.co[:2] for v in mesh.vertices], np.float32)
    mesh.vertices[1].co = (0.3, 0.6, 0)  # the face is split along its other diagonal now
    mesh.update()
    assert not np.array_equal(triangles.triangulate(obj).vertices, sent.triangles)
    assert module("scene.triangles").topology(obj) == before
    results = module("core.meshes.results")
    data = results.TextureData(
        places[sent.triangles], np.zeros(2, np.int32), [module("core.meshes.surfaces").MaterialData("m")]
    )
    module("scene.materials").apply_texture(obj, data, sent=sent.triangles)
    for loop, uv in zip(mesh.loops, mesh.uv_layers["Pocket3D"].uv, strict=True):
        np.testing.assert_allclose(uv.vector, places[loop.vertex_index])


def check_the_fingerprint_sees_what_matters() -> None:
    obj = cube()
    topology = module("scene.exporter").topology
    first = topology(obj)
    obj.data.vertices[0].co.x += 1
    assert topology(obj) == first
    obj.scale.x = -1
    bpy.context.view_layer.update()
    assert topology(obj) != first, "mirrored faces are sent the other way round"
    obj.scale.x = 1
    obj.data.flip_normals()
    bpy.context.view_layer.update()
    assert topology(obj) != first
