"""Packing charts into a square: the tallest first, each dropped where it leaves the least room below.

Lévy et al. 2002, "Least Squares Conformal Maps", section 5: charts fall like the pieces of Tetris onto a horizon, upper
and lower outlines fitting into each other. In numpy throughout, so other threads go on meanwhile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FILLED = 0.7
"""Share of the square that charts and the room between them are expected to take."""
ROUNDS = 3
"""Attempts at a larger or smaller scale."""
DROPPED, TRIED_BOTH_WAYS = 600, 200
"""The largest charts, which are dropped one by one, and those that are also tried upside down; the rest lie in rows."""


ANGLES = 16
"""Turns between 0 and 90 degrees that are tried for each chart."""


def pack(flat: NDArray[Any], charts: NDArray[np.int64], cells: int, gap: int) -> Floats:
    """Corners (F, 3, 2) of charts laid side by side in the square 0..1, all to one scale, each turned to lie tight.

    ``flat`` (F, 3, 2) are corners on the planes of the ``charts`` (F,), which are numbered from 0 without a gap. The
    square has ``cells`` cells a side, and around each chart ``gap`` of them stay free.
    """
    placed, size = _upright(np.asarray(flat, np.float64), charts)
    while len(size) * (2 * gap + 2) ** 2 > FILLED * cells**2:  # more charts than can keep such distances
        cells *= 2
    edges = np.stack([placed, np.roll(placed, -1, axis=1)], axis=2).reshape(-1, 2, 2)
    owner = np.repeat(charts, 3)
    most = (cells - 2 * gap - 1) / max(float(size.max()), 1e-12)
    scale = min(_first_scale(size, float(_area(placed).sum()), cells, gap), most)
    fits, fails, best = 0.0, most * 1.001, placed
    for attempt in range(50):
        place, flipped, tall = _dropped(edges * scale, owner, size * scale, cells, gap)
        if tall <= cells and scale > fits:
            turned = np.where(flipped[charts][:, None, None], size[charts][:, None] - placed, placed)
            fits, best = scale, turned * scale + place[charts][:, None]
        elif tall > cells:
            fails = min(fails, scale)
        if fits and (attempt >= ROUNDS or fails < fits * 1.01):
            break
        wanted = scale * float(np.sqrt(cells / tall))
        if not fits < wanted < fails:
            wanted = (fits + fails) / 2 if fits else fails * 0.95
        scale = wanted
    return best / cells


def _upright(flat: Floats, charts: Ints) -> tuple[Floats, Floats]:
    """Charts turned to have the smallest box, higher than wide, its corner at the origin; sizes (C, 2) of the boxes."""
    count = int(charts.max()) + 1
    order = np.argsort(charts, kind="stable")
    starts = np.searchsorted(charts[order], np.arange(count))
    best, area = np.zeros(count), np.full(count, np.inf)
    for angle in np.arange(ANGLES) * (np.pi / 2 / ANGLES):
        low, high = _box(_turned(flat[order], angle), starts)
        found = (high - low).prod(axis=1)
        better = found < area * 0.99
        best[better], area[better] = angle, found[better]
    placed = _turned(flat, best[charts][:, None])
    low, high = _box(placed[order], starts)
    lying = (high - low)[:, 0] > (high - low)[:, 1]
    quarter = np.stack([-placed[..., 1], placed[..., 0]], axis=-1)
    placed = np.where(lying[charts][:, None, None], quarter, placed)
    low, high = _box(placed[order], starts)
    return placed - low[charts][:, None], high - low


def _turned(flat: Floats, angle: Any) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([flat[..., 0] * c - flat[..., 1] * s, flat[..., 0] * s + flat[..., 1] * c], axis=-1)


def _box(corners: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Lowest and highest corners (C, 2) of faces (F, 3, 2) that are sorted by chart."""
    return np.minimum.reduceat(corners.min(axis=1), starts), np.maximum.reduceat(corners.max(axis=1), starts)


def _area(flat: NDArray[Any]) -> Floats:
    d1, d2 = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    return np.abs(d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]) / 2


def _first_scale(size: Floats, area: float, cells: int, gap: int) -> float:
    """At which the charts, with a gap along half their boxes' outlines, have FILLED of the square."""
    # area * s^2 + gap * outline * s + gap^2 * count = FILLED * cells^2
    a, b = max(area, 1e-12), gap * float(size.sum())
    c = gap * gap * len(size) - FILLED * cells * cells
    root = max(b * b - 4 * a * c, 0.0)
    return float(np.sqrt(root) - b) / (2 * a) + 1e-12


def _dropped(
    edges: Floats, owner: Ints, size: Floats, cells: int, gap: int
) -> tuple[Floats, NDArray[np.bool_], int]:
    """Places (C, 2) of the charts' lower left corners in cells, which are upside down, and the height of all."""
    bottom, top, first = _outlines(edges, owner, size, gap)
    horizon = np.zeros(cells, np.int64)
    place, flipped = np.zeros((len(size), 2)), np.zeros(len(size), np.bool_)
    order = np.argsort(-size[:, 1], kind="stable")
    rest = order[DROPPED:]
    rows, height = _in_rows(np.diff(first)[rest], size[rest, 1] + 2 * gap + 1, cells)
    for rank, c in enumerate(order[:DROPPED].tolist()):
        columns = slice(first[c], min(first[c + 1], first[c] + cells))
        under, over = bottom[columns], top[columns]
        tall = int(over.max())
        lost, x, y = _drop(horizon, under, tall, cells - height)
        if rank < TRIED_BOTH_WAYS:
            down = tall - over[::-1], tall - under[::-1]
            other = _drop(horizon, down[0], tall, cells - height)
            if other[0] < lost:
                flipped[c], (_, x, y), over = True, other, down[1]
        horizon[x : x + len(over)] = y + over
        place[c] = x, y
    place[rest] = rows + [0, int(horizon.max())]
    return place + gap, flipped, int(horizon.max()) + height


def _in_rows(wide: Ints, tall: Floats, cells: int) -> tuple[Floats, int]:
    """Lower left corners (C, 2) of boxes in rows, the tallest first, and the height of all rows."""
    if not len(wide):
        return np.zeros((0, 2)), 0
    start = np.cumsum(wide) - wide
    row = start // max(cells - int(wide.max()), 1)
    leads = np.flatnonzero(np.diff(row, prepend=-1))
    shelf = np.cumsum(np.diff(row, prepend=-1) > 0) - 1
    height = np.ceil(tall[leads])
    bottom = np.cumsum(height) - height
    return np.stack([start - start[leads][shelf], bottom[shelf]], axis=1), int(height.sum())


def _drop(horizon: Ints, under: Ints, tall: int, limit: int) -> tuple[int, int, int]:
    """Room lost below a chart where it is least, and the column and height at which the chart lies there.

    Places in which the chart would reach over the ``limit`` are the last to be taken.
    """
    w = len(under)
    rest = (np.lib.stride_tricks.sliding_window_view(horizon, w) - under).max(axis=1)
    total = np.concatenate([[0], np.cumsum(horizon)])
    lost = rest * w - (total[w:] - total[:-w]) + int(under.sum())
    lost += np.maximum(rest + tall - limit, 0) * (w * len(horizon))
    x = int(lost.argmin())
    return int(lost[x]), x, int(rest[x])


def _outlines(edges: Floats, owner: Ints, size: Floats, gap: int) -> tuple[Ints, Ints, Ints]:
    """Lowest and highest cell of each column of each chart, gap included, and where each chart's columns start."""
    width = np.floor(size[:, 0]).astype(np.int64) + 1 + 2 * gap
    first = np.concatenate([[0], np.cumsum(width)])
    bottom = np.full(first[-1], np.iinfo(np.int64).max)
    top = np.zeros(first[-1], np.int64)
    left = edges[:, 0, 0] <= edges[:, 1, 0]
    a = np.where(left[:, None], edges[:, 0], edges[:, 1])
    b = np.where(left[:, None], edges[:, 1], edges[:, 0])
    start = np.floor(a[:, 0]).astype(np.int64)
    many = np.floor(b[:, 0]).astype(np.int64) - start + 1
    edge = np.repeat(np.arange(len(edges)), many)
    column = start[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
    slope = (b[:, 1] - a[:, 1]) / np.maximum(b[:, 0] - a[:, 0], 1e-12)
    ends = [
        np.clip(
            a[edge, 1] + slope[edge] * (np.clip(x, a[edge, 0], b[edge, 0]) - a[edge, 0]), *_range(a, b, edge)
        )
        for x in (column, column + 1)
    ]
    steep = (b[:, 0] - a[:, 0] < 1e-9)[edge]
    low = np.where(steep, np.minimum(a[edge, 1], b[edge, 1]), np.minimum(*ends))
    high = np.where(steep, np.maximum(a[edge, 1], b[edge, 1]), np.maximum(*ends))
    at = first[owner[edge]] + column + gap
    np.minimum.at(bottom, at, np.floor(low).astype(np.int64))
    np.maximum.at(top, at, np.floor(high).astype(np.int64) + 1)
    return _widened(bottom, top, first, gap)


def _range(a: Floats, b: Floats, edge: Ints) -> tuple[Floats, Floats]:
    return np.minimum(a[edge, 1], b[edge, 1]), np.maximum(a[edge, 1], b[edge, 1])


def _widened(bottom: Ints, top: Ints, first: Ints, gap: int) -> tuple[Ints, Ints, Ints]:
    """Outlines that keep ``gap`` cells from the chart on all sides; the chart's own columns start at ``gap``."""
    chart = np.repeat(np.arange(len(first) - 1), np.diff(first))
    wide_bottom, wide_top = bottom.copy(), top.copy()
    for k in range(1, gap + 1):
        for ahead in (slice(k, None), slice(None, -k)):
            here = slice(None, -k) if ahead.start else slice(k, None)
            same = chart[here] == chart[ahead]
            wide_bottom[here] = np.where(
                same, np.minimum(wide_bottom[here], bottom[ahead]), wide_bottom[here]
            )
            wide_top[here] = np.where(same, np.maximum(wide_top[here], top[ahead]), wide_top[here])
    # Columns in which nothing lies, at the far end of a chart, are as free as its lowest line.
    wide_bottom = np.where(wide_bottom == np.iinfo(np.int64).max, 0, wide_bottom)
    return wide_bottom, wide_top + 2 * gap, first
