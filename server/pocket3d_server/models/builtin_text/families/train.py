"""On rails: steam locomotive, electric train, and tram."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import beam, black, both, dark_glass, headlamps
from pocket3d_server.models.builtin_text.vehicles.railway import (
    RAIL,
    bogies,
    cow_catcher,
    flanged_wheels,
    funnel,
    pantograph,
    smokebox_door,
    steam_dome,
    track,
    trolley_pole,
    vaulted_roof,
    yoked_bell,
)  # fmt: skip
from pocket3d_server.models.language.brief import RGB, Brief

ENGINES: tuple[RGB, ...] = ((0.10, 0.30, 0.18), (0.55, 0.08, 0.08), (0.08, 0.12, 0.16), (0.10, 0.22, 0.48))
TRAMS: tuple[RGB, ...] = ((0.75, 0.12, 0.10), (0.92, 0.66, 0.10), (0.14, 0.42, 0.30), (0.12, 0.30, 0.56))


def locomotive(brief: Brief) -> Asset:
    """A steam engine: boiler with bands, funnel and domes, cab, driving wheels with rods, lamp and cow catcher."""
    colour = ENGINES[int(brief.rng().integers(4))]
    paint = asked(brief, "paint", "paint", colour, "body", "boiler", main=True, roughness=0.25)
    red = asked(brief, "wheels", "paint", (0.70, 0.08, 0.06), "wheel", "trim", roughness=0.35)
    gold, dark, steel = finish("brass", name="brass"), finish("iron", (0.10, 0.10, 0.11), "iron"), finish("steel")  # fmt: skip
    n, y, front, back = brief.detail(48), 2.05, 3.1, -1.5 * brief.grown("length")
    boiler = shapes.cylinder(0.78, front - back, 0.02, n).rotate(x=90).move(0, y, back)
    smoke = shapes.cylinder(0.83, 1.0, 0.03, n).rotate(x=90).move(0, y, front - 0.85)
    bands = [
        shapes.tube(0.805, 0.76, 0.06, 0, n).rotate(x=90).move(0, y, z)
        for z in np.linspace(back + 0.5, front - 1.2, 4)
    ]
    hatch, hinges = (s.move(0, y, front + 0.14) for s in smokebox_door(n))
    flared = brief.has("western", "old", "vintage", "toy") or brief.rng(3).random() < 0.3
    domes = join(steam_dome(0.28, 0.55, 0.75), steam_dome(0.24, 0.45, -0.45))
    outline = [[back - 1.5, 1.15], [back + 0.1, 1.15], [back + 0.1, 3.15], [back - 1.5, 3.15]]
    cab = Coach(np.array(outline), 2.3, 0.04, 0.03)
    hollow = shapes.difference(cab.solid(), shapes.box(2.0, 1.9, 1.6).move(0, 2.25, back - 0.85))
    side = cab.sides(pane(back - 0.65, back - 0.1, 2.1, 2.8))
    foot = shapes.rounded_box(2.2, 0.12, front - back + 2.2, 0.03, 1).move(0, 1.18, (front + back) / 2 - 0.6)
    frame = shapes.rounded_box(1.2, 0.35, front - back + 1.7, 0.03, 1).move(0, 0.88, (front + back) / 2 - 0.5)
    buffers = shapes.rounded_box(2.2, 0.34, 0.14, 0.03, 1).move(0, 1.0, front + 0.35)
    lamp = shapes.cylinder(0.22, 0.34, 0.04, 28).rotate(x=90).move(0, y + 1.02, front + 0.02)
    lens = shapes.sphere(0.5, 20).scale(0.36, 0.36, 0.1).move(0, y + 1.02, front + 0.36)
    piston = shapes.cylinder(0.27, 0.85, 0.04, 28).rotate(x=90).move(0.98, 0.85, front - 1.0)
    parts: list[Part] = [
        part("boiler", (boiler, paint), (join(*bands), gold)), part("smokebox", (join(smoke, hatch), dark), (hinges, steel)),
        part("funnel", (funnel(flared, n).move(0, y + 0.7, front - 0.4), dark)), part("domes", (domes, gold)), part("bell", (yoked_bell().move(0, y + 0.7, 1.35), gold)),
        part("cab", (hollow, paint)), part("cab_windows", (side, dark_glass(brief))), part("roof", (vaulted_roof(back - 1.75, back + 0.3), dark)), part("running_board", (join(foot, buffers), red)),
        part("frame", (frame, dark)), part("cow_catcher", (cow_catcher(front), red)), part("lamp", (lamp, gold), (lens, glow("lamp", (1.0, 0.92, 0.65), 0.9))), part("cylinders", (both(piston), paint)),
    ]  # fmt: skip
    drivers = np.linspace(back - 0.6, 1.15, brief.count("wheel", 3, 2, 4))
    places = [*((z, 0.66) for z in drivers), (front - 0.55, 0.36), (front + 0.15, 0.36)]
    for i, (z, r) in enumerate(places):
        parts.append(flanged_wheels(f"wheels_{i + 1}", r, float(z), brief.detail(36), red, steel))
    low, crank = 0.66 + RAIL - 0.22, 1.15 if len(drivers) < 3 else drivers[-2]
    rods = join(
        beam([0.90, low, back - 0.6], [0.90, low, 1.15], 0.05, 0.13),
        beam([0.97, low, crank], [0.97, 0.85, front - 0.9], 0.05, 0.10),
    )
    return Asset([*parts, part("rods", (both(rods), steel)), *track(back - 2.2, front + 1.6)])


def tram(brief: Brief) -> Asset:
    """A tram with a lantern roof, a destination sign and a pole to the wire."""
    paint = asked(
        brief, "paint", "paint", TRAMS[int(brief.rng().integers(4))], "body", main=True, roughness=0.25
    )
    pale = asked(brief, "stripe", "paint", (0.95, 0.92, 0.84), "stripe", "roof", roughness=0.3)
    glass, top, base, half = dark_glass(brief), 3.3, 0.75, 4.6 * brief.grown("length")
    ahead = np.array([[half, base], [half + 0.12, 1.9], [half - 0.1, top]])
    coach = Coach(np.concatenate([ahead[:1] * [-1, 1], ahead, ahead[:0:-1] * [-1, 1]]), 2.3, 0.3, 0.10, 0.05)
    rows = panes(-half + 1.2, half - 1.2, 6, 1.95, 2.85, 0.10)
    doors = [pane(x, x + 0.8, base + 0.1, 2.85) for x in (-half + 0.2, half - 1.0)]
    screens = [end(pane(-0.85, 0.85, 1.95, 2.9)) for end in (coach.front, coach.rear)]
    belt = pane(-half + 1.1, half - 1.1, 1.55, 1.78, 0.02)
    lantern = shapes.rounded_box(1.4, 0.32, 2 * half - 1.2, 0.12, 3).move(0, top + 0.12, 0)
    lens = headlamps(0.0, 1.35, half + 0.08, 0.34)[1]
    cup = shapes.cylinder(0.2, 0.14, 0.03, 24).rotate(x=90).move(0, 1.35, half - 0.02)
    sign = shapes.rounded_box(0.9, 0.24, 0.06, 0.02, 1).move(0, 3.06, half - 0.02)
    return Asset(
        [
            part("body", (coach.solid(), paint)), part("windows", (coach.sides(*rows), glass)), part("doors", (coach.sides(*doors), glass)), part("windscreen", *[(s, glass) for s in screens]), part("stripe", (coach.sides(belt), pale)),
            part("lantern_roof", (lantern, pale)), part("pole", (trolley_pole(top), finish("steel"))), part("headlamp", lens, (cup, finish("chrome"))), part("sign", (sign, glow("sign", (0.98, 0.85, 0.5), 0.5))), bogies(half), *track(-half - 0.6, half + 0.8),
        ]
    )  # fmt: skip


def express(brief: Brief) -> Asset:
    """The power car of a fast train, with a long nose and a pantograph."""
    paint = asked(brief, "paint", "paint", (0.93, 0.93, 0.94), "body", main=True, roughness=0.25)
    line = TRAMS[int(brief.rng().integers(4))]
    pale = asked(brief, "stripe", "paint", line, "stripe", "roof", roughness=0.3)
    glass, top, base, half = dark_glass(brief), 3.7, 0.55, 9.0 * brief.grown("length")
    nose = curves.smooth_curve([[half - 3.4, top], [half - 1.8, top - 0.55], [half - 0.4, 1.75], [half, 1.1]], 16)  # fmt: skip
    below = [[-half, base], [half - 0.35, base], [half, 0.9]]
    coach = Coach(np.concatenate([below, nose[::-1], [[-half, top]]]), 2.9, 0.1, 0.35, 0.04)
    rows = panes(-half + 0.5, half - 4.6, 9, 2.0, 2.75, 0.18)
    door, belt = pane(half - 4.4, half - 3.7, 0.85, 2.85), pane(-half + 0.1, half - 1.6, 1.25, 1.6, 0.02)
    screen = coach.front(pane(-0.95, 0.95, 2.1, 3.05, 0.25))
    unit = shapes.rounded_box(1.6, 0.25, 3.0, 0.1, 2).move(0, top + 0.05, -half * 0.4)
    lens = (
        shapes.superellipsoid(0.42, 0.14, 0.5, 2.5, 2.5, 24).rotate(y=18, x=30).move(0.85, 1.45, half - 0.42)
    )
    return Asset(
        [
            part("body", (coach.solid(), paint)), part("windows", (coach.sides(*rows), glass)), part("doors", (coach.sides(door), glass)), part("windscreen", (screen, glass)), part("stripe", (coach.sides(belt), pale)),
            part("roof_unit", (unit, black())), part("pantograph", (pantograph(top, -half * 0.75), finish("steel"))), part("headlamps", (both(lens), glow("headlamp", (1, 0.98, 0.9), 0.9))), bogies(half), *track(-half - 0.6, half + 0.8),
        ]
    )  # fmt: skip


STREET_RAIL = ("tram", "streetcar", "trolley", "tramway")
MODERN = ("electric", "bullet", "fast", "speed", "passenger", "subway", "metro", "monorail", "highspeed")


def train(brief: Brief) -> Asset:
    """A steam engine, unless the words name a tram or a train of our days."""
    if brief.has(*STREET_RAIL):
        return tram(brief)
    modern = brief.has(*MODERN) or brief.style in ("modern", "futuristic")
    if modern and brief.has("cable"):
        return tram(brief)
    return express(brief) if modern else locomotive(brief)


FAMILIES = (
    Family("train", ("train", "steam locomotive", "steam train", "locomotive", "steam engine", "tram", "bullet train", "streetcar", "high speed train", "subway train", "railway engine", "passenger train", "train engine", "metro train", "electric train", "tramway"), grounded(train, centre=True)),
)  # fmt: skip
