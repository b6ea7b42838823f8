"""Pictures and prompts as the tokens that lead the flows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from pocket3d_server.models.neural.clip_text import load_clip_text
from pocket3d_server.models.neural.clip_tokenizer import ClipTokenizer
from pocket3d_server.models.neural.dinov2 import load_dinov2
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.pictures.framing import Framed
from pocket3d_server.models.trellis.pipeline import Conditions


@torch.no_grad()
def of_pictures(
    pictures: Sequence[Framed], encoder: Path, device: torch.device, heads: int | None = None
) -> Conditions:
    """What pictures show. ``encoder`` is DINOv2's checkpoint, which leaves the device again."""
    network = load_dinov2(encoder, heads)
    network.set_precision(precision_of(device))
    network = network.to(device)
    pixels = torch.from_numpy(np.stack([picture.pixels for picture in pictures])).to(device)
    tokens = network(pixels.permute(0, 3, 1, 2).float() / 255)
    return Conditions(list(tokens.split(1)), torch.zeros_like(tokens[:1, :1]))


@torch.no_grad()
def of_prompt(prompt: str, encoder: Path, device: torch.device, heads: int | None = None) -> Conditions:
    """What a prompt says. ``encoder`` is the folder of CLIP's files, which leaves the device again."""
    tokenizer = ClipTokenizer(encoder)
    network = load_clip_text(encoder / "model.safetensors", heads).to(device)
    tokens = network(torch.tensor([tokenizer(prompt), tokenizer("")], device=device))
    return Conditions([tokens[:1]], tokens[1:])
