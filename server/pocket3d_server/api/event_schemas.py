"""What a job's events look like, on each transport. ``jobs/states.py`` writes them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from pocket3d_server.api.schemas import FeatureName, Timestamp
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
    result: dict[str, Any] = Field(description="As the job's `result`.")


class JobFailed(Event):
    """The job's last event: it ended without a result."""

    event: Literal["job_failed"]
    error: str = Field(description="For a person.", examples=["Processing failed: insufficient memory"])
    error_code: ErrorCode
    suggestion: str


class JobEvent(RootModel[JobQueued | JobStarted | ProgressUpdate | JobCompleted | JobFailed]):
    """An event of a job."""


class WebhookData(BaseModel):
    """The job's feature and what the event says besides."""

    model_config = ConfigDict(extra="allow")

    feature: FeatureName
    result: dict[str, Any] | None = Field(None, description="Of a completed job, with a `download_url`.")
    error: str | None = None
    error_code: ErrorCode | None = None
    suggestion: str | None = None
    left_out: dict[str, int] | None = Field(
        None,
        description="Fields of a large result that only the job itself has, and how many entries each has.",
    )


class WebhookBody(BaseModel):
    """What a webhook is sent, signed after Standard Webhooks."""

    event: Literal["job_queued", "job_started", "job_completed", "job_failed"]
    job_id: str = Field(examples=["job_123abc"])
    timestamp: Timestamp
    data: WebhookData
