"""A grid of things of different sizes in which nothing overlaps."""

from __future__ import annotations

from ..later import np

GAP = 0.25
"""Space between two neighbours, as a part of the average size, when nobody says how much."""


def columns_for(count: int) -> int:
    """About as many columns as rows."""
    return max(1, int(np.ceil(np.sqrt(count))))


def gap_for(sizes: np.ndarray, spacing: float | None = None) -> float:
    """Metres between two neighbours of these sizes (N, 2)."""
    return GAP * float(sizes.max(axis=1).mean()) if spacing is None else spacing


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
    gap = gap_for(sizes, spacing)
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


def way_out(
    low: np.ndarray, high: np.ndarray, others_low: np.ndarray, others_high: np.ndarray, gap: float
) -> float:
    """How far along +X boxes (N, 3) must go together, so that they stand in none of the others (M, 3).

    What they stand on is not in the way, and a box around all of them is the room that they are in.
    """
    start, end = low.min(axis=0), high.max(axis=0)
    room = (others_low <= start).all(axis=1) & (others_high >= end).all(axis=1)
    floor = others_high[:, 2] <= start[2] + 1e-3 * (end[2] - start[2])
    things = ~room & ~floor
    met = (others_low[things] < end).all(axis=1) & (others_high[things] > start).all(axis=1)
    if not met.any():
        return 0.0
    return float(others_high[things][:, 0].max() + gap - start[0])
