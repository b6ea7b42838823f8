"""Secrets in files that only this user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """A file that only this user can read, replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(temporary, path)


def read_or_create_secret(path: Path, prefix: str = "") -> str:
    """The secret in a file; made on first use (256 random bits)."""
    if path.exists() and (text := path.read_text().strip()):
        return text
    text = prefix + secrets.token_urlsafe(32)
    write_private(path, text + "\n")
    return text
