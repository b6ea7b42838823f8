"""Which part each face belongs to: what the file itself says of it, or a model; and how labels are put in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.engine import EngineError, EngineResult, Progress, SegmentRequest
from pocket3d_server.models.parts.assemble import split_asset
from pocket3d_server.models.parts.face_graph import FaceGraph, Ints, face_graph
from pocket3d_server.models.parts.small import absorb_small

SMALLEST_SHARE = 50
"""Without a wish for ``min_part_size`` a part needs at most one in so many of the vertices, so that low-poly
meshes are divided too."""
MEANINGLESS = re.compile(
    r"(part|mesh|object|obj|node|geometry|geom|group|primitive|default|material|mat|polysurface|shape|cube|sphere|"
    r"cylinder|plane|scene|root|world|model|mesh_node|solid|untitled|none|export|file|tmp[a-z0-9_]*|g|o)?[\W_\d]*",
    re.IGNORECASE,
)
"""Names that programs give by themselves."""


def named_nodes(asset: Asset) -> tuple[Ints, list[str]] | None:
    """Label of each face by its node and the nodes' names, when the file has at least two that mean something."""
    named = [not MEANINGLESS.fullmatch(part.name) for part in asset.parts]
    faces = [sum(len(p.faces) for p in part.primitives) for part in asset.parts]
    if sum(named) < 2 or sum(f for f, n in zip(faces, named) if n) < 0.6 * sum(faces):
        return None
    filled = [k for k, f in enumerate(faces) if f]
    labels = np.repeat(np.arange(len(filled)), [faces[k] for k in filled])
    return labels, [asset.parts[k].name for k in filled]


@dataclass(eq=False)
class Division:
    """Which part each face belongs to, and how that was found."""

    labels: Ints
    """(F,) in the order of the asset's faces."""
    names: list[str]
    """Of the parts that the labels number."""
    source: str
    confidence: float
    notes: list[str]

    @classmethod
    def of_labels(cls, labels: Ints, source: str, confidence: float) -> Division:
        """Parts that have only their numbers for names."""
        return cls(labels, [f"part_{k + 1}" for k in range(int(labels.max()) + 1)], source, confidence, [])


def in_parts(
    asset: Asset,
    request: SegmentRequest,
    progress: Progress,
    find: Callable[[int], Division],
    named: bool = True,
) -> EngineResult:
    """``asset`` in parts: those that its file names, where ``named``, else those that ``find`` makes, which is told the
    fewest vertices of a part. Raises EngineError where ``find`` raises ValueError, as no face has an area."""
    least = least_vertices(asset, request)
    try:
        if least > asset.vertex_count:
            division = whole(asset, least)
        else:
            division = (keep_named(asset, least, progress) if named else None) or find(least)
    except ValueError as error:
        raise EngineError(
            f"The mesh cannot be divided: {error}.",
            code="INVALID_INPUT",
            suggestion="Send a mesh with at least one triangle that has an area.",
        ) from error
    progress(0.96, "assembling_parts")
    made = split_asset(asset, division.labels, division.names)
    progress(1.0, "finishing")
    return EngineResult(made, division.source, division.confidence, division.notes)


def keep_named(asset: Asset, least: int, progress: Progress) -> Division | None:
    """The nodes that the file itself names, those with fewer than ``least`` vertices joined to their neighbours;
    None when it names none."""
    named = named_nodes(asset)
    if named is None:
        return None
    labels, names = named
    progress(0.5, "merging_parts")
    vertices, faces = asset.merged()
    graph = face_graph(vertices, faces)
    before = labels[graph.source]
    merged = absorb_small(graph, before, least, faces[graph.source])
    if merged.max() == 0 < labels.max():
        return whole(asset, least)
    note = "The mesh came with named parts; they were kept."
    if merged.max() < labels.max():
        note += f" Those of fewer than {least} vertices joined a neighbour; a lower min_part_size keeps them."
        owner = [int(np.bincount(before[merged == k]).argmax()) for k in range(merged.max() + 1)]
        into = np.zeros(len(names), np.int64)
        into[before] = merged
        labels, names = into[labels], [names[k] for k in owner]
    return Division(labels, names, "named_parts", 0.95, [note])


def whole(asset: Asset, least: int) -> Division:
    """Everything as one part, because no two parts of ``least`` vertices were found."""
    note = (
        f"min_part_size {least} leaves no room for two parts of this mesh of {asset.vertex_count} vertices, "
        "so it is one part; ask for a smaller one to divide it."
    )
    return Division(np.zeros(asset.face_count, np.int64), ["whole"], "geometry", 0.4, [note])


def least_vertices(asset: Asset, request: SegmentRequest) -> int:
    """Fewest vertices of a part: what was asked for, else the API's default as far as the mesh is large enough."""
    if "min_part_size" in request.model_fields_set:
        return request.min_part_size
    return min(request.min_part_size, max(4, asset.vertex_count // SMALLEST_SHARE))


def primitive_of_faces(asset: Asset) -> Ints:
    """(F,) the number of the primitive of each face, by which node and material change."""
    sizes = [len(p.faces) for p in asset.primitives()]
    return np.repeat(np.arange(len(sizes)), sizes)


def for_all_faces(
    whole: FaceGraph, labels: Ints, vertices: NDArray[np.floating], faces: NDArray[np.integer]
) -> Ints:
    """Labels of the given faces; those without an area take the label of the face nearest to them."""
    result = np.full(len(faces), -1)
    result[whole.source] = labels
    missing = np.flatnonzero(result < 0)
    if len(missing):
        middles = np.asarray(vertices, np.float64)[np.asarray(faces)[missing]].mean(axis=1)
        result[missing] = labels[cKDTree(whole.centers).query(middles)[1]]
    return result


def numbered(labels: Ints, vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> Ints:
    """The same parts, numbered from 0 by falling area."""
    corners = np.asarray(vertices, np.float64)[np.asarray(faces)]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    index = np.unique(labels, return_inverse=True)[1].reshape(-1)
    order = np.argsort(-np.bincount(index, area), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[index], np.int64)
