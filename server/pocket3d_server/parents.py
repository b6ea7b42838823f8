"""The processes that a server lives for: it ends when the last of them has ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

import psutil

log = logging.getLogger(__name__)


class Parents:
    """A set of processes. A set that was empty from the start never counts as gone: nobody is waited for."""

    def __init__(self, pids: Iterable[int] = ()) -> None:
        self._lock = threading.Lock()
        self._processes: dict[int, psutil.Process] = {}
        self._wanted = False
        for pid in pids:
            self._wanted = True
            try:
                self._processes[pid] = psutil.Process(pid)
            except psutil.NoSuchProcess:
                log.warning("parent process %d does not exist", pid)

    def add(self, pid: int) -> bool:
        """One more process to live for; False when the last one has ended, so that the server is about to end.

        Without parents from the start nothing is added. Raises ProcessLookupError when there is no such process.
        """
        try:
            process = psutil.Process(pid)
        except (psutil.NoSuchProcess, ValueError, OverflowError) as error:
            raise ProcessLookupError(f"there is no process {pid}") from error
        with self._lock:
            if self._gone():
                return False
            if self._wanted:
                self._processes[pid] = process
                log.info("process %d is one more parent", pid)
        return True

    def pids(self) -> list[int]:
        """Those that still run."""
        with self._lock:
            return sorted(pid for pid, process in self._processes.items() if _runs(process))

    def gone(self) -> bool:
        """Whether there were parents and all have ended. Once it is true it stays true."""
        with self._lock:
            return self._gone()

    def _gone(self) -> bool:
        return self._wanted and not any(_runs(process) for process in self._processes.values())


def _runs(process: psutil.Process) -> bool:
    try:  # is_running compares start times too, so a reused pid is not taken for the parent
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
