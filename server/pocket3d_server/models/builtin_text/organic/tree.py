"""Whole trees: bark over a branching skeleton, and a crown of leaves, needles, blossoms or fronds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, HalfSpace, curve, polygonise
from pocket3d_server.geometry.shapes import extrude, sphere, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish
from pocket3d_server.models.builtin_text.organic.branching import Branch, Habit, grow
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin
from pocket3d_server.models.builtin_text.organic.crown import crown, tones
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]

BUDGET = {"low": 8_000, "medium": 25_000, "high": 60_000}
TEXTURE = {"low": 256, "medium": 512, "high": 1024}


@dataclass(frozen=True)
class Style:
    """A kind of tree."""

    habit: Habit
    bark: RGB = (0.36, 0.26, 0.18)
    bark_kind: str = "rough"
    """rough, birch or smooth."""
    leaf: RGB = (0.37, 0.57, 0.20)
    leaf_size: float = 0.26
    leaf_wide: float = 0.55
    clump: float = 0.80
    """Radius of the leaf masses in metres for a tree of 6 m; 0 leaves the tree bare."""
    hang: float = 0.0
    """How strongly leaves point down."""
    leaf_too: RGB | None = None
    """A second colour, for the leaves of some boughs."""
    blossom: bool = False
    """Whether petals take the place of leaves."""
    flat: float = 0.82
    """Height over width of a leaf mass."""
    strands: float = 0.0
    """Length in metres, for a tree of 6 m, of the leafy twigs that hang from the crown."""
    fruit: RGB | None = None
    snow: bool = False
    """Whether snow lies on the crown."""
    festive: bool = False
    """Whether a conifer wears baubles and a star."""


def bark_painter(colour: RGB, kind: str, seed: int) -> Painter:
    """Colours of a trunk: furrows, white birch with dark scars, or smooth."""
    base = np.asarray(colour, float)

    def paint(skin: Skin) -> Array:
        p = skin.points
        tall = p * np.array([11.0, 2.4, 11.0])
        if kind == "birch":
            scar = fractal_noise(p * np.array([7.0, 42.0, 7.0]), seed, 2)
            patch = fractal_noise(p * np.array([2.5, 3.5, 2.5]), seed + 2, 2)
            dark = np.maximum(smoothstep(0.66, 0.72, scar), smoothstep(0.70, 0.76, patch) * 0.8)
            colour = base * (1 + 0.08 * (patch - 0.5))[:, None]
            return np.clip(colour + (np.array([0.12, 0.11, 0.10]) - colour) * dark[:, None], 0, 1)
        ridge = np.abs(fractal_noise(tall, seed, 3) - 0.5) * 2
        tone = 0.68 + 0.75 * ridge if kind == "rough" else 0.92 + 0.2 * ridge
        moss = (
            smoothstep(0.55, 0.75, fractal_noise(p * 1.7, seed + 9, 2))
            * smoothstep(0.9, 0.1, p[:, 1])
            * (kind == "rough")
        )
        colour = base * tone[:, None]
        return np.clip(colour + (np.array([0.30, 0.36, 0.16]) - colour) * 0.45 * moss[:, None], 0, 1)

    return paint


def _wood_material(name: str, bark: RGB, shade: float) -> Material:
    return Material.from_srgb(name, (bark[0] * shade, bark[1] * shade, bark[2] * shade), roughness=0.9)


def broadleaf(style: Style, quality: str, rng: np.random.Generator) -> Asset:
    """A tree with leaves (or none)."""
    h = style.habit
    budget = BUDGET[quality]
    branches = grow(h, rng)
    scale = h.height / 6.0
    parts = [_wood(branches, style, budget, quality, int(rng.integers(1 << 20)))]
    if style.clump <= 0:
        twigs = [sweep(b.points, b.radii, 5, round_ends=False, crease=80) for b in branches if b.level >= 2]
        parts.append(
            part(
                "twigs",
                (
                    join(*twigs),
                    _wood_material("twig", style.bark, 0.85),
                ),
            )
        )
        return Asset(parts)
    twig_level = max(b.level for b in branches)
    fine = [b for b in branches if b.level == 2]
    sides = 4 if quality == "low" else 5
    parts.append(
        part(
            "twigs",
            (
                join(*(sweep(b.points, b.radii, sides, crease=80) for b in fine)),
                _wood_material("twig", style.bark, 0.9),
            ),
        )
    )
    ends = np.concatenate([b.points[2:] for b in branches if b.level >= twig_level])
    parts += crown(ends, style, scale, budget, rng)
    return Asset(parts)


def _wood(branches: list[Branch], style: Style, budget: int, quality: str, seed: int) -> Part:
    blend = Blend()
    trunk = branches[0]
    foot = trunk.radii[0]
    points = np.concatenate([trunk.points[:1] - (0, 0.3 * foot, 0), trunk.points])
    blend.add(Chain(points, np.r_[1.15 * foot, trunk.radii]), 0.02, "trunk")
    for k in range(5):  # roots that run out at the foot
        a = 2 * np.pi * k / 5 + (seed % 100) * 0.06
        out = np.array([np.sin(a), 0, np.cos(a)])
        line = curve(
            [
                (0.0, 1.6 * foot, 0.0),
                0.75 * foot * out + (0, 0.7 * foot, 0),
                1.55 * foot * out + (0, 0.12 * foot, 0),
                2.3 * foot * out + (0, -0.12 * foot, 0),
            ],
            8,
        )
        blend.add(Chain(line, np.linspace(0.55, 0.22, 8) * foot), 0.7 * foot, "trunk")
    for b in branches:
        if b.level == 1:
            blend.add(Chain(b.points, b.radii), max(0.6 * float(b.radii[0]), 0.01), "trunk")
    blend.add(HalfSpace((0, 0, 0), (0, 1, 0)), 0.005, carve=True)
    cells = {"low": 120, "medium": 190, "high": 260}[quality]
    surface = polygonise(blend, resolution=cells, faces=int(0.20 * budget))
    return painted_part(
        "trunk", surface, {}, bark_painter(style.bark, style.bark_kind, seed), TEXTURE[quality] * 2, 0.9
    )


def conifer(style: Style, quality: str, rng: np.random.Generator) -> Asset:
    """A fir or spruce: whorls of drooping boughs, each a spine with needle sprays."""
    h = style.habit
    budget = BUDGET[quality]
    t = np.linspace(0, 1, 12)
    trunk = np.stack([0 * t, h.height * 0.97 * t, 0 * t], axis=1)
    blend = Blend()
    blend.add(Chain(trunk, h.radius * (1.05 - 0.97 * t)), 0.02, "trunk")
    blend.add(HalfSpace((0, 0, 0), (0, 1, 0)), 0.005, carve=True)
    surface = polygonise(blend, resolution=200, faces=int(0.05 * budget))
    parts = [painted_part("trunk", surface, {}, bark_painter(style.bark, "rough", 3), TEXTURE[quality], 0.9)]
    whorls = {"low": 15, "medium": 23, "high": 32}[quality]
    reach = 0.23 * h.height * (1.0 if h.crown == "cone" else 0.6)
    at, along, facing, size = [], [], [], []
    spines = []
    for k in range(whorls):
        s = 1 - (1 - k / (whorls - 1)) ** 1.45  # closer together towards the top
        y = h.height * (h.bare + (0.97 - h.bare) * s)
        step = h.height * (0.97 - h.bare) * 1.45 * (1 - k / (whorls - 1)) ** 0.45 / (whorls - 1)
        length = reach * (1 - s) ** 0.80 + 0.035 * h.height
        boughs = max(int(12 - 6 * s), 6)
        for j in range(boughs):
            a = 2 * np.pi * (j + 0.5 * (k % 2)) / boughs + 0.2 * rng.normal()
            out = np.array([np.sin(a), 0, np.cos(a)])
            own = length * (0.88 + 0.24 * rng.random())
            base = y + (rng.random() - 0.5) * 1.1 * step
            u = np.linspace(0, 1, 7)
            droop = (0.55 * s - 0.50) * own * u + 0.22 * own * u**2
            line = np.array([0, base, 0]) + out * (own * u)[:, None] + np.array([0, 1.0, 0]) * droop[:, None]
            spines.append(line)
    needles = int(0.80 * budget / 8)
    each = max(needles // len(spines), 6)
    for line in spines:
        u = np.sqrt(np.linspace(0.04, 1, each))
        seat = np.stack([np.interp(u * 6, np.arange(7), line[:, i]) for i in range(3)], axis=1)
        forward = line[-1] - line[0]
        own = float(np.linalg.norm(forward))
        forward /= own
        side = np.cross(forward, (0, 1, 0))
        sign = np.where(np.arange(each) % 2 == 0, 1.0, -1.0)[:, None]
        spray = (
            forward * 0.75
            + sign * side * (0.95 - 0.5 * u[:, None])
            + np.array([0, -0.22, 0])
            + 0.12 * rng.normal(0, 1, (each, 3))
        )
        spray[-1] = forward
        at.append(seat)
        along.append(spray)
        facing.append(np.array([0, 1.0, 0]) + 0.25 * rng.normal(0, 1, (each, 3)))
        size.append((0.030 * h.height + 0.34 * own * (1.05 - u) ** 0.6) * (0.85 + 0.3 * rng.random(each)))
    leader = np.arange(9) * 2.4  # the shoot that every conifer ends in
    at.append(np.tile([0, 0.955 * h.height, 0], (9, 1)))
    along.append(np.stack([0.22 * np.sin(leader), np.ones(9), 0.22 * np.cos(leader)], axis=1))
    facing.append(np.stack([np.sin(leader), 0 * leader, np.cos(leader)], axis=1))
    size.append(np.linspace(0.075, 0.055, 9) * h.height)
    p, d, f, s3 = np.concatenate(at), np.concatenate(along), np.concatenate(facing), np.concatenate(size)
    shades = tones(style.leaf, "needle", 0.85)
    kind = np.digitize(
        rng.random(len(p)) + 0.35 * (np.linalg.norm(p[:, [0, 2]], axis=1) / reach - 0.5), [0.33, 0.72]
    )
    pieces = [
        (blades(p[kind == k], d[kind == k], f[kind == k], s3[kind == k], 0.46 * s3[kind == k]), shades[k])
        for k in range(3)
        if (kind == k).any()
    ]
    wood = _wood_material("bough", style.bark, 0.8)
    boughs_solid = join(
        *(sweep(line[:6], np.linspace(0.022, 0.006, 6) * h.height / 6, 4, crease=80) for line in spines)
    )
    parts += [part("boughs", (boughs_solid, wood)), part("needles", *pieces)]
    if style.snow:
        out = np.concatenate([*(np.linspace(0.15, 1, each) for _ in spines), np.zeros(9)])
        top = rng.random(len(p)) < 0.25 + 0.45 * out
        white = blades(
            p[top] + (0, 0.006 * h.height, 0),
            d[top] * (1, 0.6, 1),
            (0, 1, 0),
            0.80 * s3[top],
            0.55 * s3[top],
            rounded=True,
        )
        parts.append(part("snow", (white, finish("snow"))))
    if style.festive:
        parts += _ornaments(h, [line[-1] for line in spines], rng)
    return Asset(parts)


def _ornaments(h: Habit, ends: list[Array], rng: np.random.Generator) -> list[Part]:
    """Baubles at the ends of boughs and a star on top."""
    colours: tuple[RGB, ...] = (
        (0.78, 0.08, 0.10),
        (0.88, 0.66, 0.20),
        (0.16, 0.34, 0.70),
        (0.80, 0.81, 0.84),
    )
    shades = [
        Material.from_srgb(f"bauble_{k + 1}", c, roughness=0.15, metallic=0.6) for k, c in enumerate(colours)
    ]
    r = 0.021 * h.height
    picked = rng.choice(len(ends), min(64, len(ends)), replace=False)
    hung = [
        (sphere(r, 12).move(*(ends[i] * (1.02, 1, 1.02) - (0, 1.2 * r, 0))), shades[k % 4])
        for k, i in enumerate(picked)
    ]
    a = np.pi / 2 + np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2 == 0, 1.0, 0.42) * 0.055 * h.height
    star = extrude(
        np.stack([reach * np.cos(a), reach * np.sin(a)], axis=1), 0.016 * h.height, 0.005 * h.height
    )
    gold = Material.from_srgb(
        "star", (1.0, 0.80, 0.25), roughness=0.25, metallic=0.6, emissive=(0.25, 0.18, 0.04)
    )
    return [part("baubles", *hung), part("star", (star.move(0, 1.01 * h.height, 0), gold))]


def palm(style: Style, quality: str, rng: np.random.Generator) -> Asset:
    """A palm: a ringed, bent trunk and arching feathered fronds."""
    h = style.habit
    lean = 0.12 * h.height * (0.6 + 0.8 * rng.random())
    t = np.linspace(0, 1, 46)
    path = np.stack([lean * t**2, h.height * 0.86 * t, 0 * t], axis=1)
    ring = 1 + 0.07 * (np.arange(46) % 2)
    radii = h.radius * (1.25 - 0.62 * t + 0.5 * np.exp(-((t / 0.05) ** 2))) * ring
    trunk = sweep(path, radii, 14, crease=50)
    parts = [part("trunk", (trunk, Material.from_srgb("bark", style.bark, roughness=0.9)))]
    top = path[-1]
    count = {"low": 12, "medium": 17, "high": 24}[quality]
    shades = tones(style.leaf, "frond", 0.6)
    reach = 0.44 * h.height
    fronds: list[list[Solid]] = [[], [], []]
    for k in range(count):
        a = k * np.radians(137.5)
        rise = 0.95 - 1.25 * k / count
        out = np.array([np.sin(a), 0, np.cos(a)])
        u = np.linspace(0, 1, 14)
        drop = reach * (rise * u - (0.75 + 0.25 * rise) * u**2)
        line = top + out * (reach * (u - 0.12 * u**2))[:, None] + np.array([0, 1.0, 0]) * drop[:, None]
        spine = sweep(line, np.linspace(0.032, 0.006, 14) * h.height / 6, 5, crease=80)
        leaflets = {"low": 26, "medium": 44, "high": 70}[quality]
        v = np.repeat(np.linspace(0.12, 0.99, leaflets // 2), 2)
        seat = np.stack([np.interp(v * 13, np.arange(14), line[:, i]) for i in range(3)], axis=1)
        forward = np.stack(
            [np.interp(v * 13, np.arange(14), np.gradient(line, axis=0)[:, i]) for i in range(3)], axis=1
        )
        forward /= np.linalg.norm(forward, axis=1, keepdims=True)
        side = np.cross(forward, (0, 1, 0))
        side /= np.linalg.norm(side, axis=1, keepdims=True).clip(1e-6)
        sign = np.where(np.arange(len(v)) % 2 == 0, 1.0, -1.0)[:, None]
        size = reach * 0.34 * np.sin(np.pi * (0.12 + 0.80 * v)) + 0.05
        along = 0.75 * forward + sign * side - np.array([0, 0.38, 0])
        fronds[k % 3] += [
            spine,
            blades(seat, along, np.array([0, 1.0, 0]) + 0.3 * sign * side, size, 0.13 * size + 0.02),
        ]
    parts.append(part("fronds", *((join(*f), shades[k]) for k, f in enumerate(fronds) if f)))
    nut = Material.from_srgb("coconut", (0.36, 0.22, 0.12), roughness=0.8)
    nuts = [
        sphere(0.11 * h.height / 6, 14).move(
            *(top + (0.16 * h.height / 6 * np.sin(a), -0.12, 0.16 * h.height / 6 * np.cos(a)))
        )
        for a in np.arange(5) * 1.26
    ]
    parts.append(part("coconuts", (join(*nuts), nut)))
    return Asset(parts)


Builder = Callable[[Style, str, np.random.Generator], Asset]

__all__ = ["BUDGET", "Builder", "Style", "bark_painter", "broadleaf", "conifer", "palm", "sheet", "tones"]
