"""The picture plane in space, and closed meshes from fields over it."""

from __future__ import annotations

from dataclasses import dataclass

import fast_simplification
import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix, csr_matrix
from skimage.measure import marching_cubes

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.cutout import Cutout
from pocket3d_server.models.pictures.fields import signed_distance
from pocket3d_server.models.pictures.picture import Array, Mask, resize

Vertices = np.ndarray
Faces = np.ndarray


@dataclass(frozen=True)
class Mesh:
    """Closed triangles, counter-clockwise from outside."""

    vertices: Vertices
    """(V, 3) float64, metres."""
    faces: Faces
    """(F, 3) int64."""


@dataclass(frozen=True)
class Frame:
    """Where a pixel grid lies in the plane z = 0: columns run along +x, rows along -y."""

    unit: float
    """Metres for one pixel."""
    centre: float
    """Column of x = 0."""
    base: float
    """Row of y = 0."""

    def x(self, columns: Array) -> Array:
        """Metres from columns (any shape); a pixel's centre is at its index."""
        return (columns - self.centre) * self.unit

    def y(self, rows: Array) -> Array:
        """Metres from rows (any shape)."""
        return (self.base - rows) * self.unit

    def pixels(self, points: Array) -> tuple[Array, Array]:
        """Rows and columns, each (N,), of points (N, 2 or 3)."""
        return self.base - points[:, 1] / self.unit, points[:, 0] / self.unit + self.centre

    @classmethod
    def around(cls, alpha: Array) -> Frame:
        """The frame that makes the silhouette's longer side 1 m, centres it on x = 0 and stands it on y = 0."""
        rows, columns = np.nonzero(alpha > 0.5)
        top, bottom = rows.min() - 0.5, rows.max() + 0.5
        left, right = columns.min() - 0.5, columns.max() + 0.5
        return cls(1 / max(bottom - top, right - left), (left + right) / 2, bottom)


@dataclass(frozen=True)
class Silhouette:
    """A cut-out resampled to the grid that a surface is built on."""

    rgb: Array
    """(H, W, 3)."""
    distance: Array
    """(H, W) signed distance to the outline in pixels, positive inside."""
    frame: Frame

    @property
    def mask(self) -> Mask:
        """(H, W), true inside."""
        return self.distance > 0

    @classmethod
    def sample(cls, cutout: Cutout, cells: int) -> Silhouette:
        """The cut-out with about ``cells`` pixels along the object's longer side.

        Raises EngineError when nothing of a hair-thin object is left at that size.
        """
        full = Frame.around(cutout.alpha)
        height, width = cutout.alpha.shape
        rows, columns = max(8, round(height * full.unit * cells)), max(8, round(width * full.unit * cells))
        alpha = np.clip(resize(cutout.alpha, rows, columns), 0, 1)
        rgb = np.clip(resize(cutout.rgb, rows, columns), 0, 1)
        # Resampling moves pixel centres: (i + 0.5) scales, not i.
        ratio_y, ratio_x = rows / height, columns / width
        frame = Frame(
            full.unit / ((ratio_x + ratio_y) / 2),
            (full.centre + 0.5) * ratio_x - 0.5,
            (full.base + 0.5) * ratio_y - 0.5,
        )
        distance = signed_distance(alpha)
        if (distance > 0.3).sum() < 12:
            raise EngineError(
                "the object is too thin to be given a shape",
                code="INVALID_INPUT",
                suggestion="Send a picture in which the object has some width everywhere.",
            )
        return cls(rgb, distance, frame)


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


def at_pixels(values: Array, frame: Frame, points: Array) -> Array:
    """``values`` (H, W[, C]) read between pixels at points (N, 2 or 3) in metres; (N[, C])."""
    rows, columns = frame.pixels(points)
    if values.ndim == 2:
        return ndimage.map_coordinates(values, [rows, columns], order=1, mode="nearest")
    return np.stack([at_pixels(values[..., c], frame, points) for c in range(values.shape[2])], axis=-1)
