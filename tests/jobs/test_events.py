"""The event log: whatever is cut, late, lost in memory or written elsewhere, a reader gets each event once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from databases import Backend
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live import wait_until
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from pocket3d_server.jobs import events as module
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import Event, EventLog, change
from pocket3d_server.jobs.states import NEWS, Lease
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.times import now

pytestmark = pytest.mark.both_databases

COUNT = itertools.count()


@pytest.fixture(scope="module")
def database(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    base = Database(backend.new(tmp_path_factory.mktemp("events")))
    base.migrate()
    with base.write() as session:
        session.add(Account(id="ada", name="Ada", tier="pro"))
    yield base
    base.close()


class Work:
    """A running job and what can happen to its log."""

    def __init__(self, database: Database) -> None:
        self.database, self.log = database, EventLog(database)
        self.id = f"job_{next(COUNT)}"
        self._unheard: list[list[tuple[Job, JobEvent]]] = []
        with change(database, self.log) as session:
            job = Job(
                id=self.id,
                account_id="ada",
                feature="mesh_generation",
                model_id="m",
                request={},
                output_format="glb",
                created_at=now(),
            )
            states.enqueue(session, job)
            lease = states.claim(session, self.id, "me", 600)
            assert lease
        self.lease: Lease = lease

    def write(self, count: int = 1) -> None:
        """Events that are announced."""
        for _ in range(count):
            with change(self.database, self.log) as session:
                states.progress(session, self.lease, 0.5, "working", None)

    def write_elsewhere(self, count: int = 1) -> None:
        """Events of another process, which nobody announces here."""
        for _ in range(count):
            with self.database.write() as session:
                states.progress(session, self.lease, 0.5, "working", None)

    def write_unheard(self) -> None:
        """An event that ``announce_late`` announces."""
        with self.database.write() as session:
            states.progress(session, self.lease, 0.5, "working", None)
        self._unheard.append(session.info[NEWS])

    def announce_late(self) -> None:
        """In the wrong order."""
        while self._unheard:
            self.log.announce(self._unheard.pop())

    def finish(self) -> None:
        with change(self.database, self.log) as session:
            assert states.complete(session, self.lease, {"file_path": "outputs/x"}, [])

    def delete(self) -> None:
        with self.database.write() as session:
            session.delete(session.get_one(Job, self.id))


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


HAPPENINGS = st.one_of(
    st.tuples(st.sampled_from(["write", "elsewhere", "read"]), st.integers(1, 6)),
    st.tuples(st.sampled_from(["unheard", "announce", "cut"]), st.just(0)),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=st.lists(HAPPENINGS, max_size=14), look=st.sampled_from([0.0, 3600.0]))
def test_any_sequence_of_cuts_gives_the_whole_log_once(
    database: Database, happenings: list[tuple[str, int]], look: float
) -> None:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOOK_AGAIN_S": look, "KEPT_EVENTS": 3, "PAGE": 2}.items():
            patch.setattr(module, name, value)
        work = Work(database)
        bystander = work.log.follow(work.id, 0, 0)  # keeps the channel alive over the reader's cuts
        stack.callback(bystander.close)  # type: ignore[attr-defined]
        next(bystander)
        seen: list[Event] = []
        reader: Iterator[list[Event]] | None = None

        def read(batches: int) -> None:
            nonlocal reader
            reader = reader or work.log.follow(work.id, seen[-1].seq if seen else 0, 0)
            for _ in range(batches):
                seen.extend(next(reader, []))

        for what, count in happenings:
            match what:
                case "write":
                    work.write(count)
                case "elsewhere":
                    work.write_elsewhere(count)
                case "unheard":
                    work.write_unheard()
                case "announce":
                    work.announce_late()
                case "read":
                    read(count)
                case "cut":
                    reader = None
        work.finish()
        while not (seen and seen[-1].is_last):
            read(1)
        assert list(reader or []) == []
        with database.read() as session:
            last = session.get_one(Job, work.id).last_seq
        assert seqs(seen) == list(range(1, last + 1))


def test_all_followers_get_everything_while_it_happens(database: Database) -> None:
    work = Work(database)
    got: list[list[int]] = [[] for _ in range(10)]

    def follow(mine: list[int]) -> None:
        for news in work.log.follow(work.id, 0, 5):
            mine += seqs(news)

    threads = [threading.Thread(target=follow, args=(mine,)) for mine in got]
    for thread in threads:
        thread.start()
    work.write(50)
    work.finish()
    for thread in threads:
        thread.join(20)
    assert got == [list(range(1, 54))] * 10
    assert work.log._channels == {}


def test_followers_that_are_up_to_date_leave_the_table_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 3600.0)
    work = Work(database)
    reader = work.log.follow(work.id, 0, 5)
    assert seqs(next(reader)) == [1, 2]

    def no_database(*_: Any) -> list[Event]:
        raise AssertionError("the table was read")

    monkeypatch.setattr(work.log, "read", no_database)
    work.write(3)
    assert seqs(next(reader)) == [3, 4, 5]


def test_events_of_other_processes_are_found_within_a_moment(database: Database) -> None:
    work = Work(database)
    reader = work.log.follow(work.id, 2, 20)
    waiting = threading.Timer(0.2, work.write_elsewhere)
    waiting.start()
    assert seqs(next(reader)) == [3]


def test_the_last_event_arrives_though_the_job_is_deleted(database: Database) -> None:
    work = Work(database)
    reader = work.log.follow(work.id, 0, 5)
    assert seqs(next(reader)) == [1, 2]
    work.finish()
    work.delete()
    assert next(reader)[0].kind == "job_completed"
    assert next(reader, None) is None


def test_following_ends_when_the_job_is_deleted_or_unknown(database: Database) -> None:
    work = Work(database)
    work.finish()
    assert list(work.log.follow(work.id, 3, 5)) == []
    work.delete()
    assert list(work.log.follow(work.id, 0, 5)) == []
    other = Work(database)
    reader = other.log.follow(other.id, 2, 30)
    threading.Timer(0.2, other.delete).start()
    assert [news for news in reader if news] == []


def test_closing_and_ringing_let_followers_go(database: Database) -> None:
    work = Work(database)
    wanted = [True]
    ended: list[str] = []

    def follow(name: str, want: Any) -> None:
        for _ in work.log.follow(work.id, 2, 60, want):
            pass
        ended.append(name)

    threads = [
        threading.Thread(target=follow, args=("unwanted", lambda: wanted[0])),
        threading.Thread(target=follow, args=("closed", lambda: True)),
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: work.log._channels and work.log._channels[work.id].followers == 2)
    wanted[0] = False
    work.log.ring(work.id)
    wait_until(lambda: ended == ["unwanted"])
    work.log.close()
    for thread in threads:
        thread.join(10)
    assert ended == ["unwanted", "closed"]


def test_an_idle_job_gives_empty_batches(database: Database) -> None:
    work = Work(database)
    reader = work.log.follow(work.id, 2, 0.05)
    assert next(reader) == []
    assert next(reader) == []


def test_waiting_for_an_event_ends_in_time(database: Database) -> None:
    work = Work(database)
    assert not work.log.wait_for(work.id, ["job_completed"], 0.1)
    threading.Timer(0.1, work.finish).start()
    assert work.log.wait_for(work.id, ["job_completed"], 20)
    assert not work.log.wait_for(work.id, ["job_failed"], 20)  # it is over: no need to wait


def test_memory_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_EVENTS", 4)
    work = Work(database)
    slow = work.log.follow(work.id, 0, 5)
    next(slow)
    work.write(20)
    assert len(work.log._channels[work.id].events) == 4
    work.finish()
    assert [seq for news in slow for seq in seqs(news)] == list(range(3, 24))


def test_the_text_of_an_event_is_made_once(database: Database, tmp_path: Path) -> None:
    work = Work(database)
    readers = [work.log.follow(work.id, 0, 5) for _ in range(2)]
    for reader in readers:
        next(reader)
    work.write()
    (first,), (second,) = (next(reader) for reader in readers)
    assert first.text is second.text
