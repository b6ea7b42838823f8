"""Ribbed cacti with arms, spines and flowers, in a pot or in the desert."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.cactus_parts import RIBS, ribbed_stem, spines, star_flower
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.potting import FINE, potted
from pocket3d_server.models.language.brief import Brief


def cactus(brief: Brief) -> Asset:
    """A ribbed column with arms, in a pot unless it stands in the desert."""
    rng = brief.rng(3)
    wild = brief.has("saguaro", "desert", "giant", "big", "wild", "large")
    s, base = (8.0, 0.0) if wild else (1.0, 0.15)
    usual = (0.26, 0.46, 0.24)
    green = brief.colour(usual if brief.has("pot") else brief.colour(usual), "cactus", "body")
    sides = RIBS * (4 if brief.quality == "low" else 6)
    tall, reach = 0.30 * s, 0.085 * s
    stems = [(curve([(0, base * 0.8, 0), (0, base + 0.5 * tall, 0), (0, base + tall, 0)], 44), 0.050 * s)]
    for k in range(brief.count("arm", 2 if rng.random() < 0.6 else 3, 0, 6)):
        a = np.pi * (k + 0.5) + 0.4 * rng.normal()
        out = np.array([np.sin(a), 0, np.cos(a)])
        y = base + tall * (0.36 + 0.13 * k + 0.05 * rng.random())
        bend = [out * 0.06 * s + (0, y, 0), out * reach + (0, y + 0.03 * s, 0)]
        tip = out * reach * 1.05 + (0, y + 0.15 * s - 0.02 * s * k, 0)
        stems.append((curve([(0, y, 0), *bend, tip], 34), 0.026 * s))
    solids = [ribbed_stem(line, radius, sides) for line, radius in stems]
    needles = []
    for k, (line, radius) in enumerate(stems):
        count = int((90 if k else 190) * FINE[brief.quality])
        needles.append(spines(line, radius, count, 0.017 * s**0.7, rng))
    top, bloom = np.array([0, base + tall * 0.99, 0]), brief.colour((0.92, 0.30, 0.48), "flower", "bloom")
    petals, pollen = star_flower(top, 0.022 * s)
    parts = [
        part("body", (join(*solids), Material.from_srgb("cactus", green, roughness=0.6))),
        part("spines", (join(*needles), Material.from_srgb("spine", (0.93, 0.89, 0.74), roughness=0.6))),
        part("flower", (petals, Material.from_srgb("petal", bloom, roughness=0.6)), (pollen, Material.from_srgb("pollen", (0.95, 0.80, 0.25)))),
    ]  # fmt: skip
    return Asset(parts if wild else [*potted(brief, 0.085, base), *parts])


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "cactus": (cactus, ("cactus", "saguaro", "potted cactus", "desert cactus")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
