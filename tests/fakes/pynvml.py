"""NVIDIA's library as a server sees it on a machine with two cards, of which the second has been lost, or not.

Put this folder before the others on the path of a server's process; ``FAKE_GPUS=well`` if none is to be lost.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

NVML_TEMPERATURE_GPU = 0
NVML_ERROR_NOT_SUPPORTED = 3
MIB = 1024 * 1024


class NVMLError(Exception):
    """As the library raises it."""

    def __init__(self, value: int, text: str) -> None:
        super().__init__(text)
        self.value = value


def nvmlInit() -> None:  # noqa: N802 - the library's name
    """The driver is there."""


def nvmlDeviceGetCount() -> int:  # noqa: N802
    return 2


def nvmlDeviceGetHandleByIndex(index: int) -> int:  # noqa: N802
    if index == 1 and os.environ.get("FAKE_GPUS") != "well":
        raise NVMLError(15, "GPU is lost")
    return index


def nvmlDeviceGetUUID(handle: int) -> str:  # noqa: N802
    return f"GPU-{handle}00e1c0f"


def nvmlDeviceGetName(handle: int) -> str:  # noqa: N802
    return "NVIDIA RTX 4090"


def nvmlDeviceGetMemoryInfo(handle: int) -> SimpleNamespace:  # noqa: N802
    return SimpleNamespace(total=24576 * MIB, used=8192 * MIB, free=16384 * MIB)


def nvmlDeviceGetUtilizationRates(handle: int) -> SimpleNamespace:  # noqa: N802
    return SimpleNamespace(gpu=65, memory=40)


def nvmlDeviceGetTemperature(handle: int, sensor: int) -> int:  # noqa: N802
    return 72
