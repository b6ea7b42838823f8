"""What runs and lies on cakes: icing and sprinkles."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish, glow
from pocket3d_server.models.builtin_text.making import BRIGHT, cm, turned
from pocket3d_server.models.language.brief import RGB, Brief

ICINGS: tuple[RGB, ...] = ((0.96, 0.56, 0.68), (0.36, 0.20, 0.12), (0.62, 0.84, 0.86), (0.97, 0.90, 0.72))
SPRINKLES: tuple[RGB, ...] = ((0.95, 0.25, 0.30), (0.98, 0.85, 0.20), (0.25, 0.65, 0.90), (0.98, 0.98, 0.98))


def drip(radius: float, top: float, run: float, phase: float) -> Solid:
    """Icing over the top of a round cake of ``radius``, running down its side in tongues up to ``run`` long."""
    n = 120
    t = 2 * np.pi * np.arange(n) / n
    tongues = np.abs(np.sin(4.5 * t + phase)) ** 1.5 * (0.55 + 0.45 * np.sin(2 * t + 2 * phase) ** 2)
    low, flat = top - run * (0.25 + 0.75 * tongues), np.full(n, top)
    lip = 0.06 * radius
    levels = (
        (0.0, flat - lip), (0.97, flat - lip), (0.98, low + lip * 0.3), (1.02, low), (1.05, low + lip * 0.6), (1.05, flat - 0.2 * lip),
        (1.01, flat + lip * 0.7), (0.93, flat + lip), (0.4, flat + lip), (0.0, flat + lip),
    )  # fmt: skip
    rings = [np.column_stack([radius * r * np.sin(t), y, radius * r * np.cos(t)]) for r, y in levels]
    return shapes.loft(np.stack(rings), crease=70, caps=False)


def candles(brief: Brief, radius: float, y: float, count: int) -> list[Part]:
    """Lit candles on a circle of ``radius`` at height ``y``; a single one in its middle."""
    tall = 0.055
    wax = turned([[0.0038, 0], [0.0038, tall], [0.0030, tall + 0.001], [0, tall + 0.001]], segments=16)
    flame = turned(cm("0 0, .28 .35, .34 .75, .18 1.4, 0 2.1"), 16, segments=14).move(y=tall + 0.004)
    wick = shapes.cylinder(0.0006, 0.008, segments=6).move(y=tall)
    parts = []
    for k in range(count):
        a = 2 * np.pi * k / count + 0.3
        x, z = (radius * np.sin(a), radius * np.cos(a)) if count > 1 else (0.0, 0.0)
        rgb = brief.colour(BRIGHT[k % len(BRIGHT)], "candle")
        stick = (join(wax, wick).move(x, y, z), finish("plastic", rgb, f"wax_{k + 1}"))
        parts.append(part(f"candle_{k + 1}", stick, (flame.move(x, y, z), glow("flame", (1.0, 0.78, 0.25)))))
    return parts


def scattered(brief: Brief, profile: Points, count: int, size: float) -> list[tuple[Solid, Material]]:
    """Sprinkles of a few colours lying on a turned surface whose (radius, height) run outwards and downwards."""
    rng = brief.rng(8)
    line = curves.resample(profile, 60)
    area = np.cumsum(line[:, 0])
    groups: list[list[Solid]] = [[] for _ in SPRINKLES]
    for k in range(count):
        i = int(np.searchsorted(area, (k + 0.5) / count * area[-1]).clip(1, 58))
        step = line[i + 1] - line[i - 1]
        slope = float(np.degrees(np.arctan2(-step[1], step[0])))
        bead = shapes.capsule(0.24 * size, size, 8).rotate(z=90).rotate(y=float(rng.uniform(0, 180)))
        groups[k % len(groups)].append(
            bead.rotate(x=slope).move(0, line[i, 1], line[i, 0]).rotate(y=137.5 * k)
        )
    return [
        (join(*made), finish("plastic", rgb, f"sprinkle_{n + 1}"))
        for n, (made, rgb) in enumerate(zip(groups, SPRINKLES))
        if made
    ]
