"""A job as JSON. What is written is enough to go on with it in another Blender; no secret is among it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import Problem, Remedy
from ..later import sdk
from ..request import params
from .job import Job, Origin, State, Task

VERSION = 1
"""Rises when an older extension could no longer make sense of a record."""


class NewerRecordError(ValueError):
    """A newer version of the extension wrote it; it is left alone."""


def encode(name: str, value: Any) -> Any:
    """The value of a job's attribute as JSON can hold it."""
    return ENCODERS[name](value) if name in ENCODERS and value is not None else value


def _task(task: Task) -> dict[str, Any]:
    """The mesh lies beside the record, and pictures are named as they are beside it."""
    return {
        "title": task.title,
        "params": task.params.to_record(),
        "targets": list(task.targets),
        "location": [float(v) for v in task.location],
        "replaces": task.replaces,
        "group": task.group,
        "variant": task.variant,
        "origin": dataclasses.asdict(task.origin),
    }


def _result(result: Any) -> dict[str, Any]:
    return dict(result.raw)


def _problem(problem: Problem) -> dict[str, Any]:
    return {**dataclasses.asdict(problem), "remedy": str(problem.remedy)}


ENCODERS: dict[str, Callable[[Any], Any]] = {
    "task": _task,
    "state": str,
    "result": _result,
    "problem": _problem,
    "file": lambda path: path.name,
    "preview": lambda path: path.name,
    "image_files": list,
    "notes": list,
}
FIELDS = (
    *("task", "profile", "created", "state", "mesh_file", "image_files", "job_id", "server", "model_id"),
    *("started", "seconds", "file", "preview", "result", "problem", "notes", "in_scene", "listed"),
    *("cancelled", "told", "awaits_document", "why_kept"),
)
"""What is kept of a job."""


def to_record(job: Job, owner: str) -> dict[str, Any]:
    """The record of a job that belongs to a Blender."""
    values = {name: encode(name, getattr(job, name)) for name in FIELDS}
    return {"version": VERSION, "key": job.key, "owner": owner, **values}


def from_record(record: Mapping[str, Any], folder: Path) -> Job:
    """The job that a record in its ``folder`` tells of, without its mesh.

    Raises ValueError (KeyError, TypeError) when it is not to be understood, NewerRecordError when it is too new.
    """
    if record["version"] > VERSION:
        raise NewerRecordError(f"{folder.name} was written by a newer version")
    task = _read_task(record["task"], folder)
    job = Job(task, key=str(record["key"]), state=State(record["state"]))
    plain = set(FIELDS) - set(ENCODERS)
    for name in plain & record.keys():
        setattr(job, name, _like(getattr(job, name), record[name]))
    job.image_files = tuple(record.get("image_files") or ())
    job.notes = [str(n) for n in record.get("notes") or ()]
    job.file, job.preview = (_beside(folder, record.get(n)) for n in ("file", "preview"))
    if record.get("result") is not None:
        job.result = result_of(task.feature, record["result"])
    if record.get("problem") is not None:
        problem = record["problem"]
        job.problem = Problem(**{**problem, "remedy": Remedy(problem["remedy"])})
    return job


def _like(default: Any, value: Any) -> Any:
    """A value that is of the same kind as an attribute's default. Raises ValueError for another one."""
    if isinstance(default, float) and isinstance(value, int):
        return float(value)
    if type(value) is not type(default):
        raise ValueError(f"{value!r} is no {type(default).__name__}")
    return value


def result_of(feature: str, raw: Mapping[str, Any]) -> Any:
    """The client's typed result."""
    return sdk.types.RESULTS.get(feature, sdk.MeshResult).from_dict(raw)


def _beside(folder: Path, name: str | None) -> Path | None:
    """A file in the job's folder, None when it has been deleted."""
    path = folder / Path(name).name if name else None
    return path if path is not None and path.is_file() else None


def _read_task(record: Mapping[str, Any], folder: Path) -> Task:
    request = dict(record["params"])
    if "images" in request:
        # Pictures that were copied lie beside the record; the extension's folder may have been moved since.
        copies = [folder / Path(image).name for image in request["images"]]
        request["images"] = [
            str(c) if c.is_file() else i for c, i in zip(copies, request["images"], strict=True)
        ]
    x, y, z = record["location"]
    return Task(
        title=record["title"],
        params=params.from_record(request),
        targets=tuple(record["targets"]),
        location=(x, y, z),
        replaces=record["replaces"],
        group=record["group"],
        variant=record["variant"],
        origin=Origin(**record["origin"]),
    )
