"""What the checks share."""

from __future__ import annotations

import importlib
from typing import Any

import addon_utils
import bpy

NAME = "bl_ext.user_default.pocket3d"


def module(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{NAME}.{name}")


def install(zip_file: str) -> None:
    """Install and enable the zip as an artist's 'Install from Disk' does."""
    done = bpy.ops.extensions.package_install_files(
        filepath=zip_file, repo="user_default", enable_on_install=True
    )
    assert done == {"FINISHED"}, done
    assert addon_utils.check(NAME) == (True, True), addon_utils.check(NAME)


def fresh_file() -> None:
    """An empty file with the extension still enabled."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    session = module("session").current_session()
    session.runner.jobs.clear()
    session.runner.revision += 1
    module("ui.pump").sync_list()


def cube(**transform: Any) -> bpy.types.Object:
    """A cube with material and UVs, selected and active."""
    scale = transform.pop("scale", (1, 1, 1))  # the operator would apply it to the mesh
    bpy.ops.mesh.primitive_cube_add(size=2, **transform)
    obj = bpy.context.object
    obj.scale = scale
    bpy.context.view_layer.update()
    obj.data.materials.append(bpy.data.materials.new("Own"))
    return obj


def run(params: Any, obj: bpy.types.Object | None = None, title: str = "A cube") -> tuple[Any, list[Any]]:
    """Do a job as the command line does."""
    tasks = module("scene.tasks")
    task = tasks.task_for(obj, params) if obj else tasks.task_to_make(params, (1, 2, 3), title)
    jobs = module("api.jobs")
    job = jobs.submit(task)
    jobs.wait([job])
    return job, jobs.made(job)


def params() -> Any:
    """The module with the requests."""
    return module("core.request.params")


def counts() -> dict[str, int]:
    """Number of datablocks of each kind that results may make."""
    kinds = ("scenes", "objects", "meshes", "materials", "images", "armatures", "collections", "actions")
    return {k: len(getattr(bpy.data, k)) for k in kinds}
