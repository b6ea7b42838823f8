"""A real receiver of webhooks on a real socket, which does as it is told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from live import wait_until
from standardwebhooks import Webhook


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def verify(self, secret: str | bytes) -> Any:
        """The body, if its signature is good; as a user would do it."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """``answer`` decides each request's status and headers."""

    url: str
    requests: list[Received]
    answer: Callable[[Received], tuple[int, dict[str, str]]]
    released: threading.Event
    """Lets go of requests that ``hang``."""

    def wait(self, count: int, timeout: float = 20) -> list[Received]:
        """The requests when there are so many."""
        wait_until(lambda: len(self.requests) >= count, timeout)
        return self.requests

    def always(self, status: int, **headers: str) -> None:
        """Answer all requests from now on with this status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda _: (status, named)

    def hang(self) -> None:
        """Answer nothing until ``released``."""

        def answer(_: Received) -> tuple[int, dict[str, str]]:
            self.released.wait(60)
            return 200, {}

        self.answer = answer


CERTIFICATE = Path(__file__).with_suffix(".pem")
"""For hook.example.org, signed by itself, valid until 2126; with its key."""


@contextmanager
def receiver(*, tls: bool = False) -> Iterator[Receiver]:
    """A receiver that answers 200 until it is told otherwise; ``tls`` makes it hook.example.org."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.path, headers, body)
            made.requests.append(request)
            status, more = made.answer(request)
            try:
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:  # the sender has not waited
                pass

        def do_GET(self) -> None:
            made.requests.append(Received(self.path, {}, b""))
            self.send_error(405)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    base = (
        f"https://hook.example.org:{server.server_port}" if tls else f"http://127.0.0.1:{server.server_port}"
    )
    made = Receiver(f"{base}/hook", [], lambda _: (200, {}), threading.Event())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def raw_receiver(speak: Callable[[Any], None]) -> Iterator[str]:
    """A server that treats each connection's socket with ``speak``; gives its URL."""
    import socket

    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                speak(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def trickle(connection: Any) -> None:
    """Answer one byte at a time, without an end."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)
