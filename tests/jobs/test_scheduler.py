"""The scheduler's turns on a real job table; the pool here starts no process, the test says what it reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import Backend
from pocket3d_server.accounts.tables import Account
from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import starter, states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.scheduler import Scheduler
from pocket3d_server.jobs.tables import Job, Status, StoredFile
from pocket3d_server.runners.base import (
    Attempt,
    Died,
    Done,
    OutputFile,
    ProgressReport,
    Report,
    RunnerPool,
    Slot,
    SlotState,
)
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.placement import Placement, Room
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

pytestmark = pytest.mark.both_databases

SLOT = Slot("cpu_1", "cpu")


class QuietPool(RunnerPool):
    """Takes any number of attempts and does nothing with them."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.stopped: list[tuple[str, str]] = []

    def start(self, on_report: Callable[[Report], None]) -> None:
        """Reports are given to the scheduler by the tests."""

    def room(self) -> Room:
        slots = [Slot(f"cpu_{n}", "cpu") for n in range(10)]
        return Room(slots, {"cpu": 1000}, lambda model_id, device: {"cpu": 1})

    def run(self, attempt: Attempt, placement: Placement) -> None:
        self.attempts.append(attempt)

    def stop(self, key: str, reason: str) -> None:
        self.stopped.append((key, reason))

    def tidy(self) -> None:
        """Nothing to do."""

    def state(self) -> list[SlotState]:
        return [SlotState(SLOT, None)]

    def close(self) -> None:
        """Nothing to do."""


class House:
    """A scheduler whose thread is not started: the test makes its turns."""

    def __init__(self, folder: Path, url: str) -> None:
        settings = Settings(data_dir=folder, database_url=url)
        self.database = Database(settings.database)
        self.database.migrate()
        self.events = EventLog(self.database)
        self.pool = QuietPool()
        self.scheduler = Scheduler(
            settings, self.database, self.events, Catalog(["engines:Steps"]), self.pool, FileStore(folder)
        )
        with self.database.write() as session:
            session.add(Account(id="ada", name="Ada", tier="pro"))

    def enqueue(self, job_id: str, model_id: str = "test_steps", account_id: str = "ada") -> None:
        job = Job(
            id=job_id,
            account_id=account_id,
            feature="mesh_generation",
            model_id=model_id,
            request={},
            output_format="glb",
        )
        with change(self.database, self.events) as session:
            states.enqueue(session, job)

    def turn(self) -> bool:
        self.scheduler.wake()
        return self.scheduler.turn()

    def finish(self, attempt: Attempt) -> None:
        """The pool reports a result with one file."""
        file = OutputFile(f"mesh_{attempt.output_stem}.glb", "mesh", "model/gltf-binary", 12, "0" * 64)
        self.scheduler.hear(Done(attempt.key, {"faces": 1}, [file]))

    def status(self, job_id: str) -> str:
        with self.database.read() as session:
            return session.get_one(Job, job_id).status


@pytest.fixture
def house(backend: Backend, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, backend.new(tmp_path))
    yield made
    made.database.close()


def test_a_report_on_a_job_that_was_deleted_holds_up_nothing(house: House) -> None:
    house.enqueue("gone")
    house.turn()
    with change(house.database, house.events) as session:
        states.cancel(session, "gone")
        session.delete(session.get_one(Job, "gone"))
    house.enqueue("next")
    house.finish(house.pool.attempts[0])
    assert house.turn()
    assert [attempt.job_id for attempt in house.pool.attempts] == ["gone", "next"]
    with house.database.read() as session:
        assert not list(session.scalars(select(StoredFile)))


def test_a_report_waits_for_the_database_while_the_other_phases_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enqueue("first")
    house.turn()
    house.enqueue("second")
    complete = states.complete

    def locked(*_: Any) -> bool:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(states, "complete", locked)
    house.finish(house.pool.attempts[0])
    assert not house.turn()
    assert [attempt.job_id for attempt in house.pool.attempts] == ["first", "second"]
    monkeypatch.setattr(states, "complete", complete)
    assert house.scheduler.turn()
    assert house.status("first") == Status.COMPLETED
    with house.database.read() as session:
        file = session.scalars(select(StoredFile)).one()
        assert (file.account_id, file.job_id, file.path[:8]) == ("ada", "first", "outputs/")


def test_reports_after_one_that_cannot_be_taken_wait_for_the_database_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job_id in ("a", "b", "c"):
        house.enqueue(job_id)
    house.turn()
    complete = states.complete

    def troubled(session: Any, lease: states.Lease, *rest: Any) -> bool:
        if lease.job_id == "a":
            raise ValueError("never")
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(states, "complete", troubled)
    for attempt in house.pool.attempts:
        house.finish(attempt)
    assert not house.turn()
    monkeypatch.setattr(states, "complete", complete)
    assert house.turn()
    assert [house.status(j) for j in ("a", "b", "c")] == [Status.ERROR, Status.COMPLETED, Status.COMPLETED]


def test_the_time_left_is_told_from_the_pace_since_the_first_report(house: House) -> None:
    house.enqueue("job")
    house.turn()
    running = house.scheduler._running[house.pool.attempts[0].key]
    running.expected_s = 20.0
    assert running.seconds_left(0.5) == pytest.approx(10, rel=0.1)
    running.first_report = time.monotonic() - 10, 0.5
    assert running.seconds_left(0.75) == pytest.approx(10, rel=0.1)


def test_a_report_that_can_never_be_taken_ends_its_job(house: House) -> None:
    house.enqueue("job")
    house.turn()
    attempt = house.pool.attempts[0]
    file = OutputFile("same.glb", "mesh", "model/gltf-binary", 12, "0" * 64)
    house.scheduler.hear(Done(attempt.key, {}, [file, file]))
    house.turn()
    assert house.status("job") == Status.ERROR
    assert house.turn()


def test_a_cancel_reaches_the_pool_in_the_next_turn(house: House) -> None:
    house.enqueue("job")
    house.turn()
    with change(house.database, house.events) as session:
        states.cancel(session, "job")
    house.turn()
    assert house.pool.stopped == [(house.pool.attempts[0].key, "it was cancelled or taken over")]
    house.turn()
    assert len(house.pool.stopped) == 1


def test_a_job_whose_model_has_gone_is_rejected_without_having_started(house: House) -> None:
    house.enqueue("job", model_id="removed")
    house.turn()
    with house.database.read() as session:
        job = session.get_one(Job, "job")
    assert (job.status, job.attempts, job.started_at) == (Status.ERROR, 0, None)
    assert (job.error or {})["code"] == ErrorCode.MODEL_UNAVAILABLE
    assert [event.kind for event in house.events.read("job")] == ["job_queued", "job_failed"]


def test_no_job_begins_while_the_disk_is_full(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "LEAST_FREE", 1 << 60)
    house.enqueue("job")
    house.turn()
    assert house.pool.attempts == []
    monkeypatch.setattr(starter, "LEAST_FREE", 0)
    house.turn()
    assert [attempt.job_id for attempt in house.pool.attempts] == ["job"]


def started(house: House) -> list[str]:
    return [attempt.job_id for attempt in house.pool.attempts]


def test_accounts_take_turns_and_keep_to_their_tiers_limit(house: House) -> None:
    with house.database.write() as session:
        session.add(Account(id="ben", name="Ben", tier="free"))
    for n in range(6):
        house.enqueue(f"a{n}")
    for n in range(2):
        house.enqueue(f"b{n}", account_id="ben")
    house.turn()
    assert started(house) == ["a0", "a1", "a2", "a3", "b0"]  # pro runs four and goes first, free one
    house.finish(house.pool.attempts[4])
    house.turn()
    assert started(house)[5:] == ["b1"]


def test_a_job_killed_for_lack_of_memory_is_tried_once_more(house: House) -> None:
    house.enqueue("job")
    for attempts in (1, 2):
        house.turn()
        assert len(house.pool.attempts) == attempts
        key = house.pool.attempts[-1].key
        house.scheduler.hear(Died(key, "insufficient memory", "Lower it.", ErrorCode.OUT_OF_MEMORY))
        house.turn()
        with house.database.write() as session:
            session.get_one(Job, "job").not_before = None
    with house.database.read() as session:
        job = session.get_one(Job, "job")
    assert (job.status, job.attempts) == (Status.ERROR, 2)
    assert (job.error or {})["code"] == ErrorCode.OUT_OF_MEMORY


def test_progress_is_brought_together_and_the_end_never_waits_for_it(house: House) -> None:
    house.enqueue("slow")
    house.enqueue("quick")
    house.turn()
    slow, quick = house.pool.attempts
    for n in range(1, 6):
        house.scheduler.hear(ProgressReport(slow.key, n / 10, f"step_{n}"))
    house.scheduler.hear(ProgressReport(quick.key, 0.5, "step_1"))
    house.finish(quick)
    house.turn()
    assert house.status("quick") == Status.COMPLETED
    assert [event.kind for event in house.events.read("slow")].count("progress_update") == 1
    assert house.events.read("slow")[-1].body["stage"] == "step_5"


def test_a_claim_that_cannot_be_written_leaves_no_trace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enqueue("job")
    claim = states.claim

    def locked(*_: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(states, "claim", locked)
    assert not house.turn()
    monkeypatch.setattr(states, "claim", claim)
    assert house.turn()
    assert started(house) == ["job"]
