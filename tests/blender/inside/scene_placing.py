"""Where results stand: at a place in the scene's units, in another object's place, beside their variants."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix
from support import counts, cube, module


def result(low: Any = (0, 0, 0), high: Any = (1, 1, 1), **more: Any) -> Any:
    """A box as a worker would read it, metres, Blender's frame."""
    model, welding = module("core.meshes.model"), module("core.meshes.welding")
    low, high = np.array(low, np.float32), np.array(high, np.float32)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    points = low + corners * (high - low)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    welded = welding.weld(points, faces, np.zeros(12, int))
    surfaces = module("core.meshes.surfaces")
    return model.MeshData(
        points[welded.source],
        welded.faces,
        welded.edges,
        welded.corner_edges,
        np.zeros(12, np.int32),
        np.zeros(12, np.int32),
        [surfaces.MaterialData("m")],
        ["Box"],
        **more,
    )


def job(data: Any, **task: Any) -> Any:
    """A finished job of a generated mesh."""
    jobs, params, results = (
        module("core.jobs.job"),
        module("core.request.params"),
        module("core.meshes.results"),
    )
    request = params.MeshParams(text_prompt="a box")
    done = jobs.Job(
        jobs.Task(task.pop("title", "A box"), request, **task), state=jobs.State.READY, job_id="job_1"
    )
    done.payload = results.Payload(data)
    return done


def put(data: Any, **task: Any) -> list[bpy.types.Object]:
    """Into the scene with it."""
    return module("scene.apply").apply_result(job(data, **task), bpy.context)


def box(obj: bpy.types.Object) -> np.ndarray:
    """Lowest and highest corner in the world."""
    bpy.context.view_layer.update()
    return np.array(module("scene.placing").bounds([obj]))


def check_a_far_offset_in_the_file_is_taken_out() -> None:
    (obj,) = put(result((1e4, -5e3, 300), (1e4 + 1, -5e3 + 2, 303)), location=(1, 2, 3))
    np.testing.assert_allclose(box(obj), [[0.5, 1, 3], [1.5, 3, 6]], atol=1e-3)
    np.testing.assert_allclose(obj.matrix_world.translation, (1, 2, 3))
    assert obj.data.validate() is False, "Blender had to mend the mesh"


def check_a_metre_is_a_metre() -> None:
    settings = bpy.context.scene.unit_settings
    for system, scale, size in (
        ("METRIC", 0.01, 100),
        ("METRIC", 1000, 0.001),
        ("NONE", 0.01, 1),
        ("IMPERIAL", 1, 1),
    ):
        settings.system, settings.scale_length = system, scale
        (obj,) = put(result(), location=(0, 0, 0))
        np.testing.assert_allclose(box(obj)[1] - box(obj)[0], size, rtol=1e-4)
        mesh = module("scene.exporter").mesh_of(obj)
        np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), 1, rtol=1e-4)


def check_a_result_takes_an_objects_place() -> None:
    shelf = bpy.data.collections.new("Shelf")
    bpy.context.scene.collection.children.link(shelf)
    old = cube(location=(3, 1, 2), rotation=(0, 0, math.radians(30)), scale=(1, 2, 3))
    for collection in list(old.users_collection):
        collection.objects.unlink(old)
    shelf.objects.link(old)
    identifier = module("scene.targets").identify(old)
    (obj,) = put(result((0, 0, 0), (1, 1, 2)), location=(9, 9, 9), replaces=identifier)
    np.testing.assert_allclose(obj.matrix_world.translation, (3, 1, -1), atol=1e-5)
    np.testing.assert_allclose(obj.matrix_world.to_euler().z, math.radians(30), atol=1e-5)
    np.testing.assert_allclose(box(obj)[:, 2], (-1, 5), atol=1e-4)
    assert obj.users_collection == (shelf,)
    assert (old.visible_get(), old.hide_render) == (False, True)
    assert old.name in bpy.context.scene.objects, "the old one is kept"


def check_the_armature_goes_with_its_only_mesh() -> None:
    first, second = cube(), cube()
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    first.parent = second.parent = rig
    put(result(), replaces=module("scene.targets").identify(first))
    assert (first.hide_get(), rig.hide_get(), second.hide_get()) == (True, False, False)
    second.parent = None
    put(result(), replaces=module("scene.targets").identify(first))
    assert (rig.hide_get(), rig.hide_render) == (True, True)


def check_an_object_that_has_gone_is_not_replaced() -> None:
    (obj,) = put(result(), location=(1, 0, 0), replaces="no such object")
    np.testing.assert_allclose(obj.matrix_world.translation, (1, 0, 0))


def check_variants_stand_side_by_side() -> None:
    made = [put(result(high=(2, 1, 1)), location=(0, 0, 0), group="g", variant=n)[0] for n in range(3)]
    lows = [box(o)[0][0] for o in made]
    np.testing.assert_allclose(lows, (-1, 1.5, 4), atol=1e-5)
    put(result(), location=(0, 0, 0), group="another")
    made[1].location.y += 50
    bpy.context.view_layer.update()
    (again,) = put(result(high=(2, 1, 1)), location=(0, 0, 0), group="g", variant=3)
    np.testing.assert_allclose(box(again)[0][0], 1.5, atol=1e-5)


def check_a_hidden_or_linked_collection_is_not_used() -> None:
    layer = bpy.context.view_layer
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    layer.active_layer_collection = layer.layer_collection.children["Hidden"]
    (obj,) = put(result())
    assert obj.users_collection == (hidden,)
    layer.layer_collection.children["Hidden"].hide_viewport = True
    (obj,) = put(result())
    assert obj.users_collection == (bpy.context.scene.collection,)


def check_parts_and_vertex_colours_arrive() -> None:
    data = result()
    data.part_names, data.face_part = ["Lid", "Box"], np.repeat(np.array([0, 1], np.int32), 6)
    data.colors = np.tile(np.array([1, 0.5, 0, 1], np.float32), (12, 3, 1))
    data.materials[0].vertex_colors = True
    (obj,) = put(data)
    assert module("scene.parts").part_names(obj) == ["Lid", "Box"]
    np.testing.assert_allclose(obj.data.color_attributes["Color"].data[0].color, (1, 0.5, 0, 1), atol=1e-3)
    nodes = obj.data.materials[0].node_tree.nodes
    assert next(n for n in nodes if n.type == "VERTEX_COLOR").layer_name == "Color"


def check_a_failure_leaves_no_trace() -> None:
    before, builder = counts(), module("scene.builder")
    bones = module("core.meshes.skeleton").BoneData("root", -1, (0, 0, 0), (0, 0, 1), (0, -1, 0))
    data = result(skeleton=[bones])
    rig = module("scene.rig")
    for place, name in ((builder, "_shading"), (rig, "_add_bones"), (rig, "attach")):
        kept = getattr(place, name)

        def fail(*arguments: Any, **options: Any) -> None:
            raise RuntimeError("in the middle")

        setattr(place, name, fail)
        try:
            put(data)
        except RuntimeError:
            pass
        else:
            raise AssertionError(f"{name} did not fail")
        finally:
            setattr(place, name, kept)
        assert counts() == before, name


def check_a_place_turns_about_z_only() -> None:
    obj = cube(location=(1, 0, 0))
    obj.matrix_world = (
        Matrix.Translation((1, 0, 5)) @ Matrix.Rotation(0.5, 4, "Z") @ Matrix.Rotation(0.4, 4, "X")
    )
    bpy.context.view_layer.update()
    place = module("scene.placing").place_of(obj)
    matrix = place.matrix(1.0)
    np.testing.assert_allclose(
        matrix.to_3x3() @ matrix.to_3x3().col[2].__class__((0, 0, 1)), (0, 0, place.height), atol=1e-5
    )


def check_a_local_view_shows_the_result() -> None:
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    other, chosen = cube(location=(9, 0, 0)), cube()
    other.select_set(False)
    with bpy.context.temp_override(window=window, area=area, region=region):
        assert bpy.ops.view3d.localview(frame_selected=False) == {"FINISHED"}
    space = area.spaces.active
    if not chosen.local_view_get(space):  # Blender before 5.0 cannot be asked
        return
    (obj,) = put(result())
    assert obj.local_view_get(space)
    assert not other.local_view_get(space)
