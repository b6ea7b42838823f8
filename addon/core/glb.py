"""A small reader and writer of binary glTF, for the few tables that must map onto an artist's own mesh.

Blender's importer brings in whole objects; this reads what it drops (the part of every face) and what would
be lost by going through it (weights and UVs in the order of the vertices and faces that were sent).
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

COMPONENTS = {
    5120: np.int8,
    5121: np.uint8,
    5122: np.int16,
    5123: np.uint16,
    5125: np.uint32,
    5126: np.float32,
}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
GLB_MAGIC, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942


@dataclass
class Mesh:
    """Triangles as sent to the server: metres, Y up, vertices (V, 3) float32, triangles (T, 3) uint32."""

    vertices: np.ndarray
    triangles: np.ndarray
    name: str = "mesh"
    topology: str = ""
    """Fingerprint of the faces; the same later means that the result still fits the object."""


@dataclass
class Glb:
    """An opened file: the JSON document and the binary chunk."""

    document: dict[str, Any]
    chunk: bytes

    @property
    def extras(self) -> dict[str, Any]:
        """What Pocket3D wrote about the whole file."""
        return self.document.get("asset", {}).get("extras", {}).get("pocket3d", {})

    def accessor(self, index: int) -> np.ndarray:
        """The values of an accessor, (N,) or (N, width); normalised integers become floats in 0..1."""
        entry = self.document["accessors"][index]
        dtype = np.dtype(COMPONENTS[entry["componentType"]]).newbyteorder("<")
        width, count = WIDTHS[entry["type"]], entry["count"]
        if "bufferView" not in entry:
            values = np.zeros((count, width), dtype)
        else:
            view = self.document["bufferViews"][entry["bufferView"]]
            start = view.get("byteOffset", 0) + entry.get("byteOffset", 0)
            stride = view.get("byteStride", dtype.itemsize * width)
            end = start + (count - 1) * stride + dtype.itemsize * width if count else start
            if end > len(self.chunk):
                raise ValueError("the file is cut short")
            values = np.ndarray((count, width), dtype, self.chunk, start, (stride, dtype.itemsize))
        if entry.get("normalized"):
            values = values.astype(np.float32) / float(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1)
        return values[:, 0] if width == 1 else values

    def image(self, index: int) -> tuple[bytes, str]:
        """The compressed bytes of an image and its MIME type."""
        entry = self.document["images"][index]
        view = self.document["bufferViews"][entry["bufferView"]]
        start = view.get("byteOffset", 0)
        return self.chunk[start : start + view["byteLength"]], entry.get("mimeType", "image/png")

    def primitives(self) -> list[dict[str, Any]]:
        """All primitives in the order of the nodes that show them."""
        return [p for node in self.mesh_nodes() for p in self.document["meshes"][node["mesh"]]["primitives"]]

    def mesh_nodes(self) -> list[dict[str, Any]]:
        """Nodes with a mesh, in file order."""
        return [n for n in self.document.get("nodes", []) if "mesh" in n]


def read_glb(path: Path) -> Glb:
    """Open a GLB. Raises ValueError when it is none."""
    data = Path(path).read_bytes()
    if len(data) < 20 or struct.unpack_from("<I", data)[0] != GLB_MAGIC:
        raise ValueError(f"{Path(path).name} is not a GLB file")
    if struct.unpack_from("<I", data, 8)[0] > len(data):
        raise ValueError(f"{Path(path).name} is cut short")
    document: dict[str, Any] | None = None
    chunk, offset = b"", 12
    while offset + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        if kind == JSON_CHUNK and document is None:
            document = json.loads(body)
        elif kind == BIN_CHUNK and not chunk:
            chunk = body
        offset += 8 + length
    if document is None:
        raise ValueError(f"{Path(path).name} holds no glTF document")
    return Glb(document, chunk)


def write_glb(mesh: Mesh, path: Path) -> None:
    """Write one mesh as one primitive; vertices and triangles keep their order."""
    positions = np.ascontiguousarray(mesh.vertices, "<f4")
    indices = np.ascontiguousarray(mesh.triangles, "<u4").reshape(-1)
    chunk = positions.tobytes() + indices.tobytes()
    document = {
        "asset": {"version": "2.0", "generator": "Pocket3D for Blender"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": mesh.name, "mesh": 0}],
        "meshes": [{"name": mesh.name, "primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": len(positions),
                "type": "VEC3",
                "min": positions.min(axis=0).tolist(),
                "max": positions.max(axis=0).tolist(),
            },
            {"bufferView": 1, "componentType": 5125, "count": len(indices), "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": positions.nbytes, "target": 34962},
            {"buffer": 0, "byteOffset": positions.nbytes, "byteLength": indices.nbytes, "target": 34963},
        ],
        "buffers": [{"byteLength": len(chunk)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(chunk)
    with Path(path).open("wb") as file:
        file.write(struct.pack("<III", GLB_MAGIC, 2, total))
        file.write(struct.pack("<II", len(text), JSON_CHUNK) + text)
        file.write(struct.pack("<II", len(chunk), BIN_CHUNK) + chunk)
