"""Unpacks a zip that somebody sent. Imports nothing heavy: the inspector needs it too.

The directory of a zip is a claim. It is checked before anything is unpacked, and while unpacking the bytes are
counted all the same.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath

from pocket3d_server.geometry.limits import (
    DECIMATE,
    FREE_UNZIPPED,
    INCOMPLETE,
    MAX_UNZIPPED,
    MAX_ZIP_DIRECTORY,
    MAX_ZIP_ENTRIES,
    MAX_ZIP_RATIO,
    BadFileError,
)

MESHES = (".obj", ".gltf", ".glb", ".fbx", ".ply", ".stl")
"""In this order the mesh is looked for."""
COMPANIONS = (".mtl", ".bin", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".tif", ".tiff")
PACK_AGAIN = "Pack the mesh and its textures again as an ordinary zip."
END = struct.Struct("<4sHHHHIIH")
LONGEST_COMMENT = 65_535
BLOCK = 1024**2
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError),
    *(ValueError, IndexError),
)
"""What the zipfile module raises for files that are no zip."""


def check_zip(path: Path) -> zipfile.ZipInfo:
    """Check a zip by its directory; the entry with the mesh. Raises BadFileError."""
    _check_directory_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, path.stat().st_size)
    except BadFileError:
        raise
    except BROKEN as error:
        raise _broken() from error
    return _mesh(entries)


def unpack_zip(path: Path, folder: Path) -> Path:
    """Unpack mesh and companions into an empty folder; the mesh's path there. Raises BadFileError."""
    mesh = check_zip(path)
    left = _allowed(path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and (entry.filename == mesh.filename or _suffix(entry) in COMPANIONS):
                    left -= _unpack(archive, entry, folder, left)
    except BadFileError:
        raise
    except BROKEN as error:
        raise _broken() from error
    return folder.joinpath(*_parts(mesh))


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one entry's file; its true size."""
    target = folder.joinpath(*_parts(entry))
    size = 0
    with archive.open(entry) as source:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = target.open("xb")
        except OSError as error:  # e.g. a file where another entry has a folder, or a name too long
            raise BadFileError("the zip holds names that cannot stand side by side", PACK_AGAIN) from error
        with file:
            while block := source.read(BLOCK):
                size += len(block)
                if size > left:
                    raise _bomb()
                file.write(block)
    return size


def _check_directory_size(path: Path) -> None:
    """The directory is short enough to be read at all: the zipfile module reads one of any length."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - END.size - LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + END.size > len(tail):
        raise BadFileError("the zip has no end; it is cut short", INCOMPLETE)
    _, disk, start_disk, _, count, directory, _, comment = END.unpack_from(tail, at)
    if at + END.size + comment != len(tail) or disk != start_disk:
        raise _broken()
    if tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise BadFileError("the zip is in the format for more than 4 GB", PACK_AGAIN)
    if count > MAX_ZIP_ENTRIES or directory > MAX_ZIP_DIRECTORY:
        raise _too_many()


def _entries(archive: zipfile.ZipFile, packed: int) -> list[zipfile.ZipInfo]:
    """The files of a zip, none of which is a trick."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(archive.infolist()) > MAX_ZIP_ENTRIES:
        raise _too_many()
    for entry in entries:
        _parts(entry)
        if not 0 <= entry.header_offset < packed:
            raise _broken()
        if entry.flag_bits & 1:
            raise BadFileError("the zip is encrypted", "Pack it again without a password.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadFileError("the zip holds links to other files", PACK_AGAIN)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadFileError("the zip is packed with an unusual method", PACK_AGAIN)
    if any(n > 1 for n in Counter(entry.filename for entry in entries).values()):
        raise BadFileError("the zip holds two files of the same name", PACK_AGAIN)
    if sum(entry.file_size for entry in entries) > _allowed(packed):
        raise _bomb()
    return entries


def _mesh(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    for suffix in MESHES:
        found = [e for e in entries if _suffix(e) == suffix and not _parts(e)[-1].startswith("._")]
        if found:
            return min(found, key=lambda entry: entry.filename)
    raise BadFileError(
        f"the zip holds no mesh ({', '.join(MESHES[:-1])} or {MESHES[-1]})",
        "Pack the mesh file itself, with its materials and textures, into one zip.",
    )


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The entry's path below the folder into which it may go."""
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or any(c in ':*?"<>|' or c < " " for c in name):
        raise BadFileError("the zip holds a path that leaves its folder", PACK_AGAIN)
    return parts


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename.replace("\\", "/")).suffix.lower()


def _allowed(packed: int) -> int:
    """Bytes that may come out of a zip of this size."""
    return min(MAX_UNZIPPED, max(FREE_UNZIPPED, packed * MAX_ZIP_RATIO))


def _bomb() -> BadFileError:
    return BadFileError("the zip grows out of proportion when it is unpacked", DECIMATE)


def _too_many() -> BadFileError:
    return BadFileError(
        f"the zip holds more than {MAX_ZIP_ENTRIES:,} files",
        "Pack only the mesh, its materials and textures.",
    )


def _broken() -> BadFileError:
    return BadFileError("the zip is broken", PACK_AGAIN)
