"""Parts of the timber towers of the Far East, each about the y axis of a square storey on y = 0."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Solid, join
from pocket3d_server.models.builtin_text.making import around, grid
from pocket3d_server.models.builtin_text.vehicles.fittings import beam

BAYS = 3
"""Bays of a storey's side."""


def post_and_beam(half: float, high: float, radius: float) -> Solid:
    """Posts round a storey of half width ``half``, tied by beams at foot and head."""
    x = np.linspace(-half + 0.1, half - 0.1, BAYS + 1)[:-1]
    posts = join(*(shapes.cylinder(radius, high, 0, 12).move(float(v), 0, half - 0.1) for v in x))
    ties = [shapes.box(2 * half, 0.14, 0.12).move(0, v, half - 0.1) for v in (0.1, high - 0.12)]
    return around(join(posts, *ties), 4)


def bracket_arms(half: float, eave: float) -> Solid:
    """Arms under the eaves, from the wall at ``half`` out to ``eave``; the wall's head is y = 0."""
    arms = [
        beam([float(v), -0.05, half - 0.1], [float(v), 0.02, eave * 0.93], 0.07, 0.09)
        for v in np.linspace(-half * 0.9, half * 0.9, 9)
    ]
    return around(join(*arms), 4)


def latticed_bays(half: float, high: float, entrance: bool) -> Solid:
    """A latticed window in each bay; with ``entrance`` the middle bays are doors."""
    spots = np.linspace(-half + 0.1, half - 0.1, BAYS + 1)
    gap, tall = (spots[1] - spots[0]) * 0.66, high * 0.42
    lattice = join(
        grid(shapes.box(0.035, tall, 0.05), 6, 1, gap / 5, 0),
        grid(shapes.box(gap, 0.035, 0.05), 1, 4, 0, tall / 3),
    )
    pieces = []
    for i, x in enumerate((spots[:-1] + spots[1:]) / 2):
        at = [float(x), high * 0.52, half - 0.07]
        if entrance and i == 1:
            pieces.append(shapes.box(gap, high * 0.78, 0.05).move(at[0], high * 0.39 + 0.12, at[2]))
        else:
            pieces.append(lattice.move(*at))
    return around(join(*pieces), 4)


def veranda(half: float) -> Solid:
    """A walk round a storey with a rail on two bars."""
    out = half + 0.28
    bars = [beam([-out, v, out], [out, v, out], 0.05, 0.05) for v in (0.12, 0.36)]
    posts = [shapes.box(0.05, 0.40, 0.05).move(float(v), 0.18, out) for v in np.linspace(-out, out, 7)[:-1]]
    return around(join(*bars, *posts, shapes.box(2 * half + 0.6, 0.06, 0.5).move(0, -0.02, half + 0.08)), 4)


def wind_bells(eave: float) -> Solid:
    """A bell at each corner of a roof."""
    line = curves.smooth_curve([[0.09, 0], [0.07, 0.05], [0.05, 0.14], [0, 0.17]], 8)
    return around(shapes.revolve(line, 12).move(eave, 0, eave), 4)


def sorin() -> Solid:
    """The spire on the topmost roof: a mast with a bowl, rings and a jewel."""
    jewel = curves.smooth_curve([[0.05, 0], [0.16, 0.14], [0.05, 0.32], [0, 0.42]], 12)
    return join(
        shapes.cylinder(0.07, 2.3, 0, 14).move(y=-0.2),
        shapes.sphere(0.24, 20).scale(1, 0.8, 1).move(y=0.05),
        *(shapes.torus(0.28 - 0.03 * k, 0.07, 24, 8).move(y=0.42 + 0.22 * k) for k in range(6)),
        shapes.revolve(jewel, 16).move(y=1.95),
    )
