"""The binary side of glTF 2.0: the GLB container, buffers and accessors. Knows nothing of meshes."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.writable import plain_json

DTYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
COMPONENT_TYPES = {np.dtype(dtype): code for code, dtype in DTYPES.items()}
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


def unpack(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON document and the binary chunk of a .glb or .gltf file (no chunk: empty). Raises ValueError."""
    if data[:4] != b"glTF":
        return _object(data.decode("utf-8-sig")), b""
    if len(data) < 20:
        raise ValueError("the file is cut short")
    _, version, length = struct.unpack_from("<4sII", data)
    if version != 2:
        raise ValueError(f"glTF version {version} is not supported, only version 2")
    if length > len(data):
        raise ValueError("the file is cut short")
    document: dict[str, Any] | None = None
    chunk, at = b"", 12
    while at + 8 <= length:
        size, kind = struct.unpack_from("<I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            raise ValueError("the file is cut short")
        if kind == b"JSON" and document is None:
            document = _object(body.decode("utf-8"))
        elif kind == b"BIN\0" and not chunk:
            chunk = body
        at += 8 + size
    if document is None:
        raise ValueError("it holds no JSON")
    return document, chunk


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


def _object(text: str) -> dict[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("the JSON is not an object")
    return document


class Buffers:
    """Reads the accessors of a document."""

    def __init__(self, document: dict[str, Any], chunk: bytes, folder: Path) -> None:
        self.document = document
        self.chunk = chunk
        self.folder = folder
        self.cache: dict[int, bytes] = {}

    def accessor(self, index: int, real: bool = False) -> NDArray[Any]:
        """An accessor's values (count, width); ``real`` turns normalised integers into 0..1 or -1..1."""
        entry = self.document["accessors"][index]
        dtype = np.dtype(DTYPES[entry["componentType"]]).newbyteorder("<")
        width, count = WIDTHS[entry["type"]], int(entry["count"])
        if "bufferView" in entry:
            values = self._strided(entry["bufferView"], int(entry.get("byteOffset", 0)), dtype, width, count)
        else:
            values = np.zeros((count, width), dtype)
        if "sparse" in entry:
            values = values.copy()
            sparse = entry["sparse"]
            at, new = sparse["indices"], sparse["values"]
            kind = np.dtype(DTYPES[at["componentType"]]).newbyteorder("<")
            where = self._strided(
                at["bufferView"], int(at.get("byteOffset", 0)), kind, 1, int(sparse["count"])
            )
            values[where[:, 0].astype(np.int64)] = self._strided(
                new["bufferView"], int(new.get("byteOffset", 0)), dtype, width, int(sparse["count"])
            )
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

    def _strided(self, view: int, offset: int, dtype: np.dtype[Any], width: int, count: int) -> NDArray[Any]:
        data = self.view(view)
        stride = int(self.document["bufferViews"][view].get("byteStride", 0)) or dtype.itemsize * width
        need = offset + stride * (count - 1) + dtype.itemsize * width if count else 0
        if count < 0 or offset < 0 or need > len(data):
            raise ValueError("an accessor reaches beyond its buffer")
        return np.ndarray((count, width), dtype, data, offset, (stride, dtype.itemsize))

    def view(self, index: int) -> bytes:
        """The bytes of a buffer view."""
        view = self.document["bufferViews"][index]
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        data = self._buffer(int(view["buffer"]))[start : start + length]
        if start < 0 or len(data) < length:
            raise ValueError("a buffer view reaches beyond its buffer")
        return data

    def _buffer(self, index: int) -> bytes:
        if index not in self.cache:
            entry = self.document["buffers"][index]
            self.cache[index] = self.resource(entry["uri"]) if "uri" in entry else self.chunk
        return self.cache[index]

    def resource(self, uri: str) -> bytes:
        """A data URI, or a file beside the .gltf; never anything outside its folder."""
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=False)
            except binascii.Error as error:
                raise ValueError("a data URI is broken") from error
        path = (self.folder / unquote(uri)).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise ValueError(
                f"the file {uri!r} that it refers to is missing; send a .glb, which holds everything"
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
