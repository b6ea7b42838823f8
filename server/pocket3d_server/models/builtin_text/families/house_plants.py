"""Plants in pots: monstera, fern, snake plant, succulent, ficus and bonsai."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import Blend, Chain, curve, polygonise
from pocket3d_server.geometry.shapes import revolve, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.bonsai_parts import cloud_pad, ridged_bark, surface_roots
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet, split_leaf
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.potting import FINE, arching, green_of, potted
from pocket3d_server.models.builtin_text.organic.tree import tones
from pocket3d_server.models.language.brief import Brief


def monstera(brief: Brief) -> Asset:
    """Large split leaves that hang from bent stems, the old ones low and outside, the young ones whole and upright."""
    rng, h = brief.rng(3), 0.26
    shades = tones(green_of(brief, (0.16, 0.40, 0.16)), "leaf", 0.4)
    stems: list[Solid] = []
    leaves: list[list[Solid]] = [[], [], []]
    count = brief.count("leaf", 15, 3, 30)
    for k in range(count):
        azimuth, t = k * np.radians(137.5) + 0.25 * rng.normal(), k / max(count - 1, 1)
        start = np.array([0.05 * np.sin(azimuth), 0.87 * h - 0.02, 0.05 * np.cos(azimuth)])
        long = 0.42 + 0.34 * t + 0.05 * rng.random()
        stem = arching(start, azimuth, long, 64 + 18 * t, 0.30 - 0.22 * t, 12)
        size = (0.36 - 0.15 * t) * (0.9 + 0.25 * rng.random())
        blade, rib = split_leaf(stem[-1], azimuth + 0.4 * rng.normal(), size, 1 - t, rng)
        stems += [sweep(stem, np.linspace(0.011, 0.006, 12), 7, crease=80), rib]
        leaves[(k + 2 * (t > 0.75)) % 3].append(blade)
    green = Material.from_srgb("stem", (0.34, 0.50, 0.22), roughness=0.6)
    return Asset(
        [
            *potted(brief, 0.15, h),
            part("stems", (join(*stems), green)),
            part("leaves", *((join(*group), shades[i]) for i, group in enumerate(leaves) if group)),
        ]
    )


def fern(brief: Brief) -> Asset:
    """Arching feathered fronds."""
    rng, h = brief.rng(3), 0.20
    shades = tones(green_of(brief, (0.26, 0.50, 0.16)), "frond", 0.6)
    fronds: list[list[Solid]] = [[], [], []]
    count = int(26 * FINE[brief.quality] ** 0.6)
    for k in range(count):
        azimuth = k * np.radians(137.5)
        t = k / count
        line = arching(
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
        [*potted(brief, 0.12, h), part("fronds", *((join(*f), shades[i]) for i, f in enumerate(fronds)))]
    )


def snake_plant(brief: Brief) -> Asset:
    """Upright sword leaves with a pale edge."""
    rng, h = brief.rng(3), 0.20
    green = green_of(brief, (0.20, 0.38, 0.20))
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
        line = arching(start, azimuth, length, 76 + 10 * t, 0.02, 16)
        u = np.linspace(0, 1, 16)
        width = 0.030 * (0.65 + 0.5 * np.sin(np.pi * u * 0.75)) * (1 - u**5)
        turn = azimuth + 0.9 * rng.normal() + 0.5 * u
        face = np.stack([np.sin(turn), 0.2 * np.ones(16), np.cos(turn)], axis=1)
        inner.append(sheet(line, face, width * 0.74, cup=0.28, thickness=0.005, columns=5))
        outer.append(sheet(line - 0.0015 * face, face, width, cup=0.28 * 0.74, thickness=0.002, columns=5))
    return Asset(
        [
            *potted(brief, 0.12, h, (0.88, 0.87, 0.84)),
            part("leaves", (join(*inner), body), (join(*outer), edge)),
        ]
    )


def succulent(brief: Brief) -> Asset:
    """A rosette of thick pointed leaves."""
    h = 0.09
    colour = green_of(brief, (0.42, 0.60, 0.46))
    shades = tones(colour, "leaf", 0.45)
    leaves: list[list[Solid]] = [[], [], []]
    count = 46
    for k in range(count):
        t = k / count
        azimuth = k * np.radians(137.5)
        length = 0.085 * (1 - 0.72 * t)
        line = arching(
            np.array([0, 0.92 * h + 0.018 * t, 0.0]), azimuth, length, 10 + 72 * t, -0.10 * (1 - t), 9
        )
        u = np.linspace(0, 1, 9)
        width = 0.36 * length * (0.45 + 0.9 * u) * np.clip(1.0 - u**3.0, 0, 1) ** 0.8
        leaves[min(int(3 * t), 2)].append(
            sheet(line, (0, 1, 0), width, cup=0.35, thickness=0.13 * length, columns=5).sharp(80)
        )
    return Asset(
        [
            *potted(brief, 0.075, h, (0.90, 0.88, 0.84)),
            part("leaves", *((join(*f), shades[i]) for i, f in enumerate(leaves))),
        ]
    )


def potted_tree(brief: Brief) -> Asset:
    """A small leafy plant on a slender stem: ficus, olive, lemon."""
    rng, h = brief.rng(3), 0.28
    shades = tones(green_of(brief, (0.22, 0.44, 0.16)), "leaf", 0.5)
    wood = Material.from_srgb("stem", (0.42, 0.31, 0.21), roughness=0.9)
    branches, seat, along = [], [], []
    trunk = curve([(0, 0.8 * h, 0), (0.02, 0.55, 0.01), (-0.015, 0.80, -0.01), (0.01, 1.05, 0)], 14)
    branches.append(sweep(trunk, np.linspace(0.017, 0.008, 14), 10, crease=80))
    for k in range(26):
        t = 0.42 + 0.58 * k / 25
        azimuth = k * np.radians(137.5)
        start = np.array([np.interp(t * 13, np.arange(14), trunk[:, i]) for i in range(3)])
        line = arching(
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
    return Asset([*potted(brief, 0.16, h), part("stems", (join(*branches), wood)), part("leaves", *pieces)])


def bonsai(brief: Brief) -> Asset:
    """A small old tree with cloud-like pads in a shallow dish."""
    rng, blend = brief.rng(3), Blend()
    dish = metres("0 0, 0.15 0, 0.155 0.012, 0.19 0.045, 0.195 0.062, 0.18 0.062, 0.17 0.05, 0 0.05")
    clay = asked(brief, "dish", "ceramic", (0.28, 0.33, 0.42), "pot", "dish")
    bends = metres("0.02 0.048 0, 0 0.10 0.01, 0.075 0.19 0, -0.02 0.28 0.02, 0.03 0.37 0")
    spine = curve(list(bends), 20)
    blend.add(Chain(spine, np.linspace(0.034, 0.010, 20)), 0.01, "trunk")
    surface_roots(blend, np.array([0.02, 0.075, 0.0]), 0.075, 5)
    pads = [(spine[-1] + (0, 0.02, 0), 0.105)]
    for t, side, reach in ((8, 1, 0.17), (11, -1, 0.16), (14, 1, 0.13), (16, -1, 0.11)):
        tip = spine[t] + (side * reach, 0.035, 0.05 * rng.normal())
        bough = curve([spine[t], 0.5 * (spine[t] + tip) + (0, -0.008, 0), tip], 6)
        blend.add(Chain(bough, np.linspace(0.014, 0.007, 6)), 0.015, "trunk")
        pads.append((tip + (0, 0.012, 0), 0.075 + 0.3 * (0.2 - reach)))
    surface = polygonise(blend, resolution=120, faces=int(4500 * FINE[brief.quality]))
    clouds = [cloud_pad(c, r, int(420 * FINE[brief.quality] * (r / 0.1) ** 2), rng) for c, r in pads]
    p, d = (np.concatenate(each) for each in zip(*clouds, strict=True))
    shades = tones(green_of(brief, (0.22, 0.44, 0.18)), "leaf", 0.7)
    kind = np.digitize(d[:, 1] + 0.4 * rng.normal(0, 1, len(d)), [0.0, 0.7])
    along = d + 0.6 * rng.normal(0, 1, d.shape)
    pieces = [
        (blades(p[kind == k], along[kind == k], d[kind == k] + (0, 0.4, 0), 0.024, 0.015), shades[k])
        for k in range(3)
    ]
    soil = revolve(metres("0 0.04, 0.178 0.04, 0.175 0.055, 0 0.068"), 40)
    return Asset(
        [
            part("dish", (revolve(dish, 48, crease=35), clay)),
            part("soil", (soil, Material.from_srgb("moss", (0.30, 0.36, 0.16), roughness=1.0))),
            painted_part("trunk", surface, {}, ridged_bark, 512, 0.9),
            part("leaves", *pieces),
        ]
    )


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "potted_plant": (monstera, ("plant", "potted plant", "house plant", "houseplant", "indoor plant", "monstera", "swiss cheese plant", "pot plant", "plant in a pot", "philodendron")),
    "fern": (fern, ("fern", "potted fern", "boston fern")),
    "snake_plant": (snake_plant, ("snake plant", "sansevieria", "aloe", "aloe vera", "agave")),
    "succulent": (succulent, ("succulent", "echeveria", "houseleek")),
    "potted_tree": (potted_tree, ("ficus", "potted tree", "rubber plant", "olive tree in a pot", "small tree in a pot")),
    "bonsai": (bonsai, ("bonsai", "bonsai tree")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
