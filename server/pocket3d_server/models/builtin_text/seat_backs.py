"""Seats and backs of wooden chairs."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.language.brief import Brief


def saddled(v: Points, wide: float, deep: float) -> Points:
    """A seat of this size hollowed a little and narrower behind."""
    u, w = v[:, 0] / (wide / 2), v[:, 2] / (deep / 2)
    v[:, 1] -= 0.012 * np.clip(1 - u**2, 0, 1) * np.clip(1 - (w + 0.1) ** 2, 0, 1)
    v[:, 0] *= 1 + 0.05 * w
    return v


def leaning_back(brief: Brief, look: str, wide: float, deep: float, seat_y: float, rise: float) -> Solid:
    """A chair's posts and rails that lean back above the rear edge of a seat at ``seat_y``: a curved board (``look``
    splayed), spindles (turned) or slats (square)."""
    lean, z0, half = 0.11, -deep / 2 + 0.03, wide / 2 - 0.035
    t = np.linspace(0, 1, 9)

    def at(x: float, up: float, bow: float = 0.0) -> list[float]:
        return [x, seat_y - 0.02 + up * rise, z0 - lean * up**1.4 * rise - bow]

    posts = [
        shapes.sweep(
            [at(s * half, k) for k in t],
            np.linspace(0.021, 0.016, 9),
            curves.rectangle(2, 2, 0.6) if look == "square" else 14,
            round_ends=look != "square",
        )
        for s in (1, -1)
    ]
    across = np.linspace(-1, 1, 13)

    def rail(up: float, height: float, bow: float = 0.035) -> Solid:
        path = np.array([at(half * u, up, bow * (1 - u**2)) for u in across])
        return shapes.sweep(path, 1.0, curves.rectangle(0.016, height, 0.006, 2))

    if look == "splayed":
        shell = [rail(0.80, 0.40 * rise, 0.05)]
        return join(*posts, *shell)
    if look == "turned":
        count = brief.count("spindle", 5, 3, 9)
        spindles = [
            shapes.sweep(
                [at(half * u * 0.82, k, 0.02 * (1 - u**2)) for k in t * 0.92],
                0.007 + 0.006 * np.sin(np.pi * t) ** 2,
                10,
            )
            for u in np.linspace(-1, 1, count)
        ]
        return join(*posts, rail(0.93, 0.085), *spindles)
    slats = brief.count("slat", 3, 1, 6)
    return join(*posts, *[rail(u, 0.26 * rise * 2.2 / (slats + 1)) for u in np.linspace(0.36, 0.92, slats)])
