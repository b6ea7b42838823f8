"""Layers that the networks of TRELLIS share. Shapes: B samples, L tokens, C channels, H heads, D = C / H.

Attributes are called as in the released checkpoints, so that these load as they are. Norms compute in float32
whatever the data; everything else in the precision of its weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32


class MultiHeadRMSNorm(nn.Module):
    """Each head's vector to unit length, times its own factors and the root of its size."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.scale = size**0.5
        self.gamma = nn.Parameter(torch.ones(heads, size))

    def forward(self, x: Tensor) -> Tensor:
        """(..., H, D) -> (..., H, D)."""
        return (F.normalize(x.float(), dim=-1) * (self.gamma * self.scale)).to(x.dtype)


class FeedForward(nn.Module):
    """Two linear layers around a GELU (its tanh approximation)."""

    def __init__(self, channels: int, ratio: float) -> None:
        super().__init__()
        hidden = int(channels * ratio)
        self.mlp = nn.Sequential(
            nn.Linear(channels, hidden), nn.GELU(approximate="tanh"), nn.Linear(hidden, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) -> (..., C)."""
        out: Tensor = self.mlp(x)
        return out


class SelfAttention(nn.Module):
    """Attention among tokens; queries and keys may be normalised head by head."""

    def __init__(self, channels: int, heads: int, qk_rms_norm: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.qk_rms_norm = qk_rms_norm
        self.to_qkv = nn.Linear(channels, 3 * channels)
        self.to_out = nn.Linear(channels, channels)
        if qk_rms_norm:
            self.q_rms_norm = MultiHeadRMSNorm(channels // heads, heads)
            self.k_rms_norm = MultiHeadRMSNorm(channels // heads, heads)

    def heads_of(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(..., C) -> queries, keys and values, each (..., H, D)."""
        q, k, v = self.to_qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(-3)
        if self.qk_rms_norm:
            q, k = self.q_rms_norm(q), self.k_rms_norm(k)
        return q, k, v

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C), all tokens of a sample seeing one another."""
        q, k, v = (part.transpose(1, 2) for part in self.heads_of(x))
        out: Tensor = self.to_out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return out


@dataclass(frozen=True)
class Memory:
    """What cross-attention keeps of a condition: it is the same in every step."""

    keys: Tensor
    """(B, H, M, D)."""
    values: Tensor
    """(B, H, M, D)."""


class CrossAttention(nn.Module):
    """Attention of tokens to the M tokens of a condition."""

    def __init__(self, channels: int, cond_channels: int, heads: int, qk_rms_norm: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.qk_rms_norm = qk_rms_norm
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(cond_channels, 2 * channels)
        self.to_out = nn.Linear(channels, channels)
        if qk_rms_norm:
            self.q_rms_norm = MultiHeadRMSNorm(channels // heads, heads)
            self.k_rms_norm = MultiHeadRMSNorm(channels // heads, heads)

    def remember(self, cond: Tensor) -> Memory:
        """(B, M, C_cond) -> keys and values.

        The empty condition of pictures is zeros, so its keys are all equal, and one token of it stands for all.
        """
        k, v = self.to_kv(cond.to(self.to_kv.weight.dtype)).unflatten(-1, (2, self.heads, -1)).unbind(-3)
        if self.qk_rms_norm:
            k = self.k_rms_norm(k)
        return Memory(k.transpose(1, 2), v.transpose(1, 2))

    def forward(self, x: Tensor, memories: Sequence[Memory]) -> Tensor:
        """(B, L, C) -> (B, L, C); the first memory belongs to the first samples, and so on."""
        q = self.to_q(x).unflatten(-1, (self.heads, -1))
        if self.qk_rms_norm:
            q = self.q_rms_norm(q)
        parts = q.transpose(1, 2).split([len(memory.keys) for memory in memories])
        seen = [_attend(part, memory) for part, memory in zip(parts, memories, strict=True)]
        out: Tensor = self.to_out(torch.cat(seen).transpose(1, 2).flatten(2))
        return out


def _attend(q: Tensor, memory: Memory) -> Tensor:
    """Queries (B, H, L, D) -> (B, H, L, D). One token takes all the attention, whatever is asked."""
    if memory.keys.shape[2] == 1:
        return memory.values.expand_as(q)
    return F.scaled_dot_product_attention(q, memory.keys, memory.values)


class ModulatedCrossBlock(nn.Module):
    """A block of a diffusion transformer: self-attention, cross-attention, feed-forward, led by the time.

    Self-attention and feed-forward are shifted, scaled and gated (adaLN); cross-attention is a plain residual.
    """

    def __init__(
        self,
        channels: int,
        cond_channels: int,
        heads: int,
        ratio: float,
        qk_rms_norm: bool,
        qk_rms_norm_cross: bool,
    ) -> None:
        super().__init__()
        self.norm1 = LayerNorm32(channels, eps=1e-6, elementwise_affine=False)
        self.norm2 = LayerNorm32(channels, eps=1e-6)
        self.norm3 = LayerNorm32(channels, eps=1e-6, elementwise_affine=False)
        self.self_attn = SelfAttention(channels, heads, qk_rms_norm)
        self.cross_attn = CrossAttention(channels, cond_channels, heads, qk_rms_norm_cross)
        self.mlp = FeedForward(channels, ratio)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(channels, 6 * channels))

    def forward(self, x: Tensor, time: Tensor, memories: Sequence[Memory]) -> Tensor:
        """Tokens (B, L, C), time embedding (B, C), the conditions' memories -> (B, L, C)."""
        shift1, scale1, gate1, shift2, scale2, gate2 = self.adaLN_modulation(time)[:, None].chunk(6, dim=-1)
        x = x + gate1 * self.self_attn(torch.addcmul(shift1, self.norm1(x), 1 + scale1))
        x = x + self.cross_attn(self.norm2(x), memories)
        return x + gate2 * self.mlp(torch.addcmul(shift2, self.norm3(x), 1 + scale2))


def remember(blocks: nn.ModuleList, cond: Tensor) -> list[Memory]:
    """(B, M, C_cond) -> what each block keeps of the condition."""
    return [block.cross_attn.remember(cond) for block in blocks if isinstance(block, ModulatedCrossBlock)]


FREQUENCIES = 128
"""Of the time."""


class TimestepEmbedder(nn.Module):
    """Time as cosines and sines of `FREQUENCIES`, through two linear layers."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(2 * FREQUENCIES, channels), nn.SiLU(), nn.Linear(channels, channels)
        )

    def forward(self, time: Tensor) -> Tensor:
        """(B,) in 0..1000 -> (B, C)."""
        rate = torch.exp(
            -math.log(10000)
            * torch.arange(FREQUENCIES, dtype=torch.float32, device=time.device)
            / FREQUENCIES
        )
        angle = time[:, None].float() * rate
        out: Tensor = self.mlp(torch.cat([angle.cos(), angle.sin()], dim=-1))
        return out


def position_embedding(coords: Tensor, channels: int) -> Tensor:
    """Sines, then cosines, of n = C // 6 frequencies for each of x, y, z; zeros fill what is left of C.

    coords (N, 3) of any number type -> (N, C) float32.
    """
    n = channels // 3 // 2
    rate = 1.0 / 10000 ** (torch.arange(n, dtype=torch.float32, device=coords.device) / n)
    angle = coords.float()[..., None] * rate
    waves = torch.cat([angle.sin(), angle.cos()], dim=-1).flatten(1)
    return F.pad(waves, (0, channels - waves.shape[1]))
