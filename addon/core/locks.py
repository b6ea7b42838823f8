"""Which Blender a job belongs to: several share one folder, and each holds a lock of the system while it lives.

A lock ends with its process, however that ends; so a job whose owner's lock is free can be taken over, and
nothing has to be guessed from process ids or times.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

SUFFIX = ".lock"
ADOPTING = "adopting"
"""Name of the lock under which jobs are taken over, so that exactly one Blender does."""
ARRIVAL = 2.0
"""Seconds within which a session's own lock must be had."""


class Lock:
    """A file that one holder at a time has locked. It is released with the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Take it if it is free; says whether it is held now. Never waits."""
        if self._file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file = self.path.open("ab")
            try:
                _lock(file)
            except OSError:
                file.close()
                return False
            if _still_at(file, self.path):
                self._file = file
                return True
            file.close()  # somebody removed it between opening and locking

    def release(self, remove: bool = False) -> None:
        """Give it back, and remove the file if nobody will want it again."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            if remove:
                self.path.unlink()
        self._file.close()
        self._file = None
        with contextlib.suppress(OSError):
            if remove and os.name == "nt":
                self.path.unlink()


class Owners:
    """The locks of all Blenders that share a folder, and this one's own."""

    def __init__(self, folder: Path) -> None:
        self.me = uuid.uuid4().hex
        """This session's name; another one after a restart."""
        self._folder = folder
        self._mine = Lock(self._path(self.me))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{SUFFIX}"

    def arrive(self) -> None:
        """Show that this session lives. Raises OSError when the folder cannot be used."""
        end = time.monotonic() + ARRIVAL
        while not self._mine.take():  # another Blender is just trying whether it is free
            if time.monotonic() > end:
                raise OSError(f"{self._mine.path} cannot be locked")
            time.sleep(0.01)

    def leave(self) -> None:
        """Let the others have what is unfinished."""
        self._mine.release(remove=True)

    @contextlib.contextmanager
    def adopting(self) -> Iterator[bool]:
        """Alone among all Blenders while inside; False when another one is at it just now."""
        lock = Lock(self._path(ADOPTING))
        taken = lock.take()
        try:
            yield taken
        finally:
            lock.release()

    def gone(self, name: str) -> bool:
        """Whether the session of that name has ended."""
        if name == self.me:
            return False
        if not self._path(name).exists():
            return True
        lock = Lock(self._path(name))
        if not lock.take():
            return False
        lock.release(remove=True)
        return True

    def tidy(self) -> None:
        """Remove the lock files of sessions that were killed."""
        for name in [p.stem for p in self._folder.glob(f"*{SUFFIX}")]:
            if name != ADOPTING:
                self.gone(name)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _still_at(file: IO[bytes], path: Path) -> bool:
        return True  # nobody can remove a file that is open

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _still_at(file: IO[bytes], path: Path) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), path.stat())
        except OSError:
            return False
