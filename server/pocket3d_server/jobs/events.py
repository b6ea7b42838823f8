"""The event log: every transport (WebSocket, event stream, webhook) reads a job's numbered events.

A reader asks for the events after the number it has seen, so it misses none and can come back at any time.
The table is the log. Beside it, each job that someone follows has a ``_Channel`` with its newest events: they
are announced with their content once they are committed, so that followers read the table only to catch up.
Nothing depends on an announcement. One that is lost, late or out of order (another process wrote, or two
threads committed at once) leaves a gap, and what is in a gap is read from the table. Other servers on the same
database are told that there is something to read (``notices``), but for progress, which they find within a second.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from threading import Condition, Lock
from typing import Any

from sqlalchemy.orm import Session

from pocket3d_server.database import Database
from pocket3d_server.jobs import queries
from pocket3d_server.jobs.states import NEWS
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.times import stamp

log = logging.getLogger(__name__)

FINAL_EVENTS = ("job_completed", "job_failed")
DELETED = "job_deleted"
"""No event: what other servers are told when a job is deleted."""
PROGRESS = "progress_update"
LOOK_AGAIN_S = 1.0
"""How often the table is looked at for events of other processes, once for all followers of a job."""
KEPT_EVENTS = 256
"""Newest events of a followed job that are kept in memory."""
PAGE = 500
"""Events read from the table at once; a follower that is far behind holds no more in memory."""


def always() -> bool:
    """A reader that wants every event."""
    return True


@dataclass(frozen=True)
class Event:
    """One entry of a job's log as all transports send it."""

    job_id: str
    seq: int
    """1, 2, 3, … within the job."""
    kind: str
    """``job_queued``, ``job_started``, ``progress_update``, ``job_completed`` or ``job_failed``."""
    body: dict[str, Any]
    """What clients see: the documented fields and ``seq``."""

    @classmethod
    def of(cls, row: JobEvent) -> Event:
        """The event in a row of the table."""
        head = {
            "event": row.event,
            "job_id": row.job_id,
            "timestamp": stamp(row.created_at),
            "seq": row.seq,
        }
        return cls(row.job_id, row.seq, row.event, head | row.data)

    @property
    def is_last(self) -> bool:
        """Whether the job has ended with it."""
        return self.kind in FINAL_EVENTS

    @cached_property
    def text(self) -> str:
        """The body as JSON; made once, however many clients get it."""
        return json.dumps(self.body)


class _Channel:
    """What the followers of one job share. ``bell`` guards it, and rings when there is news."""

    def __init__(self) -> None:
        self.bell = Condition()
        self.followers = 0
        self.events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        """Newest events without a gap between them."""
        self.newest = 0
        """Highest number that is known to be in the table."""
        self.ended = False
        """The job has no further events: it is over or deleted."""
        self.look_at = 0.0

    def add(self, event: Event) -> None:
        """Take in an event if it is news; after a gap, those before it are forgotten."""
        if event.seq <= self.newest:
            return
        if self.events and event.seq != self.events[-1].seq + 1:
            self.events.clear()
        self.events.append(event)
        self.newest = event.seq
        self.ended = self.ended or event.is_last

    def after(self, seq: int) -> list[Event] | None:
        """The events above a number; None when memory does not reach back to it."""
        if seq >= self.newest:
            return []
        if not self.events or self.events[0].seq > seq + 1:
            return None
        return list(islice(self.events, seq + 1 - self.events[0].seq, None))


class EventLog:
    """Reads events, and tells waiting readers when there are new ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._channels: dict[str, _Channel] = {}
        """Of the jobs that are being followed."""
        self._lock = Lock()
        self._listeners: list[Callable[[Job, JobEvent], None]] = []
        self._distant: list[Callable[[str, str], None]] = []
        self.closed = False
        """The server ends: nobody waits any more, and streams close."""

    def close(self) -> None:
        """Let all waiting readers go."""
        self.closed = True
        with self._lock:
            jobs = list(self._channels)
        for job_id in jobs:
            self.ring(job_id)

    def listen(self, listener: Callable[[Job, JobEvent], None]) -> None:
        """Call ``listener`` with every event that this process writes, once it is committed; it must be quick."""
        self._listeners.append(listener)

    def listen_elsewhere(self, listener: Callable[[str, str], None]) -> None:
        """Call ``listener`` with job id and kind of what other servers write; it must be quick."""
        self._distant.append(listener)

    def hear_elsewhere(self, job_id: str, kind: str) -> None:
        """Another server has committed an event of this kind, or deleted the job."""
        with self._lock:
            channel = self._channels.get(job_id)
        if channel:
            with channel.bell:
                channel.look_at = 0.0
                channel.bell.notify_all()
        for listener in self._distant:
            listener(job_id, kind)

    def announce(self, news: Iterable[tuple[Job, JobEvent]]) -> None:
        """These events have been committed."""
        for job, row in news:
            with self._lock:
                channel = self._channels.get(row.job_id)
            if channel:
                with channel.bell:
                    channel.add(Event.of(row))
                    channel.bell.notify_all()
            for listener in self._listeners:
                try:
                    listener(job, row)
                except Exception:  # the event is committed, whoever cannot bear to hear of it
                    log.exception("a listener failed at event %s of job %s", row.seq, row.job_id)

    def ring(self, job_id: str) -> None:
        """Let the followers of a job look whether they still want to wait."""
        with self._lock:
            channel = self._channels.get(job_id)
        if channel:
            with channel.bell:
                channel.bell.notify_all()

    def read(self, job_id: str, after: int = 0) -> list[Event]:
        """The next events of a job with a number above ``after``, in order; at most ``PAGE``."""
        with self._database.read() as session:
            return [Event.of(row) for row in queries.events_after(session, job_id, after, PAGE)]

    def follow(
        self, job_id: str, after: int, idle: float, wanted: Callable[[], bool] = always
    ) -> Iterator[list[Event]]:
        """New events in batches until the job's last one has been given, or had been seen before.

        An empty batch says that nothing happened for ``idle`` seconds. It also ends when the job has been
        deleted, when the server stops, and when ``wanted`` says no (``ring`` makes it ask).
        """
        with self._channel(job_id) as channel:
            while wanted() and not self.closed:
                news = self._next(channel, job_id, after, idle, wanted)
                if not news and self._is_over(channel, after):
                    return
                yield news
                if news:
                    after = news[-1].seq
                    if news[-1].is_last:
                        return

    def wait_for(self, job_id: str, kinds: Collection[str], timeout: float) -> bool:
        """Wait until the job has an event of one of these kinds; False when ``timeout`` seconds pass first."""
        deadline, seen = time.monotonic() + timeout, 0
        with self._channel(job_id) as channel:
            while (left := deadline - time.monotonic()) > 0 and not self.closed:
                news = self._next(channel, job_id, seen, left)
                if any(event.kind in kinds for event in news):
                    return True
                if not news and self._is_over(channel, seen):
                    return False
                seen = news[-1].seq if news else seen
        return False

    @contextmanager
    def _channel(self, job_id: str) -> Iterator[_Channel]:
        """The job's channel, kept while someone follows."""
        with self._lock:
            channel = self._channels.setdefault(job_id, _Channel())
            channel.followers += 1
        try:
            yield channel
        finally:
            with self._lock:
                channel.followers -= 1
                if not channel.followers:
                    del self._channels[job_id]

    def _next(
        self,
        channel: _Channel,
        job_id: str,
        after: int,
        idle: float,
        wanted: Callable[[], bool] = always,
    ) -> list[Event]:
        """Events after a number, from memory or the table; waits up to ``idle`` seconds for the first."""
        deadline = time.monotonic() + idle
        while True:
            self._look(channel, job_id)
            with channel.bell:
                news = channel.after(after)
            if news is None:
                news = self._catch_up(channel, job_id, after)
            left = deadline - time.monotonic()
            if news or left <= 0 or channel.ended or self.closed or not wanted():
                return news
            with channel.bell:
                channel.bell.wait_for(
                    lambda: (
                        self.closed
                        or channel.ended
                        or channel.newest > after
                        or time.monotonic() >= channel.look_at
                        or not wanted()
                    ),
                    timeout=min(left, max(0.0, channel.look_at - time.monotonic())),
                )

    def _catch_up(self, channel: _Channel, job_id: str, after: int) -> list[Event]:
        """Events that memory has no more; of a job that was deleted meanwhile, those that memory has."""
        news = self.read(job_id, after)
        if news:
            return news
        with channel.bell:
            return [event for event in channel.events if event.seq > after]

    def _look(self, channel: _Channel, job_id: str) -> None:
        """Now and then, one of the followers looks at the table for all of them."""
        with channel.bell:
            if time.monotonic() < channel.look_at:
                return
            channel.look_at = time.monotonic() + LOOK_AGAIN_S
            known = channel.newest
        with self._database.read() as session:
            rows = queries.newest_events(session, job_id, known, KEPT_EVENTS)
            deleted = not rows and not queries.job_exists(session, job_id)
        with channel.bell:
            for row in rows:
                channel.add(Event.of(row))
            channel.ended = channel.ended or deleted
            channel.bell.notify_all()

    def _is_over(self, channel: _Channel, after: int) -> bool:
        """Whether nothing will come after a number, nor has come since it was asked for."""
        with channel.bell:
            return channel.ended and channel.after(after) == []


@contextmanager
def change(database: Database, events: EventLog, *, durable: bool = True) -> Iterator[Session]:
    """One write transaction (see ``Database.write``) whose events are announced once it is committed."""
    with database.write(durable=durable) as session:
        yield session
        for _, row in session.info.get(NEWS, ()):
            if row.event != PROGRESS:
                database.tell(session, row.job_id, row.event)
    events.announce(session.info.get(NEWS, ()))
