"""A job as the extension sees it: what was asked, how far it is, what came of it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from .errors import Problem
from .features import VERBS
from .glb import Mesh
from .params import Params
from .results import Payload


class State(StrEnum):
    """Where a job is. READY: the result lies on disk and waits to be put into the scene."""

    CONNECTING = "connecting"
    UPLOADING = "uploading"
    QUEUED = "queued"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    READY = "ready"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """Whether a worker is still busy with it."""
        return self in ACTIVE

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self in FINISHED


ACTIVE = frozenset({State.CONNECTING, State.UPLOADING, State.QUEUED, State.RUNNING, State.DOWNLOADING})
FINISHED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


@dataclass(frozen=True)
class Origin:
    """The document that a job was started in: an id of it as it is open in this Blender, and its .blend if saved."""

    document: str = ""
    path: str = ""


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
    """Our own id, and the idempotency key of the submit."""
    state: State = State.CONNECTING
    progress: float = 0.0
    stage: str = ""
    job_id: str = ""
    server: str = ""
    started: float = 0.0
    """Local clock, seconds since 1970."""
    seconds: float = 0.0
    """How long it took, set at the end."""
    file: Path | None = None
    result: Any = None
    """The client's typed result."""
    payload: Payload | None = None
    problem: Problem | None = None
    notes: list[str] = field(default_factory=list)
    """Sentences about the result for the person."""

    def update(self, changes: dict[str, Any]) -> None:
        """Take over new values of attributes, and stop the clock at the end."""
        for name, value in changes.items():
            setattr(self, name, value)
        if self.state.finished and self.started:
            self.seconds = time.time() - self.started

    def fits(self, topology: str | None) -> bool:
        """Whether the result still belongs on the object it was made for.

        ``topology`` is the fingerprint of its faces as they are now, None when it has gone or cannot be used.
        Moving vertices is no change; adding or removing any is.
        """
        return self.task.mesh is not None and topology == self.task.mesh.topology

    def status_text(self) -> str:
        """A few words for the list."""
        if self.state is State.RUNNING:
            return f"{self.progress:.0%}"
        if self.state is State.DONE:
            return f"Done in {clock(self.seconds)}"
        return STATE_TEXTS[self.state]

    def activity(self, now: float) -> str:
        """What it is doing and for how long still, as a line."""
        if self.state is not State.RUNNING:
            return self.status_text()
        stage = self.stage.replace("_", " ").capitalize() or "Working"
        left = self.time_left(now)
        return f"{stage} · {self.progress:.0%}" + (f" · {clock(left)} left" if left else "")

    def time_left(self, now: float) -> float | None:
        """Seconds to go at the pace so far; None while that says nothing."""
        elapsed = now - self.started
        if not self.started or self.progress < 0.1 or elapsed < 3 or self.progress >= 1:
            return None
        return elapsed * (1 - self.progress) / self.progress


STATE_TEXTS = {
    State.CONNECTING: "Connecting",
    State.UPLOADING: "Sending the mesh",
    State.QUEUED: "Waiting in the queue",
    State.DOWNLOADING: "Fetching the result",
    State.READY: "Importing",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
}


def clock(seconds: float) -> str:
    """``8 s`` or ``1:20``."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d}"
