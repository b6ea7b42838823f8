"""Has uploaded files looked at in processes of their own, so that none can hurt the server.

The server never opens what users send. It gives an inspector process the path and reads one line of answer.
An inspector that crashes, hangs or takes too much memory is killed, and its file refused. Inspectors start when
they are first needed, stay warm, and end when idle.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.geometry.found import Found
from pocket3d_server.runners import printed

log = logging.getLogger(__name__)

TIME_LIMIT_S = 20.0
MEMORY_LIMIT = 2 * 1024**3
"""Of an inspector. An image of the most pixels that are allowed takes up to 0.8 GB while it is decoded."""
IDLE_S = 120.0
PROCESSES = 4
"""Files that are looked at together: one slow file must not hold up the others."""
LOOK_S = 0.1
LONGEST_ANSWER = 65_536


class Inspector:
    """Looks at files; may be used from any thread."""

    def __init__(
        self,
        max_pixels: int,
        time_limit: float = TIME_LIMIT_S,
        memory: int = MEMORY_LIMIT,
        idle: float = IDLE_S,
    ) -> None:
        self._max_pixels = max_pixels
        self._limits = (memory, time_limit, idle)
        self._free: list[_Process] = []
        self._all: set[_Process] = set()
        self._places = threading.BoundedSemaphore(PROCESSES)
        self._lock = threading.Lock()
        self._closed = False

    def inspect(self, path: Path, name: str, image_only: bool = False) -> Found:
        """What a file is; ``name`` is for messages. Raises Refusal."""
        _, time_limit, _ = self._limits
        if not self._places.acquire(timeout=time_limit):
            raise Refusal(
                ErrorCode.QUEUE_FULL,
                "Many files are being checked at this moment.",
                "Send yours again in a moment.",
                retry_after=10,
            )
        try:
            answer = self._ask({"path": str(path), "max_pixels": self._max_pixels, "image_only": image_only})
        except _Lost as lost:
            log.warning("the inspector was lost over %s: %s", path.name, lost)
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"{name} could not be checked: {lost}.",
                "Save or export it again, smaller or in another format.",
            ) from lost
        finally:
            self._places.release()
        if "refused" in answer:
            reason, suggestion = answer["refused"]
            raise Refusal(ErrorCode.INVALID_INPUT, f"{name} {reason}.", suggestion)
        return Found(**answer["found"])

    def close(self) -> None:
        """Kill all inspectors; files that are being looked at are refused."""
        with self._lock:
            self._closed = True
            processes = list(self._all)
        for process in processes:
            process.end()

    def pids(self) -> list[int]:
        """Of the inspectors that run."""
        with self._lock:
            return [process.pid for process in self._all if process.alive]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._take()
        if process is not None:
            try:
                return self._finish(process, request)
            except _EndedAloneError:
                pass  # idle for long, perhaps just now: a fresh one tells whether it is the file
        return self._finish(self._start(), request)

    def _take(self) -> _Process | None:
        """One that is warm."""
        with self._lock:
            while self._free:
                process = self._free.pop()
                if process.alive:
                    return process
                self._forget(process)
        return None

    def _start(self) -> _Process:
        process = _Process(*self._limits)
        with self._lock:
            self._all.add(process)
            if not self._closed:
                return process
        process.end()
        raise _Lost("the server stops")

    def _finish(self, process: _Process, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = process.ask(request)
        except BaseException:
            process.end()
            with self._lock:
                self._forget(process)
            raise
        with self._lock:
            self._free.append(process)
        return answer

    def _forget(self, process: _Process) -> None:
        self._all.discard(process)
        process.end()


class _Lost(Exception):  # noqa: N818
    """The inspector gave no answer; the message says why."""


class _EndedAloneError(_Lost):
    """It ended without being killed by us."""


class _Process:
    """One inspector process."""

    def __init__(self, memory: int, time_limit: float, idle: float) -> None:
        self._memory = memory
        self._time_limit = time_limit
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pocket3d_server.runners.inspector_child"),
                *(str(memory), str(time_limit), str(idle)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        log.info("inspector %d started", self.pid)
        lines = (self._process.stderr, "inspector", self.pid, lambda: None)
        threading.Thread(target=printed.pass_on, args=lines, name=f"printed-{self.pid}", daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request. Raises _Lost."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        answered = threading.Event()
        killed: list[str] = []
        watch = threading.Thread(target=self._watch, args=(answered, killed.append), daemon=True)
        watch.start()
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            line = stdout.readline(LONGEST_ANSWER)
        except OSError:
            line = b""
        finally:
            answered.set()
        if line.endswith(b"\n"):
            return dict(json.loads(line))
        watch.join()
        if killed:
            raise _Lost(killed[0])
        raise _EndedAloneError("the program that checks files crashed over it")

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # its other end is gone
                    pipe.close()

    def _watch(self, answered: threading.Event, killed: Callable[[str], None]) -> None:
        """Kill it when it takes too long or too much; not every system can do the latter by itself."""
        deadline = time.monotonic() + self._time_limit
        while not answered.wait(LOOK_S):
            reason = ""
            if time.monotonic() > deadline:
                reason = f"that took longer than {self._time_limit:.0f} s"
            elif self._size() > self._memory:
                reason = f"that took more than {self._memory / 1024**3:.0f} GB of memory"
            if reason:
                killed(reason)
                self._process.kill()
                return

    def _size(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0
