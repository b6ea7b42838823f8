"""Bones: long ones with knobs, spines, rib cages, pelvis, hands and feet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.organic.body import HumanBody
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def long_bone(s: Sculpture, a: Array, b: Array, thick: float) -> None:
    """A shaft with swollen ends."""
    d = b - a
    s.limb(
        [a + 0.03 * d, a + 0.16 * d, b - 0.16 * d, b - 0.03 * d],
        np.array([1.75, 1.0, 1.0, 1.75]) * thick,
        soft=thick,
        count=10,
    )


def spine(s: Sculpture, body: HumanBody) -> None:
    """Vertebrae from the sacrum to the skull."""
    names = ("spine05", "spine04", "spine03", "spine02", "spine01", "neck01", "neck03", "head")
    key = np.array([body.joint(n) for n in names])
    key[:, 2] -= np.array([0.05, 0.045, 0.06, 0.06, 0.055, 0.03, 0.03, 0.02])
    at = np.stack(
        [np.interp(np.linspace(0, len(key) - 1, 24), np.arange(len(key)), key[:, k]) for k in range(3)],
        axis=1,
    )
    for k, c in enumerate(at):
        r = float(np.interp(k, [0, 23], [0.026, 0.016]))
        s.ball(c, (r, 0.0125, r * 0.85), soft=0.006)
        s.limb([c, c + (0, -0.008, -0.042)], [0.008, 0.005], soft=0.006)
        s.limb([c, c + (0.034 * r / 0.02, 0, -0.018)], [0.007, 0.005], soft=0.006, pair=True)


def rib_cage(s: Sculpture, body: HumanBody, brief: Brief) -> None:
    """Twelve pairs of ribs, the breastbone, collar bones and shoulder blades."""
    material = asked(brief, "rib", "bone", hue(brief, (0.90, 0.86, 0.76)))
    top, low = body.joint("neck01") + (0, -0.06, 0), body.joint("spine03")
    ribs = []
    sides = {"low": 5, "medium": 6, "high": 10}[brief.quality]
    for k in range(12):
        t = k / 11
        y = float(top[1] + (low[1] - top[1]) * t)
        wide = 0.075 + 0.065 * np.sin(np.pi * (0.18 + 0.62 * t)) ** 0.8
        deep = 0.07 + 0.035 * np.sin(np.pi * (0.1 + 0.7 * t))
        reach = np.pi * (0.93 if k < 7 else 0.93 - 0.11 * (k - 6))
        a = np.linspace(0.12, reach, brief.detail(18))
        back = float(top[2]) - 0.055
        drop = (0.055 + 0.02 * t) * np.sin(a / 2) ** 2 - (
            0.028 * np.clip((a / np.pi - 0.75) / 0.2, 0, 1) if 2 < k < 9 else 0
        )
        line = np.stack([wide * np.sin(a), y - drop, back + deep * (1 - np.cos(a))], axis=1)
        ribs.append(sweep(line, 0.0068, sides, round_ends=True, crease=80))
    s.add("ribs", (join(*ribs, *(r.mirror() for r in ribs)), material))
    front = float(top[2]) - 0.055 + 0.185
    s.limb(
        [(0, top[1] - 0.02, front - 0.03), (0, top[1] - 0.09, front), (0, top[1] - 0.20, front + 0.012)],
        [0.016, 0.012, 0.009],
        soft=0.01,
        flat=((0, 0, 1), 0.6),
    )
    shoulder = body.joint("upperarm01.L")
    s.limb(
        [
            (0.012, top[1] + 0.0, front - 0.035),
            (0.09, top[1] + 0.022, front - 0.07),
            shoulder + (0.0, 0.018, -0.005),
        ],
        [0.008, 0.0075, 0.009],
        soft=0.008,
        pair=True,
    )
    s.limb(
        [
            shoulder + (-0.01, 0.0, -0.02),
            (0.085, shoulder[1] - 0.06, top[2] - 0.085),
            (0.075, shoulder[1] - 0.15, top[2] - 0.085),
        ],
        [0.018, 0.036, 0.012],
        soft=0.01,
        pair=True,
        flat=((0.25, 0, 1), 0.28),
    )
    s.cast("shoulder_bones", hue(brief, (0.90, 0.86, 0.76)), share=0.35, cells=1.0, roughness=0.6)


def pelvis(s: Sculpture, body: HumanBody) -> None:
    """The pelvis: two shells of short strokes, the seat bones and the sacrum."""
    j = body.joint
    hip = j("upperleg01.L")
    root = j("spine05")
    for k in range(9):  # the wing of the pelvis: a fan of short strokes makes a shell
        t = k / 8
        s.ball(
            (
                0.035 + 0.085 * t,
                root[1] + 0.03 + 0.055 * np.sin(np.pi * (0.15 + 0.75 * t)),
                root[2] - 0.045 + 0.085 * t,
            ),
            (0.024, 0.05 - 0.016 * t, 0.022),
            soft=0.03,
            pair=True,
        )
    s.limb(
        [
            (0.115, root[1] + 0.05, root[2] + 0.03),
            hip + (-0.015, 0.0, 0.0),
            (0.06, hip[1] - 0.075, hip[2] + 0.01),
            (0.012, hip[1] - 0.04, hip[2] + 0.06),
        ],
        [0.018, 0.032, 0.020, 0.018],
        soft=0.03,
        pair=True,
    )
    s.ball((0, root[1] + 0.0, root[2] - 0.055), (0.045, 0.06, 0.022), soft=0.03)


def hand_bones(s: Sculpture, body: HumanBody) -> None:
    """Wrist, palm and fingers of the left hand."""
    j = body.joint
    for finger in range(1, 6):
        line = [
            j("wrist.L") * 0.75 + j(f"finger{finger}-1.L") * 0.25,
            *(j(f"finger{finger}-{k}.L") for k in (1, 2, 3)),
        ]
        line.append(line[-1] + 0.85 * (line[-1] - line[-2]))
        for a, b in pairwise(line):
            long_bone(s, a, b, 0.0048)
    s.ball(j("wrist.L") * 0.85 + j("finger3-1.L") * 0.15, (0.026, 0.02, 0.024), soft=0.01)


def foot_bones(s: Sculpture, body: HumanBody) -> None:
    """Heel, arch and toes of the left foot."""
    j = body.joint
    s.ball(j("foot.L") + (0, -0.035, -0.035), (0.024, 0.026, 0.034), soft=0.015)
    s.ball(j("foot.L") + (0, -0.022, 0.03), (0.030, 0.024, 0.05), soft=0.02)
    for toe in range(1, 6):
        tip = j(f"toe{toe}-1.L")
        long_bone(s, j("foot.L") * 0.6 + tip * 0.4 + (0, -0.012, 0), tip, 0.007)
        long_bone(s, tip, tip + (0, -0.004, 0.045 if toe == 1 else 0.032), 0.0062)
