"""What a transformer has read, as a tree: beams that share their beginning share its keys and values.

Every token that a beam reads is a node, written once and never moved; a table tells which nodes each beam has come by.
A beam that goes on from another takes its row of the table: nothing of the cache is copied, whatever the beams do. N
nodes, B beams, H heads, D channels of a head.
"""

from __future__ import annotations

import torch
from torch import Tensor

ROOM = 32
"""Nodes for each beam at the beginning. Most beams soon go on from few, so that far more tokens find room."""


class TreeCache:
    """Keys and values of all layers."""

    def __init__(
        self,
        layers: int,
        heads: int,
        size: int,
        prefix: int,
        beams: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """``prefix``: nodes that all beams share, the first to be written."""
        self._kept = torch.empty(2, layers, heads, prefix + ROOM * beams, size, dtype=dtype, device=device)
        self.nodes, self.depth = prefix, prefix
        self._prefix, self._first = prefix, 0
        self.sees = torch.ones(beams, prefix, dtype=torch.bool)
        """(B, N) on the CPU: the nodes that each beam has come by."""

    def grow(self, parents: Tensor) -> None:
        """Make room for the next token of B beams, of which each goes on from the one that ``parents`` (B,) names."""
        beams = len(parents)
        self.sees = self.sees[parents]
        if self.nodes + beams > self._kept.shape[3]:
            self._clear(beams)
        self._first, self.nodes = self.nodes, self.nodes + beams
        self.sees = torch.cat([self.sees, torch.eye(beams, dtype=torch.bool)], dim=1)
        self.depth += 1

    def read(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write the newest nodes of a layer, (1, H, B, D) each; returns all, (1, H, N, D) each."""
        kept = self._kept[:, layer, None, :, : self.nodes]
        kept[0, :, :, self._first :], kept[1, :, :, self._first :] = keys, values
        return kept[0], kept[1]

    def _clear(self, beams: int) -> None:
        """Forget nodes that no beam has come by; where that frees little, take more memory."""
        live = self.sees.any(dim=0)
        live[: self._prefix] = True
        rows = live.nonzero()[:, 0]
        capacity = self._kept.shape[3]
        if len(rows) + max(ROOM // 2, 1) * beams > capacity:
            capacity += max(capacity // 2, ROOM * beams)
            kept = self._kept.new_empty(*self._kept.shape[:3], capacity, self._kept.shape[4])
            kept[:, :, :, : self._prefix] = self._kept[:, :, :, : self._prefix]
        else:
            kept = self._kept
        own = rows[self._prefix :]
        kept[:, :, :, self._prefix : len(rows)] = self._kept[:, :, :, own.to(kept.device)]
        self._kept, self.nodes, self.sees = kept, len(rows), self.sees[:, rows]
