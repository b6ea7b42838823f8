"""The shape encoder: points of a surface to tokens that tell its form. Skeleton and skin checkpoints each hold one.

A perceiver: queries that stand at points spread over the surface look at all points once, then at each other. Jaegle et
al., "Perceiver: General Perception with Iterative Attention", 2021; Zhao et al., "Michelangelo: Conditional 3D Shape
Generation based on Shape-Image-Text Aligned Latent Representation", 2023; places as sines after Mildenhall et al.,
"NeRF", 2020. B shapes, N points, T tokens, C channels.

Attributes are called as in the checkpoints, behind ``mesh_encoder.`` (skeleton) or ``global_encoder.`` (skin).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision

CANDIDATES = 4
"""Points drawn at random for each token, of which the farthest from each other are kept."""


class ShapeEncoder(nn.Module):
    """The whole encoder. The defaults are the released sizes."""

    def __init__(
        self,
        width: int = 512,
        heads: int = 8,
        layers: int = 16,
        tokens: int = 1024,
        frequencies: int = 8,
        features: int = 3,
        include_pi: bool = False,
        qkv_bias: bool = False,
        use_ln_post: bool = True,
    ) -> None:
        """``features``: numbers of a point beside its place, which are those of its normal."""
        super().__init__()
        self.tokens, self.width = tokens, width
        self.encoder = Perceiver(
            width, heads, layers, frequencies, features, include_pi, qkv_bias, use_ln_post
        )

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        set_precision([self.encoder.cross_attn, self.encoder.self_attn], dtype)

    def forward(self, points: Tensor, normals: Tensor) -> Tensor:
        """Places in [-1, 1] and unit normals, both (B, N, 3) float32 -> (B, T, C) float32.

        The same points give the same tokens: which of them the queries stand at is drawn with a fixed seed. Raises
        ValueError where there are fewer points than tokens.
        """
        chosen = query_points(points, self.tokens)
        result: Tensor = self.encoder(points, normals, chosen)
        return result


class Perceiver(nn.Module):
    """What the checkpoints call ``encoder``."""

    def __init__(
        self,
        width: int,
        heads: int,
        layers: int,
        frequencies: int,
        features: int,
        include_pi: bool,
        qkv_bias: bool,
        use_ln_post: bool,
    ) -> None:
        super().__init__()
        self.frequencies, self.include_pi = frequencies, include_pi
        self.input_proj = nn.Linear(3 * (1 + 2 * frequencies) + features, width)
        self.cross_attn = CrossBlock(width, heads, qkv_bias)
        self.self_attn = SelfBlocks(width, heads, layers, qkv_bias)
        self.ln_post = LayerNorm32(width) if use_ln_post else nn.Identity()

    def forward(self, points: Tensor, normals: Tensor, chosen: Tensor) -> Tensor:
        """(B, N, 3) twice and the rows (B, T) of the queries -> (B, T, C) float32."""
        embedded = torch.cat([fourier(points, self.frequencies, self.include_pi), normals], dim=-1)
        data = self.input_proj(embedded)
        queries = data.gather(1, chosen[..., None].expand(-1, -1, data.shape[-1]))
        latents: Tensor = self.ln_post(self.self_attn(self.cross_attn(queries, data)))
        return latents


class CrossAttention(nn.Module):
    """Queries look at data. Keys and values of a head lie side by side in ``c_kv``."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.c_q = nn.Linear(width, width, bias=bias)
        self.c_kv = nn.Linear(width, 2 * width, bias=bias)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, data: Tensor) -> Tensor:
        """(B, T, C) and (B, N, C) -> (B, T, C)."""
        q = self.c_q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.c_kv(data).unflatten(-1, (self.heads, -1)).transpose(1, 2).chunk(2, dim=-1)
        out: Tensor = self.c_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return out


class SelfAttention(nn.Module):
    """Tokens look at each other. Queries, keys and values of a head lie side by side in ``c_qkv``."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.c_qkv = nn.Linear(width, 3 * width, bias=bias)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C)."""
        q, k, v = self.c_qkv(x).unflatten(-1, (self.heads, -1)).transpose(1, 2).chunk(3, dim=-1)
        out: Tensor = self.c_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return out


class FeedForward(nn.Module):
    """Two linear layers around a GELU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C)."""
        out: Tensor = self.c_proj(F.gelu(self.c_fc(x)))
        return out


class CrossBlock(nn.Module):
    """Cross-attention, then feed-forward, each after a norm. The running sum stays in float32."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.attn = CrossAttention(width, heads, bias)
        self.ln_1, self.ln_2, self.ln_3 = (LayerNorm32(width) for _ in range(3))
        self.mlp = FeedForward(width)

    def forward(self, x: Tensor, data: Tensor) -> Tensor:
        """(B, T, C) and (B, N, C) float32 -> (B, T, C) float32."""
        dtype = self.mlp.c_fc.weight.dtype
        x = x + self.attn(self.ln_1(x).to(dtype), self.ln_2(data).to(dtype))
        out: Tensor = x + self.mlp(self.ln_3(x).to(dtype))
        return out


class SelfBlock(nn.Module):
    """Self-attention, then feed-forward, each after a norm. The running sum stays in float32."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.attn = SelfAttention(width, heads, bias)
        self.ln_1, self.ln_2 = LayerNorm32(width), LayerNorm32(width)
        self.mlp = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) float32 -> the same."""
        dtype = self.mlp.c_fc.weight.dtype
        x = x + self.attn(self.ln_1(x).to(dtype))
        out: Tensor = x + self.mlp(self.ln_2(x).to(dtype))
        return out


class SelfBlocks(nn.Module):
    """The blocks under the name that the checkpoints give them."""

    def __init__(self, width: int, heads: int, layers: int, bias: bool) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(SelfBlock(width, heads, bias) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) float32 -> the same."""
        for block in self.resblocks:
            x = block(x)
        return x


def fourier(x: Tensor, frequencies: int, include_pi: bool = False) -> Tensor:
    """(..., D) -> (..., D (1 + 2 F)): x itself, sines of x times 1, 2, 4, ..., then cosines.

    The sines lie coordinate by coordinate: all of the first, all of the second, ... ``include_pi`` multiplies by pi.
    """
    octaves = 2.0 ** torch.arange(frequencies, dtype=torch.float32, device=x.device)
    angles = (x[..., None] * (octaves * torch.pi if include_pi else octaves)).flatten(-2)
    return torch.cat([x, angles.sin(), angles.cos()], dim=-1)


def query_points(points: Tensor, tokens: int) -> Tensor:
    """(B, N, 3) -> (B, T) int64: rows of points that lie well apart, the same for the same points.

    CANDIDATES times as many are drawn without replacement from a generator of seed 0, the same rows for every shape;
    of these, the farthest from each other are kept. Raises ValueError where N < T.
    """
    count = points.shape[1]
    if count < tokens:
        raise ValueError(f"{count} points are too few for {tokens} tokens")
    drawn = np.random.default_rng(0).choice(count, min(count, CANDIDATES * tokens), replace=False)
    rows = torch.from_numpy(drawn).to(points.device)
    return rows[farthest_points(points[:, rows], tokens)]


def farthest_points(points: Tensor, count: int) -> Tensor:
    """(B, M, 3) -> (B, count) int64: the first point, then always the one farthest from all that are chosen.

    Eldar et al., "The Farthest Point Strategy for Progressive Image Sampling", 1997. Nothing waits for the GPU.
    """
    chosen = torch.zeros(len(points), count, dtype=torch.int64, device=points.device)
    nearest = points.new_full(points.shape[:2], torch.inf)
    for k in range(1, count):
        last = points.gather(1, chosen[:, k - 1, None, None].expand(-1, -1, 3))
        nearest = torch.minimum(nearest, (points - last).square().sum(-1))
        chosen[:, k] = nearest.argmax(1)
    return chosen
