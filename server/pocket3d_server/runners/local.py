"""Runs models on this machine: one warm process for each (model, slot).

A slot is a share of the CPU or a GPU and has at most one attempt at a time; the processes of other models on
the same slot stay warm but idle. A process is started when its model is first needed and then kept. It is
killed, with everything it started, when its attempt is cancelled or takes too long, and when it has been idle
for long; the next attempt gets a new one. A crash shows as the end of the process's output.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pocket3d_server.metrics import Metrics
from pocket3d_server.runners import descent, output, protocol
from pocket3d_server.runners.base import (
    Attempt,
    Died,
    Loaded,
    ProgressReport,
    Report,
    RunnerPool,
    Slot,
    SlotState,
    StopReason,
)
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.devices import gpus

log = logging.getLogger(__name__)

OnReport = Callable[[Report], None]

DRIVER_START_S = 60.0
"""A driver that was not in use takes seconds for each GPU to get ready."""


@dataclass(frozen=True)
class LocalSettings:
    """The part of the server's settings that matters here."""

    cpu_jobs: int
    warm_processes: int
    idle_seconds: float
    job_time_limit: float
    data_dir: Path
    """Names the server's runners, so that those of a dead one are found."""


class RunnerProcess:
    """One child process with one model. ``attempt`` is what it works on, None when it is idle."""

    def __init__(
        self,
        model_id: str,
        engine: str,
        slot: Slot,
        settings: LocalSettings,
        mark: str,
        on_report: OnReport,
    ) -> None:
        self._mark = mark
        self._loaded = False
        self.model_id = model_id
        self.slot = slot
        self.attempt: Attempt | None = None
        self.started_at = self.idle_since = time.monotonic()
        self._on_report = on_report
        self._lock = threading.Lock()  # who ends an attempt (report, death or stop) takes it under this lock
        command = [sys.executable, "-m", "pocket3d_server.runners.child"]
        self._process = subprocess.Popen(
            [*command, engine, slot.device, str(settings.job_time_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | _thread_limits(slot, settings.cpu_jobs) | {descent.VARIABLE: mark},
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        log.info("runner %d started for %s on %s", self.pid, model_id, slot.slot_id)
        threading.Thread(target=self._listen, name=f"runner-{self.pid}", daemon=True).start()
        printed = (self._process.stderr, model_id, self.pid, lambda: self.attempt)
        threading.Thread(target=output.pass_on, args=printed, name=f"output-{self.pid}", daemon=True).start()

    def run(self, attempt: Attempt) -> None:
        """Begin an attempt. A process that died meanwhile is noticed by ``_listen``, which then reports it."""
        with self._lock:
            self.attempt = attempt
        stdin = self._process.stdin
        assert stdin
        try:
            stdin.write(protocol.encode_attempt(attempt))
            stdin.flush()
        except OSError:
            self._end_attempt(
                Died(
                    attempt.key,
                    "The runner process ended before it could begin.",
                    loading=not self._loaded,
                )
            )

    def kill(self) -> None:
        """Kill the process and all it started; its attempt, if any, gets no further report."""
        with self._lock:
            self.attempt = None
        descent.kill_tree(self._process, self._mark)

    def wait(self, timeout: float) -> None:
        """Wait until a killed process is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout
        for line in stdout:
            try:
                report = protocol.decode_report(line)
            except (ValueError, TypeError, KeyError):
                log.error("runner %d sent something that is no message; it is stopped", self.pid)
                break
            if isinstance(report, Loaded):
                self._loaded = True
            elif isinstance(report, ProgressReport):
                self._on_report(report)
            elif report is not None:
                self._end_attempt(report)
        descent.kill_tree(self._process, self._mark)  # what the engine started must not outlive it
        code = self._process.wait()
        attempt = self.attempt
        if attempt is not None:
            log.warning(
                "runner %d of %s died (%s) during job %s",
                self.pid,
                self.model_id,
                _reason(code),
                attempt.job_id,
                extra={"job_id": attempt.job_id, "request_id": attempt.request_id},
            )
            self._end_attempt(
                Died(
                    attempt.key,
                    f"The model's process ended unexpectedly ({_reason(code)}).",
                    _advice(code),
                    loading=not self._loaded,
                )
            )

    def _end_attempt(self, report: Report) -> None:
        with self._lock:
            if self.attempt is None or self.attempt.key != report.key:
                return
            self.attempt = None
            self.idle_since = time.monotonic()
        self._on_report(report)


class LocalPool(RunnerPool):
    """The slots of this machine and the processes on them."""

    def __init__(self, catalog: Catalog, settings: LocalSettings, metrics: Metrics | None = None) -> None:
        self._catalog = catalog
        self._settings = settings
        self._slots = [Slot(f"cpu_{n + 1}", "cpu") for n in range(settings.cpu_jobs)]
        cards = [gpu for gpu in gpus(patience_s=DRIVER_START_S) if not gpu.problem]
        self._slots += [Slot(f"gpu_{gpu.id}", f"cuda:{gpu.id}", gpu.id) for gpu in cards]
        self._processes: dict[tuple[str, str], RunnerProcess] = {}
        self._lock = threading.RLock()
        self._on_report: OnReport = lambda report: None
        self._metrics = metrics or Metrics()
        self._crashes: dict[str, int] = {}
        self._family = descent.Family(settings.data_dir)

    def start(self, on_report: OnReport) -> None:
        """Reports go to ``on_report`` from now on; processes are started only when they are needed.

        What the runners of a killed server have left behind on the same data is killed first.
        """
        self._on_report = on_report
        if left := self._family.kill_left_behind():
            log.warning("%d processes of a server that was killed are killed too", left)

    def free_slot(self, model_id: str) -> Slot | None:
        """A warm free slot before a cold one; models that need a GPU get GPU slots only."""
        model = self._catalog.get(model_id)
        if model is None:
            return None
        with self._lock:
            busy = {p.slot.slot_id for p in self._processes.values() if p.attempt}
            free = [
                s for s in self._slots if (s.gpu_id is not None) == model.needs_gpu and s.slot_id not in busy
            ]
            warm = {slot_id for (of, slot_id), p in self._processes.items() if of == model_id and p.alive}
        return next((s for s in free if s.slot_id in warm), free[0] if free else None)

    def run(self, attempt: Attempt, slot: Slot) -> None:
        """Begin an attempt in the warm process, or in a new one. Raises OSError when none can be started."""
        model = self._catalog.get(attempt.model_id)
        assert model, "the scheduler asks for models of the catalog only"
        with self._lock:
            key = (attempt.model_id, slot.slot_id)
            process = self._processes.get(key)
            if process is None or not process.alive:
                self._make_room()
                hear = partial(self._hear, attempt.model_id)
                self._family.guard()
                mark = self._family.new_mark()
                process = RunnerProcess(attempt.model_id, model.engine, slot, self._settings, mark, hear)
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
        """End processes that have been idle for long, and forget dead ones."""
        limit = time.monotonic() - self._settings.idle_seconds
        with self._lock:
            for place, process in list(self._processes.items()):
                if not process.alive and not process.attempt:
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

    def _make_room(self) -> None:
        """End the process that has been idle longest when too many are warm."""
        idle = [(p.idle_since, place) for place, p in self._processes.items() if not p.attempt]
        if len(idle) >= self._settings.warm_processes:
            _, place = min(idle)
            process = self._processes.pop(place)
            self._metrics.runner_ends.labels(process.model_id, "made_room").inc()
            process.kill()


def _thread_limits(slot: Slot, cpu_jobs: int) -> dict[str, str]:
    """CPU slots share the cores, so that parallel jobs do not fight for them."""
    if slot.device != "cpu":
        return {}
    share = str(max(1, (os.cpu_count() or 1) // cpu_jobs))
    return dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), share)


def _reason(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _advice(code: int) -> str:
    if os.name == "posix" and code == -signal.SIGKILL:
        return "The system may have run out of memory: lower the quality or texture_resolution."
    return "Submit it again; if it fails again, try another model or other parameters."
