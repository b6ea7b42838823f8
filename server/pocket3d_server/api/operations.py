"""For machines that look after the server: probes of load balancers, and Prometheus."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.api.context import METRICS_PATH, require, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.jobs import file_queries, queries, totals
from pocket3d_server.probe import NoAnswerError, Probe
from pocket3d_server.runners import devices
from pocket3d_server.services import Services

api = APIBlueprint("operations", __name__, abp_tags=[Tag(name="Operations")])

log = logging.getLogger(__name__)

STORAGE_FRESH_S = 30.0
"""Adding up all files reads their whole table."""


class Alive(BaseModel):
    """All that strangers are told."""

    status: Literal["healthy", "degraded", "draining"]


@api.get("/healthz", responses={200: Alive, 503: Alive})
def ready() -> Response:
    """Whether this server should be sent requests; needs no credentials.

    503 while it stops, and while no job could be done. `GET /api/v1/system/health` says why.
    """
    health = services().health
    problems = health.problems()
    blocked = health.draining or any(problem.blocks for problem in problems)
    status = "draining" if health.draining else "degraded" if problems else "healthy"
    return _answer(status, 503 if blocked else 200)


@api.get("/healthz/live", responses={200: Alive, 503: Alive})
def alive() -> Response:
    """Whether this process works; 503 when only a restart helps. Needs no credentials."""
    stuck = services().health.scheduler_problem() is not None
    return _answer("degraded" if stuck else "healthy", 503 if stuck else 200)


@api.get(
    METRICS_PATH,
    responses={
        200: {"description": "Prometheus's text format", "content": {"text/plain": {}}},
        "default": ErrorBody,
    },
    security=[{"bearer": []}],
)
def prometheus() -> Response:
    """Metrics for Prometheus. Needs a key with the scope `system`, sent as bearer token."""
    require(Scope.SYSTEM)
    response = Response(generate_latest(services().metrics.registry))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


class ServerCollector(Collector):
    """What is asked of the server's parts when Prometheus asks: queue, totals, workers, GPUs, storage."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts
        self._stored = Probe(self._read_stored, fresh_s=STORAGE_FRESH_S, patience_s=1.0)

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not ask the database to know the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All families but those whose source does not answer; the others are true all the same."""
        for part in (self._jobs, self._workers, _gpus, self._storage):
            try:
                yield from list(part())
            except (SQLAlchemyError, NoAnswerError, OSError):
                log.warning("some metrics are left out", exc_info=True)

    def _storage(self) -> Iterator[Metric]:
        stored = self._stored.get()
        yield GaugeMetricFamily("pocket3d_storage_bytes", "Uploads and outputs.", value=stored)

    def _jobs(self) -> Iterator[Metric]:
        with self._parts.database.read() as session:
            waiting = queries.unfinished_by_model(session)
            ended = totals.read(session)
        names = ["status", "feature", "model"]
        now = GaugeMetricFamily("pocket3d_jobs_unfinished", "Jobs that wait or run.", labels=names)
        for (status, feature, model_id), count in waiting.items():
            now.add_metric([status, feature, model_id], count)
        yield now
        names = ["outcome", "feature", "model"]
        done = CounterMetricFamily(
            "pocket3d_jobs", "Jobs that have ended, since the beginning.", labels=names
        )
        for row in ended:
            done.add_metric([row.outcome, row.feature, row.model_id], row.jobs)
        yield done

    def _workers(self) -> Iterator[Metric]:
        slots = self._parts.pool.state()
        family = GaugeMetricFamily("pocket3d_workers", "Places for one job at a time.", labels=["status"])
        busy = sum(slot.current_job is not None for slot in slots)
        family.add_metric(["active"], busy)
        family.add_metric(["idle"], len(slots) - busy)
        yield family
        loaded = sum(len(slot.models_loaded) for slot in slots)
        yield GaugeMetricFamily("pocket3d_runners", "Runner processes with a model.", value=loaded)

    def _read_stored(self) -> int:
        with self._parts.database.read() as session:
            return file_queries.all_stored_bytes(session)


def _gpus() -> Iterator[Metric]:
    cards = devices.gpus()
    used = GaugeMetricFamily("pocket3d_gpu_memory_used_bytes", "Memory in use.", labels=["gpu"])
    total = GaugeMetricFamily("pocket3d_gpu_memory_bytes", "Memory.", labels=["gpu"])
    load = GaugeMetricFamily("pocket3d_gpu_utilization_ratio", "Share of time with work.", labels=["gpu"])
    heat = GaugeMetricFamily("pocket3d_gpu_temperature_celsius", "Temperature.", labels=["gpu"])
    for gpu in cards:
        name = [str(gpu.id)]
        used.add_metric(name, gpu.memory_used * devices.MIB)
        total.add_metric(name, gpu.memory_total * devices.MIB)
        if gpu.utilization is not None:
            load.add_metric(name, gpu.utilization)
        if gpu.temperature is not None:
            heat.add_metric(name, gpu.temperature)
    yield from (used, total, load, heat)


def _answer(status: str, code: int) -> Response:
    response = jsonify(status=status)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
