"""Closed meshes from fields over the picture plane: made, smoothed, reduced and joined."""

from __future__ import annotations

from dataclasses import dataclass

import fast_simplification
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from skimage.measure import marching_cubes

from pocket3d_server.models.builtin_image.silhouette import Frame
from pocket3d_server.models.pictures.picture import Array

Vertices = np.ndarray
Faces = np.ndarray


@dataclass(frozen=True)
class Mesh:
    """Closed triangles, counter-clockwise from outside."""

    vertices: Vertices
    """(V, 3) float64, metres."""
    faces: Faces
    """(F, 3) int64."""


def polygonise(field: Array, frame: Frame, middle: float) -> Mesh:
    """The zero level of ``field`` (D, H, W; positive inside, slice index towards the viewer) as a mesh.

    Slice ``middle`` lies at z = 0. Lorensen and Cline 1987, by scikit-image.
    """
    field = np.pad(field, 1, constant_values=min(-1e-3, float(field.min())))
    points, faces, _, _ = marching_cubes(field, 0.0, gradient_direction="descent", allow_degenerate=False)
    slices, rows, columns = (points - 1).T.astype(np.float64)
    vertices = np.stack([frame.x(columns), frame.y(rows), (slices - middle) * frame.unit], axis=1)
    return outward(Mesh(vertices, faces.astype(np.int64)))


def outward(mesh: Mesh) -> Mesh:
    """The same mesh with its faces turned so that its volume is positive."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->", a, np.cross(b, c))
    return mesh if volume > 0 else Mesh(mesh.vertices, mesh.faces[:, ::-1].copy())


def neighbours(mesh: Mesh) -> csr_matrix:
    """(V, V) matrix that averages over the vertices joined by an edge."""
    count = len(mesh.vertices)
    start = mesh.faces.ravel()
    end = np.roll(mesh.faces, -1, axis=1).ravel()
    ones = np.ones(len(start))
    joined = coo_matrix((ones, (start, end)), (count, count)).tocsr()
    joined = joined + joined.T
    joined.data[:] = 1
    degree = np.maximum(np.asarray(joined.sum(axis=1)).ravel(), 1)
    joined.data /= np.repeat(degree, np.diff(joined.indptr))
    return joined


def smooth(mesh: Mesh, rounds: int, shrink: float = 0.5, grow: float = 0.53) -> Mesh:
    """Removes the steps of the grid without shrinking the shape (Taubin 1995)."""
    average = neighbours(mesh)
    vertices = mesh.vertices
    for _ in range(rounds):
        vertices = vertices + shrink * (average @ vertices - vertices)
        vertices = vertices - grow * (average @ vertices - vertices)
    return Mesh(vertices, mesh.faces)


def reduce(mesh: Mesh, faces: int) -> Mesh:
    """At most about ``faces`` triangles, by quadric edge collapse (Garland and Heckbert 1997); stays closed.

    One order of collapses may pinch thin places; then another is tried, or not so far.
    """
    if len(mesh.faces) <= faces:
        return mesh
    points, triangles = mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32)
    closed = is_closed(mesh)
    for target, haste in ((faces, 4), (faces, 7), (faces, 5), (int(1.4 * faces), 7)):
        if target >= len(triangles):
            break
        v, f = fast_simplification.simplify(points, triangles, target_count=target, agg=haste)
        smaller = Mesh(v.astype(np.float64), f.astype(np.int64))
        if not closed or is_closed(smaller):
            return smaller
    return mesh


def is_closed(mesh: Mesh) -> bool:
    """Whether, equal positions taken as one, every edge joins two faces that run along it in opposite ways."""
    places = np.ascontiguousarray(mesh.vertices, np.float32).view("V12").ravel()
    number = np.unique(places, return_inverse=True)[1]
    faces = number[mesh.faces]
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    count = len(mesh.vertices)
    there, back = np.sort(start * count + end), np.sort(end * count + start)
    return bool((there[1:] != there[:-1]).all() and (there == back).all() and (start != end).all())


def normals(mesh: Mesh) -> Vertices:
    """(V, 3) unit normals, the faces around a vertex weighted by their area."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(mesh.faces.ravel(), np.repeat(cross[:, k], 3), len(mesh.vertices)) for k in range(3)],
        axis=1,
    )
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-20)


def join(meshes: list[Mesh]) -> Mesh:
    """All meshes in one, still separate shells."""
    offsets = np.cumsum([0, *[len(m.vertices) for m in meshes[:-1]]])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets)]),
    )


def unite(meshes: list[Mesh]) -> Mesh:
    """The boolean union of closed meshes; separate shells where a mesh is not a valid solid."""
    import manifold3d

    solids = []
    for m in meshes:
        solid = manifold3d.Manifold(manifold3d.Mesh(m.vertices.astype(np.float32), m.faces.astype(np.uint32)))
        if solid.status() != manifold3d.Error.NoError or solid.is_empty():
            return join(meshes)
        solids.append(solid)
    result = manifold3d.Manifold.batch_boolean(solids, manifold3d.OpType.Add).to_mesh()
    return Mesh(
        np.asarray(result.vert_properties)[:, :3].astype(np.float64),
        np.asarray(result.tri_verts).astype(np.int64),
    )
