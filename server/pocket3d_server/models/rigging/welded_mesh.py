"""The mesh as the rig sees it: one welded surface, whatever primitives and seams the file has."""

from __future__ import annotations

from dataclasses import dataclass

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from pocket3d_server.geometry.clean import face_normals, places
from pocket3d_server.models.engine import EngineError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WELD = 1e-5
"""Vertices closer than this share of the size are one point (UV seams and split normals)."""
LEAST = 8
"""Vertices and faces of a body that bones can be put into."""


@dataclass(eq=False)
class WeldedMesh:
    """A welded triangle surface and the way back to the vertices it came from."""

    vertices: Floats
    """(V, 3)."""
    faces: Ints
    """(F, 3), without degenerate faces."""
    origin: Ints
    """(input vertices,) the welded vertex of each."""

    @property
    def size(self) -> float:
        """Longest side of the bounding box."""
        return float(np.ptp(self.vertices, axis=0).max())

    def face_normals(self) -> tuple[Floats, Floats]:
        """Unit normals (F, 3) and areas (F,)."""
        return face_normals(self.vertices, self.faces)

    def vertex_normals(self) -> Floats:
        """(V, 3) unit normals, weighted by area."""
        normals, areas = self.face_normals()
        total = np.zeros_like(self.vertices)
        for k in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(
                    self.faces[:, k], normals[:, axis] * areas, minlength=len(self.vertices)
                )
        return total / np.maximum(np.linalg.norm(total, axis=1), 1e-30)[:, None]

    def components(self) -> tuple[int, Ints]:
        """Number of connected pieces and the piece of each vertex, (V,)."""
        f, n = self.faces, len(self.vertices)
        pairs = np.concatenate([f[:, [0, 1]], f[:, [1, 2]]])
        graph = sparse.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        count, label = connected_components(graph, directed=False)
        return int(count), label.astype(np.int64)

    def mostly_closed(self) -> bool:
        """Whether fewer than one edge in twenty is a border or shared by more than two faces."""
        edges = np.sort(self.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        _, uses = np.unique(edges[:, 0] * len(self.vertices) + edges[:, 1], return_counts=True)
        return bool((uses != 2).mean() < 0.05)

    def sample(self, count: int, seed: int = 0) -> tuple[Floats, Floats]:
        """``count`` points spread evenly by area and their face normals, both (count, 3); same each time."""
        rng = np.random.default_rng(seed)
        normals, areas = self.face_normals()
        edge = np.concatenate([[0.0], np.cumsum(areas)])
        face = (
            np.searchsorted(edge, (np.arange(count) + rng.random(count)) / count * edge[-1], side="right") - 1
        )
        face = np.clip(face, 0, len(areas) - 1)
        u, v = rng.random(count), rng.random(count)
        outside = u + v > 1
        u[outside], v[outside] = 1 - u[outside], 1 - v[outside]
        a, b, c = (self.vertices[self.faces[face, k]] for k in range(3))
        return a + u[:, None] * (b - a) + v[:, None] * (c - a), normals[face]

    def simplified(self, target_faces: int) -> WeldedMesh:
        """A coarser stand-in (quadric edge collapse); its ``origin`` is the identity."""
        vertices, faces = fast_simplification.simplify(
            self.vertices.astype(np.float32), self.faces.astype(np.int32), target_count=target_faces
        )
        return welded(vertices, faces)


def welded(vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> WeldedMesh:
    """Join coincident vertices and drop degenerate faces; ``vertices`` (V, 3), ``faces`` (F, 3)."""
    v, f = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    size = max(float(np.ptp(v, axis=0).max()), 1e-30)
    first, origin = places(v, size * WELD)
    f = origin[f]
    f = f[(f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])]
    return WeldedMesh(v[first], f, origin)


def body_of(vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> WeldedMesh:
    """The same for a mesh that is to have bones. Raises EngineError when it is too small to hold any, or has no surface."""
    surface = welded(vertices, faces)
    few = min(len(surface.vertices), len(surface.faces)) < LEAST
    if not few and surface.face_normals()[1].sum() > 0:
        return surface
    counted = f"only {len(surface.vertices)} distinct vertices" if few else "no area"
    raise EngineError(
        f"The mesh has {counted}; a rig needs a body to move.",
        code="INVALID_INPUT",
        suggestion="Send a mesh with volume, for example a character of at least a few hundred triangles.",
    )


def nearest_alike(
    source: Floats, source_normals: Floats, points: Floats, normals: Floats, side: float, count: int
) -> tuple[Ints, Floats]:
    """For each of ``points`` (N, 3) the ``count`` nearest of ``source`` (M, 3) that face the same way, and their
    distances, both (N, count).

    A fully opposite normal counts as twice ``side`` of distance. The inner side of clothes faces the wrong way:
    where what faces the other way is much nearer, that is taken.
    """
    count = min(count, len(source))
    tree = cKDTree(np.concatenate([source, source_normals * side], axis=1))
    found = []
    for sign in (1, -1):
        _, at = tree.query(np.concatenate([points, sign * normals * side], axis=1), k=count)
        at = at.reshape(-1, count)
        found.append((at, np.linalg.norm(source[at] - points[:, None], axis=2)))
    (at, gap), (behind, behind_gap) = found
    turned = behind_gap[:, :1] < 0.4 * gap[:, :1]
    return np.where(turned, behind, at).astype(np.int64), np.where(turned, behind_gap, gap)
