"""Pools of runners for tests, each driven as the scheduler does: on this machine, and on a Ray cluster of its own."""

from __future__ import annotations

import queue
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pocket3d_server.metrics import Metrics
from pocket3d_server.runners.base import (
    Attempt,
    Done,
    ProgressReport,
    Report,
    RunnerPool,
    Slot,
)
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.local import LocalPool, LocalSettings

NAMES = ["Steps", "Crashes", "Hangs", "Broken", "Unready", "Unloadable", "Stuck", "Paint", "OnGpu"]
ENGINES = [f"engines:{name}" for name in NAMES]


class Harness(ABC):
    """A pool with two places for jobs, whose reports are kept."""

    def __init__(self, folder: Path, **settings: float) -> None:
        given = {"warm_processes": 4, "idle_seconds": 60, "job_time_limit": 60} | settings
        self.folder = folder
        self.metrics = Metrics()
        self.pool = self.make(folder, **given)
        self.reports: queue.Queue[Report] = queue.Queue()
        self.pool.start(self.reports.put)
        self._count = 0

    @abstractmethod
    def make(self, folder: Path, **settings: Any) -> RunnerPool:
        """A pool that is not started yet."""

    def run(
        self, model_id: str, feature: str = "mesh_generation", mesh: Path | None = None, **parameters: object
    ) -> tuple[Attempt, Slot]:
        """Begin an attempt where the pool has room."""
        self._count += 1
        request: dict[str, Any] = {"text_prompt": "x", "seed": 1, "parameters": parameters}
        if mesh:
            request["mesh"] = str(mesh)
        attempt = Attempt(
            key=f"job_{self._count}:1",
            job_id=f"job_{self._count}",
            model_id=model_id,
            feature=feature,
            request=request,
            output_format="glb",
            output_dir=str(self.folder),
            output_stem=f"s{self._count}",
        )
        placement = self.pool.room().place(model_id)
        assert placement
        self.pool.run(attempt, placement)
        return attempt, placement.slot

    def final(self, attempt: Attempt, seconds: float = 30) -> Report:
        """How an attempt has ended."""
        until = time.monotonic() + seconds
        while True:
            report = self.reports.get(timeout=max(0.0, until - time.monotonic()))
            if report.key == attempt.key and not isinstance(report, ProgressReport):
                return report

    def made(self, attempt: Attempt) -> list[Path]:
        """The files of an attempt that is done."""
        done = self.final(attempt)
        assert isinstance(done, Done), done
        return [self.folder / file.name for file in done.files]


class LocalHarness(Harness):
    """On this machine."""

    def make(self, folder: Path, **settings: Any) -> RunnerPool:
        given = {"cpu_jobs": 2} | settings
        return LocalPool(Catalog(ENGINES), LocalSettings(data_dir=folder, **given), self.metrics)


MakeHarness = Callable[..., Harness]


def ray_harness(address: str, connect: Callable[[str, str], Any]) -> MakeHarness:
    """Makes harnesses on a cluster, over a link that ``connect`` makes or has."""
    from pocket3d_server.runners.ray import RayPool
    from pocket3d_server.runners.ray_roster import RaySettings

    class RayHarness(Harness):
        """On the nodes of a cluster."""

        def make(self, folder: Path, **settings: Any) -> RunnerPool:
            given = RaySettings(address=address, data_dir=folder, extra_engines=tuple(ENGINES), **settings)
            return RayPool(given, self.metrics, connect)

    return RayHarness
