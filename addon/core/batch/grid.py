"""A grid of things of different sizes in which nothing overlaps."""

from __future__ import annotations

import numpy as np

GAP = 0.25
"""Space between two neighbours, as a part of the average size, when nobody says how much."""


def columns_for(count: int) -> int:
    """About as many columns as rows."""
    return max(1, int(np.ceil(np.sqrt(count))))


def centres(
    sizes: np.ndarray, columns: int, spacing: float | None = None, around: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """Middles (N, 2) of boxes with ``sizes`` (N, 2), in rows of ``columns``.

    Read like text: along +X, then the next row nearer to the front (-Y). A column is as wide as its widest box, a
    row as deep as its deepest, with ``spacing`` metres between, and the whole is centred ``around`` a point. None
    goes by the sizes.
    """
    sizes = np.asarray(sizes, float).reshape(-1, 2)
    count = len(sizes)
    if count == 0:
        return np.zeros((0, 2))
    columns = min(columns, count)
    gap = GAP * float(sizes.max(axis=1).mean()) if spacing is None else spacing
    row, column = np.divmod(np.arange(count), columns)
    widths, depths = np.zeros(columns), np.zeros(row[-1] + 1)
    np.maximum.at(widths, column, sizes[:, 0])
    np.maximum.at(depths, row, sizes[:, 1])
    x, y = _middles(widths, gap), _middles(depths, gap)
    return np.column_stack([x[column] + around[0], -y[row] + around[1]])


def _middles(lengths: np.ndarray, gap: float) -> np.ndarray:
    """Middles of intervals in a row with gaps between, centred around 0."""
    ends = np.cumsum(lengths + gap) - gap
    return ends - lengths / 2 - ends[-1] / 2
