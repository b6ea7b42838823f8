"""A small reader and writer of binary glTF, for the few tables that must map onto an artist's own mesh.

Blender's importer brings in whole objects; this reads what it drops (the part of every face) and what would
be lost by going through it (weights and UVs in the order of the vertices and faces that were sent). The server
has its twin, geometry/gltf_*.py: the two are installed apart and under different licences, so neither can import
the other.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    parts: np.ndarray | None = None
    """(T,) part of each triangle when the object came with named parts; they are sent as nodes."""
    part_names: list[str] = field(default_factory=list)

    @property
    def order(self) -> np.ndarray:
        """(T,) the triangles in the order of the file: part by part."""
        count = len(self.triangles)
        return np.arange(count) if self.parts is None else np.argsort(self.parts, kind="stable")


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
    """Write a mesh: one primitive with vertices and triangles in their order, or a node for each named part.

    With parts, each has its own vertices and the triangles are in ``mesh.order``.
    """
    chunk = bytearray()
    tables: dict[str, list[Any]] = {"nodes": [], "meshes": [], "accessors": [], "bufferViews": []}
    for name, label, vertices, triangles in _groups(mesh):
        attributes = {"POSITION": _add(tables, chunk, np.ascontiguousarray(vertices, "<f4"), 34962)}
        indices = _add(tables, chunk, np.ascontiguousarray(triangles, "<u4").reshape(-1), 34963)
        primitive = {"attributes": attributes, "indices": indices}
        tables["nodes"].append({"name": name, "mesh": len(tables["meshes"]), "extras": {"label": label}})
        tables["meshes"].append({"name": name, "primitives": [primitive]})
    document = {
        "asset": {"version": "2.0", "generator": "Pocket3D for Blender"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(tables["nodes"])))}],
        **tables,
        "buffers": [{"byteLength": len(chunk)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(chunk)
    with Path(path).open("wb") as file:
        file.write(struct.pack("<III", GLB_MAGIC, 2, total))
        file.write(struct.pack("<II", len(text), JSON_CHUNK) + text)
        file.write(struct.pack("<II", len(chunk), BIN_CHUNK) + chunk)


def _groups(mesh: Mesh) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Node name, label, vertices and triangles of every node."""
    if mesh.parts is None:
        yield mesh.name, mesh.name, mesh.vertices, mesh.triangles
        return
    for number in np.unique(mesh.parts):
        triangles = mesh.triangles[mesh.parts == number]
        used, local = np.unique(triangles, return_inverse=True)
        known = 0 <= number < len(mesh.part_names)
        label = mesh.part_names[number] if known else f"Part {number + 1}"
        yield label.lower().replace(" ", "_"), label, mesh.vertices[used], local.reshape(-1, 3)


def _add(tables: dict[str, list[Any]], chunk: bytearray, values: np.ndarray, target: int) -> int:
    """Append values as an accessor with a view of its own; returns its index."""
    view = {"buffer": 0, "byteOffset": len(chunk), "byteLength": values.nbytes, "target": target}
    tables["bufferViews"].append(view)
    accessor: dict[str, Any] = {
        "bufferView": len(tables["bufferViews"]) - 1,
        "componentType": 5126 if values.ndim == 2 else 5125,
        "count": len(values),
        "type": "VEC3" if values.ndim == 2 else "SCALAR",
    }
    if values.ndim == 2:
        accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
    tables["accessors"].append(accessor)
    chunk.extend(values.tobytes())
    return len(tables["accessors"]) - 1
