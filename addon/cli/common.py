"""What the commands share: which server, waiting, saving, and the answer about jobs."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpy

from .. import api
from ..api.errors import Error, error_of
from ..api.jobs import failure, give
from ..core.jobs.job import Job, State
from ..core.server.profiles import LOCAL_KEY
from . import codes
from .output import Output

PROGRAM = "blender -b [FILE] --command pocket3d"
CURRENT = ""
"""``--save`` without a name: the file that was opened."""
SHORT = 12
"""Characters of a job's key that are shown; any beginning that fits one job only is understood."""


class CommandLineError(Exception):
    """The command line cannot be meant like this."""

    def __init__(self, message: str, remedy: str = "", usage: str = "") -> None:
        super().__init__(message)
        self.error = Error(message, "BAD_COMMAND", remedy)
        self.usage = usage


class Interrupted(BaseException):
    """Ctrl-C, or the system wants the process to end. No Exception, so that nothing on the way takes it for one."""


def prepare(options: argparse.Namespace) -> None:
    """Choose the server and check what will be written, before anything is sent. Raises CommandLineError."""
    if not getattr(options, "wait", True):
        needless = [name for name in ("save", "out", "timeout") if getattr(options, name, None) is not None]
        if needless:
            raise CommandLineError(
                f"--no-wait and --{needless[0]} exclude each other: there is no result yet",
                "Say it when you get the result: jobs fetch KEY --save",
            )
    if getattr(options, "profile", None):
        try:
            api.use_server(options.profile)
        except Error as error:
            raise CommandLineError(error.message, error.remedy) from error
    if getattr(options, "save", None) is not None:
        if options.save == CURRENT and not bpy.data.filepath:
            raise CommandLineError("--save: no file was opened, so it needs a name", "--save FILE.blend")
        options.save = checked_file(options.save or bpy.data.filepath, ".blend", "--save")
    if getattr(options, "out", None) is not None:
        options.out = checked_file(options.out, ".glb", "--out")


def checked_file(text: str, suffix: str, option: str) -> Path:
    """The whole path of a file that will be written. Raises CommandLineError when it cannot be meant so."""
    path = Path(text).absolute()
    if path.suffix.lower() != suffix:
        raise CommandLineError(f"{option}: {text} should end in {suffix}")
    if not path.parent.is_dir():
        raise CommandLineError(f"{option}: there is no folder {path.parent}")
    return path


def object_named(name: str) -> bpy.types.Object:
    """An object of the file. Raises CommandLineError."""
    obj = bpy.data.objects.get(name)
    if obj is None:
        meshes = sorted(o.name for o in bpy.data.objects if o.type == "MESH")
        shown = ", ".join(meshes[:10]) + (", …" if len(meshes) > 10 else "")
        there = f"Its meshes are {shown}" if meshes else "It has no mesh; open a file: blender -b FILE.blend"
        raise CommandLineError(f"There is no object {name!r} in the file", there)
    return obj


def begin(options: argparse.Namespace, submit: Callable[[], Sequence[Job]]) -> list[Job]:
    """Submit jobs; what is refused before it was sent is the command line's fault. Raises CommandLineError."""
    prepare(options)
    try:
        return list(submit())
    except Error as error:
        raise CommandLineError(error.message, error.remedy) from error


def finish(options: argparse.Namespace, output: Output, jobs: Sequence[Job]) -> int:
    """Wait for jobs, unless they are to be left, and answer; returns the exit code."""
    if not getattr(options, "wait", True):
        return leave(output, jobs)
    code = codes.DONE
    try:
        api.wait(jobs, on_progress=lambda job: output.jobs(jobs), timeout=options.timeout, raises=False)
    except Error as late:
        api.cancel(*jobs)
        code = codes.of(late)
        if not any(job.state is State.DONE for job in jobs):
            raise
    code = code or code_of(jobs)
    answer: dict[str, Any] = {"status": STATUSES.get(code, "error"), "exit_code": code}
    answer["objects"] = [obj.name for job in jobs for obj in api.made(job)]
    answer["jobs"] = [entry(job) for job in jobs]
    lines = [line for job in jobs for line in lines_of(job)]
    if options.out is not None:
        keep_files(jobs, options.out, answer, lines)
    if answer["objects"]:
        save(options, answer, lines)
    failures = [failure(job) for job in jobs if job.state is not State.DONE]
    if failures:
        answer["error"] = error_entry(failures[0])
    output.answer(answer, lines)
    for error in failures:
        output.complain(f"Error: {error}")
    return code


STATUSES = {codes.DONE: "completed", codes.PARTLY: "partly"}


def code_of(jobs: Sequence[Job]) -> int:
    """The exit code for jobs that have ended."""
    failures = [failure(job) for job in jobs if job.state is not State.DONE]
    if not failures:
        return codes.DONE
    return codes.PARTLY if len(failures) < len(jobs) else codes.of(failures[0])


def leave(output: Output, jobs: Sequence[Job]) -> int:
    """Wait until the server has the jobs, and say how to get their results; returns the exit code."""
    give(jobs)
    answer = {"status": "submitted", "exit_code": codes.DONE, "jobs": [entry(job) for job in jobs]}
    lines = [f"{job.key[:SHORT]}  {job.task.verb}: {job.task.title} (job {job.job_id})" for job in jobs]
    lines.append(f"Get the result later: {PROGRAM} jobs fetch {jobs[0].key[:SHORT]}")
    if any(job.profile == LOCAL_KEY for job in jobs):
        lines.append(
            "The server on this computer ends with its last Blender, and goes on when one needs it again"
        )
    output.answer(answer, lines)
    return codes.DONE


def entry(job: Job) -> dict[str, Any]:
    """A job for JSON."""
    return {
        "key": job.key,
        "job_id": job.job_id,
        "feature": job.task.feature,
        "title": job.task.title,
        "status": str(job.state),
        "server": job.server,
        "model": job.model_id,
        "objects": [obj.name for obj in api.made(job)] if job.state is State.DONE else [],
        "file": str(job.file) if job.file else None,
        "seconds": round(job.seconds, 1),
        "notes": list(job.notes),
        "error": error_entry(error_of(job.problem)) if job.problem else None,
    }


def error_entry(error: Error) -> dict[str, str]:
    """An error for JSON."""
    return {"code": error.code, "message": error.message, "remedy": error.remedy}


def lines_of(job: Job) -> list[str]:
    """A job that is done, for people."""
    if job.state is not State.DONE:
        return []
    names = ", ".join(obj.name for obj in api.made(job))
    return [f"{job.task.verb} done in {job.seconds:.1f} s: {names}", *(f"  {note}" for note in job.notes)]


def keep_files(jobs: Sequence[Job], out: Path, answer: dict[str, Any], lines: list[str]) -> None:
    """Copy the files of results; those of a second and third job get a number. Raises Error."""
    answer["files"] = []
    for job in jobs:
        if job.file is None or job.state is not State.DONE:
            continue
        number = len(answer["files"]) + 1
        path = out if number == 1 else out.with_stem(f"{out.stem}_{number}")
        try:
            shutil.copyfile(job.file, path)
        except OSError as error:
            raise Error(f"{path} could not be written: {error.strerror}", "FILE") from error
        answer["files"].append(str(path))
        lines.append(f"Kept {path}")


def save(options: argparse.Namespace, answer: dict[str, Any], lines: list[str]) -> None:
    """Save the .blend if that is asked for. Raises Error."""
    if options.save is None:
        return
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(options.save))
    except RuntimeError as error:
        raise Error(f"{options.save} could not be saved: {error}".strip(), "FILE") from error
    answer["saved"] = str(options.save)
    lines.append(f"Saved {options.save}")
