"""The results' small pictures: asked for while drawing, loaded a few at a time between two redraws."""

from __future__ import annotations

import time
from pathlib import Path

import bpy
import bpy.utils.previews

from . import pump

BUDGET = 0.01
"""Seconds for each round of loading."""
INTERVAL = 0.05

_previews: bpy.utils.previews.ImagePreviewCollection | None = None
_wanted: dict[str, None] = {}
_missing: set[str] = set()


def icon_for(path: Path | None) -> int:
    """The icon of a picture, or 0 while it is not loaded. Only reads memory, so panels may ask in every draw."""
    if path is None or _previews is None:
        return 0
    name = str(path)
    if name in _previews:
        return int(_previews[name].icon_id)
    if name not in _missing:
        _wanted[name] = None
        if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, first_interval=INTERVAL)
    return 0


def load_some(seconds: float = BUDGET) -> int:
    """Load what was asked for until the time is up, at least one; returns how many still wait."""
    end = time.monotonic() + seconds
    while _wanted and _previews is not None:
        name = next(iter(_wanted))
        del _wanted[name]
        if Path(name).is_file():
            _previews.load(name, name, "IMAGE")  # Blender reads the pixels itself, in the background
        else:
            _missing.add(name)
        if time.monotonic() > end:
            break
    return len(_wanted)


def forget(path: Path | None) -> None:
    """Drop the picture of a deleted result."""
    name = str(path)
    _missing.discard(name)
    if _previews is not None and name in _previews:
        del _previews[name]


def _tick() -> float | None:
    waiting = load_some()
    pump.redraw()
    return INTERVAL if waiting else None


def attach() -> None:
    """Make room for the pictures."""
    global _previews
    _previews = bpy.utils.previews.new()


def detach() -> None:
    """Free them."""
    global _previews
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _wanted.clear()
    _missing.clear()


CLASSES = ()
