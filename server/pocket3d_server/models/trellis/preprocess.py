"""Pictures as the image models of TRELLIS were trained on them: the object alone on black, filling a square."""

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

SIDE = 518
"""Pixels of a side: 37 patches of 14."""
MARGIN = 1.2
"""Side of the square to the longer side of the object."""
SOLID = 0.8
"""Alpha above which a pixel belongs to the object when it is measured."""


@dataclass(frozen=True)
class Prepared:
    """A picture that is ready for the network."""

    pixels: NDArray[np.uint8]
    """(518, 518, 3) sRGB, black where there is no object."""
    confidence: float
    """How far the silhouette is trusted, 0..1."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who sent it."""


def prepare_all(paths: Sequence[Path]) -> list[Prepared]:
    """Each picture, in its place. Raises EngineError like `prepare`, and for files that are no pictures."""
    return [prepare(read_picture(path)) for path in paths]


def prepare(picture: Array) -> Prepared:
    """A picture (H, W, 4), sRGB and alpha in 0..1.

    Alpha that shows an outline is taken as it is; else the object is cut out. Raises EngineError when no object can be
    told from the background.
    """
    if has_outline(picture[..., 3]):
        return Prepared(_framed(picture), 1.0)
    found = cut_out(picture)
    return Prepared(_framed(np.dstack([found.rgb, found.alpha])), found.confidence, found.notes)


def _framed(picture: Array) -> NDArray[np.uint8]:
    """The square around the object at the network's size, colours multiplied with alpha; rounded down, as trained."""
    image = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    rows, columns = np.nonzero(np.asarray(image)[..., 3] > round(SOLID * 255))
    if not len(rows):
        raise EngineError(
            "nothing in the picture is solid enough to be its object",
            code="INVALID_INPUT",
            suggestion="Send a picture whose object is opaque, before a plain or transparent background.",
        )
    left, top, right, bottom = columns.min(), rows.min(), columns.max(), rows.max()
    half = max(int(max(right - left, bottom - top) * MARGIN) // 2, 1)
    x, y = (left + right) / 2, (top + bottom) / 2
    box = (round(x - half), round(y - half), round(x + half), round(y + half))
    # Beyond the picture's border everything is transparent.
    square = image.crop(box).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    values = np.asarray(square, np.float32) / 255
    return (values[..., :3] * values[..., 3:] * 255).astype(np.uint8)
