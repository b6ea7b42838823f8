"""Buses and vans: school bus, city bus, double decker, delivery van, ambulance, ice cream van, camper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    black,
    both,
    dark_glass,
    grille,
    headlamps,
    lamps,
    road_wheels,
    side_mirrors,
)
from pocket3d_server.models.builtin_text.vehicles.van_duties import CITY, van_duty
from pocket3d_server.models.language.brief import RGB, Brief

VANS: tuple[RGB, ...] = ((0.93, 0.93, 0.92), (0.90, 0.66, 0.12), (0.16, 0.36, 0.62), (0.55, 0.36, 0.20))


def bus(brief: Brief) -> Asset:
    """A school bus with its bonnet, or a city bus of one or two decks."""
    return school_bus(brief) if brief.has("school") else city_bus(brief)


def school_bus(brief: Brief) -> Asset:
    """A yellow bus with a bonnet, black rails along its sides, a stop sign and flashing lamps."""
    yellow = asked(brief, "paint", "paint", (0.96, 0.66, 0.06), "body", "paint", main=True, roughness=0.3)
    glass, dark = dark_glass(brief), black()
    tail, front = -4.6 * brief.grown("length"), 2.9
    coach = Coach(np.array([[tail, 0.55], [front, 0.55], [front, 2.0], [front - 0.12, 2.98], [tail, 2.98]]), 2.44, 0.22, 0.16)  # fmt: skip
    bonnet = Coach(np.array([[front - 0.3, 0.62], [4.35, 0.62], [4.40, 1.35], [4.2, 1.62], [front - 0.3, 1.78]]), 2.0, 0.20, 0.16)  # fmt: skip
    ring = shapes.tube(0.68, 0.56, 0.42, 0.06, 36).rotate(z=-90).move(0.78, 0.5, 3.55)
    wing = shapes.difference(ring, shapes.box(2, 1, 2).move(0.9, -0.1, 3.55))
    count = brief.count("window", 9, 4, 12)
    rails = [
        shapes.rounded_box(0.05, 0.07, front - tail - 0.35, 0.02, 1).move(1.225, y, (front + tail) / 2 - 0.1)
        for y in (0.85, 1.18, 1.62)
    ]
    sign = shapes.prism(8, 0.24, 0.03).rotate(x=90, z=22.5).rotate(y=90).move(1.36, 1.35, 1.6)
    arm = shapes.box(0.16, 0.05, 0.05).move(1.28, 1.35, 1.6)
    flash = [shapes.cylinder(0.10, 0.06, 0.02, 20).rotate(x=90).move(x, 2.72, front - 0.05) for x in (0.62, 0.88)]  # fmt: skip
    name = shapes.rounded_box(1.0, 0.24, 0.06, 0.02, 1).move(0, 2.72, front - 0.06)
    bumper = shapes.rounded_box(2.3, 0.30, 0.22, 0.06, 2).move(0, 0.55, 4.42)
    rear = shapes.rounded_box(2.4, 0.28, 0.16, 0.05, 2).move(0, 0.55, tail - 0.04)
    exit_ = coach.rear(pane(-0.5, 0.5, 1.55, 2.6))
    return Asset(
        [
            part("body", (coach.with_arches([-2.6], 0.62, 0.5), yellow)),
            part("bonnet", (bonnet.with_arches([3.55], 0.6, 0.5), yellow), (both(wing), yellow)),
            part("windows", (coach.sides(*panes(tail + 0.3, front - 1.05, count, 1.80, 2.58)), glass)),
            part("windscreen", (coach.front(pane(-1.0, 1.0, 1.75, 2.52)), glass), (exit_, glass)),
            part("door", (coach.sides(pane(front - 0.92, front - 0.2, 0.75, 2.5)), glass)),
            part("rails", (both(join(*rails)), dark), (join(bumper, rear), dark)),
            part("stop_sign", (sign, finish("paint", (0.78, 0.05, 0.05), "sign")), (arm, dark)),
            part("warning_lamps", (both(join(*flash)), glow("warning_lamp", (0.95, 0.25, 0.05), 0.6)), (name, finish("paint", (0.08, 0.08, 0.08), "name_board"))),
            part("headlamps", *headlamps(0.74, 1.12, 4.38, 0.26)),
            part("grille", (grille(0.95, 0.55, 6, 4.40, 1.06), finish("chrome", name="grille"))),
            lamps("tail_lamps", (0.85, 0.05, 0.05), shapes.cylinder(0.11, 0.05, 0.01, 20).rotate(x=-90).move(0.95, 1.1, tail)),
            side_mirrors(1.05, 1.95, front + 0.05, 0.36),
            *_under(brief, tail, 4.1, [-2.6, 3.55], 1.12),
        ]
    )  # fmt: skip


def _under(brief: Brief, tail: float, nose: float, axles: list[float], half: float) -> list[Part]:
    """Floor and wheels."""
    floor = shapes.rounded_box(2 * half - 0.75, 0.5, nose - tail - 0.3, 0.04, 1).move(0, 0.72, (tail + nose) / 2)  # fmt: skip
    axle = [shapes.cylinder(0.09, 2 * half - 0.3, segments=12).rotate(z=90).move(half - 0.15, 0.5, z) for z in axles]  # fmt: skip
    return [
        part("chassis", (join(floor, *axle), black())),
        *road_wheels(brief, 0.5, 0.32, half + 0.06, axles, (0.85, 0.85, 0.83)),
    ]


def city_bus(brief: Brief) -> Asset:
    """A bus with a flat front; two decks for a double decker."""
    paint = asked(
        brief, "paint", "paint", CITY[0 if brief.has("london", "double", "decker") else int(brief.rng().integers(4))],
        "body", "paint", main=True, roughness=0.25,
    )  # fmt: skip
    glass, pale = (
        dark_glass(brief),
        asked(brief, "stripe", "paint", (0.95, 0.95, 0.93), "stripe", "roof", roughness=0.3),
    )
    decks = 2 if brief.has("double", "decker") else brief.count("deck", 1, 1, 2)
    long = 5.0 * brief.grown("length")
    top = 2.95 if decks == 1 else 4.35
    coach = Coach(np.array([[-long, 0.35], [long, 0.35], [long + 0.06, 1.3], [long - 0.10, top], [-long, top]]), 2.5, 0.20, 0.16, 0.03)  # fmt: skip
    rows = [pane_row for k in range(decks) for pane_row in panes(-long + 0.25, long - 1.35, 6, 1.35 + 1.75 * k, 2.35 + 1.6 * k, 0.09)]  # fmt: skip
    doors = [pane(long - 1.2, long - 0.35, 0.5, 2.4), *([pane(long - 1.2, long - 0.25, 3.1, 3.95)] if decks == 2 else [])]  # fmt: skip
    sign = shapes.rounded_box(1.5, 0.28, 0.06, 0.03, 1).move(0, 2.68, long - 0.02)
    screens = [coach.front(pane(-1.08, 1.08, 1.15, 2.42, 0.14))]
    screens += [coach.front(pane(-1.05, 1.05, 3.0, 3.95, 0.14))] if decks == 2 else []
    band = coach.sides(pane(-long + 0.05, long - 1.3, 0.82, 1.06, 0.02))
    bumper = shapes.rounded_box(2.44, 0.26, 0.2, 0.06, 2).move(0, 0.48, long)
    unit = shapes.rounded_box(1.5, 0.22, 2.2, 0.08, 2).move(0, top + 0.09, -1.0)
    return Asset(
        [
            part("body", (coach.with_arches([-long * 0.58, long * 0.55], 0.6, 0.5), paint)),
            part("windows", (coach.sides(*rows), glass), (coach.rear(pane(-0.9, 0.9, 1.5, 2.4)), glass)),
            part("doors", (coach.sides(*doors), glass)),
            part("windscreen", *[(s, glass) for s in screens]),
            part("destination_sign", (sign, glow("sign", (0.98, 0.72, 0.15), 0.6))),
            part("band", (band, pale)),
            part("roof_unit", (unit, pale)),
            part("bumper", (bumper, black())),
            part("headlamps", *headlamps(0.92, 0.86, long + 0.04, 0.26, square=True)),
            lamps("tail_lamps", (0.85, 0.05, 0.05), shapes.rounded_box(0.16, 0.4, 0.05, 0.02, 2).move(1.05, 1.0, -long)),
            side_mirrors(1.2, 2.15, long - 0.1, 0.36),
            *_under(brief, -long, long, [-long * 0.58, long * 0.55], 1.17),
        ]
    )  # fmt: skip


def van(brief: Brief) -> Asset:
    """A high panel van with a sloping nose: for parcels, patients, ices or a journey."""
    sick = brief.has("ambulance")
    ice, camp = brief.has("ice", "cream", "food"), brief.has("camper", "camping", "campervan")
    if ice:  # "ice cream" is neither a material nor a colour here
        brief = replace(brief, materials=(), colours=tuple(c for c in brief.colours if c.name != "cream"))
    usual: RGB = (
        (0.95, 0.95, 0.94) if sick else (0.95, 0.72, 0.78) if ice else VANS[int(brief.rng().integers(4))]
    )
    paint = asked(brief, "paint", "paint", usual, "body", "paint", main=True, roughness=0.28)
    glass = dark_glass(brief)
    tail, nose, top = -2.75 * brief.grown("length"), 2.75, 2.5 * brief.grown("height")
    outline = np.array(
        [[tail, 0.36], [nose, 0.36], [nose + 0.02, 0.85], [2.25, 1.22], [1.45, top - 0.12], [1.1, top], [tail + 0.05, top]]
    )  # fmt: skip
    coach = Coach(outline, 2.0, 0.16, 0.12, 0.06)
    side = np.array([[0.72, 1.22], [1.95, 1.22], [1.32, 1.92], [0.72, 1.92]])
    screen = pane(-0.84, 0.84, 1.30, top - 0.26, 0.1)
    slide = shapes.box(0.03, 0.05, 1.5).move(coach.half(1.25), 1.22, -1.2)
    shut = [
        np.array([[0.62, 0.5], [1.85, 0.5], [2.05, 1.15], [1.28, 2.02], [0.62, 2.02]]),
        np.array([[-0.75, 0.5], [0.55, 0.5], [0.55, top - 0.2], [-0.75, top - 0.2]]),
    ]
    bumper = shapes.rounded_box(1.98, 0.30, 0.3, 0.08, 3).move(0, 0.48, nose - 0.05)
    parts = [
        part("body", (coach.with_arches([-1.75, 1.85], 0.43, 0.36), paint)),
        part("windscreen", (coach.front(screen), glass)),
        part("side_windows", (coach.sides(side), glass)),
        part("doors", (coach.seams(*shut, radius=0.007), black()), (both(slide), black())),
        part("bumper", (join(bumper, shapes.rounded_box(1.9, 0.2, 0.14, 0.05, 2).move(0, 0.45, tail)), black())),
        part("headlamps", *headlamps(0.76, 0.92, nose - 0.06, 0.26, square=True)),
        part("grille", (grille(0.9, 0.24, 2, nose + 0.0, 0.86), black())),
        lamps("tail_lamps", (0.85, 0.05, 0.05), shapes.rounded_box(0.12, 0.5, 0.05, 0.02, 2).move(0.84, 1.2, tail)),
        side_mirrors(coach.half(1.5), 1.42, 1.75, 0.24),
        part("chassis", (shapes.rounded_box(1.35, 0.4, nose - tail - 0.4, 0.04, 1).move(0, 0.5, 0), black())),
        *road_wheels(brief, 0.36, 0.22, 0.99, [-1.75, 1.85], (0.75, 0.76, 0.78)),
    ]  # fmt: skip
    return Asset([*parts, *van_duty(brief, coach, tail, top, sick, ice, camp, glass)])


FAMILIES = (
    Family("bus", ("bus", "school bus", "city bus", "double decker bus", "coach", "tour bus", "autobus", "trolleybus", "passenger bus", "london bus"), bus),
    Family("van", ("delivery van", "van", "ambulance", "ice cream truck", "ice cream van", "camper van", "panel van", "food truck", "campervan", "parcel van", "rescue van"), van),
)  # fmt: skip
