"""PartField: points on a surface to a field of features that are alike within a part.

Liu, Uy, Xiang, Su, Fidler, Sharp and Gao, "PartField: Learning 3D Feature Fields for Part Segmentation and Beyond",
2025. The field lives on three planes; a point's features are the sum of what it reads from each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from pocket3d_server.models.neural.checkpoints import read_tensors, with_weights
from pocket3d_server.models.partfield.plane_transformer import PlaneTransformer
from pocket3d_server.models.partfield.point_encoder import UNUSED, PointsToPlanes

DISTANCE_LAYERS = 7


@dataclass(frozen=True)
class Sizes:
    """How large the network is; as it was released unless told otherwise."""

    channels: int = 256
    """Of the points and of the planes that they are spread on."""
    resolution: int = 128
    """Texels along a side of a plane."""
    start: int = 32
    depth: int = 3
    """Of the U-Net."""
    dim: int = 1024
    layers: int = 6
    heads: int = 8
    """Of the transformer."""
    distance_channels: int = 64
    part_channels: int = 448
    """Of the planes that come out: a field of distances, which is not used here, and that of parts."""
    unused: tuple[int, ...] | None = UNUSED
    """Channels of the released blocks that nothing depends on; None for a checkpoint without all that is unused."""


class PartField(nn.Module):
    """Points to planes of features."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        out = sizes.distance_channels + sizes.part_channels
        self.pvcnn = PointsToPlanes(
            sizes.channels, sizes.resolution, sizes.start, sizes.depth, sizes.unused or ()
        )
        self.triplane_transformer = PlaneTransformer(
            sizes.channels, sizes.dim, sizes.layers, sizes.heads, sizes.resolution, out
        )
        if sizes.unused is not None:
            self.sdf_decoder = DistanceDecoder(sizes.distance_channels)
            self.logit_scale = nn.Parameter(torch.ones(1))

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks compute; norms, means and what is known of single points are in float32."""
        self.pvcnn.pc_encoder.set_precision(dtype)
        self.pvcnn.unet_encoder.set_precision(dtype)
        self.triplane_transformer.set_precision(dtype)

    def forward(self, points: Tensor, report: Callable[[float], None] = lambda done: None) -> Tensor:
        """Points (B, N, 3) in [-1, 1] -> planes of part features (B, 3, C, R, R) float32.

        ``report`` is told the share that is done after each block.
        """
        return self.all_planes(points, report)[:, :, self.sizes.distance_channels :]

    def all_planes(self, points: Tensor, report: Callable[[float], None] = lambda done: None) -> Tensor:
        """The same with the channels of the field of distances before those of the parts."""
        transformer = self.triplane_transformer
        blocks = transformer.transformer.layers
        steps = len(blocks) + 4
        encoder = self.pvcnn.pc_encoder
        home = next(encoder.parameters()).device
        features = encoder(points.to(home)).to(points.device)
        report(2 / steps)
        planes = self.pvcnn.planes(features, points)
        report(3 / steps)
        tokens = transformer.tokens(planes)
        for done, block in enumerate(blocks, start=4):
            tokens = block(tokens)
            report(done / steps)
        return transformer.planes(tokens, planes)


class DistanceDecoder(nn.Module):
    """Reads distances from the field; released, and not used to find parts."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = [channels] * DISTANCE_LAYERS + [1]
        layers: list[nn.Module] = []
        for a, b in pairwise(widths):
            layers += [nn.Linear(a, b, bias=False), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])


def open_partfield(path: Path, sizes: Sizes) -> PartField:
    """The network with the weights of a Lightning checkpoint, or of a safetensors file. Raises EngineError."""
    with torch.device("meta"):
        network = PartField(sizes)
    return with_weights(network, read_tensors(path, within="state_dict"), path)
