"""Processes and locks, with the standard library alone: Blender brings no psutil."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..locks import Lock

NEW_GROUP: dict[str, Any] = (
    {"creationflags": 0x08000000 | 0x00000200}  # CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else {"start_new_session": True}
)
"""Options for ``Popen`` of what may have to be ended together with its children."""
HIDDEN: dict[str, Any] = {"creationflags": 0x08000000} if sys.platform == "win32" else {}
"""Options for ``Popen`` so that no console appears."""


def alive(pid: int) -> bool:
    """Whether a process runs."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == 259  # STILL_ACTIVE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and only its parent does not know yet; Linux says so."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def end_tree(process: subprocess.Popen[Any]) -> None:
    """End a process that was started with NEW_GROUP, and its children, at once."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        taskkill = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        quiet: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with suppress(OSError):
            subprocess.Popen(taskkill, **quiet, **HIDDEN)  # not waited for: this is the main thread
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def ask_to_end(pid: int, hard: bool = False) -> None:
    """Tell a process that is not our child to end; ``hard``: without asking it."""
    with suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM) if hard else signal.SIGTERM)


@contextmanager
def exclusive(path: Path, busy: str, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock between processes; the system gives it back even when a process is killed.

    Raises UserError(``busy``) when another process still holds it after ``patience`` seconds.
    """
    lock = Lock(path)
    end = time.monotonic() + patience
    while not lock.take():
        if time.monotonic() >= end:
            raise UserError(busy, code="BUSY")
        time.sleep(0.1)
    try:
        yield
    finally:
        lock.release()


def held(path: Path) -> bool:
    """Whether a process, this one too, holds the lock right now."""
    lock = Lock(path)
    if not path.exists():
        return False
    free = lock.take()
    lock.release()
    return not free
