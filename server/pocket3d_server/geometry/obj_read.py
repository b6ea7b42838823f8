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
from pocket3d_server.geometry.limits import (
    MAX_FACES,
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
            raise BadFileError("a number in it is none") from error

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
        self._counts = array("q")
        """For each of the lines, if they are relative: how many v, vt and vn had been read before it."""

    def face(self, text: str, name: str, material: str) -> None:
        """Add a polygon."""
        run = self.runs[-1] if self.runs else None
        relative = "-" in text
        fresh = run is None or run.name != name or run.material != material
        if fresh or len(self._lines) == LINES_AT_ONCE or (self._lines and relative != bool(self._counts)):
            self.flush()
        if fresh:
            if len(self.runs) == MAX_PRIMITIVES:
                raise BadFileError(
                    f"its faces change their object or material more than {MAX_PRIMITIVES:,} times",
                    "Join objects before you export them, or export as GLB.",
                )
            self.runs.append(_Run(name, material))
        self._lines.append(text)
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
        self._counts = array("q")
        self.faces += len(corners)
        check_size(0, self.faces)
        if len(corners) and (corners[..., 0].min() < 0 or corners.min() < -1 or corners.max() >= 2**31):
            raise BadFileError("a face refers to a vertex that does not exist")
        self.runs[-1].blocks.append(corners.astype(np.int32))


def _corners(lines: list[str], counts: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """(F, 3, 3) 0-based corners of polygons; ``counts`` (lines, 3) for those that count backwards."""
    first = lines[0].split()
    slashes = first[0].count("/") if first else 0
    doubled = "//" in lines[0]
    width = len(first) * (2 if doubled else slashes + 1)
    flat = " ".join(lines).replace("/", " ").split()
    same_shape = len(flat) == width * len(lines) and len(first) >= 3 and slashes <= 2
    plain = same_shape and all(line.count("/") == slashes * len(first) for line in lines)
    if plain and not any(part.endswith("/") for part in first):
        values = np.array(flat, dtype=np.int64).reshape(len(lines), len(first), -1)
        table = np.zeros((*values.shape[:2], 3), np.int64)
        table[..., [0, 2] if doubled else list(range(slashes + 1))] = values
        fans = [table[:, [0, k, k + 1]] for k in range(1, len(first) - 1)]
        triangles = np.stack(fans, axis=1).reshape(-1, 3, 3)
        owners = np.repeat(np.arange(len(lines)), len(fans))
    else:  # polygons of different sizes, which have to be read one by one
        numbers = array("q")
        owner = array("q")
        for n, line in enumerate(lines):
            polygon = [[int(x) if x else 0 for x in [*c.split("/"), "", ""][:3]] for c in line.split()]
            for k in range(1, len(polygon) - 1):
                for corner in (polygon[0], polygon[k], polygon[k + 1]):
                    numbers.extend(corner)
                owner.append(n)
            if len(owner) > MAX_FACES:
                check_size(0, len(owner))
        triangles = np.array(numbers, np.int64).reshape(-1, 3, 3)
        owners = np.array(owner, np.int64)
    before = 0 if counts is None else counts[owners][:, None, :]
    return np.where(triangles < 0, triangles + before, triangles - 1)


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
            tables = [(0, len(points))]
            tables += [(1, len(uvs))] if uv_used else []
            tables += [(2, len(normals))] if normals_used else []
            where, faces = _distinct(flat, tables)
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


def _distinct(flat: Corners, tables: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each different corner stands first in ``flat``, ordered by v, vt, vn; and the faces (F, 3) by these.

    ``tables`` are the columns that count and the lengths of what they refer to. One number for each corner is
    sorted much faster than rows are; two at a time never overflow.
    """
    column, _ = tables[0]
    key = flat[:, column].astype(np.int64)
    for column, length in tables[1:]:
        _, key = np.unique(key, return_inverse=True)
        key = key * length + flat[:, column]
    _, where, inverse = np.unique(key, return_index=True, return_inverse=True)
    return where, inverse.reshape(-1, 3)
