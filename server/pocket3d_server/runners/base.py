"""What the scheduler asks of the place where models run, and what it hears back.

A ``RunnerPool`` has *slots*; each slot (a CPU share or a GPU) runs one attempt at a time and keeps models warm.
The pool never touches the database: it is handed an ``Attempt``, and reports what becomes of it by calling
``on_report`` from any thread. After the final report for an attempt (Done, Failed or Died), or after ``stop``,
nothing more is reported for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pocket3d_server.errors import ErrorCode

if TYPE_CHECKING:
    from pocket3d_server.runners.placement import Placement, Room

FORMATS = {
    "glb": (".glb", "model/gltf-binary"),
    "obj": (".zip", "application/zip"),
    "fbx": (".fbx", "application/octet-stream"),
}
"""Suffix and media type of each format that results can be written in."""
OUTPUTS = "outputs"
"""The folder of the storage that outputs lie in; results name them so."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at one job: plain data, so that it can travel to another process or machine."""

    key: str
    """Names the attempt, ``job_id:fence``."""
    job_id: str
    model_id: str
    feature: str
    request: dict[str, Any]
    """Fields of the feature's EngineRequest, files as absolute paths, or as paths in the bucket if there is one."""
    output_format: str
    output_dir: str
    output_stem: str
    """Random part of the file names, new for each attempt: ``mesh_<stem>.glb``."""
    storage_url: str = ""
    """The bucket from which files come and into which outputs go; empty for the data folder."""
    request_id: str = ""
    """Of the request that made the job, for the log."""


@dataclass(frozen=True)
class Loaded:
    """The process has loaded its model; what goes wrong now is not for want of that."""


@dataclass(frozen=True)
class ProgressReport:
    """The work is ``fraction`` done and now at ``stage``."""

    key: str
    fraction: float
    stage: str


@dataclass(frozen=True)
class OutputFile:
    """A file that a finished attempt left in its output folder."""

    name: str
    kind: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Done:
    """The result, validated; ``result`` is what the API shows."""

    key: str
    result: dict[str, Any]
    files: list[OutputFile]


@dataclass(frozen=True)
class Failed:
    """The model or the request is at fault; another try would not help."""

    key: str
    code: ErrorCode
    message: str
    suggestion: str = ""


@dataclass(frozen=True)
class Died:
    """The runner was lost (crash, kill, machine gone); another try may help."""

    key: str
    message: str
    suggestion: str = ""
    code: ErrorCode = ErrorCode.PROCESSING_FAILED
    """What the job's error will be when no try helps."""
    loading: bool = False
    """It was lost before the model was loaded: rather the model's or the machine's fault than the job's."""


Report = ProgressReport | Done | Failed | Died


class StopReason(StrEnum):
    """Why an attempt is ended from outside."""

    TIME_LIMIT = "its time is over"
    LEASE_LOST = "it was cancelled or taken over"


@dataclass(frozen=True)
class Slot:
    """A place for one attempt at a time."""

    slot_id: str
    device: str
    """``cpu``, ``cuda:N`` or ``mps``."""
    gpu_id: int | None = None


@dataclass
class SlotState:
    """A slot as ``GET /system/workers`` shows it."""

    slot: Slot
    current_job: str | None
    current_model: str | None = None
    models_loaded: list[str] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)
    """Its processes, one for each model."""
    uptime_s: float = 0.0
    """Age of the process that works, or of the oldest warm one; 0 without any."""
    memory_mb: int = 0
    """What its processes were last seen to hold of the host's memory."""
    gpu_memory_mb: int | None = None
    """The same of the GPU's; None where the driver does not tell."""
    node: str = ""
    """The machine that it is on, where there are several; its pids are that machine's."""


@dataclass(frozen=True)
class Trouble:
    """Why no job can run now, for the server's health: a code, what is wrong, and what to do."""

    code: str
    message: str
    suggestion: str


class RunnerPool(ABC):
    """A set of slots with warm models."""

    @abstractmethod
    def start(self, on_report: Callable[[Report], None]) -> None:
        """Begin; reports go to ``on_report``, which must be quick and thread-safe."""

    @abstractmethod
    def room(self) -> Room:
        """Slots, warm models and memory at this moment, as a copy to plan with."""

    @abstractmethod
    def run(self, attempt: Attempt, placement: Placement) -> None:
        """Begin an attempt where ``room`` had a place for it. Raises OSError when no process can be started."""

    @abstractmethod
    def stop(self, key: str, reason: str) -> None:
        """Kill the process tree that works on this attempt and log why. Unknown keys are ignored."""

    @abstractmethod
    def tidy(self) -> None:
        """Called now and then: end what has been idle too long."""

    def crashes_in_a_row(self) -> dict[str, int]:
        """How many runners of a model (by id) died one after another, with no attempt ended in between."""
        return {}

    def trouble(self) -> Trouble | None:
        """What keeps all jobs waiting; from any thread."""
        return None

    @abstractmethod
    def state(self) -> list[SlotState]:
        """All slots; may be called from any thread."""

    @abstractmethod
    def close(self) -> None:
        """Kill everything and wait until it is gone."""
