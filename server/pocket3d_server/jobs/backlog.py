"""The queue as the policy sees it: the first jobs of each account and model, kept in memory between turns.

The table is the truth, and a start is certain only when ``states.claim`` has succeeded. What is kept here saves
reading it for every start. It is read again when it may be stale: somebody woke the scheduler, a list that was
cut off has been used up, or some time has passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from pocket3d_server.accounts.tables import Account
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.database import UtcDateTime
from pocket3d_server.jobs.policy import Heads, Policy, Waiting
from pocket3d_server.jobs.tables import Job, Status

PER_MODEL = 4
"""Jobs of each account and model that are read at once."""
ORDER = (Job.created_at, Job.id)


class Backlog:
    """Reads the queue for a policy; for one thread."""

    def __init__(self, policy: Policy) -> None:
        self.stale = True
        self._policy = policy
        self._lists: dict[tuple[str, str], list[Waiting]] = {}
        """By account and model, oldest first."""
        self._cut_off: set[tuple[str, str]] = set()
        """Lists that go on in the table."""

    def read(self, session: Session, at: datetime) -> None:
        """Read the heads of the queue, the tiers of their accounts, and how much of each account runs."""
        self._lists = {}
        tiers: dict[str, str] = {}
        for row in session.execute(_heads(), {"at": at}):
            job = Waiting(row.id, row.account_id, row.model_id, row.created_at.timestamp())
            self._lists.setdefault((job.account_id, job.model_id), []).append(job)
            tiers[job.account_id] = row.tier
        self._cut_off = {key for key, jobs in self._lists.items() if len(jobs) >= PER_MODEL}
        running = Counter({row.account_id: row.running for row in session.execute(_running())})
        for account_id, name in tiers.items():
            tier = TIERS[name]
            self._policy.know(account_id, tier.priority, tier.concurrent_jobs)
        for account_id, standing in self._policy.accounts.items():
            standing.running = running[account_id]
        self.stale = False

    @property
    def models(self) -> set[str]:
        """Those that somebody waits for."""
        return {model_id for _, model_id in self._lists}

    def of_model(self, model_id: str) -> list[Waiting]:
        """The jobs that were read of a model."""
        return [job for (_, model), jobs in self._lists.items() if model == model_id for job in jobs]

    def heads(self, may_start: Callable[[str], bool]) -> Heads:
        """The oldest job of each account and model, of the models that may start."""
        able = {model_id for model_id in self.models if may_start(model_id)}
        found: dict[str, list[Waiting]] = {}
        for (account_id, model_id), jobs in self._lists.items():
            if model_id in able:
                found.setdefault(account_id, []).append(jobs[0])
        for jobs in found.values():
            jobs.sort(key=lambda job: (job.queued_at, job.job_id))
        return found

    def drop(self, job: Waiting) -> None:
        """The job does not wait any more."""
        key = (job.account_id, job.model_id)
        jobs = self._lists[key]
        jobs.remove(job)
        if not jobs:
            del self._lists[key]
            self.stale = self.stale or key in self._cut_off


@cache
def _heads() -> Select[str, str, str, datetime, str]:
    """Id, account, model, time and tier of the first queued jobs of each account and model, oldest first.

    However long the queue is, this costs a few steps in its index for each account and model: the recursion goes
    from the first job of one pair to the first job of the next. Jobs that pause at the time ``at`` and those of
    disabled accounts are left out.
    """
    head = select(Job.id).where(Job.status == Status.QUEUED)
    first = head.order_by(Job.account_id, Job.model_id, *ORDER).limit(1)
    pairs = select(first.scalar_subquery().label("id")).cte("pairs", recursive=True)
    here, after = aliased(Job), aliased(Job)
    beyond = (
        select(after.id)
        .where(after.status == Status.QUEUED)
        .order_by(after.account_id, after.model_id, after.created_at, after.id)
        .limit(1)
        .correlate(here)
    )
    # Two steps: a comparison of (account, model) at once would walk through all jobs of the account.
    same_account = beyond.where(after.account_id == here.account_id, after.model_id > here.model_id)
    next_account = beyond.where(after.account_id > here.account_id)
    following = func.coalesce(same_account.scalar_subquery(), next_account.scalar_subquery())
    pairs = pairs.union_all(select(following).select_from(pairs).join(here, here.id == pairs.c.id))
    pair, one = aliased(Job), aliased(Job)
    listed = (
        select(one.id)
        .where(
            one.status == Status.QUEUED,
            one.account_id == pair.account_id,
            one.model_id == pair.model_id,
            or_(one.not_before.is_(None), one.not_before <= bindparam("at", type_=UtcDateTime)),
        )
        .order_by(one.created_at, one.id)
        .limit(PER_MODEL)
        .correlate(pair)
    )
    return (
        select(Job.id, Job.account_id, Job.model_id, Job.created_at, Account.tier)
        .select_from(pairs)
        .join(pair, pair.id == pairs.c.id)
        .join(Job, Job.id.in_(listed))
        .join(Account, and_(Account.id == Job.account_id, Account.disabled_at.is_(None)))
        .order_by(*ORDER)
    )


@cache
def _running() -> Select[str, int]:
    return (
        select(Job.account_id, func.count().label("running"))
        .where(Job.status == Status.PROCESSING)
        .group_by(Job.account_id)
    )
