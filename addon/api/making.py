"""The four things that can be done, each in a form that waits and in one that does not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..core.jobs.job import Job
from ..core.request.params import MeshParams, RigParams, SegmentParams, TextureParams
from ..scene import parts, tasks
from .errors import plain_errors
from .jobs import OnProgress, made, submit, wait

Pictures = Sequence[str | os.PathLike[str]]


def generate(prompt: str = "", *, on_progress: OnProgress | None = None, **options: Any) -> bpy.types.Object:
    """Make a mesh from a description, from pictures, or from both, and return its object.

    Takes what ``submit_variants`` takes. Raises Error.
    """
    return _wait(submit_generate(prompt, **options), on_progress)


def submit_generate(prompt: str = "", **options: Any) -> Job:
    """Begin to make a mesh; returns its job. Takes what ``submit_variants`` takes."""
    return submit_variants(prompt, 1, **options)[0]


def submit_variants(
    prompt: str = "",
    count: int = 1,
    *,
    images: Pictures = (),
    name: str = "",
    location: Sequence[float] | None = None,
    replaces: bpy.types.Object | None = None,
    quality: str = MeshParams.quality,
    texture_resolution: int = MeshParams.texture_resolution,
    faces: int | None = None,
    seed: int | None = None,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> list[Job]:
    """Begin to make several variants, which will stand side by side; returns their jobs. Seeds follow each other.

    ``location`` is where the middle of the underside goes, the 3D cursor by default; ``replaces`` is an object whose
    place is taken, and which is hidden then; ``faces`` is the number of triangles at most, about. ``parameters`` are
    the model's own settings.
    """
    params = MeshParams(
        model,
        seed,
        dict(parameters or {}),
        text_prompt=prompt,
        images=paths(images),
        quality=quality,
        texture_resolution=texture_resolution,
        target_faces=faces,
    )
    place = bpy.context.scene.cursor.location if location is None else location
    with plain_errors():
        several = tasks.variants_to_make(params, place, count, name, replaces=replaces)
    return [submit(task) for task in several]


def texture(
    obj: bpy.types.Object, prompt: str = "", *, on_progress: OnProgress | None = None, **options: Any
) -> bpy.types.Object:
    """Paint an object after a description, pictures, or both, and return it.

    Takes what ``submit_texture`` takes. Raises Error.
    """
    return _wait(submit_texture(obj, prompt, **options), on_progress)


def submit_texture(
    obj: bpy.types.Object,
    prompt: str = "",
    *,
    images: Pictures = (),
    style: str = TextureParams.style,
    intensity: float = TextureParams.intensity,
    texture_resolution: int = TextureParams.texture_resolution,
    seed: int | None = None,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Begin to paint an object; returns its job."""
    params = TextureParams(
        model,
        seed,
        dict(parameters or {}),
        text_prompt=prompt,
        images=paths(images),
        texture_resolution=texture_resolution,
        style=style,
        intensity=intensity,
    )
    return _submit([obj], params)


def segment(obj: bpy.types.Object, *, on_progress: OnProgress | None = None, **options: Any) -> list[str]:
    """Find the parts of an object and return their names; its faces remember which part they belong to.

    Takes what ``submit_segment`` takes. Raises Error.
    """
    return list(parts.part_names(_wait(submit_segment(obj, **options), on_progress)))


def submit_segment(
    obj: bpy.types.Object,
    *,
    level: str = SegmentParams.segmentation_level,
    min_part_size: int | None = None,
    seed: int | None = None,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Begin to find the parts of an object; returns its job. ``min_part_size`` is in vertices."""
    params = SegmentParams(
        model, seed, dict(parameters or {}), segmentation_level=level, min_part_size=min_part_size
    )
    return _submit([obj], params)


def rig(
    *objects: bpy.types.Object, on_progress: OnProgress | None = None, **options: Any
) -> bpy.types.Object:
    """Give an object a skeleton, or several objects one together; returns the armature.

    Takes what ``submit_rig`` takes. Raises Error.
    """
    return _wait(submit_rig(*objects, **options), on_progress)


def submit_rig(
    *objects: bpy.types.Object,
    character: str | None = None,
    bones: int | None = None,
    weights: bool = True,
    seed: int | None = None,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Begin to rig; returns the job. Without ``character`` the server goes by the shape."""
    params = RigParams(
        model,
        seed,
        dict(parameters or {}),
        character_type=character,
        bone_count=bones,
        include_weights=weights,
    )
    return _submit(objects, params)


def paths(images: Pictures | str | os.PathLike[str]) -> tuple[str, ...]:
    """Whole paths of pictures; Blender's own, relative to the .blend, begin with two slashes."""
    several = [images] if isinstance(images, str | os.PathLike) else images
    return tuple(os.path.abspath(bpy.path.abspath(os.fspath(i))) for i in several)


def _submit(objects: Sequence[bpy.types.Object], params: TextureParams | SegmentParams | RigParams) -> Job:
    with plain_errors():
        (task,) = tasks.tasks_for(list(objects), params)
    return submit(task)


def _wait(job: Job, on_progress: OnProgress | None) -> bpy.types.Object:
    wait([job], on_progress=on_progress)
    return made(job)[0]
