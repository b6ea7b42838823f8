"""The thread that drives jobs: claims them for free slots, hears the runners, and keeps the leases.

The job table is the truth. What this thread remembers (``_running``) can be lost at any moment: leases run
out and another scheduler, or this one after a restart, carries on. One turn of the loop has these phases; one
that fails is logged and tried again in the next turn, and holds up no other:

1. ``_take_reports``: bring what the runners report into the table, all in one transaction; progress at most every
   ``PROGRESS_S``, of each attempt the newest,
2. ``_kill_overdue``: end attempts whose time is up,
3. ``_kill_lost``: end attempts whose lease is lost, because the job was cancelled, deleted or taken over,
4. ``_keep_leases``: now and then, renew our leases and requeue jobs whose lease ran out (another server died),
5. ``_start_jobs``: claim queued jobs for free slots (``starter``),
6. the pool ends processes that have been idle for long.
"""

from __future__ import annotations

import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from pocket3d_server.config import Settings
from pocket3d_server.database import Database, disk_is_full
from pocket3d_server.errors import ErrorCode
from pocket3d_server.jobs import states
from pocket3d_server.jobs.breaker import SetAside
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.jobs.policy import Policy
from pocket3d_server.jobs.starter import Running, Starter
from pocket3d_server.jobs.states import JobError
from pocket3d_server.metrics import Metrics
from pocket3d_server.runners.base import (
    Died,
    Done,
    Failed,
    ProgressReport,
    Report,
    RunnerPool,
    StopReason,
)
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.times import duration, now

log = logging.getLogger(__name__)

TURN_S = 0.5
"""Longest wait for something to happen; also how soon a cancel by another process is seen."""
PROGRESS_S = 0.2
"""Shortest time between two transactions that bring progress."""
PROGRESS_REST = 4
"""The same, as a multiple of what the latest one took: a thousand running jobs have a fifth of our time for it."""
UNREACHABLE = (OperationalError, InterfaceError)
"""The database cannot be reached or written now; what was to be written is kept."""
MOST_REPORTS = 200
"""Taken in one turn."""
OOM_ATTEMPTS = 2
"""Attempts of a job whose process the system kills for lack of memory: the second has its memory booked by what
the first was seen to hold. A model that itself reports a lack of memory fails at once."""


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
        metrics: Metrics | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.pool = pool
        self._settings = settings
        self._database = database
        self._events = log_of_events
        self._files = files
        self._inbox: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        policy = policy or Policy(settings.ageing_seconds)
        self._starter = Starter(settings, database, log_of_events, catalog, pool, files, policy, self.owner)
        self._running = self._starter.running
        self._breaker = self._starter.breaker
        self._progress: dict[str, ProgressReport] = {}
        """Newest progress by key, not in the table yet."""
        self._progress_at = 0.0
        self._look_at_leases = True
        self._looked_at = 0.0
        self._renew_at = 0.0
        self._metrics = metrics or Metrics()
        self._turned_at = self._good_at = time.monotonic()
        self._failed_phase = ""
        self._waited = 0.0
        """Seconds of the present turn in which there was nothing to do."""
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self, *, alone: bool) -> None:
        """Take over what an earlier server left, then begin.

        ``alone``: no other server can be alive on this database, so every lease in it is a dead one's.
        """
        self._turned_at = self._good_at = time.monotonic()
        self.pool.start(self.hear)
        self._requeue_abandoned(owner_is_gone=alone)
        self._thread.start()

    def hear(self, report: Report) -> None:
        """Take note of what the pool reports; from any thread."""
        self._inbox.put(report)

    def wake(self) -> None:
        """Look at the job table now."""
        self._inbox.put(None)

    def drain(self) -> None:
        """Claim nothing more; what runs goes on."""
        self._draining.set()

    @property
    def draining(self) -> bool:
        """Whether nothing more is claimed, because the end is near."""
        return self._draining.is_set()

    @property
    def running_jobs(self) -> list[str]:
        """Ids of the jobs that run for us."""
        return [running.lease.job_id for running in list(self._running.values())]

    def set_aside(self) -> list[SetAside]:
        """Models whose processes do not start; their jobs wait."""
        return self._breaker.set_aside()

    def seconds_since_turn(self) -> float:
        """How long ago the last turn ended; more than a few seconds means that something hangs."""
        return time.monotonic() - self._turned_at

    def failing(self) -> tuple[str, float]:
        """A phase that fails in every turn, and for how many seconds no turn was good; empty when all is well."""
        return self._failed_phase, time.monotonic() - self._good_at

    def stop(self) -> None:
        """Claim nothing more, kill the runners, and put their jobs back into the queue."""
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self.pool.close()
        with change(self._database, self._events) as session:
            for running in self._running.values():
                states.give_back(session, running.lease, "The server was stopped.")
                self._files.delete_outputs_of(running.attempt.output_stem)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self.turn():
                self._stopping.wait(TURN_S)  # a full disk or a lost database: the next turn tries again

    def turn(self) -> bool:
        """All phases once; waits at most ``TURN_S`` for a report. False when one failed."""
        phases: list[Callable[[], None]] = [
            self._take_reports,
            self._kill_overdue,
            self._kill_lost,
            self._keep_leases,
            self._start_jobs,
            self.pool.tidy,
        ]
        good = True
        began, self._waited = time.monotonic(), 0.0
        for phase in phases:
            try:
                phase()
            except Exception as error:
                if disk_is_full(error):
                    log.error("the scheduler's phase %s waits: the disk is full", phase.__name__)
                else:
                    log.exception("the scheduler's phase %s failed", phase.__name__)
                self._failed_phase = phase.__name__.strip("_")
                good = False
        self._turned_at = time.monotonic()
        if good:
            self._good_at, self._failed_phase = self._turned_at, ""
        self._metrics.scheduler_turn.observe(max(0.0, self._turned_at - began - self._waited))
        return good

    # 1. Reports

    def _take_reports(self) -> None:
        news = [(self._running[r.key], r) for r in self._listen() if r.key in self._running]
        if not news:
            return
        if not self._database.is_sqlite:  # one transaction would hold many jobs and accounts, and others wait
            self._take_each(news)
            return
        for running, report in news:
            if isinstance(report, Failed | Died):  # on a full disk the database may need the room to note it
                self._files.delete_outputs_of(running.attempt.output_stem)
        began = time.monotonic()
        try:
            durable = any(not isinstance(report, ProgressReport) for _, report in news)
            with change(self._database, self._events, durable=durable) as session:
                kept = [self._write(session, running, report) for running, report in news]
        except UNREACHABLE:
            self._hear_again(news)
            raise
        except Exception:  # one of them cannot be taken; the others can
            self._take_each(news)
            return
        wrote_at = time.monotonic()
        if any(isinstance(report, ProgressReport) for _, report in news):
            self._progress_at = max(self._progress_at, wrote_at + PROGRESS_REST * (wrote_at - began))
        for (running, report), keep in zip(news, kept, strict=True):
            self._note(running, report, keep_files=keep)

    def _hear_again(self, news: list[tuple[Running, Report]]) -> None:
        for _, report in news:
            self._inbox.put(report)

    def _take_each(self, news: list[tuple[Running, Report]]) -> None:
        """Take reports one by one; end the jobs whose reports can never be taken."""
        for number, (running, report) in enumerate(news):
            try:
                self._take_one(running, report)
            except UNREACHABLE:
                self._hear_again(news[number:])
                raise

    def _listen(self) -> list[Report]:
        """Wait for news, ``TURN_S`` at most. Final reports come at once, progress alone only when it is due."""
        until = time.monotonic() + TURN_S
        final: list[Report] = []
        woken = False
        while len(final) < MOST_REPORTS:
            asked_at = time.monotonic()
            due = min(until, self._progress_at) if self._progress else until
            try:
                report = self._inbox.get(timeout=0.0 if final or woken else max(0.0, due - asked_at))
            except queue.Empty:
                break
            finally:
                self._waited += time.monotonic() - asked_at
            if report is None:
                woken = True
            elif isinstance(report, ProgressReport):
                self._progress[report.key] = report
            else:
                final.append(report)
        if woken:
            self._starter.look_again()
            self._look_at_leases = True
        for report in final:
            self._progress.pop(report.key, None)
        if not self._progress or time.monotonic() < self._progress_at:
            return final
        progress, self._progress = list(self._progress.values()), {}
        self._progress_at = time.monotonic() + PROGRESS_S
        return [*progress, *final]

    def _tell_breaker(self, model_id: str, report: Report) -> None:
        if isinstance(report, Died) and report.loading:
            self._breaker.failed(model_id, report.message)
        else:
            self._breaker.worked(model_id)

    def _take_one(self, running: Running, report: Report) -> None:
        durable = not isinstance(report, ProgressReport)
        try:
            with change(self._database, self._events, durable=durable) as session:
                kept = self._write(session, running, report)
        except UNREACHABLE:
            raise
        except Exception:
            log.exception("the report on job %s could not be taken", running.attempt.job_id)
            error = JobError(
                ErrorCode.PROCESSING_FAILED,
                "The result could not be stored.",
                "Submit the job again; the server's log has the cause.",
            )
            with change(self._database, self._events) as session:
                states.fail(session, running.lease, error)
            self._forget(running)
        else:
            self._note(running, report, keep_files=kept)

    def _write(self, session: Session, running: Running, report: Report) -> bool:
        """Bring a report into the table; whether the attempt's files are the job's now."""
        lease = running.lease
        match report:
            case ProgressReport(fraction=fraction, stage=stage):
                eta = now() + timedelta(seconds=running.seconds_left(fraction))
                states.progress(session, lease, fraction, stage, eta)
            case Done(result=result, files=outputs):
                return states.complete(session, lease, result, outputs)
            case Failed(code=code, message=message, suggestion=suggestion):
                states.fail(session, lease, JobError(code, message, suggestion))
            case Died(message=message, suggestion=suggestion, code=code):
                attempts = self._settings.max_attempts
                if code == ErrorCode.OUT_OF_MEMORY:
                    attempts = min(attempts, OOM_ATTEMPTS)
                states.retry(session, lease, JobError(code, message, suggestion), attempts)
        return False

    def _note(self, running: Running, report: Report, *, keep_files: bool) -> None:
        """What follows from a report that is in the table."""
        if not isinstance(report, ProgressReport):
            self._forget(running, keep_files=keep_files)
        self._tell_breaker(running.attempt.model_id, report)

    def _forget(self, running: Running, *, keep_files: bool = False) -> None:
        if self._running.pop(running.attempt.key, None):
            self._starter.ended(running)
        if not keep_files:
            self._files.delete_outputs_of(running.attempt.output_stem)

    # 2. to 4. Attempts that must end, and leases

    def _kill_overdue(self) -> None:
        for running in list(self._running.values()):
            if time.monotonic() - running.began <= running.limit_s:
                continue
            error = JobError(
                ErrorCode.TIMEOUT,
                f"Processing took longer than the limit of {duration(running.limit_s)}.",
                "Lower the quality or texture_resolution, or choose a faster model.",
            )
            self.pool.stop(running.attempt.key, StopReason.TIME_LIMIT)
            with change(self._database, self._events) as session:
                states.fail(session, running.lease, error)
            self._forget(running)

    def _kill_lost(self) -> None:
        """Here a cancel reaches the runner: ``states.cancel`` has taken the lease away, so it is lost."""
        if not self._running or not (self._look_at_leases or time.monotonic() - self._looked_at > TURN_S):
            return
        self._look_at_leases, self._looked_at = False, time.monotonic()
        with self._database.read() as session:
            lost = states.lost(session, [running.lease for running in self._running.values()])
        for running in list(self._running.values()):
            if running.lease in lost:
                self.pool.stop(running.attempt.key, StopReason.LEASE_LOST)
                self._forget(running)

    def _keep_leases(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        self._renew()
        self._requeue_abandoned()
        self._renew_at = time.monotonic() + self._settings.lease_seconds / 3

    def _renew(self) -> None:
        with change(self._database, self._events, durable=False) as session:
            leases = [running.lease for running in self._running.values()]
            states.renew(session, leases, self._settings.lease_seconds)

    def _requeue_abandoned(self, *, owner_is_gone: bool = False) -> None:
        ours = {running.lease for running in self._running.values()}
        error = JobError(
            ErrorCode.PROCESSING_FAILED, "The server that worked on the job stopped.", "Submit it again."
        )
        with self._database.read() as session:
            left = [
                lease for lease in states.abandoned(session, owner_is_gone=owner_is_gone) if lease not in ours
            ]
        for lease in left:
            with change(self._database, self._events) as session:
                if states.abandon(session, lease, error, self._settings.max_lost_servers):
                    log.info("job %s was abandoned and is tried again", lease.job_id)

    # 5. New work

    def _start_jobs(self) -> None:
        if not self.draining:
            self._starter.start_jobs(self._stopping.is_set)
