"""Small crawling things: ladybird, beetle, ant, spider, scorpion, snail, caterpillar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.insect import CHITIN, feelers, jointed_legs
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import BLACK, Sculpture, hue
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def ladybird(brief: Brief) -> Asset:
    """Two domed wing cases with spots, a dark head and short legs."""
    s = Sculpture(brief)
    red = hue(brief, (0.82, 0.08, 0.06), (0.92, 0.36, 0.06), (0.95, 0.66, 0.10))
    s.ball((0, 0.18, -0.06), (0.50, 0.46, 0.56), soft=0.02)
    s.cut((0, 0.17, 0), (0, 1, 0), 0.06)
    where = [(0.0, 0.42), (0.26, 0.28), (0.30, -0.10), (0.14, 0.02), (0.22, -0.40), (0.09, -0.30)][
        : 3 + int(s.rng.integers(1, 4))
    ]

    def dots(q: Skin, c: Array) -> Array:
        dark = smoothstep(0.018, 0.008, np.abs(q.points[:, 0]))
        for x, z in where:
            d = np.hypot(np.abs(q.points[:, 0]) - x, q.points[:, 2] - z)
            dark = np.maximum(dark, smoothstep(0.095, 0.078, d))
        return np.asarray(
            c + (np.array([0.04, 0.035, 0.035]) - c) * (dark * (q.normals[:, 1] > -0.3))[:, None]
        )

    s.cast("wing_cases", red, paint=dots, roughness=0.2, mottle=0.03)
    s.ball((0, 0.17, -0.04), (0.44, 0.10, 0.50), soft=0.03)
    s.ball((0, 0.24, 0.46), (0.30, 0.20, 0.18), soft=0.05)
    s.ball((0, 0.20, 0.60), (0.19, 0.15, 0.13), soft=0.04)
    s.cast("body", CHITIN, share=0.5, roughness=0.35)
    pale = Material.from_srgb("mark", (0.95, 0.94, 0.90), roughness=0.4)
    s.add("mark", (ball((0.20, 0.33, 0.53), (0.07, 0.055, 0.05)), pale), pair=True)
    s.eyes((0, 0.22, 0.60), (0.75, 0.35, 0.6), 0.05)
    jointed_legs(
        s,
        [
            ((0.30, 0.16, 0.34 - 0.30 * k), (0.52, 0.20, 0.40 - 0.38 * k), (0.58, 0.01, 0.42 - 0.40 * k))
            for k in range(3)
        ],
        0.035,
        CHITIN,
    )
    feelers(s, (0.06, 0.28, 0.70), (0.18, 0.38, 0.88), 0.014, 0.026)
    return s.finished(0.007)


def beetle(brief: Brief) -> Asset:
    """A polished beetle, with a horn where one is asked for or the seed gives it."""
    s = Sculpture(brief)
    shell = hue(brief, (0.10, 0.28, 0.16), (0.12, 0.14, 0.30), (0.24, 0.13, 0.07), (0.05, 0.05, 0.06))
    s.ball((0, 0.26, -0.25), (0.40, 0.28, 0.60), soft=0.03)
    s.tube("0 0.62 0.5 0.012, 0 0.57 -0.9 0.012", soft=0.02, carve=True)
    s.ball((0, 0.27, 0.36), (0.36, 0.24, 0.24), soft=0.02)
    s.ball((0, 0.23, 0.64), (0.20, 0.15, 0.16), soft=0.03)
    if brief.has("rhinoceros", "rhino", "horn", "stag", "hercules") or s.rng.random() < 0.5:
        s.tube("0 0.32 0.68 0.07, 0 0.50 0.92 0.05, 0 0.74 0.90 0.02", soft=0.05)
    s.cast("body", shell, belly=shade(shell, 0.5), roughness=0.18, mottle=0.05)
    s.eyes((0, 0.25, 0.64), (0.9, 0.3, 0.45), 0.045)
    jointed_legs(
        s,
        [
            ((0.26, 0.18, 0.42 - 0.36 * k), (0.60, 0.30, 0.50 - 0.46 * k), (0.74, 0.01, 0.62 - 0.62 * k))
            for k in range(3)
        ],
        0.05,
        shade(shell, 0.5),
    )
    feelers(s, (0.10, 0.28, 0.76), (0.34, 0.40, 0.96), 0.016, 0.04)
    return s.finished(0.035)


def ant(brief: Brief) -> Asset:
    """Three knots on six long legs, elbowed feelers and jaws."""
    s = Sculpture(brief)
    skin = hue(brief, (0.30, 0.10, 0.05), (0.08, 0.06, 0.06), (0.46, 0.20, 0.08))
    s.ball((0, 0.42, -0.62), (0.26, 0.25, 0.38), soft=0.03, turn=(12, 0, 0))
    s.tube("0 0.38 -0.30 0.06, 0 0.42 -0.16 0.11, 0 0.42 0.12 0.14, 0 0.46 0.30 0.08", soft=0.05)
    s.ball((0, 0.50, 0.50), (0.21, 0.18, 0.21), soft=0.04)
    s.tube("0.12 0.44 0.66 0.04, 0.14 0.40 0.82 0.035, 0.02 0.38 0.88 0.012", soft=0.02, pair=True)
    s.cast(
        "body",
        skin,
        roughness=0.3,
        paint=lambda q, c: c * (1 - 0.35 * smoothstep(-0.3, -0.6, q.points[:, 2]))[:, None],
    )
    s.eyes((0, 0.52, 0.52), (0.9, 0.25, 0.35), 0.055)
    jointed_legs(
        s,
        [
            ((0.10, 0.38, 0.16 - 0.14 * k), (0.46, 0.66, 0.36 - 0.38 * k), (0.74, 0.0, 0.52 - 0.62 * k))
            for k in range(3)
        ],
        0.032,
        shade(skin, 0.8),
    )
    feelers(s, (0.08, 0.62, 0.66), (0.26, 0.70, 1.05), 0.02, colour=shade(skin, 0.8))
    return s.finished(0.008)


def spider(brief: Brief) -> Asset:
    """A large abdomen, a small front body, eight arched legs and eight eyes."""
    s = Sculpture(brief)
    skin = hue(brief, (0.12, 0.09, 0.08), (0.30, 0.20, 0.13), (0.20, 0.17, 0.16))
    mark = (0.80, 0.12, 0.08) if brief.has("widow") else shade(skin, 1.35)
    fat = 1 + 0.10 * s.rng.standard_normal()
    s.ball((0, 0.46, -0.50), (0.36 * fat, 0.33 * fat, 0.44), "tail", 0.04, turn=(14, 0, 0))
    s.ball((0, 0.38, 0.10), (0.25, 0.17, 0.28), "front", 0.06)
    s.tube("0.07 0.36 0.34 0.07, 0.08 0.28 0.44 0.065, 0.06 0.16 0.46 0.015", "front", 0.03, pair=True)

    def paint(q: Skin, c: Array) -> Array:
        x, z = np.abs(q.points[:, 0]), q.points[:, 2]
        chevron = np.sin((z + 0.9 * x) * 2 * np.pi / 0.22)
        hit = (
            smoothstep(0.25, 0.55, chevron)
            * smoothstep(0.22, 0.12, x)
            * smoothstep(0.2, 0.5, q.normals[:, 1])
            * q.region("tail")
        )
        return np.asarray(c + (np.asarray(mark) - c) * hit[:, None])

    s.cast("body", {"tail": skin, "front": shade(skin, 0.9)}, paint=paint, roughness=0.75, mottle=0.25)
    rows = []
    for k, turn in enumerate((58, 20, -18, -55)):
        a, reach = np.radians(turn), (1.12, 0.96, 0.98, 1.2)[k]
        d = np.array([np.cos(a), 0, np.sin(a)])
        root = np.array([0.17, 0.36, 0.20 - 0.10 * k])
        rows.append((root, root + d * 0.42 * reach + (0, 0.40, 0), root + d * 1.02 * reach - (0, 0.36, 0)))
    jointed_legs(s, rows, 0.05, shade(skin, 0.9))
    s.eyes((0, 0.42, 0.16), (0.22, 0.35, 0.9), 0.042)
    glossy = Material.from_srgb("small_eye", (0.02, 0.02, 0.02), roughness=0.05)
    s.add(
        "small_eyes",
        *(
            (ball((x, y, z), (0.024,) * 3, None, 10), glossy)
            for x, y, z in ((0.14, 0.46, 0.30), (0.15, 0.52, 0.18), (0.05, 0.54, 0.25))
        ),
        pair=True,
    )
    return s.finished(0.03)


def scorpion(brief: Brief) -> Asset:
    """A flat jointed body, pincers in front and a tail arched over the back."""
    from pocket3d_server.models.builtin_text.families.sea_creatures import claw

    s = Sculpture(brief)
    skin = hue(brief, (0.26, 0.16, 0.09), (0.08, 0.07, 0.07), (0.62, 0.44, 0.18))
    for k in range(6):
        s.ball((0, 0.24, 0.38 - 0.15 * k), (0.24 - 0.018 * abs(k - 1.5) ** 1.5, 0.115, 0.115), "body", 0.012)
    a = np.radians(np.linspace(-5, 168, 7))
    tail = np.stack([0 * a, 0.30 + 0.46 * (1 - np.cos(a)), -0.50 - 0.42 * np.sin(a)], axis=1)
    for p in tail[:-1]:
        s.ball(p, (0.10, 0.13, 0.13), "tail", 0.012)
    s.ball(tail[-1], (0.10, 0.10, 0.12), "tail", 0.02)
    s.limb(
        [tail[-1], tail[-1] + (0, 0.02, 0.16), tail[-1] + (0, -0.12, 0.26)],
        [0.06, 0.04, 0.006],
        "sting",
        0.03,
    )
    s.cast(
        "body", {"body": skin, "tail": skin, "sting": shade(skin, 0.5)}, roughness=0.3, cells=1.2, share=1.2
    )
    s.eyes((0, 0.30, 0.36), (0.4, 0.85, 0.4), 0.03)
    jointed_legs(
        s,
        [
            ((0.18, 0.22, 0.34 - 0.15 * k), (0.46, 0.40, 0.42 - 0.28 * k), (0.66, 0.0, 0.48 - 0.40 * k))
            for k in range(4)
        ],
        0.034,
        shade(skin, 0.85),
    )
    s.tube("0.14 0.24 0.46 0.045, 0.42 0.28 0.58 0.055, 0.36 0.26 0.84 0.05", "claw", 0.03)
    claw(s, np.array([0.36, 0.26, 0.84]), np.array([-0.12, 0.06, 0.99]), np.array([1.0, 0, 0.12]), 0.26)
    s.cast("claw_left", skin, share=0.3, cells=0.8, twin="claw_right", roughness=0.3)
    return s.finished(0.06)


def snail(brief: Brief) -> Asset:
    """A spiral house on a soft foot, eyes on stalks."""
    s = Sculpture(brief)
    house = hue(brief, (0.70, 0.46, 0.24), (0.86, 0.68, 0.36), (0.56, 0.34, 0.30), nouns=("shell",))
    body = hue(brief, (0.72, 0.62, 0.48), (0.60, 0.52, 0.44), nouns=("body",), main=False)
    s.tube(
        "0 0.05 -0.85 0.03, 0 0.10 -0.4 0.13, 0 0.15 0.1 0.17, 0 0.20 0.5 0.15, 0 0.34 0.70 0.13",
        soft=0.05,
        count=16,
    )
    s.ball((0, 0.40, 0.76), (0.13, 0.12, 0.13), soft=0.06)
    s.tube("0.06 0.46 0.80 0.035, 0.13 0.66 0.92 0.024, 0.16 0.78 0.98 0.022", soft=0.03, pair=True)
    s.tube("0.06 0.36 0.88 0.024, 0.11 0.34 1.0 0.016", soft=0.02, pair=True)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast("body", body, roughness=0.35, belly=shade(body, 1.3), mottle=0.3)
    dark = Material.from_srgb("eye", BLACK, roughness=0.1)
    s.add("eye", (ball((0.163, 0.80, 0.985), (0.042,) * 3, None, 12), dark), pair=True)
    turns = 2.6 + 0.3 * float(s.rng.random())
    t = np.linspace(0, 1, 46)
    a, r = 2 * np.pi * turns * t - 0.5 * np.pi, 0.30 * np.exp(-2.1 * t)
    centre = np.array([0.0, 0.54, -0.16])
    path = np.stack([0.16 * t**0.7, r * np.sin(a), r * np.cos(a)], axis=1) + centre
    s.limb(path, 0.25 * np.exp(-1.75 * t), "shell", 0.02, count=36)
    s.cast("shell", house, roughness=0.3, paint=lambda q, c: c * (1 - 0.45 * smoothstep(0.2, 0.7, np.sin(np.arctan2(q.points[:, 1] - 0.54, q.points[:, 2] + 0.16) * 9)))[:, None])  # fmt: skip
    return s.finished(0.045)


def caterpillar(brief: Brief) -> Asset:
    """A row of soft rings arching over the ground, with small feet."""
    s = Sculpture(brief)
    skin = hue(brief, (0.50, 0.74, 0.20), (0.86, 0.78, 0.22), (0.30, 0.58, 0.30))
    worm = brief.has("worm", "earthworm", "maggot")
    if worm:
        skin = hue(brief, (0.80, 0.50, 0.46))
    n = 10 + int(s.rng.integers(0, 3))
    z = np.linspace(-0.95, 0.75, n)
    y = 0.20 + 0.26 * np.exp(-(((z + 0.15) / 0.32) ** 2))
    for k in range(n):
        r = 0.17 - (0.05 if k == 0 else 0)
        s.ball((0, y[k], z[k]), (r, r, 0.13), "ring" if k % 2 else "body", 0.02)
    s.ball((0, y[-1] + 0.03, 0.93), 0.19, "head", 0.02)
    s.cast(
        "body",
        {
            "body": skin,
            "ring": shade(skin, 0.82 if worm else 0.72),
            "head": skin if worm else (0.72, 0.26, 0.14),
        },
        roughness=0.5,
    )
    s.eyes((0, y[-1] + 0.05, 0.93), (0.45, 0.25, 0.85), 0.055)
    if not worm:
        foot = Material.from_srgb("foot", (0.16, 0.12, 0.08), roughness=0.5)
        feet = [
            sweep(
                np.array([(0.10, y[k] - 0.10, z[k]), (0.14, max(y[k] - 0.20, 0.02), z[k])]),
                np.array([0.04, 0.026]),
                8,
                round_ends=True,
            )
            for k in range(n)
            if y[k] < 0.30
        ]
        s.add("feet", *((f, foot) for f in feet), pair=True)
        feelers(s, (0.06, y[-1] + 0.18, 0.98), (0.16, y[-1] + 0.36, 1.10), 0.014, 0.03)
    return s.finished(0.03)


FAMILIES: tuple[Family, ...] = (
    Family("ladybird", ("ladybird", "ladybug", "lady bug"), grounded(ladybird), natural=True),
    Family("beetle", ("beetle", "bug", "scarab", "cockroach", "insect"), beetle, natural=True),
    Family("ant", ("ant", "termite"), grounded(ant), natural=True),
    Family("spider", ("spider", "tarantula", "black widow"), grounded(spider), natural=True),
    Family("scorpion", ("scorpion",), grounded(scorpion), natural=True),
    Family("snail", ("snail", "slug"), snail, natural=True),
    Family("caterpillar", ("caterpillar", "worm", "earthworm", "centipede"), caterpillar, natural=True),
)
