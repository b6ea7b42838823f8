"""Parts of guns and siege engines: barrels, carriages, balls, throwing arms, windlasses and skeins of rope."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.making import copies, metres
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both

BARREL = metres(
    "0 -0.66, 0.05 -0.66, 0.08 -0.61, 0.05 -0.57, 0.12 -0.54, 0.20 -0.49, 0.22 -0.46, 0.22 -0.40, 0.195 -0.39,"
    " 0.185 0, 0.205 0.01, 0.205 0.05, 0.175 0.06, 0.155 0.55, 0.175 0.56, 0.175 0.60, 0.145 0.61, 0.13 1.15,"
    " 0.15 1.17, 0.15 1.21, 0.135 1.22, 0.175 1.34, 0.18 1.40, 0.15 1.42, 0.085 1.42, 0.085 1.0, 0 1.0"
)
CHEEK = metres(
    "-0.95 0.16, 0.75 0.16, 0.75 0.62, 0.10 0.66, 0.02 0.52, -0.35 0.50, -0.38 0.36, -0.68 0.34, -0.70 0.24, -0.95 0.22"
)
TRAIL = metres("-2.0 0.05, -1.7 0.02, 0.40 0.66, 0.45 0.86, 0.05 0.95, -0.15 0.86, -1.0 0.52, -2.0 0.20")


def gun_barrel(length: float, segments: int) -> Solid:
    """A muzzle loader's barrel along y, its trunnions at the origin, ``length`` times the usual one."""
    return shapes.revolve(BARREL * [1, length], segments, crease=35)


def pile_of_balls(radius: float) -> Solid:
    """Four balls and one on top of them, from the first one's place towards +x and -z."""
    gap = 2.0235 * radius
    spots = [(0, 0, 0), (1, 0, 0), (0, 0, 1), (1, 0, 1), (0.5, 1, 0.5)]
    return copies(
        shapes.sphere(radius, 18), np.array(spots) * [gap, 1.588 * radius, -gap] + [0, 0.941 * radius, 0]
    )


def cheeks(outline: Points, corner: float, thick: float, x: float) -> list[Solid]:
    """The two side boards of a carriage, ``x`` metres from its middle, with this ``outline`` (N, 2) of (z, y)."""
    flat = curves.counter_clockwise(curves.rounded(outline, corner, 2) * [-1, 1])
    return [shapes.extrude(flat, thick, 0.01).rotate(y=90).move(x=s * x) for s in (1, -1)]


def truck_carriage() -> tuple[Solid, Solid, Solid]:
    """A ship's gun carriage on four small wheels: boards and wheels, axle caps, rings for the tackle."""
    cross = [shapes.rounded_box(0.5, 0.12, 0.14, 0.01, 1).move(0, 0.22, z) for z in (-0.7, 0.0, 0.6)]
    wheel = shapes.cylinder(0.16, 0.10, 0.015, 28).rotate(z=-90).move(0.30, 0.16, 0)
    cap = shapes.cylinder(0.05, 0.05, 0.01, 14).rotate(z=-90).move(0.40, 0.16, 0)
    wheels, caps = (both(join(*(s.move(z=z) for z in (-0.65, 0.52)))) for s in (wheel, cap))
    ring = shapes.torus(0.07, 0.025, 18, 8).rotate(z=90)
    rings = join(*(ring.move(s * 0.30, 0.42, 0.45) for s in (1, -1)))
    return join(*cheeks(CHEEK, 0.03, 0.10, 0.24), *cross, wheels), caps, rings


def field_carriage() -> tuple[Solid, Solid]:
    """A field gun's carriage with its trail on the ground, without wheels: boards and axle, bands and hook."""
    cross = [
        shapes.rounded_box(0.4, 0.12, 0.12, 0.01, 1).move(0, y, z)
        for y, z in ((0.15, -1.75), (0.45, -0.9), (0.78, 0.3))
    ]
    band = shapes.rounded_box(0.11, 0.03, 0.10, 0.006, 1).rotate(x=-20)
    bands = [band.move(s * 0.22, y, z) for s in (1, -1) for y, z in ((0.42, -1.3), (0.70, -0.58))]
    axle = shapes.rounded_box(1.3, 0.14, 0.16, 0.02, 1).move(0, 0.62, 0.06)
    hook = shapes.torus(0.09, 0.035, 20, 8).rotate(z=90).move(0, 0.12, -2.06)
    return join(*cheeks(TRAIL, 0.04, 0.09, 0.22), *cross, axle), join(*bands, hook)


def throwing_arm(long: float) -> tuple[Solid, Solid, Solid]:
    """A catapult's arm along y from its pivot at the origin: the beam, the spoon at ``long``, the stone in it."""
    beam = shapes.sweep(
        [[0, 0, 0], [0, 1.3, 0], [0, long - 0.2, 0]], [0.12, 0.10, 0.075], curves.rectangle(2, 2, 0.35, 3)
    )
    bowl = metres("0.10 0, 0.30 0.10, 0.36 0.24, 0.32 0.24, 0.24 0.13, 0 0.08")
    spoon = shapes.revolve(bowl, 28, crease=40).rotate(x=90).move(0, long, 0.0)
    return beam, spoon, shapes.sphere(0.24, 24).move(0, long, 0.24)


def windlass(half: float) -> tuple[Solid, Solid]:
    """A drum across x about the origin that reaches past ``half`` on both sides, and the pegs that turn it."""
    drum = shapes.cylinder(0.12, 2 * half + 0.4, 0.01, 20).rotate(z=90).move(x=half + 0.2)
    x, pegs = half + 0.14, []
    for a in (0.3, 1.87):
        y, z = 0.32 * np.cos(a), 0.32 * np.sin(a)
        pegs.append(bar([x, -y, -z], [x, y, z], 0.03))
    return drum, both(join(*pegs))


def rope_rings(radius: float, thick: float, segments: int, x: Points) -> Solid:
    """Turns of rope about the x axis at each of ``x`` (N,)."""
    ring = shapes.torus(radius, thick, segments, 8).rotate(z=90)
    return join(*(ring.move(x=float(v)) for v in x))
