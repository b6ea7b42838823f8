"""Skeletons in a glTF file: bones in Blender's frame, and the weights of the vertices that they move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..later import np
from .glb import Glb

MOST_INFLUENCES = 4
"""Bones that may move one vertex, as in games and in the files that we get."""
STEPS = 1024
"""Weights are multiples of 1/1024: finer than what can be seen or painted."""
TO_BLENDER = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
"""glTF's frame (Y up, front +Z) to Blender's (Z up, front -Y)."""


@dataclass
class BoneData:
    """A bone at rest in Blender's frame; ``z_axis`` fixes its roll."""

    name: str
    parent: int
    head: tuple[float, float, float]
    tail: tuple[float, float, float]
    z_axis: tuple[float, float, float]
    original: str = ""
    """The name in the file, where ``name`` has become Blender's form of it."""


Stroke = tuple[int, float, list[int]]
"""A bone, a weight, and the vertices that have it: as Blender takes weights."""


@dataclass
class RigData:
    """Bones, parents first, and for every vertex that was sent its joints and weights (V, 4), or None."""

    bones: list[BoneData]
    joints: np.ndarray | None = None
    weights: np.ndarray | None = None
    vertex_count: int = 0
    counts: tuple[int, ...] = ()
    """How many vertices each of the objects has that ``strokes`` are for."""
    strokes: list[list[Stroke]] = field(default_factory=list)
    """The weights once more, for each object, ready to be written."""

    def prepare(self, counts: Sequence[int]) -> None:
        """Make ``strokes`` for objects with so many vertices each; a worker does it, as it takes a while."""
        if self.counts == tuple(counts) or self.joints is None or self.weights is None:
            return
        self.counts, ends = tuple(counts), np.cumsum(counts)
        shares = [slice(end - count, end) for end, count in zip(ends, counts, strict=True)]
        self.strokes = [strokes_of(self.joints[share], self.weights[share]) for share in shares]


class Nodes:
    """The nodes of a file: which hangs on which, and where each is in the world (glTF's frame)."""

    def __init__(self, glb: Glb) -> None:
        self.nodes: list[dict[str, Any]] = glb.document.get("nodes", [])
        self.parent = {child: n for n, node in enumerate(self.nodes) for child in node.get("children", [])}
        self.order: list[int] = []
        """Parents before children, in file order, only what the shown scene holds."""
        self.world: dict[int, np.ndarray] = {}
        scenes = glb.document.get("scenes", [])
        if scenes:
            roots = list(scenes[glb.document.get("scene", 0)].get("nodes", []))
        else:
            roots = [n for n in range(len(self.nodes)) if n not in self.parent]
        stack = [(n, np.eye(4)) for n in reversed(roots)]
        while stack:
            n, above = stack.pop()
            if n in self.world:
                raise ValueError("its nodes hang on each other in a circle")
            self.world[n] = above @ local_matrix(self.nodes[n])
            self.order.append(n)
            stack.extend((c, self.world[n]) for c in reversed(self.nodes[n].get("children", [])))


class Joints:
    """All joints of a file's skins as one list of bones, parents first."""

    def __init__(self, glb: Glb, nodes: Nodes) -> None:
        self._glb = glb
        self._nodes = nodes
        named = {j for skin in glb.document.get("skins", ()) for j in skin["joints"]}
        first = list(dict.fromkeys(j for skin in glb.document.get("skins", ()) for j in skin["joints"]))
        above = {j: self._joint_above(j, named) for j in first}
        place = {j: i for i, j in enumerate(first)}
        sorted_already = all(up is None or place[up] < place[j] for j, up in above.items())
        self.nodes = first if sorted_already else [n for n in nodes.order if n in named]
        self.number = {node: i for i, node in enumerate(self.nodes)}
        self.parents = [-1 if above[j] is None else self.number[above[j]] for j in self.nodes]

    def _joint_above(self, node: int, named: set[int]) -> int | None:
        up = self._nodes.parent.get(node)
        while up is not None and up not in named:
            up = self._nodes.parent.get(up)
        return up

    def bones(self) -> list[BoneData]:
        """The bones at rest. Those whose length the file does not say reach to their children."""
        world = [self._nodes.world[n] for n in self.nodes]
        heads = np.array([m[:3, 3] for m in world])
        bones = []
        for i, n in enumerate(self.nodes):
            length = self._nodes.nodes[n].get("extras", {}).get("bone_length")
            if length is None:
                children = [k for k, parent in enumerate(self.parents) if parent == i]
                reach = [float(np.linalg.norm(heads[k] - heads[i])) for k in children]
                length = max(reach, default=0.0) or 0.1
            along = world[i][:3, 1] / max(float(np.linalg.norm(world[i][:3, 1])), 1e-12)
            bones.append(
                BoneData(
                    self._nodes.nodes[n].get("name") or f"bone_{i}",
                    self.parents[i],
                    to_blender(heads[i]),
                    to_blender(heads[i] + along * length),
                    to_blender(world[i][:3, 2]),
                )
            )
        return bones

    def influences(self, primitive: dict[str, Any], skin: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Bone numbers and weights (V, 4) of a primitive's vertices, weights summing to 1; None without any."""
        attributes = primitive["attributes"]
        sets = [k for k in range(4) if {f"JOINTS_{k}", f"WEIGHTS_{k}"} <= attributes.keys()]
        if not sets:
            return None
        number = np.array([self.number[j] for j in self._glb.document["skins"][skin]["joints"]], np.int64)
        joints = np.concatenate([self._glb.accessor(attributes[f"JOINTS_{k}"]) for k in sets], axis=1)
        weights = np.concatenate([self._glb.accessor(attributes[f"WEIGHTS_{k}"]) for k in sets], axis=1)
        if joints.size and joints.max() >= len(number):
            raise ValueError("a vertex refers to a bone that is not in the file")
        return strongest(number[joints.astype(np.int64)], weights.astype(np.float32))

    def rest_moves(self, skin: int) -> np.ndarray | None:
        """(J, 4, 4) what each joint does to its vertices at rest; None where that is nothing, as in our files."""
        entry = self._glb.document["skins"][skin]
        if "inverseBindMatrices" not in entry:
            return None
        bind = self._glb.accessor(entry["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        moves = np.tile(np.eye(4), (len(self.nodes), 1, 1))
        for j, inverse in zip(entry["joints"], bind, strict=False):
            moves[self.number[j]] = self._nodes.world[j] @ inverse
        return None if np.allclose(moves, np.eye(4), atol=1e-4) else moves


def strongest(joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The four strongest influences of each vertex, both (V, 4), made to sum to 1; the bone 0 where there are none.

    A bone that is named twice for a vertex counts once, with both weights.
    """
    weights = np.where(np.isfinite(weights) & (weights > 0), weights, 0).astype(np.float64)
    for k in range(1, weights.shape[1]):
        for earlier in range(k):
            again = (joints[:, k] == joints[:, earlier]) & (weights[:, k] > 0)
            weights[again, earlier] += weights[again, k]
            weights[again, k] = 0
    if weights.shape[1] > MOST_INFLUENCES:
        order = np.argsort(-weights, axis=1, kind="stable")[:, :MOST_INFLUENCES]
        joints = np.take_along_axis(joints, order, axis=1)
        weights = np.take_along_axis(weights, order, axis=1)
    total = weights.sum(axis=1)
    loose = ~(total > 0)
    weights[loose, 0], total[loose] = 1, 1
    return joints.astype(np.int64), _in_steps(weights / total[:, None])


def _in_steps(weights: np.ndarray) -> np.ndarray:
    """Weights (V, K) rounded to whole steps in such a way that each row still sums to exactly 1.

    Blender takes one weight for many vertices at a time, so few different ones are quick to write.
    """
    steps = np.floor(weights * STEPS + 1e-6).astype(np.int64)
    missing = STEPS - steps.sum(axis=1)
    rank = np.argsort(np.argsort(steps - weights * STEPS, axis=1, kind="stable"), axis=1, kind="stable")
    steps += rank < missing[:, None]
    return (steps / STEPS).astype(np.float32)


def strokes_of(joints: np.ndarray, weights: np.ndarray) -> list[Stroke]:
    """Joints and weights (V, K) by bone and weight, so that few calls write them."""
    vertex, column = np.nonzero(weights > 0)
    joint, step = joints[vertex, column], np.rint(weights[vertex, column] * STEPS).astype(np.int64)
    key = joint * (STEPS + 1) + step
    order = np.argsort(key, kind="stable")
    vertex, key = vertex[order], key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    bones, steps = np.divmod(key[starts], STEPS + 1)
    lists = (part.tolist() for part in np.split(vertex, starts[1:]))
    return list(zip(bones.tolist(), (steps / STEPS).tolist(), lists, strict=False))


def rig_of(glb: Glb) -> RigData:
    """Bones in Blender's frame and weights per vertex, in file order. Raises ValueError without a skeleton."""
    if not glb.document.get("skins"):
        raise ValueError("the file has no skeleton")
    nodes = Nodes(glb)
    skeleton = Joints(glb, nodes)
    found, count = [], 0
    for node in glb.mesh_nodes():
        for primitive in glb.document["meshes"][node["mesh"]]["primitives"]:
            count += glb.document["accessors"][primitive["attributes"]["POSITION"]]["count"]
            if "skin" in node:
                influences = skeleton.influences(primitive, node["skin"])
                found += [influences] if influences else []
    if sum(len(j) for j, _ in found) != count:
        return RigData(skeleton.bones(), None, None, count)
    joints, weights = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return RigData(skeleton.bones(), joints, weights, count)


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
