"""Dragons."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.saurian import (
    IVORY,
    belly_plates,
    clawed_toes,
    dragons_head,
    spines_along,
)
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.builtin_text.organic.wings import leather_wings
from pocket3d_server.models.language.brief import Brief


def dragon(brief: Brief) -> Asset:
    """A winged dragon on four legs with horns, spines and a barbed tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.62, 0.12, 0.10), (0.16, 0.42, 0.22), (0.18, 0.26, 0.50), (0.30, 0.24, 0.36))
    rows = metres(
        "0 1.98 1.02 0.14, 0 1.78 0.92 0.15, 0 1.38 0.72 0.20, 0 1.02 0.36 0.34, 0 0.98 -0.25 0.30, 0 0.80 -0.80 0.19,"
        " 0.25 0.38 -1.35 0.12, 0.05 0.20 -1.95 0.075, -0.30 0.34 -2.35 0.03"
    )
    line, girth = rows[:, :3], rows[:, 3]
    s.limb(line, girth, soft=0.05, count=34)
    h = np.array([0, 2.02, 1.10])
    dragons_head(s, h)
    for z, y, f in ((0.34, 0.86, 1.0), (-0.36, 0.84, -0.6)):
        s.ball((0.27, y, z), (0.17, 0.27, 0.20), "leg", 0.07, pair=True)
        bend = [
            (0.30, y - 0.08, z),
            (0.36, 0.46, z + 0.14 * f),
            (0.34, 0.30, z - 0.10),
            (0.34, 0.08, z + 0.02),
        ]
        s.limb(bend, [0.17, 0.12, 0.085, 0.075], "leg", 0.05, pair=True)
        clawed_toes(s, (0.34, 0.06, z + 0.03), 0.17, 0.055, 35)
    s.cut((0, 0, 0), (0, 1, 0))
    tints = {"body": skin, "jaw": shade(skin, 0.85), "leg": shade(skin, 0.92), "claw": (0.14, 0.12, 0.11)}
    s.cast(
        "body",
        tints,
        paint=belly_plates((0.88, 0.68, 0.34)),
        roughness=0.45,
        cells=1.9,
        share=1.7,
        mottle=0.22,
    )
    s.eyes(h + (0.03, 0.06, 0.12), (0.85, 0.25, 0.55), 0.042, (0.98, 0.78, 0.10), pupil=(0.22, 0.66))
    curl = curve([h + (0.09, 0.10, -0.04), h + (0.16, 0.28, -0.20), h + (0.18, 0.36, -0.44)], 12)
    horn = sweep(curl, np.linspace(0.055, 0.006, 12), 10, round_ends=True, crease=80)
    s.add("horn", (horn, Material.from_srgb("horn", IVORY, roughness=0.4)), pair=True)
    spines_along(s, line, girth, shade(skin, 0.5))
    leather_wings(s, skin, 1 + 0.1 * s.rng.standard_normal())
    return s.finished(1.1)


FAMILIES: tuple[Family, ...] = (
    Family("dragon", ("dragon", "wyvern", "drake", "fire dragon"), grounded(dragon), natural=True),
)
