"""A transformer over the three planes: sixteen texels a token, all tokens see one another. Shapes as in `plane_unet`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision

STRIDE = 4
"""Texels along a side of a token: two poolings."""


class SelfAttention(nn.Module):
    """Attention among tokens, without biases; its weights are called as in PyTorch's own multi-head attention."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * channels, channels))
        self.out_proj = nn.Linear(channels, channels, bias=False)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        q, k, v = (
            F.linear(x.to(self.in_proj_weight.dtype), self.in_proj_weight)
            .unflatten(-1, (3, self.heads, -1))
            .unbind(-3)
        )
        seen = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
        out: Tensor = self.out_proj(seen.transpose(1, 2).flatten(2))
        return out


class TransformerBlock(nn.Module):
    """Attention and two linear layers, each on normalised tokens and around a skip. Tokens stay in float32."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm32(channels, eps=1e-6)
        self.self_attn = SelfAttention(channels, heads)
        self.norm2 = LayerNorm32(channels, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Identity(), nn.Linear(4 * channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, C) -> (B, L, C)."""
        x = x + self.self_attn(self.norm1(x))
        out: Tensor = x + self.mlp(self.norm2(x).to(self.self_attn.in_proj_weight.dtype))
        return out


class Transformer(nn.Module):
    """Blocks, and a norm after the last."""

    def __init__(self, channels: int, layers: int, heads: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(TransformerBlock(channels, heads) for _ in range(layers))
        self.norm = LayerNorm32(channels, eps=1e-6)


class PlaneTransformer(nn.Module):
    """Planes of C channels to planes of O; tokens have ``dim`` channels and come from R x R texels."""

    def __init__(
        self, channels: int, dim: int, layers: int, heads: int, resolution: int, out_channels: int
    ) -> None:
        super().__init__()
        self.side = resolution // STRIDE
        self.pos_embed = nn.Parameter(torch.zeros(1, 3 * self.side**2, dim))
        self.transformer = Transformer(dim, layers, heads)
        self.downsampler = nn.Sequential(
            nn.Conv2d(channels, dim, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(dim, dim, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.upsampler = nn.ConvTranspose2d(dim, out_channels, STRIDE, stride=STRIDE)
        self.mlp = nn.Sequential(
            nn.Linear(channels, out_channels), nn.ReLU(), nn.Linear(out_channels, out_channels)
        )
        self.dtype = torch.float32

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type of everything but norms and positions."""
        self.dtype = dtype
        set_precision([self], dtype)
        for module in self.modules():
            if isinstance(module, SelfAttention):
                module.to(dtype)

    def tokens(self, planes: Tensor) -> Tensor:
        """(B, 3, C, R, R) -> (B, 3 (R/4)², D) float32, by plane, row and column."""
        flat = planes.to(self.dtype).flatten(0, 1)
        tokens = self.downsampler(flat).unflatten(0, (-1, 3))
        return tokens.flatten(3).transpose(2, 3).flatten(1, 2) + self.pos_embed.float()

    def planes(self, tokens: Tensor, planes: Tensor) -> Tensor:
        """The tokens after the last block, and the planes that they came from -> (B, 3, O, R, R) float32."""
        normed = self.transformer.norm(tokens).to(self.dtype).unflatten(1, (3, self.side, self.side))
        grown = self.upsampler(normed.flatten(0, 1).permute(0, 3, 1, 2)).unflatten(0, (-1, 3))
        skipped = self.mlp(planes.to(grown.dtype).movedim(2, -1)).movedim(-1, 2)
        return (grown + skipped).float()
