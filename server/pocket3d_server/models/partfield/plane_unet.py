"""A U-Net over three feature planes at once, in which each plane also hears what the others know of its axes.

The "3D-aware" convolution follows Wang et al., "Rodin: A Generative Model for Sculpting 3D Digital Avatars Using
Diffusion", 2023. Shapes: B samples, C channels, planes R x R; the three lie one below the other in one
picture, (B, C, 3R, R), so that convolutions and norms run over all of them.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import set_precision

GROUPS = 32


class GroupNorm32(nn.GroupNorm):
    """Group norm of up to 32 groups, computed in float32, returned in the type of its input."""

    def __init__(self, channels: int) -> None:
        super().__init__(min(channels, GROUPS), channels, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, ...) -> the same."""
        return super().forward(x.float()).to(x.dtype)


class ThreePlaneConv(nn.Module):
    """Each texel sees its own features and the means of the other two planes along the axis that they share with it."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.plane_convs = nn.ModuleList(nn.Conv2d(3 * in_channels, channels, 1) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """(B, I, 3R, R) -> (B, C, 3R, R)."""
        a, b, c = x.chunk(3, dim=-2)
        planes = [a, b, c.transpose(-1, -2)]
        out = []
        for k, conv in enumerate(self.plane_convs):
            own, second, third = (planes[(k + step) % 3] for step in range(3))
            rows = second.mean(dim=-1, keepdim=True).transpose(-1, -2).expand_as(own)
            columns = third.mean(dim=-2, keepdim=True).transpose(-1, -2).expand_as(own)
            out.append(conv(torch.cat([own, rows, columns], dim=1)))
        out[2] = out[2].transpose(-1, -2)
        return torch.cat(out, dim=-2)


class PlaneBlock(nn.Module):
    """Two convolutions and a 3D-aware one between them, around a skip."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.norm1 = GroupNorm32(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.norm_mid = GroupNorm32(channels)
        self.conv_3daware = ThreePlaneConv(channels, channels)
        self.norm2 = GroupNorm32(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(in_channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, I, 3R, R) -> (B, C, 3R, R)."""
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv_3daware(F.silu(self.norm_mid(h)))
        h = self.conv2(F.silu(self.norm2(h)))
        out: Tensor = self.nin_shortcut(x) + h
        return out


class Down(nn.Module):
    """A level of the way down."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.block = PlaneBlock(in_channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, I, 3R, R) -> (B, C, 3R, R)."""
        out: Tensor = self.block(x)
        return out


class Up(nn.Module):
    """A level of the way up: the coarser planes, doubled in size, beside those of the way down."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.norm1 = GroupNorm32(in_channels)
        self.block = PlaneBlock(in_channels, channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, I, 3R, R) and (B, S, 6R, 2R) -> (B, C, 6R, 2R)."""
        doubled = F.interpolate(x, scale_factor=2.0, mode="nearest")
        out: Tensor = self.block(self.norm1(torch.cat([doubled, skip], dim=1)))
        return out


class PlaneUNet(nn.Module):
    """``depth`` levels, the first with ``start`` channels, each with twice as many as the one above."""

    def __init__(self, channels: int, start: int, depth: int) -> None:
        super().__init__()
        widths = [start * 2**level for level in range(depth)]
        self.down_convs = nn.ModuleList(Down(a, b) for a, b in pairwise([channels, *widths]))
        self.up_convs = nn.ModuleList(Up(a + b, b) for a, b in zip(widths[:0:-1], widths[-2::-1]))
        self.norm_out = GroupNorm32(start)
        self.conv_final = nn.Conv2d(start, channels, 1)
        self.dtype = torch.float32

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type of the convolutions."""
        self.dtype = dtype
        set_precision([self], dtype)

    def forward(self, planes: Tensor) -> Tensor:
        """(B, 3, C, R, R) -> the same."""
        x = torch.cat(planes.to(self.dtype).unbind(1), dim=-2)
        skips: list[Tensor] = []
        for level, down in enumerate(self.down_convs):
            if level:
                x = F.avg_pool2d(x, 2)
            x = down(x)
            skips.append(x)
        skips.pop()
        for up in self.up_convs:
            x = up(x, skips.pop())
        x = self.conv_final(F.silu(self.norm_out(x)))
        return torch.stack(x.chunk(3, dim=-2), dim=1)
