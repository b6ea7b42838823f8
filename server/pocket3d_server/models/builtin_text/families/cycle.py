"""Bicycles, motorcycles and motor scooters."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.cycle import fork, mudguard, saddle, wire_wheel
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, black, both, headlamps, tube_along
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.78, 0.10, 0.12), (0.10, 0.32, 0.60), (0.12, 0.44, 0.34), (0.12, 0.12, 0.14))


def _wheels(brief: Brief, places: list[float], radius: float, tyre: float, spokes: int) -> list[Part]:
    rubber = asked(brief, "tyre", "rubber", None, "tyre", "tire")
    rim = asked(brief, "rim", "chrome", None, "rim", "wheel", "spoke")
    found = []
    for name, z in zip(("rear", "front"), places):
        ring, wires = wire_wheel(radius, tyre, brief.count("spoke", spokes, 6, 40), brief.detail(48))
        found.append(
            part(f"wheel_{name}", (ring.move(0, radius, z), rubber), (wires.move(0, radius, z), rim))
        )
    return found


def bicycle(brief: Brief) -> Asset:
    """A bicycle with a diamond frame, or a step-through one with a basket."""
    paint = asked(
        brief, "frame", "paint", PAINTS[int(brief.rng().integers(4))], "frame", main=True, roughness=0.25
    )
    chrome, dark = finish("chrome", name="chrome"), asked(brief, "saddle", "leather", (0.20, 0.12, 0.08), "saddle", "seat", "grip")  # fmt: skip
    city = brief.has("city", "dutch", "vintage", "old", "basket", "lady") or brief.rng(5).random() < 0.35
    mountain = brief.has("mountain", "bmx")
    r, tyre = 0.34, 0.055 if mountain else 0.034
    rear, front = -0.52, 0.54
    axle, crank = np.array([0, r, rear]), np.array([0, 0.28, -0.08])
    seat, head, low = np.array([0, 0.80, -0.24]), np.array([0, 0.86, 0.36]), np.array([0, 0.74, 0.39])
    top = np.array([0, 0.50, -0.15]) if city else seat + [0, -0.05, 0.02]
    w = 0.017
    tubes = [
        bar(crank, seat, w), bar(top, head + [0, -0.03, 0], w), bar(crank, low, w * 1.15), bar(low + [0, -0.03, 0.01], head + [0, 0.03, -0.01], w * 1.2),
        *[bar([s * 0.055, *axle[1:]], [s * 0.02, *(crank[1:])], 0.010) for s in (1, -1)],
        *[bar([s * 0.055, *axle[1:]], [s * 0.02, *(seat - [0, 0.04, -0.01])[1:]], 0.009) for s in (1, -1)],
    ]  # fmt: skip
    legs = fork([r, front], [0.72, 0.40], 0.045, 0.013)
    bars = (
        [[0.30, 1.03, 0.20], [0.26, 1.05, 0.30], [0.10, 1.03, 0.38], [0, 1.00, 0.36]]
        if city
        else [[0.32, 1.00, 0.36], [0.16, 0.99, 0.38], [0, 0.97, 0.38]]
        if mountain
        else [[0.21, 0.86, 0.36], [0.21, 0.82, 0.46], [0.21, 0.93, 0.49], [0.20, 0.97, 0.42], [0, 0.97, 0.38]]
    )
    handle = both(tube_along(bars, 0.012, 20))
    stem = bar(head, [0, bars[-1][1], bars[-1][2]], 0.013)
    grips = both(shapes.sweep(np.array([bars[0], np.array(bars[0]) * 0.6 + np.array(bars[1]) * 0.4]), 0.019, 12, round_ends=True))  # fmt: skip
    post = bar(seat, seat + [0, 0.13, -0.02], 0.012)
    ring = shapes.extrude(curves.gear(28, 0.100, 0.092), 0.006, holes=[curves.circle(0.06, 24)]).rotate(y=90).move(0.05, *crank[1:])  # fmt: skip
    sprocket = shapes.cylinder(0.04, 0.02, 0, 20).rotate(z=90).move(0.06, r, rear)
    chain = [bar([0.05, crank[1] + s * 0.095, crank[2]], [0.05, r + s * 0.038, rear], 0.006, 6) for s in (1, -1)]  # fmt: skip
    arms = [bar([s * 0.07, *crank[1:]], [s * 0.075, crank[1] + s * 0.05, crank[2] + s * 0.16], 0.011) for s in (1, -1)]  # fmt: skip
    pedals = [shapes.rounded_box(0.10, 0.024, 0.07, 0.008, 1).move(s * 0.13, crank[1] + s * 0.05, crank[2] + s * 0.16) for s in (1, -1)]  # fmt: skip
    shell = shapes.cylinder(0.024, 0.15, 0.004, 16).rotate(z=90).move(0.075, *crank[1:])
    parts = [
        part("frame", (join(*tubes, legs), paint)),
        part("handlebar", (join(handle, stem), chrome), (grips, dark)),
        part("saddle", (saddle(0.27, 0.17).move(*(seat + [0, 0.16, -0.02])), dark), (post, chrome)),
        part("drive", (join(ring, sprocket, *chain, *arms, shell), chrome), (join(*pedals), black())),
        *_wheels(brief, [rear, front], r, tyre, 24),
    ]
    if city:
        guards = join(mudguard(r + 0.012, 0.06, 60, 200).move(0, r, rear), mudguard(r + 0.012, 0.06, 20, 150).move(0, r, front))  # fmt: skip
        rack = [bar([s * 0.06, 0.74, rear - 0.18], [s * 0.06, 0.74, -0.3], 0.007) for s in (1, -1)]
        rack += [bar([s * 0.06, 0.74, rear - 0.08], [s * 0.06, r, rear], 0.006) for s in (1, -1)]
        parts += [part("mudguards", (guards, paint)), part("rack", (join(*rack), chrome))]
    if brief.has("basket") or (city and brief.rng(6).random() < 0.6):
        rings = [curves.in_plane(curves.rectangle(a, b, 0.05), y) for a, b, y in ((0.26, 0.18, 0), (0.34, 0.25, 0.22), (0.31, 0.22, 0.22), (0.23, 0.15, 0.02))]  # fmt: skip
        basket = shapes.loft(np.stack(rings), crease=30, mapping="box").move(0, 0.84, 0.58)
        parts.append(part("basket", (basket, asked(brief, "basket", "wicker", None, "basket"))))
    return Asset(parts)


def motorcycle(brief: Brief) -> Asset:
    """A motorcycle: a roadster, a long chopper or a scooter with a leg shield."""
    if brief.has("scooter", "vespa", "moped"):
        return scooter(brief)
    paint = asked(
        brief,
        "paint",
        "paint",
        PAINTS[int(brief.rng().integers(4))],
        "tank",
        "body",
        main=True,
        roughness=0.2,
    )
    chrome, dark, iron = finish("chrome", name="chrome"), black(), finish("aluminium", name="engine_metal")
    leather = asked(brief, "seat", "leather", (0.08, 0.07, 0.07), "seat", "saddle")
    chopper = brief.has("chopper", "harley", "cruiser")
    r, tyre, rear, front = 0.32, 0.13, -0.68, 1.10 if chopper else 0.78
    tank = curves.smooth_curve([[-0.12, 0.74, 0.05, 0.05], [-0.05, 0.77, 0.12, 0.10], [0.15, 0.80, 0.155, 0.125], [0.33, 0.80, 0.13, 0.11], [0.42, 0.78, 0.05, 0.05]], 24)  # fmt: skip
    ring = curves.ellipse(1, 1, 32, 2.5)
    body = shapes.loft(np.stack([np.column_stack([a * ring[:, 0], y + b * ring[:, 1], np.full(32, z)]) for z, y, a, b in tank]), crease=60)  # fmt: skip
    seat = curves.smooth_curve([[-0.72, 0.80, 0.07, 0.04], [-0.6, 0.78, 0.11, 0.05], [-0.35, 0.72, 0.12, 0.05], [-0.10, 0.74, 0.09, 0.05], [-0.04, 0.76, 0.05, 0.03]], 20)  # fmt: skip
    cushion = shapes.loft(np.stack([np.column_stack([a * ring[:, 0], y + b * ring[:, 1], np.full(32, z)]) for z, y, a, b in seat]), crease=60)  # fmt: skip
    head = [0.0, 0.86, 0.50 if not chopper else 0.52]
    frame = [tube_along([[s * 0.05, 0.82, 0.45], [s * 0.14, 0.45, 0.40], [s * 0.14, 0.24, 0.25], [s * 0.14, 0.24, -0.25], [s * 0.13, r, rear]], 0.020) for s in (1, -1)]  # fmt: skip
    frame += [bar([s * 0.11, r, rear], [s * 0.10, 0.72, -0.42], 0.024) for s in (1, -1)]
    frame += [bar([0, 0.82, 0.47], [0, 0.70, -0.5], 0.025)]
    prongs = fork([r, front], [0.84, head[2]], 0.10, 0.024)
    crown = join(prongs, *[bar([s * 0.10, 0.80, head[2] + 0.02], [s * 0.10, 0.93, head[2] - 0.03], 0.022) for s in (1, -1)])  # fmt: skip
    high = 1.18 if chopper else 1.00
    handle = both(tube_along([[0.38, high - 0.05, 0.28], [0.28, high, 0.38], [0.10, 0.98, 0.46], [0, 0.95, 0.47]], 0.013, 20))  # fmt: skip
    grips = both(bar([0.38, high - 0.05, 0.28], [0.31, high - 0.01, 0.35], 0.021))
    crank = shapes.superellipsoid(0.30, 0.30, 0.50, 3, 3, 28).move(0, 0.38, 0.05)
    pots = []
    for lean, z in ((22, 0.16), (-22, -0.06)):
        fins = [shapes.rounded_box(0.20, 0.016, 0.17, 0.006, 1).move(y=0.03 * k) for k in range(7)]
        barrel = join(shapes.cylinder(0.075, 0.22, 0.01, 24), *fins, shapes.rounded_box(0.16, 0.07, 0.15, 0.03, 2).move(y=0.23))  # fmt: skip
        pots.append(barrel.rotate(x=lean).move(0, 0.47, z))
    cover = shapes.cylinder(0.12, 0.05, 0.02, 28).rotate(z=-90).move(0.14, 0.36, 0.05)
    pipes = [
        shapes.sweep(curves.smooth_curve([[0.10, 0.60, z], [0.19, 0.52, z + 0.08], [0.20, 0.28, 0.05], [0.20, 0.27 + d, -0.45], [0.20, 0.29 + d, -0.95]], 30),
                     np.interp(np.linspace(0, 1, 30), [0, 0.5, 0.6, 1], [0.022, 0.022, 0.042, 0.045]), 16, round_ends=True)
        for z, d in ((0.24, 0.0), (-0.08, 0.11))
    ]  # fmt: skip
    guards = join(mudguard(r + 0.02, 0.17, 55, 185).move(0, r, rear), mudguard(r + 0.02, 0.15, 30, 140).move(0, r, front))  # fmt: skip
    tail = shapes.sphere(0.5, 16).scale(0.09, 0.07, 0.05).move(0, 0.60, rear - 0.26)
    clock = shapes.cylinder(0.05, 0.05, 0.01, 20).rotate(x=50).move(0, 1.0, 0.46)
    return Asset(
        [
            part("tank", (body, paint)), part("seat", (cushion, leather)), part("frame", (join(*frame), dark)), part("fork", (crown, chrome)),
            part("handlebar", (join(handle, clock), chrome), (grips, dark)),
            part("engine", (join(crank, *pots), iron), (both(cover), chrome)), part("exhausts", (join(*pipes), chrome)),
            part("mudguards", (guards, paint)), part("headlamp", *headlamps(0.0, 0.90, head[2] + 0.14, 0.19)[1:], (shapes.sphere(0.105, 24).scale(1, 1, 0.9).move(0, 0.90, head[2] + 0.10), chrome)),
            part("tail_lamp", (tail, glow("tail_lamp", (0.85, 0.05, 0.05), 0.6))),
            *_wheels(brief, [rear, front], r, tyre, 20),
        ]
    )  # fmt: skip


def scooter(brief: Brief) -> Asset:
    """A motor scooter with a leg shield, a round tail and small wheels."""
    rgb: RGB = ((0.55, 0.75, 0.70), (0.85, 0.20, 0.16), (0.93, 0.90, 0.80))[int(brief.rng().integers(3))]
    paint = asked(brief, "paint", "paint", rgb, "body", main=True, roughness=0.2)
    dark = asked(brief, "seat", "leather", (0.30, 0.18, 0.10), "seat", "saddle")
    r, rear, front = 0.22, -0.52, 0.62
    shell = shapes.superellipsoid(0.46, 0.44, 0.86, 2.6, 2.6, 40).move(0, 0.45, -0.48)
    floor = shapes.rounded_box(0.40, 0.06, 0.56, 0.025, 2).move(0, 0.24, 0.10)
    shield = curves.smooth_curve([[0.40, 0.24, 0.19], [0.42, 0.45, 0.22], [0.37, 0.72, 0.19], [0.31, 0.93, 0.10]], 20)  # fmt: skip
    arc = np.concatenate([curves.arc(1.0, 0, 180, 15), curves.arc(0.93, 180, 0, 15)])
    apron = shapes.loft(
        np.stack([np.column_stack([w * arc[:, 0], np.full(30, y), z + 0.10 * arc[:, 1]]) for z, y, w in shield]), crease=50
    )  # fmt: skip
    top = shapes.superellipsoid(0.20, 0.15, 0.22, 2.5, 2.5, 28).move(0, 1.0, 0.34)
    handle = both(tube_along([[0.33, 1.00, 0.24], [0.20, 1.02, 0.30], [0, 1.02, 0.33]], 0.015, 12))
    guard = shapes.superellipsoid(0.17, 0.24, 0.44, 2.4, 2.2, 28).move(0, 0.36, front)
    seat = shapes.superellipsoid(0.28, 0.10, 0.66, 3, 2.6, 28).move(0, 0.71, -0.40)
    stem = bar([0, r, front - 0.02], [0, 0.95, 0.36], 0.028)
    mirror = both(join(bar([0.22, 1.02, 0.30], [0.27, 1.20, 0.26], 0.006), shapes.cylinder(0.05, 0.015, 0.004, 20).rotate(x=90).move(0.27, 1.23, 0.26)))  # fmt: skip
    engine = shapes.superellipsoid(0.24, 0.22, 0.40, 3, 3, 24).move(0.0, 0.26, rear + 0.05)
    tail = shapes.sphere(0.5, 16).scale(0.12, 0.08, 0.06).move(0, 0.55, rear - 0.38)
    return Asset(
        [
            part("body", (join(shell, floor, apron, top, guard), paint)), part("seat", (seat, dark)), part("steering", (join(handle, mirror, stem), finish("chrome"))),
            part("engine", (engine, black())), part("headlamp", *_one_lamp()), part("tail_lamp", (tail, glow("tail_lamp", (0.85, 0.05, 0.05), 0.6))),
            *_wheels(brief, [rear, front], r, 0.10, 12),
        ]
    )  # fmt: skip


def _one_lamp() -> list[tuple[Solid, Finish]]:
    lens = shapes.sphere(0.5, 20).scale(0.13, 0.13, 0.06).move(0, 1.0, 0.44)
    return [(lens, glow("headlamp", (1.0, 0.97, 0.86), 0.85))]


FAMILIES = (
    Family("bicycle", ("bicycle", "bike", "mountain bike", "city bike", "road bike", "racing bicycle", "push bike", "cycle", "racing bike"), bicycle),
    Family("motorcycle", ("motorcycle", "motorbike", "chopper motorcycle", "motor scooter", "scooter", "moped", "chopper", "dirt bike", "vespa"), motorcycle),
)  # fmt: skip
