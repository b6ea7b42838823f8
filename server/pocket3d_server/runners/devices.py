"""The GPUs of this machine, as NVIDIA's management library sees them. Without it there are none."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache

MIB = 1024 * 1024


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


@cache
def _nvml() -> bool:
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no driver, no library, or one that does not answer: the same to us
        return False
    return True


def gpus() -> list[Gpu]:
    """All GPUs with their present load; an empty list on a machine without."""
    if not _nvml():
        return []
    import pynvml

    found = []
    for index in range(pynvml.nvmlDeviceGetCount()):
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        utilization = temperature = None
        with contextlib.suppress(pynvml.NVMLError):
            utilization = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
        with contextlib.suppress(pynvml.NVMLError):
            temperature = int(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU))
        name = pynvml.nvmlDeviceGetName(handle)
        found.append(
            Gpu(
                id=index,
                name=name.decode() if isinstance(name, bytes) else name,
                memory_total=memory.total // MIB,
                memory_used=memory.used // MIB,
                memory_free=memory.free // MIB,
                utilization=utilization,
                temperature=temperature,
            )
        )
    return found
