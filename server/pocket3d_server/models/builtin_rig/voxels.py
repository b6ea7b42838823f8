"""The inside of a mesh as voxels: robust to holes, loose pieces and triangle soup."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from pocket3d_server.models.rigging.welded_mesh import Floats, Ints, WeldedMesh

MOST_VOXELS = 45_000
"""Bulky shapes are voxelised more coarsely, to keep searches through them quick."""


@dataclass(eq=False)
class Voxels:
    """A voxel grid around the mesh."""

    inside: NDArray[np.bool_]
    """(X, Y, Z)."""
    depth: Floats
    """(X, Y, Z) distance to the outside, in the mesh's units."""
    low: Floats
    """(3,) corner of voxel (0, 0, 0)."""
    step: float
    """Side of a voxel."""

    def centres(self, cells: Ints) -> Floats:
        """Positions (N, 3) of voxel indices (N, 3)."""
        return (cells + 0.5) * self.step + self.low

    def cell_at(self, points: Floats) -> Ints:
        """Voxel indices (N, 3) of positions (N, 3), kept inside the grid."""
        found = np.floor((points - self.low) / self.step).astype(np.int64)
        return np.clip(found, 0, np.array(self.inside.shape) - 1)

    def depth_at(self, points: Floats) -> Floats:
        """Distance to the outside at positions (N, 3); 0 outside."""
        return ndimage.map_coordinates(
            self.depth, ((points - self.low) / self.step - 0.5).T, order=1, mode="nearest"
        )

    def centred(self, point: Floats, reach: float, lock: Floats | None = None) -> Floats:
        """The deepest place within ``reach`` of ``point`` (3,), in the plane across ``lock`` if given."""
        cells = np.argwhere(self.inside)
        offset = self.centres(cells) - point
        near = (offset**2).sum(axis=1) < reach**2
        if lock is not None:
            near &= np.abs(offset @ lock) < 0.75 * self.step
        if not near.any():
            return point
        depth = self.depth[tuple(cells[near].T)]
        share = np.maximum(depth / max(float(depth.max()), 1e-12) - 0.6, 1e-6) ** 2
        moved = (offset[near] * share[:, None]).sum(axis=0) / share.sum()
        return point + (moved if lock is None else moved - (moved @ lock) * lock)

    def distances(self, sources: Ints, middle: bool = False) -> tuple[Floats, Ints]:
        """Path length through the inside from the voxels ``sources`` (N,) to each voxel, and each voxel's
        predecessor on its path (below 0 at a source), both (voxels,) in the order of ``filled``.

        ``middle`` makes paths keep to the middle: their cost grows towards the surface.
        """
        length, keeping = self.graphs
        total, before, _ = dijkstra(
            keeping if middle else length,
            directed=False,
            indices=sources,
            min_only=True,
            return_predecessors=True,
        )
        return total, before.astype(np.int64)

    @cached_property
    def filled(self) -> Ints:
        """(N, 3) the voxels inside."""
        return np.argwhere(self.inside)

    @cached_property
    def number(self) -> Ints:
        """(X, Y, Z) place of each voxel in ``filled``, -1 outside."""
        number = np.full(self.inside.shape, -1, np.int64)
        number[tuple(self.filled.T)] = np.arange(len(self.filled))
        return number

    @cached_property
    def graphs(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Neighbouring voxels joined: by length, and by length times a cost that keeps to the middle."""
        steps = [s for s in product((-1, 0, 1), repeat=3) if s > (0, 0, 0)]
        rows, columns, lengths = [], [], []
        for s in steps:
            other = self.number[tuple((self.filled + s).T)]  # the grid has an empty border
            joined = other >= 0
            rows.append(np.flatnonzero(joined))
            columns.append(other[joined])
            lengths.append(np.full(int(joined.sum()), np.linalg.norm(s) * self.step))
        i, j, d = np.concatenate(rows), np.concatenate(columns), np.concatenate(lengths)
        bridges = _bridges(self.filled, i, j)
        gaps = np.linalg.norm(self.filled[bridges[:, 0]] - self.filled[bridges[:, 1]], axis=1) * self.step
        i, j, d = np.append(i, bridges[:, 0]), np.append(j, bridges[:, 1]), np.append(d, gaps)
        depth = self.depth[tuple(self.filled.T)] / self.step
        cost = 1.0 + 12.0 / (0.25 + np.minimum(depth[i], depth[j]) ** 2)
        shape = (len(self.filled), len(self.filled))
        return sparse.csr_matrix((d, (i, j)), shape), sparse.csr_matrix((d * cost, (i, j)), shape)

    def nearest(self, points: Floats) -> Ints:
        """Place in ``filled`` of the voxel nearest to each position (N, 3)."""
        return cKDTree(self.filled).query((points - self.low) / self.step - 0.5)[1].astype(np.int64)

    def turned(self, turn: Floats) -> Voxels:
        """The same voxels after a rotation (3, 3) by quarter turns about the axes through the origin."""
        axes = np.abs(turn).argmax(axis=1)
        flips = tuple(k for k in range(3) if turn[k, axes[k]] < 0)
        high = self.low + np.array(self.inside.shape) * self.step
        low = (np.array([self.low, high]) @ turn.T).min(axis=0)
        inside, depth = (np.flip(np.transpose(grid, axes), flips) for grid in (self.inside, self.depth))
        return Voxels(np.ascontiguousarray(inside), np.ascontiguousarray(depth), low, self.step)


def trace(before: Ints, end: int) -> Ints:
    """The voxels from ``end`` back to the source of a ``distances`` search."""
    way = [end]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return np.array(way, np.int64)


def _bridges(cells: Ints, i: Ints, j: Ints) -> Ints:
    """(M, 2) pairs of voxels that join loose pieces to their nearest neighbours until all is one (Boruvka)."""
    pairs = np.zeros((0, 2), np.int64)
    while True:
        rows, columns = np.append(i, pairs[:, 0]), np.append(j, pairs[:, 1])
        graph = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(cells), len(cells)))
        count, label = connected_components(graph, directed=False)
        if count == 1:
            return pairs
        new = []
        for piece in np.argsort(np.bincount(label))[:-1][:400]:
            own = np.flatnonzero(label == piece)
            rest = np.flatnonzero(label != piece)
            gap, at = cKDTree(cells[rest]).query(cells[own])
            new.append((own[gap.argmin()], rest[at[gap.argmin()]]))
        pairs = np.concatenate([pairs, np.array(new, np.int64)])


def voxelise(surface: WeldedMesh, resolution: int = 96) -> Voxels:
    """Fill the surface; ``resolution`` voxels along the longest side."""
    step = surface.size / resolution
    low = surface.vertices.min(axis=0) - 2.5 * step
    shape = np.ceil(np.ptp(surface.vertices, axis=0) / step).astype(int) + 6
    _, areas = surface.face_normals()
    points, _ = surface.sample(int(np.clip(12 * areas.sum() / step**2, 4000, 3_000_000)))
    points = np.concatenate([points, surface.vertices])
    shell = np.zeros(shape, bool)
    shell[tuple(np.floor((points - low) / step).astype(int).T)] = True
    inside = ndimage.binary_fill_holes(shell)
    if inside.sum() < 1.35 * shell.sum():
        inside = _filled_open(shell)
    if inside.sum() > MOST_VOXELS and resolution > 24:
        coarser = resolution * (0.9 * MOST_VOXELS / float(inside.sum())) ** (1 / 3)
        return voxelise(surface, max(int(coarser), 24))
    depth = ndimage.distance_transform_edt(inside) * step
    return Voxels(inside, depth, low, step)


def _filled_open(shell: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill a surface with holes: what the surface hides from at least five of the six axis directions."""
    blocked = np.zeros(shell.shape, np.int8)
    for axis in range(3):
        ahead = np.maximum.accumulate(shell, axis=axis)
        behind = np.flip(np.maximum.accumulate(np.flip(shell, axis), axis=axis), axis)
        blocked += ahead.astype(np.int8) + behind
    filled: NDArray[np.bool_] = ndimage.binary_opening(blocked >= 5) | shell
    return ndimage.binary_fill_holes(filled)
