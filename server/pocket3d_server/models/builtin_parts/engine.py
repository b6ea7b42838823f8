"""The engine: reads the mesh, divides it, names the parts, hands them back with the input's materials."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pocket3d_server.models.engine import (
    Engine,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    SegmentRequest,
)
from pocket3d_server.models.reading import read_mesh

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset
    from pocket3d_server.models.parts.division import Division


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
        from pocket3d_server.models.parts.division import in_parts

        assert isinstance(request, SegmentRequest)
        progress(0.0, "reading_mesh")
        asset = read_mesh(request.mesh)
        level = request.segmentation_level
        return in_parts(asset, request, progress, lambda least: segment_shape(asset, level, least, progress))


def segment_shape(asset: Asset, level: str, least: int, progress: Progress) -> Division:
    """Parts from the shape alone, numbered; for the level ``semantic`` named where the kind of thing is known."""
    from pocket3d_server.models.builtin_parts.names import name_division
    from pocket3d_server.models.builtin_parts.segment import segment
    from pocket3d_server.models.parts.division import Division, primitive_of_faces

    def inner(fraction: float, stage: str) -> None:
        progress(0.05 + 0.8 * fraction, stage)

    vertices, faces = asset.merged()
    group = primitive_of_faces(asset)
    labels = segment(vertices, faces, "fine" if level == "fine" else "coarse", group, least, inner)
    division = Division.of_labels(labels, "geometry", 0.7)
    if len(division.names) == 1:
        division.confidence = 0.4
        division.notes.append("The shape gave no reason to divide it; it is one part.")
    if level == "semantic":
        progress(0.86, "naming_parts")
        name_division(division, vertices, faces)
    return division
