"""What a finished job's file holds, read off the main thread and ready to be put on the artist's mesh.

All positions are turned into Blender's frame (Z up) and all UVs into Blender's (v grows upwards).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .features import RIG, SEGMENT, TEXTURE
from .glb import Glb, read_glb
from .sdk import sdk


@dataclass
class TextureImage:
    """A compressed image; ``suffix`` is ``.png`` or ``.jpg``."""

    data: bytes
    suffix: str


@dataclass
class MaterialData:
    """A glTF material: linear factors, and images that multiply them."""

    name: str
    base_color: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    metallic: float = 0.0
    roughness: float = 0.6
    alpha_mode: str = "OPAQUE"
    base_color_image: TextureImage | None = None
    metallic_roughness_image: TextureImage | None = None
    normal_image: TextureImage | None = None


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
class BoneData:
    """A bone at rest in Blender's frame; ``z_axis`` fixes its roll."""

    name: str
    parent: int
    head: tuple[float, float, float]
    tail: tuple[float, float, float]
    z_axis: tuple[float, float, float]


@dataclass
class RigData:
    """Bones, parents first, and for every vertex that was sent its joints and weights (V, 4), or None."""

    bones: list[BoneData]
    joints: np.ndarray | None = None
    weights: np.ndarray | None = None
    vertex_count: int = 0


@dataclass
class MeshInfo:
    """Names of the parts in a generated file, in the order of its nodes: node name to label."""

    labels: dict[str, str] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


UNKNOWN_PART = sdk.SegmentPart()
"""For a part that the job's answer does not list: grey."""

Payload = TextureData | PartsData | RigData | MeshInfo


def read_result(feature: str, path: Path, parts: Sequence[Any] = ()) -> Payload:
    """Read what applying a result of ``feature`` needs. ``parts`` are the job's ``SegmentPart`` records."""
    glb = read_glb(path)
    if feature == TEXTURE:
        return texture_of(glb)
    if feature == SEGMENT:
        return parts_of(glb, parts)
    if feature == RIG:
        return rig_of(glb)
    labels = {n.get("name", ""): n.get("extras", {}).get("label", "") for n in glb.mesh_nodes()}
    return MeshInfo(labels, glb.extras)


def texture_of(glb: Glb) -> TextureData:
    """UVs and materials of every triangle, in file order. Raises ValueError when there are no UVs."""
    uvs, owners = [], []
    materials: list[MaterialData] = []
    slots: dict[int, int] = {}
    for primitive in glb.primitives():
        if "TEXCOORD_0" not in primitive["attributes"]:
            raise ValueError("the textured file has no UVs")
        uv = np.asarray(glb.accessor(primitive["attributes"]["TEXCOORD_0"]), np.float32)
        corners = uv[triangles_of(glb, primitive)]
        corners[..., 1] = 1 - corners[..., 1]
        index = primitive.get("material", -1)
        if index not in slots:
            slots[index] = len(materials)
            materials.append(material_of(glb, index))
        uvs.append(corners)
        owners.append(np.full(len(corners), slots[index], np.int32))
    return TextureData(np.concatenate(uvs), np.concatenate(owners), materials)


def triangles_of(glb: Glb, primitive: dict[str, Any]) -> np.ndarray:
    """(T, 3) indices into the primitive's vertices."""
    if "indices" in primitive:
        return np.asarray(glb.accessor(primitive["indices"]), np.int64).reshape(-1, 3)
    count = glb.document["accessors"][primitive["attributes"]["POSITION"]]["count"]
    return np.arange(count).reshape(-1, 3)


def material_of(glb: Glb, index: int) -> MaterialData:
    """A material by its index; -1 gives the default one."""
    if index < 0:
        return MaterialData("Material")
    entry = glb.document["materials"][index]
    pbr = entry.get("pbrMetallicRoughness", {})

    def image(reference: dict[str, Any] | None) -> TextureImage | None:
        if reference is None:
            return None
        data, kind = glb.image(glb.document["textures"][reference["index"]]["source"])
        return TextureImage(data, ".jpg" if kind == "image/jpeg" else ".png")

    return MaterialData(
        entry.get("name", "Material"),
        tuple(pbr.get("baseColorFactor", (1, 1, 1, 1))),
        pbr.get("metallicFactor", 1.0),
        pbr.get("roughnessFactor", 1.0),
        entry.get("alphaMode", "OPAQUE"),
        image(pbr.get("baseColorTexture")),
        image(pbr.get("metallicRoughnessTexture")),
        image(entry.get("normalTexture")),
    )


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
        parts.append(PartData(name, label, hex_to_linear(known.get(name, UNKNOWN_PART).color)))
    if len(triangle_part) and triangle_part.max() >= len(parts):
        raise ValueError("a face belongs to a part that is not in the file")
    return PartsData(triangle_part, parts)


def rig_of(glb: Glb) -> RigData:
    """Bones in Blender's frame and weights per vertex, in file order."""
    skins = glb.document.get("skins")
    if not skins:
        raise ValueError("the file has no skeleton")
    nodes, order = glb.document["nodes"], skins[0]["joints"]
    bone_of = {node: bone for bone, node in enumerate(order)}
    parent_of = {child: n for n, node in enumerate(nodes) for child in node.get("children", [])}
    world: dict[int, np.ndarray] = {}

    def matrix(node: int) -> np.ndarray:
        if node not in world:
            local = local_matrix(nodes[node])
            world[node] = matrix(parent_of[node]) @ local if node in parent_of else local
        return world[node]

    children = {n: [c for c in nodes[n].get("children", []) if c in bone_of] for n in order}
    bones: list[BoneData] = []
    for n in order:
        m = matrix(n)
        length = nodes[n].get("extras", {}).get("bone_length")
        if length is None:
            reach = [float(np.linalg.norm(matrix(c)[:3, 3] - m[:3, 3])) for c in children[n]]
            length = max(reach, default=0.0) or 0.1
        head, tail = m[:3, 3], m[:3, 3] + m[:3, 1] * length
        bones.append(
            BoneData(
                nodes[n].get("name", f"bone_{len(bones)}"),
                bone_of.get(parent_of.get(n, -1), -1),
                to_blender(head),
                to_blender(tail),
                to_blender(m[:3, 2]),
            )
        )
    joints, weights, count = [], [], 0
    for primitive in glb.primitives():
        attributes = primitive["attributes"]
        count += glb.document["accessors"][attributes["POSITION"]]["count"]
        if "JOINTS_0" in attributes:
            joints.append(np.asarray(glb.accessor(attributes["JOINTS_0"]), np.int64))
            weights.append(np.asarray(glb.accessor(attributes["WEIGHTS_0"]), np.float32))
    if sum(len(j) for j in joints) != count:
        return RigData(bones, None, None, count)
    return RigData(bones, np.concatenate(joints), np.concatenate(weights), count)


def bone_lengths(path: Path) -> dict[str, float]:
    """The length of each joint's bone in metres, by its name, where the file says it.

    glTF joints are points; importers have to guess how long a bone without children is.
    """
    glb = read_glb(path)
    joints = {joint for skin in glb.document.get("skins", ()) for joint in skin["joints"]}
    nodes = [glb.document["nodes"][joint] for joint in joints]
    return {
        n["name"]: float(n["extras"]["bone_length"])
        for n in nodes
        if "name" in n and "bone_length" in n.get("extras", {})
    }


def local_matrix(node: dict[str, Any]) -> np.ndarray:
    """(4, 4) transform of a node relative to its parent."""
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.asarray(node.get("scale", (1, 1, 1)), float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def to_blender(vector: np.ndarray) -> tuple[float, float, float]:
    """glTF's frame (Y up, front +Z) to Blender's (Z up, front -Y)."""
    x, y, z = (float(v) for v in vector)
    return x, -z, y


def hex_to_linear(colour: str) -> tuple[float, float, float]:
    """``#RRGGBB`` in sRGB to linear light."""
    digits = colour.lstrip("#")
    srgb = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb]
    return linear[0], linear[1], linear[2]
