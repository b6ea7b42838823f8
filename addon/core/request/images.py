"""Pixels out of Blender made into a file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from ..later import np

LARGEST = 2048
"""Pixels along the longer side; more does not make a better mesh, but a longer upload."""
MARGIN = 0.08
"""Of the longer side, around what is cut out."""


def write(pixels: np.ndarray, path: str | Path, *, linear: bool = False) -> None:
    """Write pixels as a PNG that may be sent.

    They are bytes (H, W, 4), of which what is not transparent is cut out, or numbers from 0 to 1 (H, W, 1 to 4).
    """
    if pixels.dtype == np.uint8:
        write_png(crop_to_content(straight(pixels)), path)
    else:
        write_png(to_bytes(with_alpha(shrink(pixels)), linear=linear), path)


def with_alpha(pixels: np.ndarray) -> np.ndarray:
    """Grey, grey and alpha, or colours (H, W, 1 to 4) as colours and alpha (H, W, 4)."""
    if pixels.shape[-1] < 3:
        pixels = np.concatenate([pixels[..., :1]] * 3 + [pixels[..., 1:]], axis=-1)
    if pixels.shape[-1] == 3:
        pixels = np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=-1)
    return pixels


def shrink(pixels: np.ndarray, largest: int = LARGEST) -> np.ndarray:
    """Pixels (H, W, C) with neither side longer than ``largest``: means of square blocks, the rest cut off."""
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
