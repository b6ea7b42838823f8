"""Pocket3D for Blender: meshes from text and images, textures, parts and rigs in the sidebar."""

from __future__ import annotations

from contextlib import ExitStack

_undo = ExitStack()


def register() -> None:
    """Called by Blender when the extension is enabled. What was done is undone when a part fails."""
    from . import cli, translations, ui

    with ExitStack() as undo:
        for part in (translations, ui, cli):
            part.register()
            undo.callback(part.unregister)
        _undo.push(undo.pop_all())


def unregister() -> None:
    """Called by Blender when the extension is disabled; does nothing when nothing is registered."""
    _undo.close()
