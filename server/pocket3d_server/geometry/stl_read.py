"""Reads STL, binary or text: bare triangles, each with its own three vertices."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.limits import (
    DAMAGED,
    INCOMPLETE,
    MAX_TEXT_LINE,
    NO_FACES,
    BadFileError,
    check_size,
)
from pocket3d_server.geometry.names import unique_name

HEADER = 84
FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
VERTICES_AT_ONCE = 65_536


def is_binary_stl(head: bytes, size: int) -> bool:
    """Whether a file of this size that begins so is a binary STL; some begin with ``solid`` all the same."""
    return len(head) >= HEADER and size == HEADER + FACE.itemsize * int.from_bytes(head[80:84], "little")


def check_stl(path: Path) -> int | None:
    """How many faces a binary STL file holds; None for one in text. Raises BadFileError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER)
    if is_binary_stl(head, size):
        faces = (size - HEADER) // FACE.itemsize
        if not faces:
            raise BadFileError("the file holds no triangles", NO_FACES)
        check_size(0, faces)
        return faces
    if not head.lstrip().lower().startswith(b"solid"):
        raise BadFileError("its length does not fit its number of faces", INCOMPLETE)
    return None


def read_stl(path: Path) -> Asset:
    """Read an STL file; its solids become one part. Raises BadFileError."""
    if check_stl(path) is None:
        vertices = _read_text(path)
    else:
        with path.open("rb") as file:
            file.seek(HEADER)
            vertices = np.fromfile(file, FACE)["corners"].reshape(-1, 3)
    faces = np.arange(len(vertices)).reshape(-1, 3)
    name = unique_name(path.stem, set())
    return Asset([Part(name, [Primitive(np.ascontiguousarray(vertices), faces, Material("material"))])])


def _read_text(path: Path) -> NDArray[np.float32]:
    """Vertices (3 F, 3) in the order of the file."""
    blocks: list[NDArray[np.float32]] = []
    words: list[str] = []
    count = 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in iter(partial(file.readline, MAX_TEXT_LINE + 1), ""):
            if len(line) > MAX_TEXT_LINE:
                raise BadFileError("a line of it is too long", DAMAGED)
            row = line.split(None, 4)
            if not row or row[0].lower() != "vertex":
                continue
            if len(row) != 4:
                raise BadFileError("a vertex in it has not three numbers")
            words.extend(row[1:])
            count += 1
            if len(words) >= 3 * VERTICES_AT_ONCE:
                check_size(0, count // 3)
                blocks.append(_numbers(words))
                words.clear()
    blocks.append(_numbers(words))
    if not count:
        raise BadFileError("the file holds no triangles", NO_FACES)
    if count % 3:
        raise BadFileError("a triangle in it has not three vertices", INCOMPLETE)
    return np.concatenate(blocks)


def _numbers(words: list[str]) -> NDArray[np.float32]:
    try:
        return np.array(words, np.float64).astype(np.float32).reshape(-1, 3)
    except ValueError as error:
        raise BadFileError("something else stands in it where a number belongs") from error
