"""Serves the application: cheroot's threads on every system, WebSockets on their connection's own socket.

One server for every platform, rather than gunicorn here and cheroot there: it is pure Python, runs on
Windows, streams, takes large uploads, and is what everybody then tests.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cheroot import wsgi

from pocket3d_server.accounts.limits import Limiter
from pocket3d_server.accounts.private_files import write_private
from pocket3d_server.api.context import EXTENSION, HANDSHAKE_HEADERS
from pocket3d_server.app import create_app, identity
from pocket3d_server.config import Settings, SettingsError
from pocket3d_server.locks import try_lock
from pocket3d_server.services import Services
from pocket3d_server.times import duration
from pocket3d_server.web import incoming
from pocket3d_server.web.connections import Connection, Doorkeeper, most_connections
from pocket3d_server.web.forwarded import Proxies
from pocket3d_server.web.malformed import MAX_HEAD
from pocket3d_server.web.threads import ElasticPool

log = logging.getLogger(__name__)

SLOW_CLIENT_S = 10.0
"""A WebSocket whose buffer has been full for this long is closed."""
SEND_BUFFER = 256 * 1024
"""Bytes that the system keeps for a WebSocket whose client does not read."""
LOOK_S = 0.5
MOST_WAITING = 400
"""Connections that wait for a request without a thread, new ones and kept ones; on Windows no more than 512 can."""


class Gateway(wsgi.Gateway_10):
    """Hands simple-websocket the connection's socket, under the name by which it looks for Werkzeug's.

    After an upgrade the bytes on the connection are the WebSocket's; what Flask returns is dropped.
    """

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        """The WSGI environment, with the socket of a connection that asks for a WebSocket."""
        self.body = self.req.rfile = incoming.body_of(self.req)
        environ: dict[str, Any] = super().get_environ()
        self.req.server.proxies.correct(environ)
        self.upgraded = None
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            headers = environ[HANDSHAKE_HEADERS] = {}
            environ["werkzeug.socket"] = self.upgraded = _Upgraded(self.req.conn.socket, headers)
        return environ

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        """Drop the head of a response that follows a WebSocket."""
        if self._is_websocket():
            self.req.sent_headers = True
            self.req.close_connection = True
            self.req.chunked_write = False
            self.started_response = True
            return self.write
        if not self.body.rest_is_here():
            self.req.close_connection = True  # what is left of it is received after the answer
        return super().start_response(status, headers, exc_info)

    def respond(self) -> None:
        """Answer; then receive what is left of the body, or the client would lose the answer."""
        super().respond()
        if not self.body.complete and not self._is_websocket():
            if self.req.chunked_write:
                self.req.chunked_write = False
                self.req.conn.wfile.write(b"0\r\n\r\n")  # the end, which would come too late now
            self.body.drop(self.req.conn.socket)

    def write(self, chunk: bytes) -> None:
        """Drop the body of a response that follows a WebSocket."""
        if not self._is_websocket():
            super().write(chunk)

    def _is_websocket(self) -> bool:
        return self.upgraded is not None and self.upgraded.used


class _Upgraded:
    """A duplicate of the connection's socket, made when the WebSocket first speaks.

    simple-websocket closes its socket itself; cheroot keeps and closes its own. A client that does not read
    fills the connection's buffer; then sending fails, instead of waiting for ever.
    """

    def __init__(self, original: socket.socket, headers: dict[str, str]) -> None:
        self._original = original
        self._headers = headers
        """For the answer to the handshake, which simple-websocket writes without headers of ours."""
        self._socket: socket.socket | None = None
        self._sending = threading.Lock()
        self._reads = True

    @property
    def used(self) -> bool:
        return self._socket is not None

    def send(self, data: bytes) -> None:
        """All of ``data``; pings come from another thread. Raises TimeoutError when the client does not read."""
        if data.startswith(b"HTTP/1.1 101 "):
            ours = "".join(f"\r\n{name}: {value}" for name, value in self._headers.items())
            data = data.replace(b"\r\n\r\n", ours.encode("latin-1") + b"\r\n\r\n", 1)
        with self._sending:
            sock = self._own()
            if self._reads and not _is_writable(sock, SLOW_CLIENT_S):
                self._reads = False
                sock.settimeout(0)  # the close frame goes into what is left of the buffer, or nowhere
                raise TimeoutError("the client does not read")
            sock.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own(), name)

    def _own(self) -> socket.socket:
        if self._socket is None:
            self._socket = self._original.dup()
            self._socket.settimeout(SLOW_CLIENT_S)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        return self._socket


def _is_writable(sock: socket.socket, timeout: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        return bool(selector.select(timeout))


class HttpServer(wsgi.Server):
    """cheroot with our gateway and a pool that grows with open streams."""

    def __init__(self, settings: Settings, app: Any) -> None:
        super().__init__(
            (settings.host, settings.port),
            app,
            request_queue_size=1024,
            timeout=settings.read_timeout,
            shutdown_timeout=2,
            server_name="pocket3d",
        )
        self.gateway = Gateway
        self.limiter: Limiter = app.extensions[EXTENSION].limiter
        self.ConnectionClass = Connection
        self.proxies = Proxies(settings.trusted_proxies)
        self.doorkeeper = Doorkeeper(
            settings.connections_per_address, most_connections(), self.proxies.trusts
        )
        self.keep_alive_conn_limit = MOST_WAITING
        self.max_request_header_size = MAX_HEAD
        self.requests = ElasticPool(self)

    def process_conn(self, conn: Connection) -> None:
        """A new connection gets a thread when something comes on it, one that was kept has something."""
        if not conn.is_new:
            super().process_conn(conn)
        elif conn.enter():
            if conn.is_silent() and self.can_add_keepalive_connection:
                self.put_conn(conn)
            else:
                super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """cheroot's own messages go to our log."""
        log.log(level, msg, exc_info=traceback)


def serve(settings: Settings) -> None:
    """Run a server until it is told to stop. Raises SettingsError when it cannot start."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _only_server(settings.data_dir):
        services = Services(settings)
        server = HttpServer(settings, create_app(services))
        try:
            server.prepare()
        except OSError as error:
            raise SettingsError(_no_port(settings, error)) from error
        stop, at_once = threading.Event(), threading.Event()
        _stop_on_signals(stop, at_once)
        port = server.bind_addr[1]
        url = services.links.listening_at = f"http://{_url_host(settings.host)}:{port}"
        services.start()
        threading.Thread(target=server.serve, name="http", daemon=True).start()
        if settings.port_file:
            write_port_file(settings, port, url)
        others = "" if settings.is_loopback else "; others reach it by this machine's name, with a key"
        log.info(
            "Pocket3D serves %s (data in %s, token in %s)%s",
            url,
            settings.data_dir,
            settings.token_path,
            others,
        )
        try:
            while not stop.wait(LOOK_S) and not services.parents.gone():
                server.requests.tidy()
            if stop.is_set():
                _drain(services, at_once)
        finally:
            log.info("stopping")
            if settings.port_file:
                settings.port_file.unlink(missing_ok=True)
            services.stop()
            server.stop()
            services.database.close()


def write_port_file(settings: Settings, port: int, url: str) -> None:
    """Tell other programs of this user where the server is; written when it listens, removed when it ends."""
    assert settings.port_file
    content = identity() | {
        "pid": os.getpid(),
        "host": settings.host,
        "port": port,
        "url": url,
        "token_file": str(settings.token_path.absolute()),
    }
    write_private(settings.port_file, json.dumps(content, indent=2) + "\n")


def _no_port(settings: Settings, error: OSError) -> str:
    """Why the server cannot listen. cheroot keeps only the text of the system's error."""
    if os.strerror(errno.EADDRINUSE) in str(error) or "WinError 10048" in str(error):
        return f"port {settings.port} is in use by another program; stop it or choose another --port."
    return f"{settings.host}:{settings.port} cannot be listened on ({error}); choose another --port."


def _stop_on_signals(stop: threading.Event, at_once: threading.Event) -> None:
    """The first signal stops the server, the second does not wait for jobs, the third waits for nothing."""

    def stop_more(*_: Any) -> None:
        if at_once.is_set():
            os._exit(1)  # the runners see their stdin end, and the next server finds their jobs
        (at_once if stop.is_set() else stop).set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop_more)


def _drain(services: Services, at_once: threading.Event) -> None:
    """Take nothing new, and let what runs finish within the time that the settings give it."""
    seconds = services.settings.drain_time
    services.drain(seconds)
    deadline = time.monotonic() + seconds
    if seconds and (jobs := services.scheduler.running_jobs):
        log.info(
            "stopping when %s, or in %s; another signal (Ctrl+C) stops at once",
            "the running job is done" if len(jobs) == 1 else f"the {len(jobs)} running jobs are done",
            duration(seconds),
        )
    while services.scheduler.running_jobs and time.monotonic() < deadline:
        if at_once.wait(0.05):
            return


@contextmanager
def _only_server(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock; the system lets go of it however the process ends."""
    path = data_dir / "server.lock"
    with path.open("a+b") as file:
        if not try_lock(file):
            raise SettingsError(f"another server uses {data_dir}; stop it or choose another --data-dir.")
        yield


def _url_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
