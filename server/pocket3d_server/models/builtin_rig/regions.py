"""Names for the faces of a figure, from its rig: what the parts engine calls head, arm or tail."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

REGIONS = {
    "hips": "torso", "spine": "torso", "chest": "torso", "shoulder": "torso", "neck": "head", "neck_2": "neck",
    "head": "head", "upper_arm": "arm", "forearm": "arm", "hand": "hand", "thigh": "leg", "shin": "leg",
    "foot": "foot", "toe": "foot", "tail": "tail",
}  # fmt: skip
QUADRUPED_REGIONS = {
    "hips": "body", "spine": "body", "chest": "body", "neck": "neck", "neck_2": "neck", "head": "head",
    "thigh": "hind_leg", "shin": "hind_leg", "foot": "hind_leg", "toe": "hind_leg", "front_thigh": "front_leg",
    "front_shin": "front_leg", "front_foot": "front_leg", "front_toe": "front_leg", "tail": "tail",
}  # fmt: skip
LEAST_CONFIDENCE = 0.5


def body_regions(
    vertices: NDArray[np.floating[Any]], faces: NDArray[np.integer[Any]], character_type: str
) -> tuple[NDArray[np.int64], list[str]] | None:
    """Label (F,) for each face and the names the labels index, e.g. ``head``, ``left_arm``, ``left_leg``, ``tail``.

    ``character_type`` is ``humanoid`` or ``quadruped``; ``vertices`` (V, 3) are Y up, facing +Z. None when the
    mesh is not recognised as one, or too small to tell.
    """
    from pocket3d_server.models.builtin_rig.engine import rig_mesh
    from pocket3d_server.models.engine import EngineError

    try:
        rig = rig_mesh(vertices, faces, character_type)
    except EngineError:
        return None
    if rig.weights is None or rig.confidence < LEAST_CONFIDENCE:
        return None
    table = QUADRUPED_REGIONS if character_type == "quadruped" else REGIONS
    of_bone = [_region(name, table) for name in rig.skeleton.names]
    names = list(dict.fromkeys(of_bone))
    share = np.zeros((len(rig.weights), len(names)))
    for k, region in enumerate(of_bone):
        share[:, names.index(region)] += rig.weights[:, k]
    labels = share[np.asarray(faces, np.int64)].sum(axis=1).argmax(axis=1)
    used, compact = np.unique(labels, return_inverse=True)
    return compact.astype(np.int64), [names[k] for k in used]


def _region(bone: str, table: dict[str, str]) -> str:
    base, side = (bone[:-2], bone[-2:]) if bone[-2:] in (".L", ".R") else (bone, "")
    stem = base if base in table else base.rstrip("0123456789").rstrip("_")
    region = table.get(stem, "body")
    if region in ("torso", "body", "head", "neck", "tail"):
        return region
    return {".L": "left_", ".R": "right_", "": ""}[side] + region
