"""The picture that leads the painting: the object alone, in the middle of a square."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.cutout import cut_out, has_outline
from pocket3d_server.models.pictures.picture import Array, read_picture

SIDE = 512
"""Pixels of a side."""
BORDER = 0.2
"""Free space on each side, in the object's own width and height."""
FAINT = 4
"""Alpha up to which a pixel is nothing when the object is measured: dust that no eye sees."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Reference:
    """A picture that is ready for the networks."""

    pixels: Pixels
    """(512, 512, 4) sRGB and alpha."""
    confidence: float
    """How far the silhouette is trusted, 0..1."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who sent it."""


def prepare_all(paths: Sequence[Path]) -> list[Reference]:
    """Each picture, in its place. Raises EngineError like `prepare`, and for files that are no pictures."""
    return [prepare(read_picture(path)) for path in paths]


def prepare(picture: Array) -> Reference:
    """A picture (H, W, 4), sRGB and alpha in 0..1.

    Alpha that shows an outline is taken as it is; else the object is cut out. Raises EngineError when no object can be
    told from the background.
    """
    if has_outline(picture[..., 3]):
        return Reference(_centred(picture), 1.0)
    found = cut_out(picture)
    return Reference(_centred(np.dstack([found.rgb, found.alpha])), found.confidence, found.notes)


def on_white(pixels: Pixels) -> Pixels:
    """(H, W, 4) -> (H, W, 3) before a white background."""
    values = pixels.astype(np.float32)
    alpha = values[..., 3:] / 255
    return np.rint(values[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _centred(picture: Array) -> Pixels:
    """The object in the middle of a square, with room around it, at the networks' size."""
    image = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    rows, columns = np.nonzero(np.asarray(image)[..., 3] > FAINT)
    if not len(rows):
        raise EngineError(
            "the picture is transparent everywhere",
            code="INVALID_INPUT",
            suggestion="Send a picture whose object is opaque, before a plain or transparent background.",
        )
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    thing = image.crop(box)
    side = max(length + 2 * int(length * BORDER) for length in thing.size)
    square = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    square.paste(thing, ((side - thing.width) // 2, (side - thing.height) // 2))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
