"""Treasure: coins in a heap, cut stones."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish


def cut_gem(radius: float) -> Solid:
    """A stone with a flat table and a point below, about the origin."""
    rings = [
        curves.in_plane(curves.circle(r * radius, 6), y * radius)
        for r, y in ((1, 0), (0.016 / 0.03, 0.016 / 0.03))
    ]
    return shapes.hull(np.concatenate([*rings, [[0, -radius, 0]]]), 5)


def heap_of_gold(x: float, z: float, top: float, rng: np.random.Generator) -> list[Part]:
    """Coins over a mound and some rubies on it that fill a box of half sizes ``x`` and ``z`` up to ``top``."""
    coin = shapes.cylinder(0.028, 0.007, 0.0015, 16)
    mound = shapes.superellipsoid(2 * x - 0.01, 0.30, 2 * z - 0.01, 6, 2, 36).move(y=top - 0.14)
    coins = []
    for _ in range(110):
        u, w = rng.uniform(-1, 1, 2)
        y = top - 0.14 + 0.15 * np.sqrt(max(1 - max(abs(u), abs(w)) ** 2, 0.0))
        coins.append(coin.rotate(*rng.uniform(-35, 35, 3)).move(u * (x - 0.045), y, w * (z - 0.045)))
    gems = [
        cut_gem(0.03).rotate(*rng.uniform(-40, 40, 3)).move(
            float(rng.uniform(-0.28, 0.28)), top + 0.03, float(rng.uniform(-0.14, 0.14))
        )
        for _ in range(7)
    ]  # fmt: skip
    ruby = finish("glass", (0.75, 0.04, 0.15), "ruby", alpha=1.0)
    return [part("gold", (join(mound, *coins), finish("gold"))), part("gems", (join(*gems), ruby))]
