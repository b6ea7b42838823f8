"""The structured latent as a radiance field: on each voxel a sum of products of three vectors (Strivec)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from pocket3d_server.models.trellis.latent_vae import WindowTransformer
from pocket3d_server.models.trellis.sparse import SparseTensor


@dataclass(frozen=True)
class RadianceField:
    """N voxels of one sample, rank K, vectors of D numbers."""

    position: Tensor
    """(N, 3) in 0..1, the voxels' middles."""
    trivec: Tensor
    """(N, K, 3, D)."""
    density: Tensor
    """(N, K)."""
    features_dc: Tensor
    """(N, K, 1, 3)."""


class SLatRadianceFieldDecoder(WindowTransformer):
    """Latents to a radiance field."""

    def build_output(self) -> None:
        """Vectors, density and colour for each rank."""
        self.rank, self.dim = int(self.config["rank"]), int(self.config["dim"])
        self.out_layer = nn.Linear(self.model_channels, self.rank * (3 * self.dim + 4))

    def forward(self, x: SparseTensor) -> list[RadianceField]:
        """(N, C_latent) -> the field of each sample."""
        k, d = self.rank, self.dim
        h = self.out_layer(self.finish(self.transform(x), x.feats.dtype).feats)
        places = (x.coords[:, 1:].float() + 0.5) / self.resolution
        fields = []
        for feats, place in zip(h.split(x.counts), places.split(x.counts), strict=True):
            vectors, density, colour = feats.split([3 * k * d, k, 3 * k], dim=1)
            fields.append(
                RadianceField(
                    place, vectors.unflatten(1, (k, 3, d)) + 1, density, colour.unflatten(1, (k, 1, 3))
                )
            )
        return fields
