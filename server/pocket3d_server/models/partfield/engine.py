"""The engine: parts of a mesh by PartField's features. Importing this imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.models.engine import (
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    SegmentRequest,
    WithoutGpu,
)
from pocket3d_server.models.neural.base import NeuralEngine, memory_told, place_of
from pocket3d_server.models.reading import read_mesh
from pocket3d_server.models.weights import LicenceTerms, WeightFile

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset
    from pocket3d_server.models.partfield.network import PartField, Sizes
    from pocket3d_server.models.parts.division import Division

# Beside the weights it holds the state of the training, which is never read.
CHECKPOINT = WeightFile(
    "mikaelaangel/partfield-ckpt",
    "f8cda8fd7dcef0596654015a482cc89407977a29",
    "model_objaverse.ckpt",
    1_243_631_761,
    "463efc8a3afd3913142aa025e0125c00f16ef452b8de6a132ebe32bbe7877ee4",
    stated=True,
)
TERMS = LicenceTerms(
    name="NVIDIA License for PartField",
    url="https://github.com/nv-tlabs/PartField/blob/main/LICENSE",
    summary="PartField's weights may be used for research and education only, not commercially.",
    conditions=("Non-commercial use only",),
)


class PartFieldParameters(BaseModel):
    """What a person may set beyond level and smallest part."""

    model_config = ConfigDict(extra="forbid")
    parts: int | None = Field(
        None, ge=1, le=64, description="Number of parts; left out, it is found, by the level."
    )
    grouping: Literal["touching", "alike"] = Field(
        "touching",
        description="Parts are what hangs together (touching), or whatever looks alike, so that the legs of a chair "
        "may be one part (alike).",
    )
    bridges: Literal["in_order", "nearest_faces", "nearest_pieces"] = Field(
        "nearest_pieces",
        description="How pieces of a mesh that do not touch come together: in the order of the file (in_order), each "
        "face with those nearest to it (nearest_faces), or each piece with the nearest (nearest_pieces).",
    )
    points: int = Field(
        100_000, ge=1_000, le=500_000, description="Points of the surface that the network looks at."
    )


class PartFieldEngine(NeuralEngine):
    """Parts by learnt features.

    Liu, Uy, Xiang, Su, Fidler, Sharp and Gao, "PartField: Learning 3D Feature Fields for Part Segmentation and
    Beyond", 2025.
    """

    packages = ("torch", "safetensors", "sklearn")
    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="partfield",
        feature=Feature.MESH_SEGMENTATION,
        description="PartField: parts by features that a network learnt from many objects. "
        "For research and education only.",
        inputs=("mesh",),
        outputs=("glb", "obj"),
        licence="LicenseRef-NVIDIA-PartField",
        estimated_seconds=10,
        vram_mb=3000,
        memory_mb=3000,
        without_gpu=WithoutGpu(3000, 60),
        revision=f"1+{CHECKPOINT.revision[:12]}",
        builtin=False,
        parameters=PartFieldParameters,
        weights=(CHECKPOINT,),
        licence_terms=TERMS,
    )

    def __init__(self) -> None:
        self._network: PartField | None = None

    @classmethod
    def sizes(cls) -> Sizes:
        """How large the network of its checkpoint is."""
        from pocket3d_server.models.partfield.network import Sizes

        return Sizes()

    def load(self, device: str) -> None:
        """Read the network. Raises EngineError."""
        from pocket3d_server.models.partfield.network import open_partfield
        from pocket3d_server.models.partfield.pipeline import placed

        place = place_of(device)
        with memory_told(self.spec):
            network = open_partfield(self.weights.path(self.spec.weights[0]), self.sizes())
            self._network = placed(network, place)

    def make(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Divide ``request.mesh``. Every triangle comes back, in one part, with its own material and UVs."""
        from pocket3d_server.models.parts.division import in_parts

        assert isinstance(request, SegmentRequest)
        settings = PartFieldParameters.model_validate(request.parameters)
        progress(0.0, "reading_mesh")
        asset = read_mesh(request.mesh)
        return in_parts(
            asset,
            request,
            progress,
            lambda least: self._found(asset, request, settings, least, progress),
            named=request.segmentation_level == "semantic" and settings.parts is None,
        )

    def _found(
        self,
        asset: Asset,
        request: SegmentRequest,
        settings: PartFieldParameters,
        least: int,
        progress: Progress,
    ) -> Division:
        """The parts that the network sees. Raises ValueError where no face has an area."""
        from pocket3d_server.models.builtin_parts.names import name_division
        from pocket3d_server.models.partfield.pipeline import Wishes, divide
        from pocket3d_server.models.parts.division import (
            Division,
            for_all_faces,
            numbered,
            primitive_of_faces,
        )
        from pocket3d_server.models.parts.face_graph import face_graph

        if self._network is None:
            progress(0.01, "loading_model")
            self.load("cpu")
        assert self._network is not None
        vertices, faces = asset.merged()
        surface = face_graph(vertices, faces, primitive_of_faces(asset))
        wishes = Wishes(
            request.segmentation_level == "fine",
            least,
            settings.parts,
            settings.points,
            settings.bridges,
            settings.grouping,
            request.seed,
        )
        found = divide(
            self._network,
            surface,
            faces[surface.source],
            wishes,
            lambda done, stage: progress(0.02 + 0.9 * done, stage),
        )
        labels = numbered(for_all_faces(surface, found, vertices, faces), vertices, faces)
        division = Division.of_labels(labels, "network", 0.8)
        count = len(division.names)
        if count == 1 and settings.parts != 1:
            division.confidence = 0.4
            division.notes.append(f"No two parts of {least} vertices were found; it is one part.")
        elif settings.parts is not None and count < settings.parts:
            division.notes.append(
                f"There are {count} parts instead of {settings.parts}: more would have fewer than {least} vertices. "
                "A smaller min_part_size allows more."
            )
        if request.segmentation_level == "semantic":
            progress(0.93, "naming_parts")
            name_division(division, vertices, faces)
        if self._network.triplane_transformer.pos_embed.device.type == "cpu":
            division.notes.append("It was made without a GPU, which takes longer.")
        return division
