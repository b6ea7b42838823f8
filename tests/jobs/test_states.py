"""The state machine alone: every step, every refused step, and any sequence of steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import Backend
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.states import JobError, Lease
from pocket3d_server.jobs.tables import FINAL, Job, JobEvent, Status
from pocket3d_server.times import now
from sqlalchemy import select
from sqlalchemy.orm import Session

pytestmark = pytest.mark.both_databases

DIED = JobError("PROCESSING_FAILED", "It died.", "Try again.")


@pytest.fixture(scope="module")
def database(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    base = Database(backend.new(tmp_path_factory.mktemp("states")))
    base.migrate()
    with base.write() as session:
        session.add(Account(id="ada", name="Ada", tier="pro"))
    yield base
    base.close()


def new_job(session: Session) -> str:
    count = len(list(session.scalars(select(Job.id))))
    job = Job(
        id=f"job_{count}",
        account_id="ada",
        feature="mesh_generation",
        model_id="m",
        request={},
        output_format="glb",
        created_at=now(),
    )
    states.enqueue(session, job)
    return job.id


def claim(session: Session, job_id: str, seconds: float = 60) -> Lease:
    lease = states.claim(session, job_id, "me", seconds)
    assert lease
    return lease


def test_only_one_claim_wins(database: Database) -> None:
    with database.write() as session:
        job_id = new_job(session)
        claim(session, job_id)
        assert states.claim(session, job_id, "you", 60) is None


def test_a_lease_of_the_past_changes_nothing(database: Database) -> None:
    with database.write() as session:
        job_id = new_job(session)
        old = claim(session, job_id)
        assert states.retry(session, old, DIED, max_attempts=3) == Status.QUEUED
        new = claim(session, job_id)
        assert new.fence > old.fence
        assert not states.progress(session, old, 0.5, "late", None)
        assert not states.complete(session, old, {}, [])
        assert not states.fail(session, old, DIED)
        assert states.retry(session, old, DIED, 3) is None
        assert not states.give_back(session, old, "late")
        assert states.lost(session, [old, new, Lease("job_unknown", 1)]) == {old, Lease("job_unknown", 1)}
        assert states.complete(session, new, {"faces": 1}, [])
        assert not states.complete(session, new, {"faces": 2}, [])
        assert session.get_one(Job, job_id).result == {"faces": 1}


def test_retries_end_after_the_allowed_attempts(database: Database) -> None:
    with database.write() as session:
        job_id = new_job(session)
        ended = [states.retry(session, claim(session, job_id), DIED, max_attempts=3) for _ in range(3)]
        assert ended == [Status.QUEUED, Status.QUEUED, Status.ERROR]
        job = session.get_one(Job, job_id)
        assert "attempt 3 of 3" in (job.error or {})["message"]


def test_giving_back_does_not_count(database: Database) -> None:
    with database.write() as session:
        job_id = new_job(session)
        for _ in range(5):
            assert states.give_back(session, claim(session, job_id), "stopping")
        assert session.get_one(Job, job_id).attempts == 0


def test_cancel_fences_off_the_running_attempt(database: Database) -> None:
    with database.write() as session:
        job_id = new_job(session)
        lease = claim(session, job_id)
        assert states.cancel(session, job_id) == Status.PROCESSING
        assert not states.complete(session, lease, {}, [])
        assert states.cancel(session, job_id) == Status.ERROR
        assert states.cancel(session, "job_unknown") is None
        events = list(session.scalars(select(JobEvent.event).where(JobEvent.job_id == job_id)))
        assert events == ["job_queued", "job_started", "job_failed"]


def test_leases_that_ran_out_are_found(database: Database) -> None:
    with database.write() as session:
        stale = claim(session, new_job(session), seconds=-1)
        fresh = claim(session, new_job(session), seconds=60)
        assert stale in states.abandoned(session)
        assert fresh not in states.abandoned(session)
        assert {stale, fresh} <= set(states.abandoned(session, owner_is_gone=True))
        states.renew(session, [stale], 60)
        assert stale not in states.abandoned(session)


def test_a_transaction_that_fails_leaves_neither_change_nor_event(database: Database) -> None:
    log = EventLog(database)
    with database.write() as session:
        job_id = new_job(session)
    with pytest.raises(ZeroDivisionError), change(database, log) as session:  # noqa: PT012
        claim(session, job_id)
        raise ZeroDivisionError
    with database.read() as session:
        assert session.get_one(Job, job_id).status == Status.QUEUED
    assert [event.kind for event in log.read(job_id)] == ["job_queued"]


STEPS = ("claim", "progress", "complete", "fail", "retry", "give_back", "cancel", "old_complete", "old_retry")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_any_sequence_of_steps_ends_at_most_once_and_keeps_the_log_whole(
    database: Database, steps: list[str]
) -> None:
    with database.write() as session:
        job_id = new_job(session)
        leases = [Lease(job_id, 0)]
        for step in steps:
            lease = leases[0] if step.startswith("old_") else leases[-1]
            match step.removeprefix("old_"):
                case "claim":
                    if claimed := states.claim(session, job_id, "me", 60):
                        leases.append(claimed)
                case "progress":
                    states.progress(session, lease, 0.5, "working", now() + timedelta(seconds=1))
                case "complete":
                    states.complete(session, lease, {"faces": 1}, [])
                case "fail":
                    states.fail(session, lease, DIED)
                case "retry":
                    states.retry(session, lease, DIED, 3)
                case "give_back":
                    states.give_back(session, lease, "stopping")
                case "cancel":
                    states.cancel(session, job_id)
        session.flush()
        job = session.get_one(Job, job_id)
        events = list(
            session.scalars(select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.seq))
        )
    assert [event.seq for event in events] == list(range(1, job.last_seq + 1))
    ends = [event for event in events if event.event in ("job_completed", "job_failed")]
    assert len(ends) == (job.status in FINAL)
    assert not ends or ends[-1] is events[-1]
    assert (job.result is not None) == (job.status == Status.COMPLETED)
    assert (job.error is not None) == (job.status == Status.ERROR)
    assert (job.lease_owner is not None) == (job.status == Status.PROCESSING)
    assert 0 <= job.attempts <= 3


def test_the_migrations_make_the_schema_of_the_code(backend: Backend, tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from pocket3d_server.database import Base

    database = Database(backend.new(tmp_path, empty=True))
    database.migrate()
    database.migrate()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()
