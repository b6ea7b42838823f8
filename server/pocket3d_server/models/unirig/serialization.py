"""The order of points along curves that fill space: points that follow one another lie near one another.

Z order: Morton, "A computer oriented geodetic data base", 1966. Hilbert's curve: Skilling, "Programming the Hilbert
curve", AIP Conference Proceedings 707, 2004.
"""

from __future__ import annotations

import torch
from torch import Tensor

ORDERS = ("z", "z-trans", "hilbert", "hilbert-trans")
"""The curves' names; "-trans" has x and y change places."""


def codes(cells: Tensor, order: str, depth: int) -> Tensor:
    """Where along the curve ``order`` each cell lies.

    cells (N, 3) of any integer type, each below 2 ** depth; depth at most 21 -> (N,) int64. Raises ValueError.
    """
    if order not in ORDERS:
        raise ValueError(f"order {order!r} is not known; known are {', '.join(ORDERS)}")
    axes = list(cells.long().unbind(1))
    if order.endswith("-trans"):
        axes[0], axes[1] = axes[1], axes[0]
    if order.startswith("hilbert"):
        axes = _hilbert(axes, depth)
    return _interleaved(axes, depth)


def _interleaved(axes: list[Tensor], depth: int) -> Tensor:
    """The bits of the axes by turns, the first axis's highest."""
    code = torch.zeros_like(axes[0])
    for bit in range(depth):
        for place, axis in enumerate(reversed(axes)):
            code |= (axis >> bit & 1) << len(axes) * bit + place
    return code


def _hilbert(axes: list[Tensor], depth: int) -> list[Tensor]:
    """Coordinates to the numbers whose interleaved bits are the place on Hilbert's curve: Skilling's transform."""
    first, *rest = axes
    for bit in range(depth - 1, 0, -1):
        low = (1 << bit) - 1
        # A cube's curve is turned or turned round before it is put into the next larger cube.
        first = torch.where(first >> bit & 1 == 1, first ^ low, first)
        for k, axis in enumerate(rest):
            exchanged = torch.where(axis >> bit & 1 == 1, 0, (first ^ axis) & low)
            inverted = torch.where(axis >> bit & 1 == 1, low, 0)
            first, rest[k] = first ^ exchanged ^ inverted, axis ^ exchanged
    axes = [first, *rest]
    for k in range(1, len(axes)):  # Gray code
        axes[k] = axes[k] ^ axes[k - 1]
    flip = torch.zeros_like(first)
    for bit in range(depth - 1, 0, -1):
        flip = torch.where(axes[-1] >> bit & 1 == 1, flip ^ ((1 << bit) - 1), flip)
    return [axis ^ flip for axis in axes]
