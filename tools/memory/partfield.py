"""How much memory PartField takes at its full size, counted on shapes."""

from __future__ import annotations

import torch
from pocket3d_server.models.partfield.network import PartField

from tools.memory.counting import FusedAttention, Peak, weight_bytes


def peak_bytes(network: PartField, points: int) -> int:
    """Bytes of weights and of all else that is alive at once while ``network``, on the meta device, looks at
    ``points`` points."""
    with torch.no_grad(), FusedAttention(), Peak(network) as peak:
        network(torch.empty(1, points, 3, device="meta"))
    return weight_bytes(network) + peak.most
