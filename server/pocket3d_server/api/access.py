"""Around every request: its id, its line in the log, its place in the metrics.

A WSGI wrapper rather than Flask's hooks, because only it sees the end of a stream and what was really sent.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pocket3d_server import BASE_PATH, logs
from pocket3d_server.metrics import Metrics
from pocket3d_server.times import duration

log = logging.getLogger("pocket3d_server.http")

ENVIRON_KEY = "pocket3d.exchange"
UNKNOWN_ROUTE = "(unknown)"
"""Stands for all paths that are no route, so that nobody can fill the metrics with made-up ones."""
POLLED_ROUTES = frozenset(
    {
        "/healthz",
        "/healthz/live",
        "/metrics",
        f"{BASE_PATH}/system/health",
        f"{BASE_PATH}/jobs/<job_id>",
        f"{BASE_PATH}/mesh/status/<job_id>",
    }
)
"""Asked every few seconds by programs: reads that go well are logged at DEBUG."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Exchange:
    """One request and its answer, as the log tells of it. ``context`` fills in route and account."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.began = time.perf_counter()
        self.method: str = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        self.address: str = environ.get("REMOTE_ADDR", "")
        self.request_id = request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        self.route = UNKNOWN_ROUTE
        self.account_id = ""
        self.status = 0
        self.sent = 0
        """Bytes of the body."""
        self.stream = "websocket" if environ.get("HTTP_UPGRADE", "").lower() == "websocket" else ""


def request_id(wanted: str) -> str:
    """The id that the client gave its request if it is short and harmless, else a new one."""
    return wanted if SANE_ID.fullmatch(wanted) else f"req_{secrets.token_hex(8)}"


class AccessLog:
    """Wraps a WSGI application."""

    def __init__(self, app: Callable[..., Iterable[bytes]], metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        exchange = environ[ENVIRON_KEY] = Exchange(environ)
        tokens = logs.enter(exchange.request_id)
        if exchange.stream:
            self._metrics.open_streams.labels(exchange.stream).inc()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            exchange.status = int(status[:3])
            if not exchange.stream and _is_event_stream(headers):
                exchange.stream = "events"
                self._metrics.open_streams.labels("events").inc()
            return start_response(status, headers, exc_info)

        def end() -> None:
            self._end(exchange)
            logs.leave(tokens)

        try:
            body = self._app(environ, start)
        except BaseException:
            end()
            raise
        socket = environ.get("werkzeug.socket")
        if socket is not None and getattr(socket, "used", False):
            exchange.status = 101
        return _Counted(body, exchange, end)

    def _end(self, exchange: Exchange) -> None:
        if exchange.stream:
            self._metrics.open_streams.labels(exchange.stream).dec()
        seconds = time.perf_counter() - exchange.began
        method = exchange.method if exchange.method in METHODS else "OTHER"
        self._metrics.request(method, exchange.route, exchange.status, seconds, stream=bool(exchange.stream))
        polled = exchange.route in POLLED_ROUTES and exchange.method == "GET" and exchange.status < 400
        level = logging.DEBUG if polled else logging.INFO
        if not log.isEnabledFor(level):
            return
        ms = round(seconds * 1000, 1)
        who = exchange.account_id or exchange.address
        fields = {
            "method": exchange.method,
            "route": exchange.route,
            "path": exchange.path,
            "status": exchange.status,
            "ms": ms,
            "bytes": exchange.sent,
            "account" if exchange.account_id else "address": who,
        }
        took = f"{ms:g} ms" if seconds < 10 else duration(seconds)
        log.log(
            level,
            "%s %s %d, %s in %s, %s",
            exchange.method,
            exchange.path[:300],
            exchange.status,
            _size(exchange.sent),
            took,
            who,
            extra={"fields": fields},
        )


class _Counted:
    """A response's body that counts what is taken of it, and tells when it has been closed."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange, end: Callable[[], None]) -> None:
        self._body = body
        self._exchange = exchange
        self._end = end

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._exchange.sent += len(chunk)
            yield chunk

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._end()


def _is_event_stream(headers: list[tuple[str, str]]) -> bool:
    return any(n.lower() == "content-type" and v.startswith("text/event-stream") for n, v in headers)


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
