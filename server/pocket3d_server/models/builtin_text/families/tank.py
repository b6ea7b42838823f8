"""Battle tanks."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.coach import Coach
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both, crawler, headlamps, tube_along
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.30, 0.34, 0.20), (0.66, 0.58, 0.40), (0.36, 0.38, 0.38))


def tank(brief: Brief) -> Asset:
    """A tank on tracks with a sloped hull, a turret that is round or angular, and a long gun."""
    rng = brief.rng()
    paint = asked(
        brief, "armour", "paint", PAINTS[int(rng.integers(3))], "body", "hull", main=True, roughness=0.6
    )
    iron = finish("iron", (0.12, 0.12, 0.12), "track")
    belt, wheels = crawler(6.2, 1.05, 0.62, 56)
    wheels = wheels.move(x=1.25)
    hull = Coach(np.array([[-3.0, 0.75], [-2.7, 0.42], [2.5, 0.42], [3.3, 0.95], [2.0, 1.45], [-2.9, 1.45]]), 1.95, 0.06, 0.05)  # fmt: skip
    deck = Coach(np.array([[-2.95, 1.12], [2.4, 1.12], [1.9, 1.45], [-2.9, 1.45]]), 3.15, 0.04, 0.04)
    skirts = shapes.rounded_box(0.05, 0.34, 5.0, 0.02, 1).move(1.58, 1.02, -0.3)
    if brief.has("modern", "futuristic") or rng.random() < 0.5:
        plan = curves.rounded(
            np.array([[-1.25, -1.7], [1.25, -1.7], [1.3, 0.2], [0.6, 1.25], [-0.6, 1.25], [-1.3, 0.2]]),
            0.12,
            3,
        )
        sizes = ((0.94, 0.0), (1.0, 0.12), (0.74, 0.72))
        dome = shapes.loft(
            np.stack([curves.in_plane(plan * s * [1, -1], y) for s, y in sizes])[:, ::-1], crease=25
        )
    else:
        profile = curves.smooth_curve([[1.2, 0], [1.28, 0.15], [1.12, 0.5], [0.75, 0.72], [0, 0.78]], 18)
        dome = shapes.revolve(profile, brief.detail(44)).scale(1, 1, 1.18)
    top = 1.45
    long = 3.6 * brief.grown("gun", "barrel", "cannon", "length")
    gun = shapes.revolve(
        np.array([[0.17, 0], [0.15, 0.5], [0.11, 0.55], [0.10, 1.6], [0.15, 1.62], [0.15, 2.1], [0.10, 2.12], [0.09, long - 0.4], [0.13, long - 0.38], [0.13, long], [0.07, long], [0.07, long - 0.5]]),
        brief.detail(24), crease=30,
    ).rotate(x=88).move(0, top + 0.36, 1.0)  # fmt: skip
    mantlet = shapes.rounded_box(0.7, 0.46, 0.5, 0.12, 3).move(0, top + 0.36, 1.15)
    cupola = join(shapes.cylinder(0.34, 0.22, 0.04, 28).move(0.45, top + 0.66, -0.35), shapes.cylinder(0.36, 0.06, 0.02, 28).rotate(z=4).move(0.45, top + 0.86, -0.35))  # fmt: skip
    hatch = shapes.cylinder(0.28, 0.08, 0.02, 28).move(-0.48, top + 0.70, -0.35)
    machine = join(bar([0.45, top + 1.02, -0.4], [0.45, top + 1.05, 0.5], 0.03), shapes.rounded_box(0.10, 0.14, 0.45, 0.02, 1).move(0.45, top + 1.0, -0.25))  # fmt: skip
    aerial = tube_along(
        [[-0.8, top + 0.6, -1.2], [-0.82, top + 1.4, -1.3], [-0.86, top + 2.2, -1.5]], 0.012, 8, 6
    )
    rolls = [shapes.cylinder(0.16, 1.5, 0.05, 18).rotate(z=90).move(0.75, top + 0.2, -2.05)]
    boxes = [shapes.rounded_box(0.5, 0.28, 1.0, 0.04, 2).move(1.27, 1.55, z) for z in (-1.9, -0.6)]
    pipes = shapes.capsule(0.11, 0.8, 14).rotate(z=90).move(0.5, 1.2, -3.02)
    links = [shapes.torus(0.11, 0.05, 16, 8).rotate(x=60).move(0.6, 0.75, 3.05)]
    return Asset(
        [
            part("tracks", (both(belt.move(x=1.25)), iron)),
            part("road_wheels", (both(wheels), paint)),
            part("hull", (join(hull.solid(), deck.solid(), both(skirts)), paint)),
            part("turret", (dome.move(0, top - 0.02, -0.15), paint), (join(mantlet, cupola, hatch), paint)),
            part("gun", (gun, paint)),
            part("machine_gun", (machine, iron), (aerial, iron)),
            part("stowage", (both(join(*boxes)), paint), (join(*rolls), finish("canvas", (0.42, 0.38, 0.26), "tarpaulin"))),
            part("exhausts", (both(pipes), iron), (both(join(*links)), iron)),
            part("headlamps", *headlamps(1.2, 1.42, 2.25, 0.18)),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("tank", ("tank", "battle tank", "army tank", "military tank", "panzer", "armoured tank"), grounded(tank, centre=True)),
)  # fmt: skip
