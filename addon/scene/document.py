"""Which document is open: results go only where they were asked for.

A document is the file's contents as loaded once; loading the same file again makes another one, which is known by
its path. Undo does not matter here, since nothing of this lies in the scene.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

import bpy
from bpy.app.handlers import persistent

from ..core.jobs.job import Origin

HANDS_ON = ("TRANSFORM_OT", "SCULPT_OT", "PAINT_OT", "MESH_OT", "OBJECT_OT", "CURVES_OT", "GREASE_PENCIL_OT")
"""Beginnings of the names of operators that hold on to the scene's data while they run."""
_document = uuid.uuid4().hex
_on_saved: Callable[[Origin], object] | None = None


def current_origin() -> Origin:
    """What is open now."""
    path = bpy.data.filepath
    return Origin(_document, os.path.normcase(os.path.abspath(path)) if path else "")


def hands_full() -> bool:
    """Whether the artist is amid something that a change of the scene would break: a drag, a stroke, a render."""
    if bpy.app.is_job_running("RENDER") or bpy.app.is_job_running("OBJECT_BAKE"):
        return True
    windows = bpy.context.window_manager.windows
    return any(o.bl_idname.startswith(HANDS_ON) for w in windows for o in w.modal_operators)


def attach(on_saved: Callable[[Origin], object]) -> None:
    """Notice loading and saving; ``on_saved`` is called with the document after each save."""
    global _on_saved
    _on_saved = on_saved
    bpy.app.handlers.load_post.append(_loaded)
    bpy.app.handlers.save_post.append(_saved)


def detach() -> None:
    """Notice no more."""
    global _on_saved
    _on_saved = None
    for handlers, ours in ((bpy.app.handlers.load_post, _loaded), (bpy.app.handlers.save_post, _saved)):
        if ours in handlers:  # another add-on may have emptied the list
            handlers.remove(ours)


@persistent
def _loaded(*_: object) -> None:
    global _document
    _document = uuid.uuid4().hex


@persistent
def _saved(*_: object) -> None:
    if _on_saved is not None:
        _on_saved(current_origin())
