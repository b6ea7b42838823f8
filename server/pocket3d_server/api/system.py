"""Health, metrics and workers, as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import psutil
from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server import API_VERSION, __version__
from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import queries, totals
from pocket3d_server.jobs.tables import JobTotal, Status
from pocket3d_server.jobs.totals import Outcome
from pocket3d_server.loopback import is_loopback
from pocket3d_server.models.engine import Feature
from pocket3d_server.runners import devices
from pocket3d_server.runners.base import SlotState
from pocket3d_server.runners.devices import MIB, Gpu
from pocket3d_server.times import now

api = chapter("system", "System")

ROLES = {
    Feature.TEXTURE_GENERATION: "texture_worker",
    Feature.MESH_SEGMENTATION: "segmentation_worker",
    Feature.AUTO_RIGGING: "rigging_worker",
}
"""What a GPU is used for; generation of meshes is told apart by what it starts from."""
UNUSED = "unassigned"


class Reason(BaseModel):
    """Why the server is not healthy."""

    code: str = Field(examples=["disk_full"])
    message: str
    suggestion: str


class Health(BaseModel):
    """Whether the server can work."""

    status: Literal["healthy", "degraded", "draining"]
    timestamp: Timestamp
    gpu_status: list[Gpu]
    queue_size: int = Field(description="0 while the database does not answer; `reasons` says so then.")
    active_jobs: int = Field(description="As `queue_size`.")
    reasons: list[Reason] = Field(description="Why it is not healthy; empty when it is.")
    version: str = Field(description="Of the server.", examples=[__version__])
    api_version: str = Field(description="Rises when clients of before cannot go on.", examples=[API_VERSION])


class QueueMetrics(BaseModel):
    """Jobs since the beginning, deleted ones included."""

    total_jobs_processed: int
    average_processing_time: float = Field(description="Seconds of the last attempt of completed jobs.")
    current_queue_size: int
    jobs_by_status: dict[str, int] = Field(description="`error` includes cancelled jobs.")


class Memory(BaseModel):
    """MiB over all GPUs."""

    total: int
    used: int
    free: int


class GpuMetrics(BaseModel):
    """All GPUs together."""

    total_gpus: int
    gpus_available: int
    average_utilization: float
    memory_usage: Memory


class Usage(BaseModel):
    """One model's finished jobs."""

    requests: int = Field(description="Jobs that have ended, cancelled ones left out.")
    avg_time: float = Field(description="Seconds of the completed ones.")
    success_rate: float = Field(ge=0, le=1)


class ModelMetrics(BaseModel):
    """Models and their use."""

    model_config = ConfigDict(protected_namespaces=())

    models_loaded: int
    models_available: int
    usage_stats: dict[str, Usage]


class Metrics(BaseModel):
    """Counts and times; times in seconds."""

    model_config = ConfigDict(protected_namespaces=())

    queue_metrics: QueueMetrics
    gpu_metrics: GpuMetrics
    model_metrics: ModelMetrics


class Worker(BaseModel):
    """A slot that runs one job at a time."""

    worker_id: str
    node: str | None = Field(description="The machine of the fleet that it is on; null without a fleet.")
    gpu_id: int | None
    status: Literal["active", "idle"]
    current_job: str | None = Field(
        description="Null for a job of another account too, unless the key has the scope `system`."
    )
    models_loaded: list[str]
    uptime: int = Field(description="Seconds since its process started; 0 while it has none.")
    memory_used: int = Field(description="MB of main memory that its processes hold.")
    gpu_memory_used: int | None = Field(
        description="MB of GPU memory that they hold; null where the driver does not tell."
    )


class Workers(BaseModel):
    """All workers, and which one has which GPU."""

    workers: list[Worker]
    gpu_allocation: dict[str, str] = Field(
        description="What each GPU is used for; in a fleet the node's name stands before its number.",
        examples=[{"0": "image_worker"}],
    )


class Parent(BaseModel):
    """A process of this machine."""

    pid: int = Field(ge=1)


class ParentList(BaseModel):
    """Whom the server lives for."""

    parents: list[int] = Field(description="Processes that still run; the server ends with the last of them.")
    ends_with_parents: bool = Field(description="False for a server that was started without --parent-pid.")


@api.get("/health", responses={200: Health})
def health() -> Response:
    """Health check. `reasons` says why the server is not healthy, and what to do about it.

    `draining`: it is about to end, finishes what runs and takes no new jobs.
    """
    counts = {Status.QUEUED.value: 0, Status.PROCESSING.value: 0}
    problems = services().health.problems()
    if not any(problem.code == "database_unavailable" for problem in problems):
        with services().database.read() as session:
            counts = queries.count_unfinished(session)
    draining = services().health.draining
    answer = Health(
        status="draining" if draining else "degraded" if problems else "healthy",
        timestamp=now(),
        gpu_status=devices.gpus(),
        queue_size=counts[Status.QUEUED],
        active_jobs=counts[Status.PROCESSING],
        reasons=[Reason(code=p.code, message=p.message, suggestion=p.suggestion) for p in problems],
        version=__version__,
        api_version=API_VERSION,
    )
    return jsonify(answer.model_dump())


@api.get("/metrics", responses={200: Metrics})
def metrics() -> Response:
    """System metrics."""
    slots = services().pool.state()
    cards = [gpu for gpu in devices.gpus() if not gpu.problem]
    with services().database.read() as session:
        unfinished = queries.count_unfinished(session)
        ended = totals.read(session)
    completed = sum(row.jobs for row in ended if row.outcome == Outcome.COMPLETED)
    failed = sum(row.jobs for row in ended) - completed
    busy = {state.slot.gpu_id for state in slots if state.current_job}
    loads = [gpu.utilization for gpu in cards if gpu.utilization is not None]
    answer = Metrics(
        queue_metrics=QueueMetrics(
            total_jobs_processed=completed + failed,
            average_processing_time=_mean_seconds(ended),
            current_queue_size=unfinished[Status.QUEUED],
            jobs_by_status={**unfinished, Status.COMPLETED.value: completed, Status.ERROR.value: failed},
        ),
        gpu_metrics=GpuMetrics(
            total_gpus=len(devices.gpus()),
            gpus_available=sum(gpu.id not in busy for gpu in cards),
            average_utilization=round(sum(loads) / len(loads), 4) if loads else 0.0,
            memory_usage=Memory(
                total=sum(gpu.memory_total for gpu in cards),
                used=sum(gpu.memory_used for gpu in cards),
                free=sum(gpu.memory_free for gpu in cards),
            ),
        ),
        model_metrics=ModelMetrics(
            models_loaded=len({model for state in slots for model in state.models_loaded}),
            models_available=sum(model.ready for model in services().catalog.all()),
            usage_stats=_usage(ended),
        ),
    )
    return jsonify(answer.model_dump())


@api.get("/workers", responses={200: Workers})
def workers() -> Response:
    """Worker status. A worker is a share of the CPU or a GPU that runs one job at a time."""
    slots = services().pool.state()
    shown = _shown_jobs(slots)
    found = [
        Worker(
            worker_id=state.slot.slot_id,
            node=state.node or None,
            gpu_id=state.slot.gpu_id,
            status="active" if state.current_job else "idle",
            current_job=state.current_job if state.current_job in shown else None,
            models_loaded=sorted(state.models_loaded),
            uptime=int(state.uptime_s),
            memory_used=state.memory_mb if state.node else sum(map(_resident_mb, state.pids)),
            gpu_memory_used=state.gpu_memory_mb if state.node else _on_gpus(state.pids),
        )
        for state in slots
    ]
    allocation = {
        f"{state.node}/{state.slot.gpu_id}" if state.node else str(state.slot.gpu_id): _role(state)
        for state in slots
        if state.slot.gpu_id is not None
    }
    return jsonify(Workers(workers=found, gpu_allocation=allocation).model_dump())


@api.post("/parents", responses={200: ParentList})
def add_parent(body: Parent) -> Response:
    """Keep the server alive for one more process of this machine, e.g. a second Blender.

    A server that was started with `--parent-pid` ends when the last of its parents has ended; one that was
    started without never does and keeps no list. Only this machine's user may do this (loopback token).
    """
    if caller().account_id != LOCAL_ACCOUNT or not is_loopback(request.remote_addr or ""):
        raise Refusal(
            ErrorCode.FORBIDDEN,
            "Only this machine's user may add a parent.",
            "Use the token in the server's token file.",
        )
    parents = services().parents
    try:
        added = parents.add(body.pid)
    except ProcessLookupError as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"There is no process {body.pid}.", "Send a pid of this machine."
        ) from error
    if not added:
        raise Refusal(
            ErrorCode.CONFLICT, "The last parent has ended, and so does the server.", "Start a new server."
        )
    answer = ParentList(parents=parents.pids(), ends_with_parents=bool(services().settings.parent_pids))
    return jsonify(answer.model_dump())


def _mean_seconds(ended: list[JobTotal]) -> float:
    """Of the completed jobs among these sums; 0 without any."""
    good = [row for row in ended if row.outcome == Outcome.COMPLETED]
    count = sum(row.jobs for row in good)
    return round(sum(row.seconds for row in good) / count, 3) if count else 0.0


def _usage(ended: list[JobTotal]) -> dict[str, Usage]:
    """By model. Cancelled jobs say nothing about a model and are left out."""
    judged = [row for row in ended if row.outcome != Outcome.CANCELLED]
    usage = {}
    for model_id in sorted({row.model_id for row in judged}):
        rows = [row for row in judged if row.model_id == model_id]
        count = sum(row.jobs for row in rows)
        good = sum(row.jobs for row in rows if row.outcome == Outcome.COMPLETED)
        usage[model_id] = Usage(
            requests=count, avg_time=_mean_seconds(rows), success_rate=round(good / count, 4)
        )
    return usage


def _shown_jobs(slots: Sequence[SlotState]) -> set[str]:
    """Those of the running jobs that the caller may be told of."""
    running = {state.current_job for state in slots if state.current_job}
    if Scope.SYSTEM in caller().scopes:
        return running
    with services().database.read() as session:
        jobs = queries.jobs_by_id(session, running).values()
        return {job.id for job in jobs if job.account_id == caller().account_id}


def _on_gpus(pids: Sequence[int]) -> int | None:
    """MB that processes of this machine hold on GPUs; None where the driver does not tell."""
    told = devices.facts().memory_of_processes
    known = told.keys() & set(pids)
    return sum(told[pid] for pid in known) if known else None


def _role(state: SlotState) -> str:
    """What a worker is used for: the kind of the model at work, or of the first one that is warm."""
    model_id = state.current_model or next(iter(state.models_loaded), None)
    model = services().catalog.get(model_id) if model_id else None
    if model is None:
        return UNUSED
    if model.spec.feature in ROLES:
        return ROLES[model.spec.feature]
    return "image_worker" if "image" in model.spec.inputs else "text_worker"


def _resident_mb(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss // MIB)
    except psutil.Error:  # it has just ended
        return 0
