"""Names for the bones that the model draws, and where they point: it tells only where they begin.

The names are its own, where it gives any, in our words; else they follow from where the bones lie.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.unirig.anatomy import Kind, named
from pocket3d_server.models.unirig.part_names import NAMES
from pocket3d_server.models.unirig.tree import Tree

TRUNK = ("hips", "spine", "spine_b2", "chest", "neck", "head")
LIMBS = ("shoulder", "upper_arm", "forearm", "hand"), ("thigh", "shin", "foot", "toe")
ONWARD = "hips", "spine", "chest", "neck", "head"
"""What begins the names of the trunk's bones."""
NEAR = 0.02
"""A bone does not point at what begins within this share of the skeleton's size."""
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


def pointed(skeleton: Skeleton) -> Skeleton:
    """``skeleton``, Y up, whose bones of several children point at the next of the trunk, if it has a name of the trunk;
    else at the child that goes on furthest in the middle, else between the children. Heads, on which jaws and hair hang,
    point as they did."""
    tree = Tree(skeleton)
    tails = np.array(skeleton.tails, np.float64)
    paired = {k for pair in tree.pairs for k in pair}
    for at, children in enumerate(tree.children):
        if len(children) < 2 or skeleton.names[at].startswith("head"):
            continue
        onward = [k for k in children if skeleton.names[k].startswith(ONWARD)]
        onward = onward or [k for k in children if k not in paired]
        goal = tree.heads[tree.furthest(onward, at)] if onward else tree.heads[children].mean(axis=0)
        if np.linalg.norm(goal - tree.heads[at]) > NEAR * tree.size:
            tails[at] = goal
    return replace(skeleton, tails=tails)
