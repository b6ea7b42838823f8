"""What is stored about jobs: the job itself, its numbered events, its files, and answers to repeated submits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from pocket3d_server.database import Base
from pocket3d_server.times import now


class Status(StrEnum):
    """The four statuses of the API; ``states`` draws how a job goes through them."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ERROR = "error"


FINAL = (Status.COMPLETED, Status.ERROR)
UNFINISHED = (Status.QUEUED, Status.PROCESSING)
KEPT = text("input_bytes > 0")
"""Of a job: what came inside its request is kept. An index of these few is used where a query says the same."""


class Job(Base):
    """One piece of work. ``states`` holds the only code that changes these rows."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_queue", "status", "account_id", "model_id", "created_at", "id"),
        Index(None, "account_id", "created_at"),
        Index(None, "model_id", "completed_at"),
        Index("ix_jobs_inputs", "account_id", "input_bytes", sqlite_where=KEPT, postgresql_where=KEPT),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    feature: Mapped[str] = mapped_column(String(40))
    model_id: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    """A ``Status``."""
    request: Mapped[dict[str, Any]]
    """Fields of the feature's EngineRequest; files as paths relative to the data folder."""
    input_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Size of the files that came inside the request while they are kept: until it has ended unquarantined."""
    output_format: Mapped[str] = mapped_column(String(10))
    credits: Mapped[int | None]
    """What it costs: reserved until the job has ended, 0 after an error; None where the account is not metered."""

    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    """Of the latest attempt."""
    completed_at: Mapped[datetime | None]
    """When the job reached ``completed`` or ``error``."""

    progress: Mapped[float] = mapped_column(default=0.0)
    stage: Mapped[str] = mapped_column(String(100), default="")
    eta: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    """As the API shows it."""
    error: Mapped[dict[str, Any] | None]
    """``code``, ``message``, ``suggestion``; ``quarantined`` and ``retried_as`` where they apply."""

    seconds: Mapped[float] = mapped_column(default=0.0)
    """How long its attempts ran, all together."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often a runner has begun it."""
    lost_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts that were lost through no server's end: the runner died or could not begin."""
    lost_servers: Mapped[int] = mapped_column(default=0, server_default="0")
    """Servers that died while they worked on it."""
    not_before: Mapped[datetime | None]
    """A lost attempt is not repeated before this time."""
    quarantined: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Too many attempts were lost; kept for the operator (``quarantine``)."""
    fence: Mapped[int] = mapped_column(default=0)
    """Rises with every claim and cancel; only the holder of the current number may change the job."""
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    """Number of the latest event."""
    request_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Of the request that made the job, as the log and its answer have it."""


class JobTotal(Base):
    """Sums over jobs that have ended, deleted ones included; ``totals`` keeps them."""

    __tablename__ = "job_totals"

    model_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    feature: Mapped[str] = mapped_column(String(40), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    """A ``totals.Outcome``."""
    jobs: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float]
    """Of their last attempts, together."""


class JobEvent(Base):
    """An entry of a job's log; WebSocket, event stream and webhooks all read it."""

    __tablename__ = "job_events"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, 3, … within the job."""
    event: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class IdempotentAnswer(Base):
    """The answer to a submit that bore an ``Idempotency-Key``."""

    __tablename__ = "idempotent_answers"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class StoredFile(Base):
    """A file in the storage that an account may use: an upload, or an output of a job."""

    __tablename__ = "files"
    __table_args__ = (
        Index(None, "account_id", "created_at"),
        Index("ix_files_space", "account_id", "deleted_at", "job_id", "size"),  # answers a quota's sum alone
    )

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Relative to the storage, with slashes, e.g. ``uploads/img_1f….png``."""
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    """The job that made it; None for uploads."""
    kind: Mapped[str] = mapped_column(String(10))
    """``image`` or ``mesh``."""
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    original_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
    """When a job that needs it was last submitted."""
    deleted_at: Mapped[datetime | None]
    """When it had been kept long enough; the row stays, to tell why the file is gone."""
