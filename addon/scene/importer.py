"""New objects into the scene: made aside, linked at the end, gone again when anything fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import bpy
from mathutils import Vector

from ..core.errors import UserError
from ..core.later import np
from ..core.meshes.glb import read_glb
from ..core.meshes.model import MeshData, model_of
from . import builder, compat, placing, rig, units
from .placing import Place
from .staging import rollback


def publish(data: MeshData, name: str, place: Place) -> list[bpy.types.Object]:
    """Make the objects of a result, standing at a place, and link them; returns them, the main one first.

    The origin goes to the middle of the underside, where artists expect it. Parts become one mesh whose faces
    remember their part (attribute ``pocket3d_part``). A skeleton gives an armature, and the mesh under it. Nothing
    is selected.
    """
    low, high = (np.asarray(b, np.float64) for b in data.bounds)
    shift = -np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    scale = units.per_metre()
    with rollback():
        mesh = builder.build(data, name, scale, shift)
        objects = [mesh]
        if data.skeleton:
            armature, names = rig.make_armature(mesh, data.skeleton, scale, Vector(shift))
            armature.name = armature.data.name = compat.id_name(f"{mesh.name} rig")
            rig.write_weights(mesh, names, data.strokes)
            rig.attach(mesh, armature)
            objects = [armature, mesh]
        objects[0].matrix_world = place.matrix((high[2] - low[2]) * scale)
        for collection in place.collections or [placing.collection_for_results(bpy.context)]:
            for obj in objects:
                collection.objects.link(obj)
        bpy.context.view_layer.update()
        for obj in objects:
            if obj.name in bpy.context.view_layer.objects:
                obj.select_set(False)  # a new link is selected
    return objects


def import_result(
    path: str | Path,
    name: str,
    location: Sequence[float] = (0.0, 0.0, 0.0),
    *,
    collection: bpy.types.Collection | None = None,
    labels: Mapping[str, str] | None = None,
) -> list[bpy.types.Object]:
    """Read a GLB and bring it into the scene at once, for scripts; see ``publish``.

    ``location`` is where the middle of its underside goes. ``labels`` names parts for people by their node. Raises
    UserError for a file that cannot be used; nothing stays behind then.
    """
    x, y, z = location
    data = read_model(Path(path), labels)
    return publish(data, name, Place((x, y, z), collections=[collection] if collection else ()))


def read_model(path: Path, labels: Mapping[str, str] | None = None) -> MeshData:
    """Read a GLB, on any thread; without normals it is smooth by angle. Raises UserError for one of no use."""
    try:
        return model_of(read_glb(path), labels, smooth_without_normals=True)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UserError(f"{path.name} cannot be used: {error}") from error
