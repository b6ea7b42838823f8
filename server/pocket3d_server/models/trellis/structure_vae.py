"""The coarse structure's latent and back: 16³ cells of 8 numbers, 64³ voxels that are occupied or not. Dense."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import LayerNorm32, set_precision


class ChannelNorm(LayerNorm32):
    """Layer norm over the channels of a volume."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, X, Y, Z) -> (B, C, X, Y, Z)."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ResBlock3d(nn.Module):
    """Norm, SiLU, convolution, twice, around a skip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = ChannelNorm(channels)
        self.norm2 = ChannelNorm(channels)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, X, Y, Z) -> (B, C, X, Y, Z)."""
        h = self.conv1(F.silu(self.norm1(x)))
        out: Tensor = x + self.conv2(F.silu(self.norm2(h)))
        return out


class Downsample3d(nn.Module):
    """Half the resolution, by a convolution with stride 2."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(in_channels, out_channels, 2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, I, X, Y, Z) -> (B, O, X/2, Y/2, Z/2)."""
        out: Tensor = self.conv(x)
        return out


class Upsample3d(nn.Module):
    """Twice the resolution: a convolution to eight times the channels, which become the eight children."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(in_channels, 8 * out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, I, X, Y, Z) -> (B, O, 2X, 2Y, 2Z)."""
        h = self.conv(x).unflatten(1, (-1, 2, 2, 2)).permute(0, 1, 5, 2, 6, 3, 7, 4)
        out: Tensor = h.flatten(6, 7).flatten(4, 5).flatten(2, 3)
        return out


class SparseStructureDecoder(nn.Module):
    """Latents to the logits of the voxels; a voxel is occupied above 0."""

    def __init__(
        self,
        out_channels: int,
        latent_channels: int,
        num_res_blocks: int,
        channels: Sequence[int],
        num_res_blocks_middle: int = 2,
        norm_type: str = "layer",
        use_fp16: bool = False,
    ) -> None:
        super().__init__()
        _only_layer_norm(norm_type)
        self.input_layer = nn.Conv3d(latent_channels, channels[0], 3, padding=1)
        self.middle_block = nn.Sequential(*(ResBlock3d(channels[0]) for _ in range(num_res_blocks_middle)))
        self.blocks = nn.ModuleList()
        for level, width in enumerate(channels):
            self.blocks.extend(ResBlock3d(width) for _ in range(num_res_blocks))
            if level < len(channels) - 1:
                self.blocks.append(Upsample3d(width, channels[level + 1]))
        self.out_layer = nn.Sequential(
            ChannelNorm(channels[-1]), nn.SiLU(), nn.Conv3d(channels[-1], out_channels, 3, padding=1)
        )
        self.set_precision(torch.float16 if use_fp16 else torch.float32)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        self.dtype = dtype
        set_precision([self.middle_block, self.blocks], dtype)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C_latent, R, R, R) -> logits (B, C_out, 4R, 4R, 4R) with three levels of channels."""
        h = self.middle_block(self.input_layer(x).to(self.dtype))
        for block in self.blocks:
            h = block(h)
        out: Tensor = self.out_layer(h.to(x.dtype))
        return out


class SparseStructureEncoder(nn.Module):
    """Voxels to the mean and the log variance of their latents."""

    def __init__(
        self,
        in_channels: int,
        latent_channels: int,
        num_res_blocks: int,
        channels: Sequence[int],
        num_res_blocks_middle: int = 2,
        norm_type: str = "layer",
        use_fp16: bool = False,
    ) -> None:
        super().__init__()
        _only_layer_norm(norm_type)
        self.input_layer = nn.Conv3d(in_channels, channels[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for level, width in enumerate(channels):
            self.blocks.extend(ResBlock3d(width) for _ in range(num_res_blocks))
            if level < len(channels) - 1:
                self.blocks.append(Downsample3d(width, channels[level + 1]))
        self.middle_block = nn.Sequential(*(ResBlock3d(channels[-1]) for _ in range(num_res_blocks_middle)))
        self.out_layer = nn.Sequential(
            ChannelNorm(channels[-1]), nn.SiLU(), nn.Conv3d(channels[-1], 2 * latent_channels, 3, padding=1)
        )
        self.set_precision(torch.float16 if use_fp16 else torch.float32)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        self.dtype = dtype
        set_precision([self.middle_block, self.blocks], dtype)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C_in, R, R, R) -> mean and log variance, each (B, C_latent, R/4, R/4, R/4)."""
        h = self.input_layer(x).to(self.dtype)
        for block in self.blocks:
            h = block(h)
        mean, log_variance = self.out_layer(self.middle_block(h).to(x.dtype)).chunk(2, dim=1)
        return mean, log_variance


def occupied(logits: Tensor) -> Tensor:
    """Logits (B, 1, R, R, R) -> coordinates (N, 4) int32 of the voxels above 0: sample, x, y, z."""
    return torch.argwhere(logits > 0)[:, [0, 2, 3, 4]].int()


def _only_layer_norm(norm_type: str) -> None:
    if norm_type != "layer":
        raise ValueError(f"norm_type {norm_type!r} is not known; released models use 'layer'")
