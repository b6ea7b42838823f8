"""Takes one job through its steps on a thread of its own, from wherever it is: send, follow, fetch, read.

Before each step that the server sees, the record on disk says what is about to happen; so a job goes on at the
same place in another Blender, however this one ends. Workers never touch a ``Job``; they send events.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import UserError, explain, note_for_artists
from ..features import MESH, RIG, SEGMENT, TEXTURE
from ..later import sdk
from ..meshes import glb, results
from ..server.profiles import on_this_machine, without_secrets
from .job import RECONNECTING, Job, State
from .losses import is_lost, passes, unknown, unreachable
from .store import RESULT, SENT, Store

LOOK_NEAR, LOOK_FAR = 4.0, 20.0
"""Seconds between two questions about the job as a whole, beside its events: its place in the queue, and whether
the server is there. Elsewhere asking costs quota."""
LONGEST_PAUSE = 20.0
PATIENCE = 600.0
"""Seconds without an answer after which a job counts as failed here; it can be resumed by hand."""
LATE = "Cancelled when its result was there already"


class Connect(Protocol):
    """Gives a client of the server of a profile; may block while one starts. Raises UserError."""

    def __call__(self, profile: str) -> Any:
        """A ``Pocket3DClient``."""
        ...


class Event(NamedTuple):
    """What a worker has to say about its job: new values of some of the job's attributes.

    ``mesh`` and ``images`` belong to its task.
    """

    key: str
    changes: dict[str, Any]


class CancelledError(Exception):
    """The person cancelled the job before the server had it."""


class AbandonedError(Exception):
    """This Blender ends; another one goes on."""


class Worker(threading.Thread):
    """Works on one job, from where it is.

    What is sent is taken from the folder of an ``earlier`` job when the task is that one's, once more. It is sent
    ``after`` what another worker sends.
    """

    def __init__(
        self,
        job: Job,
        connect: Connect,
        store: Store,
        put: Callable[[Event], None],
        *,
        earlier: Path | None = None,
        drop_earlier: bool = False,
        former: Worker | None = None,
        after: Worker | None = None,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(name=f"pocket3d-{job.task.verb.lower()}", daemon=True)
        self._key = job.key
        self._task = job.task
        self.group = job.task.group
        self._profile = job.profile
        self._given = bool(job.server)  # whether the server may have it already
        self._new = not job.server and not job.mesh_file and earlier is None
        self._mesh_file, self._image_files = job.mesh_file, job.image_files
        self._job_id = job.job_id
        self._file = job.file
        self._result = job.result
        self._notes = list(job.notes)
        self._told = job.told
        self._connect = connect
        self._store = store
        self._put = put
        self._earlier, self._drop_earlier = earlier, drop_earlier
        self._former = former  # the worker of the earlier job
        self._after = after
        self.prepared = threading.Event()
        """Whether what the job sends lies in its folder, or never will."""
        self.sent = threading.Event()
        """Whether the server has the job, or never will by this worker."""
        self._patience = patience
        self._folder = store.folder_of(job.key)
        self._client: Any = None
        self._state: State | None = None
        self._ahead = float("inf")  # how far this clock is ahead of the server's, at most
        self._cancelled = threading.Event()
        if job.cancelled:
            self._cancelled.set()
        self._abandoned = threading.Event()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Ask for the end; the server is told from another thread because this one may be waiting."""
        self._cancelled.set()
        threading.Thread(target=self._cancel_now, name="pocket3d-cancel", daemon=True).start()

    def abandon(self) -> None:
        """Say nothing any more."""
        self._abandoned.set()

    def _cancel_now(self) -> None:
        with self._lock:  # held while submitting: afterwards the job's id is known
            client = self._client
        if client is not None:
            with contextlib.suppress(sdk.Pocket3DAPIError, AbandonedError):  # else told with the next answer
                self._tell_cancel(client)

    def _tell_cancel(self, client: Any) -> None:
        if not self._job_id or self._told or not self._cancelled.is_set():
            return
        try:
            client.jobs.cancel(self._job_id)
        except sdk.Pocket3DAPIError as error:
            if passes(error):
                raise  # otherwise it has ended already, or is not known any more
        self._told = True
        self._tell(told=True)

    def _tell(self, *, wait: bool = False, **changes: Any) -> None:
        """Send an event; what belongs on the record goes there too, with ``wait`` before this returns."""
        if self._abandoned.is_set():
            raise AbandonedError
        if changes.get("state") != self._state or changes.keys() - TRANSIENT:
            kept = dict(changes)
            if self._cancelled.is_set() and kept.get("state") is not State.KEPT:
                kept.pop("state", None)  # the record says already that it is cancelled
            self._store.change(self._key, kept, wait=wait)
        if self._abandoned.is_set():  # while it was written
            raise AbandonedError
        self._state = changes.get("state", self._state)
        self._put(Event(self._key, changes))

    def _check(self) -> None:
        if self._abandoned.is_set():
            raise AbandonedError
        if self._cancelled.is_set() and not self._given:
            raise CancelledError

    def run(self) -> None:
        """Work; every way out ends in an event, except that of a Blender that ends."""
        with contextlib.suppress(AbandonedError):
            try:
                self._work()
            except CancelledError:
                self._tell(state=State.CANCELLED, told=True)
            except AbandonedError:
                raise
            except Exception as error:
                problem = explain(error)
                if problem.code == "CANCELLED":
                    self._tell(state=State.CANCELLED, told=True)
                else:
                    self._tell(state=State.FAILED, problem=problem)
            finally:
                self.prepared.set()
                self.sent.set()

    def _work(self) -> None:
        if self._file is None:
            if not self._job_id:
                self._prepare()
            self.prepared.set()
            if not self._job_id:
                self._send()
            self.sent.set()
            self._receive()
        if self._cancelled.is_set():
            self._tell(state=State.KEPT, notes=[*self._notes, LATE], why_kept=LATE)
        else:
            self._read()

    # What the server needs -----------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Put everything that is sent on disk, then the record."""
        if self._former is not None:
            self._former.prepared.wait()
        if self._new or self._earlier is not None:
            self._task = self._store.keep_inputs(self._key, self._task, self._earlier)
            images = list(getattr(self._task.params, "images", ()))
            if images:
                self._store.change_task(self._key, {"params": self._task.params.to_record()})
                self._tell(images=tuple(images))
        self._tell(wait=True, state=State.CONNECTING)
        if self._earlier is not None and self._drop_earlier:
            self._store.delete(self._earlier.name)  # an attempt that this one takes the place of

    def _send(self) -> None:
        if self._after is not None:
            while not self._after.sent.wait(0.2):
                self._check()
        client = self._connect(self._profile)
        self._check()
        resumed = self._given
        if not resumed:
            self._upload(client)
        with self._lock:
            self._check()
            self._tell(wait=True, server=without_secrets(client.base_url), started=time.time())
            self._given = True
            try:
                self._submit(client)
            except sdk.Pocket3DAPIError as error:
                if not resumed or passes(error):
                    raise
                self._upload(client)  # what was sent for it is no longer there
                self._submit(client)
            self._client = client
        self._tell(wait=True, state=State.QUEUED, job_id=self._job_id)

    def _upload(self, client: Any) -> None:
        files = [self._folder / SENT] if self._task.feature != MESH else []
        files += [Path(image) for image in getattr(self._task.params, "images", ())]
        if not files:
            return
        self._tell(state=State.UPLOADING)
        names = client.mesh.upload(files)
        if self._task.feature != MESH:
            self._mesh_file, *names = names
        self._image_files = tuple(names)
        self._tell(mesh_file=self._mesh_file, image_files=self._image_files)

    def _submit(self, client: Any) -> None:
        """Send the request: with the job's own key and always the same body, so that it is never done twice."""
        body = {**self._task.params.body(), "idempotency_key": self._key}
        if self._image_files:
            body["images"] = list(self._image_files)
        feature = self._task.feature
        try:
            if feature == TEXTURE:
                job = client.texture.generate(self._mesh_file, **body)
            elif feature == SEGMENT:
                job = client.segment.analyze(self._mesh_file, **body)
            elif feature == RIG:
                job = client.rig.generate(self._mesh_file, **body)
            else:
                job = client.mesh.generate(output_format="glb", **body)
            self._job_id = job.job_id
        except sdk.Pocket3DAPIError as error:
            if error.error_code != "IDEMPOTENCY_MISMATCH" or not error.details.get("job_id"):
                raise
            self._job_id = str(error.details["job_id"])  # it arrived, with files of other names

    # What comes of it ----------------------------------------------------------------------------------------

    def _receive(self) -> None:
        """Follow the job to its end and fetch what it made, over servers that come and go."""
        since, pause = time.monotonic(), 0.5
        while True:
            try:
                client = self._client = self._client or self._connect(self._profile)
                self._tell_cancel(client)
                result = self._follow(client)
                if result is not None:
                    self._fetch(client, result)
                    return
                since, pause = time.monotonic(), 0.5
            except (AbandonedError, CancelledError):
                raise
            except Exception as error:
                if is_lost(error):
                    raise unknown(error) from error
                if not passes(error):
                    raise
                if time.monotonic() - since > self._patience:
                    raise unreachable(error, self._patience) from error
                self._client = None
                self._tell(stage=RECONNECTING, eta=None)
                if self._abandoned.wait(pause):
                    raise AbandonedError from error
                pause = min(pause * 2, LONGEST_PAUSE)

    def _follow(self, client: Any) -> Any:
        """Its result, or None when it is time to look whether all is well."""
        found = client.jobs.get(self._job_id)
        if found.finished:
            return sdk.waiting.outcome(found)
        eta = found.estimated_completion or found.eta
        running = found.status != "queued"
        self._tell(
            state=State.RUNNING if running else State.QUEUED,
            progress=found.progress,
            stage=found.stage or "",
            eta=self._local(eta),
            queue_position=None if running else found.queue_position,
            model_id=found.model_id or "",
        )
        look = LOOK_NEAR if on_this_machine(client.base_url) else LOOK_FAR
        try:
            return client.wait_for_completion(
                self._job_id, look, on_progress=self._progress, poll_interval=min(look, 2.0)
            )
        except sdk.Pocket3DTimeoutError:
            return None

    def _progress(self, event: Any) -> None:
        sent = seconds(event.timestamp)
        if sent is not None:
            self._ahead = min(self._ahead, time.time() - sent)
        if event.event == "progress_update" and event.progress is not None:
            self._tell(
                state=State.RUNNING,
                progress=event.progress,
                stage=event.stage or "",
                eta=self._local(event.eta),
                queue_position=None,
            )
        elif event.event == "job_started":
            self._tell(state=State.RUNNING, queue_position=None, eta=None)
        elif event.event == "job_queued":
            self._tell(state=State.QUEUED, progress=0.0, stage="")

    def _local(self, stamp: str | None) -> float | None:
        """A time of the server's by this machine's clock."""
        time_there = seconds(stamp)
        if time_there is None:
            return None
        return time_there + (self._ahead if self._ahead != float("inf") else 0.0)

    def _fetch(self, client: Any, result: Any) -> None:
        self._tell(state=State.DOWNLOADING, progress=1.0, stage="", eta=None, queue_position=None)
        self._file = client.download(self._job_id, self._folder / RESULT)
        preview = None
        if result.preview_image:
            name = f"preview{Path(result.preview_image).suffix}"
            with contextlib.suppress(sdk.Pocket3DAPIError, OSError):  # a result without a picture is one too
                preview = client.files.download(result.preview_image, self._folder / name)
        self._result = result
        self._notes = [note_for_artists(note) for note in result.notes or ()]
        self._tell(wait=True, file=self._file, preview=preview, result=result, notes=self._notes)

    def _read(self) -> None:
        """Read the result, and for one that belongs on a mesh what was sent."""
        assert self._file is not None
        if not self._file.is_file():
            self._tell(file=None)  # so that trying again fetches it again
            raise UserError("The result's file has been deleted")
        mesh = self._task.mesh
        if mesh is None and self._task.feature != MESH:
            mesh = glb.read_mesh(self._folder / SENT)
        order = None if mesh is None else mesh.order
        parts = getattr(self._result, "parts", ())
        images = getattr(self._task.params, "images", ())
        counts = [] if mesh is None else [share.vertices for share in mesh.shares]
        payload = results.read_result(self._task.feature, self._file, parts, order, images, counts)
        # Not for the record: for that, a job whose result lies there is one whose result is to be read.
        self._check()
        self._put(Event(self._key, {"state": State.READY, "payload": payload, "mesh": mesh}))


TRANSIENT = frozenset({"state", "progress", "stage", "eta", "queue_position", "images", "model_id"})
"""What is not worth a line on the record by itself."""


def seconds(stamp: str | None) -> float | None:
    """Seconds since 1970 of an ISO 8601 time, None for what is none."""
    try:
        return datetime.fromisoformat(stamp or "").timestamp()
    except ValueError:
        return None
