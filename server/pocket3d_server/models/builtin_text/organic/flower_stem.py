"""Flowers on their stems: leaves, a single flower, and the parts that several make."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, part, rotation
from pocket3d_server.models.builtin_text.organic.flower_heads import (
    HEADS,
    STEM,
    Array,
    flower_material,
    petal_of,
)
from pocket3d_server.models.language.brief import Brief


def stem_leaf(kind: str, size: float) -> Solid:
    if kind == "rose":

        def shape(u: Array) -> Array:
            return np.clip(np.sin(np.pi * (0.06 + 0.92 * u**0.8)), 0.01, 1) * (1 + 0.07 * np.cos(40 * u))

        return petal_of(
            size,
            0.55 * size,
            shape,
            lambda u: np.stack([u, 0.35 * u - 0.45 * u**2], axis=1),
            fold=0.15,
            cup=-0.1,
            rows=17,
        )
    if kind == "heart":
        return petal_of(
            size,
            0.80 * size,
            lambda u: np.clip(np.sin(np.pi * (0.16 + 0.83 * u**0.7)), 0.01, 1) ** 0.9,
            lambda u: np.stack([0.25 + 0.85 * u, 0.30 * u - 0.62 * u**2 + 0.1], axis=1),
            fold=0.12,
            rows=14,
        )
    return petal_of(
        size,
        0.15 * size,
        lambda u: np.clip(np.sin(np.pi * (0.22 + 0.77 * u)), 0.01, 1),
        lambda u: np.stack([0.06 + 0.42 * u**1.6, 0.9 * u - 0.30 * u**3], axis=1),
        fold=0.30,
        rows=14,
    )


def single_flower(brief: Brief, kind: str, rng: np.random.Generator) -> list[tuple[str, Solid, Material]]:
    make, tall, nod, leaf = HEADS[kind]
    tall *= brief.stretch.get("length", 1.0) * (0.95 + 0.1 * rng.random())
    green = flower_material("stem", STEM)
    sway = 0.03 * tall * rng.normal(0, 1, 2)
    path = curve([(0, 0, 0), (sway[0], 0.5 * tall, sway[1]), (0, tall, 0.02 * tall)], 16)
    radius = {"sunflower": 0.011, "rose": 0.0032, "tulip": 0.0038}.get(kind, 0.0022)
    pieces: list[tuple[str, Solid, Material]] = [
        ("stem", sweep(path, np.linspace(1.15, 0.9, 16) * radius, 10, crease=80), green)
    ]
    turn = rotation(x=nod)
    for name, solid, material in make(brief, rng):
        pieces.append((name, solid.transform(turn).move(*path[-1]), material))
    leaf_green = flower_material("leaf", (0.22, 0.43, 0.17))
    spots = {
        "rose": (0.30, 0.45, 0.60, 0.74),
        "blade": (0.02, 0.05, 0.09),
        "heart": (0.16, 0.28, 0.40, 0.52, 0.64, 0.76),
    }[leaf]
    for i, t in enumerate(spots):
        at = np.array([np.interp(t * 15, np.arange(16), path[:, k]) for k in range(3)])
        size = {"rose": 0.070, "blade": 0.58 * tall, "heart": 0.23 * (1.15 - 0.6 * t)}[leaf] * (
            0.9 + 0.2 * rng.random()
        )
        solid = stem_leaf(leaf, size).rotate(y=137.5 * i + 40 + 10 * rng.normal()).move(*at)
        pieces.append(("leaves", solid, leaf_green))
        if leaf == "rose":
            for sign in (-1, 1):
                pieces.append(
                    (
                        "leaves",
                        stem_leaf(leaf, 0.7 * size).rotate(y=137.5 * i + 40 + 62 * sign).move(*at),
                        leaf_green,
                    )
                )
    return pieces


def assembled(pieces: list[tuple[str, Solid, Material]]) -> list[Part]:
    shared: dict[tuple[str, tuple[float, ...]], Material] = {}
    grouped: dict[str, list[tuple[Solid, Material]]] = {}
    for name, solid, material in pieces:
        one = shared.setdefault((material.name, material.base_color), material)
        grouped.setdefault(name, []).append((solid, one))
    return [part(name, *items) for name, items in grouped.items()]
