"""What an artist must not lose, on disk: a folder for each job with its record, what was sent and what came.

    HOME/jobs/KEY/  job.json · sent.glb · image_1.png … · result.glb · preview.jpg

Records are kept in memory and written by one thread, whole or not at all; whoever needs to be sure waits for it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..features import MESH
from ..files import write_whole
from ..locks import Owners
from ..meshes import glb
from ..request.params import SourceParams
from . import records
from .job import Job, Task

RECORD, SENT, RESULT = "job.json", "sent.glb", "result.glb"
UNREADABLE = ".unreadable"
"""Added to the name of a record that cannot be understood, which is left for a person to look at."""
LEFT_OVER = 3600.0
"""Seconds after which a folder without a record is rubbish: its Blender ended before the job began."""
FLUSH_LIMIT = 3.0
"""Seconds that Blender waits at its end for the last records to be written."""


class Store:
    """The records of this Blender's jobs. Every method may be called on any thread; few of them block."""

    def __init__(self, folder: Path, owners: Owners) -> None:
        self.folder = folder
        self.owners = owners
        self._records: dict[str, dict[str, Any]] = {}
        self._due: dict[str, None] = {}
        """Keys whose folder has to be brought up to date, in order: written, or deleted when there is no record."""
        self._busy = ""
        self._written: set[str] = set()
        self._failures: dict[str, Exception] = {}
        """Why the last writing of a record failed."""
        self._turn = threading.Condition()
        self._writer: threading.Thread | None = None
        self._closed = False

    def folder_of(self, key: str) -> Path:
        """Where a job's files are."""
        return self.folder / key

    def owns(self, key: str) -> bool:
        """Whether this Blender keeps the record of a job."""
        return key in self._records

    def written(self) -> set[str]:
        """Keys of our jobs whose records are on disk, unless somebody has deleted them there."""
        with self._turn:
            return (self._written & self._records.keys()) - self._due.keys() - {self._busy}

    def forget(self, key: str) -> None:
        """Drop a record whose folder has gone."""
        with self._turn:
            self._records.pop(key, None)

    def add(self, job: Job) -> None:
        """Take a job in; it is written with its first change."""
        with self._turn:
            self._records[job.key] = records.to_record(job, self.owners.me)

    def adopt(self, record: dict[str, Any]) -> None:
        """Take in the record of a Blender that has ended, and write that it is ours; blocks. Raises OSError."""
        with self._turn:
            self._records[record["key"]] = {**record, "owner": self.owners.me}
        try:
            self.change(record["key"], {}, wait=True)
        except OSError:
            self.forget(record["key"])
            raise

    def change(self, key: str, changes: Mapping[str, Any], *, wait: bool = False) -> None:
        """Note new values of attributes; those of other Blenders' jobs are ignored.

        With ``wait`` they are on disk afterwards, or OSError is raised (TypeError for what JSON cannot hold).
        """
        encoded = {n: records.encode(n, v) for n, v in changes.items() if n in records.FIELDS}
        self._amend(key, encoded, wait)

    def change_task(self, key: str, changes: Mapping[str, Any]) -> None:
        """The same for values of the task, as JSON."""
        with self._turn:
            task = self._records[key]["task"] if key in self._records else {}
        self._amend(key, {"task": {**task, **changes}}, wait=False)

    def _amend(self, key: str, changes: Mapping[str, Any], wait: bool) -> None:
        with self._turn:
            record = self._records.get(key)
            if record is None:
                return
            if not self._closed:
                record.update(changes)
                self._schedule(key)
            if wait:
                self._turn.wait_for(lambda: self._closed or (key not in self._due and self._busy != key))
                if self._closed:
                    raise OSError("the records are closed")
                if key in self._failures:
                    raise self._failures[key]

    def delete(self, key: str) -> None:
        """Forget a job and remove its folder."""
        with self._turn:
            if not self._closed:
                self._records.pop(key, None)
                self._schedule(key)

    def _schedule(self, key: str) -> None:
        self._due[key] = None
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="pocket3d-records", daemon=True)
            self._writer.start()
            atexit.register(self.close)  # a script may end without disabling the extension
        self._turn.notify_all()

    def _write_all(self) -> None:
        while True:
            with self._turn:
                self._busy = ""
                self._turn.notify_all()
                self._turn.wait_for(lambda: self._due or self._closed)
                if not self._due:
                    return
                key = self._busy = next(iter(self._due))
                del self._due[key]
                self._failures.pop(key, None)
            try:
                self._write(key)
            except (
                Exception
            ) as error:  # told to whoever waits; the other records must be written all the same
                with self._turn:
                    self._failures[key] = error

    def _write(self, key: str) -> None:
        with self._turn:
            record = self._records.get(key)
            text = None if record is None else json.dumps(record, indent=1)
        if text is None:
            remove(self.folder_of(key))
            self._written.discard(key)
        else:
            self.owners.arrive()
            write_whole(self.folder_of(key) / RECORD, text)
            self._written.add(key)

    def close(self) -> None:
        """Write what is due, and nothing more after that."""
        atexit.unregister(self.close)
        with self._turn:
            self._turn.wait_for(lambda: not self._due and not self._busy, FLUSH_LIMIT)
            self._closed = True
            self._turn.notify_all()

    def keep_inputs(self, key: str, task: Task, earlier: Path | None = None) -> Task:
        """Write what is sent into the job's folder; returns the task with the copied pictures.

        A task without its mesh takes that of an ``earlier`` job's folder. Raises UserError or OSError.
        """
        folder = self.folder_of(key)
        folder.mkdir(parents=True, exist_ok=True)
        if task.mesh is not None:
            glb.write_glb(task.mesh, folder / f"{SENT}.new")
            os.replace(folder / f"{SENT}.new", folder / SENT)
        elif earlier is not None and task.feature != MESH:
            _copy_mesh(earlier / SENT, folder / SENT)
        if not isinstance(task.params, SourceParams) or not task.params.images:
            return task
        copies = []
        for number, image in enumerate(map(Path, task.params.images), 1):
            copy = folder / f"image_{number}{image.suffix.lower()}"
            try:
                shutil.copyfile(image, copy)
            except FileNotFoundError as error:
                raise UserError(f"The image {image.name} was not found") from error
            except shutil.SameFileError:
                pass
            copies.append(str(copy))
        return replace(task, params=replace(task.params, images=tuple(copies)))


def _copy_mesh(sent: Path, to: Path) -> None:
    try:
        shutil.copyfile(sent, to)
    except FileNotFoundError as error:
        raise UserError("The mesh of that job has been deleted; select the object and start again") from error


def remove(folder: Path) -> None:
    """Remove a job's folder, its record first, so that what is left of it means nothing."""
    (folder / RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def records_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Key of every job that has a record, and when that was last written; rubbish is removed. Raises OSError."""
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                yield entry.name, (folder / entry.name / RECORD).stat().st_mtime_ns
            except (FileNotFoundError, NotADirectoryError):
                with contextlib.suppress(OSError):
                    _remove_left_over(entry)
            except OSError:  # it is there and cannot be looked at just now
                yield entry.name, 0


def _remove_left_over(entry: os.DirEntry[str]) -> None:
    young = time.time() - entry.stat().st_mtime < LEFT_OVER
    if not young and entry.is_dir() and not os.path.exists(os.path.join(entry.path, RECORD + UNREADABLE)):
        remove(Path(entry.path))


def read_record(folder: Path) -> dict[str, Any]:
    """The record in a job's folder. Raises OSError or ValueError."""
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if not isinstance(record, dict) or record.get("key") != folder.name:
        raise ValueError("this is not the record of a job")
    return record


def set_aside(folder: Path) -> Path:
    """Put a record that cannot be understood out of the way; the job's files stay. Raises OSError."""
    aside = folder / (RECORD + UNREADABLE)
    os.replace(folder / RECORD, aside)
    return aside
