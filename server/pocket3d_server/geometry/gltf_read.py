"""Reads glTF 2.0 (.glb and .gltf) into an asset, without moving a vertex or a face from its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry import glb
from pocket3d_server.geometry.asset import Asset, FloatArray, Image, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bones import guessed_tails, posed
from pocket3d_server.geometry.gltf_binary import Buffers
from pocket3d_server.geometry.gltf_check import SURFACES, TRIANGLE_FAN, TRIANGLES, check
from pocket3d_server.geometry.images import PixelBudget
from pocket3d_server.geometry.limits import MAX_FACES, BadFileError, short
from pocket3d_server.geometry.names import unique, unique_name
from pocket3d_server.geometry.vectors import unit

MAX_EXTRAS = 1_000_000
"""Characters of JSON about the origin of a file that are kept."""


def read_gltf(path: Path) -> Asset:
    """Read a .glb or .gltf file; node transforms are baked into the vertices, skins are posed as at rest.

    Raises BadFileError, with a phrase for people, for a file that is broken or that needs an extension
    which is not supported.
    """
    data = path.read_bytes()
    try:
        document, chunk = glb.unpack(data)
        check(document, len(chunk), len(data), alone=False)
        return _Reader(document, Buffers(document, chunk, path.parent)).asset()
    except BadFileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        # ``check`` leaves out what is read for its looks only, the materials above all.
        raise BadFileError("a material or another table of the glTF file is broken") from error


def local_matrix(node: dict[str, Any]) -> NDArray[np.float64]:
    """(4, 4) transform of a glTF node."""
    if "matrix" in node:
        return np.asarray(node["matrix"], np.float64).reshape(4, 4).T
    m = np.eye(4)
    x, y, z, w = np.asarray(node.get("rotation", (0, 0, 0, 1)), np.float64)
    m[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    m[:3, :3] *= np.asarray(node.get("scale", (1, 1, 1)), np.float64)
    m[:3, 3] = node.get("translation", (0, 0, 0))
    return m


class _Reader:
    """Follows the tables of one document from its scene down to the accessors."""

    def __init__(self, document: dict[str, Any], buffers: Buffers) -> None:
        self.document = document
        self.buffers = buffers
        self.image_cache: dict[int, Image] = {}
        self.material_cache: dict[int | None, Material] = {}
        self.pixels = PixelBudget()
        self.nodes: list[dict[str, Any]] = document.get("nodes", [])
        self.world, self.order = self.transforms()
        # Skins may share joints; the asset has one skeleton over all of them, in the file's order if that has
        # parents before children, else in the scene's.
        joints = list(dict.fromkeys(j for skin in document.get("skins", []) for j in skin["joints"]))
        place = {n: i for i, n in enumerate(joints)}
        self.above = self.joints_above(set(joints))
        ordered = all(up is None or place[up] < place[n] for n, up in self.above.items())
        self.joint_nodes = joints if ordered else [n for n in self.order if n in place]
        self.joint_index = {n: i for i, n in enumerate(self.joint_nodes)}

    def asset(self) -> Asset:
        parts: list[Part] = []
        names: set[str] = set()
        for n in self.order:
            node = self.nodes[n]
            if "mesh" not in node:
                continue
            mesh = self.document["meshes"][node["mesh"]]
            primitives = [p for p in (self.primitive(q, n) for q in mesh["primitives"]) if p is not None]
            if not primitives:
                continue
            title = short(node.get("name") or mesh.get("name") or "part")
            label = _member(node.get("extras"), "label")
            name = unique_name(title, names)
            parts.append(Part(name, primitives, label=short(label or ("" if name == title else title))))
        extras = dict(_member(_member(self.document.get("asset"), "extras"), "pocket3d") or {})
        face_parts = self.face_parts(extras.pop("face_parts", None))
        return Asset(parts, self.skeleton(), face_parts, extras if _can_be_written(extras) else {})

    def face_parts(self, entry: object) -> NDArray[np.int64] | None:
        """The part of each face, which our own files name in an accessor."""
        index = _member(entry, "accessor")
        accessors = self.document.get("accessors", [])
        if not isinstance(index, int) or not 0 <= index < len(accessors):
            return None
        if accessors[index]["count"] > MAX_FACES:
            raise BadFileError("its part numbers are too many")
        return self.buffers.accessor(index)[:, 0].astype(np.int64)

    def transforms(self) -> tuple[dict[int, NDArray[np.float64]], list[int]]:
        """World matrices of the scene's nodes, and the nodes parents first in file order."""
        scenes = self.document.get("scenes", [])
        if scenes:
            roots = list(scenes[self.document.get("scene", 0)].get("nodes", []))
        else:
            children = {c for node in self.nodes for c in node.get("children", [])}
            roots = [n for n in range(len(self.nodes)) if n not in children]
        world: dict[int, NDArray[np.float64]] = {}
        stack = [(n, np.eye(4)) for n in reversed(roots)]
        while stack:
            n, parent = stack.pop()
            world[n] = parent @ local_matrix(self.nodes[n])
            stack.extend((c, world[n]) for c in reversed(self.nodes[n].get("children", [])))
        return world, list(world)

    def joints_above(self, joints: set[int]) -> dict[int, int | None]:
        """For each joint the nearest joint above it in the scene."""
        nearest: dict[int, int | None] = {}
        for n in self.order:
            down = n if n in joints else nearest.get(n)
            nearest.update(dict.fromkeys(self.nodes[n].get("children", []), down))
        return {n: nearest.get(n) for n in joints}

    # --- meshes ----------------------------------------------------------------------------------------

    def primitive(self, entry: dict[str, Any], n: int) -> Primitive | None:
        mode = entry.get("mode", TRIANGLES)
        attributes = entry["attributes"]
        if mode not in SURFACES or "POSITION" not in attributes:
            return None
        vertices = self.buffers.floats(attributes["POSITION"])
        if "indices" in entry:
            index = self.buffers.accessor(entry["indices"])[:, 0].astype(np.int64)
        else:
            index = np.arange(len(vertices))
        faces = _triangles(index, mode)
        if not len(faces):
            return None
        if faces.min() < 0 or faces.max() >= len(vertices):
            raise BadFileError("a face refers to a vertex that does not exist")
        normals = self.buffers.floats(attributes["NORMAL"]) if "NORMAL" in attributes else None
        material = self.material(entry.get("material"))
        uv = self.texture_coordinates(attributes, entry.get("material"))
        weights = None
        node = self.nodes[n]
        if "skin" in node and "JOINTS_0" in attributes and "WEIGHTS_0" in attributes:
            weights = self.skin(attributes, node["skin"], vertices, normals)
        else:
            matrix = self.world[n]
            vertices = vertices @ matrix[:3, :3].T + matrix[:3, 3]
            if normals is not None:
                normals = normals @ np.linalg.pinv(matrix[:3, :3])
            if np.linalg.det(matrix[:3, :3]) < 0:
                faces = faces[:, [0, 2, 1]]
        if normals is not None:
            length = np.linalg.norm(normals, axis=1, keepdims=True)
            normals = (normals / np.where(length > 0, length, 1)).astype(np.float32)
        colors = self.vertex_colors(attributes)
        return Primitive(vertices.astype(np.float32), faces, material, uv, normals, weights, colors)

    def vertex_colors(self, attributes: dict[str, int]) -> NDArray[np.float32] | None:
        """(V, 4) of COLOR_0, which may come without alpha."""
        if "COLOR_0" not in attributes:
            return None
        colors = self.buffers.accessor(attributes["COLOR_0"], real=True).astype(np.float32)
        rgba = np.ones((len(colors), 4), np.float32)
        rgba[:, : colors.shape[1]] = np.clip(colors[:, :4], 0, 1)
        return rgba

    def texture_coordinates(self, attributes: dict[str, int], material: int | None) -> FloatArray | None:
        """(V, 2), with the material's KHR_texture_transform applied: an asset's materials have none.

        A material may place each of its textures differently; here the first one it has, its base colour before
        the others, decides for all.
        """
        reference = next((t for t in self.texture_references(material) if t is not None), {})
        transform = reference.get("extensions", {}).get("KHR_texture_transform", {})
        attribute = f"TEXCOORD_{transform.get('texCoord', reference.get('texCoord', 0))}"
        if attribute not in attributes:
            attribute = "TEXCOORD_0"
        if attribute not in attributes:
            return None
        uv = self.buffers.accessor(attributes[attribute], real=True).astype(np.float32)
        if not transform:
            return uv
        x, y = np.asarray(transform.get("scale", (1, 1)), np.float64)
        angle = float(transform.get("rotation", 0))
        c, s = np.cos(angle), np.sin(angle)
        # Counter-clockwise as seen with v growing downwards.
        turned = uv * [x, y] @ np.array([[c, -s], [s, c]]) + np.asarray(transform.get("offset", (0, 0)))
        return turned.astype(np.float32)

    def skin(
        self, attributes: dict[str, int], s: int, vertices: FloatArray, normals: FloatArray | None
    ) -> NDArray[np.float32]:
        """Weights over the asset's joints (V, J); moves vertices and normals to where the skin rests."""
        skin = self.document["skins"][s]
        joints = skin["joints"]
        at_rest = np.stack([self.world[j] for j in joints])
        if "inverseBindMatrices" in skin:
            bind = self.buffers.accessor(skin["inverseBindMatrices"]).astype(np.float64).reshape(-1, 4, 4)
            at_rest = at_rest @ bind.transpose(0, 2, 1)[: len(joints)]
        column = np.asarray([self.joint_index[j] for j in joints])
        sets = []
        for k in range(2):
            if {f"JOINTS_{k}", f"WEIGHTS_{k}"} <= attributes.keys():
                joint = self.buffers.accessor(attributes[f"JOINTS_{k}"])
                weight = self.buffers.accessor(attributes[f"WEIGHTS_{k}"], real=True)
                if len(joint) and (joint.min() < 0 or joint.max() >= len(joints)):
                    raise BadFileError("a vertex refers to a bone that does not exist")
                sets.append((joint, weight))
        weights = np.zeros((len(vertices), len(self.joint_nodes)), np.float32)
        rows = np.arange(len(vertices))
        for joint, weight in sets:
            for c in range(4):
                np.add.at(
                    weights, (rows, column[joint[:, c].astype(np.int64)]), weight[:, c].astype(np.float32)
                )
        total = weights.sum(axis=1)
        loose = ~(total > 0)
        weights[loose], total[loose] = 0, 1
        weights[loose, 0] = 1
        weights /= total[:, None]
        moves = np.tile(np.eye(4), (len(self.joint_nodes), 1, 1))
        moves[column] = at_rest
        moved, turned = posed(vertices, normals, weights, moves)
        vertices[~loose] = moved[~loose]
        if normals is not None and turned is not None:
            normals[~loose] = turned[~loose]
        return weights

    def skeleton(self) -> Skeleton | None:
        if not self.joint_nodes:
            return None
        names: set[str] = set()
        parents: list[int] = []
        for n in self.joint_nodes:
            up = self.above[n]
            parents.append(-1 if up is None else self.joint_index[up])
        world = np.stack([self.world[n] for n in self.joint_nodes])
        lengths = [_member(self.nodes[n].get("extras"), "bone_length") for n in self.joint_nodes]
        tails = guessed_tails(world[:, :3, 3], np.asarray(parents), unit(world[:, :3, 1]), lengths)
        return Skeleton(
            [
                unique(short(self.nodes[n].get("name") or f"bone_{i}"), names)
                for i, n in enumerate(self.joint_nodes)
            ],
            parents,
            world[:, :3, 3],
            tails,
        )

    # --- materials -------------------------------------------------------------------------------------

    def material(self, index: int | None) -> Material:
        if index in self.material_cache:
            return self.material_cache[index]
        entry = {} if index is None else self.document["materials"][index]
        pbr = entry.get("pbrMetallicRoughness", {})
        r, g, b, a = _factors(pbr.get("baseColorFactor"), (1.0, 1.0, 1.0, 1.0))
        red, green, blue = _factors(entry.get("emissiveFactor"), (0.0, 0.0, 0.0))
        strong = entry.get("extensions", {}).get("KHR_materials_emissive_strength", {})
        (strength,) = _factors([strong.get("emissiveStrength", 1)], (1.0,), most=1e6)
        (metallic,) = _factors([pbr.get("metallicFactor", 1)], (1.0,))
        (roughness,) = _factors([pbr.get("roughnessFactor", 1)], (1.0,))
        base_color, metallic_roughness, normal, occlusion = map(self.texture, self.texture_references(index))
        mode = str(entry.get("alphaMode", "OPAQUE"))
        material = Material(
            short(entry.get("name") or "material"),
            (r, g, b, a),
            metallic=metallic if index is not None else 0.0,
            roughness=roughness if index is not None else 0.6,
            emissive=(red * strength, green * strength, blue * strength),
            double_sided=bool(entry.get("doubleSided", False)),
            alpha_mode=mode if mode in ("OPAQUE", "MASK", "BLEND") else "OPAQUE",
            base_color_image=base_color,
            metallic_roughness_image=metallic_roughness,
            normal_image=normal,
            occlusion_image=occlusion,
        )
        self.material_cache[index] = material
        return material

    def texture_references(self, index: int | None) -> tuple[dict[str, Any] | None, ...]:
        """A material's references to its textures: base colour, metallic and roughness, normal, occlusion."""
        entry = {} if index is None else self.document["materials"][index]
        pbr = entry.get("pbrMetallicRoughness", {})
        return (
            pbr.get("baseColorTexture"),
            pbr.get("metallicRoughnessTexture"),
            entry.get("normalTexture"),
            entry.get("occlusionTexture"),
        )

    def texture(self, reference: dict[str, Any] | None) -> Image | None:
        if reference is None:
            return None
        texture = self.document["textures"][reference["index"]]
        source = texture.get(
            "source", texture.get("extensions", {}).get("EXT_texture_webp", {}).get("source")
        )
        return None if source is None else self.image(source)

    def image(self, index: int) -> Image:
        if index not in self.image_cache:
            entry = self.document["images"][index]
            data = (
                self.buffers.view(entry["bufferView"])
                if "bufferView" in entry
                else self.buffers.resource(entry["uri"])
            )
            try:
                self.image_cache[index] = self.pixels.decode(data)
            except BadFileError as error:
                raise BadFileError(f"its image {index + 1} {error}", error.suggestion) from error
        return self.image_cache[index]


def _triangles(index: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """(F, 3) from a triangle list, strip or fan."""
    if mode == TRIANGLES:
        return index.reshape(-1, 3)
    if len(index) < 3:
        return np.zeros((0, 3), np.int64)
    if mode == TRIANGLE_FAN:
        return np.stack([np.broadcast_to(index[0], len(index) - 2), index[1:-1], index[2:]], axis=1)
    faces = np.stack([index[:-2], index[1:-1], index[2:]], axis=1)
    faces[1::2] = faces[1::2, [1, 0, 2]]
    return faces


def _member(table: object, key: str) -> Any:
    """A value of a JSON object that may be anything else instead."""
    return table.get(key) if isinstance(table, dict) else None


def _factors(values: object, default: tuple[float, ...], most: float = 1.0) -> tuple[float, ...]:
    """A material's numbers, each within 0..``most``; the default when they are none."""
    if not isinstance(values, list | tuple) or len(values) != len(default):
        return default
    try:
        given = [float(x) for x in values]
    except (TypeError, ValueError, OverflowError):
        return default
    return tuple(min(max(x, 0.0), most) if np.isfinite(x) else d for x, d in zip(given, default))


def _can_be_written(extras: dict[str, Any]) -> bool:
    """Whether JSON that came with a file can go into the next one."""
    try:
        text = json.dumps(extras, ensure_ascii=False, allow_nan=False)
        return len(text.encode()) <= MAX_EXTRAS
    except (ValueError, RecursionError):
        return False
