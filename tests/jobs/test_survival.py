"""What becomes of jobs whose runners or servers are lost, and of models that do not load."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from databases import Backend
from live import LiveServer, alive, wait_until
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from pocket3d_server.jobs import file_queries, quarantine, queries, states
from pocket3d_server.jobs.backlog import Backlog
from pocket3d_server.jobs.breaker import FAILURES, FIRST_PAUSE_S, Breaker
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.policy import Policy
from pocket3d_server.jobs.states import JobError, Lease
from pocket3d_server.jobs.tables import Job, JobEvent, Status
from pocket3d_server.times import now
from sqlalchemy import select, text
from sqlalchemy.orm import Session

Start = Callable[..., LiveServer]
LOST = JobError("PROCESSING_FAILED", "It is gone.", "Wait.")


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Database]:
    base = Database(backend.new(tmp_path))
    base.migrate()
    with base.write() as session:
        session.add(Account(id="ada", name="Ada", tier="pro"))
    yield base
    base.close()


def running(session: Session, job_id: str, request: dict | None = None) -> Lease:
    job = session.get(Job, job_id)
    if job is None:
        job = Job(id=job_id, account_id="ada", feature="mesh_generation", model_id="m", output_format="glb")
        job.request, job.created_at = request or {}, now()
        states.enqueue(session, job)
    lease = states.claim(session, job_id, "me", 60)
    assert lease
    return lease


def test_dead_servers_use_up_no_attempts_of_the_jobs_that_they_ran(database: Database) -> None:
    with database.write() as session:
        for _ in range(5):
            assert states.abandon(session, running(session, "j"), LOST, 10) == Status.QUEUED
        for _ in range(2):
            assert states.retry(session, running(session, "j"), LOST, 3) == Status.QUEUED
        job = session.get_one(Job, "j")
        assert (job.attempts, job.lost_servers, job.lost_attempts) == (7, 5, 2)
        assert states.retry(session, running(session, "j"), LOST, 3) == Status.ERROR
        assert job.quarantined


def test_a_job_that_outlives_too_many_servers_is_quarantined(database: Database) -> None:
    with database.write() as session:
        ends = [states.abandon(session, running(session, "j"), LOST, 4) for _ in range(4)]
        assert ends == [Status.QUEUED] * 3 + [Status.ERROR]
        error = session.get_one(Job, "j").error or {}
        assert error["quarantined"] is True
        assert "4 times" in error["message"]
        assert "operator" in error["suggestion"]
        last = session.scalars(select(JobEvent).order_by(JobEvent.seq.desc())).first()
        assert last
        assert (last.event, last.data["quarantined"]) == ("job_failed", True)


def waiting(session: Session) -> list[str]:
    """What the scheduler could start."""
    backlog = Backlog(Policy())
    backlog.read(session, now())
    return [job.job_id for job in backlog.of_model("m")]


def test_a_lost_attempt_waits_before_it_is_repeated(database: Database) -> None:
    with database.write() as session:
        states.abandon(session, running(session, "at_once"), LOST, 10)
        states.retry(session, running(session, "later"), LOST, 3)
    with database.read() as session:
        assert waiting(session) == ["at_once"]
    with database.write() as session:
        session.get_one(Job, "later").not_before = now() - timedelta(seconds=1)
    with database.read() as session:
        assert len(waiting(session)) == 2
    pauses = [[states.retry_pause(n).total_seconds() for _ in range(50)] for n in range(12)]
    assert pauses[0] == [0] * 50
    assert all(min(longer) > 1.1 * min(shorter) for shorter, longer in pairwise(pauses[1:8]))
    assert max(pauses[11]) <= 1.25 * states.MAX_PAUSE_S


def test_the_operator_submits_a_quarantined_job_again(database: Database, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    with database.write() as session:
        path = files.add_input("old", "image_0.png", b"picture")
        request = {"text_prompt": "a cup", "images": [path, "uploads/img_1.png"], "seed": 7}
        lease = running(session, "old", request)
        session.get_one(Job, "old").input_bytes = 7
        states.retry(session, lease, LOST, 1)
    with database.write() as session:
        assert [job.id for job in queries.quarantined(session, 10)] == ["old"]
        assert file_queries.unfinished_ids(session) == {"old"}, "its inputs are not swept away"
        assert file_queries.stored_bytes(session, "ada") == (0, 0, 7), "and they count"
        new = quarantine.retry(session, files, "old")
        with pytest.raises(quarantine.NotQuarantinedError, match=new.id):
            quarantine.retry(session, files, "old")
        with pytest.raises(quarantine.NotQuarantinedError, match="no quarantined job"):
            quarantine.retry(session, files, "nothing")
    with database.read() as session:
        assert file_queries.unfinished_ids(session) == {new.id}
        assert file_queries.stored_bytes(session, "ada") == (0, 0, 7)
    files.delete_inputs("old")
    with database.read() as session:
        old, job = session.get_one(Job, "old"), session.get_one(Job, new.id)
        assert (old.status, (old.error or {})["retried_as"]) == (Status.ERROR, job.id)
        assert (job.status, job.account_id, job.request["seed"]) == (Status.QUEUED, "ada", 7)
        assert files.absolute(job.request["images"][0]).read_bytes() == b"picture"
        assert job.request["images"][1] == "uploads/img_1.png"


def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    with database.write() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA synchronous")) == 2
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        else:
            assert session.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_model_that_does_not_load_is_set_aside_for_longer_and_longer() -> None:
    clock = [0.0]
    breaker = Breaker(lambda: clock[0])
    for _ in range(FAILURES - 1):
        breaker.failed("m", "torn")
        assert breaker.may_begin("m")
    breaker.failed("m", "torn")
    assert not breaker.may_begin("m")
    assert breaker.may_begin("other")
    assert [(s.model_id, s.reason) for s in breaker.set_aside()] == [("m", "torn")]
    for pause in (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S):
        clock[0] += pause - 0.1
        assert not breaker.may_begin("m")
        clock[0] += 0.2
        assert breaker.may_begin("m")
        breaker.began("m")
        assert not breaker.may_begin("m"), "one job tries, not all"
        breaker.failed("m", "torn")
    clock[0] += 4 * FIRST_PAUSE_S
    breaker.began("m")
    breaker.gave_up("m")
    assert breaker.may_begin("m")
    breaker.worked("m")
    assert breaker.set_aside() == []


def test_a_poison_job_is_quarantined_and_the_operator_sees_and_retries_it(live_server: LiveServer) -> None:
    job = live_server.wait(live_server.submit("test_crashes"), 60)
    assert (job["error"]["error_code"], job["attempts"]) == ("PROCESSING_FAILED", 3)
    assert "exit code 7" in job["error"]["message"]
    assert job["error"]["details"]["suggestion"]
    assert job["error"]["details"]["quarantined"] is True
    events = live_server.events(job["job_id"])
    assert [event["event"] for event in events].count("job_started") == 3
    assert (events[-1]["event"], events[-1]["error"]) == ("job_failed", job["error"]["message"])
    listed = json.loads(live_server.cli("jobs", "list", "--quarantined", "--json"))
    assert [j["attempts"] for j in listed if j["job_id"] == job["job_id"]] == [3]
    told = live_server.cli("jobs", "retry", job["job_id"])
    new = told.split()[-1].rstrip(".")
    assert live_server.wait(new, 60)["error"]["details"]["quarantined"] is True
    assert live_server.job(job["job_id"])["error"]["details"]["retried_as"] == new
    assert job["job_id"] not in live_server.cli("jobs", "list", "--quarantined")


def test_nothing_is_left_of_a_stuck_runner_when_the_server_is_killed(
    own_server: Start, tmp_path: Path
) -> None:
    """The engine holds the interpreter in a C call, so its process cannot see that the server is gone."""
    server = own_server()
    pids = tmp_path / "pids"
    job_id = server.submit("test_stuck", pid_file=str(pids))
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, 30)
    family = [int(pid) for pid in pids.read_text().split()]
    server.kill()
    wait_until(lambda: not any(map(alive, family)), 5)
    server.start()
    wait_until(lambda: server.job(job_id)["attempts"] == 2, 20)
    assert server.post(f"/jobs/{job_id}/cancel").status_code == 200


def test_a_model_that_does_not_load_holds_up_no_other(own_server: Start) -> None:
    server = own_server(POCKET3D_CPU_JOBS="1")
    broken = [server.submit("test_unloadable") for _ in range(6)]
    assert server.wait(server.submit())["status"] == "completed"
    wait_until(lambda: "is set aside" in server.log_file.read_text(), 30)
    assert server.wait(server.submit())["status"] == "completed"
    problems = server.get("/system/health").json()["reasons"]
    assert any(p["code"] == "model_set_aside" and "weights are torn" in p["message"] for p in problems)
    told = [server.job(job_id) for job_id in broken]
    assert sum(job["attempts"] for job in told) == 3
    assert {job["status"] for job in told} == {"queued"}
