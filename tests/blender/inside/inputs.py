"""Pictures out of Blender, the slots that hold them, and prompts in texts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import imbuf
import numpy as np
from support import counts, module

SCENE_SETTINGS = (
    "engine",
    "resolution_x",
    "resolution_y",
    "resolution_percentage",
    "filepath",
    "film_transparent",
    "use_compositing",
)


def view(source: str, path: str = "", image: Any = None) -> Any:
    """A picture as the panels' property group holds it."""
    return SimpleNamespace(source=source, path=path, image=image)


def taken(*views: Any) -> list[Path]:
    """The files of some pictures, with the camera's rendered."""
    pictures = module("scene.capture").Pictures(views, bpy.context)
    pictures.run()
    return [Path(p) for p in pictures.paths]


def pixels(path: Path) -> np.ndarray:
    """What a file shows, (H, W, 4), first row on top."""
    image = bpy.data.images.load(str(path))
    values = np.array(image.pixels[:], np.float32).reshape(image.size[1], image.size[0], -1)[::-1]
    bpy.data.images.remove(image)
    return values


def refused(*views: Any) -> str:
    """Why pictures cannot be had."""
    error = module("core.errors").UserError
    try:
        taken(*views)
    except error as problem:
        return str(problem.message)
    raise AssertionError("nothing was refused")


def camera_scene() -> Any:
    """A red cube before a camera, quick to render."""
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add(size=2)
    bpy.ops.object.camera_add(location=(0, -8, 0), rotation=(np.pi / 2, 0, 0))
    scene.camera = bpy.context.object
    render = scene.render
    render.engine, render.filepath = "BLENDER_WORKBENCH", "//kept"
    if not hasattr(scene, "cycles"):
        return scene
    render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    render.resolution_x, render.resolution_y, render.resolution_percentage = 300, 200, 50
    return scene


def check_the_camera_renders_and_the_scene_stays_as_it_is() -> None:
    scene = camera_scene()
    before = {n: getattr(scene.render, n) for n in SCENE_SETTINGS}
    kinds, name, shown = counts(), scene.name, bpy.context.scene
    first, second = taken(view("CAMERA"), view("CAMERA"))
    assert first == second  # one render serves both
    alpha = pixels(first)[..., 3]
    assert alpha.shape == (100, 150)
    assert alpha[50, 75] > 0.9
    assert alpha[2, 2] < 0.1
    assert {n: getattr(scene.render, n) for n in SCENE_SETTINGS} == before
    kinds["images"] += 1  # Render Result, which Blender makes with the first render
    assert (counts(), scene.name, bpy.context.scene) == (kinds, name, shown)


def check_a_large_camera_is_limited() -> None:
    scene = camera_scene()
    scene.render.resolution_x, scene.render.resolution_y = 4000, 2000
    scene.render.resolution_percentage = 100
    assert pixels(taken(view("CAMERA"))[0]).shape[:2] == (512, 1024)


def check_what_cannot_be_had_says_why() -> None:
    assert "no camera" in refused(view("CAMERA"))
    assert "only be captured with a window" in refused(view("VIEWPORT"))
    assert refused(view("FILE")) == "Choose a picture"
    assert "was not found" in refused(view("FILE", "/nowhere/cat.png"))
    assert "cat.gif is not a PNG" in refused(view("FILE", "/nowhere/cat.gif"))
    assert refused(view("BLENDER_IMAGE")) == "Choose an image"
    empty = bpy.data.images.new("Lost", 4, 4)
    empty.source, empty.filepath = "FILE", "/nowhere/lost.png"
    assert "Lost is empty" in refused(view("BLENDER_IMAGE", image=empty))
    assert refused(view("FILE"), view("CAMERA")).startswith("View 1: ")
    assert not [s for s in bpy.data.scenes if s != bpy.context.scene]


def check_a_render_result() -> None:
    scene = camera_scene()
    bpy.ops.render.render()
    settings = scene.render.image_settings
    settings.file_format = "JPEG"
    path = taken(view("RENDER"))[0]
    assert path.suffix == ".png"
    assert pixels(path).shape[1] == 150
    assert settings.file_format == "JPEG"
    fresh = bpy.data.scenes.new("Never rendered")
    assert "Nothing has been rendered" in said_by_render(fresh)
    bpy.data.scenes.remove(fresh)


def said_by_render(scene: Any) -> str:
    """What is said where there is no render."""
    error = module("core.errors").UserError
    try:
        module("scene.capture").save_render_result(scene, Path(tempfile.mkdtemp()) / "x.png")
    except error as problem:
        return str(problem.message)
    return ""


def check_images_of_the_file_with_unsaved_changes() -> None:
    byte = bpy.data.images.new("Painted", 4, 2, alpha=True)
    wanted = np.zeros((2, 4, 4), np.float32)
    wanted[0, :, 0], wanted[1, :, 2], wanted[..., 3] = 1.0, 0.2, 1.0
    byte.pixels.foreach_set(wanted[::-1].ravel())
    path = taken(view("BLENDER_IMAGE", image=byte))[0]
    np.testing.assert_allclose(pixels(path), wanted, atol=1 / 255)
    linear = bpy.data.images.new("Light", 2, 2, float_buffer=True)
    linear.pixels.foreach_set(np.tile(np.float32([0.214, 0.214, 0.214, 1]), 4))
    np.testing.assert_allclose(
        pixels(taken(view("BLENDER_IMAGE", image=linear))[0])[..., :3], 0.5, atol=2 / 255
    )
    huge = bpy.data.images.new("Huge", 5000, 10)
    assert max(pixels(taken(view("BLENDER_IMAGE", image=huge))[0]).shape) <= 2048


def check_files_are_sent_as_they_are() -> None:
    folder = Path(tempfile.mkdtemp())
    large = folder / "large.png"
    imbuf.write(imbuf.new((3000, 1500)), filepath=str(large))
    if large.exists():
        assert taken(view("FILE", str(large))) == [large]
    (folder / "broken.png").write_bytes(b"no picture")
    assert "can be read" in refused(view("FILE", str(folder / "broken.png")))


def check_slots_are_added_ordered_and_removed() -> None:
    ops, settings = bpy.ops.pocket3d, bpy.context.scene.pocket3d
    for number in range(6):
        assert ops.add_view() == {"FINISHED"}
        settings.views[-1].path = f"/{number}.png"
    assert not ops.add_view.poll()
    ops.move_view(index=5, step=-1)
    assert [v.path for v in settings.views] == ["/0.png", "/1.png", "/2.png", "/3.png", "/5.png", "/4.png"]
    ops.remove_view(index=0)
    assert len(settings.views) == 5
    ops.clear_views()
    assert not settings.views
    assert not ops.clear_views.poll()


def check_a_picture_can_be_kept() -> None:
    camera_scene()
    settings = bpy.context.scene.pocket3d
    settings.source = "VIEWS"
    bpy.ops.pocket3d.add_view()
    settings.views[0].source = "CAMERA"
    assert bpy.ops.pocket3d.keep_picture(place="views", index=0) == {"FINISHED"}
    kept = settings.views[0]
    assert (kept.source, kept.image.size[0]) == ("BLENDER_IMAGE", 150)
    assert kept.image.packed_file


def check_a_prompt_in_a_text() -> None:
    settings = bpy.context.scene.pocket3d
    settings.prompt = "a red car"
    assert bpy.ops.pocket3d.edit_prompt(name="prompt") == {"FINISHED"}
    text = settings.prompt_text
    assert text.as_string().strip() == "a red car"
    text.clear()
    text.write("a small\n  wooden\n\nhouse\n")
    assert settings.words("prompt") == "a small wooden house"
    assert settings.params("mesh_generation").text_prompt == "a small wooden house"
    settings.use_prompt_text = False
    assert settings.words("prompt") == "a red car"
    bpy.ops.pocket3d.edit_prompt(name="prompt")
    bpy.data.texts.remove(text)
    assert settings.words("prompt") == "a red car"
    bpy.ops.pocket3d.unlink_prompt(name="prompt")
    assert not settings.use_prompt_text


def check_former_prompts_are_kept_outside_the_file() -> None:
    history = module("ui.prompt_text").history()
    history.clear()
    history.add("a cup")
    history.add("a table")
    history.add("a cup")
    assert module("core.request.prompt_history").PromptHistory(history.path).load() == ("a cup", "a table")
    assert bpy.ops.pocket3d.use_prompt(name="prompt", words="a table") == {"FINISHED"}
    assert bpy.context.scene.pocket3d.prompt == "a table"
    history.clear()
