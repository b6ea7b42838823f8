"""How a server and its runner processes talk: one JSON object a line, tasks down, messages up.

Down (the child's stdin): ``{"type": "run", "task": {…}}``. End of file means: the server is gone, die.
Up (the child's stdout): ``ready``, ``progress``, ``done``, ``failed``, each with the task's ``key``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pocket3d_server.runners.base import Done, Failed, OutputFile, Progress, Report, Task

TYPES: dict[type, str] = {Progress: "progress", Done: "done", Failed: "failed"}


def encode_task(task: Task) -> bytes:
    """A task as a line."""
    return _line({"type": "run", "task": asdict(task)})


def decode_task(line: bytes) -> Task:
    """The task in a line from the server."""
    return Task(**json.loads(line)["task"])


def encode_ready() -> bytes:
    """The line that says that the process is up."""
    return _line({"type": "ready"})


def encode_report(report: Report) -> bytes:
    """A report as a line."""
    return _line({"type": TYPES[type(report)], **asdict(report)})


def decode_report(line: bytes) -> Report | None:
    """The report in a line from a runner; None for ``ready``."""
    fields: dict[str, Any] = json.loads(line)
    kind = fields.pop("type")
    if kind == "progress":
        return Progress(**fields)
    if kind == "failed":
        return Failed(**fields)
    if kind == "done":
        files = [OutputFile(**file) for file in fields.pop("files")]
        return Done(files=files, **fields)
    return None


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
