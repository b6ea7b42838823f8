"""Credits never get lost, are never spent twice and never fall below zero, whatever happens to the jobs."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import Backend
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pocket3d_server.accounts import ledger, registry
from pocket3d_server.accounts.tables import Account, CreditEntry
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import states
from pocket3d_server.jobs.pricing import price
from pocket3d_server.jobs.states import JobError, Lease
from pocket3d_server.jobs.tables import FINAL, Job, Status
from pocket3d_server.models.engine import Feature, ModelSpec
from pocket3d_server.times import now
from sqlalchemy import select
from sqlalchemy.orm import Session

pytestmark = pytest.mark.both_databases

DIED = JobError(ErrorCode.PROCESSING_FAILED, "It died.", "Try again.")
MAX_ATTEMPTS = 3
BACK = st.integers(0, 4)
"""Which of the latest jobs or leases; 0 is the newest."""
numbers = itertools.count()


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Database]:
    base = Database(backend.new(tmp_path))
    base.migrate()
    yield base
    base.close()


def enqueue(session: Session, account_id: str, cost: int) -> Job:
    job = Job(
        id=f"job_{next(numbers)}",
        account_id=account_id,
        feature="mesh_generation",
        model_id="m",
        request={},
        output_format="glb",
        created_at=now(),
    )
    states.enqueue(session, job, cost)
    return job


class Machine(RuleBasedStateMachine):
    """Two accounts, their jobs, and an operator who gives and takes; every step is one transaction."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.job_ids: list[str] = []
        self.leases: list[Lease] = []
        self.was_unmetered: set[str] = set()

    @initialize(first=st.integers(0, 20))
    def open_accounts(self, first: int) -> None:
        with self.database.write() as session:
            self.ids = [
                registry.create(session, "Ada", "pro", first).id,
                registry.create(session, "Bob", "free").id,
            ]
        self.was_unmetered = {self.ids[1]}

    def _job(self, back: int) -> str:
        return self.job_ids[-1 - back % len(self.job_ids)]

    @rule(account=st.integers(0, 1), cost=st.integers(0, 9), start=st.booleans())
    def submit(self, account: int, cost: int, start: bool) -> None:
        with self.database.read() as session:
            have = session.get_one(Account, self.ids[account]).credits
        try:
            with self.database.write() as session:
                job_id = enqueue(session, self.ids[account], cost).id
        except Refusal:  # there is one reason only
            assert have is not None
            assert have < cost
            return
        assert have is None or have >= cost
        self.job_ids.append(job_id)
        if start:
            self._claim(job_id)

    @precondition(lambda self: self.job_ids)
    @rule(back=BACK)
    def claim(self, back: int) -> None:
        self._claim(self._job(back))

    def _claim(self, job_id: str) -> None:
        with self.database.write() as session:
            if lease := states.claim(session, job_id, "me", 60):
                self.leases.append(lease)

    @precondition(lambda self: self.leases)
    @rule(back=BACK, step=st.sampled_from(["complete", "fail", "retry", "retry", "give_back"]))
    def report(self, back: int, step: str) -> None:
        """A runner reports, perhaps one whose lease holds no more."""
        lease = self.leases[-1 - back % len(self.leases)]
        with self.database.write() as session:
            match step:
                case "complete":
                    states.complete(session, lease, {"faces": 1}, [])
                case "fail":
                    states.fail(session, lease, DIED)
                case "retry":
                    states.retry(session, lease, DIED, MAX_ATTEMPTS)
                case "give_back":
                    states.give_back(session, lease, "stopping")

    @precondition(lambda self: self.job_ids)
    @rule(back=BACK, how=st.sampled_from(["cancel", "reject", "delete"]))
    def end(self, back: int, how: str) -> None:
        job_id = self._job(back)
        with self.database.write() as session:
            if how == "cancel":
                states.cancel(session, job_id)
            elif how == "reject":
                states.reject(session, job_id, DIED)
            elif (found := session.get(Job, job_id)) and found.status in FINAL:
                session.delete(found)

    @rule(account=st.integers(0, 1), credits=st.integers(-30, 30))
    def grant(self, account: int, credits: int) -> None:
        with self.database.write() as session:
            have = session.get_one(Account, self.ids[account]).credits or 0
            try:
                assert ledger.grant(session, self.ids[account], credits, "a present") == have + credits
            except ValueError:
                assert have + credits < 0

    @rule(account=st.integers(0, 1), tier=st.sampled_from([None, "free", "enterprise"]))
    def change_account(self, account: int, tier: str | None) -> None:
        """Another tier, or no metering any more."""
        with self.database.write() as session:
            if tier:
                registry.set_tier(session, self.ids[account], tier)
            else:
                self.was_unmetered.add(self.ids[account])
                ledger.stop_metering(session, self.ids[account])

    @precondition(lambda self: self.job_ids)
    @rule(back=BACK)
    def fail_half_way(self, back: int) -> None:
        """A transaction that does not commit leaves no trace, of the job or of the credits."""
        with pytest.raises(ZeroDivisionError), self.database.write() as session:  # noqa: PT012
            states.cancel(session, self._job(back))
            ledger.grant(session, self.ids[0], 5)
            raise ZeroDivisionError

    def teardown(self) -> None:
        """Every entry tells the balance after it, so the books at the end show each moment."""
        with self.database.read() as session:
            for account_id in self.ids:
                self._check_account(session, session.get_one(Account, account_id))
            for job_id in self.job_ids:
                self._check_job(session, job_id)

    def _check_account(self, session: Session, account: Account) -> None:
        query = select(CreditEntry).where(CreditEntry.account_id == account.id).order_by(CreditEntry.id)
        balance = 0
        for entry in session.scalars(query):
            balance += entry.amount
            assert entry.balance == balance >= 0
        assert balance == ledger.total(session, account.id) == (account.credits or 0)

    def _check_job(self, session: Session, job_id: str) -> None:
        entries = list(session.scalars(select(CreditEntry).where(CreditEntry.job_id == job_id)))
        kinds = sorted(entry.kind for entry in entries)
        job = session.get(Job, job_id)
        if job is None:  # deleted after it had ended
            assert kinds in ([], ["refund", "reserve"], ["reserve", "settle"])
            return
        if job.credits is None:
            assert kinds == []
        elif job.status == Status.COMPLETED:
            assert kinds == ["reserve", "settle"]
            assert sum(entry.amount for entry in entries) == -job.credits
        elif job.status == Status.ERROR:
            assert kinds == ["refund", "reserve"]
            assert job.credits == 0
            if job.account_id not in self.was_unmetered:
                assert sum(entry.amount for entry in entries) == 0
        else:
            assert kinds == ["reserve"]
            assert entries[0].amount == -job.credits


def test_the_ledger_always_sums_up(database: Database) -> None:
    Machine.database = database
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_submits_at_once_do_not_overspend(database: Database) -> None:
    with database.write() as session:
        account = registry.create(session, "Ada", "pro", 5)
    outcomes: list[Any] = []

    def submit() -> None:
        try:
            with database.write() as session:
                outcomes.append(enqueue(session, account.id, 2).credits)
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(2) == 2
    assert outcomes.count(ErrorCode.INSUFFICIENT_CREDITS) == 6
    with database.read() as session:
        assert session.get_one(Account, account.id).credits == 1


def test_what_a_job_costs() -> None:
    spec = ModelSpec("m", Feature.MESH_GENERATION, "", ("text",), ("glb",), "MIT", 1.0, credits=5)
    assert price(spec, {}) == price(spec, {"quality": "medium", "texture_resolution": 2048}) == 5
    assert price(spec, {"quality": "low"}) == 3
    assert price(spec, {"quality": "high", "texture_resolution": 4096}) == 20
    assert price(spec, {"text_prompt": "x", "texture_resolution": 4096}) == 10


def test_too_many_credits_are_refused(database: Database) -> None:
    with database.write() as session:
        account = registry.create(session, "Ada", "pro")
        with pytest.raises(ValueError, match="at most"):
            ledger.grant(session, account.id, ledger.MOST_CREDITS + 1)
        with pytest.raises(ValueError, match="has 0 credits"):
            ledger.grant(session, account.id, -1)
        assert account.credits is None


def test_a_page_may_begin_beyond_all_ids(database: Database) -> None:
    with database.write() as session:
        account = registry.create(session, "Ada", "pro", 7)
        assert [entry.amount for entry in ledger.page(session, account.id, 10, before=10**18 - 1)] == [7]
        assert not ledger.page(session, account.id, 10, before=0)
