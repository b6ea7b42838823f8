"""A picture of one object as a network was trained to see it: the object told apart, then framed in the network's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.cutout import cut_out, has_outline
from pocket3d_server.models.pictures.picture import Array

Pixels = NDArray[np.uint8]
Frame = Callable[[Image.Image, tuple[int, int, int, int]], Pixels]
"""From a picture with alpha and the box around its object (left, top, right, bottom; the last two beyond it)."""


@dataclass(frozen=True)
class Framed:
    """A picture that is ready for a network."""

    pixels: Pixels
    """(side, side, 3 or 4) sRGB."""
    confidence: float
    """How far the silhouette is trusted, 0..1."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who sent it."""


def framed(picture: Array, faint: int, frame: Frame) -> Framed:
    """Frame a picture (H, W, 4), sRGB and alpha in 0..1, around what has more alpha (of 255) than ``faint``.

    Alpha that shows an outline is taken as it is; else the object is cut out. Raises EngineError when no object can be
    told from the background, or nothing of it is solid enough.
    """
    confidence = 1.0
    notes: tuple[str, ...] = ()
    if not has_outline(picture[..., 3]):
        found = cut_out(picture)
        picture = np.dstack([found.rgb, found.alpha])
        confidence, notes = found.confidence, found.notes
    image = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    rows, columns = np.nonzero(np.asarray(image)[..., 3] > faint)
    if not len(rows):
        raise EngineError(
            "nothing in the picture is solid enough to be its object",
            code="INVALID_INPUT",
            suggestion="Send a picture whose object is opaque, before a plain or transparent background.",
        )
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return Framed(frame(image, box), confidence, notes)
