"""Cold-blooded four-legged animals: turtles, frogs, crocodiles and lizards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.shapes import cone
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.saurian import scutes
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue, spots
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def turtle(brief: Brief) -> Asset:
    """A domed shell of plates; stout legs on land, flippers for a sea turtle."""
    s = Sculpture(brief)
    sea = brief.has("sea", "ocean", "swimming")
    skin = hue(brief, (0.42, 0.52, 0.22), (0.52, 0.50, 0.28), (0.36, 0.46, 0.30))
    shell = hue(
        brief, (0.38, 0.26, 0.13), (0.30, 0.32, 0.14), (0.48, 0.36, 0.18), nouns=("shell",), main=False
    )
    tall = (0.30 if sea else 0.46) * (1 + 0.08 * s.rng.standard_normal())
    s.ball((0, 0.27, 0), (0.50, tall, 0.60), soft=0.03)
    s.cut((0, 0.25, 0), (0, 1, 0), 0.05)
    s.ball((0, 0.27, 0), (0.55, 0.06, 0.65), "rim", 0.07)

    look = {"body": shell, "rim": shade(shell, 0.8)}
    s.cast("shell", look, paint=scutes, roughness=0.4, belly=(0.86, 0.78, 0.48))
    s.tube("0 0.24 0.42 0.14, 0 0.32 0.66 0.11, 0 0.42 0.80 0.11", soft=0.05)
    s.ball((0, 0.45, 0.88), (0.125, 0.115, 0.16), soft=0.05)
    s.tube("0 0.20 -0.52 0.07, 0 0.13 -0.82 0.012", soft=0.03)
    if sea:
        for flipper in ("0.36 0.22 0.36 0.12, 0.80 0.20 0.42 0.15, 1.10 0.14 0.02 0.05", "0.30 0.20 -0.42 0.11, 0.46 0.16 -0.70 0.12, 0.50 0.12 -0.90 0.05"):  # fmt: skip
            s.tube(flipper, soft=0.05, pair=True, flat=((0, 1, 0), 0.3))
    else:
        for z, out in ((0.38, 1.0), (-0.40, 0.95)):
            s.limb(
                [(0.30, 0.26, z), (0.46 * out, 0.20, z * 1.22), (0.48 * out, 0.06, z * 1.30)],
                [0.13, 0.125, 0.115],
                soft=0.04,
                pair=True,
            )
            for toe in (-1, 0, 1):
                s.ball((0.48 * out + 0.07 * toe, 0.045, z * 1.30 + 0.10), 0.045, "claw", 0.02, pair=True)
        s.cut((0, 0, 0), (0, 1, 0))
    s.cast("body", {"body": skin, "claw": (0.80, 0.76, 0.60)}, belly=shade(skin, 1.4), roughness=0.6, mottle=0.2,
           paint=lambda q, c: spots(q, c, shade(skin, 0.6), size=0.12, amount=0.42, seed=brief.seed))  # fmt: skip
    s.eyes((0, 0.47, 0.88), (0.85, 0.30, 0.5), 0.036)
    return s.finished(0.32 if not sea else 0.7)


def frog(brief: Brief) -> Asset:
    """A frog that sits with folded hind legs and bulging eyes."""
    s = Sculpture(brief)
    toad = brief.has("toad")
    skin = (
        hue(brief, (0.34, 0.62, 0.16), (0.24, 0.52, 0.22), (0.52, 0.66, 0.20))
        if not toad
        else hue(brief, (0.44, 0.36, 0.22))
    )
    fat = 1 + 0.07 * s.rng.standard_normal()
    s.limb(
        [(0, 0.26, -0.44), (0, 0.40, -0.08), (0, 0.52, 0.22)],
        [0.20, 0.34 * fat, 0.28 * fat],
        soft=0.06,
        flat=((1, 0, 0), 1.12),
    )
    s.ball((0, 0.58, 0.34), (0.33, 0.18, 0.27), soft=0.12)
    s.ball((0.19, 0.74, 0.30), 0.115, soft=0.05, pair=True)
    s.tube("0.16 0.24 -0.34 0.15, 0.46 0.38 0.02 0.155, 0.48 0.34 0.06 0.13", "leg", 0.05, pair=True)
    s.tube("0.48 0.34 0.06 0.12, 0.44 0.14 -0.36 0.075, 0.46 0.08 -0.34 0.06", "leg", 0.03, pair=True)
    s.tube("0.46 0.07 -0.34 0.07, 0.58 0.05 0.14 0.06", "leg", 0.03, pair=True)
    s.tube("0.26 0.40 0.20 0.11, 0.38 0.24 0.20 0.075, 0.32 0.06 0.36 0.06", "leg", 0.05, pair=True)
    for x, z, far in ((0.58, 0.14, 0.26), (0.32, 0.36, 0.17)):
        for a in (-34, 0, 34):
            d = np.array([np.sin(np.radians(a)), 0, np.cos(np.radians(a))]) * far
            s.limb([(x, 0.045, z), (x + d[0], 0.035, z + d[2])], [0.04, 0.028], "leg", 0.02, pair=True)
            s.ball((x + d[0], 0.03, z + d[2]), (0.045, 0.03, 0.045), "leg", 0.012, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))

    def face(q: Skin, c: Array) -> Array:
        x, y, z = q.points.T
        lips = 0.535 + 0.10 * x * x + 0.25 * np.maximum(np.abs(x) - 0.22, 0)
        front = smoothstep(0.22, 0.32, z)
        c = spots(q, c, shade(skin, 0.62), size=0.17, amount=0.36, seed=brief.seed)
        return np.asarray(c * (1 - 0.7 * smoothstep(0.016, 0.007, np.abs(y - lips)) * front)[:, None])

    s.cast(
        "body",
        {"body": skin, "leg": shade(skin, 0.92)},
        belly=(0.90, 0.88, 0.62),
        paint=face,
        roughness=0.7 if toad else 0.28,
        cells=1.15,
        mottle=0.2 if toad else 0.08,
    )
    s.eyes((0.19, 0.74, 0.30), (0.75, 0.28, 0.6), 0.10, (0.92, 0.72, 0.14), pupil=(0.62, 0.30), sunk=0.55)
    return s.finished(0.11)


def _sprawler(s: Sculpture, girth: float, high: float, foot: float, reach: float) -> None:
    """Four legs bent outward, with toes."""
    for z, back in ((0.42, 0.12), (-0.40, -0.10)):
        root, knee = (0.6 * girth, high, z), (0.6 * girth + reach, high + 0.02, z + back)
        end = (0.6 * girth + 0.95 * reach, 0.04, z + back + 0.14)
        s.limb([root, knee, end], [0.5 * girth, 0.36 * girth, 0.24 * girth], "leg", 0.05, pair=True)
        for a in (-40, -5, 30, 65):
            d = foot * np.array([np.sin(np.radians(a)), 0, np.cos(np.radians(a))])
            s.limb(
                [end, (end[0] + d[0], 0.02, end[2] + d[2])],
                [0.17 * girth, 0.07 * girth],
                "leg",
                0.02,
                pair=True,
            )


def crocodile(brief: Brief) -> Asset:
    """A long jaw with teeth, plates along the back, a strong tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.32, 0.38, 0.18), (0.38, 0.36, 0.24), (0.26, 0.34, 0.22))
    bend = 0.20 * s.rng.standard_normal()
    line = [
        (0, 0.30, 0.62),
        (0, 0.34, 0.30),
        (0, 0.33, -0.30),
        (0.2 * bend, 0.27, -0.80),
        (0.8 * bend, 0.18, -1.40),
        (0.5 * bend, 0.10, -2.0),
    ]
    s.limb(line, [0.16, 0.24, 0.25, 0.17, 0.10, 0.02], soft=0.04, flat=((0, 1, 0), 0.86), count=20)
    s.tube("0 0.33 0.66 0.17, 0 0.37 0.88 0.17", "head", 0.06, flat=((0, 1, 0), 0.75))
    s.tube("0 0.36 0.92 0.135, 0 0.345 1.25 0.10, 0 0.355 1.56 0.105", "head", 0.04, flat=((0, 1, 0), 0.5))
    s.tube("0 0.24 0.84 0.13, 0 0.21 1.22 0.09, 0 0.22 1.50 0.075", "jaw", 0.01, flat=((0, 1, 0), 0.45))
    s.ball((0.085, 0.475, 0.92), 0.06, "head", 0.04, pair=True)
    s.ball((0.045, 0.405, 1.56), 0.035, "head", 0.03, pair=True)
    _sprawler(s, 0.20, 0.24, 0.13, 0.24)
    spine = np.asarray(line)
    for t in np.linspace(0.10, 0.94, 26):
        x, y, z = (float(np.interp(t, np.linspace(0, 1, 6), spine[:, k])) for k in range(3))
        r = float(np.interp(t, np.linspace(0, 1, 6), [0.16, 0.24, 0.25, 0.17, 0.10, 0.02])) * 0.86
        for off in (-0.34, 0.34) if t < 0.62 else (0.0,):
            s.ball((x + off * r, y + r * (0.96 if off else 1.05), z), (0.022, 0.05, 0.036), "ridge", 0.015)
    s.cut((0, 0, 0), (0, 1, 0))

    def scales(q: Skin, c: Array) -> Array:
        near, second, _ = cell_noise(q.points * 15, brief.seed, 0.4)
        return np.asarray(
            c * (1 - 0.3 * smoothstep(0.12, 0.02, second - near) * (1 - 0.6 * q.region("head")))[:, None]
        )

    s.cast(
        "body",
        {"body": skin, "head": skin, "jaw": shade(skin, 1.25), "leg": skin, "ridge": shade(skin, 0.6)},
        belly=(0.80, 0.76, 0.52),
        paint=scales,
        roughness=0.6,
        cells=1.7,
        share=1.6,
    )
    s.eyes((0.085, 0.475, 0.92), (0.75, 0.45, 0.5), 0.042, (0.86, 0.70, 0.16), pupil=(0.2, 0.62))
    ivory = Material.from_srgb("tooth", (0.94, 0.92, 0.82), roughness=0.3)
    teeth = []
    for k in range(9):
        z = 1.02 + 0.062 * k
        teeth += [
            cone(0.019, 0.06, segments=6).rotate(x=180).move(0.088 + 0.012 * np.sin(9 * k), 0.335, z),
            cone(0.016, 0.05, segments=6).move(0.075, 0.235, z + 0.03),
        ]
    s.add("teeth", (join(*teeth), ivory), pair=True)
    return s.finished(0.95)


def lizard(brief: Brief) -> Asset:
    """A slender lizard on spread legs, its tail in an S."""
    s = Sculpture(brief)
    skin = hue(brief, (0.36, 0.58, 0.20), (0.62, 0.46, 0.24), (0.24, 0.52, 0.46))
    mark = shade(skin, 0.45)
    w = 0.5 + 0.35 * float(s.rng.random())
    curl = brief.has("chameleon")
    tail = [(0, 0.15, -0.75), (0.28 * w, 0.10, -1.15), (-0.22 * w, 0.06, -1.65), (0.10 * w, 0.05, -2.1)]
    if curl:
        tail = [(0, 0.18, -0.75), (0, 0.14, -1.10), (0, 0.30, -1.32), (0, 0.44, -1.12), (0, 0.34, -0.98)]
    s.limb(
        [(0, 0.26, 0.66), (0, 0.24, 0.36), (0, 0.22, -0.10), (0, 0.19, -0.48), *tail],
        [0.09, 0.13, 0.16, 0.12, 0.08, 0.055, 0.03, 0.01, *([0.012] if curl else [])],
        soft=0.04,
        count=30,
    )
    s.ball((0, 0.31, 0.80), (0.135, 0.10, 0.16), "head", 0.06)
    s.tube("0 0.30 0.86 0.10, 0 0.27 1.04 0.055", "head", 0.06, flat=((0, 1, 0), 0.7))
    if brief.has("iguana") or curl:
        for t in np.linspace(0, 1, 14):
            s.limb(
                [(0, 0.34 - 0.10 * t, 0.66 - 1.15 * t), (0, 0.46 - 0.14 * t, 0.60 - 1.15 * t)],
                [0.03, 0.006],
                "mark",
                0.02,
            )
    _sprawler(s, 0.13, 0.18, 0.14, 0.26)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast("body", {"body": skin, "head": skin, "leg": shade(skin, 0.9), "mark": mark}, belly=shade(skin, 1.6), roughness=0.4, cells=1.6, share=1.3,
           paint=lambda q, c: spots(q, c, mark, size=0.15, amount=0.42, seed=brief.seed))  # fmt: skip
    s.eyes(
        (0, 0.33, 0.84), (0.9, 0.35, 0.3), 0.05 if not curl else 0.075, (0.90, 0.64, 0.12), pupil=(0.25, 0.62)
    )
    return s.finished(0.14)


FAMILIES: tuple[Family, ...] = (
    Family("turtle", ("turtle", "tortoise", "sea turtle"), turtle, natural=True),
    Family("frog", ("frog", "toad", "tree frog"), grounded(frog), natural=True),
    Family("crocodile", ("crocodile", "alligator", "croc", "caiman"), grounded(crocodile), natural=True),
    Family("lizard", ("lizard", "gecko", "iguana", "chameleon", "salamander", "newt"), lizard, natural=True),
)
