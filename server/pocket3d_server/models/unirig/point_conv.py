"""Convolutions over points that lie in the cells of a grid: each point reads the points of the cells around it.

Several points may lie in one cell. Then the first of them speaks for the cell, and each of them hears all cells around
it. The library that the released weights were trained with treats them less evenly, `Places` can do that too. N points,
K a kernel's side.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pocket3d_server.models.neural.sparse_conv import Kernel, Taps, by_rows, by_taps, taps_of


class Places:
    """The cells of points, and what follows from them, worked out once for each size of kernel."""

    def __init__(self, cells: Tensor, uneven: bool = False) -> None:
        """``cells`` (N, 3) of any integer type, 0 or more.

        ``uneven`` pairs points as spconv's native algorithm does: every point hears the cells behind the middle tap, but
        only the first point of a cell hears those before it, and it hears each of their points.
        """
        self.cells = cells.long()
        self.uneven = uneven
        self.neighbours: dict[int, Tensor] = {}
        """For each K the (N, K³) first point in each cell around a point, N where there is none; the middle is the
        point itself."""
        self._taps: dict[int, Taps] = {}

    def around(self, kernel: int) -> Tensor:
        """The table of ``neighbours`` for ``kernel``."""
        if kernel not in self.neighbours:
            self.neighbours[kernel] = _neighbours(self.cells, kernel)
        return self.neighbours[kernel]

    def taps(self, kernel: int) -> Taps:
        """The same as pairs of points for each tap."""
        if kernel not in self._taps:
            taps = taps_of(self.around(kernel))
            if self.uneven:
                middle = len(taps) // 2
                taps[:middle] = [(sources, rows) for rows, sources in reversed(taps[middle + 1 :])]
            self._taps[kernel] = taps
        return self._taps[kernel]


class PointConv(Kernel):
    """A convolution over points."""

    def forward(self, feats: Tensor, places: Places) -> Tensor:
        """(N, I) -> (N, O)."""
        kernel = self.weight.shape[1]
        if places.uneven or feats.device.type == "cpu":
            return by_taps(feats, places.taps(kernel), self.weight, self.bias)
        return by_rows(feats, places.around(kernel), self.weight, self.bias)


def _neighbours(cells: Tensor, kernel: int) -> Tensor:
    """(N, 3) -> (N, K³). Cells are looked up in a sorted list: a table of the whole grid would be large and empty."""
    reach = kernel // 2
    side = int(cells.max()) + 1 + 2 * reach
    scale = torch.tensor([side * side, side, 1], device=cells.device)
    key = ((cells + reach) * scale).sum(1)
    known, order = torch.sort(key, stable=True)
    step = torch.arange(-reach, reach + 1, device=cells.device)
    wanted = key[:, None] + (torch.cartesian_prod(step, step, step) * scale).sum(1)
    place = torch.searchsorted(known, wanted).clamp(max=len(key) - 1)
    found = torch.where(known[place] == wanted, order[place], len(key))
    found[:, found.shape[1] // 2] = torch.arange(len(key), device=cells.device)
    return found
