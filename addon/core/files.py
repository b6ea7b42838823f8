"""Files: written whole, their sizes found out and told in words."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there as it was, or as it shall be, even when the power fails. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with new.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, new)
        _replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _replace(new: Path, path: Path) -> None:
    for _ in range(20):
        try:
            os.replace(new, path)
            return
        except PermissionError:  # on Windows, while another Blender reads it
            time.sleep(0.05)
    os.replace(new, path)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; takes a while."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:  # it has just gone
                continue
    return total


def size_text(count: int) -> str:
    """Bytes as people write them: ``3.2 GB``, ``45 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor * 0.95:
            amount = count / factor
            return f"{amount:.0f} {unit}" if amount >= 20 else f"{round(amount, 1):g} {unit}"
    return f"{max(count, 0) / 1e3:.0f} kB"
