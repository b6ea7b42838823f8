"""Reading the planes: at points, and the mean over each face.

The mean over a face is a sum over the texels that it lies on. The weights of all faces are one sparse table, which
takes no numbers but the mesh's own, so the same mesh always gives the same features.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

AXES = (0, 1), (1, 2), (0, 2)
"""Of the three planes: what runs along the columns, and along the rows."""
SPACING = 0.25
"""Distance of the points on a face, in texels; one that is very long has them farther apart."""
MOST = 64
"""Points along an edge of a face."""
PORTION = 1 << 18
"""Points that are looked at together."""


def corners(points: Tensor, resolution: int) -> tuple[Tensor, Tensor]:
    """The twelve texels that each of N points reads, four in each plane, and their weights.

    Points (N, 3); what lies outside [-1, 1] reads the border. -> numbers (N, 12) in 0..3 R² and weights (N, 12).
    """
    place = ((points + 1) / 2 * (resolution - 1)).clamp(0, resolution - 1)
    low = place.floor().clamp(max=resolution - 2)
    share = place - low
    low = low.long()
    texels, weights = [], []
    for plane, (a, b) in enumerate(AXES):
        for up in (0, 1):
            for right in (0, 1):
                row = plane * resolution + low[:, b] + up
                texels.append(row * resolution + low[:, a] + right)
                x = share[:, a] if right else 1 - share[:, a]
                y = share[:, b] if up else 1 - share[:, b]
                weights.append(x * y)
    return torch.stack(texels, dim=1), torch.stack(weights, dim=1)


def texel_rows(planes: Tensor) -> Tensor:
    """(3, C, R, R) -> (3 R², C)."""
    return planes.movedim(1, -1).flatten(0, 2).contiguous()


def read_points(planes: Tensor, points: Tensor) -> Tensor:
    """Planes (3, C, R, R), points (N, 3) -> features (N, C): the sum of three bilinear reads."""
    texels, weights = corners(points, planes.shape[-1])
    return F.embedding_bag(texels, texel_rows(planes), mode="sum", per_sample_weights=weights)


def face_means(planes: Tensor, triangles: NDArray[np.floating]) -> NDArray[np.float32]:
    """Planes (3, C, R, R) float32, corners of faces (F, 3, 3) -> their mean features (F, C)."""
    table = texels_of_faces(triangles, planes.shape[-1])
    return np.asarray(table @ texel_rows(planes.cpu()).numpy())


def texels_of_faces(triangles: NDArray[np.floating], resolution: int) -> sparse.csr_matrix:
    """(F, 3 R²) how much of each texel is in the mean over each of the faces, whose corners are (F, 3, 3).

    The points of a face are the middles of n² equal triangles that it is cut into, n a power of two by the length of
    its longest edge.
    """
    sides = np.linalg.norm(triangles - np.roll(triangles, 1, axis=1), axis=-1)
    longest = sides.max(axis=1) * (resolution - 1) / 2
    cuts = 2 ** np.ceil(np.log2(np.clip(longest / SPACING, 2, MOST))).astype(np.int64)
    tables, order = [], []
    for n in np.unique(cuts):
        at = torch.from_numpy(_middles(int(n)))
        for faces in _portions(np.flatnonzero(cuts == n), max(1, PORTION // len(at))):
            some = torch.from_numpy(np.asarray(triangles[faces], np.float32))
            points = torch.einsum("pk,fkc->fpc", at, some).flatten(0, 1)
            texels, weights = corners(points, resolution)
            ends = np.arange(len(faces) + 1) * (len(at) * texels.shape[1])
            values = weights.flatten().div_(len(at)).numpy()
            table = sparse.csr_matrix(
                (values, texels.flatten().int().numpy(), ends), shape=(len(faces), 3 * resolution**2)
            )
            table.sum_duplicates()
            tables.append(table)
            order.append(faces)
    back = np.argsort(np.concatenate(order))
    return sparse.vstack(tables, format="csr")[back]


def _portions(indices: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    return (indices[start : start + size] for start in range(0, len(indices), size))


def _middles(n: int) -> NDArray[np.float32]:
    """(n², 3) barycentric coordinates of the middles of n² equal triangles within one."""
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    upright, turned = i + j < n, i + j < n - 1
    a = np.concatenate([i[upright] + 1 / 3, i[turned] + 2 / 3]) / n
    b = np.concatenate([j[upright] + 1 / 3, j[turned] + 2 / 3]) / n
    return np.stack([1 - a - b, a, b], axis=1).astype(np.float32)
