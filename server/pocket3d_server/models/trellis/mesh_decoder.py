"""The structured latent as a surface: 101 numbers on each voxel of a grid four times as fine."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from pocket3d_server.models.neural.precision import set_precision
from pocket3d_server.models.trellis.latent_vae import WindowTransformer
from pocket3d_server.models.trellis.sparse import SparseConv3d, SparseGroupNorm32, SparseTensor, subdivide

GROUPS = 32
"""Of channels that are normalised together."""


class SparseSubdivideBlock3d(nn.Module):
    """Twice the resolution: every voxel becomes eight, which two convolutions tell apart."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.act_layers = nn.Sequential(SparseGroupNorm32(GROUPS, channels), nn.SiLU())
        self.out_layers = nn.Sequential(
            SparseConv3d(channels, out_channels),
            SparseGroupNorm32(GROUPS, out_channels),
            nn.SiLU(),
            SparseConv3d(out_channels, out_channels),
        )
        self.skip_connection = SparseConv3d(channels, out_channels, 1)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """(N, C) -> (8N, O)."""
        norm, conv1, inner_norm, conv2 = (
            self.act_layers[0],
            self.out_layers[0],
            self.out_layers[1],
            self.out_layers[3],
        )
        h = norm(x)
        h = conv1(subdivide(h.replace(F.silu(h.feats))))
        h = inner_norm(h)
        h = conv2(h.replace(F.silu(h.feats)))
        # A 1x1x1 convolution gives all eight children the same: it is worked out before they are made.
        skip = self.skip_connection(x).feats.repeat_interleave(8, dim=0)
        return h.replace(h.feats + skip)


class SLatMeshDecoder(WindowTransformer):
    """Latents to what `extraction.extract` makes a mesh of."""

    def build_output(self) -> None:
        """Two times twice the resolution; then distance 8, deformation 24, weights 21, colour and normal 48."""
        channels = self.model_channels
        self.upsample = nn.ModuleList(
            [
                SparseSubdivideBlock3d(channels, channels // 4),
                SparseSubdivideBlock3d(channels // 4, channels // 8),
            ]
        )
        self.out_layer = nn.Linear(channels // 8, 101 if self.config.get("use_color") else 53)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute."""
        super().set_precision(dtype)
        set_precision([self.upsample], self.dtype)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """(N, C_latent) -> (64N, 101) at four times the resolution; 53 without colours."""
        h = self.transform(x)
        for block in self.upsample:
            h = block(h)
        return h.replace(self.out_layer(h.feats.to(x.feats.dtype)))
