"""The flow that draws a coarse structure: which of 64³ voxels hold a surface, as a latent of 16³ cells."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import set_precision
from pocket3d_server.models.trellis.layers import (
    Memory,
    ModulatedCrossBlock,
    TimestepEmbedder,
    position_embedding,
    remember,
)


class SparseStructureFlowModel(nn.Module):
    """A diffusion transformer over a dense grid of R³ latents, R = ``resolution``."""

    def __init__(
        self,
        resolution: int,
        in_channels: int,
        model_channels: int,
        cond_channels: int,
        out_channels: int,
        num_blocks: int,
        num_heads: int,
        mlp_ratio: float = 4,
        patch_size: int = 1,
        pe_mode: str = "ape",
        qk_rms_norm: bool = False,
        qk_rms_norm_cross: bool = False,
        use_fp16: bool = False,
    ) -> None:
        super().__init__()
        if pe_mode != "ape":
            raise ValueError(f"pe_mode {pe_mode!r} is not known; released models use 'ape'")
        self.resolution, self.patch_size = resolution, patch_size
        self.in_channels, self.out_channels, self.cond_channels = in_channels, out_channels, cond_channels
        self.t_embedder = TimestepEmbedder(model_channels)
        grid = torch.arange(resolution // patch_size)
        self.pos_emb: Tensor
        self.register_buffer(
            "pos_emb", position_embedding(torch.cartesian_prod(grid, grid, grid), model_channels)
        )
        self.input_layer = nn.Linear(in_channels * patch_size**3, model_channels)
        self.blocks = nn.ModuleList(
            ModulatedCrossBlock(
                model_channels, cond_channels, num_heads, mlp_ratio, qk_rms_norm, qk_rms_norm_cross
            )
            for _ in range(num_blocks)
        )
        self.out_layer = nn.Linear(model_channels, out_channels * patch_size**3)
        self.set_precision(torch.float16 if use_fp16 else torch.float32)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        self.dtype = dtype
        set_precision([self.blocks], dtype)

    def remember(self, cond: Tensor) -> list[Memory]:
        """(B, M, C_cond) -> what each block keeps of the condition."""
        return remember(self.blocks, cond)

    def forward(self, x: Tensor, t: Tensor, memories: Sequence[Sequence[Memory]]) -> Tensor:
        """Noisy latents (B, C_in, R, R, R), times (B,) in 0..1000 -> velocities (B, C_out, R, R, R).

        ``memories`` are those of `remember` for the first samples, the next, and so on.
        """
        p, n = self.patch_size, self.resolution // self.patch_size
        tokens = x.unflatten(4, (n, p)).unflatten(3, (n, p)).unflatten(2, (n, p))
        tokens = tokens.permute(0, 2, 4, 6, 1, 3, 5, 7).flatten(4).flatten(1, 3)
        h = (self.input_layer(tokens) + self.pos_emb).to(self.dtype)
        time = self.t_embedder(t).to(self.dtype)
        for block, *kept in zip(self.blocks, *memories, strict=True):
            h = block(h, time, kept)
        h = F.layer_norm(h.to(x.dtype), h.shape[-1:])
        h = self.out_layer(h).unflatten(2, (self.out_channels, p, p, p)).unflatten(1, (n, n, n))
        out: Tensor = h.permute(0, 4, 1, 5, 2, 6, 3, 7).flatten(6).flatten(4, 5).flatten(2, 3)
        return out
