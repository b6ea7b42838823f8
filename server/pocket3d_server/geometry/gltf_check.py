"""Checks the tables of a glTF document before anything is read by them.

After ``check`` every index leads somewhere, every accessor lies inside its bytes, the nodes are a tree, and all
that a reader will make of the file is within the limits. What remains to the reader are the numbers themselves.
Needs neither numpy nor the binary data, so the inspector checks a file of any size in little memory.
"""

from __future__ import annotations

import math
from typing import Any

from pocket3d_server.geometry.limits import (
    MAX_BONES,
    MAX_NODES,
    MAX_PRIMITIVES,
    MAX_REPEATED_BYTES,
    MAX_WEIGHTS,
    NO_FACES,
    UNCOMPRESSED,
    BadFileError,
    check_size,
)

TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN = 4, 5, 6
SURFACES = (TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN)
ITEM_SIZES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
UNSIGNED = (5121, 5123, 5125)
SHAPES = {
    "POSITION": ("VEC3",),
    "NORMAL": ("VEC3",),
    "TEXCOORD": ("VEC2",),
    "COLOR": ("VEC3", "VEC4"),
    "JOINTS": ("VEC4",),
    "WEIGHTS": ("VEC4",),
}
"""What is read of a primitive, by the word before its number; other attributes are passed over."""
TABLES = (
    *("scenes", "nodes", "meshes", "accessors", "bufferViews", "buffers"),
    *("materials", "textures", "images", "skins"),
)
COMPRESSIONS = {"KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression"}
UNDERSTOOD = {"KHR_mesh_quantization", "KHR_texture_transform", "EXT_texture_webp"}
HARMLESS = ("KHR_materials_", "KHR_lights_", "KHR_xmp", "KHR_animation_", "KHR_audio", "KHR_node_", "VRM")
"""Beginnings of extensions without which the mesh is still itself."""

Document = dict[str, Any]


def check(document: Document, chunk_size: int, file_size: int, alone: bool = True) -> int:
    """Check a document whose binary chunk has ``chunk_size`` bytes; how many triangles its scene shows.

    ``alone``: there are no files beside it that it could refer to. Raises BadFileError.
    """
    _check_extensions(document)
    for name in TABLES:
        rows = document.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadFileError(f"its table '{name}' is no list of objects")
    return _Check(document, chunk_size, file_size, alone).run()


def _check_extensions(document: Document) -> None:
    required = document.get("extensionsRequired", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise BadFileError("its list of extensions is broken")
    packed = sorted(COMPRESSIONS & set(required))
    if packed:
        raise BadFileError(f"it is compressed with {', '.join(packed)}", UNCOMPRESSED)
    unknown = sorted(n for n in set(required) - UNDERSTOOD if not n.startswith(HARMLESS))
    if unknown:
        names = ", ".join(name[:60] for name in unknown[:3])
        raise BadFileError(
            f"it needs the glTF extension {names}, which is not read here",
            "Export the mesh again without that extension.",
        )


class _Check:
    def __init__(self, document: Document, chunk_size: int, file_size: int, alone: bool) -> None:
        self.tables: dict[str, list[Document]] = {name: document.get(name, []) for name in TABLES}
        self.document = document
        self.chunk_size = chunk_size
        self.file_size = file_size
        self.alone = alone

    def run(self) -> int:
        """All checks, each building on those before it."""
        for buffer in self.tables["buffers"]:
            self.resource(buffer)
        for view in self.tables["bufferViews"]:
            self.view(view)
        for accessor in self.tables["accessors"]:
            self.accessor(accessor)
        self.images()
        if len(self.tables["nodes"]) > MAX_NODES:
            count = len(self.tables["nodes"])
            raise BadFileError(
                f"its scene has {count:,} nodes, and at most {MAX_NODES:,} are taken",
                "Join objects before you export the scene, or export fewer of them.",
            )
        for node in self.tables["nodes"]:
            self.node(node)
        self.tree()
        bones = self.skins()
        return self.scene(bones)

    # --- numbers and references ------------------------------------------------------------------------

    def whole(self, row: Document, key: str, default: int | None = None) -> int:
        """A number from 0 on. Without a default the key must be there."""
        value = row.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadFileError(f"a number in it is impossible ({key})")
        return value

    def index(self, value: object, table: str) -> int:
        """A row's number in a table."""
        rows = self.tables[table]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(rows):
            raise BadFileError(f"it refers to something in '{table}' that does not exist")
        return value

    def indices(self, values: object, table: str) -> list[int]:
        """Rows' numbers in a table, each at most once."""
        if not isinstance(values, list):
            raise BadFileError(f"a list of '{table}' in it is broken")
        found = [self.index(value, table) for value in values]
        if len(set(found)) != len(found):
            raise BadFileError(f"a list of '{table}' in it names one twice")
        return found

    def numbers(self, row: Document, key: str, count: int) -> None:
        """A list of finite numbers, if it is there."""
        values = row.get(key)
        if values is None:
            return
        if not isinstance(values, list) or len(values) != count or not all(map(_finite, values)):
            raise BadFileError(f"the {key} of a node is not {count} finite numbers")

    # --- bytes -----------------------------------------------------------------------------------------

    def resource(self, row: Document) -> None:
        uri = row.get("uri")
        if uri is None:
            return
        if not isinstance(uri, str):
            raise BadFileError("the name of a file in it is no text")
        if self.alone and not uri.startswith("data:"):
            raise BadFileError(
                f"it refers to another file, '{uri[:80]}', which is missing",
                "Export the mesh as .glb, which holds everything.",
            )

    def view(self, row: Document) -> None:
        buffer = self.tables["buffers"][self.index(row.get("buffer"), "buffers")]
        end = self.whole(row, "byteOffset", 0) + self.whole(row, "byteLength")
        self.whole(row, "byteStride", 0)
        # How much a file beside it holds is seen when it is read.
        if "uri" not in buffer and end > self.chunk_size:
            raise BadFileError("a buffer view reaches beyond its buffer")

    def accessor(self, row: Document) -> None:
        kind, component = row.get("type"), row.get("componentType")
        if not isinstance(kind, str) or kind not in WIDTHS:
            raise BadFileError("an accessor has an unknown type")
        if not isinstance(component, int) or component not in ITEM_SIZES:
            raise BadFileError("an accessor has an unknown component type")
        count = self.whole(row, "count")
        if "bufferView" in row:
            self.span(row, count, ITEM_SIZES[component] * WIDTHS[kind])
        if "sparse" in row:
            sparse = row["sparse"]
            if not isinstance(sparse, dict):
                raise BadFileError("a sparse accessor is broken")
            changed = self.whole(sparse, "count")
            at, new = sparse.get("indices"), sparse.get("values")
            if changed > count or not isinstance(at, dict) or not isinstance(new, dict):
                raise BadFileError("a sparse accessor is broken")
            if at.get("componentType") not in UNSIGNED:
                raise BadFileError("a sparse accessor has an unknown component type")
            self.span(at, changed, ITEM_SIZES[at["componentType"]])
            self.span(new, changed, ITEM_SIZES[component] * WIDTHS[kind])

    def span(self, row: Document, count: int, item: int) -> None:
        """``count`` items of ``item`` bytes lie inside the buffer view that ``row`` names."""
        view = self.tables["bufferViews"][self.index(row.get("bufferView"), "bufferViews")]
        stride = view.get("byteStride", 0) or item
        if stride < item:
            raise BadFileError("the items of a buffer view overlap")
        need = self.whole(row, "byteOffset", 0) + (stride * (count - 1) + item if count else 0)
        if need > view["byteLength"]:
            raise BadFileError("an accessor reaches beyond its buffer")

    def images(self) -> None:
        for image in self.tables["images"]:
            self.resource(image)
            if "uri" not in image:
                self.index(image.get("bufferView"), "bufferViews")
        for texture in self.tables["textures"]:
            if "source" in texture:
                self.index(texture["source"], "images")

    # --- scene -----------------------------------------------------------------------------------------

    def node(self, row: Document) -> None:
        for key, table in (("mesh", "meshes"), ("skin", "skins")):
            if key in row:
                self.index(row[key], table)
        self.indices(row.get("children", []), "nodes")
        for key, count in (("matrix", 16), ("rotation", 4), ("scale", 3), ("translation", 3)):
            self.numbers(row, key, count)

    def roots(self) -> list[int]:
        """The nodes that the scene begins with."""
        scenes = self.tables["scenes"]
        if scenes:
            return self.indices(
                scenes[self.index(self.document.get("scene", 0), "scenes")].get("nodes", []), "nodes"
            )
        children = {c for node in self.tables["nodes"] for c in node.get("children", [])}
        return [n for n in range(len(self.tables["nodes"])) if n not in children]

    def tree(self) -> None:
        """From the roots down, no node is met twice."""
        self.order: set[int] = set()
        stack = self.roots()
        while stack:
            n = stack.pop()
            if n in self.order:
                raise BadFileError("its nodes are not a tree: one is its own ancestor, or has two parents")
            self.order.add(n)
            stack.extend(self.tables["nodes"][n].get("children", []))

    def skins(self) -> int:
        """How many bones there are."""
        bones: set[int] = set()
        for skin in self.tables["skins"]:
            joints = self.indices(skin.get("joints"), "nodes")
            if not joints:
                raise BadFileError("a skin in it has no bones")
            if not self.order.issuperset(joints):
                raise BadFileError("a bone in it is not part of its scene")
            if "inverseBindMatrices" in skin:
                row = self.tables["accessors"][self.index(skin["inverseBindMatrices"], "accessors")]
                if row["type"] != "MAT4" or row["componentType"] != 5126 or row["count"] < len(joints):
                    raise BadFileError("the bind matrices of a skin are broken")
                if row["count"] > MAX_BONES:
                    raise BadFileError("the bind matrices of a skin are too many")
            bones.update(joints)
        if len(bones) > MAX_BONES:
            raise BadFileError(
                f"it has {len(bones):,} bones, and at most {MAX_BONES:,} are taken",
                "Export the mesh without its armature.",
            )
        return len(bones)

    def scene(self, bones: int) -> int:
        """Counts what the scene shows, as often as it shows it; returns the triangles."""
        sizes = [self.mesh(mesh) for mesh in self.tables["meshes"]]
        vertices = faces = primitives = used = skinned = 0
        for n in self.order:
            node = self.tables["nodes"][n]
            if "mesh" not in node:
                continue
            size = sizes[node["mesh"]]
            primitives += size.primitives
            vertices += size.vertices
            faces += size.faces
            used += size.used
            skinned += size.vertices if "skin" in node else 0
        if primitives > MAX_PRIMITIVES:
            raise BadFileError(
                f"its scene has {primitives:,} pieces, and at most {MAX_PRIMITIVES:,} are taken",
                "Join objects before you export the scene, or export fewer of them.",
            )
        check_size(vertices, faces)
        if used > self.file_size + MAX_REPEATED_BYTES:
            raise BadFileError("it shows the same meshes too many times", "Export each mesh once.")
        if skinned * bones > MAX_WEIGHTS:
            raise BadFileError(
                f"its skin has {bones:,} bones for {skinned:,} vertices, which is more than can be held",
                "Export the mesh without its armature, or reduce the mesh.",
            )
        if not faces:
            raise BadFileError("the file holds no triangles", NO_FACES)
        return faces

    def mesh(self, row: Document) -> _Size:
        size = _Size()
        primitives = row.get("primitives")
        if not isinstance(primitives, list):
            raise BadFileError("a mesh in it is broken")
        for primitive in primitives:
            if not isinstance(primitive, dict) or not isinstance(primitive.get("attributes"), dict):
                raise BadFileError("a mesh in it is broken")
            size.primitives += 1
            self.primitive(primitive, size)
        return size

    def primitive(self, row: Document, size: _Size) -> None:
        extensions = row.get("extensions", {})
        if not isinstance(extensions, dict) or COMPRESSIONS & set(extensions):
            raise BadFileError("its meshes are compressed", UNCOMPRESSED)
        mode = self.whole(row, "mode", TRIANGLES)
        attributes = row["attributes"]
        if mode not in SURFACES or "POSITION" not in attributes:
            return
        if "material" in row:
            self.index(row["material"], "materials")
        counts = set()
        for name, value in attributes.items():
            shapes = SHAPES.get(name.partition("_")[0])
            if shapes is None:
                continue
            accessor = self.tables["accessors"][self.index(value, "accessors")]
            if accessor["type"] not in shapes:
                raise BadFileError(f"its {name.lower()} have the wrong shape")
            counts.add(accessor["count"])
            size.used += self.size_of(accessor)
        if len(counts) != 1:
            raise BadFileError("a mesh in it has tables of different lengths")
        vertices = counts.pop()
        corners = vertices
        if "indices" in row:
            accessor = self.tables["accessors"][self.index(row["indices"], "accessors")]
            if accessor["type"] != "SCALAR" or accessor["componentType"] not in UNSIGNED:
                raise BadFileError("the indices of a mesh in it are no whole numbers")
            corners = accessor["count"]
            size.used += self.size_of(accessor)
        if mode == TRIANGLES and corners % 3:
            raise BadFileError("the number of its indices is not a multiple of three")
        size.vertices += vertices
        size.faces += corners // 3 if mode == TRIANGLES else max(0, corners - 2)

    def size_of(self, accessor: Document) -> int:
        """Bytes of its items, whether they are in the file or only claimed."""
        return int(accessor["count"]) * ITEM_SIZES[accessor["componentType"]] * WIDTHS[accessor["type"]]


class _Size:
    """What one use of a mesh adds to the scene; ``used`` are the bytes that are read for it."""

    def __init__(self) -> None:
        self.primitives = self.vertices = self.faces = self.used = 0


def _finite(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
