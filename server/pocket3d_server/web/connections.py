"""Connections: how many one address may hold, and bytes that come before a deadline or not at all."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from typing import Any

from cheroot.makefile import MakeFile, StreamReader
from cheroot.server import HTTPConnection

from pocket3d_server.web.malformed import Request

OWN = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
"""Addresses of this machine, and of a proxy on it; they may hold any number of connections."""


class Doorkeeper:
    """Counts the open connections of each address. ``most``: that one may hold; 0 means any number."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, address: str) -> bool:
        """Count a new connection, unless its address holds as many as it may."""
        with self._lock:
            free = not self.most or address in OWN or self._open[address] < self.most
            if free:
                self._open[address] += 1
            return free

    def leave(self, address: str) -> None:
        """A connection that was counted is closed."""
        with self._lock:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


class Source(socket.SocketIO):
    """What comes on a connection. Raises TimeoutError after ``deadline`` (of ``time.monotonic``), where one is set,
    however often something comes before."""

    deadline: float | None = None

    def readinto(self, buffer: Any) -> int | None:
        """As of any socket."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)  # type: ignore[attr-defined]
        return super().readinto(buffer)


class Reader(StreamReader):
    """cheroot's reader of a connection, over a ``Source``."""

    def __init__(self, sock: socket.socket, mode: Any, bufsize: int) -> None:
        super(StreamReader, self).__init__(Source(sock, mode), bufsize)
        self.bytes_read = 0


class Connection(HTTPConnection):
    """cheroot's connection with our requests, counted by its address while it is open."""

    RequestHandlerClass = Request
    remote_addr = ""

    def __init__(self, server: Any, sock: socket.socket, makefile: Any) -> None:
        super().__init__(server, sock, _make_file)
        self.is_new = True
        """Nothing has come yet, and it has not been counted."""
        self._counted = False

    def enter(self) -> bool:
        """Count it; False after refusing it, when its address holds too many."""
        self.is_new = False
        self._counted = self.server.doorkeeper.enter(self.remote_addr)
        if not self._counted:
            request = Request(self.server, self)
            request.lingers = False  # whoever asks accepts connections, and does not wait
            most = self.server.doorkeeper.most
            request.simple_response(
                "429 Too Many Requests", f"{most} connections are open from this address."
            )
            self.close()
        return self._counted

    def is_silent(self) -> bool:
        """Whether nothing has come yet on a new connection."""
        self.socket.settimeout(0)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.socket.settimeout(self.server.timeout)
        return False

    def close(self) -> None:
        """Close the socket."""
        super().close()
        counted, self._counted = self._counted, False
        if counted:
            self.server.doorkeeper.leave(self.remote_addr)


def _make_file(sock: socket.socket, mode: str = "r", bufsize: int = -1) -> Any:
    return Reader(sock, mode, bufsize) if "r" in mode else MakeFile(sock, mode, bufsize)
