"""The binary side of glTF 2.0: buffers and accessors, and the GLB that is written. Knows nothing of meshes."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.gltf_check import WIDTHS
from pocket3d_server.geometry.limits import BadFileError
from pocket3d_server.geometry.linked_files import beside
from pocket3d_server.geometry.writable import plain_json

DTYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
COMPONENT_TYPES = {np.dtype(dtype): code for code, dtype in DTYPES.items()}
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


def pack(document: dict[str, Any], chunk: bytes) -> bytes:
    """The bytes of a GLB file. Raises ValueError when it would be larger than the format allows."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=plain_json).encode()
    text += b" " * (-len(text) % 4)
    chunk += b"\0" * (-len(chunk) % 4)
    total = 12 + 8 + len(text) + 8 + len(chunk)
    if total >= 2**32:
        raise ValueError("the result is larger than a GLB file can be (4 GiB)")
    header = struct.pack("<4sII", b"glTF", 2, total)
    json_header = struct.pack("<I4s", len(text), b"JSON")
    chunk_header = struct.pack("<I4s", len(chunk), b"BIN\0")
    return b"".join([header, json_header, text, chunk_header, chunk])


class Buffers:
    """Reads the accessors of a document that ``gltf_check.check`` has passed."""

    def __init__(self, document: dict[str, Any], chunk: memoryview, folder: Path) -> None:
        self.document = document
        self.chunk = chunk
        self.folder = folder
        self.cache: dict[str, bytes] = {}

    def accessor(self, index: int, real: bool = False) -> NDArray[Any]:
        """An accessor's values (count, width); ``real`` turns normalised integers into 0..1 or -1..1."""
        entry = self.document["accessors"][index]
        dtype = np.dtype(DTYPES[entry["componentType"]]).newbyteorder("<")
        width, count = WIDTHS[entry["type"]], entry["count"]
        if "bufferView" in entry:
            values = self._strided(entry, dtype, width, count)
        else:
            values = np.zeros((count, width), dtype)
        if "sparse" in entry:
            values = values.copy()
            changed, at, new = (entry["sparse"][key] for key in ("count", "indices", "values"))
            kind = np.dtype(DTYPES[at["componentType"]]).newbyteorder("<")
            where = self._strided(at, kind, 1, changed)[:, 0]
            if changed and where.max() >= count:
                raise BadFileError("a sparse accessor reaches beyond its values")
            values[where] = self._strided(new, dtype, width, changed)
        if real and dtype.kind in "iu":
            values = np.maximum(
                values.astype(np.float32) / float(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1), -1
            )
        return values

    def floats(self, index: int) -> NDArray[np.float64]:
        """Coordinates, which quantised files may store as (normalised) integers."""
        return self.accessor(index, real=bool(self.document["accessors"][index].get("normalized"))).astype(
            np.float64
        )

    def _strided(self, entry: dict[str, Any], dtype: np.dtype[Any], width: int, count: int) -> NDArray[Any]:
        """(count, width) items at the place that ``entry`` names, without copying them."""
        view, offset = entry["bufferView"], entry.get("byteOffset", 0)
        stride = self.document["bufferViews"][view].get("byteStride", 0) or dtype.itemsize * width
        if not count:
            return np.zeros((0, width), dtype)
        return np.ndarray((count, width), dtype, self.view(view), offset, (stride, dtype.itemsize))

    def view(self, index: int) -> memoryview:
        """The bytes of a buffer view."""
        view = self.document["bufferViews"][index]
        start, length = view.get("byteOffset", 0), view["byteLength"]
        data = self._buffer(view["buffer"])[start : start + length]
        if len(data) < length:
            raise BadFileError("a buffer view reaches beyond its buffer")
        return data

    def _buffer(self, index: int) -> memoryview:
        entry = self.document["buffers"][index]
        return memoryview(self.resource(entry["uri"])) if "uri" in entry else self.chunk

    def resource(self, uri: str) -> bytes:
        """A data URI, or a file beside the .gltf; never anything outside its folder."""
        if uri not in self.cache:
            self.cache[uri] = self._fetch(uri)
        return self.cache[uri]

    def _fetch(self, uri: str) -> bytes:
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=False)
            except ValueError as error:
                raise BadFileError("a data URI in it is broken") from error
        path = beside(self.folder, unquote(uri))
        if path is None:
            raise BadFileError(
                f"the file '{uri[:80]}' that it refers to is missing",
                "Export the mesh as .glb, which holds everything.",
            )
        return path.read_bytes()


class BufferBuilder:
    """Collects the buffer views and accessors of a document that is being written, and their one binary chunk."""

    def __init__(self) -> None:
        self.chunk = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def _align(self) -> None:
        self.chunk.extend(b"\0" * (-len(self.chunk) % 4))

    def add_view(self, data: bytes, target: int | None = None) -> int:
        """Index of a new view of these bytes."""
        self._align()
        view = {"buffer": 0, "byteOffset": len(self.chunk), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.chunk.extend(data)
        self.views.append(view)
        return len(self.views) - 1

    def add_accessor(
        self, values: NDArray[Any], kind: str, target: int | None = None, bounds: bool = False
    ) -> int:
        """Index of a new accessor over values (N,) or (N, width) of glTF type ``kind``, with their bounds if asked."""
        values = np.ascontiguousarray(values)
        accessor: dict[str, Any] = {
            "bufferView": self.add_view(values.tobytes(), target),
            "componentType": COMPONENT_TYPES[values.dtype],
            "count": len(values),
            "type": kind,
        }
        if bounds:
            accessor["min"] = [float(x) for x in values.min(axis=0)]
            accessor["max"] = [float(x) for x in values.max(axis=0)]
        self.accessors.append(accessor)
        return len(self.accessors) - 1
