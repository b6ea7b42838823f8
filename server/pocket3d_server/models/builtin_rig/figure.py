"""Joints of a person-like figure from its own shape: for toys, monsters and cartoon characters.

The limbs' middle lines are walked from the free ends; a limb ends where it gets clearly thicker than it is
along its length, and is divided by the proportions of people unless it bends elsewhere.
"""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.builtin_rig.extremities import Branch, along, arc_length
from pocket3d_server.models.builtin_rig.marks import Marks
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.welded_mesh import Floats

ARM = (0.42, 0.80)
"""Elbow and wrist, share of the way from the shoulder to the finger tips."""
LEG = (0.47, 0.9)
"""Knee and ankle, share of the way from the hip to the sole."""


def figure_joints(voxels: Voxels, marks: Marks) -> dict[str, Floats]:
    """The places of all joints and ends of the humanoid skeleton, each (3,)."""
    joints: dict[str, Floats] = {}
    h, middle = marks.height, marks.middle
    for side in (".L", ".R"):
        joints |= {n + side: p for n, p in _arm(marks.ends["hand" + side]).items()}
        joints |= {n + side: p for n, p in _leg(marks.ends["foot" + side], marks).items()}
    shoulders = (joints["upper_arm.L"] + joints["upper_arm.R"]) / 2
    legs = (joints["thigh.L"] + joints["thigh.R"]) / 2
    centres = voxels.centres(voxels.filled)
    hips = legs + [0, 0.02 * h, 0]
    hips[[0, 2]] = _middle_of_slice(centres, middle, hips[1], h, legs)[[0, 2]]
    top = marks.ends["head"].tip
    nape = _neck(voxels, marks, shoulders, top)
    base = nape + (shoulders - nape) * min(0.7, 0.04 * h / max(float(np.linalg.norm(shoulders - nape)), 1e-9))
    base = np.where(shoulders[1] < nape[1], base, nape - [0, 0.03 * h, 0])
    joints |= {"hips": hips, "neck": base, "head": nape, "head_end": top}
    for name, share in (("spine", 0.32), ("chest", 0.64)):
        place = hips + share * (base - hips)
        place[[0, 2]] = (
            0.5 * place[[0, 2]] + 0.5 * _middle_of_slice(centres, middle, place[1], h, place)[[0, 2]]
        )
        joints[name] = place
    collar = joints["chest"] + 0.75 * (base - joints["chest"])
    for side in (".L", ".R"):
        joints["shoulder" + side] = collar + 0.15 * (joints["upper_arm" + side] - collar)
    return joints


def _limb(branch: Branch, swell: float, longest: float) -> tuple[Floats, float]:
    """The middle line from the free end to where the limb joins the body, and its length."""
    distance = arc_length(branch.path)
    own = (distance > 0.12 * distance[-1]) & (distance < 0.5 * distance[-1])
    typical = float(np.median(branch.radius[own])) if own.any() else float(branch.radius[0])
    thick = (branch.radius > swell * typical) & (distance > 0.35 * distance[-1])
    end = float(distance[int(thick.argmax())]) if thick.any() else longest * float(distance[-1])
    # What lies within the trunk's own thickness is not limb.
    end = min(end, longest * float(distance[-1]), float(distance[-1] - 0.9 * branch.radius[-1]))
    end = max(end, 0.3 * float(distance[-1]))
    return along(branch.path, np.linspace(0, end, 48)), end


def _arm(branch: Branch) -> dict[str, Floats]:
    line, length = _limb(branch, 1.45, 0.85)
    line = line[::-1]  # shoulder first
    elbow, wrist = _bend(line, length, ARM[0], (0.36, 0.56)), along(line, ARM[1] * length)
    return {"upper_arm": line[0], "forearm": elbow, "hand": wrist, "middle_end": line[-1]}


def _leg(branch: Branch, marks: Marks) -> dict[str, Floats]:
    line, length = _limb(branch, 1.5, 0.8)
    line = line[::-1]
    hip = line[0].copy()
    # Standing legs reach a little into the trunk.
    hip += 0.35 * min(float(branch.radius[-1]), 0.12 * marks.height) * unit(line[0] - line[8])
    height_of_ankle = line[-1, 1] + 0.055 * marks.height
    above = np.flatnonzero(line[:, 1] > height_of_ankle)
    at = min(arc_length(line)[above[-1]] / length if len(above) else LEG[1], 0.95)
    ankle = along(line, max(at, 0.6) * length)
    knee = _bend(line, length, LEG[0] * max(at, 0.6) / LEG[1], (0.33, 0.55))
    toe_end = line[-1]
    toe = ankle + 0.65 * (toe_end - ankle)
    toe[1] = min(toe[1], toe_end[1] + 0.015 * marks.height)
    if np.linalg.norm(toe_end - toe) < 0.01 * marks.height:
        toe_end = toe + [0, 0, 0.03 * marks.height]
    return {"thigh": hip, "shin": knee, "foot": ankle, "toe": toe, "toe_end": toe_end}


def _bend(line: Floats, length: float, usual: float, within: tuple[float, float]) -> Floats:
    """The corner of a limb where it is clearly bent, else the usual place."""
    wrist = along(line, 0.85 * length)
    shares = np.linspace(*within, 12)
    places = along(line, shares * length)
    chord = unit(wrist - line[0])
    off = places - line[0]
    out = np.linalg.norm(off - np.outer(off @ chord, chord), axis=1) / max(length, 1e-9)
    score = out - 0.4 * (shares - usual) ** 2
    found: Floats = places[int(score.argmax())] if out.max() > 0.05 else along(line, usual * length)
    return found


def _neck(voxels: Voxels, marks: Marks, shoulders: Floats, top: Floats) -> Floats:
    """The thinnest slice between the shoulders and the middle of the head."""
    centres = voxels.centres(voxels.filled)
    low, high = float(shoulders[1]), float(top[1])
    span = max(high - low, 0.08 * marks.height)
    near = np.abs(centres[:, 0] - marks.middle) < 0.6 * span + 0.05 * marks.height
    best, place = np.inf, np.array([marks.middle, low + 0.25 * span, shoulders[2]])
    for y in np.arange(low + 0.05 * span, low + 0.55 * span, voxels.step):
        slab = near & (np.abs(centres[:, 1] - y) < 0.6 * voxels.step)
        if not slab.any():
            continue
        area = slab.sum() * (1 + 0.6 * abs((y - low) / span - 0.25))
        if area < best:
            depth = voxels.depth[tuple(voxels.filled[slab].T)]
            middle = (centres[slab] * depth[:, None]).sum(axis=0) / max(float(depth.sum()), 1e-9)
            best, place = area, np.array([middle[0], y, middle[2]])
    return place


def _middle_of_slice(centres: Floats, middle: float, y: float, height: float, otherwise: Floats) -> Floats:
    slab = (np.abs(centres[:, 1] - y) < 0.02 * height) & (np.abs(centres[:, 0] - middle) < 0.12 * height)
    return centres[slab].mean(axis=0) if slab.any() else otherwise
