"""UniRig as an engine. Importing this imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pocket3d_server.models.engine import (
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    RigRequest,
    WithoutGpu,
)
from pocket3d_server.models.neural.base import NeuralEngine, place_of
from pocket3d_server.models.reading import read_mesh
from pocket3d_server.models.rigging.settings import RigParameters
from pocket3d_server.models.unirig import files

if TYPE_CHECKING:
    import torch

    from pocket3d_server.models.unirig.anatomy import Kind
    from pocket3d_server.models.unirig.pipeline import Parts

ROOM_FOR_ALL = 12_000_000_000
"""Bytes of a GPU's memory with which both networks stay there between jobs."""
KINDS: dict[str | None, tuple[Kind, ...]] = {
    None: ("person", "animal"),
    "humanoid": ("person",),
    "quadruped": ("animal",),
    "generic": (),
}
"""What bones may be named as, by the type of character that was asked for. The model itself draws what the shape asks
for, whatever it is called."""
MEANT: dict[str | None, tuple[Kind, str]] = {
    "humanoid": ("person", "No person was recognised in the skeleton, so its bones have numbers for names."),
    "quadruped": ("animal", "No animal was recognised in the skeleton, so its bones have numbers for names."),
}


class UniRigParameters(RigParameters):
    """What a person may set when the released settings are not wanted."""

    beams: int = Field(
        15,
        ge=1,
        le=30,
        description="Skeletons that are written side by side, of which the likeliest is taken; fewer are quicker.",
    )
    rig_class: Literal["articulationxl", "vroid"] = Field(
        "articulationxl",
        title="Kind of rig",
        description="The collection whose rigs the skeleton is to be like: articulationxl, of all kinds of things, or "
        "vroid, of people in the manner of anime, whose bones the model names itself.",
    )


class UniRig(NeuralEngine):
    """A skeleton that a language model writes for the shape, and weights that a second network finds for it.

    Zhang et al., "One Model to Rig Them All: Diverse Skeleton Rigging with UniRig", 2025.
    """

    spec: ClassVar[ModelSpec] = ModelSpec(
        model_id="unirig",
        feature=Feature.AUTO_RIGGING,
        description="UniRig: skeleton and skin weights by networks that learned from rigs of people, animals and things",
        inputs=("mesh",),
        outputs=("glb", "obj", "fbx"),
        licence="MIT",
        estimated_seconds=60,
        vram_mb=5000,
        memory_mb=4000,
        without_gpu=WithoutGpu(5000, 5 * 60),
        revision=f"1+{files.SKELETON.revision[:12]}",
        builtin=False,
        parameters=UniRigParameters,
        weights=(files.SKELETON, files.SKIN),
    )

    def __init__(self) -> None:
        self._parts: Parts | None = None

    def load(self, device: str) -> None:
        """Choose where to compute. Networks are read as they are needed. Raises EngineError."""
        import torch

        place = place_of(device)
        room = torch.cuda.get_device_properties(place).total_memory if place.type == "cuda" else 0
        self._parts = self._networks(place, room >= ROOM_FOR_ALL)

    def _networks(self, place: torch.device, keep: bool) -> Parts:
        """Both networks, of their released sizes."""
        from pocket3d_server.models.unirig.pipeline import Parts

        skeleton, skin = (self.weights.path(file) for file in self.spec.weights)
        return Parts(skeleton, skin, place, keep)

    def make(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Rig ``request.mesh``; vertices, faces, UVs and materials come back as they were sent."""
        from pocket3d_server.models.rigging.finishing import attach, finished
        from pocket3d_server.models.rigging.welded_mesh import body_of
        from pocket3d_server.models.unirig.naming import pointed, with_names
        from pocket3d_server.models.unirig.pipeline import Wishes, rigged

        assert isinstance(request, RigRequest)
        if self._parts is None:
            self.load("cpu")
        assert self._parts is not None
        settings = UniRigParameters.model_validate(request.parameters)
        progress(0.0, "reading_mesh")
        asset = read_mesh(request.mesh)
        surface = body_of(*asset.merged())
        wishes = Wishes(request.seed, settings.rig_class, settings.beams, request.include_weights)
        rig = rigged(self._parts, surface, wishes, lambda done, stage: progress(0.02 + 0.96 * done, stage))
        progress(0.98, "finishing")
        wish = request.character_type if "character_type" in request.model_fields_set else None
        skeleton, kind = with_names(rig.skeleton, KINDS[wish])
        skeleton = pointed(skeleton)
        notes = [] if wish not in MEANT or kind == MEANT[wish][0] else [MEANT[wish][1]]
        if rig.fault:
            notes.append(f"{rig.fault}; another seed may do better.")
        confidence = (0.4 if notes else 0.8) * 0.8 ** (rig.attempts - 1)
        skeleton, weights, about = finished(
            skeleton, rig.weights, surface.vertices, request.bone_count, settings.bone_names
        )
        if self._parts.device.type == "cpu":
            notes.append("It was made without a GPU, which takes far longer.")
        attach(asset, skeleton, None if weights is None else weights[surface.origin])
        asset.extras.update(method="network", device=str(self._parts.device))
        progress(1.0, "finishing")
        return EngineResult(asset, "network", round(confidence, 3), notes + about)
