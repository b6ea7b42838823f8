"""Parts of a release in the layout of Stable Diffusion: folders with a description and weights.

The networks are diffusers' own classes, made from the description and filled by our own reader of checkpoints: nothing
comes from the network, nothing is unpickled but tensors, and no class is named by a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import torch
from diffusers import (
    AutoencoderKL,
    EulerAncestralDiscreteScheduler,
    UNet2DConditionModel,
    UniPCMultistepScheduler,
)
from diffusers.utils import logging
from torch import Tensor, nn

from pocket3d_server.models.neural.checkpoints import read_tensors, unusable, with_weights
from pocket3d_server.models.neural.precision import precision_of

WEIGHTS = "diffusion_pytorch_model"
"""Name of the file without its ending, as diffusers has it."""

# It warns of what only its own way of loading asks for.
logging.set_verbosity_error()

Report = Callable[[float, str], None]
"""The share that is done, 0..1, and the stage."""
Scheduler: TypeAlias = Any
"""One of diffusers' schedulers; it counts its steps, so each drawing needs one of its own."""


class Autoencoder:
    """Stable Diffusion's autoencoder, which makes latents of pictures and pictures of latents.

    Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", 2022. Pictures go through one by one:
    a batch would only take more memory.
    """

    def __init__(self, folder: Path, device: torch.device) -> None:
        """``folder`` holds its ``config.json`` and weights. Raises EngineError."""
        self.network = _opened(AutoencoderKL, folder).to(device, precision_of(device))
        self.device = device
        self.scale = float(self.network.config.scaling_factor)
        self.shrink = 2 ** (len(self.network.config.block_out_channels) - 1)
        """Pixels along the side of a latent's cell."""

    def encode(
        self, pictures: Tensor, noise: torch.Generator, report: Callable[[float], None] = lambda share: None
    ) -> Tensor:
        """Latents (N, 4, H/8, W/8) of pictures (N, 3, H, W) in 0..1, drawn from what the encoder says of each.

        ``noise`` is the CPU's; the numbers of all pictures are drawn at once, before any of them is looked at.
        ``report`` is told the share that is done before each.
        """
        channels = self.network.config.latent_channels
        size = (len(pictures), channels, *(side // self.shrink for side in pictures.shape[2:]))
        drawn = torch.randn(size, generator=noise)
        latents = []
        for number, (picture, own) in enumerate(zip(pictures, drawn)):
            report(number / len(pictures))
            said = self._said(picture)
            latents.append(said.mean + said.std * own.to(said.mean))
        return torch.cat(latents).float() * self.scale

    def likeliest(self, pictures: Tensor) -> Tensor:
        """The same without drawing, and not scaled: the form in which a picture is a network's condition."""
        return torch.cat([self._said(picture).mode() for picture in pictures]).float()

    def decode(self, latents: Tensor, report: Callable[[float], None] = lambda share: None) -> Tensor:
        """Pictures (N, 3, H, W) in 0..1, on the CPU, of latents (N, 4, H/8, W/8); ``report`` as in `encode`."""
        pictures = []
        for number, latent in enumerate(latents):
            report(number / len(latents))
            own = (latent[None] / self.scale).to(self.device, self.network.dtype)
            pictures.append(self.network.decode(own).sample.float().cpu())
        return (torch.cat(pictures) / 2 + 0.5).clamp(0, 1)

    def _said(self, picture: Tensor) -> Any:
        return self.network.encode((picture[None] * 2 - 1).to(self.device, self.network.dtype)).latent_dist


def open_unet(folder: Path) -> UNet2DConditionModel:
    """A plain U-Net, on the CPU, its weights as they are stored. Raises EngineError."""
    return _opened(UNet2DConditionModel, folder)


def described(path: Path) -> dict[str, Any]:
    """What a JSON file says, an object. Raises EngineError."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise unusable(path, "it is not there") from error
    except (OSError, ValueError) as error:
        raise unusable(path, f"it is no JSON ({error})") from error
    if not isinstance(held, dict):
        raise unusable(path, "it holds no object")
    return held


def euler_ancestral(folder: Path, **changed: Any) -> EulerAncestralDiscreteScheduler:
    """Euler's method with fresh noise in every step (Karras et al. 2022), with the release's own noise levels."""
    return _scheduler(EulerAncestralDiscreteScheduler, folder, changed)


def unipc(folder: Path, **changed: Any) -> UniPCMultistepScheduler:
    """The predictor and corrector of Zhao et al., "UniPC", 2023, with the release's own noise levels."""
    return _scheduler(UniPCMultistepScheduler, folder, changed)


def draw(
    scheduler: Scheduler,
    steps: int,
    start: Tensor,
    predict: Callable[[Tensor, Tensor], Tensor],
    noise: torch.Generator,
    report: Callable[[float], None],
) -> Tensor:
    """Latents of any shape, in float32, from standard normal numbers ``start`` of that shape.

    ``predict`` says what a network sees in latents (scaled as it knows them) at a time, a tensor without axes.
    ``noise`` is the CPU's, for schedulers that add some in every step. ``report`` is told the share that is done before
    each step.
    """
    scheduler.set_timesteps(steps)
    latents = start * scheduler.init_noise_sigma
    fresh = {"generator": noise} if isinstance(scheduler, EulerAncestralDiscreteScheduler) else {}
    for done, time in enumerate(scheduler.timesteps):
        report(done / steps)
        said = predict(scheduler.scale_model_input(latents, time), time.to(latents.device)).float()
        latents = scheduler.step(said, time, latents, **fresh).prev_sample
    return latents


def share_of(report: Report, start: float, end: float, stage: str) -> Callable[[float], None]:
    """Tells of a part of the work, 0..1, as of a part of the whole."""
    return lambda done: report(start + (end - start) * done, stage)


def released(device: torch.device) -> None:
    """Give back what a GPU's allocator keeps of networks that have left."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _scheduler(kind: Any, folder: Path, changed: dict[str, Any]) -> Any:
    path = folder / "scheduler_config.json"
    config = described(path)
    try:
        return kind.from_config(config, **changed)
    except Exception as error:  # whatever a nonsensical setting runs into
        raise unusable(path, f"it describes no scheduler ({error})") from error


def _opened(kind: Any, folder: Path) -> Any:
    path = folder / "config.json"
    config = described(path)
    try:
        with torch.device("meta"):
            network: nn.Module = kind.from_config(config)
    except Exception as error:  # whatever a nonsensical size runs into
        raise unusable(path, f"it makes no {kind.__name__}: {error}") from error
    weights = weights_in(folder, WEIGHTS)
    return with_weights(network, read_tensors(weights), weights)


def weights_in(folder: Path, name: str) -> Path:
    """The file of weights ``name`` without its ending: safetensors where there is such a file, else PyTorch's."""
    safe = folder / f"{name}.safetensors"
    pickled = folder / f"{name}.bin"
    return pickled if pickled.exists() and not safe.exists() else safe
