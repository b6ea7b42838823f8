"""What a runner process and the libraries in it print: one line of the server's log for each of its lines."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import BinaryIO

from pocket3d_server import logs
from pocket3d_server.runners.base import Attempt

log = logging.getLogger("pocket3d_server.runners.printed")

MAX_LINE = 16 * 1024
"""Bytes of a line; a longer one becomes several."""


def pass_on(stream: BinaryIO, model_id: str, pid: int, current: Callable[[], Attempt | None]) -> None:
    """Log the lines of ``stream`` until it ends. ``current``: the attempt that the process works on just now."""
    origin = f"{model_id}[{pid}]"
    with contextlib.suppress(OSError, ValueError):  # closed under our hands
        while line := stream.readline(MAX_LINE):
            # A progress bar draws itself again after each carriage return; its last state is enough.
            text = line.decode("utf-8", "replace").rstrip().rpartition("\r")[2]
            if not text:
                continue
            level, message, trace = logs.read_record(text)
            attempt = current()
            extra = {
                "origin": origin,
                "job_id": attempt.job_id if attempt else "",
                "request_id": attempt.request_id if attempt else "",
                "fields": {"model": model_id, "pid": pid},
                "traceback": trace,
            }
            log.log(level, "%s", message, extra=extra)
