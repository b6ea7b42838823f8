"""Without a window: ``blender -b [FILE] --command pocket3d generate --prompt "a chair" --save out.blend``.

The same jobs and the same code as the buttons, through ``api``. ``codes`` has the exit codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

_command: Any = None


def register() -> None:
    """Make the command known."""
    global _command
    _command = bpy.utils.register_cli_command("pocket3d", main)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_cli_command(_command)


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code. Whoever opens a window loads none of it."""
    from .program import main as run

    return run(argv)
