"""Good files of every kind, small, made by our own writers and by other people's."""

from __future__ import annotations

import io
import json
import struct
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image as PilImage
from PIL import PngImagePlugin
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.fbx.write import write_fbx
from pocket3d_server.geometry.gltf_write import glb_bytes
from pocket3d_server.geometry.obj_write import write_obj_zip

QUADS = b"""mtllib scene.mtl
o box
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
v 0 0 1 0.5 0.5 0.5
vt 0 0
vt 1 0
vt 1 1
vn 0 0 1
usemtl red
f 1/1/1 2/2/1 3/3/1 4/1/1
g lid
f -5 -4 -1
f 1//1 2//1 5//1
"""
MIXED_PLY = b"""ply
format ascii 1.0
comment made by hand
element vertex 5
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face 2
property list uchar int vertex_indices
end_header
0 0 0 255 0 0
1 0 0 0 255 0
1 1 0 0 0 255
0 1 0 255 255 0
0 0 1 9 9 9
4 0 1 2 3
3 0 1 4
"""


@cache
def files(suffix: str) -> tuple[bytes, ...]:
    """Some good files of a kind: ``.glb``, ``.obj``, ``.fbx``, ``.zip``, ``.ply``, ``.stl`` or ``image``."""
    return tuple(make() for make in MAKERS[suffix])


def asset(bones: int = 0) -> Asset:
    """Two parts with a texture, plain glass, and perhaps a skeleton."""
    rng = np.random.default_rng(bones)
    image = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
    painted = Material("painted", (0.5, 0.6, 0.7, 1.0), metallic=0.2, base_color_image=image)
    glass = Material("glass", (0.1, 0.2, 0.3, 0.25), alpha_mode="BLEND", emissive=(0.1, 0, 0))
    ball = trimesh.creation.icosphere(1)
    skeleton = weights = None
    if bones:
        heads = np.cumsum(np.full((bones, 3), 0.2), axis=0)
        parents = [(i - 1) // 2 for i in range(bones)]
        skeleton = Skeleton([f"bone.{i}" for i in range(bones)], parents, heads, heads + [0, 0.3, 0])
        weights = np.full((len(ball.vertices), bones), 1 / bones)

    def primitive(material: Material, faces: int, colors: bool) -> Primitive:
        uv = rng.random((len(ball.vertices), 2))
        paint = rng.random((len(ball.vertices), 4)).astype(np.float32) if colors else None
        return Primitive(
            ball.vertices, ball.faces[:faces], material, uv, ball.vertex_normals, weights, colors=paint
        )

    body = Part("body", [primitive(painted, 30, False), primitive(glass, 11, True)], label="The body")
    return Asset(
        [body, Part("wheel", [primitive(painted, 21, False)])], skeleton, extras={"source": "template"}
    )


def plain_document() -> tuple[dict[str, object], bytes]:
    """A glTF with what our writer does not use: strips, strides, sparse and quantised accessors, a data URI."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    strided = np.zeros((4, 5), np.float32)
    strided[:, :3] = positions
    quantised = (positions * 32767).astype(np.int16)
    quantised = np.column_stack([quantised, np.zeros(4, np.int16)])
    chunk = strided.tobytes() + quantised.tobytes() + np.array([0, 1, 2, 3], np.uint16).tobytes()
    chunk += np.array([3], np.uint16).tobytes() + b"\0\0" + np.array([[1, 1, 1]], np.float32).tobytes()
    document: dict[str, object] = {
        "asset": {"version": "2.0", "extras": {"pocket3d": {"source": "template"}}},
        "scene": 0,
        "scenes": [{"nodes": [0, 2]}],
        "nodes": [
            {"mesh": 0, "name": "strip", "children": [1], "translation": [1, 2, 3]},
            {"mesh": 1, "rotation": [0, 0, 0.7071, 0.7071], "scale": [2, 2, 2], "extras": {"label": "Fan"}},
            {"mesh": 0, "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1]},
        ],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 0}, "indices": 2, "mode": 5, "material": 0}]},
            {
                "primitives": [
                    {"attributes": {"POSITION": 1}, "mode": 6},
                    {"attributes": {"POSITION": 3}, "mode": 6},
                ]
            },
        ],
        "materials": [
            {
                "name": "m",
                "pbrMetallicRoughness": {
                    "baseColorFactor": [1, 0, 0, 1],
                    "baseColorTexture": {
                        "index": 0,
                        "extensions": {
                            "KHR_texture_transform": {"scale": [2, 2], "offset": [0, 1], "rotation": 1}
                        },
                    },
                },
                "emissiveFactor": [1, 1, 1],
                "extensions": {"KHR_materials_emissive_strength": {"emissiveStrength": 5}},
                "alphaMode": "BLEND",
            }
        ],
        "textures": [{"source": 0}],
        "images": [
            {
                "uri": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            }
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5122, "count": 4, "type": "VEC3", "normalized": True},
            {"bufferView": 2, "componentType": 5123, "count": 4, "type": "SCALAR"},
            {
                "componentType": 5126,
                "count": 4,
                "type": "VEC3",
                "bufferView": 0,
                "sparse": {
                    "count": 1,
                    "indices": {"bufferView": 3, "componentType": 5123},
                    "values": {"bufferView": 4},
                },
            },
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 80, "byteStride": 20},
            {"buffer": 0, "byteOffset": 80, "byteLength": 32, "byteStride": 8},
            {"buffer": 0, "byteOffset": 112, "byteLength": 8},
            {"buffer": 0, "byteOffset": 120, "byteLength": 2},
            {"buffer": 0, "byteOffset": 124, "byteLength": 12},
        ],
        "buffers": [{"byteLength": len(chunk)}],
    }
    return document, chunk


def glb(document: object, chunk: bytes, text: bytes | None = None) -> bytes:
    """A GLB around any JSON."""
    text = json.dumps(document).encode() if text is None else text
    text += b" " * (-len(text) % 4)
    chunk += b"\0" * (-len(chunk) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(chunk))
    return b"".join(
        [
            head,
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(chunk), b"BIN\0"),
            chunk,
        ]
    )


def split(data: bytes) -> tuple[dict[str, object], bytes]:
    """JSON and binary chunk of a good GLB."""
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def _zip() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_obj_zip(asset(), Path(folder) / "a.zip")
        return (Path(folder) / "a.zip").read_bytes()


def _fbx(made: Asset) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_fbx(made, Path(folder) / "a.fbx")
        return (Path(folder) / "a.fbx").read_bytes()


def _exported(kind: str, **options: object) -> Callable[[], bytes]:
    def make() -> bytes:
        made = trimesh.creation.box().export(file_type=kind, **options)
        return made.encode() if isinstance(made, str) else bytes(made)

    return make


def _mixed_binary_ply() -> bytes:
    head = (
        MIXED_PLY[: MIXED_PLY.index(b"end_header")].replace(b"ascii", b"binary_big_endian") + b"end_header\n"
    )
    body = b"".join(struct.pack(">fffBBB", x, y, z, 1, 2, 3) for x, y, z in np.eye(5, 3))
    return head + body + struct.pack(">B4i", 4, 0, 1, 2, 3) + struct.pack(">B3i", 3, 0, 1, 4)


def _image(mode: str, kind: str, **options: object) -> Callable[[], bytes]:
    def make() -> bytes:
        pixels = np.random.default_rng(1).integers(0, 255, (24, 32, 4), dtype=np.uint8)
        picture = PilImage.fromarray(pixels)
        if mode == "I;16":
            picture = PilImage.fromarray(pixels[..., 0].astype(np.uint16) * 257)
        else:
            picture = picture.convert(mode)
        settings = dict(options)
        if kind == "PNG":
            notes = PngImagePlugin.PngInfo()
            notes.add_text("Comment", "hello " * 50, zip=True)
            settings |= {"pnginfo": notes, "icc_profile": b"\0" * 200}
        if settings.pop("turned", False):
            exif = PilImage.Exif()
            exif[0x0112] = 6
            settings["exif"] = exif
        if settings.pop("moving", False):
            settings |= {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)]}
        out = io.BytesIO()
        picture.save(out, kind, **settings)
        return out.getvalue()

    return make


MAKERS: dict[str, list[Callable[[], bytes]]] = {
    ".glb": [
        lambda: glb_bytes(asset()),
        lambda: glb_bytes(asset(bones=5)),
        lambda: glb(*plain_document()),
        _exported("glb"),
    ],
    ".obj": [lambda: QUADS, _exported("obj")],
    ".zip": [_zip],
    ".fbx": [lambda: _fbx(asset()), lambda: _fbx(asset(bones=5))],
    ".ply": [
        lambda: MIXED_PLY,
        _mixed_binary_ply,
        _exported("ply"),
        _exported("ply", encoding="ascii"),
    ],
    ".stl": [_exported("stl"), _exported("stl_ascii")],
    "image": [
        *(_image(mode, "PNG") for mode in ("RGB", "RGBA", "P", "L", "1", "I;16")),
        _image("RGB", "PNG", moving=True),
        _image("RGB", "JPEG", turned=True),
        _image("RGB", "JPEG", progressive=True),
        _image("CMYK", "JPEG"),
        _image("RGB", "WEBP"),
        _image("RGBA", "WEBP", lossless=True),
        _image("RGBA", "WEBP", moving=True),
    ],
}
