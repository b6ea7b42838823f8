"""From a condition to a mesh: structure, latents, decoders, one after the other on one device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.neural.checkpoints import open_checkpoint
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.trellis.extraction import DecodedMesh, extract
from pocket3d_server.models.trellis.gaussians import Gaussians, SLatGaussianDecoder
from pocket3d_server.models.trellis.guidance import Guided, LatentFlow, SeveralImages, StructureFlow
from pocket3d_server.models.trellis.latent_flow import SLatFlowModel
from pocket3d_server.models.trellis.mesh_decoder import SLatMeshDecoder
from pocket3d_server.models.trellis.networks import NETWORKS
from pocket3d_server.models.trellis.release import Release
from pocket3d_server.models.trellis.sampler import Schedule, draw
from pocket3d_server.models.trellis.sparse import SparseTensor
from pocket3d_server.models.trellis.structure_flow import SparseStructureFlowModel
from pocket3d_server.models.trellis.structure_vae import SparseStructureDecoder, occupied

Network = TypeVar("Network", bound=nn.Module)

Report = Callable[[float, str], None]
"""The share that is done, 0..1, and the stage."""


@dataclass(frozen=True)
class Conditions:
    """What leads the flows."""

    tokens: list[Tensor]
    """(1, M, C) for each picture, or for the one prompt."""
    empty: Tensor
    """(1, M, C) for nothing. That of pictures is zeros, of which one token is enough: (1, 1, C)."""


@dataclass(frozen=True)
class Wishes:
    """How to draw."""

    seed: int
    structure: Schedule
    latent: Schedule
    several: SeveralImages = "stochastic"
    gaussians: bool = True
    """Whether to decode them: the colours of the mesh come from there."""


@dataclass(frozen=True)
class Decoded:
    """What was made, still on the device."""

    mesh: DecodedMesh
    gaussians: Gaussians | None
    voxels: int


@dataclass
class Parts:
    """The networks of a release. Each comes when it is needed and leaves after, unless there is room for all."""

    release: Release
    device: torch.device
    keep: bool = False
    _kept: dict[str, nn.Module] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str, kind: type[Network]) -> Iterator[Network]:
        """One network, on the device. Raises EngineError for a checkpoint that is damaged or of another kind."""
        network = self._kept.get(name) or self._opened(name, kind)
        if self.keep:
            self._kept[name] = network
        try:
            yield cast(Network, network)
        finally:
            del network
            if not self.keep and self.device.type == "cuda":
                torch.cuda.empty_cache()

    def home(self, kind: type[nn.Module]) -> torch.device:
        """Where networks of this kind run: volumes are convolved wrongly by Apple's GPUs."""
        if self.device.type == "mps" and kind is SparseStructureDecoder:
            return torch.device("cpu")
        return self.device

    def _opened(self, name: str, kind: type[nn.Module]) -> nn.Module:
        stem = self.release.stems[name]
        network = open_checkpoint(stem, NETWORKS)
        if not isinstance(network, kind):
            raise EngineError(
                f"{stem.name} holds a {type(network).__name__}, not a {kind.__name__}",
                code="MODEL_UNAVAILABLE",
                suggestion="Remove the model and install it again.",
            )
        home = self.home(kind)
        cast(Any, network).set_precision(precision_of(home))
        return network.to(home)


@torch.no_grad()
def generate(parts: Parts, conditions: Conditions, wishes: Wishes, report: Report) -> Decoded:
    """A mesh under ``conditions``. Raises EngineError when the model draws nothing.

    All noise is drawn on the CPU, the structure's before the latents', so that a seed means the same on every device.
    """
    noise = torch.Generator().manual_seed(wishes.seed)
    coords = draw_structure(parts, conditions, wishes, noise, lambda done, stage: report(0.45 * done, stage))
    latents = draw_latents(
        parts, conditions, wishes, coords, noise, lambda done, stage: report(0.45 + 0.4 * done, stage)
    )
    report(0.85, "decoding_surface")
    mesh = decode_mesh(parts, latents)
    gaussians = None
    if wishes.gaussians:
        report(0.95, "decoding_colours")
        gaussians = decode_gaussians(parts, latents)
    report(1.0, "decoding_colours")
    return Decoded(mesh, gaussians, len(coords))


def draw_structure(
    parts: Parts, conditions: Conditions, wishes: Wishes, noise: torch.Generator, report: Report
) -> Tensor:
    """The coordinates (N, 4) int32 of the occupied voxels."""
    report(0.0, "loading_model")
    with parts.part("sparse_structure_flow_model", SparseStructureFlowModel) as network:
        side = network.resolution
        start = torch.randn(1, network.in_channels, side, side, side, generator=noise).to(parts.device)
        latent = _drawn(StructureFlow(network), network, conditions, wishes.structure, wishes, start, report)
    del network  # or it would stay while the decoder is here
    with parts.part("sparse_structure_decoder", SparseStructureDecoder) as decoder:
        home = parts.home(SparseStructureDecoder)
        coords = occupied(decoder(latent.to(home))).to(parts.device)
    if not len(coords):
        raise EngineError(
            "the model drew nothing",
            suggestion="Try another seed, a picture with the whole object, or a plainer prompt.",
        )
    return coords


def draw_latents(
    parts: Parts,
    conditions: Conditions,
    wishes: Wishes,
    coords: Tensor,
    noise: torch.Generator,
    report: Report,
) -> SparseTensor:
    """Latents (N, C) on the voxels ``coords`` (N, 4), scaled as the decoders know them."""
    report(0.0, "loading_model")
    with parts.part("slat_flow_model", SLatFlowModel) as network:
        start = torch.randn(len(coords), network.in_channels, generator=noise).to(parts.device)
        flow = LatentFlow(network, coords)
        feats = _drawn(flow, network, conditions, wishes.latent, wishes, start, report)
    mean, std = (feats.new_tensor(values) for values in (parts.release.mean, parts.release.std))
    return SparseTensor(feats * std + mean, coords)


def decode_mesh(parts: Parts, latents: SparseTensor) -> DecodedMesh:
    """The surface in the latents of one sample."""
    with parts.part("slat_decoder_mesh", SLatMeshDecoder) as decoder:
        fine = decoder(latents)
        return extract(fine.coords, fine.feats, 4 * decoder.resolution)


def decode_gaussians(parts: Parts, latents: SparseTensor) -> Gaussians:
    """The gaussians in the latents of one sample."""
    with parts.part("slat_decoder_gs", SLatGaussianDecoder) as decoder:
        return decoder(latents)[0]


def _drawn(
    flow: StructureFlow | LatentFlow,
    network: SparseStructureFlowModel | SLatFlowModel,
    conditions: Conditions,
    schedule: Schedule,
    wishes: Wishes,
    start: Tensor,
    report: Report,
) -> Tensor:
    """Data drawn from ``flow``, beginning at the noise ``start``."""
    stage = "drawing_structure" if isinstance(flow, StructureFlow) else "drawing_details"
    guided = Guided(
        flow,
        [network.remember(tokens.to(start.device)) for tokens in conditions.tokens],
        network.remember(conditions.empty.to(start.device)),
        schedule.cfg_strength,
        wishes.several,
        # On a CPU nothing is gained by a larger batch.
        together=start.device.type != "cpu",
    )
    report(0.05, stage)
    return draw(start, schedule, guided, lambda done: report(0.05 + 0.95 * done / schedule.steps, stage))
