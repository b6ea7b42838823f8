"""Hunyuan3D-Paint 2.0 and 2.1 as engines. Importing this imports no torch."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.models.engine import (
    EngineError,
    EngineRequest,
    EngineResult,
    Feature,
    ModelSpec,
    Progress,
    TextureRequest,
    WithoutGpu,
)
from pocket3d_server.models.hunyuan_paint import files
from pocket3d_server.models.neural.base import NeuralEngine, place_of
from pocket3d_server.models.reading import read_mesh

if TYPE_CHECKING:
    import torch

    from pocket3d_server.geometry.asset import Asset
    from pocket3d_server.models.hunyuan_paint.painter import Method, Painter
    from pocket3d_server.models.hunyuan_paint.pipeline import Job, Release, Texture
    from pocket3d_server.models.pictures.framing import Framed

MOST_FACES = 1_000_000
LEAST_VIEW, MOST_VIEW = 1024, 2048
"""Pixels a side of what is projected: as many as the texture has, within these."""


class PaintParameters(BaseModel):
    """What a person may set when the released settings are not wanted."""

    model_config = ConfigDict(extra="forbid")
    steps: int = Field(30, ge=1, le=200, description="Steps in which the views are painted.")
    guidance: float = Field(2.0, ge=1, le=20, description="How closely they follow the picture.")
    views: int = Field(
        6,
        ge=1,
        le=6,
        description="Directions from which it is painted: front, left, back, right, top, bottom, in this order.",
    )
    view_size: Literal[256, 384, 512] = Field(
        512, description="Pixels along a side of a view; 512 is what the network learned on."
    )
    delight: bool = Field(
        True,
        description="Take light and shadow out of the picture first, so that they are not painted onto the mesh.",
    )


class PaintPbrParameters(BaseModel):
    """What a person may set when the released settings are not wanted."""

    model_config = ConfigDict(extra="forbid")
    steps: int = Field(15, ge=1, le=200, description="Steps in which the views are painted.")
    guidance: float = Field(3.0, ge=1, le=20, description="How closely they follow the picture.")
    views: int = Field(
        9,
        ge=1,
        le=12,
        description="Directions from which it is painted: front, left, back, right, top, bottom, and then those that "
        "show most of what these do not, as far as there are any.",
    )
    view_size: Literal[256, 384, 512, 768] = Field(
        512, description="Pixels along a side of a view, before they are enlarged four times."
    )


class HunyuanPaint(NeuralEngine):
    """Paints views of a mesh after a picture and projects them onto it.

    Zhao et al., "Hunyuan3D 2.0: Scaling Diffusion Models for High Resolution Textured 3D Assets Generation", 2025.
    """

    packages = ("torch", "safetensors", "diffusers", "cv2")
    method: ClassVar[Method]
    """How views are projected."""
    _device: torch.device | None = None

    def load(self, device: str) -> None:
        """Networks are read as they are needed. Raises EngineError where PyTorch cannot use the GPU."""
        self._device = place_of(device)

    def make(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """A copy of ``request.mesh`` that is painted after the pictures."""
        from pocket3d_server.models.hunyuan_paint.painting import Drawing
        from pocket3d_server.models.hunyuan_paint.pipeline import Job, dressed
        from pocket3d_server.models.hunyuan_paint.reference import prepare
        from pocket3d_server.models.pictures.picture import read_picture

        assert isinstance(request, TextureRequest)
        if not request.images:
            raise EngineError(
                f"{self.spec.model_id} paints after a picture, and none was given",
                code="INVALID_INPUT",
                suggestion="Send a reference picture in images, or choose builtin_texture, which takes a text alone.",
            )
        if self._device is None:
            self.load("cpu")
        assert self._device is not None
        progress(0.01, "reading_mesh")
        asset = read_mesh(request.mesh, MOST_FACES)
        if request.intensity == 0:
            return EngineResult(asset, "unchanged", 1.0, ["At intensity 0 the mesh keeps its own surface."])
        progress(0.02, "reading_picture")
        references = [prepare(read_picture(path)) for path in request.images]
        progress(0.04, "unwrapping")
        painter = self._painter(asset, request.texture_resolution)
        asked = self.spec.parameters.model_validate(request.parameters)
        assert isinstance(asked, PaintParameters | PaintPbrParameters)
        job = Job(
            painter,
            references,
            self._release(),
            Drawing(request.seed, asked.steps, asked.guidance, asked.view_size),
            asked.views,
            self._device,
            lambda done, stage: progress(0.08 + 0.88 * done, stage),
        )
        texture = self._texture(job, asked)
        progress(0.96, "assembling")
        made = dressed(painter, texture, request.intensity)
        uv = "kept" if painter.keeps_uv else "unwrapped"
        extras = asset.extras | {"texture": {"uv": uv, "views": texture.views, "device": str(self._device)}}
        progress(1.0, "finishing")
        confidence = round(0.9 * min(reference.confidence for reference in references), 3)
        return EngineResult(
            replace(made, extras=extras),
            "network",
            confidence,
            notes_on(request, references, self.spec.model_id, self._device.type == "cpu"),
        )

    @abstractmethod
    def _release(self) -> Release:
        """Where its files lie."""

    @abstractmethod
    def _texture(self, job: Job, asked: PaintParameters | PaintPbrParameters) -> Texture:
        """The images of the texture. Raises EngineError."""

    def _painter(self, asset: Asset, texture: int) -> Painter:
        from pocket3d_server.models.hunyuan_paint.painter import Painter

        try:
            return Painter(asset, texture, self.method, min(max(texture, LEAST_VIEW), MOST_VIEW))
        except ValueError as error:
            raise EngineError(
                str(error), code="INVALID_INPUT", suggestion="Send a mesh with a surface."
            ) from error


class HunyuanPaint20(HunyuanPaint):
    """Colours."""

    method = "linear"
    repository: ClassVar[str] = files.HUNYUAN_20[0]
    spec = ModelSpec(
        model_id="hunyuan3d_paint",
        feature=Feature.TEXTURE_GENERATION,
        description="Hunyuan3D-Paint 2.0: paints a mesh after a reference picture. It reads no text: send a picture",
        inputs=("mesh", "image"),
        outputs=("glb", "obj", "fbx"),
        licence=files.TERMS_20.name,
        estimated_seconds=90,
        vram_mb=5000,
        memory_mb=6000,
        without_gpu=WithoutGpu(8000, 80 * 60),
        revision=f"1+{files.HUNYUAN_20[1][:12]}",
        builtin=False,
        parameters=PaintParameters,
        weights=files.PAINT_FILES,
        licence_terms=files.TERMS_20,
    )

    def _release(self) -> Release:
        from pocket3d_server.models.hunyuan_paint.pipeline import Release

        return Release(self.folder_of(self.repository))

    def _texture(self, job: Job, asked: PaintParameters | PaintPbrParameters) -> Texture:
        from pocket3d_server.models.hunyuan_paint.pipeline import texture

        assert isinstance(asked, PaintParameters)
        return texture(job, asked.delight)


class HunyuanPaint21(HunyuanPaint):
    """Colours, and how metallic and how rough the surface is."""

    method = "back_sample"
    repository: ClassVar[str] = files.HUNYUAN_21[0]
    dino: ClassVar[str] = files.DINO.repository
    upscaler: ClassVar[str] = files.UPSCALER.path
    spec = ModelSpec(
        model_id="hunyuan3d_paint_pbr",
        feature=Feature.TEXTURE_GENERATION,
        description="Hunyuan3D-Paint 2.1: paints colour, metallic and roughness of a mesh after a reference picture. "
        "It reads no text: send a picture",
        inputs=("mesh", "image"),
        outputs=("glb", "obj", "fbx"),
        licence=f"{files.TERMS_21.name}; DINOv2 Apache-2.0; Real-ESRGAN BSD-3-Clause",
        estimated_seconds=150,
        vram_mb=7500,
        memory_mb=9000,
        without_gpu=WithoutGpu(10_000, 150 * 60),
        revision=f"1+{files.HUNYUAN_21[1][:12]}",
        builtin=False,
        parameters=PaintPbrParameters,
        weights=files.PAINT_PBR_FILES,
        licence_terms=files.TERMS_21,
    )

    def _release(self) -> Release:
        from pocket3d_server.models.hunyuan_paint.pipeline import Release

        dino, upscaler = (
            self.weights.path(
                next(file for file in self.spec.weights if wanted in (file.repository, file.path))
            )
            for wanted in (self.dino, self.upscaler)
        )
        return Release(self.folder_of(self.repository), dino, upscaler)

    def _texture(self, job: Job, asked: PaintParameters | PaintPbrParameters) -> Texture:
        from pocket3d_server.models.hunyuan_paint.pipeline import texture_pbr

        return texture_pbr(job)


def notes_on(
    request: TextureRequest, references: list[Framed], model_id: str, without_gpu: bool
) -> list[str]:
    """Sentences for the person who asked, each once."""
    notes = [note for reference in references for note in reference.notes]
    if (request.text_prompt or "").strip():
        notes.append(f"The text was not used: {model_id} paints after the picture alone.")
    if request.style != "realistic":
        notes.append(
            f"The style {request.style} was not used: {model_id} paints in the style of the picture."
        )
    if without_gpu:
        notes.append("It was painted without a GPU, which takes far longer.")
    return list(dict.fromkeys(notes))
