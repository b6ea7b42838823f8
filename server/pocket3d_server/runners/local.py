"""Runs models on this machine: one warm process for each (model, slot).

A slot is a share of the CPU or a GPU and has at most one attempt at a time; the processes of other models on
the same slot stay warm but idle. A process is started when its model is first needed and then kept. It is
killed, with everything it started, when its attempt is cancelled or takes too long, when its memory is needed
(see ``placement``), and when it has been idle for long; the next attempt gets a new one.

What a model needs is what its spec says until its processes have been measured. A larger peak replaces it. A
smaller one lowers it by half at most, because the next job may be larger than those that were seen.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pocket3d_server.metrics import Metrics
from pocket3d_server.runners import descent
from pocket3d_server.runners.base import (
    Attempt,
    Died,
    ProgressReport,
    Report,
    RunnerPool,
    Slot,
    SlotState,
    StopReason,
)
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.devices import gpus
from pocket3d_server.runners.memory import SHARE, Readings, read_machine
from pocket3d_server.runners.placement import HOST, Amounts, Placement, Resident, Room
from pocket3d_server.runners.process import OnReport, RunnerProcess

log = logging.getLogger(__name__)

DRIVER_START_S = 60.0
"""A driver that was not in use takes seconds for each GPU to get ready."""
MEASURE_S = 1.0
"""How often the memory of runners is measured while there are any."""
MARGIN = 1.1
"""What is booked for a model, as a multiple of the most that it was seen to hold."""
GONE_S = 2.0
"""Longest wait for a killed process to give its memory back."""

Meter = Callable[[Collection[int]], Readings]
"""Measures the machine and the processes with these pids."""


@dataclass(frozen=True)
class LocalSettings:
    """The part of the server's settings that matters here."""

    cpu_jobs: int
    warm_processes: int
    idle_seconds: float
    job_time_limit: float
    data_dir: Path
    """Names the server's runners, so that those of a dead one are found."""
    models_dir: Path | None = None
    """Where the weights of models lie; ``data_dir/models`` by default."""
    memory_mb: int = 0
    """What all runners may hold of the host's memory; 0 means most of it."""


class LocalPool(RunnerPool):
    """The slots of this machine and the processes on them."""

    def __init__(
        self,
        catalog: Catalog,
        settings: LocalSettings,
        metrics: Metrics | None = None,
        meter: Meter = read_machine,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._meter = meter
        gpus(patience_s=DRIVER_START_S)  # wakes the driver
        self._readings = meter(())
        cards = [gpu for gpu in self._readings.gpus if not gpu.problem]
        self._slots = [Slot(f"cpu_{n + 1}", HOST) for n in range(settings.cpu_jobs)]
        self._slots += [Slot(f"gpu_{gpu.id}", f"cuda:{gpu.id}", gpu.id) for gpu in cards]
        self._totals = {f"cuda:{gpu.id}": gpu.memory_total for gpu in cards}
        self._largest_gpu = max(self._totals.values(), default=0)
        self._totals[HOST] = settings.memory_mb or int(self._readings.host.total * SHARE)
        self._peaks: dict[tuple[str, str], dict[str, int]] = {}
        """The most that a model's processes on a device were seen to hold of each memory."""
        self._processes: dict[tuple[str, str], RunnerProcess] = {}
        self._lock = threading.RLock()
        self._on_report: OnReport = lambda report: None
        self._metrics = metrics or Metrics()
        self._crashes: dict[str, int] = {}
        self._closed = threading.Event()
        self._family = descent.Family(settings.data_dir)

    def start(self, on_report: OnReport) -> None:
        """Reports go to ``on_report`` from now on; processes are started only when they are needed.

        What the runners of a killed server have left behind on the same data is killed first.
        """
        self._on_report = on_report
        if left := self._family.kill_left_behind():
            log.warning("%d processes of a server that was killed are killed too", left)
        threading.Thread(target=self._keep_measuring, name="memory", daemon=True).start()

    @property
    def readings(self) -> Readings:
        """What was measured last."""
        return self._readings

    def room(self) -> Room:
        """What is free now, by what was booked and measured."""
        with self._lock:
            residents = {
                place: Resident(
                    model_id=process.model_id,
                    slot_id=process.slot.slot_id,
                    busy=process.attempt is not None,
                    idle_since=process.idle_since,
                    booked=self._booked(process),
                )
                for place, process in self._processes.items()
                if process.attempt or process.alive
            }
            return Room(self._slots, self._limits(), self._need, residents)

    def run(self, attempt: Attempt, placement: Placement) -> None:
        """Begin an attempt in the warm process, or in a new one. Raises OSError when none can be started."""
        model = self._catalog.get(attempt.model_id)
        assert model, "the scheduler asks for models of the catalog only"
        slot = placement.slot
        with self._lock:
            key = (attempt.model_id, slot.slot_id)
            process = self._processes.get(key)
            if process is None or not process.alive:
                self._make_room(placement)
                self._family.guard()
                process = RunnerProcess(
                    attempt.model_id,
                    model.engine,
                    slot,
                    cpu_jobs=self._settings.cpu_jobs,
                    job_time_limit=model.here.time_limit(self._settings.job_time_limit),
                    models_dir=self._settings.models_dir or self._settings.data_dir / "models",
                    mark=self._family.new_mark(),
                    on_report=partial(self._hear, attempt.model_id),
                    memory_is_short=lambda: self._readings.host.is_short,
                )
                self._metrics.runner_starts.labels(attempt.model_id).inc()
                self._processes[key] = process
            process.run(attempt)

    def stop(self, key: str, reason: str) -> None:
        """Kill the process of this attempt; its slot is free at once."""
        with self._lock:
            for place, process in list(self._processes.items()):
                if process.attempt and process.attempt.key == key:
                    about = {"job_id": process.attempt.job_id, "request_id": process.attempt.request_id}
                    log.info("runner %d is killed during %s: %s", process.pid, key, reason, extra=about)
                    process.kill()
                    del self._processes[place]
                    cause = reason.name.lower() if isinstance(reason, StopReason) else "other"
                    self._metrics.runner_ends.labels(process.model_id, cause).inc()

    def tidy(self) -> None:
        """End processes that have been idle for long, and bury and forget dead ones."""
        limit = time.monotonic() - self._settings.idle_seconds
        with self._lock:
            for place, process in list(self._processes.items()):
                if not process.alive and process.attempt:
                    process.bury()
                elif not process.alive:
                    del self._processes[place]
                elif not process.attempt and process.idle_since < limit:
                    log.info("runner %d of %s was idle for long and ends", process.pid, process.model_id)
                    self._metrics.runner_ends.labels(process.model_id, "idle").inc()
                    process.kill()
                    del self._processes[place]

    def state(self) -> list[SlotState]:
        """What each slot works on and keeps warm."""
        with self._lock:
            at = time.monotonic()
            states = {s.slot_id: SlotState(s, None) for s in self._slots}
            for process in sorted(self._processes.values(), key=lambda p: p.started_at):
                if process.alive:
                    state = states[process.slot.slot_id]
                    state.models_loaded.append(process.model_id)
                    state.pids.append(process.pid)
                    state.memory_mb += process.used.get(HOST, 0)
                    if (held := process.used.get(process.slot.device)) and process.slot.device != HOST:
                        state.gpu_memory_mb = (state.gpu_memory_mb or 0) + held
                    state.uptime_s = state.uptime_s or at - process.started_at
                    if attempt := process.attempt:
                        state.current_job, state.current_model = attempt.job_id, process.model_id
                        state.uptime_s = at - process.started_at
        return list(states.values())

    def crashes_in_a_row(self) -> dict[str, int]:
        """By model; a model that ended an attempt since its last crash is not listed."""
        return dict(self._crashes)

    def _hear(self, model_id: str, report: Report) -> None:
        if isinstance(report, Died):
            self._crashes[model_id] = self._crashes.get(model_id, 0) + 1
            self._metrics.runner_ends.labels(model_id, "died").inc()
        elif not isinstance(report, ProgressReport):
            self._crashes.pop(model_id, None)
        self._on_report(report)

    def close(self) -> None:
        """Kill all processes, and wait up to 5 s for each to be gone."""
        self._closed.set()
        with self._lock:
            processes = list(self._processes.values())
            self._processes.clear()
            for process in processes:
                if process.attempt:
                    key = process.attempt.key
                    log.info("runner %d is killed during %s: the server stops", process.pid, key)
                process.kill()
        for process in processes:
            process.wait(5)
        self._family.kill_all()
        self._family.dismiss_guardian()

    def measure(self) -> None:
        """Look at the memory of the machine and of all runners; from any thread."""
        with self._lock:
            processes = list(self._processes.values())
        readings = self._meter([process.pid for process in processes])
        with self._lock:
            self._readings = readings
            for process in processes:
                used = {HOST: readings.host_used.get(process.pid)}
                if process.slot.device != HOST:
                    used[process.slot.device] = readings.gpu_used.get(process.pid)
                process.used = {memory: amount for memory, amount in used.items() if amount}
                peak = self._peaks.setdefault((process.model_id, process.slot.device), {})
                for memory, amount in process.used.items():
                    peak[memory] = max(peak.get(memory, 0), amount)

    def _keep_measuring(self) -> None:
        while not self._closed.wait(MEASURE_S):
            try:
                if self._processes:
                    self.measure()
            except Exception:
                log.exception("the memory of runners could not be measured")

    def _need(self, model_id: str, device: str) -> Amounts | None:
        """What a process of the model will hold on a device; None when it cannot run there."""
        spec = self._catalog.spec(model_id)
        if spec is None:
            return None
        spec = spec.on(self._largest_gpu)
        if (device == HOST) != (spec.vram_mb == 0):
            return None
        told = {HOST: spec.memory_mb} if device == HOST else {HOST: spec.memory_mb, device: spec.vram_mb}
        if any(amount > self._totals[memory] for memory, amount in told.items()):
            return None
        peak = self._peaks.get((model_id, device), {})
        return {memory: self._corrected(memory, amount, peak.get(memory)) for memory, amount in told.items()}

    def _corrected(self, memory: str, told: int, peak: int | None) -> int:
        if not peak:
            return told
        return min(self._totals[memory], max(told // 2, int(peak * MARGIN)))

    def _booked(self, process: RunnerProcess) -> Amounts:
        """A running process books what it may come to hold, an idle one what it holds."""
        need = self._need(process.model_id, process.slot.device) or {}
        if process.attempt is None:
            return {memory: process.used.get(memory, amount) for memory, amount in need.items()}
        return {memory: max(amount, process.used.get(memory, 0)) for memory, amount in need.items()}

    def _limits(self) -> dict[str, int]:
        """What our processes may hold together: not more than others leave."""
        readings = self._readings
        ours = sum(readings.host_used.values())
        limits = {HOST: min(self._totals[HOST], readings.host.available + ours)}
        for gpu in readings.gpus:
            device = f"cuda:{gpu.id}"
            pids = {p.pid for p in self._processes.values() if p.slot.device == device}
            told = readings.gpu_used.keys() & pids
            if device in self._totals:
                left = gpu.memory_free + sum(readings.gpu_used[pid] for pid in told)
                blind = pids and not told  # Windows does not say whose memory it is: trust the books
                limits[device] = self._totals[device] if blind else min(self._totals[device], left)
        return limits

    def _make_room(self, placement: Placement) -> None:
        """End the idle processes whose memory is needed, and the one idle longest when too many are warm."""
        victims = [self._processes[key] for key in placement.victims if key in self._processes]
        idle = [p for p in self._processes.values() if not p.attempt and p not in victims]
        if len(idle) >= self._settings.warm_processes:
            victims.append(min(idle, key=lambda p: p.idle_since))
        for process in victims:
            log.info("runner %d of %s makes room", process.pid, process.model_id)
            self._metrics.runner_ends.labels(process.model_id, "made_room").inc()
            del self._processes[process.model_id, process.slot.slot_id]
            process.kill()
        for process in victims:
            process.wait(GONE_S)
