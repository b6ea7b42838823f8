"""The engine: reads the mesh, divides it, names the parts, hands them back with the input's materials."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset

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
        from pocket3d_server.geometry.read import read_asset

        assert isinstance(request, SegmentRequest)
        progress(0.0, "reading_mesh")
        try:
            asset = read_asset(request.mesh)
            return divide(asset, request, progress)
        except ValueError as error:
            raise EngineError(
                f"The mesh cannot be divided: {error}.",
                code="INVALID_INPUT",
                suggestion="Send a GLB, OBJ, PLY or STL file with at least one triangle that has an area.",
            ) from error


def divide(asset: Asset, request: SegmentRequest, progress: Progress) -> EngineResult:
    """The parts of an asset that was read. Raises ValueError where no face has an area."""
    import numpy as np

    from pocket3d_server.models.builtin_parts.assemble import split_asset
    from pocket3d_server.models.builtin_parts.boundary import absorb_small
    from pocket3d_server.models.builtin_parts.names import name_parts, named_nodes
    from pocket3d_server.models.builtin_parts.segment import segment
    from pocket3d_server.models.builtin_parts.surface import weld

    vertices, faces = asset.merged()
    least = request.min_part_size
    notes: list[str] = []
    allowed = max(4, len(vertices) // SMALLEST_SHARE)
    if "min_part_size" not in request.model_fields_set and least > allowed:
        least = allowed

    kept = named_nodes(asset)
    if kept is not None:
        labels, names = kept
        progress(0.5, "merging_parts")
        surface = weld(vertices, faces)
        merged = absorb_small(surface, labels[surface.source], least, faces[surface.source])
        if merged.max() < labels.max():
            owner = [
                int(np.bincount(labels[surface.source][merged == k]).argmax())
                for k in range(merged.max() + 1)
            ]
            into = np.zeros(len(names), np.int64)
            into[labels[surface.source]] = merged
            labels, names = into[labels], [names[k] for k in owner]
        notes.append("The mesh came with named parts; they were kept.")
        source, confidence = "named_parts", 0.95
    else:
        group = np.concatenate(
            [np.full(len(p.faces), k) for k, p in enumerate(asset.primitives())] or [np.zeros(0, np.int64)]
        )

        def inner(fraction: float, stage: str) -> None:
            progress(0.05 + 0.8 * fraction, stage)

        semantic = request.segmentation_level == "semantic"
        level = "fine" if request.segmentation_level == "fine" else "coarse"
        labels = segment(vertices, faces, level, group, least, inner)
        names = [f"part_{k + 1}" for k in range(int(labels.max()) + 1)]
        source, confidence = "geometry", 0.7
        if len(names) == 1:
            notes.append("The shape gave no reason to divide it; it is one part.")
            confidence = 0.4
        if semantic:
            progress(0.86, "naming_parts")
            known = name_parts(vertices, faces, labels)
            if known is None:  # a head that the coarse parts leave on the body may show in the fine ones
                known = name_parts(vertices, faces, segment(vertices, faces, "fine", group, least))
            if known is not None:
                labels, names, note = known
                confidence = 0.8
            else:
                note = "The kind of object was not recognised, so the parts have numbers instead of names."
            notes.append(note)
    progress(0.95, "assembling_parts")
    result = split_asset(asset, labels, names)
    progress(1.0, "done")
    return EngineResult(result, source, confidence, notes)
