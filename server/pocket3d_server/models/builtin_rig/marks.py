"""Where the five ends of a person are: head, hands and feet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.models.builtin_rig.extremities import Branch, along, branches, core
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.welded_mesh import Floats

LEAST_ARM, LEAST_LEG = 0.15, 0.2
"""Free length of the limbs of a figure, share of its height."""
WIDEST, DEEPEST = 1.4, 0.9
"""Extent of a standing figure, share of its height."""
SITTING = 0.15
"""How far both legs reach forwards in a figure that sits, share of its height."""
KNEE, ELBOW = 0.03, 0.012
"""Mean distance of a leg and an arm from a straight line, share of the height, that says nothing of where it faces."""
GOWN, STANCE = 0.18, 0.05
"""Least width of a gown that hides the feet, and how far from the middle these stand, share of the height."""
GOWN_LEVELS = (0.12, 0.2, 0.3)
"""Where a gown is looked for, the same: shoes may show below it."""
STANDS, LIFTED = 0.3, 0.6
"""How high a foot may be that stands, and the other one of a figure that runs or kicks, share of the height."""
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
    """How much feet, knees and elbows speak for +Z as the front, share of the height; below 0 for -Z."""

    spare: list[Branch] = field(default_factory=list)
    """What sticks out besides the five ends."""

    others: list[tuple[Branch, Branch]] = field(default_factory=list)
    """Pairs that could be the hands instead, e.g. when the first ones are the corners of a cape."""

    gown: dict[str, Branch] = field(default_factory=dict)
    """Where the feet stand under a gown or robe; empty where there is none."""

    def variants(self) -> list[Marks]:
        """These marks, then the same with other hands, or with feet under the gown."""
        hands = [{"hand.L": left, "hand.R": right} for left, right in self.others]
        other = [pair for pair in (*hands, self.gown) if pair]
        return [self] + [replace(self, ends=self.ends | pair, others=[]) for pair in other]

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
    feet = _pairs((up < STANDS) & (joins < 0.75), side, worth - np.abs(side) - 3 * up, up, -0.03)
    if not feet:  # one foot is off the ground
        lifted = _pairs((up < LIFTED) & (joins < 0.75), side, worth - np.abs(side) - 3 * up, up, -0.03)
        feet = [pair for pair in lifted if up[list(pair)].min() < STANDS]
    used = np.isin(np.arange(len(found)), feet[0] if feet else [])
    hands = _pairs((up > 0.15) & (joins < 0.85) & ~used, side, worth, up, 0.04)
    for name, pairs in (("foot", feet), ("hand", hands)):
        for k, s in zip(pairs[0] if pairs else (), (".L", ".R"), strict=False):
            ends[name + s] = found[k]
    taken = {k for pairs in (feet, hands) for k in (pairs[0] if pairs else ())}
    spare = [b for k, b in enumerate(found) if k not in taken]
    marks = Marks(ends, height, low, middle, 0.0, spare, [(found[i], found[j]) for i, j in hands[1:2]])
    marks.gown = _under_gown(voxels, marks)
    marks.forward = _forward(centres, marks)
    if not feet:
        marks.ends |= marks.gown
    return marks


def _under_gown(voxels: Voxels, marks: Marks) -> dict[str, Branch]:
    """Feet side by side in the middle of the slices above the ground, where these are one wide ring or disc; else nothing."""
    levels = ((np.array(GOWN_LEVELS) * marks.height + marks.low - voxels.low[1]) / voxels.step).astype(int)
    spots = []
    for y in levels:
        label, count = ndimage.label(ndimage.binary_fill_holes(voxels.inside[:, y]))
        if not count:
            return {}
        cells = np.argwhere(label == np.bincount(label.ravel())[1:].argmax() + 1)
        if (
            np.ptp(cells, axis=0).min() * voxels.step < GOWN * marks.height
            or len(cells) < 0.9 * (label > 0).sum()
        ):
            return {}
        spots.append((cells.mean(axis=0) + 0.5) * voxels.step + voxels.low[[0, 2]])
    depth = float(np.mean([s[1] for s in spots]))
    feet = {}
    for side, sign in ((".L", 1), (".R", -1)):
        rise = np.linspace(0.02, 0.48, 12)[:, None] * [0, marks.height, 0]
        path = rise + [marks.middle + sign * STANCE * marks.height, marks.low, depth]
        feet["foot" + side] = Branch(path, np.full(len(path), 0.04 * marks.height), 0.46 * marks.height)
    return feet


def _forward(centres: Floats, marks: Marks) -> float:
    """How much feet, knees and elbows speak for +Z as the front, share of the height; below 0 for -Z."""
    legs, arms = ([b for n, b in marks.ends.items() if n.startswith(k)] for k in ("foot", "hand"))
    height, forward = marks.height, 0.0
    if legs:
        toes = [_foot_forward(centres, leg, height) for leg in legs]
        if marks.gown:  # what shows of the shoes lies before the middle of the gown
            shoes = centres[centres[:, 1] < marks.low + 0.04 * height, 2]
            toes = [float(shoes.mean() - marks.gown["foot.L"].tip[2]) / height]
        forward += float(np.mean(toes))
        out = float(np.mean([leg.tip[2] - leg.path[-1][2] for leg in legs])) / height
        forward += out if abs(out) > SITTING else 0.0
        forward += 2 * float(np.mean([_bent(leg, height, KNEE) for leg in legs]))
    if arms:
        forward -= float(np.mean([_bent(arm, height, ELBOW) for arm in arms]))
    return forward


def _foot_forward(centres: Floats, leg: Branch, height: float) -> float:
    """How far the sole lies before the ankle, share of the height."""
    floor = leg.path[:, 1].min()
    near = np.linalg.norm(centres - leg.tip, axis=1) < 0.16 * height
    sole = near & (centres[:, 1] < floor + 0.03 * height)
    shin = near & (centres[:, 1] > floor + 0.06 * height)
    if not sole.any() or not shin.any():
        return 0.0
    return float(centres[sole, 2].mean() - centres[shin, 2].mean()) / height


def _bent(limb: Branch, height: float, straight: float) -> float:
    """How far the middle of a limb lies to +Z of the straight line between its ends, share of the height: knees bend
    forwards, elbows backwards. 0 for a limb that is nearly straight."""
    line = along(limb.path, np.linspace(0.15, 0.7, 24) * limb.length)
    chord = line[-1] - line[0]
    off = line - line[0]
    off -= np.outer(off @ chord / max(float(chord @ chord), 1e-20), chord)
    bent = float(off[:, 2].mean()) / height
    return bent if abs(bent) > straight else 0.0


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
