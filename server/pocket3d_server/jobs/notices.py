"""What servers on one PostgreSQL tell each other at once: that a job has an event, or was deleted.

A message goes out with the commit of what it tells of (``Database.tell``). Nothing depends on it: every server also
looks at the tables now and then, so one that misses messages, because its connection was lost, is only later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from pocket3d_server.database import CHANNEL, Database

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How soon the thread sees that it is to end."""
AGAIN_S = 2.0
"""Pause before a lost connection is made again."""


class Notices:
    """A thread that hears what other servers tell; on SQLite there are none, and it does nothing."""

    def __init__(self, database: Database, hear: Callable[[str, str], None]) -> None:
        """``hear`` is called with a job's id and the event's kind; it must be quick."""
        self._database = database
        self._hear = hear
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if not self._database.is_sqlite:
            self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:
                log.warning("other servers are not heard now: %s", str(error).strip())
                self._stopping.wait(AGAIN_S)

    def _listen(self) -> None:
        pooled = self._database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()  # the pool is for those who give back
        with connection:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=LOOK_S):
                    sender, job_id, kind = notice.payload.split()
                    if sender != self._database.name:
                        self._hear(job_id, kind)
