"""Views of an object drawn after a picture: what the networks of Paint 2.0 and 2.1 do between maps and pixels.

Random numbers are drawn on the CPU, in the order of the published program (reference, normals, positions, views, steps),
so that a seed means the same on every device. Networks come in turn and leave again: that is what its memory is counted for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pocket3d_server.models.hunyuan_paint.attention import Memory
from pocket3d_server.models.hunyuan_paint.diffusion import (
    Autoencoder,
    Report,
    draw,
    euler_ancestral,
    released,
    share_of,
    unipc,
)
from pocket3d_server.models.hunyuan_paint.dual import Paint
from pocket3d_server.models.hunyuan_paint.unet import open_paint
from pocket3d_server.models.hunyuan_paint.unet_pbr import open_paint_pbr
from pocket3d_server.models.neural.dinov2 import load_dinov2
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.pictures.framing import Pixels

DINO_SIDE, DINO_RESIZED = 224, 256
"""The picture is made so large, and its middle of the first size is what DINOv2 looks at."""
ENCODED, PAINTED = 0.03, 0.97
"""Shares of the time after which maps are encoded and views are painted."""


@dataclass(frozen=True)
class Scene:
    """What is to be painted, as its cameras see it."""

    normals: list[Pixels]
    """A map (S, S, 3) for each of V views."""
    positions: list[Pixels]
    cameras: list[int] = field(default_factory=list)
    """Their numbers, as Paint 2.0 counts them; 2.1 needs none."""


@dataclass(frozen=True)
class Drawing:
    """How to draw."""

    seed: int
    steps: int
    guidance: float
    side: int
    """Pixels along the side of a view, a multiple of 64."""


@dataclass(frozen=True)
class Encoded:
    """Latents of what leads the painting."""

    reference: Tensor
    """(R, 4, h, w)."""
    normals: Tensor
    """(1, V, 4, h, w)."""
    positions: Tensor

    def of(self, precision: torch.dtype) -> Encoded:
        """The same in another type."""
        return Encoded(*(part.to(precision) for part in (self.reference, self.normals, self.positions)))


@torch.no_grad()
def paint_views(
    folder: Path, pictures: Sequence[Pixels], scene: Scene, how: Drawing, device: torch.device, report: Report
) -> list[Pixels]:
    """Paint 2.0: colours of all views, each (S, S, 3), after ``pictures`` (H, W, 3). Raises EngineError."""
    noise = torch.Generator().manual_seed(how.seed)
    encoded = _encoded(folder, pictures, scene, how, device, noise, report)
    latents = _drawn(folder, encoded, scene.cameras, how, device, noise, _painting(report))
    released(device)
    return _decoded(folder, latents[0], device, report)


@torch.no_grad()
def paint_views_pbr(
    folder: Path,
    dino: Path,
    pictures: Sequence[Pixels],
    scene: Scene,
    how: Drawing,
    device: torch.device,
    report: Report,
) -> tuple[list[Pixels], list[Pixels]]:
    """Paint 2.1: of all views base colours, and metallic in red with roughness in green, each (S, S, 3).

    ``dino`` is the checkpoint of DINOv2. Raises EngineError.
    """
    noise = torch.Generator().manual_seed(how.seed)
    shown = seen_by_dino(dino, pictures, device)
    encoded = _encoded(folder, pictures, scene, how, device, noise, report)
    maps = _batch(scene.positions, how.side)
    latents = _drawn_pbr(folder, encoded, shown, maps, how, device, noise, _painting(report))
    released(device)
    images = _decoded(folder, latents[0].flatten(0, 1), device, report)
    return images[: len(images) // 2], images[len(images) // 2 :]


def _drawn(
    folder: Path,
    encoded: Encoded,
    cameras: list[int],
    how: Drawing,
    device: torch.device,
    noise: torch.Generator,
    report: Callable[[float], None],
) -> Tensor:
    """Latents (1, V, 4, h, w) of the views."""
    start = torch.randn(encoded.normals.shape, generator=noise).to(device)
    precision = precision_of(device)
    encoded = encoded.of(precision)
    paint = open_paint(folder / "unet")
    features = _reference(paint, encoded, device)
    unet = paint.unet.to(device, precision)
    led = unet.remember(features, unet.learned_text_clip_gen)
    free = unet.remember()
    numbers = torch.tensor([cameras], device=device)

    def branch(latents: Tensor, time: Tensor, memory: Memory) -> Tensor:
        seen = latents.to(precision), time, encoded.normals, encoded.positions, numbers
        return unet(*seen, [memory]).float()

    scheduler = euler_ancestral(folder / "scheduler", timestep_spacing="trailing")
    return draw(scheduler, how.steps, start, _guided(branch, led, free, how.guidance), noise, report)


def _drawn_pbr(
    folder: Path,
    encoded: Encoded,
    shown: Tensor,
    maps: Tensor,
    how: Drawing,
    device: torch.device,
    noise: torch.Generator,
    report: Callable[[float], None],
) -> Tensor:
    """Latents (1, 2, V, 4, h, w) of base colours, and of metallic and roughness.

    As released there is a third branch of guidance, led by the reference without DINOv2's tokens. Its share comes in
    once with each sign and cancels as long as all views count alike, which they do; so it is not computed.
    """
    views, *size = encoded.normals.shape[1:]
    start = torch.randn(2 * views, *size, generator=noise).unflatten(0, (2, views))[None].to(device)
    precision = precision_of(device)
    encoded = encoded.of(precision)
    paint = open_paint_pbr(folder / "unet")
    features = _reference(paint, encoded, device)
    unet = paint.unet.to(device, precision)
    led = unet.remember(features, shown.to(precision))
    free = unet.remember()
    places = unet.places(maps.to(device), size[-1])

    def branch(latents: Tensor, time: Tensor, memory: Memory) -> Tensor:
        seen = latents.to(precision), time, encoded.normals, encoded.positions, places
        return unet(*seen, [memory]).float()

    scheduler = unipc(folder / "scheduler", timestep_spacing="trailing")
    return draw(scheduler, how.steps, start, _guided(branch, led, free, how.guidance), noise, report)


def _reference(paint: Paint, encoded: Encoded, device: torch.device) -> list[Tensor]:
    """What the second U-Net notes of the reference. It leaves the device again and the networks for good."""
    assert paint.unet_dual is not None
    paint.unet_dual.to(device, encoded.reference.dtype)
    features = paint.reference(encoded.reference)
    paint.unet_dual = None
    released(device)
    return features


def _guided(
    branch: Callable[[Tensor, Tensor, Memory], Tensor], led: Memory, free: Memory, guidance: float
) -> Callable[[Tensor, Tensor], Tensor]:
    """Ho & Salimans, "Classifier-Free Diffusion Guidance", 2022.

    One branch after the other: together they would take twice the memory and hardly less time.
    """

    def predict(latents: Tensor, time: Tensor) -> Tensor:
        wanted = branch(latents, time, led)
        if guidance == 1:
            return wanted
        plain = branch(latents, time, free)
        return plain + guidance * (wanted - plain)

    return predict


@torch.no_grad()
def seen_by_dino(checkpoint: Path, pictures: Sequence[Pixels], device: torch.device) -> Tensor:
    """What DINOv2 says of pictures (H, W, 3), in a row: (1, R * 257, C). It leaves the device again."""
    network: Any = load_dinov2(checkpoint)
    network.set_precision(precision_of(device))
    network = network.to(device)
    edge = (DINO_RESIZED - DINO_SIDE) // 2
    shown = _batch(pictures, DINO_RESIZED)[..., edge : edge + DINO_SIDE, edge : edge + DINO_SIDE]
    tokens: Tensor = network.features(shown.to(device))
    del network
    released(device)
    return tokens.flatten(0, 1)[None]


def _encoded(
    folder: Path,
    pictures: Sequence[Pixels],
    scene: Scene,
    how: Drawing,
    device: torch.device,
    noise: torch.Generator,
    report: Report,
) -> Encoded:
    """Latents of the pictures and of the maps, drawn in this order. The autoencoder leaves the device again."""
    vae = Autoencoder(folder / "vae", device)
    reference, normals, positions = (
        vae.encode(
            _batch(images, how.side),
            noise,
            share_of(report, ENCODED * part / 3, ENCODED * (part + 1) / 3, "encoding_maps"),
        )
        for part, images in enumerate((pictures, scene.normals, scene.positions))
    )
    return Encoded(reference, normals[None], positions[None])


def _decoded(folder: Path, latents: Tensor, device: torch.device, report: Report) -> list[Pixels]:
    """The pictures (H, W, 3) in latents (N, 4, h, w)."""
    vae = Autoencoder(folder / "vae", device)
    pictures = vae.decode(latents, share_of(report, PAINTED, 1, "decoding_views"))
    return list((pictures.permute(0, 2, 3, 1) * 255).round().byte().numpy())


def _painting(report: Report) -> Callable[[float], None]:
    return share_of(report, ENCODED, PAINTED, "painting_views")


def _batch(pictures: Sequence[Pixels], side: int) -> Tensor:
    """(N, 3, side, side) in 0..1, on the CPU."""
    resized = [
        np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))
        for picture in pictures
    ]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2).float() / 255
