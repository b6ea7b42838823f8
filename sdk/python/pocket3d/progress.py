"""A progress bar in one line of a terminal; plain lines where there is no terminal."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType

WIDTH = 24
OFTEN = 0.1
"""Seconds between two drawings."""


class Bar:
    """Shows how far something is on standard error, so that standard output stays clean."""

    def __init__(self, visible: bool = True) -> None:
        self._terminal = visible and sys.stderr.isatty()
        self._lines = visible and not self._terminal
        self._stage = ""
        self._drawn = 0.0
        self._began = time.monotonic()

    def show(self, fraction: float | None, stage: str) -> None:
        """``fraction`` of 0..1; None where it is not known."""
        changed, self._stage = stage != self._stage, stage
        if self._lines and changed:
            print(stage, file=sys.stderr, flush=True)
        now = time.monotonic()
        if not self._terminal or (now - self._drawn < OFTEN and not changed):
            return
        self._drawn = now
        known = fraction is not None
        full = round(WIDTH * min(max(fraction or 0.0, 0.0), 1.0))
        share = f"{fraction:4.0%}" if known else "    "
        line = f"[{'█' * full}{'·' * (WIDTH - full)}] {share} {now - self._began:4.0f} s  {stage}"
        sys.stderr.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._terminal and self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = 0.0

    def __enter__(self) -> Bar:
        """Use as a context manager: the line goes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self.clear()
