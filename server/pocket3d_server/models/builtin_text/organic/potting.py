"""What house plants share: pots with earth, leaf stalks that arch, and their greens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.shapes import revolve
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]

UNSET: RGB = (-1.0, -1.0, -1.0)

FINE = {"low": 0.6, "medium": 1.0, "high": 1.7}


def potted(brief: Brief, radius: float, height: float, colour: RGB = (0.74, 0.43, 0.29)) -> list[Part]:
    """A pot with a rim and a saucer, and the soil in it; its soil lies at 0.86 of its height."""
    r, h = radius, height
    wall = [
        (0.62 * r, 0.0),
        (0.66 * r, 0.0),
        (0.70 * r, 0.02 * h),
        (0.93 * r, 0.76 * h),
        (0.95 * r, 0.78 * h),
        (1.04 * r, 0.79 * h),
        (1.06 * r, 0.82 * h),
        (1.08 * r, 0.97 * h),
        (1.06 * r, h),
        (0.99 * r, h),
        (0.97 * r, 0.97 * h),
        (0.94 * r, 0.84 * h),
        (0.0, 0.83 * h),
    ]
    seg = int(40 * FINE[brief.quality] ** 0.5)
    clay = asked(brief, "pot", "clay", colour, "pot", "vase", "planter")
    saucer = [
        (0.0, 0.0),
        (0.86 * r, 0.0),
        (0.95 * r, 0.05 * h),
        (0.98 * r, 0.09 * h),
        (0.94 * r, 0.09 * h),
        (0.85 * r, 0.03 * h),
    ]
    soil = revolve(
        np.array(
            [
                (0.0, 0.80 * h),
                (0.95 * r, 0.80 * h),
                (0.95 * r, 0.855 * h),
                (0.6 * r, 0.875 * h),
                (0.0, 0.885 * h),
            ]
        ),
        seg,
    )
    return [
        part(
            "pot",
            (revolve(np.array(wall[:-1] + [(0.90 * r, 0.80 * h)]), seg, crease=35), clay),
            (revolve(np.array(saucer), seg, crease=35), clay),
        ),
        part("soil", (soil, Material.from_srgb("soil", (0.20, 0.14, 0.10), roughness=1.0))),
    ]


def arching(start: Array, azimuth: float, length: float, rise: float, droop: float, steps: int = 14) -> Array:
    """A stem that rises and bends outward: (steps, 3)."""
    t = np.linspace(0, 1, steps)
    out = np.array([np.sin(azimuth), 0, np.cos(azimuth)])
    return (
        start
        + out * (length * np.cos(np.radians(rise)) * (t + 0.25 * t**2))[:, None]
        + np.array([0, 1.0, 0]) * (length * (np.sin(np.radians(rise)) * t - droop * t**2))[:, None]
    )


def green_of(brief: Brief, default: RGB) -> RGB:
    return brief.colour(
        brief.colour(default) if not brief.has("pot", "vase") else default, "leaf", "leaves", "plant"
    )
