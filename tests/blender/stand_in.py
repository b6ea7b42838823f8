"""Does for the ``bpy`` module what ``blender -b [FILE] --command pocket3d …`` and ``--python FILE`` do.

PYTHON stand_in.py -b [FILE] --command pocket3d ARGUMENTS…
PYTHON stand_in.py -b [FILE] --python SCRIPT
PYTHON stand_in.py --install ZIP
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import traceback

import bpy  # first: the next is found through it

# isort: split
import addon_utils

NAME = "bl_ext.user_default.pocket3d"


def main(arguments: list[str]) -> int:
    """Run as Blender would; returns its exit code."""
    if arguments[0] == "--install":
        bpy.ops.extensions.package_install_files(
            filepath=arguments[1], repo="user_default", enable_on_install=True
        )
        return 0
    addon_utils.enable(NAME)
    where = next(i for i, a in enumerate(arguments) if a in {"--command", "--python"})
    for file in arguments[1:where]:
        bpy.ops.wm.open_mainfile(filepath=file)
    if arguments[where] == "--python":
        runpy.run_path(arguments[where + 1], run_name="__main__")
        return 0
    return int(importlib.import_module(f"{NAME}.cli").main(arguments[where + 2 :]))


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except BaseException:
        traceback.print_exc()
        status = 1
    addon_utils.disable(NAME)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # 4.2 can crash and 4.5 hang in their own exit handlers
