"""What is asked of the server: one dataclass for each of the four features."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import UserError

MESH, TEXTURE, SEGMENT, RIG = "mesh_generation", "texture_generation", "mesh_segmentation", "auto_rigging"
FEATURES = (MESH, TEXTURE, SEGMENT, RIG)
VERBS = {MESH: "Generate", TEXTURE: "Texture", SEGMENT: "Segment", RIG: "Rig"}

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Params:
    """Base: what all features share."""

    model_preference: str = ""
    seed: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    """The model's own settings; see ``GET /mesh/models``."""

    feature = ""

    def body(self) -> dict[str, Any]:
        """The request's fields; empty ones are left out so that the server's defaults hold."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "", (), {})}

    def check(self) -> None:
        """Raise UserError when the request cannot be meant like this."""


def _check_source(prompt: str, images: tuple[str, ...]) -> None:
    if not prompt.strip() and not images:
        raise UserError("Describe what you want, or choose an image")
    for image in images:
        if not Path(image).is_file():
            raise UserError(f"The image {Path(image).name} was not found")
        if Path(image).suffix.lower() not in IMAGE_SUFFIXES:
            raise UserError(f"{Path(image).name} is not a PNG, JPEG or WebP image")


@dataclass(frozen=True)
class MeshParams(Params):
    """A mesh from a description or from pictures."""

    text_prompt: str = ""
    images: tuple[str, ...] = ()
    quality: str = "medium"
    texture_resolution: int = 1024

    feature = MESH

    def check(self) -> None:
        """A description or an image is needed."""
        _check_source(self.text_prompt, self.images)


@dataclass(frozen=True)
class TextureParams(Params):
    """A texture for a mesh."""

    text_prompt: str = ""
    images: tuple[str, ...] = ()
    texture_resolution: int = 1024
    style: str = "realistic"
    intensity: float = 0.8

    feature = TEXTURE

    def check(self) -> None:
        """A description or an image is needed."""
        _check_source(self.text_prompt, self.images)


@dataclass(frozen=True)
class SegmentParams(Params):
    """Parts of a mesh."""

    segmentation_level: str = "coarse"
    min_part_size: int = 100

    feature = SEGMENT


@dataclass(frozen=True)
class RigParams(Params):
    """A skeleton for a mesh. ``bone_count`` 0 lets the server decide."""

    character_type: str = "humanoid"
    bone_count: int = field(default=0)
    include_weights: bool = True

    feature = RIG

    def body(self) -> dict[str, Any]:
        """As the base, without a bone count of 0."""
        body = super().body()
        if not self.bone_count:
            body.pop("bone_count", None)
        return body
