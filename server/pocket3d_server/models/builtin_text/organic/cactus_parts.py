"""What cacti grow: ribbed stems, spines along the ribs, and flowers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.shapes import sphere, sweep
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.organic.leaf import blades, sheet
from pocket3d_server.models.builtin_text.organic.potting import Array, arching

RIBS = 13


def ribbed_stem(line: Array, radius: float, sides: int) -> Solid:
    """A stem along ``line`` (N, 3) that swells upwards and ends in a dome; ``sides`` are a multiple of the ribs."""
    t, a = np.linspace(0, 1, len(line)), 2 * np.pi * np.arange(sides) / sides
    dome = np.sqrt(np.clip(1 - ((t - 0.86) / 0.145).clip(0, 1) ** 2, 0.0025, 1))
    section = np.stack([np.cos(a), np.sin(a)], axis=1) * (1 + 0.11 * np.cos(RIBS * a))[:, None]
    return sweep(line, radius * dome * np.clip(0.82 + 0.5 * t, 0, 1), section, crease=70)


def spines(line: Array, radius: float, count: int, long: float, rng: np.random.Generator) -> Solid:
    """``count`` needles, ``long`` metres each, on the ribs of a stem along ``line`` (N, 3)."""
    t = 0.06 + 0.86 * rng.random(count)
    rib = 2 * np.pi * rng.integers(0, RIBS, count) / RIBS
    step, every = t * (len(line) - 1), np.arange(len(line))
    tangent = np.gradient(line, axis=0)
    centre = np.stack([np.interp(step, every, line[:, i]) for i in range(3)], axis=1)
    along = np.stack([np.interp(step, every, tangent[:, i]) for i in range(3)], axis=1)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, (0.31, 0.2, 0.93))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    out = across * np.cos(rib)[:, None] + np.cross(along, across) * np.sin(rib)[:, None]
    aim = out + 0.45 * rng.normal(0, 1, (count, 3))
    return blades(centre + out * radius * 0.97, aim, np.array([0, 1.0, 0.3]), long, long * 0.0013 / 0.017)


def star_flower(at: Array, size: float) -> tuple[Solid, Solid]:
    """A flower of ten narrow petals, ``size`` metres each, that opens upwards at ``at`` (3,): petals and pollen."""
    wide = 0.27 * size * np.sin(np.pi * (0.15 + 0.8 * np.linspace(0, 1, 7)))
    petals = [
        sheet(
            arching(at, k * 0.628, size, 42 + 12 * (k % 2), 0.1, 7),
            (0, 1, 0),
            wide,
            cup=0.3,
            thickness=0.032 * size,
            columns=5,
        )
        for k in range(10)
    ]
    return join(*petals), sphere(0.27 * size, 12).move(*(at + (0, 0.27 * size, 0)))
