"""Writes an asset as binary glTF 2.0 (GLB).

Own code rather than a library: skins, shared materials, extras and a fixed order of vertices and faces are
what the server needs, and they are the parts that general exporters leave out or rearrange.
"""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bones import quaternion, rest_matrices

GENERATOR = "Pocket3D"
JPEG_QUALITY = 92
MAX_INFLUENCES = 4
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
COMPONENT_TYPES = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}


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


def encode_image(image: Image) -> tuple[bytes, str]:
    """Compressed bytes and media type: JPEG for opaque images, PNG where alpha matters."""
    pixels = np.ascontiguousarray(image, np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and bool((pixels[..., 3] == 255).all()):
        pixels = np.ascontiguousarray(pixels[..., :3])
    out = io.BytesIO()
    picture = PilImage.fromarray(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        picture.save(out, "PNG", compress_level=4)
        return out.getvalue(), "image/png"
    # Full chroma resolution: halved chroma bleeds over the gutters and spoils normal maps.
    picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue(), "image/jpeg"


def top_influences(weights: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The four strongest joints of each vertex (V, 4) and their weights (V, 4), strongest first, sums of one."""
    weights = np.asarray(weights, np.float32)
    if weights.shape[1] < MAX_INFLUENCES:
        weights = np.pad(weights, ((0, 0), (0, MAX_INFLUENCES - weights.shape[1])))
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    values = np.clip(np.take_along_axis(weights, joints, axis=1), 0, None)
    total = values.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise ValueError("a vertex has no skin weight")
    values = values / total
    return np.where(values > 0, joints, 0), values


def check_primitive(primitive: Primitive, joints: int) -> None:
    """Raise ValueError unless the primitive can be written."""
    count = len(primitive.vertices)
    if not count or not len(primitive.faces):
        raise ValueError("a primitive has no vertices or no faces")
    if not np.isfinite(primitive.vertices).all():
        raise ValueError("a vertex position is not a finite number")
    if primitive.faces.min() < 0 or primitive.faces.max() >= count:
        raise ValueError("a face refers to a vertex that does not exist")
    for name, values, width in (
        ("uv", primitive.uv, 2),
        ("normals", primitive.normals, 3),
        ("weights", primitive.weights, joints),
    ):
        if values is None:
            continue
        if values.shape != (count, width):
            raise ValueError(f"{name} has shape {values.shape}, expected {(count, width)}")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds a value that is not a finite number")


class _Writer:
    """Collects the JSON tables and the binary chunk of one file."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        self.chunk = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
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
            "accessors": self.accessors,
            "bufferViews": self.views,
        }
        document.update({name: table for name, table in tables.items() if table})
        self.align()
        document["buffers"] = [{"byteLength": len(self.chunk)}]
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=plain_json).encode()
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + len(self.chunk)
        if total >= 2**32:
            raise ValueError("the result is larger than a GLB file can be (4 GiB)")
        header = struct.pack("<4sII", b"glTF", 2, total)
        json_header = struct.pack("<I4s", len(text), b"JSON")
        chunk_header = struct.pack("<I4s", len(self.chunk), b"BIN\0")
        return b"".join([header, json_header, text, chunk_header, bytes(self.chunk)])

    def extras(self) -> dict[str, Any]:
        extras = dict(self.asset.extras)
        if self.asset.face_parts is not None:
            values = np.asarray(self.asset.face_parts, np.uint32)
            extras["face_parts"] = {"accessor": self.add_accessor(values, "SCALAR")}
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
        attributes = {"POSITION": self.add_accessor(positions, "VEC3", ARRAY_BUFFER, bounds=True)}
        if primitive.normals is not None:
            attributes["NORMAL"] = self.add_accessor(_unit(primitive.normals), "VEC3", ARRAY_BUFFER)
        if primitive.uv is not None:
            attributes["TEXCOORD_0"] = self.add_accessor(
                np.asarray(primitive.uv, np.float32), "VEC2", ARRAY_BUFFER
            )
        if skinned and primitive.weights is not None:
            joint, weight = top_influences(primitive.weights)
            kind = np.uint8 if joints <= 256 else np.uint16
            attributes["JOINTS_0"] = self.add_accessor(joint.astype(kind), "VEC4", ARRAY_BUFFER)
            attributes["WEIGHTS_0"] = self.add_accessor(weight, "VEC4", ARRAY_BUFFER)
        index = np.asarray(primitive.faces).reshape(-1)
        # 65535 is glTF's primitive restart value and may not appear as an index.
        index = index.astype(np.uint16 if len(positions) < 65535 else np.uint32)
        return {
            "attributes": attributes,
            "indices": self.add_accessor(index, "SCALAR", ELEMENT_ARRAY_BUFFER),
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
                "inverseBindMatrices": self.add_accessor(bind, "MAT4"),
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
        if material.metallic_roughness_image is not None:
            pbr["metallicRoughnessTexture"] = {"index": self.add_texture(material.metallic_roughness_image)}
        if material.normal_image is not None:
            entry["normalTexture"] = {"index": self.add_texture(material.normal_image)}
        if material.occlusion_image is not None:
            entry["occlusionTexture"] = {"index": self.add_texture(material.occlusion_image)}
        if any(material.emissive):
            strength = max(1.0, *material.emissive)
            entry["emissiveFactor"] = [float(x) / strength for x in material.emissive]
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
            self.images.append({"bufferView": self.add_view(data), "mimeType": media_type})
            self.textures.append({"source": len(self.images) - 1, "sampler": 0})
            self.texture_index[id(image)] = len(self.textures) - 1
        return self.texture_index[id(image)]

    # --- binary ----------------------------------------------------------------------------------------

    def align(self) -> None:
        self.chunk.extend(b"\0" * (-len(self.chunk) % 4))

    def add_view(self, data: bytes, target: int | None = None) -> int:
        self.align()
        view = {"buffer": 0, "byteOffset": len(self.chunk), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.chunk.extend(data)
        self.views.append(view)
        return len(self.views) - 1

    def add_accessor(
        self, values: NDArray[Any], kind: str, target: int | None = None, bounds: bool = False
    ) -> int:
        values = np.ascontiguousarray(values)
        accessor: dict[str, Any] = {
            "bufferView": self.add_view(values.tobytes(), target),
            "componentType": COMPONENT_TYPES[values.dtype.name],
            "count": len(values),
            "type": kind,
        }
        if bounds:
            accessor["min"] = [float(x) for x in values.min(axis=0)]
            accessor["max"] = [float(x) for x in values.max(axis=0)]
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def _unit(normals: NDArray[Any]) -> NDArray[np.float32]:
    """Unit normals; a zero normal becomes +Y, because glTF allows only unit vectors."""
    n = np.asarray(normals, np.float64)
    length = np.linalg.norm(n, axis=1, keepdims=True)
    return np.where(length > 1e-12, n / np.maximum(length, 1e-12), [[0.0, 1.0, 0.0]]).astype(np.float32)


def plain_json(value: object) -> object:
    """JSON form of numpy values in extras."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"extras hold a {type(value).__name__}, which is not JSON")
