"""Mammals that sit or stand in a way of their own: monkey, gorilla, squirrel, kangaroo, hedgehog, bat."""

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
from pocket3d_server.models.builtin_text.organic.on_body import facing
from pocket3d_server.models.builtin_text.organic.primates import ape_mouth
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]


def _fingers(
    s: Sculpture,
    palm: tuple[float, float, float],
    aim: tuple[float, float, float],
    length: float,
    thick: float,
) -> None:
    """Four fingers that spread from a palm along ``aim``, on both sides."""
    axes = facing(aim)
    for k in (-1.5, -0.5, 0.5, 1.5):
        root = np.asarray(palm) + axes[:, 0] * k * 1.7 * thick
        tip = root + axes[:, 2] * length * (1 - 0.06 * abs(k)) + axes[:, 0] * k * 0.5 * thick
        s.limb([root, tip], [thick, 0.72 * thick], "skin", 0.6 * thick, pair=True)


def monkey(brief: Brief) -> Asset:
    """A monkey that sits with its hands before it and its tail curled beside it."""
    s = Sculpture(brief)
    fur = hue(brief, (0.40, 0.25, 0.14), (0.30, 0.20, 0.14), (0.56, 0.40, 0.24))
    face: RGB = (0.86, 0.66, 0.50)
    broad = 1 + 0.06 * s.rng.standard_normal()
    s.limb(
        [(0, 0.20, -0.06), (0, 0.42, 0.0), (0, 0.64, 0.02)], [0.23 * broad, 0.21 * broad, 0.16], "fur", 0.06
    )
    s.ball((0, 0.36, 0.13), (0.14, 0.20, 0.11), "belly", 0.06)
    s.ball((0, 0.93, 0.06), (0.22, 0.21, 0.21), "fur", 0.05)
    s.ball((0, 0.85, 0.20), (0.145, 0.105, 0.12), "skin", 0.05)
    s.ball((0.075, 0.96, 0.19), (0.085, 0.08, 0.06), "skin", 0.04, pair=True)
    s.ball((0.245, 0.93, 0.04), (0.075, 0.095, 0.035), "skin", 0.02, pair=True, turn=(0, -25, 0))
    s.tube("0.15 0.62 0.02 0.085, 0.28 0.42 0.10 0.07, 0.22 0.20 0.30 0.055", "fur", 0.05, pair=True)
    s.ball((0.21, 0.15, 0.34), (0.055, 0.05, 0.06), "skin", 0.03, pair=True)
    _fingers(s, (0.21, 0.12, 0.37), (0, -0.62, 0.7), 0.08, 0.022)
    s.tube("0.14 0.14 0.02 0.13, 0.34 0.34 0.26 0.105, 0.27 0.07 0.30 0.065", "fur", 0.05, pair=True)
    s.tube("0.27 0.055 0.28 0.062, 0.30 0.045 0.46 0.055", "skin", 0.03, pair=True)
    _fingers(s, (0.30, 0.04, 0.48), (0.12, -0.05, 1), 0.07, 0.024)
    lift = 0.05 + 0.25 * float(s.rng.random())
    s.limb([(0, 0.12, -0.24), (0.16, 0.06, -0.50), (0.46, 0.06, -0.40), (0.62, 0.12, -0.16), (0.60, 0.22 + lift, -0.06), (0.50, 0.18 + lift, -0.08)],
           [0.055, 0.05, 0.045, 0.042, 0.04, 0.035], "fur", 0.04, count=22)  # fmt: skip
    s.cut((0, 0, 0), (0, 1, 0))

    mouth = ape_mouth()
    s.cast(
        "body",
        {"fur": fur, "belly": shade(fur, 1.35), "skin": face},
        paint=mouth,
        roughness=0.9,
        cells=1.3,
        share=1.3,
        mottle=0.22,
    )
    s.eyes((0.075, 0.965, 0.16), (0.12, 0.10, 1), 0.042, (0.24, 0.13, 0.06))
    return s.finished(0.55)


def gorilla(brief: Brief) -> Asset:
    """A great ape on its knuckles: long arms, a high crest, a broad back."""
    s = Sculpture(brief)
    orang = brief.has("orangutan")
    fur = hue(brief, (0.56, 0.24, 0.08)) if orang else hue(brief, (0.20, 0.185, 0.18), (0.25, 0.21, 0.185))
    skin: RGB = (0.34, 0.26, 0.22) if orang else (0.40, 0.345, 0.32)
    s.tube("0 0.62 -0.46 0.29, 0 0.86 -0.12 0.36, 0 1.10 0.20 0.36", "fur", 0.06, flat=((1, 0, 0), 1.08))
    s.ball((0, 0.80, -0.40), (0.27, 0.26, 0.24), "back", 0.08)
    s.tube("0 1.20 0.34 0.26, 0 1.34 0.54 0.19", "fur", 0.1)
    s.ball((0, 1.40, 0.58), (0.20, 0.26, 0.22), "fur", 0.08, turn=(20, 0, 0))
    s.ball((0, 1.31, 0.77), (0.145, 0.14, 0.085), "skin", 0.04)
    s.tube("-0.115 1.415 0.77 0.045, 0.115 1.415 0.77 0.045", "skin", 0.05)
    s.ball((0, 1.225, 0.80), (0.125, 0.085, 0.10), "skin", 0.05)
    s.ball((0.04, 1.30, 0.845), (0.038, 0.03, 0.03), "skin", 0.02, pair=True)
    s.ball((0.205, 1.36, 0.56), (0.03, 0.05, 0.03), "skin", 0.02, pair=True)
    s.tube("0.34 1.08 0.28 0.20, 0.50 0.66 0.32 0.165, 0.42 0.16 0.52 0.115", "fur", 0.08, pair=True)
    s.ball((0.42, 0.08, 0.55), (0.105, 0.09, 0.11), "skin", 0.05, pair=True)
    s.tube("0.22 0.60 -0.46 0.22, 0.30 0.40 -0.26 0.17, 0.27 0.12 -0.44 0.11", "fur", 0.07, pair=True)
    s.tube("0.27 0.06 -0.46 0.085, 0.29 0.05 -0.22 0.08", "skin", 0.04, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))

    def mouth(q: Skin, c: Array) -> Array:
        x, y, z = q.points.T
        line = (
            smoothstep(0.012, 0.005, np.abs(y - 1.215 - 0.5 * x * x))
            * smoothstep(0.12, 0.10, np.abs(x))
            * smoothstep(0.80, 0.84, z)
        )
        return np.asarray(c * (1 - 0.7 * line)[:, None])

    back = fur if brief.has("black") or orang else (0.52, 0.52, 0.52)
    s.cast(
        "body",
        {"fur": fur, "back": back, "skin": skin},
        paint=mouth,
        roughness=0.85,
        cells=1.2,
        edge=0.05,
        mottle=0.3,
    )
    s.eyes((0.058, 1.365, 0.70), (0.10, 0.02, 1), 0.027, (0.30, 0.16, 0.06), sunk=0.3)
    return s.finished(0.92)


def squirrel(brief: Brief) -> Asset:
    """A squirrel that sits up with a nut, its tail curled behind it."""
    s = Sculpture(brief)
    fur = hue(brief, (0.68, 0.30, 0.10), (0.45, 0.36, 0.28), (0.58, 0.24, 0.08))
    cream: RGB = (0.94, 0.88, 0.78)
    s.tube("0 0.22 -0.10 0.23, 0 0.42 -0.02 0.21, 0 0.62 0.08 0.15", "fur", 0.05)
    s.ball((0, 0.40, 0.14), (0.14, 0.22, 0.09), "cream", 0.05)
    s.ball((0, 0.80, 0.14), (0.165, 0.16, 0.175), "fur", 0.05)
    s.tube("0 0.78 0.22 0.105, 0 0.745 0.36 0.055", "fur", 0.05)
    s.ball((0.055, 0.73, 0.27), (0.065, 0.055, 0.07), "cream", 0.03, pair=True)
    s.tube("0.10 0.90 0.10 0.055, 0.135 1.03 0.08 0.05, 0.155 1.13 0.07 0.012", "fur", 0.03, pair=True)
    s.tube("0.14 0.58 0.10 0.07, 0.20 0.45 0.22 0.055, 0.08 0.50 0.34 0.04", "fur", 0.04, pair=True)
    s.ball((0.17, 0.22, 0.04), (0.13, 0.19, 0.20), "fur", 0.05, pair=True)
    s.tube("0.18 0.05 0.02 0.06, 0.19 0.045 0.30 0.055", "fur", 0.04, pair=True)
    curl = 0.9 + 0.25 * float(s.rng.random())
    s.limb([(0, 0.10, -0.28), (0, 0.22, -0.56), (0, 0.66, -0.62), (0, 1.04 * curl, -0.46), (0, 1.14 * curl, -0.68), (0, 1.00 * curl, -0.82)],
           [0.07, 0.16, 0.20, 0.19, 0.15, 0.05], "tail", 0.05, count=20)  # fmt: skip
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"fur": fur, "cream": cream, "tail": shade(fur, 0.85)},
        roughness=0.9,
        cells=1.2,
        mottle=0.25,
        edge=0.02,
    )
    s.eyes((0, 0.83, 0.15), (0.72, 0.28, 0.55), 0.045)
    s.ball((0, 0.765, 0.415), (0.03, 0.022, 0.022), "nose", 0.01)
    s.cast("nose", (0.12, 0.07, 0.06), share=0.04, cells=0.3, roughness=0.3)
    s.ball((0, 0.50, 0.40), (0.075, 0.095, 0.075), "nut", 0.02)
    s.ball((0, 0.57, 0.40), (0.085, 0.05, 0.085), "cup", 0.01)
    s.cast(
        "nut", {"nut": (0.72, 0.46, 0.18), "cup": (0.36, 0.22, 0.10)}, share=0.15, cells=0.4, roughness=0.4
    )
    return s.finished(0.20)


def kangaroo(brief: Brief) -> Asset:
    """A kangaroo upright on long feet and a heavy tail."""
    s = Sculpture(brief)
    fur = hue(brief, (0.64, 0.42, 0.26), (0.55, 0.46, 0.38), (0.70, 0.36, 0.20))
    pale = shade(fur, 1.5)
    s.tube("0 0.56 -0.20 0.28, 0 0.78 -0.04 0.25, 0 1.12 0.12 0.165, 0 1.34 0.18 0.10", "fur", 0.06, count=14)
    s.ball((0, 0.66, 0.08), (0.18, 0.26, 0.12), "pale", 0.08)
    s.ball((0, 1.46, 0.22), (0.115, 0.115, 0.135), "fur", 0.05)
    s.tube("0 1.44 0.30 0.085, 0 1.385 0.47 0.055", "fur", 0.05)
    s.tube(
        "0.06 1.54 0.16 0.045, 0.10 1.70 0.13 0.058, 0.13 1.84 0.13 0.015",
        "fur",
        0.03,
        pair=True,
        flat=((0.3, 0, 1), 0.55),
    )
    s.tube("0.13 1.16 0.16 0.07, 0.20 0.96 0.26 0.052, 0.14 0.92 0.42 0.04", "fur", 0.05, pair=True)
    s.ball((0.14, 0.90, 0.46), (0.035, 0.03, 0.05), "dark", 0.02, pair=True)
    s.ball((0.22, 0.54, -0.12), (0.15, 0.27, 0.24), "fur", 0.06, pair=True, turn=(-20, 0, 0))
    s.tube("0.26 0.42 0.06 0.12, 0.25 0.12 -0.22 0.065", "fur", 0.05, pair=True)
    s.tube("0.25 0.06 -0.22 0.065, 0.25 0.06 0.12 0.06, 0.26 0.045 0.38 0.045", "dark", 0.04, pair=True)
    s.tube(
        "0 0.50 -0.34 0.20, 0 0.22 -0.66 0.14, 0 0.09 -1.05 0.09, 0.1 0.07 -1.45 0.03", "fur", 0.06, count=14
    )
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast(
        "body",
        {"fur": fur, "pale": pale, "dark": shade(fur, 0.5)},
        roughness=0.9,
        cells=1.4,
        mottle=0.2,
        edge=0.03,
    )
    s.eyes((0, 1.49, 0.22), (0.82, 0.22, 0.5), 0.034)
    s.ball((0, 1.40, 0.52), (0.035, 0.026, 0.022), "nose", 0.01)
    s.cast("nose", (0.06, 0.05, 0.05), share=0.04, cells=0.3, roughness=0.3)
    if brief.has("joey", "baby", "pouch") or s.rng.random() < 0.5:
        s.ball((0, 0.84, 0.235), (0.085, 0.08, 0.08), "fur", 0.03)
        s.tube("0 0.83 0.28 0.05, 0 0.805 0.35 0.035", "fur", 0.03)
        s.tube("0.045 0.89 0.21 0.028, 0.075 1.00 0.20 0.012", "fur", 0.02, pair=True)
        s.cast("joey", shade(fur, 1.15), share=0.2, cells=0.5, roughness=0.9)
        s.eyes((0, 0.86, 0.24), (0.8, 0.2, 0.6), 0.02, name="joey_eye")
    return s.finished(0.95)


def hedgehog(brief: Brief) -> Asset:
    """A round back of spines over a pointed face."""
    s = Sculpture(brief)
    fur = hue(brief, (0.78, 0.62, 0.44), (0.62, 0.50, 0.38))
    spine = Material.from_srgb(
        "spine",
        hue(brief, (0.34, 0.25, 0.18), (0.46, 0.38, 0.30), nouns=("spine", "spike", "quill"), main=False),
        roughness=0.6,
    )
    s.ball((0, 0.34, -0.08), (0.36, 0.31, 0.48), soft=0.05)
    s.tube("0 0.28 0.32 0.20, 0 0.25 0.52 0.13, 0 0.26 0.70 0.045", "face", 0.08)
    s.ball((0.15, 0.42, 0.36), (0.065, 0.07, 0.03), "face", 0.03, pair=True)
    for x, z in ((0.17, 0.24), (0.17, -0.30)):
        s.limb([(x, 0.16, z), (x, 0.04, z + 0.04)], [0.075, 0.055], "face", 0.04, pair=True)
        s.ball((x, 0.035, z + 0.09), (0.055, 0.035, 0.07), "face", 0.02, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast("body", {"body": (0.34, 0.25, 0.18), "face": fur}, roughness=0.9, mottle=0.25)
    s.eyes((0, 0.30, 0.44), (0.65, 0.45, 0.6), 0.035)
    s.ball((0, 0.27, 0.74), 0.042, "nose", 0.01)
    s.cast("nose", (0.05, 0.04, 0.04), share=0.04, cells=0.3, roughness=0.25)
    n = {"low": 190, "medium": 420, "high": 700}[brief.quality]
    k = np.arange(n) + 0.5
    up, a = 1 - 1.25 * k / n, k * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - up * up)
    out = np.stack([r * np.cos(a), up, r * np.sin(a)], axis=1)
    out = out[(out[:, 2] < 0.72) & (out[:, 1] > -0.15)]
    lean = out + np.array([0, 0.1, -0.55])
    spike = cone(0.020, 0.15, segments=5)
    pieces = [
        spike.transform(facing(d, (0.01, 1, 0.3)) @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])).move(
            *(o * (0.35, 0.30, 0.47) + (0, 0.34, -0.08))
        )
        for o, d in zip(out, lean, strict=True)
    ]
    s.add("spines", (join(*pieces), spine))
    return s.finished(0.24)


def bat(brief: Brief) -> Asset:
    """A bat with its skin wings spread."""
    s = Sculpture(brief)
    fur = hue(brief, (0.40, 0.30, 0.24), (0.34, 0.30, 0.34), (0.48, 0.33, 0.22))
    skin = Material.from_srgb("wing", shade(fur, 0.62), roughness=0.55)
    s.tube("0 0.28 -0.02 0.10, 0 0.52 0.0 0.16, 0 0.72 0.02 0.13", soft=0.05)
    s.ball((0, 0.92, 0.06), (0.16, 0.15, 0.15), soft=0.05)
    s.tube("0 0.89 0.15 0.085, 0 0.87 0.23 0.055", "face", 0.04)
    s.tube(
        "0.085 1.02 0.04 0.055, 0.15 1.17 0.03 0.075, 0.20 1.30 0.03 0.012",
        soft=0.03,
        pair=True,
        flat=((0.2, 0, 1), 0.4),
    )
    s.tube("0.06 0.26 0.0 0.035, 0.08 0.10 0.02 0.02", soft=0.03, pair=True)
    s.cast("body", {"body": fur, "face": shade(fur, 1.25)}, roughness=0.9, mottle=0.25)
    s.eyes((0, 0.95, 0.08), (0.45, 0.15, 0.9), 0.032, (0.86, 0.62, 0.12))
    ivory = Material.from_srgb("fang", (0.95, 0.94, 0.88), roughness=0.3)
    s.add("fang", (cone(0.011, 0.045, segments=8).rotate(x=180).move(0.024, 0.85, 0.268), ivory), pair=True)
    u, n = np.linspace(0, 1, 41), 41
    spread = 1.35 * (1 + 0.08 * s.rng.standard_normal())
    top = np.interp(u, [0, 0.38, 0.48, 1], [0.66, 1.02, 0.98, 0.70])
    # The rear edge hangs in scallops between the fingers.
    low = np.interp(u, [0, 0.5, 1], [0.28, 0.30, 0.66]) + 0.11 * np.abs(np.sin(np.pi * u * 4)) * (1 - u**4)
    centre = np.stack([0.08 + spread * u, (top + low) / 2, -0.06 - 0.10 * np.sin(np.pi * u)], axis=1)
    wing = sheet(
        centre, (0, 0, 1), (top - low) / 2 + 0.004, right=(top - low) / 2 + 0.004, thickness=0.012, columns=7
    )
    bones = []
    wrist = np.array([0.08 + spread * 0.42, 1.01, -0.15])
    bones.append(
        sweep(
            curve([(0.06, 0.66, 0), (0.08 + spread * 0.2, 0.80, -0.06), wrist], n // 3),
            0.022,
            8,
            round_ends=True,
        )
    )
    for at in (0.25, 0.5, 0.75, 0.985):
        k = int(at * (n - 1))
        end = np.array([centre[k, 0], low[k] + 0.01, centre[k, 2]])
        bones.append(
            sweep(
                curve([wrist, (wrist + end) / 2 + (0.03, 0.05, 0.0), end], 10),
                np.linspace(0.016, 0.006, 10),
                6,
                round_ends=True,
            )
        )
    s.add(
        "wing",
        (wing, skin),
        (join(*bones), Material.from_srgb("wing_bone", shade(fur, 0.9), roughness=0.6)),
        pair=True,
    )
    return s.finished(0.17)


FAMILIES: tuple[Family, ...] = (
    Family("monkey", ("monkey", "chimpanzee", "chimp", "macaque"), grounded(monkey), natural=True),
    Family("gorilla", ("gorilla", "ape", "orangutan", "king kong"), gorilla, natural=True),
    Family("squirrel", ("squirrel", "chipmunk"), grounded(squirrel), natural=True),
    Family("kangaroo", ("kangaroo", "wallaby"), kangaroo, natural=True),
    Family("hedgehog", ("hedgehog", "porcupine"), hedgehog, natural=True),
    Family("bat", ("bat", "vampire bat", "fruit bat"), grounded(bat), natural=True),
)
