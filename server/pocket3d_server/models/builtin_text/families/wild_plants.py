"""Plants that stand in clumps or trail: bamboo, ivy, wheat, reeds, water lily, coral, seaweed, clover."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import capsule, revolve, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.potting import FINE, arching, green_of, potted
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.builtin_text.organic.tree import tones
from pocket3d_server.models.language.brief import Brief

Array = NDArray[np.float64]


def bamboo(brief: Brief) -> Asset:
    """Jointed canes of several heights with sprays of narrow leaves."""
    rng = brief.rng(3)
    cane = Material.from_srgb(
        "cane",
        hue(
            brief,
            (0.46, 0.62, 0.20),
            (0.62, 0.64, 0.24),
            (0.34, 0.54, 0.22),
            nouns=("cane", "stem"),
            main=False,
        ),
        roughness=0.4,
    )
    shades = tones(green_of(brief, (0.34, 0.56, 0.18)), "leaf", 0.6)
    canes: list[Solid] = []
    at, along = [], []
    for k in range(brief.count("cane", 7, 1, 20)):
        a, r = k * 2.4, 0.10 * np.sqrt(k)
        tall, thick = 2.4 + 1.2 * rng.random(), 0.030 + 0.012 * rng.random()
        lean = 0.12 * rng.standard_normal(2)
        joints = int(tall / 0.24)
        t = np.linspace(0, 1, 4 * joints + 1)
        ring = np.where(np.arange(len(t)) % 4 == 0, 1.22, 1.0)
        path = np.stack(
            [r * np.sin(a) + lean[0] * t**2 * tall, tall * t, r * np.cos(a) + lean[1] * t**2 * tall], axis=1
        )
        canes.append(sweep(path, thick * (1 - 0.55 * t) * ring, 10, crease=50))
        for node in path[4 * (joints // 2) :: 4]:
            for _ in range(int(4 * FINE[brief.quality] ** 0.5) + 3):
                d = np.array(
                    [rng.standard_normal(), -0.25 + 0.35 * rng.standard_normal(), rng.standard_normal()]
                )
                d /= np.linalg.norm(d)
                at.append(node + 0.16 * rng.random() * d)
                along.append(d)
    p, d = np.array(at), np.array(along)
    kind = np.arange(len(p)) % 3
    pieces = [(blades(p[kind == k], d[kind == k], (0, 1, 0), 0.30, 0.075), shades[k]) for k in range(3)]
    return Asset([part("canes", (join(*canes), cane)), part("leaves", *pieces)])


def ivy(brief: Brief) -> Asset:
    """A pot on a ledge's height with vines that hang over its rim."""
    rng, h = brief.rng(3), 0.15
    shades = tones(green_of(brief, (0.20, 0.42, 0.16)), "leaf", 0.7)
    vines: list[Solid] = []
    at, along, face = [], [], []
    count = brief.count("vine", 14, 3, 30)
    for k in range(count):
        a = k * 2.4 + 0.3 * rng.standard_normal()
        out = np.array([np.sin(a), 0, np.cos(a)])
        drop = (0.18 + 0.62 * rng.random()) * (1 if k % 3 else 0.2)
        line = curve(
            [
                (0, 0.9 * h, 0),
                out * 0.10 + (0, h + 0.06, 0),
                out * 0.17 + (0, h - 0.02, 0),
                out * (0.19 + 0.05 * rng.random()) + (0, h - 0.5 * drop, 0),
                out * 0.20 + (0.05 * rng.standard_normal(), h - drop, 0.05 * rng.standard_normal()),
            ],
            24,
        )
        vines.append(sweep(line, np.linspace(0.004, 0.002, 24), 6, crease=80))
        for i in range(4, 24):
            side = np.cross(out, (0, 1, 0)) * (1 if i % 2 else -1)
            at.append(line[i])
            along.append(0.8 * side + 0.5 * out - np.array([0, 0.5, 0]) + 0.25 * rng.standard_normal(3))
            face.append(out + (0, 0.6, 0) + 0.2 * rng.standard_normal(3))
    p, d, f = np.array(at), np.array(along), np.array(face)
    kind = np.arange(len(p)) % 3
    size = 0.045 + 0.03 * rng.random(len(p))
    pieces = [
        (
            blades(
                p[kind == k],
                d[kind == k],
                f[kind == k],
                size[kind == k],
                0.85 * size[kind == k],
                rounded=True,
            ),
            shades[k],
        )
        for k in range(3)
    ]
    stem = Material.from_srgb("vine", (0.34, 0.32, 0.18), roughness=0.8)
    return Asset([*potted(brief, 0.11, h), part("vines", (join(*vines), stem)), part("leaves", *pieces)])


def _stalks(brief: Brief, count: int, tall: float, spread: float, thick: float) -> list[Array]:
    """Bent stalks (16, 3) that rise from a patch."""
    rng = brief.rng(4)
    lines = []
    for k in range(count):
        a, r = k * 2.4, spread * np.sqrt((k + 0.3) / count)
        start = np.array([r * np.sin(a), 0, r * np.cos(a)])
        lines.append(
            arching(
                start,
                a + 0.6 * rng.standard_normal(),
                tall * (0.8 + 0.35 * rng.random()),
                84 + 4 * rng.random(),
                thick,
                16,
            )
        )
    return lines


def wheat(brief: Brief) -> Asset:
    """Ripe ears with awns on bending stalks."""
    rng = brief.rng(5)
    gold = hue(brief, (0.88, 0.70, 0.30), (0.80, 0.64, 0.28), (0.70, 0.68, 0.32))
    straw, grain = (
        Material.from_srgb("straw", gold, roughness=0.8),
        Material.from_srgb("ear", shade(gold, 0.9), roughness=0.7),
    )
    stalks, at, along = [], [], []
    for line in _stalks(brief, brief.count("stalk", 18, 1, 60), 0.80, 0.12, 0.10):
        stalks.append(sweep(line, np.linspace(0.0035, 0.002, 16), 6, crease=80))
        way = (line[-1] - line[-2]) / np.linalg.norm(line[-1] - line[-2])
        for k in range(22):
            turn = k * np.pi / 2 + 0.2 * rng.standard_normal()
            side = np.cos(turn) * np.cross(way, (0, 0, 1)) + np.sin(turn) * np.cross(way, (1, 0, 0))
            at.append(line[-1] + way * 0.0042 * k)
            along.append(way + 0.42 * side)
    p, d = np.array(at), np.array(along)
    return Asset(
        [
            part("stalks", (join(*stalks), straw)),
            part("ears", (blades(p, d, np.roll(d, 1, axis=1), 0.022, 0.012), grain)),
            part("awns", (blades(p, d, np.roll(d, 1, axis=1), 0.085, 0.0022), straw)),
        ]
    )


def reeds(brief: Brief) -> Asset:
    """Bulrushes: brown spikes on tall stems among narrow leaves."""
    green = green_of(brief, (0.36, 0.50, 0.20))
    stem, leaf = Material.from_srgb("stem", green, roughness=0.7), tones(green, "leaf", 0.6)
    brown = Material.from_srgb("spike", (0.36, 0.21, 0.11), roughness=0.95)
    stems, spikes, leaves = [], [], []
    for k, line in enumerate(_stalks(brief, brief.count("stem", 11, 1, 40), 1.5, 0.16, 0.05)):
        if k % 2 == 0:
            stems.append(sweep(line, np.linspace(0.008, 0.005, 16), 7, crease=80))
            spikes.append(capsule(0.022, 0.20, 16).move(*(line[13])))
        u = np.linspace(0, 1, 16)
        other = line * (1.6, 0.82, 1.6) + np.array([0.02, 0, 0.02]) * k**0.5
        leaves.append(
            (
                sheet(
                    other,
                    (np.sin(k), 0.2, np.cos(k)),
                    0.016 * np.clip(1 - u**2, 0.04, 1),
                    thickness=0.003,
                    columns=3,
                ),
                leaf[k % 3],
            )
        )
    return Asset(
        [part("stems", (join(*stems), stem)), part("spikes", (join(*spikes), brown)), part("leaves", *leaves)]
    )


def water_lily(brief: Brief) -> Asset:
    """A flower on floating pads."""
    rng = brief.rng(3)
    green = green_of(brief, (0.22, 0.46, 0.20))
    shades = tones(green, "pad", 0.4)
    pads = []
    for k, (x, z, r) in enumerate(
        ((0.0, 0.0, 0.20), (0.30, -0.12, 0.15), (-0.24, 0.20, 0.14), (-0.12, -0.30, 0.11))
    ):
        turn = np.linspace(0.16, 2 * np.pi - 0.16, 40) + 6 * rng.random()
        line = np.stack([x + 0.52 * r * np.sin(turn), 0.010 + 0 * turn, z + 0.52 * r * np.cos(turn)], axis=1)
        pads.append(
            (
                sheet(line, (0, 1, 0), np.full(40, 0.48 * r), cup=0.05, thickness=0.004, columns=5),
                shades[k % 3],
            )
        )
    colour = hue(brief, (0.95, 0.66, 0.78), (0.97, 0.95, 0.93), (0.80, 0.62, 0.90), nouns=("petal", "flower"))
    petal = Material.from_srgb("petal", colour, roughness=0.6)
    u, petals = np.linspace(0, 1, 12), []
    for count, rise, length in ((12, 18, 0.15), (10, 42, 0.135), (8, 66, 0.11)):
        for k in range(count):
            a = 2 * np.pi * (k + 0.5 * (rise == 42)) / count
            out, e = np.array([np.sin(a), 0, np.cos(a)]), np.radians(rise)
            line = (
                np.array([0, 0.02, 0])
                + (out * np.cos(e) + (0, np.sin(e), 0)) * (length * u)[:, None]
                + np.array([0, 0.03, 0]) * (u**2)[:, None]
            )
            petals.append(
                sheet(
                    line,
                    np.array([0, 1.0, 0]) - 0.5 * out,
                    0.030 * np.sin(np.pi * (0.12 + 0.84 * u)),
                    cup=0.4,
                    thickness=0.002,
                    columns=5,
                )
            )
    heart = revolve(np.array([(0.0, 0.02), (0.028, 0.03), (0.03, 0.06), (0.0, 0.07)]), 20)
    return Asset(
        [
            part("pads", *pads),
            part("petals", (join(*petals), petal)),
            part("heart", (heart, Material.from_srgb("heart", (0.96, 0.78, 0.16), roughness=0.8))),
        ]
    )


def coral(brief: Brief) -> Asset:
    """A branching coral on a stone."""
    s = Sculpture(brief)
    colour = hue(brief, (0.92, 0.30, 0.30), (0.96, 0.52, 0.22), (0.78, 0.34, 0.68), (0.95, 0.45, 0.55))
    s.ball((0, 0.06, 0), (0.34, 0.12, 0.28), "stone", 0.06)
    for k in range(8):
        a, lean = k * 2.4, 0.25 + 0.40 * s.rng.random()
        out = np.array([np.sin(a), 0, np.cos(a)])
        knot = out * lean * 0.45 + (0, 0.30 + 0.14 * s.rng.random(), 0)
        s.limb([out * 0.10 + (0, 0.08, 0), knot], [0.060, 0.042], "coral", 0.03)
        for turn in (-0.8, 0.1, 0.9):
            d = np.array([np.sin(a + turn), 1.5, np.cos(a + turn)]) * (0.9 + 0.3 * s.rng.random(3))
            fork = knot + 0.20 * d / np.linalg.norm(d)
            s.limb([knot, fork], [0.040, 0.030], "coral", 0.02)
            for side in (-0.9, 0.9):
                e = d / np.linalg.norm(d) + 0.55 * np.array(
                    [np.sin(a + turn + side), 0.2, np.cos(a + turn + side)]
                )
                s.limb([fork, fork + 0.17 * e / np.linalg.norm(e)], [0.029, 0.020], "coral", 0.015)
    s.cut((0, 0, 0), (0, 1, 0))
    s.cast("coral", {"coral": colour, "stone": (0.50, 0.48, 0.45)}, roughness=0.8, cells=1.5, share=1.3)
    return s.finished(0.45)


def seaweed(brief: Brief) -> Asset:
    """Ribbons of kelp that sway."""
    rng = brief.rng(3)
    shades = tones(green_of(brief, (0.30, 0.46, 0.14)), "kelp", 0.6)
    u, ribbons = np.linspace(0, 1, 40), []
    for k in range(brief.count("leaf", 11, 3, 30)):
        a, r, tall = k * 2.4, 0.12 * np.sqrt((k + 0.3) / 11), 0.6 + 0.6 * rng.random()
        phase, wave = 6 * rng.random(), 0.05 + 0.03 * rng.random()
        line = np.stack(
            [
                r * np.sin(a) + wave * u * np.sin(8 * u + phase),
                tall * u,
                r * np.cos(a) + wave * u * np.cos(7 * u + phase),
            ],
            axis=1,
        )
        width = 0.032 * np.sin(np.pi * (0.10 + 0.86 * u)) * (1 + 0.25 * np.sin(34 * u + phase))
        ribbons.append(
            (
                sheet(
                    line,
                    np.stack([np.sin(a + 2 * u), 0 * u, np.cos(a + 2 * u)], axis=1),
                    width,
                    thickness=0.004,
                    columns=5,
                ),
                shades[k % 3],
            )
        )
    return Asset([part("leaves", *ribbons)])


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "bamboo": (bamboo, ("bamboo", "bamboo plant", "bamboo tree")),
    "ivy": (ivy, ("ivy", "hanging plant", "trailing plant", "vine", "pothos")),
    "wheat": (wheat, ("wheat", "barley", "rye")),
    "reeds": (reeds, ("reed", "bulrush", "cattail", "rush")),
    "water_lily": (water_lily, ("water lily", "waterlily", "lotus", "lily pad")),
    "coral": (coral, ("coral", "coral reef")),
    "seaweed": (seaweed, ("seaweed", "kelp", "algae")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
