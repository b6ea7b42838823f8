"""What a van is for: the marks and fittings of an ambulance, a camper, an ice cream seller and others."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    both,
    light_bar,
    tube_along,
)
from pocket3d_server.models.language.brief import RGB, Brief

CITY: tuple[RGB, ...] = ((0.78, 0.12, 0.10), (0.12, 0.36, 0.66), (0.16, 0.50, 0.30), (0.92, 0.55, 0.10))


def van_duty(
    brief: Brief, coach: Coach, tail: float, top: float, sick: bool, ice: bool, camp: bool, glass: Finish
) -> list[Part]:
    """What the van's work adds to it."""
    if sick:
        red = asked(brief, "stripe", "paint", (0.85, 0.10, 0.08), "stripe", "cross", roughness=0.3)
        cross = shapes.union(shapes.box(0.2, 0.66, 0.22), shapes.box(0.2, 0.22, 0.66))
        at = [cross.move(s * coach.half(1.75), 1.75, -1.55) for s in (1, -1)]
        signs = shapes.intersection(join(*at), coach.solid(0.012))
        band = coach.sides(pane(tail + 0.1, 1.9, 0.98, 1.16, 0.02))
        return [part("cross", (signs, red)), part("band", (band, red)), light_bar(1.4, top - 0.01, 0.75, (0.05, 0.2, 0.95), (0.95, 0.06, 0.05))]  # fmt: skip
    if ice:
        hatch = coach.sides(pane(-1.8, 0.2, 1.25, 1.95, 0.03))
        roof = [
            shapes.sweep([[0.95, 2.1, z], [1.55, 1.9, z]], 1.0, curves.rectangle(0.2, 0.03)) for z in np.arange(-1.7, 0.3, 0.2)
        ]  # fmt: skip
        cone = shapes.cone(0.34, 0.95, segments=28).rotate(x=180).move(0, top + 0.88, -0.6)
        scoop = shapes.sphere(0.38, 28).move(0, top + 1.02, -0.6)
        white, pink = (
            finish("paint", (0.97, 0.95, 0.90), "white"),
            finish("paint", (0.85, 0.25, 0.35), "pink"),
        )
        return [
            part("hatch", (hatch, glass)),
            part("awning", (both(join(*roof[::2])), white), (both(join(*roof[1::2])), pink)),
            part("ice_cream", (cone, finish("wicker", (0.82, 0.58, 0.30), "waffle")), (scoop, white)),
        ]
    if camp:
        cream = asked(brief, "band", "paint", (0.95, 0.92, 0.84), "band", "stripe", "roof", roughness=0.3)
        rows = coach.sides(*panes(tail + 0.25, 0.6, 2, 1.25, 1.9))
        rack = [tube_along([[-0.7, top + 0.1, z], [0.7, top + 0.1, z]], 0.02, 4) for z in (-1.8, -0.9, 0.0)]
        bag = shapes.superellipsoid(1.0, 0.4, 1.2, 4, 3, 24).move(0, top + 0.2, -0.9)
        return [
            part("rear_windows", (rows, glass)),
            part("band", (coach.sides(pane(tail + 0.05, 2.3, 0.62, 1.0, 0.02)), cream)),
            part("roof_rack", (join(*rack), finish("chrome")), (bag, finish("canvas", (0.45, 0.36, 0.24), "luggage"))),
        ]  # fmt: skip
    logo = coach.sides(curves.polygon(4, 0.42, 0.0) + [-1.5, 1.62], pane(-1.0, 0.3, 1.5, 1.62, 0.02), pane(-1.0, 0.0, 1.68, 1.78, 0.02))  # fmt: skip
    rgb = CITY[int(brief.rng(1).integers(4))]
    return [part("sign", (logo, asked(brief, "sign", "paint", rgb, "logo", "stripe", "sign")))]
