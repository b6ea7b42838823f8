"""What is asked of the tables of jobs, one named function each; ``states`` has the only code that changes jobs.

Every function takes the caller's session and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, tuple_
from sqlalchemy.orm import Session

from pocket3d_server.accounts.tables import Account
from pocket3d_server.jobs.tables import UNFINISHED, Job, JobEvent, Status, StoredFile
from pocket3d_server.times import now


@dataclass(frozen=True)
class AccountUsage:
    """What an account's jobs and files, those that are still there, amount to."""

    jobs: dict[str, int]
    """How many have each status, zeros included."""
    seconds: float
    """How long they ran."""
    files: int
    bytes: int
    """Of these files, and of what came inside requests and is kept."""


def jobs_by_id(session: Session, ids: Collection[str]) -> dict[str, Job]:
    """Those of these jobs that exist."""
    return {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))}


def quarantined(session: Session, limit: int) -> list[Job]:
    """Jobs that are kept for the operator, oldest first."""
    query = select(Job).where(Job.quarantined).order_by(Job.completed_at)
    return list(session.scalars(query.limit(limit)))


def newest(session: Session, limit: int, status: str | None = None) -> list[Job]:
    """Jobs of all accounts, newest first."""
    query = select(Job).order_by(Job.created_at.desc())
    if status:
        query = query.where(Job.status == status)
    return list(session.scalars(query.limit(limit)))


def processing(session: Session, *, expired_only: bool) -> list[Job]:
    """Jobs under a lease; with ``expired_only`` those whose lease has run out."""
    query = select(Job).where(Job.status == Status.PROCESSING)
    if expired_only:
        query = query.where(Job.lease_until < now())
    return list(session.scalars(query))


def page_of_jobs(
    session: Session,
    account_id: str,
    limit: int,
    *,
    status: str | None = None,
    feature: str | None = None,
    before: tuple[datetime, str] | None = None,
) -> list[Job]:
    """An account's jobs, newest first; ``before`` is time and id of the last one of the page before."""
    query = select(Job).where(Job.account_id == account_id)
    if status:
        query = query.where(Job.status == status)
    if feature:
        query = query.where(Job.feature == feature)
    if before:
        query = query.where(tuple_(Job.created_at, Job.id) < before)
    return list(session.scalars(query.order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)))


def older_of_same_kind(session: Session, job: Job) -> int:
    """How many jobs of the same account and model wait before this one."""
    query = select(func.count()).where(
        Job.status == Status.QUEUED,
        Job.account_id == job.account_id,
        Job.model_id == job.model_id,
        tuple_(Job.created_at, Job.id) < (job.created_at, job.id),
    )
    return session.scalar(query) or 0


def waiting_lines(session: Session) -> Sequence[Row[Any]]:
    """Of each account and model that has queued jobs: ``account_id``, its ``tier``, ``model_id``, how many ``jobs``,
    and when the ``oldest`` and the ``newest`` was queued. Disabled accounts, whose jobs have no turn, are left out."""
    lines = (
        select(
            Job.account_id,
            Job.model_id,
            func.count().label("jobs"),
            func.min(Job.created_at).label("oldest"),
            func.max(Job.created_at).label("newest"),
        )
        .where(Job.status == Status.QUEUED)
        .group_by(Job.account_id, Job.model_id)
        .subquery()
    )
    enabled = and_(Account.id == lines.c.account_id, Account.disabled_at.is_(None))
    return session.execute(select(lines, Account.tier).join(Account, enabled)).all()


def running_jobs(session: Session) -> Sequence[Row[Any]]:
    """``id``, ``account_id``, ``model_id``, ``started_at`` and ``eta`` of the jobs that are being processed."""
    columns: tuple[Any, ...] = (Job.id, Job.account_id, Job.model_id, Job.started_at, Job.eta)
    return session.execute(select(*columns).where(Job.status == Status.PROCESSING)).all()


def recent_times(session: Session, model_id: str, limit: int) -> list[tuple[float, str]]:
    """Seconds and quality of a model's jobs that were completed last."""
    quality = func.coalesce(Job.request["quality"].as_string(), "medium").label("quality")
    query = (
        select(Job.started_at, Job.completed_at, quality)
        .where(Job.model_id == model_id, Job.completed_at.is_not(None), Job.status == Status.COMPLETED)
        .order_by(Job.completed_at.desc())
        .limit(limit)
    )
    return [
        ((row.completed_at - row.started_at).total_seconds(), row.quality)
        for row in session.execute(query)
        if row.started_at
    ]


def queued_count(session: Session, account_id: str) -> int:
    """How many jobs of an account wait."""
    query = select(func.count()).where(Job.account_id == account_id, Job.status == Status.QUEUED)
    return session.scalar(query) or 0


def count_unfinished(session: Session) -> dict[str, int]:
    """How many jobs are queued and how many are being processed."""
    rows = session.execute(
        select(Job.status, func.count()).where(Job.status.in_(UNFINISHED)).group_by(Job.status)
    )
    return dict.fromkeys(map(str, UNFINISHED), 0) | {status: count for status, count in rows}  # noqa: C416 - rows are no pairs


def unfinished_by_model(session: Session) -> dict[tuple[str, str, str], int]:
    """How many jobs wait or run, by status, feature and model."""
    kind = (Job.status, Job.feature, Job.model_id)
    rows = session.execute(select(*kind, func.count()).where(Job.status.in_(UNFINISHED)).group_by(*kind))
    return {(status, feature, model_id): count for status, feature, model_id, count in rows}


def usage_of_account(session: Session, account_id: str) -> AccountUsage:
    """The jobs and files of an account."""
    rows = session.execute(
        select(Job.status, func.count(), func.sum(Job.seconds), func.sum(Job.input_bytes))
        .where(Job.account_id == account_id)
        .group_by(Job.status)
    ).all()
    counted = {status: count for status, count, _, _ in rows}
    files, size = session.execute(
        select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).where(
            StoredFile.account_id == account_id, StoredFile.deleted_at.is_(None)
        )
    ).one()
    return AccountUsage(
        jobs={status.value: counted.get(status.value, 0) for status in Status},
        seconds=sum(seconds for _, _, seconds, _ in rows),
        files=files,
        bytes=int(size) + sum(int(kept) for _, _, _, kept in rows),
    )


def events_after(session: Session, job_id: str, seq: int, limit: int) -> list[JobEvent]:
    """The first of a job's events with a higher number, in order."""
    query = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.seq > seq).order_by(JobEvent.seq)
    return list(session.scalars(query.limit(limit)))


def newest_events(session: Session, job_id: str, seq: int, limit: int) -> list[JobEvent]:
    """The last of a job's events with a higher number, in order."""
    query = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.seq > seq)
    return list(session.scalars(query.order_by(JobEvent.seq.desc()).limit(limit)))[::-1]


def job_exists(session: Session, job_id: str) -> bool:
    """Whether there is such a job; a deleted one is gone."""
    return session.scalar(select(Job.id).where(Job.id == job_id)) is not None
