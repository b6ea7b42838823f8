"""Engines of old wars and the sea: cannon, catapult, anchor, ship's wheel."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.cart import cart_wheels
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both
from pocket3d_server.models.language.brief import Brief


def cannon(brief: Brief) -> Asset:
    """A muzzle loader on a carriage with two wheels and a pile of balls; a ship's gun on four small ones."""
    metal = asked(
        brief, "barrel", "bronze" if brief.rng().random() < 0.4 else "iron", None, "barrel", main=True
    )
    wood, iron = (
        asked(brief, "carriage", "wood", (0.42, 0.26, 0.15), "carriage", "wheel"),
        finish("iron", name="fittings"),
    )
    ship = brief.has("ship", "pirate", "naval") or brief.rng(1).random() < 0.25
    k, n = brief.grown("barrel", "length"), brief.detail(40)
    rows = np.array([[0.0, -0.66], [0.05, -0.66], [0.08, -0.61], [0.05, -0.57], [0.12, -0.54], [0.20, -0.49], [0.22, -0.46], [0.22, -0.40], [0.195, -0.39], [0.185, 0.0], [0.205, 0.01], [0.205, 0.05], [0.175, 0.06], [0.155, 0.55], [0.175, 0.56], [0.175, 0.60], [0.145, 0.61], [0.13, 1.15], [0.15, 1.17], [0.15, 1.21], [0.135, 1.22], [0.175, 1.34], [0.18, 1.40], [0.15, 1.42], [0.085, 1.42], [0.085, 1.0], [0, 1.0]])  # fmt: skip
    barrel = shapes.revolve(rows * [1, k], n, crease=35)
    pins = shapes.cylinder(0.06, 0.62, 0.01, 20).rotate(z=90).move(0.31, 0.02, 0)
    handles = [shapes.torus(0.07, 0.03, 16, 8).rotate(z=90).move(s * 0.07, 0.05, 0.22) for s in (1, -1)]
    lift = 0.62 if ship else 0.85
    place = lambda s: s.move(0, lift + 0.02, 0.05)  # noqa: E731
    gun = barrel.rotate(x=82)
    balls = [
        shapes.sphere(0.085, 18).move(0.72 + 0.172 * x, 0.08 + 0.135 * y, 0.55 - 0.172 * z)
        for x, y, z in ((0, 0, 0), (1, 0, 0), (0, 0, 1), (1, 0, 1), (0.5, 1, 0.5))
    ]
    parts = [
        part("barrel", (place(gun), metal), (place(join(pins, *handles)), metal)),
        part("balls", (join(*balls), iron)),
    ]
    if ship:
        cheek = curves.rounded(
            metres(
                "-0.95 0.16, 0.75 0.16, 0.75 0.62, 0.10 0.66, 0.02 0.52, -0.35 0.50, -0.38 0.36, -0.68 0.34, -0.70 0.24, -0.95 0.22"
            ),
            0.03,
            2,
        )
        sides = [
            shapes.extrude(curves.counter_clockwise(cheek * [-1, 1]), 0.10, 0.01)
            .rotate(y=90)
            .move(x=s * 0.24)
            for s in (1, -1)
        ]
        cross = [shapes.rounded_box(0.5, 0.12, 0.14, 0.01, 1).move(0, 0.22, z) for z in (-0.7, 0.0, 0.6)]
        wheels = [
            shapes.cylinder(0.16, 0.10, 0.015, 28).rotate(z=-90).move(0.30, 0.16, z) for z in (-0.65, 0.52)
        ]
        caps = [
            shapes.cylinder(0.05, 0.05, 0.01, 14).rotate(z=-90).move(0.40, 0.16, z) for z in (-0.65, 0.52)
        ]
        rings = [shapes.torus(0.07, 0.025, 18, 8).rotate(z=90).move(s * 0.30, 0.42, 0.45) for s in (1, -1)]
        parts.append(
            part(
                "carriage",
                (join(*sides, *cross, both(join(*wheels))), wood),
                (both(join(*caps)), iron),
                (join(*rings), iron),
            )
        )
        return Asset(parts)
    trail = curves.rounded(
        metres("-2.0 0.05, -1.7 0.02, 0.40 0.66, 0.45 0.86, 0.05 0.95, -0.15 0.86, -1.0 0.52, -2.0 0.20"),
        0.04,
        2,
    )
    sides = [
        shapes.extrude(curves.counter_clockwise(trail * [-1, 1]), 0.09, 0.01).rotate(y=90).move(x=s * 0.22)
        for s in (1, -1)
    ]
    cross = [
        shapes.rounded_box(0.4, 0.12, 0.12, 0.01, 1).move(0, y, z)
        for y, z in ((0.15, -1.75), (0.45, -0.9), (0.78, 0.3))
    ]
    bands = [
        shapes.rounded_box(0.11, 0.03, 0.10, 0.006, 1).rotate(x=-20).move(s * 0.22, y, z)
        for s in (1, -1)
        for y, z in ((0.42, -1.3), (0.70, -0.58))
    ]
    axle = shapes.rounded_box(1.3, 0.14, 0.16, 0.02, 1).move(0, 0.62, 0.06)
    hook = shapes.torus(0.09, 0.035, 20, 8).rotate(z=90).move(0, 0.12, -2.06)
    parts.append(part("carriage", (join(*sides, *cross, axle), wood), (join(*bands, hook), iron)))
    return Asset([*parts, *cart_wheels(brief, wood, iron, [(0.06, 0.62)], 0.60, 0.10)])


def catapult(brief: Brief) -> Asset:
    """A siege engine: frame on four wheels, a throwing arm with a spoon and a stone, ropes and a winch."""
    wood, iron = (
        asked(brief, "frame", "wood", (0.45, 0.29, 0.17), "frame", "wood", main=True),
        finish("iron", name="fittings"),
    )
    rope, stone = finish("straw", (0.68, 0.55, 0.35), "rope"), finish("concrete", (0.52, 0.51, 0.49), "ball")
    long, half = 3.6 * brief.grown("length"), 0.85 * brief.grown("width")
    high = 2.0 * brief.grown("height")
    t = 0.17
    frame = [both(beam([half, 0.62, -long / 2], [half, 0.62, long / 2], t, t * 1.2))]
    frame += [
        beam([-half, 0.62, z], [half, 0.62, z], t, t) for z in (-long / 2 + 0.1, -0.25, 0.25, long / 2 - 0.1)
    ]
    frame += [
        both(beam([half, 0.62, 0.55], [half, high + 0.6, 0.62], t, t)),
        both(beam([half, 0.65, long / 2 - 0.15], [half, high + 0.25, 0.68], t * 0.8, t * 0.8)),
        both(beam([half, 0.65, -0.85], [half, high * 0.85, 0.52], t * 0.8, t * 0.8)),
    ]
    frame += [beam([-half - 0.12, high + 0.55, 0.60], [half + 0.12, high + 0.55, 0.60], t * 1.15, t * 1.15)]
    pad = shapes.superellipsoid(1.0, 0.34, 0.30, 4, 2.4, 24).move(0, high + 0.5, 0.42)
    bundle = [
        shapes.torus(0.15, 0.07, 20, 8).rotate(z=90).move(x, 0.70, 0.0)
        for x in np.linspace(-half + 0.22, half - 0.22, 11)
    ]
    lean = -38.0
    arm = shapes.sweep(
        [[0, 0, 0], [0, 1.3, 0], [0, 2.55, 0]], [0.12, 0.10, 0.075], curves.rectangle(2, 2, 0.35, 3)
    )
    spoon = (
        shapes.revolve(
            np.array([[0.10, 0.0], [0.30, 0.10], [0.36, 0.24], [0.32, 0.24], [0.24, 0.13], [0, 0.08]]),
            28,
            crease=40,
        )
        .rotate(x=90)
        .move(0, 2.75, 0.0)
    )
    ball = shapes.sphere(0.24, 24).move(0, 2.75, 0.24)
    place = lambda s: s.rotate(x=lean).move(0, 0.70, 0.0)  # noqa: E731
    drum = (
        shapes.cylinder(0.12, 2 * half + 0.4, 0.01, 20).rotate(z=90).move(half + 0.2, 0.82, -long / 2 + 0.35)
    )
    pegs = both(
        join(
            *[
                bar(
                    [half + 0.14, 0.82 - 0.32 * np.cos(a), -long / 2 + 0.35 - 0.32 * np.sin(a)],
                    [half + 0.14, 0.82 + 0.32 * np.cos(a), -long / 2 + 0.35 + 0.32 * np.sin(a)],
                    0.03,
                )
                for a in (0.3, 1.87)
            ]
        )
    )
    end = np.array([0.0, 0.70 + 2.0 * np.cos(np.radians(lean)), 2.0 * np.sin(np.radians(lean))])
    cord = [
        bar([0, 0.9, -long / 2 + 0.35], end, 0.03, 8),
        *[
            shapes.torus(0.13, 0.05, 18, 8).rotate(z=90).move(x, 0.82, -long / 2 + 0.35)
            for x in np.linspace(-0.12, 0.12, 5)
        ],
    ]
    plates = [
        shapes.rounded_box(0.20, 0.24, 0.22, 0.02, 1).move(s * (half + 0.0), high + 0.55, 0.60)
        for s in (1, -1)
    ]
    return Asset(
        [
            part("frame", (join(*frame), wood)), part("arm", (place(arm), wood), (place(spoon), wood)), part("ball", (place(ball), stone)), part("pad", (pad, finish("leather"))), part("ropes", (join(*bundle, *cord), rope)),
            part("winch", (join(drum, pegs), wood)), part("plates", (join(*plates), iron)), *cart_wheels(brief, wood, iron, [(-long / 2 + 0.55, 0.42), (long / 2 - 0.55, 0.42)], half + 0.22, 0.10),
        ]
    )  # fmt: skip


def anchor(brief: Brief) -> Asset:
    """A ship's anchor with its stock, flukes, ring and a length of chain."""
    iron = asked(brief, "iron", "iron", (0.22, 0.23, 0.25), "anchor", main=True)
    k = brief.grown("height")
    shank = shapes.sweep(
        [[0, 0.12, 0], [0, 1.0 * k, 0], [0, 1.75 * k, 0]], [0.085, 0.07, 0.05], 16, round_ends=True
    )
    a = np.radians(np.linspace(-62, 62, 25))
    arc = np.column_stack([0.72 * np.sin(a), 0.85 - 0.80 * np.cos(a), np.zeros(25)])
    arms = shapes.sweep(
        arc, np.interp(np.abs(np.linspace(-1, 1, 25)), [0, 0.8, 1], [0.10, 0.065, 0.02]), 16, round_ends=True
    )
    fluke = shapes.hull(
        metres(
            "0 0.26 0.03, 0.13 -0.10 0.03, -0.13 -0.10 0.03, 0 0.26 -0.03, 0.13 -0.10 -0.03, -0.13 -0.10 -0.03"
        ),
        20,
    )
    flukes = [fluke.rotate(x=0, y=90).rotate(z=-s * 28).move(s * 0.60, 0.48, 0) for s in (1, -1)]
    stock = join(
        bar([0, 1.52 * k, -0.62], [0, 1.52 * k, 0.62], 0.045, 14),
        *[shapes.sphere(0.075, 16).move(0, 1.52 * k, s * 0.62) for s in (1, -1)],
    )
    ring = shapes.torus(0.15, 0.055, 32, 12).rotate(x=90).move(0, 1.90 * k, 0)
    links: list[Solid] = []
    path = curves.smooth_curve(
        [
            [0.02, 1.78 * k, 0.02],
            [0.22, 1.2 * k, 0.22],
            [0.12, 0.65, 0.20],
            [0.45, 0.10, 0.30],
            [0.85, 0.05, 0.45],
            [1.0, 0.05, 0.1],
        ],
        22,
    )
    heading = np.gradient(path, axis=0)
    for i, (p, h) in enumerate(zip(path, heading, strict=True)):
        link = shapes.torus(0.055, 0.03, 16, 8).scale(1, 1, 1.5)
        yaw, pitch = np.degrees(np.arctan2(h[0], h[2])), -np.degrees(np.arctan2(h[1], np.hypot(h[0], h[2])))
        links.append(link.rotate(z=90 * (i % 2)).rotate(x=float(pitch)).rotate(y=float(yaw)).move(*p))
    return Asset([part("anchor", (join(shank, arms, *flukes), iron)), part("stock", (stock, iron)), part("ring", (ring, iron)), part("chain", (join(*links), finish("steel", (0.40, 0.41, 0.43), "chain")))])  # fmt: skip


FAMILIES = (
    Family("cannon", ("cannon", "ship cannon", "pirate cannon", "old cannon", "artillery"), grounded(cannon, centre=True)),
    Family("catapult", ("catapult", "siege engine", "trebuchet", "mangonel", "onager"), grounded(catapult, centre=True)),
    Family("anchor", ("anchor", "ship anchor", "boat anchor"), grounded(anchor)),
)  # fmt: skip
