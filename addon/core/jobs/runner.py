"""All jobs of this Blender: a worker thread for each, one queue from them to the main thread, and their records.

There are two drivers: with a window a timer calls ``poll`` a few times a second (``ui.pump``), without one a loop
waits (``api.jobs.follow``).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from ..errors import Problem, UserError
from ..features import MESH
from ..files import size_of
from ..locks import Owners
from .job import Job, Origin, State, Task
from .keeper import Found, Gone, Keeper, News, Unreadable, needs_owner
from .losses import RESUMABLE
from .store import Store
from .worker import LATE, PATIENCE, Connect, Event, Worker

log = logging.getLogger(__name__)


class Measured(NamedTuple):
    """How many bytes all jobs' files have."""

    size: int


class Lists(NamedTuple):
    """The jobs in order, as they were at a revision: the newest first, unfinished ones the oldest first."""

    revision: int = 0
    listed: tuple[Job, ...] = ()
    results: tuple[Job, ...] = ()
    unfinished: tuple[Job, ...] = ()

    @classmethod
    def of(cls, jobs: Iterable[Job], revision: int) -> Lists:
        """Sort them."""
        newest = sorted(jobs, key=lambda j: j.created, reverse=True)
        return cls(
            revision,
            tuple(j for j in newest if j.listed and j.mine),
            tuple(j for j in newest if j.file is not None),
            tuple(j for j in reversed(newest) if not j.state.finished),
        )


class JobRunner:
    """The jobs and what can be done with them. Main thread only; nothing in here waits or reads files."""

    def __init__(
        self,
        connect: Connect,
        home: Path,
        profile: Callable[[], str] = lambda: "local",
        patience: float = PATIENCE,
    ) -> None:
        self._connect = connect
        self._profile = profile
        self._patience = patience
        self.folder = home / "jobs"
        """Where each job has a folder, named by its key."""
        self._store = Store(self.folder, Owners(home / "sessions"))
        self._keeper: Keeper | None = None
        self.jobs: dict[str, Job] = {}
        """All that are known by key: this Blender's, and finished ones of others."""
        self.size: int | None = None
        """Bytes of all jobs' files, as last measured."""
        self.unreadable: list[Path] = []
        """Records that could not be understood and were put aside."""
        self.revision = 0
        """Rises with whatever happens to a job."""
        self._lists = Lists()
        self._events: queue.Queue[Event | News | Measured] = queue.Queue()
        self._workers: dict[str, Worker] = {}

    def load(self) -> None:
        """Go on with what earlier or ended Blenders left, and keep up with the others, in the background."""
        if self._keeper is None:
            self._keeper = Keeper(self._store, self._events.put)
            self._keeper.start()

    # What the person asks for --------------------------------------------------------------------------------

    def submit(self, task: Task, like: str = "") -> Job:
        """Start a task. Raises UserError when it cannot be meant like this.

        One without its mesh takes the mesh of another job, whose key ``like`` is.
        """
        task.params.check()
        if task.feature != MESH and task.mesh is None and not like:
            raise UserError("Select a mesh first")
        return self._submit(task, self._store.folder_of(like) if like else None)

    def _submit(self, task: Task, earlier: Path | None, drop_earlier: bool = False) -> Job:
        job = Job(task, profile=self._profile())
        self.revision += 1
        self.jobs[job.key] = job
        self._store.add(job)
        self._start(job, earlier, drop_earlier)
        return job

    def _start(self, job: Job, earlier: Path | None = None, drop_earlier: bool = False) -> None:
        worker = Worker(
            job,
            self._connect,
            self._store,
            self._events.put,
            earlier=earlier,
            drop_earlier=drop_earlier,
            former=self._workers.get(earlier.name) if earlier is not None else None,
            after=self._last_of(job.task.group),
            patience=self._patience,
        )
        self._workers = {k: w for k, w in self._workers.items() if w.is_alive()}
        self._workers[job.key] = worker
        worker.start()

    def _last_of(self, group: str) -> Worker | None:
        """Who sends the last variant so far; the server is to get them in their order."""
        return next((w for w in reversed(self._workers.values()) if group and w.group == group), None)

    def retry(self, key: str) -> Job:
        """Run an ended job's task again: a new job, the newest of the list.

        One that the server has, or may have, is gone on with instead; a result that is here is only placed again.
        """
        old = self.jobs[key]
        if not old.state.finished:
            return old
        if old.state is State.FAILED and old.file is not None:
            self.place(key)
            return old
        code = old.problem.code if old.problem else None
        if old.state is State.FAILED and old.mine and old.server and code in RESUMABLE:
            self._change(old, {"state": State.CONNECTING, "problem": None, "seconds": 0.0})
            self._start(old)
            return old
        useless = old.mine and old.file is None
        if old.mine:
            self._change(old, {"listed": False})
        self.revision += 1
        if useless:
            self.jobs.pop(key)
        return self._submit(old.task, self._store.folder_of(key), useless and not needs_owner(old))

    def cancel(self, key: str) -> None:
        """Stop a job: at once here, then on the server. A result that still arrives is kept, not placed."""
        job = self.jobs[key]
        if job.state.finished:
            return
        if job.by_hand:
            self._change(job, {"state": State.DONE if job.in_scene else State.KEPT, "by_hand": False})
            return
        if job.file is not None:
            self.keep(job, LATE)
            return
        self._change(job, {"state": State.CANCELLED, "cancelled": True})
        if key in self._workers:
            self._workers[key].cancel()

    def remove(self, key: str) -> None:
        """Take an ended job off the list; its result stays among the results."""
        job = self.jobs[key]
        if not job.state.finished:
            return
        if job.mine:
            self._change(job, {"listed": False})
            if job.file is None and not needs_owner(job):
                self.delete(key)
        if job.file is None:
            self.revision += 1
            self.jobs.pop(key, None)

    def clear_ended(self) -> None:
        """Take all ended jobs off the list; the results stay."""
        for job in self.listed:
            self.remove(job.key)

    def delete(self, key: str) -> None:
        """Delete an ended job with its result and all its files."""
        if self.jobs[key].state.finished:
            self.revision += 1
            self.jobs.pop(key)
            self._workers.pop(key, None)
            self._store.delete(key)

    def place(self, key: str) -> None:
        """Have a result put into the document that is open, whatever it was made for."""
        self._place(self.jobs[key], by_hand=True)

    def _place(self, job: Job, by_hand: bool) -> None:
        if job.state.finished and job.file is not None:
            notes = [n for n in job.notes if n != job.why_kept]
            changes = {"state": State.DOWNLOADING, "by_hand": by_hand, "problem": None, "notes": notes}
            job.update({**changes, "why_kept": ""})
            self.revision += 1
            self._start(job)

    # What the drivers do -------------------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Whether any job still needs attention."""
        return bool(self._sorted.unfinished)

    @property
    def listed(self) -> list[Job]:
        """The jobs of the list, newest first."""
        return list(self._sorted.listed)

    @property
    def results(self) -> list[Job]:
        """All jobs that have a result's file, newest first; other Blenders' too."""
        return list(self._sorted.results)

    @property
    def _sorted(self) -> Lists:
        """Made anew when something has happened: panels ask in every draw, and there may be thousands of jobs."""
        if self._lists.revision != self.revision:
            self._lists = Lists.of(self.jobs.values(), self.revision)
        return self._lists

    def old_results(self, before: float) -> list[Job]:
        """Results from before a moment that can go: on no list of jobs, and waiting for no document."""
        done = (j for j in self.results if j.state.finished and not j.listed and not j.awaits_document)
        return [j for j in done if j.created < before]

    def measure(self) -> None:
        """Find out ``size``, in the background."""

        def work() -> None:
            self._events.put(Measured(size_of(self.folder)))

        threading.Thread(target=work, name="pocket3d-measure", daemon=True).start()

    def poll(self) -> list[Job]:
        """Take in what the workers said; returns the jobs that changed."""
        changed: dict[str, Job] = {}
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return list(changed.values())
            job = self._take_in(event)
            if job is not None:
                changed[job.key] = job

    def _take_in(self, event: Event | News | Measured) -> Job | None:
        self.revision += 1
        if isinstance(event, Found):
            return self._meet(event.job)
        if isinstance(event, Measured):
            self.size = event.size
            return None
        if isinstance(event, Unreadable):
            self.unreadable.append(event.path)
            log.warning("The record of a job could not be read and was put aside: %s", event.path)
            return None
        if isinstance(event, Gone):
            known = self.jobs.get(event.key)
            if known is None or not known.state.finished:
                return None
            self._store.forget(event.key)
            return self.jobs.pop(event.key)
        job = self.jobs.get(event.key)
        if job is None:
            return None
        changes = dict(event.changes)
        if job.state.finished and changes.get("state", State.KEPT) is not State.KEPT:
            job.told = job.told or bool(changes.get("told"))
            return None
        self._into_task(job, changes)
        job.update(changes)
        if job.state.finished:
            self._release(job)
        return job

    def _meet(self, job: Job) -> Job | None:
        """A job from the store: another Blender's, or now ours, and then it goes on."""
        if not job.mine and not job.state.finished:
            return None
        known = self.jobs.get(job.key)
        if known is not None and not known.state.finished:  # being placed here
            return None
        if not job.mine and job.file is None:
            return self.jobs.pop(job.key, None)
        self.jobs[job.key] = job
        untold = job.cancelled and not job.told
        if job.mine and (not job.state.finished or untold):
            self._start(job)
        return job

    def _into_task(self, job: Job, changes: dict[str, object]) -> None:
        task = job.task
        mesh, images = changes.pop("mesh", None), changes.pop("images", None)
        if mesh is not None:
            task = replace(task, mesh=mesh)  # type: ignore[arg-type]
        if images is not None:
            task = replace(task, params=replace(task.params, images=images))  # type: ignore[call-arg]
        job.task = task

    def ready(self) -> list[Job]:
        """Jobs whose result waits to be put into the scene, oldest first."""
        return [j for j in self._sorted.unfinished if j.state is State.READY]

    def finish(self, job: Job, problem: Problem | None = None) -> None:
        """Say that a READY job's result is in the scene, or why not."""
        state = State.FAILED if problem else State.DONE
        in_scene = job.in_scene or problem is None
        changes = {"state": state, "problem": problem, "in_scene": in_scene, "notes": job.notes}
        self._end(job, {**changes, "why_kept": job.why_kept})

    def keep(self, job: Job, note: str, awaits_document: bool = False) -> None:
        """Say that a READY job's result is not put into the scene, and why; perhaps later, by itself."""
        notes = [n for n in job.notes if n not in (note, job.why_kept)] + [note]
        changes = {"state": State.KEPT, "notes": notes, "why_kept": note, "awaits_document": awaits_document}
        self._end(job, changes)

    def _end(self, job: Job, changes: dict[str, object]) -> None:
        self._change(job, {"awaits_document": False, "by_hand": False, **changes})
        self._release(job)

    def _release(self, job: Job) -> None:
        """Let go of large arrays; the files have them, at the latest when the server was asked."""
        job.payload = None
        if job.server and job.task.mesh is not None:
            job.task = replace(job.task, mesh=None)
        self._workers.pop(job.key, None)

    def _change(self, job: Job, changes: dict[str, object]) -> None:
        job.update(changes)
        self.revision += 1
        self._store.change(job.key, {**changes, "seconds": job.seconds})

    def document_saved(self, origin: Origin) -> None:
        """The document of some jobs has a file now, or another one."""
        for job in self.jobs.values():
            if job.task.origin.document == origin.document and job.task.origin != origin:
                job.task = replace(job.task, origin=origin)
                self.revision += 1
                self._store.change_task(job.key, {"origin": asdict(origin)})

    def document_opened(self, origin: Origin) -> list[Job]:
        """Place the results that were kept until this document is open again; returns their jobs."""
        waiting = [j for j in self.jobs.values() if j.awaits_document and j.state is State.KEPT]
        due = [j for j in waiting if j.belongs_to(origin)]
        for job in due:
            self._place(job, by_hand=False)
        return due

    def close(self) -> None:
        """Leave the jobs as they are on record; they go on on the server, and later in another session."""
        for worker in self._workers.values():
            worker.abandon()
        if self._keeper is not None:
            self._keeper.stop()
        self._store.close()
        self._store.owners.leave()
