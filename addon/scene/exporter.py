"""The triangles of an object, as the server gets them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.glb import Mesh

PART_ATTRIBUTE = "pocket3d_part"
"""Integer face attribute: index into the names of the parts."""
PART_NAMES = "pocket3d_parts"
"""Custom property of the mesh: JSON list of the parts' names."""
PARTS_GIVEN = "pocket3d_parts_given"
"""Custom property of the mesh: true while its parts are those that it was generated with."""


@dataclass
class Triangulation:
    """How the triangles that were sent lie on the mesh: vertices, loops (T, 3) and polygons (T,)."""

    vertices: np.ndarray
    loops: np.ndarray
    polygons: np.ndarray


def triangulate(obj: bpy.types.Object) -> Triangulation:
    """Triangles of the object's own mesh, without modifiers, so that results land on what the artist edits.

    A mirrored object (negative scale) has its corners reversed, as its faces would point inwards otherwise.
    """
    mesh = obj.data
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    vertices = np.empty((count, 3), np.int32)
    loops = np.empty((count, 3), np.int32)
    polygons = np.empty(count, np.int32)
    mesh.loop_triangles.foreach_get("vertices", vertices.ravel())
    mesh.loop_triangles.foreach_get("loops", loops.ravel())
    mesh.loop_triangles.foreach_get("polygon_index", polygons)
    if obj.matrix_world.determinant() < 0:
        vertices, loops = vertices[:, ::-1], loops[:, ::-1]
    return Triangulation(vertices, loops, polygons)


def topology(obj: bpy.types.Object, triangles: Triangulation | None = None) -> str:
    """A fingerprint of the faces; moving vertices does not change it."""
    triangles = triangles or triangulate(obj)
    digest = hashlib.sha1(np.ascontiguousarray(triangles.vertices).tobytes(), usedforsecurity=False)
    digest.update(str((len(obj.data.vertices), len(obj.data.loops))).encode())
    return digest.hexdigest()


def mesh_of(obj: bpy.types.Object, *, named_parts: bool = False) -> Mesh:
    """The mesh in metres, Y up, rotated and scaled as in the world, about the object's origin.

    With ``named_parts``, parts that the object was generated with go along, so that their names are kept. Raises UserError when a position is not a finite number.
    """
    bpy.context.view_layer.update()  # a script may have moved it just now
    data = obj.data
    triangles = triangulate(obj)
    local = np.empty(len(data.vertices) * 3, np.float32)
    data.vertices.foreach_get("co", local)
    matrix = np.array(obj.matrix_world.to_3x3(), np.float64)
    world = local.reshape(-1, 3) @ matrix.T
    if not np.isfinite(world).all():
        raise UserError(f"{obj.name} has a vertex whose position is not a number")
    vertices = np.column_stack([world[:, 0], world[:, 2], -world[:, 1]]).astype(np.float32)
    mesh = Mesh(vertices, triangles.vertices.astype(np.uint32), obj.name, topology(obj, triangles))
    attribute = data.attributes.get(PART_ATTRIBUTE)
    if named_parts and attribute is not None and data.get(PARTS_GIVEN):
        numbers = np.zeros(len(data.polygons), np.int32)
        attribute.data.foreach_get("value", numbers)
        mesh.parts, mesh.part_names = numbers[triangles.polygons], json.loads(data.get(PART_NAMES, "[]"))
    return mesh
