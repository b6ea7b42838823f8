"""How much memory the networks of TRELLIS take at their full size, counted on shapes."""

from __future__ import annotations

from typing import Any

import torch
from pocket3d_server.models.trellis.latent_flow import SLatFlowModel
from pocket3d_server.models.trellis.latent_vae import WindowTransformer
from pocket3d_server.models.trellis.sparse import Bucket, SparseTensor
from pocket3d_server.models.trellis.structure_flow import SparseStructureFlowModel
from pocket3d_server.models.trellis.structure_vae import SparseStructureDecoder
from torch import Tensor, nn

from tools.memory.counting import FusedAttention, Peak, weight_bytes

STRUCTURE = 16
"""Cells along a side of the structure's latent."""
VOXELS = 20_000
"""Occupied voxels of a structure; most have 5,000 to 15,000."""
WINDOW = 64
"""Voxels of a window that is well filled; most hold 20 to 55."""
CONDITION = 1374
"""Tokens of a picture; a prompt has 77."""


def peak_bytes(network: nn.Module, samples: int = 1, voxels: int = VOXELS) -> int:
    """Bytes of weights and all else that is alive at once while ``network`` computes, on the meta device.

    Flows are asked about ``samples`` conditions at once; ``voxels`` is how many are occupied.
    """
    with torch.no_grad(), FusedAttention(), Peak(network) as peak:
        if isinstance(network, SparseStructureFlowModel):
            side = network.resolution
            noise = torch.empty(samples, network.in_channels, side, side, side, device="meta")
            network(noise, torch.empty(samples, device="meta"), _memories(network, samples))
        elif isinstance(network, SLatFlowModel):
            x = _flow_voxels(samples, voxels, network.in_channels)
            network(x, torch.empty(samples, device="meta"), _memories(network, samples))
        elif isinstance(network, SparseStructureDecoder):
            side, channels = STRUCTURE, network.input_layer.in_channels
            network(torch.empty(1, channels, side, side, side, device="meta"))
        elif isinstance(network, WindowTransformer):
            network(_decoder_voxels(voxels, network.input_layer.in_features, network.window))
        else:
            raise TypeError(f"nothing is known of {type(network).__name__}")
    return weight_bytes(network) + peak.most


def _memories(network: SparseStructureFlowModel | SLatFlowModel, samples: int) -> list[Any]:
    """Those of full conditions for all samples but the last, which is the empty one's."""
    channels = network.cond_channels
    lengths = [CONDITION] * max(samples - 1, 1) + [1] * (samples > 1)
    return [network.remember(torch.empty(1, length, channels, device="meta")) for length in lengths]


def _voxels(count: int, channels: int, samples: int = 1) -> SparseTensor:
    """Voxels whose neighbours are known without looking."""
    x = SparseTensor(
        torch.empty(count, channels, device="meta"), torch.empty(count, 4, dtype=torch.int32, device="meta")
    )
    x.shared["counts"] = [count // samples] * samples
    x.shared["neighbours"] = torch.empty(count, 27, dtype=torch.int64, device="meta")
    return x


def _rows(*shape: int) -> Tensor:
    """Numbers of rows."""
    return torch.empty(shape, dtype=torch.int64, device="meta")


def _flow_voxels(samples: int, voxels: int, channels: int) -> SparseTensor:
    """With what pooling makes of them: surfaces lose about three of four."""
    x = _voxels(samples * voxels, channels, samples)
    parents = _voxels(samples * (voxels // 4), 0, samples)
    x.shared["pool"] = (parents, _rows(samples * voxels), _rows(samples * (voxels // 4)))
    return x


def _decoder_voxels(voxels: int, channels: int, window: int) -> SparseTensor:
    """With their windows, and what they become when they are subdivided once and twice."""
    x = _voxels(voxels, channels)
    count = voxels // WINDOW
    real = torch.empty(count, 1, 1, WINDOW, dtype=torch.bool, device="meta")
    bucket = Bucket(_rows(count, WINDOW), _rows(count, WINDOW), real)
    for shift in (0, window // 2):
        x.shared["windows", window, shift] = [bucket]
    fine = x
    for level in (1, 2):
        finer = _voxels(voxels * 8**level, 0)
        fine.shared["subdivide"] = finer
        fine = finer
    return x
