"""Damages good files: bytes at random, numbers in text, values in JSON, members of zips, chunks of PNGs."""

from __future__ import annotations

import copy
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

from tools.fuzzing import real
from tools.fuzzing.fbx import damage_records

NUMBERS = (0, 1, 2, 3, 4, 255, 256, 65535, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 10**7, 10**9)
WORDS = (
    *(b"nan", b"inf", b"-inf", b"1e400", b"-1", b"0", b"", b"1e-320", b"99999999999999999999", b"2147483648"),
    *(
        b"x",
        b"1/2/3/4",
        b"//",
        b"\xff\xfe",
        b"\0",
        b"1_0",
        b"\xc2\xb2",
        b"9" * 5000,
        b"../../etc/passwd",
        b"-",
    ),
)
WEIRD: tuple[Any, ...] = (
    *(-1, 0, 1, 3, 10**6, 2**31, 2**63, 10**30, 1e308, -0.5, 0.5, True, None, "", "x", "\ud800", "../../x"),
    *(
        [],
        {},
        [0],
        [[]],
        [None],
        {"a": 1},
        [1e39] * 16,
        [0] * 3,
        "NaN",
        "data:;base64,@@@",
        "VEC2",
        5120,
        5126,
        36,
    ),
)
CUTS = 6
DAMAGED_ALREADY = (
    ValueError,
    LookupError,
    TypeError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    OSError,
)
"""What our own tools raise for a file that has been damaged once."""


def mutate(suffix: str, random: Random) -> bytes:
    """A damaged file of a kind."""
    data = random.choice(real.files(suffix))
    ways: list[Callable[[bytes, Random], bytes]] = [damage_bytes]
    if suffix == ".glb":
        ways += [damage_json, damage_json, damage_json_text]
    elif suffix in (".obj", ".ply", ".stl"):
        ways += [damage_words, damage_words]
    elif suffix == ".fbx":
        ways += [damage_records, damage_records]
    elif suffix == ".zip":
        ways += [damage_members, damage_members]
    elif data.startswith(b"\x89PNG"):
        ways += [damage_png]
    for _ in range(random.choice((1, 1, 1, 2))):
        way = random.choice(ways)
        try:
            data = way(data, random)
        except DAMAGED_ALREADY:
            data = damage_bytes(data, random)  # the first damage left nothing to work with
    return data


def damage_bytes(data: bytes, random: Random) -> bytes:
    """Flips, overwrites, cuts, repeats or appends."""
    out = bytearray(data)
    for _ in range(random.randint(1, CUTS)):
        if not out:
            break
        at = random.randrange(len(out))
        match random.randrange(7):
            case 0:
                out[at] ^= 1 << random.randrange(8)
            case 1:
                out[at] = random.randrange(256)
            case 2:
                order = random.choice("<>")
                out[at : at + 4] = struct.pack(order + "I", random.choice(NUMBERS))
            case 3:
                del out[at : at + random.randint(1, 64)]
            case 4:
                piece = out[at : at + random.randint(1, 64)]
                out[at:at] = piece * random.randint(1, 4)
            case 5:
                if random.random() < 0.3:
                    del out[at:]
            case _:
                out += random.randbytes(random.randint(1, 64))
    return bytes(out)


def damage_words(data: bytes, random: Random) -> bytes:
    """Replaces words of a text."""
    words = list(re.finditer(rb"[^\s/]+", data))
    for match in sorted(
        random.sample(words, min(len(words), random.randint(1, 4))), key=lambda m: -m.start()
    ):
        data = data[: match.start()] + random.choice(WORDS) + data[match.end() :]
    return data


def damage_json(data: bytes, random: Random) -> bytes:
    """Replaces, removes or adds values in a GLB's document."""
    document, chunk = real.split(data)
    for _ in range(random.randint(1, 3)):
        places = list(_places(document))
        holder, key = random.choice(places)
        match random.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.extend([holder[key]] * random.choice((1, 3, 1000)))
            case _:
                holder[key] = copy.deepcopy(random.choice(WEIRD))
    return real.glb(document, chunk)


def damage_json_text(data: bytes, random: Random) -> bytes:
    """Damages the text of a GLB's JSON, its lengths kept right."""
    document, chunk = real.split(data)
    text = real.json.dumps(document).encode()
    words = list(re.finditer(rb"-?[\d.]+", text))
    match = random.choice(words)
    choice = random.choice(
        (b"NaN", b"Infinity", b"1e999", b"-0", b"[" * 5000, b"9" * 5000, b'"\\ud800"', b"{}", b"\xff")
    )
    return real.glb(None, chunk, text[: match.start()] + choice + text[match.end() :])


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for key in list(value.keys() if isinstance(value, dict) else range(len(value))):
            yield value, key
            yield from _places(value[key])


def damage_members(data: bytes, random: Random) -> bytes:
    """Packs a zip anew with damaged, renamed or repeated members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content, name = old.read(entry), entry.filename
            match random.randrange(6):
                case 0:
                    content = damage_bytes(content, random)
                case 1 if name.endswith((".obj", ".mtl")):
                    content = damage_words(content, random)
                case 2:
                    name = random.choice(
                        ("../" + name, "/" + name, "a/" + name, name.upper(), "C:" + name, "x" * 300)
                    )
                case 3 if random.random() < 0.3:
                    content = bytes(10**6)
                case _:
                    pass
            with warnings.catch_warnings(action="ignore"):  # a name twice is meant
                new.writestr(name, content)
    return out.getvalue()


def damage_png(data: bytes, random: Random) -> bytes:
    """Damages the content of a chunk and mends its checksum, so that decoders look at it."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    place = random.randrange(len(chunks))
    kind, body = chunks[place]
    if kind == b"IDAT" and random.random() < 0.5:
        body = zlib.compress(damage_bytes(zlib.decompress(body), random))
    else:
        body = damage_bytes(body, random)
    chunks[place] = (kind, body)
    return png(chunks)


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks."""
    out = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in chunks:
        out.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(out)
