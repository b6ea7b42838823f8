"""What the panels remember: choices with the scene, the job list with the window manager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from ..core.request.params import (
    CHARACTER_TYPES,
    LARGEST_SEED,
    LEAST_FACES,
    MOST_BONES,
    MOST_FACES,
    MOST_VARIANTS,
    QUALITIES,
    SEGMENTATION_LEVELS,
    STYLES,
    TEXTURE_RESOLUTIONS,
    MeshParams,
    RigParams,
    SegmentParams,
    TextureParams,
)
from ..scene import capture, compat

LOCK_TIP = "Keep the seed; otherwise every press of the button takes a new one"
SEED_TIP = "The same seed and settings give the same result"
TEXT_TIP = "Take the prompt from the text in the Text Editor"

SIZES = [(str(s), f"{s}²", f"Texture of {s} × {s} pixels") for s in TEXTURE_RESOLUTIONS]
TEXT, IMAGE, VIEWS = "TEXT", "IMAGE", "VIEWS"
PAINT_SOURCES = [
    (TEXT, "Text", "Describe it in words", "SMALL_CAPS", 0),
    (IMAGE, "Image", "Start from a picture", "IMAGE_DATA", 1),
]
SOURCES = [
    *PAINT_SOURCES,
    (VIEWS, "Views", "Start from several pictures of the same object", "RENDERLAYERS", 2),
]
CURSOR, ORIGIN, REPLACE = "CURSOR", "ORIGIN", "REPLACE"
PLACEMENTS = [
    (CURSOR, "3D Cursor", "Stands on the 3D cursor", "PIVOT_CURSOR", 0),
    (ORIGIN, "World Origin", "Stands in the middle of the world", "WORLD", 1),
    (
        REPLACE,
        "Selected Object",
        "Takes the place of the selected object, which is hidden",
        "OBJECT_ORIGIN",
        2,
    ),
]
VIEW_SOURCES = [
    (capture.FILE, "File", "A picture on disk", "FILE_IMAGE", 0),
    (capture.VIEWPORT, "Viewport", "What the 3D viewport shows when you press the button", "VIEW3D", 1),
    (
        capture.CAMERA,
        "Camera",
        "A render through the scene's camera, made when you press the button",
        "CAMERA_DATA",
        2,
    ),
    (capture.RENDER, "Render Result", "The last render of this scene", "RENDER_RESULT", 3),
    (capture.IMAGE, "Blender Image", "An image of this file, with its unsaved changes", "IMAGE_DATA", 4),
]

AUTOMATIC = "automatic"
"""The choice that leaves the decision to the server; an enum of Blender's cannot be empty."""
MODELS = {MESH: "mesh_model", TEXTURE: "texture_model", SEGMENT: "segment_model", RIG: "rig_model"}
"""The property that holds each feature's chosen model; empty leaves it to the server."""


def labelled(values: Sequence[str], *words: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Items of an enum: each value with its name and description."""
    return [(value, name, text) for value, (name, text) in zip(values, words, strict=True)]


class POCKET3D_PG_view(bpy.types.PropertyGroup):
    """One picture to start from, and where it comes from."""

    source: EnumProperty(name="Source", description="Where the picture comes from", items=VIEW_SOURCES)
    path: StringProperty(
        name="File",
        description="PNG, JPEG or WebP of one object",
        subtype="FILE_PATH",
        options=compat.FILE_PATH_OPTIONS,
    )
    image: PointerProperty(name="Image", description="An image of this file", type=bpy.types.Image)

    def hold(self, path: str) -> None:
        """Start from a picture on disk."""
        self.source, self.path = capture.FILE, path


class POCKET3D_PG_settings(bpy.types.PropertyGroup):
    """The artist's choices, saved with the scene. No keys and no addresses in here."""

    source: EnumProperty(name="From", items=SOURCES)
    prompt: StringProperty(name="Prompt", description="What you want to have, e.g. a red sports car")
    prompt_text: PointerProperty(name="Prompt Text", type=bpy.types.Text)
    use_prompt_text: BoolProperty(name="Use Text", description=TEXT_TIP)
    picture: PointerProperty(type=POCKET3D_PG_view)
    views: CollectionProperty(type=POCKET3D_PG_view)
    mesh_model: StringProperty(
        name="Model", description="Which model makes the mesh; empty: the best that is ready"
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
    use_target_faces: BoolProperty(name="Limit Faces", description="Make it of fewer faces")
    target_faces: IntProperty(
        name="Faces",
        description="Triangles at most, about; texture and relief are painted over onto them",
        min=LEAST_FACES,
        max=MOST_FACES,
        soft_min=200,
        default=5000,
    )
    use_seed: BoolProperty(name="Lock Seed", description=LOCK_TIP)
    seed: IntProperty(name="Seed", description=SEED_TIP, min=0, max=LARGEST_SEED)
    variants: IntProperty(
        name="Variants",
        description="How many to make; each gets the next seed, and they stand side by side",
        min=1,
        max=MOST_VARIANTS,
        default=1,
    )
    placement: EnumProperty(name="Place At", description="Where the new object stands", items=PLACEMENTS)

    paint_source: EnumProperty(name="From", items=PAINT_SOURCES)
    paint_prompt: StringProperty(
        name="Prompt", description="What it is made of, e.g. old oak with brass fittings"
    )
    paint_prompt_text: PointerProperty(name="Prompt Text", type=bpy.types.Text)
    use_paint_prompt_text: BoolProperty(name="Use Text", description=TEXT_TIP)
    paint_picture: PointerProperty(type=POCKET3D_PG_view)
    texture_model: StringProperty(
        name="Model", description="Which model paints; empty: the best that is ready"
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
    use_paint_seed: BoolProperty(name="Lock Seed", description=LOCK_TIP)
    paint_seed: IntProperty(name="Seed", description=SEED_TIP, min=0, max=LARGEST_SEED)

    segment_model: StringProperty(
        name="Model", description="Which model finds the parts; empty: the best that is ready"
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

    rig_model: StringProperty(
        name="Model", description="Which model makes the rig; empty: the best that is ready"
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

    def pictures(self, feature: str) -> list[POCKET3D_PG_view]:
        """The pictures that a feature starts from as it is set now."""
        if feature == TEXTURE:
            return [self.paint_picture] if self.paint_source == IMAGE else []
        if feature != MESH or self.source == TEXT:
            return []
        return [self.picture] if self.source == IMAGE else list(self.views)

    def start_from(self, paths: Sequence[str]) -> None:
        """Make pictures on disk what a mesh is made from: one, or several views."""
        self.source = IMAGE if len(paths) == 1 else VIEWS
        if len(paths) == 1:
            self.picture.hold(paths[0])
            return
        self.views.clear()
        for path in paths:
            self.views.add().hold(path)

    def linked_text(self, name: str) -> bpy.types.Text | None:
        """The text that a prompt is taken from, None when it is the line."""
        return getattr(self, f"{name}_text") if getattr(self, f"use_{name}_text") else None

    def words(self, name: str) -> str:
        """A prompt as it is sent: the line, or the text that is linked, with its lines made into one."""
        text = self.linked_text(name)
        return " ".join((text.as_string() if text is not None else getattr(self, name)).split())

    def params(self, feature: str, images: Sequence[str] = (), model_settings: dict[str, Any] | None = None):
        """The request that these choices mean for a feature, with ``images`` as the files of its pictures."""
        shared = {
            "model_preference": getattr(self, MODELS[feature]),
            "parameters": model_settings or {},
        }
        return _BUILDERS[feature](self, tuple(images), shared)


def _mesh(s, images: tuple[str, ...], shared: dict[str, Any]) -> MeshParams:
    return MeshParams(
        **shared,
        seed=s.seed,
        text_prompt=s.words("prompt") if s.source == TEXT else "",
        images=images,
        quality=s.quality,
        texture_resolution=int(s.texture_size),
        target_faces=s.target_faces if s.use_target_faces else None,
    )


def _texture(s, images: tuple[str, ...], shared: dict[str, Any]) -> TextureParams:
    return TextureParams(
        **shared,
        seed=s.paint_seed,
        text_prompt=s.words("paint_prompt") if s.paint_source == TEXT else "",
        images=images,
        texture_resolution=int(s.paint_size),
        style=s.style,
        intensity=s.intensity,
    )


def _segment(s, images: tuple[str, ...], shared: dict[str, Any]) -> SegmentParams:
    return SegmentParams(
        **shared,
        seed=0,  # the same mesh has the same parts every time
        segmentation_level=s.level,
        min_part_size=s.min_part_size if s.use_min_part_size else None,
    )


def _rig(s, images: tuple[str, ...], shared: dict[str, Any]) -> RigParams:
    return RigParams(
        **shared,
        seed=0,  # and the same skeleton
        character_type=None if s.character == AUTOMATIC else s.character,
        bone_count=s.bone_count if s.use_bone_count else None,
        include_weights=s.include_weights,
    )


_BUILDERS = {MESH: _mesh, TEXTURE: _texture, SEGMENT: _segment, RIG: _rig}


class POCKET3D_PG_job(bpy.types.PropertyGroup):
    """A row of the job list; what it shows is looked up by its key."""

    key: StringProperty()


CLASSES = (POCKET3D_PG_view, POCKET3D_PG_settings, POCKET3D_PG_job)


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
