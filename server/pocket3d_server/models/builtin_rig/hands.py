"""Lays a fitted body's hands onto the mesh's, for fingers: a body that fits as a whole may miss a hand by a finger's width.

Each hand is settled by iterated closest points with similarity transforms (Umeyama 1991), from where it lies and from
where it meets the finger tips that were found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from pocket3d_server.models.builtin_rig.body_fit import Fit
from pocket3d_server.models.builtin_rig.marks import Marks
from pocket3d_server.models.rigging.welded_mesh import Floats

HAND = 0.6
"""Least weight of the hand, fingers included, in the skin that is laid."""
STEPS = 16
GAIN = 0.0012
"""How much nearer to the mesh a hand must come to be moved, share of the height; samples make up for less."""
NORMAL = 0.01
"""Share of the height that a fully opposite normal counts as, halved."""
Map = tuple[Floats, float, Floats]
"""Rotation (3, 3), scale and shift (3,)."""
FINGERS = ("thumb", "index", "middle", "ring", "pinky")


def with_hands(fit: Fit, points: Floats, normals: Floats, marks: Marks) -> Fit:
    """The fit with its hands on the mesh's, whose surface samples and outward normals (N, 3) are ``points`` and
    ``normals``; a hand that would lie no better stays."""
    tree = cKDTree(np.concatenate([points, normals * NORMAL * fit.height], axis=1))
    joints, surface = dict(fit.joints), fit.surface.copy()
    for side in (".L", ".R"):
        of_hand = fit.model.weights[:, fit.model.index("hand" + side)]
        used = of_hand > HAND
        skin, facing = fit.surface[used], fit.normals[used]
        wrist, tip = fit.joints["hand" + side], marks.ends["hand" + side].tip

        def gap(moved: Floats, facing: Floats = facing) -> tuple[Floats, Floats]:
            at = tree.query(np.concatenate([moved, facing * NORMAL * fit.height], axis=1))[1]
            return points[at], np.linalg.norm(points[at] - moved, axis=1)

        def cost(map_: Map, skin: Floats = skin) -> float:
            return float(np.minimum(gap(_mapped(skin, map_))[1], 0.02 * fit.height).mean())

        end = fit.joints["middle_end" + side]
        best: Map = (np.eye(3), 1.0, np.zeros(3))
        before = least = cost(best)
        for start in (best, (np.eye(3), 1.0, tip - end), _stretched(wrist, end, tip)):
            laid = start
            for reach in np.geomspace(0.02, 0.005, STEPS) * fit.height:
                target, far = gap(_mapped(skin, laid))
                laid = _similarity(skin, target, 1 / (1 + (far / reach) ** 2) ** 2)
            if 0.6 < laid[1] < 1.6 and cost(laid) < least:
                best, least = laid, cost(laid)
        if before - least < GAIN * fit.height:
            continue
        names = [n for n in joints if n.endswith(side) and n.startswith(FINGERS)]
        joints |= {n: _mapped(joints[n], best) for n in names}
        share = np.clip(of_hand / HAND, 0, 1)[:, None]
        surface = surface + share * (_mapped(surface, best) - surface)
    return replace(fit, joints=joints, surface=surface)


def _mapped(points: Floats, by: Map) -> Floats:
    turn, scale, shift = by
    return scale * points @ turn.T + shift


def _stretched(wrist: Floats, end: Floats, tip: Floats) -> Map:
    """What keeps the wrist and brings the finger tips from ``end`` to ``tip``."""
    a, b = end - wrist, tip - wrist
    long = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    u, v = a / max(long[0], 1e-12), b / max(long[1], 1e-12)
    axis, cosine = np.cross(u, v), float(u @ v)
    scale = long[1] / max(long[0], 1e-12)
    if cosine < 0.5 or not 0.6 < scale < 1.6:
        return np.eye(3), 1.0, np.zeros(3)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = np.eye(3) + cross + cross @ cross / (1 + cosine)
    return turn, scale, wrist - scale * turn @ wrist


def _similarity(source: Floats, target: Floats, trust: Floats) -> Map:
    """What brings points (N, 3) nearest to others, each weighted by ``trust`` (N,)."""
    share = trust / trust.sum()
    a, b = share @ source, share @ target
    x, y = source - a, target - b
    u, stretch, v = np.linalg.svd((y * share[:, None]).T @ x)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ v))])
    turn = (u * sign) @ v
    scale = float((stretch * sign).sum() / max(float((share * (x**2).sum(axis=1)).sum()), 1e-30))
    return turn, scale, b - scale * turn @ a
