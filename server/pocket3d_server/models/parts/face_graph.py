"""The mesh as one welded surface: which faces touch, how strongly they bend, how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pocket3d_server.geometry.clean import places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(eq=False)
class FaceGraph:
    """Triangles of a welded mesh, none without area, and which of them touch."""

    vertices: Floats
    """(V, 3)."""
    faces: Ints
    """(F, 3)."""
    source: Ints
    """(F,) index of each face in the mesh that was given."""
    group: Ints
    """(F,) what the mesh itself says belongs together (its node and material), a hint."""

    @cached_property
    def corners(self) -> Floats:
        """(F, 3, 3) corner positions."""
        return self.vertices[self.faces]

    @cached_property
    def centers(self) -> Floats:
        """(F, 3) face centroids."""
        return self.corners.mean(axis=1)

    @cached_property
    def _cross(self) -> Floats:
        c = self.corners
        return np.cross(c[:, 1] - c[:, 0], c[:, 2] - c[:, 0])

    @cached_property
    def areas(self) -> Floats:
        """(F,) face areas."""
        return np.linalg.norm(self._cross, axis=1) / 2

    @cached_property
    def normals(self) -> Floats:
        """(F, 3) unit face normals by winding."""
        return self._cross / (2 * self.areas[:, None])

    @cached_property
    def size(self) -> float:
        """Diagonal of the bounding box."""
        return float(np.linalg.norm(np.ptp(self.vertices, axis=0)))

    @cached_property
    def _edges(self) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Pairs of faces (P, 2) over shared edges, the edges' vertices (P, 2), and whether windings agree.

        An edge with more than two faces links them in a chain, which keeps non-manifold meshes in one piece.
        """
        directed = self.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        face = np.repeat(np.arange(len(self.faces)), 3)
        key = np.sort(directed, axis=1)
        order = np.lexsort((face, key[:, 1], key[:, 0]))
        key, face, forward = key[order], face[order], directed[order, 0] < directed[order, 1]
        same = (key[1:] == key[:-1]).all(axis=1) & (face[1:] != face[:-1])
        pairs = np.stack([face[:-1][same], face[1:][same]], axis=1)
        return pairs, key[:-1][same], forward[:-1][same] != forward[1:][same]

    @property
    def pairs(self) -> Ints:
        """(P, 2) faces that share an edge."""
        return self._edges[0]

    @cached_property
    def edge_lengths(self) -> Floats:
        """(P,) length of the edge that a pair shares."""
        e = self._edges[1]
        return np.linalg.norm(self.vertices[e[:, 0]] - self.vertices[e[:, 1]], axis=1)

    @cached_property
    def bends(self) -> Floats:
        """(P,) signed dihedral angles in radians: positive in a valley (concave), negative over a ridge."""
        return self._bends(self.normals)

    def _bends(self, normals: Floats) -> Floats:
        i, j = self.pairs.T
        way = self.centers[j] - self.centers[i]
        sign = np.sign((way * normals[i]).sum(1) - (way * normals[j]).sum(1))
        return sign * np.arccos(np.clip((normals[i] * normals[j]).sum(1), -1, 1))

    def soft_bends(self, rounds: int = 2) -> Floats:
        """(P,) ``bends`` between normals that were averaged over neighbours, against noise in the surface."""
        mean = self.matrix(np.ones(len(self.pairs))) + sparse.eye(len(self.faces))
        normals = self.normals * self.areas[:, None]
        for _ in range(rounds):
            normals = mean @ normals
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-300)
        return self._bends(normals)

    @cached_property
    def seams(self) -> NDArray[np.bool_]:
        """(P,) whether the two faces of a pair are of different groups."""
        i, j = self.pairs.T
        return self.group[i] != self.group[j]

    @cached_property
    def steps(self) -> Floats:
        """(P,) distance between the centroids of a pair, going over the middle of their edge."""
        i, j = self.pairs.T
        middle = self.vertices[self._edges[1]].mean(axis=1)
        return np.linalg.norm(self.centers[i] - middle, axis=1) + np.linalg.norm(
            self.centers[j] - middle, axis=1
        )

    @cached_property
    def component(self) -> Ints:
        """(F,) connected component of each face."""
        return np.asarray(
            connected_components(self.matrix(np.ones(len(self.pairs))), directed=False)[1], np.int64
        )

    @cached_property
    def patches(self) -> Ints:
        """(F,) connected patch of faces that are wound alike."""
        agree = self.matrix(self._edges[2].astype(np.float64))
        agree.eliminate_zeros()
        return np.asarray(connected_components(agree, directed=False)[1], np.int64)

    def matrix(self, weights: Floats) -> sparse.csr_matrix:
        """(F, F) symmetric sparse matrix with a weight for each pair of touching faces."""
        n = len(self.faces)
        half = sparse.coo_matrix((weights, (self.pairs[:, 0], self.pairs[:, 1])), shape=(n, n)).tocsr()
        return (half + half.T).tocsr()

    def flipped(self, which: NDArray[np.bool_]) -> FaceGraph:
        """The same surface with the winding of some faces (F,) reversed."""
        faces = self.faces.copy()
        faces[which] = faces[which][:, ::-1]
        return FaceGraph(self.vertices, faces, self.source, self.group)


def face_graph(
    vertices: NDArray[np.floating], faces: NDArray[np.integer], group: NDArray[np.integer] | None = None
) -> FaceGraph:
    """The graph of a mesh in which vertices closer than a millionth of the size are one.

    ``vertices`` is (V, 3), ``faces`` (F, 3) and ``group`` (F,) when the mesh has nodes or materials; UV seams,
    split normals and unindexed triangles disappear.
    Raises ValueError when a used vertex isn't finite or no face has an area.
    """
    vertices = np.asarray(vertices, np.float64).reshape(-1, 3)
    faces = np.asarray(faces, np.int64).reshape(-1, 3)
    if len(faces) == 0:
        raise ValueError("the mesh has no faces")
    used = vertices[faces.ravel()]
    if not np.isfinite(used).all():
        raise ValueError("the mesh has vertices that are not finite numbers (NaN or infinity)")
    extent = float(np.ptp(used, axis=0).max())
    if extent <= 0:
        raise ValueError("all faces of the mesh have zero area")
    first, place = places(used, extent * 1e-6)
    corners = place.reshape(-1, 3)
    points = used[first]
    a, b, c = (points[corners[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    keep = np.flatnonzero(area > extent * extent * 1e-14)
    if len(keep) == 0:
        raise ValueError("all faces of the mesh have zero area")
    hint = np.zeros(len(faces), np.int64) if group is None else np.asarray(group, np.int64)
    return FaceGraph(points, corners[keep], keep, hint[keep])
