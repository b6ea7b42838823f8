"""The only interface a model implements, and what it is given and gives back.

An engine class is named in the ``pocket3d.models`` entry-point group. Importing its module must be cheap
(the server reads ``spec`` of every model); heavy imports belong in ``load`` and ``run``, which are called
only in the runner's process.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.models.mesh_options import MeshOptions
from pocket3d_server.models.weights import LicenceTerms, WeightFile, Weights

if TYPE_CHECKING:
    from pocket3d_server.geometry.asset import Asset


class Feature(StrEnum):
    """The four jobs, with the names that the API uses in ``feature``."""

    MESH_GENERATION = "mesh_generation"
    TEXTURE_GENERATION = "texture_generation"
    MESH_SEGMENTATION = "mesh_segmentation"
    AUTO_RIGGING = "auto_rigging"


class NoParameters(BaseModel):
    """For engines that take nothing beyond what the API documents for their feature."""

    model_config = ConfigDict(extra="forbid")


PATIENCE = 4.0
"""An attempt may take so many times as long as it typically does, whatever the limit of the server."""


@dataclass(frozen=True)
class WithoutGpu:
    """What a model that asks for a GPU needs to run without one, slowly."""

    memory_mb: int
    """Of the host's memory, at the peak of a large job."""
    estimated_seconds: float
    """Typical time of a medium-quality job on two cores."""


@dataclass(frozen=True)
class ModelSpec:
    """What the server, the API and the Blender panel need to know about a model without loading it."""

    model_id: str
    feature: Feature
    description: str
    inputs: tuple[str, ...]
    """Of ``text``, ``image``, ``mesh``."""
    outputs: tuple[str, ...]
    """File formats it can be delivered in."""
    licence: str
    """SPDX expression, or a name where SPDX has none."""
    estimated_seconds: float
    """Typical time of a medium-quality job on the hardware it asks for."""
    vram_mb: int = 0
    """Of a GPU's memory; 0: runs on any CPU."""
    memory_mb: int = 1024
    """Of the host's memory, at the peak of a large job. What is measured corrects it while the server runs."""
    without_gpu: WithoutGpu | None = None
    """Set where it also runs without a GPU. It does so only for those who name it, never by default."""
    revision: str = "1"
    """Changes when the same request would give another result."""
    builtin: bool = True
    credits: int = 1
    """Price of a medium-quality job for accounts that are metered."""
    parameters: type[BaseModel] = NoParameters
    """Extra parameters beyond the API's; its JSON schema also builds the Blender panel."""
    weights: tuple[WeightFile, ...] = ()
    """Files that are downloaded before it can run."""
    licence_terms: LicenceTerms | None = None
    """What its licence asks, where that is more than the usual."""

    def on(self, largest_gpu_mb: int) -> ModelSpec:
        """As it runs on a machine whose largest GPU has so much memory: where none is large enough and it can do
        without, it asks for the host's memory and time instead."""
        slow = self.without_gpu
        if slow is None or largest_gpu_mb >= self.vram_mb:
            return self
        return replace(self, vram_mb=0, memory_mb=slow.memory_mb, estimated_seconds=slow.estimated_seconds)

    def time_limit(self, usual: float) -> float:
        """Seconds that an attempt may take: ``usual``, or more where it takes long by nature."""
        return max(usual, PATIENCE * self.estimated_seconds)


MAX_SEED = 2**31 - 1
"""Blender's largest integer, so that every seed can be shown and sent from there."""


class EngineRequest(BaseModel):
    """What every feature's request shares. Files have been fetched and checked; paths are readable."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    seed: int = Field(0, ge=0, le=MAX_SEED)
    parameters: dict[str, object] = Field(default_factory=dict)
    """Validated against ``ModelSpec.parameters``."""
    mesh_options: MeshOptions = Field(default_factory=MeshOptions)
    """Seen to by the runner, before ``run`` where a mesh is sent and after it where one is made."""


class MeshRequest(EngineRequest):
    """Mesh from text or images."""

    text_prompt: str | None = None
    images: list[Path] = Field(default_factory=list)
    quality: Literal["low", "medium", "high"] = "medium"
    texture_resolution: Literal[512, 1024, 2048, 4096] = 1024


class TextureRequest(EngineRequest):
    """Texture for a mesh from text or reference images."""

    mesh: Path
    text_prompt: str | None = None
    images: list[Path] = Field(default_factory=list)
    texture_resolution: Literal[512, 1024, 2048, 4096] = 1024
    style: Literal["realistic", "cartoon", "artistic"] = "realistic"
    intensity: float = Field(0.8, ge=0, le=1)
    """0 leaves the mesh as it is, up to 0.8 it fades over to the material, at 0.8 nothing of the old surface is left,
    and up to 1 relief and contrast grow."""


class SegmentRequest(EngineRequest):
    """Parts of a mesh."""

    mesh: Path
    segmentation_level: Literal["coarse", "fine", "semantic"] = "coarse"
    min_part_size: int = Field(100, ge=1)
    """Vertices."""


class RigRequest(EngineRequest):
    """Skeleton and skin weights for a mesh."""

    mesh: Path
    character_type: Literal["humanoid", "quadruped", "generic"] = "humanoid"
    bone_count: int | None = Field(None, ge=1, le=256)
    include_weights: bool = True


REQUESTS: dict[Feature, type[EngineRequest]] = {
    Feature.MESH_GENERATION: MeshRequest,
    Feature.TEXTURE_GENERATION: TextureRequest,
    Feature.MESH_SEGMENTATION: SegmentRequest,
    Feature.AUTO_RIGGING: RigRequest,
}


@dataclass
class EngineResult:
    """What a run gives back; the runner writes files, preview and provenance from it."""

    asset: Asset
    source: str
    """How it was made, in one word for the API: ``template``, ``lathe``, ``inflate``, ``network``, …"""
    confidence: float
    """0..1, how far the engine trusts that this is what was asked for."""
    notes: list[str] = field(default_factory=list)
    """Sentences for the person who asked, e.g. that the nearest known object was used."""


class Progress(Protocol):
    """Called by an engine as it works."""

    def __call__(self, fraction: float, stage: str) -> None:
        """``fraction`` in 0..1 never falls; ``stage`` is a snake_case verb phrase such as ``generating_mesh``."""
        ...


FailureCode = Literal["INVALID_INPUT", "PROCESSING_FAILED", "OUT_OF_MEMORY", "MODEL_UNAVAILABLE"]
"""The API's error codes that an engine may give."""


class EngineError(Exception):
    """A run failed for a reason that belongs to the request or the model; it is not retried.

    ``suggestion`` says what the person can do.
    """

    def __init__(
        self, message: str, *, code: FailureCode = "PROCESSING_FAILED", suggestion: str = ""
    ) -> None:
        super().__init__(message)
        if code not in get_args(FailureCode):
            raise ValueError(f"{code!r} is no code of an engine; use one of {get_args(FailureCode)}")
        self.code = code
        self.suggestion = suggestion


MissingCode = Literal["LICENCE", "NOT_INSTALLED", "MEMORY", "NO_GPU", "EXTRA", "OTHER"]
"""What is missing, for programs: an accepted licence, weights, memory of any kind, a GPU, Python packages."""


@dataclass(frozen=True)
class Missing:
    """Why a model cannot run on this machine, and what a person can do about it; one sentence each."""

    reason: str
    remedy: str
    code: MissingCode = "OTHER"


class Engine(ABC):
    """A model. One instance lives in one runner process and runs one request at a time."""

    spec: ClassVar[ModelSpec]
    weights: Weights
    """Where the files of ``spec.weights`` lie; set before ``load``."""

    @classmethod
    def missing(cls) -> Missing | None:
        """What is not there beside weights, licence and memory, which the server sees to: packages, for one (EXTRA).

        None when the model can run. Cheap.
        """
        return None

    def load(self, device: str) -> None:  # noqa: B027 - engines without weights have nothing to load
        """Read weights and warm up. ``device`` is ``cpu``, ``cuda:N`` or ``mps``. Called once before ``run``."""

    @abstractmethod
    def run(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Do one job. Raises EngineError for what the caller can mend; anything else counts as our fault."""
