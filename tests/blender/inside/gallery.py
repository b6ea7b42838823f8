"""The gallery: what real results offer, with every button pressed."""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
from drawing import draw_all
from support import cube, module, params
from working import tick_until


def session() -> Any:
    return module("session").current_session()


def make(prompt: str = "a cube", model: str = "test_steps", **task: Any) -> Any:
    """A finished job whose result is in the scene."""
    request = params().MeshParams(model, text_prompt=prompt, seed=7, texture_resolution=512)
    made = module("scene.tasks").task_to_make(request, (0, 0, 0))
    origin = module("scene.document").current_origin()
    job = session().runner.submit(replace(made, origin=origin, **task))
    return ended(job)


def ended(job: Any) -> Any:
    tick_until(lambda: job.state.finished)
    assert job.state == "done", job.problem
    return job


def newest() -> Any:
    """The job that a button has just started, when it has ended."""
    job = session().runner.listed[0]
    return ended(job)


def choose(job: Any) -> None:
    state = bpy.context.window_manager.pocket3d_gallery
    state.chosen = ""
    assert bpy.ops.pocket3d.choose_result(key=job.key) == {"FINISHED"}
    assert state.chosen == job.key


def press(button: str, **options: Any) -> None:
    assert getattr(bpy.ops.pocket3d, button)(**options) == {"FINISHED"}, button


def refusal(button: str, **options: Any) -> str:
    """Why a button cannot be pressed."""
    try:
        done = getattr(bpy.ops.pocket3d, button)(**options)
    except RuntimeError as error:
        return str(error)
    raise AssertionError(f"{button} did not refuse: {done}")


def request_of(job: Any) -> dict[str, Any]:
    """What the server was asked for, as it says itself."""
    return dict(session().connection.connect().jobs.get(job.job_id).raw["request"])


def check_a_result_says_what_it_is() -> None:
    job = make("a small table", model="")
    choose(job)
    text, operators = draw_all()
    assert job.preview.is_file()
    for words in ("A small table", "vertices", "seed 7", "Today"):
        assert words in text, words
    assert {"pocket3d.add_result", "pocket3d.vary", "pocket3d.save_asset", "pocket3d.delete_result"} <= set(
        operators
    )
    press("choose_result", key=job.key)
    assert not bpy.context.window_manager.pocket3d_gallery.chosen, "a second click puts it away"


def check_pictures_load_a_few_at_a_time_and_never_while_drawing() -> None:
    job, thumbnails = make(), module("ui.thumbnails")
    draw_all()
    assert thumbnails.icon_for(job.preview) == 0
    assert str(job.preview) in thumbnails._wanted
    assert thumbnails.load_some(60) == 0
    assert str(job.preview) in thumbnails._previews
    assert thumbnails.icon_for(Path("nowhere.png")) == 0
    thumbnails.load_some()
    thumbnails.icon_for(Path("nowhere.png"))
    assert not thumbnails._wanted, "what is not there is not asked for again and again"


def check_the_filter_and_the_pages() -> None:
    state = bpy.context.window_manager.pocket3d_gallery
    job = make("a lamp")
    here = len(module("ui.gallery_state").results(bpy.context))
    state.feature = "texture_generation"
    assert not module("ui.gallery_state").results(bpy.context)
    assert "Nothing here yet" in draw_all()[0]
    state.feature = "all"
    state.words = "LAMP"
    assert module("ui.gallery_state").results(bpy.context) == [job]
    state.words = ""
    state.scope = "FILE"
    assert job in module("ui.gallery_state").results(bpy.context)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    state = bpy.context.window_manager.pocket3d_gallery
    state.scope = "FILE"
    assert job not in module("ui.gallery_state").results(bpy.context)
    state.scope = "ALL"
    assert len(module("ui.gallery_state").results(bpy.context)) >= here
    press("turn_page", page=99)
    draw_all()
    press("turn_page", page=0)


def check_add_to_scene_puts_it_on_the_cursor() -> None:
    job = make()
    choose(job)
    bpy.context.scene.cursor.location = (4, 5, 0)
    press("add_result")
    tick_until(lambda: job.state.finished)
    assert job.state == "done", job.problem
    assert len(bpy.data.objects) == 2
    assert bpy.context.object.location[:2] == (4, 5)


def check_replace_hides_what_was_there() -> None:
    job = make()
    old = cube(location=(0, 6, 0))
    choose(job)
    press("replace_with_result")
    tick_until(lambda: job.state.finished)
    assert old.hide_get()
    assert abs(bpy.context.object.matrix_world.translation.y - 6) < 1e-4
    press("add_result")
    tick_until(lambda: job.state.finished)
    assert len(bpy.data.objects) == 4, "adding it later replaces nothing"
    bpy.context.object.select_set(False)
    assert "Select the object" in refusal("replace_with_result")


def check_regenerate_asks_for_the_same_and_vary_for_another_seed() -> None:
    job = make("a small table", model="")
    choose(job)
    press("regenerate")
    again = newest()
    first = request_of(job)
    assert again is not job
    assert again.job_id != job.job_id
    assert (again.task.params.model_preference, again.model_id) == (job.model_id, job.model_id)
    assert request_of(again) == first
    press("vary")
    other = request_of(newest())
    assert other.pop("seed") != first.pop("seed")
    assert other == first
    boxes = sorted(o.matrix_world.translation.x for o in bpy.data.objects)
    assert len(boxes) == 3
    assert min(b - a for a, b in itertools.pairwise(boxes)) > 0.1, "they stand in each other"


def check_regenerate_of_a_texture_paints_the_same_object() -> None:
    obj = cube()
    task = module("scene.tasks").task_for(obj, params().TextureParams("test_paint", text_prompt="red"))
    origin = module("scene.document").current_origin()
    job = ended(session().runner.submit(replace(task, origin=origin)))
    choose(job)
    assert "goes on the object" in refusal("replace_with_result")
    press("regenerate")
    newest()
    assert list(bpy.data.objects) == [obj]


def check_compare_step_and_keep() -> None:
    jobs = [make(group="g", variant=n) for n in range(3)]
    choose(jobs[1])
    text, _ = draw_all()
    assert "A" in text.splitlines()
    objects = {o.name: o for o in bpy.data.objects}
    assert len(objects) == 3

    def visible() -> list[str]:
        return [o.name for o in bpy.data.objects if not o.hide_get()]

    press("compare")
    assert "2 of 3 shown" in draw_all()[0], "the chosen one is shown first"
    first = visible()
    assert len(first) == 1
    press("compare", step=1)
    assert len(visible()) == 1 != first
    assert "3 of 3 shown" in draw_all()[0]
    assert module("ui.gallery_state").state(bpy.context).chosen == jobs[2].key, (
        "the chosen one is the one that is shown"
    )
    press("compare", step=1)
    assert "1 of 3 shown" in draw_all()[0]
    press("compare", step=1)
    assert visible() == first
    press("show_variants")
    assert len(visible()) == 3
    assert not any(o.hide_render for o in bpy.data.objects)
    assert "Show the variant" in refusal("keep_variant")
    press("compare")
    meshes = len(bpy.data.meshes)
    press("keep_variant")
    assert [o.name for o in bpy.data.objects] == first
    assert len(bpy.data.meshes) == meshes - 2
    assert all(j in session().runner.results for j in jobs)
    assert "at least two variants" in refusal("compare")


def check_drawing_walks_through_the_scene_only_while_comparing() -> None:
    job = make("a stool")
    make("a stool", group=job.key, variant=1)
    choose(job)
    walks, comparing = [], module("scene.comparing")
    real = comparing.objects_of_each
    comparing.objects_of_each = lambda *a: walks.append(1) or real(*a)
    try:
        draw_all()
        assert bpy.ops.pocket3d.compare.poll()
        assert not walks
        press("compare")
        walks.clear()
        texts, _ = draw_all()
        assert "1 of 2 shown" in texts
        assert len(walks) == 1
        press("show_variants")
        walks.clear()
        draw_all()
        assert not walks
    finally:
        comparing.objects_of_each = real


def check_a_damaged_record_is_told_with_its_files() -> None:
    runner = session().runner
    runner.unreadable.append(runner.folder / "cut" / "job.json.unreadable")
    text, operators = draw_all()
    assert "The record of a result is damaged" in " ".join(text.split())
    assert "pocket3d.reveal_unreadable" in operators
    press("dismiss_unreadable")
    assert "damaged" not in draw_all()[0]


def check_copy_settings_fills_the_panel() -> None:
    settings = bpy.context.scene.pocket3d
    job = make("a green lamp")
    settings.prompt, settings.seed = "something else", 1
    choose(job)
    press("copy_settings")
    assert (settings.prompt, settings.seed, settings.use_seed) == ("a green lamp", 7, True)
    assert settings.params("mesh_generation").text_prompt == "a green lamp"


def check_a_copy_asks_before_it_overwrites() -> None:
    own = bpy.ops.pocket3d.export_result.get_rna_type().properties
    assert own["check_existing"].default, "Blender's file browser warns by this"
    kind = module("ui.result_operators").POCKET3D_OT_export_result
    asked = SimpleNamespace(filepath="/tmp/chair")
    assert kind.check(asked, bpy.context), "the browser shows the name that is written"
    assert asked.filepath == "/tmp/chair.glb"
    assert not kind.check(asked, bpy.context)


def check_a_copy_of_the_file() -> None:
    job = make()
    choose(job)
    with tempfile.TemporaryDirectory() as folder:
        press("export_result", filepath=str(Path(folder) / "cup"))
        assert (Path(folder) / "cup.glb").read_bytes() == job.file.read_bytes()
        assert "could not be saved" in refusal("export_result", filepath=str(Path(folder) / "no" / "cup.glb"))
    assert "Say where" in refusal("export_result")


def check_delete_keeps_what_is_in_the_scene() -> None:
    job = make()
    obj, folder = bpy.context.object, job.file.parent
    choose(job)
    press("delete_result")
    end = time.time() + 10
    while folder.exists() and time.time() < end:
        time.sleep(0.05)
    assert not folder.exists()
    assert job.key not in session().runner.jobs
    assert obj.name in bpy.data.objects
    assert "Click a result" in refusal("add_result")
    draw_all()


def check_an_object_knows_how_it_was_made() -> None:
    settings = bpy.context.scene.pocket3d
    job = make("a small table", model="")
    texts, operators = draw_all()
    assert "pocket3d.vary_step" in operators
    assert "seed 7" in texts
    obj = bpy.context.object
    press("repeat_step", step=0)
    again = newest()
    assert request_of(again)["seed"] == 7
    bpy.context.view_layer.objects.active = obj
    session().runner.delete(job.key)  # now only the object knows
    press("vary_step", step=0)
    other = newest()
    assert request_of(other)["text_prompt"] == "a small table"
    assert request_of(other)["seed"] != 7
    bpy.context.view_layer.objects.active = obj
    settings.prompt = ""
    press("copy_step", step=0)
    assert settings.prompt == "a small table"
    cube()
    assert "made with Pocket3D" in refusal("vary_step")
    obj["pocket3d"] = json.dumps([{"feature": "mesh_generation", "params": 3}])
    bpy.context.view_layer.objects.active = obj
    assert "cannot be read" in refusal("vary_step", step=0) or draw_all()
