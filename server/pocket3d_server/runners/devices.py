"""The GPUs that we may use, as NVIDIA's management library (NVML) sees them. Without it there are none.

Each fact is asked for on its own: what a card or driver does not tell is None, and a card that is lost is
still listed, with its ``problem``. A driver can take seconds, or hang; nobody waits for it (``probe``).

``CUDA_VISIBLE_DEVICES`` names those that we may use, by number or UUID, as it does for CUDA's own programs; so
operators give a server some of a machine's GPUs, and Ray gives them to a node's actor. Numbers are always the driver's.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import psutil

from pocket3d_server.probe import NoAnswerError, Probe

log = logging.getLogger(__name__)

MIB = 1024 * 1024
VARIABLE = "CUDA_VISIBLE_DEVICES"
FRESH_S = 1.0
PATIENCE_S = 2.0

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Gpu:
    """One GPU now; memory in MiB, ``utilization`` in 0..1, ``temperature`` in °C, None where unknown."""

    id: int
    name: str
    memory_total: int
    memory_used: int
    memory_free: int
    utilization: float | None
    temperature: int | None
    problem: str | None = None
    """Why it cannot be used, e.g. because it is lost; memory is 0 then."""


@dataclass(frozen=True)
class GpuFacts:
    """All that was learned at one time."""

    gpus: list[Gpu]
    memory_of_processes: dict[int, int]
    """MiB on all GPUs by pid, of the processes for which the driver tells (not on Windows with WDDM)."""


NOTHING = GpuFacts([], {})


class Nvml:
    """NVML through a library with the functions of ``pynvml``."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def read(self) -> GpuFacts:
        """All GPUs with their present load. Never raises."""
        found: list[Gpu] = []
        processes: dict[int, int] = {}
        for index in range(self._fact(self._library.nvmlDeviceGetCount) or 0):
            handle = None
            try:
                handle = self._library.nvmlDeviceGetHandleByIndex(index)
                if not may_use(index, self._uuid(handle)):
                    continue
                found.append(self._gpu(index, handle))
            except Exception as error:  # the library has its own kinds of errors, and ctypes its own too
                if handle is not None or may_use(index, ""):
                    found.append(Gpu(index, f"GPU {index}", 0, 0, 0, None, None, problem=str(error)))
                continue
            for pid, used in self._processes(handle).items():
                processes[pid] = processes.get(pid, 0) + used
        return GpuFacts(found, processes)

    def _gpu(self, index: int, handle: Any) -> Gpu:
        library = self._library
        name = self._fact(library.nvmlDeviceGetName, handle) or f"GPU {index}"
        total, used, free = self._memory(handle)
        rates = self._fact(library.nvmlDeviceGetUtilizationRates, handle)
        heat = self._fact(library.nvmlDeviceGetTemperature, handle, library.NVML_TEMPERATURE_GPU)
        return Gpu(
            id=index,
            name=name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name),
            memory_total=total,
            memory_used=used,
            memory_free=free,
            utilization=None if rates is None else rates.gpu / 100,
            temperature=None if heat is None else int(heat),
        )

    def _uuid(self, handle: Any) -> str:
        ask = getattr(self._library, "nvmlDeviceGetUUID", None)
        found = (self._fact(ask, handle) if ask else None) or ""
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)

    def _memory(self, handle: Any) -> tuple[int, int, int]:
        """Total, used and free MiB. Raises what the library raises when the card does not answer."""
        try:
            memory = self._library.nvmlDeviceGetMemoryInfo(handle)
        except self._library.NVMLError as error:
            if getattr(error, "value", None) != self._library.NVML_ERROR_NOT_SUPPORTED:
                raise
            # A chip that shares its memory with the CPU (Jetson, GB10) has none of its own to tell about.
            system = psutil.virtual_memory()
            used = system.total - system.available
            return system.total // MIB, used // MIB, system.available // MIB
        return memory.total // MIB, memory.used // MIB, memory.free // MIB

    def _processes(self, handle: Any) -> dict[int, int]:
        used: dict[int, int] = {}
        for name in ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses"):
            ask = getattr(self._library, name, None)
            for process in (self._fact(ask, handle) if ask else None) or []:
                memory = process.usedGpuMemory
                if memory is not None:  # the same in both lists, for a process with both kinds of contexts
                    used[process.pid] = max(used.get(process.pid, 0), memory // MIB)
        return used

    def _fact(self, ask: Callable[..., Fact], *arguments: Any) -> Fact | None:
        """What ``ask`` answers; None when it cannot."""
        try:
            return ask(*arguments)
        except Exception:  # see ``read``
            return None


def may_use(index: int, uuid: str) -> bool:
    """Whether ``CUDA_VISIBLE_DEVICES`` names a GPU, or nothing by which GPUs could be told apart (parts of one)."""
    given = os.environ.get(VARIABLE)
    if given is None or in_parts():
        return True
    names = [name.strip() for name in given.split(",")]
    return str(index) in names or any(name.startswith("GPU-") and uuid.startswith(name) for name in names)


def in_parts() -> bool:
    """Whether we may use parts of GPUs (MIG) only, which have names but no numbers."""
    return "MIG-" in os.environ.get(VARIABLE, "")


@cache
def _library() -> Any | None:
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception as error:  # no driver, no library, or one that does not answer: the same to us
        log.debug("no GPUs: %s", error)
        return None
    return pynvml


def _read() -> GpuFacts:
    library = _library()
    return Nvml(library).read() if library else NOTHING


_probe = Probe(_read, fresh_s=FRESH_S, patience_s=PATIENCE_S)


def facts(patience_s: float = PATIENCE_S) -> GpuFacts:
    """About all GPUs, at most a second old; older when the driver is slow, nothing when it never answered."""
    try:
        return _probe.get(patience_s)
    except NoAnswerError:
        return NOTHING


def gpus(patience_s: float = PATIENCE_S) -> list[Gpu]:
    """All GPUs with their present load; an empty list on a machine without."""
    return facts(patience_s).gpus


def driver_overdue_s() -> float:
    """Seconds that the driver has kept the latest question waiting; 0 when it answers."""
    return _probe.overdue_s
