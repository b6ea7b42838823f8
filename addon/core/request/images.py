"""Pictures on their way to the server: what a file is by its first bytes, and pixels made into a file."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import UserError

LARGEST = 2048
"""Pixels along the longer side; more does not make a better mesh, but a longer upload."""
MARGIN = 0.08
"""Of the longer side, around what is cut out."""

ORIENTATION = 0x0112
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers after which a JPEG says its size."""


@dataclass(frozen=True)
class Picture:
    """What the beginning of an image file says."""

    width: int
    height: int
    orientation: int = 1
    """How a JPEG wants to be turned for showing, as in EXIF; 1 is upright."""

    @property
    def too_large(self) -> bool:
        """Whether it is to be made smaller before it is sent."""
        return max(self.width, self.height) > LARGEST

    def fitting(self) -> tuple[int, int]:
        """Width and height that may be sent, of the same shape."""
        scale = min(1.0, LARGEST / max(self.width, self.height))
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


def read_picture(path: str | Path) -> Picture:
    """Look at a PNG, JPEG or WebP. Raises UserError when the file is none of them."""
    try:
        with Path(path).open("rb") as file:
            picture = _read(file)
    except (struct.error, IndexError, ValueError):
        picture = None
    if picture is None or not picture.width or not picture.height:
        raise UserError(f"{Path(path).name} is not a PNG, JPEG or WebP image that can be read")
    return picture


def _read(file: BinaryIO) -> Picture | None:
    head = file.read(30)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture(*struct.unpack(">II", head[16:24]))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    if head.startswith(b"\xff\xd8"):
        file.seek(2)
        return _jpeg(file)
    return None


def _webp(head: bytes) -> Picture | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return Picture(1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return Picture(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return Picture(width & 0x3FFF, height & 0x3FFF)
    return None


def _jpeg(file: BinaryIO) -> Picture | None:
    orientation = 1
    while True:
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF:
            return None
        if kind in JPEG_FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return Picture(width, height, orientation)
        block = file.read(length - 2)
        if kind == 0xE1 and block.startswith(b"Exif\0\0"):
            orientation = _exif_orientation(block[6:])


def _exif_orientation(tiff: bytes) -> int:
    """The orientation that a block of EXIF names; a damaged block names none."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * number)
            if tag == ORIENTATION and 1 <= value <= 8:
                return int(value)
    except (KeyError, struct.error):
        pass
    return 1


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG that lost its EXIF, with its orientation again."""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    block = b"Exif\0\0" + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def shrink(pixels: np.ndarray, largest: int = LARGEST) -> np.ndarray:
    """Pixels (H, W, 4) with neither side longer than ``largest``: means of square blocks, the rest cut off."""
    factor = -(-max(pixels.shape[:2]) // largest)
    if factor <= 1:
        return pixels
    height, width = (max(1, side // factor) for side in pixels.shape[:2])
    rows, columns = min(factor, pixels.shape[0]), min(factor, pixels.shape[1])
    blocks = pixels[: height * rows, : width * columns]
    return blocks.reshape(height, rows, width, columns, -1).mean(axis=(1, 3), dtype=np.float32)


def to_bytes(pixels: np.ndarray, *, linear: bool = False) -> np.ndarray:
    """Numbers from 0 to 1 as bytes; ``linear`` light is made into what screens show."""
    values = np.nan_to_num(np.clip(pixels, 0, 1))
    if linear:
        colour = values[..., :3]
        curved = 1.055 * np.power(np.maximum(colour, 0.0031308), 1 / 2.4) - 0.055
        values = np.concatenate(
            [np.where(colour <= 0.0031308, colour * 12.92, curved), values[..., 3:]], axis=-1
        )
    return (values * 255 + 0.5).astype(np.uint8)


def content_window(alpha: np.ndarray) -> tuple[float, float, float, float]:
    """Where something is in a picture (H, W), first row on top: left, low, right, high as shares, with a margin.

    All of it where nothing is transparent, or nothing is there.
    """
    covered = alpha > 8
    if not covered.any():
        return 0.0, 0.0, 1.0, 1.0
    height, width = covered.shape
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    left, right = columns[0] / width, (columns[-1] + 1) / width
    low, high = 1 - (rows[-1] + 1) / height, 1 - rows[0] / height
    margin = 0.05 * max(right - left, high - low) + 1 / min(width, height)
    return (
        float(max(0.0, left - margin)),
        float(max(0.0, low - margin)),
        float(min(1.0, right + margin)),
        float(min(1.0, high + margin)),
    )


def straight(pixels: np.ndarray) -> np.ndarray:
    """Bytes (H, W, 4) whose colours were multiplied by their alpha, without that; edges are not dark then."""
    alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    colour = np.minimum(pixels[..., :3].astype(np.uint16) * 255 // alpha, 255)
    return np.concatenate([colour.astype(np.uint8), pixels[..., 3:]], axis=-1)


def crop_to_content(pixels: np.ndarray) -> np.ndarray:
    """What is not transparent, with a margin, in a transparent square; without transparency all of it."""
    covered = pixels[..., 3] > 8
    if covered.all() or not covered.any():
        return pixels
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = part.shape[:2]
    side = round(max(height, width) * (1 + 2 * MARGIN))
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = part
    return square


def write_png(pixels: np.ndarray, path: str | Path) -> None:
    """Write bytes (H, W, 4), first row on top, as a PNG."""
    height, width = pixels.shape[:2]
    lines = np.zeros((height, 1 + width * 4), np.uint8)  # before each line, the filter: none
    lines[:, 1:] = pixels.reshape(height, -1)
    with Path(path).open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
            (b"IDAT", zlib.compress(lines.tobytes(), 3)),
            (b"IEND", b""),
        ):
            file.write(struct.pack(">I", len(data)) + kind + data)
            file.write(struct.pack(">I", zlib.crc32(kind + data)))
