"""How the triangles that are sent lie on an object's mesh, and a fingerprint by which they are known again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import bpy

from ..core.later import np


@dataclass
class Triangulation:
    """The triangles of a mesh: their vertices and loops (T, 3), and their polygons (T,)."""

    vertices: np.ndarray
    loops: np.ndarray
    polygons: np.ndarray

    def turned_like(self, sent: np.ndarray | None) -> Triangulation:
        """The same triangles as they were ``sent`` (T, 3).

        Blender splits a face into triangles by its shape. When a vertex has moved since, the face may be split
        otherwise now, but its corners are still the same.
        """
        if sent is None or sent.shape != self.vertices.shape or np.array_equal(sent, self.vertices):
            return self
        width = int(max(self.vertices.max(initial=0), sent.max(initial=0))) + 1
        known = self.polygons[:, None].astype(np.int64) * width + self.vertices
        asked = self.polygons[:, None].astype(np.int64) * width + sent
        keys, first = np.unique(known, return_index=True)
        place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        if not np.array_equal(keys[place], asked):  # not the same faces
            return self
        return replace(self, vertices=sent, loops=self.loops.reshape(-1)[first[place]])


def triangulate(obj: bpy.types.Object) -> Triangulation:
    """Triangles of the object's own mesh, without modifiers, so that results land on what the artist edits.

    A mirrored object (negative scale) has its corners reversed, as its faces would point inwards otherwise.
    """
    mesh = obj.data
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    loops = np.empty((count, 3), np.int32)
    polygons = np.empty(count, np.int32)
    mesh.loop_triangles.foreach_get("loops", loops.ravel())
    mesh.loop_triangles.foreach_get("polygon_index", polygons)
    if obj.matrix_world.determinant() < 0:
        loops = loops[:, ::-1]
    return Triangulation(corner_vertices(mesh)[loops], loops, polygons)


def topology(obj: bpy.types.Object) -> str:
    """A fingerprint of the faces; moving vertices does not change it, adding, removing or reordering does."""
    mesh = obj.data
    starts = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(corner_vertices(mesh).tobytes())
    digest.update(starts.tobytes())
    mirrored = obj.matrix_world.determinant() < 0
    digest.update(f"{len(mesh.vertices)} {mirrored}".encode())
    return digest.hexdigest()


def corner_vertices(mesh: bpy.types.Mesh) -> np.ndarray:
    """(L,) the vertex of each face corner."""
    vertices = np.empty(len(mesh.loops), np.int32)
    mesh.attributes[".corner_vert"].data.foreach_get("value", vertices)
    return vertices
