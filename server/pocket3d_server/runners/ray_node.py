"""The actor of a node of a Ray cluster: this house's own pool of local processes, heard and driven from afar.

The server creates one on each node (``ray``). It works in a folder of its own: files that come with an attempt are
written there, and what the attempt makes is handed over when the server asks for it. With a bucket the runner's
process itself fetches and stores, as on any machine.

When the server is gone, Ray ends this process, and the guardian of ``descent`` all runners that it has started.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import ray

from pocket3d_server import __version__, config
from pocket3d_server.metrics import Metrics
from pocket3d_server.models.engine import Missing, ModelSpec
from pocket3d_server.models.weights import Weights
from pocket3d_server.runners import devices
from pocket3d_server.runners.base import Attempt, Died, Done, ProgressReport, Report, StopReason
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.fleet import Facts, Files, Heard, LogLine, Orders, Snapshot
from pocket3d_server.runners.local import LocalPool, LocalSettings
from pocket3d_server.runners.placement import Placement

log = logging.getLogger(__name__)

WAIT_S = 2.0
"""A question is answered after this long also without news; the answer says that the node lives."""
PROGRESS_S = 0.4
"""Shortest time between two answers that bring nothing but progress."""
FACTS_S = 5.0
"""How long it is believed which models are ready."""
TIDY_S = 1.0
ALONE_S = 30.0
"""When no server has asked for news for this long, there is none, or it has given us up: what runs is killed."""
MOST_LINES = 500
"""Lines of the log that are kept for a server that does not ask; the oldest are dropped."""
TOLD = ("origin", "job_id", "request_id", "fields", "traceback")
"""What lines of the log bear beside their message (``logs``)."""
CALLS = {"control": 4, "work": 16}
"""Calls that can be under way at a time: talking, and those that bring or take files."""


class RayNode:
    """Runs attempts on its machine. Its calls come over the network and in any order."""

    def __init__(self, orders: Orders, cpus: int, neighbours: Collection[str]) -> None:
        """``cpus``: those that the cluster has here; the CPU gets at most so many jobs. ``neighbours``: ids of the
        nodes that are alive; folders of others are cleared away.

        Raises RuntimeError when Pocket3D here is another version.
        """
        if orders.version != __version__:
            raise RuntimeError(
                f"Pocket3D {__version__} is installed there and the server is {orders.version}; install the same."
            )
        self._metrics = Metrics()
        own = config.load()  # of this machine's environment
        # What Ray has given us, in its words; how many cores are whose is said by slots, as on any machine.
        granted = ray.get_runtime_context().get_accelerator_ids().get("GPU", [])
        os.environ[devices.VARIABLE] = ",".join(granted)
        os.environ.pop("OMP_NUM_THREADS", None)
        nodes = own.data_dir / "nodes"
        node_id = ray.get_runtime_context().get_node_id()
        self._folder = nodes / f"{orders.mark}-{node_id}"

        models_dir = (own.models_dir or own.data_dir / "models").absolute()
        self._weights = Weights(models_dir)
        self._catalog = Catalog([*own.extra_engines, *orders.extra_engines], own.memory_mb)
        self._pool = LocalPool(
            self._catalog,
            LocalSettings(
                cpu_jobs=min(own.cpu_jobs, cpus),
                warm_processes=orders.warm_processes,
                idle_seconds=orders.idle_seconds,
                job_time_limit=orders.job_time_limit,
                data_dir=self._folder,
                models_dir=models_dir,
                memory_mb=own.memory_mb,
            ),
            self._metrics,
        )
        self._news = threading.Condition()
        self._unheard: list[tuple[int, Report]] = []
        self._number = 0
        self._progress: dict[str, ProgressReport] = {}
        self._asked_at = time.monotonic()
        self._answered_at = 0.0
        self._places: dict[str, str] = {}
        """Slots of attempts that have not ended, by key."""
        self._attempts: dict[str, Attempt] = {}
        """Those whose folder is there, by key."""
        self._stopped: deque[str] = deque(maxlen=1000)
        """Attempts that the server has ended; a call that brings one may be overtaken by the one that ends it."""
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)
        self._facts: Facts | None = None
        self._facts_at = 0.0
        self._closed = threading.Event()
        root = logging.getLogger("pocket3d_server")
        root.setLevel(logging.INFO)
        root.addHandler(_Keep(self._lines))
        self._pool.start(self._hear)  # kills what a server before us has left here
        for folder in nodes.glob(f"{orders.mark}-*"):
            if folder.name.removeprefix(f"{orders.mark}-") not in neighbours or folder == self._folder:
                shutil.rmtree(folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        threading.Thread(target=self._keep_tidy, name="tidy", daemon=True).start()

    @ray.method(concurrency_group="control")
    def hello(self) -> Snapshot:
        """How the node is at the beginning."""
        return self._snapshot()

    @ray.method(concurrency_group="control")
    def listen(self, heard: int) -> Heard:
        """Wait for news, a little while. ``heard``: the number of the latest report that the server has."""
        with self._news:
            self._asked_at = time.monotonic()
            self._unheard = [(number, report) for number, report in self._unheard if number > heard]
            until = time.monotonic() + WAIT_S
            while not self._unheard and not self._closed.is_set():
                at = time.monotonic()
                due = max(at, self._answered_at + PROGRESS_S) if self._progress else until
                if at >= min(due, until):
                    break
                self._news.wait(min(due, until) - at)
            over = {report.key for _, report in self._unheard}
            progress: list[tuple[int, Report]] = [
                (0, r) for r in self._progress.values() if r.key not in over
            ]
            self._progress = {}
            self._answered_at = time.monotonic()
            reports = [*progress, *self._unheard]
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        return Heard(reports, self._snapshot(), lines)

    @ray.method(concurrency_group="work")
    def run(self, attempt: Attempt, placement: Placement, files: Files) -> None:
        """Begin an attempt with these files, by their path in its request. What goes wrong is reported."""
        slot_id = placement.slot.slot_id
        for key in [key for key, place in list(self._places.items()) if place == slot_id]:
            self.stop(
                key, "the server has ended it"
            )  # it knows better: it gives each slot one attempt at a time
        here = self._folder / attempt.output_stem
        try:
            here.mkdir()
            request = attempt.request if attempt.storage_url else _written(attempt.request, files, here)
            local = replace(attempt, request=request, output_dir=str(here))
            with self._news:
                if attempt.key in self._stopped:
                    shutil.rmtree(here, ignore_errors=True)
                    return
                self._attempts[attempt.key], self._places[attempt.key] = local, slot_id
                self._pool.run(local, placement)
        except Exception as error:  # a full disk, no memory or no handles for another process
            log.exception("%s could not begin", attempt.key)
            self._hear(Died(attempt.key, f"The attempt could not begin ({error}).", loading=True))

    @ray.method(concurrency_group="control")
    def stop(self, key: str, reason: StopReason | str) -> None:
        """Kill what works on an attempt, or forget what it made; nothing is reported of it any more."""
        with self._news:
            self._stopped.append(key)
            self._pool.stop(key, reason)
            self._progress.pop(key, None)
            self._unheard = [(number, report) for number, report in self._unheard if report.key != key]
            self._forget(key)

    @ray.method(concurrency_group="work")
    def outputs(self, key: str, names: list[str]) -> list[Any]:
        """The files that an attempt has made, as arrays of bytes; they are here no more. Raises OSError."""
        attempt = self._attempts.get(key)
        if attempt is None:
            raise FileNotFoundError(f"{key} is not known here")
        contents = [np.fromfile(Path(attempt.output_dir) / name, np.uint8) for name in names]
        with self._news:
            self._forget(key)
        return contents

    @ray.method(concurrency_group="control")
    def close(self) -> None:
        """Kill all that runs."""
        self._closed.set()
        with self._news:
            self._news.notify_all()
        self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _hear(self, report: Report) -> None:
        with self._news:
            if isinstance(report, ProgressReport):
                self._progress[report.key] = report
            else:
                self._places.pop(report.key, None)
                self._number += 1
                self._unheard.append((self._number, report))
                attempt = self._attempts.get(report.key)
                if not isinstance(report, Done) or (attempt and attempt.storage_url):
                    self._forget(report.key)
            self._news.notify_all()

    def _forget(self, key: str) -> None:
        self._places.pop(key, None)
        if attempt := self._attempts.pop(key, None):
            shutil.rmtree(attempt.output_dir, ignore_errors=True)

    def _keep_tidy(self) -> None:
        while not self._closed.wait(TIDY_S):
            if time.monotonic() - self._asked_at > ALONE_S:
                self.close()
                os._exit(1)  # so that the next server finds our GPUs free
            try:
                self._pool.tidy()
            except Exception:
                log.exception("the runners could not be tidied")

    def _snapshot(self) -> Snapshot:
        at = time.monotonic()
        room = self._pool.room()
        residents = [replace(r, idle_since=at - r.idle_since) for r in room.residents.values()]
        facts = None
        if self._facts is None or at - self._facts_at >= FACTS_S:
            self._facts_at = at
            facts = self._facts = self._look()
        return Snapshot(dict(room.limits), residents, self._pool.state(), facts, self._metrics.of_runners())

    def _look(self) -> Facts:
        room = self._pool.room()
        missing: dict[str, Missing] = {}
        needs = {}
        for model in self._catalog.all():
            lacking = model.missing or self._lacks_weights(model.spec)
            if lacking:
                missing[model.spec.model_id] = lacking
                continue
            for device in {slot.device for slot in room.slots}:
                if need := room.need_of(model.spec.model_id, device):
                    needs[model.spec.model_id, device] = need
        return Facts(self._pool.readings.gpus, needs, missing)

    def _lacks_weights(self, spec: ModelSpec) -> Missing | None:
        if self._weights.complete(spec.weights):
            return None
        return Missing(
            f"its files are not in {self._weights.folder}.",
            f"Run 'pocket3d-server models install {spec.model_id} --models-dir …' there, or share the folder.",
            "NOT_INSTALLED",
        )


class _Keep(logging.Handler):
    """Keeps what is logged here for the server's log."""

    def __init__(self, lines: deque[LogLine]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Note it as plain data."""
        extra = {name: getattr(record, name) for name in TOLD if hasattr(record, name)}
        if record.exc_info:
            extra["traceback"] = logging.Formatter().formatException(record.exc_info)
        self._lines.append(LogLine(record.levelno, record.getMessage(), extra))


def _written(request: dict[str, Any], files: Files, folder: Path) -> dict[str, Any]:
    """The request with its files where we have written them; one that did not come is not there either."""
    places = {path: folder / Path(path).name for path in files}
    for path, place in places.items():
        place.write_bytes(files[path].data)

    def here(path: str) -> str:
        return str(places.get(path, folder / Path(path).name))

    full = dict(request)
    if mesh := full.get("mesh"):
        full["mesh"] = here(mesh)
    if images := full.get("images"):
        full["images"] = [here(image) for image in images]
    return full
