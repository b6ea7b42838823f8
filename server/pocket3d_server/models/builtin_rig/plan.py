"""Chooses how to look at the mesh and which rig it gets."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.generic import plan_generic
from pocket3d_server.models.builtin_rig.humanoid import plan_figure, plan_humanoid
from pocket3d_server.models.builtin_rig.marks import Marks, find_marks
from pocket3d_server.models.builtin_rig.quadruped import (
    find_stance,
    is_animal,
    looks_backwards,
    plan_quadruped,
)
from pocket3d_server.models.builtin_rig.voxels import Voxels, voxelise
from pocket3d_server.models.rigging.welded_mesh import Floats, WeldedMesh

GOOD = 0.84
"""Confidence at which no other way of looking at the mesh is tried."""
LYING = 0.7
"""Height over length below which a figure may be lying down."""
WITH_FINGERS = 31
"""From this many bones on, people get fingers: one bone a finger, two from 41, three from 51."""
DOUBTFUL = 0.35
"""Most confidence in a person's bones where another type fits better, and in chains that nobody asked for."""
COMPACT = 0.5
"""Share of its box that a shape without limbs fills; people and animals fill less than 0.4."""
UPS = tuple(
    np.array(m, np.float64)
    for m in (
        np.eye(3),
        [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
        [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 1, 0], [-1, 0, 0], [0, 0, 1]],
    )
)
"""Turns that bring +Y, +Z, -Z, -Y, +X and -X to the top."""


def plan_bones(
    surface: WeldedMesh, voxels: Voxels, character_type: str | None, bone_count: int | None = None
) -> Plan:
    """Bones for a mesh that is Y up and, if its maker kept the convention, faces +Z.

    The front is checked against the shape; a mesh without the limbs of its type gets generic bones, a note and
    a low confidence. Without a type people get a person's bones and four-legged animals an animal's.
    """
    fingers = bone_count is not None and bone_count >= WITH_FINGERS
    if character_type is None:
        return _by_shape(surface, voxels, fingers)
    plan: Plan | None = None
    if character_type == "humanoid":
        plan = _humanoid(surface, voxels, fingers)
        if plan is not None and not plan.person:
            _doubt(plan, surface, voxels)
    elif character_type == "quadruped":
        plan = _quadruped(surface, voxels)
    if plan is not None:
        return plan
    plan = plan_generic(voxels)
    if character_type != "generic":
        plan.confidence = min(plan.confidence, 0.25)
        plan.notes.append(f"No {character_type} was recognised in this mesh, so it got a generic rig.")
    return plan


def _by_shape(surface: WeldedMesh, voxels: Voxels, fingers: bool) -> Plan:
    """The rig that suits: an animal's on four legs, a person's with two arms and two legs, else chains."""
    animal = is_animal(voxelise(_turned_surface(surface, _along_z(voxels))))
    plan = _quadruped(surface, voxels) if animal else None
    if plan is not None:
        plan.notes.append(
            "The mesh stands on four legs, so it got a quadruped's skeleton; ask for character_type humanoid "
            "to get a person's."
        )
        return plan
    size = np.ptp(voxels.centres(voxels.filled), axis=0) + voxels.step
    if len(voxels.filled) * voxels.step**3 <= COMPACT * size.prod():
        plan = _humanoid(surface, voxels, fingers, sure=True)
    if plan is None:
        plan = plan_generic(voxels)
        plan.confidence = min(plan.confidence, DOUBTFUL)
        plan.notes.append(
            "The mesh was taken for neither a person nor a four-legged animal, so it got a generic rig; ask for a "
            "character_type to get another."
        )
    return plan


def _doubt(plan: Plan, surface: WeldedMesh, voxels: Voxels) -> None:
    """Tell where another type fits a figure better that is unlike a person, though one was asked for."""
    along = voxelise(_turned_surface(surface, _along_z(voxels)))
    if is_animal(along):
        note = "The mesh stands on four legs: character_type quadruped fits it better."
    elif find_stance(along) is not None:  # furniture
        note = "The mesh stands on four feet but has no head: character_type generic fits better."
    else:
        return
    plan.confidence = min(plan.confidence, DOUBTFUL)
    plan.notes.append(note)


def _humanoid(surface: WeldedMesh, voxels: Voxels, fingers: bool, sure: bool = False) -> Plan | None:
    """A person, from the most convincing way to look at the mesh; else a figure with two arms and two legs as
    the file has it upright. ``sure`` takes for a figure only what has these beyond doubt."""
    best: Plan | None = None
    figure: tuple[float, Floats, Marks] | None = None
    extent = np.ptp(voxels.centres(voxels.filled), axis=0)
    for pitch in (0, 90) if extent[1] < LYING * extent.max() else (0,):
        frames = [_about_y(degrees) @ _about_x(pitch) for degrees in (0, 180, 90, 270)]
        looks = [find_marks(voxels.turned(turn)) for turn in frames]
        worth = np.array([m.quality() for m in looks]) + [0.1, 0, 0, 0]
        order = [int(k) for k in np.argsort(-worth)[:2] if looks[k].complete()]
        if not pitch:
            upright = [k for k in (0, 1, 2, 3) if looks[k].complete()]
            if upright:  # sideways only when it can stand neither forwards nor backwards
                k = max(upright, key=lambda k: worth[k] - 0.5 * (k > 1))
                figure = float(worth[k]), frames[k], looks[k]
        for k in order:
            turn = frames[k]
            posed, inner = _turned_surface(surface, turn), voxels.turned(turn)
            for marks in looks[k].variants():
                plan = plan_humanoid(posed, inner, marks, fingers)
                if plan is not None and (best is None or plan.confidence > best.confidence + 0.01):
                    best = _in_own_frame(plan, turn, "figure")
                if best is not None and best.confidence >= GOOD:
                    return best
        if best is not None:
            return best
    if figure is not None and figure[0] > 0.5:
        _, turn, marks = figure
        if sure and not marks.like_a_person(np.abs(turn) @ extent):
            return None
        plan = plan_figure(_turned_surface(surface, turn), voxels.turned(turn), marks)
        return _in_own_frame(plan, turn, "figure")
    return None


def _quadruped(surface: WeldedMesh, voxels: Voxels) -> Plan | None:
    """An animal on four feet: upright as the file says, else the way up in which it has four feet."""
    for up in UPS:
        turn = _along_z(voxels.turned(up)) @ up
        along = voxelise(_turned_surface(surface, turn))
        stance = find_stance(along)
        if stance is None:
            continue
        if looks_backwards(along, stance) > 0:
            turn = _about_y(180) @ turn
            along = along.turned(_about_y(180))
        plan = plan_quadruped(along)
        if plan is not None:
            return _in_own_frame(plan, turn, "animal")
    return None


def _along_z(voxels: Voxels) -> Floats:
    """The turn about Y that lays the longest horizontal direction of the trunk along Z: thick parts count more, so
    that spread wings do not."""
    centres, depth = voxels.centres(voxels.filled)[:, [0, 2]], voxels.depth[tuple(voxels.filled.T)]
    flat = (centres - np.average(centres, axis=0, weights=depth)) * np.sqrt(depth)[:, None]
    values, axes = np.linalg.eigh(flat.T @ flat)
    if values[1] < 1.15 * values[0]:
        return np.eye(3)
    x, z = axes[:, 1] if axes[1, 1] >= 0 else -axes[:, 1]
    # Small deviations are the animal's own asymmetry.
    quarter = np.round(np.arctan2(x, z) / (np.pi / 2)) * (np.pi / 2)
    angle = np.arctan2(x, z)
    angle = quarter if abs(angle - quarter) < np.radians(12) else angle
    c, s = np.cos(-angle), np.sin(-angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _how_it_stands(turn: Floats) -> str:
    """How a mesh stands that this rotation brings to Y up, facing +Z."""
    axes = ("X", "Y", "Z")

    def name(v: Floats) -> str:
        k = int(np.abs(v).argmax())
        return ("+" if v[k] > 0 else "-") + axes[k]

    up, front = turn[1], turn[2]
    lies = "" if name(up) == "+Y" else f"has its head to {name(up)} and "
    return f"{lies}faces {name(front)} instead of +Z"


def _about_x(degrees: int) -> Floats:
    """0, or 90 degrees back: what lies along +Z then stands."""
    return np.eye(3) if degrees == 0 else np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def _about_y(degrees: int) -> Floats:
    """Exact quarter turns."""
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees % 360]
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float64)


def _turned_surface(surface: WeldedMesh, turn: Floats) -> WeldedMesh:
    return WeldedMesh(surface.vertices @ turn.T, surface.faces, surface.origin)


def _in_own_frame(plan: Plan, turn: Floats, what: str) -> Plan:
    """A plan made in the turned frame, in the mesh's own, with a note when the two differ."""
    bones = [Bone(b.name, b.parent, b.head @ turn, b.tail @ turn) for b in plan.bones]
    known = None if plan.known is None else plan.known.turned_back(turn)
    notes = list(plan.notes)
    if not np.allclose(turn, np.eye(3), atol=0.3):
        notes.append(f"The {what} {_how_it_stands(turn)}; the rig follows it.")
    return Plan(bones, plan.confidence, notes, known, plan.person)
