"""What a finished job's file holds, read off the main thread and ready to be put into the scene.

All positions are turned into Blender's frame (Z up) and all UVs into Blender's (v grows upwards).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..features import MESH, RIG, SEGMENT, TEXTURE
from ..later import np
from . import bones
from .glb import Glb, read_glb
from .model import MeshData, model_of, triangles_of
from .skeleton import RigData, rig_of
from .surfaces import MaterialData, Surfaces


@dataclass
class TextureData:
    """A texture for the mesh that was sent: UVs of each triangle's corners (T, 3, 2) and material of each."""

    corner_uv: np.ndarray
    triangle_material: np.ndarray
    materials: list[MaterialData]


@dataclass
class PartData:
    """A part's identifier, its name for people and its linear colour."""

    part_id: str
    label: str
    color: tuple[float, float, float]


@dataclass
class PartsData:
    """The part of every triangle that was sent: (T,) indices into ``parts``."""

    triangle_part: np.ndarray
    parts: list[PartData]


@dataclass
class Payload:
    """A result in both forms: for the mesh that was sent, and as a mesh of its own should that have gone."""

    model: MeshData
    change: TextureData | PartsData | RigData | None = None
    """What goes on the mesh that was sent; None for a mesh that is new."""
    inputs: tuple[dict[str, str], ...] = ()
    """Name and sha256 of the pictures it was made from."""


GREY = "#808080"
"""Of a part that the job's answer does not list."""


def read_result(
    feature: str,
    path: Path,
    parts: Sequence[Any] = (),
    order: np.ndarray | None = None,
    images: Sequence[str | Path] = (),
    counts: Sequence[int] = (),
) -> Payload:
    """Read what applying a result of ``feature`` needs.

    ``parts`` are the job's ``SegmentPart`` records, ``order`` that of the mesh that was sent, ``images`` the pictures
    it was made from, ``counts`` the numbers of vertices of the objects that were sent. Raises UserError when the file
    is not what it should be.
    """
    try:
        glb = read_glb(path)
        labels = {r.part_id: r.label for r in parts if r.label}
        # Parts and rigs come without normals: what was sent has none, as Blender works them out.
        model = model_of(glb, labels, smooth_without_normals=feature in {SEGMENT, RIG})
        change = _change(feature, glb, parts, order)
        if isinstance(change, RigData) and sum(counts) == change.vertex_count:
            change.prepare(counts)
        return Payload(model, change, tuple(described(images)))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = str(error) if type(error) is ValueError else "it is not as glTF says"
        raise UserError(f"The result cannot be used: {reason}", details=repr(error)) from error


def described(images: Sequence[str | Path]) -> list[dict[str, str]]:
    """Name and sha256 of each picture that a result was made from, to know it again. Reads the files."""
    found = []
    for image in map(Path, images):
        try:
            with image.open("rb") as file:
                found.append({"name": image.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
        except OSError:
            found.append({"name": image.name})
    return found


def _change(
    feature: str, glb: Glb, parts: Sequence[Any], order: np.ndarray | None
) -> TextureData | PartsData | RigData | None:
    if feature == TEXTURE:
        return texture_of(glb)
    if feature == SEGMENT:
        data = parts_of(glb, parts)
        return data if order is None else in_sent_order(data, order)
    if feature == RIG:
        rig = rig_of(glb)
        return replace(rig, bones=bones.for_blender(rig.bones, glb.extras))
    assert feature == MESH
    return None


def texture_of(glb: Glb) -> TextureData:
    """UVs and materials of every triangle, in file order. Raises ValueError when there are no UVs."""
    uvs, owners = [], []
    materials: list[MaterialData] = []
    slots: dict[int, int] = {}
    surfaces = Surfaces(glb)
    for primitive in glb.primitives():
        if "TEXCOORD_0" not in primitive["attributes"]:
            raise ValueError("the textured file has no UVs")
        uv = np.asarray(glb.accessor(primitive["attributes"]["TEXCOORD_0"]), np.float32)
        corners = uv[triangles_of(glb, primitive)]
        corners[..., 1] = 1 - corners[..., 1]
        index = primitive.get("material", -1)
        if index not in slots:
            slots[index] = len(materials)
            materials.append(surfaces.material(index))
        uvs.append(corners)
        owners.append(np.full(len(corners), slots[index], np.int32))
    return TextureData(np.concatenate(uvs), np.concatenate(owners), materials)


def in_sent_order(data: PartsData, order: np.ndarray) -> PartsData:
    """The parts by the triangles' own numbers, when they were sent in another ``order`` (T,)."""
    if len(order) != len(data.triangle_part):
        return data
    own = np.empty_like(data.triangle_part)
    own[order] = data.triangle_part
    return PartsData(own, data.parts)


def parts_of(glb: Glb, records: Sequence[Any] = ()) -> PartsData:
    """The part of each triangle that was sent. Raises ValueError when the file does not say."""
    reference = glb.extras.get("face_parts")
    if not isinstance(reference, dict):
        raise ValueError("the file does not say which part each face belongs to")
    triangle_part = np.asarray(glb.accessor(reference["accessor"]), np.int64)
    known = {r.part_id: r for r in records}
    parts = []
    for number, node in enumerate(glb.mesh_nodes()):
        name = node.get("name", f"part_{number + 1}")
        label = node.get("extras", {}).get("label") or name.replace("_", " ").capitalize()
        parts.append(PartData(name, label, hex_to_linear(known[name].color if name in known else GREY)))
    if len(triangle_part) and triangle_part.max() >= len(parts):
        raise ValueError("a face belongs to a part that is not in the file")
    return PartsData(triangle_part, parts)


def hex_to_linear(colour: str) -> tuple[float, float, float]:
    """``#RRGGBB`` in sRGB to linear light."""
    digits = colour.lstrip("#")
    srgb = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb]
    return linear[0], linear[1], linear[2]
