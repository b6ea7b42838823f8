"""Jobs and the documents they belong to: another file is loaded, the file is reverted, the extension goes off."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import addon_utils
import bpy
from support import NAME, cube, module, params
from working import tick_until


def session() -> Any:
    return module("session").current_session()


def steps(count: int, seconds: float) -> Any:
    return params().MeshParams(
        "test_steps", text_prompt="a cube", parameters={"steps": count, "seconds": seconds}
    )


def submit(request: Any, obj: Any = None) -> Any:
    """Ask for something for the document that is open, as a button does."""
    tasks = module("scene.tasks")
    task = tasks.tasks_for([obj], request)[0] if obj else tasks.task_to_make(request, (1, 2, 3), "A cube")
    origin = module("scene.document").current_origin()
    return session().runner.submit(module("core.jobs.runner").replace(task, origin=origin))


def other_file() -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def check_a_result_waits_until_its_file_is_open_again() -> None:
    with tempfile.TemporaryDirectory() as folder:
        blend = str(Path(folder) / "scene.blend")
        job = submit(steps(5, 0.2))
        assert not job.task.origin.path
        bpy.ops.wm.save_as_mainfile(filepath=blend)
        assert job.task.origin.path, "saving did not say where the document lies"
        other_file()
        tick_until(lambda: job.state.finished)
        assert job.state == "kept", (job.state, job.problem)
        assert "scene.blend" in job.notes[-1], job.notes
        assert not bpy.data.objects
        bpy.ops.wm.open_mainfile(filepath=blend)
        tick_until(lambda: job.state == "done")
        assert [o.name for o in bpy.data.objects] == ["A cube"]
        assert job.in_scene
        assert not any("scene.blend" in note for note in job.notes), job.notes


def check_a_result_for_an_object_finds_it_again_after_a_revert() -> None:
    with tempfile.TemporaryDirectory() as folder:
        blend = str(Path(folder) / "scene.blend")
        obj = cube()
        module("scene.targets").identify(obj)
        bpy.ops.wm.save_as_mainfile(filepath=blend)
        job = submit(params().SegmentParams("test_halves"), obj)
        bpy.ops.wm.revert_mainfile()
        tick_until(lambda: job.state.finished)
        assert job.state == "done", (job.state, job.notes, job.problem)
        assert module("scene.slots").are_replaced(bpy.data.objects["Cube"])


def check_a_result_whose_object_is_not_in_the_file_is_kept_and_can_be_placed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        blend = str(Path(folder) / "scene.blend")
        bpy.ops.wm.save_as_mainfile(filepath=blend)
        job = submit(params().SegmentParams("test_halves"), cube())
        bpy.ops.wm.revert_mainfile()  # the cube had not been saved
        tick_until(lambda: job.state.finished)
        assert job.state == "kept", (job.state, job.problem)
        assert "object" in job.notes[-1]
        assert not bpy.data.objects
        session().runner.place(job.key)
        tick_until(lambda: job.state.finished)
        assert job.state == "done", (job.state, job.problem)
        assert len(bpy.data.objects) >= 1


def check_a_scene_that_was_never_saved_keeps_its_result_for_the_gallery() -> None:
    job = submit(steps(3, 0.1))
    other_file()
    tick_until(lambda: job.state.finished)
    assert (job.state, job.awaits_document) == ("kept", False)
    assert job in session().runner.results
    session().runner.place(job.key)
    tick_until(lambda: job.state == "done")
    assert len(bpy.data.objects) == 1


def check_undo_and_another_scene_of_the_file_are_the_same_document() -> None:
    origin = module("scene.document").current_origin()
    bpy.ops.ed.undo_push(message="something")
    job = submit(steps(3, 0.1))
    if bpy.ops.ed.undo.poll():  # there is none without a window
        bpy.ops.ed.undo()
    bpy.context.window.scene = bpy.data.scenes.new("Another")
    assert module("scene.document").current_origin() == origin
    tick_until(lambda: job.state.finished)
    assert job.state == "done", (job.state, job.notes)


def check_a_result_for_an_object_being_edited_waits() -> None:
    obj = cube()
    job = submit(params().SegmentParams("test_halves"), obj)
    bpy.ops.object.mode_set(mode="EDIT")
    tick_until(lambda: job.state == "ready")
    for _ in range(3):
        module("ui.pump").tick()
    assert job.state == "ready"
    bpy.ops.object.mode_set(mode="OBJECT")
    tick_until(lambda: job.state == "done")


def check_disabling_the_extension_loses_no_job() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder) / "scene.blend"))
        job = submit(steps(10, 0.2))
        tick_until(lambda: job.state == "running")
        old = session()
        addon_utils.disable(NAME)
        addon_utils.enable(NAME)
        assert session() is not old
        tick_until(lambda: job.key in session().runner.jobs)
        again = session().runner.jobs[job.key]
        assert again is not job
        tick_until(lambda: again.state.finished)
        assert again.state == "done", (again.state, again.notes, again.problem)
        assert again.job_id == job.job_id
        assert [o.name for o in bpy.data.objects] == ["A cube"]


def check_a_failure_of_the_rounds_does_not_stop_them() -> None:
    pump, runner = module("ui.pump"), session().runner
    calls = []

    def broken() -> None:
        calls.append(1)
        raise ValueError("broken on purpose by a test")

    real = runner.poll
    runner.poll = broken
    try:
        assert pump.tick() == pump.IDLE
        assert pump.tick() == pump.IDLE
    finally:
        runner.poll = real
    assert len(calls) == 2
    job = submit(steps(1, 0))
    tick_until(lambda: job.state == "done")


def check_a_round_with_a_long_history_is_short() -> None:
    """Five thousand results and five jobs under way; the least of many rounds, since others use the machine too."""
    jobs, runner = module("core.jobs.job"), session().runner
    pump = module("ui.pump")
    for number in range(5005):
        job = jobs.Job(jobs.Task(f"Job {number}", steps(1, 0)))
        active = number >= 5000
        job.state = jobs.State.RUNNING if active else jobs.State.DONE
        job.file, job.progress, job.started = None if active else Path("result.glb"), 0.5, time.time() - 20
        runner.jobs[job.key] = job
        job.listed = active
    runner.revision += 1
    pump.tick()
    times = []
    for _ in range(50):
        begin = time.perf_counter()
        assert pump.tick() == pump.ACTIVE
        times.append(time.perf_counter() - begin)
    print(f"a round: {min(times) * 1000:.2f} ms, at most {max(times) * 1000:.2f} ms")
    assert min(times) < 0.002, times
    runner.jobs.clear()
    runner.revision += 1
