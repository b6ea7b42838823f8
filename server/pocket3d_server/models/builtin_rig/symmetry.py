"""Makes the bones of a symmetric mesh symmetric: poses can be mirrored then, and noise on one side is halved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh

ALIKE = 0.008
"""Mean distance of the mirrored surface from the surface, share of the size, below which a mesh is symmetric."""
SNAP = np.cos(np.radians(6))
"""A plane's normal this near an axis is the axis."""
NEAR = 0.06
"""How far bones without a twin may lie from the plane, share of the size, to be moved onto it."""
SAMPLES = 4000


def symmetrised(plan: Plan, surface: WeldedMesh) -> Plan:
    """The plan with pairs (``.L``, ``.R``) made mirror images and single bones laid onto the plane between them, where
    ``surface`` is symmetric about it; else as it is."""
    at = {b.name: b for b in plan.bones}
    pairs = [
        (b, at[b.name[:-2] + ".R"]) for b in plan.bones if b.name.endswith(".L") and b.name[:-2] + ".R" in at
    ]
    if not pairs:
        return plan
    apart = np.array([left.head - right.head for left, right in pairs])
    normal = unit(apart.mean(axis=0))
    axis = int(np.abs(normal).argmax())
    if abs(normal[axis]) > SNAP:
        normal = np.sign(normal[axis]) * np.eye(3)[axis]
    middle = float(np.median([(left.head + right.head) @ normal / 2 for left, right in pairs]))
    points, _ = surface.sample(SAMPLES)
    tree = cKDTree(points)
    for _ in range(4):  # the plane settles between the two sides
        mirrored = _mirrored(points, normal, middle)
        gap, nearest = tree.query(mirrored)
        close = gap <= np.percentile(gap, 80)
        middle += 0.5 * float(((points[nearest] - mirrored) @ normal)[close].mean())
    spacing = float(
        np.median(tree.query(points[:500], k=2)[0][:, 1])
    )  # what samples of one surface differ by
    if gap.mean() > ALIKE * surface.size + spacing:
        return plan
    return replace(plan, bones=[_moved(b, at, normal, middle, NEAR * surface.size) for b in plan.bones])


def _moved(bone: Bone, at: dict[str, Bone], normal: Floats, middle: float, near: float) -> Bone:
    twin = at.get(bone.name[:-2] + {".L": ".R", ".R": ".L"}.get(bone.name[-2:], ""))
    ends = []
    for place, other in ((bone.head, twin.head if twin else None), (bone.tail, twin.tail if twin else None)):
        if other is not None:
            ends.append((place + _mirrored(other, normal, middle)) / 2)
        else:
            off = float(place @ normal) - middle
            ends.append(place - off * normal if abs(off) < near else place)
    head, tail = ends
    if np.linalg.norm(tail - head) < 0.2 * np.linalg.norm(bone.tail - bone.head):
        return bone  # it lay across the plane
    return Bone(bone.name, bone.parent, head, tail)


def _mirrored(points: Floats, normal: Floats, middle: float) -> Floats:
    """Places (..., 3) beyond the plane of points p with p·normal = middle."""
    mirrored: Floats = points - 2 * ((points @ normal) - middle)[..., None] * normal
    return mirrored
