"""The network that draws skeletons: a shape encoder, and a language model that writes what it sees.

Zhang et al., "One Model to Rig Them All: Diverse Skeleton Rigging with UniRig", 2025. B shapes, N points, T tokens of a
shape, C channels of the language model. Attributes are called as in the checkpoint, without its ``model.``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pocket3d_server.models.unirig.opt import LanguageModel
from pocket3d_server.models.unirig.shape_encoder import ShapeEncoder


class SkeletonNet(nn.Module):
    """The whole network. The defaults are the released sizes."""

    def __init__(
        self,
        encoder: ShapeEncoder | None = None,
        channels: int = 1024,
        layers: int = 24,
        heads: int = 16,
        hidden: int = 4096,
        positions: int = 3076,
        vocabulary: int = 267,
    ) -> None:
        """``hidden``: channels within the feed-forward; ``positions``: tokens at most, those of the shape among them."""
        super().__init__()
        self.mesh_encoder = encoder or ShapeEncoder()
        self.output_proj = nn.Linear(self.mesh_encoder.width, channels)
        self.transformer = LanguageModel(channels, layers, heads, hidden, positions, vocabulary)

    def set_precision(self, dtype: torch.dtype) -> None:
        """The type in which the blocks of both halves compute."""
        self.mesh_encoder.set_precision(dtype)
        self.transformer.set_precision(dtype)

    def condition(self, points: Tensor, normals: Tensor) -> Tensor:
        """Places in [-1, 1] and unit normals, (B, N, 3) float32 -> (B, T, C) float32, which skeletons are written after."""
        seen: Tensor = self.output_proj(self.mesh_encoder(points, normals))
        return seen

    def forward(self, points: Tensor, normals: Tensor, tokens: Tensor) -> Tensor:
        """The same and tokens (B, L) -> logits (B, T + L, V) of what follows each vector of the shape and each token."""
        seen = torch.cat([self.condition(points, normals), self.transformer.embed(tokens)], dim=1)
        logits: Tensor = self.transformer(seen)
        return logits
