"""Small flying things: butterfly, bee, dragonfly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.animal import mirrored_part
from pocket3d_server.models.builtin_text.organic.butterfly_wings import butterfly_scales, held, painted_wing
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.insect import CHITIN, Triple, feelers, jointed_legs
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]
TILT = 42
"""Degrees that a butterfly leans forward, so that its wings are seen."""


def butterfly(brief: Brief) -> Asset:
    """Two pairs of painted wings, half raised, on a slender body."""
    s = Sculpture(brief)
    colour = hue(
        brief, (0.95, 0.50, 0.08), (0.20, 0.45, 0.92), (0.96, 0.80, 0.20), (0.62, 0.32, 0.80), nouns=("wing",)
    )
    fringe = hue(brief, (0.06, 0.05, 0.05), nouns=("border", "edge"), main=False)
    fore = metres("0 0.05, 0.35 0.42, 0.78 0.78, 1.05 0.80, 1.08 0.58, 0.92 0.22, 0.70 0.02, 0.30 -0.08")
    hind = metres("0 0.02, 0.35 0.02, 0.68 -0.06, 0.82 -0.32, 0.72 -0.62, 0.56 -0.78, 0.40 -0.70, 0.20 -0.46")
    hind[5, 1] -= 0.30 * float(s.rng.random())
    for name, outline, lift in (("fore_wing", fore, 0.004), ("hind_wing", hind, -0.006)):
        paint = butterfly_scales(outline, colour, fringe, brief.seed)
        wing = painted_wing(name + "_left", outline, paint, brief)
        held(wing, lambda v, y=0.06 + lift: v.rotate(z=20).move(0.035, y, 0.02).rotate(x=TILT))  # type: ignore[misc]
        s.parts += [wing, mirrored_part(name + "_right", wing)]
    tilt = np.radians(TILT)

    def at(x: float, y: float, z: float) -> Array:
        return np.array([x, y * np.cos(tilt) - z * np.sin(tilt), y * np.sin(tilt) + z * np.cos(tilt)])

    s.limb([at(0, 0.05, 0.10), at(0, 0.06, 0.24)], [0.062, 0.055], soft=0.03)
    s.limb([at(0, 0.05, 0.0), at(0, 0.02, -0.30), at(0, 0.0, -0.52)], [0.05, 0.045, 0.015], soft=0.03)
    s.ball(at(0, 0.07, 0.32), 0.058, soft=0.02)
    s.cast("body", (0.10, 0.08, 0.07), share=0.3, cells=0.7, roughness=0.8)
    s.eyes(at(0, 0.07, 0.32), at(0.85, 0.25, 0.4), 0.03)
    feelers(s, at(0.02, 0.11, 0.35), at(0.20, 0.30, 0.66), 0.008, 0.022)
    return s.finished(0.05)


def _clear_wing(s: Sculpture, name: str, root: Triple, tip: Triple, width: float) -> None:
    u = np.linspace(0, 1, 14)
    glass = Material.from_srgb("wing", (0.86, 0.92, 0.96), roughness=0.12)
    glass.base_color, glass.alpha_mode = (*glass.base_color[:3], 0.55), "BLEND"
    line = np.asarray(root) + (np.asarray(tip) - np.asarray(root)) * u[:, None]
    s.add(
        name,
        (
            sheet(
                line,
                (0, 1, 0.15),
                width * np.sin(np.pi * (0.10 + 0.82 * u**0.75)),
                thickness=0.008,
                columns=5,
            ),
            glass,
        ),
        pair=True,
    )


def bee(brief: Brief) -> Asset:
    """A round furry body with dark bands, clear wings and a sting."""
    s = Sculpture(brief)
    wasp = brief.has("wasp", "hornet")
    slim = 0.78 if wasp else 1.0 + 0.06 * s.rng.standard_normal()
    yellow = hue(brief, (0.97, 0.72, 0.10), (0.93, 0.62, 0.12), (0.98, 0.80, 0.22))
    s.limb(
        [(0, 0.44, -0.08), (0, 0.44, -0.42), (0, 0.36, -0.76), (0, 0.30, -0.96)],
        [0.20 * slim, 0.33 * slim, 0.25 * slim, 0.05],
        "tail",
        0.04,
        count=12,
    )
    s.ball((0, 0.50, 0.16), (0.27 * slim, 0.27 * slim, 0.26), "chest", 0.03)
    s.ball((0, 0.47, 0.48), (0.20, 0.19, 0.17), "head", 0.03)

    def bands(q: Skin, c: Array) -> Array:
        wave = np.sin((q.points[:, 2] + 0.35 * q.points[:, 1]) * 2 * np.pi / 0.30)
        dark = smoothstep(-0.12, 0.12, wave) * q.region("tail")
        return np.asarray(c + (np.array([0.06, 0.05, 0.04]) - c) * dark[:, None])

    s.cast(
        "body",
        {"tail": yellow, "chest": shade(yellow, 0.85) if not wasp else CHITIN, "head": (0.12, 0.09, 0.07)},
        paint=bands,
        roughness=0.9,
        mottle=0.18,
    )
    s.eyes((0, 0.49, 0.48), (0.85, 0.30, 0.55), 0.105, (0.10, 0.07, 0.06), pupil=(0.05, 0.05))
    jointed_legs(
        s,
        [
            ((0.12, 0.34, 0.30 - 0.16 * k), (0.32, 0.30, 0.42 - 0.28 * k), (0.34, 0.02, 0.46 - 0.32 * k))
            for k in range(3)
        ],
        0.035,
        CHITIN,
    )
    feelers(s, (0.06, 0.62, 0.58), (0.18, 0.78, 0.82), 0.02)
    _clear_wing(s, "fore_wing", (0.10, 0.72, 0.14), (0.78, 1.02, -0.30), 0.20)
    _clear_wing(s, "hind_wing", (0.10, 0.70, 0.02), (0.52, 0.92, -0.55), 0.14)
    s.limb([(0, 0.30, -0.95), (0, 0.27, -1.10)], [0.03, 0.004], soft=0.01)
    s.cast("sting", CHITIN, share=0.04, cells=0.3)
    return s.finished(0.016)


def dragonfly(brief: Brief) -> Asset:
    """A long thin tail, large eyes and four clear wings."""
    s = Sculpture(brief)
    skin = hue(brief, (0.10, 0.50, 0.62), (0.20, 0.56, 0.24), (0.74, 0.16, 0.12))
    s.limb(
        [(0, 0.36, -0.1), (0, 0.34, -0.6), (0, 0.33, -1.3), (0, 0.34, -1.5)],
        [0.06, 0.045, 0.04, 0.05],
        "tail",
        0.03,
        count=16,
    )
    s.ball((0, 0.38, 0.08), (0.12, 0.14, 0.20), "chest", 0.04)
    s.ball((0, 0.38, 0.32), (0.11, 0.09, 0.08), "head", 0.03)
    s.cast("body", {"tail": skin, "chest": shade(skin, 0.8), "head": shade(skin, 0.6)}, roughness=0.25, cells=1.4,
           paint=lambda q, c: c * (1 - 0.6 * smoothstep(0.6, 0.85, np.sin(q.points[:, 2] * 2 * np.pi / 0.17)) * q.region("tail"))[:, None])  # fmt: skip
    s.eyes((0.05, 0.40, 0.33), (0.8, 0.35, 0.5), 0.085, shade(skin, 0.55), pupil=(0.05, 0.05))
    _clear_wing(s, "fore_wing", (0.06, 0.48, 0.14), (1.10, 0.56, 0.26), 0.14)
    _clear_wing(s, "hind_wing", (0.06, 0.47, 0.0), (1.02, 0.54, -0.26), 0.17)
    jointed_legs(
        s,
        [
            ((0.06, 0.28, 0.18 - 0.07 * k), (0.20, 0.22, 0.26 - 0.10 * k), (0.22, 0.0, 0.28 - 0.14 * k))
            for k in range(3)
        ],
        0.016,
        CHITIN,
    )
    return s.finished(0.05)


FAMILIES: tuple[Family, ...] = (
    Family("butterfly", ("butterfly", "moth", "monarch butterfly"), butterfly, natural=True),
    Family(
        "bee",
        ("bee", "honeybee", "honey bee", "bumblebee", "bumble bee", "wasp", "hornet"),
        grounded(bee),
        natural=True,
    ),
    Family("dragonfly", ("dragonfly", "mosquito", "fly"), grounded(dragonfly), natural=True),
)
