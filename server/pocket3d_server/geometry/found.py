"""The answer to what a file is; apart from ``recognise``, so that the server need not load its readers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """What a file is."""

    kind: str
    """``image`` or ``mesh``."""
    suffix: str
    media_type: str
    width: int | None = None
    """Of an image, in pixels."""
    height: int | None = None
    faces: int | None = None
    """Of a mesh whose container tells it."""
