"""What the networks see of a mesh: its shape in a cube from -1 to 1, Z up, and points on it with normals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.clean import corner_angles, face_normals
from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints, WeldedMesh

MOST_FACES = 50_000
"""The networks were trained on meshes of so many triangles at most."""
VERTICES = 8192
"""So many of the points, at most, are vertices."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A mesh as the networks know it."""

    vertices: Floats
    """(V, 3) in -1..1 along the longest side, the box around the origin, Z up, front towards -Y."""
    faces: Ints
    """(F, 3)."""
    centre: Floats
    """(3,) of the box of the mesh that it was made from, Y up."""
    scale: float
    """Half the longest side of that box."""
    simplified: bool
    """Whether it has other vertices than that mesh."""

    @property
    def box(self) -> tuple[Floats, Floats]:
        """Lowest and highest corner of its surface, (3,) each."""
        return _box(self.vertices, self.faces)

    def to_mesh(self, points: Floats) -> Floats:
        """Points (..., 3) of this frame in the frame of the mesh, Y up."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        return np.stack([x, z, -y], axis=-1) * self.scale + self.centre


@dataclass(frozen=True, eq=False)
class Samples:
    """Points on a shape, each a mixture of three of its vertices."""

    points: Floats
    """(N, 3)."""
    normals: Floats
    """(N, 3) of length one: smooth ones at vertices, those of the faces elsewhere."""
    corners: Ints
    """(N, 3) vertices; a point that is a vertex has it three times."""
    shares: Floats
    """(N, 3) of the corners, rows sum to 1."""

    def carried(self, values: Floats) -> Floats:
        """Values (V, J) of the vertices, at the points: (N, J)."""
        out: Floats = self.shares[:, :1] * values[self.corners[:, 0]]
        for k in (1, 2):
            out += self.shares[:, k : k + 1] * values[self.corners[:, k]]
        return out


def shape_of(surface: WeldedMesh) -> Shape:
    """``surface``, which is Y up, as the networks know it; simplified where it has more than `MOST_FACES` triangles."""
    low, high = _box(surface.vertices, surface.faces)
    centre, scale = (low + high) / 2, float((high - low).max()) / 2
    large = len(surface.faces) > MOST_FACES
    if large:
        surface = surface.simplified(MOST_FACES)
    x, y, z = ((surface.vertices - centre) / scale).T
    return Shape(np.stack([x, -z, y], axis=1), surface.faces, centre, scale, large)


def sampled(
    shape: Shape, count: int, random: np.random.RandomState, most_vertices: int = VERTICES
) -> Samples:
    """``count`` points: first vertices, as they are drawn, then points anywhere on the surface."""
    used = np.unique(shape.faces)
    chosen = random.permutation(used)[: min(most_vertices, count)]
    points, face, spans = on_surface(shape.vertices, shape.faces, count - len(chosen), random)
    normals, _ = face_normals(shape.vertices, shape.faces)
    u, v = spans[:, 0], spans[:, 1]
    at_vertices = np.broadcast_to([1.0, 0.0, 0.0], (len(chosen), 3))
    return Samples(
        np.concatenate([shape.vertices[chosen], points]),
        np.concatenate([_vertex_normals(shape)[chosen], normals[face]]),
        np.concatenate([np.repeat(chosen[:, None], 3, axis=1), shape.faces[face]]),
        np.concatenate([at_vertices, np.stack([1 - u - v, u, v], axis=1)]),
    )


def on_surface(
    vertices: NDArray[np.floating], faces: NDArray[np.integer], count: int, random: np.random.RandomState
) -> tuple[Floats, Ints, Floats]:
    """``count`` points (count, 3), the face of each, and how far it lies along the face's first and third side (count, 2).

    A face is as likely as its area *squared*: so the released networks were trained.
    """
    corners = np.asarray(vertices, np.float64)[faces]
    first, third = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    likely = np.cumsum(np.square(np.cross(first, third)).sum(axis=1))
    face = np.searchsorted(likely, random.random_sample(count) * likely[-1])
    spans = random.random_sample((count, 2))
    spans = np.abs(spans - (spans.sum(axis=1) > 1)[:, None])
    points = corners[face, 0] + spans[:, :1] * first[face] + spans[:, 1:] * third[face]
    return points, face, spans


def _box(vertices: Floats, faces: Ints) -> tuple[Floats, Floats]:
    """Vertices of no face do not count."""
    used = vertices[np.unique(faces)]
    return used.min(axis=0), used.max(axis=0)


def _vertex_normals(shape: Shape) -> Floats:
    """Means of the normals of the faces around each vertex, weighted by their angles there (V, 3)."""
    normal, _ = face_normals(shape.vertices, shape.faces)
    weight = corner_angles(shape.vertices, shape.faces)
    total = np.zeros_like(shape.vertices)
    for axis in range(3):
        total[:, axis] = np.bincount(
            shape.faces.ravel(), (weight * normal[:, axis : axis + 1]).ravel(), minlength=len(shape.vertices)
        )
    return unit(total)
