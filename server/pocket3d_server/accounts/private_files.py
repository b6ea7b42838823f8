"""Secrets in files that only this user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """A file that only this user can read, replaced in one step."""
    os.replace(_temporary(path, text), path)


def read_or_create_secret(path: Path, prefix: str = "") -> str:
    """The secret in a file; made on first use (256 random bits). Servers that share it may start at once."""
    if path.exists() and (text := path.read_text().strip()):
        return text
    if path.exists():
        path.unlink()  # it is empty
    temporary = _temporary(path, prefix + secrets.token_urlsafe(32) + "\n")
    try:
        os.link(temporary, path)  # fails where another server has made one meanwhile
    except FileExistsError:
        pass
    except OSError:  # the file system has no links
        os.replace(temporary, path)
    temporary.unlink(missing_ok=True)
    return path.read_text().strip()


def _temporary(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return temporary
