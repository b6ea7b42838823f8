"""A statistical human body, learnt by tools/train_rig_body.py from CC0 bodies (body.npz), and how it is posed.

An active shape model with a skinned skeleton, of which each bone may also grow in length and girth, so that figures
which no human has the proportions of can be met half-way. Frame: Y up, facing +Z, the left side is +X.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pocket3d_server.models.rigging.welded_mesh import Floats, Ints


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


class Puppet:
    """The body made ready to be posed: which joint carries each of its points."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        joints = len(model.names)
        below = np.eye(joints)
        for k in range(joints - 1, 0, -1):
            below[model.parents[k]] += below[k]
        owner = self._owners()
        one_hot = np.zeros((len(owner), joints))
        one_hot[np.arange(len(owner)), owner] = 1
        self.weights = np.concatenate([model.weights, one_hot])  # every point of the model is skinned alike
        # (J, J), a row for each joint, marks it and its descendants: so much does joint j move point i, (P, J).
        self.carried = self.weights @ below.T
        self.child = self._children()
        self.basis_rows = np.ascontiguousarray(model.basis.transpose(1, 2, 0))  # (P, 3, K)

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
