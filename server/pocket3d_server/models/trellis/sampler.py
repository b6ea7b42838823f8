"""Draws from a flow: Euler steps from noise at time 1 to data at time 0, with guidance.

Lipman et al., "Flow Matching for Generative Modeling", 2023; Ho and Salimans, "Classifier-Free Diffusion Guidance",
2022; guidance within an interval of times after Kynkäänniemi et al., 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from torch import Tensor

Velocity = Callable[[Tensor, float, bool], Tensor]
"""Noisy data, the time 0..1, and whether guidance is wanted -> the velocity."""


@dataclass(frozen=True)
class Schedule:
    """How a flow is drawn from."""

    steps: int = 25
    cfg_strength: float = 0.0
    """Guidance: 0 follows the condition alone; w adds w times the difference to the empty condition."""
    cfg_interval: tuple[float, float] = (0.0, 1.0)
    """Times with guidance, both ends included."""
    rescale_t: float = 1.0
    """Above 1, more of the steps are spent near the noise."""

    def times(self) -> list[float]:
        """steps + 1 times from 1 to 0."""
        s = np.linspace(1, 0, self.steps + 1)
        return [float(t) for t in self.rescale_t * s / (1 + (self.rescale_t - 1) * s)]

    def guided(self, time: float) -> bool:
        """Whether this step has guidance."""
        return self.cfg_strength != 0 and self.cfg_interval[0] <= time <= self.cfg_interval[1]

    def evaluations(self) -> int:
        """How often the network is evaluated."""
        return sum(1 + self.guided(time) for time in self.times()[:-1])


def draw(noise: Tensor, schedule: Schedule, velocity: Velocity, step: Callable[[int], None]) -> Tensor:
    """From ``noise`` (any shape) to data of the same shape. ``step`` is told the number of steps done, and may raise."""
    times = schedule.times()
    x = noise
    for k, (now, after) in enumerate(pairwise(times)):
        x = x - (now - after) * velocity(x, now, schedule.guided(now))
        step(k + 1)
    return x
