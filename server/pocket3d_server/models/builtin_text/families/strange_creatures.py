"""Creatures of stories and a few odd ones: alien, monster, slime, koala, seahorse, ray."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import cone, sweep
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue, spots
from pocket3d_server.models.builtin_text.organic.toon import gaping_mouth, smile, staring_eye
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]
IVORY = (0.94, 0.92, 0.84)


def alien(brief: Brief) -> Asset:
    """A slender visitor with a large head and black eyes, arms a little away from the body."""
    s = Sculpture(brief)
    skin = hue(brief, (0.46, 0.66, 0.34), (0.62, 0.66, 0.66), (0.42, 0.60, 0.66))
    big = 1 + 0.08 * s.rng.standard_normal()
    s.ball((0, 1.18, 0.0), (0.185 * big, 0.205 * big, 0.20 * big), soft=0.04)
    s.tube("0 1.08 0.05 0.12, 0 0.99 0.085 0.06", soft=0.06)
    s.tube("0 0.98 0 0.042, 0 0.86 0 0.05", soft=0.04)
    s.tube("0 0.80 0 0.105, 0 0.64 0.0 0.085, 0 0.50 0 0.095", soft=0.05, flat=((0, 0, 1), 0.75))
    s.tube("0.10 0.82 0 0.045, 0.22 0.62 0 0.034, 0.31 0.43 0.05 0.028", soft=0.04, pair=True)
    for k in (-1, 0, 1):
        s.limb(
            [(0.315, 0.42, 0.05 + 0.018 * k), (0.345 + 0.01 * k, 0.33, 0.06 + 0.035 * k)],
            [0.018, 0.011],
            soft=0.015,
            pair=True,
        )
    s.tube("0.055 0.47 0 0.062, 0.075 0.25 0.012 0.045, 0.08 0.05 -0.01 0.032", soft=0.04, pair=True)
    s.tube("0.08 0.03 -0.01 0.034, 0.09 0.022 0.10 0.03", soft=0.03, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast("body", skin, belly=shade(skin, 1.2), roughness=0.35, cells=1.3, paint=lambda q, c: spots(q, c, shade(skin, 0.82), size=0.10, amount=0.25, seed=brief.seed))  # fmt: skip
    black = Material.from_srgb("eye", (0.015, 0.015, 0.02), roughness=0.05)
    eye = (
        ball((0, 0, 0), (0.052, 0.085, 0.030), None, 20)
        .rotate(z=-28)
        .rotate(y=24)
        .move(0.088 * big, 1.155, 0.165 * big)
    )
    s.add("eye", (eye, black), pair=True)
    line = sweep(
        np.array([(-0.028, 1.015, 0.142), (0, 1.010, 0.148), (0.028, 1.015, 0.142)]),
        0.0045,
        6,
        round_ends=True,
    )
    s.add("mouth", (line, Material.from_srgb("mouth", shade(skin, 0.35), roughness=0.5)))
    if s.rng.random() < 0.4 or brief.has("antenna"):
        stalk = sweep(
            curve([(0.07, 1.34, 0), (0.10, 1.46, 0.02), (0.14, 1.54, 0.04)], 8), 0.010, 8, round_ends=True
        )
        s.add(
            "antenna",
            (stalk, Material.from_srgb("stalk", skin, roughness=0.4)),
            (
                ball((0.14, 1.55, 0.04), (0.028,) * 3, None, 14),
                Material.from_srgb("tip", shade(skin, 1.4), roughness=0.3),
            ),
            pair=True,
        )
    return s.finished(1.0)


IRISES: tuple[RGB, ...] = ((0.20, 0.60, 0.30), (0.85, 0.60, 0.10), (0.20, 0.45, 0.80))


def monster(brief: Brief) -> Asset:
    """A round furry monster with horns, a wide mouth and one to three eyes."""
    s = Sculpture(brief)
    fur = hue(brief, (0.36, 0.30, 0.72), (0.16, 0.58, 0.60), (0.86, 0.36, 0.24), (0.42, 0.66, 0.22))
    eyes = brief.count("eye", int(s.rng.integers(1, 4)), 1, 3)
    tall = 1 + 0.12 * s.rng.standard_normal()
    s.limb([(0, 0.42, 0), (0, 0.42 + 0.42 * tall, 0)], [0.40, 0.34], soft=0.06)
    s.tube("0.32 0.62 0 0.11, 0.52 0.46 0.06 0.095, 0.58 0.28 0.14 0.10", soft=0.06, pair=True)
    s.tube("0.18 0.16 0 0.15, 0.20 0.06 0.05 0.13", soft=0.05, pair=True)
    for a in np.radians((-30, 0, 30)):
        toe = (0.20 + 0.13 * np.sin(a), 0.06, 0.05 + 0.14 * np.cos(a))
        s.ball(toe, 0.06, "toe", 0.03, pair=True)
    s.ball((0, 0.40, 0.26), (0.26, 0.28, 0.16), "belly", 0.08)
    mouth = np.array([0, 0.42 + 0.16 * tall, 0.40])
    gums = gaping_mouth(s, mouth)
    s.cut((0, 0, 0), (0, 1, 0))
    tints = {"body": fur, "belly": shade(fur, 1.5), "toe": shade(fur, 0.75)}
    s.cast("body", tints, paint=gums, roughness=0.95, mottle=0.25, edge=0.02)
    top, r = 0.42 + 0.42 * tall, (0.15, 0.11, 0.085)[eyes - 1]
    iris = hue(brief, *IRISES, nouns=("eye",), main=False)
    for k in range(eyes):
        x, lift = (k - (eyes - 1) / 2) * 0.24, 0.07 if eyes == 3 and k == 1 else 0
        at = np.array([x, top + 0.06 + lift, np.sqrt(max(0.33**2 - x * x, 0.01)) - 0.05])
        s.add(f"eye_{k + 1}", *staring_eye(at, r, iris))
    line = curve([(0.18, top + 0.24, 0), (0.30, top + 0.40, 0), (0.28, top + 0.56, 0.04)], 12)
    horn = sweep(line, np.linspace(0.075, 0.008, 12), 12, round_ends=True, crease=80)
    s.add("horn", (horn, Material.from_srgb("horn", IVORY, roughness=0.4)), pair=True)
    teeth = [
        cone(0.026, 0.07, segments=8).rotate(x=180).move(x, mouth[1] + 0.055, mouth[2] - 0.035 - 0.5 * x * x)
        for x in (-0.11, -0.04, 0.04, 0.11)
    ]
    s.add("teeth", (join(*teeth), Material.from_srgb("tooth", (0.97, 0.96, 0.90), roughness=0.3)))
    return s.finished(1.0)


def slime(brief: Brief) -> Asset:
    """A drop of jelly with a face."""
    s = Sculpture(brief)
    jelly = hue(brief, (0.36, 0.80, 0.42), (0.30, 0.62, 0.92), (0.90, 0.46, 0.70))
    s.ball((0, 0.30, 0), (0.46, 0.36, 0.44), soft=0.1)
    s.tube("0 0.50 0 0.20, 0 0.70 0 0.08, 0.02 0.80 0.0 0.02", soft=0.2)
    for k in range(5):
        a = 2 * np.pi * (k + s.rng.random()) / 5
        s.ball((0.46 * np.sin(a), 0.05, 0.44 * np.cos(a)), (0.16, 0.07, 0.16), soft=0.12)
    s.cut((0, 0, 0), (0, 1, 0), 0.02)
    body = s.cast("body", jelly, roughness=0.1)
    clear = body.primitives[0].material
    clear.base_color, clear.alpha_mode = (*clear.base_color[:3], 0.85), "BLEND"
    clear.emissive = (0.08 * jelly[0], 0.08 * jelly[1], 0.08 * jelly[2])
    dark = Material.from_srgb("eye", (0.03, 0.03, 0.04), roughness=0.05)
    s.add("eye", (ball((0.15, 0.36, 0.405), (0.05, 0.075, 0.04), None, 16), dark), pair=True)
    s.add("mouth", (smile((0, 0.23, 0.437), 0.09, 1.6, 0.6, 0.012), dark))
    return s.finished(0.5)


def koala(brief: Brief) -> Asset:
    """A koala that sits: round fluffy ears and a large dark nose."""
    s = Sculpture(brief)
    fur = hue(brief, (0.56, 0.56, 0.58), (0.62, 0.58, 0.55))
    s.tube("0 0.26 0 0.27, 0 0.52 0.02 0.22", "fur", 0.05)
    s.ball((0, 0.36, 0.15), (0.17, 0.22, 0.12), "pale", 0.05)
    s.ball((0, 0.80, 0.06), (0.25, 0.22, 0.22), "fur", 0.05)
    s.ball((0, 0.73, 0.19), (0.13, 0.10, 0.10), "fur", 0.05)
    s.ball((0.27, 0.93, 0.02), (0.135, 0.135, 0.07), "fur", 0.03, pair=True)
    s.ball((0.275, 0.92, 0.065), (0.09, 0.09, 0.05), "pale", 0.02, pair=True)
    s.tube("0.18 0.56 0.04 0.10, 0.30 0.42 0.16 0.085, 0.22 0.34 0.28 0.075", "fur", 0.05, pair=True)
    s.tube("0.17 0.14 0.04 0.13, 0.26 0.12 0.26 0.11, 0.27 0.10 0.34 0.09", "fur", 0.05, pair=True)
    for x, y, z in ((0.24, 0.10, 0.43), (0.30, 0.10, 0.43), (0.20, 0.30, 0.35), (0.25, 0.30, 0.35)):
        s.ball((x, y, z), (0.028, 0.028, 0.045), "claw", 0.015, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"fur": fur, "pale": (0.90, 0.89, 0.87), "claw": (0.22, 0.20, 0.20)},
        roughness=0.95,
        mottle=0.22,
        edge=0.02,
        cells=1.1,
    )
    s.eyes((0, 0.82, 0.08), (0.45, 0.10, 0.9), 0.034, (0.22, 0.13, 0.07))
    s.ball((0, 0.76, 0.28), (0.06, 0.085, 0.045), "nose", 0.02)
    s.cast("nose", (0.08, 0.075, 0.08), share=0.06, cells=0.3, roughness=0.35)
    return s.finished(0.62)


def seahorse(brief: Brief) -> Asset:
    """An upright little horse of the sea with a curled tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.94, 0.66, 0.20), (0.90, 0.44, 0.30), (0.52, 0.62, 0.34))
    line = [
        (0, 1.30, 0.02),
        (0, 1.10, -0.06),
        (0, 0.82, 0.06),
        (0, 0.52, 0.04),
        (0, 0.26, -0.06),
        (0, 0.06, 0.08),
        (0, 0.16, 0.22),
        (0, 0.26, 0.13),
        (0, 0.20, 0.09),
    ]
    s.limb(line, [0.10, 0.095, 0.165, 0.11, 0.07, 0.05, 0.036, 0.026, 0.016], soft=0.03, count=44)
    s.ball((0, 1.36, 0.06), (0.10, 0.12, 0.14), soft=0.05)
    s.tube("0 1.33 0.15 0.055, 0 1.27 0.34 0.032, 0 1.265 0.38 0.04", soft=0.04)
    for k in range(4):
        s.limb(
            [(0, 1.44 - 0.05 * k, 0.0 - 0.05 * k), (0, 1.54 - 0.07 * k, -0.05 - 0.07 * k)],
            [0.03, 0.008],
            "fin",
            0.02,
        )

    def rings(q: Skin, c: Array) -> Array:
        band = np.sin((q.points[:, 1] + 0.25 * q.points[:, 2]) * 75)
        return np.asarray(c * (1 - 0.32 * smoothstep(0.55, 0.9, band) * (q.points[:, 1] < 1.18))[:, None])

    s.cast("body", {"body": skin, "fin": shade(skin, 0.75)}, paint=rings, roughness=0.4, cells=1.4)
    s.eyes((0, 1.37, 0.09), (1, 0.2, 0.35), 0.035)
    u = np.linspace(0, 1, 10)
    back = np.array([0, 0.80, -0.10]) + np.array([0, 0.06, -0.20]) * u[:, None]
    fin = Material.from_srgb("fin", shade(skin, 0.8), roughness=0.4)
    s.add(
        "dorsal_fin",
        (sheet(back, (1, 0, 0), 0.12 * np.sin(np.pi * (0.25 + 0.6 * u)), thickness=0.012, columns=5), fin),
    )
    side = np.array([0.07, 1.20, -0.05]) + np.array([0.10, 0.02, -0.12]) * u[:, None]
    s.add(
        "fin",
        (
            sheet(side, (0.6, 0, 0.8), 0.05 * np.sin(np.pi * (0.25 + 0.6 * u)), thickness=0.010, columns=3),
            fin,
        ),
        pair=True,
    )
    return s.finished(0.12)


def ray(brief: Brief) -> Asset:
    """A flat ray with raised wings and a whip of a tail."""
    s = Sculpture(brief)
    skin = hue(brief, (0.34, 0.38, 0.44), (0.46, 0.40, 0.32), (0.24, 0.32, 0.44))
    s.ball((0, 0.30, 0.05), (0.26, 0.115, 0.46), soft=0.08)
    for k in range(7):
        t = (k + 1) / 7
        s.ball(
            (0.12 + 0.78 * t, 0.30 + 0.16 * t**2, 0.16 - 0.16 * t),
            (0.15, 0.062 * (1 - 0.75 * t) + 0.008, 0.40 * (1 - t) ** 0.8 + 0.03),
            soft=0.10,
            pair=True,
        )
    s.tube("0.10 0.29 0.44 0.055, 0.12 0.28 0.60 0.03", soft=0.05, pair=True, flat=((0, 1, 0), 0.6))
    s.tube("0 0.29 -0.34 0.06, 0 0.30 -0.80 0.025, 0.06 0.34 -1.30 0.008", soft=0.05)
    s.cast("body", skin, belly=(0.92, 0.92, 0.90), roughness=0.35, cells=1.3, paint=lambda q, c: spots(q, c, shade(skin, 1.35), size=0.16, amount=0.28, seed=brief.seed))  # fmt: skip
    s.eyes((0.12, 0.32, 0.36), (0.8, 0.6, 0.35), 0.035)
    return s.finished(1.1)


FAMILIES: tuple[Family, ...] = (
    Family("alien", ("alien", "extraterrestrial", "martian", "grey alien"), grounded(alien), natural=True),
    Family("monster", ("monster", "beast", "cyclops", "gremlin", "yeti"), monster, natural=True),
    Family("slime", ("slime", "jelly monster", "blob"), grounded(slime), natural=True),
    Family("koala", ("koala", "koala bear"), grounded(koala), natural=True),
    Family("seahorse", ("seahorse", "sea horse"), grounded(seahorse), natural=True),
    Family("ray", ("stingray", "manta ray", "manta", "sting ray"), grounded(ray), natural=True),
)
