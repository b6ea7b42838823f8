"""Jobs without a window: given to the server, waited for, put into the scene, cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import bpy

from ..core.jobs import provenance, records, store
from ..core.jobs.job import Job, State, Task
from ..scene import apply
from ..session import current_session
from .errors import Error, error_of, plain_errors

TICK = 0.05
"""Seconds between two looks at what the workers said."""
LOOK = 0.3
"""Seconds between two looks at another Blender's record."""
FAREWELL = 5.0
"""Seconds that telling the server about a cancel may take."""

OnProgress = Callable[[Job], None]

_made: dict[str, list[int]] = {}
"""Objects of each job that was put into the scene here, by their numbers in this session of Blender."""


def submit(task: Task) -> Job:
    """Give a task to the server; returns at once. Raises Error when it cannot be meant like this."""
    with plain_errors():
        return current_session().runner.submit(task)


def wait(
    jobs: Sequence[Job],
    *,
    on_progress: OnProgress | None = None,
    timeout: float | None = None,
    raises: bool = True,
) -> list[bpy.types.Object | None]:
    """Wait until all jobs have ended, and put their results into the scene as they come.

    Returns the main object of each. ``on_progress`` is called with a job whenever something about it changed. When jobs
    failed, Error is raised for the first of them after all have ended; with ``raises=False`` there is None in their
    places instead, and ``job.problem`` says why. After ``timeout`` seconds Error is raised with the code WAIT_TIMEOUT; the
    jobs go on. An interrupt cancels them.
    """
    try:
        for job in follow(jobs, timeout):
            if on_progress:
                on_progress(job)
    except Error:
        raise
    except BaseException:
        cancel(*jobs)
        raise
    if raises:
        for job in jobs:
            if job.state is not State.DONE:
                raise failure(job)
    return [next(iter(made(job)), None) for job in jobs]


def follow(jobs: Iterable[Job], timeout: float | None = None) -> Iterator[Job]:
    """Each job whenever it has changed, until all have ended; results go into the scene on the way."""
    runner = current_session().runner
    end = None if timeout is None else time.monotonic() + timeout
    under_way = {job.key: job for job in jobs}
    while under_way:
        changed = {job.key for job in runner.poll()}
        for job in list(under_way.values()):
            if job.state is State.READY:
                put_into_scene(job)
                changed.add(job.key)
            if job.state.finished:
                del under_way[job.key]
            if job.key in changed or job.state.finished:
                yield job
        if under_way and end is not None and time.monotonic() > end:
            raise Error("Nobody waited any longer for the result", "WAIT_TIMEOUT")
        if under_way:
            time.sleep(TICK)


def put_into_scene(job: Job) -> None:
    """Apply a READY job, and know its objects again."""
    objects = apply.put_into_scene(current_session().runner, job)
    _made[job.key] = [o.session_uid for o in objects]


def made(job: Job) -> list[bpy.types.Object]:
    """The objects that a job made or changed, the main one first; without those deleted since."""
    known = {o.session_uid: o for o in bpy.data.objects}
    objects = [known[uid] for uid in _made.get(job.key, ()) if uid in known]
    return objects or [o for o in bpy.data.objects if job.job_id and job.job_id in _job_ids(o)]


def _job_ids(obj: bpy.types.Object) -> set[str]:
    """The server's ids of the jobs that an object comes from."""
    return {str(s.get("job_id")) for s in provenance.from_text(str(obj.get(provenance.KEY, "[]")))}


def failure(job: Job) -> Error:
    """Why a job that has ended brought nothing into the scene."""
    if job.problem is not None and job.state is State.FAILED:
        return error_of(job.problem)
    if job.state is State.CANCELLED:
        return Error("The job was cancelled", "CANCELLED")
    note = job.notes[-1] if job.notes else "The result is not in the scene"
    return Error(note, "KEPT", f"Put it there: api.fetch({job.key!r})")


def cancel(*jobs: Job) -> None:
    """Cancel jobs, here and on the server; those that have ended stay as they are."""
    session = current_session()
    stopped = [job for job in jobs if not job.state.finished]
    for job in stopped:
        if job.key in session.runner.jobs:
            session.runner.cancel(job.key)
        elif job.job_id:  # another Blender looks after it, and will hear of it from the server
            with plain_errors():
                session.connection_for(job.profile).connect().jobs.cancel(job.job_id)
            job.update({"state": State.CANCELLED, "told": True})
    end = time.monotonic() + FAREWELL
    while time.monotonic() < end and any(job.server and not job.told for job in stopped):
        session.runner.poll()
        time.sleep(TICK)


def give(jobs: Sequence[Job]) -> None:
    """Wait until the server has all jobs, so that this Blender may end. Raises Error when one is refused."""
    runner = current_session().runner
    while any(job.state.active and not job.job_id for job in jobs):
        runner.poll()
        time.sleep(TICK)
    for job in jobs:
        if job.state is State.FAILED:
            raise failure(job)


def jobs() -> list[Job]:
    """All jobs that this computer's Blenders remember, newest first; reads their records."""
    runner = current_session().runner
    runner.load()
    runner.poll()
    on_disk = [job for key, _ in store.records_in(runner.folder) if (job := _read(runner.folder / key))]
    known = {**{job.key: job for job in on_disk}, **runner.jobs}
    return sorted(known.values(), key=lambda job: -job.created)


def _read(folder: Path) -> Job | None:
    """The job that a record tells of, None when it cannot be understood."""
    try:
        return records.from_record(store.read_record(folder), folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def find(key: str) -> Job:
    """A job by its key, the beginning of it, or the server's id. Raises Error."""
    found = [job for job in jobs() if key and (job.key.startswith(key) or job.job_id == key)]
    if len(found) != 1:
        count = f"{len(found)} jobs begin" if found else "No job begins"
        raise Error(
            f"{count} with {key!r}", "NOT_FOUND", "See them all: blender -b --command pocket3d jobs list"
        )
    return found[0]


def fetch(
    key: str, *, on_progress: OnProgress | None = None, timeout: float | None = None
) -> list[bpy.types.Object]:
    """Wait for a job that was given to the server earlier, perhaps by another Blender, and put its result here.

    ``key`` is the job's key or the beginning of it. Returns its objects, the main one first. Raises Error.
    """
    job = take_up(find(key), timeout)
    wait([job], on_progress=on_progress, timeout=timeout)
    return made(job)


def take_up(job: Job, timeout: float | None = None) -> Job:
    """Make a job of this or another Blender one whose result comes into this scene. Raises Error."""
    runner = current_session().runner
    end = None if timeout is None else time.monotonic() + timeout
    while job.key not in runner.jobs:  # another Blender looks after it, until it has ended
        if job.state.finished and job.file is None:
            raise failure(job)
        if end is not None and time.monotonic() > end:
            raise Error("Nobody waited any longer for the result", "WAIT_TIMEOUT")
        time.sleep(LOOK)
        runner.poll()
        job = _read(runner.folder / job.key) or job
    job = runner.jobs[job.key]
    if job.state.finished and job.file is not None:
        runner.place(job.key)
    return job
