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
from pocket3d_server.models.builtin_text.siege_parts import (
    field_carriage,
    gun_barrel,
    pile_of_balls,
    rope_rings,
    throwing_arm,
    truck_carriage,
    windlass,
)  # fmt: skip
from pocket3d_server.models.builtin_text.vehicles.cart import cart_wheels
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both
from pocket3d_server.models.language.brief import Brief


def cannon(brief: Brief) -> Asset:
    """A muzzle loader on a carriage with two wheels and a pile of balls; a ship's gun on four small ones."""
    usual = "bronze" if brief.rng().random() < 0.4 else "iron"
    metal = asked(brief, "barrel", usual, None, "barrel", main=True)
    wood = asked(brief, "carriage", "wood", (0.42, 0.26, 0.15), "carriage", "wheel")
    iron = finish("iron", name="fittings")
    ship = brief.has("ship", "pirate", "naval") or brief.rng(1).random() < 0.25
    tube = gun_barrel(brief.grown("barrel", "length"), brief.detail(40)).rotate(x=82)
    pins = shapes.cylinder(0.06, 0.62, 0.01, 20).rotate(z=90).move(0.31, 0.02, 0)
    handles = [shapes.torus(0.07, 0.03, 16, 8).rotate(z=90).move(s * 0.07, 0.05, 0.22) for s in (1, -1)]
    lift = 0.64 if ship else 0.87
    parts = [
        part("barrel", *((s.move(0, lift, 0.05), metal) for s in (tube, join(pins, *handles)))),
        part("balls", (pile_of_balls(0.085).move(0.72, 0, 0.55), iron)),
    ]
    if ship:
        boards, caps, rings = truck_carriage()
        return Asset([*parts, part("carriage", (boards, wood), (caps, iron), (rings, iron))])
    boards, bands = field_carriage()
    parts.append(part("carriage", (boards, wood), (bands, iron)))
    return Asset([*parts, *cart_wheels(brief, wood, iron, [(0.06, 0.62)], 0.60, 0.10)])


def catapult(brief: Brief) -> Asset:
    """A siege engine: frame on four wheels, a throwing arm with a spoon and a stone, ropes and a winch."""
    wood = asked(brief, "frame", "wood", (0.45, 0.29, 0.17), "frame", "wood", main=True)
    iron, rope = finish("iron", name="fittings"), finish("straw", (0.68, 0.55, 0.35), "rope")
    long, half = 3.6 * brief.grown("length"), 0.85 * brief.grown("width")
    high, t, lean = 2.0 * brief.grown("height"), 0.17, -38.0
    frame = [both(beam([half, 0.62, -long / 2], [half, 0.62, long / 2], t, t * 1.2))]
    frame += [
        beam([-half, 0.62, z], [half, 0.62, z], t, t) for z in (-long / 2 + 0.1, -0.25, 0.25, long / 2 - 0.1)
    ]
    frame += [
        both(beam([half, 0.62, 0.55], [half, high + 0.6, 0.62], t, t)),
        both(beam([half, 0.65, long / 2 - 0.15], [half, high + 0.25, 0.68], t * 0.8, t * 0.8)),
        both(beam([half, 0.65, -0.85], [half, high * 0.85, 0.52], t * 0.8, t * 0.8)),
        beam([-half - 0.12, high + 0.55, 0.60], [half + 0.12, high + 0.55, 0.60], t * 1.15, t * 1.15),
    ]
    pad = shapes.superellipsoid(1.0, 0.34, 0.30, 4, 2.4, 24).move(0, high + 0.5, 0.42)
    skein = rope_rings(0.15, 0.07, 20, np.linspace(-half + 0.22, half - 0.22, 11)).move(y=0.70)
    arm, spoon, ball = (s.rotate(x=lean).move(0, 0.70, 0.0) for s in throwing_arm(2.75))
    drum, pegs = windlass(half)
    coils = rope_rings(0.13, 0.05, 18, np.linspace(-0.12, 0.12, 5))
    axle = np.array([0.0, 0.82, -long / 2 + 0.35])
    end = np.array([0.0, 0.70 + 2.0 * np.cos(np.radians(lean)), 2.0 * np.sin(np.radians(lean))])
    cord = bar(axle + (0, 0.08, 0), end, 0.03, 8)
    plates = both(shapes.rounded_box(0.20, 0.24, 0.22, 0.02, 1).move(half, high + 0.55, 0.60))
    axles = [(-long / 2 + 0.55, 0.42), (long / 2 - 0.55, 0.42)]
    return Asset(
        [
            part("frame", (join(*frame), wood)), part("arm", (arm, wood), (spoon, wood)), part("ball", (ball, finish("concrete", (0.52, 0.51, 0.49), "ball"))), part("pad", (pad, finish("leather"))), part("ropes", (join(skein, cord, coils.move(*axle)), rope)),
            part("winch", (join(drum, pegs).move(*axle), wood)), part("plates", (plates, iron)), *cart_wheels(brief, wood, iron, axles, half + 0.22, 0.10),
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
