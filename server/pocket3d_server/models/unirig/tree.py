"""A skeleton as a tree that can be asked about: what hangs on a bone, how far it reaches, what mirrors it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pocket3d_server.geometry.asset import Skeleton
from pocket3d_server.models.rigging.welded_mesh import Floats

ALIKE = 0.08
"""Two limbs mirror each other when their middles do, up to this share of the skeleton's size."""
ASIDE = 0.015
"""What lies within this share of the size beside the middle is on neither side."""


class Tree:
    """Bones by number. Y is up, the front faces +Z, left is +X."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.heads = np.asarray(skeleton.heads, np.float64)
        self.tails = np.asarray(skeleton.tails, np.float64)
        self.parents = list(skeleton.parents)
        count = len(self.parents)
        self.children = [[k for k in range(count) if self.parents[k] == at] for at in range(count)]
        self.root = self.parents.index(-1)
        points = np.concatenate([self.heads, self.tails])
        self.low, self.high = points.min(axis=0), points.max(axis=0)
        self.size = max(float((self.high - self.low).max()), 1e-12)
        self.middle = float(self.heads[self.root, 0])

    @cached_property
    def below(self) -> list[list[int]]:
        """Each bone and all that hangs on it."""
        found: list[list[int]] = [[k] for k in range(len(self.parents))]
        for k in reversed(self.order):
            if self.parents[k] >= 0:
                found[self.parents[k]] += found[k]
        return found

    @cached_property
    def order(self) -> list[int]:
        """All bones, parents before children."""
        found = [k for k, parent in enumerate(self.parents) if parent < 0]
        for k in found:
            found += self.children[k]
        return found

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Siblings that mirror each other, left and right."""
        return [pair for siblings in self.children for pair in self._mirrored(siblings, siblings)]

    @cached_property
    def twins(self) -> list[tuple[int, int]]:
        """All bones that mirror each other, left and right: `pairs`, and what hangs on them alike."""
        found = list(self.pairs)
        for a, b in found:
            found += self._mirrored(self.children[a], self.children[b])
        return found

    def points(self, at: int) -> Floats:
        """Both ends of a bone and of all that hangs on it, (N, 3)."""
        return np.concatenate([self.heads[self.below[at]], self.tails[self.below[at]]])

    def reach(self, at: int) -> float:
        """How far what begins at a bone gets from there."""
        return float(np.linalg.norm(self.points(at) - self.heads[at], axis=1).max())

    def length(self, at: int) -> float:
        """Of one bone."""
        return float(np.linalg.norm(self.tails[at] - self.heads[at]))

    def path(self, at: int) -> list[int]:
        """From the root to a bone, both included."""
        found = [at]
        while self.parents[found[-1]] >= 0:
            found.append(self.parents[found[-1]])
        return found[::-1]

    def limb(self, at: int) -> list[int]:
        """From a bone to the end of the longest that hangs on it."""
        found = [at]
        while self.children[found[-1]]:
            found.append(self.furthest(self.children[found[-1]], at))
        return found

    def furthest(self, some: list[int], start: int) -> int:
        """Of some bones the one that gets furthest from where ``start`` begins, with all that hangs on it."""
        return max(
            some, key=lambda k: float(np.linalg.norm(self.points(k) - self.heads[start], axis=1).max())
        )

    def _mirrored(self, some: list[int], others: list[int]) -> list[tuple[int, int]]:
        """Pairs of bones, left and right, of which one is of each list; each takes the one that mirrors it best."""
        centre = {k: self.points(k).mean(axis=0) - [self.middle, 0, 0] for k in {*some, *others}}
        far = ASIDE * self.size
        gaps = sorted(
            (float(np.linalg.norm(centre[a] * [-1, 1, 1] - centre[b])), a, b)
            for a in some
            for b in others
            if centre[a][0] > far and centre[b][0] < -far
        )
        found: dict[int, int] = {}
        for gap, a, b in gaps:
            if gap < ALIKE * self.size and a not in found and b not in found.values():
                found[a] = b
        return list(found.items())
