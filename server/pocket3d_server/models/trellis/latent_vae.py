"""What encoder and decoders of the structured latent share: a transformer whose attention stays within windows."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision
from pocket3d_server.models.trellis.layers import (
    FeedForward,
    SelfAttention,
    position_embedding,
)
from pocket3d_server.models.trellis.sparse import SparseTensor, windowed_attention


class WindowBlock(nn.Module):
    """Attention within windows and a feed-forward, each after a norm and around a skip."""

    def __init__(
        self, channels: int, heads: int, ratio: float, window: int, shift: int, qk_rms_norm: bool
    ) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1 = LayerNorm32(channels, eps=1e-6, elementwise_affine=False)
        self.norm2 = LayerNorm32(channels, eps=1e-6, elementwise_affine=False)
        self.attn = SelfAttention(channels, heads, qk_rms_norm)
        self.mlp = FeedForward(channels, ratio)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """(N, C) -> (N, C)."""
        qkv = self.attn.heads_of(self.norm1(x.feats))
        seen = windowed_attention(x, qkv, self.window, self.shift)
        h = x.feats + self.attn.to_out(seen.flatten(1))
        return x.replace(h + self.mlp(self.norm2(h)))


class WindowTransformer(nn.Module):
    """Linear layer, positions, blocks whose windows are moved by half their size at every second block.

    All networks here have the same arguments; what comes after the blocks is built in `build_output`.
    """

    def __init__(
        self,
        resolution: int,
        model_channels: int,
        latent_channels: int,
        num_blocks: int,
        num_heads: int,
        mlp_ratio: float = 4,
        attn_mode: str = "swin",
        window_size: int = 8,
        pe_mode: str = "ape",
        qk_rms_norm: bool = False,
        use_fp16: bool = False,
        in_channels: int | None = None,
        representation_config: dict[str, Any] | None = None,
    ) -> None:
        """``in_channels`` where it does not begin with latents."""
        super().__init__()
        if (attn_mode, pe_mode) != ("swin", "ape"):
            raise ValueError(f"{attn_mode=}, {pe_mode=} are not known; released models use 'swin' and 'ape'")
        self.resolution, self.model_channels, self.window = resolution, model_channels, window_size
        self.latent_channels, self.config = latent_channels, representation_config or {}
        self.input_layer = nn.Linear(in_channels or latent_channels, model_channels)
        self.blocks = nn.ModuleList(
            WindowBlock(
                model_channels, num_heads, mlp_ratio, window_size, window_size // 2 * (k % 2), qk_rms_norm
            )
            for k in range(num_blocks)
        )
        self.build_output()
        self.set_precision(torch.float16 if use_fp16 else torch.float32)

    def build_output(self) -> None:
        """Add ``out_layer`` and what else comes after the blocks."""
        raise NotImplementedError

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        self.dtype = dtype
        set_precision([self.blocks], dtype)

    def transform(self, x: SparseTensor) -> SparseTensor:
        """(N, C_in) -> (N, C), in the type of the blocks."""
        h = self.input_layer(x.feats)
        h = (h + position_embedding(x.coords[:, 1:], self.model_channels)).to(self.dtype)
        out = x.replace(h)
        for block in self.blocks:
            out = block(out)
        return out

    def finish(self, x: SparseTensor, dtype: torch.dtype) -> SparseTensor:
        """The last norm, without factors."""
        feats = x.feats.to(dtype)
        return x.replace(F.layer_norm(feats, feats.shape[-1:]))


class SLatEncoder(WindowTransformer):
    """Picture features on voxels to the mean and the log variance of their latents."""

    def build_output(self) -> None:
        """Mean and log variance."""
        self.out_layer = nn.Linear(self.model_channels, 2 * self.latent_channels)

    def forward(self, x: SparseTensor) -> tuple[Tensor, Tensor]:
        """(N, C_in) -> mean and log variance, each (N, C_latent)."""
        h = self.finish(self.transform(x), x.feats.dtype)
        mean, log_variance = self.out_layer(h.feats).chunk(2, dim=1)
        return mean, log_variance
