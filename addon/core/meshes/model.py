"""A file as one mesh, ready to be copied into Blender's arrays: everything that takes time is done here, off the
main thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..later import np
from . import bones, welding
from .glb import Glb
from .skeleton import TO_BLENDER, BoneData, Joints, Nodes, Stroke, strokes_of
from .surfaces import MaterialData, Surfaces, texture_set

STRIP, FAN = 5, 6
SURFACES = (4, STRIP, FAN)
AT_ONCE = 20_000


@dataclass
class MeshData:
    """Triangles in Blender's frame, in metres, with all that belongs to them. F faces, V vertices, E edges."""

    vertices: np.ndarray
    """(V, 3) float32."""
    faces: np.ndarray
    """(F, 3) int32."""
    edges: np.ndarray
    """(E, 2) int32."""
    corner_edges: np.ndarray
    """(F, 3) int32, the edge from each corner to the next."""
    face_part: np.ndarray
    """(F,) index into ``part_names``."""
    face_material: np.ndarray
    """(F,) index into ``materials``."""
    materials: list[MaterialData]
    part_names: list[str]
    uv: np.ndarray | None = None
    """(F, 3, 2) float32, v upwards."""
    colors: np.ndarray | None = None
    """(F, 3, 4) float32, linear."""
    sharp: np.ndarray | None = None
    """(E,) sharp edges of a smooth mesh; None of one with flat faces."""
    normals: list[list[float]] = field(default_factory=list)
    """Normals that sharp edges cannot shade the same, one for each vertex or for each corner; as lists, because
    Blender takes them apart one by one, and lists twice as fast as arrays."""
    skeleton: list[BoneData] = field(default_factory=list)
    joints: np.ndarray | None = None
    """(V, 4) bone numbers."""
    weights: np.ndarray | None = None
    """(V, 4) float32."""
    strokes: list[Stroke] = field(default_factory=list)
    """The weights once more, ready to be written."""
    extras: dict[str, Any] = field(default_factory=dict)
    """What our server wrote about the file."""

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner, each (3,)."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)


@dataclass
class _Pieces:
    """What the primitives of a file give, piece by piece."""

    positions: list[np.ndarray] = field(default_factory=list)
    faces: list[np.ndarray] = field(default_factory=list)
    uvs: list[np.ndarray | None] = field(default_factory=list)
    normals: list[np.ndarray | None] = field(default_factory=list)
    colors: list[np.ndarray | None] = field(default_factory=list)
    influences: list[tuple[np.ndarray, np.ndarray] | None] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    materials: list[int] = field(default_factory=list)


def model_of(
    glb: Glb, labels: Mapping[str, str] | None = None, *, smooth_without_normals: bool = False
) -> MeshData:
    """All meshes of a file's scene as one, each node a part. ``labels`` name parts for people by their node.

    A file without normals has flat faces, as glTF says, or with ``smooth_without_normals`` is smooth by angle.

    Raises ValueError for a file without faces, or one that is broken.
    """
    nodes = Nodes(glb)
    joints = Joints(glb, nodes)
    surfaces = Surfaces(glb)
    pieces = _Pieces()
    names: list[str] = []
    materials: list[MaterialData] = []
    slots: dict[tuple[int, bool], int] = {}
    for n in nodes.order:
        node = nodes.nodes[n]
        if "mesh" not in node:
            continue
        before = len(pieces.faces)
        for primitive in glb.document["meshes"][node["mesh"]]["primitives"]:
            if primitive.get("mode", 4) not in SURFACES or "POSITION" not in primitive["attributes"]:
                continue
            key = (primitive.get("material", -1), "COLOR_0" in primitive["attributes"])
            if key not in slots:
                slots[key] = len(materials)
                materials.append(surfaces.material(key[0], vertex_colors=key[1]))
            _add(pieces, glb, primitive, node, nodes.world[n], joints)
            pieces.materials.append(slots[key])
            pieces.parts.append(len(names))
        if len(pieces.faces) > before:
            names.append(_label(node, labels or {}))
    if not sum(len(f) for f in pieces.faces):
        raise ValueError("the file holds no mesh")
    skeleton = bones.for_blender(joints.bones(), glb.extras)
    return _joined(pieces, names, materials, skeleton, glb.extras, smooth_without_normals)


def _label(node: dict[str, Any], labels: Mapping[str, str]) -> str:
    name = node.get("name") or "Part"
    label = labels.get(name) or (node.get("extras") or {}).get("label")
    return str(label or name.replace("_", " ").strip().capitalize())


def _add(
    pieces: _Pieces,
    glb: Glb,
    primitive: dict[str, Any],
    node: dict[str, Any],
    world: np.ndarray,
    joints: Joints,
) -> None:
    attributes = primitive["attributes"]
    positions = np.asarray(glb.accessor(attributes["POSITION"]), np.float64)
    if not np.isfinite(positions).all():
        raise ValueError("a vertex position is not a number")
    faces = triangles_of(glb, primitive)
    if len(faces) and faces.max() >= len(positions):
        raise ValueError("a face refers to a vertex that is not in the file")
    normals = glb.accessor(attributes["NORMAL"]).astype(np.float64) if "NORMAL" in attributes else None
    influences = joints.influences(primitive, node["skin"]) if "skin" in node else None
    matrix: np.ndarray = world
    if influences is not None:  # a skin's vertices stand where its joints put them, not where the node is
        moves = joints.rest_moves(node["skin"])
        matrix = np.eye(4)
        if moves is not None:
            bone, share = influences
            matrix = np.einsum("vk,vkij->vij", share, moves[bone])
    matrix = np.array(TO_BLENDER) @ matrix
    turn = matrix[..., :3, :3]
    positions = np.einsum("...ij,...j->...i", turn, positions) + matrix[..., :3, 3]
    if matrix.ndim == 2 and np.linalg.det(turn) < 0:
        faces = faces[:, ::-1]
    pieces.positions.append(positions.astype(np.float32))
    pieces.faces.append(faces)
    if normals is not None:
        across = np.swapaxes(np.linalg.pinv(turn), -1, -2)
        normals = np.einsum("...ij,...j->...i", across, normals)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    pieces.normals.append(normals)
    pieces.uvs.append(_uv(glb, primitive))
    pieces.colors.append(_colors(glb, primitive))
    pieces.influences.append(influences)


def _uv(glb: Glb, primitive: dict[str, Any]) -> np.ndarray | None:
    attributes = primitive["attributes"]
    name = f"TEXCOORD_{texture_set(glb, primitive.get('material', -1))}"
    if name not in attributes:
        return None
    uv = np.array(glb.accessor(attributes[name]), np.float32)
    uv[:, 1] = 1 - uv[:, 1]
    return uv


def _colors(glb: Glb, primitive: dict[str, Any]) -> np.ndarray | None:
    if "COLOR_0" not in primitive["attributes"]:
        return None
    given = np.asarray(glb.accessor(primitive["attributes"]["COLOR_0"]), np.float32)
    colors = np.ones((len(given), 4), np.float32)
    colors[:, : given.shape[1]] = given
    return colors


def _joined(
    pieces: _Pieces,
    names: list[str],
    materials: list[MaterialData],
    skeleton: list[BoneData],
    extras: dict[str, Any],
    smooth_without_normals: bool,
) -> MeshData:
    counts = [len(p) for p in pieces.positions]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    positions = np.concatenate(pieces.positions)
    faces = np.concatenate([f + s for f, s in zip(pieces.faces, starts, strict=True)]).astype(np.int64)
    sizes = [len(f) for f in pieces.faces]
    part = np.repeat(np.array(pieces.parts, np.int32), sizes)
    material = np.repeat(np.array(pieces.materials, np.int32), sizes)
    welded = welding.weld(positions, faces, part)
    if not len(welded.faces):
        raise ValueError("none of the faces of the file has an area")
    corners = faces[welded.kept]
    points = np.ascontiguousarray(positions[welded.source])

    def at_corners(given: list[np.ndarray | None], width: int, filler: float) -> np.ndarray | None:
        if all(g is None for g in given):
            return None
        whole = np.full((len(positions), width), filler, np.float32)
        for values, start in zip(given, starts, strict=True):
            if values is not None:
                whole[start : start + len(values)] = values
        return whole[corners]

    sharp: np.ndarray | None = None
    custom: list[list[float]] = []
    if any(n is not None for n in pieces.normals):
        normals = at_corners(pieces.normals, 3, 0.0)
        assert normals is not None
        _fill_flat(normals, points[welded.faces])
        sharp = welding.sharp_edges(welded, normals)
        if not welding.shading_is_plain(points, welded, normals):
            custom = _rows(normals, welded, len(points), sharp)
    elif smooth_without_normals:
        sharp = welding.creases(points, welded)
    data = MeshData(
        points,
        welded.faces,
        welded.edges,
        welded.corner_edges,
        part[welded.kept],
        material[welded.kept],
        materials,
        names,
        at_corners(pieces.uvs, 2, 0.0),
        at_corners(pieces.colors, 4, 1.0),
        sharp,
        custom,
        skeleton,
        extras=extras,
    )
    if skeleton and any(pieces.influences):
        joints = np.zeros((len(positions), 4), np.int64)
        weights = np.zeros((len(positions), 4), np.float32)
        for influences, start, count in zip(pieces.influences, starts, counts, strict=True):
            if influences is not None:
                joints[start : start + count, : influences[0].shape[1]] = influences[0]
                weights[start : start + count, : influences[1].shape[1]] = influences[1]
        data.joints, data.weights = joints[welded.source], weights[welded.source]
        data.strokes = strokes_of(data.joints, data.weights)
    return data


def _rows(normals: np.ndarray, welded: welding.Welded, count: int, sharp: np.ndarray) -> list[list[float]]:
    """A normal for each vertex where all its corners share one, else one for each corner."""
    rows = normals.reshape(-1, 3)
    if not sharp.any():
        one = np.zeros((count, 3), np.float32)
        one[welded.faces.reshape(-1)] = rows
        if np.einsum("ij,ij->i", one[welded.faces.reshape(-1)], rows).min() > welding.SMOOTH_DOT:
            rows = one
    # Piece by piece, for Blender's window draws nothing while a list is made.
    return [row for start in range(0, len(rows), AT_ONCE) for row in rows[start : start + AT_ONCE].tolist()]


def _fill_flat(normals: np.ndarray, corners: np.ndarray) -> None:
    """Give corners without a normal, of primitives that have none, the normal of their face."""
    bare = ~normals.any(axis=(1, 2))
    if bare.any():
        across = np.cross(corners[bare, 1] - corners[bare, 0], corners[bare, 2] - corners[bare, 0])
        across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-30)
        normals[bare] = across[:, None, :]


def triangles_of(glb: Glb, primitive: dict[str, Any]) -> np.ndarray:
    """(T, 3) indices into the primitive's vertices; strips and fans become single triangles."""
    if "indices" in primitive:
        index = np.asarray(glb.accessor(primitive["indices"]), np.int64)
    else:
        index = np.arange(glb.document["accessors"][primitive["attributes"]["POSITION"]]["count"])
    mode = primitive.get("mode", 4)
    if mode == FAN:
        return np.column_stack([np.repeat(index[:1], max(len(index) - 2, 0)), index[1:-1], index[2:]])
    if mode == STRIP:
        faces = np.column_stack([index[:-2], index[1:-1], index[2:]])
        faces[1::2] = faces[1::2, [1, 0, 2]]
        return faces
    return index[: len(index) // 3 * 3].reshape(-1, 3)
