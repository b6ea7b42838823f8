"""Files that another file names: only what lies beside it."""

from __future__ import annotations

from pathlib import Path


def beside(folder: Path, name: str) -> Path | None:
    """The file of this name in ``folder`` or below it; None when there is none, or when the name leads out."""
    if not name.strip() or "\0" in name:
        return None
    try:
        path = (folder / name.replace("\\", "/")).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # a name that this system cannot have
        return None
