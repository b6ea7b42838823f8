"""Ribbed cacti with arms, spines and flowers, in a pot or in the desert."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sphere, sweep
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.potting import FINE, Array, arching, potted
from pocket3d_server.models.language.brief import Brief


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
        line = arching(top, k * 0.628, 0.022 * s, 42 + 12 * (k % 2), 0.1, 7)
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
    return Asset(parts if wild else [*potted(brief, 0.085, base), *parts])


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "cactus": (cactus, ("cactus", "saguaro", "potted cactus", "desert cactus")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
