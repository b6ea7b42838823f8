"""What a completed job's ``result`` is, by feature. ``runners/deliver.py`` counts and writes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.models.engine import Feature

Ordinal = Annotated[int, Field(ge=0)]


class LevelOfDetail(BaseModel):
    """A coarser mesh file of the same result."""

    file_path: str = Field(
        description="`GET /files/{path}` serves it.", examples=["outputs/mesh_123abc_lod1.glb"]
    )
    vertices: Ordinal
    faces: Ordinal


class MeshResult(BaseModel):
    """A mesh file, counted from the file itself."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    file_path: str = Field(description="`GET /files/{path}` serves it.", examples=["outputs/mesh_123abc.glb"])
    format: Literal["glb", "obj", "fbx"]
    file_size: Ordinal = Field(description="Bytes.", examples=[2048576])
    vertices: Ordinal = Field(examples=[15420])
    faces: Ordinal = Field(description="Triangles.", examples=[30840])
    has_texture: bool
    preview_image: str = Field(examples=["outputs/preview_123abc.jpg"])
    download_url: str = Field(
        description="Serves the file without credentials for an hour; every answer has a new one.",
        examples=["https://api.pocket3d.studio/download/mesh_123abc.glb?token=..."],
    )
    preview_url: str = Field(description="The same for the preview.")
    sha256: str = Field(description="Of the file, hex.")
    model_id: str
    model_revision: str
    licence: str = Field(description="Of the model.")
    seed: int = Field(description="Send it again, with the same request, for the same file.")
    source: str = Field(description="How it was made: template, lathe, network, …")
    confidence: float = Field(ge=0, le=1, description="How far the model trusts its result.")
    notes: list[str] = Field(description="Sentences for the person who asked.")
    lods: list[LevelOfDetail] = Field(
        default_factory=list,
        description="Coarser files, finest first, where `mesh_options.lods` asked for them.",
    )


class TextureResult(MeshResult):
    """The mesh with its new material."""


class SegmentPart(BaseModel):
    """A part: a node of the file, with the same name."""

    part_id: str = Field(examples=["head"])
    label: str = Field(examples=["Head"])
    vertices: Ordinal = Field(examples=[2450])
    faces: Ordinal = Field(examples=[4900])
    color: str = Field(pattern="^#[0-9A-Fa-f]{6}$", examples=["#FF0000"])


class SegmentResult(MeshResult):
    """The mesh in parts."""

    parts: list[SegmentPart]
    total_parts: Ordinal


class RigBone(BaseModel):
    """A bone at rest, in the model's space: metres, +Y up."""

    name: str = Field(examples=["Spine"])
    parent: str | None = Field(examples=["Root"])
    position: list[float] = Field(
        min_length=3, max_length=3, description="Head of the bone.", examples=[[0, 1.2, 0]]
    )
    rotation: list[float] = Field(
        min_length=4,
        max_length=4,
        description="Quaternion (x, y, z, w) that turns +Y to the bone's direction.",
        examples=[[0, 0, 0, 1]],
    )


class RigResult(MeshResult):
    """The mesh with a skeleton."""

    bone_count: Ordinal
    bones: list[RigBone]
    animation_ready: bool = Field(description="Whether it is skinned, and the model trusts it.")


RESULTS: dict[Feature, type[MeshResult]] = {
    Feature.MESH_GENERATION: MeshResult,
    Feature.TEXTURE_GENERATION: TextureResult,
    Feature.MESH_SEGMENTATION: SegmentResult,
    Feature.AUTO_RIGGING: RigResult,
}
JobResult = SegmentResult | RigResult | TextureResult | MeshResult
