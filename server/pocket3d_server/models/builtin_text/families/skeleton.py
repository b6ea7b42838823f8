"""Bones: a human skeleton and a skull."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.body import human_body, posed
from pocket3d_server.models.builtin_text.organic.bones import (
    foot_bones,
    hand_bones,
    long_bone,
    pelvis,
    rib_cage,
    spine,
)
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.person import POSE
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]
DARK: RGB = (0.10, 0.08, 0.07)


def _skull(s: Sculpture, at: Array, size: float, bone: RGB) -> None:
    """A skull of this height whose middle is ``at``: sockets, nose, cheekbones, teeth and a jaw of its own."""
    u = size

    def p(x: float, y: float, z: float) -> Array:
        return np.asarray(at + np.array([x, y, z]) * u)

    s.ball(p(0, 0.13, -0.08), np.array([0.345, 0.37, 0.44]) * u, soft=0.05 * u)
    s.ball(p(0, 0.08, 0.18), np.array([0.29, 0.24, 0.20]) * u, soft=0.12 * u)
    s.ball(p(0, -0.17, 0.24), np.array([0.19, 0.17, 0.17]) * u, soft=0.08 * u)
    s.limb(
        [p(0.12, -0.06, 0.33), p(0.27, -0.05, 0.20), p(0.30, 0.0, 0.0)],
        np.array([0.07, 0.055, 0.04]) * u,
        soft=0.05 * u,
        pair=True,
    )
    s.limb([p(0.03, 0.115, 0.37), p(0.26, 0.13, 0.25)], np.array([0.05, 0.05]) * u, soft=0.06 * u, pair=True)
    s.ball(p(0.135, 0.02, 0.35), np.array([0.098, 0.09, 0.14]) * u, "dark", 0.03 * u, pair=True, carve=True)
    s.limb([p(0, -0.045, 0.46), p(0, -0.13, 0.46)], np.array([0.03, 0.055]) * u, soft=0.02 * u, carve=True)
    s.limb(
        [p(0.30, -0.12, 0.10), p(0.26, -0.30, 0.20)],
        np.array([0.07, 0.07]) * u,
        soft=0.05 * u,
        pair=True,
        carve=True,
    )

    def hollow(q: Skin, c: Array) -> Array:
        local = (q.points - at) / u
        eye = np.linalg.norm((local - (0.135, 0.02, 0.33)) * (1, 1, 0.6), axis=1)
        other = np.linalg.norm((local - (-0.135, 0.02, 0.33)) * (1, 1, 0.6), axis=1)
        nose = np.linalg.norm((local - (0, -0.10, 0.38)) * (1.5, 1, 0.8), axis=1)
        deep = np.clip((0.112 - np.minimum(np.minimum(eye, other), nose * 1.45)) / 0.03, 0, 1)
        return np.asarray(c + (np.asarray(DARK) - c) * deep[:, None])

    s.cast("skull", bone, paint=hollow, roughness=0.55, share=0.6)
    s.limb(
        [p(0.26, -0.14, 0.04), p(0.235, -0.38, 0.12), p(0.11, -0.47, 0.33), p(0, -0.48, 0.375)],
        np.array([0.055, 0.06, 0.062, 0.065]) * u,
        soft=0.03 * u,
        pair=True,
        count=14,
    )
    s.cast("jaw", bone, share=0.2, cells=0.8, roughness=0.55)
    for name, y, tall, wide, out in (
        ("teeth_upper", -0.325, 0.050, 0.155, 0.375),
        ("teeth_lower", -0.405, 0.042, 0.150, 0.36),
    ):
        for a in np.linspace(-1.15, 1.15, 12):
            s.ball(
                p(wide * np.sin(a), y, out - 0.17 * (1 - np.cos(a))),
                np.array([0.019, tall, 0.02]) * u,
                soft=0.002 * u,
            )
        s.cast(name, (0.95, 0.93, 0.86), share=0.15, cells=0.8, roughness=0.3)


def skull(brief: Brief) -> Asset:
    """A human skull."""
    s = Sculpture(brief)
    _skull(
        s,
        np.zeros(3),
        1 + 0.04 * s.rng.standard_normal(),
        hue(brief, (0.90, 0.86, 0.76), (0.82, 0.76, 0.62), (0.94, 0.92, 0.86)),
    )
    return s.finished(0.215)


def skeleton(brief: Brief) -> Asset:
    """All large bones of a person, in the pose that suits rigging."""
    s = Sculpture(brief)
    bone = hue(brief, (0.90, 0.86, 0.76), (0.84, 0.78, 0.66))
    build = {"gender": 0.3, "age": 0.7, "muscle": 0.4, "weight": 0.3, "proportions": 0.2}
    body = posed(human_body({**build, "height": 0.5 + 0.1 * float(s.rng.standard_normal())}), POSE)
    j = body.joint
    head = j("head") + (0, 0.085, 0.03)
    _skull(s, head, 0.235, bone)
    spine(s, body)
    s.cast("spine", bone, share=0.5, cells=1.1, roughness=0.6)
    rib_cage(s, body, brief)
    pelvis(s, body)
    s.cast("pelvis", bone, share=0.35, cells=0.8, roughness=0.6)
    for name, start, end, thick in (
        ("thigh", "upperleg01.L", "lowerleg01.L", 0.015),
        ("upper_arm", "upperarm01.L", "lowerarm01.L", 0.0115),
    ):
        long_bone(s, j(start), j(end), thick)
        s.cast(f"{name}_left", bone, share=0.10, cells=0.5, twin=f"{name}_right", roughness=0.6)
    for name, start, end, across in (
        ("shin", "lowerleg01.L", "foot.L", (0.018, 0, -0.004)),
        ("forearm", "lowerarm01.L", "wrist.L", (0.010, 0.008, 0.012)),
    ):
        long_bone(s, j(start), j(end), 0.0115 if name == "shin" else 0.0085)
        long_bone(
            s, j(start) + np.array(across) + 0.06 * (j(end) - j(start)), j(end) + np.array(across), 0.007
        )
        s.cast(f"{name}_left", bone, share=0.14, cells=0.6, twin=f"{name}_right", roughness=0.6)
    s.ball(j("lowerleg01.L") + (0, 0.0, 0.028), 0.022, soft=0.01)
    s.cast("kneecap_left", bone, share=0.05, cells=0.3, twin="kneecap_right", roughness=0.6)
    hand_bones(s, body)
    s.cast("hand_left", bone, share=0.28, cells=1.1, twin="hand_right", roughness=0.6)
    foot_bones(s, body)
    s.cast("foot_left", bone, share=0.3, cells=0.9, twin="foot_right", roughness=0.6)
    return s.finished(1.0)


FAMILIES: tuple[Family, ...] = (
    Family("skeleton", ("skeleton", "human skeleton", "bones"), grounded(skeleton), natural=True),
    Family("skull", ("skull", "human skull", "death head"), grounded(skull), natural=True),
)
