"""The known attacks on parsers, each as small as it can be. None of these files can be used for anything."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image as PilImage

from tools.fuzzing import fbx, real
from tools.fuzzing.mutate import png

MILLION = 1_000_000


def _glb(change: Callable[[dict[str, Any]], object]) -> bytes:
    document, chunk = real.plain_document()
    change(document)
    return real.glb(document, chunk)


def _accessor(**values: Any) -> bytes:
    return _glb(lambda d: d["accessors"][0].update(values))


def _header(at: int, value: int) -> bytes:
    data = bytearray(real.files(".glb")[0])
    struct.pack_into("<I", data, at, value)
    return bytes(data)


def _nodes(nodes: list[dict[str, Any]]) -> bytes:
    return _glb(lambda d: d.update(nodes=nodes, scenes=[{"nodes": [0]}]))


def _many(primitives: int) -> bytes:
    one = {"attributes": {"POSITION": 0}, "indices": 2, "mode": 5}
    return _glb(lambda d: d.update(meshes=[{"primitives": [one] * primitives}] * 2))


def _instances() -> bytes:
    """The same mesh a hundred thousand times over: little to read, too much to hold."""
    count = 3000
    positions = np.random.default_rng(0).random((count, 3), np.float32)
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": list(range(19_000))}],
        "nodes": [{"mesh": 0}] * 19_000,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": count, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 12 * count}],
        "buffers": [{"byteLength": 12 * count}],
    }
    return real.glb(document, positions.tobytes())


def _bones(count: int) -> bytes:
    """A skin with very many bones on a mesh that claims very many vertices."""

    def change(d: dict[str, Any]) -> None:
        d["nodes"] = [{"mesh": 0, "skin": 0, "children": list(range(1, count + 1))}, *[{}] * count]
        d["scenes"] = [{"nodes": [0]}]
        d["skins"] = [{"joints": list(range(1, count + 1))}]
        d["accessors"] += [{"componentType": 5126, "count": MILLION, "type": "VEC3"}]
        d["accessors"] += [{"componentType": 5121, "count": MILLION, "type": "VEC4"}]
        attributes = {"POSITION": 4, "JOINTS_0": 5, "WEIGHTS_0": 5}
        d["meshes"] = [{"primitives": [{"attributes": attributes, "mode": 6}]}, d["meshes"][1]]

    return _glb(change)


def bomb_png(side: int = 30_000) -> bytes:
    """Much black in few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return png([(b"IHDR", head), (b"IDAT", zlib.compress(bytes((side // 8 + 1) * side), 9)), (b"IEND", b"")])


def _text_bomb(kind: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)
    bomb = kind, b"a\0\0" + zlib.compress(bytes(20 * MILLION), 9)
    return png([(b"IHDR", head), bomb, bomb, (b"IDAT", b""), (b"IEND", b"")])


def _jpeg_of_many_scans() -> bytes:
    """A progressive JPEG that asks for its passes again and again."""
    out = io.BytesIO()
    PilImage.new("RGB", (4000, 4000)).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 3000 + data[-2:]


def _image_in_glb(image: bytes) -> bytes:
    document, chunk = real.plain_document()
    d: Any = document
    d["bufferViews"].append({"buffer": 0, "byteOffset": len(chunk), "byteLength": len(image)})
    d["images"] = [{"bufferView": len(d["bufferViews"]) - 1, "mimeType": "image/png"}]
    return real.glb(d, chunk + image)


def zip_of(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    """A zip; ``change`` may alter an entry before it is written."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(entry)
            archive.writestr(entry, content)
    return out.getvalue()


def _link(entry: zipfile.ZipInfo) -> None:
    entry.create_system, entry.external_attr = 3, 0o120777 << 16


def _encrypted() -> bytes:
    data = bytearray(zip_of({"a.obj": real.QUADS}))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def _lying_sizes() -> bytes:
    """The directory promises a hundred bytes; there are forty million."""
    data = bytearray(zip_of({"a.obj": b"v 0 0 0\n" * 5_000_000}))
    at = data.index(b"PK\1\2")
    struct.pack_into("<I", data, at + 24, 100)
    struct.pack_into("<I", data, 22, 100)
    return bytes(data)


def _ply(vertices: int, faces: int, body: bytes = b"", form: str = "binary_little_endian") -> bytes:
    head = f"ply\nformat {form} 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\nproperty float z\n"
    return (
        head + f"element face {faces}\nproperty list uint int vertex_indices\nend_header\n"
    ).encode() + body


TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"
UNLIKELY = struct.pack("<9f", *range(9))

TRICKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "glb length lies": (".glb", lambda: _header(8, 2**32 - 1)),
    "glb length too small": (".glb", lambda: _header(8, 3)),
    "glb chunk length lies": (".glb", lambda: _header(12, 2**32 - 4)),
    "glb version 1": (".glb", lambda: _header(4, 1)),
    "glb cut short": (".glb", lambda: real.files(".glb")[0][:-200]),
    "glb accessor of gigabytes": (".glb", lambda: _accessor(count=10**9)),
    "glb accessor out of nothing": (
        ".glb",
        lambda: _glb(
            lambda d: d["accessors"].__setitem__(0, {"componentType": 5126, "count": 10**9, "type": "VEC3"})
        ),
    ),
    "glb sparse accessor of gigabytes": (
        ".glb",
        lambda: _glb(
            lambda d: [d["accessors"][3].update(count=4 * 10**8), d["accessors"][3].pop("bufferView")]
        ),
    ),
    "glb offset negative": (".glb", lambda: _accessor(byteOffset=-8)),
    "glb stride zero-ish": (".glb", lambda: _glb(lambda d: d["bufferViews"][0].update(byteStride=1))),
    "glb stride huge": (".glb", lambda: _glb(lambda d: d["bufferViews"][0].update(byteStride=2**40))),
    "glb component type garbage": (".glb", lambda: _accessor(componentType=5120.5)),
    "glb type garbage": (".glb", lambda: _accessor(type=["VEC3"])),
    "glb nested json": (".glb", lambda: real.glb(None, b"", b"[" * 200_000)),
    "glb json of empty lists": (".glb", lambda: real.glb(None, b"", b"[" + b"[]," * 5 * MILLION + b"0]")),
    "glb NaN in json": (".glb", lambda: _accessor(min=[float("nan")])),
    "glb cyclic nodes": (".glb", lambda: _nodes([{"children": [1]}, {"children": [0], "mesh": 0}])),
    "glb node with two parents": (
        ".glb",
        lambda: _nodes([{"children": [1, 2]}, {"children": [2]}, {"mesh": 0}]),
    ),
    "glb million nodes": (".glb", lambda: _nodes([{"mesh": 0}] * MILLION)),
    "glb deep chain of nodes": (
        ".glb",
        lambda: _nodes([{"children": [i + 1]} for i in range(90_000)] + [{}]),
    ),
    "glb infinite transform": (".glb", lambda: _nodes([{"mesh": 0, "scale": [1e300, 10**400, 1]}])),
    "glb too many primitives": (".glb", lambda: _many(30_000)),
    "glb too many instances": (".glb", _instances),
    "glb too many bones": (".glb", lambda: _bones(3000)),
    "glb skin too large": (".glb", lambda: _bones(1500)),
    "glb external buffer": (".glb", lambda: _glb(lambda d: d["buffers"][0].update(uri="../../etc/passwd"))),
    "glb draco": (
        ".glb",
        lambda: _glb(lambda d: d.update(extensionsRequired=["KHR_draco_mesh_compression"])),
    ),
    "glb unknown extension": (
        ".glb",
        lambda: _glb(lambda d: d.update(extensionsRequired=["EXT_mesh_gpu_instancing"])),
    ),
    "glb image bomb": (".glb", lambda: _image_in_glb(bomb_png())),
    "glb text bomb in image": (".glb", lambda: _image_in_glb(_text_bomb(b"iCCP"))),
    "glb NaN vertices": (
        ".glb",
        lambda: real.glb(real.plain_document()[0], b"\xff" * len(real.plain_document()[1])),
    ),
    "glb without meshes": (".glb", lambda: _glb(lambda d: [node.pop("mesh", None) for node in d["nodes"]])),
    "obj index beyond": (".obj", lambda: TRIANGLE + b"f 1 2 9999999999\n"),
    "obj index before": (".obj", lambda: TRIANGLE + b"f 1 2 -9\n"),
    "obj index zero": (".obj", lambda: TRIANGLE + b"f 0 1 2\n"),
    "obj NaN vertices": (".obj", lambda: b"v nan 0 0\n" + TRIANGLE + b"f 1 2 3\n"),
    "obj very long line": (".obj", lambda: TRIANGLE + b"f" + b" 1 2 3" * MILLION),
    "obj of lines that go on": (".obj", lambda: TRIANGLE + b"f \\\n" * 5 * MILLION),
    "obj changing its material": (
        ".obj",
        lambda: TRIANGLE + b"".join(b"usemtl m%d\nf 1 2 3\n" % (i % 2) for i in range(200_000)),
    ),
    "obj points only": (".obj", lambda: TRIANGLE * 3),
    "ply promises vertices": (".ply", lambda: _ply(2 * 10**9, 1, UNLIKELY)),
    "ply promises faces": (".ply", lambda: _ply(3, 4 * 10**9, UNLIKELY)),
    "ply huge polygon": (".ply", lambda: _ply(3, 1, UNLIKELY + struct.pack("<I3i", 4 * 10**9, 0, 1, 2))),
    "ply text that is binary": (".ply", lambda: _ply(3, 1, UNLIKELY + bytes(100), "ascii")),
    "ply header without end": (".ply", lambda: b"ply\nformat ascii 1.0\ncomment " + b"x" * MILLION),
    "ply empty elements": (
        ".ply",
        lambda: (
            b"ply\nformat ascii 1.0\nelement a 99999999999\nelement face 1\nproperty list uchar int "
            b"vertex_index\nend_header\n3 0 1 2\n"
        ),
    ),
    "stl promises faces": (".stl", lambda: bytes(80) + struct.pack("<I", 2**32 - 1) + bytes(500)),
    "stl text without end": (".stl", lambda: b"solid a\nfacet normal 0 0 1\nvertex " + b"1" * 3 * MILLION),
    "stl NaN vertices": (".stl", lambda: bytes(80) + struct.pack("<I", 2) + b"\xff" * 100),
    "zip bomb": (".zip", lambda: zip_of({"a.obj": TRIANGLE + b"#" * 80 * MILLION})),
    "zip with lying sizes": (".zip", _lying_sizes),
    "zip in a zip": (".zip", lambda: zip_of({"a.zip": zip_of({"a.obj": real.QUADS})})),
    "zip leaves its folder": (".zip", lambda: zip_of({"../../a.obj": real.QUADS})),
    "zip with absolute path": (".zip", lambda: zip_of({"/tmp/a.obj": real.QUADS})),
    "zip with Windows path": (".zip", lambda: zip_of({"C:\\a.obj": real.QUADS})),
    "zip of links": (".zip", lambda: zip_of({"a.obj": b"/etc/passwd"}, _link)),
    "zip encrypted": (".zip", _encrypted),
    "zip of 3,000 files": (".zip", lambda: zip_of(dict.fromkeys(map(str, range(3_000)), b""))),
    "zip packed unusually": (
        ".zip",
        lambda: zip_of({"a.obj": real.QUADS}, lambda e: setattr(e, "compress_type", zipfile.ZIP_LZMA)),
    ),
    "zip of nothing": (".zip", lambda: zip_of({})),
    "zip with image bomb": (
        ".zip",
        lambda: zip_of(
            {
                "a.obj": b"mtllib a.mtl\n" + real.QUADS,
                "a.mtl": b"newmtl red\nmap_Kd t.png",
                "t.png": bomb_png(),
            }
        ),
    ),
    **fbx.TRICKS,
    "png bomb": (".image", bomb_png),
    "png text bomb": (".image", lambda: _text_bomb(b"zTXt")),
    "png colour profile bomb": (".image", lambda: _text_bomb(b"iCCP")),
    "png cut short": (".image", lambda: real.files("image")[0][:200]),
    "jpeg of many passes": (".image", _jpeg_of_many_scans),
    "webp that claims gigapixels": (
        ".image",
        lambda: b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xffVP8 \0\0\0\0",
    ),
    "html": (".image", lambda: b"<!doctype html><script>alert(1)</script>"),
}
"""Name, suffix and maker of each attack."""
