"""The triangles of objects, as the server gets them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import bpy

from ..core.errors import UserError
from ..core.later import np
from ..core.meshes.glb import Mesh, Piece
from . import parts, units
from .triangles import topology, triangulate


def mesh_of(obj: bpy.types.Object, *, named_parts: bool = False) -> Mesh:
    """The mesh in metres, Y up, rotated and scaled as in the world, about the object's origin.

    With ``named_parts``, parts that the object was generated with go along, so that their names are kept. Raises
    UserError when a position is not a finite number.
    """
    mesh = mesh_of_all([obj])
    numbers = parts.part_numbers(obj.data)
    if named_parts and numbers is not None and obj.data.get(parts.GIVEN):
        mesh.parts = numbers[triangulate(obj).polygons]
        mesh.part_names = json.loads(obj.data.get(parts.NAMES, "[]"))
    return mesh


def mesh_of_all(objects: Sequence[bpy.types.Object]) -> Mesh:
    """Several meshes as one, as they stand in the world, about the origin of the first; see ``Mesh.shares``.

    Raises UserError when a position is not a finite number.
    """
    bpy.context.view_layer.update()  # a script may have moved one just now
    origin = np.array(objects[0].matrix_world.translation, np.float64)
    vertices, faces, pieces, count = [], [], [], 0
    for obj in objects:
        own = triangulate(obj).vertices
        faces.append(own.astype(np.uint32) + np.uint32(count))
        vertices.append(_about(obj, origin))
        pieces.append(Piece(len(vertices[-1]), len(own), topology(obj)))
        count += len(vertices[-1])
    mesh = Mesh(np.concatenate(vertices), np.concatenate(faces), objects[0].name, pieces[0].topology)
    mesh.pieces = tuple(pieces) if len(pieces) > 1 else ()
    return mesh


def _about(obj: bpy.types.Object, origin: np.ndarray) -> np.ndarray:
    """(V, 3) the vertices in metres, Y up, as in the world but relative to ``origin``."""
    mesh = obj.data
    local = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.attributes["position"].data.foreach_get("vector", local)
    matrix = np.array(obj.matrix_world, np.float64)
    turn = matrix[:3, :3]
    world = (local.reshape(-1, 3) @ turn.T + (matrix[:3, 3] - origin)) / units.per_metre()
    if not np.isfinite(world).all():
        raise UserError(f"{obj.name} has a vertex whose position is not a number")
    return np.column_stack([world[:, 0], world[:, 2], -world[:, 1]]).astype(np.float32)
