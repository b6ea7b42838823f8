"""Tasks from what is in the scene; the buttons and the command line both ask here."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..core.features import SEGMENT
from ..core.jobs import Task
from ..core.params import MeshParams, Params
from . import exporter, targets


def task_to_make(params: MeshParams, location: Sequence[float], name: str = "") -> Task:
    """A task that makes a new object, named after its prompt or picture, standing at ``location`` in the world.

    Raises UserError when there is nothing to make it from.
    """
    params.check()
    title = name or params.text_prompt or bpy.path.display_name_from_filepath(params.images[0])
    x, y, z = location
    return Task(title[:1].upper() + title[1:], params, location=(x, y, z))


def task_for(obj: bpy.types.Object | None, params: Params) -> Task:
    """A task about an object of the scene. Raises UserError when it cannot be sent."""
    obj = targets.require(obj)
    mesh = exporter.mesh_of(obj, named_parts=params.feature == SEGMENT)
    x, y, z = obj.location
    return Task(obj.name, params, mesh, (targets.identify(obj),), (x, y, z))
