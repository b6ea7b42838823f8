"""Deletes what has been kept long enough, and what belongs to nothing; a thread of its own, now and then.

What came inside a job's request goes as soon as the job has ended, by this thread too: a bucket may be slow.

An expired file's row stays and says when the file went, so that its job keeps its result and a download can be
told why there is nothing. A row is marked before its file is deleted: killed in between, the file belongs to
nothing and goes with the next sweep.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete

from pocket3d_server.config import Settings
from pocket3d_server.database import Database
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.events import FINAL_EVENTS
from pocket3d_server.jobs.files import ORPHAN_AGE_S, FileStore
from pocket3d_server.jobs.tables import IdempotentAnswer, Job, JobEvent
from pocket3d_server.times import now

log = logging.getLogger(__name__)

EVERY_S = 600.0
ANSWER_LIFE = timedelta(days=7)
"""How long an Idempotency-Key is remembered."""
BATCH = 500
"""Rows that are marked in one transaction."""


class Sweeper:
    """Keeps the storage tidy. ``clear`` before others work, then ``start``; ``stop`` ends the thread."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        files: FileStore,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._settings = settings
        self._database = database
        self._files = files
        self._clock = clock
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        """Jobs whose inputs can go; empty to wake the thread."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def clear(self) -> None:
        """Remove what a killed server left in the data folder, which is ours alone whoever shares the database."""
        self._files.sweep_local(0.0)
        if self._files.is_local:  # in a bucket others may be at work
            self._sweep(0.0)

    def start(self) -> None:
        """Begin, with a first turn at once."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the turn that is going on."""
        self._stopping.set()
        self._ended.put("")
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def hear(self, job: Job, event: JobEvent) -> None:
        """A listener for ``EventLog.listen``."""
        if event.event in FINAL_EVENTS and not job.quarantined and file_queries.has_own_inputs(job.request):
            self._ended.put(job.id)

    def turn(self) -> None:
        """Delete what has expired and what belongs to nothing."""
        self.forget_answers()
        self.expire()
        self._files.sweep_local(ORPHAN_AGE_S)
        self._sweep(ORPHAN_AGE_S)

    def expire(self) -> int:
        """Delete files that were kept for as long as the settings say; returns how many."""
        deleted = 0
        for uploads, days in (
            (True, self._settings.keep_uploads_days),
            (False, self._settings.keep_outputs_days),
        ):
            while days and (paths := self._mark(uploads, self._clock() - timedelta(days=days))):
                self._files.delete(paths)
                deleted += len(paths)
        if deleted:
            log.info("deleted %d files whose time was over", deleted)
        return deleted

    def forget_answers(self) -> None:
        """Drop answers to repeated submits that nobody will ask for again."""
        with self._database.write() as session:
            before = self._clock() - ANSWER_LIFE
            session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < before))

    def _mark(self, uploads: bool, before: datetime) -> list[str]:
        """Note the next files as deleted that were last used before a time and that no unfinished job needs."""
        with self._database.write() as session:
            rows = file_queries.expired_files(session, uploads=uploads, before=before, limit=BATCH)
            for row in rows:
                row.deleted_at = self._clock()
        return [row.path for row in rows]

    def _sweep(self, min_age: float) -> None:
        with self._database.read() as session:
            known, working = file_queries.kept_paths(session), file_queries.unfinished_ids(session)
        self._files.sweep(known, working, min_age)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + EVERY_S
                    self.turn()
                if job_id := self._next_ended(due - time.monotonic()):
                    self._files.delete_inputs(job_id)
            except Exception:  # a full disk, a bucket out of reach: the next turn tries again
                log.exception("the storage could not be swept")

    def _next_ended(self, seconds: float) -> str:
        """A job whose inputs can go; empty when none ends for so long, or the thread is to end."""
        try:
            return self._ended.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return ""
