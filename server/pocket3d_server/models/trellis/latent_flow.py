"""The flow that draws the structured latent: eight numbers on each occupied voxel of the structure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision
from pocket3d_server.models.trellis.layers import (
    Memory,
    ModulatedCrossBlock,
    TimestepEmbedder,
    position_embedding,
    remember,
)
from pocket3d_server.models.trellis.sparse import SparseConv3d, SparseTensor, pool


class SparseResBlock3d(nn.Module):
    """Two convolutions around a skip, the second shifted and scaled by the time."""

    def __init__(self, channels: int, emb_channels: int, out_channels: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm32(channels, eps=1e-6)
        self.norm2 = LayerNorm32(out_channels, eps=1e-6, elementwise_affine=False)
        self.conv1 = SparseConv3d(channels, out_channels)
        self.conv2 = SparseConv3d(out_channels, out_channels)
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(emb_channels, 2 * out_channels))
        self.skip_connection = (
            nn.Linear(channels, out_channels) if channels != out_channels else nn.Identity()
        )

    def forward(self, x: SparseTensor, time: Tensor) -> SparseTensor:
        """(N, C) and the time embedding (B, E) -> (N, O)."""
        scale, shift = self.emb_layers(time)[x.coords[:, 0].long()].chunk(2, dim=1)
        h = self.conv1(x.replace(F.silu(self.norm1(x.feats))))
        h = self.conv2(h.replace(F.silu(torch.addcmul(shift, self.norm2(h.feats), 1 + scale))))
        return h.replace(h.feats + self.skip_connection(x.feats))


class SLatFlowModel(nn.Module):
    """A diffusion transformer over voxels, between sparse convolutions that halve and double their resolution.

    One level of input and output blocks is supported, as released: patch size 2, one entry of ``io_block_channels``.
    """

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
        patch_size: int = 2,
        num_io_res_blocks: int = 2,
        io_block_channels: Sequence[int] = (128,),
        pe_mode: str = "ape",
        qk_rms_norm: bool = False,
        qk_rms_norm_cross: bool = False,
        use_fp16: bool = False,
    ) -> None:
        super().__init__()
        if pe_mode != "ape":
            raise ValueError(f"pe_mode {pe_mode!r} is not known; released models use 'ape'")
        if 2 ** len(io_block_channels) != patch_size:
            raise ValueError(f"patch_size {patch_size} needs {patch_size.bit_length() - 1} io_block_channels")
        self.model_channels = model_channels
        self.in_channels, self.out_channels, self.cond_channels = in_channels, out_channels, cond_channels
        self.t_embedder = TimestepEmbedder(model_channels)
        widths = [*io_block_channels, model_channels]
        self.input_layer = nn.Linear(in_channels, widths[0])
        self.input_blocks = nn.ModuleList()
        self.pools = []
        """Whether each of ``input_blocks`` halves the resolution before it works."""
        for narrow, wide in pairwise(widths):
            for last in [False] * (num_io_res_blocks - 1) + [True]:
                self.input_blocks.append(SparseResBlock3d(narrow, model_channels, wide if last else narrow))
                self.pools.append(last)
        self.blocks = nn.ModuleList(
            ModulatedCrossBlock(
                model_channels, cond_channels, num_heads, mlp_ratio, qk_rms_norm, qk_rms_norm_cross
            )
            for _ in range(num_blocks)
        )
        self.out_blocks = nn.ModuleList()
        for narrow, wide in zip(reversed(widths[:-1]), reversed(widths[1:])):
            for first in [True] + [False] * (num_io_res_blocks - 1):
                self.out_blocks.append(
                    SparseResBlock3d(2 * (wide if first else narrow), model_channels, narrow)
                )
        self.out_layer = nn.Linear(widths[0], out_channels)
        self.set_precision(torch.float16 if use_fp16 else torch.float32)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        self.dtype = dtype
        set_precision([self.input_blocks, self.blocks, self.out_blocks], dtype)

    def remember(self, cond: Tensor) -> list[Memory]:
        """(B, M, C_cond) -> what each block keeps of the condition."""
        return remember(self.blocks, cond)

    def forward(self, x: SparseTensor, t: Tensor, memories: Sequence[Sequence[Memory]]) -> SparseTensor:
        """Noisy latents (N, C_in), times (B,) in 0..1000 -> velocities (N, C_out).

        ``memories`` are those of `remember` for the first samples, the next, and so on.
        """
        h = x.replace(self.input_layer(x.feats).to(self.dtype))
        time = self.t_embedder(t).to(self.dtype)
        skips: list[Tensor] = []
        finer: list[tuple[SparseTensor, Tensor]] = []
        for block, halves in zip(self.input_blocks, self.pools, strict=True):
            if halves:
                pooled, parent = pool(h)
                finer.append((h, parent))
                h = pooled
            h = block(h, time)
            skips.append(h.feats)
        h = self._transform(h, time, memories)
        for block, doubles in zip(self.out_blocks, reversed(self.pools), strict=True):
            h = h.replace(torch.cat([h.feats, skips.pop()], dim=1))
            if doubles:
                fine, parent = finer.pop()
                h = fine.replace(h.feats[parent])
            h = block(h, time)
        feats = h.feats.to(x.feats.dtype)
        return x.replace(self.out_layer(F.layer_norm(feats, feats.shape[-1:])))

    def _transform(self, x: SparseTensor, time: Tensor, memories: Sequence[Sequence[Memory]]) -> SparseTensor:
        """The blocks, in which every voxel sees all voxels of its sample."""
        position = x.once("position", lambda: position_embedding(x.coords[:, 1:], self.model_channels))
        groups = x.samples(x.feats + position.to(x.feats.dtype))
        if len(groups) == 1:
            h = groups[0]
            for block, *kept in zip(self.blocks, *memories, strict=True):
                h = block(h, time, kept)
            return x.replace(h.flatten(0, 1))
        out = []
        for sample, h in enumerate(groups):
            for block, *kept in zip(self.blocks, *memories, strict=True):
                h = block(h, time[sample : sample + 1], [_one(kept, sample)])
            out.append(h[0])
        return x.replace(torch.cat(out))


def _one(memories: Sequence[Memory], sample: int) -> Memory:
    """The memory of one sample, which lies somewhere in the memories of groups of samples."""
    for memory in memories:
        if sample < len(memory.keys):
            return Memory(memory.keys[sample : sample + 1], memory.values[sample : sample + 1])
        sample -= len(memory.keys)
    raise IndexError("fewer conditions than samples")
