"""The heads of flowers, petal by petal: rose, tulip, sunflower and daisy, lily, poppy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import revolve, sphere, sweep
from pocket3d_server.geometry.solid import Solid
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]

Head = list[tuple[str, Solid, Material]]


def _petal_colour(brief: Brief, default: RGB, name: str) -> RGB:
    return brief.colour(brief.colour(default), "petal", "petals", "flower", "flowers", "bloom", name)


def flower_material(name: str, colour: RGB, roughness: float = 0.6) -> Material:
    return Material.from_srgb(
        name, (min(colour[0], 1.0), min(colour[1], 1.0), min(colour[2], 1.0)), roughness=roughness
    )


def _tinted(colour: RGB, factor: float) -> RGB:
    return (min(colour[0] * factor, 1.0), min(colour[1] * factor, 1.0), min(colour[2] * factor, 1.0))


def petal_of(
    length: float,
    width: float,
    profile: Callable[[Array], Array],
    path: Callable[[Array], Array],
    *,
    cup: float = 0.3,
    fold: float = 0.0,
    thickness: float = 0.0008,
    rows: int = 13,
    columns: int = 7,
) -> Solid:
    """A petal in the plane x = 0 that starts at the axis and goes towards +z; ``path`` gives (out, up) shares of its length."""
    u = np.linspace(0, 1, rows)
    line = path(u)
    middle = np.stack([0 * u, line[:, 1] * length, line[:, 0] * length], axis=1)
    tangent = np.gradient(middle, axis=0)
    up = np.stack([0 * u, tangent[:, 2], -tangent[:, 1]], axis=1)  # the inner side
    return sheet(middle, up, width / 2 * profile(u), cup=cup, fold=fold, thickness=thickness, columns=columns)


def _rose_head(brief: Brief, rng: np.random.Generator) -> Head:
    colour = _petal_colour(brief, (0.74, 0.05, 0.10), "rose")
    outer, inner = flower_material("petal", colour), flower_material("petal_inner", _tinted(colour, 0.80))
    pieces: Head = []
    count = 26
    for k in range(count):
        t = k / (count - 1)  # 0 in the heart, 1 outside
        length = 0.030 + 0.022 * t

        # Hugs the axis, then bends outwards; the outer ones roll over at the rim.
        def path(u: Array, t: float = t) -> Array:
            belly = 0.16 + 0.42 * t
            out = belly * np.sin(np.minimum(u * 1.25, 1) * np.pi / 2) + (0.06 + 0.42 * t**2) * u**3
            up = u * (0.98 - 0.30 * t) - 0.36 * t**2 * u**5
            return np.stack([out, up], axis=1)

        def profile(u: Array, t: float = t) -> Array:
            return np.clip(np.sin(np.pi * (0.10 + 0.78 * u)) * (1.05 - 0.75 * u**7), 0.02, 1)

        petal = petal_of(
            length, length * (0.80 + 0.50 * t), profile, path, cup=0.55 - 0.30 * t, columns=9, rows=14
        )
        pieces.append(("petals", petal.rotate(y=k * 137.5 + 6 * rng.normal()), inner if k < 9 else outer))
    green = flower_material("sepal", STEM)
    for k in range(5):
        sepal = petal_of(
            0.030,
            0.010,
            lambda u: np.sin(np.pi * (0.2 + 0.8 * u)) + 0.02,
            lambda u: np.stack([0.30 + 0.7 * u, 0.05 - 0.35 * u], axis=1),
            rows=8,
            columns=3,
        )
        pieces.append(("sepals", sepal.rotate(y=72 * k).move(y=-0.002), green))
    pieces.append(("sepals", sphere(0.010, 16).scale(1, 0.9, 1).move(y=-0.004), green))
    return pieces


def _tulip_head(brief: Brief, rng: np.random.Generator) -> Head:
    colour = _petal_colour(brief, (0.86, 0.20, 0.22), "tulip")
    one, two = (
        flower_material("petal", colour, 0.45),
        flower_material("petal_outer", _tinted(colour, 1.12), 0.45),
    )
    pieces: Head = []
    for k in range(6):
        spread = 0.0 if k % 2 else 0.05

        def path(u: Array, spread: float = spread) -> Array:
            return np.stack(
                [(0.40 + spread) * np.sin(np.clip(u * 1.4, 0, 1) * np.pi / 2) - 0.10 * u**2, 0.04 + 0.96 * u],
                axis=1,
            )

        petal = petal_of(
            0.062,
            0.046,
            lambda u: np.clip(np.sin(np.pi * (0.12 + 0.86 * u**0.9)), 0.01, 1) ** 0.85,
            path,
            cup=0.55,
            columns=9,
            thickness=0.0012,
        )
        pieces.append(("petals", petal.rotate(y=60 * k), one if k % 2 else two))
    return pieces


def _disc_head(
    brief: Brief,
    rng: np.random.Generator,
    *,
    name: str,
    colour: RGB,
    middle: RGB,
    petals: int,
    length: float,
    width: float,
    core: float,
    rings: int = 1,
) -> Head:
    own = _petal_colour(brief, colour, name)
    shades = [flower_material("petal", own), flower_material("petal_shade", _tinted(own, 0.88))]
    pieces: Head = []
    for ring in range(rings):
        for k in range(petals):
            wob = 0.06 * rng.normal()

            def path(u: Array, wob: float = wob, ring: int = ring) -> Array:
                return np.stack(
                    [
                        core / length * 0.82 + u,
                        (0.10 + wob + 0.10 * ring) * np.sin(np.pi * u * 0.8) - 0.12 * u**2,
                    ],
                    axis=1,
                )

            petal = petal_of(
                length * (1 - 0.10 * ring),
                width,
                lambda u: np.clip(np.sin(np.pi * (0.14 + 0.84 * u)), 0.01, 1) ** 0.7,
                path,
                cup=0.12,
                fold=0.06,
                columns=5,
                rows=10,
            )
            pieces.append(
                (
                    "petals",
                    petal.rotate(y=360 * (k + 0.5 * ring) / petals + 2 * rng.normal()),
                    shades[(k + ring) % 2],
                )
            )
    dome = revolve(
        np.array(
            [
                (0.0, -0.25 * core),
                (0.9 * core, -0.20 * core),
                (core, 0.0),
                (0.85 * core, 0.24 * core),
                (0.45 * core, 0.36 * core),
                (0.0, 0.38 * core),
            ]
        ),
        36,
        crease=70,
    )
    pieces.append(("heart", dome, flower_material("heart", middle, 0.95)))
    # Florets in Vogel's spiral (1979) over the dome.
    n = 220 if core > 0.03 else 90
    i = np.arange(n)
    r, a = core * 0.97 * np.sqrt((i + 0.5) / n), i * np.radians(137.508)
    y = core * (0.40 - 0.36 * (r / core) ** 2)
    seat = np.stack([r * np.sin(a), y - 0.02 * core, r * np.cos(a)], axis=1)
    out = np.stack([0.5 * r / core * np.sin(a), np.ones(n), 0.5 * r / core * np.cos(a)], axis=1)
    pieces.append(
        (
            "heart",
            blades(seat, out, np.array([0, 0.2, 1.0]), 0.13 * core, 0.10 * core),
            flower_material("florets", _tinted(middle, 1.7), 0.9),
        )
    )
    green = flower_material("sepal", STEM)
    cup = revolve(
        np.array(
            [
                (0.0, -0.9 * core),
                (0.16 * core, -0.85 * core),
                (0.8 * core, -0.34 * core),
                (0.95 * core, -0.05 * core),
                (0.6 * core, -0.1 * core),
                (0.0, -0.1 * core),
            ]
        ),
        24,
        crease=60,
    )
    pieces.append(("sepals", cup, green))
    return pieces


def _lily_head(brief: Brief, rng: np.random.Generator) -> Head:
    colour = _petal_colour(brief, (0.95, 0.90, 0.88), "lily")
    petal_material, gold = (
        flower_material("petal", colour, 0.5),
        flower_material("anther", (0.80, 0.46, 0.10)),
    )
    pieces: Head = []
    for k in range(6):
        petal = petal_of(
            0.085,
            0.034 if k % 2 else 0.028,
            lambda u: np.clip(np.sin(np.pi * (0.08 + 0.91 * u**0.85)), 0.01, 1),
            lambda u: np.stack([0.10 + 0.75 * u**1.3, 0.70 * np.sin(u * 2.1) - 0.30 * u**3], axis=1),
            cup=0.25,
            fold=0.1,
            columns=7,
        )
        pieces.append(("petals", petal.rotate(y=60 * k), petal_material))
        stamen = sweep(curve([(0, 0, 0), (0, 0.03, 0.006), (0, 0.055, 0.016)], 8), 0.0008, 6, crease=80)
        pieces.append(
            ("stamens", stamen.rotate(y=60 * k + 30), flower_material("stamen", (0.72, 0.80, 0.46)))
        )
        pieces.append(
            (
                "stamens",
                sphere(1, 10).scale(0.0018, 0.0018, 0.0055).move(0, 0.056, 0.016).rotate(y=60 * k + 30),
                gold,
            )
        )
    return pieces


def _poppy_head(brief: Brief, rng: np.random.Generator) -> Head:
    colour = _petal_colour(brief, (0.86, 0.12, 0.06), "poppy")
    red, dark = flower_material("petal", colour), flower_material("heart", (0.08, 0.08, 0.07))
    pieces: Head = []
    for k in range(5):
        petal = petal_of(
            0.046,
            0.066,
            lambda u: np.clip(np.sin(np.pi * (0.10 + 0.62 * u)), 0.02, 1) * (1 - 0.55 * u**8),
            lambda u: np.stack([0.06 + 0.85 * u, 0.55 * u**1.5], axis=1),
            cup=0.35,
            columns=11,
            rows=11,
        )
        pieces.append(("petals", petal.rotate(y=72 * k + 4 * rng.normal()), red))
    pieces.append(("heart", sphere(0.007, 18).scale(1, 1.2, 1).move(y=0.008), dark))
    a = np.arange(40) * 2.4
    seat = np.stack([0.006 * np.sin(a), 0.004 + 0 * a, 0.006 * np.cos(a)], axis=1)
    pieces.append(
        (
            "heart",
            blades(
                seat,
                np.stack([np.sin(a), 0.9 + 0 * a, np.cos(a)], axis=1),
                np.array([0, 1.0, 0.1]),
                0.013,
                0.0016,
            ),
            dark,
        )
    )
    return pieces


HEADS: dict[str, tuple[Callable[[Brief, np.random.Generator], Head], float, float, str]] = {
    "rose": (_rose_head, 0.36, 20, "rose"),
    "tulip": (_tulip_head, 0.30, 6, "blade"),
    "sunflower": (
        lambda b, r: _disc_head(
            b,
            r,
            name="sunflower",
            colour=(0.96, 0.74, 0.08),
            middle=(0.22, 0.13, 0.07),
            petals=24,
            length=0.085,
            width=0.030,
            core=0.062,
            rings=2,
        ),
        1.25,
        58,
        "heart",
    ),
    "daisy": (
        lambda b, r: _disc_head(
            b,
            r,
            name="daisy",
            colour=(0.96, 0.95, 0.93),
            middle=(0.90, 0.66, 0.10),
            petals=21,
            length=0.030,
            width=0.0095,
            core=0.0115,
        ),
        0.24,
        28,
        "blade",
    ),
    "lily": (_lily_head, 0.42, 42, "blade"),
    "poppy": (_poppy_head, 0.38, 24, "blade"),
}
"""Head, height of the stem in metres, degrees that the head nods towards the front, kind of leaf."""


STEM: RGB = (0.25, 0.45, 0.18)
