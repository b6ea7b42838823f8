"""What the writers of all formats share: checks of what is written, and images and extras as bytes and JSON."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as PilImage

from pocket3d_server.geometry.asset import Image, Primitive

JPEG_QUALITY = 92


def encode_image(image: Image) -> tuple[bytes, str]:
    """Compressed bytes and media type: JPEG for opaque images, PNG where alpha matters."""
    pixels = np.ascontiguousarray(image, np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and bool((pixels[..., 3] == 255).all()):
        pixels = np.ascontiguousarray(pixels[..., :3])
    out = io.BytesIO()
    picture = PilImage.fromarray(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        picture.save(out, "PNG", compress_level=4)
        return out.getvalue(), "image/png"
    # Full chroma resolution: halved chroma bleeds over the gutters and spoils normal maps.
    picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue(), "image/jpeg"


def check_primitive(primitive: Primitive, joints: int) -> None:
    """Raise ValueError unless the primitive can be written."""
    count = len(primitive.vertices)
    if not count or not len(primitive.faces):
        raise ValueError("a primitive has no vertices or no faces")
    if not np.isfinite(primitive.vertices).all():
        raise ValueError("a vertex position is not a finite number")
    if primitive.faces.min() < 0 or primitive.faces.max() >= count:
        raise ValueError("a face refers to a vertex that does not exist")
    for name, values, width in (
        ("uv", primitive.uv, 2),
        ("normals", primitive.normals, 3),
        ("colors", primitive.colors, 4),
        ("weights", primitive.weights, joints),
    ):
        if values is None:
            continue
        if values.shape != (count, width):
            raise ValueError(f"{name} has shape {values.shape}, expected {(count, width)}")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds a value that is not a finite number")


def plain_json(value: object) -> object:
    """JSON form of numpy values in extras."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"extras hold a {type(value).__name__}, which is not JSON")
