"""Files that are wrong in their structure, built by hypothesis part by part."""

from __future__ import annotations

import copy
import io
import struct
import warnings
import zipfile
import zlib
from random import Random
from typing import Any

from hypothesis import strategies as st

from tools.fuzzing import real
from tools.fuzzing.fbx import damage_records
from tools.fuzzing.mutate import NUMBERS, WEIRD, png

counts = st.one_of(st.integers(0, 8), st.sampled_from(NUMBERS))
numbers = st.one_of(
    st.floats(-10, 10).map(repr),
    st.sampled_from(["nan", "inf", "1e39", "1e308", "1e-300", "x", "", "-", "１", "1e999999", "0x10", "1,5"]),
)
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(WEIRD).map(copy.deepcopy),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def glb(draw: st.DrawFn) -> bytes:
    """A GLB whose document had some of its values replaced, and whose lengths may lie."""
    document, chunk = real.plain_document()
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(0, 3))):
        table = draw(
            st.sampled_from(sorted(k for k, v in document.items() if isinstance(v, list)) or ["asset"])
        )
        rows: Any = document[table]
        if draw(st.booleans()) or not isinstance(rows, list) or not rows:
            document[table] = draw(json_values)
            continue
        row = rows[draw(st.integers(0, len(rows) - 1))]
        if isinstance(row, dict):
            key = draw(st.sampled_from([*sorted(row), *KEYS]))
            row[key] = draw(st.one_of(counts, json_values))
    data = bytearray(real.glb(document, chunk))
    if draw(st.integers(0, 4)) == 0:
        struct.pack_into("<I", data, draw(st.sampled_from([4, 8, 12, 16])), draw(counts) % 2**32)
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 9)) == 0 else data)


KEYS = (
    "mesh",
    "skin",
    "children",
    "indices",
    "mode",
    "sparse",
    "byteOffset",
    "byteStride",
    "count",
    "extensions",
    "uri",
)

face_corner = st.one_of(
    st.integers(-6, 9).map(str),
    st.tuples(st.integers(-3, 6), st.integers(-3, 6)).map(lambda c: f"{c[0]}/{c[1]}"),
    st.sampled_from(["1//1", "1/1/1", "1/", "/1", "//", "x", "1/2/3/4", "99999999999999999999", "1.5", "²"]),
)
obj_line = st.one_of(
    st.lists(numbers, max_size=5).map(lambda n: "v " + " ".join(n)),
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
        lambda v: f"v {v[0]} {v[1]} {v[2]}"
    ),
    st.lists(numbers, max_size=3).map(lambda n: "vt " + " ".join(n)),
    st.lists(numbers, max_size=4).map(lambda n: "vn " + " ".join(n)),
    st.lists(face_corner, max_size=6).map(lambda c: "f " + " ".join(c)),
    st.lists(st.integers(1, 4).map(str), min_size=3, max_size=5).map(lambda c: "f " + " ".join(c)),
    st.sampled_from(
        ["o", "o a", "g b", "usemtl", "usemtl red", "mtllib ../x", "mtllib", "s off", "#", "\\", "f", "v"]
    ),
    st.text(max_size=20),
)
obj = st.tuples(st.lists(obj_line, max_size=30), st.sampled_from(["\n", "\r\n", "\r", "\\\n"])).map(
    lambda made: (
        made[1].join(["v 0 0 0", "v 1 0 0", "v 0 1 0", "f 1 2 3", *made[0]]).encode("utf-8", "surrogatepass")
    )
)

ply_type = st.sampled_from(
    ["char", "uchar", "short", "int", "uint", "float", "double", "int64", "float16", "list"]
)
ply_name = st.sampled_from(
    ["x", "y", "z", "red", "green", "blue", "s", "t", "nx", "vertex_indices", "vertex_index", "x"]
)
ply_property = st.one_of(
    st.tuples(ply_type, ply_name).map(lambda p: f"property {p[0]} {p[1]}"),
    st.tuples(ply_type, ply_type, ply_name).map(lambda p: f"property list {p[0]} {p[1]} {p[2]}"),
    st.text(max_size=8),
)
VERTEX = ["property float x", "property float y", "property float z"]
FACE = ["property list uchar int vertex_indices"]


@st.composite
def ply(draw: st.DrawFn) -> bytes:
    """A PLY whose header and data need not fit."""
    form = draw(st.sampled_from(["ascii", "binary_little_endian", "binary_big_endian", "x"]))
    order = ">" if "big" in form else "<"
    vertices = draw(st.lists(st.tuples(*[st.floats(-9, 9, width=32)] * 3), min_size=3, max_size=6))
    faces = draw(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=5), min_size=1, max_size=6))
    if draw(st.integers(0, 3)) == 0:
        vertices.append(draw(st.tuples(*[st.floats(width=32)] * 3)))
        faces.append(draw(st.lists(st.integers(-1, 9), max_size=3)))
    if form == "ascii":
        rows = [*(map(repr, v) for v in vertices), *([str(len(f)), *map(str, f)] for f in faces)]
        body = "\n".join(" ".join(row) for row in rows).encode()
        body += " ".join(draw(st.lists(numbers, max_size=4))).encode()
    else:
        body = b"".join(struct.pack(order + "fff", *v) for v in vertices)
        body += b"".join(struct.pack(f"{order}B{len(face)}i", len(face), *face) for face in faces)
        body += draw(st.binary(max_size=20))
    wrong = draw(st.booleans())
    lines = ["ply", f"format {form} 1.0"]
    lines += [f"element vertex {draw(counts) if wrong else len(vertices)}"]
    lines += draw(st.lists(ply_property, max_size=5)) if wrong and draw(st.booleans()) else VERTEX
    lines += [f"element face {draw(counts) if wrong and draw(st.booleans()) else len(faces)}"]
    lines += draw(st.lists(ply_property, max_size=3)) if wrong and draw(st.booleans()) else FACE
    return "\n".join([*lines, "end_header\n"]).encode("utf-8", "replace") + body


@st.composite
def stl(draw: st.DrawFn) -> bytes:
    """An STL in either form, whose count may lie."""
    if draw(st.booleans()):
        good = st.lists(st.integers(-5, 5).map(str), min_size=3, max_size=3)
        rows = draw(
            st.lists(st.one_of(good, good, good, st.lists(numbers, min_size=2, max_size=4)), max_size=9)
        )
        vertices = "\n".join("vertex " + " ".join(row) for row in rows)
        return f"solid a\nfacet normal 0 0 1\n{vertices}\nendfacet\nendsolid".encode()
    triangles = draw(
        st.lists(
            st.lists(st.one_of(st.floats(-9, 9, width=32), st.floats(width=32)), min_size=12, max_size=12),
            max_size=5,
        )
    )
    body = b"".join(struct.pack("<12fH", *t, 0) for t in triangles)
    count = draw(st.one_of(st.just(len(triangles)), counts)) % 2**32
    return draw(st.sampled_from([b"solid", b""])).ljust(80, b"\0") + struct.pack("<I", count) + body


@st.composite
def zipped(draw: st.DrawFn) -> bytes:
    """A zip of odd members, whose records may lie."""
    out = io.BytesIO()
    names = st.sampled_from(
        ["a.obj", "b.glb", "a.mtl", "t.png", "../a.obj", "/a.obj", "d/a.obj", "d", "A.OBJ", "c:a.obj"]
    )
    with zipfile.ZipFile(out, "w") as archive:
        for _ in range(draw(st.integers(0, 4))):
            entry = zipfile.ZipInfo(draw(st.one_of(names, st.text(max_size=6))) or "x")
            entry.compress_type = draw(st.sampled_from([0, 8, 8, 12, 14]))
            entry.external_attr = draw(st.sampled_from([0, 0o120777 << 16, 0o40755 << 16, 0x10]))
            content = draw(st.one_of(obj, glb(), st.just(bytes(50_000)), st.binary(max_size=40)))
            with warnings.catch_warnings(action="ignore"):  # a name twice is meant
                archive.writestr(entry, content)
    data = bytearray(out.getvalue())
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + 4] = struct.pack("<I", draw(counts) % 2**32)
    return bytes(data)


@st.composite
def image(draw: st.DrawFn) -> bytes:
    """A PNG of odd chunks with right checksums."""
    width, height = draw(st.one_of(st.integers(1, 40), counts)), draw(st.one_of(st.integers(1, 40), counts))
    depth, colour = draw(st.sampled_from([1, 2, 4, 8, 16, 3])), draw(st.sampled_from([0, 2, 3, 4, 6, 1]))
    head = struct.pack(
        ">IIBBBBB", width % 2**32, height % 2**32, depth, colour, 0, 0, draw(st.sampled_from([0, 0, 1, 2]))
    )
    extra = st.tuples(
        st.sampled_from(
            [
                b"PLTE",
                b"tRNS",
                b"iCCP",
                b"zTXt",
                b"tEXt",
                b"eXIf",
                b"acTL",
                b"fcTL",
                b"fdAT",
                b"gAMA",
                b"IDAT",
            ]
        ),
        st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda b: b"a\0\0" + zlib.compress(b))),
    )
    pixels = zlib.compress(draw(st.binary(max_size=400)) + bytes(draw(st.sampled_from([0, 100, 10_000]))))
    chunks = [
        (b"IHDR", head),
        *draw(st.lists(extra, max_size=3)),
        (b"IDAT", pixels),
        *draw(st.lists(extra, max_size=2)),
    ]
    return png([*chunks, (b"IEND", b"")])


fbx = st.integers(0, 2**32).map(lambda n: damage_records(real.files(".fbx")[n % 2], Random(n)))

BY_SUFFIX = {
    ".glb": glb(),
    ".obj": obj,
    ".ply": ply(),
    ".stl": stl(),
    ".zip": zipped(),
    ".fbx": fbx,
    ".image": image(),
}
