"""The list of jobs: what its rows say, and every button of it."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import bpy
from drawing import Recorder, draw_all
from gallery import choose, make, press, refusal, request_of, session
from support import module, params
from working import tick_until


def slow(title: str = "A slow cube") -> Any:
    """A job that takes long, running."""
    request = params().MeshParams(
        "test_steps", text_prompt="a cube", parameters={"steps": 500, "seconds": 0.2}
    )
    job = session().runner.submit(module("core.jobs.job").Task(title, request))
    tick_until(lambda: job.state == "running" and job.progress > 0)
    return job


def failed() -> Any:
    job = session().runner.submit(
        module("core.jobs.job").Task("Refused", params().MeshParams("test_refuses", text_prompt="a cube"))
    )
    tick_until(lambda: job.state.finished)
    assert job.state == "failed"
    return job


def select(job: Any) -> None:
    manager = bpy.context.window_manager
    module("ui.pump").sync_list()
    manager.pocket3d_job_index = [r.key for r in manager.pocket3d_jobs].index(job.key)


def check_a_running_job_in_the_list_and_the_status_bar() -> None:
    bar = module("ui.status_bar")
    assert bar.headline() is None
    first = slow()
    second = slow("A slow table")
    select(first)
    text, operators = draw_all()
    assert "2 running" in text
    assert "pocket3d.cancel_job" in operators
    said, progress = bar.headline()
    assert said.startswith("Generate: A slow cube"), said
    assert said.endswith("1 more"), said
    assert progress == first.progress
    texts: list[str] = []
    bar.draw(SimpleNamespace(layout=Recorder(texts, [])), bpy.context)
    assert texts == [said]
    drawn = bpy.types.STATUSBAR_HT_header.draw._draw_funcs
    assert drawn.count(bar.draw) == 1
    press("cancel_all")
    assert {first.state, second.state} == {"cancelled"}
    assert bar.headline() is None
    assert "Nothing is running" in refusal("cancel_all")


def check_every_wording_of_a_row() -> None:
    panel, jobs = module("ui.jobs_panel"), module("core.jobs.job")
    now = time.time()
    job = jobs.Job(jobs.Task("A cup", params().MeshParams(text_prompt="a cup")))
    job.update({"state": jobs.State.RUNNING, "stage": "sampling", "progress": 0.45, "eta": now + 80})
    assert panel.row_texts(job, now) == (
        "Sampling 45% · 1:20 left",
        "45% · 1:20 left",
        "45% · 1:20",
        "45%",
    )
    job.update({"state": jobs.State.QUEUED, "queue_position": 3})
    assert panel.row_texts(job, now)[0] == "Number 3 in the queue"
    assert job.activity(now) == "Number 3 in the queue · 1:20 left"
    for state in jobs.State:
        job.update({"state": state})
        assert panel.row_texts(job, now)[0]


def check_the_header_has_room_for_its_words() -> None:
    panel, jobs = module("ui.jobs_panel"), module("core.jobs.job")
    states = (jobs.State.RUNNING, jobs.State.QUEUED, jobs.State.QUEUED, jobs.State.FAILED, jobs.State.DONE)
    made = [jobs.Job(jobs.Task("A cup", params().MeshParams()), state=s) for s in states]
    assert panel.headlines(made) == (
        "1 running · 2 waiting · 1 failed",
        "1 running · 2 waiting",
        "1 running",
        "",
    )
    assert panel.headlines([]) == ("",)
    for job in made[:2]:  # their server has gone
        job.update({"stage": jobs.RECONNECTING, "eta": time.time() + 60})
    assert panel.headlines(made)[0] == "2 reconnecting · 1 waiting · 1 failed"
    assert panel.row_texts(made[0], time.time()) == ("Reconnecting", "")
    assert made[0].activity(time.time()) == "Reconnecting"


def check_sentences_are_cut_nowhere_but_between_words() -> None:
    drawing = module("ui.drawing")
    size = drawing.font_size()
    text = "The model needs 12 GB of graphics memory and 8 GB are free. Choose a smaller texture"
    for width in (120.0, 182.0, 300.0):
        lines = drawing.wrap(text, width, size)
        assert " ".join(lines) == text
        assert all(drawing.width_of(line, size) <= width for line in lines)
    lines = drawing.wrap("/a/path/" + "longer" * 20, 100.0, size)
    assert len(lines) > 3
    assert all(drawing.width_of(line, size) <= 100 for line in lines)


def check_a_failed_job_says_why_and_can_be_copied_and_tried_again() -> None:
    job = failed()
    select(job)
    text, operators = draw_all()
    assert job.problem.message in " ".join(text.split())
    assert "1 failed" in text
    assert {"pocket3d.retry_job", "pocket3d.copy_details", "pocket3d.remove_job"} <= set(operators)
    report = module("core.jobs.gallery").report(job, module("ui.job_operators").versions(job))
    for words in (
        job.problem.code,
        job.job_id,
        job.server,
        bpy.app.version_string,
        "Pocket3D: 0.",
        "Server version: 0.",
    ):
        assert words in report, (words, report)
    assert "request req_" in report or job.problem.details in report
    key = module("session").read_settings().profile.token
    assert key
    assert key not in report
    press("copy_details", key=job.key)
    press("retry_job", key=job.key)
    again = session().runner.listed[0]
    assert again is not job
    tick_until(lambda: again.state.finished)
    asked = [{k: v for k, v in request_of(j).items() if k != "seed"} for j in (job, again)]
    assert asked[0] == asked[1]
    press("remove_job", key=again.key)
    assert again not in session().runner.listed


def check_clear_leaves_results_and_running_jobs() -> None:
    done, running = make(), slow()
    failed()
    press("clear_jobs")
    assert session().runner.listed == [running]
    assert done in session().runner.results
    press("cancel_job", key=running.key)
    assert running.state == "cancelled"
    press("clear_jobs")
    assert not session().runner.listed
    assert "No job has finished" in refusal("clear_jobs")


def check_a_result_whose_file_was_closed_waits_and_is_placed_by_hand() -> None:
    runner = session().runner
    task = module("core.jobs.job").Task(
        "Late",
        params().MeshParams("test_steps", text_prompt="a cube"),
        origin=module("core.jobs.job").Origin("closed", ""),
    )
    job = runner.submit(task)
    tick_until(lambda: job.state.finished)
    assert job.state == "kept"
    assert not bpy.data.objects
    select(job)
    text, operators = draw_all()
    assert "pocket3d.place_job" in operators
    assert "closed without saving" in " ".join(text.split())
    press("place_job", key=job.key)
    tick_until(lambda: job.state.finished)
    assert job.state == "done"
    assert len(bpy.data.objects) == 1
    choose(job)
