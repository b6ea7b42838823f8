"""The version of all that is released: it stands in the file ``VERSION``, and from there in the files of each package.

    python build.py version            what it is, and whether every file has it
    python build.py version 0.2.0      write it everywhere

After that add a heading to CHANGELOG.md.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = {
    "server/pyproject.toml": r'^version = "(.+)"$',
    "server/pocket3d_server/__init__.py": r'^__version__ = "(.+)"$',
    "sdk/python/pyproject.toml": r'^version = "(.+)"$',
    "sdk/python/pocket3d/_version.py": r'^__version__ = "(.+)"$',
    "sdk/js/package.json": r'^  "version": "(.+)",$',
    "sdk/js/package-lock.json": r'^  "version": "(.+)",$',
    "blender_manifest.toml": r'^version = "(.+)"$',
}
"""Each file, and the line in it; the tools that read these files look nowhere else."""
SEMANTIC = r"\d+\.\d+\.\d+"
"""Blender takes no more than this, so neither do we."""


def current(root: Path = ROOT) -> str:
    """The version."""
    return (root / "VERSION").read_text(encoding="utf-8").strip()


def differing(root: Path = ROOT) -> dict[str, str]:
    """Files that have another version, and which."""
    found = {name: _found(root / name, line) for name, line in PLACES.items()}
    return {name: version for name, version in found.items() if version != current(root)}


def write(version: str, root: Path = ROOT) -> None:
    """Make it the version of everything. Raises ValueError for what is none."""
    if not re.fullmatch(SEMANTIC, version):
        raise ValueError(f"{version!r} is no version like 1.2.3")
    (root / "VERSION").write_text(f"{version}\n", encoding="utf-8")
    for name, line in PLACES.items():
        path = root / name
        text = path.read_text(encoding="utf-8")
        start, end = _line(path, line, text).span(1)
        path.write_text(text[:start] + version + text[end:], encoding="utf-8")


def _found(path: Path, line: str) -> str:
    return _line(path, line, path.read_text(encoding="utf-8")).group(1)


def _line(path: Path, line: str, text: str) -> re.Match[str]:
    found = re.search(line, text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{path} has no line {line}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Say it or set it."""
    parser = argparse.ArgumentParser(prog="build.py version", description=__doc__.split("\n")[0])
    parser.add_argument("version", nargs="?", metavar="X.Y.Z")
    wanted = parser.parse_args(arguments).version
    if wanted:
        try:
            write(wanted)
        except ValueError as error:
            parser.error(str(error))
    print(current())
    for name, version in differing().items():
        print(f"{name} has {version}")
    return 1 if differing() else 0


if __name__ == "__main__":
    raise SystemExit(main())
