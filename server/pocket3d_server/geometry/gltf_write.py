"""Writes an asset as binary glTF 2.0 (GLB).

Own code rather than a library: skins, shared materials, extras and a fixed order of vertices and faces are
what the server needs, and they are the parts that general exporters leave out or rearrange.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive, Skeleton, srgb_to_linear
from pocket3d_server.geometry.bones import quaternion, rest_matrices, top_influences
from pocket3d_server.geometry.gltf_binary import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, BufferBuilder, pack
from pocket3d_server.geometry.vectors import unit_normals
from pocket3d_server.geometry.writable import check_primitive, encode_image

GENERATOR = "Pocket3D"
STRONG = "KHR_materials_emissive_strength"
MEAN_PIXELS = 96
"""Pixels along a side that a mean colour is taken from."""
EMPTY = 5
"""The brightest that a pixel of an atlas's empty space is, of 255."""


def write_glb(asset: Asset, path: Path) -> None:
    """Write ``asset`` to ``path``; vertices, faces and parts keep their order.

    Each part is one node and each primitive one glTF primitive. ``asset.extras`` and the accessor of
    ``face_parts`` land in the file's ``asset.extras["pocket3d"]``; a part's label in its node's extras.

    Raises ValueError for an asset that makes no valid file (empty or not finite, an index out of range,
    weights that do not match the skeleton).
    """
    path.write_bytes(glb_bytes(asset))


def glb_bytes(asset: Asset) -> bytes:
    """The bytes of the GLB; see ``write_glb``."""
    return _Writer(asset).finish()


class _Writer:
    """Collects the JSON tables of one file."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        self.buffers = BufferBuilder()
        self.materials: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []
        self.textures: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.skins: list[dict[str, Any]] = []
        # Keyed by identity: primitives that hold the same object share it in the file.
        self.material_index: dict[int, int] = {}
        self.texture_index: dict[int, int] = {}

    def finish(self) -> bytes:
        if not self.asset.parts:
            raise ValueError("the asset has no parts")
        roots = []
        skeleton = self.asset.skeleton
        if skeleton is not None and skeleton.names:
            roots.append(self.add_skeleton(skeleton))
        for part in self.asset.parts:
            roots.append(self.add_part(part))
        document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": GENERATOR, "extras": {"pocket3d": self.extras()}},
            "scene": 0,
            "scenes": [{"nodes": roots}],
        }
        tables = {
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": self.materials,
            "textures": self.textures,
            "images": self.images,
            "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 10497}]
            if self.textures
            else [],
            "skins": self.skins,
            "accessors": self.buffers.accessors,
            "bufferViews": self.buffers.views,
        }
        document.update({name: table for name, table in tables.items() if table})
        if any(STRONG in material.get("extensions", {}) for material in self.materials):
            document["extensionsUsed"] = [STRONG]
        chunk = bytes(self.buffers.chunk)
        document["buffers"] = [{"byteLength": len(chunk) + -len(chunk) % 4}]
        return pack(document, chunk)

    def extras(self) -> dict[str, Any]:
        extras = dict(self.asset.extras)
        if self.asset.face_parts is not None:
            values = np.asarray(self.asset.face_parts, np.uint32)
            extras["face_parts"] = {"accessor": self.buffers.add_accessor(values, "SCALAR")}
        return extras

    # --- nodes -----------------------------------------------------------------------------------------

    def add_part(self, part: Part) -> int:
        skinned = self.skins and all(p.weights is not None for p in part.primitives)
        mesh = {
            "name": part.name,
            "primitives": [self.add_primitive(p, bool(skinned)) for p in part.primitives],
        }
        if not mesh["primitives"]:
            raise ValueError(f"part {part.name} has no primitives")
        self.meshes.append(mesh)
        node: dict[str, Any] = {
            "name": part.name,
            "mesh": len(self.meshes) - 1,
            "extras": {"label": part.label},
        }
        if skinned:
            node["skin"] = 0
        self.nodes.append(node)
        return len(self.nodes) - 1

    def add_primitive(self, primitive: Primitive, skinned: bool) -> dict[str, Any]:
        joints = len(self.asset.skeleton.names) if self.asset.skeleton else 0
        check_primitive(
            primitive,
            joints if skinned else (primitive.weights.shape[1] if primitive.weights is not None else 0),
        )
        positions = np.asarray(primitive.vertices, np.float32)
        attributes = {"POSITION": self.buffers.add_accessor(positions, "VEC3", ARRAY_BUFFER, bounds=True)}
        if primitive.normals is not None:
            attributes["NORMAL"] = self.buffers.add_accessor(
                unit_normals(primitive.normals).astype(np.float32), "VEC3", ARRAY_BUFFER
            )
        if primitive.uv is not None:
            attributes["TEXCOORD_0"] = self.buffers.add_accessor(
                np.asarray(primitive.uv, np.float32), "VEC2", ARRAY_BUFFER
            )
        if primitive.colors is not None:
            attributes["COLOR_0"] = self.buffers.add_accessor(
                np.asarray(primitive.colors, np.float32), "VEC4", ARRAY_BUFFER
            )
        if skinned and primitive.weights is not None:
            joint, weight = top_influences(primitive.weights)
            kind = np.uint8 if joints <= 256 else np.uint16
            attributes["JOINTS_0"] = self.buffers.add_accessor(joint.astype(kind), "VEC4", ARRAY_BUFFER)
            attributes["WEIGHTS_0"] = self.buffers.add_accessor(weight, "VEC4", ARRAY_BUFFER)
        index = np.asarray(primitive.faces).reshape(-1)
        # 65535 is glTF's primitive restart value and may not appear as an index.
        index = index.astype(np.uint16 if len(positions) < 65535 else np.uint32)
        return {
            "attributes": attributes,
            "indices": self.buffers.add_accessor(index, "SCALAR", ELEMENT_ARRAY_BUFFER),
            "material": self.add_material(primitive.material),
            "mode": 4,
        }

    def add_skeleton(self, skeleton: Skeleton) -> int:
        """Joint nodes under one node; returns that node's index."""
        world = rest_matrices(skeleton)
        inverse = np.linalg.inv(world)
        first = len(self.nodes)
        for j, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
            if parent >= j:
                raise ValueError(f"bone {name} comes before its parent")
            local = world[j] if parent < 0 else inverse[parent] @ world[j]
            self.nodes.append(
                {
                    "name": name,
                    "translation": [float(x) for x in local[:3, 3]],
                    "rotation": [float(x) for x in quaternion(local[:3, :3])],
                    # glTF joints have no length; readers that know this value need not guess it.
                    "extras": {"bone_length": float(np.linalg.norm(skeleton.tails[j] - skeleton.heads[j]))},
                }
            )
            if parent >= 0:
                self.nodes[first + parent].setdefault("children", []).append(first + j)
        roots = [first + j for j, parent in enumerate(skeleton.parents) if parent < 0]
        self.nodes.append({"name": "skeleton", "children": roots})
        bind = inverse.transpose(0, 2, 1).astype(np.float32).reshape(-1, 16)
        self.skins.append(
            {
                "inverseBindMatrices": self.buffers.add_accessor(bind, "MAT4"),
                "joints": list(range(first, first + len(skeleton.names))),
                "skeleton": len(self.nodes) - 1,
            }
        )
        return len(self.nodes) - 1

    # --- materials -------------------------------------------------------------------------------------

    def add_material(self, material: Material) -> int:
        if id(material) in self.material_index:
            return self.material_index[id(material)]
        pbr: dict[str, Any] = {
            "baseColorFactor": [float(x) for x in material.base_color],
            "metallicFactor": float(material.metallic),
            "roughnessFactor": float(material.roughness),
        }
        entry: dict[str, Any] = {"name": material.name, "pbrMetallicRoughness": pbr}
        if material.base_color_image is not None:
            pbr["baseColorTexture"] = {"index": self.add_texture(material.base_color_image)}
            mean = mean_colour(material.base_color_image)
            if mean is not None:
                # For views that show no textures; nobody has to decode the image for it.
                entry["extras"] = {"mean_base_color": mean}
        if material.metallic_roughness_image is not None:
            pbr["metallicRoughnessTexture"] = {"index": self.add_texture(material.metallic_roughness_image)}
        if material.normal_image is not None:
            entry["normalTexture"] = {"index": self.add_texture(material.normal_image)}
        if material.occlusion_image is not None:
            entry["occlusionTexture"] = {"index": self.add_texture(material.occlusion_image)}
        if any(material.emissive):
            strength = max(1.0, *material.emissive)
            entry["emissiveFactor"] = [float(x) / strength for x in material.emissive]
            if strength > 1:
                entry["extensions"] = {STRONG: {"emissiveStrength": float(strength)}}
        if material.double_sided:
            entry["doubleSided"] = True
        if material.alpha_mode != "OPAQUE":
            entry["alphaMode"] = material.alpha_mode
        self.materials.append(entry)
        self.material_index[id(material)] = len(self.materials) - 1
        return len(self.materials) - 1

    def add_texture(self, image: Image) -> int:
        if id(image) not in self.texture_index:
            data, media_type = encode_image(image)
            self.images.append({"bufferView": self.buffers.add_view(data), "mimeType": media_type})
            self.textures.append({"source": len(self.images) - 1, "sampler": 0})
            self.texture_index[id(image)] = len(self.textures) - 1
        return self.texture_index[id(image)]


def mean_colour(image: Image) -> list[float] | None:
    """The linear mean of an sRGB image in 0..1, without the empty (black or transparent) space of an atlas.

    Some thousand pixels are enough. None for an image that is all empty.
    """
    step = max(1, max(image.shape[:2]) // MEAN_PIXELS)
    pixels = image[step // 2 :: step, step // 2 :: step].reshape(-1, image.shape[2])
    used = pixels[:, :3].max(axis=1) > EMPTY
    if image.shape[2] == 4:
        used &= pixels[:, 3] > 0
    if not used.any():
        return None
    return [round(float(x), 4) for x in srgb_to_linear(pixels[used, :3] / 255).mean(axis=0)]
