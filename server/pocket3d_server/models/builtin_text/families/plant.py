"""Potted plants, cacti and mushrooms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, curve, polygonise
from pocket3d_server.geometry.shapes import revolve, sphere, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.tree import tones
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]
UNSET: RGB = (-1.0, -1.0, -1.0)
FINE = {"low": 0.6, "medium": 1.0, "high": 1.7}


def _pot(brief: Brief, radius: float, height: float, colour: RGB = (0.74, 0.43, 0.29)) -> list[Part]:
    """A pot with a rim and a saucer, and the soil in it; its soil lies at 0.86 of its height."""
    r, h = radius, height
    wall = [
        (0.62 * r, 0.0),
        (0.66 * r, 0.0),
        (0.70 * r, 0.02 * h),
        (0.93 * r, 0.76 * h),
        (0.95 * r, 0.78 * h),
        (1.04 * r, 0.79 * h),
        (1.06 * r, 0.82 * h),
        (1.08 * r, 0.97 * h),
        (1.06 * r, h),
        (0.99 * r, h),
        (0.97 * r, 0.97 * h),
        (0.94 * r, 0.84 * h),
        (0.0, 0.83 * h),
    ]
    seg = int(40 * FINE[brief.quality] ** 0.5)
    clay = asked(brief, "pot", "clay", colour, "pot", "vase", "planter")
    saucer = [
        (0.0, 0.0),
        (0.86 * r, 0.0),
        (0.95 * r, 0.05 * h),
        (0.98 * r, 0.09 * h),
        (0.94 * r, 0.09 * h),
        (0.85 * r, 0.03 * h),
    ]
    soil = revolve(
        np.array(
            [
                (0.0, 0.80 * h),
                (0.95 * r, 0.80 * h),
                (0.95 * r, 0.855 * h),
                (0.6 * r, 0.875 * h),
                (0.0, 0.885 * h),
            ]
        ),
        seg,
    )
    return [
        part(
            "pot",
            (revolve(np.array(wall[:-1] + [(0.90 * r, 0.80 * h)]), seg, crease=35), clay),
            (revolve(np.array(saucer), seg, crease=35), clay),
        ),
        part("soil", (soil, Material.from_srgb("soil", (0.20, 0.14, 0.10), roughness=1.0))),
    ]


def _arch(start: Array, azimuth: float, length: float, rise: float, droop: float, steps: int = 14) -> Array:
    """A stem that rises and bends outward: (steps, 3)."""
    t = np.linspace(0, 1, steps)
    out = np.array([np.sin(azimuth), 0, np.cos(azimuth)])
    return (
        start
        + out * (length * np.cos(np.radians(rise)) * (t + 0.25 * t**2))[:, None]
        + np.array([0, 1.0, 0]) * (length * (np.sin(np.radians(rise)) * t - droop * t**2))[:, None]
    )


def _green(brief: Brief, default: RGB) -> RGB:
    return brief.colour(
        brief.colour(default) if not brief.has("pot", "vase") else default, "leaf", "leaves", "plant"
    )


def monstera(brief: Brief) -> Asset:
    """Large split leaves on long stems."""
    rng, h = brief.rng(3), 0.26
    soil = 0.87 * h
    shades = tones(_green(brief, (0.16, 0.40, 0.16)), "leaf", 0.4)
    stems: list[Solid] = []
    leaves: list[list[Solid]] = [[], [], []]
    count = brief.count("leaf", 13, 3, 30)
    for k in range(count):
        azimuth = k * np.radians(137.5) + 0.2 * rng.normal()
        t = k / max(count - 1, 1)
        start = np.array([0.05 * np.sin(azimuth), soil - 0.02, 0.05 * np.cos(azimuth)])
        stem = _arch(start, azimuth, 0.34 + 0.42 * t + 0.05 * rng.random(), 40 + 36 * t, 0.10, 10)
        stems.append(sweep(stem, np.linspace(0.010, 0.006, 10), 7, crease=80))
        out = np.array([np.sin(azimuth), 0, np.cos(azimuth)])
        size = 0.24 + 0.09 * rng.random()
        rows = 29
        u = np.linspace(0, 1, rows)
        middle = (
            stem[-1]
            + out * (size * 1.15 * (u - 0.12))[:, None]
            + np.array([0, 1.0, 0]) * (size * (0.10 * u - 0.62 * u**2 + 0.02))[:, None]
        )
        body = size * 0.62 * np.clip(np.sin(np.pi * (0.10 + 0.90 * u**0.75)), 0.0, 1) ** 0.75 * (u < 1)
        notch = 0.5 + 0.5 * np.cos(2 * np.pi * (u * 5.0 + 0.1))
        cut = 1 - 0.62 * smoothstep(0.72, 1.0, notch) * smoothstep(0.10, 0.28, u) * smoothstep(0.98, 0.85, u)
        other = 1 - 0.62 * smoothstep(0.72, 1.0, np.roll(notch, 2)) * smoothstep(0.10, 0.28, u) * smoothstep(
            0.98, 0.85, u
        )
        leaf = sheet(
            middle,
            (0, 1, 0) + 0.35 * out,
            body * cut,
            right=body * other,
            fold=0.16,
            cup=-0.10,
            thickness=0.003,
            columns=9,
        )
        leaves[k % 3].append(leaf)
    green = Material.from_srgb("stem", (0.30, 0.46, 0.20), roughness=0.6)
    return Asset(
        [
            *_pot(brief, 0.15, h),
            part("stems", (join(*stems), green)),
            part("leaves", *((join(*group), shades[i]) for i, group in enumerate(leaves) if group)),
        ]
    )


def fern(brief: Brief) -> Asset:
    """Arching feathered fronds."""
    rng, h = brief.rng(3), 0.20
    shades = tones(_green(brief, (0.26, 0.50, 0.16)), "frond", 0.6)
    fronds: list[list[Solid]] = [[], [], []]
    count = int(26 * FINE[brief.quality] ** 0.6)
    for k in range(count):
        azimuth = k * np.radians(137.5)
        t = k / count
        line = _arch(
            np.array([0.0, 0.86 * h, 0.0]),
            azimuth,
            0.40 + 0.14 * rng.random(),
            35 + 48 * t,
            0.55 - 0.18 * t,
            16,
        )
        pairs = int(26 * FINE[brief.quality] ** 0.5)
        v = np.repeat(np.linspace(0.10, 0.985, pairs), 2)
        seat = np.stack([np.interp(v * 15, np.arange(16), line[:, i]) for i in range(3)], axis=1)
        forward = np.gradient(line, axis=0)
        ahead = np.stack([np.interp(v * 15, np.arange(16), forward[:, i]) for i in range(3)], axis=1)
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        side = np.cross(ahead, (0, 1, 0))
        side /= np.linalg.norm(side, axis=1, keepdims=True).clip(1e-6)
        up = np.cross(side, ahead)
        sign = np.where(np.arange(len(v)) % 2 == 0, 1.0, -1.0)[:, None]
        size = 0.085 * np.sin(np.pi * (0.16 + 0.80 * v)) ** 0.8 + 0.006
        fronds[k % 3] += [
            sweep(line, np.linspace(0.0035, 0.001, 16), 5, crease=80),
            blades(seat, sign * side + 0.30 * ahead - 0.12 * up, up, size, 0.30 * size + 0.003),
        ]
    return Asset(
        [*_pot(brief, 0.12, h), part("fronds", *((join(*f), shades[i]) for i, f in enumerate(fronds)))]
    )


def snake_plant(brief: Brief) -> Asset:
    """Upright sword leaves with a pale edge."""
    rng, h = brief.rng(3), 0.20
    green = _green(brief, (0.20, 0.38, 0.20))
    body, edge = (
        Material.from_srgb("leaf", green, roughness=0.45),
        Material.from_srgb("edge", (0.80, 0.76, 0.38), roughness=0.5),
    )
    inner, outer = [], []
    for k in range(brief.count("leaf", 14, 3, 40)):
        azimuth, t = k * np.radians(137.5), k / 14
        r = 0.075 * np.sqrt(1 - t * 0.9)
        start = np.array([r * np.sin(azimuth), 0.82 * h, r * np.cos(azimuth)])
        length = 0.34 + 0.34 * t + 0.08 * rng.random()
        line = _arch(start, azimuth, length, 76 + 10 * t, 0.02, 16)
        u = np.linspace(0, 1, 16)
        width = 0.030 * (0.65 + 0.5 * np.sin(np.pi * u * 0.75)) * (1 - u**5)
        turn = azimuth + 0.9 * rng.normal() + 0.5 * u
        face = np.stack([np.sin(turn), 0.2 * np.ones(16), np.cos(turn)], axis=1)
        inner.append(sheet(line, face, width * 0.74, cup=0.28, thickness=0.005, columns=5))
        outer.append(sheet(line - 0.0015 * face, face, width, cup=0.28 * 0.74, thickness=0.002, columns=5))
    return Asset(
        [
            *_pot(brief, 0.12, h, (0.88, 0.87, 0.84)),
            part("leaves", (join(*inner), body), (join(*outer), edge)),
        ]
    )


def succulent(brief: Brief) -> Asset:
    """A rosette of thick pointed leaves."""
    h = 0.09
    colour = _green(brief, (0.42, 0.60, 0.46))
    shades = tones(colour, "leaf", 0.45)
    leaves: list[list[Solid]] = [[], [], []]
    count = 46
    for k in range(count):
        t = k / count
        azimuth = k * np.radians(137.5)
        length = 0.085 * (1 - 0.72 * t)
        line = _arch(
            np.array([0, 0.92 * h + 0.018 * t, 0.0]), azimuth, length, 10 + 72 * t, -0.10 * (1 - t), 9
        )
        u = np.linspace(0, 1, 9)
        width = 0.36 * length * (0.45 + 0.9 * u) * np.clip(1.0 - u**3.0, 0, 1) ** 0.8
        leaves[min(int(3 * t), 2)].append(
            sheet(line, (0, 1, 0), width, cup=0.35, thickness=0.13 * length, columns=5).sharp(80)
        )
    return Asset(
        [
            *_pot(brief, 0.075, h, (0.90, 0.88, 0.84)),
            part("leaves", *((join(*f), shades[i]) for i, f in enumerate(leaves))),
        ]
    )


def potted_tree(brief: Brief) -> Asset:
    """A small leafy plant on a slender stem: ficus, olive, lemon."""
    rng, h = brief.rng(3), 0.28
    shades = tones(_green(brief, (0.22, 0.44, 0.16)), "leaf", 0.5)
    wood = Material.from_srgb("stem", (0.42, 0.31, 0.21), roughness=0.9)
    branches, seat, along = [], [], []
    trunk = curve([(0, 0.8 * h, 0), (0.02, 0.55, 0.01), (-0.015, 0.80, -0.01), (0.01, 1.05, 0)], 14)
    branches.append(sweep(trunk, np.linspace(0.017, 0.008, 14), 10, crease=80))
    for k in range(26):
        t = 0.42 + 0.58 * k / 25
        azimuth = k * np.radians(137.5)
        start = np.array([np.interp(t * 13, np.arange(14), trunk[:, i]) for i in range(3)])
        line = _arch(
            start, azimuth, 0.30 * (1.15 - 0.55 * t) * (0.8 + 0.4 * rng.random()), 28 + 40 * t, 0.10, 7
        )
        branches.append(sweep(line, np.linspace(0.006, 0.002, 7), 5, crease=80))
        n = int(15 * FINE[brief.quality])
        v = 0.25 + 0.75 * np.sqrt(rng.random(n))
        seat.append(np.stack([np.interp(v * 6, np.arange(7), line[:, i]) for i in range(3)], axis=1))
        out = line[-1] - line[0]
        along.append(
            out / np.linalg.norm(out) * 0.7 + 0.75 * rng.normal(0, 1, (n, 3)) - np.array([0, 0.25, 0])
        )
    p, d = np.concatenate(seat), np.concatenate(along)
    size = 0.075 * (0.75 + 0.5 * rng.random(len(p)))
    kind = rng.integers(0, 3, len(p))
    facing = np.array([0, 1.0, 0]) + 0.35 * rng.normal(0, 1, (len(p), 3))
    pieces = [
        (
            blades(
                p[kind == k],
                d[kind == k],
                facing[kind == k],
                size[kind == k],
                0.52 * size[kind == k],
                rounded=True,
            ),
            shades[k],
        )
        for k in range(3)
    ]
    return Asset([*_pot(brief, 0.16, h), part("stems", (join(*branches), wood)), part("leaves", *pieces)])


def bonsai(brief: Brief) -> Asset:
    """A small old tree with cloud-like pads in a shallow dish."""
    rng = brief.rng(3)
    dish = [
        (0.0, 0.0),
        (0.15, 0.0),
        (0.155, 0.012),
        (0.19, 0.045),
        (0.195, 0.062),
        (0.18, 0.062),
        (0.17, 0.05),
        (0.0, 0.05),
    ]
    clay = asked(brief, "dish", "ceramic", (0.28, 0.33, 0.42), "pot", "dish")
    blend = Blend()
    spine = curve(
        [(0.02, 0.048, 0), (0.0, 0.10, 0.01), (0.075, 0.19, 0.0), (-0.02, 0.28, 0.02), (0.03, 0.37, 0.0)], 20
    )
    blend.add(Chain(spine, np.linspace(0.034, 0.010, 20)), 0.01, "trunk")
    for a in np.arange(5) * 1.257:
        root = curve(
            [
                (0.02, 0.075, 0.0),
                (0.02 + 0.035 * np.sin(a), 0.06, 0.035 * np.cos(a)),
                (0.02 + 0.075 * np.sin(a), 0.045, 0.075 * np.cos(a)),
            ],
            6,
        )
        blend.add(Chain(root, np.linspace(0.022, 0.008, 6)), 0.02, "trunk")
    pads = [(spine[-1] + (0, 0.02, 0), 0.105)]
    for t, side, reach in ((8, 1, 0.17), (11, -1, 0.16), (14, 1, 0.13), (16, -1, 0.11)):
        tip = spine[t] + (side * reach, 0.035, 0.05 * rng.normal())
        blend.add(
            Chain(
                curve([spine[t], 0.5 * (spine[t] + tip) + (0, -0.008, 0), tip], 6),
                np.linspace(0.014, 0.007, 6),
            ),
            0.015,
            "trunk",
        )
        pads.append((tip + (0, 0.012, 0), 0.075 + 0.3 * (0.2 - reach)))
    surface = polygonise(blend, resolution=120, faces=int(4500 * FINE[brief.quality]))

    def bark(skin: Skin) -> Array:
        ridge = np.abs(fractal_noise(skin.points * np.array([90, 30, 90]), 4, 3) - 0.5) * 2
        return np.clip(np.array([0.36, 0.25, 0.17]) * (0.7 + 0.7 * ridge)[:, None], 0, 1)

    at, normal = [], []
    for centre, r in pads:
        n = int(420 * FINE[brief.quality] * (r / 0.1) ** 2)
        d = rng.normal(0, 1, (n, 3))
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        d[:, 1] = np.where(d[:, 1] < -0.25, -d[:, 1], d[:, 1])
        at.append(centre + d * np.array([1.0, 0.42, 0.85]) * r * (0.82 + 0.18 * rng.random((n, 1))))
        normal.append(d)
    p, d = np.concatenate(at), np.concatenate(normal)
    shades = tones(_green(brief, (0.22, 0.44, 0.18)), "leaf", 0.7)
    kind = np.digitize(d[:, 1] + 0.4 * rng.normal(0, 1, len(d)), [0.0, 0.7])
    along = d + 0.6 * rng.normal(0, 1, d.shape)
    pieces = [
        (blades(p[kind == k], along[kind == k], d[kind == k] + (0, 0.4, 0), 0.024, 0.015), shades[k])
        for k in range(3)
    ]
    soil = revolve(np.array([(0.0, 0.04), (0.178, 0.04), (0.175, 0.055), (0.0, 0.068)]), 40)
    return Asset(
        [
            part("dish", (revolve(np.array(dish), 48, crease=35), clay)),
            part("soil", (soil, Material.from_srgb("moss", (0.30, 0.36, 0.16), roughness=1.0))),
            painted_part("trunk", surface, {}, bark, 512, 0.9),
            part("leaves", *pieces),
        ]
    )


def cactus(brief: Brief) -> Asset:
    """A ribbed column with arms, in a pot unless it stands in the desert."""
    rng = brief.rng(3)
    wild = brief.has("saguaro", "desert", "giant", "big", "wild", "large")
    s = 1.0 if not wild else 8.0
    base = 0.0 if wild else 0.15
    green = brief.colour(
        brief.colour((0.26, 0.46, 0.24)) if not brief.has("pot") else (0.26, 0.46, 0.24), "cactus", "body"
    )
    body = Material.from_srgb("cactus", green, roughness=0.6)
    ribs = 13
    sides = ribs * (4 if brief.quality == "low" else 6)

    def column(path: Array, radius: float) -> Solid:
        n = len(path)
        t = np.linspace(0, 1, n)
        r = (
            radius
            * np.sqrt(np.clip(1 - ((t - 0.86) / 0.145).clip(0, 1) ** 2, 0.0025, 1))
            * np.clip(0.82 + 0.5 * t, 0, 1)
        )
        a = 2 * np.pi * np.arange(sides) / sides
        section = np.stack([np.cos(a), np.sin(a)], axis=1) * (1 + 0.11 * np.cos(ribs * a))[:, None]
        return sweep(path, r, section, crease=70)

    tall = 0.30 * s
    trunk = curve([(0, base * 0.8, 0), (0, base + 0.5 * tall, 0), (0, base + tall, 0)], 44)
    arms = []
    for k in range(brief.count("arm", 2 if rng.random() < 0.6 else 3, 0, 6)):
        a = np.pi * k + 0.4 * rng.normal()
        out = np.array([np.sin(a + np.pi / 2), 0, np.cos(a + np.pi / 2)])
        y = base + tall * (0.36 + 0.13 * k + 0.05 * rng.random())
        reach = 0.085 * s
        line = curve(
            [
                (0, y, 0),
                out * 0.06 * s + (0, y, 0),
                out * reach + (0, y + 0.03 * s, 0),
                out * reach * 1.05 + (0, y + 0.15 * s - 0.02 * s * k, 0),
            ],
            34,
        )
        arms.append((line, 0.026 * s))
    solids = [column(trunk, 0.050 * s), *(column(line, r) for line, r in arms)]
    # Spines on the ridges: small bundles of needles.
    seat, along = [], []
    for line, r in [(trunk, 0.050 * s), *arms]:
        n = int((190 if line is trunk else 90) * FINE[brief.quality])
        t = 0.06 + 0.86 * rng.random(n)
        ridge = 2 * np.pi * rng.integers(0, ribs, n) / ribs
        c = np.stack(
            [np.interp(t * (len(line) - 1), np.arange(len(line)), line[:, i]) for i in range(3)], axis=1
        )
        tangent = np.gradient(line, axis=0)
        z = np.stack(
            [np.interp(t * (len(line) - 1), np.arange(len(line)), tangent[:, i]) for i in range(3)], axis=1
        )
        z /= np.linalg.norm(z, axis=1, keepdims=True)
        x = np.cross(z, (0.31, 0.2, 0.93))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        out_dir = x * np.cos(ridge)[:, None] + np.cross(z, x) * np.sin(ridge)[:, None]
        seat.append(c + out_dir * r * 0.97)
        along.append(out_dir + 0.45 * rng.normal(0, 1, (n, 3)))
    p, d = np.concatenate(seat), np.concatenate(along)
    needles = blades(p, d, np.array([0, 1.0, 0.3]), 0.017 * s**0.7, 0.0013 * s**0.7)
    parts = [
        part("body", (join(*solids), body)),
        part("spines", (needles, Material.from_srgb("spine", (0.93, 0.89, 0.74), roughness=0.6))),
    ]
    bloom = brief.colour((0.92, 0.30, 0.48), "flower", "bloom")
    petals = []
    top = np.array([0, base + tall * 0.99, 0])
    for k in range(10):
        line = _arch(top, k * 0.628, 0.022 * s, 42 + 12 * (k % 2), 0.1, 7)
        petals.append(
            sheet(
                line,
                (0, 1, 0),
                0.006 * s * np.sin(np.pi * (0.15 + 0.8 * np.linspace(0, 1, 7))),
                cup=0.3,
                thickness=0.0007 * s,
                columns=5,
            )
        )
    parts.append(
        part(
            "flower",
            (join(*petals), Material.from_srgb("petal", bloom, roughness=0.6)),
            (
                sphere(0.006 * s, 12).move(*(top + (0, 0.006 * s, 0))),
                Material.from_srgb("pollen", (0.95, 0.80, 0.25)),
            ),
        )
    )
    return Asset(parts if wild else [*_pot(brief, 0.085, base), *parts])


def mushroom(brief: Brief) -> Asset:
    """A toadstool: domed spotted cap, gills, stalk with a ring."""
    rng = brief.rng(3)
    colour = brief.colour(brief.colour((0.78, 0.12, 0.09)), "cap", "hat")
    brown = brief.has("porcini", "button", "champignon", "edible") and brief.colour(UNSET) == UNSET
    if brown:
        colour = (0.52, 0.33, 0.19)
    wide = 0.062 * brief.stretch.get("width", 1.0)
    pieces: list[Part] = []
    seg = int(56 * FINE[brief.quality] ** 0.5)
    t = np.linspace(0, 1, 16)
    from pocket3d_server.geometry.implicit import Surface
    from pocket3d_server.models.builtin_text.organic.cloth import vertex_normals

    stalk_profile = np.array(
        [
            (0.0, 0.0),
            (0.017, 0.0),
            (0.024, 0.008),
            (0.022, 0.022),
            (0.0145, 0.045),
            (0.013, 0.075),
            (0.014, 0.103),
            (0.0, 0.108),
        ]
    )
    stalk = revolve(stalk_profile, seg // 2, crease=60)
    ring = revolve(
        np.array([(0.012, 0.080), (0.025, 0.068), (0.026, 0.066), (0.0245, 0.0655), (0.013, 0.074)]),
        seg // 2,
        crease=60,
    )
    ivory = Material.from_srgb("stalk", (0.93, 0.89, 0.80), roughness=0.8)
    pieces.append(part("stalk", (stalk, ivory), (ring, ivory)))
    angle = np.pi / 2 * t
    dome = np.stack([wide * np.cos(angle) ** 0.9, 0.098 + 0.055 * np.sin(angle) ** 1.1], axis=1)
    lip = np.array(
        [(0.013, 0.103), (0.030, 0.099), (0.055 * wide / 0.062, 0.094), (0.0605 * wide / 0.062, 0.0945)]
    )
    cap = revolve(np.concatenate([lip, dome]), seg, crease=70)
    surface = Surface(cap.vertices, cap.faces, vertex_normals(cap.vertices, cap.faces))
    seed = int(rng.integers(1 << 20))

    def paint(skin: Skin) -> Array:
        p = skin.points
        base = (
            np.tile(np.asarray(colour, float), (len(p), 1))
            * (0.9 + 0.2 * fractal_noise(p * 60, seed, 2))[:, None]
        )
        if not brown:
            near, _, number = cell_noise(p * 62.0, seed, 0.6)
            spot = smoothstep(0.40, 0.33, near / (0.55 + 0.5 * number)) * (number > 0.25)
            base += (np.array([0.96, 0.93, 0.86]) - base) * (spot * smoothstep(0.1, 0.3, skin.normals[:, 1]))[
                :, None
            ]
        under = smoothstep(0.0, -0.3, skin.normals[:, 1])
        gill = 0.80 + 0.20 * np.sin(64 * np.arctan2(p[:, 0], p[:, 2]))
        base += (np.array([0.92, 0.86, 0.74]) * gill[:, None] - base) * under[:, None]
        return np.clip(base, 0, 1)

    pieces.append(painted_part("cap", surface, {}, paint, 1024 if brief.quality == "high" else 512, 0.35))
    return Asset(pieces)


def _scattered_grass(brief: Brief) -> Asset:
    """A tuft of grass."""
    rng = brief.rng(3)
    n = int(260 * FINE[brief.quality])
    solids: list[list[Solid]] = [[], [], []]
    for k in range(n):
        a, r = rng.random() * 2 * np.pi, 0.10 * np.sqrt(rng.random())
        line = _arch(
            np.array([r * np.sin(a), 0, r * np.cos(a)]),
            a + 0.5 * rng.normal(),
            0.16 + 0.16 * rng.random(),
            62 + 20 * rng.random(),
            0.30,
            6,
        )
        solids[k % 3].append(
            sheet(
                line,
                (np.sin(a), 0.3, np.cos(a)),
                0.004 * (1 - np.linspace(0, 1, 6) ** 2),
                fold=0.3,
                thickness=0.0006,
                columns=3,
            )
        )
    shades = tones(brief.colour((0.33, 0.54, 0.18)), "grass", 0.7)
    return Asset([part("grass", *((join(*s), shades[i]) for i, s in enumerate(solids)))])


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "potted_plant": (monstera, ("plant", "potted plant", "house plant", "houseplant", "indoor plant", "monstera", "swiss cheese plant", "pot plant", "plant in a pot", "philodendron")),
    "fern": (fern, ("fern", "potted fern", "boston fern")),
    "snake_plant": (snake_plant, ("snake plant", "sansevieria", "aloe", "aloe vera", "agave")),
    "succulent": (succulent, ("succulent", "echeveria", "houseleek")),
    "potted_tree": (potted_tree, ("ficus", "potted tree", "rubber plant", "olive tree in a pot", "small tree in a pot")),
    "bonsai": (bonsai, ("bonsai", "bonsai tree")),
    "cactus": (cactus, ("cactus", "saguaro", "potted cactus", "desert cactus")),
    "mushroom": (mushroom, ("mushroom", "toadstool", "fly agaric", "porcini", "champignon", "fungus")),
    "grass": (_scattered_grass, ("grass", "tuft of grass", "reed", "reeds")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build)) for name, (build, phrases) in KINDS.items()
)
