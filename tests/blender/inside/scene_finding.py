"""An object that a job is for is found again: renamed, copied, and when an undo has taken its identifier away."""

from __future__ import annotations

import bpy
from scene_undo import in_a_window
from support import cube, module, params, run


def check_an_undo_past_the_submit_loses_nothing() -> None:
    targets, tasks = module("scene.targets"), module("scene.tasks")
    obj = cube()
    bpy.ops.ed.undo_push(message="made")
    obj.location.x = 1
    bpy.ops.ed.undo_push(message="moved")
    task = tasks.task_for(obj, params().SegmentParams("test_halves"))  # as a button does: no step of its own
    identifier = task.target
    obj.location.x = 2
    bpy.ops.ed.undo_push(message="moved again")
    for _ in range(2):
        with in_a_window():
            assert bpy.ops.ed.undo() == {"FINISHED"}
        obj = bpy.data.objects["Cube"]
        assert targets.KEY not in obj, "this Blender keeps it, and the check is idle"
        assert targets.find(identifier) == obj
        assert obj[targets.KEY] == identifier
    assert targets.identify(obj) == identifier
    jobs = module("api.jobs")
    job = jobs.submit(task)
    jobs.wait([job])
    assert "new object" not in str(job.notes)
    assert module("scene.parts").part_names(obj)


def check_a_rename_and_a_copy() -> None:
    targets = module("scene.targets")
    obj = cube()
    identifier = targets.identify(obj)
    twin = obj.copy()
    twin.name = "A twin"  # before it in the file
    bpy.context.scene.collection.objects.link(twin)
    obj.name = "Renamed"
    assert targets.find(identifier) == obj
    assert targets.identify(obj) == identifier, "its jobs would go to the twin"
    other = targets.identify(twin)
    assert other != identifier
    assert targets.find_all([identifier, other, "none", ""]) == {identifier: obj, other: twin}
    bpy.data.objects.remove(obj)
    assert targets.find(identifier) is None


def check_a_copy_stands_in_for_one_that_was_deleted() -> None:
    targets = module("scene.targets")
    obj = cube()
    identifier = targets.identify(obj)
    twin = obj.copy()
    bpy.context.scene.collection.objects.link(twin)
    bpy.data.objects.remove(obj)
    assert targets.find(identifier) == twin


def check_a_new_file_is_another_matter() -> None:
    targets = module("scene.targets")
    identifier = targets.identify(cube())
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert targets.find(identifier) is None
    other = cube()
    assert targets.find(identifier) is None
    other[targets.KEY] = identifier  # as in a file that was saved
    assert targets.find(identifier) == other
    assert targets.identify(other) == identifier


def check_a_result_after_undo_and_redo() -> None:
    obj = cube()
    bpy.ops.ed.undo_push(message="made")
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    with in_a_window():
        assert bpy.ops.ed.undo() == {"FINISHED"}
        assert bpy.ops.ed.redo() == {"FINISHED"}
    obj = bpy.data.objects["Cube"]
    job, made = run(params().SegmentParams("test_halves"), obj)
    assert made == [obj]
    assert "new object" not in str(job.notes)
