"""Convolutions that are computed at given places only, of a grid or of points. No compiled extension.

N places, K a kernel's side. Weights are (O, K, K, K, I), as in released checkpoints; a tap is one of the K³ offsets,
row-major, so that the middle one is the place itself.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GATHERED = 1 << 28
"""Bytes of neighbours that are gathered at once."""

Taps = list[tuple[Tensor, Tensor]]
"""For each tap the places that it adds to, and those that it reads: two (M,) int64."""


class Kernel(nn.Module):
    """Weight and bias of a convolution; the bias may be None."""

    holds_convolution = True

    def __init__(self, in_channels: int, out_channels: int, kernel: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_channels, kernel, kernel, kernel, in_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None


def taps_of(neighbours: Tensor) -> Taps:
    """The pairs in a table (N, K³) of each place's neighbours, N where there is none."""
    pairs = []
    for tap in neighbours.unbind(1):
        rows = torch.nonzero(tap < len(neighbours)).squeeze(1)
        pairs.append((rows, tap[rows]))
    return pairs


def by_taps(feats: Tensor, taps: Taps, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(N, I) -> (N, O): one product for each tap, of the places that it reads. The fewest operations."""
    kernels = weight.flatten(1, 3).permute(1, 2, 0).contiguous()
    middle = len(kernels) // 2
    out = F.linear(feats, kernels[middle].t(), bias)
    for tap, (rows, sources) in enumerate(taps):
        if tap != middle and len(rows):
            out.index_add_(0, rows, feats[sources] @ kernels[tap])
    return out


def by_rows(feats: Tensor, neighbours: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(N, I) -> (N, O): all neighbours of some places side by side, in one large product.

    The fewest launches, no waiting; ``neighbours`` as for `taps_of`.
    """
    padded = F.pad(feats, (0, 0, 0, 1))
    rows = max(1, GATHERED // (neighbours.shape[1] * feats.shape[1] * feats.element_size()))
    kernel = weight.flatten(1)
    parts = [F.linear(padded[some].flatten(1), kernel, bias) for some in neighbours.split(rows)]
    return torch.cat(parts)
