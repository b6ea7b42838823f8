"""Files of accounts and jobs: uploads, inputs decoded from requests, and outputs.

Every name is made by us and opaque, e.g. ``uploads/img_3f9c….png``; a client's file name is never used as a
path. ``tables.StoredFile`` says to whom a file belongs; a file without such a row is not served. Where the
files lie is the storage's matter (``storage``); what is being received or made lies in the data folder.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from pocket3d_server.runners.base import OUTPUTS
from pocket3d_server.storage import Folder, Storage, StorageError

log = logging.getLogger(__name__)

UPLOADS, INPUTS, TEMPORARY = "uploads", "inputs", "tmp"
ORPHAN_AGE_S = 3600.0
"""Where other servers may be at work, only files older than this belong to nothing for certain."""


def new_stem() -> str:
    """The random part of a name: 96 bits, hex."""
    return secrets.token_hex(12)


class FileStore:
    """Paths below one data folder, or in a bucket. Relative paths use slashes on every system."""

    def __init__(self, data_dir: Path, storage: Storage | None = None) -> None:
        self.root = data_dir.resolve()
        self._work = Folder(self.root)
        self._storage = storage or self._work
        self.is_local = storage is None
        """The files lie in the data folder, so a runner can be given their paths."""
        for name in (UPLOADS, INPUTS, OUTPUTS, TEMPORARY):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    @property
    def storage_url(self) -> str:
        """Of the bucket; empty for the data folder."""
        return self._storage.url

    def absolute(self, path: str) -> Path:
        """Where a file lies in the data folder. Raises ValueError for a path that leads out of it."""
        return self._work.absolute(path)

    def folder(self, name: str) -> Path:
        """One of the folders above, in the data folder."""
        return self.root / name

    @property
    def output_dir(self) -> Path:
        """Where runners write: the folder of outputs, or one from where they move them into a bucket."""
        return self.folder(OUTPUTS if self.is_local else TEMPORARY)

    def for_runner(self, path: str) -> str:
        """How a runner is told of a file: its absolute path, or its path in the bucket."""
        return str(self.absolute(path)) if self.is_local else path

    def exists(self, path: str) -> bool:
        """Whether a file is in the storage. Raises ValueError for a path that leads out of it."""
        return self._storage.exists(path)

    def open(self, path: str) -> BinaryIO:
        """A stored file, to read from any place in it. Raises FileNotFoundError, StorageError."""
        return self._storage.open(path)

    def keep(self, source: Path, path: str) -> None:
        """Move a file from the data folder to its place in the storage."""
        self._storage.put(source, path)

    def add_input(self, job_id: str, name: str, data: bytes) -> str:
        """Keep a file that came inside a job's request; returns its relative path."""
        temporary = self.folder(TEMPORARY) / new_stem()
        try:
            temporary.write_bytes(data)
            self.keep(temporary, f"{INPUTS}/{job_id}/{name}")
        finally:
            temporary.unlink(missing_ok=True)
        return f"{INPUTS}/{job_id}/{name}"

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files; those that are gone already are no error, and what a bucket refuses is swept later."""
        for path in paths:
            try:
                self._storage.delete(path)
            except (OSError, StorageError):
                log.warning("%s could not be deleted; the next sweep tries again", path, exc_info=True)

    def delete_inputs(self, job_id: str) -> None:
        """Remove what came inside a job's request."""
        self.delete([f"{INPUTS}/{job_id}"])

    def delete_outputs_of(self, stem: str) -> None:
        """Remove what an attempt that did not finish has left here; what reached a bucket is swept later."""
        for path in self.output_dir.glob(f"*_{stem}.*"):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder(TEMPORARY) / stem, ignore_errors=True)

    def sweep_local(self, min_age: float) -> int:
        """Remove what was being received or made in the data folder more than ``min_age`` seconds ago."""
        return self._remove(self._work, [TEMPORARY], set(), set(), min_age)

    def sweep(self, known: set[str], working: set[str], min_age: float) -> int:
        """Remove stored files older than ``min_age`` seconds that no row names (of a killed server), and inputs
        of jobs other than those ``working``; returns how many."""
        return self._remove(self._storage, [UPLOADS, OUTPUTS, INPUTS], known, working, min_age)

    def _remove(
        self, storage: Storage, folders: list[str], known: set[str], working: set[str], min_age: float
    ) -> int:
        before = time.time() - min_age
        removed = 0
        for folder in folders:
            for entry in list(storage.entries(folder)):
                needed = entry.path in known or (folder == INPUTS and entry.path.split("/")[1] in working)
                if not needed and entry.modified < before:  # inputs and fetched files go with their folders
                    storage.delete("/".join(entry.path.split("/")[:2]))
                    removed += 1
        if removed:
            log.info("removed %d files that belonged to nothing", removed)
        return removed
