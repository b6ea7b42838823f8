"""What is asked of the server: one dataclass for each of the four features.

The choices and defaults of the panels and of the command line are these; a test holds them to the server's own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import UserError
from .features import MESH, RIG, SEGMENT, TEXTURE

QUALITIES = ("low", "medium", "high")
TEXTURE_RESOLUTIONS = (512, 1024, 2048, 4096)
STYLES = ("realistic", "cartoon", "artistic")
SEGMENTATION_LEVELS = ("coarse", "fine", "semantic")
CHARACTER_TYPES = ("humanoid", "quadruped", "generic")
MOST_BONES = 256

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Params:
    """Base: what all features share. None leaves a decision to the server."""

    model_preference: str = ""
    seed: int | None = None

    feature = ""

    def body(self) -> dict[str, Any]:
        """The request's fields; empty ones are left out so that the server decides."""
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
    """Parts of a mesh. ``min_part_size`` is in vertices; without it the server goes by the mesh."""

    segmentation_level: str = "coarse"
    min_part_size: int | None = None

    feature = SEGMENT


@dataclass(frozen=True)
class RigParams(Params):
    """A skeleton for a mesh. Without ``character_type`` the server goes by the shape, without ``bone_count`` by
    the character."""

    character_type: str | None = None
    bone_count: int | None = None
    include_weights: bool = True

    feature = RIG
