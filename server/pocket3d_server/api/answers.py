"""Remembers how a job was last shown, so that polling costs next to nothing.

An answer is dropped when this process writes an event of its job or deletes it, or hears that another has, and after
a second in any case: for what other processes change unheard, and for the place in the queue, which moves without an event. A job that has ended
can only be deleted (a quarantined one also tried again); it is remembered for longer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.services import Services

EXTENSION = "pocket3d_answers"
LIFE_S = 1.0
ENDED_LIFE_S = 10.0
MOST = 2000
"""Jobs remembered; about 2 kB each."""


class _Answer:
    def __init__(self) -> None:
        self.until = 0.0
        self.body = b""


class Answers:
    """Bodies by job, account and the address that the client used, for links in them bear it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, dict[tuple[str, str], _Answer]] = OrderedDict()

    def get(self, job_id: str, account_id: str, host: str, make: Callable[[], tuple[bytes, float]]) -> bytes:
        """The remembered body, or one made now. ``make`` also says for how many seconds it can be remembered; what
        it raises is passed on."""
        key = (account_id, host)
        now = self._clock()
        found = self._answers.get(job_id, {}).get(key)
        if found and found.body and now < found.until:
            return found.body
        answer = _Answer()
        with self._lock:
            # In its place before the job is read: an event that comes meanwhile removes it, and nobody sees it.
            of_job = self._answers.pop(job_id, {})
            if len(of_job) > 3:
                of_job = {}
            self._answers[job_id] = of_job | {key: answer}
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        answer.body, life = make()
        answer.until = now + life
        return answer.body

    def forget(self, job_id: str) -> None:
        """The job has changed."""
        with self._lock:
            self._answers.pop(job_id, None)

    def hear(self, job: Job, event: JobEvent) -> None:
        """An event has been committed."""
        self.forget(event.job_id)


def install(app: Flask, services: Services) -> None:
    """Remember answers, and hear of changes."""
    app.extensions[EXTENSION] = remembered = Answers()
    services.events.listen(remembered.hear)
    services.events.listen_elsewhere(lambda job_id, _: remembered.forget(job_id))


def answers() -> Answers:
    """Of the running server."""
    return cast(Answers, current_app.extensions[EXTENSION])
