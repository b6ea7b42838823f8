"""How much each bone moves each point: UniRig's skinning network. N points, J joints, T shape tokens, C channels.

Zhang et al., "One Model to Rig Them All: Diverse Skeleton Rigging with UniRig", 2025. Points and bones look at one another
and at the shape's tokens; each head then scores every pair of them, a small network makes one weight of the scores and of
the distance through the body (`voxel_skin`), and a mask keeps bones from what they are far from.

Attributes are called as in the released checkpoint, behind ``model.``. Everything computes in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.unirig.ptv3 import Cloud, PointSizes, PointTransformerV3Object, cloud_of
from pocket3d_server.models.unirig.shape_encoder import ShapeEncoder, fourier

OCTAVES = 6
"""Of the joints' places."""
CHUNK = 2048
"""Points that are scored at once: enough to fill a GPU, few enough to bound the memory."""
SHARES = 0.15, 0.5
"""Of the work, what is done when the shape's tokens are known, and when the points' features are too."""


@dataclass(frozen=True)
class SkinSizes:
    """What the network's shape follows from; the defaults are as released."""

    channels: int = 768
    heads: int = 16
    bone_embed: int = 1024
    mlp: int = 512
    bone_blocks: int = 8
    point_blocks: int = 16
    grid: float = 0.005
    """Side of the cells of the point network, in the units of the normalised mesh."""
    mask_power: float = 3.0
    points: PointSizes = field(default_factory=PointSizes)
    encoder: dict[str, Any] = field(default_factory=dict)
    """Arguments of the `ShapeEncoder`."""


class SkinNet(nn.Module):
    """The whole network."""

    def __init__(self, sizes: SkinSizes = SkinSizes()) -> None:
        super().__init__()
        self.sizes = sizes
        channels, heads = sizes.channels, sizes.heads
        self.mesh_encoder = PointTransformerV3Object(sizes.points)
        self.global_encoder = ShapeEncoder(**sizes.encoder)
        self.feat_map = _projection(sizes.points.channels[-1], channels)
        self.out_proj = _projection(self.global_encoder.encoder.input_proj.out_features, channels)
        self.bone_encoder = BoneEncoder(sizes)
        self.mesh_bone_attn = nn.ModuleList(CrossBlock(channels, heads) for _ in range(sizes.point_blocks))
        self.qmesh = nn.Linear(channels, heads * channels)
        self.kmesh = nn.Linear(channels, heads * channels)
        self.attn_skin_norm = nn.LayerNorm(heads)
        self.voxel_skin_embed = nn.Linear(1, heads)
        self.voxel_skin_norm = nn.LayerNorm(heads)
        self.downscale = _projection(2 * heads, heads)
        self.skinweight_pred = WeightHead(heads, sizes.mlp)

    def forward(
        self,
        points: Tensor,
        normals: Tensor,
        joints: Tensor,
        parents: Sequence[int | None],
        voxel_skin: Tensor,
        seed: int = 0,
        progress: Callable[[float], None] = lambda share: None,
        cloud: Cloud | None = None,
    ) -> Tensor:
        """Points in [-1, 1] and unit normals (N, 3), joints (J, 3), ``voxel_skin`` (N, J) -> (N, J), rows summing to 1.

        ``parents``: each joint's, None or below 0 for a root. ``seed`` draws the order of the curves. ``progress`` hears
        the share that is done. ``cloud``: the points' order and cells, where they are known. All float32.
        """
        latents = self.out_proj(self.global_encoder(points[None], normals[None]))[0]
        progress(SHARES[0])
        if cloud is None:
            cloud = cloud_of(points, self.sizes.grid, self.sizes.points.shuffled, seed)
        # The network was trained with a third triple, which is empty.
        known = torch.cat([points, normals, torch.zeros_like(points)], dim=1)
        begin, end = SHARES
        feats = self.mesh_encoder(cloud, known, lambda share: progress(begin + (end - begin) * share))
        feats = self.feat_map(feats)
        bones = self.bone_encoder(joints - points.amin(0), latents)
        keys = Keys(self, bones, latents)
        parts = []
        for a in range(0, len(feats), CHUNK):
            parts.append(self._weights(feats[a : a + CHUNK], voxel_skin[a : a + CHUNK], keys))
            progress(end + (1 - end) * min(1.0, (a + CHUNK) / len(feats)))
        return masked(torch.cat(parts), voxel_skin, parents, self.sizes.mask_power)

    def _weights(self, feats: Tensor, voxel_skin: Tensor, keys: Keys) -> Tensor:
        """What is asked of some points: features (n, C), (n, J) -> (n, J), rows summing to 1."""
        x = feats
        for block, seen in zip(self.mesh_bone_attn, keys.seen, strict=True):
            x = block(x, seen)
        scores = F.linear(x, keys.scoring, keys.bias).unflatten(-1, (-1, self.sizes.heads))
        scores = (scores * self.sizes.channels**-0.5).softmax(-2)
        far = self.voxel_skin_norm(self.voxel_skin_embed(voxel_skin[..., None]))
        pairs = self.downscale(torch.cat([self.attn_skin_norm(scores), far], dim=-1))
        weights: Tensor = self.skinweight_pred(pairs).squeeze(-1).softmax(-1)
        return weights


class Keys:
    """What points ask of the bones and the shape: the same for all points."""

    def __init__(self, network: SkinNet, bones: Tensor, latents: Tensor) -> None:
        """Of bones (J, C) and shape tokens (T, C)."""
        context = torch.cat([bones, latents])
        self.seen = [
            block.remember(context) for block in network.mesh_bone_attn if isinstance(block, CrossBlock)
        ]
        k = network.kmesh(bones).unflatten(-1, (network.sizes.heads, -1))
        # A head's queries are as wide as all features: keys are brought to what queries are made of, once.
        self.scoring = torch.einsum(
            "jhd,hdc->jhc", k, network.qmesh.weight.unflatten(0, k.shape[1:])
        ).flatten(0, 1)
        """(J H, C)."""
        self.bias = (k * network.qmesh.bias.unflatten(0, k.shape[1:])).sum(-1).flatten()


Memory = tuple[Tensor, Tensor]
"""Keys and values, (H, M, D) each."""


class CrossAttention(nn.Module):
    """Attention of points or bones to others."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.Wq = nn.Linear(channels, channels)
        self.Wkv = nn.Linear(channels, 2 * channels)
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        """(N, C) -> (N, C)."""
        q = self.Wq(x).unflatten(-1, (self.heads, -1)).transpose(0, 1)
        # With a batch of one, so that PyTorch takes an attention that keeps no table of who sees whom.
        k, v = memory
        seen = F.scaled_dot_product_attention(q[None], k[None], v[None])[0]
        out: Tensor = self.out_proj(seen.transpose(0, 1).flatten(1))
        return out


class CrossBlock(nn.Module):
    """Cross-attention, then feed-forward, a norm after each."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.attention = CrossAttention(channels, heads)
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.ffn = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels)
        )

    def remember(self, context: Tensor) -> Memory:
        """What is looked at, (M, C), as keys and values."""
        attention = self.attention
        k, v = attention.Wkv(context).unflatten(-1, (2, attention.heads, -1)).permute(1, 2, 0, 3)
        return k, v

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        """(N, C) -> (N, C)."""
        x = self.norm1(x + self.attention(x, memory))
        out: Tensor = self.norm2(x + self.ffn(x))
        return out


class BoneEncoder(nn.Module):
    """Joints to features that know the shape."""

    def __init__(self, sizes: SkinSizes) -> None:
        super().__init__()
        channels, wide = sizes.channels, sizes.bone_embed
        self.bone_encoder = nn.Sequential(
            nn.Identity(),  # the checkpoint counts the sines
            *_projection(3 * (1 + 2 * OCTAVES), wide),
            *_projection(wide, 4 * wide),
            *_projection(4 * wide, channels),
        )
        self.attn = nn.ModuleList(CrossBlock(channels, sizes.heads) for _ in range(sizes.bone_blocks))

    def forward(self, joints: Tensor, latents: Tensor) -> Tensor:
        """Joints (J, 3) from the points' lowest corner, shape tokens (T, C) -> (J, C)."""
        x = first = self.bone_encoder(fourier(joints, OCTAVES, include_pi=True))
        context = torch.cat([first, latents])
        for block in self.attn:
            if isinstance(block, CrossBlock):
                x = block(x, block.remember(context))
        return x


class WeightHead(nn.Module):
    """From what is known of a point and a bone to one number."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        hidden = [_projection(k, channels) for k in (in_channels, channels, channels, channels)]
        self.net = nn.Sequential(*[layer for part in hidden for layer in part], nn.Linear(channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(..., I) -> (..., 1)."""
        out: Tensor = self.net(x)
        return out


def masked(weights: Tensor, voxel_skin: Tensor, parents: Sequence[int | None], power: float) -> Tensor:
    """Weights (N, J) times a power of how near a joint and its children are, (N, J); rows summing to 1.

    A row that the mask leaves nothing of stays as it was.
    """
    near = voxel_skin.clone()
    children = [k for k, parent in enumerate(parents) if parent is not None and parent >= 0]
    of = torch.tensor([parents[k] for k in children], dtype=torch.int64, device=near.device)
    near.index_add_(1, of, voxel_skin[:, children])
    kept = weights * near**power
    total = kept.sum(1, keepdim=True)
    return torch.where(total > 0, kept / total.clamp(min=torch.finfo(total.dtype).tiny), weights)


def _projection(in_channels: int, out_channels: int) -> nn.Sequential:
    """A linear layer, a norm, a GELU."""
    return nn.Sequential(nn.Linear(in_channels, out_channels), nn.LayerNorm(out_channels), nn.GELU())
