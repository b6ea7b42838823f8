"""The four released models as engines. Importing this imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.models.engine import (
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    MeshRequest,
    ModelSpec,
    Progress,
    WithoutGpu,
)
from pocket3d_server.models.neural.base import NeuralEngine, place_of
from pocket3d_server.models.reading import read_prompt
from pocket3d_server.models.trellis import files
from pocket3d_server.models.weights import WeightFile

if TYPE_CHECKING:
    from pocket3d_server.models.trellis.pipeline import Conditions, Parts
    from pocket3d_server.models.trellis.sampler import Schedule

FACES = {"low": 8_000, "medium": 20_000, "high": 60_000}
STEPS = {"low": 12, "medium": None, "high": 50}
"""None: as many as the release says, which is 25."""
ROOM_FOR_ALL = 14_000_000_000
"""Bytes of a GPU's memory with which all networks stay there between jobs."""


LICENCE = "MIT AND Apache-2.0"
"""TRELLIS and CLIP are MIT, DINOv2 is Apache-2.0."""


class Size(NamedTuple):
    """What a model of one size asks for: MiB, and seconds at medium quality. docs/trellis.md says how they were found."""

    vram_mb: int
    memory_mb: int
    seconds: float
    memory_without_gpu_mb: int
    seconds_without_gpu: float


SIZES = {
    "base": Size(6000, 4500, 45, 6000, 12 * 60),
    "image": Size(6000, 5000, 60, 6000, 50 * 60),
    "large": Size(6000, 5000, 60, 6000, 40 * 60),
    "xlarge": Size(6500, 6000, 75, 8500, 70 * 60),
}


class TrellisParameters(BaseModel):
    """What a person may set when the released settings are not wanted."""

    model_config = ConfigDict(extra="forbid")
    structure_steps: int | None = Field(
        None, ge=1, le=200, description="Steps for the coarse shape; left out, by quality: 12, 25 or 50."
    )
    structure_guidance: float | None = Field(
        None, ge=0, le=30, description="How closely the coarse shape follows the prompt or picture."
    )
    detail_steps: int | None = Field(
        None, ge=1, le=200, description="Steps for surface and colours; left out, by quality: 12, 25 or 50."
    )
    detail_guidance: float | None = Field(
        None, ge=0, le=30, description="How closely surface and colours follow the prompt or picture."
    )
    faces: int | None = Field(
        None,
        ge=100,
        le=2_000_000,
        description="Triangles of the result; left out, by quality: 8,000, 20,000 or 60,000.",
    )
    colours: Literal["gaussians", "mesh"] = Field(
        "gaussians", description="Where the texture comes from: the gaussians, or the surface's own colours."
    )
    several_images: Literal["stochastic", "multidiffusion"] = Field(
        "stochastic",
        description="Several pictures lead in turn, one a step (stochastic), or all at once in every step "
        "(multidiffusion, slower).",
    )


class Trellis(NeuralEngine):
    """Structured latents: a coarse structure of voxels, details on each, decoded to a surface and its colours.

    Xiang et al., "Structured 3D Latents for Scalable and Versatile 3D Generation", 2025. The first of the model's files
    is the description of its release, ``pipeline.json``.
    """

    encoder: ClassVar[str]
    """The repository of the network that reads pictures or prompts."""
    encoder_heads: ClassVar[int | None] = None
    """Its attention heads, where they do not follow from its size."""

    def __init__(self) -> None:
        self._parts: Parts | None = None

    def load(self, device: str) -> None:
        """Read what the release is made of. Networks are read as they are needed. Raises EngineError."""
        import torch

        from pocket3d_server.models.trellis.pipeline import Parts
        from pocket3d_server.models.trellis.release import read_release

        place = place_of(device)
        room = torch.cuda.get_device_properties(place).total_memory if place.type == "cuda" else 0
        release = read_release(self.folder_of(self.spec.weights[0].repository), self.folder_of)
        self._parts = Parts(release, place, room >= ROOM_FOR_ALL)

    def make(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """A mesh under the pictures or the prompt of ``request``."""
        from pocket3d_server.models.trellis.asset import make_asset
        from pocket3d_server.models.trellis.pipeline import Wishes, generate

        assert isinstance(request, MeshRequest)
        if self._parts is None:
            self.load("cpu")
        assert self._parts is not None
        settings = TrellisParameters.model_validate(request.parameters)
        progress(0.01, "reading_request")
        conditions, confidence, notes = self._conditions(request, self._parts)
        if self._parts.device.type == "cpu":
            notes.append("It was made without a GPU, which takes far longer.")
        steps = STEPS[request.quality]
        release = self._parts.release
        wishes = Wishes(
            request.seed,
            _set(release.structure, settings.structure_steps or steps, settings.structure_guidance),
            _set(release.latent, settings.detail_steps or steps, settings.detail_guidance),
            settings.several_images,
            gaussians=settings.colours == "gaussians",
        )
        decoded = generate(
            self._parts, conditions, wishes, lambda done, stage: progress(0.04 + 0.84 * done, stage)
        )
        asset = make_asset(
            decoded.mesh,
            decoded.gaussians,
            faces=settings.faces or FACES[request.quality],
            texture=request.texture_resolution,
            report=lambda done, stage: progress(0.88 + 0.11 * done, stage),
        )
        asset.extras.update(method="network", voxels=decoded.voxels, device=str(self._parts.device))
        progress(1.0, "finishing")
        return EngineResult(asset, "network", confidence, notes)

    def _conditions(self, request: MeshRequest, parts: Parts) -> tuple[Conditions, float, list[str]]:
        """What leads the flows, how far it is trusted, and notes for the person who asked. Raises EngineError."""
        raise NotImplementedError


class TrellisFromImages(Trellis):
    """Led by one picture, or several of the same object."""

    encoder = files.DINOV2.repository

    def _conditions(self, request: MeshRequest, parts: Parts) -> tuple[Conditions, float, list[str]]:
        from pocket3d_server.models.pictures.picture import read_picture
        from pocket3d_server.models.trellis import conditioning
        from pocket3d_server.models.trellis.preprocess import prepare

        if not request.images:
            raise EngineError(
                "no image was given", code="INVALID_INPUT", suggestion="Send a picture of one object."
            )
        pictures = [prepare(read_picture(path)) for path in request.images]
        encoder = next(f for f in self.spec.weights if f.repository == self.encoder)
        conditions = conditioning.of_pictures(
            pictures, self.weights.path(encoder), parts.device, self.encoder_heads
        )
        notes = list(dict.fromkeys(note for picture in pictures for note in picture.notes))
        return conditions, round(0.9 * min(picture.confidence for picture in pictures), 3), notes


class TrellisFromText(Trellis):
    """Led by a prompt."""

    encoder = files.CLIP

    def _conditions(self, request: MeshRequest, parts: Parts) -> tuple[Conditions, float, list[str]]:
        from pocket3d_server.models.trellis import conditioning

        prompt, folder = read_prompt(request), self.folder_of(self.encoder)
        return conditioning.of_prompt(prompt, folder, parts.device, self.encoder_heads), 0.8, []


def _spec(name: str, description: str, weights: tuple[WeightFile, ...], size: Size) -> ModelSpec:
    kind = name.split("_")[0]
    return ModelSpec(
        model_id=f"trellis_{name}",
        feature=Feature.MESH_GENERATION,
        description=description,
        inputs=(kind,),
        outputs=("glb", "obj", "fbx"),
        licence=LICENCE if kind == "image" else "MIT",
        estimated_seconds=size.seconds,
        vram_mb=size.vram_mb,
        memory_mb=size.memory_mb,
        without_gpu=WithoutGpu(size.memory_without_gpu_mb, size.seconds_without_gpu),
        revision=f"1+{weights[0].revision[:12]}",
        builtin=False,
        parameters=TrellisParameters,
        weights=weights,
    )


class TrellisImageLarge(TrellisFromImages):
    """Pictures to meshes."""

    spec = _spec(
        "image_large",
        "TRELLIS large model for image-to-3D generation",
        files.IMAGE_LARGE_FILES,
        SIZES["image"],
    )


class TrellisTextBase(TrellisFromText):
    """Prompts to meshes, in the least time and memory."""

    spec = _spec(
        "text_base", "TRELLIS base model for text-to-3D generation", files.TEXT_BASE_FILES, SIZES["base"]
    )


class TrellisTextLarge(TrellisFromText):
    """Prompts to meshes."""

    spec = _spec(
        "text_large", "TRELLIS large model for text-to-3D generation", files.TEXT_LARGE_FILES, SIZES["large"]
    )


class TrellisTextXlarge(TrellisFromText):
    """Prompts to meshes, as closely as this family can."""

    spec = _spec(
        "text_xlarge",
        "TRELLIS extra-large model for text-to-3D generation",
        files.TEXT_XLARGE_FILES,
        SIZES["xlarge"],
    )


def _set(released: Schedule, steps: int | None, guidance: float | None) -> Schedule:
    """The released schedule with other steps and guidance where they are given."""
    from dataclasses import replace

    changed = released if steps is None else replace(released, steps=steps)
    return changed if guidance is None else replace(changed, cfg_strength=guidance)
