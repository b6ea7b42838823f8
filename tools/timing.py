"""What the benchmarks of networks have in common: random weights, and how fast a device is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import torch
from pocket3d_server.models.neural.precision import precision_of
from torch import nn

TIMES = 20


def processor_seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes this process, on all its cores together."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def elapsed(work: Callable[[], object], device: torch.device) -> float:
    """Seconds until ``work`` is done on ``device``."""
    settle(device)
    begin = time.perf_counter()
    work()
    settle(device)
    return time.perf_counter() - begin


def settle(device: torch.device) -> None:
    """Wait for what a GPU was asked to do."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def rate(device: torch.device, side: int) -> float:
    """Operations a second of a product of square matrices, in the precision that networks have there; on a CPU, of one
    core's time."""
    a = torch.randn(side, side, device=device, dtype=precision_of(device))
    for _ in range(3):
        a @ a
    measure = processor_seconds if device.type == "cpu" else lambda work: elapsed(work, device)
    return TIMES * 2 * side**3 / measure(lambda: [a @ a for _ in range(TIMES)])


def randomise(network: nn.Module, kept: Collection[str] = ()) -> None:
    """Weights that keep numbers finite through all blocks; vectors and those ``kept`` stay as they are."""
    for key, value in network.state_dict().items():
        if value.ndim > 1 and key not in kept:
            value.normal_(0, 0.5 / value[0].numel() ** 0.5)
    network.eval().requires_grad_(False)
