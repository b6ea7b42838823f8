"""Where results go."""

from __future__ import annotations

from collections.abc import Sequence

Vector = tuple[float, float, float]


def stand_on(target: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Vector:
    """The move that puts the bottom centre of a box (``low`` to ``high``, Z up) on ``target``."""
    return (
        target[0] - (low[0] + high[0]) / 2,
        target[1] - (low[1] + high[1]) / 2,
        target[2] - low[2],
    )
