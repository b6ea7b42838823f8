"""The server's end of its link to a Ray cluster: a process that is part of the cluster in the server's place.

Ray ends a process that has joined it when the cluster's head is lost, without a word and whatever else that process
does; some calls hang for a minute before. So the server itself never joins. It starts a process that does
(``ray_member``), tells it what to do, and hears from it. Whatever becomes of the cluster, the server goes on, and
starts the next one.

The process ends with the server: its stdin does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from pocket3d_server import logs
from pocket3d_server.config import SettingsError
from pocket3d_server.runners.fleet import Heard, NodeFacts, Snapshot

log = logging.getLogger(__name__)

JOIN_S = 60.0
"""Joining takes a second or two."""
LEAVE_S = 5.0


@dataclass(frozen=True)
class Joined:
    """The process is part of the cluster."""


@dataclass(frozen=True)
class Nodes:
    """All nodes that are alive and have something to compute on, by id; told every second."""

    there: dict[str, NodeFacts]


@dataclass(frozen=True)
class Answered:
    """An actor's answer to ``hello`` or ``listen``; None: it could not be reached just now."""

    actor: str
    told: Snapshot | Heard | None


@dataclass(frozen=True)
class Lost:
    """An actor has ended, or never began."""

    actor: str
    why: str


@dataclass(frozen=True)
class NotSent:
    """An attempt did not reach its node."""

    actor: str
    key: str
    why: str


@dataclass(frozen=True)
class Fetched:
    """The files of an attempt are here, or not, and then it says why."""

    actor: str
    key: str
    paths: list[Path]
    why: str = ""


@dataclass(frozen=True)
class Closed:
    """All actors have ended."""


@dataclass(frozen=True)
class Over:
    """The process is part of the cluster no more, or never was; nothing comes after this."""

    why: str


Event = Joined | Nodes | Answered | Lost | NotSent | Fetched | Closed | Over


class Link:
    """One such process. Making it waits until it has joined; raises SettingsError when it cannot."""

    def __init__(self, address: str, namespace: str) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[tuple[object, ...] | None] = queue.SimpleQueue()
        command = [sys.executable, "-m", "pocket3d_server.runners.ray_member", address, namespace]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",  # it leaves when we say so, not at Ctrl+C
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        for work in (self._hear_all, self._tell_all, self._log_all):
            threading.Thread(target=work, name=f"link-{self.pid}", daemon=True).start()
        first = self.hear(JOIN_S)
        if not isinstance(first, Joined):
            self.close()
            why = first.why if isinstance(first, Over) else f"it has not answered for {JOIN_S:.0f} s"
            raise SettingsError(why)

    def tell(self, order: str, *arguments: object) -> None:
        """Have the process call that method of its ``Member``; never waits."""
        self._orders.put((order, *arguments))

    def hear(self, seconds: float) -> Event | None:
        """The next event; None when there is none in so many seconds."""
        with contextlib.suppress(queue.Empty):
            return self._events.get(timeout=seconds)
        return None

    @property
    def has_more(self) -> bool:
        """Whether something was said that nobody has heard yet."""
        return not self._events.empty()

    def close(self) -> None:
        """Part from the cluster, and wait until the process is gone."""
        self._orders.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE_S)
        self.kill()

    def kill(self) -> None:
        """End the process, which may hang, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._orders.put(None)

    def _hear_all(self) -> None:
        stream = self._process.stdout
        assert stream
        try:
            while True:
                self._events.put(pickle.load(stream))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            code = self._process.wait()
            self._events.put(Over(f"the link to it ended with exit code {code}"))

    def _log_all(self) -> None:
        """Log what the process does; what Ray itself prints is long, and for those who look for it."""
        stream = self._process.stderr
        assert stream
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                level, message, trace = logs.read_record(text)
                level = level if text.startswith(logs.RECORD_MARK) else logging.DEBUG
                log.log(level, "%s", message, extra={"origin": "ray", "traceback": trace})

    def _tell_all(self) -> None:
        stream = self._process.stdin
        assert stream
        with contextlib.suppress(OSError, ValueError), stream:
            while order := self._orders.get():
                pickle.dump(order, stream, pickle.HIGHEST_PROTOCOL)
                stream.flush()
