"""What the API answers, as dataclasses. ``raw`` keeps the whole JSON object, unknown fields included."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T", bound="Record")

FINISHED = frozenset({"completed", "error"})
"""Statuses after which a job no longer changes."""


@dataclass
class Record:
    """Base of everything read from JSON: known fields become attributes, the rest stays in ``raw``."""

    @classmethod
    def from_dict(cls: type[T], data: Mapping[str, Any]) -> T:
        """Build from a JSON object; missing fields take their defaults."""
        names = {f.name for f in dataclasses.fields(cls)} - {"raw"}
        return cls(**{k: v for k, v in data.items() if k in names and v is not None}, raw=dict(data))

    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass
class MeshResult(Record):
    """The file that a job produced. Paths are the server's; ``client.download`` fetches it."""

    file_path: str = ""
    format: str = ""
    file_size: int = 0
    vertices: int = 0
    faces: int = 0
    has_texture: bool = False
    preview_image: str | None = None
    source: str | None = None
    confidence: float | None = None
    notes: list[str] = field(default_factory=list)
    """Sentences for the person who asked."""
    seed: int | None = None
    model_id: str = ""
    model_revision: str = ""
    licence: str = ""
    """Of the model."""
    sha256: str = ""
    download_url: str | None = None
    """Serves the file without credentials for an hour; every answer has a new one."""
    preview_url: str | None = None
    lods: list[dict[str, Any]] = field(default_factory=list)
    """Coarser files, finest first, where ``mesh_options`` asked for them: file_path, vertices, faces."""


@dataclass
class SegmentPart(Record):
    """One part of a segmented mesh. ``color`` is ``#RRGGBB``."""

    part_id: str = ""
    label: str = ""
    vertices: int = 0
    faces: int = 0
    color: str = "#808080"


@dataclass
class SegmentResult(MeshResult):
    """A mesh split into parts."""

    parts: list[SegmentPart] = field(default_factory=list)
    total_parts: int = 0

    def __post_init__(self) -> None:
        """Make the parts typed."""
        self.parts = [p if isinstance(p, SegmentPart) else SegmentPart.from_dict(p) for p in self.parts]


@dataclass
class Bone(Record):
    """A bone at rest: head in metres (Y up) and an (x, y, z, w) rotation, both in the mesh's frame."""

    name: str = ""
    parent: str | None = None
    position: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    rotation: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 1.0])


@dataclass
class RigResult(MeshResult):
    """A mesh with a skeleton."""

    bone_count: int = 0
    bones: list[Bone] = field(default_factory=list)
    animation_ready: bool = False

    def __post_init__(self) -> None:
        """Make the bones typed."""
        self.bones = [b if isinstance(b, Bone) else Bone.from_dict(b) for b in self.bones]


RESULTS: dict[str, type[MeshResult]] = {
    "mesh_generation": MeshResult,
    "texture_generation": MeshResult,
    "mesh_segmentation": SegmentResult,
    "auto_rigging": RigResult,
}


@dataclass
class Job(Record):
    """A job as the server last described it. Times are ISO 8601 strings, ``progress`` is 0..1."""

    job_id: str = ""
    status: str = "queued"
    message: str = ""
    feature: str = ""
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    estimated_completion: str | None = None
    progress: float = 0.0
    stage: str = ""
    eta: str | None = None
    queue_position: int | None = None
    model_id: str | None = None
    request: dict[str, Any] = field(default_factory=dict)
    """What was asked, defaults included, without its files."""
    attempts: int = 0
    credits: int | None = None
    result: MeshResult | None = None
    error: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Make the result typed and the error an object, whatever short form was sent."""
        result: Any = self.result
        if isinstance(result, dict):
            self.result = RESULTS.get(self.feature, MeshResult).from_dict(result)
        error: Any = self.error
        if isinstance(error, str):
            self.error = {"error_code": "PROCESSING_FAILED", "message": error}

    @property
    def finished(self) -> bool:
        """Whether the job will not change any more."""
        return self.status in FINISHED


def job_id_of(job: str | Job) -> str:
    """The id of a job that is given as one or as the other, as it stands in a path."""
    return quote(job.job_id if isinstance(job, Job) else job, safe="")


@dataclass
class JobPage(Record):
    """Some jobs, newest first. Pass ``next_cursor`` on to get the following ones; None: no more."""

    jobs: list[Job] = field(default_factory=list)
    next_cursor: str | None = None

    def __post_init__(self) -> None:
        """Make the jobs typed."""
        self.jobs = [j if isinstance(j, Job) else Job.from_dict(j) for j in self.jobs]


@dataclass
class JobEvent(Record):
    """One event of a job: ``job_started``, ``progress_update``, ``job_completed`` or ``job_failed``."""

    event: str = ""
    job_id: str = ""
    timestamp: str | None = None
    progress: float | None = None
    stage: str | None = None
    eta: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self.event in {"job_completed", "job_failed"}


@dataclass
class WebhookEvent(Record):
    """What a webhook is sent: ``job_queued``, ``job_started``, ``job_completed`` or ``job_failed``.

    A completed job's ``result`` has a ``download_url``; of a failed one ``error``, ``error_code`` and ``suggestion`` say
    why.
    """

    event: str = ""
    job_id: str = ""
    timestamp: str | None = None
    feature: str = ""
    result: MeshResult | None = None
    error: str | None = None
    error_code: str | None = None
    suggestion: str | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> WebhookEvent:
        """Build from the body; what is about the job stands under ``data`` there."""
        made = super().from_dict({**dict(data.get("data") or {}), **data})
        made.raw = dict(data)
        return made

    def __post_init__(self) -> None:
        """Make the result typed."""
        result: Any = self.result
        if isinstance(result, dict):
            self.result = RESULTS.get(self.feature, MeshResult).from_dict(result)


@dataclass
class Webhook(Record):
    """An address that is told of events. ``secret`` is there only when it was just made or changed."""

    id: str = ""
    url: str = ""
    events: list[str] = field(default_factory=list)
    enabled: bool = True
    disabled_reason: str | None = None
    disabled_at: str | None = None
    failing_since: str | None = None
    old_secret_until: str | None = None
    created_at: str | None = None
    secret: str | None = None


@dataclass
class CreditEntry(Record):
    """What happened to an account's credits: ``reserve``, ``settle``, ``refund``, ``grant`` or ``adjust``."""

    entry_id: int = 0
    kind: str = ""
    amount: int = 0
    balance: int = 0
    job_id: str | None = None
    note: str = ""
    created_at: str | None = None


@dataclass
class StoredFile(Record):
    """A file that the server keeps for the account; ``size`` in bytes."""

    path: str = ""
    name: str = ""
    kind: str = ""
    media_type: str = ""
    size: int = 0
    sha256: str = ""
    created_at: str | None = None
    used_at: str | None = None
    job_id: str | None = None


@dataclass
class ModelWeights(Record):
    """The files that a model needs beside its program; sizes in bytes, ``speed`` in bytes a second.

    ``state`` is ``missing``, ``partial`` (installing goes on where it broke off), ``downloading`` or ``installed``.
    ``error`` says why the last installation stopped.
    """

    size: int = 0
    downloaded: int = 0
    installed: bool = False
    state: str = "missing"
    speed: float | None = None
    eta_seconds: float | None = None
    error: str | None = None
    suggestion: str | None = None


@dataclass
class LicenceTerms(Record):
    """What the licence of a model asks. With ``must_accept`` it does not run before somebody has accepted it."""

    name: str = ""
    url: str = ""
    summary: str = ""
    conditions: list[str] = field(default_factory=list)
    must_accept: bool = False
    accepted: bool = False
    accepted_by: str | None = None
    accepted_at: str | None = None


@dataclass
class Model(Record):
    """A model the server knows. ``vram_requirement`` is in MiB.

    When it is not ``ready``, ``reason`` and ``remedy`` say why and what to do, and ``missing_code`` says it for
    programs: LICENCE, NOT_INSTALLED, MEMORY, NO_GPU, EXTRA or OTHER. ``parameters`` is the JSON schema of its own
    settings. ``may_manage``: this key may accept licences, install and remove weights. ``only_by_name``: there is no GPU
    for it, it runs slowly on the server's CPU, and only for those who name it. ``credits``: the price of a job of medium
    quality, for accounts that are metered.
    """

    model_id: str = ""
    status: str = ""
    feature: str = ""
    gpu_id: int | None = None
    vram_requirement: int = 0
    processing_count: int = 0
    supported_formats: dict[str, list[str]] = field(default_factory=dict)
    description: str = ""
    estimated_time: str = ""
    credits: int = 0
    only_by_name: bool = False
    ready: bool = True
    reason: str | None = None
    remedy: str | None = None
    licence: str = ""
    revision: str = ""
    builtin: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    missing_code: str | None = None
    weights: ModelWeights | None = None
    licence_terms: LicenceTerms | None = None
    may_manage: bool = False

    def __post_init__(self) -> None:
        """Make weights and terms typed."""
        weights: Any = self.weights
        if isinstance(weights, dict):
            self.weights = ModelWeights.from_dict(weights)
        terms: Any = self.licence_terms
        if isinstance(terms, dict):
            self.licence_terms = LicenceTerms.from_dict(terms)


@dataclass
class Health(Record):
    """State of the server."""

    status: str = ""
    timestamp: str | None = None
    gpu_status: list[dict[str, Any]] = field(default_factory=list)
    queue_size: int = 0
    active_jobs: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    """Why it is not healthy, and what to do about it."""
    version: str = ""
    """Of the server; empty when it is too old to say."""
    api_version: str = ""


@dataclass
class Account(Record):
    """Whose key it is."""

    account_id: str = ""
    name: str = ""
    tier: str = ""
    credits: int | None = None
    """What is left to spend; None: jobs cost nothing there."""
    limits: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    created_at: str | None = None
    key_id: str | None = None
    """The key that asks; None for the token of this machine."""
    scopes: list[str] = field(default_factory=list)


@dataclass
class Metrics(Record):
    """Counters of queue, GPUs and models."""

    queue_metrics: dict[str, Any] = field(default_factory=dict)
    gpu_metrics: dict[str, Any] = field(default_factory=dict)
    model_metrics: dict[str, Any] = field(default_factory=dict)


@dataclass
class Workers(Record):
    """The processes that run models."""

    workers: list[dict[str, Any]] = field(default_factory=list)
    gpu_allocation: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RateLimit:
    """What the last answer said about the quota: ``reset`` is in seconds since 1970."""

    limit: int
    remaining: int
    reset: int
