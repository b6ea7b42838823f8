"""Pocket3D for Blender: meshes from text and images, textures, parts and rigs in the sidebar."""

from __future__ import annotations

_command: object = None


def register() -> None:
    """Called by Blender when the extension is enabled."""
    global _command
    from . import cli, ui

    ui.register()
    _command = cli.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    global _command
    import bpy

    from . import ui

    bpy.utils.unregister_cli_command(_command)
    _command = None
    ui.unregister()
