"""Rate limits: requests in a sliding minute, uploaded bytes as a debt, open WebSockets as leases."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from pocket3d_server.accounts.tiers import ANONYMOUS, Tier
from pocket3d_server.errors import ErrorCode, Refusal

WINDOW_S = 60.0
MAX_SUBJECTS = 10_000
LONGEST_DEBT_S = 3600.0


@dataclass(frozen=True)
class Allowance:
    """What the ``X-RateLimit-*`` headers say."""

    limit: int
    remaining: int
    reset: int
    """Epoch seconds when the whole limit is there again."""
    exceeded: bool = False
    retry_after: int = 0

    def headers(self) -> dict[str, str]:
        """For every response."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class Limiter(Protocol):
    """Counts by subject (an account, or an address)."""

    def request(self, subject: str, tier: Tier) -> Allowance:
        """Count one request; a refused one does not count."""
        ...

    def stranger(self, address: str | None) -> Allowance:
        """Count one request without valid credentials, by its address."""
        ...

    def upload(self, subject: str, tier: Tier, size: int, *, whole: bool = True) -> None:
        """Count an upload of ``size`` bytes. Raises Refusal RATE_LIMITED.

        It may pass while no debt is left from earlier ones, however large it is; its debt is paid off at the
        tier's rate. A piece of an upload whose length is unknown (not ``whole``) has no such privilege: the
        pieces pass while the debt stays below what the tier allows in a minute.
        """
        ...

    def give_back(self, subject: str, size: int) -> None:
        """Bytes that were counted and did not come."""
        ...

    def websocket(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        """Hold one of the subject's WebSockets; False when all are taken."""
        ...

    def stream(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        """Hold one of the subject's event streams or waiting requests; False when all are taken."""
        ...

    def problem(self) -> str:
        """Why servers that share limits count by themselves at the moment; empty when all is well."""
        return ""


def too_much(size: int, tier: Tier, debt: float, *, whole: bool) -> Refusal | None:
    """Why an upload cannot pass beside this debt of earlier ones; None when it can (see ``Limiter.upload``)."""
    allowed = tier.upload_bytes_per_minute
    if not ((debt > 0 or not whole) and debt + size > allowed):
        return None
    wait = max(1, math.ceil(min(debt, debt + size - allowed) / allowed * WINDOW_S))
    advice = "" if whole else " A single large file passes at once if the request has a Content-Length."
    return Refusal(
        ErrorCode.RATE_LIMITED,
        f"More than {allowed // (1024 * 1024)} MB were uploaded in a minute.",
        f"Try again in {wait} s.{advice}",
        retry_after=wait,
    )


class MemoryLimiter(Limiter):
    """In this process's memory: one server answers all requests, and a restart forgives at most one minute."""

    def __init__(self, clock: Callable[[], float] = time.time, strangers: Tier = ANONYMOUS) -> None:
        self._clock = clock
        self._strangers = strangers
        self._lock = threading.Lock()
        self._requests: dict[str, deque[float]] = {}
        self._upload_debt: dict[str, tuple[float, float]] = {}
        self._sockets: dict[str, int] = {}
        self._streams: dict[str, int] = {}

    def request(self, subject: str, tier: Tier) -> Allowance:
        now = self._clock()
        with self._lock:
            times = self._requests.setdefault(subject, deque())
            while times and times[0] <= now - WINDOW_S:
                times.popleft()
            exceeded = len(times) >= tier.requests_per_minute
            if not exceeded:
                times.append(now)
            first, last, used = times[0], times[-1], len(times)
            if len(self._requests) > MAX_SUBJECTS:
                self._forget_idle(now)
        return Allowance(
            limit=tier.requests_per_minute,
            remaining=tier.requests_per_minute - used,
            reset=math.ceil(last + WINDOW_S),
            exceeded=exceeded,
            retry_after=max(1, math.ceil(first + WINDOW_S - now)) if exceeded else 0,
        )

    def stranger(self, address: str | None) -> Allowance:
        return self.request(f"address:{address}", self._strangers)

    def upload(self, subject: str, tier: Tier, size: int, *, whole: bool = True) -> None:
        rate = tier.upload_bytes_per_minute / WINDOW_S
        now = self._clock()
        with self._lock:
            debt, since = self._upload_debt.get(subject, (0.0, now))
            debt = max(0.0, debt - (now - since) * rate)
            if refusal := too_much(size, tier, debt, whole=whole):
                raise refusal
            self._upload_debt[subject] = (debt + size, now)
            if len(self._upload_debt) > MAX_SUBJECTS:
                self._forget_debts(now)

    def give_back(self, subject: str, size: int) -> None:
        with self._lock:
            if subject in self._upload_debt:
                debt, since = self._upload_debt[subject]
                self._upload_debt[subject] = (max(0.0, debt - size), since)

    def websocket(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        return self._hold(self._sockets, subject, tier.websockets)

    def stream(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        return self._hold(self._streams, subject, tier.streams)

    @contextmanager
    def _hold(self, held: dict[str, int], subject: str, most: int) -> Iterator[bool]:
        with self._lock:
            free = held.get(subject, 0) < most
            if free:
                held[subject] = held.get(subject, 0) + 1
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    held[subject] -= 1
                    if not held[subject]:
                        del held[subject]

    def _forget_debts(self, now: float) -> None:
        """Drop what cannot be a debt any more at any tier's rate: nothing was added for an hour."""
        for subject in [s for s, (_, since) in self._upload_debt.items() if since < now - LONGEST_DEBT_S]:
            del self._upload_debt[subject]

    def _forget_idle(self, now: float) -> None:
        idle = [s for s, times in self._requests.items() if not times or times[-1] <= now - WINDOW_S]
        for subject in idle:
            del self._requests[subject]
