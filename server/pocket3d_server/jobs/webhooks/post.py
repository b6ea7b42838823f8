"""One POST to an address that has been checked: no redirects, no proxies, and an end after so many seconds."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pocket3d_server import tls
from pocket3d_server.jobs.webhooks.addresses import PORTS, resolve


@dataclass(frozen=True)
class Answer:
    """What the receiver said. Its body is never read."""

    status: int
    retry_after: float | None
    """Seconds that it asks to be left alone for."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, allow_private: bool) -> Answer:
    """Send ``body`` and wait for the status; all together takes at most ``timeout`` seconds after the host's
    name has been resolved. Raises AddressError, OSError (timeouts and TLS errors are among these) and
    http.client.HTTPException."""
    addresses = resolve(url, allow_private=allow_private)
    parts = urlsplit(url)
    connection = _Connection(url, addresses, timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers) | {"Connection": "close"})
        answer = connection.getresponse()
        return Answer(answer.status, _seconds(answer.headers.get("Retry-After")))
    finally:
        connection.close()


class _Connection(http.client.HTTPConnection):
    """Connects to given addresses, whatever the host's name resolves to now."""

    def __init__(self, url: str, addresses: list[str], timeout: float) -> None:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        super().__init__(parts.hostname or "", port)
        self.default_port = PORTS[parts.scheme]
        self._tls = parts.scheme == "https"
        self._addresses = addresses
        self._deadline = time.monotonic() + timeout

    def connect(self) -> None:
        """To the first address that answers."""
        sock = self._first()
        try:
            if self._tls:
                sock.settimeout(_left(self._deadline))
                sock = tls.context().wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise
        self.sock = _Timed(sock, self._deadline)

    def _first(self) -> socket.socket:
        for index, address in enumerate(self._addresses):
            try:
                return socket.create_connection((address, self.port), _left(self._deadline))
            except OSError:
                if index == len(self._addresses) - 1:
                    raise
        raise OSError("the host has no address")


class _Timed:
    """A socket with one deadline for all that is sent and read, so that nobody trickles bytes for ever."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_left(self._deadline))
        self._socket.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._socket, self._deadline))

    def close(self) -> None:
        self._socket.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._socket.settimeout(_left(self._deadline))
        return self._socket.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _seconds(text: str | None) -> float | None:
    """A Retry-After: seconds or a date."""
    if text is None:
        return None
    if text.strip().isdecimal() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
