"""Fruits at their real size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.shapes import sphere, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.produce import (
    GREEN,
    SIDES,
    Array,
    mixed,
    painted_body,
    rotation_y,
    small_leaf,
    stalk,
    turned_body,
)
from pocket3d_server.models.language.brief import RGB, Brief


def apple(brief: Brief) -> Asset:
    """An apple with its dimples, stem and leaf."""
    colour = brief.colour((0.76, 0.09, 0.10))
    solid = turned_body(
        brief,
        [
            (0, 0.009),
            (0.008, 0.006),
            (0.018, 0.0),
            (0.030, 0.010),
            (0.0395, 0.038),
            (0.036, 0.062),
            (0.022, 0.075),
            (0.010, 0.071),
            (0.004, 0.062),
            (0, 0.060),
        ],
        44,
    )
    solid = solid.deform(
        lambda v: (
            v
            * (1 + 0.025 * np.cos(5 * np.arctan2(v[:, 0], v[:, 2])) * np.clip(0.4 - v[:, 1] / 0.08, 0, 1))[
                :, None
            ]
            ** np.array([1, 0.6, 1])
        )
    )
    light: RGB = (min(colour[0] + 0.18, 1), min(colour[1] + 0.45, 1), min(colour[2] + 0.12, 1))

    def paint(s: Skin) -> Array:
        streak = fractal_noise(s.points * np.array([260, 30, 260]), 3, 2)
        flush = smoothstep(
            0.30,
            0.75,
            0.5 * fractal_noise(s.points * 22, 5, 2)
            + 0.45 * streak
            + 3.0 * (0.03 - np.hypot(s.points[:, 0], s.points[:, 2])) * (s.points[:, 1] > 0.05),
        )
        return np.asarray(mixed(colour, light, 0.55 * flush))

    return Asset(
        [
            painted_body(brief, "apple", solid, paint, 0.25),
            stalk([(0, 0.060, 0), (0.001, 0.074, 0.001), (0.005, 0.088, 0.002)], 0.0013),
            small_leaf((0.002, 0.078, 0.001), 0.042),
        ]
    )


def pear(brief: Brief) -> Asset:
    """A pear."""
    colour = brief.colour((0.70, 0.72, 0.22))
    solid = turned_body(
        brief,
        [
            (0, 0.006),
            (0.010, 0.001),
            (0.024, 0.004),
            (0.037, 0.030),
            (0.031, 0.058),
            (0.019, 0.082),
            (0.014, 0.098),
            (0.006, 0.104),
            (0, 0.102),
        ],
        44,
    )

    def paint(s: Skin) -> Array:
        dots = cell_noise(s.points * 300, 2)[0]
        base = mixed(
            colour, (0.78, 0.50, 0.20), 0.6 * smoothstep(0.5, 0.8, fractal_noise(s.points * 20, 1, 2))
        )
        return np.asarray(base * (1 - 0.25 * smoothstep(0.3, 0.15, dots))[:, None])

    return Asset(
        [
            painted_body(brief, "pear", solid, paint, 0.45),
            stalk([(0, 0.100, 0), (0.001, 0.112, 0), (0.006, 0.124, 0.002)], 0.0016),
            small_leaf((0.003, 0.114, 0), 0.045),
        ]
    )


def _citrus(name: str, colour: RGB, radius: float, tall: float, tip: float) -> Callable[[Brief], Asset]:
    def build(brief: Brief) -> Asset:
        c = brief.colour(colour) if name != "orange" or len(brief.colours) > 1 else colour
        r, h = radius, tall
        solid = turned_body(
            brief,
            [
                (0, -tip),
                (0.25 * r, 0.0),
                (0.78 * r, 0.16 * h),
                (r, 0.5 * h),
                (0.78 * r, 0.84 * h),
                (0.25 * r, h),
                (0, h + 0.4 * tip),
            ],
            48,
        )

        def paint(s: Skin) -> Array:
            pores = cell_noise(s.points * 420, 2)[0]
            base = np.asarray(c) * (0.94 + 0.12 * fractal_noise(s.points * 30, 1, 2))[:, None]
            return np.asarray(base * (1 - 0.16 * smoothstep(0.35, 0.15, pores))[:, None])

        star = part(
            "stem",
            (
                sphere(1, 10).scale(0.006, 0.002, 0.006).move(y=h + 0.2 * tip),
                Material.from_srgb("stem", (0.36, 0.44, 0.18), roughness=0.9),
            ),
        )
        return Asset([painted_body(brief, name, solid, paint, 0.5), star, small_leaf((0, h, 0), 0.05)])

    build.__doc__ = f"A {name}."
    return build


def banana(brief: Brief) -> Asset:
    """One banana, or a hand of them."""
    colour = brief.colour((0.95, 0.80, 0.20))
    t = np.linspace(0, 1, 30)
    angle = np.radians(-55 + 110 * t)
    path = np.stack([0 * t, 0.12 * (1 - np.cos(angle)), 0.12 * np.sin(angle) * 1.05], axis=1)
    radius = 0.0185 * np.interp(
        t,
        [0, 0.04, 0.10, 0.22, 0.55, 0.82, 0.93, 0.97, 1.0],
        [0.36, 0.34, 0.40, 0.90, 1.0, 0.88, 0.52, 0.30, 0.26],
    )
    a = 2 * np.pi * np.arange(30) / 30
    section = np.stack([np.cos(a), np.sin(a)], axis=1) * (1 + 0.055 * np.cos(5 * a))[:, None]
    one = sweep(path, radius, section, crease=60)
    many = brief.count("banana", 5 if brief.has("bunch", "hand", "bananas") else 1, 1, 9)
    parts = []
    for k in range(many):
        turn = (k - (many - 1) / 2) * 17
        solid = one if many == 1 else one.move(z=0.115, y=0).rotate(y=turn, x=-4 * abs(k - (many - 1) / 2))

        def paint(s: Skin, turn: float = turn) -> Array:
            back = s.points if many == 1 else s.points @ np.linalg.inv(rotation_y(turn)).T - (0, 0, 0.115)
            end = np.clip(back[:, 2] / 0.105, -1, 1)
            base = mixed(colour, (0.62, 0.66, 0.20), smoothstep(-0.70, -1.0, end))
            dark = np.maximum(smoothstep(0.955, 0.985, end), smoothstep(-0.965, -0.99, end))
            spots = smoothstep(0.70, 0.76, fractal_noise(s.points * 120, 3, 2)) * 0.6
            return np.asarray(base + (np.array([0.22, 0.15, 0.07]) - base) * np.maximum(dark, spots)[:, None])

        parts.append(painted_body(brief, "banana" if many == 1 else f"banana_{k + 1}", solid, paint, 0.5))
    return Asset(parts)


def strawberry(brief: Brief) -> Asset:
    """A strawberry with seeds and sepals, resting on its side a little."""
    solid = turned_body(
        brief,
        [
            (0, 0.0),
            (0.006, 0.002),
            (0.013, 0.012),
            (0.018, 0.026),
            (0.0165, 0.036),
            (0.009, 0.041),
            (0, 0.040),
        ],
        40,
    )
    colour = brief.colour((0.82, 0.06, 0.08))
    n = 110
    i = np.arange(n)
    y = 0.003 + 0.033 * (i + 0.5) / n
    r = np.interp(y, [0, 0.002, 0.012, 0.026, 0.036, 0.041], [0, 0.006, 0.013, 0.018, 0.0165, 0.009])
    a = i * 2.39996
    seat = np.stack([r * np.sin(a), y, r * np.cos(a)], axis=1) * np.array([1.05, 1, 1.05])
    seeds = blades(
        seat - np.array([0, 0.0008, 0]),
        np.array([0, 1.0, 0]),
        np.stack([np.sin(a), 0 * a, np.cos(a)], axis=1),
        0.0018,
        0.0011,
        rounded=True,
    )

    def paint(s: Skin) -> Array:
        return np.asarray(mixed(colour, (0.95, 0.78, 0.66), 0.7 * smoothstep(0.036, 0.041, s.points[:, 1])))

    m = 9
    b = np.arange(m) * 2 * np.pi / m
    sepals = blades(
        np.tile([0, 0.040, 0], (m, 1)),
        np.stack([np.sin(b), 0.10 + 0 * b, np.cos(b)], axis=1),
        (0, 1, 0),
        0.017,
        0.008,
    )
    return Asset(
        [
            painted_body(brief, "berry", solid, paint, 0.25),
            part("seeds", (seeds, Material.from_srgb("seed", (0.92, 0.78, 0.36), roughness=0.5))),
            part("sepals", (sepals, Material.from_srgb("sepal", GREEN, roughness=0.7))),
            stalk([(0, 0.040, 0), (0, 0.046, 0), (0.004, 0.053, 0)], 0.0009, GREEN),
        ]
    )


def watermelon(brief: Brief) -> Asset:
    """A striped melon."""
    solid = sphere(0.14, SIDES[brief.quality]).scale(1, 0.93, 1.18).move(y=0.13)

    def paint(s: Skin) -> Array:
        a = np.arctan2(s.points[:, 0], s.points[:, 1] - 0.13)
        wave = np.sin(11 * a + 2.2 * (fractal_noise(s.points * 16, 2, 3) - 0.5) * 3)
        return np.asarray(mixed((0.48, 0.66, 0.28), (0.10, 0.28, 0.12), smoothstep(-0.1, 0.35, wave)))

    return Asset(
        [
            painted_body(brief, "melon", solid, paint, 0.3),
            stalk([(0, 0.13, -0.163), (0, 0.14, -0.178), (0.01, 0.15, -0.186)], 0.003, (0.45, 0.48, 0.24)),
        ]
    )


def grapes(brief: Brief) -> Asset:
    """A bunch of grapes hanging from its stalk."""
    rng = brief.rng(4)
    r, g, b = brief.colour((0.34, 0.12, 0.36))
    shades = [
        Material.from_srgb(f"grape_{k}", (min(r * f, 1), min(g * f, 1), min(b * f, 1)), roughness=0.25)
        for k, f in enumerate((0.8, 1.0, 1.25))
    ]
    groups: list[list[Solid]] = [[], [], []]
    ball = sphere(0.0095, 14)
    for row in range(9):
        y = 0.145 - 0.0145 * row
        ring = 0.036 * np.sqrt(max(1 - row / 9.0, 0)) * np.interp(row, [0, 1], [0.7, 1])
        n = max(int(2 * np.pi * ring / 0.0165), 1)
        for k in range(n):
            a = 2 * np.pi * (k + 0.5 * (row % 2)) / n
            groups[int(rng.integers(3))].append(
                ball.scale(1, 1.12, 1).move(
                    ring * np.sin(a) + 0.001 * rng.normal(), y + 0.002 * rng.normal(), ring * np.cos(a)
                )
            )
    return Asset(
        [
            part("grapes", *((join(*g), shades[i]) for i, g in enumerate(groups) if g)),
            stalk([(0, 0.02, 0), (0, 0.14, 0), (0.004, 0.185, 0)], 0.0018, (0.45, 0.40, 0.20)),
            small_leaf((0.002, 0.165, 0), 0.07),
        ]
    )


def cherries(brief: Brief) -> Asset:
    """A pair of cherries on stems that meet under a leaf."""
    r, g, b = brief.colour((0.62, 0.03, 0.07))
    skin = Material.from_srgb("cherry", (r, g, b), roughness=0.12)
    rows = np.array([(0, 0.0), (0.55, 0.06), (0.98, 0.75), (0.95, 1.25), (0.6, 1.72), (0.2, 1.74), (0, 1.62)])
    balls, stems, top = [], [], np.array([0.0, 0.062, 0.0])
    for s, size in ((1, 0.0125), (-1, 0.0115)):
        balls.append(turned_body(brief, rows * size).move(s * 0.0145, 0, s * 0.003))
        foot = np.array([s * 0.0145, 1.62 * size, s * 0.003])
        stems.append(stalk([foot, (foot + top) / 2 + [s * 0.005, 0.004, 0], top], 0.0007, (0.36, 0.42, 0.16)))
    green = stems[0].primitives[0].material
    both = [p for stem in stems for p in stem.primitives]
    for p in both:
        p.material = green
    return Asset(
        [part("cherries", (join(*balls), skin)), Part("stems", both), small_leaf((0, 0.061, 0), 0.045, 70)]
    )


def pineapple(brief: Brief) -> Asset:
    """A pineapple with its crown."""
    count, base = 150, 0.0
    i = np.arange(count)
    y = base + 0.012 + 0.165 * (i + 0.5) / count
    r = 0.052 * np.sqrt(np.clip(1 - ((y - 0.092) / 0.108) ** 2, 0.05, 1))
    a = i * 2.39996
    body = turned_body(
        brief,
        [(0, 0.0), (0.025, 0.002), (0.047, 0.04), (0.051, 0.095), (0.043, 0.155), (0.018, 0.182), (0, 0.184)],
        30,
    )
    out = np.stack([np.sin(a), 0.15 + 0 * a, np.cos(a)], axis=1)
    eyes = [
        sphere(1.0, 8).scale(0.0098, 0.0098, 0.006).rotate(x=-10).rotate(y=float(np.degrees(t))).move(*(p))
        for t, p in zip(a, np.c_[r * np.sin(a), y, r * np.cos(a)], strict=True)
    ]
    spikes = blades(
        np.c_[1.08 * r * np.sin(a), y - 0.001, 1.08 * r * np.cos(a)], out + (0, 0.9, 0), out, 0.011, 0.004
    )
    leaves = []
    for k in range(38):
        t = k / 38
        u = np.linspace(0, 1, 9)
        out_k = np.array([np.sin(k * 2.4), 0, np.cos(k * 2.4)])
        size = 0.075 + 0.06 * np.sin(np.pi * (0.15 + 0.7 * t))
        line = (
            np.array([0, 0.176 + 0.012 * t, 0])
            + out_k * (size * (0.75 - 0.6 * t) * u**1.4)[:, None]
            + np.array([0, 1.0, 0]) * (size * ((0.55 + 0.5 * t) * u - (0.35 - 0.3 * t) * u**3))[:, None]
        )
        leaves.append(
            sheet(
                line, -out_k + (0, 0.6, 0), 0.0075 * (1 - u**2) + 0.0003, cup=0.3, thickness=0.0012, columns=3
            )
        )
    gold = Material.from_srgb("eyes", brief.colour((0.82, 0.56, 0.16)), roughness=0.6)
    return Asset(
        [
            part(
                "body",
                (body, Material.from_srgb("flesh", (0.50, 0.36, 0.12), roughness=0.8)),
                (join(*eyes), gold),
            ),
            part("spikes", (spikes, Material.from_srgb("spike", (0.44, 0.46, 0.18), roughness=0.8))),
            part("crown", (join(*leaves), Material.from_srgb("leaf", (0.26, 0.46, 0.22), roughness=0.6))),
        ]
    )


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "apple": (apple, ("apple", "fruit", "green apple", "red apple", "peach", "plum", "mango")),
    "pear": (pear, ("pear", "avocado", "fig")),
    "orange": (_citrus("orange", (0.95, 0.52, 0.08), 0.038, 0.074, 0.0), ("orange", "orange fruit", "mandarin", "tangerine fruit", "grapefruit", "clementine")),
    "lemon": (_citrus("lemon", (0.96, 0.83, 0.16), 0.029, 0.072, 0.010), ("lemon", "lemon fruit", "lime fruit", "citrus")),
    "banana": (banana, ("banana", "bunch of bananas", "plantain")),
    "strawberry": (strawberry, ("strawberry", "berry", "raspberry")),
    "watermelon": (watermelon, ("watermelon", "melon")),
    "grapes": (grapes, ("grape", "grapes", "bunch of grapes", "blueberry")),
    "cherries": (cherries, ("cherry", "pair of cherries", "cherry fruit")),
    "pineapple": (pineapple, ("pineapple", "ananas")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build, centre=True), natural=True)
    for name, (build, phrases) in KINDS.items()
)
