"""What straw figures are dressed and stuffed with: patched cloth and tufts of straw."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.noise import smoothstep

Array = NDArray[np.float64]


def patched_check(q: Skin, c: Array) -> Array:
    """A checked shirt with a pale patch sewn on its breast, over the colours ``c`` (N, 3)."""
    x, y, z = q.points.T
    check = (np.sin(x * 75) > 0.45).astype(float) + (np.sin(y * 75) > 0.45) + (np.sin(z * 75) > 0.8)
    patch = smoothstep(0.075, 0.07, np.maximum(np.abs(x - 0.07), np.abs(y - 1.0)))
    c = c * (1 - 0.22 * check * q.region("shirt"))[:, None]
    return np.asarray(c + (np.array([0.78, 0.66, 0.36]) - c) * patch[:, None])


def straw_tuft(at: ArrayLike, aim: ArrayLike, count: int, rng: np.random.Generator) -> Solid:
    """``count`` straws that stick out of a sleeve's end ``at`` (3,) along ``aim`` (3,)."""
    a, made = np.asarray(aim, float), []
    for _ in range(count):
        root = np.asarray(at, float) + 0.05 * rng.standard_normal(3) * (0.5, 1, 1)
        line = np.array([root - 0.08 * a, root + 0.13 * a + 0.05 * rng.standard_normal(3)])
        made.append(sweep(line, np.array([0.007, 0.003]), 4))
    return join(*made)
