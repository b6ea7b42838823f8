"""What a job's events look like, on every transport. ``jobs/states.py`` writes them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.errors import ErrorCode


class Event(BaseModel):
    """What all events have."""

    job_id: str = Field(examples=["job_123abc"])
    timestamp: Timestamp
    seq: int = Field(ge=1, description="1, 2, 3, … within the job.")


class JobQueued(Event):
    """The job waits for a runner, at first or again."""

    event: Literal["job_queued"]
    attempt: int = Field(ge=1, description="Which one it waits for.")
    reason: str | None = Field(None, description="Why it waits again, e.g. because its runner died.")


class JobStarted(Event):
    """A runner works on the job."""

    event: Literal["job_started"]
    attempt: int = Field(ge=1)


class ProgressUpdate(Event):
    """The work goes on."""

    event: Literal["progress_update"]
    progress: float = Field(ge=0, le=1, examples=[0.45])
    stage: str = Field(examples=["generating_mesh"])
    eta: Timestamp | None


class JobCompleted(Event):
    """The job's last event: it has a result."""

    event: Literal["job_completed"]
    result: dict[str, Any] = Field(description="As the job's `result`, but for the links, which expire.")


class JobFailed(Event):
    """The job's last event: it ended without a result."""

    event: Literal["job_failed"]
    error: str = Field(description="For a person.", examples=["Processing failed: insufficient memory"])
    error_code: ErrorCode
    suggestion: str


class JobEvent(RootModel[JobQueued | JobStarted | ProgressUpdate | JobCompleted | JobFailed]):
    """An event of a job."""
