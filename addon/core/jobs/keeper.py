"""Looks after the folder that all Blenders share: finds their results, and takes over jobs whose Blender has gone."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import records, store
from .job import Job
from .store import Store

log = logging.getLogger(__name__)

INTERVAL = 4.0
"""Seconds between two looks."""
LISTED_FOR = 24 * 3600.0
"""Ended jobs of earlier sessions that are older leave the list; their results stay among the results."""


class Found(NamedTuple):
    """A job that this Blender did not know, or knew otherwise."""

    job: Job


class Gone(NamedTuple):
    """A job whose folder has been removed."""

    key: str


class Unreadable(NamedTuple):
    """A record that could not be understood and lies aside now."""

    path: Path


News = Found | Gone | Unreadable


class Keeper(threading.Thread):
    """Looks at the folder now and then."""

    def __init__(self, kept: Store, tell: Callable[[News], None]) -> None:
        super().__init__(name="pocket3d-keeper", daemon=True)
        self._store = kept
        self._tell = tell
        self._seen: dict[str, tuple[int, str]] = {}
        """When a record was written as we know it, and whose it is."""
        self._ended = threading.Event()

    def stop(self) -> None:
        """End soon."""
        self._ended.set()

    def run(self) -> None:
        """Look, wait, look again."""
        with contextlib.suppress(OSError):
            self._store.owners.tidy()
        while not self._ended.is_set():
            again = False
            try:
                again = self.look()
            except OSError as error:  # the disk is away for a moment, or full
                log.debug("The folder of jobs cannot be used: %s", error)
            except Exception:
                log.exception("Pocket3D could not look after its jobs")
            self._ended.wait(0.3 if again else INTERVAL)

    def look(self) -> bool:
        """One round; says whether another Blender was in the way and a second one would be good."""
        ours = self._store.written()
        try:
            found = dict(store.records_in(self._store.folder))
        except FileNotFoundError:  # no job yet, or the disk is away: then none of them has gone
            return False
        for key in (self._seen.keys() | ours) - found.keys():
            if self._seen.pop(key, None) or key in ours:
                self._tell(Gone(key))
        for key, written in found.items():
            if not self._store.owns(key) and self._seen.get(key, (0, ""))[0] != written:
                self._read(key, written)
        owners = {owner for key, (_, owner) in self._seen.items() if owner and not self._store.owns(key)}
        orphaned = any(self._store.owners.gone(owner) for owner in owners)
        return orphaned and not self._adopt_all()

    def _read(self, key: str, written: int) -> None:
        """Take notice of another Blender's record, of nobody's, or of one that is none."""
        folder = self._store.folder_of(key)
        try:
            record = store.read_record(folder)
            job = records.from_record(record, folder)
        except records.NewerRecordError:
            self._seen[key] = (written, "")
        except OSError:
            return
        except (ValueError, KeyError, TypeError, AttributeError):
            with contextlib.suppress(OSError):  # then in the next round
                self._tell(Unreadable(store.set_aside(folder)))
        else:
            orphan = needs_owner(job) or job.file is None  # to go on with, or to tidy up
            self._seen[key] = (written, str(record["owner"]) if orphan else "")
            job.mine = False
            self._tell(Found(job))

    def _adopt_all(self) -> bool:
        """Take over what has lost its Blender; False when another one is at it."""
        with self._store.owners.adopting() as alone:
            if alone:
                for key, (_, owner) in list(self._seen.items()):
                    if owner and not self._store.owns(key) and self._store.owners.gone(owner):
                        self._adopt(key)
            return alone

    def _adopt(self, key: str) -> None:
        folder = self._store.folder_of(key)
        try:
            record = store.read_record(folder)  # again: somebody may have been faster
            job = records.from_record(record, folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # read again in the next round
        if not self._store.owners.gone(str(record["owner"])):
            return
        if job.state.finished and time.time() - job.created > LISTED_FOR:
            job.listed = record["listed"] = False
        if not needs_owner(job) and job.file is None:
            self._store.delete(key)
            return
        self._store.adopt(record)
        self._seen[key] = (0, "")
        self._tell(Found(job))


def needs_owner(job: Job) -> bool:
    """Whether a Blender has to look after a job: it goes on, is on the list, or its server must hear of its end."""
    untold = job.cancelled and not job.told and bool(job.server)
    return not job.state.finished or job.listed or untold
