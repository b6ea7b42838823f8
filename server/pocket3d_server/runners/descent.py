"""Finds and kills all that runners have started, also what has cut itself loose.

A runner leads a process group, and its descendants can be followed from parent to child. A program that forks
twice and calls ``setsid`` escapes both; but it has inherited the environment, and there each runner bears a
mark. By its mark a runner's offspring is found when the runner is killed; and when the server itself is killed,
by its ``Guardian``, or at the latest by the next server on the same data.

``python -m pocket3d_server.runners.descent DATA_DIR SERVER`` is the guardian's process.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

log = logging.getLogger(__name__)

VARIABLE = "POCKET3D_RUNNER"
"""In the environment of runners and all that they start: data folder, server and runner."""
AT_ONCE_S = 0.3
"""Whoever kills a runner waits this long for its offspring to be gone; a thread of its own goes on."""
PATIENCE_S = 10.0


class Family:
    """All runners of one server, and what they start."""

    def __init__(self, data_dir: Path, server: str = "") -> None:
        # Not the path itself: a mark must be no beginning of another folder's, and blanks part it.
        self._everyone = f"{hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:32]} "
        self._ours = f"{self._everyone}{server or secrets.token_hex(6)} "
        self._guardian: subprocess.Popen[bytes] | None = None
        self._arguments = [str(data_dir.resolve()), self._ours.split()[-1]]

    def new_mark(self) -> str:
        """For one more runner."""
        return self._ours + secrets.token_hex(6)

    def guard(self) -> None:
        """See to it that a process is there that ends all of us when this one is gone, however it ends."""
        if self._guardian is None or self._guardian.poll() is not None:
            command = [sys.executable, "-m", "pocket3d_server.runners.descent", *self._arguments]
            self._guardian = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                start_new_session=os.name == "posix",  # no signal from a terminal or a parent reaches it
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )

    def dismiss_guardian(self) -> None:
        """All runners are gone, and no more will come."""
        if self._guardian:
            self._guardian.kill()
            self._guardian.wait()
            if self._guardian.stdin:
                self._guardian.stdin.close()
            self._guardian = None

    def kill_left_behind(self) -> int:
        """Kill what servers before this one have left on the same data; returns how many processes."""
        return _hunt(
            lambda mark: mark.startswith(self._everyone) and not mark.startswith(self._ours), PATIENCE_S
        )

    def kill_all(self) -> int:
        """Kill all runners and what they have started; returns how many processes."""
        return _hunt(lambda mark: mark.startswith(self._ours), PATIENCE_S)


def kill_tree(runner: subprocess.Popen[bytes], mark: str) -> None:
    """Kill a runner and everything that it has started."""
    descendants: list[psutil.Process] = []
    if runner.poll() is None:
        with contextlib.suppress(psutil.Error):
            # Before it dies, for orphans forget their parent.
            descendants = psutil.Process(runner.pid).children(recursive=True)
    if os.name == "posix":  # it leads its own group, which outlives it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(runner.pid, signal.SIGKILL)
    runner.kill()
    _kill(descendants)
    if _hunt(lambda found: found == mark, AT_ONCE_S, patient=True) < 0:
        threading.Thread(
            target=_hunt, args=(lambda found: found == mark, PATIENCE_S), name="hunt", daemon=True
        ).start()


def _hunt(wanted: Callable[[str], bool], seconds: float, *, patient: bool = False) -> int:
    """Kill marked processes until none is left, for they may fork while we look; returns how many there were.

    When some are left after so many seconds, logs it, or returns -1 where the caller is ``patient``.
    """
    killed: set[int] = set()
    end = time.monotonic() + seconds
    while found := _marked(wanted):
        _kill(found)
        killed |= {process.pid for process in found}
        if time.monotonic() > end:
            if patient:
                return -1
            log.error("what runners started could not be killed: %s", sorted(p.pid for p in found))
            break
        time.sleep(0.005)
    return len(killed)


def _marked(wanted: Callable[[str], bool]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        # Others' processes cannot be asked, and zombies have no environment any more.
        with contextlib.suppress(psutil.Error, OSError):
            mark = process.environ().get(VARIABLE)
            if mark and wanted(mark):
                found.append(process)
    return found


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def main(data_dir: str, server: str) -> None:
    """The guardian: waits until the server's end of stdin closes, then kills all of its runners."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.stdin.buffer.read()
    Family(Path(data_dir), server).kill_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
