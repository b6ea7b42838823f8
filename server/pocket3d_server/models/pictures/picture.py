"""Reads pictures from disk into float arrays."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageOps

from pocket3d_server.geometry.images import eight_bit, opened
from pocket3d_server.geometry.limits import BadFileError
from pocket3d_server.models.engine import EngineError

Array = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

SMALLEST_SIDE = 16
LARGEST_SIDE = 2048
"""Pictures are reduced to this many pixels: more than the largest texture shows of one side."""


def read_picture(path: Path, largest: int = LARGEST_SIDE) -> Array:
    """The picture as (H, W, 4) float32 sRGB + alpha in 0..1, upright and at most ``largest`` pixels on a side.

    Raises EngineError when the file is missing, is no picture, or is too small to show anything.
    """
    try:
        # Its size was agreed to when it came in; the server's operator may allow more than is usual.
        with opened(Path(path), max_pixels=sys.maxsize) as image:
            image.seek(0)
            # A huge JPEG is decoded at a fraction of its size.
            image.draft("RGB", (2 * largest, 2 * largest))
            picture = eight_bit(_upright(image)).convert("RGBA")
    except BadFileError as error:
        raise EngineError(
            f"{Path(path).name} {error}", code="INVALID_INPUT", suggestion=error.suggestion
        ) from error
    if min(picture.size) < SMALLEST_SIDE:
        raise EngineError(
            f"{Path(path).name} is only {picture.width} x {picture.height} pixels",
            code="INVALID_INPUT",
            suggestion=f"Send a picture of at least {SMALLEST_SIDE} pixels on each side, better 256 or more.",
        )
    if max(picture.size) > largest:
        picture.thumbnail((largest, largest), PilImage.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(picture, np.float32) / 255


def read_masked(path: Path, mask: Path | None, largest: int = LARGEST_SIDE) -> Array:
    """A picture as `read_picture` gives it, its alpha taken from the brightness of ``mask`` where there is one.

    A mask of another size is stretched onto the picture; one with transparency counts by its alpha. Raises
    EngineError like `read_picture`, and when the mask marks nothing.
    """
    picture = read_picture(path, largest)
    if mask is None:
        return picture
    given = read_picture(mask, largest)
    alpha = given[..., 3]
    if float(alpha.min()) > 0.9:
        alpha = given[..., :3].mean(axis=-1)
    alpha = np.clip(resize(alpha, *picture.shape[:2]), 0, 1)
    if float((alpha > 0.5).mean()) < 0.001:
        raise EngineError(
            f"the mask {Path(mask).name} marks nothing",
            code="INVALID_INPUT",
            suggestion="Send a mask that is white where the object is and black elsewhere.",
        )
    picture[..., 3] = alpha
    return picture


def _upright(image: PilImage.Image) -> PilImage.Image:
    """Turned as its EXIF says; as it is, where that is damaged."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Pillow raises whatever its parser hits
        return image


def resize(values: Array, height: int, width: int) -> Array:
    """Lanczos resampling of (H, W) or (H, W, C) floats; does not clip the overshoot. Returns float32."""
    if values.shape[:2] == (height, width):
        return values.astype(np.float32)
    planes = values[..., None] if values.ndim == 2 else values
    out = [
        np.asarray(
            PilImage.fromarray(np.ascontiguousarray(planes[..., c], np.float32)).resize(
                (width, height), PilImage.Resampling.LANCZOS
            )
        )
        for c in range(planes.shape[2])
    ]
    return out[0] if values.ndim == 2 else np.stack(out, axis=-1)
