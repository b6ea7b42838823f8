"""Four-legged animals at rest and on the move: which way each limb is turned, and how a sitting one folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
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
    "lying": "lying", "laying": "lying", "resting": "lying", "sleeping": "sleeping", "asleep": "sleeping", "napping": "sleeping", "curled": "sleeping",
}  # fmt: skip
TALLEST = 1.2
"""Withers height in metres of the tallest that sits down like a dog."""


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
    """``sitting``, ``lying``, ``sleeping``, ``running``, ``walking`` or ``standing``: what the prompt, or the
    scene around it, asks of this animal, as far as it can."""
    brief.heard.words.update(WORDS)
    pose = next((WORDS[w] for w in sorted(brief.words) if w in WORDS), WORDS.get(brief.pose, "standing"))
    if pose == "sitting" and (a.foot not in SITTERS or a.height > TALLEST):
        return "standing"
    if pose in ("lying", "sleeping") and a.foot == "pillar":
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


def folded_hind_leg(blend: Blend, a: Anatomy, side: float, hips: Array, knee_at: float = 0.30) -> None:
    """A haunch, a knee in front of it ``knee_at`` withers heights up, and a foot flat on the ground."""
    thigh, gaskin, cannon = a.hind
    x, s = side * max(a.rump[0] * 0.50, a.stance[1]), a.foot_size
    haunch = np.array([0.82 * x, knee_at, hips[2] + 0.10])
    knee, hock = np.array([1.12 * x, knee_at, hips[2] + 0.30]), np.array([x, 0.07, hips[2] + 0.04])
    foot = np.array([1.08 * x, 0.9 * s, hips[2] + 0.34])
    blend.add(Ellipsoid(haunch, (1.05 * thigh, 0.87 * knee_at, 0.22)), 0.07, "trunk")
    blend.add(
        Chain(
            curve([haunch, knee, hock], 8),
            np.interp(np.linspace(0, 2, 8), [0, 1, 2], [thigh, 1.15 * gaskin, 1.1 * cannon]),
        ),
        0.04,
        "leg",
    )
    blend.add(Chain(np.array([hock, foot]), [1.15 * cannon, 1.1 * cannon]), 0.03, "leg")


def sink(a: Anatomy) -> float:
    """How far the trunk of a lying animal comes down, in withers heights: its belly is a little pressed."""
    return max(0.975 - max(a.chest[1], a.loin[1] + a.belly), 0.0)


def outstretched_fore_leg(blend: Blend, a: Anatomy, side: float, down: float) -> tuple[Array, Array]:
    """The fore leg of a lying animal under shoulders ``down`` lower than they stand: (3,) where its foot is and
    the matrix (3, 3) that turns it. Paws lie ahead; hooves are folded under the breast."""
    z, (upper, lower, cannon) = a.length / 2, a.fore
    x = side * max(0.80 * a.chest[0] / 2, a.stance[0])
    shoulder = np.array([0.74 * side * a.chest[0] / 2, a.elbow + 0.30 * (1 - a.elbow) - down, z + 0.015])
    elbow = np.array([1.05 * x, max(1.1 * lower, 0.10), z - 0.12])
    wrist = elbow + (-0.10 * x, 0.0, a.elbow - a.wrist)
    wrist[1] = 1.2 * cannon
    if a.foot == "paw":
        foot, turn = wrist + (0.0, 0.0, 0.7 * a.wrist), np.eye(3)
        foot[1] = 0.95 * a.foot_size
    else:
        foot, turn = wrist + (-0.35 * x, 0.0, -0.9 * a.wrist), rotation(x=90)
    line = (
        curve([shoulder, elbow, wrist, foot], 10)
        if a.foot == "paw"
        else np.array([shoulder, elbow, wrist, foot])
    )
    span = np.linspace(0, 3, len(line))
    radii = np.interp(
        span, [0, 1, 1.7, 2, 2.25, 3], [upper, 0.9 * upper, lower, 1.1 * cannon, cannon, cannon]
    )
    blend.add(Chain(line, radii), 0.05, "leg")
    return foot, turn


def curled(asset: Asset, degrees: float) -> None:
    """Bend an animal about a vertical axis beside it, nose towards tail, in place. Lengths along its middle stay."""
    low, high = asset.bounds()
    middle = (low[2] + high[2]) / 2
    radius = (high[2] - low[2]) / np.radians(degrees)
    for p in asset.primitives():
        v, n = np.asarray(p.vertices, float), p.normals
        angle, reach = (v[:, 2] - middle) / radius, radius - v[:, 0]
        s, c = np.sin(angle), np.cos(angle)
        p.vertices = np.stack([radius - reach * c, v[:, 1], reach * s], axis=1)
        if n is not None:
            m = np.asarray(n, float)
            along = m[:, 2] * radius / np.maximum(reach, 0.1 * radius)
            turned = np.stack([m[:, 0] * c + along * s, m[:, 1], along * c - m[:, 0] * s], axis=1)
            p.normals = turned / np.linalg.norm(turned, axis=1, keepdims=True).clip(1e-9)
