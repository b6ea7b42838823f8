"""Regions of people and four-legged animals, from the skeleton that the rig engine finds in the mesh."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from pocket3d_server.models.builtin_parts.boundary import refine
from pocket3d_server.models.builtin_rig import rig_mesh
from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.parts.face_graph import FaceGraph, Ints
from pocket3d_server.models.parts.proxy import carried_back, working_copy
from pocket3d_server.models.parts.small import absorb_islands

SURE = 0.7
"""The rig's confidence below which a figure isn't taken for a person or an animal."""
ROUND = 0.15
"""A shape whose width and depth differ by less than this share is a vase or a lamp before it is a person."""
SMOOTH = 0.02
"""How far a border may move from where two bones pull alike, in sizes."""
BODY = r"shoulder|clavicle|collar|spine|chest|torso|hips|pelvis|root|body"
PERSON = (
    (r"head|skull|jaw|eye", "head"),
    (r"neck", "neck"),
    (r"hand|finger|thumb|index|middle|ring|pinky|wrist", "hand"),
    (r"fore_?arm|lower_?arm", "forearm"),
    (BODY, "torso"),
    (r"arm", "upper_arm"),
    (r"foot|toe|ankle|heel", "foot"),
    (r"shin|calf|lower_?leg", "shin"),
    (r"thigh|leg", "thigh"),
)
"""First pattern that a bone's name holds, and the region it moves."""
ANIMAL = (
    (r"head|skull|jaw|eye|ear|trunk", "head"),
    (r"neck", "neck"),
    (r"tail", "tail"),
    (r"wing", "wing"),
    (r"front", "leg_front"),
    (r"thigh|shin|foot|toe|hock|leg", "leg_rear"),
)
"""The same for an animal; other bones move its body."""
FRONT_LEG = "front_"
"""What bones of an animal's front legs are called, and no bone of a person."""


def living_regions(surface: FaceGraph) -> tuple[Ints, list[str], str] | None:
    """Region of each face (F,), the regions' names and what it is; None when it isn't clearly alive."""
    animal = may_be_animal(surface)
    if not animal and not may_be_person(surface):
        return None
    work = working_copy(surface)
    try:
        rig = rig_mesh(work.vertices, work.faces, None if animal else "humanoid")
    except EngineError:
        return None
    bones = rig.skeleton.names
    animal = any(name.startswith(FRONT_LEG) for name in bones)
    if rig.weights is None or rig.confidence < SURE:
        return None
    regions = [region_of(name, animal) for name in bones]
    names = sorted(set(regions))
    totals = np.zeros((len(work.vertices), len(names)))
    for bone, region in enumerate(regions):
        totals[:, names.index(region)] += rig.weights[:, bone]
    labels = absorb_islands(work, np.asarray(totals[work.faces].sum(axis=1).argmax(axis=1), np.int64))
    labels = refine(work, labels, SMOOTH * surface.size)
    labels = absorb_islands(surface, carried_back(labels, work, surface), 0.002)
    present, labels = np.unique(labels, return_inverse=True)
    kind = "four-legged animal" if animal else "person"
    return np.asarray(labels.reshape(-1), np.int64), [names[k] for k in present], kind


def region_of(bone: str, animal: bool = False) -> str:
    """Region of a bone by its name, with its side: ``upper_arm.L`` is ``upper_arm_left``."""
    low = bone.lower()
    rest = "body" if animal else "torso"
    patterns = ANIMAL if animal else PERSON
    name = next((region for pattern, region in patterns if re.search(pattern, low)), rest)
    side = re.search(r"(?:^|[._ ])(l|r|left|right)(?:$|[._ ])", low)
    if name in ("head", "neck", "tail", rest) or side is None:
        return name
    return f"{name}_{'left' if side[1].startswith('l') else 'right'}"


def may_be_person(surface: FaceGraph) -> bool:
    """Whether the box is one a standing person fits: tall, not deep, and not as deep as wide."""
    width, height, depth = np.ptp(surface.vertices, axis=0)
    wide, deep = max(width, depth), min(width, depth)
    return bool(0.2 * height < wide < 1.3 * height and deep < 0.8 * height and deep < (1 - ROUND) * wide)


def may_be_animal(surface: FaceGraph) -> bool:
    """Whether it stands on four legs or up to six, with air between them."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    height = float(high[1] - low[1])
    if max(high[0] - low[0], high[2] - low[2]) < 0.35 * height or height <= 0:
        return False
    level = (surface.centers[:, 1] - low[1]) / height
    return any(4 <= _standing(surface, (level > 0.03) & (level < top)) <= 6 for top in (0.12, 0.2))


def _standing(surface: FaceGraph, near: NDArray[np.bool_]) -> int:
    """How many separate things the faces ``near`` (F,) the ground make up: those that touch or stand in one another."""
    faces = np.flatnonzero(near)
    if len(faces) == 0:
        return 0
    graph = surface.matrix(np.ones(len(surface.pairs)))[faces][:, faces]
    count, piece = connected_components(graph, directed=False)
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    plan = surface.corners[faces][:, :, [0, 2]]
    np.minimum.at(low, piece, plan.min(axis=1))
    np.maximum.at(high, piece, plan.max(axis=1))
    large = np.bincount(piece, surface.areas[faces])
    keep = np.flatnonzero(large > 0.15 * large.max())
    low, high = low[keep], high[keep]
    within = (low[:, None] < high).all(axis=2) & (low < high[:, None]).all(axis=2)
    return int(connected_components(within, directed=False)[0])
