"""Opens images that somebody sent: known formats only, and never more pixels than agreed."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image as PilImage
from PIL import UnidentifiedImageError

from pocket3d_server.geometry.limits import MAX_ALL_PIXELS, MAX_PIXELS, MAX_SCANS, SCALE_DOWN, BadFileError

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Image

logging.getLogger("PIL").setLevel(logging.INFO)  # it would tell of every chunk of every file

WEB = ("JPEG", "PNG", "WEBP")
"""What the API and glTF take."""
WITH_OBJ = (*WEB, "BMP", "TGA", "TIFF")
"""What materials of OBJ files name. Pillow knows more, but some of it starts programs or is seldom tried."""
TAKE = "Send JPEG, PNG or WebP."
AGAIN = "Save it again as PNG or JPEG."
SEND_AGAIN = "Send it again; it did not arrive whole."


@contextmanager
def opened(
    source: Path | bytes | memoryview, max_pixels: int = MAX_PIXELS, formats: tuple[str, ...] = WEB
) -> Iterator[PilImage.Image]:
    """The image, not yet decoded but known to be of bounded size.

    Raises BadFileError, also for whatever goes wrong while the caller decodes it inside the ``with``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of sizes that our own limit allows, of metadata that nobody reads
            with PilImage.open(
                source if isinstance(source, Path) else io.BytesIO(source), formats=formats
            ) as image:
                _check(image, source, max_pixels)
                yield image
    except (BadFileError, MemoryError):
        raise
    except PilImage.DecompressionBombError as error:  # Pillow looks first, and knows no limit but its own
        most = min(max_pixels, 2 * (PilImage.MAX_IMAGE_PIXELS or max_pixels)) // 1_000_000
        raise BadFileError(f"has more than {most} million pixels", SCALE_DOWN) from error
    except UnidentifiedImageError as error:
        # Pillow's own sentence names a Python object or a path of the server.
        raise BadFileError("is not an image that can be decoded", TAKE) from error
    except Exception as error:  # Pillow raises whatever its parsers hit
        if "truncated" in str(error).lower():
            raise BadFileError("is not an image that can be decoded: it is cut short", SEND_AGAIN) from error
        raise BadFileError("is not an image that can be decoded: it is damaged", AGAIN) from error


def decode(
    source: Path | bytes | memoryview, max_pixels: int = MAX_PIXELS, formats: tuple[str, ...] = WEB
) -> Image:
    """The pixels, uint8 (H, W, 3), or (H, W, 4) where there is transparency. Raises BadFileError."""
    import numpy as np  # only here, so that the inspector can do without

    with opened(source, max_pixels, formats) as image:
        alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        return np.asarray(eight_bit(image).convert("RGBA" if alpha else "RGB"))


def eight_bit(image: PilImage.Image) -> PilImage.Image:
    """The image with 8 bits a channel: converting one of 16 or 32 would clip, not scale."""
    if not image.mode.startswith("I"):
        return image
    import numpy as np

    return PilImage.fromarray((np.asarray(image) >> 8).astype(np.uint8))


class PixelBudget:
    """Decodes the images of one mesh until they are too many."""

    def __init__(self, formats: tuple[str, ...] = WEB) -> None:
        self._formats = formats
        self._left = MAX_ALL_PIXELS

    def decode(self, source: Path | bytes | memoryview) -> Image:
        """As ``decode``. Raises BadFileError, also when all images together are too large."""
        try:
            pixels = decode(source, min(MAX_PIXELS, self._left), self._formats)
        except BadFileError as error:
            if "pixels" in str(error) and self._left < MAX_PIXELS:
                raise BadFileError(
                    f"is too much: all images may have {MAX_ALL_PIXELS // 1_000_000} million pixels together",
                    "Scale the textures down, to 2048 pixels on a side for instance, and export the mesh again.",
                ) from error
            raise
        self._left -= pixels.shape[0] * pixels.shape[1]
        return pixels


def _check(image: PilImage.Image, source: Path | bytes | memoryview, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise BadFileError(
            f"has {width} × {height} pixels; at most {max_pixels // 1_000_000} million are taken", SCALE_DOWN
        )
    if image.format == "JPEG" and image.info.get("progressive"):
        data = source.read_bytes() if isinstance(source, Path) else bytes(source)
        if data.count(b"\xff\xda") > MAX_SCANS:
            raise BadFileError(f"is a JPEG of more than {MAX_SCANS} passes", AGAIN)
