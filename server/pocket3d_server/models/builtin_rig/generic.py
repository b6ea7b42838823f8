"""Bones for anything: chains along the middle of whatever sticks out, from a root at the centre of mass."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.extremities import Branch, along, branches, core
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.welded_mesh import Floats

BONE_LENGTH = 0.14
"""Wanted length of a bone, share of the figure's size."""
MOST_BRANCHES = 10
MOST_BONES_OF_BRANCH = 8


def plan_generic(voxels: Voxels) -> Plan:
    """A root at the thickest place near the centre, a chain along each branch; compact things get a chain
    along their longest side."""
    root = core(voxels)
    found = branches(voxels, root, limit=MOST_BRANCHES, shortest=0.12)
    if not found:
        return Plan(_trunk(voxels), 0.4, ["No limbs were found: the bones follow the longest side."])
    centre = voxels.centres(voxels.filled[[root]])[0]
    size = float(np.ptp(voxels.centres(voxels.filled), axis=0).max())
    names = _names(found, centre, size)
    first = found[0]
    bones = [Bone("root", None, centre, along(first.path, max(first.length - 0.5 * BONE_LENGTH * size, 0)))]
    for branch, name in zip(found, names, strict=True):
        bones += _chain(branch, name, bones, size)
    return Plan(bones, 0.6, [])


def _chain(branch: Branch, name: tuple[str, str], bones: list[Bone], size: float) -> list[Bone]:
    """Bones from where the branch leaves the body to its free end."""
    # Inside the thick part that it grows from, a branch does not bend.
    start = branch.length - min(0.8 * float(branch.radius[-1]), 0.5 * branch.length)
    parent = _nearest_bone(bones, branch.path[-1])
    count = int(np.clip(round(start / (BONE_LENGTH * size)), 1, MOST_BONES_OF_BRANCH))
    points = along(branch.path, np.linspace(start, 0, count + 1))
    made: list[Bone] = []
    for k in range(count):
        label = f"{name[0]}_{k + 1}{name[1]}" if count > 1 else name[0] + name[1]
        made.append(Bone(label, made[-1].name if made else parent, points[k], points[k + 1]))
    return made


def _nearest_bone(bones: list[Bone], place: Floats) -> str:
    """The bone whose tail (or, for the root, head) is nearest to where a branch starts."""
    gaps = [float(np.linalg.norm((b.tail if b.parent else b.head) - place)) for b in bones]
    return bones[int(np.argmin(gaps))].name


def _names(found: list[Branch], centre: Floats, size: float) -> list[tuple[str, str]]:
    """(base, side) for each branch: mirrored pairs share a base and get ``.L`` (+X) and ``.R``."""
    names: list[tuple[str, str]] = [("", "")] * len(found)
    number = 0
    for k, branch in enumerate(found):
        if names[k][0]:
            continue
        number += 1
        names[k] = (f"branch_{number}", "")
        mirrored = (branch.tip - centre) * [-1, 1, 1] + centre
        side = branch.tip[0] - centre[0]
        gaps = [
            float(np.linalg.norm(other.tip - mirrored)) if j > k and not names[j][0] else np.inf
            for j, other in enumerate(found)
        ]
        twin = int(np.argmin(gaps))
        if abs(side) > 0.06 * size and gaps[twin] < 0.1 * size:
            names[k] = (names[k][0], ".L" if side > 0 else ".R")
            names[twin] = (names[k][0], ".R" if side > 0 else ".L")
    return names


def _trunk(voxels: Voxels) -> list[Bone]:
    """A chain of centroids along the longest side, upwards when no side is clearly the longest."""
    centres = voxels.centres(voxels.filled)
    extent = np.ptp(centres, axis=0)
    axis = 1 if extent[1] > 0.8 * extent.max() else int(extent.argmax())
    low, high = centres[:, axis].min(), centres[:, axis].max()
    count = int(np.clip(round(extent[axis] / max(float(np.delete(extent, axis).max()), 1e-9) * 2), 2, 6))
    edges = np.linspace(low, high, count + 1)
    middle = centres.mean(axis=0)
    points = np.tile(middle, (count + 1, 1))
    for k, edge in enumerate(edges):
        near = np.abs(centres[:, axis] - edge) <= 2 * voxels.step
        points[k] = centres[near].mean(axis=0) if near.any() else middle
        points[k, axis] = edge
    return [
        Bone("root" if k == 0 else f"chain_{k}", None if k == 0 else "root" if k == 1 else f"chain_{k - 1}",
             points[k], points[k + 1])
        for k in range(count)
    ]  # fmt: skip
