"""Where the pilot of a light plane sits, and the engine in front of him."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.airframe import (
    fuselage,
)


def open_cockpit(glass: Finish) -> Part:
    """An open seat with a padded rim and a small windscreen."""
    rim = shapes.torus(0.34, 0.09, 36, 12).scale(1, 1, 1.35).move(0, 0.60, 0.0)
    seat = shapes.superellipsoid(0.56, 0.10, 0.74, 3, 2, 24).move(0, 0.585, 0.0)
    shield = shapes.sweep(
        np.column_stack(
            [
                0.26 * np.sin(np.linspace(-1.2, 1.2, 13)),
                np.full(13, 0.73),
                0.36 + 0.14 * np.cos(np.linspace(-1.2, 1.2, 13)),
            ]
        ),
        1,
        curves.rectangle(0.012, 0.24, 0.004),
    )
    return part(
        "cockpit",
        (rim, finish("leather")),
        (seat, finish("leather", (0.12, 0.08, 0.06), "cockpit_floor")),
        (shield, glass),
    )


def closed_canopy(glass: Finish, frame: Finish) -> list[Part]:
    """A glazed cabin in a light frame."""
    canopy = fuselage(
        metres(
            "-1.35 0.42 0.10 0.10, -0.6 0.45 0.42 0.46, 0.3 0.46 0.50 0.60, 0.95 0.42 0.46 0.44, 1.4 0.38 0.22 0.16"
        ),
        36,
        36,
    )
    frames = [
        shapes.torus(1.0, 0.05, 40, 8).rotate(x=90).scale(0.485, 0.575, 1).move(0, 0.46, z)
        for z in (-0.15, 0.55)
    ]
    return [part("canopy", (canopy, glass)), part("canopy_frames", (join(*frames), frame))]


def radial_engine() -> Part:
    """Nine cylinders round the nose, and two exhaust pipes."""
    cyl = [
        shapes.capsule(0.055, 0.24, 14).move(y=0.44).rotate(z=360 * k / 9).move(0, -0.02, 2.30)
        for k in range(9)
    ]
    pipe = [
        shapes.sweep([[s * 0.45, -0.35, 2.1], [s * 0.52, -0.45, 1.7], [s * 0.5, -0.46, 1.2]], 0.045, 12)
        for s in (1, -1)
    ]
    return part("engine", (join(*cyl, *pipe), finish("iron", name="engine_iron")))


def fixed_gear(steel: Finish) -> list[Part]:
    """Two wheels on struts below the wings, and one below the tail."""
    tyres, struts = [], []
    for s in (1, -1):
        tyres.append(shapes.torus(0.20, 0.15, 32, 14).rotate(z=90).move(s * 0.95, -1.05, 1.55))
        struts += [
            shapes.sweep([[s * 0.32, -0.45, 1.75], [s * 0.92, -1.05, 1.55]], 0.035, 10),
            shapes.cylinder(0.12, 0.12, 0.02, 20).rotate(z=90).move(s * 0.95 + 0.06, -1.05, 1.55),
        ]
    struts.append(shapes.sweep([[-0.95, -1.05, 1.55], [0.95, -1.05, 1.55]], 0.025, 10))
    struts.append(shapes.sweep([[0, 0.18, -3.1], [0, -0.02, -3.35]], 0.025, 8))
    tyres.append(shapes.torus(0.075, 0.06, 20, 10).rotate(z=90).move(0, -0.06, -3.38))
    return [part("tyres", (join(*tyres), finish("rubber"))), part("landing_gear", (join(*struts), steel))]
