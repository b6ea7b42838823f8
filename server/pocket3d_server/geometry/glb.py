"""The GLB container and the JSON inside it (glTF 2.0, section 4.4). Imports nothing heavy: the inspector needs it."""

from __future__ import annotations

import json
import mmap
import struct
from typing import Any, NoReturn

from pocket3d_server.geometry.limits import (
    DAMAGED,
    DECIMATE,
    INCOMPLETE,
    MAX_JSON_BYTES,
    MAX_JSON_VALUES,
    BadFileError,
)

MAGIC = b"glTF"
HEADER = struct.Struct("<4sII")
CHUNK = struct.Struct("<I4s")


def unpack(data: bytes | mmap.mmap) -> tuple[dict[str, Any], memoryview]:
    """The JSON document and the binary chunk of a .glb or .gltf file (no chunk: empty). Raises BadFileError.

    The chunk is a view of ``data``, not a copy.
    """
    view = memoryview(data)
    if bytes(view[:4]) != MAGIC:
        return parse(view), memoryview(b"")
    if len(view) < HEADER.size + CHUNK.size:
        raise BadFileError("the file is cut short", INCOMPLETE)
    _, version, length = HEADER.unpack_from(view)
    if version != 2:
        raise BadFileError(
            f"it is glTF version {version}, and only version 2 is read", "Export it as glTF 2.0."
        )
    if length > len(view):
        raise BadFileError("the file is cut short", INCOMPLETE)
    kind, text, at = _chunk(view[:length], HEADER.size)
    if kind != b"JSON":
        raise BadFileError("it holds no JSON where it should")
    document = parse(text)
    if at + CHUNK.size <= length:
        kind, body, _ = _chunk(view[:length], at)
        if kind == b"BIN\0":
            return document, body
    return document, memoryview(b"")


def _chunk(view: memoryview, at: int) -> tuple[bytes, memoryview, int]:
    """Kind and body of the chunk at an offset, and where the next one begins."""
    size, kind = CHUNK.unpack_from(view, at)
    start = at + CHUNK.size
    if start + size > len(view):
        raise BadFileError("the file is cut short, or a length in it is wrong", INCOMPLETE)
    return kind, view[start : start + size], start + size


def parse(text: memoryview) -> dict[str, Any]:
    """A JSON object. Raises BadFileError for anything else, and for more of it than a mesh can need."""
    if len(text) > MAX_JSON_BYTES:
        raise BadFileError(
            f"its JSON is larger than {MAX_JSON_BYTES // 1024**2} MB",
            "Export the mesh as .glb, which keeps its numbers outside the JSON.",
        )
    raw = bytes(text)
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MAX_JSON_VALUES:
        raise BadFileError("its JSON describes too many things", DECIMATE)
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise BadFileError("its JSON is nested too deeply", DAMAGED) from error
    except UnicodeDecodeError as error:
        raise BadFileError("its JSON is not UTF-8 text", DAMAGED) from error
    except BadFileError:
        raise
    except ValueError as error:
        raise BadFileError("its JSON is broken", DAMAGED) from error
    if not isinstance(document, dict):
        raise BadFileError("its JSON is not an object", DAMAGED)
    return document


def _refuse_constant(word: str) -> NoReturn:
    raise BadFileError(f"its JSON holds {word} where a number belongs", DAMAGED)
