"""Starts queued jobs: reads the queue, asks the policy which is next, claims it, and gives it to a runner.

For the scheduler's thread only.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import states
from pocket3d_server.jobs.backlog import Backlog
from pocket3d_server.jobs.breaker import Breaker
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import FileStore, new_stem
from pocket3d_server.jobs.policy import Policy, Start, Waiting
from pocket3d_server.jobs.states import JobError, Lease
from pocket3d_server.jobs.tables import Job
from pocket3d_server.runners.base import Attempt, RunnerPool
from pocket3d_server.runners.catalog import Catalog, Model
from pocket3d_server.times import now

log = logging.getLogger(__name__)

LEAST_FREE = 32 * 1024 * 1024
"""Bytes on the disk of the data folder; with less, no job begins."""
READ_S = 0.5
"""How often the queue is read while slots are free and nothing can start, for jobs whose pause is over or that
another server has queued."""
READ_ALL_S = 5.0
"""The same while there is enough to start."""
READY_S = 2.0
"""How long it is believed that a model is ready."""


@dataclass
class Running:
    """An attempt that is running for us. Times are ``time.monotonic``."""

    lease: Lease
    attempt: Attempt
    began: float
    expected_s: float
    limit_s: float
    account_id: str
    first_report: tuple[float, float] | None = None
    """When, and how far it was: before it the process started and the model was loaded."""

    def seconds_left(self, fraction: float) -> float:
        """From the pace since the first report; from the model's usual time while the pace says little."""
        at = time.monotonic()
        since, of = self.first_report = self.first_report or (at, fraction)
        if fraction - of > 0.1:
            return (at - since) * (1 - fraction) / (fraction - of)
        return max(1.0, self.expected_s * (1 - of) - (at - since))


class Starter:
    """Puts the attempts that it starts into ``running``; the scheduler takes them out."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        log_of_events: EventLog,
        catalog: Catalog,
        pool: RunnerPool,
        files: FileStore,
        policy: Policy,
        owner: str,
    ) -> None:
        self._settings = settings
        self._database = database
        self._events = log_of_events
        self._catalog = catalog
        self._pool = pool
        self._files = files
        self._policy = policy
        self._owner = owner
        self.running: dict[str, Running] = {}
        """What runs for us, by the attempt's key."""
        self.breaker = Breaker()
        self._backlog = Backlog(policy)
        self._read_at = 0.0
        self._models: dict[str, tuple[float, Model | None]] = {}
        """What the catalog said of a model, and until when it is believed."""

    def look_again(self) -> None:
        """The queue has changed: read it before the next start."""
        self._backlog.stale = True

    def ended(self, running: Running) -> None:
        """An attempt runs no more."""
        self.breaker.gave_up(running.attempt.model_id)
        self._policy.ended(running.account_id, _clock())

    def start_jobs(self, stopping: Callable[[], bool]) -> None:
        """Start what can start now, in the order of the policy; ``stopping`` says that no more shall."""
        room = self._pool.room()
        if not room.has_free_slot or self._disk_is_full():
            return
        idle_s = READ_ALL_S if self._backlog.models else READ_S
        if self._backlog.stale or time.monotonic() - self._read_at >= idle_s:
            with self._database.read() as session:
                self._backlog.read(session, now())
            self._read_at = time.monotonic()
            self._reject_homeless()
        starts: list[Start] = []
        while not stopping():
            start = self._policy.choose(self._backlog.heads(self.breaker.may_begin), room, _clock())
            if start is None:
                break
            room.take(start.job.model_id, start.placement)
            self._policy.started(start, _clock())
            self.breaker.began(start.job.model_id)
            self._backlog.drop(start.job)
            starts.append(start)
        if starts:
            self._claim(starts)

    def _disk_is_full(self) -> bool:
        """Whether results could hardly be stored; the health check says so, and jobs wait."""
        return shutil.disk_usage(self._files.root).free < LEAST_FREE

    def _claim(self, starts: list[Start]) -> None:
        """Begin these jobs, those that are still queued."""
        claimed: dict[str, tuple[Job, Lease]] = {}
        try:
            with change(self._database, self._events, durable=False) as session:
                for start in starts:
                    job_id = start.job.job_id
                    if lease := states.claim(session, job_id, self._owner, self._settings.lease_seconds):
                        claimed[job_id] = session.get_one(Job, job_id), lease
        except Exception:
            for start in starts:
                self._take_back(start)
            raise
        for start in starts:
            if start.job.job_id in claimed:
                self._begin(start, *claimed[start.job.job_id])
            else:
                self._take_back(start)

    def _take_back(self, start: Start) -> None:
        """It was not to be: the job is gone, or the table cannot be written."""
        self._policy.ended(start.job.account_id, _clock())
        self.breaker.gave_up(start.job.model_id)
        self._backlog.stale = True

    def _begin(self, start: Start, job: Job, lease: Lease) -> None:
        spec = self._catalog.here(job.model_id)
        assert spec, "its model was ready when it was chosen"
        try:
            attempt = self._attempt(job, lease)
            self.running[attempt.key] = Running(
                lease,
                attempt,
                time.monotonic(),
                spec.estimated_seconds,
                spec.time_limit(self._settings.job_time_limit),
                job.account_id,
            )
            self._pool.run(attempt, start.placement)
        except Exception as error:  # e.g. no memory or no handles for another process
            self._could_not_begin(job, lease, error)

    def _reject_homeless(self) -> None:
        """End queued jobs whose model has gone since they were submitted."""
        for model_id in self._backlog.models:
            model = self._model(model_id)
            if model and (model.ready or model.patient):
                continue
            reason = model.missing.reason if model and model.missing else "it is not installed any more."
            for job in self._backlog.of_model(model_id):
                self._reject(job, reason)
                self._backlog.drop(job)

    def _model(self, model_id: str) -> Model | None:
        """A model as the catalog saw it lately; asking costs a look at files and drivers."""
        until, model = self._models.get(model_id, (0.0, None))
        if time.monotonic() >= until:
            model = self._catalog.get(model_id)
            self._models[model_id] = time.monotonic() + READY_S, model
        return model

    def _could_not_begin(self, job: Job, lease: Lease, error: Exception) -> None:
        log.exception("job %s could not begin", job.id)
        self.running.pop(key_of(lease), None)
        self._policy.ended(job.account_id, _clock())
        reason = f"The attempt could not begin ({error})."
        self.breaker.failed(job.model_id, reason)
        with change(self._database, self._events) as session:
            problem = JobError(ErrorCode.PROCESSING_FAILED, reason, "Submit it again later.")
            states.retry(session, lease, problem, self._settings.max_attempts)

    def _attempt(self, job: Job, lease: Lease) -> Attempt:
        return Attempt(
            key=key_of(lease),
            job_id=job.id,
            model_id=job.model_id,
            feature=job.feature,
            request=self._with_files(job.request),
            output_format=job.output_format,
            output_dir=str(self._files.output_dir),
            output_stem=new_stem(),
            storage_url=self._files.storage_url,
            request_id=job.request_id,
        )

    def _reject(self, job: Waiting, reason: str) -> None:
        error = JobError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"{job.model_id} cannot run here: {reason}",
            "GET /mesh/models says what is ready.",
        )
        with change(self._database, self._events) as session:
            states.reject(session, job.job_id, error)

    def _with_files(self, request: dict[str, Any]) -> dict[str, Any]:
        full = dict(request)
        if mesh := full.get("mesh"):
            full["mesh"] = self._files.for_runner(mesh)
        if images := full.get("images"):
            full["images"] = [self._files.for_runner(image) for image in images]
        return full


def key_of(lease: Lease) -> str:
    """Names the attempt under this lease."""
    return f"{lease.job_id}:{lease.fence}"


def _clock() -> float:
    """The clock of the policy: of the times in the table."""
    return now().timestamp()
