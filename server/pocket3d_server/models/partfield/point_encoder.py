"""Points to three feature planes: a point-voxel convolution, its features spread on the planes, a U-Net over these.

Liu, Tang, Lin and Han, "Point-Voxel CNN for Efficient 3D Deep Learning", 2019, as PartField uses it (Liu, Uy, Xiang,
Su, Fidler, Sharp and Gao, "PartField: Learning 3D Feature Fields for Part Segmentation and Beyond", 2025). Shapes: B
samples, N points, C channels, V voxels and R texels along a side. Attributes are called as in the released checkpoint.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.precision import set_precision
from pocket3d_server.models.partfield.plane_unet import PlaneUNet

VOXELS = 32
"""Cells along a side of the volume."""
INPUT = 8
"""What is known of a point: where it is, twice that, and two zeros."""
UNUSED = 128, 128, 256
"""Channels of the further blocks: released, but nothing that is used depends on them."""


class PointVoxelConv(nn.Module):
    """What a voxel's neighbourhood says of a point, and what the point says itself."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.voxel_layers = nn.Sequential(
            nn.Conv3d(in_channels, channels, 3, padding=1),
            Norm32(1e-4),
            nn.LeakyReLU(0.1),
            nn.Conv3d(channels, channels, 3, padding=1),
            Norm32(1e-4),
            nn.LeakyReLU(0.1),
        )
        self.point_features = PointLayers(in_channels, channels)
        self.dtype = torch.float32

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the volume is convolved; single points stay in float32."""
        self.dtype = dtype
        set_precision([self.voxel_layers], dtype)

    def forward(self, features: Tensor, points: Tensor) -> Tensor:
        """Features (B, I, N) of points (B, N, 3) in [-1, 1] -> (B, C, N)."""
        places = ((points + 1) / 2 * VOXELS).clamp(0, VOXELS - 1)
        volume = self.voxel_layers(averaged(features, places).to(self.dtype))
        out: Tensor = read_volume(volume, places).add_(self.point_features(features))
        return out


class PointLayers(nn.Module):
    """A linear layer on each point, normalised over the points."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv1d(in_channels, channels, 1), Norm32(1e-5), nn.ReLU())

    def forward(self, features: Tensor) -> Tensor:
        """(B, I, N) -> (B, C, N)."""
        out: Tensor = self.layers(features)
        return out


class Norm32(nn.Module):
    """Instance norm: each channel of a sample to mean 0 and variance 1 over all places, in float32."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, ...) -> the same."""
        return F.instance_norm(x.float(), eps=self.eps).to(x.dtype)


class PointStack(nn.Module):
    """The released blocks, of which only the first reaches the output. ``unused`` are the channels of the others."""

    def __init__(self, channels: int, unused: tuple[int, ...]) -> None:
        super().__init__()
        widths = (INPUT, channels, *unused)
        self.encoder = nn.ModuleList(PointVoxelConv(a, b) for a, b in pairwise(widths))

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the volumes are convolved."""
        for module in self.modules():
            if isinstance(module, PointVoxelConv):
                module.set_precision(dtype)

    def forward(self, points: Tensor) -> Tensor:
        """Points (B, N, 3) in [-1, 1] -> features (B, C, N)."""
        places = points.transpose(1, 2)
        features = torch.cat([places, 2 * places, torch.zeros_like(places[:, :2])], dim=1)
        out: Tensor = self.encoder[0](features, points)
        return out


class PointsToPlanes(nn.Module):
    """Points to the planes (x, y), (y, z) and (x, z), whose first axis runs along the columns."""

    def __init__(
        self, channels: int, resolution: int, start: int, depth: int, unused: tuple[int, ...] = UNUSED
    ) -> None:
        super().__init__()
        self.resolution = resolution
        self.pc_encoder = PointStack(channels, unused)
        self.unet_encoder = PlaneUNet(channels, start, depth)

    def forward(self, points: Tensor) -> Tensor:
        """Points (B, N, 3) in [-1, 1] -> planes (B, 3, C, R, R)."""
        return self.planes(self.pc_encoder(points), points)

    def planes(self, features: Tensor, points: Tensor) -> Tensor:
        """Features (B, C, N) of points (B, N, 3) -> planes (B, 3, C, R, R)."""
        spread = spread_on_planes(features, points, self.resolution)
        out: Tensor = self.unet_encoder(spread)
        return out


def averaged(features: Tensor, places: Tensor) -> Tensor:
    """The mean of the features (B, C, N) in each voxel -> (B, C, V, V, V); ``places`` (B, N, 3) are in voxels."""
    x, y, z = places.round().long().unbind(-1)
    return _means(features, (x * VOXELS + y) * VOXELS + z, VOXELS**3).unflatten(2, (VOXELS,) * 3)


def spread_on_planes(features: Tensor, points: Tensor, resolution: int) -> Tensor:
    """The mean of the features (B, C, N) of the points (B, N, 3) above each texel -> (B, 3, C, R, R)."""
    cells = ((points + 1) / 2 * resolution).long().clamp(0, resolution - 1)
    planes = [
        _means(features, cells[..., a] + resolution * cells[..., b], resolution**2)
        for a, b in ((0, 1), (1, 2), (0, 2))
    ]
    return torch.stack(planes, dim=1).unflatten(-1, (resolution, resolution))


def _means(features: Tensor, cell: Tensor, cells: int) -> Tensor:
    """(B, C, N), whose points lie in the cells (B, N) -> (B, C, cells): means, zero in empty cells."""
    samples, channels, _ = features.shape
    rows = (cell + cells * torch.arange(samples, device=cell.device)[:, None]).flatten()
    values = features.transpose(1, 2).flatten(0, 1)
    sums = values.new_zeros(samples * cells, channels).index_add_(0, rows, values)
    counts = values.new_zeros(samples * cells).index_add_(0, rows, values.new_ones(len(rows)))
    return sums.div_(counts.clamp_(min=1)[:, None]).unflatten(0, (samples, cells)).transpose(1, 2)


def read_volume(volume: Tensor, places: Tensor) -> Tensor:
    """Between the eight voxels around each of ``places`` (B, N, 3): (B, C, V, V, V) -> (B, C, N) float32.

    The volume is read with x along its last axis, though it was written with x along the first: so it was trained.
    (grid_sample could do it, but not on Apple's GPUs.)
    """
    low = places.floor().clamp(0, VOXELS - 2)
    share = places - low
    low = low.long()
    rows, weights = [], []
    for corner in ((x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)):
        at = torch.tensor(corner, device=places.device)
        weights.append(torch.where(at.bool(), share, 1 - share).prod(-1))
        x, y, z = (low + at).unbind(-1)
        rows.append((z * VOXELS + y) * VOXELS + x)
    flat = volume.flatten(2).float().transpose(1, 2).contiguous()
    bags = zip(flat, torch.stack(rows, dim=-1), torch.stack(weights, dim=-1), strict=True)
    read = [F.embedding_bag(row, table, mode="sum", per_sample_weights=w) for table, row, w in bags]
    return torch.stack(read).transpose(1, 2)
