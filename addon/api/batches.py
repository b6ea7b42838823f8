"""A batch file becomes objects that stand side by side."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..core.batch.items import Item, read_batch
from ..core.batch.report import Entry, Outcome, Report, new_report, read_report, take_up
from ..core.features import VERBS
from ..core.jobs import gallery
from ..core.jobs.job import Job, State
from ..core.request.params import MeshParams, Params
from ..scene import targets, tasks
from ..session import current_session
from . import layout
from .errors import Error, error_of, plain_errors
from .jobs import TICK, cancel, fetch, made, put_into_scene, submit

AT_ONCE = 4
"""Rows that are worked on at the same time."""
BUSY = {"QUEUE_FULL", "RATE_LIMITED"}
"""Codes of a server that takes no more at the moment."""
PAUSE = 5.0
"""Seconds before such a server is asked again."""


def batch(
    path: str | os.PathLike[str],
    *,
    columns: int | None = None,
    spacing: float | None = None,
    around: Sequence[float] | None = None,
    at_once: int = AT_ONCE,
    defaults: Mapping[str, Any] | None = None,
    resume: str | os.PathLike[str] | None = None,
    report: str | os.PathLike[str] | None = None,
    on_progress: Callable[[BatchRun], None] | None = None,
) -> Report:
    """Make everything that a batch file asks for and return the report of it; rows that fail do not stop the others.

    Rows without a place of their own stand in a grid of ``columns`` (by default about as many as rows) ``around`` a
    point (by default the 3D cursor, or beside what stands there), with ``spacing`` metres between them (by default after their sizes). ``defaults`` are values
    of columns that rows leave empty. ``report`` is a file that is written after every row; ``resume`` is such a file
    of an earlier run, and what it calls done is not made again. Raises Error when the file is wrong, before anything
    is sent, and when there is no server.
    """
    with plain_errors():
        items = read_batch(os.fspath(path), defaults)
        answer = new_report(os.fspath(path), items)
        if resume is not None:
            take_up(answer, read_report(os.fspath(resume)))
    answer.blend = bpy.data.filepath
    bpy.context.view_layer.update()  # a script may have moved something just now
    run = BatchRun(items, answer, Path(report) if report is not None else None, max(1, at_once))
    try:
        run.work(on_progress or (lambda run: None))
    finally:
        layout.arrange(run.standing(), columns, spacing, around)
        run.note_places()
        run.write()
    return answer


class BatchRun:
    """All rows of a batch on their way."""

    def __init__(self, items: list[Item], report: Report, file: Path | None, at_once: int) -> None:
        self.report = report
        self._file = file
        self._limit = at_once
        self._not_before = 0.0
        self._began = time.monotonic()
        self._items = items
        self._rows = [Row(i, e) for i, e in zip(items, report.entries, strict=True)]
        self._waiting = deque(row for row in self._rows if not row.still_there())
        self.running: list[Row] = []

    @property
    def total(self) -> int:
        """How many objects there will be."""
        return len(self._rows)

    @property
    def fraction(self) -> float:
        """How much is done, 0..1."""
        ended = self.total - len(self._waiting) - len(self.running)
        return (ended + sum(row.fraction for row in self.running)) / self.total

    def summary(self) -> str:
        """How many are where, as a line."""
        done, failed = self.report.count(Outcome.DONE), self.report.count(Outcome.FAILED)
        words = f"{done} of {self.total} done"
        return words + (f" · {failed} failed" if failed else "") + f" · {len(self.running)} at work"

    def time_left(self) -> float | None:
        """Seconds to go at the pace so far; None while that says nothing."""
        elapsed, fraction = time.monotonic() - self._began, self.fraction
        return elapsed * (1 - fraction) / fraction if elapsed > 3 and fraction > 0.02 else None

    def work(self, on_progress: Callable[[BatchRun], None]) -> None:
        """Make all rows. Raises Error when there is no server; an interrupt cancels what is under way."""
        runner = current_session().runner
        try:
            while self._waiting or self.running:
                runner.poll()
                for row in list(self.running):
                    if row.advance():
                        self._end(row)
                while (
                    self._waiting and len(self.running) < self._limit and time.monotonic() > self._not_before
                ):
                    row = self._waiting.popleft()
                    self.running.append(row)
                    row.begin()
                on_progress(self)
                time.sleep(TICK)
        except BaseException:
            cancel(*(row.job for row in self.running if row.job is not None))
            raise

    def _end(self, row: Row) -> None:
        self.running.remove(row)
        error = row.error
        if error is not None and error.code in BUSY and (self.running or row.patience):
            row.patience -= not self.running
            self._limit = max(1, len(self.running))
            self._not_before = time.monotonic() + PAUSE
            self._waiting.appendleft(row)
            return
        row.close()
        self.write()
        if error is not None and error.connection:
            raise error

    def standing(self) -> list[list[bpy.types.Object]]:
        """The objects of every row that has its place in the grid, in the order of the file."""
        return [row.family() for row in self._rows if row.in_grid()]

    def note_places(self) -> None:
        """Remember where everything stands now."""
        for row in self._rows:
            row.note_place()

    def write(self) -> None:
        """Write the report, if there is to be one."""
        self.report.seconds = round(time.monotonic() - self._began, 1)
        if self._file is not None:
            self.report.write(self._file)


class Row:
    """One object of the batch: its steps, one job after the other."""

    def __init__(self, item: Item, entry: Entry) -> None:
        self.item = item
        self.entry = entry
        self.job: Job | None = None
        self.error: Error | None = None
        self.patience = 5
        """How often it is tried again when the server takes nothing although nothing of ours is running."""
        self._steps = deque[Params]()
        self._step = ""
        self._began = 0.0
        self._moved = False

    def still_there(self) -> bool:
        """Whether an earlier run has made it and it is in this scene, if need be fetched from the disk once more."""
        if self.entry.status is not Outcome.DONE:
            return False
        obj = self.object()
        if obj is not None:
            place = layout.origin(obj)
            self._moved = self.entry.location is None or not layout.same(place, self.entry.location)
            return True
        if len(self.item.steps) == 1:
            try:
                objects = fetch(self.entry.jobs[-1]["key"])
            except (Error, LookupError):
                objects = []
            if objects:
                self._take(objects[0])
                return True
        return False

    def object(self) -> bpy.types.Object | None:
        """The mesh that it made, None before that or when it has been deleted."""
        return targets.find(self.entry.identifier) if self.entry.identifier else None

    @property
    def fraction(self) -> float:
        """How much of its steps is done."""
        total = len(self.item.steps)
        under_way = self.job.progress if self.job is not None else 0.0
        return min((total - len(self._steps) - 1 + under_way) / total, 1.0)

    @property
    def activity(self) -> str:
        """What it is doing, as a line."""
        return f"{self._step} {self.item.title}"

    def begin(self) -> None:
        """Start with the first step that has not been done."""
        self.error = None
        if not self._steps:
            self._began = time.monotonic()
            self._steps = deque(self.item.steps)
            self.entry.jobs, self.entry.notes, self.entry.error = [], [], None
        self._send()

    def _send(self) -> None:
        params = self._steps.popleft()
        self._step = VERBS[params.feature]
        self.job = None
        try:
            self.job = submit(self._task(params))
        except Error as error:
            self.error = error

    def _task(self, params: Params) -> Any:
        with plain_errors():
            if isinstance(params, MeshParams):
                place = self.item.location or (0.0, 0.0, 0.0)
                return tasks.task_to_make(params, place, self.item.name)
            obj = self.object()
            if obj is None:
                raise Error("The object was deleted meanwhile", "NOT_FOUND")
            (task,) = tasks.tasks_for([obj], params)
            return task

    def advance(self) -> bool:
        """Take in what has happened; returns whether it has ended, well or not."""
        job = self.job
        if self.error is not None or job is None:
            return True
        if job.state is State.READY:
            put_into_scene(job)
        if not job.state.finished:
            return False
        if job.state is not State.DONE:
            self.error = error_of(job.problem) if job.problem else Error("It was cancelled", "CANCELLED")
            self._steps.appendleft(job.task.params)  # it may be tried again
            return True
        self._note(job)
        if not self._steps:
            return True
        self._send()
        return self.error is not None

    def _note(self, job: Job) -> None:
        entry = self.entry
        entry.jobs.append({"step": self._step.lower(), "key": job.key, "job_id": job.job_id})
        entry.notes += [note for note in job.notes if note not in entry.notes]
        if job.task.feature == self.item.mesh.feature:
            entry.file = str(job.file or "")
            seed = gallery.seed_of(job)
            entry.seed = "" if seed is None else str(seed)
            self._take(made(job)[0])

    def _take(self, obj: bpy.types.Object) -> None:
        self.entry.object, self.entry.identifier = obj.name, targets.identify(obj)

    def close(self) -> None:
        """Write down how it ended."""
        self.entry.seconds = round(time.monotonic() - self._began, 1)
        self.entry.status = Outcome.FAILED if self.error else Outcome.DONE
        self._steps.clear()
        if self.error:
            told = {name: getattr(self.error, name) for name in ("code", "message", "remedy")}
            self.entry.error = {"step": self._step.lower(), **told}

    def in_grid(self) -> bool:
        """Whether the grid says where it stands: nobody else has, neither the file nor a hand."""
        return self.item.location is None and not self._moved and self.object() is not None

    def family(self) -> list[bpy.types.Object]:
        """Its object and all that hangs together with it."""
        obj = self.object()
        return layout.family(obj) if obj is not None else []

    def note_place(self) -> None:
        """Remember where it stands and what it is called."""
        obj = self.object()
        if obj is not None:
            self.entry.object, self.entry.location = obj.name, layout.origin(obj)
