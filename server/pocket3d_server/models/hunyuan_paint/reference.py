"""The picture that leads the painting: the object alone, in the middle of a square."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pocket3d_server.models.pictures.framing import Framed, Pixels, framed
from pocket3d_server.models.pictures.picture import Array

SIDE = 512
"""Pixels of a side."""
BORDER = 0.2
"""Free space on each side, in the object's own width and height."""
FAINT = 4
"""Alpha up to which a pixel is nothing when the object is measured: dust that no eye sees."""


def prepare(picture: Array) -> Framed:
    """A picture (H, W, 4), sRGB and alpha in 0..1, as (512, 512, 4). Raises EngineError like `framed`."""
    return framed(picture, FAINT, _centred)


def on_white(pixels: Pixels) -> Pixels:
    """(H, W, 4) -> (H, W, 3) before a white background."""
    values = pixels.astype(np.float32)
    alpha = values[..., 3:] / 255
    return np.rint(values[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _centred(image: Image.Image, box: tuple[int, int, int, int]) -> Pixels:
    """The object in the middle of a square, with room around it, at the networks' size."""
    thing = image.crop(box)
    side = max(length + 2 * int(length * BORDER) for length in thing.size)
    square = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    square.paste(thing, ((side - thing.width) // 2, (side - thing.height) // 2))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
