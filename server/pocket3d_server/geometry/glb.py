"""The GLB container and the JSON inside it (glTF 2.0, section 4.4). Imports nothing heavy: the inspector needs it."""

from __future__ import annotations

import json
import struct
from pathlib import Path
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


def unpack(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The JSON document and the binary chunk of a .glb or .gltf file (no chunk: empty). Raises BadFileError.

    The chunk is a view of ``data``, not a copy.
    """
    if data[:4] != MAGIC:
        return parse(data), memoryview(b"")
    document, start, size = _outline(data, len(data))
    return document, memoryview(data)[start : start + size]


def outline(path: Path) -> tuple[dict[str, Any], int, int]:
    """The JSON document of a .glb file, and where its binary chunk begins and how long it is (0: there is none).

    Reads no more of the file than the JSON. Raises BadFileError.
    """
    with path.open("rb") as file:
        head = file.read(HEADER.size + CHUNK.size)
        if len(head) == HEADER.size + CHUNK.size:
            head += file.read(min(CHUNK.unpack_from(head, HEADER.size)[0], MAX_JSON_BYTES + 1) + CHUNK.size)
        return _outline(head, path.stat().st_size)


def _outline(data: bytes, file_size: int) -> tuple[dict[str, Any], int, int]:
    """As ``outline``, from the beginning of a file."""
    if len(data) < HEADER.size + CHUNK.size:
        raise BadFileError("the file is cut short", INCOMPLETE)
    _, version, length = HEADER.unpack_from(data)
    if version != 2:
        raise BadFileError(
            f"it is glTF version {version}, and only version 2 is read", "Export it as glTF 2.0."
        )
    start, size, kind = _chunk(data, HEADER.size, length)
    if length > file_size:
        raise BadFileError("the file is cut short", INCOMPLETE)
    if kind != b"JSON":
        raise BadFileError("it holds no JSON where it should")
    if size > MAX_JSON_BYTES:
        raise _too_long()
    document = parse(data[start : start + size])
    end = start + size
    if end + CHUNK.size <= length:
        start, size, kind = _chunk(data, end, length)
        if kind == b"BIN\0":
            return document, start, size
    return document, end, 0


def _chunk(data: bytes, at: int, length: int) -> tuple[int, int, bytes]:
    """Where the body of the chunk at an offset begins, its length and its kind."""
    if at + CHUNK.size > min(length, len(data)):
        raise BadFileError("the file is cut short", INCOMPLETE)
    size, kind = CHUNK.unpack_from(data, at)
    if at + CHUNK.size + size > length:
        raise BadFileError("the file is cut short, or a length in it is wrong", INCOMPLETE)
    return at + CHUNK.size, size, kind


def parse(text: bytes) -> dict[str, Any]:
    """A JSON object. Raises BadFileError for anything else, and for more of it than a mesh can need."""
    if len(text) > MAX_JSON_BYTES:
        raise _too_long()
    if text.count(b",") + text.count(b"[") + text.count(b"{") > MAX_JSON_VALUES:
        raise BadFileError("its JSON describes too many things", DECIMATE)
    try:
        document = json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant)
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


def _too_long() -> BadFileError:
    return BadFileError(
        f"its JSON is larger than {MAX_JSON_BYTES // 1024**2} MB",
        "Export the mesh as .glb, which keeps its numbers outside the JSON.",
    )


def _refuse_constant(word: str) -> NoReturn:
    raise BadFileError(f"its JSON holds {word} where a number belongs", DAMAGED)
