"""Features of points from their places and normals: Point Transformer V3 without pooling. N points, C channels.

Wu et al., "Point Transformer V3: Simpler, Faster, Stronger", 2024. Points are put in order along curves that fill space,
and attention is among the K that follow one another; a convolution before it tells each point where it is.

Attributes are called as in the checkpoint, behind ``mesh_encoder.``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.layers import FeedForward
from pocket3d_server.models.unirig.point_conv import Places, PointConv
from pocket3d_server.models.unirig.serialization import ORDERS, codes

SCORES = 1 << 28
"""Pairs of points that are compared at once: without a fused attention each takes four bytes."""


@dataclass(frozen=True)
class PointSizes:
    """What the network's shape follows from; the defaults are as released."""

    in_channels: int = 9
    depths: tuple[int, ...] = (3, 3, 3, 6, 16)
    """Blocks of each stage."""
    channels: tuple[int, ...] = (32, 64, 128, 256, 384)
    heads: tuple[int, ...] = (2, 4, 8, 16, 24)
    patches: tuple[int, ...] = (1024, 1024, 1024, 1024, 1024)
    """Points that see one another."""
    shuffled: bool = True
    """Whether the curves take turns in an order that is drawn; else as in `ORDERS`."""


@dataclass(frozen=True)
class Cloud:
    """Points, and what all blocks share of them."""

    places: Places
    orders: list[Tensor]
    """For each curve the points' numbers along it, (N,) int64."""


class PointTransformerV3Object(nn.Module):
    """The whole network."""

    def __init__(self, sizes: PointSizes = PointSizes()) -> None:
        super().__init__()
        self.sizes = sizes
        self.embedding = Embedding(sizes.in_channels, sizes.channels[0])
        self.enc = nn.ModuleDict()
        before: int | None = None
        for stage, (depth, channels, heads, patch) in enumerate(
            zip(sizes.depths, sizes.channels, sizes.heads, sizes.patches, strict=True)
        ):
            self.enc[f"enc{stage}"] = Stage(before, channels, depth, heads, patch)
            before = channels

    def forward(
        self, cloud: Cloud, feats: Tensor, progress: Callable[[float], None] = lambda share: None
    ) -> Tensor:
        """Features (N, in_channels) float32 -> (N, C of the last stage); ``progress`` hears the share that is done."""
        x = self.embedding(feats, cloud.places)
        done, blocks = 0, sum(self.sizes.depths)

        def told() -> None:
            nonlocal done
            done += 1
            progress(done / blocks)

        for stage in self.enc.values():
            x = stage(x, cloud, told)
        return x


def cloud_of(points: Tensor, grid: float, shuffled: bool = True, seed: int = 0) -> Cloud:
    """The cloud of points (N, 3) in cells of side ``grid``, for features on the same device.

    It is worked out on the CPU, and which curve comes when follows from ``seed``: it is the same for every device.
    """
    device, points = points.device, points.cpu()
    cells = ((points - points.amin(0)) / grid).trunc().long()
    depth = int(cells.max()).bit_length()
    turn = torch.arange(len(ORDERS))
    if shuffled:
        turn = torch.randperm(len(ORDERS), generator=torch.Generator().manual_seed(seed))
    orders = [torch.argsort(codes(cells, ORDERS[k], depth), stable=True).to(device) for k in turn.tolist()]
    return Cloud(Places(cells, device), orders)


class Embedding(nn.Module):
    """What is known of a point to its first features: from the points around, and from itself alone."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.stem = Stem(in_channels, channels)
        self.res_linear = nn.Linear(in_channels, channels)

    def forward(self, feats: Tensor, places: Places) -> Tensor:
        """(N, I) -> (N, C)."""
        out: Tensor = self.stem(feats, places) + self.res_linear(feats)
        return out


class Stem(nn.Module):
    """A wide convolution."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv = PointConv(in_channels, channels, 5, bias=False)
        self.norm = nn.BatchNorm1d(channels, eps=1e-3)

    def forward(self, feats: Tensor, places: Places) -> Tensor:
        """(N, I) -> (N, C)."""
        return F.gelu(self.norm(self.conv(feats, places)))


class Stage(nn.Module):
    """Blocks of one width. The checkpoint calls what widens the features "0", and the blocks by their number."""

    def __init__(self, before: int | None, channels: int, depth: int, heads: int, patch: int) -> None:
        super().__init__()
        if before is not None:
            self.add_module("0", nn.Linear(before, channels))
        for k in range(depth):
            self.add_module(f"block{k}", Block(channels, heads, patch, k % len(ORDERS)))

    def forward(self, x: Tensor, cloud: Cloud, told: Callable[[], None]) -> Tensor:
        """(N, C of the stage before) -> (N, C); ``told`` is called after each block."""
        for layer in self.children():
            if isinstance(layer, Block):
                x = layer(x, cloud)
                told()
            else:
                x = layer(x)
        return x


class Block(nn.Module):
    """A convolution that tells where a point is, attention along a curve, feed-forward."""

    def __init__(self, channels: int, heads: int, patch: int, curve: int) -> None:
        super().__init__()
        self.curve = curve
        self.cpe = nn.Sequential(
            PointConv(channels, channels, 3), nn.Linear(channels, channels), nn.LayerNorm(channels)
        )
        self.norm1 = nn.Sequential(nn.LayerNorm(channels))
        self.attn = PatchAttention(channels, heads, patch)
        self.norm2 = nn.Sequential(nn.LayerNorm(channels))
        self.mlp = nn.Sequential(FeedForward(channels))

    def forward(self, x: Tensor, cloud: Cloud) -> Tensor:
        """(N, C) -> (N, C)."""
        conv, linear, norm = self.cpe
        x = x + norm(linear(conv(x, cloud.places)))
        x = x + self.attn(self.norm1(x), cloud.orders[self.curve])
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class PatchAttention(nn.Module):
    """Attention among ``patch`` points that follow one another; queries and keys are normalised head by head."""

    def __init__(self, channels: int, heads: int, patch: int) -> None:
        super().__init__()
        self.heads, self.patch = heads, patch
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor, order: Tensor) -> Tensor:
        """(N, C) and the order (N,) of the points -> (N, C)."""
        count = len(order)
        size = min(self.patch, count)
        whole = count // size * size
        at_once = max(1, SCORES // (self.heads * size * size))
        patches = order[:whole].unflatten(0, (-1, size)).split(at_once)
        parts = [self._attend(x[some]) for some in patches]
        if whole < count:
            # The last patch begins early, among points that the one before has seen to, so as to be full.
            parts.append(self._attend(x[order[-size:]][None])[whole - count :])
        out = torch.empty_like(x)
        out[order] = torch.cat(parts)
        return out

    def _attend(self, x: Tensor) -> Tensor:
        """(P, K, C) -> (P K, C)."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k = (F.layer_norm(part, part.shape[-1:]) for part in (q, k))
        seen = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.proj(seen.transpose(1, 2).flatten(2).flatten(0, 1))
        return out
