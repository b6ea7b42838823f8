"""A small reader and writer of binary glTF, for whatever passes between the extension and the server.

The server has its twin, geometry/gltf_*.py: the two are installed apart and under different licences, so neither
can import the other.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..later import np

COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
GLB_MAGIC, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
SENT = "pocket3d_sent"
"""In ``asset.extras`` of a file that we send: what we need to know when its result comes back."""
LOOKS = ("KHR_materials_", "KHR_texture_", "EXT_texture_webp", "KHR_mesh_quantization", "KHR_lights_punctual")
"""Beginnings of the names of extensions without which a file still has its shape."""
COMPRESSIONS = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}


class Piece(NamedTuple):
    """One object's share of a mesh that was sent: how many of its vertices and triangles, in the sent order."""

    vertices: int
    triangles: int
    topology: str = ""
    """Fingerprint of the object's faces; the same later means that the result still fits it."""


@dataclass
class Mesh:
    """Triangles as sent to the server: metres, Y up, vertices (V, 3) float32, triangles (T, 3) uint32."""

    vertices: np.ndarray
    triangles: np.ndarray
    name: str = "mesh"
    topology: str = ""
    """Fingerprint of the faces of the first object."""
    parts: np.ndarray | None = None
    """(T,) part of each triangle when the object came with named parts; they are sent as nodes."""
    part_names: list[str] = field(default_factory=list)
    pieces: tuple[Piece, ...] = ()
    """The objects that it is made of, when several are sent as one."""
    file_order: np.ndarray | None = None
    """(T,) of a mesh that was read back: the number that each triangle of the file had when it was sent."""

    @property
    def order(self) -> np.ndarray:
        """(T,) the triangles in the order of the file: part by part."""
        if self.file_order is not None:
            return self.file_order
        count = len(self.triangles)
        return np.arange(count) if self.parts is None else np.argsort(self.parts, kind="stable")

    @property
    def shares(self) -> tuple[Piece, ...]:
        """Each object's share; a mesh of one object is a single one."""
        return self.pieces or (Piece(len(self.vertices), len(self.triangles), self.topology),)


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
        dtype = np.dtype(COMPONENTS[entry["componentType"]])
        width, count = WIDTHS[entry["type"]], entry["count"]
        if "bufferView" not in entry:
            values = np.zeros((count, width), dtype)
        else:
            values = self._table(entry["bufferView"], entry.get("byteOffset", 0), dtype, count, width)
        if "sparse" in entry:
            values = self._with_exceptions(values, entry["sparse"])
        if entry.get("normalized"):
            values = values.astype(np.float32) / float(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1)
        return values[:, 0] if width == 1 else values

    def _with_exceptions(self, values: np.ndarray, sparse: dict[str, Any]) -> np.ndarray:
        count, places, others = sparse["count"], sparse["indices"], sparse["values"]
        kind = np.dtype(COMPONENTS[places["componentType"]])
        rows = self._table(places["bufferView"], places.get("byteOffset", 0), kind, count, 1)[:, 0]
        changed = np.array(values)
        changed[rows] = self._table(
            others["bufferView"], others.get("byteOffset", 0), values.dtype, count, values.shape[1]
        )
        return changed

    def _table(
        self, view_index: int, offset: int, dtype: np.dtype[Any], count: int, width: int
    ) -> np.ndarray:
        view = self.document["bufferViews"][view_index]
        data = self.buffer(view.get("buffer", 0))
        start = view.get("byteOffset", 0) + offset
        stride = view.get("byteStride", dtype.itemsize * width)
        end = start + (count - 1) * stride + dtype.itemsize * width if count else start
        if end > len(data):
            raise ValueError("the file is cut short")
        return np.ndarray((count, width), dtype, data, start, (stride, dtype.itemsize))

    def buffer(self, index: int) -> bytes:
        """The bytes of a buffer. Raises ValueError when they are in another file."""
        uri = self.document["buffers"][index].get("uri")
        return self.chunk if uri is None else _inside(uri)

    def image(self, index: int) -> tuple[bytes, str]:
        """The compressed bytes of an image and its MIME type. Raises ValueError when it is in another file."""
        entry = self.document["images"][index]
        if "bufferView" not in entry:
            head = entry["uri"].partition(";")[0]
            return _inside(entry["uri"]), entry.get("mimeType", head.removeprefix("data:"))
        view = self.document["bufferViews"][entry["bufferView"]]
        start = view.get("byteOffset", 0)
        data = self.buffer(view.get("buffer", 0))
        return data[start : start + view["byteLength"]], entry.get("mimeType", "image/png")

    def primitives(self) -> list[dict[str, Any]]:
        """All primitives in the order of the nodes that show them."""
        return [p for node in self.mesh_nodes() for p in self.document["meshes"][node["mesh"]]["primitives"]]

    def mesh_nodes(self) -> list[dict[str, Any]]:
        """Nodes with a mesh, in file order."""
        return [n for n in self.document.get("nodes", []) if "mesh" in n]


def _inside(uri: str) -> bytes:
    """The bytes of a data URI."""
    head, comma, body = uri.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64") and comma):
        raise ValueError(f"the file needs {Path(uri).name[:60]} beside it, which did not come along")
    try:
        return base64.b64decode(body)
    except binascii.Error as error:
        raise ValueError("data inside the file is broken") from error


def read_glb(path: Path) -> Glb:
    """Open a GLB. Raises ValueError when it is none, or one that needs what we do not have."""
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
            document = _document(body, path)
        elif kind == BIN_CHUNK and not chunk:
            chunk = body
        offset += 8 + length
    if document is None:
        raise ValueError(f"{Path(path).name} holds no glTF document")
    for name in document.get("extensionsRequired", ()):
        if name in COMPRESSIONS:
            raise ValueError(
                f"the mesh is packed with {COMPRESSIONS[name]}; it has to come without compression"
            )
        if not name.startswith(LOOKS):
            raise ValueError(f"the file needs the glTF extension {name}, which is not supported")
    return Glb(document, chunk)


def _document(body: bytes, path: Path) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ValueError(f"{Path(path).name} is broken: its description cannot be read") from error
    if not isinstance(document, dict):
        raise ValueError(f"{Path(path).name} holds no glTF document")
    return document


def write_glb(mesh: Mesh, path: Path) -> None:
    """Write a mesh: one primitive with vertices and triangles in their order, or a node for each named part.

    With parts, each has its own vertices and the triangles are in ``mesh.order``. ``read_mesh`` gives back what is
    needed when the result comes.
    """
    chunk = bytearray()
    tables: dict[str, list[Any]] = {"nodes": [], "meshes": [], "accessors": [], "bufferViews": []}
    for name, label, vertices, triangles in _groups(mesh):
        attributes = {"POSITION": _add(tables, chunk, np.ascontiguousarray(vertices, "<f4"), 34962)}
        indices = _add(tables, chunk, np.ascontiguousarray(triangles, "<u4").reshape(-1), 34963)
        primitive = {"attributes": attributes, "indices": indices}
        tables["nodes"].append({"name": name, "mesh": len(tables["meshes"]), "extras": {"label": label}})
        tables["meshes"].append({"name": name, "primitives": [primitive]})
    sent: dict[str, Any] = {
        "name": mesh.name,
        "topology": mesh.topology,
        "pieces": [[p.vertices, p.triangles, p.topology] for p in mesh.pieces],
    }
    if mesh.parts is not None:
        sent["order"] = _add(tables, chunk, np.ascontiguousarray(mesh.order, "<u4"))
    document = {
        "asset": {"version": "2.0", "generator": "Pocket3D for Blender", "extras": {SENT: sent}},
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


def read_mesh(path: Path) -> Mesh:
    """A mesh that ``write_glb`` wrote: the same, except that named parts are no longer welded to each other and
    their triangles are in the order of the file. Raises ValueError for any other file."""
    glb = read_glb(path)
    sent = glb.document.get("asset", {}).get("extras", {}).get(SENT)
    if not isinstance(sent, dict):
        raise ValueError(f"{Path(path).name} was not sent from here")
    vertices, triangles, count = [], [], 0
    for primitive in glb.primitives():
        vertices.append(glb.accessor(primitive["attributes"]["POSITION"]))
        triangles.append(glb.accessor(primitive["indices"]).reshape(-1, 3) + np.uint32(count))
        count += len(vertices[-1])
    return Mesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(triangles).astype(np.uint32),
        str(sent.get("name", "mesh")),
        str(sent.get("topology", "")),
        pieces=tuple(Piece(int(v), int(t), str(topology)) for v, t, topology in sent.get("pieces", ())),
        file_order=glb.accessor(sent["order"]).astype(np.int64) if "order" in sent else None,
    )


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


def _add(
    tables: dict[str, list[Any]], chunk: bytearray, values: np.ndarray, target: int | None = None
) -> int:
    """Append values as an accessor with a view of its own; returns its index."""
    view = {"buffer": 0, "byteOffset": len(chunk), "byteLength": values.nbytes}
    tables["bufferViews"].append(view if target is None else {**view, "target": target})
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
