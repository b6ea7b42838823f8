"""The structured latent as 3D gaussians: a few on each voxel, of one colour each."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.trellis.latent_vae import WindowTransformer
from pocket3d_server.models.trellis.sparse import SparseTensor


@dataclass(frozen=True)
class Gaussians:
    """G gaussians of one sample, their activations applied."""

    xyz: Tensor
    """(G, 3) in -0.5..0.5."""
    features_dc: Tensor
    """(G, 1, 3) colour as the constant spherical harmonic."""
    scaling: Tensor
    """(G, 3) standard deviations."""
    rotation: Tensor
    """(G, 4) unit quaternions, w first."""
    opacity: Tensor
    """(G, 1) in 0..1."""

    @property
    def rgb(self) -> Tensor:
        """(G, 3) in 0..1."""
        return (0.5 + 0.28209479177387814 * self.features_dc[:, 0]).clamp(0, 1)


def hammersley(count: int) -> Tensor:
    """(count, 3) points spread evenly in -1..1, reached from the middle by tanh: where a voxel's gaussians start.

    First coordinate k / count, then the radical inverses of k in the bases 2 and 3.
    """
    points = torch.zeros(count, 3)
    for k in range(count):
        points[k, 0] = k / count
        for axis, base in ((1, 2), (2, 3)):
            rest, place = k, 1.0 / base
            while rest:
                points[k, axis] += rest % base * place
                rest, place = rest // base, place / base
    return points * 2 - 1


class SLatGaussianDecoder(WindowTransformer):
    """Latents to gaussians."""

    def build_output(self) -> None:
        """14 numbers for each gaussian, and where gaussians start in their voxel."""
        self.count = int(self.config["num_gaussians"])
        self.out_layer = nn.Linear(self.model_channels, 14 * self.count)
        self.offset_perturbation: Tensor
        # The first point lies on the border, where tanh never comes.
        start = hammersley(self.count).clamp(-1 + 1e-6, 1 - 1e-6) / self.config["voxel_size"]
        self.register_buffer("offset_perturbation", torch.atanh(start))

    def forward(self, x: SparseTensor) -> list[Gaussians]:
        """(N, C_latent) -> the gaussians of each sample."""
        h = self.out_layer(self.finish(self.transform(x), x.feats.dtype).feats)
        middle = (x.coords[:, 1:].float() + 0.5) / self.resolution - 0.5
        pairs = zip(h.split(x.counts), middle.split(x.counts), strict=True)
        return [self._gaussians(feats, centre) for feats, centre in pairs]

    def _gaussians(self, feats: Tensor, middle: Tensor) -> Gaussians:
        """(N, 14 n) numbers of voxels with these middles (N, 3)."""
        n, config = self.count, self.config
        rates = config["lr"]
        xyz, colour, scale, rotation, opacity = feats.split([3 * n, 3 * n, 3 * n, 4 * n, n], dim=1)
        offset = xyz.unflatten(1, (n, 3)) * rates["_xyz"]
        if config["perturb_offset"]:
            offset = offset + self.offset_perturbation
        reach = 0.5 * config["voxel_size"] / self.resolution
        places = middle[:, None] + torch.tanh(offset) * reach
        least = torch.tensor(float(config["scaling_bias"]))
        if config["scaling_activation"] == "softplus":
            spread = F.softplus(scale * rates["_scaling"] + torch.log(torch.expm1(least)))
        else:
            spread = torch.exp(scale * rates["_scaling"] + torch.log(least))
        spread = torch.sqrt(spread**2 + config["3d_filter_kernel_size"] ** 2)
        upright = feats.new_tensor([1.0, 0, 0, 0])
        turn = rotation.unflatten(1, (n, 4)) * rates["_rotation"] + upright
        seen = torch.sigmoid(
            opacity * rates["_opacity"] + torch.logit(torch.tensor(float(config["opacity_bias"])))
        )
        return Gaussians(
            xyz=places.flatten(0, 1),
            features_dc=(colour * rates["_features_dc"]).unflatten(1, (n, 1, 3)).flatten(0, 1),
            scaling=spread.unflatten(1, (n, 3)).flatten(0, 1),
            rotation=F.normalize(turn, dim=-1).flatten(0, 1),
            opacity=seen.flatten()[:, None],
        )
