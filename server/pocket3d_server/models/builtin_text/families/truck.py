"""Lorries: box, flatbed, tipper, tanker, concrete mixer and fire engine, all on one cab and chassis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.families.bus import van
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.vehicles.cab import cab
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    black,
    both,
    ladder,
    lamps,
    light_bar,
    road_wheels,
)
from pocket3d_server.models.builtin_text.vehicles.loads import PAINTS, box, flatbed, mixer, tanker, tipper
from pocket3d_server.models.language.brief import RGB, Brief

NOSE = 3.7


def truck(brief: Brief) -> Asset:
    """A lorry with the load that its name says: a box unless it says another."""
    if brief.has("cream", "food"):
        return van(brief)
    loads: tuple[tuple[tuple[str, ...], Callable[[Brief, float], list[Part]]], ...] = (
        (("dump", "tipper", "dumper"), tipper),
        (("tanker", "tank", "milk", "fuel", "gas", "oil"), tanker),
        (("cement", "concrete", "mixer"), mixer),
        (("flatbed", "flat", "timber", "logging"), flatbed),
    )
    load = next((build for words, build in loads if brief.has(*words)), box)
    # "A cement mixer" names its load, not what its cab is made of.
    said = replace(brief, materials=()) if load is mixer else brief
    paint = asked(
        said, "paint", "paint", PAINTS[int(brief.rng().integers(4))], "cab", main=True, roughness=0.28
    )
    tail = 1.55 - 5.2 * brief.grown("length")
    axles = [tail + 1.15, tail + 2.25, 2.6] if brief.count("axle", 3, 2, 3) == 3 else [tail + 1.7, 2.6]
    return Asset(
        [
            *cab(brief, paint, NOSE, 1.95, 2.6),
            *chassis(brief, tail, axles, (0.75, 0.76, 0.78)),
            *load(brief, tail),
        ]
    )


def chassis(brief: Brief, tail: float, axles: list[float], rim: RGB) -> list[Part]:
    """Frame, wheels, mudguards, fuel tank and tail lamps from z = ``tail`` to the cab."""
    long = NOSE - 0.3 - tail
    rails = shapes.rounded_box(0.16, 0.26, long, 0.02, 1).move(0.42, 0.72, tail + long / 2)
    cross = [shapes.rounded_box(1.0, 0.18, 0.14, 0.02, 1).move(0, 0.72, z) for z in axles]
    hangers = [shapes.cylinder(0.09, 2.0, segments=14).rotate(z=90).move(1.0, 0.5 + 0.02, z) for z in axles]
    tank = shapes.cylinder(0.28, 1.0, 0.05, 24).rotate(x=90).move(0.92, 0.58, 0.25)
    guard = shapes.rounded_box(2.3, 0.10, 0.12, 0.03, 1).move(0, 0.55, tail + 0.06)
    flap = shapes.rounded_box(0.55, 0.5, 0.03, 0.01, 1).move(0.88, 0.42, tail + 0.25)
    return [
        part("chassis", (join(both(rails), *cross, *hangers, guard, both(flap)), black())),
        part("fuel_tank", (both(tank), finish("aluminium", name="tank"))),
        lamps("tail_lamps", (0.85, 0.05, 0.05), shapes.rounded_box(0.34, 0.12, 0.06, 0.02, 2).move(0.9, 0.62, tail)),
        *road_wheels(brief, 0.5, 0.34, 1.2, axles, rim),
    ]  # fmt: skip


def fire_truck(brief: Brief) -> Asset:
    """A red fire engine: crew cab, lockers with shutters, a ladder on its roof, warning lights and a hose reel."""
    red = asked(
        brief, "paint", "paint", (0.80, 0.06, 0.05), "body", "cab", "paint", main=True, roughness=0.25
    )
    white, steel = finish("paint", (0.94, 0.94, 0.93), "white_paint"), finish("aluminium", name="shutters")
    tail, split = -3.6, 1.05
    coach = Coach(np.array([[tail, 0.60], [split - 0.08, 0.60], [split - 0.08, 2.95], [tail, 2.95]]), 2.42, 0.06, 0.07)  # fmt: skip
    shutters = panes(tail + 0.1, split - 0.15, 4, 1.12, 2.55, 0.14)
    slats = [
        shapes.rounded_box(0.03, 0.02, split - tail - 0.5, 0.006, 1).move(1.21, y, (split + tail) / 2)
        for y in np.linspace(1.2, 2.5, 12)
    ]
    steps = ladder(5.0, 0.62, 0.05).move(0.0, 3.42, -1.0)
    upper = ladder(4.4, 0.48, 0.045).move(0.0, 3.52, -0.6)
    pedestal = shapes.cylinder(0.55, 0.30, 0.03, 28).move(0, 2.95, -2.4)
    rests = [shapes.rounded_box(0.8, 0.4, 0.10, 0.02, 1).move(0, 3.18, z) for z in (0.75, -2.4, -3.2)]
    reel = shapes.cylinder(0.42, 0.5, 0.02, 28).rotate(z=90).move(0.25, 1.9, tail - 0.12)
    hose = [shapes.torus(0.40, 0.09, 28, 8).rotate(z=90).move(x, 1.9, tail - 0.12) for x in np.linspace(-0.2, 0.2, 5)]  # fmt: skip
    stripe = coach.sides(pane(tail + 0.06, split - 0.14, 0.80, 0.98, 0.02))
    return Asset(
        [
            *cab(brief, red, NOSE, NOSE - split, 2.5, doors=2, roof=2.8),
            part("body", (coach.with_arches([-1.75], 0.62, 0.5), red)),
            part("shutters", (coach.sides(*shutters), steel), (both(join(*slats)), steel)),
            part("stripe", (stripe, white)),
            part("ladder", (join(steps, upper), finish("steel")), (join(pedestal, *rests), finish("iron"))),
            part("hose_reel", (reel, red), (join(*hose), finish("canvas", (0.90, 0.86, 0.70), "hose"))),
            light_bar(1.7, 2.78, NOSE - 0.75, (0.05, 0.20, 0.95), (0.05, 0.20, 0.95)),
            *chassis(brief, tail, [-1.75, 2.5], (0.85, 0.86, 0.88)),
        ]
    )


FAMILIES = (
    Family("truck", ("truck", "lorry", "dump truck", "tanker truck", "box truck", "cement mixer truck", "delivery truck", "semi truck", "tipper truck", "concrete mixer", "flatbed truck", "moving truck", "tank truck", "timber truck"), truck),
    Family("fire_truck", ("fire truck", "fire engine", "firetruck", "fire brigade truck", "ladder truck"), fire_truck),
)  # fmt: skip
