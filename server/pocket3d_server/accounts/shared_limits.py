"""Rate limits that several servers share, counted in Redis.

Requests are counted by the ``limits`` library (a sliding minute of timestamps). For upload debts and open streams,
which it does not know, small scripts run in the same Redis, each as one step. A stream is held under a lease, so
those of a server that was killed are free again soon.

While Redis does not answer, each server counts by itself, in memory: a limit that is kept by each of N servers
lets through N times as much for a while, which harms less than an API that answers nobody. ``problem`` says so to
the health check, and Redis is asked again after ``AGAIN_S``.
"""

from __future__ import annotations

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from pocket3d_server.accounts.limits import WINDOW_S, Allowance, Limiter, MemoryLimiter, too_much
from pocket3d_server.accounts.tiers import Tier

log = logging.getLogger(__name__)

T = TypeVar("T")

TIMEOUT_S = 0.25
"""Longest wait for Redis; every request waits for it."""
AGAIN_S = 5.0
"""So long after a failure it is not asked."""
LEASE_S = 30
"""A stream's place is free this long after its server was last heard of."""
DEBT_LIFE_S = 3600
NAMESPACE = "pocket3d"

DEBT_NOW = """
local stored = redis.call('HMGET', KEYS[1], 'debt', 'at')
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local debt = math.max(0, (tonumber(stored[1]) or 0) - (now - (tonumber(stored[2]) or now)) * ARGV[1])
"""
ADD_DEBT = (
    DEBT_NOW
    + """
local size, allowed = tonumber(ARGV[2]), tonumber(ARGV[3])
if (debt > 0 or ARGV[4] == '0') and debt + size > allowed then return tostring(debt) end
redis.call('HSET', KEYS[1], 'debt', debt + size, 'at', now)
redis.call('EXPIRE', KEYS[1], ARGV[5])
return false
"""
)
"""Rate, size, allowed, whole, life. The debt where it refuses, else nothing."""
LESS_DEBT = """
local debt = tonumber(redis.call('HGET', KEYS[1], 'debt') or '0')
if debt > 0 then redis.call('HSET', KEYS[1], 'debt', math.max(0, debt - ARGV[1])) end
"""
HOLD = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
RENEW = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


class LimitsError(Exception):
    """``limits_url`` cannot be used; the message says why."""


class SharedLimiter(Limiter):
    """Counts in Redis while it answers, and with ``alone`` while it does not."""

    def __init__(self, url: str, alone: MemoryLimiter, strangers: Tier) -> None:
        """Does not connect yet. Raises LimitsError."""
        self._alone = alone
        self._strangers = strangers
        try:
            from limits import storage, strategies
            from limits.errors import ConfigurationError, StorageError
            from redis.exceptions import RedisError
        except ImportError as error:
            raise LimitsError(
                f'limits_url needs a package that is not installed ({error}); install "pocket3d-server[redis]"'
            ) from error
        if not url.startswith(("redis", "valkey")):
            raise LimitsError("limits_url must lead to Redis, e.g. redis://host:6379/0")
        self._failures = (RedisError, StorageError, OSError)
        options: dict[str, Any] = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
        try:
            store: Any = storage.storage_from_string(url, **options)
        except (ConfigurationError, ValueError) as error:
            raise LimitsError(f"limits_url {_without_password(url)!r} cannot be used: {error}") from error
        self._window = strategies.MovingWindowRateLimiter(store)
        redis = store.storage
        self._add_debt, self._less_debt = redis.register_script(ADD_DEBT), redis.register_script(LESS_DEBT)
        self._take, self._renew = redis.register_script(HOLD), redis.register_script(RENEW)
        self._release: Callable[[str, str], Any] = redis.zrem
        self._lock = threading.Lock()
        self._problem = ""
        self._again_at = 0.0
        self._held: dict[str, str] = {}
        """Places in Redis that this server holds: token to key."""
        self._renewer: threading.Thread | None = None

    def problem(self) -> str:
        return self._problem

    def request(self, subject: str, tier: Tier) -> Allowance:
        return self._ask(
            lambda: self._shared_request(subject, tier), lambda: self._alone.request(subject, tier)
        )

    def stranger(self, address: str | None) -> Allowance:
        return self.request(f"address:{address}", self._strangers)

    def upload(self, subject: str, tier: Tier, size: int, *, whole: bool = True) -> None:
        allowed = tier.upload_bytes_per_minute
        arguments = [allowed / WINDOW_S, size, allowed, int(whole), DEBT_LIFE_S]

        def shared() -> float | None:
            debt = self._add_debt(keys=[_key("debt", subject)], args=arguments)
            return None if debt is None else float(debt)

        def alone() -> None:
            self._alone.upload(subject, tier, size, whole=whole)

        debt = self._ask(shared, alone)
        if debt is not None and (refusal := too_much(size, tier, debt, whole=whole)):
            raise refusal

    def give_back(self, subject: str, size: int) -> None:
        self._ask(
            lambda: self._less_debt(keys=[_key("debt", subject)], args=[size]),
            lambda: self._alone.give_back(subject, size),
        )

    def websocket(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        key = _key("websockets", subject)
        return self._hold(key, tier.websockets, lambda: self._alone.websocket(subject, tier))

    def stream(self, subject: str, tier: Tier) -> AbstractContextManager[bool]:
        return self._hold(_key("streams", subject), tier.streams, lambda: self._alone.stream(subject, tier))

    def _shared_request(self, subject: str, tier: Tier) -> Allowance:
        from limits import RateLimitItemPerMinute

        item = RateLimitItemPerMinute(tier.requests_per_minute, namespace=NAMESPACE)
        passed = self._window.hit(item, subject)
        stats = self._window.get_window_stats(item, subject)
        now = time.time()
        return Allowance(
            limit=tier.requests_per_minute,
            remaining=stats.remaining,
            reset=math.ceil(now + WINDOW_S),  # no earlier than the newest request's minute is over
            exceeded=not passed,
            retry_after=0 if passed else max(1, math.ceil(stats.reset_time - now)),
        )

    @contextmanager
    def _hold(self, key: str, most: int, alone: Callable[[], AbstractContextManager[bool]]) -> Iterator[bool]:
        token = secrets.token_hex(8)
        free = self._ask(lambda: bool(self._take(keys=[key], args=[token, most, LEASE_S])), lambda: None)
        if free is None:
            with alone() as held:
                yield held
            return
        if free:
            self._keep(token, key)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    del self._held[token]
                self._ask(lambda: self._release(key, token), lambda: None)

    def _keep(self, token: str, key: str) -> None:
        """Renew a place until it is released."""
        with self._lock:
            self._held[token] = key
            if self._renewer is None:
                self._renewer = threading.Thread(target=self._renew_all, name="limits", daemon=True)
                self._renewer.start()

    def _renew_all(self) -> None:
        while True:
            time.sleep(LEASE_S / 3)
            with self._lock:
                held = list(self._held.items())
            for token, key in held:
                self._ask(lambda: self._renew(keys=[key], args=[token, LEASE_S]), lambda: None)  # noqa: B023 - called at once
                with self._lock:
                    over = token not in self._held
                if over:  # released while it was renewed
                    self._ask(lambda: self._release(key, token), lambda: None)  # noqa: B023 - called at once

    def _ask(self, shared: Callable[[], T], alone: Callable[[], T]) -> T:
        """What Redis says, or this process while Redis does not answer."""
        if time.monotonic() < self._again_at:
            return alone()
        try:
            answer = shared()
        except self._failures as error:
            self._again_at = time.monotonic() + AGAIN_S
            if not self._problem:
                log.warning("rate limits are counted by this server alone: %s", error)
            self._problem = f"Redis does not answer ({type(error).__name__})"
            return alone()
        if self._problem:
            log.info("rate limits are shared again")
            self._problem = ""
        return answer


def _key(kind: str, subject: str) -> str:
    return f"{NAMESPACE}:{kind}:{subject}"


def _without_password(url: str) -> str:
    return url.split("@")[-1]
