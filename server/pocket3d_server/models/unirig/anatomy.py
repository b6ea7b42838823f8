"""Names the bones of a skeleton by where they lie, for models that give bones but no names.

A person stands on one pair of limbs and has another further up the trunk; an animal stands on two. What is neither, and
what hangs on them, keeps numbers, with .L and .R where it comes in pairs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.unirig.tree import Tree

Kind = Literal["person", "animal", "other"]

GROUND = 0.15
"""What reaches this share of the height or lower, from above it, stands on the ground."""
ARM = 0.2
"""Share of the size that an arm is long, at least."""
PERSONS_NECK, ANIMALS_NECK = 0.45, 0.65
"""Share of the way from the chest to the top where the neck ends."""
AHEAD = 0.02
"""Share of the size by which feet point somewhere, or a head is high."""
LEG = ("thigh", "shin", "foot", "toe")
FINGERS = {
    1: ("middle",),
    2: ("thumb", "middle"),
    3: ("thumb", "index", "middle"),
    4: ("thumb", "index", "middle", "ring"),
    5: ("thumb", "index", "middle", "ring", "pinky"),
}
"""Names of a hand's fingers by how many there are, from the thumb on."""

Names = dict[int, str]
Pair = tuple[int, int]


def named(skeleton: Skeleton, kinds: Collection[Kind] = ("person", "animal")) -> tuple[Skeleton, Kind]:
    """``skeleton``, Y up, under names of bones, and what it was taken for, which is of ``kinds`` or other.

    It should face +Z; what plainly faces the other way, by its feet or its head, is read so.
    """
    tree = Tree(skeleton)
    kind, names = _recognised(tree, kinds)
    if _backwards(tree, names):
        behind = np.array([-1.0, 1.0, -1.0])
        tree = Tree(replace(skeleton, heads=skeleton.heads * behind, tails=skeleton.tails * behind))
        kind, names = _recognised(tree, kinds)
    names.setdefault(tree.root, "root")
    _number(tree, names)
    return replace(skeleton, names=_unique([names[k] for k in range(len(names))])), kind


def _recognised(tree: Tree, kinds: Collection[Kind]) -> tuple[Kind, Names]:
    """What it is, and the names of the bones that belong to that."""
    legs = _standing(tree)
    if len(legs) == 1 and "person" in kinds:
        arms = _arms(tree, legs[0])
        if arms is not None:
            return "person", _person(tree, legs[0], arms)
    if len(legs) == 2 and "animal" in kinds:
        return "animal", _animal(tree, *legs)
    return "other", {}


def _backwards(tree: Tree, names: Names) -> bool:
    """Whether a person's feet point to the back, or an animal carries nothing in front and something high behind."""
    feet = [k for k, name in names.items() if name.startswith(("foot", "toe"))]
    if "tail_1" not in names.values():
        return float((tree.tails[feet, 2] - tree.heads[feet, 2]).sum()) < -AHEAD * tree.size
    if any(name.startswith(("neck", "head")) for name in names.values()):
        return False
    tail = [k for k, name in names.items() if name.startswith("tail")]
    hips = next(k for k, name in names.items() if name == "hips")
    return bool(tree.tails[tail, 1].max() > tree.tails[hips, 1] + AHEAD * tree.size)


def _standing(tree: Tree) -> list[Pair]:
    """Pairs of legs, those at the back first: the longest where several hang on one bone or below one another."""
    ground = tree.low[1] + GROUND * (tree.high[1] - tree.low[1])
    found: list[Pair] = []
    for pair in sorted(tree.pairs, key=lambda pair: -tree.reach(pair[0])):
        lowest = [float(tree.points(k)[:, 1].min()) for k in pair]
        highest = min(float(tree.heads[k, 1]) for k in pair)
        taken = any(
            tree.parents[pair[0]] in [tree.parents[a], *tree.below[a], *tree.below[b]] for a, b in found
        )
        if max(lowest) < ground < highest and not taken:
            found.append(pair)
    if len(found) == 2 and abs(_forward(tree, found[0]) - _forward(tree, found[1])) < 0.1 * tree.size:
        found = found[:1]
    return sorted(found[:2], key=lambda pair: _forward(tree, pair))


def _forward(tree: Tree, pair: Pair) -> float:
    return float(tree.heads[list(pair), 2].mean())


def _arms(tree: Tree, legs: Pair) -> Pair | None:
    """The longest pair that hangs on the trunk above the legs."""
    hips = tree.parents[legs[0]]
    low = float(tree.heads[hips, 1])
    found = [
        pair
        for pair in tree.pairs
        if tree.parents[pair[0]] != hips
        and pair[0] not in tree.below[legs[0]] + tree.below[legs[1]]
        and min(float(tree.heads[k, 1]) for k in pair) > low
        and min(tree.reach(k) for k in pair) > ARM * tree.size
    ]
    # Hair on a head is long too, so what hangs nearest to the hips comes first where lengths are alike.
    return max(found, key=lambda p: tree.reach(p[0]) / len(tree.path(p[0])), default=None)


def _person(tree: Tree, legs: Pair, arms: Pair) -> Names:
    names = _trunk(tree, tree.parents[legs[0]], tree.parents[arms[0]], PERSONS_NECK)
    for at in legs:
        _leg(tree, at, names, ("pelvis", *LEG))
    for at in arms:
        _arm(tree, at, names)
    return names


def _animal(tree: Tree, hind: Pair, front: Pair) -> Names:
    names = _trunk(tree, tree.parents[hind[0]], tree.parents[front[0]], ANIMALS_NECK)
    for at in hind:
        _leg(tree, at, names, ("pelvis", *LEG))
    for at in front:
        _leg(tree, at, names, ("shoulder", *(f"front_{name}" for name in LEG)))
    names.update(
        {k: "neck_2" for k, name in names.items() if name == "neck_b2"}
    )  # as our own animals have it
    hips = [k for k, name in names.items() if name in ("hips", "root")]
    middle = [
        k
        for at in hips
        for k in tree.children[at]
        if k not in names and tree.points(k)[:, 2].min() < tree.heads[at, 2]
    ]
    if middle:
        tail = tree.limb(max(middle, key=tree.reach))
        names.update({k: f"tail_{number}" for number, k in enumerate(tail, 1)})
    return names


def _trunk(tree: Tree, hips: int, chest: int, where: float) -> Names:
    """Bones from where the legs hang, over where the arms or front legs hang, to the head, which begins at the share
    ``where`` of the way from the chest to the top."""
    if hips == chest:
        return {hips: "hips"} | _neck(tree, chest, {hips}, where)
    down, up = tree.path(hips), tree.path(chest)
    between = [k for k in (*up, *down) if (k in up) != (k in down) and k not in (hips, chest)]
    names = {hips: "hips", chest: "chest"} | _numbered("spine", between)
    return names | _neck(tree, chest, set(names), where)


def _neck(tree: Tree, chest: int, trunk: set[int], where: float) -> Names:
    """Neck and head: the highest that hangs on the chest in the middle and is no part of the ``trunk``."""
    others = trunk | {k for pair in tree.pairs for k in pair}
    chain: list[int] = []
    at = chest
    while True:
        onward = [k for k in tree.children[at] if k not in others and not _aside(tree, k)]
        if not onward or (chain and len(tree.children[at]) > 2):
            break
        at = max(onward, key=lambda k: float((tree.points(k) @ [0.0, 1.0, 0.5]).max()))
        chain.append(at)
    if not chain:
        return {}
    way = tree.tails[chain[-1]] - tree.heads[chest]
    share = (tree.heads[chain] - tree.heads[chest]) @ way / max(float(way @ way), 1e-12)
    # A single bone is the head, the first of two the neck, whatever their lengths.
    first = [k for k in range(1, len(chain)) if share[k] > where or len(chain) == 2]
    head = first[0] if first else len(chain) - 1
    return _numbered("neck", chain[:head]) | _numbered("head", chain[head:])


def _numbered(name: str, bones: list[int]) -> Names:
    """The parts that one bone of a simpler rig is divided into."""
    return {k: name if number == 1 else f"{name}_b{number}" for number, k in enumerate(bones, 1)}


def _aside(tree: Tree, at: int) -> bool:
    return abs(float(tree.points(at)[:, 0].mean()) - tree.middle) > 0.05 * tree.size


def _leg(tree: Tree, at: int, names: Names, words: tuple[str, ...]) -> None:
    """``words``: of the bone at the trunk, which few legs have, then of the others from top to bottom."""
    limb, side = tree.limb(at), _side(tree, at)
    if len(limb) >= len(words) or (len(limb) > 3 and tree.length(limb[0]) < 0.35 * tree.length(limb[1])):
        names[limb[0]] = words[0] + side
        limb = limb[1:]
    for number, k in enumerate(limb):
        more = number - len(words) + 2
        names[k] = words[min(number + 1, len(words) - 1)] + (f"_b{more + 1}" if more > 0 else "") + side


def _arm(tree: Tree, at: int, names: Names) -> None:
    """Shoulder, arm, hand and fingers."""
    limb, side = tree.limb(at), _side(tree, at)
    hand = next((k for k, bone in enumerate(limb) if k and len(tree.children[bone]) > 2), None)
    if hand is None:
        shoulder = len(limb) > 2 and tree.length(limb[0]) < 0.7 * tree.length(limb[1])
        hand = min(2 + shoulder, len(limb))
    else:
        shoulder = hand > 2
    words = ["shoulder"] * shoulder + ["upper_arm", "forearm"]
    words += [f"forearm_b{k}" for k in range(2, hand - len(words) + 2)]
    for word, bone in zip([*words[:hand], "hand"], limb, strict=False):
        names[bone] = word + side
    if hand < len(limb):
        _fingers(tree, limb[hand], limb[hand - 1], names, side)


def _fingers(tree: Tree, hand: int, forearm: int, names: Names, side: str) -> None:
    """The thumb begins nearest to the wrist, or points away most; the others follow by how far they are from it."""
    chains = {k: tree.limb(k) for k in tree.children[hand]}
    words = FINGERS.get(len(chains))
    if words is None:
        return
    along = tree.heads[hand] - tree.heads[forearm]
    along /= max(float(np.linalg.norm(along)), 1e-12)
    tips = {k: tree.tails[chain[-1]] for k, chain in chains.items()}
    thumb = min(chains, key=lambda k: float((tips[k] - tree.heads[hand]) @ along))
    ranked = sorted(chains, key=lambda k: float(np.linalg.norm(tree.tails[k] - tree.tails[thumb])))
    for word, at in zip(words, ranked, strict=True):
        names.update({k: f"{word}_{number}{side}" for number, k in enumerate(chains[at], 1)})


def _side(tree: Tree, at: int) -> str:
    return ".L" if float(tree.points(at)[:, 0].mean()) > tree.middle else ".R"


def _number(tree: Tree, names: Names) -> None:
    """Give the others numbers; what mirrors each other gets the same."""
    twin = {a: b for pair in tree.twins for a, b in (pair, pair[::-1])}
    left = {a for a, _ in tree.twins}
    number = 0
    for at in (at for at in tree.order if at not in names):
        if at in names:
            continue
        number += 1
        other = twin.get(at)
        if other is None or other in names:
            names[at] = f"bone_{number}"
        else:
            a, b = (at, other) if at in left else (other, at)
            names[a], names[b] = f"bone_{number}.L", f"bone_{number}.R"


def _unique(names: list[str]) -> list[str]:
    """Each name once."""
    taken: set[str] = set()
    for at, name in enumerate(names):
        base, side = (name[:-2], name[-2:]) if name[-2:] in (".L", ".R") else (name, "")
        number = 1
        while name in taken:
            number += 1
            name = f"{base}_b{number}{side}"
        taken.add(name)
        names[at] = name
    return names
