"""Four-legged animals at rest and on the move: which way each limb is turned, and how a sitting one folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, Shape, curve
from pocket3d_server.geometry.solid import rotation
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]
SITTERS = ("paw",)
"""Feet of the animals that sit upright like a dog."""


@dataclass(frozen=True)
class Gait:
    """Degrees that each leg swings forward at its root and bends below (fore left, fore right, hind left, hind right)."""

    swing: tuple[float, float, float, float]
    bend: tuple[float, float, float, float]


GAITS = {
    "running": Gait((54, 26, -44, -16), (-16, -62, -4, 20)),
    "walking": Gait((20, -16, -16, 18), (-10, -8, -4, 6)),
}
"""Front legs bend their wrists backward, hind legs their hocks."""
WORDS = {
    "sitting": "sitting", "seated": "sitting", "running": "running", "galloping": "running", "jumping": "running", "leaping": "running", "walking": "walking",
}  # fmt: skip


@dataclass(frozen=True)
class Turned:
    """A shape turned by a matrix about a point and then shifted."""

    shape: Shape
    turn: Array
    about: Array
    shift: Array | float = 0.0

    def distance(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """See `Shape.distance`."""
        back = (points - (self.about + self.shift).astype(points.dtype)) @ self.turn.astype(points.dtype)
        return self.shape.distance(back + self.about.astype(points.dtype))

    def bounds(self) -> tuple[Array, Array]:
        """See `Shape.bounds`."""
        low, high = self.shape.bounds()
        corners = np.array(
            [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        )
        moved = (corners - self.about) @ self.turn.T + self.about + self.shift
        return moved.min(axis=0), moved.max(axis=0)


def pose_for(brief: Brief, a: Anatomy) -> str:
    """``sitting``, ``running``, ``walking`` or ``standing``: what the prompt asks of this animal, as far as it can."""
    brief.heard.words.update(WORDS)
    pose = next((WORDS[w] for w in sorted(brief.words) if w in WORDS), "standing")
    if pose == "sitting" and (a.foot not in SITTERS or a.height > 1.2):
        return "standing"
    return pose


def swung(points: Array, gait: Gait, leg: int) -> tuple[Array, Array]:
    """A leg's joints (N, 3), root first, in a gait; and the matrix (3, 3) that its foot is turned by."""
    upper, lower = rotation(x=-gait.swing[leg]), rotation(x=-gait.swing[leg] - gait.bend[leg])
    out = points.copy()
    out[1:] = points[0] + (points[1:] - points[0]) @ upper.T
    out[2:] = out[1] + (points[2:] - points[1]) @ lower.T
    return out, lower


def turn_terms(blend: Blend, start: int, turn: Array, about: Array) -> None:
    """Turn every shape that was added to ``blend`` from number ``start`` on."""
    blend.terms[start:] = [replace(t, shape=Turned(t.shape, turn, about)) for t in blend.terms[start:]]


def seat(a: Anatomy) -> tuple[Array, Array]:
    """How the trunk of a sitting animal is turned (3, 3), and the point (3,) between its shoulders that stays."""
    about = np.array([0.0, 0.80, a.length / 2 - 0.05])
    drop = np.clip((0.80 - 0.55 * a.rump[1]) / (a.length + 0.1), 0.2, 0.92)
    return rotation(x=-float(np.degrees(np.arcsin(drop)))), about


def folded_hind_leg(blend: Blend, a: Anatomy, side: float, hips: Array) -> None:
    """A haunch, a knee in front of it and a foot flat on the ground."""
    thigh, gaskin, cannon = a.hind
    x, s = side * max(a.rump[0] * 0.50, a.stance[1]), a.foot_size
    haunch = np.array([0.82 * x, 0.30, hips[2] + 0.10])
    knee, hock = np.array([1.12 * x, 0.30, hips[2] + 0.30]), np.array([x, 0.07, hips[2] + 0.04])
    foot = np.array([1.08 * x, 0.9 * s, hips[2] + 0.34])
    blend.add(Ellipsoid(haunch, (1.05 * thigh, 0.26, 0.22)), 0.07, "trunk")
    blend.add(
        Chain(
            curve([haunch, knee, hock], 8),
            np.interp(np.linspace(0, 2, 8), [0, 1, 2], [thigh, 1.15 * gaskin, 1.1 * cannon]),
        ),
        0.04,
        "leg",
    )
    blend.add(Chain(np.array([hock, foot]), [1.15 * cannon, 1.1 * cannon]), 0.03, "leg")
