"""How much memory the two networks take at their full size, counted on shapes."""

from __future__ import annotations

import torch
from pocket3d_server.models.unirig.pipeline import Parts
from pocket3d_server.models.unirig.point_conv import Places
from pocket3d_server.models.unirig.processors import Search
from pocket3d_server.models.unirig.ptv3 import Cloud
from pocket3d_server.models.unirig.serialization import ORDERS
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
from pocket3d_server.models.unirig.skin_net import SkinNet
from torch import Tensor

from tools.memory.counting import FusedAttention, Peak, weight_bytes

SKELETON_POINTS, SKIN_POINTS = Parts.skeleton_points, Parts.skin_points
BONES = 100
"""More than most skeletons have."""
TOKENS = 4 * BONES
BEAMS = Search.beams
APART = 100
"""Tokens at the end of which no two beams have any in common; mostly it is fewer than ten."""


def skeleton_peak(network: SkeletonNet, tokens: int = TOKENS) -> int:
    """Bytes of weights and all else that is alive at once while a skeleton is written, on the meta device."""
    beams = BEAMS
    encoder, language = network.mesh_encoder, network.transformer
    one, each = torch.zeros(beams, dtype=torch.int64), torch.arange(beams)
    points = _numbers(1, SKELETON_POINTS, 3)
    with torch.no_grad(), FusedAttention(), Peak(network) as peak:
        seen = network.output_proj(encoder.encoder(points, points, _rows(1, encoder.tokens)))
        start = torch.cat([seen, language.embed(_rows(1, 2))], dim=1)
        _, cache = language.begin(start, beams)
        for left in reversed(range(tokens - 1)):
            cache.grow(each if left < APART else one)
        language.step(each, each, cache)
    return weight_bytes(network) + peak.most


def skin_peak(network: SkinNet, bones: int = BONES) -> int:
    """The same while the weights of ``bones`` bones are found."""
    places = Places(_rows(SKIN_POINTS, 3))
    for side in (3, 5):
        # At most: each point hears one in every cell around it.
        places.known[side] = [(_rows(SKIN_POINTS), _rows(SKIN_POINTS))] * side**3
    cloud = Cloud(places, [_rows(SKIN_POINTS) for _ in ORDERS])
    points = _numbers(SKIN_POINTS, 3)
    parents = [k - 1 for k in range(bones)]
    with torch.no_grad(), FusedAttention(), Peak(network) as peak:
        near = _numbers(SKIN_POINTS, bones)
        network(points, points, _numbers(bones, 3), parents, near, cloud=cloud)
    return weight_bytes(network) + peak.most


def _numbers(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


def _rows(*shape: int) -> Tensor:
    return torch.empty(shape, dtype=torch.int64, device="meta")
