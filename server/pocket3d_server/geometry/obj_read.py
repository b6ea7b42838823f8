"""Reads Wavefront OBJ in the file's order of vertices and faces.

The file is read line by line and turned into numbers block by block: its text may take ten times the memory
of the mesh in it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Part, Primitive
from pocket3d_server.geometry.corners import distinct
from pocket3d_server.geometry.limits import (
    MAX_PRIMITIVES,
    MAX_TEXT_LINE,
    MAX_VERTICES,
    NO_FACES,
    BadFileError,
    check_size,
    short,
)
from pocket3d_server.geometry.mtl_read import Materials
from pocket3d_server.geometry.names import unique_name

LINES_AT_ONCE = 65_536
TEXT_AT_ONCE = 4 * 1024**2
WIDTHS = {"v": 3, "vt": 2, "vn": 3}

Corners = NDArray[np.int32]
"""(F, 3, 3) 0-based corners of triangles: v, vt, vn; -1 for none."""
Table = NDArray[np.float64]


def check_obj(path: Path) -> None:
    """The file has vertices and faces. Raises BadFileError."""
    seen = {b"\nv": False, b"\nf": False}
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(1024**2):
            block = (last + block).replace(b"\r", b"\n").replace(b"\t", b" ")
            for key in seen:
                seen[key] = seen[key] or key + b" " in block
            if all(seen.values()):
                return
            last = block[-3:]
    raise BadFileError("the file holds no triangles", NO_FACES)


def read_obj(path: Path) -> Asset:
    """Read an OBJ file; objects (or groups) become parts, polygons become fans of triangles.

    A vertex with several texture coordinates or normals is repeated, next to its first place in the order.
    Raises BadFileError for numbers and indices that cannot be.
    """
    has_objects = _has_objects(path)
    content = _Content()
    materials = Materials(path.parent)
    name, material = path.stem, ""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in _lines(file):
            keyword, _, rest = line.strip().replace("\t", " ").partition(" ")
            if keyword in WIDTHS:
                content.tables[keyword].add(rest)
            elif keyword == "f":
                content.face(rest, name, material)
            elif keyword == "usemtl":
                material = short(rest.strip())
            elif keyword == "o" or (keyword == "g" and not has_objects):
                name = short(rest.strip() or path.stem)
            elif keyword == "mtllib":
                materials.read(rest.strip())
    content.flush()
    return _assemble(content, materials)


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, those that end with a backslash joined with the next."""
    begun: list[str] = []
    length = 0
    for line in iter(partial(file.readline, MAX_TEXT_LINE + 1), ""):
        length += len(line)
        if length > MAX_TEXT_LINE:
            raise BadFileError("a line of it is too long")
        if line.endswith("\\\n"):
            begun.append(line[:-2])
            continue
        yield " ".join([*begun, line]) if begun else line
        begun, length = [], 0
    if begun:
        yield " ".join(begun)


def _has_objects(path: Path) -> bool:
    """Whether the file names objects; then its groups are passed over."""
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(1024**2):
            block = last + block
            if b"\no " in block:
                return True
            last = block[-2:]
    return False


class _Numbers:
    """The rows of one keyword."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self.blocks: list[Table] = []
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        self.lines.append(text)
        self.count += 1
        if len(self.lines) == LINES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self.count > MAX_VERTICES:
            check_size(self.count, 0)
        rows = [line.split(None, self.width)[: self.width] for line in self.lines]
        rows = [row if len(row) == self.width else (row + ["0"] * self.width)[: self.width] for row in rows]
        self.lines.clear()
        if not rows:
            return
        try:
            self.blocks.append(np.array(rows, dtype=np.float64))
        except ValueError as error:
            raise BadFileError("something else stands in it where a number belongs") from error

    def table(self) -> Table:
        return np.concatenate(self.blocks) if self.blocks else np.zeros((0, self.width))


@dataclass
class _Run:
    """Consecutive faces of one object with one material."""

    name: str
    material: str
    blocks: list[Corners] = field(default_factory=list)


class _Content:
    """What has been read so far: tables, and runs of faces."""

    def __init__(self) -> None:
        self.tables = {keyword: _Numbers(width) for keyword, width in WIDTHS.items()}
        self.runs: list[_Run] = []
        self.faces = 0
        self._lines: list[str] = []
        self._length = 0
        self._counts = array("q")
        """For each of the lines, if they are relative: how many v, vt and vn had been read before it."""

    def face(self, text: str, name: str, material: str) -> None:
        """Add a polygon."""
        run = self.runs[-1] if self.runs else None
        relative = "-" in text
        fresh = run is None or run.name != name or run.material != material
        full = len(self._lines) == LINES_AT_ONCE or self._length > TEXT_AT_ONCE
        if fresh or full or (self._lines and relative != bool(self._counts)):
            self.flush()
        if fresh:
            if len(self.runs) == MAX_PRIMITIVES:
                raise BadFileError(
                    f"its faces change their object or material more than {MAX_PRIMITIVES:,} times",
                    "Join objects before you export them, or export as GLB.",
                )
            self.runs.append(_Run(name, material))
        self._lines.append(text)
        self._length += len(text)
        if relative:
            self._counts.extend(table.count for table in self.tables.values())

    def flush(self) -> None:
        """Turn the lines that wait into corners."""
        if not self._lines:
            return
        counts = np.array(self._counts, np.int64).reshape(-1, 3) if self._counts else None
        try:
            corners = _corners(self._lines, counts)
        except (ValueError, IndexError, OverflowError) as error:
            if isinstance(error, BadFileError):
                raise
            raise BadFileError("a face in it is broken") from error
        self._lines.clear()
        self._length = 0
        self._counts = array("q")
        self.faces += len(corners)
        check_size(0, self.faces)
        if len(corners) and (corners[..., 0].min() < 0 or corners.min() < -1 or corners.max() >= 2**31):
            raise BadFileError("a face refers to a vertex that does not exist")
        self.runs[-1].blocks.append(corners.astype(np.int32))


def _corners(lines: list[str], counts: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """(F, 3, 3) 0-based corners of polygons; ``counts`` (lines, 3) for those that count backwards.

    Lines of one form, as most files have one or two, are read together.
    """
    forms: dict[tuple[int, int, int], list[int]] = {}
    for n, line in enumerate(lines):
        key = (len(line.split()), line.count("/"), line.count("//"))
        forms.setdefault(key, []).append(n)
    blocks, owners = [], []
    for (size, slashes, doubled), places in forms.items():
        if size < 3:
            continue
        table = _table([lines[n] for n in places], size, slashes, doubled)
        before = 0 if counts is None else counts[places][:, None, :]
        table = np.where(table < 0, table + before, table - 1)
        first = np.broadcast_to(table[:, :1], (len(places), size - 2, 3))
        blocks.append(np.stack([first, table[:, 1:-1], table[:, 2:]], axis=2).reshape(-1, 3, 3))
        owners.append(np.repeat(places, size - 2))
    if len(blocks) == 1:
        return blocks[0]
    if not blocks:
        return np.zeros((0, 3, 3), np.int64)
    return np.concatenate(blocks)[np.argsort(np.concatenate(owners), kind="stable")]


def _table(lines: list[str], size: int, slashes: int, doubled: int) -> NDArray[np.int64]:
    """(lines, size, 3) of v, vt, vn as they stand there, 0 for none. Raises ValueError or OverflowError."""
    table = np.zeros((len(lines), size, 3), np.int64)
    if slashes == doubled == 0:
        columns = [0]
    elif doubled == size and slashes == 2 * size:
        columns = [0, 2]
    elif doubled == 0 and slashes in (size, 2 * size):
        columns = [0, 1, 2][: slashes // size + 1]
    else:
        columns = []
    words = " ".join(lines).replace("/", " ").split()
    if columns and len(words) == len(lines) * size * len(columns):
        table[..., columns] = np.array(words, dtype=np.int64).reshape(len(lines), size, -1)
        return table
    for row, line in zip(table, lines):  # corners of different forms, one by one
        for corner, word in zip(row, line.split()):
            given = [int(x) if x else 0 for x in word.split("/")][:3]
            corner[: len(given)] = given
    return table


def _assemble(content: _Content, materials: Materials) -> Asset:
    points, uvs, normals = (table.table() for table in _flushed(content))
    parts: list[Part] = []
    used: set[str] = set()
    titles: list[str] = []
    runs = [run for run in content.runs if sum(map(len, run.blocks))]
    for run in runs:
        flat = np.concatenate(run.blocks).reshape(-1, 3)
        run.blocks.clear()
        if (flat >= [len(points), len(uvs), len(normals)]).any():
            raise BadFileError("a face refers to a vertex that does not exist")
        uv_used = bool((flat[:, 1] >= 0).all()) and len(uvs) > 0
        normals_used = bool((flat[:, 2] >= 0).all()) and len(normals) > 0
        if len(runs) == 1 and not uv_used and not normals_used:
            vertices, faces, uv, normal = points, flat[:, 0].astype(np.int64).reshape(-1, 3), None, None
        else:
            columns = [(flat[:, 0], len(points))]
            columns += [(flat[:, 1], len(uvs))] if uv_used else []
            columns += [(flat[:, 2], len(normals))] if normals_used else []
            where, which = distinct(columns)
            faces = which.reshape(-1, 3)
            some = flat[where]
            vertices = points[some[:, 0]]
            uv = np.column_stack([uvs[some[:, 1], 0], 1 - uvs[some[:, 1], 1]]) if uv_used else None
            normal = normals[some[:, 2]] if normals_used else None
        primitive = Primitive(
            vertices.astype(np.float32),
            faces,
            materials.named(run.material),
            None if uv is None else uv.astype(np.float32),
            None if normal is None else normal.astype(np.float32),
        )
        if titles and titles[-1] == run.name:
            parts[-1].primitives.append(primitive)
        else:
            name = unique_name(run.name, used)
            parts.append(Part(name, [primitive], label="" if name == run.name else run.name))
            titles.append(run.name)
    return Asset(parts)


def _flushed(content: _Content) -> Iterator[_Numbers]:
    for table in content.tables.values():
        table.flush()
        yield table
