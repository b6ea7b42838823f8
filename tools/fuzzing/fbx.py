"""FBX files that are damaged inside: values, arrays and records changed, the container whole again."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random
from typing import Any

from pocket3d_server.geometry.fbx.binary import ARRAYS, MAGIC, Array, Long, Made, Record, Span, Tree, encode

NUMBERS = (-1, 0, 1, 2, 3, 7, 255, 65_536, 10**7, 2**31 - 1, 2**31, 2**62, -(2**62))
REALS = (0.0, -0.0, 1e-320, 1e39, 1e308, -1.0, float("nan"), float("inf"), 360.0)
WORDS = (
    "",
    "x",
    "ByPolygon",
    "ByVertice",
    "AllSame",
    "Direct",
    "IndexToDirect",
    "Mesh",
    "LimbNode",
    "\0\1",
    "x" * 999,
)


def damage_records(data: bytes, random: Random) -> bytes:
    """Change some values, drop or repeat some records. Raises what the tree raises for a file damaged before."""
    top = [_made(record) for record in Tree(data).top.values()]
    places = list(_places(top))
    for _ in range(random.randint(1, 4)):
        records, index = random.choice(places)
        if index >= len(records):
            continue
        record = records[index]
        match random.randrange(8):
            case 0:
                del records[index]
            case 1:
                records[index:index] = [record] * random.choice((1, 2, 50))
            case 2:
                record.records, record.name = [], random.choice(WORDS)[:200]
            case _ if record.values:
                values = list(record.values)
                k = random.randrange(len(values))
                values[k] = _other(values[k], random)
                record.values = values
    return encode(top)


def _made(record: Record) -> Made:
    values = [
        Long(v) if isinstance(v, int) and not isinstance(v, bool) else v.read() if isinstance(v, Span) else v
        for v in record.values
    ]
    return Made(
        record.name,
        [Array(v.code, v.count, v.unpacked()) if isinstance(v, Array) else v for v in values],
        [_made(below) for below in record.records],
    )


def _places(records: list[Made]) -> Iterator[tuple[list[Made], int]]:
    for index, record in enumerate(records):
        yield records, index
        yield from _places(record.records)


def _other(value: Any, random: Random) -> Any:
    """Another value of the same kind, or of a kind that does not belong there."""
    if isinstance(value, Array):
        size = ARRAYS[ord(value.code)]
        data = bytearray(value.unpacked())
        match random.randrange(4):
            case 0:
                data = data[: random.randrange(max(1, len(data) // size)) * size]
            case 1:
                data = data * 3
            case 2 if data:
                form = "<d" if value.code == "d" else "<i"
                number = random.choice(REALS if form == "<d" else NUMBERS[:10])
                at = random.randrange(len(data) // size) * size
                struct.pack_into(form, data, at, number)
            case _:
                return random.choice((0, "x", Array("b", 3, b"\0\1\2"), Array("l", 1, bytes(8))))
        return Array(value.code, len(data) // size, bytes(data))
    if random.random() < 0.15:
        return random.choice((0, "x", 1.5, b"raw"))
    if isinstance(value, float):
        return random.choice(REALS)
    if isinstance(value, int):
        return Long(random.choice(NUMBERS))
    return random.choice(WORDS)


def deep() -> bytes:
    """Records within records."""
    inner = Made("Objects")
    for _ in range(400):
        inner = Made("Objects", (), [inner])
    return encode([inner])


def circle() -> bytes:
    """Objects that hang on each other."""
    objects, connections = Made("Objects"), Made("Connections")
    _triangle(objects, connections)
    objects.add("Model", Long(5), "m\0\1Model", "Mesh")
    for number in (4, 5):
        connections.add("C", "OO", Long(number), Long(9 - number))
    return encode([objects, connections])


def repeated(count: int) -> bytes:
    """One mesh that stands in the scene very often."""
    objects, connections = Made("Objects"), Made("Connections")
    _triangle(objects, connections)
    for number in range(10, 10 + count):
        objects.add("Model", Long(number), "m\0\1Model", "Mesh")
        connections.add("C", "OO", Long(number), Long(0))
        connections.add("C", "OO", Long(3), Long(number))
    return encode([objects, connections])


def promising(code: str, count: int) -> bytes:
    """A mesh whose table of points claims to be larger than it is."""
    objects, connections = Made("Objects"), Made("Connections")
    mesh = _triangle(objects, connections)
    mesh.records[0].values = [Array("d", 1200, bytes(9600))]
    data = bytearray(encode([objects, connections]))
    at = data.index(b"d" + struct.pack("<I", 1200))
    data[at : at + 5] = code.encode() + struct.pack("<I", count)
    return bytes(data)


def _triangle(objects: Made, connections: Made) -> Made:
    objects.add("Model", Long(4), "m\0\1Model", "Mesh")
    mesh = objects.add("Geometry", Long(3), "m\0\1Geometry", "Mesh")
    mesh.add("Vertices", Array("d", 9, struct.pack("<9d", 0, 0, 0, 1, 0, 0, 0, 1, 0)))
    mesh.add("PolygonVertexIndex", Array("i", 3, struct.pack("<3i", 0, 1, -3)))
    connections.add("C", "OO", Long(3), Long(4))
    return mesh


TRICKS = {
    "fbx of records without end": (
        ".fbx",
        lambda: MAGIC + struct.pack("<IIIIB", 7400, 2**31, 1, 1, 1) + bytes(99),
    ),
    "fbx of an old version": (".fbx", lambda: MAGIC + struct.pack("<I", 6100) + bytes(99)),
    "fbx with records within records": (".fbx", deep),
    "fbx whose objects hang on each other": (".fbx", circle),
    "fbx with a mesh 20,001 times": (".fbx", lambda: repeated(20_001)),
    "fbx that promises points": (".fbx", lambda: promising("d", 2**32 - 1)),
    "fbx with an array of another type": (".fbx", lambda: promising("f", 1200)),
}
"""Name, suffix and maker of each attack."""
