"""Fits the body to a mesh: shape, pose and proportions together.

It is pulled onto the surface by iterated closest points (Besl and McKay 1992) with Gauss-Newton steps on the
point-to-plane distance, robustly weighted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from pocket3d_server.models.builtin_rig.body import BodyModel, Pose, Puppet, body_model
from pocket3d_server.models.rigging.welded_mesh import Floats

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

    def __init__(self, points: Floats, normals: Floats, height: float) -> None:
        self.puppet, self.height = Puppet(body_model()), height
        self.points, self.normals = points, normals
        self.tree = cKDTree(np.concatenate([points, normals * NORMAL_REACH / 2 * height], axis=1))
        self.spread = np.array([ROTATION_SPREAD[n.split(".")[0]] for n in self.puppet.model.names])

    def step(self, pose: Pose, stage: Stage, marks: dict[int, tuple[Floats, float]]) -> Pose:
        """One Gauss-Newton step; ``marks`` pull points of the model to places, each with its own strength."""
        laid = self.puppet.lay(pose)
        v, h = self.puppet.model.surface_count, self.height
        skin = laid[0][:v]
        normals = self.puppet.normals_of(skin)
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
        a = self.puppet.jacobian(pose, laid, rows) / h
        flat = a.reshape(-1, a.shape[2])
        normal = flat.T @ (pull @ a).reshape(flat.shape)
        right = flat.T @ force.ravel() / h
        now, prior = self._prior(pose, stage.stiff)
        change = np.linalg.solve(normal + np.diag(prior + 1e-9), right - prior * now)
        return self._moved(pose, change.astype(np.float64))

    def _prior(self, pose: Pose, stiff: float) -> tuple[Floats, Floats]:
        """The parameters' distance from rest and what it costs, both in the order of ``jacobian``."""
        k, count = len(pose.shape), len(self.puppet.model.names)
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
        k, count = len(pose.shape), len(self.puppet.model.names)
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
    fitter = _Fitter(points, normals, height)
    puppet, model = fitter.puppet, fitter.puppet.model
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
    laid = puppet.lay(pose)[0]
    skin = laid[:base]
    skin_normals = puppet.normals_of(skin)
    reached = fitter.tree.query(np.concatenate([skin, skin_normals * NORMAL_REACH / 2 * height], axis=1))[1]
    residual = np.linalg.norm(fitter.points[reached] - skin, axis=1) / height
    covered = cKDTree(skin).query(points)[0] < 0.03 * height
    joints = {n: laid[i] for n, i in where.items()}
    return Fit(model, pose, joints, skin, skin_normals, height, residual, float(covered.mean()))


def _end(name: str) -> str:
    """``index_3.L`` → ``index_end.L``, ``head`` → ``head_end``."""
    base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
    return base.removesuffix("_3") + "_end" + side
