"""What a greenhouse has: glazing bars, staging, and seedlings in pots."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.fittings import beam, both


def glazing_bars(w: float, z: float, heights: tuple[float, float, float]) -> list[Solid]:
    """Bars of a glass house along z, ``w`` and ``z`` its half sizes, with its sill, eave and ridge at ``heights``;
    the front is left open in the middle for a door."""
    sill, eave, ridge = heights
    bars = []
    for v in np.linspace(-z, z, 8):
        bars.append(both(beam([w, sill, v], [w, eave, v], 0.045, 0.05)))
        bars.append(both(beam([w, eave, v], [0, ridge, v], 0.045, 0.05)))
    for x, y in ((w, sill), (w, eave), (w * 0.5, (eave + ridge) / 2)):
        bars.append(both(beam([x, y, -z], [x, y, z], 0.05, 0.05)))
    bars.append(beam([0, ridge + 0.02, -z - 0.06], [0, ridge + 0.02, z + 0.06], 0.09, 0.09))
    for e in (1, -1):
        for x in np.linspace(-w, w, 7):
            if e < 0 or abs(x) >= 0.4:
                top = eave + (ridge - eave) * (1 - abs(x) / w)
                bars.append(beam([x, sill, e * z], [x, top, e * z], 0.04, 0.04))
        bars.append(beam([-w, eave, e * z], [w, eave, e * z], 0.05, 0.05))
    return bars


def staging(long: float, reach: float) -> Solid:
    """A bench for pots along z, its legs as far as ``reach`` from the middle; its outer side is at positive x."""
    top = shapes.rounded_box(0.72, 0.05, long, 0.01, 1).grained().move(y=0.72)
    feet = [shapes.box(0.06, 0.7, 0.06).move(x, 0.35, v) for v in (-reach, 0, reach) for x in (0.26, -0.26)]
    return join(top, *feet)


def seedling(rng: np.random.Generator) -> tuple[Solid, Solid, list[Solid]]:
    """A young plant in a clay pot on y = 0: the pot, its leaves, and its berries if it bears any."""
    pot = shapes.revolve(metres("0.09 0, 0.13 0.2, 0.14 0.2, 0.14 0.24, 0 0.22"), 20, crease=30)
    high, leaves = float(rng.uniform(0.25, 0.5)), []
    for _ in range(5):
        leaf = shapes.superellipsoid(0.10, 0.03, high * 0.9, 2, 2, 12).move(z=high * 0.42)
        leaves.append(leaf.rotate(x=float(rng.uniform(-75, -25)), y=float(rng.uniform(0, 360))).move(y=0.22))
    spots = rng.uniform(-0.10, 0.10, (4, 3)) if rng.random() < 0.6 else np.zeros((0, 3))
    return pot, join(*leaves), [shapes.sphere(0.045, 12).move(a, b + 0.36, c) for a, b, c in spots.tolist()]
