"""The text file in which Blender keeps the catalogs of an asset library."""

from __future__ import annotations

from pathlib import Path

from .files import write_whole

FILE = "blender_assets.cats.txt"
NAME = "Pocket3D"
UUID = "5f7c1c0e-9a3d-4c55-8d0b-3d90c3e7a1b4"
"""The same in every library, so that the same catalog is seen in all of them."""
HEAD = """# This is an Asset Catalog Definition file for Blender.
#
# Empty lines and lines starting with `#` will be ignored.
# The first non-ignored line should be the version indicator.
# Other lines are of the format "UUID:catalog/path/for/assets:simple catalog name"

VERSION 1

"""


def with_catalog(text: str) -> tuple[str, str]:
    """The file's text with our catalog in it, and the identifier to use.

    Every other line stays as it is. A catalog of this name that is already there, from whomever, is the one.
    """
    for line in text.splitlines():
        identifier, _, rest = line.partition(":")
        if not line.lstrip().startswith("#") and rest.partition(":")[0] == NAME:
            return text, identifier.strip()
    text = text if text.strip() else HEAD
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}{UUID}:{NAME}:{NAME}\n", UUID


def add_catalog(folder: Path) -> str:
    """Write our catalog into a library's folder unless it is there; returns its identifier."""
    file = folder / FILE
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    text, uuid = with_catalog(before)
    if text != before:
        write_whole(file, text)
    return uuid
