"""Tasks from what is in the scene; the buttons and the command line both ask here."""

from __future__ import annotations

import dataclasses
import math
import uuid
from collections.abc import Sequence

import bpy

from ..core.errors import UserError
from ..core.features import RIG, SEGMENT
from ..core.jobs.job import Task
from ..core.request.params import LARGEST_SEED, MeshParams, Params
from . import exporter, targets
from .document import current_origin


def task_to_make(
    params: MeshParams,
    location: Sequence[float],
    name: str = "",
    *,
    replaces: bpy.types.Object | None = None,
    group: str = "",
    variant: int = 0,
) -> Task:
    """A task that makes a new object, named after its prompt or picture, standing at ``location`` in the world.

    ``replaces`` is the object whose place it takes. Raises UserError when there is nothing to make it from.
    """
    reason = params.why_not()
    if reason:
        raise UserError(reason)
    if len(location) != 3 or not all(map(math.isfinite, location)):
        raise UserError("A location is three numbers: x, y and z in metres")
    title = name or params.text_prompt or bpy.path.display_name_from_filepath(params.images[0])
    x, y, z = location
    return Task(
        title[:1].upper() + title[1:],
        params,
        location=(x, y, z),
        replaces=targets.identify(replaces) if replaces is not None else "",
        group=group,
        variant=variant,
        origin=current_origin(),
    )


def variants_to_make(
    params: MeshParams,
    location: Sequence[float],
    count: int,
    name: str = "",
    *,
    replaces: bpy.types.Object | None = None,
) -> list[Task]:
    """``count`` tasks that differ in their seeds only: the given one and those after it, as one group."""
    if count == 1:
        return [task_to_make(params, location, name, replaces=replaces)]
    group = uuid.uuid4().hex
    seeds = [None if params.seed is None else (params.seed + i) % (LARGEST_SEED + 1) for i in range(count)]
    return [
        task_to_make(
            dataclasses.replace(params, seed=seed),
            location,
            name,
            replaces=replaces,
            group=group,
            variant=variant,
        )
        for variant, seed in enumerate(seeds)
    ]


def task_for(obj: bpy.types.Object | None, params: Params) -> Task:
    """A task about an object of the scene. Raises UserError when it cannot be sent."""
    obj = targets.require(obj, params.feature)
    mesh = exporter.mesh_of(obj, named_parts=params.feature == SEGMENT)
    x, y, z = obj.matrix_world.translation
    return Task(obj.name, params, mesh, (targets.identify(obj),), (x, y, z), origin=current_origin())


def tasks_for(objects: Sequence[bpy.types.Object], params: Params) -> list[Task]:
    """A task for each object; a rig is one for all together. Raises UserError when one of them cannot be sent."""
    if params.feature == RIG and len(objects) > 1:
        return [_rig_for(objects, params)]
    return [task_for(obj, params) for obj in objects]


def _rig_for(objects: Sequence[bpy.types.Object], params: Params) -> Task:
    meshes = [targets.require(obj, RIG) for obj in objects]
    x, y, z = meshes[0].matrix_world.translation
    return Task(
        meshes[0].name,
        params,
        exporter.mesh_of_all(meshes),
        tuple(targets.identify(obj) for obj in meshes),
        (x, y, z),
        origin=current_origin(),
    )
