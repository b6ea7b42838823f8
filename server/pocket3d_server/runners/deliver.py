"""Turns an engine's result into files and the JSON of the API; runs in the runner's process.

Nothing is believed that was not read back: the file is opened again after writing, and every number in the
result is counted from what was read.
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pocket3d_server import __version__
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bone_picture import with_bones
from pocket3d_server.geometry.bones import quaternion, rest_matrices
from pocket3d_server.geometry.fbx.write import write_fbx
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.obj_write import write_obj_zip
from pocket3d_server.geometry.preview import render, view_of
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.engine import EngineRequest, EngineResult, Feature, ModelSpec
from pocket3d_server.models.mesh_options import levels_of_detail
from pocket3d_server.runners.base import FORMATS, OUTPUTS, Attempt, OutputFile

PREFIX = {
    Feature.MESH_GENERATION: "mesh",
    Feature.TEXTURE_GENERATION: "textured",
    Feature.MESH_SEGMENTATION: "segmented",
    Feature.AUTO_RIGGING: "rigged",
}
PREVIEW_SIZE = 512
PREVIEW_ANGLES = 35.0, 20.0
"""Azimuth and elevation, in degrees."""
WEIGHT_TOLERANCE = 1e-3
LEAST_CONFIDENCE = 0.4
"""Of a rig that is called ready for animation."""


class ResultError(Exception):
    """What the engine made is not a valid result; the message says why."""


def deliver(
    attempt: Attempt,
    spec: ModelSpec,
    request: EngineRequest,
    made: EngineResult,
    stage: Callable[[str], None],
) -> tuple[dict[str, Any], list[OutputFile]]:
    """Write, read back, check and describe. ``stage`` is told what is being done.

    Returns the result for the API and the files in the attempt's output folder. Raises ResultError.
    """
    folder = Path(attempt.output_dir)
    suffix, media_type = FORMATS[attempt.output_format]
    name = f"{PREFIX[spec.feature]}_{attempt.output_stem}{suffix}"
    path = folder / name

    stage("writing_file")
    made.asset.extras.update(provenance(spec, request, made))
    try:
        _write(made.asset, path, attempt.output_format)
    except ValueError as error:
        raise ResultError(f"the model's result cannot be written: {error}") from error

    stage("validating")
    try:
        written = read_asset(path)
    except ValueError as error:
        raise ResultError(f"the file that was written cannot be read: {error}") from error
    check(written, made.asset)

    stage("rendering_preview")
    preview = folder / f"preview_{attempt.output_stem}.jpg"
    segmented = spec.feature is Feature.MESH_SEGMENTATION
    write_preview(
        in_part_colours(written, made.asset) if segmented else written, preview, made.asset.skeleton
    )

    files = [
        describe(path, "mesh", media_type),
        describe(preview, "image", "image/jpeg"),
    ]
    result: dict[str, Any] = {
        "file_path": f"{OUTPUTS}/{name}",
        "format": attempt.output_format,
        "file_size": files[0].size,
        "sha256": files[0].sha256,
        "vertices": written.vertex_count,
        "faces": written.face_count,
        "has_texture": any(p.material.base_color_image is not None for p in written.primitives()),
        "preview_image": f"{OUTPUTS}/{preview.name}",
        "model_id": spec.model_id,
        "model_revision": spec.revision,
        "licence": spec.licence,
        "seed": request.seed,
        "source": made.source,
        "confidence": round(float(made.confidence), 3),
        "notes": list(made.notes),
    }
    if request.mesh_options.lods:
        stage("writing_levels_of_detail")
        result["lods"] = _levels_of_detail(attempt, request, made, path, files)
    if spec.feature is Feature.MESH_SEGMENTATION:
        result |= parts_json(made.asset, written)
    if spec.feature is Feature.AUTO_RIGGING:
        if made.asset.skeleton is None:
            raise ResultError("the model made no skeleton")
        result |= rig_json(made.asset.skeleton, written, made.confidence)
    return result, files


def _levels_of_detail(
    attempt: Attempt, request: EngineRequest, made: EngineResult, finest: Path, files: list[OutputFile]
) -> list[dict[str, Any]]:
    """Write the coarser files beside the ``finest`` and add them to ``files``; returns what the API says of them."""
    told = []
    for level, asset in enumerate(levels_of_detail(made.asset, request.mesh_options.lods), 1):
        path = finest.with_name(f"{finest.stem}_lod{level}{finest.suffix}")
        _write(asset, path, attempt.output_format)
        files.append(describe(path, "mesh", FORMATS[attempt.output_format][1]))
        told.append(
            {"file_path": f"{OUTPUTS}/{path.name}", "vertices": asset.vertex_count, "faces": asset.face_count}
        )
    return told


def provenance(spec: ModelSpec, request: EngineRequest, made: EngineResult) -> dict[str, Any]:
    """What ``asset.extras["pocket3d"]`` says about the origin of a file; equal requests get equal bytes."""
    own = {"seed", "mesh", "images"}
    if not request.mesh_options.model_dump(exclude_defaults=True):
        own.add("mesh_options")
    asked = request.model_dump(mode="json", exclude=own, exclude_none=True)
    return {
        "generator": f"Pocket3D {__version__}",
        "feature": str(spec.feature),
        "model_id": spec.model_id,
        "model_revision": spec.revision,
        "licence": spec.licence,
        "seed": request.seed,
        "request": asked,
        "source": made.source,
        "confidence": round(float(made.confidence), 3),
    }


def check(written: Asset, made: Asset) -> None:
    """The file holds all that was made, with part numbers in range and weights that sum to one.

    That there are faces, with finite vertices that exist, is what ``read_asset`` makes sure of.
    """
    if written.face_count != made.face_count:
        raise ResultError(f"{made.face_count} faces were made but the file holds {written.face_count}")
    if made.face_parts is not None and np.max(made.face_parts, initial=-1) >= len(made.parts):
        raise ResultError("faces belong to parts that do not exist")
    for primitive in written.primitives():
        if primitive.weights is not None:
            off = np.abs(np.asarray(primitive.weights).sum(axis=1) - 1).max(initial=0)
            if off > WEIGHT_TOLERANCE:
                raise ResultError(f"skin weights miss a sum of one by {off:.3g}")


def parts_json(made: Asset, written: Asset) -> dict[str, Any]:
    """``parts`` and ``total_parts``, counted from the file, in its order."""
    originals = {part.name: part for part in made.parts}
    parts = []
    for index, part in enumerate(written.parts):
        original = originals.get(part.name, part)
        parts.append(
            {
                "part_id": part.name,
                "label": original.label,
                "vertices": sum(len(p.vertices) for p in part.primitives),
                "faces": sum(len(p.faces) for p in part.primitives),
                "color": original.color or part_colour(index),
            }
        )
    return {"parts": parts, "total_parts": len(parts)}


def part_colour(index: int) -> str:
    """Well separated colours for part lists: steps of the golden angle around the hue circle."""
    r, g, b = colorsys.hsv_to_rgb((index * 0.618034) % 1.0, 0.75, 0.95 - 0.25 * (index // 8 % 3) / 2)
    return f"#{round(r * 255):02X}{round(g * 255):02X}{round(b * 255):02X}"


def rig_json(skeleton: Skeleton, written: Asset, confidence: float) -> dict[str, Any]:
    """``bone_count``, ``bones`` and ``animation_ready``.

    ``position`` is the head of the bone in the model's space in metres; ``rotation`` (x, y, z, w) turns +Y
    to the bone's rest direction in the same space. A rig that the engine itself hardly trusts is not
    ``animation_ready``.
    """
    frames = rest_matrices(skeleton)
    bones = [
        {
            "name": name,
            "parent": skeleton.names[parent] if parent >= 0 else None,
            "position": [round(float(x), 6) for x in frame[:3, 3]],
            "rotation": [round(float(x), 6) for x in quaternion(frame[:3, :3])],
        }
        for name, parent, frame in zip(skeleton.names, skeleton.parents, frames)
    ]
    skinned = all(p.weights is not None for p in written.primitives())
    ready = bool(bones) and skinned and confidence >= LEAST_CONFIDENCE
    return {"bone_count": len(bones), "bones": bones, "animation_ready": ready}


def in_part_colours(written: Asset, made: Asset) -> Asset:
    """The same shape with each part in the colour that the part list gives it, for the picture only."""
    chosen = {part.name: part.color for part in made.parts}
    parts = []
    for index, part in enumerate(written.parts):
        code = (chosen.get(part.name) or part_colour(index)).lstrip("#")
        r, g, b = (int(code[k : k + 2], 16) / 255 for k in (0, 2, 4))
        paint = Material.from_srgb(part.name, (r, g, b))
        parts.append(
            Part(part.name, [Primitive(p.vertices, p.faces, paint, None, p.normals) for p in part.primitives])
        )
    return Asset(parts)


def write_preview(asset: Asset, path: Path, skeleton: Skeleton | None = None) -> None:
    """A JPEG of the asset before the renderer's background, with its bones drawn on it."""
    azimuth, elevation = PREVIEW_ANGLES
    picture = render(asset, PREVIEW_SIZE, azimuth, elevation)
    if skeleton is not None:
        picture = with_bones(picture, view_of(asset, azimuth, elevation), skeleton)
    Image.fromarray(picture).convert("RGB").save(path, quality=90)


def describe(path: Path, kind: str, media_type: str) -> OutputFile:
    """Size and hash of a file that has been written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return OutputFile(path.name, kind, media_type, path.stat().st_size, digest)


def _write(asset: Asset, path: Path, file_format: str) -> None:
    if file_format == "obj":
        write_obj_zip(asset, path)
    elif file_format == "fbx":
        write_fbx(asset, path)
    else:
        write_glb(asset, path)
