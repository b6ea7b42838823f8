"""What bicycles and motorcycles are put together from: thin wheels, saddles, frames of tubes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.vehicles.fittings import bar


def wire_wheel(radius: float, tyre: float, spokes: int, segments: int = 48) -> tuple[Solid, Solid]:
    """A spoked wheel about the x axis at the origin: (tyre, rim with spokes and hub)."""
    rubber = shapes.torus(radius - tyre / 2, tyre, segments, 12).rotate(z=90)
    rim = shapes.tube(radius - tyre * 0.9, radius - tyre * 1.35, tyre * 0.75, tyre * 0.15, segments)
    rim = rim.move(y=-tyre * 0.375).rotate(z=90)
    half, hub = tyre * 0.8 + 0.014, tyre * 0.25 + 0.012
    pole = shapes.cylinder(hub, 2 * half, 0.004, 16).move(y=-half).rotate(z=90)
    lines = []
    for k in range(spokes):
        a = 2 * np.pi * k / spokes
        b = a + (0.35 if k % 4 < 2 else -0.35)
        x = half * (0.8 if k % 2 else -0.8)
        inner = [x, hub * 0.8 * np.cos(a), hub * 0.8 * np.sin(a)]
        outer = [0.0, (radius - tyre * 1.2) * np.cos(b), (radius - tyre * 1.2) * np.sin(b)]
        lines.append(shapes.sweep([inner, outer], max(0.0016, radius * 0.006), 5))
    return rubber, join(rim, pole, *lines)


def saddle(length: float, wide: float, high: float = 0.07) -> Solid:
    """A saddle along z, its nose towards +z, about the origin."""
    rows = np.array([[-0.5, 0.40, 0.9], [-0.38, 0.5, 1.0], [-0.1, 0.34, 0.8], [0.2, 0.15, 0.7], [0.46, 0.11, 0.55], [0.5, 0.05, 0.3]])  # fmt: skip
    lines = curves.smooth_curve(rows, 20)
    ring = curves.ellipse(1, 0.5, 24, 2.6)
    points = np.stack(
        [
            lines[:, 1, None] * wide * ring[None, :, 0],
            lines[:, 2, None] * high * ring[None, :, 1] + (0.25 * high * (lines[:, 0] < -0.2))[:, None],
            np.broadcast_to(lines[:, :1] * length, (20, 24)),
        ],
        axis=2,
    )
    return shapes.loft(points, crease=60)


def fork(axle: Sequence[float], head: Sequence[float], gap: float, radius: float) -> Solid:
    """Two blades from an axle (y, z) to a crown at ``head`` (y, z), ``gap`` metres to either side."""
    blades = [bar([s * gap, *axle], [s * gap, *head], radius) for s in (1, -1)]
    return join(*blades, bar([-gap, *head], [gap, *head], radius * 1.2))


def mudguard(radius: float, wide: float, start: float, end: float) -> Solid:
    """A strip bent around the x axis from ``start`` to ``end`` degrees (0 ahead, 90 above)."""
    a = np.radians(np.linspace(start, end, 20))
    section = np.concatenate([curves.arc(1.0, 20, 160, 9), curves.arc(0.88, 160, 20, 9)])
    section = (section - [0, 0.75]) * [wide / 2 / 0.94, wide / 2]
    out = section[None, :, 1] + radius
    points = np.stack(
        [
            np.broadcast_to(section[None, :, 0], (20, len(section))),
            np.sin(a)[:, None] * out,
            np.cos(a)[:, None] * out,
        ],
        axis=2,
    )
    return shapes.loft(points, crease=40)
