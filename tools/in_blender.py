"""What runs inside Blender's Python, of the demo and of ``bench import``: the extension installed, an end that is safe."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import bpy

EXTENSION = "bl_ext.user_default.pocket3d"


def install(zip_file: str) -> None:
    """Install and enable the very zip that users get, in this throw-away profile."""
    import addon_utils  # bpy puts it on the path

    bpy.ops.extensions.package_install_files(filepath=zip_file, repo="user_default", enable_on_install=True)
    if addon_utils.check(EXTENSION) != (True, True):
        raise RuntimeError("the extension did not install")


def module(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{EXTENSION}.{name}")


def run(main: Callable[[], None]) -> None:
    """Run ``main`` and end the process at once: Blender's module can crash or hang in its own exit handlers."""
    status = 1
    try:
        main()
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
