"""The named bones of a person: from the fitted body where it fits, else from the figure's own middle lines."""

from __future__ import annotations

import logging

import numpy as np

from pocket3d_server.models.builtin_rig.body import Pose
from pocket3d_server.models.builtin_rig.body_fit import CARTOON, HUMAN, Fit, Stage, fit_body
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.figure import figure_joints
from pocket3d_server.models.builtin_rig.fitted_weights import FittedWeights
from pocket3d_server.models.builtin_rig.hands import with_hands
from pocket3d_server.models.builtin_rig.hanging import find_hanging
from pocket3d_server.models.builtin_rig.marks import Marks
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh

UNLIKE = 0.024
"""Mean distance (share of the height) above which a figure is taken to have other proportions than people."""
HOPELESS = 0.033
"""The same half-way through the fit, above which the rest is spared."""
HAND_SAMPLES = 60_000
"""Of the whole surface, where hands are to be met closely."""
LEAST_COVER = 0.5
"""Share of the surface that the body must lie on to be believed: robes and wide skirts hide half of it."""
ROBED, ROBED_COVER = 0.021, 0.4
"""Mean distance below which a body is believed that lies on less: what shows of it beside a ball gown fits well."""
GOWNED = 0.026
"""The same for a figure in a gown or robe, of which capes and crowns may hide more."""
HINTS = ("upper_arm", "thigh", "head", "forearm", "shin", "hand", "foot")
"""Joints whose places in the figure's own limbs guide the body."""
LOG = logging.getLogger(__name__)
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


def plan_humanoid(surface: WeldedMesh, voxels: Voxels, marks: Marks, fingers: bool = False) -> Plan | None:
    """Bones and weights of a person from the statistical body, None where it does not fit. The mesh is Y up and
    faces +Z; ``marks`` are complete; ``fingers`` asks for finger bones."""
    fit = fitted(surface, voxels, marks, {}, HUMAN[:2])
    if fit.error > HOPELESS and fit.cover < LEAST_COVER:
        return None
    fit = fitted(surface, voxels, marks, {}, HUMAN[2:], fit.pose)
    LOG.debug("human %.4f %.3f", fit.error, fit.cover)
    least = ROBED_COVER if fit.error < ROBED else LEAST_COVER
    most = GOWNED if marks.gown else UNLIKE + 0.02 * (fit.cover - 0.7)
    if fit.error > most or fit.cover < least:
        return None
    if fingers:
        fit = with_hands(fit, *outward(surface, voxels, HAND_SAMPLES), marks)
    bones = _bones(fit.joints) + (_finger_bones(fit.joints) if fingers else [])
    confidence = float(np.clip(1.1 - 20 * max(fit.error - 0.012, 0) - 0.3 * (1 - fit.cover), 0.6, 0.95))
    known = FittedWeights(
        fit, [b.name for b in bones], far=0.05, fade=0.03, hanging=find_hanging(voxels, fit.joints)
    )
    return Plan(bones, confidence, [], known, True)


def plan_figure(surface: WeldedMesh, voxels: Voxels, marks: Marks) -> Plan:
    """A figure with two arms and two legs that is no human: the body is stretched onto joints that the figure's
    own limbs suggest, then the limb joints are moved to the middle of the limbs."""
    joints = figure_joints(voxels, marks)
    hints = {n: p for n, p in joints.items() if n.split(".")[0] in HINTS}
    fit = fitted(surface, voxels, marks, hints, CARTOON)
    LOG.debug("cartoon %.4f %.3f", fit.error, fit.cover)
    believed = float(np.clip((0.04 - fit.error) / 0.025, 0, 1))
    mixed = {
        n: believed * fit.joints[n] + (1 - believed) * joints[n] if n in joints else p
        for n, p in fit.joints.items()
    }
    for side in (".L", ".R"):
        for name, after in (("forearm", "hand"), ("shin", "foot"), ("hand", "middle_end"), ("foot", "toe")):
            along = mixed[after + side] - mixed[name + side]
            along = along / max(float(np.linalg.norm(along)), 1e-12)
            mixed[name + side] = voxels.centred(mixed[name + side], 0.05 * marks.height, along)
    confidence = float(np.clip(0.75 * marks.quality() * (0.5 + 0.5 * fit.cover), 0.3, 0.75))
    bones = _bones(mixed)
    known = FittedWeights(fit, [b.name for b in bones], far=0.03, fade=0.02, believed=believed)
    return Plan(bones, confidence, ["The figure is unlike a human body: check the joints."], known)


def fitted(
    surface: WeldedMesh,
    voxels: Voxels,
    marks: Marks,
    hints: dict[str, Floats],
    stages: tuple[Stage, ...],
    start: Pose | None = None,
) -> Fit:
    """The statistical body laid onto the mesh, started from the five ends."""
    points, normals = outward(surface, voxels, 5000)
    names = {"head": "head_end", "hand.L": "middle_end.L", "hand.R": "middle_end.R"}
    names |= {"foot.L": "toe_end.L", "foot.R": "toe_end.R"}
    pulls = {names[n]: b.tip for n, b in marks.ends.items()}
    torso = points[np.abs(points[:, 1] - marks.low - 0.53 * marks.height) < 0.05 * marks.height]
    depth = float(np.median(torso[:, 2])) if len(torso) else 0.0
    hips = np.array([marks.middle, marks.low + 0.53 * marks.height, depth])
    return fit_body(points, normals, marks.height, pulls | hints, hips, stages, start)


def outward(surface: WeldedMesh, voxels: Voxels, count: int) -> tuple[Floats, Floats]:
    """Samples of the surface with normals that point outwards, whatever the faces' winding."""
    points, normals = surface.sample(count)
    reach = 1.5 * voxels.step
    out = voxels.depth_at(points - reach * normals) >= voxels.depth_at(points + reach * normals)
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


def _finger_bones(joints: dict[str, Floats]) -> list[Bone]:
    """Three phalanges for each finger, below the hand."""
    bones = []
    for side in (".L", ".R"):
        for finger in ("thumb", "index", "middle", "ring", "pinky"):
            names = [f"{finger}_{k}{side}" for k in (1, 2, 3)] + [f"{finger}_end{side}"]
            for k in range(3):
                parent = "hand" + side if k == 0 else names[k - 1]
                bones.append(Bone(names[k], parent, joints[names[k]], joints[names[k + 1]]))
    return bones
