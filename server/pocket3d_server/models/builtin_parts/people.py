"""Regions of a person, from the skeleton that the rig engine finds in the mesh."""

from __future__ import annotations

import re

import numpy as np

from pocket3d_server.models.builtin_parts.boundary import absorb_islands, refine
from pocket3d_server.models.builtin_parts.face_graph import FaceGraph, Ints
from pocket3d_server.models.builtin_parts.pieces import Pieces
from pocket3d_server.models.builtin_parts.proxy import carried_back, working_copy
from pocket3d_server.models.builtin_parts.recognise import upright_figure
from pocket3d_server.models.builtin_rig import rig_mesh
from pocket3d_server.models.engine import EngineError

SURE = 0.8
"""The rig's confidence below which the figure isn't taken for a person."""
REGIONS = (
    (r"head|skull|jaw|eye", "head"),
    (r"neck", "neck"),
    (r"hand|finger|thumb|index|middle|ring|pinky|wrist", "hand"),
    (r"fore_?arm|lower_?arm", "forearm"),
    (r"shoulder|clavicle|collar|spine|chest|torso|hips|pelvis|root|body", "torso"),
    (r"arm", "upper_arm"),
    (r"foot|toe|ankle|heel", "foot"),
    (r"shin|calf|lower_?leg", "shin"),
    (r"thigh|leg", "thigh"),
)
"""First pattern that a bone's name holds, and the region it moves."""


def region_of(bone: str) -> str:
    """Region of a bone by its name, with its side: ``upper_arm.L`` is ``upper_arm_left``."""
    low = bone.lower()
    name = next((region for pattern, region in REGIONS if re.search(pattern, low)), "torso")
    side = re.search(r"(?:^|[._ ])(l|r|left|right)(?:$|[._ ])", low)
    if name in ("head", "neck", "torso") or side is None:
        return name
    return f"{name}_{'left' if side[1].startswith('l') else 'right'}"


def person_regions(surface: FaceGraph, pieces: Pieces) -> tuple[Ints, list[str]] | None:
    """Region of each face (F,) and the regions' names; None when this isn't clearly a person."""
    if not upright_figure(pieces):
        return None
    work = working_copy(surface)
    try:
        rig = rig_mesh(work.vertices, work.faces, "humanoid")
    except EngineError:
        return None
    if rig.confidence < SURE or rig.weights is None:
        return None
    regions = [region_of(name) for name in rig.skeleton.names]
    names = sorted(set(regions))
    totals = np.zeros((len(work.vertices), len(names)))
    for bone, region in enumerate(regions):
        totals[:, names.index(region)] += rig.weights[:, bone]
    labels = absorb_islands(work, np.asarray(totals[work.faces].sum(axis=1).argmax(axis=1), np.int64))
    labels = refine(work, labels, 0.015 * surface.size)
    labels = absorb_islands(surface, carried_back(labels, work, surface), 0.002)
    present, labels = np.unique(labels, return_inverse=True)
    return np.asarray(labels.reshape(-1), np.int64), [names[k] for k in present]
