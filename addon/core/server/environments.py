"""The server's environments: each installation makes a new folder, so that the one in use stays whole.

A folder counts once its marker is in it, which is written last. What has none was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..files import write_whole

MARKER = "pocket3d-installed.json"
LEFT_OUT = ("__pycache__", "*.pyc", "*.egg-info", "build")
"""What running and building leave in a checkout; no part of the server."""
DYING = "removed-"
"""Folders of this prefix are on their way out; Windows keeps files that a process still uses."""


class Environment(NamedTuple):
    """A complete installation."""

    folder: Path
    fingerprint: str
    """Of the server that is in it."""
    version: str = ""
    installed: float = 0.0
    """Seconds since 1970."""
    neural: bool = False
    """Whether PyTorch is in it."""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return interpreter(self.folder)


def interpreter(folder: Path) -> Path:
    """Where an environment has its Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def new_folder(home: Path) -> Path:
    """A name that no other installation has."""
    return home / f"venv-{time.strftime('%Y%m%d')}-{uuid.uuid4().hex[:8]}"


def mark_complete(folder: Path, source: Path, neural: bool = False) -> None:
    """Make an environment count."""
    record = {
        "fingerprint": fingerprint(source),
        "version": version_of(source),
        "installed": time.time(),
        "neural": neural,
    }
    write_whole(folder / MARKER, json.dumps(record))


def complete(home: Path) -> list[Environment]:
    """All complete environments, the newest last."""
    found = []
    for folder in home.glob("venv*"):
        try:
            record = json.loads((folder / MARKER).read_text(encoding="utf-8"))
            found.append(
                Environment(
                    folder,
                    str(record["fingerprint"]),
                    str(record.get("version", "")),
                    float(record.get("installed", 0)),
                    bool(record.get("neural", False)),
                )
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda e: e.installed)


def best(home: Path, wanted: str) -> Environment | None:
    """The newest of the wanted fingerprint, else the newest of all."""
    found = complete(home)
    return next((e for e in reversed(found) if e.fingerprint == wanted), found[-1] if found else None)


def leftovers(home: Path) -> list[Path]:
    """Folders of installations that were interrupted, and of those half removed."""
    halves = [f for f in home.glob("venv*") if f.is_dir() and not (f / MARKER).is_file()]
    return halves + list(home.glob(f"{DYING}*"))


def remove(folder: Path) -> None:
    """Remove an environment; it no longer counts from the first moment, even if some files stay in use."""
    (folder / MARKER).unlink(missing_ok=True)
    dying = folder.with_name(f"{DYING}{uuid.uuid4().hex[:8]}")
    try:
        folder.rename(dying)
    except OSError:
        dying = folder
    shutil.rmtree(dying, ignore_errors=True)


@cache
def fingerprint(source: Path) -> str:
    """Changes when any file of the server in ``source`` does.

    Read once a process (an update of the extension loads this module anew): megabytes, so not on the main thread.
    """
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*")):
        relative = file.relative_to(source)
        left_out = any(fnmatch(part, pattern) for part in relative.parts for pattern in LEFT_OUT)
        if file.is_file() and not left_out:
            digest.update(f"{relative.as_posix()}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def version_of(source: Path) -> str:
    """The version of the server in ``source``; empty when it cannot be read."""
    try:
        text = (source / "pocket3d_server" / "__init__.py").read_text(encoding="utf-8")
    except OSError:
        return ""
    return text.partition('__version__ = "')[2].partition('"')[0]
