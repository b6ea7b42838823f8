"""On rails: steam locomotive, electric train, and tram."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    bar,
    beam,
    black,
    both,
    dark_glass,
    headlamps,
    spoked_wheel,
)
from pocket3d_server.models.language.brief import RGB, Brief

ENGINES: tuple[RGB, ...] = ((0.10, 0.30, 0.18), (0.55, 0.08, 0.08), (0.08, 0.12, 0.16), (0.10, 0.22, 0.48))
TRAMS: tuple[RGB, ...] = ((0.75, 0.12, 0.10), (0.92, 0.66, 0.10), (0.14, 0.42, 0.30), (0.12, 0.30, 0.56))


def track(start: float, end: float) -> list[Part]:
    """Two rails on sleepers along z."""
    rail = shapes.union(
        shapes.box(0.07, 0.05, end - start).move(y=0.17),
        shapes.box(0.03, 0.1, end - start).move(y=0.10),
        shapes.box(0.14, 0.03, end - start).move(y=0.05),
    )
    ties = [
        shapes.rounded_box(2.5, 0.14, 0.24, 0.02, 1).grained().move(0, -0.03, z)
        for z in np.arange(start + 0.3, end - 0.1, 0.62)
    ]
    return [
        part("rails", (both(rail.move(x=0.75, z=(start + end) / 2)), finish("steel", name="rail"))),
        part("sleepers", (join(*ties), finish("wood", (0.26, 0.18, 0.12), "sleepers"))),
    ]  # fmt: skip


def steam_dome(radius: float, high: float, z: float) -> Solid:
    """A dome on the boiler's back."""
    rows = np.array([[1.25, 0], [1.02, 0.12 / high], [1, 0.6], [0.7, 0.9], [0, 1.0]]) * [radius, high]
    return shapes.revolve(curves.smooth_curve(rows, 16), 28).move(0, 2.77, z)


def locomotive(brief: Brief) -> Asset:
    """A steam engine: boiler with bands, funnel and domes, cab, driving wheels with rods, lamp and cow catcher."""
    paint = asked(
        brief,
        "paint",
        "paint",
        ENGINES[int(brief.rng().integers(4))],
        "body",
        "boiler",
        main=True,
        roughness=0.25,
    )
    red = asked(brief, "wheels", "paint", (0.70, 0.08, 0.06), "wheel", "trim", roughness=0.35)
    gold, dark, steel = (
        finish("brass", name="brass"),
        finish("iron", (0.10, 0.10, 0.11), "iron"),
        finish("steel"),
    )
    k, lift = brief.grown("length"), 0.19
    n = brief.detail(48)
    y, front, back = 2.05, 3.1, -1.5 * k
    boiler = shapes.cylinder(0.78, front - back, 0.02, n).rotate(x=90).move(0, y, back)
    smoke = shapes.cylinder(0.83, 1.0, 0.03, n).rotate(x=90).move(0, y, front - 0.85)
    bands = [
        shapes.tube(0.805, 0.76, 0.06, 0, n).rotate(x=90).move(0, y, z)
        for z in np.linspace(back + 0.5, front - 1.2, 4)
    ]
    door = (
        shapes.revolve(curves.smooth_curve([[0.62, 0], [0.58, 0.08], [0.3, 0.17], [0, 0.2]], 12), n)
        .rotate(x=90)
        .move(0, y, front + 0.14)
    )
    hinge = [bar([-0.55, y + d, front + 0.26], [0.1, y + d, front + 0.32], 0.025) for d in (0.18, -0.18)]
    stack = shapes.revolve(np.array([[0.24, 0], [0.22, 0.15], [0.19, 0.7], [0.24, 0.95], [0.30, 1.05], [0.33, 1.1], [0.33, 1.17], [0.22, 1.17]]), n).move(0, y + 0.7, front - 0.4)  # fmt: skip
    if brief.has("western", "old", "vintage", "toy") or brief.rng(3).random() < 0.3:
        stack = shapes.revolve(
            np.array([[0.2, 0], [0.18, 0.5], [0.5, 1.05], [0.52, 1.15], [0.38, 1.32], [0.2, 1.32]]), n
        ).move(0, y + 0.7, front - 0.4)
    bell = join(shapes.revolve(curves.smooth_curve([[0.16, 0], [0.11, 0.08], [0.10, 0.2], [0, 0.26]], 12), 24).move(0, y + 0.95, 1.35), both(bar([0.19, y + 0.7, 1.35], [0.19, y + 1.2, 1.35], 0.02)), bar([-0.19, y + 1.2, 1.35], [0.19, y + 1.2, 1.35], 0.02))  # fmt: skip
    cab = Coach(
        np.array([[back - 1.5, 1.15], [back + 0.1, 1.15], [back + 0.1, 3.15], [back - 1.5, 3.15]]),
        2.3,
        0.04,
        0.03,
    )
    hollow = shapes.difference(cab.solid(), shapes.box(2.0, 1.9, 1.6).move(0, 2.25, back - 0.85))
    roof = shapes.loft(np.stack([np.column_stack([curves.arc(1.6, 40, 140, 15)[:, 0] * 1.1, curves.arc(1.6, 40, 140, 15)[:, 1] + 2.06, np.full(15, z)]) for z in (back - 1.75, back + 0.3)]), crease=30)  # fmt: skip
    side = cab.sides(pane(back - 0.65, back - 0.1, 2.1, 2.8))
    foot = shapes.rounded_box(2.2, 0.12, front - back + 2.2, 0.03, 1).move(0, 1.18, (front + back) / 2 - 0.6)
    frame = shapes.rounded_box(1.2, 0.35, front - back + 1.7, 0.03, 1).move(0, 0.88, (front + back) / 2 - 0.5)
    buffer_ = shapes.rounded_box(2.2, 0.34, 0.14, 0.03, 1).move(0, 1.0, front + 0.35)
    slats = [
        beam([x, 0.98, front + 0.38], [x * 0.45, lift + 0.1, front + 1.15], 0.06, 0.05)
        for x in np.linspace(-0.95, 0.95, 11)
    ]
    slats += [beam([-0.50, lift + 0.1, front + 1.13], [0.50, lift + 0.1, front + 1.13], 0.07, 0.07)]
    lamp = shapes.cylinder(0.22, 0.34, 0.04, 28).rotate(x=90).move(0, y + 1.02, front + 0.02)
    lens = shapes.sphere(0.5, 20).scale(0.36, 0.36, 0.1).move(0, y + 1.02, front + 0.36)
    parts: list[Part] = [
        part("boiler", (boiler, paint), (join(*bands), gold)), part("smokebox", (join(smoke, door), dark), (join(*hinge), steel)),
        part("funnel", (stack, dark)), part("domes", (join(steam_dome(0.28, 0.55, 0.75), steam_dome(0.24, 0.45, -0.45)), gold)), part("bell", (bell, gold)),
        part("cab", (hollow, paint)), part("cab_windows", (side, dark_glass(brief))), part("roof", (roof, dark)), part("running_board", (join(foot, buffer_), red)), part("frame", (frame, dark)),
        part("cow_catcher", (join(*slats), red)), part("lamp", (lamp, gold), (lens, glow("lamp", (1.0, 0.92, 0.65), 0.9))),
        part("cylinders", (both(shapes.cylinder(0.27, 0.85, 0.04, 28).rotate(x=90).move(0.98, 0.85, front - 1.0)), paint)),
    ]  # fmt: skip
    drivers = brief.count("wheel", 3, 2, 4)
    places = [(z, 0.66) for z in np.linspace(back - 0.6, 1.15, drivers)] + [
        (front - 0.55, 0.36),
        (front + 0.15, 0.36),
    ]
    for i, (z, r) in enumerate(places):
        wood, tyre, _ = spoked_wheel(r, 0.12, 12, 0.13, brief.detail(36))
        flange = shapes.tube(r * 1.06, r * 0.9, 0.03, 0, brief.detail(36)).move(y=-0.09).rotate(z=-90)
        at = lambda s, h=r, f=z: both(s.move(0.76, h + lift, f))  # noqa: E731
        parts.append(part(f"wheels_{i + 1}", (at(wood), red), (at(join(tyre, flange)), steel)))
    low = 0.66 + lift - 0.22
    rod = both(
        join(
            beam([0.90, low, back - 0.6], [0.90, low, 1.15], 0.05, 0.13),
            beam(
                [0.97, low, 1.15 if drivers < 3 else places[drivers - 2][0]],
                [0.97, 0.85, front - 0.9],
                0.05,
                0.10,
            ),
        )
    )
    parts.append(part("rods", (rod, steel)))
    return Asset([*parts, *track(back - 2.2, front + 1.6)])


def electric(brief: Brief) -> Asset:
    """A fast train's power car, or a tram with a pole to the wire."""
    tram = brief.has("tram", "streetcar", "trolley", "cable", "tramway")
    rgb = TRAMS[int(brief.rng().integers(4))]
    usual: RGB = rgb if tram else (0.93, 0.93, 0.94)
    paint = asked(brief, "paint", "paint", usual, "body", main=True, roughness=0.25)
    pale = asked(
        brief, "stripe", "paint", (0.95, 0.92, 0.84) if tram else rgb, "stripe", "roof", roughness=0.3
    )
    glass, dark, steel = dark_glass(brief), black(), finish("steel")
    half, top, base = (4.6, 3.3, 0.75) if tram else (9.0, 3.7, 0.55)
    half *= brief.grown("length")
    parts: list[Part] = []
    if tram:
        coach = Coach(
            np.array(
                [
                    [-half, base],
                    [half, base],
                    [half + 0.12, 1.9],
                    [half - 0.1, top],
                    [-half + 0.1, top],
                    [-half - 0.12, 1.9],
                ]
            ),
            2.3,
            0.3,
            0.10,
            0.05,
        )
        rows = panes(-half + 1.2, half - 1.2, 6, 1.95, 2.85, 0.10)
        doors = [
            pane(-half + 0.2, -half + 1.0, base + 0.1, 2.85),
            pane(half - 1.0, half - 0.2, base + 0.1, 2.85),
        ]
        screen = [coach.front(pane(-0.85, 0.85, 1.95, 2.9)), coach.rear(pane(-0.85, 0.85, 1.95, 2.9))]
        lantern = shapes.rounded_box(1.4, 0.32, 2 * half - 1.2, 0.12, 3).move(0, top + 0.12, 0)
        pole = [
            bar([0, top + 0.3, -0.6], [0, top + 1.5, -2.9], 0.035),
            shapes.cylinder(0.25, 0.2, 0.04, 20).move(0, top + 0.22, -0.6),
            shapes.torus(0.1, 0.05, 20, 8).rotate(z=90).move(0, top + 1.52, -2.95),
        ]
        lamp = headlamps(0.0, 1.35, half + 0.08, 0.34)[1:]
        cup = shapes.cylinder(0.2, 0.14, 0.03, 24).rotate(x=90).move(0, 1.35, half - 0.02)
        sign = shapes.rounded_box(0.9, 0.24, 0.06, 0.02, 1).move(0, 3.06, half - 0.02)
        parts += [
            part("lantern_roof", (lantern, pale)),
            part("pole", (join(*pole), steel)),
            part("headlamp", lamp[0], (cup, finish("chrome"))),
            part("sign", (sign, glow("sign", (0.98, 0.85, 0.5), 0.5))),
        ]
        belt = pane(-half + 1.1, half - 1.1, 1.55, 1.78, 0.02)
    else:
        nose = curves.smooth_curve(
            [[half - 3.4, top], [half - 1.8, top - 0.55], [half - 0.4, 1.75], [half, 1.1]], 16
        )
        coach = Coach(
            np.concatenate([[[-half, base], [half - 0.35, base], [half, 0.9]], nose[::-1], [[-half, top]]]),
            2.9,
            0.1,
            0.35,
            0.04,
        )
        rows = panes(-half + 0.5, half - 4.6, 9, 2.0, 2.75, 0.18)
        doors = [pane(half - 4.4, half - 3.7, 0.85, 2.85)]
        screen = [coach.front(pane(-0.95, 0.95, 2.1, 3.05, 0.25))]
        unit = shapes.rounded_box(1.6, 0.25, 3.0, 0.1, 2).move(0, top + 0.05, -half * 0.4)
        arm = (
            [
                bar([0.5 * s, top + 0.15, -half * 0.75], [0.5 * s, top + 0.75, -half * 0.75 + 0.9], 0.03)
                for s in (1, -1)
            ]
            + [
                bar(
                    [0.5 * s, top + 0.75, -half * 0.75 + 0.9], [0.6 * s, top + 1.25, -half * 0.75 + 0.1], 0.03
                )
                for s in (1, -1)
            ]
            + [bar([-0.8, top + 1.27, -half * 0.75 + 0.1], [0.8, top + 1.27, -half * 0.75 + 0.1], 0.04)]
        )
        lamps_ = both(
            shapes.superellipsoid(0.42, 0.14, 0.5, 2.5, 2.5, 24)
            .rotate(y=18, x=30)
            .move(0.85, 1.45, half - 0.42)
        )
        parts += [
            part("roof_unit", (unit, dark)),
            part("pantograph", (join(*arm), steel)),
            part("headlamps", (lamps_, glow("headlamp", (1, 0.98, 0.9), 0.9))),
        ]
        belt = pane(-half + 0.1, half - 1.6, 1.25, 1.6, 0.02)
    boxes = [shapes.rounded_box(1.9, 0.5, 2.2, 0.06, 2).move(0, 0.62, s * half * 0.6) for s in (1, -1)]
    wheels = [
        shapes.cylinder(0.38, 0.12, 0.03, 28).rotate(z=-90).move(0.70, 0.57, s * half * 0.6 + d)
        for s in (1, -1)
        for d in (-0.65, 0.65)
    ]
    return Asset(
        [
            part("body", (coach.solid(), paint)), part("windows", (coach.sides(*rows), glass)), part("doors", (coach.sides(*doors), glass)), part("windscreen", *[(s, glass) for s in screen]),
            part("stripe", (coach.sides(belt), pale)), *parts, part("bogies", (join(*boxes), dark), (both(join(*wheels)), steel)), *track(-half - 0.6, half + 0.8),
        ]
    )  # fmt: skip


def train(brief: Brief) -> Asset:
    """A steam engine, unless the words name a train of our days."""
    modern = brief.has(
        "electric",
        "bullet",
        "fast",
        "speed",
        "passenger",
        "tram",
        "streetcar",
        "trolley",
        "tramway",
        "subway",
        "metro",
        "monorail",
        "highspeed",
    )
    return electric(brief) if modern or brief.style in ("modern", "futuristic") else locomotive(brief)


FAMILIES = (
    Family("train", ("train", "steam locomotive", "steam train", "locomotive", "steam engine", "tram", "bullet train", "streetcar", "high speed train", "subway train", "railway engine", "passenger train", "train engine", "metro train", "electric train", "tramway"), grounded(train, centre=True)),
)  # fmt: skip
