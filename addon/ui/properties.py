"""What the panels remember: choices with the scene, the job list with the window manager."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..core.features import MESH, RIG, SEGMENT, TEXTURE
from ..core.params import (
    CHARACTER_TYPES,
    LARGEST_SEED,
    MOST_BONES,
    QUALITIES,
    SEGMENTATION_LEVELS,
    STYLES,
    TEXTURE_RESOLUTIONS,
    MeshParams,
    RigParams,
    SegmentParams,
    TextureParams,
)
from ..scene import compat

SIZES = [(str(s), f"{s}²", f"Texture of {s} × {s} pixels") for s in TEXTURE_RESOLUTIONS]
SOURCES = [
    ("TEXT", "Text", "Describe it in words", "SMALL_CAPS", 0),
    ("IMAGE", "Image", "Start from a picture", "IMAGE_DATA", 1),
]


AUTOMATIC = "automatic"
"""The choice that leaves the decision to the server; an enum of Blender's cannot be empty."""


def labelled(values: Sequence[str], *words: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Items of an enum: each value with its name and description."""
    return [(value, name, text) for value, (name, text) in zip(values, words, strict=True)]


class POCKET3D_PG_settings(bpy.types.PropertyGroup):
    """The artist's choices, saved with the scene. No keys and no addresses in here."""

    source: EnumProperty(name="From", items=SOURCES)
    prompt: StringProperty(name="Prompt", description="What you want to have, e.g. a red sports car")
    image: StringProperty(
        name="Image",
        description="PNG, JPEG or WebP of one object",
        subtype="FILE_PATH",
        options=compat.FILE_PATH_OPTIONS,
    )
    quality: EnumProperty(
        name="Quality",
        items=labelled(
            QUALITIES,
            ("Draft", "Quick and coarse"),
            ("Medium", "A good balance"),
            ("High", "More detail, takes longer"),
        ),
        default=MeshParams.quality,
    )
    texture_size: EnumProperty(name="Texture Size", items=SIZES, default=str(MeshParams.texture_resolution))
    use_seed: BoolProperty(name="Fixed Seed", description="The same seed gives the same result")
    seed: IntProperty(name="Seed", min=0, max=LARGEST_SEED)

    paint_source: EnumProperty(name="From", items=SOURCES)
    paint_prompt: StringProperty(
        name="Prompt", description="What it is made of, e.g. old oak with brass fittings"
    )
    paint_image: StringProperty(
        name="Image", description="A reference picture", subtype="FILE_PATH", options=compat.FILE_PATH_OPTIONS
    )
    paint_size: EnumProperty(name="Texture Size", items=SIZES, default=str(TextureParams.texture_resolution))
    style: EnumProperty(
        name="Style",
        items=labelled(
            STYLES,
            ("Realistic", "As in a photograph"),
            ("Cartoon", "Flat and clear colours"),
            ("Artistic", "Painterly"),
        ),
        default=TextureParams.style,
    )
    intensity: FloatProperty(
        name="Intensity",
        description="How strongly the texture shows",
        min=0,
        max=1,
        default=TextureParams.intensity,
        subtype="FACTOR",
    )

    level: EnumProperty(
        name="Parts",
        items=labelled(
            SEGMENTATION_LEVELS,
            ("Coarse", "The main parts"),
            ("Fine", "Smaller parts too"),
            ("Semantic", "Parts with a meaning, named where they can be known"),
        ),
        default=SegmentParams.segmentation_level,
    )
    use_min_part_size: BoolProperty(
        name="Limit Size", description="Set the smallest part yourself; otherwise it goes by the mesh"
    )
    min_part_size: IntProperty(
        name="Smallest Part", description="Parts with fewer vertices join a neighbour", min=1, default=100
    )

    character: EnumProperty(
        name="Character",
        items=labelled(
            (AUTOMATIC, *CHARACTER_TYPES),
            ("Automatic", "The shape decides"),
            ("Humanoid", "Stands on two legs"),
            ("Quadruped", "Stands on four legs"),
            ("Other", "Anything else"),
        ),
        default=AUTOMATIC,
    )
    use_bone_count: BoolProperty(name="Limit Bones", description="Ask for a number of bones")
    bone_count: IntProperty(name="Bones", min=1, max=MOST_BONES, default=24)
    include_weights: BoolProperty(
        name="Skin Weights",
        default=RigParams.include_weights,
        description="Bind the mesh to the bones",
    )

    def params(self, feature: str):
        """The request that these choices mean for a feature."""
        return _BUILDERS[feature](self)


def _absolute(path: str) -> tuple[str, ...]:
    return (bpy.path.abspath(path),) if path else ()


def _mesh(s) -> MeshParams:
    text = s.source == "TEXT"
    return MeshParams(
        seed=s.seed if s.use_seed else None,
        text_prompt=s.prompt.strip() if text else "",
        images=() if text else _absolute(s.image),
        quality=s.quality,
        texture_resolution=int(s.texture_size),
    )


def _texture(s) -> TextureParams:
    text = s.paint_source == "TEXT"
    return TextureParams(
        text_prompt=s.paint_prompt.strip() if text else "",
        images=() if text else _absolute(s.paint_image),
        texture_resolution=int(s.paint_size),
        style=s.style,
        intensity=s.intensity,
    )


def _segment(s) -> SegmentParams:
    return SegmentParams(
        segmentation_level=s.level,
        min_part_size=s.min_part_size if s.use_min_part_size else None,
    )


def _rig(s) -> RigParams:
    return RigParams(
        character_type=None if s.character == AUTOMATIC else s.character,
        bone_count=s.bone_count if s.use_bone_count else None,
        include_weights=s.include_weights,
    )


_BUILDERS = {MESH: _mesh, TEXTURE: _texture, SEGMENT: _segment, RIG: _rig}


class POCKET3D_PG_job(bpy.types.PropertyGroup):
    """A row of the job list; what it shows is looked up by its key."""

    key: StringProperty()


CLASSES = (POCKET3D_PG_settings, POCKET3D_PG_job)


def attach() -> None:
    """Hang the properties on Blender's types."""
    bpy.types.Scene.pocket3d = PointerProperty(type=POCKET3D_PG_settings)
    bpy.types.WindowManager.pocket3d_jobs = CollectionProperty(type=POCKET3D_PG_job)
    bpy.types.WindowManager.pocket3d_job_index = IntProperty(name="Job")


def detach() -> None:
    """Take them off."""
    del bpy.types.Scene.pocket3d
    del bpy.types.WindowManager.pocket3d_jobs
    del bpy.types.WindowManager.pocket3d_job_index
