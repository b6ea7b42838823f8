"""The file of the picture library, as it was released: which one, where it lies, one picture out of it."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.weights import WeightFile, Weights

RELEASE = WeightFile(
    repository="npm:@lobehub/fluent-emoji-3d",
    revision="1.1.0",
    path="lobehub-fluent-emoji-3d-1.1.0.tgz",
    size=15_792_027,
    sha256="c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
)
"""3,391 renders of 256 x 256 pixels with transparency, one file for each emoji."""
NAME = "Fluent Emoji 3D"
CREDIT = "Fluent Emoji, © Microsoft, as packed by LobeHub"
LICENCE = "MIT"

FOLDER = "package/assets"
LARGEST = 1 << 20
"""Bytes of one picture; whatever claims more is none of the library's."""


@dataclass(frozen=True)
class Library:
    """The library on this machine. It stays packed: a picture is read out of the archive by its exact name, and
    nothing is written by the names that an archive gives."""

    file: Path

    @classmethod
    def of(cls, weights: Weights) -> Library | None:
        """The library if it is installed."""
        return cls(weights.path(RELEASE)) if weights.has(RELEASE) else None

    def picture(self, code: str) -> bytes:
        """The WebP file of the picture called ``code``. Raises EngineError when the library has none."""
        wanted = f"{FOLDER}/{code}.webp"
        try:
            with tarfile.open(self.file, "r|gz") as archive:
                for member in archive:
                    if member.name == wanted and member.isreg() and 0 < member.size <= LARGEST:
                        content = archive.extractfile(member)
                        if content is not None:
                            return content.read()
        except (OSError, EOFError, tarfile.TarError) as error:
            raise EngineError(
                f"the picture library cannot be read: {error}",
                suggestion="Remove the model builtin_pictures and install it again.",
            ) from error
        raise EngineError(
            f"the picture library has no picture {code}",
            suggestion="Remove the model builtin_pictures and install it again.",
        )
