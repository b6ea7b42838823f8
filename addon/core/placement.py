"""Where results go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Vector = tuple[float, float, float]


def stand_on(target: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Vector:
    """The move that puts the bottom centre of a box (``low`` to ``high``, Z up) on ``target``."""
    return (
        target[0] - (low[0] + high[0]) / 2,
        target[1] - (low[1] + high[1]) / 2,
        target[2] - low[2],
    )


def grid(count: int, spacing: float, columns: int = 5) -> Iterator[Vector]:
    """Places for ``count`` objects in rows towards -Y, the first at the origin."""
    for number in range(count):
        yield (number % columns) * spacing, -(number // columns) * spacing, 0.0
