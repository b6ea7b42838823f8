"""How much a file may hold, and the error that says what is wrong with one.

Whoever sends a file chooses every number in it. So a count is compared with these limits, and with the bytes
that are really there, before anything is allocated for it. Imports nothing heavy: the inspector needs it too.
"""

from __future__ import annotations

MAX_VERTICES = 10_000_000
MAX_FACES = 10_000_000
"""A mesh of this size takes about 1.5 GB while it is read, and several times that in a model."""
MAX_NODES = 100_000
MAX_PRIMITIVES = 20_000
"""Meshes, or runs of faces with one material, over the whole scene."""
MAX_BONES = 2_000
MAX_WEIGHTS = 100_000_000
"""Vertices times bones: skin weights are held as one dense table."""
MAX_REPEATED_BYTES = 128 * 1024**2
"""What a file may gain by using the same numbers several times, as instances do."""
MAX_EXTENT = 1e6
"""Metres. What is larger is a stray vertex or a wrong unit."""

MAX_PIXELS = 64_000_000
"""Of one image."""
MAX_ALL_PIXELS = 12 * 4096**2
"""Of all images of one mesh."""
MAX_SCANS = 100
"""Passes of a progressive JPEG; encoders make about ten, and each one costs the time of a whole image."""

MAX_JSON_BYTES = 64 * 1024**2
MAX_JSON_VALUES = 4_000_000
"""A value of two bytes, such as ``[]``, takes up to a hundred in memory."""
MAX_TEXT_LINE = 1024**2
MAX_NAME = 200
"""Characters of a name that are kept."""

MAX_ZIP_ENTRIES = 1000
MAX_ZIP_DIRECTORY = 1024**2
MAX_UNZIPPED = 1024**3
MAX_ZIP_RATIO = 100
"""Bytes out for each byte in, where more than ``FREE_UNZIPPED`` come out; OBJ text shrinks about five times."""
FREE_UNZIPPED = 32 * 1024**2

DAMAGED = "Export the mesh again; the file contradicts itself."
INCOMPLETE = "Upload the file again; it did not arrive whole."
DECIMATE = "Reduce the mesh, in Blender with a Decimate modifier, and export it again."
UNCOMPRESSED = "Export the mesh again without compression."
NO_FACES = "Send a mesh with at least one triangle; a cloud of points or curves has no surface to work on."
SCALE_DOWN = "Scale the image down; 2048 pixels on the longer side are plenty."


class BadFileError(ValueError):
    """A file cannot be used. The message is a phrase that says why; ``suggestion`` is a sentence for its owner."""

    def __init__(self, reason: str, suggestion: str = DAMAGED) -> None:
        super().__init__(reason)
        self.suggestion = suggestion


def check_size(vertices: int, faces: int) -> None:
    """Refuse a mesh that is too large to work with."""
    for count, limit, what in ((vertices, MAX_VERTICES, "vertices"), (faces, MAX_FACES, "faces")):
        if count > limit:
            raise BadFileError(
                f"it has {count:,} {what}, and at most {limit // 1_000_000} million are taken", DECIMATE
            )


def short(name: object) -> str:
    """A name as it may be kept: a text of bounded length that can be written as UTF-8."""
    return str(name)[:MAX_NAME].encode("utf-8", "replace").decode()
