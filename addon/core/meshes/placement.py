"""Where results go."""

from __future__ import annotations

from collections.abc import Sequence

Vector = tuple[float, float, float]
Corner = tuple[float, float]
Box = tuple[Corner, Corner]
"""A footprint: lowest and highest x and y."""
GAP = 0.25
"""Between two variants, as a share of the wider one."""


def beside(target: Sequence[float], size: Sequence[float], boxes: Sequence[Box]) -> float:
    """The first x from ``target`` on, towards +X, where a footprint of ``size`` stands clear of all ``boxes``."""
    x, y = target[0], target[1]
    for (low_x, low_y), (high_x, high_y) in sorted(boxes):
        gap = GAP * max(size[0], high_x - low_x)
        in_row = low_y < y + size[1] / 2 and y - size[1] / 2 < high_y
        if in_row and low_x - gap < x + size[0] / 2 and x - size[0] / 2 < high_x + gap:
            x = high_x + gap + size[0] / 2
    return x
