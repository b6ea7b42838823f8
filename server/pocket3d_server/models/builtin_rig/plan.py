"""Chooses how to look at the mesh and which rig it gets."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.generic import plan_generic
from pocket3d_server.models.builtin_rig.humanoid import plan_humanoid
from pocket3d_server.models.builtin_rig.quadruped import find_stance, looks_backwards, plan_quadruped
from pocket3d_server.models.builtin_rig.solid import Solid
from pocket3d_server.models.builtin_rig.surface import Floats, Surface

GOOD = 0.7
"""Confidence at which no other way of looking at the mesh is tried."""
TURNS = (0, 180, 90, 270)
"""Degrees about Y; the file's own convention comes first."""


def plan_bones(surface: Surface, solid: Solid, character_type: str, bone_count: int | None = None) -> Plan:
    """Bones for a mesh that is Y up and, if its maker kept the convention, faces +Z.

    The front is checked against the shape; a mesh without the limbs of its type gets generic bones, a note and
    a low confidence.
    """
    plan: Plan | None = None
    if character_type == "humanoid":
        plan = _humanoid(surface, solid, fingers=bone_count is not None and bone_count >= 40)
    elif character_type == "quadruped":
        plan = _quadruped(solid)
    if plan is not None:
        return plan
    plan = plan_generic(solid)
    if character_type != "generic":
        plan.confidence = min(plan.confidence, 0.25)
        plan.notes.append(f"No {character_type} was recognised in this mesh, so it got a generic rig.")
    return plan


def _humanoid(surface: Surface, solid: Solid, fingers: bool) -> Plan | None:
    best: Plan | None = None
    for degrees in TURNS:
        turn = _about_y(degrees)
        plan = plan_humanoid(_turned_surface(surface, turn), _turned_solid(solid, degrees), fingers)
        if plan is not None and (best is None or plan.confidence > best.confidence):
            best = _turned_back(plan, turn)
            if degrees:
                best.notes.append(f"The figure faces {_side(degrees)}, not the front (+Z); the rig follows the figure.")
        if best is not None and best.confidence >= GOOD:
            break
    return best


def _quadruped(solid: Solid) -> Plan | None:
    centres = solid.centres(solid.voxels)
    spread = centres.std(axis=0)
    order = (90, 0) if spread[0] > 1.1 * spread[2] else (0, 90)
    for degrees in order:
        turned = _turned_solid(solid, degrees)
        stance = find_stance(turned)
        if stance is None:
            continue
        if looks_backwards(turned, stance) > 0:
            degrees += 180
        plan = plan_quadruped(_turned_solid(solid, degrees))
        if plan is not None:
            plan = _turned_back(plan, _about_y(degrees))
            if degrees:
                plan.notes.append(f"The animal looks {_side(degrees)}, not to the front (+Z); the rig follows it.")
            return plan
    return None


def _side(degrees: int) -> str:
    return {90: "to -X", 180: "to the back (-Z)", 270: "to +X"}[degrees % 360]


def _about_y(degrees: int) -> Floats:
    """Exact quarter turns."""
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees % 360]
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float64)


def _turned_surface(surface: Surface, turn: Floats) -> Surface:
    return Surface(surface.vertices @ turn.T, surface.faces, surface.origin)


def _turned_solid(solid: Solid, degrees: int) -> Solid:
    """The same voxels about the origin's Y axis."""
    quarter = (degrees // 90) % 4
    if quarter == 0:
        return solid
    turn = _about_y(degrees)
    high = solid.low + np.array(solid.inside.shape) * solid.step
    corners = np.array([solid.low, high]) @ turn.T
    # numpy turns axis 0 (X) to axis 2 (Z); about Y the positive sense runs from Z to X.
    inside, depth = (np.rot90(grid, quarter, axes=(2, 0)) for grid in (solid.inside, solid.depth))
    return Solid(np.ascontiguousarray(inside), np.ascontiguousarray(depth), corners.min(axis=0), solid.step)


def _turned_back(plan: Plan, turn: Floats) -> Plan:
    """A plan made in the turned frame, in the mesh's own."""
    bones = [Bone(b.name, b.parent, b.head @ turn, b.tail @ turn) for b in plan.bones]
    known = plan.known
    if known is None:
        return Plan(bones, plan.confidence, plan.notes)

    def here(points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        return known(points @ turn.T, normals @ turn.T)

    return Plan(bones, plan.confidence, plan.notes, here)
