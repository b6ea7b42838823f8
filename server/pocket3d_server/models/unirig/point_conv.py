"""Convolutions over points that lie in the cells of a grid: each point reads the points of the cells around it.

Several points may lie in one cell. Then the first of them speaks for the cell, and each of them hears all cells around
it. The library that the released weights were trained with treats them less evenly. N points, K a kernel's side.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pocket3d_server.models.neural.sparse_conv import Kernel, Taps, by_taps, taps_of


class Places:
    """The cells of points, and what follows from them, worked out once for each size of kernel."""

    def __init__(self, cells: Tensor, device: torch.device | None = None) -> None:
        """``cells`` (N, 3) of any integer type, 0 or more; ``device`` is where the features are, if not with them."""
        self.cells = cells.long()
        self.device = device or cells.device
        self.known: dict[int, Taps] = {}
        """What `taps` has worked out, for each K."""

    def taps(self, kernel: int) -> Taps:
        """For each tap the points that hear another, and those that they hear."""
        if kernel not in self.known:
            taps = taps_of(_neighbours(self.cells, kernel))
            self.known[kernel] = [(rows.to(self.device), sources.to(self.device)) for rows, sources in taps]
        return self.known[kernel]


class PointConv(Kernel):
    """A convolution over points. They lie so far apart that most cells around one are empty: hence tap by tap."""

    def forward(self, feats: Tensor, places: Places) -> Tensor:
        """(N, I) -> (N, O)."""
        return by_taps(feats, places.taps(self.weight.shape[1]), self.weight, self.bias)


def _neighbours(cells: Tensor, kernel: int) -> Tensor:
    """(N, 3) -> (N, K³): the first point in each cell around a point, N where there is none; the middle is itself.

    Cells are looked up in a sorted list: a table of the whole grid would be large and empty.
    """
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
