"""Connections: how many one address may hold, and bytes that come before a deadline or not at all."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from cheroot.makefile import MakeFile, StreamReader
from cheroot.server import HTTPConnection

from pocket3d_server.web.malformed import Request

OWN = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
"""Addresses of this machine, and of a proxy on it; each may hold any number of connections."""
FILES = 16_384
"""Open files that the server asks the system for, if it has fewer; many systems give 1,024."""


class Doorkeeper:
    """Counts open connections, and refuses them before the system does, which would stop the server's accepting.

    ``most``: that one address may hold; 0 means any number. ``in_all``: that all may hold together. ``trusts``: whose
    address is a proxy's, which holds those of many.
    """

    def __init__(self, most: int, in_all: int, trusts: Callable[[str], bool] = lambda _: False) -> None:
        self._most = most
        self._in_all = in_all
        self._trusts = trusts
        self._open: Counter[str] = Counter()
        self._all = 0
        self._lock = threading.Lock()

    def enter(self, address: str) -> str:
        """Count a new connection; why not, if there are too many."""
        with self._lock:
            many = self._most and self._open[address] >= self._most
            if many and address not in OWN and not self._trusts(address):
                return f"{self._most} connections are open from this address."
            if self._all >= self._in_all:
                return f"{self._in_all} connections are open, as many as this server can hold."
            self._open[address] += 1
            self._all += 1
            return ""

    def leave(self, address: str) -> None:
        """A connection that was counted is closed."""
        with self._lock:
            self._open[address] -= 1
            self._all -= 1
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
        """Count it; False after refusing it, when too many are open."""
        self.is_new = False
        why_not = self.server.doorkeeper.enter(self.remote_addr)
        self._counted = not why_not
        if why_not:
            request = Request(self.server, self)
            request.lingers = False  # whoever asks accepts connections, and does not wait
            request.simple_response("429 Too Many Requests", why_not)
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


def most_connections() -> int:
    """As many as this process can hold; asks the system for more before. A WebSocket takes two files, and the
    database, runners and their pipes need the rest."""
    if sys.platform == "win32":
        return FILES // 2
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return (FILES if soft == resource.RLIM_INFINITY else soft) // 2


def _make_file(sock: socket.socket, mode: str = "r", bufsize: int = -1) -> Any:
    return Reader(sock, mode, bufsize) if "r" in mode else MakeFile(sock, mode, bufsize)
