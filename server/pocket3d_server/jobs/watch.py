"""What the log and the metrics of this server learn from the events of jobs, whoever caused them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.metrics import Metrics
from pocket3d_server.times import duration

log = logging.getLogger(__name__)


def watch(metrics: Metrics) -> Callable[[Job, JobEvent], None]:
    """A listener for ``EventLog.listen``."""

    def listen(job: Job, event: JobEvent) -> None:
        metrics.job_events.labels(event.event).inc()
        match event.event:
            case "job_started":
                waited = _seconds(job.created_at, job.started_at)
                if job.attempts == 1:
                    metrics.queue_wait.labels(job.feature).observe(waited)
                _log(job, f"attempt {job.attempts} of job {job.id} begins with {job.model_id}")
            case "job_queued" if reason := event.data.get("reason"):
                _log(job, f"job {job.id} is queued again: {reason}")
            case "job_completed":
                took = _seconds(job.started_at, job.completed_at)
                metrics.processing.labels(job.model_id).observe(took)
                _log(job, f"job {job.id} is completed, after {duration(took)} with {job.model_id}")
            case "job_failed":
                error = job.error or {}
                metrics.job_errors.labels(str(error.get("code"))).inc()
                _log(job, f"job {job.id} ended with {error.get('code')}: {error.get('message')}")

    return listen


def _seconds(start: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - start).total_seconds()) if start and end else 0.0


def _log(job: Job, message: str) -> None:
    log.info("%s", message, extra={"job_id": job.id, "request_id": job.request_id})
