"""Files below the data folder: uploads, inputs decoded from requests, and outputs.

Every name is made by us and opaque, e.g. ``uploads/img_3f9c….png``; a client's file name is never used as a
path. ``tables.StoredFile`` says to whom a file belongs; a file without such a row is not served.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)

UPLOADS, INPUTS, OUTPUTS, TEMPORARY = "uploads", "inputs", "outputs", "tmp"
ORPHAN_AGE_S = 3600.0
"""Where other servers may be at work, only files older than this belong to nothing for certain."""


def new_stem() -> str:
    """The random part of a name: 96 bits, hex."""
    return secrets.token_hex(12)


class FileStore:
    """Paths below one data folder. Relative paths use slashes on every system."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir.resolve()
        for name in (UPLOADS, INPUTS, OUTPUTS, TEMPORARY):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def absolute(self, path: str) -> Path:
        """Where a stored file lies. Raises ValueError for a path that leads out of the data folder."""
        full = (self.root / path).resolve()
        if not full.is_relative_to(self.root):
            raise ValueError(f"{path!r} is outside the data folder")
        return full

    def folder(self, name: str) -> Path:
        """One of the folders above."""
        return self.root / name

    def add_input(self, job_id: str, name: str, data: bytes) -> str:
        """Keep a file that came inside a job's request; returns its relative path."""
        folder = self.root / INPUTS / job_id
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        return f"{INPUTS}/{job_id}/{name}"

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files; those that are gone already are no error."""
        for path in paths:
            self.absolute(path).unlink(missing_ok=True)

    def delete_inputs(self, job_id: str) -> None:
        """Remove what came inside a job's request."""
        shutil.rmtree(self.root / INPUTS / job_id, ignore_errors=True)

    def delete_outputs_of(self, stem: str) -> None:
        """Remove what an attempt that did not finish has left."""
        for path in (self.root / OUTPUTS).glob(f"*_{stem}.*"):
            path.unlink(missing_ok=True)

    def sweep(self, known: set[str], min_age: float) -> int:
        """Remove files older than ``min_age`` seconds that no row names (of a killed server); returns how many."""
        before = time.time() - min_age
        removed = 0
        for name in (UPLOADS, OUTPUTS, TEMPORARY):
            for path in (self.root / name).iterdir():
                if f"{name}/{path.name}" not in known and path.is_file() and path.stat().st_mtime < before:
                    path.unlink(missing_ok=True)
                    removed += 1
        if removed:
            log.info("removed %d files that belonged to nothing", removed)
        return removed
