"""Reads glTF 2.0 (.glb and .gltf) into an asset, without moving a vertex or a face from its place."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from pocket3d_server.geometry.asset import Asset, FloatArray, Image, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.gltf_binary import Buffers, unpack
from pocket3d_server.geometry.names import unique, unique_name

TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN = 4, 5, 6
UNREADABLE = {"KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression"}


def read_gltf(path: Path) -> Asset:
    """Read a .glb or .gltf file; node transforms are baked into the vertices, skins are posed as at rest.

    Raises ValueError, with a sentence for people, for a file that is broken or that needs an extension
    which is not supported.
    """
    try:
        document, chunk = unpack(path.read_bytes())
        return _Reader(document, Buffers(document, chunk, path.parent)).asset()
    except ValueError as error:
        raise ValueError(f"this is not a readable glTF file: {error}") from error
    except (KeyError, IndexError, TypeError, AttributeError, struct.error, OverflowError) as error:
        raise ValueError(f"this is not a readable glTF file: a table is broken ({error!r})") from error


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
        missing = UNREADABLE & set(document.get("extensionsRequired", []))
        if missing:
            raise ValueError(
                f"it is compressed with {', '.join(sorted(missing))}; export it without compression"
            )
        self.nodes: list[dict[str, Any]] = document.get("nodes", [])
        self.world, self.order = self.transforms()
        # Skins may share joints; the asset has one skeleton over all of them, in the file's order if that has
        # parents before children, else in the scene's.
        joints = list(dict.fromkeys(j for skin in document.get("skins", []) for j in skin["joints"]))
        place = {n: i for i, n in enumerate(joints)}
        children = [(n, c) for n in joints for c in self.nodes[n].get("children", []) if c in place]
        ordered = all(place[n] < place[c] for n, c in children)
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
            title = str(node.get("name") or mesh.get("name") or "part")
            label = node.get("extras", {}).get("label") if isinstance(node.get("extras"), dict) else None
            name = unique_name(title, names)
            parts.append(Part(name, primitives, label=str(label or ("" if name == title else title))))
        extras = self.document.get("asset", {}).get("extras", {})
        extras = dict(extras.get("pocket3d", {})) if isinstance(extras, dict) else {}
        face_parts = None
        if isinstance(extras.get("face_parts"), dict):
            face_parts = self.buffers.accessor(extras.pop("face_parts")["accessor"])[:, 0].astype(np.int64)
        return Asset(parts, self.skeleton(), face_parts, extras)

    def transforms(self) -> tuple[dict[int, NDArray[np.float64]], list[int]]:
        """World matrices of the scene's nodes, and the nodes parents first in file order."""
        scenes = self.document.get("scenes", [])
        if scenes:
            roots = list(scenes[self.document.get("scene", 0)].get("nodes", []))
        else:
            children = {c for node in self.nodes for c in node.get("children", [])}
            roots = [n for n in range(len(self.nodes)) if n not in children]
        world: dict[int, NDArray[np.float64]] = {}
        order: list[int] = []
        stack = [(n, np.eye(4)) for n in reversed(roots)]
        while stack:
            n, parent = stack.pop()
            if n in world or not 0 <= n < len(self.nodes):
                raise ValueError("the node hierarchy is not a tree")
            world[n] = parent @ local_matrix(self.nodes[n])
            order.append(n)
            stack.extend((c, world[n]) for c in reversed(self.nodes[n].get("children", [])))
        return world, order

    # --- meshes ----------------------------------------------------------------------------------------

    def primitive(self, entry: dict[str, Any], n: int) -> Primitive | None:
        if UNREADABLE & set(entry.get("extensions", {})):
            raise ValueError("its meshes are compressed; export it without compression")
        mode = entry.get("mode", TRIANGLES)
        attributes = entry["attributes"]
        if mode not in (TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN) or "POSITION" not in attributes:
            return None
        vertices = self.buffers.floats(attributes["POSITION"])
        if "indices" in entry:
            index = self.buffers.accessor(entry["indices"])[:, 0].astype(np.int64)
        else:
            index = np.arange(len(vertices))
        faces = _triangles(index, mode)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise ValueError("a face refers to a vertex that does not exist")
        normals = self.buffers.floats(attributes["NORMAL"]) if "NORMAL" in attributes else None
        material = self.material(entry.get("material"))
        uv = self.texture_coordinates(attributes, entry.get("material"))
        weights = None
        node = self.nodes[n]
        if "skin" in node and "JOINTS_0" in attributes and "WEIGHTS_0" in attributes:
            weights, matrices = self.skin(attributes, node["skin"])
            vertices = np.einsum("vij,vj->vi", matrices[:, :3, :3], vertices) + matrices[:, :3, 3]
            if normals is not None:
                normals = np.einsum("vij,vj->vi", matrices[:, :3, :3], normals)
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

    def skin(self, attributes: dict[str, int], s: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Weights over the asset's joints (V, J) and each vertex's blended rest matrix (V, 4, 4)."""
        skin = self.document["skins"][s]
        joints = np.asarray(skin["joints"], np.int64)
        posed = np.stack([self.world[int(j)] for j in joints])
        if "inverseBindMatrices" in skin:
            bind = self.buffers.accessor(skin["inverseBindMatrices"]).astype(np.float64).reshape(-1, 4, 4)
            posed = posed @ bind.transpose(0, 2, 1)[: len(joints)]
        column = np.asarray([self.joint_index[int(j)] for j in joints])
        count = self.document["accessors"][attributes["JOINTS_0"]]["count"]
        weights = np.zeros((count, len(self.joint_nodes)), np.float32)
        blended = np.zeros((count, 4, 4))
        rows = np.arange(count)
        for k in range(2):
            if f"JOINTS_{k}" not in attributes:
                break
            joint = self.buffers.accessor(attributes[f"JOINTS_{k}"]).astype(np.int64)
            weight = self.buffers.accessor(attributes[f"WEIGHTS_{k}"], real=True).astype(np.float32)
            if joint.min() < 0 or joint.max() >= len(joints):
                raise ValueError("a vertex refers to a bone that does not exist")
            for c in range(4):
                np.add.at(weights, (rows, column[joint[:, c]]), weight[:, c])
                blended += weight[:, c, None, None] * posed[joint[:, c]]
        total = weights.sum(axis=1, keepdims=True)
        loose = total[:, 0] <= 0
        weights[loose, 0] = 1
        blended[loose] = np.eye(4)
        total[loose] = 1
        return weights / total, blended / total[..., None]

    def skeleton(self) -> Skeleton | None:
        if not self.joint_nodes:
            return None
        parent_node = {c: n for n, node in enumerate(self.nodes) for c in node.get("children", [])}
        names: set[str] = set()
        parents: list[int] = []
        for n in self.joint_nodes:
            up = parent_node.get(n)
            while up is not None and up not in self.joint_index:
                up = parent_node.get(up)
            parents.append(-1 if up is None else self.joint_index[up])
        heads = np.stack([self.world[n][:3, 3] for n in self.joint_nodes])
        return Skeleton(
            [
                unique(str(self.nodes[n].get("name") or f"bone_{i}"), names)
                for i, n in enumerate(self.joint_nodes)
            ],
            parents,
            heads,
            self.tails(heads, np.asarray(parents)),
        )

    def tails(self, heads: NDArray[np.float64], parents: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where bones end: our own length when the file has it, else the children's centre, else on as the parent."""
        tails = heads.copy()
        scale = float(np.ptp(heads, axis=0).max()) if len(heads) > 1 else 1.0
        least = max(scale, 1e-3) * 1e-3
        for j, n in enumerate(self.joint_nodes):
            extras = self.nodes[n].get("extras")
            length = extras.get("bone_length") if isinstance(extras, dict) else None
            y = self.world[n][:3, 1] / max(float(np.linalg.norm(self.world[n][:3, 1])), 1e-12)
            children = heads[parents == j]
            if isinstance(length, int | float) and length > 0:
                step = y * float(length)
            elif len(children) and np.linalg.norm(children.mean(axis=0) - heads[j]) > least:
                step = children.mean(axis=0) - heads[j]
            elif parents[j] >= 0:
                step = (tails[parents[j]] - heads[parents[j]]) * 0.6
            else:
                step = y * max(scale, 1e-2) * 0.1
            tails[j] = heads[j] + step
        return tails

    # --- materials -------------------------------------------------------------------------------------

    def material(self, index: int | None) -> Material:
        if index in self.material_cache:
            return self.material_cache[index]
        entry = {} if index is None else self.document["materials"][index]
        pbr = entry.get("pbrMetallicRoughness", {})
        base = [float(x) for x in pbr.get("baseColorFactor", (1, 1, 1, 1))]
        strength = (
            entry.get("extensions", {}).get("KHR_materials_emissive_strength", {}).get("emissiveStrength", 1)
        )
        base_color, metallic_roughness, normal, occlusion = map(self.texture, self.texture_references(index))
        material = Material(
            str(entry.get("name") or "material"),
            (base[0], base[1], base[2], base[3]),
            metallic=float(pbr.get("metallicFactor", 1)) if index is not None else 0.0,
            roughness=float(pbr.get("roughnessFactor", 1)) if index is not None else 0.6,
            emissive=tuple(float(x) * strength for x in entry.get("emissiveFactor", (0, 0, 0))),
            double_sided=bool(entry.get("doubleSided", False)),
            alpha_mode=str(entry.get("alphaMode", "OPAQUE")),
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
                picture = PilImage.open(io.BytesIO(data))
                alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
                self.image_cache[index] = np.asarray(picture.convert("RGBA" if alpha else "RGB"))
            except (OSError, SyntaxError, PilImage.DecompressionBombError) as error:
                raise ValueError(f"image {index} cannot be read ({error})") from error
        return self.image_cache[index]


def _triangles(index: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """(F, 3) from a triangle list, strip or fan."""
    if mode == TRIANGLES:
        if len(index) % 3:
            raise ValueError("the number of indices is not a multiple of three")
        return index.reshape(-1, 3)
    if len(index) < 3:
        return np.zeros((0, 3), np.int64)
    if mode == TRIANGLE_FAN:
        return np.stack([np.broadcast_to(index[0], len(index) - 2), index[1:-1], index[2:]], axis=1)
    faces = np.stack([index[:-2], index[1:-1], index[2:]], axis=1)
    faces[1::2] = faces[1::2, [1, 0, 2]]
    return faces
