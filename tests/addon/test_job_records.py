"""Records of jobs and what is done with them: read again, adopted, kept, retried, put aside."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer, wait_until

from addon.core.jobs import store
from addon.core.jobs.job import Job, Origin, State, Task
from addon.core.jobs.keeper import Keeper
from addon.core.jobs.runner import JobRunner
from addon.core.jobs.worker import Worker
from addon.core.later import sdk
from addon.core.locks import Owners
from addon.core.meshes.results import PartsData
from addon.core.request.params import MeshParams, SegmentParams
from addon.core.server.connection import Connection
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.profiles import Kind, Profile, without_secrets
from addon.core.server.reaching import client_of

from .driver import CUBE, wait
from .test_surviving import PNG, jobs_of


@pytest.fixture
def start(live_server: LiveServer, tmp_path: Path) -> Iterator[Callable[..., JobRunner]]:
    """Makes runners that share a home."""
    started: list[JobRunner] = []

    def make(server: LiveServer = live_server, **options: Any) -> JobRunner:
        local = LocalServer(Paths(tmp_path, tmp_path), "python")

        def connect(profile: str) -> Any:
            return Connection(Profile(Kind.REMOTE, server.url, server.token), local, False).connect()

        started.append(JobRunner(connect, tmp_path / "home", **options))
        return started[-1]

    yield make
    for runner in started:
        runner.close()


def steps(count: int = 3, seconds: float = 0.0, **more: Any) -> MeshParams:
    return MeshParams(
        "test_steps", text_prompt="a cube", parameters={"steps": count, "seconds": seconds}, **more
    )


def until(runner: JobRunner, job: Job, *states: State) -> Job:
    wait_until(lambda: runner.poll() is not None and job.state in states, 30)
    return job


def loaded(runner: JobRunner) -> dict[str, Job]:
    Keeper(runner._store, runner._events.put).look()
    runner.poll()
    return runner.jobs


def test_ended_jobs_and_their_results_are_there_again(start: Callable[..., JobRunner]) -> None:
    first = start()
    origin = Origin("a document", "/a/scene.blend")
    done = wait(
        first, first.submit(Task("A cube", steps(seed=7), location=(1, 2, 3), group="g", origin=origin))
    )
    first.finish(done)
    kept = wait(first, first.submit(Task("Cube", SegmentParams("test_halves"), CUBE, targets=("t",))))
    first.keep(kept, "Its document is closed", awaits_document=True)
    failed = wait(first, first.submit(Task("No", MeshParams("test_refuses", text_prompt="a cube"))))
    first.close()
    second = start()
    jobs = loaded(second)
    again = jobs[done.key]
    assert again.task == done.task
    assert (again.state, again.in_scene, again.job_id, again.file) == (
        State.DONE,
        True,
        done.job_id,
        done.file,
    )
    assert again.result == done.result
    assert again.seconds == done.seconds
    assert jobs[failed.key].problem == failed.problem
    assert [j.key for j in second.listed] == [failed.key, kept.key, done.key]
    assert [j.key for j in second.results] == [kept.key, done.key]
    second.place(kept.key)
    job = until(second, jobs[kept.key], State.READY)
    assert job.task.mesh is not None
    assert job.task.mesh.topology == CUBE.topology
    assert isinstance(job.payload.change, PartsData)
    assert job.by_hand


def test_variants_reach_the_server_in_their_order(
    start: Callable[..., JobRunner], live_server: LiveServer
) -> None:
    runner = start()
    jobs = [runner.submit(Task("A cube", steps(seed=n), group="g", variant=n)) for n in range(6)]
    for job in jobs:
        wait(runner, job)
    wanted = [job.job_id for job in jobs]
    there = live_server.get("/jobs?limit=100").json()["jobs"]  # the newest first
    assert [job["job_id"] for job in reversed(there) if job["job_id"] in wanted] == wanted


def test_results_of_other_blenders_are_seen_and_their_jobs_are_theirs(
    start: Callable[..., JobRunner],
) -> None:
    first, second = start(), start()
    loaded(second)
    job = first.submit(Task("A cube", steps(200, 0.1)))
    until(first, job, State.RUNNING)
    assert job.key not in loaded(second)
    first.cancel(job.key)
    done = wait(first, first.submit(Task("A cube", steps())))
    first.finish(done)
    wait_until(lambda: done.key in loaded(second))
    assert not second.jobs[done.key].mine
    assert not second.listed
    second.place(done.key)
    until(second, second.jobs[done.key], State.READY)
    second.finish(second.jobs[done.key])
    second.delete(done.key)
    wait_until(lambda: done.key not in loaded(first))


def test_a_late_result_of_a_cancelled_job_is_kept(
    start: Callable[..., JobRunner], live_server: LiveServer
) -> None:
    runner = start()
    job = runner.submit(Task("A cube", steps(4, 0.3)))
    until(runner, job, State.RUNNING)
    worker = runner._workers[job.key]
    real, worker._cancel_now = worker._cancel_now, lambda: None  # type: ignore[method-assign]
    runner.cancel(job.key)
    assert job.state is State.CANCELLED
    live_server.wait(job.job_id)  # it was done before the server heard
    real()
    until(runner, job, State.KEPT)
    assert job.file is not None
    assert "Cancelled" in job.notes[-1]
    assert not runner.ready()
    assert not job.awaits_document


def test_a_retry_sends_what_lies_in_the_folder(start: Callable[..., JobRunner], tmp_path: Path) -> None:
    image = tmp_path / "capture.png"
    image.write_bytes(PNG)
    first = start()
    job = wait(first, first.submit(Task("x", MeshParams("test_refuses", images=(str(image),)))))
    parts = wait(first, first.submit(Task("y", SegmentParams("test_refuses"), CUBE)))
    assert (job.state, parts.state) == (State.FAILED, State.FAILED)
    first.close()
    image.unlink()
    second = start()
    loaded(second)
    again = second.retry(job.key)
    assert again.key != job.key
    assert job.key not in second.jobs
    wait(second, again)
    assert again.problem is not None
    assert job.problem is not None
    assert (again.problem.code, again.problem.message) == (job.problem.code, job.problem.message)
    assert Path(again.task.params.images[0]).read_bytes() == PNG  # type: ignore[attr-defined]
    mended = second.retry(parts.key)
    wait(second, mended)
    assert mended.problem is not None
    assert parts.problem is not None
    assert mended.problem.message == parts.problem.message
    assert (tmp_path / "home" / "jobs" / mended.key / "sent.glb").is_file()
    wait_until(lambda: not (tmp_path / "home" / "jobs" / job.key).exists())


def test_a_server_that_stays_away_is_a_problem_and_the_job_can_be_gone_on_with(
    start: Callable[..., JobRunner], own_server: Callable[..., LiveServer]
) -> None:
    server = own_server()
    runner = start(server, patience=1.0)
    runner._connect = lambda profile: client_of(server.url, server.token, retries=0)
    job = runner.submit(Task("A cube", steps(12, 0.1)))
    until(runner, job, State.RUNNING)
    server.kill()
    until(runner, job, State.FAILED)
    assert job.problem is not None
    assert "did not answer" in job.problem.message
    server.start()
    assert runner.retry(job.key) is job
    assert until(runner, job, State.READY, State.FAILED).state is State.READY
    assert len(jobs_of(server)) == 1


def test_a_job_that_the_server_has_forgotten(
    start: Callable[..., JobRunner], live_server: LiveServer, tmp_path: Path
) -> None:
    first = start()
    job = first.submit(Task("A cube", steps(100, 0.1)))
    until(first, job, State.RUNNING)
    first.close()
    live_server.post(f"/jobs/{job.job_id}/cancel")
    wait_until(lambda: live_server.request("DELETE", f"/jobs/{job.job_id}").status_code in (200, 204))
    second = start()
    again = until(second, loaded(second)[job.key], State.FAILED)
    assert again.problem is not None
    assert "no longer known" in again.problem.message
    new = second.retry(again.key)
    assert new.key != again.key


def test_a_job_goes_back_to_its_own_server(start: Callable[..., JobRunner]) -> None:
    first = start(profile=lambda: "http://one")
    job = first.submit(Task("A cube", steps(15, 0.1)))
    until(first, job, State.RUNNING)
    first.close()
    second = start(profile=lambda: "http://two")
    asked: list[str] = []
    real = second._connect
    second._connect = lambda profile: (asked.append(profile), real(profile))[1]  # type: ignore[assignment]
    until(second, loaded(second)[job.key], State.READY)
    assert set(asked) == {"http://one"}


def test_records_that_make_no_sense_are_put_aside(start: Callable[..., JobRunner], tmp_path: Path) -> None:
    first = start()
    good = wait(first, first.submit(Task("A cube", steps())))
    first.finish(good)
    first.close()
    folder = tmp_path / "home" / "jobs"
    text = (folder / good.key / "job.json").read_text()
    broken = {
        "cut": text[: len(text) // 2],
        "empty": "",
        "list": "[]",
        "other": text,  # of another key
        "strange": json.dumps({**json.loads(text), "key": "strange", "task": 3}),
        "binary": "\0\1",
        "newer": json.dumps({**json.loads(text), "key": "newer", "version": 99}),
    }
    for key, content in broken.items():
        (folder / key).mkdir()
        (folder / key / "job.json").write_text(content)
    second = start()
    assert set(loaded(second)) == {good.key}
    assert {p.parent.name for p in second.unreadable} == set(broken) - {"newer"}
    assert (folder / "cut" / "job.json.unreadable").read_text() == broken["cut"]
    assert (folder / "newer" / "job.json").is_file()


def test_removing_and_deleting(start: Callable[..., JobRunner]) -> None:
    runner = start()
    job = wait(runner, runner.submit(Task("A cube", steps())))
    runner.finish(job)
    failed = wait(runner, runner.submit(Task("No", MeshParams("test_refuses", text_prompt="a cube"))))
    runner.clear_ended()
    assert not runner.listed
    assert runner.results == [job]
    wait_until(lambda: not (runner.folder / failed.key).exists())
    runner.delete(job.key)
    assert not runner.results
    wait_until(lambda: not (runner.folder / job.key).exists())
    runner.close()
    again = start()
    assert not loaded(again)


def test_old_ended_jobs_leave_the_list_but_not_the_results(start: Callable[..., JobRunner]) -> None:
    first = start()
    job = wait(first, first.submit(Task("A cube", steps())))
    job.created -= 2 * 24 * 3600
    first._store.change(job.key, {"created": job.created})
    first.finish(job)
    first.close()
    second = start()
    loaded(second)
    assert not second.listed
    assert [j.key for j in second.results] == [job.key]


class TestDocuments:
    """Where a result belongs."""

    def test_by_id_and_after_loading_by_path(self) -> None:
        job = Job(Task("x", steps(), origin=Origin("one", "/a.blend")))
        assert job.belongs_to(Origin("one", "/moved.blend"))
        assert job.belongs_to(Origin("two", "/a.blend"))
        assert not job.belongs_to(Origin("two", "/b.blend"))
        assert not Job(Task("x", steps(), origin=Origin("one"))).belongs_to(Origin("two"))
        assert Job(Task("x", steps())).belongs_to(Origin("two")), "one without an origin belongs anywhere"

    def test_saving_gives_jobs_their_file_and_opening_it_brings_what_was_kept(
        self, start: Callable[..., JobRunner]
    ) -> None:
        first = start()
        job = wait(first, first.submit(Task("A cube", steps(), origin=Origin("one"))))
        first.document_saved(Origin("one", "/a.blend"))
        first.keep(job, "Closed", awaits_document=True)
        assert not first.document_opened(Origin("two", "/b.blend"))
        first.close()
        second = start()
        again = loaded(second)[job.key]
        assert again.task.origin.path == "/a.blend"
        assert second.document_opened(Origin("three", "/a.blend")) == [again]
        until(second, again, State.READY)
        assert not again.by_hand


def test_locks_end_with_their_holder(tmp_path: Path) -> None:
    one, two = Owners(tmp_path), Owners(tmp_path)
    one.arrive()
    assert not two.gone(one.me)
    two.tidy()
    assert not two.gone(one.me)
    one._mine.release()  # as when it is killed: its file stays
    assert list(tmp_path.glob("*.lock"))
    two.tidy()
    assert not list(tmp_path.glob("*.lock"))
    assert two.gone(one.me)
    with one.adopting() as first, two.adopting() as second:
        assert (first, second) == (True, False)
    with two.adopting() as second:
        assert second


def test_a_full_disk_is_said_before_anything_is_sent(
    start: Callable[..., JobRunner], live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = jobs_of(live_server)

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_whole", full)
    runner = start()
    job = wait(runner, runner.submit(Task("A cube", steps())))
    assert job.state is State.FAILED
    assert job.problem is not None
    assert "No space left" in job.problem.message
    assert jobs_of(live_server) == before


def test_closing_waits_for_the_records_and_for_nothing_else(start: Callable[..., JobRunner]) -> None:
    runner = start()
    jobs = [runner.submit(Task("A cube", steps(100, 0.1))) for _ in range(5)]
    for job in jobs:
        until(runner, job, State.QUEUED, State.RUNNING)
    begin = time.monotonic()
    runner.close()
    assert time.monotonic() - begin < 1.0
    again = start()
    found = loaded(again)
    assert {j.key for j in jobs} == set(found)
    for job in found.values():
        again.cancel(job.key)


def test_a_submit_whose_answer_was_lost_is_repeated_under_its_key(
    start: Callable[..., JobRunner], live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Worker._submit

    def lost(self: Worker, client: Any) -> None:
        real(self, client)
        raise sdk.Pocket3DConnectionError("cut off", error_code="CONNECTION_FAILED")

    before = jobs_of(live_server)
    runner = start()
    with monkeypatch.context() as patched:
        patched.setattr(Worker, "_submit", lost)
        job = wait(runner, runner.submit(Task("A cube", steps())))
    assert (job.state, job.job_id) == (State.FAILED, "")
    assert runner.retry(job.key) is job
    assert wait(runner, job).state is State.READY
    assert len(jobs_of(live_server) - before) == 1


def test_a_job_whose_server_is_silent_does_not_claim_to_run(
    start: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, real = threading.Event(), Worker._follow

    def follow(self: Worker, client: Any) -> Any:
        if silent.is_set():
            raise sdk.Pocket3DConnectionError("gone", error_code="CONNECTION_FAILED")
        return real(self, client)

    monkeypatch.setattr(Worker, "_follow", follow)
    silent.set()
    runner = start()
    job = runner.submit(Task("A cube", steps()))
    wait_until(lambda: runner.poll() is not None and job.cut_off, 30)
    assert job.status_text() == job.activity(time.time()) == "Reconnecting"
    silent.clear()
    assert wait(runner, job).state is State.READY
    assert not job.cut_off


def test_a_password_in_an_address_stays_out_of_records() -> None:
    assert Profile(Kind.REMOTE, " https://me:secret@host:1/api/ ").key == "https://host:1/api"
    assert without_secrets("https://me:secret@host:1/api") == "https://host:1/api"
    assert Profile(Kind.REMOTE, "nonsense").key == "nonsense"
