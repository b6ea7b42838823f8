"""The thread that drives jobs: claims them for free slots, hears the runners, and keeps the leases.

The job table is the truth. What this thread remembers (``_attempts``) can be lost at any moment: leases run
out and another scheduler, or this one after a restart, carries on. One turn of the loop:

1. take what the runners report, and bring it into the table (``_take``),
2. renew leases; kill attempts whose lease is lost (cancelled, or taken over) or whose time is up,
3. requeue jobs whose lease ran out (another server died),
4. claim queued jobs for free slots, oldest first; one that waits for a busy slot holds up no other.
"""

from __future__ import annotations

import logging
import os
import queue
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pocket3d_server.config import Settings
from pocket3d_server.database import Database, now
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import OUTPUTS, FileStore, new_stem
from pocket3d_server.jobs.states import JobError, Lease, Status
from pocket3d_server.jobs.tables import Job, StoredFile
from pocket3d_server.runners.base import Died, Done, Failed, Progress, Report, RunnerPool, Task
from pocket3d_server.runners.catalog import Catalog

log = logging.getLogger(__name__)

TURN_S = 0.5
"""Longest wait for something to happen; also how soon a cancel by another process is seen."""
CANDIDATES = 200
"""Queued jobs looked at in one turn."""


@dataclass
class Attempt:
    """A task that is running for us. Times are ``time.monotonic``."""

    lease: Lease
    task: Task
    began: float
    expected_s: float
    working_since: float | None = None
    """First report: before it the process started and the model was loaded."""


class Scheduler:
    """Owns the runner pool. ``start`` it once; ``wake`` it when the job table has changed; ``stop`` it."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        log_of_events: EventLog,
        catalog: Catalog,
        pool: RunnerPool,
        files: FileStore,
    ) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.pool = pool
        self._settings = settings
        self._database = database
        self._events = log_of_events
        self._catalog = catalog
        self._files = files
        self._inbox: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._attempts: dict[str, Attempt] = {}
        self._renew_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self, *, alone: bool) -> None:
        """Take over what an earlier server left, then begin.

        ``alone``: no other server can be alive on this database, so every lease in it is a dead one's.
        """
        self.pool.start(self._inbox.put)
        self._requeue_abandoned(owner_is_gone=alone)
        self._thread.start()

    def wake(self) -> None:
        """Look at the job table now."""
        self._inbox.put(None)

    def stop(self) -> None:
        """Claim nothing more, kill the runners, and put their jobs back into the queue."""
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self.pool.close()
        with change(self._database, self._events) as session:
            for attempt in self._attempts.values():
                states.give_back(session, attempt.lease, "The server was stopped.")
                self._files.delete_outputs_of(attempt.task.output_stem)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_reports()
                self._keep_leases()
                self._start_jobs()
                self.pool.tidy()
            except Exception:
                # A full disk or a lost database must not end the thread: the next turn tries again.
                log.exception("the scheduler could not finish its turn")
                time.sleep(TURN_S)

    # 1. Reports

    def _take_reports(self) -> None:
        report = self._next(TURN_S)
        while report is not None:
            attempt = self._attempts.get(report.key)
            try:
                if attempt is not None:
                    self._take(attempt, report)
            except Exception:
                self._inbox.put(report)  # the table could not take it now; it must not be lost
                raise
            report = self._next(0)

    def _next(self, timeout: float) -> Report | None:
        try:
            return self._inbox.get(timeout=timeout) if timeout else self._inbox.get_nowait()
        except queue.Empty:
            return None

    def _take(self, attempt: Attempt, report: Report) -> None:
        lease = attempt.lease
        with change(self._database, self._events) as session:
            match report:
                case Progress(fraction=fraction, stage=stage):
                    eta = now() + timedelta(seconds=_seconds_left(attempt, fraction))
                    states.progress(session, lease, fraction, stage, eta)
                    return
                case Done(result=result, files=outputs):
                    job = session.get_one(Job, lease.job_id)
                    rows = [
                        StoredFile(
                            path=f"{OUTPUTS}/{f.name}",
                            account_id=job.account_id,
                            job_id=job.id,
                            kind=f.kind,
                            media_type=f.media_type,
                            size=f.size,
                            sha256=f.sha256,
                        )
                        for f in outputs
                    ]
                    kept = states.complete(session, lease, result, rows)
                case Failed(code=code, message=message, suggestion=suggestion):
                    states.fail(session, lease, JobError(code, message, suggestion))
                    kept = False
                case Died(message=message, suggestion=suggestion):
                    error = JobError("PROCESSING_FAILED", message, suggestion)
                    states.retry(session, lease, error, self._settings.max_attempts)
                    kept = False
        self._forget(attempt, keep_files=kept)

    def _forget(self, attempt: Attempt, *, keep_files: bool = False) -> None:
        self._attempts.pop(attempt.task.key, None)
        if not keep_files:
            self._files.delete_outputs_of(attempt.task.output_stem)

    # 2. and 3. Leases

    def _keep_leases(self) -> None:
        self._stop_overdue()
        lost = self._lost()
        if time.monotonic() >= self._renew_at:
            with change(self._database, self._events) as session:
                leases = [a.lease for a in self._attempts.values()]
                lost |= states.renew(session, leases, self._settings.lease_seconds)
            self._requeue_abandoned()
            self._renew_at = time.monotonic() + self._settings.lease_seconds / 3
        for attempt in [a for a in self._attempts.values() if a.lease in lost]:
            log.info("job %s is not ours any more; its runner is killed", attempt.task.job_id)
            self.pool.stop(attempt.task.key)
            self._forget(attempt)

    def _lost(self) -> set[Lease]:
        """Attempts whose job has got another fence or status, e.g. because it was cancelled."""
        if not self._attempts:
            return set()
        held = {a.lease for a in self._attempts.values()}
        query = select(Job.id, Job.fence).where(
            Job.id.in_([lease.job_id for lease in held]), Job.status == Status.PROCESSING
        )
        with self._database.read() as session:
            return held - {Lease(job_id, fence) for job_id, fence in session.execute(query)}

    def _stop_overdue(self) -> None:
        limit = self._settings.job_time_limit
        for attempt in list(self._attempts.values()):
            if time.monotonic() - attempt.began <= limit:
                continue
            self.pool.stop(attempt.task.key)
            error = JobError(
                "TIMEOUT",
                f"Processing took longer than the limit of {_duration(limit)}.",
                "Lower the quality or texture_resolution, or choose a faster model.",
            )
            with change(self._database, self._events) as session:
                states.fail(session, attempt.lease, error)
            self._forget(attempt)

    def _requeue_abandoned(self, *, owner_is_gone: bool = False) -> None:
        ours = {a.lease for a in self._attempts.values()}
        error = JobError(
            "PROCESSING_FAILED", "The server that worked on the job stopped.", "Submit it again."
        )
        with change(self._database, self._events) as session:
            for lease in states.abandoned(session, owner_is_gone=owner_is_gone):
                if lease not in ours:
                    log.info("job %s was abandoned and is tried again", lease.job_id)
                    states.retry(session, lease, error, self._settings.max_attempts)

    # 4. New work

    def _start_jobs(self) -> None:
        if all(state.current_job for state in self.pool.state()):
            return
        query = select(Job).where(Job.status == Status.QUEUED).order_by(Job.created_at).limit(CANDIDATES)
        with self._database.read() as session:
            candidates = list(session.scalars(query))
        full: set[str] = set()  # models that have no free slot this turn
        for job in candidates:
            if self._stopping.is_set():
                return
            if job.model_id in full:
                continue
            if not self._start(job):
                full.add(job.model_id)

    def _start(self, job: Job) -> bool:
        """Begin a job when a slot is free; False when none is."""
        model = self._catalog.get(job.model_id)
        if model is None or not model.ready:
            self._refuse(
                job, model.missing.reason if model and model.missing else "it is not installed any more."
            )
            return True
        slot = self.pool.free_slot(job.model_id)
        if slot is None:
            return False
        with change(self._database, self._events) as session:
            lease = states.claim(session, job.id, self.owner, self._settings.lease_seconds)
        if lease is None:
            return True
        task = Task(
            key=f"{job.id}:{lease.fence}",
            job_id=job.id,
            model_id=job.model_id,
            feature=job.feature,
            request=self._with_absolute_paths(job.request),
            output_format=job.output_format,
            output_dir=str(self._files.folder(OUTPUTS)),
            output_stem=new_stem(),
        )
        self._attempts[task.key] = Attempt(lease, task, time.monotonic(), model.spec.estimated_seconds)
        try:
            self.pool.run(task, slot)
        except OSError as error:  # no memory or no handles for another process
            self._inbox.put(Died(task.key, f"The model's process could not be started ({error})."))
        return True

    def _refuse(self, job: Job, reason: str) -> None:
        """A queued job whose model has gone since it was submitted."""
        error = JobError(
            "MODEL_UNAVAILABLE",
            f"{job.model_id} cannot run here: {reason}",
            "GET /mesh/models says what is ready.",
        )
        with change(self._database, self._events) as session:
            lease = states.claim(session, job.id, self.owner, self._settings.lease_seconds)
            if lease:
                states.fail(session, lease, error)

    def _with_absolute_paths(self, request: dict[str, Any]) -> dict[str, Any]:
        full = dict(request)
        if mesh := full.get("mesh"):
            full["mesh"] = str(self._files.absolute(mesh))
        if images := full.get("images"):
            full["images"] = [str(self._files.absolute(image)) for image in images]
        return full


def _seconds_left(attempt: Attempt, fraction: float) -> float:
    """From the pace so far; from the model's usual time while the pace says little."""
    attempt.working_since = attempt.working_since or time.monotonic()
    elapsed = time.monotonic() - attempt.working_since
    if fraction > 0.1:
        return elapsed * (1 - fraction) / fraction
    return max(1.0, attempt.expected_s - elapsed)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds"
