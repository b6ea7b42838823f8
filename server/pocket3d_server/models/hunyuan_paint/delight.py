"""Takes light and shadow out of a picture, so that what is painted is the surface and not how it was lit.

A network in the manner of Brooks et al., "InstructPix2Pix", 2023: it draws the picture anew, with the lit one beside its
own latent. It was released to be led by an empty prompt and to run without guidance: one pass a step.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from pocket3d_server.models.hunyuan_paint.diffusion import (
    Autoencoder,
    Scheduler,
    described,
    draw,
    euler_ancestral,
    open_unet,
    released,
    weights_in,
)
from pocket3d_server.models.neural.clip_text import load_clip_text
from pocket3d_server.models.neural.clip_tokenizer import ClipTokenizer
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.pictures.framing import Pixels

STEPS = 50
SEED = 42
"""The released one: the same picture always loses its light in the same way."""
Colours = NDArray[np.float64]
PULL = 0.95
"""How far the means count when colours are matched."""


@torch.no_grad()
def delighted(
    pictures: list[Pixels],
    folder: Path,
    device: torch.device,
    steps: int = STEPS,
    report: Callable[[float], None] = lambda share: None,
) -> list[Pixels]:
    """Pictures (H, W, 4), sRGB and alpha, as evenly lit ones (H, W, 3) on white; H and W are multiples of 64.

    ``folder`` is the release's, with unet, vae, text_encoder, tokenizer and scheduler. Its networks come in turn and
    leave again. ``report`` is told the share that is done. Raises EngineError.
    """
    eroded = [_eroded(picture) for picture in pictures]
    words = empty_prompt(folder).to(device)
    vae = Autoencoder(folder / "vae", device)
    lit = [vae.likeliest(_tensor(picture[..., :3])) for picture in eroded]
    del vae
    released(device)
    unet = open_unet(folder / "unet").to(device, precision_of(device))
    drawn = []
    for number, condition in enumerate(lit):

        def told(share: float, before: int = number) -> None:
            report((before + share) / len(lit))

        scheduler = euler_ancestral(folder / "scheduler")
        drawn.append(_drawn(unet, scheduler, words, condition, steps, told))
    del unet
    released(device)
    vae = Autoencoder(folder / "vae", device)
    return [_finished(vae.decode(latent)[0], picture) for latent, picture in zip(drawn, eroded)]


def empty_prompt(folder: Path) -> Tensor:
    """What the text encoder says of no words, (1, 77, C) float32. Raises EngineError."""
    tokenizer = ClipTokenizer(folder / "tokenizer")
    encoder = folder / "text_encoder"
    config = described(encoder / "config.json")
    network = load_clip_text(
        weights_in(encoder, "model"),
        config.get("num_attention_heads"),
        str(config.get("hidden_act", "quick_gelu")),
    )
    said: Tensor = network(torch.tensor([tokenizer("")]))
    return said


def _drawn(
    unet: torch.nn.Module,
    scheduler: Scheduler,
    words: Tensor,
    condition: Tensor,
    steps: int,
    report: Callable[[float], None],
) -> Tensor:
    """A latent (1, 4, h, w) beside ``condition`` of the same size, from the CPU's random numbers."""
    noise = torch.Generator().manual_seed(SEED)
    precision = next(unet.parameters()).dtype
    words, condition = words.to(precision), condition.to(precision)

    def predict(latent: Tensor, time: Tensor) -> Tensor:
        said: Tensor = unet(torch.cat([latent.to(precision), condition], dim=1), time, words).sample
        return said

    start = torch.randn(condition.shape, generator=noise).to(condition.device)
    return draw(scheduler, steps, start, predict, noise, report)


def _eroded(picture: Pixels) -> Pixels:
    """The outline drawn in by a pixel, for what lies on it is half background; white where nothing is left."""
    alpha = np.asarray(Image.fromarray(picture[..., 3]).filter(ImageFilter.MinFilter(3)))
    colours = np.where(alpha[..., None] > 0, picture[..., :3], np.uint8(255))
    return np.dstack([colours, alpha])


def _tensor(pixels: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].float() / 255


def _finished(drawn: Tensor, picture: Pixels) -> Pixels:
    """``drawn`` (3, H, W) in 0..1 in the colours of ``picture`` (H, W, 4), on white."""
    alpha = picture[..., 3:].astype(np.float64) / 255
    meant = picture[..., :3].astype(np.float64) / 255
    colours = recoloured(drawn.permute(1, 2, 0).double().numpy(), meant, alpha[..., 0] > 0.5)
    return ((colours * alpha + (1 - alpha)) * 255).astype(np.uint8)


def recoloured(drawn: Colours, meant: Colours, where: NDArray[np.bool_]) -> Colours:
    """``drawn`` (H, W, 3) with the mean and spread of each channel of ``meant``, measured ``where`` (H, W).

    Only if that brings it nearer to ``meant``: a network that drew the right colours is not corrected. Values are sRGB
    in 0..1.
    """
    if where.sum() < 2:
        return drawn
    source, target = drawn[where], meant[where]
    spread = target.std(axis=0, ddof=1) / np.maximum(source.std(axis=0, ddof=1), 1e-6)
    moved = (drawn - PULL * source.mean(axis=0)) * spread + PULL * target.mean(axis=0)
    corrected = np.clip(moved, 0, 1)
    nearer = np.square(corrected - meant).mean() <= np.square(drawn - meant).mean()
    return corrected if nearer else drawn
