"""Asking what may be slow or never answer (a driver, a disk, a database) without making anyone wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class NoAnswerError(Exception):
    """There has never been an answer, and none came in time."""


class Probe(Generic[Value]):
    """A question whose answer is kept for ``fresh_s`` seconds and waited for at most ``patience_s``.

    A thread of its own asks, one at a time: should it never come back, readers go on with the last answer.
    """

    def __init__(self, ask: Callable[[], Value], *, fresh_s: float, patience_s: float) -> None:
        self._ask = ask
        self._fresh_s = fresh_s
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._answered: tuple[float, Value] | None = None
        self._error: Exception | None = None
        self._asking: threading.Thread | None = None
        self._asked_at = 0.0

    def get(self, patience_s: float | None = None) -> Value:
        """The newest answer, perhaps an old one. Raises NoAnswerError, or what the only question raised."""
        patience_s = self._patience_s if patience_s is None else patience_s
        with self._lock:
            if self._answered and time.monotonic() - self._answered[0] < self._fresh_s:
                return self._answered[1]
            if self._asking is None:
                self._asked_at = time.monotonic()
                self._asking = threading.Thread(target=self._work, name="probe", daemon=True)
                self._asking.start()
            thread = self._asking
        # Whoever comes while an answer is long overdue does not wait again.
        thread.join(max(0.0, patience_s - (time.monotonic() - self._asked_at)))
        with self._lock:
            if self._answered:
                return self._answered[1]
            if self._error:
                raise self._error
        raise NoAnswerError(f"no answer within {patience_s:g} s")

    @property
    def overdue_s(self) -> float:
        """Seconds that the present question has been waiting for its answer; 0 while nothing is late."""
        with self._lock:
            waited = time.monotonic() - self._asked_at if self._asking else 0.0
        return waited if waited > self._patience_s else 0.0

    def _work(self) -> None:
        answered, error = None, None
        try:
            answered = (time.monotonic(), self._ask())
        except Exception as raised:
            error = raised
        with self._lock:
            self._answered = answered or self._answered
            self._error = error
            self._asking = None
