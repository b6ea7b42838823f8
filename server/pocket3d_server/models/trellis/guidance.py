"""The velocity of a flow under one or several conditions and the empty one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from pocket3d_server.models.trellis.latent_flow import SLatFlowModel
from pocket3d_server.models.trellis.layers import Memory
from pocket3d_server.models.trellis.sparse import SparseTensor
from pocket3d_server.models.trellis.structure_flow import SparseStructureFlowModel

SeveralImages = Literal["stochastic", "multidiffusion"]
"""One picture a step, in turn; or the mean of the velocities of all pictures."""

Memories = Sequence[Memory]
"""What every block of a network keeps of one condition, (1, H, M, D) each."""


@dataclass
class StructureFlow:
    """The structure's network, asked about one state under several conditions."""

    network: SparseStructureFlowModel

    def velocities(self, x: Tensor, time: float, conditions: Sequence[Memories]) -> Tensor:
        """State (1, C, R, R, R) -> (K, C, R, R, R) for K conditions."""
        count = len(conditions)
        t = torch.full((count,), 1000 * time, dtype=torch.float32, device=x.device)
        return self.network(x.expand(count, -1, -1, -1, -1), t, conditions)


@dataclass
class LatentFlow:
    """The structured latent's network, asked about the voxels of one sample under several conditions."""

    network: SLatFlowModel
    coords: Tensor
    """(N, 4) int32 of one sample."""
    _copies: dict[int, SparseTensor] = field(default_factory=dict)

    def velocities(self, x: Tensor, time: float, conditions: Sequence[Memories]) -> Tensor:
        """State (N, C) -> (K, N, C) for K conditions."""
        count = len(conditions)
        t = torch.full((count,), 1000 * time, dtype=torch.float32, device=x.device)
        out = self.network(self._voxels(count).replace(x.repeat(count, 1)), t, conditions)
        return out.feats.unflatten(0, (count, -1))

    def _voxels(self, count: int) -> SparseTensor:
        """``count`` copies of the voxels; what follows from their places is kept over all steps."""
        if count not in self._copies:
            coords = self.coords.repeat(count, 1)
            coords[:, 0] = torch.arange(count, dtype=coords.dtype).repeat_interleave(len(self.coords))
            self._copies[count] = SparseTensor(coords[:, :0].float(), coords)
        return self._copies[count]


@dataclass
class Guided:
    """A flow under its conditions, as `sampler.draw` wants it."""

    flow: StructureFlow | LatentFlow
    conditions: Sequence[Memories]
    """One, or one for each picture."""
    empty: Memories | None
    """Without it there is no guidance."""
    strength: float
    several: SeveralImages = "stochastic"
    together: bool = True
    """Evaluate the conditions and the empty one in one batch; else one after the other, in less memory."""
    _step: int = 0

    def __call__(self, x: Tensor, time: float, guided: bool) -> Tensor:
        """The velocity at ``x`` and ``time``; each call is one step."""
        chosen = list(self.conditions)
        if self.several == "stochastic":
            chosen = [chosen[self._step % len(chosen)]]
        self._step += 1
        asked = [*chosen, self.empty] if guided and self.empty is not None else chosen
        if self.together:
            found = self.flow.velocities(x, time, asked)
        else:
            found = torch.cat([self.flow.velocities(x, time, [one]) for one in asked])
        shape = x.shape
        wanted = found[: len(chosen)].mean(dim=0).reshape(shape)
        if len(asked) == len(chosen):
            return wanted
        return (1 + self.strength) * wanted - self.strength * found[-1].reshape(shape)
