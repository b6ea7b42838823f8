"""Where the five ends of a person are: head, hands and feet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_rig.extremities import Branch, branches, core
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.builtin_rig.welded_mesh import Floats

LEAST_ARM, LEAST_LEG = 0.15, 0.2
"""Free length of the limbs of a figure, share of its height."""
WIDEST, DEEPEST = 1.4, 0.9
"""Extent of a standing figure, share of its height."""
SITTING = 0.15
"""How far both legs reach forwards in a figure that sits, share of its height."""
MOST_MORE = 2
"""What is nearly as long as the limbs besides: a tail, long ears, the corners of a cape."""


@dataclass(eq=False)
class Marks:
    """The five ends of a person, in the mesh's frame (Y up, facing +Z, left is +X)."""

    ends: dict[str, Branch]
    """``head``, ``hand.L``, ``hand.R``, ``foot.L``, ``foot.R``."""
    height: float
    low: float
    """Height of the ground."""
    middle: float
    """X of the plane between left and right."""

    forward: float = 0.0
    """How far the feet reach to +Z before the ankles, share of the height; below 0 when they point back."""

    spare: list[Branch] = field(default_factory=list)
    """What sticks out besides the five ends."""

    others: list[tuple[Branch, Branch]] = field(default_factory=list)
    """Pairs that could be the hands instead, e.g. when the first ones are the corners of a cape."""

    def variants(self) -> list[Marks]:
        """These marks, then the same with other hands."""
        hands = [{"hand.L": left, "hand.R": right} for left, right in self.others]
        return [self] + [replace(self, ends=self.ends | pair, others=[]) for pair in hands]

    def complete(self) -> bool:
        """Whether all five were found."""
        return len(self.ends) == 5

    def like_a_person(self, extent: Floats) -> bool:
        """Whether these are two arms and two legs of an upright figure of this ``extent`` (3,), not wings, fins or
        some of a spider's legs."""
        free = {n: (b.length - b.radius[-1]) / self.height for n, b in self.ends.items() if n != "head"}
        arms, legs = (min(v for n, v in free.items() if n.startswith(k)) for k in ("hand", "foot"))
        shortest = 0.8 * min(arms, legs) * self.height
        more = sum(b.length - b.radius[-1] > shortest for b in self.spare)
        slim = extent[0] < WIDEST * self.height and extent[2] < DEEPEST * self.height
        return bool(slim and arms > LEAST_ARM and legs > LEAST_LEG and more <= MOST_MORE)

    def quality(self) -> float:
        """How much this looks like a person who faces +Z: 1 for a symmetric one with its feet forwards."""
        if not self.complete():
            return 0.0
        score = 1.0
        for name in ("hand", "foot"):
            left, right = self.ends[name + ".L"].tip, self.ends[name + ".R"].tip
            apart = abs(left[1] - right[1]) + abs(left[0] + right[0] - 2 * self.middle)
            score -= 0.6 * min(float(apart) / self.height, 0.5)
        return float(max(score + np.clip(3 * self.forward, -0.3, 0.3), 0.05))


def find_marks(voxels: Voxels) -> Marks:
    """Sort the figure's ends into hands and feet by height, side and likeness of the two sides; the head is what
    is highest in the middle."""
    centres = voxels.centres(voxels.filled)
    low, high = float(centres[:, 1].min()) - voxels.step / 2, float(centres[:, 1].max()) + voxels.step / 2
    height = high - low
    torso = centres[np.abs(centres[:, 1] - low - 0.6 * height) < 0.12 * height]
    middle = float(np.median(torso[:, 0])) if len(torso) else float(np.median(centres[:, 0]))
    guess = np.array([middle, low + 0.55 * height, float(np.median(centres[:, 2]))])
    column = centres[np.abs(centres[:, 0] - middle) < 0.05 * height]
    top = column[column[:, 1].argmax()] if len(column) else centres[centres[:, 1].argmax()]
    found = branches(voxels, core(voxels, guess), limit=10, shortest=0.07, first=top)
    ends: dict[str, Branch] = {}
    if top[1] > low + 0.6 * height:
        ends["head"] = found[0]
    found = found[1:]
    up = np.array([(b.tip[1] - low) / height for b in found])
    side = np.array([(b.tip[0] - middle) / height for b in found])
    length = np.array([b.length / height for b in found])
    joins = np.array([(b.path[-1][1] - low) / height for b in found])
    worth = length + 0.5 * np.abs(side) - joins  # ears and hair leave high up, arms below them
    feet = _pairs((up < 0.3) & (joins < 0.75), side, worth - np.abs(side) - 3 * up, up, -0.03)
    used = np.isin(np.arange(len(found)), feet[0] if feet else [])
    hands = _pairs((up > 0.15) & (joins < 0.85) & ~used, side, worth, up, 0.04)
    for name, pairs in (("foot", feet), ("hand", hands)):
        for k, s in zip(pairs[0] if pairs else (), (".L", ".R"), strict=False):
            ends[name + s] = found[k]
    taken = {k for pairs in (feet, hands) for k in (pairs[0] if pairs else ())}
    spare = [b for k, b in enumerate(found) if k not in taken]
    marks = Marks(ends, height, low, middle, 0.0, spare, [(found[i], found[j]) for i, j in hands[1:2]])
    if feet:
        marks.forward = float(np.mean([_foot_forward(centres, found[k], height) for k in feet[0]]))
        out = float(np.mean([found[k].tip[2] - found[k].path[-1][2] for k in feet[0]])) / height
        marks.forward += out if abs(out) > SITTING else 0.0
    return marks


def _foot_forward(centres: Floats, leg: Branch, height: float) -> float:
    """How far the sole lies before the ankle, share of the height."""
    floor = leg.path[:, 1].min()
    near = np.linalg.norm(centres - leg.tip, axis=1) < 0.16 * height
    sole = near & (centres[:, 1] < floor + 0.03 * height)
    shin = near & (centres[:, 1] > floor + 0.06 * height)
    if not sole.any() or not shin.any():
        return 0.0
    return float(centres[sole, 2].mean() - centres[shin, 2].mean()) / height


def _pairs(
    allowed: NDArray[np.bool_], side: Floats, worth: Floats, up: Floats, apart: float
) -> list[tuple[int, int]]:
    """(left, right) pairs of allowed ends without one in common, best first: of worth, and alike in height and in
    distance from the middle."""
    scored = [
        (float(worth[i] + worth[j] - abs(up[i] - up[j]) - abs(side[i] + side[j])), int(i), int(j))
        for i in np.flatnonzero(allowed & (side > apart))
        for j in np.flatnonzero(allowed & (side < -apart))
        if i != j
    ]
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(scored, reverse=True):
        if not any(k in pair for pair in pairs for k in (i, j)):
            pairs.append((i, j))
    return pairs
