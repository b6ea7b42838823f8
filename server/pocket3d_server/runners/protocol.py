"""How a server and its runner processes talk: one JSON object a line, attempts down, messages up.

Down (the child's stdin): ``{"type": "run", "attempt": {…}}``. End of file means: the server is gone, die.
Up (the child's stdout): ``ready``, ``loaded``, then ``progress``, ``done``, ``failed``, ``died``, each with the
attempt's ``key``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any, BinaryIO

from pocket3d_server.errors import ErrorCode
from pocket3d_server.runners.base import (
    Attempt,
    Died,
    Done,
    Failed,
    Loaded,
    OutputFile,
    ProgressReport,
    Report,
)

TYPES: dict[type, str] = {ProgressReport: "progress", Done: "done", Failed: "failed", Died: "died"}


def take_stdout() -> BinaryIO:
    """Keep the real stdout for messages, and send everything else that this process prints to stderr."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


def encode_attempt(attempt: Attempt) -> bytes:
    """An attempt as a line."""
    return _line({"type": "run", "attempt": asdict(attempt)})


def decode_attempt(line: bytes) -> Attempt:
    """The attempt in a line from the server."""
    return Attempt(**json.loads(line)["attempt"])


def encode_ready() -> bytes:
    """The line that says that the process is up."""
    return _line({"type": "ready"})


def encode_loaded() -> bytes:
    """The line that says that the model is loaded."""
    return _line({"type": "loaded"})


def encode_report(report: Report) -> bytes:
    """A report as a line."""
    return _line({"type": TYPES[type(report)], **asdict(report)})


def decode_report(line: bytes) -> Report | Loaded | None:
    """The report in a line from a runner; None for ``ready``."""
    fields: dict[str, Any] = json.loads(line)
    kind = fields.pop("type")
    if kind == "loaded":
        return Loaded()
    if kind == "died":
        return Died(code=ErrorCode(fields.pop("code")), **fields)
    if kind == "progress":
        return ProgressReport(**fields)
    if kind == "failed":
        return Failed(code=ErrorCode(fields.pop("code")), **fields)
    if kind == "done":
        files = [OutputFile(**file) for file in fields.pop("files")]
        return Done(files=files, **fields)
    return None


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
