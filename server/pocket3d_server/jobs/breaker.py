"""Sets a model aside whose process fails to start or to load, so that it holds up no other model.

The usual circuit breaker: after a few failures in a row none of the model's jobs begins for a while; then one
may try, and the pause doubles each time that fails too. Deaths while a job runs do not count here: one bad job
must not set its model aside for everybody.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pocket3d_server.times import duration

log = logging.getLogger(__name__)

FAILURES = 3
"""In a row, before a model is set aside."""
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 600.0


@dataclass
class _Trouble:
    failures: int = 0
    reason: str = ""
    until: float = 0.0
    trying: bool = False


@dataclass(frozen=True)
class SetAside:
    """A model that is left alone for now."""

    model_id: str
    failures: int
    reason: str
    seconds_left: float


class Breaker:
    """Told by the scheduler what becomes of a model's processes; may be asked from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._troubles: dict[str, _Trouble] = {}

    def may_begin(self, model_id: str) -> bool:
        """Whether a job of this model may begin now."""
        with self._lock:
            trouble = self._troubles.get(model_id)
            if trouble is None or trouble.failures < FAILURES:
                return True
            return not trouble.trying and self._clock() >= trouble.until

    def began(self, model_id: str) -> None:
        """A job of this model begins; of a model that was set aside, it is the one that tries."""
        with self._lock:
            if trouble := self._troubles.get(model_id):
                trouble.trying = True

    def worked(self, model_id: str) -> None:
        """Its process has loaded the model."""
        with self._lock:
            self._troubles.pop(model_id, None)

    def failed(self, model_id: str, reason: str) -> None:
        """Its process could not be started, or could not load the model."""
        with self._lock:
            trouble = self._troubles.setdefault(model_id, _Trouble())
            trouble.failures, trouble.reason, trouble.trying = trouble.failures + 1, reason, False
            if trouble.failures < FAILURES:
                return
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (trouble.failures - FAILURES))
            trouble.until = self._clock() + pause
        log.error(
            "%s is set aside for %s after %d failures to start: %s",
            model_id,
            duration(pause),
            trouble.failures,
            reason,
        )

    def gave_up(self, model_id: str) -> None:
        """The job that tried ended before it told anything, e.g. because it was cancelled."""
        with self._lock:
            if trouble := self._troubles.get(model_id):
                trouble.trying = False

    def set_aside(self) -> list[SetAside]:
        """All models that are left alone now."""
        with self._lock:
            now = self._clock()
            return [
                SetAside(model_id, t.failures, t.reason, max(0.0, t.until - now))
                for model_id, t in self._troubles.items()
                if t.failures >= FAILURES
            ]
