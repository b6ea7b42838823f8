"""Gives a finished rig the bone names of other programs, so that their animations and tools fit it.

Rigify's are those of the deforming bones of the rigs that it generates from its Basic Human and Basic Quadruped: lay such
a metarig over ours, generate, and the mesh follows the new rig by its vertex groups. Ours is no metarig itself. Wings,
trunks and ears have no bones there, and get names in the same manner. Mixamo's are those of its rigged characters, which
are people only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.bone_count import halved
from pocket3d_server.models.rigging.influences import limited

if TYPE_CHECKING:
    from pocket3d_server.models.rigging.settings import BoneNames
    from pocket3d_server.models.rigging.welded_mesh import Floats

RIGIFY_PERSON = {
    "hips": ("spine",), "spine": ("spine.001", "spine.002"), "chest": ("spine.003",),
    "neck": ("spine.004", "spine.005"), "head": ("spine.006",),
}  # fmt: skip
"""One name for each of the bones that a bone was halved into, as the metarig has them. Limbs are called alike."""
RIGIFY_ANIMAL = {
    "hips": ("spine.004", "spine.005"), "spine": ("spine.006", "spine.007"), "chest": ("spine.008",),
    "neck": ("spine.009",), "neck_2": ("spine.010",), "head": ("spine.011",), "tail_1": ("spine.003",),
    "tail_2": ("spine.002",), "tail_3": ("spine.001",), "tail_4": ("spine",),
}  # fmt: skip
RIGIFY_HALVES = ("upper_arm", "forearm", "thigh", "shin", "front_thigh", "front_shin")
RIGIFY_ANIMAL_HALVES = ("foot", "front_foot")
"""Limbs of which a generated rig bends two bones, the second with ``.001`` behind its side: of all, and of animals."""
MIXAMO = {
    "hips": ("Hips",), "spine": ("Spine", "Spine1"), "chest": ("Spine2",), "neck": ("Neck",), "head": ("Head",),
    "shoulder": ("Shoulder",), "upper_arm": ("Arm",), "forearm": ("ForeArm",), "hand": ("Hand",),
    "thigh": ("UpLeg",), "shin": ("Leg",), "foot": ("Foot",), "toe": ("ToeBase",),
}  # fmt: skip
FINGER = re.compile(r"(thumb|index|middle|ring|pinky)_(\d)")
NO_MIXAMO = "Mixamo has no names for what is not a person, so the bones keep Pocket3D's own."
NO_MIRROR = (
    "Blender mirrors poses and weights by names that end in .L and .R; Mixamo's do not: choose rigify or "
    "pocket3d where you want to mirror."
)


def whole(
    skeleton: Skeleton, weights: Floats | None, vertices: Floats, style: BoneNames
) -> tuple[Skeleton, Floats | None]:
    """The rig with every bone of trunk and limbs that ``style`` has a name for: its animations share a bend among them.
    Bones that are halves already are left alone."""
    table = _table(skeleton, style)
    if not table:
        return skeleton, weights
    halves = RIGIFY_HALVES + RIGIFY_ANIMAL_HALVES * _animal(skeleton) if style == "rigify" else ()
    split = [_split(name) for name in skeleton.names]
    for bone in [
        name
        for name, (stem, side) in zip(skeleton.names, split, strict=True)
        if (len(table.get(stem, ())) > 1 or stem in halves) and split.count((stem, side)) == 1
    ]:
        skeleton, weights = halved(skeleton, weights, vertices, bone)
    return skeleton, weights if weights is None else limited(weights)


def renamed(skeleton: Skeleton, style: BoneNames) -> tuple[Skeleton, list[str]]:
    """The skeleton under the names of ``style``, each name once, and notes on what these names cannot do."""
    if style == "pocket3d":
        return skeleton, []
    if style == "mixamo" and not _person(skeleton):
        return skeleton, [NO_MIXAMO]
    table = _table(skeleton, style)
    split = [_split(name) for name in skeleton.names]
    number = [split[:k].count(s) for k, s in enumerate(split)]  # how many halves of the same bone came before
    wanted = [_name(stem, side, k, table, style) for (stem, side), k in zip(split, number, strict=True)]
    reserved = {w for w, k in zip(wanted, number, strict=True) if k == 0}
    taken: set[str] = set()
    for at, k in enumerate(number):
        candidate, extra = wanted[at], 1
        while candidate in taken or (k and candidate in reserved):
            extra += 1
            candidate = f"{wanted[at]}_{extra}"
        taken.add(candidate)
        wanted[at] = candidate
    return replace(skeleton, names=wanted), [NO_MIRROR] if style == "mixamo" else []


def _person(skeleton: Skeleton) -> bool:
    return "hips" in skeleton.names and not _animal(skeleton)


def _animal(skeleton: Skeleton) -> bool:
    return any(n.startswith(("front_", "tail_", "neck_2")) for n in skeleton.names)


def _table(skeleton: Skeleton, style: BoneNames) -> dict[str, tuple[str, ...]]:
    if style == "rigify":
        return RIGIFY_ANIMAL if _animal(skeleton) else RIGIFY_PERSON
    return MIXAMO if style == "mixamo" and _person(skeleton) else {}


def _split(name: str) -> tuple[str, str]:
    """``forearm_b2.L`` → ``forearm``, ``.L``."""
    base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
    return re.sub(r"(_b\d+)+$", "", base), side


def _name(stem: str, side: str, half: int, table: dict[str, tuple[str, ...]], style: BoneNames) -> str:
    finger = FINGER.fullmatch(stem)
    known = table.get(stem, (stem,))
    base, rest = (known[half], 0) if half < len(known) else (known[-1], half - len(known) + 1)
    if style == "mixamo":
        word = {".L": "Left", ".R": "Right", "": ""}[side]
        base = f"Hand{finger[1].capitalize()}{finger[2]}" if finger else base
        return f"mixamorig:{word}{base}" + (f"_{rest + 1}" if rest else "")
    if finger:
        base = f"{'' if finger[1] == 'thumb' else 'f_'}{finger[1]}.0{finger[2]}"
    return f"DEF-{base}{side}" + (f".{rest:03d}" if rest else "")
