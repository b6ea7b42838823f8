"""Features on occupied voxels, and what the networks of TRELLIS do with them. No compiled extension.

N voxels, C channels. Coordinates are (N, 4) int32: sample, x, y, z; the samples come one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.sparse_conv import Kernel, by_rows, by_taps, taps_of

T = TypeVar("T")


@dataclass(frozen=True)
class SparseTensor:
    """Features of voxels. Everything that follows from the coordinates alone is worked out once and shared."""

    feats: Tensor
    """(N, C)."""
    coords: Tensor
    """(N, 4) int32."""
    shared: dict[Any, Any] = field(default_factory=dict, repr=False)

    def replace(self, feats: Tensor) -> SparseTensor:
        """Other features on the same voxels."""
        return SparseTensor(feats, self.coords, self.shared)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What was made before under ``key`` for these voxels, else what ``make`` returns."""
        if key not in self.shared:
            self.shared[key] = make()
        made: T = self.shared[key]
        return made

    @property
    def counts(self) -> list[int]:
        """Voxels of each sample."""
        return self.once("counts", lambda: torch.bincount(self.coords[:, 0].long()).tolist())

    def samples(self, tokens: Tensor) -> list[Tensor]:
        """(N, ...) -> one (1, N_b, ...) for each sample, or a single (B, N / B, ...) where all are as long."""
        counts = self.counts
        if len(set(counts)) == 1:
            return [tokens.unflatten(0, (len(counts), counts[0]))]
        return [part[None] for part in tokens.split(counts)]


def neighbours(x: SparseTensor) -> Tensor:
    """(N, 27) int64: the voxel at each offset of -1..1 in x, y, z (row-major), or N where there is none."""

    def make() -> Tensor:
        b, *xyz = x.coords.long().unbind(1)
        side = int(max(axis.max() for axis in xyz)) + 3
        key = ((b * side + xyz[0] + 1) * side + xyz[1] + 1) * side + xyz[2] + 1
        table = torch.full((len(x.counts) * side**3,), len(key), dtype=torch.int32, device=key.device)
        table[key] = torch.arange(len(key), dtype=torch.int32, device=key.device)
        step = torch.arange(-1, 2, device=key.device)
        offset = ((step[:, None, None] * side + step[:, None]) * side + step).flatten()
        return table[key[:, None] + offset].long()

    return x.once("neighbours", make)


class SparseConv3d(nn.Module):
    """A convolution that is computed at the occupied voxels only; kernel 3 or 1. Weights are (O, K, K, K, I)."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 3) -> None:
        super().__init__()
        self.conv = Kernel(in_channels, out_channels, kernel)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """(N, I) -> (N, O) on the same voxels."""
        weight, bias = self.conv.weight, self.conv.bias
        feats = x.feats.to(weight.dtype)
        if weight.shape[1] == 1:
            # The library behind the released weights reads the (O, I) numbers of a 1x1x1 kernel as (I, O).
            return x.replace(F.linear(feats, weight.reshape(weight.shape[4], weight.shape[0]).t(), bias))
        if feats.device.type == "cpu":
            taps = x.once("taps", lambda: taps_of(neighbours(x)))
            return x.replace(by_taps(feats, taps, weight, bias))
        return x.replace(by_rows(feats, neighbours(x), weight, bias))


def pool(x: SparseTensor) -> tuple[SparseTensor, Tensor]:
    """Halve the resolution. Returns the pooled voxels, sorted, and for each of the N voxels the row of its parent.

    The sum over a voxel's children is divided by their number plus one: the released networks were trained so.
    """

    def make() -> tuple[SparseTensor, Tensor, Tensor]:
        halved = x.coords.clone()
        halved[:, 1:] //= 2
        coords, parent, children = torch.unique(halved, dim=0, return_inverse=True, return_counts=True)
        return SparseTensor(coords[:, :0].float(), coords), parent, children

    parents, parent, children = x.once("pool", make)
    total = x.feats.new_zeros(len(children), x.feats.shape[1]).index_add_(0, parent, x.feats)
    return parents.replace(total / (children + 1).to(total.dtype)[:, None]), parent


def subdivide(x: SparseTensor) -> SparseTensor:
    """Double the resolution: each voxel becomes eight with its features, z changing fastest."""

    def make() -> SparseTensor:
        child = torch.cartesian_prod(*[torch.arange(2, dtype=torch.int32, device=x.coords.device)] * 3)
        doubled = x.coords * torch.tensor([1, 2, 2, 2], dtype=torch.int32, device=x.coords.device)
        coords = doubled[:, None] + F.pad(child, (1, 0))
        coords = coords.flatten(0, 1)
        return SparseTensor(coords[:, :0].float(), coords)

    return x.once("subdivide", make).replace(x.feats.repeat_interleave(8, dim=0))


@dataclass(frozen=True)
class Bucket:
    """W windows of like size, L voxels at most in each."""

    rows: Tensor
    """(W, L) int64: which voxels; the window's first again where it has fewer than L."""
    places: Tensor
    """(W, L) int64: the same, but N where it has fewer."""
    real: Tensor
    """(W, 1, 1, L): false where it has fewer."""


def windows(x: SparseTensor, size: int, shift: int) -> list[Bucket]:
    """The windows of ``size`` voxels a side, moved by ``shift``, that hold any voxel."""

    def make() -> list[Bucket]:
        cell = x.coords.long()
        cell = torch.cat([cell[:, :1], (cell[:, 1:] + shift) // size], dim=1)
        _, window, lengths = torch.unique(cell, dim=0, return_inverse=True, return_counts=True)
        order = torch.argsort(window, stable=True)
        starts = lengths.cumsum(0) - lengths
        # Windows of like length share a table, so that little of it is padding.
        steps = (lengths + 15) // 16
        buckets = []
        for step in torch.unique(steps).tolist():
            chosen = torch.nonzero(steps == step).squeeze(1)
            place = torch.arange(int(lengths[chosen].max()), device=order.device)
            real = place < lengths[chosen, None]
            found = order[(starts[chosen, None] + place).clamp(max=len(order) - 1)]
            buckets.append(
                Bucket(
                    torch.where(real, found, found[:, :1]),
                    torch.where(real, found, len(order)),
                    real[:, None, None],
                )
            )
        return buckets

    return x.once(("windows", size, shift), make)


def windowed_attention(x: SparseTensor, qkv: tuple[Tensor, Tensor, Tensor], size: int, shift: int) -> Tensor:
    """Attention among the voxels of each window: queries, keys, values (N, H, D) -> (N, H, D)."""
    # What padding sees goes to a row of its own.
    out = qkv[0].new_empty(len(qkv[0]) + 1, *qkv[0].shape[1:])
    for bucket in windows(x, size, shift):
        q, k, v = (part[bucket.rows].transpose(1, 2) for part in qkv)
        out[bucket.places] = F.scaled_dot_product_attention(q, k, v, attn_mask=bucket.real).transpose(1, 2)
    return out[:-1]


class SparseGroupNorm32(nn.GroupNorm):
    """Group norm over the voxels of each sample, in float32."""

    def forward(self, x: SparseTensor) -> SparseTensor:  # type: ignore[override]
        """(N, C) -> (N, C)."""
        parts = [
            super(SparseGroupNorm32, self).forward(part.float().transpose(1, 2)).transpose(1, 2).flatten(0, 1)
            for part in x.samples(x.feats)
        ]
        return x.replace(torch.cat(parts).to(x.feats.dtype))
