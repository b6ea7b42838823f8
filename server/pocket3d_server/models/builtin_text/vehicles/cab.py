"""The cab of a lorry: body, windows, doors, lamps, grille, bumper, steps and mirrors."""

from __future__ import annotations

import itertools

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    black,
    both,
    dark_glass,
    grille,
    headlamps,
    lamps,
    side_mirrors,
)
from pocket3d_server.models.language.brief import Brief


def cab(
    brief: Brief, paint: Finish, nose: float, length: float, axle: float, doors: int = 1, roof: float = 2.75
) -> list[Part]:
    """A cab above the engine whose front is at z = ``nose``, with ``doors`` on each side, over one axle."""
    wide, back, sill = 2.4, nose - length, 0.62
    outline = np.array(
        [[back, sill], [nose - 0.02, sill], [nose, 1.35], [nose - 0.16, roof - 0.05], [nose - 0.4, roof], [back, roof]]
    )  # fmt: skip
    coach = Coach(outline, wide, 0.14, 0.09, 0.05)
    low, high = 1.52, roof - 0.30
    edges = np.linspace(back + 0.12, nose - 0.22, doors + 1)
    glass = [pane(a + 0.10, b - 0.10, low, high, 0.10) for a, b in itertools.pairwise(edges)]
    shut = [
        np.array([[a + 0.04, 0.85], [b - 0.04, 0.85], [b - 0.04, high + 0.1], [a + 0.04, high + 0.1]])
        for a, b in itertools.pairwise(edges)
    ]
    handles = [
        shapes.rounded_box(0.05, 0.05, 0.20, 0.015, 1).move(coach.half(1.35) + 0.01, 1.38, a + 0.24)
        for a in edges[:-1]
    ]
    visor = shapes.rounded_box(wide * 0.86, 0.05, 0.26, 0.02, 2).rotate(x=14).move(0, roof - 0.16, nose + 0.0)
    screen = pane(-wide / 2 + 0.16, wide / 2 - 0.16, low - 0.06, high + 0.02, 0.10)
    bumper = shapes.rounded_box(wide + 0.02, 0.34, 0.34, 0.07, 3).move(0, 0.62, nose - 0.06)
    plate = shapes.rounded_box(0.52, 0.13, 0.02, 0.01, 1).move(0, 0.62, nose + 0.12)
    wipers = [
        shapes.rounded_box(0.62, 0.02, 0.02, 0.005, 1).rotate(z=8).move(x, 1.53, nose + 0.02)
        for x in (-0.42, 0.42)
    ]
    steps = [shapes.rounded_box(0.20, 0.06, 0.5, 0.02, 1).move(wide / 2 - 0.1, 0.42, back + 0.45)]
    return [
        part("cab", (coach.with_arches([axle], 0.60, 0.5), paint)),
        part("windscreen", (coach.front(screen), dark_glass(brief))),
        part("cab_windows", (coach.sides(*glass), dark_glass(brief))),
        part("doors", (coach.seams(*shut), black()), (both(join(*handles)), finish("chrome", name="handles"))),
        part("headlamps", *headlamps(0.88, 0.98, nose + 0.0, 0.24, square=brief.rng(2).random() < 0.5)),
        lamps("indicators", (0.95, 0.48, 0.05), shapes.rounded_box(0.16, 0.10, 0.08, 0.02, 2).move(1.08, 1.22, nose - 0.03)),
        part("grille", (grille(1.15, 0.46, 5, nose + 0.005, 1.06), finish("chrome", name="grille"))),
        part("bumper", (join(bumper, visor, *wipers, both(join(*steps))), black()), (plate, finish("paint", (0.92, 0.92, 0.9), "plate"))),
        side_mirrors(coach.half(2.0), 1.95, nose - 0.18),
    ]  # fmt: skip
