"""An artist's first quarter of an hour, clicked and typed in a real window; ``run.py`` beside it starts it.

Needs a Blender with the extension enabled, started with ``--enable-event-simulate``, and the environment:
POCKET3D_BASE_URL and POCKET3D_API_KEY of a server, POCKET3D_JOURNEY the folder for pictures and the report.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import bpy
import hands
from hands import Steps, button, field

OUT = Path(os.environ.get("POCKET3D_JOURNEY", "journey"))
PATIENCE = 180
"""Seconds for one job."""


def extension(name: str) -> Any:
    """A module of the extension, wherever it was installed from."""
    package = next(a.module for a in bpy.context.preferences.addons if a.module.endswith(".pocket3d"))
    return sys.modules[f"{package}.{name}"]


def jobs() -> list[Any]:
    """All jobs of the session, oldest first."""
    return list(extension("session").current_session().runner.jobs.values())


def settings() -> Any:
    """The choices in the panels."""
    return bpy.context.scene.pocket3d


def said(text: str) -> None:
    """Into the terminal."""
    print(f"journey: {text}", flush=True)


class Album:
    """Numbered screenshots."""

    count = 0

    @classmethod
    def keep(cls, name: str) -> Steps:
        """Take the next one."""
        cls.count += 1
        yield from hands.picture(OUT / f"{cls.count:02d}_{name}.png")


def story() -> Steps:
    """Everything in a row; raises at the first thing that is not as it should be."""
    OUT.mkdir(parents=True, exist_ok=True)
    for chapter in (arrive, generate, texture, segment, rig, cancel, reload):
        started = time.monotonic()
        yield from chapter()
        said(f"{chapter.__name__} took {time.monotonic() - started:.1f} s")


def arrive() -> Steps:
    """Open the tab and wait until the server is ready."""
    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    yield from hands.open_tab("Pocket3D")
    session = extension("session").current_session()
    yield from hands.until(lambda: session.connection.status.light == "ready", 60, "a ready server")
    yield from Album.keep("ready")


def generate() -> Steps:
    """Type a prompt and press Generate."""
    yield from hands.fill_in(field("prompt"), "a wooden chair")
    assert settings().prompt == "a wooden chair", settings().prompt
    yield from Album.keep("prompt")
    yield from do("generate", "mesh")
    obj = made()
    assert len(obj.data.polygons) > 50, "the mesh is nearly empty"
    hands.look_at_selection()


def texture() -> Steps:
    """Type a material and press Texture."""
    obj = made()
    yield from hands.fill_in(field("paint_prompt"), "old oak")
    assert settings().paint_prompt == "old oak"
    before = set(obj.data.materials)
    yield from do("texture", "texture")
    new = [m for m in obj.data.materials if m not in before]
    images = [n.image for m in new for n in m.node_tree.nodes if n.type == "TEX_IMAGE"]
    assert images, "no texture arrived"
    assert images[0].size[0] >= 512, "the texture is tiny"


def segment() -> Steps:
    """Find the parts."""
    obj = made()
    faces = len(obj.data.polygons)
    yield from hands.unfold(button("segment"), below=button("texture"))
    yield from do("segment", "parts")
    assert len(extension("scene.parts").part_names(obj)) > 1, "no parts arrived"
    assert len(obj.data.polygons) == faces, "segmenting changed the mesh"


def rig() -> Steps:
    """Give it bones."""
    obj = made()
    yield from hands.unfold(button("rig"), below=button("segment"))
    yield from do("rig", "rig")
    armatures = [m.object for m in obj.modifiers if m.type == "ARMATURE"]
    assert len(armatures) == 1, "no armature arrived"
    assert armatures[0].data.bones, "the armature has no bones"


def cancel() -> Steps:
    """Start more variants than the server can make at once, and stop the last.

    Jobs can be quicker than a long search, so the place of the list is looked up before. The cross is at the end
    of the first row; what is in a list cannot say what it is, but the row can.
    """
    row = "pocket3d_job_index"
    _, y = yield from hands.find(row, across=0.4)
    x = hands.sidebar().x + round(hands.sidebar().width * 0.79)
    there = hands.offset()
    wished = settings()
    wished.quality, wished.texture_size, wished.variants = "high", "4096", 4  # more rows get a scroll bar
    count = len(jobs())
    yield from hands.press(button("generate"))
    yield from hands.until(lambda: len(jobs()) == count + 4, 10, "four jobs")
    yield from hands.scroll(hands.offset() - there)
    _, y = yield from hands.find_in_view(row, 0.4, near=round(y + there - hands.offset()))
    yield from hands.click(x, y)
    yield 1.0
    cancelled = [j for j in jobs() if j.state == "cancelled"]
    assert len(cancelled) == 1, f"one should have been cancelled: {[str(j.state) for j in jobs()]}"
    yield from Album.keep("cancelled")
    yield from hands.until(lambda: all(j.state.finished for j in jobs()), 2 * PATIENCE, "the end of all jobs")
    assert cancelled[0].state == "cancelled", "a cancelled job went on"
    yield from Album.keep("all_ended")


def reload() -> Steps:
    """Save, open the file again: what was made is there, and so are the panels."""
    names = {o.name: o.type for o in bpy.data.objects}
    file = OUT / "journey.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    bpy.ops.wm.open_mainfile(filepath=str(file))
    yield 2.0
    assert {o.name: o.type for o in bpy.data.objects} == names
    obj = next(o for o in bpy.data.objects if any(m.type == "ARMATURE" for m in o.modifiers))
    assert obj["pocket3d"], "the history of the mesh is lost"
    assert settings().prompt == "a wooden chair"
    yield from hands.open_tab("Pocket3D")
    yield from hands.find(button("generate"))
    yield from Album.keep("reloaded")


def do(operator: str, name: str) -> Steps:
    """Press a button that starts a job, take a picture of it on its way, wait for its end."""
    count = len(jobs())
    yield from hands.press(button(operator))
    yield from hands.until(lambda: len(jobs()) > count, 10, f"a job from {operator}")
    job = jobs()[-1]
    yield from Album.keep(f"{name}_running")
    yield from hands.until(lambda: job.state.finished, PATIENCE, f"the end of {operator}")
    assert job.state == "done", f"{operator} ended as {job.state}: {job.problem}"
    yield from Album.keep(name)


def made() -> Any:
    """The mesh in question."""
    return next(o for o in bpy.data.objects if o.type == "MESH")


def play() -> None:
    """Run the story on a timer, report, quit."""
    bpy.context.preferences.view.show_splash = False  # it opens later, and would catch the mouse
    bpy.context.preferences.use_preferences_save = False
    steps = story()

    def turn() -> float | None:
        words = ""
        try:
            return next(steps)
        except StopIteration:
            said("everything is as it should be")
        except BaseException:
            words = traceback.format_exc()
            print(words, file=sys.stderr, flush=True)
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / "report.txt").write_text(words or "ok\n", encoding="utf-8")
        bpy.ops.wm.quit_blender()
        return None

    # Opening a file ends other timers.
    bpy.app.timers.register(turn, first_interval=2.0, persistent=True)


if __name__ == "__main__":
    play()
