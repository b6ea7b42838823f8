"""How near each joint is to each vertex on a way through the body or along its surface: what the skin network is told.

The inside of the mesh is a grid of cells. Cells, and vertices, are joined to what is beside them; ways through cells count
three times, so that they are taken where the surface would be a detour. C cells, V vertices, J joints.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints

MOST_CELLS = 150_000
"""Bulky bodies are measured in larger cells, which takes a tenth of the time and moves a fortieth of the weights.

People and animals have fewer at the released size; their weights do depend on it, by a tenth at two thirds of the cells.
"""
THROUGH = 3.0
"""What a way through cells counts for, against one along the surface."""
NOTHING = 1e-9
"""The distance of a vertex that a joint begins at."""
REACH = 1.001
"""Cells' sides that neighbours lie apart, with room for rounding."""


def voxel_skin(vertices: Floats, faces: Ints, joints: Floats, grid: int = 196) -> Floats:
    """How near each joint is (V, J), rows summing to 1.

    ``vertices`` (V, 3) in [-1, 1], welded, ``faces`` (F, 3), ``joints`` (J, 3), ``grid`` cells along a side of that cube.
    """
    cells = inside_cells(vertices, faces, grid)
    if len(cells) > MOST_CELLS:
        grid = int(grid * (MOST_CELLS / len(cells)) ** (1 / 3))
        cells = inside_cells(vertices, faces, grid)
    way = distances(vertices, faces, cells, joints, 2 / grid)
    # Loose pieces that hold no joint: straight through the air.
    lost = np.isinf(way).all(axis=1)
    way[lost] = cdist(vertices[lost], joints)
    return nearness(way)


def inside_cells(vertices: Floats, faces: Ints, grid: int) -> Floats:
    """Centres (C, 3) of the cells inside the mesh, by x, y, z.

    A cell is inside that lies between the foremost and the hindmost surface along two of the three axes, so holes do
    little harm.
    """
    scene = RayScene(vertices, faces)
    centre = (np.arange(grid) + 0.5) * 2 / grid - 1
    across = np.stack(np.meshgrid(centre, centre, indexing="ij"), axis=-1).reshape(-1, 2)
    between = np.zeros((grid,) * 3, np.int8)
    for axis in range(3):
        ends = []
        for side in (-1.0, 1.0):
            origins = np.insert(across, axis, 2 * side, axis=1)
            hit = scene.first_hit(origins, np.broadcast_to(-side * np.eye(3)[axis], origins.shape))
            ends.append((side * (2 - hit.distance)).reshape(grid, grid, 1))
        near, far = ends  # a ray that meets nothing leaves -inf and inf the wrong way round
        between += np.moveaxis((near <= centre) & (centre <= far), 2, axis)
    return centre[np.argwhere(between >= 2)]


def distances(
    vertices: Floats, faces: Ints, cells: Floats, joints: Floats, side: float, through: float = THROUGH
) -> Floats:
    """Length of the shortest way from each joint's nearest node to each vertex (V, J); infinite where there is none.

    ``cells`` (C, 3) are centres, ``side`` that of a cell; ``through`` multiplies ways through cells. Dijkstra, "A note on two problems in connexion with graphs", 1959.
    """
    nodes = np.concatenate([vertices, cells])
    graph = _graph(vertices, faces, cells, side, through)
    start = cKDTree(nodes).query(joints)[1]
    found = dijkstra(graph, directed=False, indices=start)
    return found[:, : len(vertices)].T


def nearness(distance: Floats, curve: float = 0.5) -> Floats:
    """Distances (V, J) to shares (V, J), rows summing to 1; a row must hold a finite one.

    ``curve`` says how much of what divides is the square of the distance.
    """
    d = np.maximum(distance, NOTHING)
    near = ((1 - curve) * d + curve * d * d) ** -2
    return near / near.sum(axis=1, keepdims=True)


def _graph(vertices: Floats, faces: Ints, cells: Floats, side: float, through: float) -> sparse.csr_matrix:
    count = len(vertices)
    edges = np.unique(np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    lengths = [np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)]
    pairs = [edges]
    beside = cKDTree(cells).query_pairs(side * REACH, output_type="ndarray")
    lengths.append(through * np.linalg.norm(cells[beside[:, 0]] - cells[beside[:, 1]], axis=1))
    pairs.append(beside + count)
    # Without the bound the search is slow deep inside, where all vertices are about as far.
    gap, nearest = cKDTree(vertices).query(cells, distance_upper_bound=side * REACH)
    linked = np.flatnonzero(np.isfinite(gap))
    lengths.append(gap[linked])
    pairs.append(np.stack([linked + count, nearest[linked]], axis=1))
    i, j = np.concatenate(pairs).T
    nodes = count + len(cells)
    return sparse.coo_matrix((np.concatenate(lengths), (i, j)), shape=(nodes, nodes)).tocsr()
