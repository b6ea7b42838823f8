"""Pocket3D for Blender: meshes from text and images, textures, parts and rigs in the sidebar."""

from __future__ import annotations


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import cli, ui

    ui.register()
    cli.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    from . import cli, ui

    cli.unregister()
    ui.unregister()
