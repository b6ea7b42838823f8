"""Jobs outlive Blender, its documents and the server: real processes, killed with kill -9 where it hurts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer, wait_until

from addon.core import store
from addon.core.connection import Connection, Kind, Profile
from addon.core.job_runner import JobRunner, belongs
from addon.core.jobs import Job, Origin, State, Task
from addon.core.local_server import LocalServer, Paths
from addon.core.locks import Owners
from addon.core.params import MeshParams, SegmentParams
from addon.core.results import PartsData
from addon.core.sdk import sdk
from addon.core.worker import Worker, without_secrets

from .driver import CUBE

DRIVER = Path(__file__).parent / "driver.py"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc00000030101"
    "00c9fe92ef0000000049454e44ae426082"
)


class Blender:
    """A process with jobs. ``lines`` is what it has said."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def said(self, timeout: float = 30, **values: Any) -> dict[str, Any]:
        """The first line with these values, when it has come."""

        def found() -> dict[str, Any] | None:
            assert self.process.poll() is None, "it ended"
            return next((x for x in self.lines if values.items() <= x.items()), None)

        return dict(wait_until(found, timeout))

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def blender(tmp_path: Path) -> Iterator[Callable[..., Blender]]:
    """Starts processes that share a home."""
    started: list[Blender] = []

    def start(server: LiveServer, action: str = "load", *rest: str, address: str = "") -> Blender:
        started.append(Blender(str(tmp_path / "home"), address or server.url, server.token, action, *rest))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def jobs_of(server: LiveServer) -> set[str]:
    return {j["job_id"] for j in server.get("/jobs?limit=100").json()["jobs"]}


def record(home: Path, key: str) -> dict[str, Any]:
    return store.read_record(home / "jobs" / key)


STEPS = ["_prepare+", "_upload", "_upload+", "_submit", "_submit+", "_follow", "_fetch", "_fetch+", "_read"]


@pytest.mark.parametrize("step", STEPS)
def test_blender_killed_at_each_step(
    step: str, live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    """The next Blender goes on, and the server has made it once."""
    image = tmp_path / "capture.png"
    image.write_bytes(PNG)
    what = str(image) if step in STEPS[:4] else "mesh"
    before = jobs_of(live_server)
    first = blender(live_server, "submit", step, what)
    first.said(stopped=step)
    key = first.lines[0]["key"]
    first.kill()
    image.unlink()  # what a job needs lies in its own folder
    second = blender(live_server)
    second.said(key=key, state="ready")
    assert len(jobs_of(live_server) - before) == 1
    folder = tmp_path / "home" / "jobs" / key
    assert (folder / "result.glb").is_file()
    assert next(folder.glob("preview.*")).stat().st_size > 100
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or live_server.token.encode() not in file.read_bytes(), file


def test_the_server_is_killed_and_comes_back_at_another_port(
    own_server: Callable[..., LiveServer], blender: Callable[..., Blender], tmp_path: Path
) -> None:
    server = own_server()
    process = blender(server, "submit", address=str(server.port_file))
    job_id = process.said(state="running")["job_id"]
    old = server.url
    server.kill()
    server.start()
    assert server.url != old
    process.said(60, state="ready", job_id=job_id)
    assert jobs_of(server) == {job_id}


def test_exactly_one_of_two_takes_a_job_over(
    live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    first = blender(live_server, "submit")
    key = first.said(state="running")["key"]
    first.kill()
    others = [blender(live_server) for _ in range(3)]
    wait_until(lambda: any(x.get("state") == "ready" for o in others for x in o.lines), 30)
    owners = [o for o in others if any(x.get("key") == key and x.get("mine") for x in o.lines)]
    assert len(owners) == 1
    rest = [o for o in others if o is not owners[0]]
    for other in rest:
        assert not any(x.get("state") == "ready" for x in other.lines)
    owners[0].tell("quit")  # and after it, one of those that are left
    owners[0].process.wait(10)
    wait_until(lambda: sum(any(x.get("mine") for x in o.lines) for o in rest) == 1, 30)


def test_a_cancel_that_could_not_be_told_is_told_at_the_next_start(
    own_server: Callable[..., LiveServer], blender: Callable[..., Blender], tmp_path: Path
) -> None:
    server = own_server(POCKET3D_CPU_JOBS="1")
    blocker = server.submit(steps=1000, seconds=0.2)
    first = blender(server, "submit")
    job_id = first.said(state="queued")["job_id"]
    key = first.lines[0]["key"]
    wait_until(lambda: any(x.get("place") for x in first.lines), 20)
    server.kill()
    first.tell("cancel")
    first.said(2, key=key, state="cancelled")
    wait_until(lambda: record(tmp_path / "home", key)["cancelled"])
    first.kill()
    assert not record(tmp_path / "home", key)["told"]
    server.start()
    blender(server)
    assert server.wait(job_id)["error"]["error_code"] == "CANCELLED"
    wait_until(lambda: record(tmp_path / "home", key)["told"])
    assert record(tmp_path / "home", key)["state"] == "cancelled"
    server.post(f"/jobs/{blocker}/cancel")


# In this process -----------------------------------------------------------------------------------------------


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
    runner.load(wait=True)
    runner.poll()
    return runner.jobs


def test_ended_jobs_and_their_results_are_there_again(start: Callable[..., JobRunner]) -> None:
    first = start()
    origin = Origin("a document", "/a/scene.blend")
    done = first.wait(
        first.submit(Task("A cube", steps(seed=7), location=(1, 2, 3), group="g", origin=origin))
    )
    first.finish(done)
    kept = first.wait(first.submit(Task("Cube", SegmentParams("test_halves"), CUBE, targets=("t",))))
    first.keep(kept, "Its document is closed", awaits_document=True)
    failed = first.wait(first.submit(Task("No", MeshParams("test_refuses", text_prompt="a cube"))))
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


def test_results_of_other_blenders_are_seen_and_their_jobs_are_theirs(
    start: Callable[..., JobRunner],
) -> None:
    first, second = start(), start()
    second.load(wait=True)
    job = first.submit(Task("A cube", steps(200, 0.1)))
    until(first, job, State.RUNNING)
    assert job.key not in loaded(second)
    assert [j.key for j in second.others()] == [job.key]
    first.cancel(job.key)
    done = first.wait(first.submit(Task("A cube", steps())))
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
    job = first.wait(first.submit(Task("x", MeshParams("test_refuses", images=(str(image),)))))
    parts = first.wait(first.submit(Task("y", SegmentParams("test_refuses"), CUBE)))
    assert (job.state, parts.state) == (State.FAILED, State.FAILED)
    first.close()
    image.unlink()
    second = start()
    loaded(second)
    again = second.retry(job.key)
    assert again.key != job.key
    assert job.key not in second.jobs
    second.wait(again)
    assert again.problem is not None
    assert job.problem is not None
    assert (again.problem.code, again.problem.message) == (job.problem.code, job.problem.message)
    assert Path(again.task.params.images[0]).read_bytes() == PNG  # type: ignore[attr-defined]
    mended = second.retry(parts.key)
    second.wait(mended)
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
    job = runner.submit(Task("A cube", steps(30, 0.1)))
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
    job = first.submit(Task("A cube", steps(50, 0.1)))
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
    good = first.wait(first.submit(Task("A cube", steps())))
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
    job = runner.wait(runner.submit(Task("A cube", steps())))
    runner.finish(job)
    failed = runner.wait(runner.submit(Task("No", MeshParams("test_refuses", text_prompt="a cube"))))
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
    job = first.wait(first.submit(Task("A cube", steps())))
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
        assert belongs(job, Origin("one", "/moved.blend"))
        assert belongs(job, Origin("two", "/a.blend"))
        assert not belongs(job, Origin("two", "/b.blend"))
        assert not belongs(Job(Task("x", steps(), origin=Origin("one"))), Origin("two"))
        assert belongs(Job(Task("x", steps())), Origin("two")), "one without an origin belongs anywhere"

    def test_saving_gives_jobs_their_file_and_opening_it_brings_what_was_kept(
        self, start: Callable[..., JobRunner]
    ) -> None:
        first = start()
        job = first.wait(first.submit(Task("A cube", steps(), origin=Origin("one"))))
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
    assert one.others() == []
    assert two.others() == [one.me]
    one.leave()
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
    job = runner.wait(runner.submit(Task("A cube", steps())))
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


def test_a_script_that_just_ends_has_written_its_records(
    live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    process = blender(live_server, "submit")
    key = process.said(state="running")["key"]
    process.tell("end")
    assert process.process.wait(20) == 0
    found = record(tmp_path / "home", key)
    assert (found["state"], found["cancelled"]) == ("cancelled", True)


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
        job = runner.wait(runner.submit(Task("A cube", steps())))
    assert (job.state, job.job_id) == (State.FAILED, "")
    assert runner.retry(job.key) is job
    assert runner.wait(job).state is State.READY
    assert len(jobs_of(live_server) - before) == 1


def test_a_password_in_an_address_stays_out_of_records() -> None:
    assert Profile(Kind.REMOTE, " https://me:secret@host:1/api/ ").key == "https://host:1/api"
    assert without_secrets("https://me:secret@host:1/api") == "https://host:1/api"
    assert Profile(Kind.REMOTE, "nonsense").key == "nonsense"
