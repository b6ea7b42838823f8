"""Results on the artist's own mesh: nothing lost, nothing moved, everything undone on failure."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector
from support import counts, cube, module, params, run


def positions(obj: bpy.types.Object) -> np.ndarray:
    """World positions of the vertices, modifiers applied."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = obj.evaluated_get(graph)
    return np.array([evaluated.matrix_world @ v.co for v in evaluated.data.vertices])


def check_a_generated_mesh_stands_at_the_cursor() -> None:
    job, objects = run(params().MeshParams("test_steps", text_prompt="a cube"), title="A red cube")
    obj = objects[0]
    assert (obj.name, obj.type) == ("A red cube", "MESH")
    points = positions(obj)
    np.testing.assert_allclose(points.min(axis=0)[2], 3, atol=1e-5)
    np.testing.assert_allclose((points.min(axis=0) + points.max(axis=0))[:2] / 2, [1, 2], atol=1e-5)
    assert bpy.context.view_layer.objects.active == obj
    assert obj.select_get()
    assert len(obj.data.materials) == 1
    assert counts()["scenes"] == 1
    history = module("core.jobs.provenance").from_text(obj["pocket3d"])
    assert history[0]["prompt"] == "a cube"
    assert history[0]["job_id"] == job.job_id


def check_several_parts_become_one_object_that_remembers_them() -> None:
    cube()
    job, _ = run(params().SegmentParams("test_halves"), bpy.context.object)
    bpy.data.objects.remove(bpy.context.object)
    importer, parts = module("scene.importer"), module("scene.parts")
    before = counts()
    objects = importer.import_result(job.file, "Thing", labels={"head": "Head", "body": "Body"})
    assert len(objects) == 1
    assert parts.part_names(objects[0]) == ["Head", "Body"]
    numbers = [a.value for a in objects[0].data.attributes[parts.ATTRIBUTE].data]
    assert sorted(set(numbers)) == [0, 1]
    after = counts()
    assert after["meshes"] == before["meshes"] + 1
    made = module("scene.separating").separate(bpy.context, objects[0])
    assert [o.name for o in made] == ["Head", "Body"]
    assert sum(len(o.data.polygons) for o in made) == len(numbers)


def check_a_texture_comes_as_a_new_material_and_uv_map() -> None:
    obj = cube(location=(5, 0, 0))
    own, before = obj.data.materials[0], positions(obj)
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    np.testing.assert_array_equal(positions(obj), before)
    assert [u.name for u in obj.data.uv_layers] == ["UVMap", "Pocket3D"]
    assert obj.data.uv_layers["Pocket3D"].active_render
    assert obj.data.materials[0] == own, "the former material would be lost on saving"
    assert {p.material_index for p in obj.data.polygons} == {1}
    material = obj.data.materials[1]
    images = [n.image for n in material.node_tree.nodes if n.type == "TEX_IMAGE"]
    assert len(obj.data.materials) == 2
    assert len(images) == 1
    assert images[0].packed_file
    assert images[0].size[:] == (4, 4)
    assert images[0].colorspace_settings.name == "sRGB"
    red, green, blue, _ = material.diffuse_color
    assert red > 5 * max(green, blue), "the solid view does not show the texture's colour"
    run(params().TextureParams("test_paint", text_prompt="red"), obj)  # again: no slots pile up
    assert len(obj.data.materials) == 2
    assert bpy.ops.pocket3d.restore_materials() == {"FINISHED"}
    assert [m.name for m in obj.data.materials] == ["Own"]
    assert {p.material_index for p in obj.data.polygons} == {0}
    assert obj.data.uv_layers["UVMap"].active_render


def check_uvs_land_on_the_corners_they_were_made_for() -> None:
    results, materials = module("core.meshes.results"), module("scene.materials")
    obj = cube(scale=(-1, 1, 1), rotation=(0.3, 0.2, 0.1))
    triangles = module("scene.triangles").triangulate(obj)
    places = np.array([v.co[:2] for v in obj.data.vertices], np.float32)
    data = results.TextureData(
        places[triangles.vertices], np.zeros(12, np.int32), [module("core.meshes.surfaces").MaterialData("m")]
    )
    materials.apply_texture(obj, data)
    layer = obj.data.uv_layers["Pocket3D"]
    for loop, uv in zip(obj.data.loops, layer.uv, strict=True):
        np.testing.assert_allclose(uv.vector, places[loop.vertex_index])


def check_factors_and_images_multiply() -> None:
    materials = module("scene.materials")
    data = module("core.meshes.surfaces").MaterialData(
        "m", base_color=(1.0, 0.5, 0.25, 1.0), roughness=0.5, metallic=1.0
    )
    data.mean_color = (1.0, 1.0, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        white = bpy.data.images.new("white", 2, 2)
        white.pixels.foreach_set(np.ones(16, np.float32))
        white.filepath_raw, white.file_format = str(Path(folder) / "white.png"), "PNG"
        white.save()
        image = module("core.meshes.surfaces").TextureImage(Path(white.filepath_raw).read_bytes(), ".png")
    data.base_color_image = data.metallic_roughness_image = image
    made = materials.make_material(data, "m")
    np.testing.assert_allclose(made.diffuse_color[:3], (1.0, 0.5, 0.25), atol=1e-3)
    shader = next(n for n in made.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    assert shader.inputs["Roughness"].links[0].from_node.inputs[1].default_value == 0.5
    assert shader.inputs["Metallic"].links[0].from_node.type == "SEPARATE_COLOR"


def check_parts_keep_the_mesh_and_its_materials() -> None:
    obj = cube()
    parts = module("scene.parts")
    before, own = positions(obj), obj.data.materials[0]
    run(params().SegmentParams("test_halves"), obj)
    np.testing.assert_array_equal(positions(obj), before)
    assert parts.part_names(obj) == ["Head", "Body"]
    assert [m.name for m in obj.data.materials] == ["Own", "Head", "Body"]
    assert sorted({p.material_index for p in obj.data.polygons}) == [1, 2]
    run(params().SegmentParams("test_halves"), obj)  # again: no slots pile up
    assert len(obj.data.materials) == 3
    assert bpy.ops.pocket3d.restore_materials() == {"FINISHED"}
    assert [m.name for m in obj.data.materials] == ["Own"]
    assert obj.data.materials[0] == own
    assert bpy.ops.pocket3d.separate_parts() == {"FINISHED"}
    assert sorted(o.name for o in bpy.data.objects) == ["Body", "Cube", "Head"]
    assert (obj.visible_get(), obj.hide_render) == (False, True), "the whole mesh is kept aside"


def check_a_rig_is_an_armature_on_the_same_mesh() -> None:
    obj = cube(location=(3, 1, 2), rotation=(0, 0, math.pi / 2), scale=(1, 1, 2))
    before = positions(obj)
    bevel = obj.modifiers.new("Edge", "BEVEL")
    bevel.show_viewport = False
    _, objects = run(params().RigParams("test_bones"), obj)
    rig = objects[0]
    assert (rig.type, objects[1]) == ("ARMATURE", obj)
    np.testing.assert_allclose(positions(obj), before, atol=1e-5)
    assert [b.name for b in rig.data.bones] == ["Root", "Spine"]
    assert rig.data.bones["Spine"].parent.name == "Root"
    np.testing.assert_allclose(rig.matrix_world @ rig.data.bones["Spine"].head_local, [3, 1, 2.5], atol=1e-5)
    assert [m.type for m in obj.modifiers] == ["ARMATURE", "BEVEL"]
    assert "Deform" in rig.data.collections
    sums = [sum(g.weight for g in v.groups) for v in obj.data.vertices]
    np.testing.assert_allclose(sums, 1, atol=1e-6)
    assert rig.pose.bones["Root"].rotation_mode == "XYZ"
    rig.pose.bones["Root"].location = (0, 1, 0)  # along the bone, which points up
    bpy.context.view_layer.update()
    np.testing.assert_allclose(positions(obj) - before, np.tile([0, 0, 1], (8, 1)), atol=1e-4)
    run(params().RigParams("test_bones"), obj)  # again: one armature modifier only
    assert [m.type for m in obj.modifiers] == ["ARMATURE", "BEVEL"]


def check_a_rigged_file_comes_with_its_bones_as_they_are() -> None:
    job, objects = run(params().RigParams("test_bones"), cube())
    own = {b.name: (b.head_local.copy(), b.tail_local.copy()) for b in objects[0].data.bones}
    rig, mesh = module("scene.importer").import_result(job.file, "Thing", (4, 0, 0))
    assert (rig.type, mesh.parent, mesh.modifiers[0].object) == ("ARMATURE", rig, rig)
    assert rig.name == "Thing rig"
    for bone in rig.data.bones:
        head, tail = own[bone.name]
        length = (tail - head).length
        np.testing.assert_allclose(bone.length, length, rtol=1e-4, err_msg=bone.name)


def check_what_is_sent_is_upright_and_faces_outwards() -> None:
    exporter = module("scene.exporter")
    for scale in ((1, 1, 1), (-1, 1, 1), (2, -1, -3)):
        obj = cube(scale=scale, location=(9, 9, 9), rotation=(0.4, 0, 0.2))
        mesh = exporter.mesh_of(obj)
        a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(float) for i in range(3))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
        np.testing.assert_allclose(volume, 8 * abs(np.prod(scale)), rtol=1e-4)
    obj = cube(location=(0, 0, 0))
    obj.data.transform(__import__("mathutils").Matrix.Translation((0, 0, 5)))
    assert exporter.mesh_of(obj).vertices[:, 1].min() == 4  # Blender's Z is glTF's Y


def check_an_edited_mesh_is_left_alone() -> None:
    obj = cube()
    runner = module("session").current_session().runner
    job = runner.submit(module("scene.tasks").task_for(obj, params().SegmentParams("test_halves")))
    while job.state.active:
        runner.poll()
    bpy.ops.object.mode_set(mode="EDIT")
    assert module("scene.apply").waits_for_mode(job)
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    bpy.ops.object.mode_set(mode="OBJECT")
    objects = module("scene.apply").apply_result(job, bpy.context)
    assert obj not in objects
    assert len(obj.data.materials) == 1
    assert module("scene.parts").part_names(objects[0]) == ["Head", "Body"]
    assert [m.name for m in objects[0].data.materials][-2:] == ["Head", "Body"]
    assert "new object" in " ".join(job.notes)


def check_other_users_of_a_mesh_stay_as_they_are() -> None:
    obj = cube()
    twin = bpy.data.objects.new("Twin", obj.data)
    bpy.context.scene.collection.objects.link(twin)
    run(params().SegmentParams("test_halves"), obj)
    assert twin.data != obj.data
    assert [m.name for m in twin.data.materials] == ["Own"]


def check_a_copied_object_is_another_target() -> None:
    obj, targets = cube(), module("scene.targets")
    first = targets.identify(obj)
    copy = obj.copy()
    bpy.context.scene.collection.objects.link(copy)
    assert targets.identify(copy) != first
    assert targets.find(first) == obj


def check_a_broken_file_leaves_nothing_behind() -> None:
    cube()
    before = counts()
    shown = bpy.context.window.scene if bpy.context.window else None
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / "broken.glb"
        broken.write_bytes(b"glTF\x02\0\0\0garbage")
        try:
            module("scene.importer").import_result(broken, "Broken")
        except module("core.errors").UserError:
            pass
        else:
            raise AssertionError("a broken file was imported")
    assert counts() == before
    assert (bpy.context.window.scene if bpy.context.window else None) == shown


def check_import_does_not_disturb_the_selection_by_itself() -> None:
    obj = cube()
    job, _ = run(params().SegmentParams("test_halves"), obj)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    made = module("scene.importer").import_result(job.file, "Thing", Vector((4, 0, 0)))
    assert bpy.context.view_layer.objects.active == obj
    assert obj.select_get()
    assert not made[0].select_get()
