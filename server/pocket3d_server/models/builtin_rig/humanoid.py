"""Where head, hands and feet are, then the body fit, then the named joints of a person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.models.builtin_rig.body import Fit, fit_body
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.extremities import Branch, branches, core
from pocket3d_server.models.builtin_rig.solid import Solid
from pocket3d_server.models.builtin_rig.surface import Floats, Surface


@dataclass(eq=False)
class Marks:
    """The five ends of a person, in the mesh's frame (Y up, facing +Z, left is +X)."""

    ends: dict[str, Branch]
    """``head``, ``hand.L``, ``hand.R``, ``foot.L``, ``foot.R``."""
    height: float
    low: float
    """Height of the ground."""
    middle: float
    """X of the plane between left and right."""

    def complete(self) -> bool:
        """Whether all five were found."""
        return len(self.ends) == 5


def find_marks(solid: Solid) -> Marks:
    """Sort the figure's ends into head, hands and feet by height and side."""
    centres = solid.centres(solid.voxels)
    low, high = float(centres[:, 1].min()) - solid.step / 2, float(centres[:, 1].max()) + solid.step / 2
    height = high - low
    torso = centres[np.abs(centres[:, 1] - low - 0.6 * height) < 0.12 * height]
    middle = float(np.median(torso[:, 0])) if len(torso) else float(np.median(centres[:, 0]))
    guess = np.array([middle, low + 0.58 * height, float(np.median(centres[:, 2]))])
    found = branches(solid, core(solid, guess), limit=9, shortest=0.07)
    up = np.array([(b.tip[1] - low) / height for b in found])
    side = np.array([(b.tip[0] - middle) / height for b in found])
    length = np.array([b.length / height for b in found])
    ends: dict[str, Branch] = {}
    taken: set[int] = set()

    def take(name: str, score: Floats) -> None:
        order = [int(k) for k in np.argsort(-score) if int(k) not in taken and np.isfinite(score[k])]
        if order:
            taken.add(order[0])
            ends[name] = found[order[0]]

    for s, sign in ((".L", 1), (".R", -1)):
        take("foot" + s, np.where((up < 0.25) & (sign * side > -0.02), length + sign * side - 2 * up, -np.inf))
    take("head", np.where((up > 0.7) & (np.abs(side) < 0.25), up - 2 * np.abs(side), -np.inf))
    for s, sign in ((".L", 1), (".R", -1)):
        take("hand" + s, np.where((up > 0.2) & (sign * side > 0.04), length + 1.5 * sign * side, -np.inf))
    return Marks(ends, height, low, middle)


CHAINS = ("hips", "spine", "chest", "neck", "head")
LIMBS = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toe")
PARENT = {
    "spine": "hips", "chest": "spine", "neck": "chest", "head": "neck", "shoulder": "chest",
    "upper_arm": "shoulder", "forearm": "upper_arm", "hand": "forearm", "thigh": "hips", "shin": "thigh",
    "foot": "shin", "toe": "foot",
}  # fmt: skip
TAIL = {
    "hips": "spine", "spine": "chest", "chest": "neck", "neck": "head", "head": "head_end",
    "shoulder": "upper_arm", "upper_arm": "forearm", "forearm": "hand", "hand": "middle_end", "thigh": "shin",
    "shin": "foot", "foot": "toe", "toe": "toe_end",
}  # fmt: skip


def plan_humanoid(surface: Surface, solid: Solid, fingers: bool = False) -> Plan | None:
    """Bones of a person and, where the body fits, their weights; None when there are no two arms, two legs and
    a head. The mesh is Y up and faces +Z."""
    marks = find_marks(solid)
    if not marks.complete():
        return None
    fit = fitted(surface, solid, marks)
    bones = _bones(fit.joints)
    confidence = float(np.clip(1.15 - 12 * max(fit.error - 0.012, 0) - (1 - fit.cover), 0.3, 0.95))
    order = [fit.model.names.index(b.name) for b in bones]

    def known(points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        gap, weights = known_weights(fit, points, normals)
        return weights[:, order], np.clip((0.05 - gap) / 0.03, 0, 1)

    return Plan(bones, confidence, [], known)


def fitted(surface: Surface, solid: Solid, marks: Marks) -> Fit:
    """The statistical body laid onto the mesh, started from the five ends."""
    points, normals = outward(surface, solid, 5000)
    names = {"head": "head_end", "hand.L": "middle_end.L", "hand.R": "middle_end.R"}
    names |= {"foot.L": "toe_end.L", "foot.R": "toe_end.R"}
    pulls = {names[n]: b.tip for n, b in marks.ends.items()}
    torso = points[np.abs(points[:, 1] - marks.low - 0.53 * marks.height) < 0.05 * marks.height]
    depth = float(np.median(torso[:, 2])) if len(torso) else 0.0
    hips = np.array([marks.middle, marks.low + 0.53 * marks.height, depth])
    return fit_body(points, normals, marks.height, pulls, hips)


def outward(surface: Surface, solid: Solid, count: int) -> tuple[Floats, Floats]:
    """Samples of the surface with normals that point out of the solid, whatever the faces' winding."""
    points, normals = surface.sample(count)
    reach = 1.5 * solid.step
    out = solid.depth_at(points - reach * normals) >= solid.depth_at(points + reach * normals)
    return points, np.where(out[:, None], normals, -normals)


def _bones(joints: dict[str, Floats]) -> list[Bone]:
    names = [(n, "") for n in CHAINS] + [(n, s) for s in (".L", ".R") for n in LIMBS]
    bones = []
    for base, side in names:
        parent = PARENT.get(base)
        parent = None if parent is None else parent if parent in CHAINS else parent + side
        tail = TAIL[base]
        tail = tail if tail in joints else tail + side
        bones.append(Bone(base + side, parent, joints[base + side], joints[tail]))
    return bones


def known_weights(fit: Fit, points: Floats, normals: Floats) -> tuple[Floats, Floats]:
    """How far (share of height) the body's skin is from each point, (V,), and the body's weights there (V, J)."""
    height = fit.pose.scale
    side = 0.06 * height
    tree = cKDTree(np.concatenate([fit.surface, fit.normals * side], axis=1))
    _, at = tree.query(np.concatenate([points, normals * side], axis=1), k=5)
    gap = np.linalg.norm(fit.surface[at] - points[:, None], axis=2)
    share = 1 / (gap + 0.002 * height) ** 2
    share /= share.sum(axis=1, keepdims=True)
    return gap[:, 0] / height, np.einsum("vk,vkj->vj", share, fit.model.weights[at])
