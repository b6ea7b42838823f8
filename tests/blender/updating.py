"""Runs in Blender's Python: takes the extension from a repository, then its update, as Blender's own updater does.

PYTHON updating.py REPOSITORY_URL READY_FILE GO_FILE

Says in READY_FILE which version it has installed, waits for GO_FILE (the second version is there), updates.
"""

from __future__ import annotations

import os
import sys
import time
import tomllib
import traceback
from pathlib import Path

import bpy  # before addon_utils, which is found through it

# isort: split
import addon_utils

NAME = "bl_ext.pocket3d_repository.pocket3d"


def installed() -> str:
    """The version on disk, which must be the one that is enabled."""
    assert addon_utils.check(NAME) == (True, True), addon_utils.check(NAME)
    folder = Path(bpy.utils.user_resource("EXTENSIONS")) / "pocket3d_repository" / "pocket3d"
    assert Path(sys.modules[NAME].__file__).parent == folder
    return str(tomllib.loads((folder / "blender_manifest.toml").read_text(encoding="utf-8"))["version"])


def main(url: str, ready: Path, go: Path) -> None:
    """Add the repository, install, update."""
    bpy.context.preferences.system.use_online_access = True
    repositories = bpy.context.preferences.extensions.repos
    for other in list(repositories):
        repositories.remove(other)
    repositories.new(name="Pocket3D", module="pocket3d_repository", remote_url=url)
    assert bpy.ops.extensions.repo_sync(repo_index=0) == {"FINISHED"}
    assert bpy.ops.extensions.package_install(repo_index=0, pkg_id="pocket3d") == {"FINISHED"}
    ready.write_text(installed())
    while not go.exists():
        time.sleep(0.05)
    assert bpy.ops.extensions.repo_sync(repo_index=0) == {"FINISHED"}
    assert bpy.ops.extensions.package_upgrade_all() == {"FINISHED"}
    ready.write_text(installed())
    assert bpy.ops.pocket3d.generate.get_rna_type()


if __name__ == "__main__":
    status = 1
    try:
        main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender's own clean-up at exit can hang in a module
