"""The web server's threads: one for each request, event stream and WebSocket, and always a few to spare."""

from __future__ import annotations

import threading
from typing import Any

from cheroot.workers.threadpool import ThreadPool

LEAST = 24
MOST = 4000
"""Further connections wait in line. Limits of accounts keep the number far below."""
SPARE = 8
"""Threads that are free after a connection has been handed to one. cheroot's count of idle threads is an estimate
while threads take up work; this many more than it makes up for that."""


class ElasticPool(ThreadPool):
    """cheroot's pool, which grows the moment a connection comes in and shrinks when streams have closed."""

    def __init__(self, server: Any) -> None:
        super().__init__(server, min=LEAST, max=MOST)
        self._growing = threading.Lock()

    def put(self, connection: Any) -> None:
        """Hand a connection to a thread; there is one at once."""
        super().put(connection)
        self.grow_if_busy()

    def grow_if_busy(self) -> None:
        """Add threads when few are free."""
        missing = SPARE - (self.idle - self.qsize)
        if missing > 0:
            self.grow(missing)

    def grow(self, amount: int) -> None:
        """Start threads (not above ``max``), without waiting until they run."""
        with self._growing:
            pool: Any = self  # its stubs leave out what is private
            pool._clear_dead_threads()
            room = self.max - len(pool._threads)
            pool._threads.extend(pool._spawn_worker() for _ in range(min(amount, room)))

    def tidy(self) -> None:
        """Now and then: give back half of the threads that are free beyond the least, so that a short lull
        costs little."""
        self.grow_if_busy()
        with self._growing:
            surplus = self.idle - self.qsize - LEAST
            if surplus > 0:
                self.shrink((surplus + 1) // 2)
