"""Pictures as the image models of TRELLIS were trained on them: the object alone on black, filling a square."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pocket3d_server.models.pictures.framing import Framed, Pixels, framed
from pocket3d_server.models.pictures.picture import Array

SIDE = 518
"""Pixels of a side: 37 patches of 14."""
MARGIN = 1.2
"""Side of the square to the longer side of the object."""
SOLID = 204
"""Alpha above which a pixel belongs to the object when it is measured: four fifths."""


def prepare(picture: Array) -> Framed:
    """A picture (H, W, 4), sRGB and alpha in 0..1, as (518, 518, 3), black where there is no object.

    Raises EngineError like `framed`.
    """
    return framed(picture, SOLID, _on_black)


def _on_black(image: Image.Image, box: tuple[int, int, int, int]) -> Pixels:
    """The square around the object at the network's size, colours multiplied with alpha; rounded down, as trained."""
    left, top, right, bottom = box[0], box[1], box[2] - 1, box[3] - 1
    half = max(int(max(right - left, bottom - top) * MARGIN) // 2, 1)
    x, y = (left + right) / 2, (top + bottom) / 2
    # Beyond the picture's border everything is transparent.
    square = image.crop((round(x - half), round(y - half), round(x + half), round(y + half)))
    values = np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float32) / 255
    return (values[..., :3] * values[..., 3:] * 255).astype(np.uint8)
