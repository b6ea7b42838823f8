"""Builds all that is released: the Blender extension, the wheels of server and client, the npm tarball.

    python build.py package [--output FOLDER] [--extension-only]

The extension is one zip for every platform, without wheels. In it: the manifest and ``addon/`` at the root, the client as ``pocket3d/`` beside them, and the server's
source as ``server/`` for the environment that the extension makes. Beside it ``repository/``, a folder for a web
server, see ``tools/repository.py``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools import distributions, repository, version

ROOT = Path(__file__).resolve().parent.parent
EPOCH = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", "build"}
"""Folders that running and testing leave behind."""

TREES = {
    "addon": "",
    "sdk/python/pocket3d": "pocket3d",
    "server/pocket3d_server": "server/pocket3d_server",
}
FILES = {
    "blender_manifest.toml": "blender_manifest.toml",
    "server/pyproject.toml": "server/pyproject.toml",
    "server/data-packages.txt": "server/data-packages.txt",
    "server/LICENSE": "server/LICENSE",
    "sdk/python/LICENSE": "pocket3d/LICENSE",
    "requirements.lock": "server/requirements.lock",
    "server/NOTICES.md": "server/NOTICES.md",
}
"""Source to its place in the zip."""


def members(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Name in the zip and source of every file, sorted by name."""
    found: dict[str, Path] = {}
    for source, target in TREES.items():
        for file in (root / source).rglob("*"):
            relative = file.relative_to(root / source)
            parts = set(relative.parts)
            if file.is_file() and not parts & LEFT_OUT and file.suffix != ".pyc":
                found["/".join([*([target] if target else []), *relative.parts])] = file
    for source, target in FILES.items():
        if (root / source).is_file():
            found[target] = root / source
    yield from sorted(found.items())


def build(output: Path, root: Path = ROOT) -> Path:
    """Write ``pocket3d-VERSION.zip`` into the folder ``output`` and return its path."""
    manifest = tomllib.loads((root / "blender_manifest.toml").read_text(encoding="utf-8"))
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{manifest['id']}-{manifest['version']}.zip"
    partial = path.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in members(root):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    partial.replace(path)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and say where everything is."""
    parser = argparse.ArgumentParser(prog="build.py package", description="Build what is released.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--extension-only", action="store_true", help="neither wheels nor the npm tarball")
    options = parser.parse_args(arguments)
    for name, other in version.differing().items():
        parser.error(f"{name} has version {other}; 'python build.py version {version.current()}' mends it")
    path = build(options.output)
    index = repository.write(path, path.parent / "repository")
    with zipfile.ZipFile(path) as archive:
        count = len(archive.namelist())
    print(f"{path}: {count} files, {path.stat().st_size / 1e6:.1f} MB")
    print(f"{index}: what Blender's updater reads; the folder can go to any web server")
    if options.extension_only:
        return 0
    made = [path, *distributions.wheels(options.output)]
    tarball = distributions.npm_tarball(options.output)
    if tarball is None:
        print("the JavaScript client's tarball is left out: there is no npm here")
    else:
        made.append(tarball)
    for file in made[1:]:
        print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")
    print(distributions.checksums(made, options.output))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
