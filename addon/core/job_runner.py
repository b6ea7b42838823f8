"""Runs jobs on worker threads and tells the main thread about them through one queue.

There are two drivers: with a window a timer calls ``poll`` a few times a second, without one ``run`` blocks.
Workers never touch a ``Job``; they put events in the queue and ``poll`` applies them.
"""

from __future__ import annotations

import contextlib
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from . import glb, results
from .errors import Problem, UserError, explain
from .features import FEATURES, MESH, RIG, SEGMENT, TEXTURE
from .jobs import Job, State, Task
from .sdk import sdk


class Connect(Protocol):
    """Gives a client of a server that is ready; may block while one starts. Raises UserError."""

    def __call__(self) -> Any:
        """A ``Pocket3DClient``."""
        ...


@dataclass(frozen=True)
class Event:
    """What a worker has to say about its job: new values of some of the job's attributes."""

    key: str
    changes: dict[str, Any]


class CancelledError(Exception):
    """The person cancelled the job."""


class JobRunner:
    """All jobs of this Blender."""

    def __init__(self, connect: Connect, folder: Path) -> None:
        self._connect = connect
        self.folder = folder
        """Where results are kept."""
        self.jobs: dict[str, Job] = {}
        self._events: queue.Queue[Event] = queue.Queue()
        self._workers: dict[str, Worker] = {}

    def submit(self, task: Task) -> Job:
        """Start a task. Raises UserError when it cannot be meant like this."""
        task.params.check()
        if task.feature not in FEATURES:
            raise UserError(f"Unknown feature {task.feature}")
        if task.feature != MESH and task.mesh is None:
            raise UserError("Select a mesh first")
        job = Job(task)
        self.jobs[job.key] = job
        self._workers[job.key] = Worker(job.key, task, self._connect, self.folder, self._events.put)
        self._workers[job.key].start()
        return job

    def retry(self, key: str) -> Job:
        """Run the task of an ended job again: a new job, the newest of the list."""
        task = self.jobs.pop(key).task
        return self.submit(task)

    def cancel(self, key: str) -> None:
        """Stop a job: at once here, then on the server. A result that still arrives is not used."""
        job = self.jobs[key]
        if job.state.active or job.state is State.READY:
            job.state = State.CANCELLED
            self._workers[key].cancel()

    def remove(self, key: str) -> None:
        """Forget an ended job; the files stay."""
        if self.jobs[key].state.finished:
            self.jobs.pop(key)

    def clear_ended(self) -> None:
        """Forget all ended jobs; the files stay."""
        self.jobs = {key: job for key, job in self.jobs.items() if not job.state.finished}

    @property
    def active(self) -> bool:
        """Whether any job still needs attention."""
        return any(not j.state.finished for j in self.jobs.values())

    def poll(self) -> list[Job]:
        """Take in what the workers said; returns the jobs that changed. Main thread only."""
        changed: dict[str, Job] = {}
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return list(changed.values())
            job = self.jobs.get(event.key)
            if job is None or job.state.finished:
                continue
            job.update(event.changes)
            changed[job.key] = job

    def ready(self) -> list[Job]:
        """Jobs whose result waits to be put into the scene, oldest first."""
        return [j for j in self.jobs.values() if j.state is State.READY]

    @property
    def listed(self) -> list[Job]:
        """The jobs of the list, newest first."""
        return sorted((j for j in self.jobs.values() if j.listed and j.mine), key=lambda j: -j.created)

    @property
    def results(self) -> list[Job]:
        """All jobs that have a result's file, newest first; other Blenders' too."""
        return sorted((j for j in self.jobs.values() if j.file is not None), key=lambda j: -j.created)

    def keep(self, job: Job, note: str) -> None:
        """Say that a READY job's result is not put into the scene, and why."""
        job.update({"state": State.KEPT, "notes": [*job.notes, note]})
        job.payload = None

    def finish(self, job: Job, problem: Problem | None = None) -> None:
        """Say that a READY job's result is in the scene, or why not."""
        job.update({"state": State.FAILED if problem else State.DONE, "problem": problem})
        job.payload = None  # large arrays; the file still has them

    def wait(self, job: Job, on_change: Callable[[Job], None] | None = None) -> Job:
        """Block until a job is READY or has ended: the driver without a window."""
        while job.state.active:
            if self.poll() and on_change:
                on_change(job)
            if job.state.active:
                time.sleep(0.05)
        return job

    def close(self) -> None:
        """Leave the workers to end on their own (they are daemons); jobs go on on the server."""
        for worker in self._workers.values():
            worker.abandon()


class Worker(threading.Thread):
    """Takes one task through connect, upload, submit, wait, download and reading."""

    def __init__(
        self, key: str, task: Task, connect: Connect, folder: Path, put: Callable[[Event], None]
    ) -> None:
        super().__init__(name=f"pocket3d-{task.verb.lower()}", daemon=True)
        self._key = key
        self._task = task
        self._connect = connect
        self._folder = folder
        self._put = put
        self._client: Any = None
        self._job_id = ""
        self._cancelled = threading.Event()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Ask for the end; the server is told from another thread because this one may be waiting."""
        self._cancelled.set()
        threading.Thread(target=self._cancel_on_server, daemon=True).start()

    def abandon(self) -> None:
        """Say nothing any more."""
        self._put = lambda event: None

    def _cancel_on_server(self) -> None:
        with self._lock:  # held while submitting: afterwards the job's id is known
            client, job_id = self._client, self._job_id
        if client is not None and job_id:
            with contextlib.suppress(sdk.Pocket3DAPIError):  # it has ended, or the server is gone
                client.jobs.cancel(job_id)

    def _tell(self, **changes: Any) -> None:
        self._put(Event(self._key, changes))

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError

    def run(self) -> None:
        """Work; every way out ends in an event."""
        try:
            self._work()
        except CancelledError:
            self._tell(state=State.CANCELLED)
        except Exception as error:
            problem = explain(error)
            cancelled = self._cancelled.is_set() or problem.code == "CANCELLED"
            self._tell(state=State.CANCELLED if cancelled else State.FAILED, problem=problem)

    def _work(self) -> None:
        client = self._connect()
        self._check()
        self._tell(server=client.base_url, started=time.time())
        mesh_file = self._upload(client) if self._task.mesh is not None else None
        with self._lock:
            self._check()
            self._client = client
            job = self._submit(client, mesh_file)
            self._job_id = job.job_id
        self._tell(state=State.QUEUED, job_id=job.job_id)
        result = client.wait_for_completion(job.job_id, on_progress=self._progress)
        self._check()
        self._tell(state=State.DOWNLOADING, progress=1.0)
        path = client.download(job.job_id, self._folder / f"{job.job_id}.glb")
        self._check()
        payload = results.read_result(self._task.feature, path, getattr(result, "parts", ()))
        if isinstance(payload, results.PartsData) and self._task.mesh is not None:
            payload = results.in_sent_order(payload, self._task.mesh.order)
        notes = list(getattr(result, "notes", []) or [])
        self._tell(state=State.READY, file=path, result=result, payload=payload, notes=notes)

    def _upload(self, client: Any) -> str:
        self._tell(state=State.UPLOADING)
        assert self._task.mesh is not None
        with tempfile.TemporaryDirectory(prefix="pocket3d-") as folder:
            path = Path(folder) / "mesh.glb"
            glb.write_glb(self._task.mesh, path)
            return client.mesh.upload(path)[0]

    def _submit(self, client: Any, mesh_file: str | None) -> Any:
        body = {**self._task.params.body(), "idempotency_key": self._key}
        feature = self._task.feature
        if feature == TEXTURE:
            return client.texture.generate(mesh_file, **body)
        if feature == SEGMENT:
            return client.segment.analyze(mesh_file, **body)
        if feature == RIG:
            return client.rig.generate(mesh_file, **body)
        return client.mesh.generate(output_format="glb", **body)

    def _progress(self, event: Any) -> None:
        self._check()
        if event.event == "progress_update" and event.progress is not None:
            self._tell(state=State.RUNNING, progress=event.progress, stage=event.stage or "")
        elif event.event == "job_started":
            self._tell(state=State.RUNNING)
