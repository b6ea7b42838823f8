"""Jobs that have ended, added up as they end.

The job table forgets what its owners delete; these sums do not, and they are read at once however many jobs
there were.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs.tables import Job, JobTotal, Status


class Outcome(StrEnum):
    """How a job ended; a cancelled one is nobody's fault."""

    COMPLETED = "completed"
    ERROR = "error"
    CANCELLED = "cancelled"


def add(session: Session, job: Job) -> None:
    """Count a job that ends in this transaction."""
    seconds = 0.0
    if job.started_at and job.completed_at:
        seconds = (job.completed_at - job.started_at).total_seconds()
    values = {"model_id": job.model_id, "feature": job.feature, "outcome": _outcome(job), "jobs": 1}
    connection = session.connection()  # the session would first write the job's own changes by themselves
    connection.execute(_upsert(connection.dialect.name), values | {"seconds": seconds})


@cache
def _upsert(dialect: str) -> Insert:
    """Adds a row to the sums; made once, because putting it together costs more than running it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(JobTotal)
    return row.on_conflict_do_update(
        index_elements=["model_id", "feature", "outcome"],
        set_={"jobs": JobTotal.jobs + 1, "seconds": JobTotal.seconds + row.excluded.seconds},
    )


def read(session: Session) -> list[JobTotal]:
    """All sums."""
    return list(session.scalars(select(JobTotal)))


def _outcome(job: Job) -> Outcome:
    if job.status == Status.COMPLETED:
        return Outcome.COMPLETED
    cancelled = bool(job.error) and (job.error or {}).get("code") == ErrorCode.CANCELLED
    return Outcome.CANCELLED if cancelled else Outcome.ERROR
