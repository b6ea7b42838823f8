"""The engine: reads the mesh, divides it, names the parts, hands them back with the input's materials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pocket3d_server.models.engine import (
    Engine,
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    SegmentRequest,
)
from pocket3d_server.models.reading import read_mesh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pocket3d_server.geometry.asset import Asset

    Labels = NDArray[np.int64]

SMALLEST_SHARE = 50
"""Without a wish for ``min_part_size`` a part needs at most one in so many of the vertices, so that low-poly
meshes are divided too."""


class BuiltinParts(Engine):
    """Parts by line of sight through the inside of the shape; runs anywhere."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="builtin_parts",
        feature=Feature.MESH_SEGMENTATION,
        description="Parts from the shape itself: sight through its inside, valleys and thickness, with the number "
        "of parts found automatically. Named parts of a mesh are kept. No download, any CPU.",
        inputs=("mesh",),
        outputs=("glb", "obj"),
        licence="Apache-2.0",
        estimated_seconds=3,
    )

    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Split ``request.mesh``; every triangle comes back, in one part, with its own material and UVs."""
        assert isinstance(request, SegmentRequest)
        progress(0.0, "reading_mesh")
        asset = read_mesh(request.mesh)
        try:
            return divide(asset, request, progress)
        except ValueError as error:
            raise EngineError(
                f"The mesh cannot be divided: {error}.",
                code="INVALID_INPUT",
                suggestion="Send a mesh with at least one triangle that has an area.",
            ) from error


@dataclass(eq=False)
class Division:
    """Which part each face belongs to, and how that was found."""

    labels: Labels
    """(F,) in the order of the asset's faces."""
    names: list[str]
    """Of the parts that the labels number."""
    source: str
    confidence: float
    notes: list[str]


def divide(asset: Asset, request: SegmentRequest, progress: Progress) -> EngineResult:
    """The parts of an asset that was read. Raises ValueError where no face has an area."""
    from pocket3d_server.models.builtin_parts.assemble import split_asset

    least = _least_vertices(asset, request)
    if least > asset.vertex_count:
        division = whole(asset, least)
    else:
        division = keep_named(asset, least, progress) or segment_shape(
            asset, request.segmentation_level, least, progress
        )
    progress(0.95, "assembling_parts")
    result = split_asset(asset, division.labels, division.names)
    progress(1.0, "done")
    return EngineResult(result, division.source, division.confidence, division.notes)


def keep_named(asset: Asset, least: int, progress: Progress) -> Division | None:
    """The nodes that the file itself names, those with fewer than ``least`` vertices joined to their neighbours;
    None when it names none."""
    import numpy as np

    from pocket3d_server.models.builtin_parts.boundary import absorb_small
    from pocket3d_server.models.builtin_parts.face_graph import face_graph
    from pocket3d_server.models.builtin_parts.names import named_nodes

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
    if merged.max() < labels.max():
        owner = [int(np.bincount(before[merged == k]).argmax()) for k in range(merged.max() + 1)]
        into = np.zeros(len(names), np.int64)
        into[before] = merged
        labels, names = into[labels], [names[k] for k in owner]
    return Division(labels, names, "named_parts", 0.95, ["The mesh came with named parts; they were kept."])


def whole(asset: Asset, least: int) -> Division:
    """Everything as one part, because no two parts of ``least`` vertices were found."""
    import numpy as np

    note = (
        f"min_part_size {least} leaves no room for two parts of this mesh of {asset.vertex_count} vertices, "
        "so it is one part; ask for a smaller one to divide it."
    )
    return Division(np.zeros(asset.face_count, np.int64), ["whole"], "geometry", 0.4, [note])


def segment_shape(asset: Asset, level: str, least: int, progress: Progress) -> Division:
    """Parts from the shape alone, numbered; for the level ``semantic`` named where the kind of thing is known."""
    from pocket3d_server.models.builtin_parts.names import name_parts
    from pocket3d_server.models.builtin_parts.segment import segment

    def inner(fraction: float, stage: str) -> None:
        progress(0.05 + 0.8 * fraction, stage)

    vertices, faces = asset.merged()
    group = _primitive_of_faces(asset)
    labels = segment(vertices, faces, "fine" if level == "fine" else "coarse", group, least, inner)
    names = [f"part_{k + 1}" for k in range(int(labels.max()) + 1)]
    division = Division(labels, names, "geometry", 0.7, [])
    if len(names) == 1:
        division.confidence = 0.4
        division.notes.append("The shape gave no reason to divide it; it is one part.")
    if level == "semantic":
        progress(0.86, "naming_parts")
        known = name_parts(vertices, faces, labels)
        if known is None:
            note = "The kind of object was not recognised, so the parts have numbers instead of names."
        else:
            division.labels, division.names, note = known
            division.confidence = 0.8
        division.notes.append(note)
    return division


def _least_vertices(asset: Asset, request: SegmentRequest) -> int:
    """Fewest vertices of a part: what was asked for, else the API's default as far as the mesh is large enough."""
    if "min_part_size" in request.model_fields_set:
        return request.min_part_size
    return min(request.min_part_size, max(4, asset.vertex_count // SMALLEST_SHARE))


def _primitive_of_faces(asset: Asset) -> Labels:
    """(F,) the number of the primitive of each face, by which node and material change."""
    import numpy as np

    sizes = [len(p.faces) for p in asset.primitives()]
    return np.repeat(np.arange(len(sizes)), sizes)
