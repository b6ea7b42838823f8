"""What is asked of the server: one dataclass for each of the four features.

The choices and defaults of the panels and of the command line are these; a test holds them to the server's own.
"""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..features import MESH, RIG, SEGMENT, TEXTURE

QUALITIES = ("low", "medium", "high")
TEXTURE_RESOLUTIONS = (512, 1024, 2048, 4096)
STYLES = ("realistic", "cartoon", "artistic")
SEGMENTATION_LEVELS = ("coarse", "fine", "semantic")
CHARACTER_TYPES = ("humanoid", "quadruped", "generic")
MOST_BONES = 256
LEAST_FACES, MOST_FACES = 16, 2_000_000

LARGEST_SEED = 2**31 - 1
LONGEST_PROMPT = 2000
MOST_IMAGES = 10
MOST_VIEWS = 6
"""Of one object in the panel; more are not known to help."""
MOST_VARIANTS = 8
CHOICES: dict[str, tuple[Any, ...]] = {
    "quality": QUALITIES,
    "texture_resolution": TEXTURE_RESOLUTIONS,
    "style": STYLES,
    "segmentation_level": SEGMENTATION_LEVELS,
    "character_type": CHARACTER_TYPES,
}
LIMITS = {
    "seed": (0, LARGEST_SEED),
    "intensity": (0, 1),
    "min_part_size": (1, LARGEST_SEED),
    "bone_count": (1, MOST_BONES),
    "target_faces": (LEAST_FACES, MOST_FACES),
}
"""What the fields of requests can be; scripts say what they like, the panels only what there is."""
SPOKEN = {
    "texture_resolution": "texture size",
    "segmentation_level": "level",
    "character_type": "character",
    "min_part_size": "smallest part",
    "bone_count": "number of bones",
    "target_faces": "number of faces",
}
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
IMAGE_BEGINS = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF....WEBP", re.DOTALL)


def new_seed() -> int:
    """Any seed."""
    return random.randint(0, LARGEST_SEED)


@dataclass(frozen=True)
class Params:
    """Base: what all features share. None leaves a decision to the server."""

    model_preference: str = ""
    seed: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict, hash=False)
    """The model's own settings, by the names that it gives them."""

    feature = ""

    def body(self) -> dict[str, Any]:
        """The request's fields; empty ones are left out so that the server decides."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "", (), {})}

    def why_not(self) -> str:
        """Why the request cannot be meant like this, as a sentence; empty when it can. Looks at no file."""
        for name, value in ((f.name, getattr(self, f.name)) for f in fields(self)):
            words = SPOKEN.get(name, name)
            if name in CHOICES and value is not None and value not in CHOICES[name]:
                return f"There is no {words} {value}; choose one of {', '.join(map(str, CHOICES[name]))}"
            low, high = LIMITS.get(name, (None, None))
            if low is not None and value is not None and not low <= value <= high:
                return f"The {words} should be from {low} to {high}, not {value}"
        return ""

    def check(self) -> None:
        """Raise UserError for what ``why_not`` says, or when a file that is named cannot be sent."""
        reason = self.why_not()
        if reason:
            raise UserError(reason)

    def to_record(self) -> dict[str, Any]:
        """As JSON can hold it; ``from_record`` makes the same again."""
        return {"feature": self.feature, **asdict(self)}


def from_record(record: dict[str, Any]) -> Params:
    """The request that a record holds; names that this version does not know are left out.

    Raises ValueError when it is of no feature of ours.
    """
    kind = KINDS.get(str(record.get("feature")))
    if kind is None:
        raise ValueError(f"no such feature: {record.get('feature')!r}")
    known = {f.name: record[f.name] for f in fields(kind) if f.name in record}
    if "images" in known:
        known["images"] = tuple(known["images"])
    return kind(**known)


@dataclass(frozen=True)
class SourceParams(Params):
    """What starts from a description, from pictures, or from both."""

    text_prompt: str = ""
    images: tuple[str, ...] = ()
    """Local files."""

    def why_not(self) -> str:
        """A description or an image is needed."""
        if not self.text_prompt.strip() and not self.images:
            return "Describe what you want, or choose an image"
        if len(self.text_prompt) > LONGEST_PROMPT:
            return f"The description is longer than {LONGEST_PROMPT} characters; shorten it"
        if len(self.images) > MOST_IMAGES:
            return f"At most {MOST_IMAGES} images can be sent"
        return super().why_not()

    def check(self) -> None:
        """The images must be there, too."""
        super().check()
        for image in self.images:
            check_image(image)


def check_image(path: str) -> None:
    """Raise UserError when a file is no image that can be sent."""
    name = Path(path).name
    if Path(path).suffix.lower() not in IMAGE_SUFFIXES:
        raise UserError(f"{name} is not a PNG, JPEG or WebP image")
    try:
        with Path(path).open("rb") as file:
            head = file.read(12)
    except FileNotFoundError:
        raise UserError(f"The image {name} was not found") from None
    except OSError as error:
        raise UserError(f"The image {name} could not be read: {error.strerror}") from error
    if not IMAGE_BEGINS.match(head):
        raise UserError(f"{name} is not a PNG, JPEG or WebP image that can be read")


@dataclass(frozen=True)
class MeshParams(SourceParams):
    """A mesh from a description or from pictures."""

    quality: str = "medium"
    texture_resolution: int = 1024
    target_faces: int | None = None
    """Triangles at most, about; textures are painted over onto them."""

    feature = MESH

    def body(self) -> dict[str, Any]:
        """The number of faces is asked of the server, not of the model."""
        fields = super().body()
        faces = fields.pop("target_faces", None)
        return fields if faces is None else {**fields, "mesh_options": {"target_faces": faces}}


@dataclass(frozen=True)
class TextureParams(SourceParams):
    """A texture for a mesh."""

    texture_resolution: int = 1024
    style: str = "realistic"
    intensity: float = 0.8

    feature = TEXTURE


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


KINDS: dict[str, type[Params]] = {
    MESH: MeshParams,
    TEXTURE: TextureParams,
    SEGMENT: SegmentParams,
    RIG: RigParams,
}
"""The request of each feature."""
