"""What stands in the reference's examples for something that only the reader has, and what the tests put there."""

from __future__ import annotations

import base64
import io
from typing import Any

from live import LiveServer
from PIL import Image, ImageDraw

MODELS = {
    "trellis_text_xlarge": "builtin_text",
    "trellis_image_large": "builtin_image",
    "hunyuan3d_paint": "test_paint",  # the built-in one bakes 2048 pixels for most of a minute here
    "partfield": "builtin_parts",
    "unirig": "builtin_rig",
}
"""Networks whose weights a test machine does not have, and a model of the same feature that is here."""


def picture(kind: str = "JPEG") -> bytes:
    """A small picture of a red vase."""
    image = Image.new("RGB", (96, 128), "white")
    ImageDraw.Draw(image).ellipse((20, 24, 76, 118), fill=(190, 40, 30))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def data_uri(kind: str = "JPEG") -> str:
    """The same picture as it stands in JSON."""
    return f"data:image/{kind.lower()};base64,{base64.b64encode(picture(kind)).decode()}"


def filled(body: dict[str, Any], mesh_file: str = "") -> dict[str, Any]:
    """The body of an example with a model that is here, real pictures, and ``mesh_file`` for its mesh."""
    given = dict(body)
    given["model_preference"] = MODELS[given["model_preference"]]
    if "images" in given:
        given["images"] = [data_uri() for _ in given["images"]]
    if "mesh_file" in given:
        given["mesh_file"] = mesh_file
    return given


def upload(server: LiveServer, name: str, content: bytes) -> str:
    """The server's path of a file."""
    answer = server.post("/mesh/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["files"][0])
