"""Reads PLY, binary or text (Turk 1994, "The PLY Polygon File Format"), in the file's order.

Of our own because the readers at hand believe the header, reorder polygons, or take a binary file only when all
its faces have the same number of corners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, srgb_to_linear
from pocket3d_server.geometry.limits import (
    DAMAGED,
    INCOMPLETE,
    MAX_FACES,
    MAX_TEXT_LINE,
    NO_FACES,
    BadFileError,
    check_size,
)
from pocket3d_server.geometry.names import unique_name

TYPES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "int64": "i8",
    "uint64": "u8",
    "float32": "f4",
    "float64": "f8",
}
ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
CORNER_LISTS = ("vertex_indices", "vertex_index")
COORDINATES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))
MAX_HEADER = 65_536
ROWS_AT_ONCE = 65_536

Triangles = NDArray[np.int64]


@dataclass
class Element:
    """A table of the file: its rows, and for each property the type of its values and of its length, if a list."""

    name: str
    count: int
    properties: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Without lists."""
        return all(length is None for _, _, length in self.properties)


@dataclass
class Header:
    """What the file promises. ``order`` is numpy's sign for the byte order, empty for text."""

    order: str
    elements: list[Element]
    size: int


def check_ply(path: Path) -> int:
    """How many faces a PLY file promises; it has room for them. Raises BadFileError."""
    with path.open("rb") as file:
        header = _header(file)
    counts = {element.name: element.count for element in header.elements}
    faces = counts.get("face", 0)
    if not faces:
        raise BadFileError("the file holds no triangles", NO_FACES)
    check_size(counts.get("vertex", 0), faces)
    need = 0
    for element in header.elements:
        # A list has its length at least, a word of text one character and a space.
        row = sum(np.dtype(TYPES[length or kind]).itemsize for _, kind, length in element.properties)
        need += element.count * (row if header.order else 2 * len(element.properties))
    if need > path.stat().st_size - header.size + 1:
        raise BadFileError("it promises more than it holds", INCOMPLETE)
    return faces


def read_ply(path: Path) -> Asset:
    """Read a PLY file as one part; polygons become fans of triangles. Raises BadFileError."""
    check_ply(path)
    with path.open("rb") as file:
        header = _header(file)
        table, faces = (_read_binary if header.order else _read_text)(file, header)
    if table is None or not {"x", "y", "z"} <= table.keys():
        raise BadFileError("its vertices have no positions")
    vertices = np.column_stack([table[axis].astype(np.float32) for axis in "xyz"])
    uv = None
    for u, v in COORDINATES:
        if u in table and v in table:
            uv = np.column_stack([table[u], 1 - table[v].astype(np.float64)]).astype(np.float32)
            break
    colours = _colours(table)
    material = Material("material")
    if colours is not None:
        material.base_color = (1.0, 1.0, 1.0, 1.0)
    primitive = Primitive(vertices, faces, material, uv, colors=colours)
    return Asset([Part(unique_name(path.stem, set()), [primitive])])


def _colours(table: dict[str, NDArray[np.generic]]) -> NDArray[np.float32] | None:
    """(V, 4) linear, from sRGB bytes or from floats in 0..1."""
    if not {"red", "green", "blue"} <= table.keys():
        return None
    columns = []
    for name in ("red", "green", "blue"):
        values = table[name]
        whole = values.dtype == np.uint8 or float(np.max(values, initial=0)) > 1
        columns.append(values.astype(np.float32) / np.float32(255 if whole else 1))
    rgb = np.clip(np.column_stack(columns), 0, 1)
    return np.column_stack([srgb_to_linear(rgb), np.ones(len(rgb))]).astype(np.float32)


# --- header ----------------------------------------------------------------------------------------------


def _header(file: BinaryIO) -> Header:
    """The header; the file is left where the data begins."""
    rows = []
    for line in iter(partial(file.readline, 1024), b""):
        words = line.decode("utf-8", "replace").split()
        if words == ["end_header"]:
            break
        if file.tell() > MAX_HEADER:
            raise BadFileError("its header is too long", DAMAGED)
        if words and words[0] not in ("comment", "obj_info"):
            rows.append(words)
    else:
        raise BadFileError("its header has no end", INCOMPLETE)
    if len(rows) < 2 or rows[0] != ["ply"] or rows[1][0] != "format" or rows[1][1:2] == []:
        raise BadFileError("its header is broken")
    if rows[1][1] not in ORDERS:
        raise BadFileError(f"its format '{rows[1][1][:40]}' is unknown", "Export it as binary PLY or as GLB.")
    elements: list[Element] = []
    for row in rows[2:]:
        if (
            row[0] == "element"
            and len(row) == 3
            and row[2].isascii()
            and row[2].isdigit()
            and len(row[2]) < 12
        ):
            elements.append(Element(row[1], int(row[2])))
        elif row[0] == "property" and elements:
            elements[-1].properties.append(_property(row))
        else:
            raise BadFileError("its header is broken")
    # Without properties an element takes no room, so that any count of it would fit.
    unique = {element.name for element in elements}
    if len(unique) != len(elements) or any(e.count and not e.properties for e in elements):
        raise BadFileError("its header is broken")
    return Header(ORDERS[rows[1][1]], elements, file.tell())


def _property(row: list[str]) -> tuple[str, str, str | None]:
    if (
        row[1:2] == ["list"]
        and len(row) == 5
        and row[2] in TYPES
        and row[3] in TYPES
        and TYPES[row[2]][0] != "f"
    ):
        return row[4], row[3], row[2]
    if len(row) == 3 and row[1] in TYPES:
        return row[2], row[1], None
    raise BadFileError("its header is broken")


def _corner_list(element: Element) -> int:
    """Which of the properties of the faces holds their corners."""
    for place, (name, kind, length) in enumerate(element.properties):
        if length is not None and name in CORNER_LISTS and TYPES[kind][0] != "f":
            return place
    raise BadFileError("its faces have no corners")


# --- binary ----------------------------------------------------------------------------------------------

Table = dict[str, NDArray[np.generic]]


def _read_binary(file: BinaryIO, header: Header) -> tuple[Table | None, Triangles]:
    data = file.read()
    at = 0
    vertices: Table | None = None
    faces: Triangles = np.zeros((0, 3), np.int64)
    for element in header.elements:
        if element.plain:
            kind = np.dtype(
                [(f"{i}", header.order + TYPES[t]) for i, (_, t, _) in enumerate(element.properties)]
            )
            if at + element.count * kind.itemsize > len(data):
                raise BadFileError("it is cut short", INCOMPLETE)
            rows = np.frombuffer(data, kind, element.count, at)
            at += element.count * kind.itemsize
            if element.name == "vertex":
                vertices = {name: rows[f"{i}"] for i, (name, _, _) in enumerate(element.properties)}
        else:
            place = _corner_list(element) if element.name == "face" else -1
            starts, lengths, at = _walk(data, at, element, header.order, place)
            if place >= 0:
                kind = np.dtype(header.order + TYPES[element.properties[place][1]])
                faces = _fans(data, starts, lengths, kind)
        if vertices is not None and element.name == "face":
            break
    return vertices, faces


def _walk(
    data: bytes, at: int, element: Element, order: str, place: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Where the list of each row begins and how long it is, and where the element ends."""
    sizes = [np.dtype(TYPES[kind]).itemsize for _, kind, _ in element.properties]
    heads = [np.dtype(TYPES[length]).itemsize if length else 0 for _, _, length in element.properties]
    endian = "big" if order == ">" else "little"
    fixed = _walk_equal(data, at, element, sizes, heads, endian, place)
    if fixed is not None:
        return fixed
    starts = np.zeros(element.count, np.int64)
    lengths = np.zeros(element.count, np.int64)
    columns = list(enumerate(zip(sizes, heads)))
    for row in range(element.count):
        for column, (size, head) in columns:
            count = 1
            if head:
                count = int.from_bytes(data[at : at + head], endian)  # type: ignore[arg-type]
                at += head
                if column == place:
                    starts[row], lengths[row] = at, count
            at += count * size
        if at > len(data):
            raise BadFileError("it is cut short", INCOMPLETE)
    return starts, lengths, at


def _walk_equal(
    data: bytes, at: int, element: Element, sizes: list[int], heads: list[int], endian: str, place: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int] | None:
    """As ``_walk`` where every row is like the first one; None where not."""
    offset, checks = 0, []
    start = count_there = 0
    for column, (size, head) in enumerate(zip(sizes, heads)):
        count = 1
        if head:
            field_bytes = data[at + offset : at + offset + head]
            count = int.from_bytes(field_bytes, endian)  # type: ignore[arg-type]
            checks.append((offset, field_bytes))
            offset += head
            if column == place:
                start, count_there = at + offset, count
        offset += count * size
    end = at + offset * element.count
    if not element.count or end > len(data):
        return None
    rows = np.frombuffer(data, np.uint8, offset * element.count, at).reshape(element.count, offset)
    for where, expected in checks:
        if (rows[:, where : where + len(expected)] != np.frombuffer(expected, np.uint8)).any():
            return None
    numbers = np.arange(element.count, dtype=np.int64)
    return start + numbers * offset, np.full(element.count, count_there, np.int64), end


def _fans(
    data: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64], kind: np.dtype[np.generic]
) -> Triangles:
    """Triangles (F, 3) of polygons that lie anywhere in the data, in their order."""
    counts = np.maximum(lengths - 2, 0)
    total = int(counts.sum())
    check_size(0, total)
    out = np.zeros((total, 3), np.int64)
    first = np.cumsum(counts) - counts
    raw = np.frombuffer(data, np.uint8)
    for n in np.unique(lengths[counts > 0]):
        rows = np.flatnonzero(lengths == n)
        for some in np.array_split(rows, max(1, len(rows) * int(n) // (4 * ROWS_AT_ONCE))):
            where = starts[some, None] + np.arange(int(n) * kind.itemsize)
            corners = np.ascontiguousarray(raw[where]).view(kind).astype(np.int64)
            k = np.arange(int(n) - 2)
            fans = np.stack(
                [np.broadcast_to(corners[:, :1], (len(some), len(k))), corners[:, k + 1], corners[:, k + 2]]
            )
            out[first[some, None] + k] = fans.transpose(1, 2, 0)
    return out


# --- text ------------------------------------------------------------------------------------------------


def _read_text(file: BinaryIO, header: Header) -> tuple[Table | None, Triangles]:
    vertices: Table | None = None
    faces: list[Triangles] = []
    total = 0
    for element in header.elements:
        place = _corner_list(element) if element.name == "face" else -1
        blocks: list[NDArray[np.float64]] = []
        for rows in _rows(file, element.count):
            if element.name == "vertex" and element.plain:
                blocks.append(_grid(rows, len(element.properties)))
            elif place >= 0:
                faces.append(_polygons(rows, element, place))
                total += len(faces[-1])
                check_size(0, total)
        if blocks:
            grid = np.concatenate(blocks)
            vertices = {name: grid[:, i] for i, (name, _, _) in enumerate(element.properties)}
        if vertices is not None and faces:
            break
    return vertices, np.concatenate(faces) if faces else np.zeros((0, 3), np.int64)


def _rows(file: BinaryIO, count: int) -> Iterator[list[list[bytes]]]:
    """The words of ``count`` lines, block by block."""
    left = count
    while left:
        rows: list[list[bytes]] = []
        while len(rows) < min(left, ROWS_AT_ONCE):
            line = file.readline(MAX_TEXT_LINE + 1)
            if not line:
                raise BadFileError("it is cut short", INCOMPLETE)
            if len(line) > MAX_TEXT_LINE:
                raise BadFileError("a line of it is too long")
            words = line.split()
            if words:
                rows.append(words)
        left -= len(rows)
        yield rows


def _grid(rows: list[list[bytes]], width: int) -> NDArray[np.float64]:
    if any(len(row) != width for row in rows):
        raise BadFileError("a row of it has too few or too many numbers")
    try:
        return np.array(rows, np.float64)
    except ValueError as error:
        raise BadFileError("something else stands in it where a number belongs") from error


def _polygons(rows: list[list[bytes]], element: Element, place: int) -> Triangles:
    """Triangles (F, 3) of faces in text."""
    if len(element.properties) == 1 and all(len(row) == 4 and row[0] == b"3" for row in rows):
        try:
            return np.array([row[1:] for row in rows], np.float64).astype(np.int64)
        except ValueError as error:
            raise BadFileError("something else stands in it where a number belongs") from error
    corners: list[tuple[int, int, int]] = []
    try:
        for row in rows:
            at = 0
            for column, (_, _, length) in enumerate(element.properties):
                count = 1
                if length:
                    count = int(row[at])
                    at += 1
                    if count < 0 or at + count > len(row):
                        raise BadFileError("a row of it has too few or too many numbers")
                    if column == place:
                        polygon = [int(word) for word in row[at : at + count]]
                        corners += [(polygon[0], polygon[k], polygon[k + 1]) for k in range(1, count - 1)]
                        break  # what follows is not needed
                at += count
            if len(corners) > MAX_FACES:
                check_size(0, len(corners))
        return np.array(corners, np.int64).reshape(-1, 3)
    except (ValueError, IndexError, OverflowError) as error:
        if isinstance(error, BadFileError):
            raise
        raise BadFileError("something else stands in it where a number belongs") from error
