"""The event log: every transport (WebSocket, event stream, webhook) reads a job's numbered events here.

A reader asks for the events after the number it has seen, so it misses none and can come back at any time.
``announce`` wakes readers in this process at once; those elsewhere look again every second.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition
from typing import Any

from sqlalchemy.orm import Session

from pocket3d_server.database import Database
from pocket3d_server.jobs import queries
from pocket3d_server.jobs.states import CHANGED, NEWS
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.times import stamp

FINAL_EVENTS = ("job_completed", "job_failed")
LOOK_AGAIN_S = 1.0
REMEMBERED_JOBS = 10_000


def as_json(event: JobEvent) -> dict[str, Any]:
    """An event as clients see it: the documented fields and its number ``seq``."""
    head = {
        "event": event.event,
        "job_id": event.job_id,
        "timestamp": stamp(event.created_at),
        "seq": event.seq,
    }
    return head | event.data


class EventLog:
    """Reads events, and tells waiting readers when there are new ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._changed = Condition()
        self._listeners: list[Callable[[Job, JobEvent], None]] = []
        self.closed = False
        """The server ends: nobody waits any more, and streams close."""

    def close(self) -> None:
        """Let all waiting readers go."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def listen(self, listener: Callable[[Job, JobEvent], None]) -> None:
        """Call ``listener`` with every event that this process writes, once it is committed; it must be quick."""
        self._listeners.append(listener)

    def tell(self, news: Iterable[tuple[Job, JobEvent]]) -> None:
        """These events have been committed."""
        for job, event in news:
            for listener in self._listeners:
                listener(job, event)

    def announce(self, newest: Mapping[str, int]) -> None:
        """Events up to these numbers have been committed (job id to number)."""
        with self._changed:
            for job_id, seq in newest.items():
                self._newest[job_id] = seq
                self._newest.move_to_end(job_id)
            while len(self._newest) > REMEMBERED_JOBS:
                self._newest.popitem(last=False)
            self._changed.notify_all()

    def read(self, job_id: str, after: int = 0) -> list[JobEvent]:
        """Events of a job with a number above ``after``, in order."""
        with self._database.read() as session:
            return queries.events_after(session, job_id, after)

    def wait(self, job_id: str, after: int, timeout: float) -> list[JobEvent]:
        """Like ``read``, but waits up to ``timeout`` seconds for the first new event."""
        deadline = time.monotonic() + timeout
        while True:
            events = self.read(job_id, after)
            left = deadline - time.monotonic()
            if events or left <= 0 or self.closed:
                return events
            with self._changed:
                self._changed.wait_for(
                    lambda: self.closed or self._newest.get(job_id, 0) > after,
                    timeout=min(left, LOOK_AGAIN_S),
                )

    def follow(self, job_id: str, after: int, idle: float) -> Iterator[list[JobEvent]]:
        """New events in batches until the job's last one has been given, or had been seen before.

        An empty batch says that nothing happened for ``idle`` seconds.
        """
        if self._is_over(job_id, after):
            return
        while not self.closed:
            news = self.wait(job_id, after, idle)
            yield news
            if news:
                after = news[-1].seq
                if news[-1].event in FINAL_EVENTS:
                    return

    def wait_for(self, job_id: str, kinds: Collection[str], timeout: float) -> bool:
        """Wait until the job has an event of one of these kinds; False when ``timeout`` seconds pass first."""
        deadline, seen = time.monotonic() + timeout, 0
        while (left := deadline - time.monotonic()) > 0 and not self.closed:
            for event in self.wait(job_id, seen, left):
                seen = event.seq
                if event.event in kinds:
                    return True
        return False

    def _is_over(self, job_id: str, after: int) -> bool:
        with self._database.read() as session:
            last = queries.last_event(session, job_id)
        return last is None or (last.event in FINAL_EVENTS and last.seq <= after)


@contextmanager
def change(database: Database, log: EventLog) -> Iterator[Session]:
    """One write transaction whose events are announced once it is committed."""
    with database.write() as session:
        yield session
        newest = dict(session.info.get(CHANGED, {}))
        news = list(session.info.get(NEWS, ()))
    if newest:
        log.announce(newest)
        log.tell(news)
