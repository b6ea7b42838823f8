"""Skeletons of trees: trunk, limbs and twigs as tapering lines, grown from seeded rules.

Each branch leaves its parent at an angle, turned from its elder sibling by the golden angle, and bends towards
the light (Prusinkiewicz & Lindenmayer 1990, "The Algorithmic Beauty of Plants", for the rules).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GOLDEN = np.radians(137.5)


@dataclass(frozen=True)
class Branch:
    """A tapering line: points (N, 3), radii (N,), and how many forks lie below it (0 is the trunk)."""

    points: Array
    radii: Array
    level: int


@dataclass(frozen=True)
class Habit:
    """How a kind of tree grows. Lengths in metres, angles in degrees, one value per level."""

    height: float = 6.0
    radius: float = 0.20
    bare: float = 0.32
    """Share of the trunk below the first limb."""
    children: tuple[int, ...] = (9, 5, 4)
    angle: tuple[float, ...] = (52, 45, 42)
    length: tuple[float, ...] = (0.50, 0.52, 0.50)
    """Of the parent's length."""
    up: float = 0.25
    """How strongly branches turn to the sky; negative lets them hang."""
    wander: float = 0.10
    lean: float = 0.04
    crown: str = "round"
    """round, wide, column or cone: how limb length changes with height."""


def grow(habit: Habit, rng: np.random.Generator) -> list[Branch]:
    """The branches of one tree standing at the origin, parents before children."""
    steps = 11
    t = np.linspace(0, 1, steps)
    sway = np.cumsum(rng.normal(0, habit.wander * 0.05, (steps, 2)), axis=0) * habit.height
    sway += habit.lean * habit.height * rng.normal(0, 1, 2) * t[:, None] ** 1.5
    trunk = np.stack([sway[:, 0] - sway[0, 0], habit.height * 0.82 * t, sway[:, 1] - sway[0, 1]], axis=1)
    branches = [Branch(trunk, habit.radius * (1 - 0.78 * t**0.9), 0)]
    level_branches = branches[:]
    for level, (count, angle, share) in enumerate(
        zip(habit.children, habit.angle, habit.length, strict=True)
    ):
        fresh: list[Branch] = []
        for parent in level_branches:
            fresh += _children(parent, habit, level, count, angle, share, rng)
        branches += fresh
        level_branches = fresh
    return branches


def _children(
    parent: Branch, habit: Habit, level: int, count: int, angle: float, share: float, rng: np.random.Generator
) -> list[Branch]:
    span = np.r_[0, np.cumsum(np.linalg.norm(np.diff(parent.points, axis=0), axis=1))]
    size = span[-1]
    first = habit.bare if level == 0 else 0.25
    spin = rng.random() * 2 * np.pi
    out = []
    for k in range(count):
        t = first + (0.98 - first) * (k + 0.35 + 0.3 * rng.random()) / count
        at = np.array([np.interp(t * size, span, parent.points[:, i]) for i in range(3)])
        thick = float(np.interp(t * size, span, parent.radii))
        index = int(np.clip(np.searchsorted(span, t * size), 1, len(span) - 1))
        axis = parent.points[index] - parent.points[index - 1]
        axis /= np.linalg.norm(axis)
        helper = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.9 else np.array([0, 0, 1.0])
        u = np.cross(axis, helper)
        u /= np.linalg.norm(u)
        v = np.cross(axis, u)
        spin += GOLDEN + 0.25 * rng.normal()
        tilt = np.radians(angle * (1.08 - 0.35 * t) + 6 * rng.normal())
        heading = np.cos(tilt) * axis + np.sin(tilt) * (np.cos(spin) * u + np.sin(spin) * v)
        high = (t - first) / max(1 - first, 1e-6)
        profile = {
            "round": 0.55 + 0.75 * np.sin(np.pi * (0.15 + 0.75 * high)),
            "wide": 1.15 - 0.25 * high,
            "column": 0.55,
            "cone": 1.25 - 1.0 * high,
        }
        length = (
            size
            * share
            * (profile[habit.crown] if level == 0 else 1.0 - 0.4 * high)
            * (0.92 + 0.16 * rng.random())
        )
        out.append(_line(at, heading, length, thick * (0.62 if level == 0 else 0.7), level + 1, habit, rng))
    return out


def _line(
    start: Array,
    heading: Array,
    length: float,
    radius: float,
    level: int,
    habit: Habit,
    rng: np.random.Generator,
) -> Branch:
    steps = max(8 - 2 * level, 4)
    points, direction = [start], heading
    for _ in range(steps):
        direction = direction + habit.wander * rng.normal(0, 1, 3) + np.array([0, habit.up / steps * 1.6, 0])
        direction = direction / np.linalg.norm(direction)
        points.append(points[-1] + direction * length / steps)
    t = np.linspace(0, 1, steps + 1)
    return Branch(np.array(points), np.maximum(radius * (1 - 0.75 * t), 0.004 * habit.height / 6), level)
