"""Following a job to its end: server-sent events while they work, asking again where they do not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import Callable

from .errors import JobFailedError, Pocket3DAPIError, Pocket3DTimeoutError
from .transport import RETRIED_STATUSES, Transport
from .types import Job, JobEvent, MeshResult

OnProgress = Callable[[JobEvent], None]
SILENCE = 45.0
"""Seconds without a byte (servers send a comment every few) after which the stream counts as dead."""
PATIENCE = 8
"""Failures in a row, after the transport's own retries, before giving up on a server."""
NO_STREAM = frozenset({404, 405, 406, 501})


def parse_events(lines: Iterable[str]) -> Iterator[tuple[str | None, str]]:
    """Turn lines of ``text/event-stream`` into (id, data) pairs, as the HTML standard defines it."""
    event_id: str | None = None
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield event_id, "\n".join(data)
            data = []
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "data":
            data.append(value)
        elif name == "id":
            event_id = value


class JobWaiter:
    """Waits for one job."""

    def __init__(
        self, transport: Transport, job_id: str, timeout: float | None, poll_interval: float
    ) -> None:
        self._transport = transport
        self._job_id = job_id
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._timeout = timeout
        self._poll_interval = poll_interval
        self._last_event_id: str | None = None
        self._streaming = True

    def wait(self, on_progress: OnProgress | None) -> MeshResult:
        """Return the result, or raise JobFailedError or Pocket3DTimeoutError."""
        failures, pause = 0, self._poll_interval
        while True:
            for event in self._events():
                if on_progress:
                    on_progress(event)
            try:
                job = Job.from_dict(self._transport.json("GET", f"/mesh/status/{self._job_id}"))
            except Pocket3DAPIError as error:
                # A server that restarts is back within seconds and a quota fills up again: the job goes on.
                failures += 1
                if error.status_code not in {None, *RETRIED_STATUSES} or failures > PATIENCE:
                    raise
                self._pause(error.retry_after or self._poll_interval * failures)
                continue
            failures = 0
            if job.finished:
                return outcome(job)
            if on_progress and not self._streaming:
                on_progress(JobEvent.from_dict({**job.raw, "event": "progress_update"}))
            self._pause(pause)
            pause = min(pause * 1.5, self._poll_interval * 5)  # asking costs quota

    def _events(self) -> Iterator[JobEvent]:
        """Events until the last one, a broken stream, or the deadline; none where streams do not work."""
        if not self._streaming:
            return
        try:
            with self._transport.event_lines(
                f"/jobs/{self._job_id}/events",
                last_event_id=self._last_event_id,
                read_timeout=self._left(SILENCE),
            ) as lines:
                for event_id, data in parse_events(self._until_deadline(lines)):
                    self._last_event_id = event_id or self._last_event_id
                    event = JobEvent.from_dict(json.loads(data))
                    yield event
                    if event.final:
                        return
        except Pocket3DAPIError as error:
            self._streaming = error.status_code not in NO_STREAM and error.error_code != "NO_EVENT_STREAM"
        except ValueError:  # no JSON
            self._streaming = False

    def _until_deadline(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            yield line
            if self._deadline is not None and time.monotonic() > self._deadline:
                return

    def _left(self, at_most: float) -> float:
        if self._deadline is None:
            return at_most
        return max(0.05, min(at_most, self._deadline - time.monotonic()))

    def _pause(self, seconds: float) -> None:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise Pocket3DTimeoutError(
                f"Job {self._job_id} was not finished after {self._timeout:g} s; it is still running",
                error_code="TIMEOUT",
                details={"job_id": self._job_id},
            )
        time.sleep(self._left(seconds))


def outcome(job: Job) -> MeshResult:
    """The result of a finished job; a failed one raises JobFailedError."""
    if job.status == "completed":
        return job.result or MeshResult()
    error = job.error or {}
    raise JobFailedError(
        str(error.get("message") or "The job failed"),
        job_id=job.job_id,
        error_code=str(error.get("error_code") or error.get("code") or "PROCESSING_FAILED"),
        details=error.get("details") if isinstance(error.get("details"), dict) else None,
        request_id=error.get("request_id"),
    )
