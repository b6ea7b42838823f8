"""Nothing that an artist has sent or got is lost when something goes wrong on the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live import wait_until

from addon.core.errors import UserError
from addon.core.jobs import store
from addon.core.jobs.job import State, Task
from addon.core.jobs.runner import JobRunner
from addon.core.jobs.store import SENT, Store
from addon.core.jobs.worker import Worker
from addon.core.meshes import results
from addon.core.request.params import SegmentParams

from .driver import CUBE, wait
from .test_job_records import loaded, start, steps, until

__all__ = ["start"]

PARTS = SegmentParams("test_halves")


def full(mesh: object, path: Path) -> None:
    raise OSError(28, "No space left on device")


def test_a_mesh_that_did_not_fit_on_the_disk_is_still_there_to_try_again(
    start: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = start()
    with monkeypatch.context() as patched:
        patched.setattr(store.glb, "write_glb", full)
        job = wait(runner, runner.submit(Task("Cube", PARTS, CUBE)))
    assert job.state is State.FAILED
    assert wait(runner, runner.retry(job.key)).state is State.READY


def test_a_retry_of_a_retry_waits_until_the_first_has_written_its_files(
    start: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = start()
    first = runner.submit(Task("Cube", PARTS, CUBE))
    runner.cancel(first.key)
    runner._workers[first.key].join(10)
    first.task = Task("Cube", PARTS)  # as after a restart
    real, go_on = Store.keep_inputs, threading.Event()

    def slow(self: Store, key: str, *rest: Any) -> Task:
        go_on.wait(10)
        return real(self, key, *rest)

    monkeypatch.setattr(Store, "keep_inputs", slow)
    second = runner.retry(first.key)
    runner.cancel(second.key)
    third = runner.retry(second.key)
    go_on.set()
    assert wait(runner, third).state is State.READY
    assert (runner.folder / third.key / SENT).is_file()


@pytest.mark.parametrize("error", [MemoryError(), OSError(5, "Input/output error"), UserError("It is odd")])
def test_a_result_that_cannot_be_read_just_now_stays(
    start: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def unreadable(*_: object) -> None:
        raise error

    runner = start()
    with monkeypatch.context() as patched:
        patched.setattr(results, "read_result", unreadable)
        job = wait(runner, runner.submit(Task("A cube", steps())))
    assert job.state is State.FAILED
    assert runner.results == [job]
    runner.retry(job.key)
    until(runner, job, State.READY)
    runner.finish(job)
    runner.close()
    assert loaded(start())[job.key].file == job.file


def test_a_result_that_has_been_deleted_is_fetched_again(start: Callable[..., JobRunner]) -> None:
    runner = start()
    job = wait(runner, runner.submit(Task("A cube", steps())))
    runner.finish(job)
    assert job.file is not None
    job.file.unlink()
    runner.place(job.key)
    until(runner, job, State.FAILED)
    assert runner.retry(job.key) is job
    until(runner, job, State.READY)


def test_workers_that_have_ended_are_not_kept(start: Callable[..., JobRunner]) -> None:
    runner = start()
    for _ in range(3):
        job = runner.submit(Task("Cube", PARTS, CUBE))
        runner.cancel(job.key)
        runner.remove(job.key)
    wait_until(lambda: not any(isinstance(t, Worker) for t in threading.enumerate()), 20)
    last = wait(runner, runner.submit(Task("A cube", steps())))
    assert set(runner._workers) <= {last.key}


def test_a_cancelled_job_that_the_server_has_ended_leaves_nothing(start: Callable[..., JobRunner]) -> None:
    runner = start()
    job = until(runner, runner.submit(Task("A cube", steps(100, 0.1))), State.RUNNING)
    worker = runner._workers[job.key]
    runner.cancel(job.key)
    worker.join(20)
    runner.poll()
    assert job.told
    runner.remove(job.key)
    wait_until(lambda: not (runner.folder / job.key).exists())


def test_closing_while_a_record_is_written_sends_nothing(
    start: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that no record tells of would be made for nobody."""
    runner, sent = start(), []
    monkeypatch.setattr(Worker, "_submit", lambda self, client: sent.append(self))
    real = store.write_whole
    writing, go_on = threading.Event(), threading.Event()

    def slow(path: Path, text: str) -> None:
        if '"server": "http' in text:
            writing.set()
            go_on.wait(10)
        real(path, text)

    monkeypatch.setattr(store, "write_whole", slow)
    monkeypatch.setattr(store, "FLUSH_LIMIT", 0.1)
    job = runner.submit(Task("A cube", steps()))
    assert writing.wait(10)
    worker = runner._workers[job.key]
    runner.close()
    go_on.set()
    worker.join(10)
    assert not sent


def test_only_old_results_that_nobody_waits_for_are_cleaned_up(start: Callable[..., JobRunner]) -> None:
    runner = start()
    jobs = [wait(runner, runner.submit(Task(name, steps()))) for name in ("listed", "waits", "old", "young")]
    listed, waits, old, young = jobs
    for job in (listed, old, young):
        runner.finish(job)
    runner.keep(waits, "Closed", awaits_document=True)
    for job in (waits, old, young):
        runner.remove(job.key)
    moment = time.time()
    for job in (listed, waits, old):
        job.created = moment - 1
    young.created = moment + 1
    assert runner.old_results(moment) == [old]
    runner.measure()
    wait_until(lambda: runner.poll() is not None and runner.size)
    assert runner.size is not None
    assert runner.size > sum(j.file.stat().st_size for j in jobs if j.file is not None)
