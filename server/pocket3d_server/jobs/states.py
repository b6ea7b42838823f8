"""The state machine of a job: the only code that changes a job's status.

::

    enqueue ──> QUEUED ──claim──> PROCESSING ──complete──> COMPLETED
                 │  ^                │  │
                 │  ├──give_back─────┤  ├──fail────────> ERROR
                 │  └──retry, abandon│  │
                 │     (after a pause)  └──retry, abandon: too often ──> ERROR (quarantined)
                 ├────────reject────────────────────────> ERROR
                 └────────cancel (also from PROCESSING)─> ERROR (CANCELLED)

Each function makes one step in the caller's transaction and writes the step's event, so status and log
never disagree; the job's credits are reserved, settled or refunded there too. A claim hands out a ``Lease``
with a *fence*, a number that rises with each claim and each cancel. Whoever works on the job shows the lease
with every change; a lease whose fence is no longer the job's is refused (the functions return None or False),
so a runner that was thought dead, or whose job was cancelled, can do no harm. A lease also runs out unless it
is renewed; ``abandoned`` finds those.

A lost attempt is no fault of the one who asked, so it is repeated, after a pause that grows. Attempts that lost
their runner and those that lost their server are counted apart: a server that is killed again and again must
not use up the attempts of the jobs that it ran. A job that was lost too often either way is quarantined.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pocket3d_server.accounts import ledger
from pocket3d_server.database import locked
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import queries, totals
from pocket3d_server.jobs.tables import FINAL, Job, JobEvent, Status, StoredFile
from pocket3d_server.jobs.webhooks import outbox
from pocket3d_server.runners.base import OUTPUTS, OutputFile
from pocket3d_server.times import now, stamp

NEWS = "pocket3d_news"
"""Key in ``session.info``: all events of this transaction, each with its job."""


@dataclass(frozen=True, order=True)
class Lease:
    """The right to change one job, until someone gets a higher fence."""

    job_id: str
    fence: int


@dataclass(frozen=True)
class JobError:
    """Why a job ended in ``error``."""

    code: ErrorCode
    message: str
    suggestion: str = ""


MAX_PAUSE_S = 60.0
"""Longest pause before a lost attempt is repeated."""

CANCELLED = JobError(
    ErrorCode.CANCELLED, "The job was cancelled.", "Submit it again if you still want the result."
)


def enqueue(session: Session, job: Job, price: int = 0, **about: Any) -> None:
    """A new job enters the queue, and its price is reserved; ``about`` goes into its first event.

    Raises Refusal INSUFFICIENT_CREDITS.
    """
    job.credits = ledger.reserve(session, job.account_id, job.id, price)
    job.status = Status.QUEUED
    job.seconds = 0.0
    job.last_seq = job.fence = job.attempts = job.lost_attempts = job.lost_servers = 0
    job.quarantined = False
    session.add(job)
    session.flush()
    _log(session, job, "job_queued", attempt=1, **about)


def claim(session: Session, job_id: str, owner: str, seconds: float) -> Lease | None:
    """Take a queued job for an attempt; None when it is not queued any more."""
    job = locked(session, Job, job_id, skip=True)  # another server that has it is about to claim or cancel it
    if job is None or job.status != Status.QUEUED:
        return None
    job.status = Status.PROCESSING
    job.started_at = now()
    job.attempts += 1
    job.fence += 1
    job.lease_owner = owner
    job.lease_until = job.started_at + timedelta(seconds=seconds)
    job.progress, job.stage, job.eta = 0.0, "starting", None
    _log(session, job, "job_started", attempt=job.attempts)
    return Lease(job.id, job.fence)


def lost(session: Session, leases: Collection[Lease]) -> set[Lease]:
    """Which of these hold no more: the job was cancelled, deleted, or claimed by another."""
    jobs = queries.jobs_by_id(session, [lease.job_id for lease in leases])
    return {lease for lease in leases if not _holds(lease, jobs.get(lease.job_id))}


def renew(session: Session, leases: Iterable[Lease], seconds: float) -> None:
    """Heartbeat: extend those of the leases that still hold."""
    until = now() + timedelta(seconds=seconds)
    for lease in sorted(leases):
        if job := _held(session, lease):
            job.lease_until = until


def progress(session: Session, lease: Lease, fraction: float, stage: str, eta: datetime | None) -> bool:
    """Note how far the work is; a fraction below the last one is raised to it."""
    job = _held(session, lease)
    if job is None:
        return False
    job.progress, job.stage, job.eta = max(job.progress, min(1.0, fraction)), stage, eta
    _log(session, job, "progress_update", progress=job.progress, stage=stage, eta=eta and stamp(eta))
    return True


def complete(session: Session, lease: Lease, result: dict[str, Any], files: Iterable[OutputFile]) -> bool:
    """Finish with a result whose files lie, validated, in the folder of outputs; they become the account's."""
    job = _held(session, lease)
    if job is None:
        return False
    _end(job, Status.COMPLETED)
    if job.credits is not None:
        ledger.settle(session, job.account_id, job.id)
    job.progress, job.result = 1.0, result
    session.add_all(
        StoredFile(
            path=f"{OUTPUTS}/{file.name}",
            account_id=job.account_id,
            job_id=job.id,
            kind=file.kind,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
        )
        for file in files
    )
    _log(session, job, "job_completed", result=result)
    return True


def fail(session: Session, lease: Lease, error: JobError) -> bool:
    """Finish with an error that another try would not mend."""
    job = _held(session, lease)
    if job is None:
        return False
    _end_with_error(session, job, error)
    return True


def retry(session: Session, lease: Lease, error: JobError, max_attempts: int) -> Status | None:
    """The attempt was lost (its runner died): queue the job again, or quarantine it after ``max_attempts``."""
    job = _held(session, lease)
    if job is None:
        return None
    job.lost_attempts += 1
    if job.lost_attempts >= max_attempts:
        message = f"{error.message} This was attempt {job.lost_attempts} of {max_attempts}."
        _quarantine(session, job, JobError(error.code, message, error.suggestion))
    else:
        _requeue(session, job, error.message, pause=retry_pause(job.lost_attempts))
    return Status(job.status)


def abandon(session: Session, lease: Lease, error: JobError, max_servers: int) -> Status | None:
    """The server that held the lease died: queue the job again, at once the first time, or quarantine it when
    it has now outlived ``max_servers`` of them: then it may be what kills them."""
    job = _held(session, lease)
    if job is None:
        return None
    job.lost_servers += 1
    if job.lost_servers >= max_servers:
        message = f"{error.message} That happened {job.lost_servers} times while it ran."
        _quarantine(session, job, JobError(error.code, message, error.suggestion))
    else:
        _requeue(session, job, error.message, pause=retry_pause(job.lost_servers - 1))
    return Status(job.status)


def retry_pause(losses: int) -> timedelta:
    """How long a job waits after so many losses: 0, 1, 2, 4, … up to 60 seconds, a quarter more or less.

    What jobs lost together they do not meet together again, so one that kills the machine is found out.
    """
    seconds = min(MAX_PAUSE_S, 2.0 ** (losses - 1)) if losses > 0 else 0.0
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))


def give_back(session: Session, lease: Lease, reason: str) -> bool:
    """The server stops on purpose: queue the job again without counting the attempt."""
    job = _held(session, lease)
    if job is None:
        return False
    job.attempts -= 1
    _requeue(session, job, reason)
    return True


def cancel(session: Session, job_id: str) -> Status | None:
    """End a job that is not final; returns the status it had, None for an unknown job.

    A running attempt is fenced off here and now; the scheduler sees its lease lost and kills the runner.
    """
    job = locked(session, Job, job_id)
    if job is None:
        return None
    was = Status(job.status)
    if was not in FINAL:
        job.fence += 1
        _end_with_error(session, job, CANCELLED)
    return was


def reject(session: Session, job_id: str, error: JobError) -> bool:
    """End a queued job that cannot be started; False when it is not queued any more."""
    job = locked(session, Job, job_id)
    if job is None or job.status != Status.QUEUED:
        return False
    _end_with_error(session, job, error)
    return True


def abandoned(session: Session, *, owner_is_gone: bool = False) -> list[Lease]:
    """Leases that ran out; all of them when the caller knows that no other server is alive."""
    jobs = queries.processing(session, expired_only=not owner_is_gone)
    return [Lease(job.id, job.fence) for job in jobs]


def _holds(lease: Lease, job: Job | None) -> bool:
    return job is not None and job.status == Status.PROCESSING and job.fence == lease.fence


def _held(session: Session, lease: Lease) -> Job | None:
    """The job, locked for a change, if the lease still holds."""
    job = locked(session, Job, lease.job_id)
    return job if _holds(lease, job) else None


def _requeue(session: Session, job: Job, reason: str, pause: timedelta | None = None) -> None:
    _stop_watch(job)
    job.status = Status.QUEUED
    job.not_before = now() + pause if pause else None
    job.lease_owner = job.lease_until = job.eta = None
    job.progress, job.stage = 0.0, ""
    _log(session, job, "job_queued", attempt=job.attempts + 1, reason=reason)


def _quarantine(session: Session, job: Job, error: JobError) -> None:
    job.quarantined = True
    advice = "The job is kept for the operator, who can try it again. "
    _end_with_error(session, job, JobError(error.code, error.message, advice + error.suggestion))


def _end_with_error(session: Session, job: Job, error: JobError) -> None:
    _end(job, Status.ERROR)
    if job.credits is not None:
        ledger.refund(session, job.account_id, job.id, job.credits)
        job.credits = 0
    job.error = {"code": error.code, "message": error.message, "suggestion": error.suggestion}
    marks = {"quarantined": True} if job.quarantined else {}
    job.error |= marks
    _log(
        session,
        job,
        "job_failed",
        error=error.message,
        error_code=error.code,
        suggestion=error.suggestion,
        **marks,
    )


def _end(job: Job, status: Status) -> None:
    _stop_watch(job)
    job.status = status
    job.completed_at = now()
    if not job.quarantined:
        job.input_bytes = 0  # the sweeper hears of it and deletes them
    job.lease_owner = job.lease_until = job.eta = None


def _stop_watch(job: Job) -> None:
    """Add the time of an attempt that ends to the job's."""
    if job.status == Status.PROCESSING and job.started_at:
        job.seconds += max(0.0, (now() - job.started_at).total_seconds())


def _log(session: Session, job: Job, event: str, **data: Any) -> None:
    job.last_seq += 1
    entry = JobEvent(job_id=job.id, seq=job.last_seq, event=event, data=data, created_at=now())
    session.add(entry)
    outbox.add(session, job, entry)
    session.info.setdefault(NEWS, []).append((job, entry))
    if job.status in FINAL:
        totals.add(session, job)
