"""The buttons and the timer's tick; and what must never be written."""

from __future__ import annotations

import tempfile
import time
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Any

import bpy
from headless import command
from support import counts, cube, module


def tick_until(condition: Any, seconds: float = 60) -> None:
    """Be the timer that never fires without a window."""
    pump, end = module("ui.pump"), time.time() + seconds
    while not condition():
        assert time.time() < end, "nothing happened"
        pump.tick()
        time.sleep(0.05)


def check_the_buttons_and_the_timer() -> None:
    settings = bpy.context.scene.pocket3d
    settings.prompt = "a small table"
    bpy.context.scene.cursor.location = (2, 0, 0)
    assert bpy.ops.pocket3d.generate() == {"FINISHED"}
    session = module("session").current_session()
    job = next(iter(session.runner.jobs.values()))
    assert len(bpy.context.window_manager.pocket3d_jobs) == 1
    tick_until(lambda: job.state.finished)
    assert job.state == "done", job.problem
    obj = bpy.context.view_layer.objects.active
    assert obj.name == "A small table"
    assert len(obj.data.polygons) > 50
    parts = module("scene.parts")
    assert "Top" in " ".join(parts.part_names(obj))
    assert bpy.ops.pocket3d.segment() == {"FINISHED"}
    tick_until(lambda: not session.runner.active)
    assert "Top" in " ".join(parts.part_names(obj)), "the names that it came with are lost"
    assert module("scene.slots").are_replaced(obj)
    bpy.ops.pocket3d.clear_jobs()
    assert not session.runner.listed


def check_cancel_while_it_runs() -> None:
    session = module("session").current_session()
    settings = field(default_factory=lambda: {"steps": 500, "seconds": 0.2})  # of the model that counts steps
    slow = make_dataclass(
        "Slow",
        [("parameters", dict, settings)],
        bases=(module("core.request.params").MeshParams,),
        frozen=True,
    )
    request = slow("test_steps", text_prompt="a cube")
    job = session.runner.submit(module("core.jobs.job").Task("A cube", request))
    tick_until(lambda: job.state == "running")
    before = counts()
    bpy.ops.pocket3d.cancel_job(key=job.key)
    assert job.state == "cancelled"
    time.sleep(0.5)
    module("ui.pump").tick()
    assert counts() == before


def check_no_secret_reaches_the_file() -> None:
    cube()
    name = module("session").PACKAGE
    preferences = bpy.context.preferences.addons[name].preferences
    preferences.token = "sk-very-secret-token"
    key = module("session").read_settings().profile.token
    assert key
    code, _ = command("segment", "--model", "test_halves")
    assert code == 0
    with tempfile.TemporaryDirectory() as folder:
        blend = Path(folder) / "file.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=False)
        content = blend.read_bytes()
    preferences.token = ""
    assert b"sk-very-secret-token" not in content
    assert key.encode() not in content
