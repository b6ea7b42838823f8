"""Dragons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.saurian import IVORY, clawed_toes, row_of
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.builtin_text.organic.wings import leather_wings
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]


def dragon(brief: Brief) -> Asset:
    """A winged dragon on four legs with horns, spines and a barbed tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.62, 0.12, 0.10), (0.16, 0.42, 0.22), (0.18, 0.26, 0.50), (0.30, 0.24, 0.36))
    gold: RGB = (0.88, 0.68, 0.34)
    line = [
        (0, 1.98, 1.02),
        (0, 1.78, 0.92),
        (0, 1.38, 0.72),
        (0, 1.02, 0.36),
        (0, 0.98, -0.25),
        (0, 0.80, -0.80),
        (0.25, 0.38, -1.35),
        (0.05, 0.20, -1.95),
        (-0.30, 0.34, -2.35),
    ]
    girth = [0.14, 0.15, 0.20, 0.34, 0.30, 0.19, 0.12, 0.075, 0.03]
    s.limb(line, girth, soft=0.05, count=34)
    h = np.array([0, 2.02, 1.10])
    s.ball(h, (0.165, 0.15, 0.20), soft=0.06)
    s.limb([h + (0, -0.01, 0.12), h + (0, -0.07, 0.50)], [0.135, 0.085], soft=0.05, flat=((0, 1, 0), 0.75))
    s.limb([h + (0, -0.14, 0.04), h + (0, -0.22, 0.42)], [0.095, 0.05], "jaw", 0.03, flat=((0, 1, 0), 0.7))
    s.ball(h + (0.085, 0.11, 0.13), (0.05, 0.045, 0.085), soft=0.04, pair=True)
    s.ball(h + (0.045, -0.01, 0.50), 0.035, soft=0.03, pair=True)
    for z, y, f in ((0.34, 0.86, 1.0), (-0.36, 0.84, -0.6)):
        s.ball((0.27, y, z), (0.17, 0.27, 0.20), "leg", 0.07, pair=True)
        s.limb(
            [(0.30, y - 0.08, z), (0.36, 0.46, z + 0.14 * f), (0.34, 0.30, z - 0.10), (0.34, 0.08, z + 0.02)],
            [0.17, 0.12, 0.085, 0.075],
            "leg",
            0.05,
            pair=True,
        )
        clawed_toes(s, (0.34, 0.06, z + 0.03), 0.17, 0.055, 35)
    s.cut((0, 0, 0), (0, 1, 0))

    def plates(q: Skin, c: Array) -> Array:
        front = (
            smoothstep(0.15, 0.55, 0.8 * q.normals[:, 2] - 0.75 * q.normals[:, 1])
            * smoothstep(0.16, 0.10, np.abs(q.points[:, 0]))
            * q.region("body")
        )
        rung = 0.78 + 0.22 * smoothstep(-0.6, -0.2, np.sin((q.points[:, 1] - 0.5 * q.points[:, 2]) * 42))
        return np.asarray(c + (np.asarray(gold) * rung[:, None] - c) * front[:, None])

    s.cast(
        "body",
        {"body": skin, "jaw": shade(skin, 0.85), "leg": shade(skin, 0.92), "claw": (0.14, 0.12, 0.11)},
        paint=plates,
        roughness=0.45,
        cells=1.9,
        share=1.7,
        mottle=0.22,
    )
    s.eyes(h + (0.03, 0.06, 0.12), (0.85, 0.25, 0.55), 0.042, (0.98, 0.78, 0.10), pupil=(0.22, 0.66))
    horn = Material.from_srgb("horn", IVORY, roughness=0.4)
    s.add(
        "horn",
        (
            sweep(
                curve([h + (0.09, 0.10, -0.04), h + (0.16, 0.28, -0.20), h + (0.18, 0.36, -0.44)], 12),
                np.linspace(0.055, 0.006, 12),
                10,
                round_ends=True,
                crease=80,
            ),
            horn,
        ),
        pair=True,
    )
    path, r = curve(line, 80), np.interp(np.linspace(0, 1, 80), np.linspace(0, 1, 9), girth)
    i = np.arange(7, 74, 4)
    along = np.gradient(path, axis=0)[i]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    away = np.cross(along, (1.0, 0, 0))
    away *= np.where(away[:, 1:2] - 0.6 * away[:, 2:3] > 0, 1, -1)  # up on the back, back on the neck
    row_of(
        s,
        "spines",
        path[i] + away * (r[i] * 0.9)[:, None],
        away + 0.5 * along,
        0.09 + 0.35 * r[i],
        shade(skin, 0.5),
        0.30,
        0.35,
    )
    row_of(
        s, "tail_barb", path[-1:] + (0, 0.0, 0.02), along[-1:], np.array([0.26]), shade(skin, 0.5), 0.36, 0.4
    )
    leather_wings(s, skin, 1 + 0.1 * s.rng.standard_normal())
    return s.finished(1.1)


FAMILIES: tuple[Family, ...] = (
    Family("dragon", ("dragon", "wyvern", "drake", "fire dragon"), grounded(dragon), natural=True),
)
