"""What a result was made from, as it can be known again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path


def described(images: Sequence[str | Path]) -> list[dict[str, str]]:
    """Name and sha256 of each picture that a result was made from. Reads the files."""
    found = []
    for image in map(Path, images):
        try:
            with image.open("rb") as file:
                found.append({"name": image.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
        except OSError:
            found.append({"name": image.name})
    return found
