"""The shapes of requests and answers: one Pydantic model serves validation, documentation and SDK types."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Self

from flask_openapi3 import FileStorage
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonValue

from pocket3d_server.api.paging import NextCursor, PageQuery
from pocket3d_server.api.results import JobResult
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.engine import (
    MAX_SEED,
    EngineRequest,
    MeshRequest,
    RigRequest,
    SegmentRequest,
    TextureRequest,
)
from pocket3d_server.models.mesh_options import MeshOptions
from pocket3d_server.times import stamp

TextureResolution = Literal[512, 1024, 2048, 4096]
Timestamp = Annotated[
    datetime,
    PlainSerializer(stamp, return_type=str),
    WithJsonSchema({"examples": ["2023-12-01T12:00:00Z"], "format": "date-time", "type": "string"}),
]
"""RFC 3339 in UTC, as ``times.stamp`` writes it."""
FeatureName = Literal["mesh_generation", "texture_generation", "mesh_segmentation", "auto_rigging"]
StatusName = Literal["queued", "processing", "completed", "error"]
MAX_PROMPT = 2000
MAX_IMAGES = 10
MAX_VERTICES = 2**31 - 1
PICTURE = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQ..."


def _default(request: type[EngineRequest], name: str) -> Any:
    """Defaults are decided where engines get their requests; here they are only documented."""
    return request.model_fields[name].default


class Asked(BaseModel):
    """Queries and headers; flask-openapi3 asks for their schema with every request, so it is made once."""

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
        """As of any model."""
        if arguments or options:
            return super().model_json_schema(*arguments, **options)
        return _schema(cls)


@cache
def _schema(model: type[Asked]) -> dict[str, Any]:
    return super(Asked, model).model_json_schema()


class SubmitBody(BaseModel):
    """Fields that all submits share."""

    # Strict: JSON has types of its own, so "42" is no number and 1 is not true.
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())

    model_preference: str | None = Field(None, max_length=100, description="Preferred model ID.")
    seed: int | None = Field(None, ge=0, le=MAX_SEED, description="Random seed for reproducible results.")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="The model's own settings; GET /mesh/models gives their JSON schema.",
    )
    mesh_options: MeshOptions = Field(
        default_factory=MeshOptions,
        description="What to do to the mesh itself: before the work to one that is sent, after it to one that is made.",
    )


NEEDS_SOURCE: list[JsonValue] = [
    {"required": ["text_prompt"], "properties": {"text_prompt": {"type": "string"}}},
    {"required": ["images"], "properties": {"images": {"minItems": 1}}},
]
"""In JSON Schema: either a text or at least one image."""


MeshFile = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="Path of an uploaded mesh or of an output, or `job:<job_id>`.",
    ),
]


class TextOrImages(SubmitBody):
    """Requests that start from a text, from images, or from both."""

    text_prompt: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_PROMPT,
        description="Text description of what to make.",
        json_schema_extra={"pattern": r"\S"},
    )
    images: list[str] = Field(
        default_factory=list,
        max_length=MAX_IMAGES,
        description="Base64 encoded images or data URIs, or paths that POST /mesh/upload answered.",
    )

    @model_validator(mode="after")
    def _needs_source(self) -> Self:
        if self.text_prompt is not None and not self.text_prompt.strip():
            raise ValueError("text_prompt must not be blank")
        if self.text_prompt is None and not self.images:
            raise ValueError("either text_prompt or images must be provided")
        return self


class GenerateMesh(TextOrImages):
    """Generate a mesh from a text or from images."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": NEEDS_SOURCE,
            "examples": [
                {
                    "text_prompt": "A red sports car",
                    "output_format": "glb",
                    "quality": "high",
                    "texture_resolution": 2048,
                    "seed": 42,
                },
                {"images": [PICTURE, PICTURE], "output_format": "glb"},
            ],
        }
    )

    output_format: Literal["glb", "obj", "fbx"] = "glb"
    quality: Literal["low", "medium", "high"] = _default(MeshRequest, "quality")
    texture_resolution: TextureResolution = _default(MeshRequest, "texture_resolution")


class GenerateTexture(TextOrImages):
    """Generate a texture for a mesh from a text or from reference images.

    Which of them a model reads is in its `supported_formats.input` (`GET /mesh/models`). Models that read pictures
    alone refuse a text without pictures and do not use one beside them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": NEEDS_SOURCE,
            "examples": [
                {
                    "mesh_file": "uploads/mesh_123.glb",
                    "text_prompt": "Medieval stone castle walls",
                    "texture_resolution": 2048,
                    "style": "realistic",
                }
            ],
        }
    )

    mesh_file: MeshFile
    texture_resolution: TextureResolution = _default(TextureRequest, "texture_resolution")
    style: Literal["realistic", "cartoon", "artistic"] = _default(TextureRequest, "style")
    intensity: float = Field(
        _default(TextureRequest, "intensity"),
        ge=0,
        le=1,
        description="How much of the new material shows. 0 leaves the mesh as it is, up to 0.8 the mesh fades over to "
        "the material, at 0.8 nothing of the old surface is left, and up to 1 relief and contrast grow.",
    )
    output_format: Literal["glb", "obj", "fbx"] = "glb"


class AnalyzeSegments(SubmitBody):
    """Split a mesh into parts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"mesh_file": "uploads/mesh_123.glb", "segmentation_level": "coarse", "output_format": "glb"}
            ]
        }
    )

    mesh_file: MeshFile
    segmentation_level: Literal["coarse", "fine", "semantic"] = _default(SegmentRequest, "segmentation_level")
    output_format: Literal["glb", "obj"] = "glb"
    min_part_size: int = Field(
        _default(SegmentRequest, "min_part_size"),
        ge=1,
        le=MAX_VERTICES,
        description="Minimum vertices per part.",
    )


class GenerateRig(SubmitBody):
    """Make a skeleton and skin weights for a mesh."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "mesh_file": "uploads/character_123.glb",
                    "character_type": "humanoid",
                    "output_format": "glb",
                }
            ]
        }
    )

    mesh_file: MeshFile
    character_type: Literal["humanoid", "quadruped", "generic"] = _default(RigRequest, "character_type")
    output_format: Literal["glb", "fbx", "obj"] = "glb"
    bone_count: int | None = Field(
        _default(RigRequest, "bone_count"),
        ge=1,
        le=256,
        description="Target number of bones (default: auto).",
    )
    include_weights: bool = _default(RigRequest, "include_weights")


PRICE = (
    "Price of a job of medium quality, for accounts that are metered. Low quality costs half of it, high twice; "
    "a texture of 4096 pixels doubles either."
)


class SubmitQuery(Asked):
    """Options of every submit."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(
        False,
        description="Check everything and answer 200 with model, credits and times, without making a job.",
    )


class SubmitHeader(Asked):
    """Headers that every submit understands."""

    prefer: str | None = Field(
        None, alias="Prefer", description="`wait=SECONDS`: answer with the finished job."
    )
    idempotency_key: str | None = Field(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description="Same key and body: the stored answer. Other body: 422. Still being handled: 409.",
    )


class Submitted(BaseModel):
    """The answer to a submit."""

    job_id: str = Field(examples=["job_123abc"])
    status: Literal["queued"] = "queued"
    message: str = Field(examples=["Job queued successfully"])
    estimated_completion: Timestamp
    credits: int | None = Field(
        description="What was reserved for it; null where the account is not metered.", examples=[1]
    )


class JobProblem(BaseModel):
    """Why a job ended in `error`."""

    error_code: ErrorCode
    message: str
    details: dict[str, Any]


class JobStatus(BaseModel):
    """A job."""

    model_config = ConfigDict(protected_namespaces=())

    job_id: str = Field(examples=["job_123abc"])
    status: StatusName
    feature: FeatureName
    model_id: str
    request: dict[str, Any] = Field(description="What was asked for, without its files.")
    created_at: Timestamp
    started_at: Timestamp | None
    completed_at: Timestamp | None
    progress: float = Field(ge=0, le=1)
    stage: str
    eta: Timestamp | None
    attempts: int
    credits: int | None = Field(
        description="What it costs: reserved until it has ended, 0 after an error; null where the account is not "
        "metered."
    )
    queue_position: int | None = Field(description="1 is next; null when not queued.")
    estimated_completion: Timestamp | None
    result: JobResult | None
    error: JobProblem | None


class DryRun(BaseModel):
    """What a submit would come to."""

    model_config = ConfigDict(protected_namespaces=())

    dry_run: Literal[True] = True
    model_id: str = Field(description="The model that would do it.")
    credits: int | None = Field(
        description="What would be reserved; null where the account is not metered.", examples=[1]
    )
    queue_position: int = Field(ge=1, description="1 is next.")
    estimated_completion: Timestamp


class SubmitResult(RootModel[JobStatus | DryRun]):
    """With `Prefer: wait=N` the finished job; with `?dry_run=true` what it would cost, and when it would be done."""


class JobPage(BaseModel):
    """Some jobs, newest first."""

    jobs: list[JobStatus]
    next_cursor: NextCursor


class JobPath(BaseModel):
    """Names a job."""

    job_id: str = Field(max_length=64)


class JobQuery(PageQuery):
    """Which jobs to list."""

    status: StatusName | None = None
    feature: FeatureName | None = None


class EventsQuery(BaseModel):
    """Where to begin in the event log."""

    after: int = Field(0, ge=0, le=2**31 - 1, description="Number of the last event that was seen.")


class UploadForm(BaseModel):
    """Files of an upload. Any part name is taken; `files` is the usual one."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    files: list[FileStorage] = Field(default_factory=list)


class UploadedFile(BaseModel):
    """A file that was taken in."""

    path: str = Field(examples=["uploads/mesh_123abc.glb"])
    name: str = Field(description="As it was uploaded; empty for outputs.")
    kind: Literal["image", "mesh"]
    media_type: str
    size: int = Field(ge=0, description="Bytes.")
    sha256: str


class Uploaded(BaseModel):
    """The answer to an upload."""

    files: list[str] = Field(examples=[["uploads/img_123abc.jpg", "uploads/img_456def.jpg"]])
    message: str = Field(examples=["Uploaded 2 files"])
    details: list[UploadedFile]


class Token(BaseModel):
    """A short-lived token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds.")
