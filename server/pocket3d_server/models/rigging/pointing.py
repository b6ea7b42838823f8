"""Where bones point that several others hang on: drawn skeletons tell only where bones begin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.tree import Tree

TRUNK = "hips", "spine", "chest", "neck", "head"
NEAR = 0.02
"""A bone does not point at what begins within this share of the skeleton's size."""


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
        onward = [k for k in children if skeleton.names[k].startswith(TRUNK)]
        onward = onward or [k for k in children if k not in paired]
        goal = tree.heads[tree.furthest(onward, at)] if onward else tree.heads[children].mean(axis=0)
        if np.linalg.norm(goal - tree.heads[at]) > NEAR * tree.size:
            tails[at] = goal
    return replace(skeleton, tails=tails)
