"""Brings an attempt's files from a bucket to the runner, and its outputs into the bucket; in the runner's process.

There the time limit, a cancel and the lease cover the copying as they cover the work. Without a bucket nothing
is copied: the attempt's files and its output folder lie in the data folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pocket3d_server.runners.base import OUTPUTS, Attempt, OutputFile
from pocket3d_server.storage import Bucket, bucket, sync


@contextmanager
def staged(attempt: Attempt, stage: Callable[[str], None]) -> Iterator[Attempt]:
    """The attempt with its files on this machine. A file that is not in the bucket is not here either.

    Raises StorageError.
    """
    if not attempt.storage_url:
        yield attempt
        return
    folder = Path(attempt.output_dir) / attempt.output_stem
    folder.mkdir(parents=True)
    try:
        stage("fetching_files")
        yield replace(attempt, request=_fetched(attempt.request, bucket(attempt.storage_url), folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def store(attempt: Attempt, files: list[OutputFile], stage: Callable[[str], None]) -> None:
    """See what was made onto the disk, or move it into the bucket. Raises OSError, StorageError."""
    if not attempt.storage_url:
        sync(Path(attempt.output_dir) / file.name for file in files)
        return
    stage("storing_files")
    for file in files:
        bucket(attempt.storage_url).put(Path(attempt.output_dir) / file.name, f"{OUTPUTS}/{file.name}")


def _fetched(request: dict[str, Any], source: Bucket, folder: Path) -> dict[str, Any]:
    full = dict(request)
    if mesh := full.get("mesh"):
        full["mesh"] = _fetch(source, mesh, folder)
    if images := full.get("images"):
        full["images"] = [_fetch(source, image, folder) for image in images]
    return full


def _fetch(source: Bucket, path: str, folder: Path) -> str:
    target = folder / Path(path).name
    try:
        source.fetch(path, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
    return str(target)
