"""What belongs to a camp: flaps, guy lines, rings of stones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.masonry import lumpy
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam


def smoke_flaps(h: float, radius: Callable[[float], float]) -> Solid:
    """Two flaps of hide beside the smoke hole of a tipi ``h`` high."""
    flap = [
        panel(
            np.array(
                [
                    [s * 0.03, h * 0.66, radius(h * 0.66) + 0.03],
                    [s * 0.36, h * 0.80, radius(h * 0.76) + 0.10],
                    [s * 0.30, h * 0.97, 0.28],
                    [s * 0.02, h * 0.97, 0.24],
                ]
            )[::s]
        )
        for s in (1, -1)
    ]
    return join(*flap)


def guy_lines(w: float, h: float, z: float) -> tuple[Solid, Solid]:
    """Ropes of a ridge tent and their pegs."""
    lines, pegs = [], []
    for v in (-z, 0.0, z):
        for s in (1, -1):
            foot = np.array([s * (w + 0.75), 0.03, v * 1.05])
            lines.append(bar([s * w * 0.52, h * 0.48, v], foot, 0.006, 5))
            pegs.append(beam(foot + [s * 0.03, -0.03, 0], foot + [-s * 0.02, 0.12, 0], 0.03, 0.02))
    for v in (1, -1):
        foot = np.array([0, 0.03, v * (z + 1.1)])
        lines.append(bar([0, h + 0.08, v * z], foot, 0.006, 5))
        pegs.append(beam(foot + [0, -0.03, v * 0.03], foot + [0, 0.12, -v * 0.02], 0.03, 0.02))
    return join(*lines), join(*pegs)


def ring_of_stones(stones: int, rng: np.random.Generator) -> Solid:
    """Rough stones round a fire."""
    rocks = []
    for k in range(stones):
        size = float(rng.uniform(0.085, 0.125))
        rock = shapes.superellipsoid(2.2 * size, 1.6 * size, 1.8 * size, 2.4, 2.4, 16)
        rock = lumpy(rock, rng, 0.07, 9.0)
        rocks.append(
            rock.rotate(y=float(rng.uniform(0, 90))).move(0, size * 0.62, 0.60).rotate(y=360 * k / stones)
        )
    return join(*rocks)


def panel(corners: Points, thick: float = 0.012, sag: float = 0.0, steps: int = 9) -> Solid:
    """A cloth over four corners (4, 3), in order around; ``sag`` pulls its middle along its normal."""
    c = np.asarray(corners, dtype=np.float64)
    u, v = np.meshgrid(np.linspace(0, 1, steps), np.linspace(0, 1, steps), indexing="ij")
    u, v = u[..., None], v[..., None]
    p = (1 - u) * ((1 - v) * c[0] + v * c[3]) + u * ((1 - v) * c[1] + v * c[2])
    normal = np.cross(c[2] - c[0], c[3] - c[1])
    normal /= np.linalg.norm(normal)
    p = p - sag * np.sin(np.pi * u) * np.sin(np.pi * v) * normal
    ring = np.concatenate([p + normal * thick / 2, (p - normal * thick / 2)[::-1]], axis=0)
    return shapes.loft(ring.transpose(1, 0, 2), crease=60)


def ashes(rng: np.random.Generator) -> tuple[Solid, Solid]:
    """A heap of ash, and embers on it."""
    ash = shapes.revolve(curves.smooth_curve([[0.56, 0.0], [0.45, 0.035], [0, 0.06]], 8), 32)
    coals = [
        shapes.superellipsoid(0.09, 0.06, 0.08, 2.6, 2.6, 10)
        .rotate(y=float(a))
        .move(float(x), 0.07, float(z))
        for x, z, a in rng.uniform([-0.24, -0.24, 0], [0.24, 0.24, 90], (12, 3))
    ]
    return ash, join(*coals)
