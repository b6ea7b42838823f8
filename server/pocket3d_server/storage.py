"""Where files are kept: the data folder, or a bucket that fsspec can reach, by URL.

Both hold files under relative paths with slashes, e.g. ``outputs/mesh_1f….glb``. The data folder is the default
and copies nothing: what a runner writes is there at once. A bucket (``s3://name/prefix``, or ``file:///folder``
for another disk) is filled and read by copying; its credentials come from the environment, as fsspec's drivers
read them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

BLOCK = 5 * 1024 * 1024
"""Bytes that are sent to a bucket, or asked of it, at once; S3 takes no smaller parts."""
COPY = 1024 * 1024


class StorageError(Exception):
    """The storage cannot be reached or refuses; another try may help."""


@dataclass(frozen=True)
class Entry:
    """A file in the storage."""

    path: str
    modified: float
    """Epoch seconds."""


class Storage(ABC):
    """Files under relative paths. Every method may raise OSError, or StorageError when a bucket is out of reach."""

    url: str
    """Empty for the data folder."""

    @abstractmethod
    def put(self, source: Path, path: str) -> None:
        """Give a local file its place; ``source`` is gone afterwards."""

    @abstractmethod
    def fetch(self, path: str, target: Path) -> None:
        """Copy a file to a local place. Raises FileNotFoundError."""

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """A file for reading and seeking. Raises FileNotFoundError."""

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether there is a file."""

    @abstractmethod
    def delete(self, path: str) -> None:
        """Remove a file, or a folder with all in it; one that is gone already is no error."""

    @abstractmethod
    def entries(self, folder: str) -> Iterator[Entry]:
        """All files in and below a folder."""


def no_room(error: OSError) -> bool:
    """Whether an error of a file says that the disk, or what one may have of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def sync(files: Iterable[Path]) -> None:
    """Wait until files and their names are on the disk: the database will say that they are there."""
    folders = set()
    for path in files:
        with path.open("r+b") as file:  # Windows syncs only what may be written
            os.fsync(file.fileno())
        folders.add(path.parent)
    if os.name == "posix":  # elsewhere the file system's journal has the names
        for folder in folders:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class Folder(Storage):
    """Files below a local folder."""

    url = ""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def absolute(self, path: str) -> Path:
        """Where a file lies. Raises ValueError for a path that leads out of the folder."""
        full = (self.root / path).resolve()
        if not full.is_relative_to(self.root):
            raise ValueError(f"{path!r} is outside the data folder")
        return full

    def put(self, source: Path, path: str) -> None:
        """Move it: at once, where both are on one disk. A power cut leaves it whole."""
        target = self.absolute(path)
        if source != target:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
        sync([target])

    def fetch(self, path: str, target: Path) -> None:
        """Copy it."""
        shutil.copyfile(self.absolute(path), target)

    def open(self, path: str) -> BinaryIO:
        """The file itself."""
        return self.absolute(path).open("rb")

    def exists(self, path: str) -> bool:
        """Whether it lies there."""
        return self.absolute(path).is_file()

    def delete(self, path: str) -> None:
        """Unlink it, or remove the folder."""
        full = self.absolute(path)
        if full.is_dir():
            shutil.rmtree(full, ignore_errors=True)
        else:
            full.unlink(missing_ok=True)

    def entries(self, folder: str) -> Iterator[Entry]:
        """Walk the folder; what vanishes meanwhile is left out."""
        for place, _, names in os.walk(self.root / folder):
            for name in names:
                path = Path(place, name)
                with contextlib.suppress(FileNotFoundError):
                    yield Entry(path.relative_to(self.root).as_posix(), path.stat().st_mtime)


class Bucket(Storage):
    """Files below a URL of fsspec's. Listings are never cached: other servers and runners write there too."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url
        options: dict[str, Any] = {"use_listings_cache": False}
        if url.startswith("file:"):
            options["auto_mkdir"] = True
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url, **options)
        except ImportError as error:
            raise StorageError(
                f"storage_url {url!r} needs a package that is not installed ({error}); "
                'for s3:// install "pocket3d-server[s3]"'
            ) from error
        except ValueError as error:
            raise StorageError(f"storage_url {url!r} cannot be used: {error}") from error

    @contextlib.contextmanager
    def _at(self, path: str, done: str) -> Iterator[str]:
        """Where a file lies. Whatever the driver raises there becomes a StorageError, but that it is not there,
        or that there is no room."""
        if ".." in PurePosixPath(path).parts or path.startswith("/"):
            raise ValueError(f"{path!r} is outside the storage")
        try:
            yield f"{self._root.rstrip('/')}/{path}"
        except FileNotFoundError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and no_room(error):
                raise
            raise StorageError(f"{path} could not be {done}: {type(error).__name__}: {error}") from error

    def put(self, source: Path, path: str) -> None:
        """Copy it there and delete it here. A copy that fails leaves nothing there."""
        try:
            # Drivers' own put_file may read 100 MB at once.
            with (
                self._at(path, "stored") as at,
                source.open("rb") as file,
                self._fs.open(at, "wb", block_size=BLOCK) as target,
            ):
                shutil.copyfileobj(file, target, COPY)
        except (OSError, StorageError):
            with contextlib.suppress(OSError, StorageError):
                self.delete(path)
            raise
        source.unlink(missing_ok=True)

    def fetch(self, path: str, target: Path) -> None:
        """Copy it here."""
        with self._at(path, "fetched") as at:
            self._fs.get_file(at, str(target))

    def open(self, path: str) -> BinaryIO:
        """A reader that asks for the bytes as they are read."""
        with self._at(path, "opened") as at:
            opened = self._fs.open(at, "rb", block_size=BLOCK, cache_type="readahead")
            return cast(BinaryIO, opened)

    def exists(self, path: str) -> bool:
        """Whether it is there."""
        with self._at(path, "looked up") as at:
            return bool(self._fs.isfile(at))

    def delete(self, path: str) -> None:
        """Remove it, or all below it."""
        with self._at(path, "deleted") as at, contextlib.suppress(FileNotFoundError):
            self._fs.rm(at, recursive=True)

    def entries(self, folder: str) -> Iterator[Entry]:
        """Ask for the whole listing."""
        with self._at(folder, "listed") as at:
            try:
                found = self._fs.find(at, detail=True)
            except FileNotFoundError:
                return
        start = len(self._root.rstrip("/")) + 1
        for name, about in found.items():
            yield Entry(name[start:], _modified(about))


@cache
def bucket(url: str) -> Bucket:
    """The bucket at a URL, connected once in each process. Raises StorageError."""
    return Bucket(url)


def _modified(about: dict[str, Any]) -> float:
    """When a listing says that a file was written; each driver has its own word for it, some none."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        if (value := about.get(name)) is not None:
            return value.timestamp() if isinstance(value, datetime) else float(value)
    return time.time()  # as good as new: better kept for ever than deleted too soon
