"""What makes a tree a bonsai: roots on the soil, ridged bark, and foliage in flat clouds."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.implicit import Blend, Chain, curve
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise
from pocket3d_server.models.builtin_text.organic.potting import Array


def surface_roots(blend: Blend, foot: Array, reach: float, count: int) -> None:
    """Roots that run out over the soil from a trunk's ``foot`` (3,)."""
    for a in np.arange(count) * 1.257:
        out = np.array([np.sin(a), 0, np.cos(a)]) * reach
        root = curve([foot, foot + 0.035 / 0.075 * out - (0, 0.015, 0), foot + out - (0, 0.03, 0)], 6)
        blend.add(Chain(root, np.linspace(0.022, 0.008, 6)), 0.02, "trunk")


def cloud_pad(centre: Array, radius: float, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """``count`` leaves of a flat cloud of foliage: where they sit and which way is out, (N, 3) each."""
    d = rng.normal(0, 1, (count, 3))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    d[:, 1] = np.where(d[:, 1] < -0.25, -d[:, 1], d[:, 1])
    return centre + d * np.array([1.0, 0.42, 0.85]) * radius * (0.82 + 0.18 * rng.random((count, 1))), d


def ridged_bark(skin: Skin) -> Array:
    """Brown bark in upright ridges, sRGB (N, 3)."""
    ridge = np.abs(fractal_noise(skin.points * np.array([90, 30, 90]), 4, 3) - 0.5) * 2
    return np.clip(np.array([0.36, 0.25, 0.17]) * (0.7 + 0.7 * ridge)[:, None], 0, 1)
