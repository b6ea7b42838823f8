"""What the command line says: answers on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import bpy

from ..api.batches import BatchRun
from ..core.jobs.job import Job, State, clock

BAR = 20
PLAIN_EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal."""


@contextlib.contextmanager
def answers_only() -> Iterator[TextIO]:
    """A stream to stdout for answers alone; all else that is printed, also by Blender itself, goes to stderr.

    In Blender's own program this stays so until its end, for it says goodbye on stdout.
    """
    if sys.stdout is not sys.__stdout__ or sys.stdout is None:  # somebody listens in already
        answers = sys.stdout or sys.stderr
        with contextlib.redirect_stdout(sys.stderr):
            yield answers
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as stream:
            yield stream
    finally:
        sys.stdout.flush()
        if not bpy.app.binary_path:  # Blender as a Python module
            os.dup2(kept, 1)
        os.close(kept)


class Output:
    """Says how it goes and what came of it, for people or as JSON."""

    def __init__(self, stream: TextIO, as_json: bool, verbose: bool) -> None:
        self._stream = stream
        self.as_json = as_json
        self._verbose = verbose
        self._terminal = sys.stderr.isatty()
        self._said = 0.0
        self._drawn = False

    def answer(self, data: dict[str, Any], lines: Sequence[str]) -> None:
        """The command's one answer: ``data`` as JSON, or ``lines`` for people."""
        self.end()
        text = json.dumps(data, ensure_ascii=False) if self.as_json else "\n".join(lines)
        if text:
            print(text, file=self._stream, flush=True)

    def complain(self, *lines: str) -> None:
        """Something that went wrong, for people."""
        self.end()
        for line in lines:
            print(line, file=sys.stderr, flush=True)

    def jobs(self, jobs: Sequence[Job]) -> None:
        """How far some jobs are."""
        under_way = [job for job in jobs if not job.state.finished]
        if len(jobs) == 1:
            job = jobs[0]
            self._progress(job.task.verb, part_of(job), job.activity(time.time()))
        elif under_way:
            ended = len(jobs) - len(under_way)
            part = (ended + sum(map(part_of, under_way))) / len(jobs)
            now = time.time()
            left = max((job.time_left(now) or 0 for job in under_way), default=0)
            rest = f" · {clock(left)} left" if left else ""
            self._progress(under_way[0].task.verb, part, f"{ended} of {len(jobs)} done · {part:.0%}{rest}")

    def batch(self, run: BatchRun) -> None:
        """How far a batch is."""
        left = run.time_left()
        text = f"{run.fraction:.0%} · {run.summary()}" + (f" · {clock(left)} left" if left else "")
        self._progress("Batch", run.fraction, text)

    def step(self, word: str, part: float | None, text: str) -> None:
        """How far something else is; None when nobody knows."""
        self._progress(word, part or 0.0, text)

    def _progress(self, word: str, part: float, text: str) -> None:
        if self._terminal:
            filled = round(min(max(part, 0.0), 1.0) * BAR)
            line = f"{word:9} [{'#' * filled}{'.' * (BAR - filled)}] {text}"
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r{line[:width]:<{width}}")
            sys.stderr.flush()
            self._drawn = True
        elif self._verbose and time.monotonic() - self._said >= PLAIN_EVERY:
            self._said = time.monotonic()
            print(f"{word}: {text}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._drawn:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self._drawn = False


def part_of(job: Job) -> float:
    """How much of a job is done, 0..1."""
    return job.progress if job.state is not State.READY else 1.0


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with their columns below each other."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
