"""What an animal has besides trunk, head and legs: tails, elephants' trunks and ears, wings of dragons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pocket3d_server.models.builtin_rig.bones import Bone
from pocket3d_server.models.builtin_rig.extremities import Branch, along, arc_length, branches, smoothed
from pocket3d_server.models.builtin_rig.voxels import Voxels, trace
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints

TRUNK_BONE = 0.11
"""Wanted length of the bones of an elephant's trunk, share of the height."""
TRUNK_LEAST, TRUNK_THIN, TRUNK_DROP = 0.2, 0.55, 0.5
"""Shortest trunk, share of the height; its radius, share of the head's; how far it hangs, share of its length."""
WING_LEAST = 0.35
"""Shortest wing, share of the animal's height or of the way between its legs, whichever is less."""
ALIKE = 0.25
"""How far the tip of one wing may lie from the mirror image of the other, share of their length."""


@dataclass(frozen=True, eq=False)
class Body:
    """An animal that stands along Z and looks to +Z, as its limbs are looked for."""

    voxels: Voxels
    centres: Floats
    """(N, 3) of the filled voxels."""
    away: Floats
    """(N,) length of the way through the inside from the waist."""
    before: Ints
    """(N,) the voxel before each on a way that keeps to the middle."""
    low: float
    height: float
    middle: float
    """X of the plane of symmetry."""


def tail(body: Body, hind_feet: list[Floats], pelvis: Floats, z: float) -> list[Bone]:
    """A chain along what sticks out behind and is thin; empty without a tail."""
    voxels, centres = body.voxels, body.centres
    from_feet, _ = voxels.distances(voxels.nearest(np.array(hind_feet)))
    leg = from_feet < 0.85 * from_feet[int(voxels.nearest(pelvis[None])[0])]
    where = np.flatnonzero((centres[:, 2] < z - 0.02 * body.height) & ~leg)
    if not len(where):
        return []
    way = trace(body.before, int(where[body.away[where].argmax()]))
    path, radius = smoothed(centres[way]), voxels.depth[tuple(voxels.filled[way].T)]
    thick = max(float(radius[-1]), float(radius.max()))
    thin = radius < 0.5 * thick
    base = int(np.argmin(thin)) if not thin.all() else len(path) - 1
    length = float(arc_length(path[: base + 1])[-1])
    if base < 3 or length < 0.1 * body.height:
        return []
    count = int(np.clip(round(length / (0.13 * body.height)), 2, 5))
    return _chain("tail", "", "hips", along(path, np.linspace(length, 0, count + 1)))


def proboscis(body: Body, nape: Floats, skull: Floats) -> list[Bone]:
    """A chain along an elephant's trunk, which hangs from the head in the middle; empty where there is none. Snouts, horns
    and beaks are stiff: they stick out straight."""
    voxels, centres = body.voxels, body.centres
    beyond = (centres[:, 2] > skull[2]) & (np.abs(centres[:, 0] - body.middle) < 0.04 * body.height)
    depth = voxels.depth[tuple(voxels.filled.T)]
    head = (np.linalg.norm(centres - skull, axis=1) < 0.25 * body.height) & beyond
    if not head.any():
        return []
    thick = float(depth[head].max())
    way = trace(body.before, int(np.flatnonzero(beyond)[body.away[beyond].argmax()]))
    path, radius = smoothed(centres[way]), depth[way]
    wide = np.flatnonzero(radius > TRUNK_THIN * thick)
    base = int(wide[0]) if len(wide) else 0
    length = float(arc_length(path[: base + 1])[-1])
    if base < 3 or length < TRUNK_LEAST * body.height or path[base, 2] < nape[2]:
        return []
    if path[base, 1] - path[0, 1] < TRUNK_DROP * length:
        return []
    count = int(np.clip(round(length / (TRUNK_BONE * body.height)), 3, 6))
    return _chain("trunk", "", "head", along(path, np.linspace(length, 0, count + 1)))


def wings(body: Body, root: int, pelvis: Floats, shoulder: Floats, skull: Floats, belly: float) -> list[Bone]:
    """A chain along each of a pair of wings, which leave the trunk between hips and neck, or of large ears, which leave
    the head; empty without. ``root`` is the voxel of the waist."""
    gap = float(shoulder[2] - pelvis[2])
    least = WING_LEAST * min(body.height, gap)
    reach = (pelvis[2] - 0.1 * gap, shoulder[2] + 0.4 * gap)
    found = []
    for branch in branches(body.voxels, root, limit=14):
        line = _outside(branch, body, shoulder)
        length = float(arc_length(line)[-1]) if len(line) > 3 else 0.0
        aside = abs(float(branch.tip[0]) - body.middle)
        if (
            length > least
            and aside > 0.1 * body.height
            and branch.tip[1] > belly
            and reach[0] < line[-1, 2] < reach[1]
        ):
            found.append((line, length))
    best: tuple[float, Floats, Floats] | None = None
    for left, length in found:
        for right, other in found:
            if not left[0, 0] > body.middle > right[0, 0]:
                continue
            apart = float(np.linalg.norm(left[0] - [2 * body.middle, 0, 0] - right[0] * [-1, 1, 1]))
            if apart < ALIKE * max(length, other) and (best is None or length + other > best[0]):
                best = length + other, left, right
    if best is None:
        return []
    count = int(np.clip(round(best[0] / 2 / (0.25 * body.height)), 2, 4))
    ears = best[1][-1, 2] > (shoulder[2] + skull[2]) / 2
    name, parent = ("ear", "head") if ears else ("wing", "chest")
    bones: list[Bone] = []
    for side, line in ((".L", best[1]), (".R", best[2])):
        bones += _chain(name, side, parent, along(line, np.linspace(arc_length(line)[-1], 0, count + 1)))
    return bones


def _outside(branch: Branch, body: Body, shoulder: Floats) -> Floats:
    """(N, 3) the path of a branch from its tip to where it enters the animal's trunk."""
    inner = float(body.voxels.depth_at(shoulder[None])[0])
    enters = (np.abs(branch.path[:, 0] - body.middle) < 0.9 * inner) | (branch.radius > 0.7 * inner)
    return branch.path[: int(enters.argmax()) + 1] if enters.any() else branch.path


def _chain(name: str, side: str, parent: str, points: Floats) -> list[Bone]:
    """Bones along points (N + 1, 3), the first of them below ``parent``."""
    names = [f"{name}_{k + 1}{side}" for k in range(len(points) - 1)]
    return [
        Bone(n, parent if k == 0 else names[k - 1], points[k], points[k + 1]) for k, n in enumerate(names)
    ]
