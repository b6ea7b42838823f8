"""From the choices in the panels to jobs."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import bpy
from drawing import draw_all
from support import cube, module
from working import tick_until


def jobs() -> list[Any]:
    """All jobs, in the order of their start."""
    return list(module("session").current_session().runner.jobs.values())


def settings() -> Any:
    """The panels' choices."""
    return bpy.context.scene.pocket3d


def said(operator: Any) -> str:
    """Why a button is grey, or what failed when it was pressed."""
    try:
        operator()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("it worked")


def wait() -> None:
    """Until every job has ended and its result is in the scene."""
    tick_until(lambda: all(j.state.finished for j in jobs()))


def check_a_new_seed_for_every_press_unless_it_is_locked() -> None:
    settings().prompt, settings().mesh_model = "a cube", "test_steps"
    bpy.ops.pocket3d.generate()
    first = settings().seed
    bpy.ops.pocket3d.generate()
    assert settings().seed != first
    bpy.ops.pocket3d.new_seed(name="seed")
    assert settings().use_seed
    locked = settings().seed
    bpy.ops.pocket3d.generate()
    assert settings().seed == locked
    assert jobs()[0].task.params.seed == first
    assert jobs()[-1].task.params.seed == locked
    wait()


def check_variants_are_a_group_with_seeds_in_a_row() -> None:
    s = settings()
    s.prompt, s.mesh_model, s.variants, s.placement = "a cube", "test_steps", 3, "ORIGIN"
    s.use_seed, s.seed = True, 2**31 - 2
    bpy.context.scene.cursor.location = (5, 0, 0)
    bpy.ops.pocket3d.generate()
    made = jobs()
    assert [j.task.params.seed for j in made] == [2**31 - 2, 2**31 - 1, 0]
    assert [j.task.variant for j in made] == [0, 1, 2]
    assert len({j.task.group for j in made}) == 1
    assert made[0].task.group
    assert made[0].task.location == (0, 0, 0)
    assert "Generate 3 Variants" in draw_all()[0]
    wait()


def check_the_place_of_the_selected_object() -> None:
    s = settings()
    s.prompt, s.placement = "a cube", "REPLACE"
    assert "whose place the new one takes" in said(bpy.ops.pocket3d.generate)
    old = cube(location=(3, 4, 0))
    s.mesh_model = "test_steps"
    bpy.ops.pocket3d.generate()
    task = jobs()[-1].task
    assert task.replaces == module("scene.targets").identify(old)
    assert task.location == (3, 4, 0)
    wait()


def check_pictures_go_along() -> None:
    s = settings()
    s.source, s.mesh_model = "VIEWS", "test_steps"
    assert "Add a view" in said(bpy.ops.pocket3d.generate)
    for name in ("Front", "Back"):
        view = s.views.add()
        view.source, view.image = "BLENDER_IMAGE", bpy.data.images.new(name, 8, 8)
    bpy.ops.pocket3d.generate()
    params = jobs()[-1].task.params
    assert len(params.images) == 2
    assert all(Path(i).is_file() for i in params.images)
    assert params.text_prompt == ""
    wait()
    s.views[1].image = None
    assert "View 2: choose an image" in said(bpy.ops.pocket3d.generate)


def check_what_fails_at_the_press_is_said_in_the_panel() -> None:
    s = settings()
    s.source, s.picture.path = "IMAGE", "/nowhere/cat.png"
    assert "cat.png was not found" in said(bpy.ops.pocket3d.generate)
    assert "cat.png was not found" in draw_all()[0]
    assert not jobs()
    s.source, s.prompt, s.mesh_model = "TEXT", "a cube", "test_steps"
    bpy.ops.pocket3d.generate()
    assert "cat.png was not found" not in draw_all()[0]
    wait()


def check_several_selected_meshes() -> None:
    first, second = cube(), cube(location=(4, 0, 0))
    first.select_set(True)
    text = draw_all()[0]
    assert "2 meshes" in text
    assert "Texture 2 Meshes" in text
    s = settings()
    s.paint_prompt, s.texture_model = "red", "test_paint"
    bpy.ops.pocket3d.texture()
    identify = module("scene.targets").identify
    assert [j.task.target for j in jobs()] == [identify(second), identify(first)]
    wait()


def check_models_to_choose_from() -> None:
    session = module("session").current_session()
    session.models.refresh(session.connection.connect(), force=True)
    ready = [m for m in session.models.of("mesh_generation") if m.ready]
    assert ready
    text = draw_all()[0]
    assert "Automatic" in text
    bpy.ops.pocket3d.choose_model(feature="mesh_generation", model_id=ready[0].model_id)
    assert settings().mesh_model == ready[0].model_id
    assert settings().params("mesh_generation").model_preference == ready[0].model_id
    settings().prompt, settings().mesh_model = "a cube", "model_of_another_server"
    assert "has no model Model of another server" in said(bpy.ops.pocket3d.generate)
    assert "This server has no model Model of another server; choose another" in " ".join(
        draw_all()[0].split()
    )
    kind = module("ui.model_chooser").POCKET3D_OT_choose_model
    asked = type("Asked", (), {"model_id": ready[0].model_id})
    assert ready[0].description in kind.description(bpy.context, asked)


def check_settings_survive_the_file() -> None:
    s = settings()
    s.prompt, s.mesh_model, s.source, s.quality = "a cup", "not_listed_yet", "VIEWS", "high"
    s.views.add().source = "CAMERA"
    with tempfile.TemporaryDirectory() as folder:
        blend = str(Path(folder) / "file.blend")
        bpy.ops.wm.save_as_mainfile(filepath=blend)
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        bpy.ops.wm.open_mainfile(filepath=blend)
    s = settings()
    assert (s.prompt, s.mesh_model, s.source, s.quality) == ("a cup", "not_listed_yet", "VIEWS", "high")
    assert s.views[0].source == "CAMERA"


def check_dropped_pictures() -> None:
    s, ops = settings(), bpy.ops.pocket3d
    folder = tempfile.mkdtemp()
    files = [{"name": f"{n}.png"} for n in range(3)] + [{"name": "notes.txt"}]
    ops.add_image_views(directory=folder, files=files)
    assert s.source == "VIEWS"
    assert [Path(v.path).name for v in s.views] == ["0.png", "1.png", "2.png"]
    ops.add_image_views(directory=folder, files=files)
    ops.add_image_views(directory=folder, files=files)
    assert len(s.views) == 6
    ops.drop_images(directory=folder, files=files[:1])
    assert (s.source, Path(s.picture.path).name) == ("IMAGE", "0.png")
    ops.drop_images(directory=folder, files=files)
    assert (s.source, len(s.views)) == ("VIEWS", 3)
    ops.texture_from_image(directory=folder, files=files[1:2])
    assert (s.paint_source, Path(s.paint_picture.path).name) == ("IMAGE", "1.png")
    handler = module("ui.file_handlers").POCKET3D_FH_images
    assert not handler.poll_drop(type("Nowhere", (), {"area": None}))
    assert ".webp" in handler.bl_file_extensions


def check_boxes_stand_where_the_results_will() -> None:
    overlay, s = module("ui.overlay"), settings()
    s.prompt, s.mesh_model, s.variants = "a cube", "test_steps", 2
    bpy.context.scene.cursor.location = (2, 0, 1)
    bpy.ops.pocket3d.generate()
    first, second = overlay.boxes_now()
    assert first.low == (1.5, -0.5, 1)
    assert first.high == (2.5, 0.5, 2)
    assert second.low[0] > first.high[0]
    assert first.name == "A cube"
    wait()
    assert overlay.boxes_now() == []
    obj = cube(location=(0, 9, 0))
    s.segment_model = "test_halves"
    bpy.ops.pocket3d.segment()
    (box,) = overlay.boxes_now()
    assert box.low[1] < 8 < 10 < box.high[1]
    bpy.data.objects.remove(obj)
    assert overlay.boxes_now() == []
    tick_until(lambda: not any(j.state.active for j in jobs()))


def check_modifiers_that_stand_in_the_way_of_a_rig() -> None:
    obj = cube()
    assert not bpy.ops.pocket3d.apply_modifiers.poll()
    obj.modifiers.new("Half", "MIRROR")
    assert "Apply the Half modifier first" in draw_all()[0]
    assert "pocket3d.apply_modifiers" in draw_all()[1]
    assert "Apply the Half modifier first" in said(bpy.ops.pocket3d.rig)
    assert bpy.ops.pocket3d.apply_modifiers() == {"FINISHED"}
    assert not obj.modifiers
    assert "Apply the Half modifier" not in draw_all()[0]
    obj.shape_key_add(name="Basis")
    obj.modifiers.new("Half", "MIRROR")
    assert "has shape keys" in said(bpy.ops.pocket3d.apply_modifiers)
    assert obj.modifiers


def check_a_mesh_that_cannot_be_rigged_with_the_others_is_named() -> None:
    first, second = cube(), cube(location=(4, 0, 0))
    second.name = "Other"
    first.modifiers.new("Half", "MIRROR")
    first.select_set(True)
    first.name = "Mirrored"
    assert module("ui.making").left_out(bpy.context, "auto_rigging") == [first]
    texts, operators = draw_all()
    assert "Mirrored is left out" in texts
    assert "pocket3d.apply_modifiers" in operators
    assert bpy.ops.pocket3d.apply_modifiers() == {"FINISHED"}
    assert not first.modifiers
    assert "is left out" not in draw_all()[0]


def check_a_picture_whose_place_has_gone_is_not_kept() -> None:
    s, making = settings(), module("ui.making")
    s.views.add()
    where, error = s.views[0].path_from_id(), module("core.errors").UserError
    s.views.clear()
    for scene in (bpy.context.scene.name, "a scene that was closed"):
        with contextlib.suppress(error):
            making._keep(scene, where, "nowhere.png", "CAMERA")
            raise AssertionError("a picture was kept nowhere")


def check_a_large_selection_is_not_looked_through() -> None:
    mesh = cube().data
    for number in range(60):
        copy = bpy.data.objects.new(f"Copy {number}", mesh)
        bpy.context.collection.objects.link(copy)
        copy.select_set(True)
    assert "More than 50 objects are selected" in draw_all()[0]
    assert "More than 50 objects" in said(bpy.ops.pocket3d.segment)


def check_one_rig_for_several_meshes() -> None:
    first = cube()
    cube(location=(4, 0, 0))
    first.select_set(True)
    assert "Rig 2 Meshes Together" in draw_all()[0]
    settings().rig_model = "test_bones"
    bpy.ops.pocket3d.rig()
    assert len(jobs()) == 1
    assert len(jobs()[0].task.targets) == 2
    wait()


def check_the_models_own_settings_go_along() -> None:
    session, parameters = module("session").current_session(), module("ui.model_parameters")
    session.models.refresh(session.connection.connect(), force=True)
    module("ui.pump").tick()
    s, scene = settings(), bpy.context.scene
    s.prompt, s.mesh_model = "a cube", "test_steps"
    parameters.fill(scene, "test_steps", {"steps": 5})
    assert "Model Settings" in draw_all()[0]
    bpy.ops.pocket3d.generate()
    assert jobs()[-1].task.params.parameters == {"steps": 5}
    assert jobs()[-1].task.params.body()["parameters"] == {"steps": 5}
    wait()
