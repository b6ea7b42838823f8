"""A runner process seen from the server: started, given attempts, heard, killed with all that it started."""

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
from pathlib import Path

from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.weights import VARIABLE
from pocket3d_server.runners import descent, devices, printed, protocol
from pocket3d_server.runners.base import Attempt, Died, Loaded, ProgressReport, Report, Slot
from pocket3d_server.runners.memory import oom_kills

log = logging.getLogger(__name__)

OnReport = Callable[[Report], None]

OOM_ADVICE = "Lower the quality or texture_resolution, send a smaller mesh, or choose another model."
DEATH_ADVICE = "Submit it again; if it fails again, try another model or other parameters."


DEVICES = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "PYTORCH_ENABLE_MPS_FALLBACK": "1"}
"""GPUs are numbered as the driver lists them (`devices`), not by speed; what Apple's GPUs cannot do, their CPU does."""


class RunnerProcess:
    """One child process with one model. ``attempt`` is what it works on, None when it is idle.

    ``memory_is_short`` tells whether the system may have killed it for lack of memory; systems other than Linux
    do not say.
    """

    def __init__(
        self,
        model_id: str,
        engine: str,
        slot: Slot,
        *,
        cpu_jobs: int,
        job_time_limit: float,
        models_dir: Path,
        mark: str,
        on_report: OnReport,
        memory_is_short: Callable[[], bool],
    ) -> None:
        self._mark = mark
        self._loaded = False
        self._ends = False
        """It could not load its model, and is about to end."""
        self.model_id = model_id
        self.slot = slot
        self.attempt: Attempt | None = None
        self.started_at = self.idle_since = time.monotonic()
        self.used: dict[str, int] = {}
        """MiB of each memory, as measured last."""
        self._on_report = on_report
        self._memory_is_short = memory_is_short
        self._oom_kills: int | None = None
        self._lock = threading.Lock()  # who ends an attempt (report, death or stop) takes it under this lock
        device, sight = _sight(slot)
        command = [sys.executable, "-m", "pocket3d_server.runners.child"]
        self._process = subprocess.Popen(
            [*command, engine, device, str(job_time_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ
            | _thread_limits(slot, cpu_jobs)
            | DEVICES
            | sight
            | {descent.VARIABLE: mark, VARIABLE: str(models_dir.absolute())},
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        log.info("runner %d started for %s on %s", self.pid, model_id, slot.slot_id)
        threading.Thread(target=self._listen, name=f"runner-{self.pid}", daemon=True).start()
        lines = (self._process.stderr, model_id, self.pid, lambda: self.attempt)
        threading.Thread(target=printed.pass_on, args=lines, name=f"printed-{self.pid}", daemon=True).start()

    def run(self, attempt: Attempt) -> None:
        """Begin an attempt. A process that died meanwhile is noticed by ``_listen``, which then reports it."""
        self._oom_kills = oom_kills()
        with self._lock:
            self.attempt = attempt
        stdin = self._process.stdin
        assert stdin
        try:
            stdin.write(protocol.encode_attempt(attempt))
            stdin.flush()
        except OSError:
            reason = "The runner process ended before it could begin."
            self._end_attempt(Died(attempt.key, reason, loading=not self._loaded))

    def kill(self) -> None:
        """Kill the process and all it started; its attempt, if any, gets no further report."""
        with self._lock:
            self.attempt = None
        descent.kill_tree(self._process, self._mark)

    def wait(self, timeout: float) -> None:
        """Wait until a killed process is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    def bury(self) -> None:
        """Kill what a dead process has left behind. A child of it may hold our pipe open: without this, ``_listen``
        would wait for as long as that lives."""
        descent.kill_tree(self._process, self._mark)

    @property
    def alive(self) -> bool:
        """Whether the process runs and can be given attempts."""
        return not self._ends and self._process.poll() is None

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
                self._ends = not self._loaded
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
            self._end_attempt(self._death(attempt, code))

    def _death(self, attempt: Attempt, code: int) -> Died:
        """SIGKILL is the kernel's way when memory runs out. Linux counts such kills; elsewhere, memory that was
        short when we last looked has to do."""
        message = f"The model's process ended unexpectedly ({_reason(code)})."
        error, advice = ErrorCode.PROCESSING_FAILED, DEATH_ADVICE
        killed = os.name == "posix" and code == -signal.SIGKILL
        kills = oom_kills()
        short = self._memory_is_short() if kills is None else kills > (self._oom_kills or 0)
        if killed and short:
            message = "Processing failed: insufficient memory; the system killed the model's process."
            error, advice = ErrorCode.OUT_OF_MEMORY, OOM_ADVICE
        return Died(attempt.key, message, advice, error, loading=not self._loaded)

    def _end_attempt(self, report: Report) -> None:
        with self._lock:
            if self.attempt is None or self.attempt.key != report.key:
                return
            self.attempt = None
            self.idle_since = time.monotonic()
        self._on_report(report)


def _sight(slot: Slot) -> tuple[str, dict[str, str]]:
    """The device by the name that the process knows it by, and what makes it so. It sees its own GPU only: what a
    library does on "the first GPU" it does on that one."""
    if slot.gpu_id is None or devices.in_parts():
        return slot.device, {}
    return "cuda:0", {devices.VARIABLE: str(slot.gpu_id)}


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
