"""Writes an asset as binary FBX 7.4, for game engines and programs that take no glTF.

Own code: the owner's library is closed, Blender's exporter needs Blender, and no other writes skins. Lengths are
centimetres, the format's own unit, which every program takes right; +Y is up and the front faces +Z, as in glTF.
Materials are the format's Phong with the properties that Blender reads metalness and roughness from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import (
    Asset,
    Image,
    Material,
    Part,
    Primitive,
    Skeleton,
    linear_to_srgb,
    srgb_to_linear,
)
from pocket3d_server.geometry.bones import rest_matrices, top_influences
from pocket3d_server.geometry.fbx import CENTIMETRES, SCENE, SHININESS
from pocket3d_server.geometry.fbx.binary import NAME_END, Long, Made
from pocket3d_server.geometry.fbx.document import (
    Document,
    layer_of,
    number_row,
    numbers,
    stored,
    table,
    vector_row,
)
from pocket3d_server.geometry.vectors import unit_normals
from pocket3d_server.geometry.writable import check_primitive, encode_image

ARMATURE = "skeleton"


def write_fbx(asset: Asset, path: Path) -> None:
    """Write ``asset`` to ``path``; vertices, faces and parts keep their order.

    Each part is one object with one mesh, its primitives are runs of faces with a material. Textures are inside the
    file, ``asset.extras`` stand as JSON in the comment of its scene. The format's materials have one grey image each
    for roughness and metalness and none for occlusion, which is left out. Raises ValueError as ``write_glb`` does.
    """
    path.write_bytes(_Writer(asset).finish())


class _Writer:
    """Puts the content of an asset into a file."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        self.file = Document()
        self.materials: dict[int, int] = {}
        self.textures: dict[tuple[int, str], int] = {}
        self.bones: list[int] = []
        self.rest = np.zeros((0, 4, 4))
        self.pose: list[tuple[int, NDArray[np.float64]]] = []

    def finish(self) -> bytes:
        if not self.asset.parts:
            raise ValueError("the asset has no parts")
        if self.asset.skeleton is not None and self.asset.skeleton.names:
            self.add_skeleton(self.asset.skeleton)
        for part in self.asset.parts:
            self.add_part(part)
        if self.bones:
            self.add_pose()
        return self.file.encoded(self.asset.extras)

    def add_skeleton(self, skeleton: Skeleton) -> None:
        self.rest = rest_matrices(skeleton)
        inverse = np.linalg.inv(self.rest)
        root = self.file.add_model(ARMATURE, "Null", SCENE, np.eye(4))
        self.file.add_attribute(ARMATURE, "Null", "Null", root)
        self.pose.append((root, np.eye(4)))
        lengths = np.linalg.norm(np.asarray(skeleton.tails) - np.asarray(skeleton.heads), axis=1)
        for j, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
            if parent >= j:
                raise ValueError(f"bone {name} comes before its parent")
            local = self.rest[j] if parent < 0 else inverse[parent] @ self.rest[j]
            # Bones have no length in this format; readers that know this value need not guess it.
            length = ("bone_length", "double", "Number", "A+U", float(lengths[j]))
            bone = self.file.add_model(
                name, "LimbNode", root if parent < 0 else self.bones[parent], local, length
            )
            size = ("Size", "double", "Number", "", float(lengths[j]) * CENTIMETRES)
            self.file.add_attribute(name, "LimbNode", "Skeleton", bone, size)
            self.bones.append(bone)
            self.pose.append((bone, self.rest[j]))

    def add_pose(self) -> None:
        """How all stands at rest."""
        pose, _ = self.file.add("Pose", "rest", "Pose", "BindPose")
        pose.add("Type", "BindPose")
        pose.add("Version", 100)
        pose.add("NbPoseNodes", len(self.pose))
        for number, matrix in self.pose:
            node = pose.add("PoseNode")
            node.add("Node", Long(number))
            node.add("Matrix", stored(matrix))

    def add_part(self, part: Part) -> None:
        if not part.primitives:
            raise ValueError(f"part {part.name} has no primitives")
        skeleton = self.asset.skeleton
        skinned = bool(self.bones) and all(p.weights is not None for p in part.primitives)
        for primitive in part.primitives:
            joints = len(skeleton.names) if skeleton and skinned else 0
            if not skinned and primitive.weights is not None:
                joints = primitive.weights.shape[1]
            check_primitive(primitive, joints)
        label = ("label", "KString", "", "A+U", part.label)
        model = self.file.add_model(part.name, "Mesh", SCENE, np.eye(4), label)
        geometry = self.add_geometry(part)
        self.file.connect(geometry, model)
        for material in {id(p.material): p.material for p in part.primitives}.values():
            self.file.connect(self.add_material(material), model)
        if skinned:
            self.add_skin(part, geometry)
            self.pose.append((model, np.eye(4)))

    def add_geometry(self, part: Part) -> int:
        primitives = part.primitives
        record, number = self.file.add("Geometry", part.name, "Geometry", "Mesh")
        table(record)
        record.add("GeometryVersion", 124)
        starts = np.cumsum([0, *(len(p.vertices) for p in primitives)])
        faces = np.concatenate(
            [np.asarray(p.faces, np.int64) + start for p, start in zip(primitives, starts)]
        )
        record.add(
            "Vertices", numbers(np.concatenate([np.asarray(p.vertices) for p in primitives]) * CENTIMETRES)
        )
        ends = faces.copy()
        ends[:, 2] = ~ends[:, 2]  # the last corner of a polygon is marked by its bits turned over
        record.add("PolygonVertexIndex", numbers(ends, "i"))
        layers = []
        if any(p.normals is not None for p in primitives):
            self.add_normals(record, primitives, faces)
            layers.append("LayerElementNormal")
        else:
            layer = layer_of(record, "Smoothing", "ByPolygon", "Direct", 102)
            layer.add("Smoothing", numbers(np.zeros(len(faces)), "i"))
            layers.append("LayerElementSmoothing")
        if any(p.uv is not None for p in primitives):
            uv = np.concatenate(
                [np.zeros((len(p.vertices), 2)) if p.uv is None else p.uv for p in primitives]
            )
            layer = layer_of(record, "UV", "ByPolygonVertex", "IndexToDirect", 101, "UVMap")
            layer.add("UV", numbers(np.column_stack([uv[:, 0], 1 - uv[:, 1]])))  # here v grows upwards
            layer.add("UVIndex", numbers(faces, "i"))
            layers.append("LayerElementUV")
        if any(p.colors is not None for p in primitives):
            colors = np.concatenate(
                [np.ones((len(p.vertices), 4)) if p.colors is None else p.colors for p in primitives]
            )
            layer = layer_of(record, "Color", "ByPolygonVertex", "IndexToDirect", 101, "Color")
            shown = np.column_stack([linear_to_srgb(colors[:, :3]), colors[:, 3]])
            layer.add("Colors", numbers(shown))
            layer.add("ColorIndex", numbers(faces, "i"))
            layers.append("LayerElementColor")
        slots = {m: slot for slot, m in enumerate(dict.fromkeys(id(p.material) for p in primitives))}
        of_faces = np.repeat([slots[id(p.material)] for p in primitives], [len(p.faces) for p in primitives])
        layer = layer_of(
            record, "Material", "AllSame" if len(slots) == 1 else "ByPolygon", "IndexToDirect", 101
        )
        layer.add("Materials", numbers(of_faces[:1] if len(slots) == 1 else of_faces, "i"))
        layers.append("LayerElementMaterial")
        top = record.add("Layer", 0)
        top.add("Version", 100)
        for name in layers:
            element = top.add("LayerElement")
            element.add("Type", name)
            element.add("TypedIndex", 0)
        return number

    def add_normals(self, record: Made, primitives: list[Primitive], faces: NDArray[np.int64]) -> None:
        """One for each vertex; where a primitive has none, one for each of its faces."""
        rows, index, start, face = [], [], 0, 0
        for p in primitives:
            corners = np.asarray(p.faces, np.int64)
            if p.normals is not None:
                rows.append(unit_normals(p.normals))
                index.append(corners + start)
            else:
                a, b, c = np.asarray(p.vertices, np.float64)[corners].transpose(1, 0, 2)
                rows.append(unit_normals(np.cross(b - a, c - a)))
                index.append(np.repeat(np.arange(len(corners)) + start, 3).reshape(-1, 3))
            start += len(rows[-1])
            face += len(corners)
        layer = layer_of(record, "Normal", "ByPolygonVertex", "IndexToDirect", 101)
        layer.add("Normals", numbers(np.concatenate(rows)))
        layer.add("NormalsIndex", numbers(np.concatenate(index), "i"))

    def add_skin(self, part: Part, geometry: int) -> None:
        skin, number = self.file.add("Deformer", part.name, "Deformer", "Skin")
        skin.add("Version", 101)
        skin.add("Link_DeformAcuracy", 50.0)
        self.file.connect(number, geometry)
        influences = [top_influences(p.weights) for p in part.primitives if p.weights is not None]
        joints = np.concatenate([joint for joint, _ in influences]).reshape(-1)
        weights = np.concatenate([weight for _, weight in influences]).reshape(-1)
        vertex = np.repeat(np.arange(len(joints) // 4), 4)
        moved = weights > 0
        order = np.argsort(joints[moved], kind="stable")
        joints, weights, vertex = (values[moved][order] for values in (joints, weights, vertex))
        starts = np.searchsorted(joints, np.arange(len(self.bones) + 1))
        names = self.asset.skeleton.names if self.asset.skeleton else []
        for j, (name, bone) in enumerate(zip(names, self.bones, strict=True)):
            cluster, own = self.file.add("Deformer", name, "SubDeformer", "Cluster")
            cluster.add("Version", 100)
            cluster.add("UserData", "", "")
            some = slice(starts[j], starts[j + 1])
            if starts[j] < starts[j + 1]:
                cluster.add("Indexes", numbers(vertex[some], "i"))
                cluster.add("Weights", numbers(weights[some]))
            cluster.add("Transform", stored(np.linalg.inv(self.rest[j])))
            cluster.add("TransformLink", stored(self.rest[j]))
            self.file.connect(own, number)
            self.file.connect(bone, own)

    # --- materials ---------------------------------------------------------------------------------------

    def add_material(self, material: Material) -> int:
        if id(material) in self.materials:
            return self.materials[id(material)]
        record, number = self.file.add("Material", material.name, "Material", "")
        self.materials[id(material)] = number
        record.add("Version", 102)
        record.add("ShadingModel", "phong")
        record.add("MultiLayer", 0)
        glow = max(1.0, *material.emissive)
        alpha = float(material.base_color[3])
        shininess = SHININESS * (1 - material.roughness) ** 2
        table(
            record,
            vector_row("DiffuseColor", material.base_color[:3], "Color"),
            number_row("DiffuseFactor", 1),
            vector_row("EmissiveColor", [x / glow for x in material.emissive], "Color"),
            number_row("EmissiveFactor", glow if any(material.emissive) else 0),
            vector_row("AmbientColor", (0, 0, 0), "Color"),
            vector_row("SpecularColor", (1, 1, 1), "Color"),
            number_row("SpecularFactor", 0.25),
            number_row("Shininess", shininess),
            number_row("ShininessExponent", shininess),
            vector_row("TransparentColor", (1, 1, 1), "Color"),
            number_row("TransparencyFactor", 1 - alpha),
            ("Opacity", "double", "Number", "", alpha),
            vector_row("ReflectionColor", (1, 1, 1), "Color"),
            number_row("ReflectionFactor", material.metallic),
        )
        base, packed = material.base_color_image, material.metallic_roughness_image
        if base is not None:
            texture = self.add_texture(f"{material.name}_base_color", base, tint=material.base_color[:3])
            self.file.connect(texture, number, "DiffuseColor")
            if material.alpha_mode != "OPAQUE" and base.shape[2] == 4:
                self.file.connect(texture, number, "TransparentColor")
        if material.normal_image is not None:
            texture = self.add_texture(f"{material.name}_normal", material.normal_image)
            self.file.connect(texture, number, "NormalMap")
        if packed is not None:
            rough = self.add_texture(f"{material.name}_roughness", packed, 1, (material.roughness,))
            self.file.connect(rough, number, "ShininessExponent")
            metal = self.add_texture(f"{material.name}_metallic", packed, 2, (material.metallic,))
            self.file.connect(metal, number, "ReflectionFactor")
        return number

    def add_texture(
        self, name: str, image: Image, channel: int | None = None, tint: Sequence[float] = (1.0,)
    ) -> int:
        """An image inside the file, its factor multiplied in: here an image stands in place of a value."""
        key = id(image), f"{channel} {tuple(tint)}"
        if key in self.textures:
            return self.textures[key]
        data, media_type = encode_image(_tinted(image, channel, tint))
        file_name = f"{name}.{'png' if media_type == 'image/png' else 'jpg'}"
        clip, clip_number = self.file.add("Video", name, "Video", "Clip")
        clip.add("Type", "Clip")
        table(clip, ("Path", "KString", "XRefUrl", "", file_name))
        clip.add("UseMipMap", 0)
        clip.add("Filename", file_name)
        clip.add("RelativeFilename", file_name)
        clip.add("Content", data)
        record, number = self.file.add("Texture", name, "Texture", "")
        record.add("Type", "TextureVideoClip")
        record.add("Version", 202)
        record.add("TextureName", f"{name}{NAME_END}Texture")
        table(record, ("UVSet", "KString", "", "", "UVMap"), ("UseMaterial", "bool", "", "", 1))
        record.add("Media", f"{name}{NAME_END}Video")
        record.add("FileName", file_name)
        record.add("RelativeFilename", file_name)
        record.add("ModelUVTranslation", 0.0, 0.0)
        record.add("ModelUVScaling", 1.0, 1.0)
        self.file.connect(clip_number, number)
        self.textures[key] = number
        return number


def _tinted(image: Image, channel: int | None, tint: Sequence[float]) -> Image:
    """An image, or one channel of it as grey, with its factor multiplied in; colours are multiplied as light."""
    if channel is not None:
        return np.round(image[..., channel] * tint[0]).astype(np.uint8)
    if min(tint) > 1 - 1e-3:
        return image
    light = srgb_to_linear(np.arange(256) / 255)[:, None] * np.asarray(tint)
    values = np.round(linear_to_srgb(light) * 255).astype(np.uint8)
    shown = image.copy()
    for k in range(3):
        shown[..., k] = values[image[..., k], min(k, values.shape[1] - 1)]
    return shown
