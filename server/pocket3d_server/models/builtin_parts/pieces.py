"""What naming needs to know about the parts of a segmentation: place, extent, and which touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints

CONTACT = 0.012
"""Parts of different components touch when they are closer than this share of the size."""
GROUND = 0.06
"""A part stands on the ground when it reaches down to this share of the height."""


@dataclass(eq=False)
class Pieces:
    """K parts in a box that is scaled to height 1 and stands on y = 0, its middle at x = z = 0."""

    area: Floats
    """(K,) share of the whole area."""
    centre: Floats
    """(K, 3) by area."""
    low: Floats
    """(K, 3) corner of the part's box."""
    high: Floats
    """(K, 3)."""
    axes: Floats
    """(K, 3, 3) rows: principal directions, longest first."""
    spread: Floats
    """(K, 3) standard deviation along each."""
    touch: NDArray[np.bool_]
    """(K, K)."""
    size: Floats
    """(3,) of the whole box; its height is 1."""

    def __len__(self) -> int:
        return len(self.area)

    @property
    def extent(self) -> Floats:
        """(K, 3) of each part's box."""
        return self.high - self.low

    def groups(self, members: Ints) -> list[Ints]:
        """Some parts, gathered into sets that hang together."""
        if len(members) == 0:
            return []
        count, group = connected_components(
            sparse.csr_matrix(self.touch[np.ix_(members, members)]), directed=False
        )
        return [members[group == k] for k in range(count)]


def describe(surface: FaceGraph, labels: Ints) -> Pieces:
    """Pieces of a surface with labels (F,) numbered from 0."""
    count = int(labels.max()) + 1
    low, high = surface.vertices.min(0), surface.vertices.max(0)
    foot = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    scale = 1 / max(float(high[1] - low[1]), 1e-9 * surface.size)
    corners = (surface.corners - foot) * scale
    centres, weight = corners.mean(axis=1), surface.areas
    area: Floats = np.bincount(labels, weight, minlength=count).astype(np.float64)
    centre = np.stack(
        [np.bincount(labels, weight * centres[:, k], minlength=count) for k in range(3)], 1
    ).astype(np.float64)
    centre /= area[:, None]
    off = centres - centre[labels]
    cov = np.zeros((count, 3, 3))
    np.add.at(cov, labels, off[:, :, None] * off[:, None, :] * weight[:, None, None])
    values, vectors = np.linalg.eigh(cov / area[:, None, None])
    box_low, box_high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(box_low, labels, corners.min(axis=1))
    np.maximum.at(box_high, labels, corners.max(axis=1))
    return Pieces(
        area / area.sum(),
        centre,
        box_low,
        box_high,
        vectors[:, :, ::-1].transpose(0, 2, 1),
        np.sqrt(np.maximum(values[:, ::-1], 0)),
        _touching(surface, labels, count),
        (high - low) * scale,
    )


def _touching(surface: FaceGraph, labels: Ints, count: int) -> NDArray[np.bool_]:
    touch = np.zeros((count, count), bool)
    i, j = labels[surface.pairs].T
    touch[i, j] = touch[j, i] = True
    if surface.component.max() > 0:
        pick = np.arange(0, len(labels), max(1, len(labels) // 20_000))
        tree = cKDTree(surface.centers[pick])
        near = tree.query_pairs(CONTACT * surface.size, output_type="ndarray")
        i, j = labels[pick][near].T
        touch[i, j] = touch[j, i] = True
    np.fill_diagonal(touch, False)
    return touch


def _sides(where: Floats) -> str:
    """``front_left`` and so on of a place (3,) relative to the middle; +X is the left of something facing +Z."""
    return f"{'front' if where[2] > 0 else 'rear'}_{'left' if where[0] > 0 else 'right'}"


def quarters(points: Floats) -> list[str] | None:
    """Names of four places (4, 3), one in each quarter around their middle; None when they aren't."""
    names = [_sides(p) for p in points - points.mean(axis=0)]
    return names if len(set(names)) == 4 else None
