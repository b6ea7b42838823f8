"""Machines of the farm and the building site: tractor, excavator, bulldozer and forklift."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow, unless_said
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.coach import Coach
from pocket3d_server.models.builtin_text.vehicles.cycle import mudguard
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    bar,
    beam,
    black,
    both,
    crawler,
    grille,
    headlamps,
    road_wheels,
)
from pocket3d_server.models.language.brief import RGB, Brief

FARM: tuple[RGB, ...] = ((0.14, 0.42, 0.16), (0.75, 0.10, 0.08), (0.12, 0.32, 0.60))
YELLOW: RGB = (0.95, 0.68, 0.08)


def glass_cab(
    brief: Brief, paint: Finish, low: float, high: float, half: float, z0: float, z1: float
) -> list[Part]:
    """A cab of posts and panes under a roof, from height ``low`` to ``high``."""
    posts = [
        bar([half, low, z], [half * 0.94, high, z + lean], 0.045, 8) for z, lean in ((z0, 0.05), (z1, -0.12))
    ]
    roof = shapes.rounded_box(2 * half + 0.16, 0.14, z1 - z0 + 0.18, 0.05, 3).move(
        0, high + 0.03, (z0 + z1) / 2
    )
    rim = shapes.rounded_box(2 * half + 0.05, 0.10, z1 - z0 + 0.08, 0.03, 2).move(0, low, (z0 + z1) / 2)
    room = Coach(np.array([[z0, low], [z1, low], [z1 - 0.12, high], [z0 + 0.05, high]]), 2 * half - 0.02, 0.02, 0.02, 0.06)  # fmt: skip
    seat = join(shapes.rounded_box(0.45, 0.12, 0.45, 0.05, 2), shapes.rounded_box(0.45, 0.55, 0.12, 0.05, 2).move(0, 0.3, -0.2))  # fmt: skip
    wheel = join(shapes.torus(0.18, 0.03, 28, 8), shapes.cylinder(0.02, 0.4, segments=8).move(y=-0.4)).rotate(
        x=-25
    )
    glass = asked(brief, "window_glass", "glass", (0.55, 0.66, 0.72), "window", "glass", alpha=0.35)
    return [
        part("cab_frame", (both(join(*posts)), black()), (rim, paint)),
        part("roof", (roof, unless_said(brief, paint, "roof"))),
        part("cab_glass", (room.solid(), glass)),
        part("seat", (seat.move(0, low + 0.15, z0 + 0.45), black())),
        part("steering_wheel", (wheel.move(0, low + 0.5, z1 - 0.45), black())),
    ]  # fmt: skip


def tractor(brief: Brief) -> Asset:
    """A farm tractor: big lugged wheels behind, small ones in front, bonnet, exhaust and cab."""
    paint = asked(brief, "paint", "paint", FARM[int(brief.rng().integers(3))], "body", "bonnet", main=True, roughness=0.28)  # fmt: skip
    rim: RGB = ((0.95, 0.75, 0.10), (0.90, 0.88, 0.82), (0.90, 0.30, 0.10))[int(brief.rng(1).integers(3))]
    big, small = 0.82 * brief.grown("wheel"), 0.46 * brief.grown("wheel")
    bonnet = Coach(
        np.array([[0.15, 0.72], [1.75, 0.72], [1.82, 0.95], [1.72, 1.36], [0.15, 1.50]]), 0.72, 0.12, 0.10
    )
    belly = shapes.rounded_box(0.50, 0.42, 2.4, 0.08, 2).move(0, 0.66, 0.35)
    axle = join(shapes.cylinder(0.12, 1.6, segments=16).rotate(z=90).move(0.8, big, -0.6), shapes.rounded_box(1.3, 0.14, 0.16, 0.04, 2).move(0, small, 1.35))  # fmt: skip
    guard = both(mudguard(big + 0.07, 0.52, 10, 165).move(0.76, big, -0.6))
    pipe = join(shapes.cylinder(0.035, 0.8, 0, 14).move(0.22, 1.4, 0.95), shapes.cylinder(0.065, 0.35, 0.02, 16).move(0.22, 1.55, 0.95))  # fmt: skip
    hitch = join(beam([0.3, 0.6, -1.0], [0.3, 0.5, -1.55], 0.06, 0.06), beam([-0.3, 0.6, -1.0], [-0.3, 0.5, -1.55], 0.06, 0.06), bar([-0.36, 0.5, -1.52], [0.36, 0.5, -1.52], 0.03))  # fmt: skip
    vents = [
        shapes.rounded_box(0.02, 0.03, 0.5, 0.008, 1).move(0.365, y, 1.2) for y in np.linspace(0.9, 1.2, 5)
    ]
    step = [shapes.rounded_box(0.24, 0.04, 0.24, 0.01, 1).move(0.45, y, 0.2) for y in (0.45, 0.7)]
    wheels = [
        *road_wheels(brief, big, 0.46, 1.0, [-0.6], rim, tread="blocks"),
        *[_renamed(p, "front") for p in road_wheels(brief, small, 0.28, 0.90, [1.35], rim, tread="blocks")],
    ]
    return Asset(
        [
            part("bonnet", (bonnet.solid(), paint), (both(join(*vents)), black())),
            part("chassis", (join(belly, axle, hitch, both(join(*step))), black())),
            part("mudguards", (guard, paint)),
            part("grille", (grille(0.56, 0.46, 6, 1.80, 1.0), black())),
            part("headlamps", *headlamps(0.24, 1.26, 1.76, 0.14)),
            part("exhaust", (pipe, finish("iron", name="exhaust"))),
            *glass_cab(brief, paint, 1.30, 2.38, 0.56, -1.1, 0.25),
            *wheels,
        ]
    )


def _renamed(made: Part, end: str) -> Part:
    made.name = made.name.replace("wheel_1", f"wheel_{end}")
    return made


def excavator(brief: Brief) -> Asset:
    """A digger on caterpillar tracks with a boom, a dipper and a toothed bucket; a blade makes it a bulldozer."""
    if brief.has("bulldozer", "dozer"):
        return bulldozer(brief)
    paint, dark, steel = asked(brief, "paint", "paint", YELLOW, "body", main=True, roughness=0.35), black(), finish("steel")  # fmt: skip
    belt, wheels = crawler(3.4, 0.85, 0.55)
    house = Coach(np.array([[-1.75, 1.08], [1.0, 1.08], [1.0, 1.5], [0.1, 1.95], [-1.6, 1.95], [-1.8, 1.6]]), 2.4, 0.15, 0.08)  # fmt: skip
    base = join(shapes.cylinder(0.75, 0.28, 0.03, 36).move(y=0.82), shapes.rounded_box(1.7, 0.4, 2.0, 0.08, 2).move(0, 0.6, 0))  # fmt: skip
    p = [np.array(v) for v in ([0.35, 1.5, 0.7], [0.35, 3.3, 2.0], [0.35, 3.0, 3.6], [0.35, 1.1, 4.15])]
    boom = _arm(
        np.array([[0.7, 1.35], [1.9, 3.45], [3.7, 3.15], [3.6, 2.85], [2.1, 3.0], [1.15, 1.35]]), 0.34
    )
    dipper = _arm(np.array([[3.2, 3.45], [3.6, 3.4], [4.3, 1.15], [4.05, 1.05], [3.45, 2.6]]), 0.26)
    rams = [bar([0.35, 1.45, 1.5], [0.35, 2.9, 2.25], 0.07), bar([0.35, 3.55, 2.2], [0.35, 3.42, 3.25], 0.06), bar([0.35, 2.6, 3.75], [0.35, 1.45, 4.45], 0.05)]  # fmt: skip
    pins = [shapes.cylinder(0.09, 0.46, 0.01, 16).rotate(z=90).move(0.58, *v[1:]) for v in p]
    scoop = _bucket(1.0).move(0.35, 1.05, 4.1)
    lamp = shapes.cylinder(0.08, 0.12, 0.02, 16).move(-0.75, 2.95, 0.2)
    cab = [_shifted(c, -0.72) for c in glass_cab(brief, paint, 1.55, 2.8, 0.42, -0.3, 0.95)]
    vents = [
        shapes.rounded_box(0.02, 0.03, 0.8, 0.008, 1).move(1.205, y, -1.1) for y in np.linspace(1.3, 1.7, 7)
    ]
    return Asset(
        [
            part("tracks", (both(belt.move(x=0.95)), finish("iron", (0.13, 0.13, 0.14), "track")), (both(wheels.move(x=0.95)), dark)),
            part("undercarriage", (base, dark)), part("body", (house.solid(), paint), (both(join(*vents)), dark)),
            *cab, part("beacon", (lamp, glow("beacon", (1.0, 0.55, 0.05), 0.7))),
            part("boom", (boom.move(x=0.35), paint)), part("dipper", (dipper.move(x=0.35), paint)), part("rams", (join(*rams, *pins), steel)),
            part("bucket", (scoop, asked(brief, "bucket", "iron", None, "bucket", "shovel"))),
        ]
    )  # fmt: skip


def bulldozer(brief: Brief) -> Asset:
    """A crawler with a curved blade in front."""
    paint, dark = asked(brief, "paint", "paint", YELLOW, "body", main=True, roughness=0.35), black()
    belt, wheels = crawler(3.2, 1.0, 0.55)
    hood = Coach(np.array([[-0.1, 0.7], [1.6, 0.7], [1.6, 1.55], [-0.1, 1.7]]), 1.1, 0.10, 0.08)
    back = Coach(np.array([[-1.5, 0.7], [0.0, 0.7], [0.0, 1.4], [-1.4, 1.4]]), 1.3, 0.10, 0.08)
    arc = np.concatenate(
        [curves.arc(0.9, 140, 220, 14) * [1, 0.72], (curves.arc(0.83, 220, 140, 14)) * [1, 0.74]]
    )
    blade = shapes.extrude(arc * [-1, 1], 3.2, 0.01).rotate(y=90).move(0, 0.68, 3.2)
    ends = both(shapes.rounded_box(0.06, 1.25, 0.34, 0.02, 1).move(1.6, 0.68, 2.35))
    push = both(
        join(beam([1.4, 0.45, -0.4], [1.4, 0.4, 2.3], 0.14, 0.2), bar([0.4, 1.3, 1.2], [0.5, 0.9, 2.3], 0.06))
    )
    pipe = shapes.cylinder(0.06, 0.7, 0.01, 16).move(0.25, 1.5, 0.9)
    return Asset(
        [
            part("tracks", (both(belt.move(x=1.0)), finish("iron", (0.13, 0.13, 0.14), "track")), (both(wheels.move(x=1.0)), dark)),
            part("body", (join(hood.solid(), back.solid()), paint)), part("grille", (grille(0.9, 0.7, 7, 1.61, 1.12), dark)),
            part("blade", (join(blade, ends), asked(brief, "blade", "paint", YELLOW, "blade"))), part("push_arms", (push, finish("steel"))),
            part("exhaust", (pipe, finish("iron"))), *glass_cab(brief, paint, 1.4, 2.6, 0.6, -1.3, 0.0),
        ]
    )  # fmt: skip


def forklift(brief: Brief) -> Asset:
    """A fork lift: counterweight, guard over the seat, mast and two prongs, sometimes with a pallet."""
    paint, dark, steel = asked(brief, "paint", "paint", (0.95, 0.62, 0.06), "body", main=True, roughness=0.3), black(), finish("iron")  # fmt: skip
    body = Coach(np.array([[-1.2, 0.30], [0.75, 0.30], [0.75, 0.55], [0.25, 0.60], [0.1, 1.0], [-1.1, 1.05], [-1.3, 0.75]]), 1.1, 0.12, 0.08)  # fmt: skip
    posts = [
        bar([0.48, 0.6, 0.6], [0.46, 2.1, 0.25], 0.035),
        bar([0.48, 1.0, -1.0], [0.46, 2.1, -0.75], 0.035),
    ]
    top = [bar([-0.48, 2.1, z], [0.48, 2.1, z], 0.03) for z in np.linspace(-0.75, 0.25, 6)] + [both(bar([0.47, 2.1, -0.75], [0.47, 2.1, 0.25], 0.035))]  # fmt: skip
    mast = [both(beam([0.32, 0.1, 0.98], [0.32, 2.5, 0.98], 0.12, 0.14))] + [beam([-0.32, y, 0.98], [0.32, y, 0.98], 0.08, 0.10) for y in (0.3, 1.5, 2.45)]  # fmt: skip
    prongs = [shapes.sweep([[0.22, 0.75, 1.10], [0.22, 0.14, 1.10], [0.22, 0.12, 2.2]], 1.0, curves.rectangle(0.12, 0.045)), bar([-0.4, 0.65, 1.08], [0.4, 0.65, 1.08], 0.05), bar([-0.4, 0.30, 1.08], [0.4, 0.30, 1.08], 0.05)]  # fmt: skip
    seat = join(shapes.rounded_box(0.46, 0.14, 0.46, 0.05, 2).move(0, 1.12, -0.45), shapes.rounded_box(0.46, 0.55, 0.12, 0.05, 2).rotate(x=-8).move(0, 1.42, -0.72))  # fmt: skip
    wheel = join(shapes.torus(0.16, 0.03, 24, 8).rotate(x=25), bar([0, 0, 0], [0, -0.5, 0.2], 0.025)).move(
        0, 1.25, 0.05
    )
    slats = [
        shapes.rounded_box(0.14, 0.025, 1.0, 0.006, 1).move(x, 0.30, 1.7) for x in np.linspace(-0.5, 0.5, 6)
    ]
    slats += [shapes.rounded_box(1.14, 0.08, 0.1, 0.01, 1).move(0, 0.23, z) for z in (1.25, 1.7, 2.15)]
    box = shapes.rounded_box(0.9, 0.7, 0.85, 0.02, 1).move(0, 0.67, 1.7)
    return Asset(
        [
            part("body", (body.solid(), paint)), part("guard", (join(both(join(*posts)), *top), dark)), part("mast", (join(*mast), steel)), part("fork", (join(both(prongs[0]), *prongs[1:]), finish("steel"))),
            part("seat", (seat, dark)), part("steering_wheel", (wheel, dark)), part("pallet", (join(*slats), finish("wood", (0.72, 0.55, 0.34), "pallet"))), part("box", (box, finish("paper", (0.72, 0.54, 0.34), "cardboard"))),
            *road_wheels(brief, 0.33, 0.24, 0.60, [0.7], (0.9, 0.9, 0.88)), *[_renamed(p, "rear") for p in road_wheels(brief, 0.27, 0.20, 0.55, [-0.9], (0.9, 0.9, 0.88))],
        ]
    )  # fmt: skip


def _arm(outline: Points, wide: float) -> Solid:
    """A steel arm from its side view of (z, y)."""
    line = curves.counter_clockwise(curves.rounded(outline, 0.12, 4) * [-1, 1])
    return shapes.extrude(line, wide, 0.03).rotate(y=90)


def _bucket(wide: float) -> Solid:
    """A digger's bucket that opens backwards, hanging from its hinge at the origin."""
    outer = curves.smooth_curve([[-0.1, 0.15], [0.35, 0.05], [0.5, -0.35], [0.2, -0.72], [-0.35, -0.75]], 16)
    inner = (outer * 0.86 + [-0.03, -0.02])[::-1]
    shell = shapes.extrude(curves.counter_clockwise(np.concatenate([outer, inner]) * [-1, 1]), wide, 0.01).rotate(y=90)  # fmt: skip
    cheek = shapes.extrude(curves.counter_clockwise(outer * [-1, 1]), 0.05, 0.01).rotate(y=90)
    teeth = [shapes.cone(0.06, 0.22, segments=8).rotate(x=-100).move(x, -0.72, -0.33) for x in np.linspace(-0.42, 0.42, 5) * wide]  # fmt: skip
    return join(shell, cheek.move(x=wide / 2), cheek.move(x=-wide / 2), *teeth)


def _shifted(made: Part, x: float) -> Part:
    for primitive in made.primitives:
        primitive.vertices = np.asarray(primitive.vertices) + [x, 0, 0]
    return made


FAMILIES = (
    Family("tractor", ("tractor", "farm tractor", "old tractor"), tractor),
    Family("excavator", ("excavator", "digger", "bulldozer", "backhoe", "dozer", "power shovel"), grounded(excavator, centre=True)),
    Family("forklift", ("forklift", "fork lift", "forklift truck", "lift truck", "pallet truck"), forklift),
)  # fmt: skip
