"""Brings a finished rig to the number of bones that was asked for."""

from __future__ import annotations

import re

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.influences import limited
from pocket3d_server.models.rigging.welded_mesh import Floats

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
FIRST_TO_GO = (
    "toe", "front_toe", "neck_2", "chest", "ear", "tail", "wing", "trunk", "neck", "shoulder", "foot", "front_foot", "hand", "shin",
    "front_shin", "forearm", "thigh", "front_thigh", "upper_arm", "head", "spine",
)  # fmt: skip
"""Name stems in the order in which bones are given up, after the fingers, whose tips go first: the trunk and the roots of
the limbs stay longest. Other bones go by length, shortest first."""
TWISTING = ("upper_arm", "forearm", "thigh", "shin", "front_thigh", "front_shin")
"""Name stems of the bones that gain most from being halved, as skin twists along them."""
STIFF = (*FINGERS, "hips", "head", "hand", "foot", "toe", "front_foot", "front_toe", "shoulder")
"""Name stems of the bones that are halved last."""


def to_count(
    skeleton: Skeleton, weights: Floats | None, vertices: Floats, count: int | None
) -> tuple[Skeleton, Floats | None, list[str]]:
    """Merge or split bones until there are ``count`` (None: as they are); ``weights`` (V, J) follow.

    Mirrored bones go together, so the result may have one bone fewer than asked for when merging. Also returns
    notes on what was done.
    """
    if count is None:
        return skeleton, weights, []
    found = len(skeleton.names)
    while len(skeleton.names) > max(count, 1):
        skeleton, weights = _merged(skeleton, weights, _least(skeleton))
    while found < count and len(skeleton.names) < count:
        bones = _longest(skeleton, count - len(skeleton.names))
        if not bones:
            break
        for name in bones:
            skeleton, weights = halved(skeleton, weights, vertices, name)
    notes = _notes(found, skeleton.names, count)
    return skeleton, limited(weights) if weights is not None else None, notes


def _notes(found: int, names: list[str], count: int) -> list[str]:
    """What became of the ``found`` bones when ``count`` were asked for and ``names`` are left."""
    if len(names) < found:
        kept = f" ({', '.join(names)})" if len(names) <= 12 else ""
        return [
            f"bone_count {count} is fewer than the {found} bones of this skeleton: {len(names)} were kept{kept} "
            "and the others joined to their parents; mirrored bones go together."
        ]
    if len(names) > found:
        fingers = " with fingers" if any(_stem(n) in FINGERS for n in names) else ""
        return [
            f"bone_count {count} is more than the {found} bones of this skeleton{fingers}: {len(names) - found} "
            "were added by halving bones, the long ones of the limbs first; _b2 is the outer half."
        ]
    return []


def _stem(name: str) -> str:
    base = re.sub(r"(_b\d+)+$", "", name[:-2] if name[-2:] in (".L", ".R") else name)
    return base if base in FIRST_TO_GO else base.rstrip("0123456789").rstrip("_")


def _twin(name: str) -> str:
    return name[:-2] + (".R" if name.endswith(".L") else ".L") if name[-2:] in (".L", ".R") else name


def _least(skeleton: Skeleton) -> list[str]:
    """The bone to give up next, with its mirror image; never the root."""
    length = np.linalg.norm(skeleton.tails - skeleton.heads, axis=1)

    def rank(k: int) -> tuple[int, float, int]:
        name, stem = skeleton.names[k], _stem(skeleton.names[k])
        if stem in FINGERS:
            return -int(name.split("_")[1][0]), 0.0, k
        if stem in FIRST_TO_GO:
            return FIRST_TO_GO.index(stem), 0.0, -k
        return len(FIRST_TO_GO), float(length[k]), -k

    candidates = [k for k in range(len(skeleton.names)) if skeleton.parents[k] >= 0]
    name = skeleton.names[min(candidates, key=rank)]
    return [n for n in dict.fromkeys((name, _twin(name))) if n in skeleton.names]


def _merged(skeleton: Skeleton, weights: Floats | None, names: list[str]) -> tuple[Skeleton, Floats | None]:
    """Give bones up: their children and weights pass to their parents, whose tails reach on."""
    gone = {skeleton.names.index(n) for n in names}
    gone = {k for k in gone if skeleton.parents[k] >= 0}
    heads, tails, parents = skeleton.heads, skeleton.tails.copy(), list(skeleton.parents)
    into = np.eye(len(parents))
    for k in sorted(gone, reverse=True):
        p = parents[k]
        if (
            np.linalg.norm(tails[p] - heads[k]) < 0.25 * np.linalg.norm(tails[k] - heads[k])
            or parents.count(p) == 1
        ):
            tails[p] = tails[k]
        parents = [p if q == k else q for q in parents]
        into[:, p] += into[:, k]
        into[:, k] = 0
    keep = [k for k in range(len(parents)) if k not in gone]
    new = {k: i for i, k in enumerate(keep)}
    merged = Skeleton(
        [skeleton.names[k] for k in keep],
        [new[parents[k]] if parents[k] >= 0 else -1 for k in keep],
        heads[keep],
        tails[keep],
    )
    return merged, None if weights is None else (weights @ into)[:, keep]


def _longest(skeleton: Skeleton, room: int) -> list[str]:
    """The bone to split next, with its mirror image where there is room for both."""
    length = np.linalg.norm(skeleton.tails - skeleton.heads, axis=1)
    stems = [_stem(name) for name in skeleton.names]
    length = length * [2.0 if s in TWISTING else 0.3 if s in STIFF else 1.0 for s in stems]
    for k in np.argsort(-length, kind="stable"):
        name = skeleton.names[int(k)]
        pair = [n for n in dict.fromkeys((name, _twin(name))) if n in skeleton.names]
        if len(pair) <= room:
            return pair
    return []


def halved(
    skeleton: Skeleton, weights: Floats | None, vertices: Floats, name: str
) -> tuple[Skeleton, Floats | None]:
    """One bone becomes two of half its length; children pass to the outer half, whose name ends in ``_b2``."""
    k = skeleton.names.index(name)
    head, tail = skeleton.heads[k], skeleton.tails[k]
    middle = (head + tail) / 2
    names, parents = list(skeleton.names), list(skeleton.parents)
    parents = [k + 1 if p == k else p + (p > k) for p in parents]
    parents.insert(k + 1, k)
    names.insert(k + 1, _fresh(name, names))
    heads = np.insert(skeleton.heads, k + 1, middle, axis=0)
    tails = np.insert(skeleton.tails, k + 1, tail, axis=0)
    tails[k] = middle
    if weights is not None:
        axis = tail - head
        t = (vertices - head) @ axis / max(float(axis @ axis), 1e-20)
        outer = np.clip((t - 0.3) / 0.4, 0, 1)
        outer = outer * outer * (3 - 2 * outer)
        own = weights[:, k]
        weights = np.insert(weights, k + 1, own * outer, axis=1)
        weights[:, k] = own * (1 - outer)
    return Skeleton(names, parents, heads, tails), weights


def _fresh(name: str, taken: list[str]) -> str:
    base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
    number = 2
    while f"{base}_b{number}{side}" in taken:
        number += 1
    return f"{base}_b{number}{side}"
