"""The container of binary FBX: a tree of records, each with a name, properties and records below it.

There is no public standard. The layout is as Blender's developers described it (code.blender.org, "FBX binary file
format specification", 2013), with the wider offsets that version 7.5 brought. Imports nothing heavy: the inspector
needs it too.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pocket3d_server.geometry.limits import (
    DAMAGED,
    DECIMATE,
    INCOMPLETE,
    MAX_UNZIPPED,
    NO_FACES,
    BadFileError,
    check_size,
)

MAGIC = b"Kaydara FBX Binary  \0\x1a\0"
VERSION = 7400
"""What is written: of 2014, which all programs read."""
WIDE = 7500
"""From this version on offsets have eight bytes."""
OLDEST = 7000
"""Before it objects had no numbers, and names stood for them."""
MAX_RECORDS = 1_000_000
SCALARS = {
    ord(code): struct.Struct(form) for code, form in zip("YCIFDL", ("<h", "<?", "<i", "<f", "<d", "<q"))
}
ARRAYS = {ord(code): size for code, size in zip("fdlibc", (4, 8, 8, 4, 1, 1))}
ARRAY_HEAD = struct.Struct("<III")
LENGTH = struct.Struct("<I")
NAME_END = "\0\1"
"""Stands between an object's name and its class."""
COMPRESSED_FROM = 128
"""Bytes of an array that are worth compressing."""
FOOTER_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
FOOTER_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
"""Constants that readers of the format's owner look for. The first goes with ``CREATED`` and ``FILE_ID``."""
CREATED = "1970-01-01 10:00:00:000"
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
ALWAYS_CLOSED = ("AnimationStack", "AnimationLayer")
"""Records that end as if they had records below them."""


Data = bytes | mmap.mmap


@dataclass(frozen=True)
class Span:
    """Bytes of a file that are read when they are wanted."""

    source: Data
    start: int
    stop: int

    def read(self) -> bytes:
        """The bytes."""
        return self.source[self.start : self.stop]


@dataclass(frozen=True)
class Array:
    """Numbers of one type as they lie in the file; ``code`` is the format's letter: f, d, l, i, b or c."""

    code: str
    count: int
    data: bytes | Span
    compressed: bool = False

    def unpacked(self) -> bytes:
        """The numbers, little-endian. Raises BadFileError."""
        size = self.count * ARRAYS[ord(self.code)]
        if size > MAX_UNZIPPED:
            raise BadFileError("it holds too many numbers", DECIMATE)
        data = self.data.read() if isinstance(self.data, Span) else self.data
        if not self.compressed:
            return data
        try:
            found = zlib.decompressobj().decompress(data, size + 1)
        except zlib.error as error:
            raise BadFileError("an array of it cannot be unpacked") from error
        if len(found) != size:
            raise BadFileError("an array of it has another length than it says")
        return found


class Record:
    """A record that is read when it is asked."""

    def __init__(self, tree: Tree, name: str, count: int, start: int, below: int, end: int) -> None:
        self._tree = tree
        self.name = name
        self._count = count
        self._start = start
        self._below = below
        self._end = end

    @cached_property
    def values(self) -> list[Any]:
        """Its properties: bool, int, float, str, ``Span`` of raw bytes, or ``Array``. Raises BadFileError."""
        return list(self._tree.properties(self._start, self._below, self._count))

    @cached_property
    def records(self) -> list[Record]:
        """What lies below it. Raises BadFileError."""
        return list(self._tree.records(self._below, self._end))

    def first(self, name: str) -> Record | None:
        """The first record of this name below it."""
        return next((record for record in self.records if record.name == name), None)

    def value(self, name: str, default: Any = None) -> Any:
        """The first property of the first record of this name."""
        record = self.first(name)
        return record.values[0] if record is not None and record.values else default


class Tree:
    """The records of a file. Raises BadFileError where they cannot be."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._left = MAX_RECORDS
        if self._data[: len(MAGIC)] != MAGIC:
            raise BadFileError("it is no binary FBX", "Export it as binary FBX 7.4 or as GLB.")
        start = len(MAGIC) + LENGTH.size
        if len(data) < start:
            raise BadFileError("the file is cut short", INCOMPLETE)
        (self.version,) = LENGTH.unpack_from(data, len(MAGIC))
        if not OLDEST <= self.version < 2 * OLDEST:
            raise BadFileError(
                f"it is an FBX of version {self.version / 1000:.1f}",
                "Export it as FBX 7.4 (also called 2014/2015) or as GLB.",
            )
        self._head = struct.Struct("<QQQB" if self.version >= WIDE else "<IIIB")
        self.top = {record.name: record for record in self.records(start, len(data))}

    def records(self, at: int, end: int) -> Iterator[Record]:
        """The records from one offset on, to the empty one or to another offset."""
        while at + self._head.size <= end:
            stop, count, length, name_length = self._head.unpack_from(self._data, at)
            if stop == 0:
                return
            start = at + self._head.size + name_length
            if stop > len(self._data):
                raise BadFileError("the file is cut short", INCOMPLETE)
            if stop > end or start + length > stop:
                raise BadFileError("its records lie across each other", DAMAGED)
            self._left -= 1
            if self._left < 0:
                raise BadFileError(
                    f"it holds more than {MAX_RECORDS:,} records", "Export the mesh alone, without animation."
                )
            name = self._data[start - name_length : start].decode("utf-8", "replace")
            yield Record(self, name, count, start, start + length, stop)
            at = stop

    def properties(self, at: int, end: int, count: int) -> Iterator[Any]:
        """``count`` properties that lie between two offsets."""
        try:
            for _ in range(min(count, end - at)):
                code = self._data[at]
                at += 1
                if code in SCALARS:
                    yield SCALARS[code].unpack_from(self._data, at)[0]
                    at += SCALARS[code].size
                elif code in ARRAYS:
                    number, encoding, length = ARRAY_HEAD.unpack_from(self._data, at)
                    at += ARRAY_HEAD.size
                    length = length if encoding else number * ARRAYS[code]
                    yield Array(chr(code), number, self._span(at, length, end), bool(encoding))
                    at += length
                elif code in (ord("S"), ord("R")):
                    (length,) = LENGTH.unpack_from(self._data, at)
                    at += LENGTH.size
                    piece = self._span(at, length, end)
                    yield piece.read().decode("utf-8", "replace") if code == ord("S") else piece
                    at += length
                else:
                    raise BadFileError("a property of it is of no known type")
        except (struct.error, IndexError) as error:
            raise BadFileError("a property of it lies outside the file") from error

    def _span(self, at: int, length: int, end: int) -> Span:
        if at + length > end:
            raise BadFileError("a property of it is longer than its record")
        return Span(self._data, at, at + length)


def checked(data: Data) -> Tree:
    """The tree of a file that has a mesh with faces. Raises BadFileError."""
    tree = Tree(data)
    objects = tree.top.get("Objects")
    found = 0
    for record in objects.records if objects is not None else []:
        if record.name != "Geometry":
            continue
        points, corners = record.value("Vertices"), record.value("PolygonVertexIndex")
        if isinstance(points, Array) and isinstance(corners, Array):
            check_size(points.count // 3, 0)
            found += corners.count
    check_size(0, found // 4)  # of quadrilaterals; triangles are counted when they are made
    if not found:
        raise BadFileError("the file holds no mesh with faces", NO_FACES)
    return tree


# --- writing -----------------------------------------------------------------------------------------------


class Long(int):
    """An integer of eight bytes, as the numbers of objects are; others have four."""


@dataclass
class Made:
    """A record to be written. Properties: bool, int, Long, float, str, bytes, Array."""

    name: str
    values: Sequence[Any] = ()
    records: list[Made] = field(default_factory=list)

    def add(self, name: str, *values: Any) -> Made:
        """A new record below this one."""
        made = Made(name, values)
        self.records.append(made)
        return made


def encode(records: Sequence[Made]) -> bytes:
    """A file of these records."""
    out = bytearray(MAGIC + LENGTH.pack(VERSION))
    for record in records:
        _write(record, out)
    out += bytes(13) + FOOTER_ID + bytes(4)
    out += bytes(-len(out) % 16 or 16) + LENGTH.pack(VERSION) + bytes(120) + FOOTER_END
    return bytes(out)


def _write(record: Made, out: bytearray) -> None:
    head = struct.Struct("<IIIB")
    start = len(out)
    name = record.name.encode()
    out += bytes(head.size) + name
    for value in record.values:
        out += _property(value)
    length = len(out) - start - head.size - len(name)
    for child in record.records:
        _write(child, out)
    if record.records or not record.values or record.name in ALWAYS_CLOSED:
        out += bytes(13)
    head.pack_into(out, start, len(out), len(record.values), length, len(name))


def _property(value: Any) -> bytes:
    if isinstance(value, Array):
        data = value.unpacked()
        packed = zlib.compress(data, 4) if len(data) >= COMPRESSED_FROM else data
        head = ARRAY_HEAD.pack(value.count, len(data) >= COMPRESSED_FROM, len(packed))
        return value.code.encode() + head + packed
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return (b"S" if isinstance(value, str) else b"R") + LENGTH.pack(len(data)) + data
    code = "C" if isinstance(value, bool) else "L" if isinstance(value, Long) else "I"
    code = "D" if isinstance(value, float) else code
    return code.encode() + SCALARS[ord(code)].pack(value)
