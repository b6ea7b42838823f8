"""Rockets: a ship of the comics on its fins, or a launch vehicle with boosters."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.airframe import LIVERIES
from pocket3d_server.models.builtin_text.vehicles.rocketry import nose_cone, porthole, swept_fin
from pocket3d_server.models.language.brief import Brief


def rocket(brief: Brief) -> Asset:
    """A storybook rocket with curved fins and a porthole, or a slim launcher with boosters."""
    if brief.has("launcher", "realistic", "saturn", "booster", "launch", "orbital") or brief.style in (
        "modern",
    ):
        return launcher(brief)
    body = asked(brief, "hull", "paint", (0.92, 0.92, 0.93), "body", "hull", main=True, roughness=0.3)
    accent = asked(
        brief,
        "accent",
        "paint",
        LIVERIES[0],
        "fin",
        "nose",
        "stripe",
        "wing",
        roughness=0.3,
    )
    steel = finish("steel")
    h = 6.0 * brief.grown("height", "length")
    g = brief.grown("girth", "width")
    rows = curves.smooth_curve(
        np.array([[0.55, 0.10], [0.85, 0.22], [1.08, 0.42], [0.98, 0.62], [0.62, 0.82]]) * [g, h], 40
    )
    hull = shapes.revolve(rows, brief.detail(56))
    tip = nose_cone(rows, g, h)
    rings = [
        shapes.torus(float(np.interp(y * h, rows[:, 1], rows[:, 0])), 0.09, 56, 10).move(y=y * h)
        for y in (0.115, 0.30, 0.815)
    ]
    nozzle = shapes.revolve(
        np.array([[0.30 * g, 0.10 * h], [0.52 * g, 0.02 * h], [0.47 * g, 0.02 * h], [0.25 * g, 0.10 * h]]),
        40,
        closed=True,
    )
    flame = shapes.revolve(
        np.array([[0, 0.055 * h], [0.40 * g, 0.05 * h], [0.26 * g, 0.10 * h], [0, 0.10 * h]]), 32
    )
    parts = [
        part("hull", (hull, body)),
        part("nose", (tip, accent)),
        part("rings", (join(*rings), steel)),
        part("nozzle", (nozzle, finish("iron"))),
        part("burner", (flame, glow("burner", (1.0, 0.55, 0.15)))),
    ]
    fin = swept_fin(g, h)
    count = brief.count("fin", 3, 2, 8)
    parts += [
        part(f"fin_{k + 1}", (fin.rotate(y=360 * k / count - 90 + 180 / count), accent)) for k in range(count)
    ]
    for k in range(brief.count("window", 2, 0, 5)):
        parts.append(porthole(k, rows, h, steel))
    return Asset(parts)


def launcher(brief: Brief) -> Asset:
    """A tall launch vehicle with two boosters."""
    white, dark = (
        asked(brief, "hull", "paint", (0.93, 0.93, 0.92), "body", main=True),
        finish("paint", (0.08, 0.08, 0.09), "black_paint"),
    )
    accent, steel = (
        asked(brief, "tank", "paint", (0.80, 0.42, 0.16), "tank", "stripe", "nose"),
        finish("iron", (0.42, 0.42, 0.44), "nozzle"),
    )
    core = shapes.revolve(
        np.array([[1.9, 4], [1.9, 40], [1.6, 42], [1.6, 52], [2.1, 54], [2.1, 60]]), 48, crease=25
    )
    cap = shapes.revolve(curves.smooth_curve([[2.1, 60], [1.9, 63], [1.1, 67], [0, 70]], 20), 48)
    bands = [shapes.tube(1.93, 1.85, 0.8, 0.02, 48).move(y=y) for y in (12, 24, 38)]
    boosters, noses, bells = [], [], []
    for s in (1, -1):
        boosters.append(shapes.cylinder(1.3, 28, 0.1, 40).move(s * 3.25, 3.5, 0))
        noses.append(
            shapes.revolve(curves.smooth_curve([[1.3, 0], [1.1, 1.8], [0.5, 3.6], [0, 4.3]], 16), 40).move(
                s * 3.25, 31.4, 0
            )
        )
        boosters += [shapes.rounded_box(1.0, 0.5, 0.8, 0.1, 1).move(s * 2.0, y, 0) for y in (6, 28)]
        bells.append((s * 3.25, 0.9))
    bells += [(0.8 * np.cos(a), 0.8 * np.sin(a)) for a in np.pi / 4 + np.pi / 2 * np.arange(4)]
    nozzles = [
        shapes.revolve(
            np.array([[0.42, 2.2 + 1.5], [0.85, 1.6], [0.80, 1.6], [0.36, 3.7]]), 32, closed=True
        ).move(x, 0.0, z if abs(x) < 3 else 0)
        for x, z in bells
    ]
    fins = [
        shapes.extrude(np.array([[1.2, 4], [3.0, 3.0], [3.0, 4.2], [1.2, 8]]), 0.2, 0.05).rotate(
            y=90 + 180 * k
        )
        for k in range(2)
    ]
    return Asset(
        [
            part("core", (core, accent)),
            part("fairing", (cap, white)),
            part("bands", (join(*bands), dark)),
            part("boosters", (join(*boosters), white)),
            part("booster_noses", (join(*noses), dark)),
            part("nozzles", (join(*nozzles), steel)),
            part("fins", (join(*fins), dark)),
        ]
    )


FAMILIES = (
    Family("rocket", ("rocket", "space rocket", "rocket ship", "rocketship", "spaceship", "space ship", "spacecraft", "launch vehicle", "missile"), rocket),
)  # fmt: skip
