"""From a surface to the part of each face: points, planes, features of faces, groups, parts that are large enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.neural.precision import precision_of
from pocket3d_server.models.partfield import numbers
from pocket3d_server.models.partfield.clustering import MergeTree, adjacency, alike, merge_tree
from pocket3d_server.models.partfield.field import face_means
from pocket3d_server.models.partfield.network import PartField
from pocket3d_server.models.parts.face_graph import FaceGraph, Ints
from pocket3d_server.models.parts.proxy import carried_back, working_copy
from pocket3d_server.models.parts.small import absorb_islands, absorb_small

REACH = 0.9
"""The surface lies within [-REACH, REACH]."""
HEAVY = 60_000
"""Faces beyond which a lighter copy of the surface is grouped: the tree's memory and time grow with them."""

Report = Callable[[float, str], None]
"""The share that is done, 0..1, and the stage. Whoever cancels raises from it."""


@dataclass(frozen=True)
class Wishes:
    """What is asked for."""

    fine: bool
    """Whether many parts are wanted rather than few."""
    least: int
    """Vertices of a part."""
    parts: int | None
    points: int
    bridges: str
    """Of `clustering.BRIDGES`."""
    grouping: Literal["touching", "alike"]
    seed: int


def divide(network: PartField, surface: FaceGraph, corners: Ints, wishes: Wishes, report: Report) -> Ints:
    """(F,) the part of each face of ``surface``; ``corners`` (F, 3) are the vertices that are counted for its size."""
    report(0.0, "sampling_surface")
    work = surface if len(surface.faces) <= HEAVY else working_copy(surface)
    middle, scale = framed(surface)
    points = (sampled(surface, wishes.points, wishes.seed) - middle) * scale
    planes = features_on_planes(network, points, lambda done: report(0.05 + 0.55 * done, "finding_features"))
    report(0.6, "reading_features")
    features = unit(face_means(planes, (work.corners - middle) * scale))
    report(0.7, "grouping_faces")
    tree = merge_tree(features, adjacency(work.pairs, work.centers, wishes.bridges))
    report(0.9, "choosing_parts")
    return parts_of(tree, features, surface, work, corners, wishes)


def parts_of(
    tree: MergeTree,
    features: NDArray[np.float32],
    surface: FaceGraph,
    work: FaceGraph,
    corners: Ints,
    wishes: Wishes,
) -> Ints:
    """(F,) the part of each face of ``surface``, by the tree and the features (W, C) of its working copy's faces."""
    whole = np.arange(len(surface.faces))
    nearest = whole if work is surface else carried_back(np.arange(len(work.faces)), work, surface)

    upper, group = tree.top(numbers.LOOKED_AT)
    owned = _table(np.repeat(group[nearest], 3), corners.reshape(-1), len(upper.heights) + 1)

    def large(labels: Ints) -> int:
        vertices = np.diff((_table(labels, np.arange(len(labels))) @ owned).indptr)
        return int((vertices >= wishes.least).sum())

    def most_alike(labels: Ints, small: int, others: Ints) -> int:
        """Which of ``others`` has the mean features nearest to those of ``small``."""
        count = int(labels.max()) + 1
        means = part_means(features, labels[whole if work is surface else work.source], count)
        return int(others[(means[others] @ means[small]).argmax()])

    groups = numbers.cut(upper, large, wishes.fine, wishes.parts)[group]
    if wishes.grouping == "alike":
        groups = alike(
            features, wishes.parts or numbers.kinds(part_means(features, groups, int(groups.max()) + 1))
        )
    labels = absorb_islands(surface, groups[nearest], keep_parts=True)
    return absorb_small(surface, labels, wishes.least, corners, most_alike)


def part_means(features: NDArray[np.float32], labels: Ints, count: int) -> NDArray[np.float32]:
    """(count, C) the mean features of the faces of each part, at length 1; zeros for parts without a face."""
    return unit(_table(labels, np.arange(len(labels)), count) @ features)


def _table(rows: Ints, columns: Ints, count: int | None = None) -> sparse.csr_matrix:
    """(R, C) how often each column is named with each row, ``count`` rows or as many as are named."""
    shape = (int(rows.max()) + 1 if count is None else count, int(columns.max()) + 1)
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def framed(surface: FaceGraph) -> tuple[NDArray[np.float64], float]:
    """The middle of the surface's box, and the factor that brings its longest side to 2 * `REACH`."""
    low, high = surface.corners.min(axis=(0, 1)), surface.corners.max(axis=(0, 1))
    return (low + high) / 2, 2 * REACH / float((high - low).max())


def sampled(surface: FaceGraph, count: int, seed: int) -> NDArray[np.float64]:
    """(count, 3) points on the surface, one at random in each of ``count`` shares of equal area."""
    random = np.random.default_rng(seed)
    ends = np.cumsum(surface.areas)
    at = (np.arange(count) + random.random(count)) / count * ends[-1]
    face = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
    root, turn = np.sqrt(random.random(count)), random.random(count)
    shares = np.stack([1 - root, root * (1 - turn), root * turn], axis=1)
    return np.einsum("nk,nkc->nc", shares, surface.corners[face])


@torch.no_grad()
def features_on_planes(
    network: PartField, points: NDArray[np.floating], report: Callable[[float], None]
) -> torch.Tensor:
    """Points (N, 3) in [-1, 1] -> planes of part features (3, C, R, R) float32, on the CPU."""
    device = network.triplane_transformer.pos_embed.device
    cloud = torch.from_numpy(np.asarray(points, np.float32))[None].to(device)
    planes: torch.Tensor = network(cloud, report)
    return planes[0].cpu()


def placed(network: PartField, device: torch.device) -> PartField:
    """The network where it runs, in the precision that suits the place. Apple's GPUs convolve volumes wrongly: what
    looks at voxels stays on the CPU there."""
    network.set_precision(precision_of(device))
    network.to(device)
    if device.type == "mps":
        network.pvcnn.pc_encoder.set_precision(torch.float32)
        network.pvcnn.pc_encoder.to("cpu")
    return network
