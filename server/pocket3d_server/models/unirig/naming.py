"""Names for the bones that the model draws: its own, where it gives any, in our words; else by where the bones lie."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.anatomy import Kind, named
from pocket3d_server.models.unirig.part_names import NAMES

TRUNK = ("hips", "spine", "spine_b2", "chest", "neck", "head")
LIMBS = ("shoulder", "upper_arm", "forearm", "hand"), ("thigh", "shin", "foot", "toe")
FINGER = re.compile(r".*?(L|R|Left|Right)(?:_|Hand)(Thumb|Index|Middle|Ring|Little|Pinky)(\d)")


def _body() -> list[str]:
    """In the order in which the model's own lists have them."""
    return [*TRUNK, *(name + side for limb in LIMBS for side in (".L", ".R") for name in limb)]


def _finger(name: str) -> str:
    found = FINGER.fullmatch(name)
    assert found, name
    finger = found[2].lower().replace("little", "pinky")
    return f"{finger}_{found[3]}.{found[1][0]}"


OURS = {
    name: ours
    for parts in NAMES.values()
    for name, ours in [
        *zip(parts["body"], _body(), strict=True),
        *((name, _finger(name)) for name in parts["hand"]),
    ]
}
"""Our names for the model's."""


def with_names(skeleton: Skeleton, kinds: Collection[Kind]) -> tuple[Skeleton, Kind]:
    """``skeleton``, Y up, with our names, and what it was taken for, which is of ``kinds`` or other."""
    if "person" in kinds and any(name in OURS for name in skeleton.names):
        return replace(skeleton, names=[OURS.get(name, name) for name in skeleton.names]), "person"
    return named(skeleton, kinds)
