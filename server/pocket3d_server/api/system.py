"""Health, metrics and workers, as they are."""

from __future__ import annotations

from statistics import fmean
from typing import Literal

from flask import Response, jsonify, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from pocket3d_server.accounts.auth import LOCAL_ACCOUNT, is_loopback
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import queries
from pocket3d_server.jobs.tables import Status
from pocket3d_server.runners.devices import Gpu, gpus
from pocket3d_server.times import now, stamp

api = chapter("system", "System")

RECENT = 1000
"""Finished jobs that the average times are taken from."""


class Health(BaseModel):
    """Whether the server can work."""

    status: Literal["healthy", "degraded"]
    timestamp: str
    gpu_status: list[Gpu]
    queue_size: int
    active_jobs: int


class QueueMetrics(BaseModel):
    """Jobs since the database began."""

    total_jobs_processed: int
    average_processing_time: float
    current_queue_size: int
    jobs_by_status: dict[str, int]


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

    requests: int
    avg_time: float
    success_rate: float


class ModelMetrics(BaseModel):
    """Models and their use."""

    models_loaded: int
    models_available: int
    usage_stats: dict[str, Usage]


class Metrics(BaseModel):
    """Counts and times; times in seconds."""

    queue_metrics: QueueMetrics
    gpu_metrics: GpuMetrics
    model_metrics: ModelMetrics


class Worker(BaseModel):
    """A slot that runs one job at a time."""

    worker_id: str
    gpu_id: int | None
    status: Literal["active", "idle"]
    current_job: str | None
    models_loaded: list[str]
    uptime: int


class Workers(BaseModel):
    """All workers, and which one has which GPU."""

    workers: list[Worker]
    gpu_allocation: dict[str, str]


class Parent(BaseModel):
    """A process of this machine."""

    pid: int = Field(ge=1)


class ParentList(BaseModel):
    """Whom the server lives for."""

    parents: list[int] = Field(description="Processes that still run; the server ends with the last of them.")
    ends_with_parents: bool = Field(description="False for a server that was started without --parent-pid.")


@api.get("/health", responses={200: Health})
def health() -> Response:
    """Health check. `degraded`: the scheduler has stopped or no model is ready."""
    with services().database.read() as session:
        counts = queries.count_by_status(session)
    works = services().scheduler.is_alive and any(model.ready for model in services().catalog.all())
    answer = Health(
        status="healthy" if works else "degraded",
        timestamp=stamp(now()),
        gpu_status=gpus(),
        queue_size=counts[Status.QUEUED],
        active_jobs=counts[Status.PROCESSING],
    )
    return jsonify(answer.model_dump())


@api.get("/metrics", responses={200: Metrics})
def metrics() -> Response:
    """System metrics."""
    slots = services().pool.state()
    cards = gpus()
    with services().database.read() as session:
        counts = queries.count_by_status(session)
        usage = _usage(session)
    busy = {state.slot.gpu_id for state in slots if state.current_job}
    loads = [gpu.utilization for gpu in cards if gpu.utilization is not None]
    completed = {model_id: u.requests * u.success_rate for model_id, u in usage.items()}
    total = sum(completed.values())
    answer = Metrics(
        queue_metrics=QueueMetrics(
            total_jobs_processed=counts[Status.COMPLETED] + counts[Status.ERROR],
            average_processing_time=round(
                sum(usage[m].avg_time * n for m, n in completed.items()) / total if total else 0.0, 3
            ),
            current_queue_size=counts[Status.QUEUED],
            jobs_by_status=counts,
        ),
        gpu_metrics=GpuMetrics(
            total_gpus=len(cards),
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
            usage_stats=usage,
        ),
    )
    return jsonify(answer.model_dump())


@api.get("/workers", responses={200: Workers})
def workers() -> Response:
    """Worker status."""
    found = [
        Worker(
            worker_id=state.slot.slot_id,
            gpu_id=state.slot.gpu_id,
            status="active" if state.current_job else "idle",
            current_job=state.current_job,
            models_loaded=sorted(state.models_loaded),
            uptime=int(state.uptime_s),
        )
        for state in services().pool.state()
    ]
    allocation = {str(w.gpu_id): w.worker_id for w in found if w.gpu_id is not None}
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


def _usage(session: Session) -> dict[str, Usage]:
    """Per model: finished jobs, mean seconds of the completed ones among the latest, and the share of those."""
    times: dict[str, list[float]] = {}
    for model_id, seconds in queries.recent_seconds(session, RECENT):
        times.setdefault(model_id, []).append(seconds)
    return {
        model_id: Usage(
            requests=usage.finished,
            avg_time=round(fmean(times[model_id]), 3) if model_id in times else 0.0,
            success_rate=round(usage.completed / usage.finished, 4),
        )
        for model_id, usage in queries.usage_by_model(session).items()
    }
