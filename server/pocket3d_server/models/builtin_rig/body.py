"""Fits a statistical human body to a mesh: shape, pose and proportions together.

An active shape model (body.npz, learnt by tools/train_rig_body.py from CC0 bodies) with a skinned skeleton is
pulled onto the surface by iterated closest points (Besl and McKay 1992) with Gauss-Newton steps on the
point-to-plane distance, robustly weighted; each bone may also grow in length and girth, so that figures which
no human has the proportions of can be met half-way. Frame: Y up, facing +Z, the left side is +X.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from pocket3d_server.models.rigging.welded_mesh import Floats, Ints

NORMAL_REACH = 0.12
"""Share of the height that a fully opposite normal counts as, halved, when the closest point is looked for."""

ROTATION_SPREAD = {
    "hips": 0.5, "spine": 0.12, "chest": 0.12, "neck": 0.2, "head": 0.25, "shoulder": 0.12, "upper_arm": 0.9,
    "forearm": 0.6, "hand": 0.3, "thigh": 0.5, "shin": 0.45, "foot": 0.25, "toe": 0.12,
}  # fmt: skip
"""Radians (one standard deviation) that a joint turns from the rest pose."""


SHAPE_SPREAD = 2.0
"""Standard deviations of body shape that cost as much as one of a joint's turn."""
SLIDING = 0.05
"""Weight of the distance across the surface's normal, beside 1 along it."""
NOISE = 2e-5
"""Typical mean squared distance (share of the height) at which data and priors weigh the same."""


@dataclass(frozen=True)
class Stage:
    """One part of the fit's schedule."""

    steps: int
    reach: float
    """Share of the height at which a distance starts to count as an outlier."""
    stiff: float
    """Standard deviation of the log length and girth of bones."""
    pull: float
    """Strength of the marks."""
    every: int = 1
    """Use every n-th point."""


HUMAN = (
    Stage(7, 0.2, 0.05, 3.0, 4),
    Stage(6, 0.1, 0.05, 0.3, 3),
    Stage(6, 0.05, 0.06, 0.03, 2),
    Stage(8, 0.03, 0.08, 0.0),
)
"""From the marks to the surface, coarse to fine, for figures of human proportions."""
CARTOON = (
    Stage(12, 0.2, 0.4, 1.0, 4),
    Stage(10, 0.1, 0.3, 0.2, 3),
    Stage(8, 0.05, 0.25, 0.05, 2),
    Stage(5, 0.03, 0.25, 0.02),
)
"""The same with bones that grow and shrink freely, held by more marks."""


@dataclass(frozen=True, eq=False)
class BodyModel:
    """The learnt body. Points are the surface, the joints, the finger joints and the free ends, in that order."""

    mean: Floats
    """(P, 3) for a body one unit high, hips at the origin."""
    basis: Floats
    """(K, P, 3) change for one standard deviation of each component."""
    faces: Ints
    """(F, 3) of the surface."""
    weights: Floats
    """(V, J)."""
    finger_weights: Floats
    """(V, finger joints): the part of the hands' weights that belongs to each phalanx."""
    names: tuple[str, ...]
    parents: Ints
    """(J,) parents first."""
    finger_names: tuple[str, ...]
    end_names: tuple[str, ...]

    @property
    def surface_count(self) -> int:
        """V."""
        return len(self.weights)

    def index(self, name: str) -> int:
        """Place of a joint in ``names``."""
        return self.names.index(name)


@cache
def body_model() -> BodyModel:
    """The model that comes with the engine."""
    with np.load(Path(__file__).with_name("body.npz")) as data:
        weights = data["weights"].astype(np.float64)
        return BodyModel(
            data["mean"].astype(np.float64),
            data["basis"].astype(np.float64),
            data["faces"].astype(np.int64),
            weights / weights.sum(axis=1, keepdims=True),
            data["finger_weights"].astype(np.float64) / 255,
            tuple(data["names"].tolist()),
            data["parents"].astype(np.int64),
            tuple(data["finger_names"].tolist()),
            tuple(data["end_names"].tolist()),
        )


@dataclass(eq=False)
class Pose:
    """One body: what the fit adjusts."""

    shape: Floats
    """(K,) standard deviations."""
    turn: Floats
    """(J, 3, 3) rotation of each joint in its parent's frame."""
    grow: Floats
    """(J, 2) log of each bone's length and girth."""
    place: Floats
    """(3,) of the hips."""
    scale: float
    """Height of the mean body, in the mesh's units."""


@dataclass(eq=False)
class Fit:
    """A body laid onto a mesh."""

    model: BodyModel
    pose: Pose
    joints: dict[str, Floats]
    """Every named joint, finger joint (``index_1.L``) and free end (``head_end``, ``index_end.L``)."""
    surface: Floats
    """(V, 3) the body's skin where it lies now."""
    normals: Floats
    """(V, 3)."""
    height: float
    """Of the figure."""
    residual: Floats
    """(V,) distance from the body's skin to the mesh, share of the height."""
    cover: float
    """Share of the mesh's surface that lies within 3 % of the height from the body's skin."""

    @property
    def error(self) -> float:
        """Mean of ``residual``, each point capped at a tenth of the height."""
        return float(np.minimum(self.residual, 0.1).mean())


class _Fitter:
    """Holds what stays the same between steps of one fit."""

    def __init__(self, model: BodyModel, points: Floats, normals: Floats, height: float) -> None:
        self.model, self.height = model, height
        self.points, self.normals = points, normals
        self.tree = cKDTree(np.concatenate([points, normals * NORMAL_REACH / 2 * height], axis=1))
        joints = len(model.names)
        below = np.eye(joints)
        for k in range(joints - 1, 0, -1):
            below[model.parents[k]] += below[k]
        self.below = below  # (J, J): row j marks j and its descendants
        self.owner = self._owners()
        one_hot = np.zeros((len(self.owner), joints))
        one_hot[np.arange(len(self.owner)), self.owner] = 1
        self.weights = np.concatenate([model.weights, one_hot])  # every point of the model is skinned alike
        self.carried = self.weights @ below.T  # (P, J): how much joint j moves point i
        self.child = self._children()
        self.basis_rows = np.ascontiguousarray(model.basis.transpose(1, 2, 0))  # (P, 3, K)
        sides = [n.split(".")[0] for n in model.names]
        self.spread = np.array([ROTATION_SPREAD[n] for n in sides])

    def _owners(self) -> Ints:
        """The joint that carries each point which is not skin."""
        m = self.model
        owner = list(range(len(m.names)))
        owner += [m.index("hand" + n[-2:]) for n in m.finger_names]
        for n in m.end_names:
            owner.append(m.index(n) if n in m.names else m.index("hand" + n[-2:]))
        # A joint's own position belongs to its parent, which is what moves it.
        for k, p in enumerate(m.parents):
            owner[k] = int(p) if p >= 0 else k
        return np.array(owner, np.int64)

    def _children(self) -> Ints:
        """The point each bone points at, as an index into the model's points."""
        m = self.model
        main = {"hips": "spine", "spine": "chest", "chest": "neck", "neck": "head"}
        v, j = m.surface_count, len(m.names)
        ends = v + j + len(m.finger_names)
        out = []
        for k, name in enumerate(m.names):
            base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
            if name in ("head", "toe.L", "toe.R"):
                out.append(ends + m.end_names.index(name))
            elif base == "hand":
                out.append(v + j + m.finger_names.index("middle_1" + side))
            elif name in main:
                out.append(v + m.index(main[name]))
            else:
                out.append(v + int(np.flatnonzero(m.parents == k)[0]))
        return np.array(out, np.int64)

    def lay(self, pose: Pose) -> tuple[Floats, Floats, Floats, Floats]:
        """All points (P, 3), the bones' world frames (J, 3, 3), their maps (J, 3, 3) and directions (J, 3)."""
        m = self.model
        rest = (m.mean + np.tensordot(pose.shape, m.basis, axes=1)) * pose.scale
        v = m.surface_count
        frames, maps, along = self._maps(pose, rest)
        heads = rest[v : v + len(m.names)]
        joints = self._joints(heads, maps, pose.place)
        return self._skin(rest, heads, joints, maps), frames, maps, along

    def _maps(self, pose: Pose, rest: Floats) -> tuple[Floats, Floats, Floats]:
        m = self.model
        heads = rest[m.surface_count : m.surface_count + len(m.names)]
        direction = rest[self.child] - heads
        direction /= np.maximum(np.linalg.norm(direction, axis=1), 1e-9)[:, None]
        length, girth = np.exp(pose.grow[:, 0]), np.exp(pose.grow[:, 1])
        outer = direction[:, :, None] * direction[:, None, :]
        stretch = girth[:, None, None] * (np.eye(3) - outer) + length[:, None, None] * outer
        frames = np.empty((len(m.names), 3, 3))
        for k, p in enumerate(m.parents):
            frames[k] = pose.turn[k] if p < 0 else frames[p] @ pose.turn[k]
        return frames, frames @ stretch, np.einsum("jab,jb->ja", frames, direction)

    def _joints(self, heads: Floats, maps: Floats, place: Floats) -> Floats:
        joints = np.empty_like(heads)
        for k, p in enumerate(self.model.parents):
            joints[k] = place if p < 0 else joints[p] + maps[p] @ (heads[k] - heads[p])
        return joints

    def _skin(self, rest: Floats, heads: Floats, joints: Floats, maps: Floats) -> Floats:
        blend = np.einsum("pj,jab->pab", self.weights, maps)
        shift = self.weights @ (joints - np.einsum("jab,jb->ja", maps, heads))
        return np.einsum("pab,pb->pa", blend, rest) + shift

    def normals_of(self, skin: Floats) -> Floats:
        """(V, 3) normals of the laid surface."""
        f = self.model.faces
        cross = np.cross(skin[f[:, 1]] - skin[f[:, 0]], skin[f[:, 2]] - skin[f[:, 0]])
        total = np.zeros_like(skin)
        for k in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(f[:, k], cross[:, axis], minlength=len(skin))
        return total / np.maximum(np.linalg.norm(total, axis=1), 1e-30)[:, None]

    def jacobian(self, pose: Pose, laid: tuple[Floats, Floats, Floats, Floats], rows: Ints) -> Floats:
        """(rows, 3, parameters): shape, hips' place, log scale, joint turns, then bone lengths and girths."""
        m, (points, frames, maps, along) = self.model, laid
        v, count, n, k = m.surface_count, len(m.names), len(rows), len(pose.shape)
        joints, weights, carried = points[v : v + count], self.weights[rows], self.carried[rows]
        points = points[rows]
        out = np.empty((n, 3, k + 4 + 5 * count))
        heads = m.basis[:, v : v + count] * pose.scale
        moved = np.zeros_like(heads)
        for j, p in enumerate(m.parents):
            if p >= 0:
                moved[:, j] = moved[:, p] + (heads[:, j] - heads[:, p]) @ maps[p].T
        shift = (moved - np.einsum("jab,kjb->kja", maps, heads)).transpose(1, 2, 0).reshape(count, -1)
        blend = (weights @ maps.reshape(count, 9)).reshape(n, 3, 3)
        out[:, :, :k] = blend @ (self.basis_rows[rows] * pose.scale) + (weights @ shift).reshape(n, 3, k)
        out[:, :, k : k + 3] = np.eye(3)
        out[:, :, k + 3] = points - pose.place
        # Turning joint j about an axis of its parent's frame carries what hangs below it.
        parent = np.where(m.parents[:, None, None] >= 0, frames[np.maximum(m.parents, 0)], np.eye(3))
        arm = points[:, None, :] - joints[None]
        for axis in range(3):
            about = parent[None, :, :, axis]
            turned = np.cross(np.broadcast_to(about, arm.shape), arm) * carried[:, :, None]
            out[:, :, k + 4 + axis : k + 4 + 3 * count : 3] = turned.transpose(0, 2, 1)
        # Growing bone j moves its own points away from its head, and its children as a whole.
        own = arm * weights[:, :, None]
        for c, p in enumerate(m.parents):
            if p >= 0:
                own[:, p] += carried[:, c, None] * (joints[c] - joints[p])
        lengthwise = (own * along).sum(axis=2, keepdims=True) * along
        start = k + 4 + 3 * count
        out[:, :, start : start + count] = lengthwise.transpose(0, 2, 1)
        out[:, :, start + count :] = (own - lengthwise).transpose(0, 2, 1)
        return out

    def step(self, pose: Pose, stage: Stage, marks: dict[int, tuple[Floats, float]]) -> Pose:
        """One Gauss-Newton step; ``marks`` pull points of the model to places, each with its own strength."""
        laid = self.lay(pose)
        v, h = self.model.surface_count, self.height
        skin = laid[0][:v]
        normals = self.normals_of(skin)
        used = np.arange(0, v, stage.every)
        ours = np.concatenate([skin, normals * NORMAL_REACH / 2 * h], axis=1)
        _, theirs = self.tree.query(ours[used])
        back_to = np.arange(0, len(self.points), stage.every)
        _, back = cKDTree(ours[used]).query(self.tree.data[back_to])
        # Distances along the normal count fully; a little across it keeps the skin from sliding along limbs.
        pull = np.zeros((v, 3, 3))
        force = np.zeros((v, 3))
        for index, target in ((used, theirs), (used[back], back_to)):
            gap, facing = self.points[target] - skin[index], self.normals[target]
            far = np.linalg.norm(gap, axis=1) / h
            agree = np.clip((normals[index] * facing).sum(axis=1), 0, 1)
            robust = agree * (stage.reach**2 / (stage.reach**2 + far**2)) ** 2 / len(index)
            matrix = robust[:, None, None] * (facing[:, :, None] * facing[:, None, :] + SLIDING * np.eye(3))
            np.add.at(pull, index, matrix)
            np.add.at(force, index, np.einsum("nab,nb->na", matrix, gap))
        rows = np.concatenate([used, np.array(list(marks), np.int64)])
        strength = [w * np.eye(3) for _, w in marks.values()]
        wanted = [w * (target - laid[0][i]) for i, (target, w) in marks.items()]
        pull = np.concatenate([pull[used], np.array(strength).reshape(-1, 3, 3)])
        force = np.concatenate([force[used], np.array(wanted).reshape(-1, 3)])
        a = self.jacobian(pose, laid, rows) / h
        flat = a.reshape(-1, a.shape[2])
        normal = flat.T @ (pull @ a).reshape(flat.shape)
        right = flat.T @ force.ravel() / h
        now, prior = self._prior(pose, stage.stiff)
        change = np.linalg.solve(normal + np.diag(prior + 1e-9), right - prior * now)
        return self._moved(pose, change.astype(np.float64))

    def _prior(self, pose: Pose, stiff: float) -> tuple[Floats, Floats]:
        """The parameters' distance from rest and what it costs, both in the order of ``jacobian``."""
        k, count = len(pose.shape), len(self.model.names)
        free = np.zeros(4)
        turned = Rotation.from_matrix(pose.turn).as_rotvec().ravel()
        now = np.concatenate([pose.shape, free, turned, pose.grow.T.ravel()])
        cost = [
            np.full(k, 1 / SHAPE_SPREAD**2),
            free,
            np.repeat(1 / self.spread**2, 3),
            np.full(2 * count, 1 / stiff**2),
        ]
        return now, NOISE * np.concatenate(cost)

    def _moved(self, pose: Pose, change: Floats) -> Pose:
        k, count = len(pose.shape), len(self.model.names)
        turn = change[k + 4 : k + 4 + 3 * count].reshape(count, 3)
        angle = np.linalg.norm(turn, axis=1, keepdims=True)
        turn = turn * np.minimum(1, 0.35 / np.maximum(angle, 1e-9))
        grow = np.clip(change[k + 4 + 3 * count :].reshape(2, count).T, -0.2, 0.2)
        return Pose(
            np.clip(pose.shape + np.clip(change[:k], -1, 1), -4, 4),
            Rotation.from_rotvec(turn).as_matrix() @ pose.turn,
            np.clip(pose.grow + grow, -1.2, 1.2),
            pose.place + change[k : k + 3],
            pose.scale * float(np.exp(np.clip(change[k + 3], -0.2, 0.2))),
        )


def fit_body(
    points: Floats,
    normals: Floats,
    height: float,
    marks: dict[str, Floats],
    hips: Floats,
    stages: tuple[Stage, ...] = HUMAN,
    start: Pose | None = None,
) -> Fit:
    """Lay the body onto surface samples.

    ``points`` and outward ``normals`` (N, 3); ``height`` of the figure; ``marks`` the places of free ends
    (``head_end``, ``middle_end.L``, ``toe_end.L``, …) or joints that start the fit; ``hips`` (3,) a guess;
    ``start`` a pose to go on from.
    """
    model = body_model()
    fitter = _Fitter(model, points, normals, height)
    count = len(model.names)
    rest = np.tile(np.eye(3), (count, 1, 1))
    pose = start or Pose(np.zeros(len(model.basis)), rest, np.zeros((count, 2)), hips, height)
    base = model.surface_count
    where = {n: base + k for k, n in enumerate(model.names)}
    where |= {n: base + count + k for k, n in enumerate(model.finger_names)}
    first_end = base + count + len(model.finger_names)
    where |= {_end(n): first_end + k for k, n in enumerate(model.end_names)}
    for stage in stages:
        pulls = {where[n]: (p, stage.pull) for n, p in marks.items()} if stage.pull else {}
        for _ in range(stage.steps):
            pose = fitter.step(pose, stage, pulls)
    laid = fitter.lay(pose)[0]
    skin = laid[:base]
    skin_normals = fitter.normals_of(skin)
    reached = fitter.tree.query(np.concatenate([skin, skin_normals * NORMAL_REACH / 2 * height], axis=1))[1]
    residual = np.linalg.norm(fitter.points[reached] - skin, axis=1) / height
    covered = cKDTree(skin).query(points)[0] < 0.03 * height
    joints = {n: laid[i] for n, i in where.items()}
    return Fit(model, pose, joints, skin, skin_normals, height, residual, float(covered.mean()))


def _end(name: str) -> str:
    """``index_3.L`` → ``index_end.L``, ``head`` → ``head_end``."""
    base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
    return base.removesuffix("_3") + "_end" + side
