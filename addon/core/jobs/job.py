"""A job as the extension sees it: what was asked, how far it is, what came of it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..features import VERBS
from ..meshes.glb import Mesh
from ..meshes.results import Payload
from ..request.params import Params


class State(StrEnum):
    """Where a job is. READY: the result lies on disk and waits to be put into the scene."""

    CONNECTING = "connecting"
    UPLOADING = "uploading"
    QUEUED = "queued"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    READY = "ready"
    KEPT = "kept"
    """The result lies on disk but was not put into a scene: its document is not open, or the job was cancelled."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """Whether a worker is still busy with it."""
        return self in ACTIVE

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in FINISHED


RECONNECTING = "reconnecting"
"""The stage of a job whose server does not answer just now."""
ACTIVE = frozenset({State.CONNECTING, State.UPLOADING, State.QUEUED, State.RUNNING, State.DOWNLOADING})
FINISHED = frozenset({State.KEPT, State.DONE, State.FAILED, State.CANCELLED})


@dataclass(frozen=True)
class Origin:
    """The document that a job was started in: an id of it as it is open in this Blender, and its .blend if saved."""

    document: str = ""
    path: str = ""

    def is_same(self, other: Origin) -> bool:
        """Whether both are one document, as it is open or, after loading it again, by its file."""
        if self.document and self.document == other.document:
            return True
        return bool(self.path) and self.path == other.path


@dataclass(frozen=True)
class Task:
    """What to do; never changes, so a retry is the same task again."""

    title: str
    params: Params
    mesh: Mesh | None = field(default=None, compare=False)
    """The selected object's triangles, for the features that need one."""
    targets: tuple[str, ...] = ()
    """Identifiers of the objects that the result belongs to, the main one first (see ``scene.targets``)."""
    location: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where a new object shall stand, in Blender's world."""
    replaces: str = ""
    """Identifier of the object whose place a new object takes; that one is hidden, not deleted."""
    group: str = ""
    """Shared by the variants of one request, which stand side by side."""
    variant: int = 0
    """Number of this one among its group."""
    origin: Origin = Origin()

    @property
    def target(self) -> str:
        """The main object that the result belongs to; empty for a new one."""
        return self.targets[0] if self.targets else ""

    @property
    def feature(self) -> str:
        """The API's name of what is done."""
        return self.params.feature

    @property
    def verb(self) -> str:
        """For buttons and undo steps: Generate, Texture, Segment, Rig."""
        return VERBS[self.feature]


@dataclass
class Job:
    """A task on its way. Only the main thread changes it, from the events of its worker."""

    task: Task
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Our own id, the name of its folder, and the idempotency key of the submit."""
    profile: str = "local"
    """Which server it was given to: ``local``, or an address."""
    created: float = field(default_factory=time.time)
    """When it was asked for; local clock, seconds since 1970, as all times here."""
    state: State = State.CONNECTING
    progress: float = 0.0
    stage: str = ""
    eta: float | None = None
    """When it will be done, as the server foresees it."""
    queue_position: int | None = None
    """1 is next; None when it does not wait."""
    mesh_file: str = ""
    """The server's name of the mesh that was sent."""
    image_files: tuple[str, ...] = ()
    """The server's names of the pictures that were sent."""
    job_id: str = ""
    server: str = ""
    model_id: str = ""
    """The model that does it."""
    started: float = 0.0
    """When the work for it began."""
    seconds: float = 0.0
    """How long it took, set at the end."""
    file: Path | None = None
    preview: Path | None = None
    """A picture of the result, made by the server."""
    result: Any = None
    """The client's typed result."""
    payload: Payload | None = None
    problem: Problem | None = None
    notes: list[str] = field(default_factory=list)
    """Sentences about the result for the person."""
    why_kept: str = ""
    """That one of the notes which says why the result is not in a scene; it goes when that changes."""
    in_scene: bool = False
    """Whether the result was put into a scene."""
    listed: bool = True
    """Whether it is on the list of jobs still."""
    cancelled: bool = False
    """Whether the person cancelled it; a result that comes all the same is kept, not put into the scene."""
    told: bool = False
    """Whether the server knows about the cancel."""
    awaits_document: bool = False
    """Whether a kept result goes into its document by itself when that is open again."""
    by_hand: bool = False
    """Whether the person asked for the result here and now, whatever document it was made for."""
    mine: bool = True
    """Whether this Blender looks after it; the others' finished jobs are shown among the results."""

    def update(self, changes: dict[str, Any]) -> None:
        """Take over new values of attributes, and stop the clock at the end."""
        for name, value in changes.items():
            setattr(self, name, value)
        if self.state.finished and "state" in changes and self.started and not self.seconds:
            self.seconds = max(0.0, time.time() - self.started)

    def belongs_to(self, origin: Origin) -> bool:
        """Whether it was started in the document that is open; one without an origin belongs anywhere."""
        return not self.task.origin.document or self.task.origin.is_same(origin)

    @property
    def cut_off(self) -> bool:
        """Whether its server does not answer just now, so that what is known of it is old."""
        return self.state.active and self.stage == RECONNECTING

    def status_text(self) -> str:
        """A few words for the list."""
        if self.cut_off:
            return "Reconnecting"
        if self.state is State.RUNNING:
            return f"{self.progress:.0%}"
        if self.state is State.DONE:
            return f"Done in {clock(self.seconds)}"
        if self.state is State.QUEUED and self.queue_position:
            return f"Number {self.queue_position} in the queue"
        return STATE_TEXTS[self.state][0]

    def activity(self, now: float) -> str:
        """What it is doing and for how long still, as a line."""
        left = self.time_left(now)
        rest = f" · {clock(left)} left" if left else ""
        if self.state is not State.RUNNING or self.cut_off:
            return self.status_text() + rest
        stage = self.stage.replace("_", " ").capitalize() or "Working"
        return f"{stage} · {self.progress:.0%}{rest}"

    def time_left(self, now: float) -> float | None:
        """Seconds to go: as the server foresees it, else at the pace so far; None while neither says anything."""
        if self.state not in (State.QUEUED, State.RUNNING) or self.cut_off:
            return None
        if self.eta is not None:
            return self.eta - now if self.eta > now else None
        elapsed = now - self.started
        if not self.started or self.progress < 0.1 or elapsed < 3 or self.progress >= 1:
            return None
        return elapsed * (1 - self.progress) / self.progress


STATE_TEXTS = {
    State.CONNECTING: ("Connecting", "Waiting", ""),
    State.UPLOADING: ("Sending the mesh", "Sending", ""),
    State.QUEUED: ("Waiting in the queue", "Waiting", ""),
    State.DOWNLOADING: ("Fetching the result", "Fetching", ""),
    State.READY: ("Importing", ""),
    State.KEPT: ("Not in the scene", "Kept", ""),
    State.FAILED: ("Failed", ""),
    State.CANCELLED: ("Cancelled", ""),
}
"""Wordings of the states that need no number, longest first."""


def clock(seconds: float) -> str:
    """``8 s`` or ``1:20``."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d}"
