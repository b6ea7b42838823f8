"""Sums over ended jobs: kept in the transaction that ends a job, and made for the jobs of older databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from databases import Backend
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import MIGRATIONS, Database
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import states, totals
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.states import JobError
from pocket3d_server.jobs.tables import Job
from pocket3d_server.times import now
from sqlalchemy import inspect

pytestmark = pytest.mark.both_databases


class House:
    """A job table with its event log."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.database.migrate()
        self.events = EventLog(self.database)
        with self.database.write() as session:
            session.add(Account(id="ada", name="Ada", tier="pro"))

    def run(self, job_id: str, model_id: str, end: str, seconds: float = 0.0) -> None:
        """A job from submit to its end."""
        job = Job(
            id=job_id, account_id="ada", feature="f", model_id=model_id, request={}, output_format="glb"
        )
        with change(self.database, self.events) as session:
            states.enqueue(session, job)
        with change(self.database, self.events) as session:
            lease = states.claim(session, job_id, "me", 60)
            assert lease
        with change(self.database, self.events) as session:
            session.get_one(Job, job_id).started_at = now() - timedelta(seconds=seconds)
            if end == "complete":
                states.complete(session, lease, {}, [])
            elif end == "fail":
                states.fail(session, lease, JobError(ErrorCode.PROCESSING_FAILED, "no"))
            else:
                states.cancel(session, job_id)

    def sums(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Jobs and whole seconds by model and outcome."""
        with self.database.read() as session:
            return {(t.model_id, t.outcome): (t.jobs, round(t.seconds)) for t in totals.read(session)}


@pytest.fixture
def house(backend: Backend, tmp_path: Path) -> Iterator[House]:
    made = House(backend.new(tmp_path))
    yield made
    made.database.close()


EXPECTED = {
    ("a", "completed"): (2, 50),
    ("a", "error"): (1, 5),
    ("b", "cancelled"): (1, 7),
}


def fill(house: House) -> None:
    house.run("1", "a", "complete", 20)
    house.run("2", "a", "complete", 30)
    house.run("3", "a", "fail", 5)
    house.run("4", "b", "cancel", 7)


def test_each_end_counts_once_and_deleting_takes_nothing_away(house: House) -> None:
    fill(house)
    with change(house.database, house.events) as session:
        states.cancel(session, "4")  # it is over already
        session.delete(session.get_one(Job, "1"))
    assert house.sums() == EXPECTED


def test_an_end_that_is_rolled_back_does_not_count(house: House) -> None:
    def interrupted() -> None:
        job = Job(id="1", account_id="ada", feature="f", model_id="a", request={}, output_format="glb")
        with change(house.database, house.events) as session:
            states.enqueue(session, job)
            states.cancel(session, "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert house.sums() == {}


def test_an_older_database_gets_the_sums_of_its_jobs(house: House) -> None:
    fill(house)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with house.database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    with house.database.engine.connect() as connection:
        assert not inspect(connection).has_table("job_totals")
    house.database.migrate()
    assert house.sums() == EXPECTED
