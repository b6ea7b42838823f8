"""Boats and ships: sailing boat, rowing boat and motor boat here, square-rigged ships in vehicles/."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.boat_fittings import (
    coachroof,
    foredeck,
    open_helm,
    outboard,
    standing_rigging,
    steering,
    wheelhouse,
)
from pocket3d_server.models.builtin_text.vehicles.hull import PAINTS, hull, hull_rings, mast, sail, transom
from pocket3d_server.models.builtin_text.vehicles.tall_ship import tall_ship
from pocket3d_server.models.language.brief import Brief


def boat(brief: Brief) -> Asset:
    """The kind of vessel that the prompt names."""
    if brief.has("pirate", "galleon", "ship", "frigate", "viking", "tall") and not brief.has("boat", "yacht"):
        return tall_ship(brief)
    if brief.has("motor", "motorboat", "speedboat", "speed", "yacht", "power", "fishing") and not brief.has(
        "sail", "sailing"
    ):
        return motor_boat(brief)
    if brief.has("rowing", "row", "rowboat", "canoe", "dinghy", "kayak", "gondola"):
        return rowing_boat(brief)
    return sailing_boat(brief)


def sailing_boat(brief: Brief) -> Asset:
    """A small yacht with main and jib."""
    rng = brief.rng()
    paint = asked(
        brief, "hull", "paint", PAINTS[int(rng.integers(4))], "hull", "body", main=True, roughness=0.25
    )
    wood, steel = asked(brief, "deck", "wood", (0.66, 0.46, 0.27), "deck"), finish("aluminium")
    cloth = asked(brief, "sail", "canvas", (0.95, 0.94, 0.90), "sail")
    k = brief.grown("length")
    rows = metres(
        "-3.2 0.80 1.08 0.62, -2.4 1.02 1.04 0.42, -0.6 1.22 1.00 0.22, 1.2 1.05 1.06 0.28, 2.6 0.55 1.18 0.52, 3.45 0.03 1.32 1.05"
    )
    rows[:, 0] *= k
    body = hull(rows, 0.07, 0.55)
    lines = curves.smooth_curve(rows, 48)
    inside = lines[(lines[:, 0] < 3.1 * k)]
    edge = np.column_stack([inside[:, 1] * 0.965, -inside[:, 0] * 0.985])
    plan = curves.counter_clockwise(np.concatenate([edge, (edge * [-1, 1])[::-1]]))
    plan = curves.without_repeats(plan)
    well = curves.rounded(
        np.array([[-0.62, 1.0 * k], [0.62, 1.0 * k], [0.52, 2.7 * k], [-0.52, 2.7 * k]]), 0.15
    )
    deck = shapes.extrude(plan, 0.05, holes=[well]).rotate(x=-90).move(y=0.955)
    rail = shapes.sweep(
        np.column_stack([lines[:, 1], lines[:, 2] + 0.01, lines[:, 0]])[:-1], 0.035, 10, round_ends=True
    )
    cabin = coachroof()
    ports = [
        shapes.superellipsoid(0.06, 0.16, 0.42, 4, 4, 20).move(s * 0.64, 1.17, z)
        for s in (1, -1)
        for z in (-0.25, 0.35, 0.95)
    ]
    benches = [
        shapes.rounded_box(0.28, 0.06, 1.55 * k, 0.02, 2).move(s * 0.42, 0.80, -1.85 * k) for s in (1, -1)
    ]
    tiller, rudder, keel = steering(k)
    tall = 7.6 * brief.grown("height")
    pole = mast(np.array([0, 0.9, 0.85]), tall, 0.065)
    boom = shapes.sweep([[0, 1.95, 0.80], [0, 1.90, -2.5 * k]], 0.045, 12, round_ends=True)
    main = sail(np.array([[0.0, 2.0, 0.76], [0.0, 1.97, -2.35 * k], [0.0, tall + 0.7, 0.78]]), 0.32)
    jib = sail(np.array([[0.0, 1.50, 3.15 * k], [0.10, 1.55, 1.05], [0.0, tall * 0.86 + 0.9, 0.98]]), -0.24)
    stays = standing_rigging(k, tall)
    return Asset([
        part("hull", (join(body, transom(rows, 0.07)), paint)), part("deck", (deck, wood)), part("rail", (join(rail, rail.mirror("x")), wood)), part("cabin", (cabin, finish("paint", (0.95, 0.95, 0.93), "cabin"))),
        part("portholes", (join(*ports), finish("glass", (0.10, 0.16, 0.20), "porthole_glass", alpha=1.0))), part("benches", (join(*benches), wood)), part("tiller", (tiller, wood)),
        part("rudder", (rudder, paint)), part("keel", (keel, finish("iron"))), part("mast", (join(pole, boom), steel)), part("mainsail", (main, cloth)), part("jib", (jib, cloth)), part("rigging", (stays, steel)),
    ])  # fmt: skip


def rowing_boat(brief: Brief) -> Asset:
    """A clinker rowing boat with thwarts and oars."""
    wood = asked(brief, "planks", "wood", (0.58, 0.38, 0.21), "hull", main=True)
    trim = asked(brief, "trim", "wood", (0.38, 0.24, 0.13), "trim", "seat", "rail")
    pointed = brief.has("canoe", "kayak", "gondola")
    rows = np.array(
        [
            [-1.75, 0.03 if pointed else 0.42, 0.62, 0.45 if pointed else 0.22],
            [-1.2, 0.38 if pointed else 0.58, 0.55, 0.10],
            [0, 0.66 if not pointed else 0.48, 0.50, 0.02],
            [1.1, 0.50 if not pointed else 0.36, 0.56, 0.06],
            [1.65, 0.20, 0.66, 0.24],
            [1.85, 0.02, 0.74, 0.52],
        ]
    )
    rows[:, 0] *= (1.35 if pointed else 1.0) * brief.grown("length")
    body = hull(rows, 0.035, 0.10, power=2.2)
    rings = hull_rings(rows, 48, 17, 2.2)
    strakes = [shapes.sweep(rings[1:-1, j], 0.013, 6) for j in (2, 5, 8, -3, -6, -9)]
    rail = [shapes.sweep(rings[:, j] + [0, 0.005, 0], 0.026, curves.rectangle(2, 1.6, 0.4)) for j in (0, -1)]
    lines = curves.smooth_curve(rows, 48)
    seats = []
    for z in (-1.05, 0.0, 0.95):
        b = float(np.interp(z, lines[:, 0], lines[:, 1]))
        seats.append(shapes.rounded_box(2 * b - 0.06, 0.03, 0.24, 0.008, 2).move(0, 0.38, z))
    ribs = [
        shapes.sweep(hull_rings(rows, 48, 17, 2.2)[k] * [0.93, 1, 1] + [0, 0.03, 0], 0.014, 6)
        for k in range(8, 42, 5)
    ]
    oars = _paddle(trim) if pointed else _oars(trim)
    return Asset(
        [
            part("hull", (join(body, transom(rows, 0.035, 2.2), *strakes), wood)),
            part("rails", (join(*rail), trim)),
            part("seats", (join(*seats), trim)),
            part("ribs", (join(*ribs), trim)),
            *oars,
        ]
    )


def _oars(wood: Finish) -> list[Part]:
    """An oar on either side."""
    oars = []
    for s in (1, -1):
        shaft = shapes.sweep([[s * 0.15, 0.60, -0.25], [s * 1.75, 0.42, -0.55]], 0.02, 10, round_ends=True)
        blade = shapes.superellipsoid(0.62, 0.018, 0.16, 3, 2, 24).rotate(z=-6.5 * s, y=10 * s)
        oars.append(
            part(
                f"oar_{'left' if s > 0 else 'right'}", (join(shaft, blade.move(s * 1.98, 0.39, -0.60)), wood)
            )
        )
    return oars


def _paddle(wood: Finish) -> list[Part]:
    """A paddle that lies across the boat."""
    shaft = shapes.sweep([[-0.62, 0.63, 0.35], [0.75, 0.63, 0.75]], 0.017, 10, round_ends=True)
    blade = shapes.superellipsoid(0.56, 0.022, 0.18, 2.6, 2, 24).rotate(y=-16).move(0.98, 0.63, 0.82)
    grip = shapes.sweep([[-0.60, 0.63, 0.27], [-0.64, 0.63, 0.43]], 0.018, 10, round_ends=True)
    return [part("paddle", (join(shaft, blade, grip), wood))]


def motor_boat(brief: Brief) -> Asset:
    """A runabout with a windscreen and an outboard motor; a wheelhouse for fishing and yachts."""
    rng = brief.rng()
    paint = asked(brief, "hull", "paint", PAINTS[int(rng.integers(4))], "hull", main=True, roughness=0.2)
    white, seat = (
        finish("paint", (0.95, 0.95, 0.94), "deck_paint", roughness=0.3),
        asked(brief, "seats", "leather", (0.86, 0.80, 0.70), "seat"),
    )
    rows = metres(
        "-2.9 1.02 0.98 0.30, -1.5 1.12 1.00 0.18, 0.3 1.12 1.08 0.14, 1.8 0.85 1.20 0.30, 2.7 0.42 1.30 0.66, 3.25 0.02 1.38 1.22"
    )
    body = hull(rows, 0.08, 0.50, power=1.9)
    lines = curves.smooth_curve(rows, 48)
    deck = foredeck(lines)
    rail = shapes.sweep(
        np.column_stack([lines[:, 1], lines[:, 2], lines[:, 0]])[:-1], 0.045, 10, round_ends=True
    )
    parts = [
        part("hull", (join(body, transom(rows, 0.08, 1.9)), paint)),
        part("deck", (deck, white)),
        part("rub_rail", (join(rail, rail.mirror("x")), finish("chrome"))),
    ]
    if brief.has("fishing", "yacht", "tug"):
        parts += wheelhouse(white)
    else:
        parts += open_helm(seat)
    motor, screw = outboard()
    black = finish("plastic", (0.10, 0.11, 0.12), "motor")
    return Asset([*parts, part("outboard_motor", (motor, black), (screw, finish("bronze")))])


FAMILIES = (
    Family("boat", ("boat", "sailboat", "sailing boat", "ship", "sailing ship", "pirate ship", "yacht", "motorboat", "motor boat", "speedboat", "rowing boat", "canoe", "galleon", "viking ship", "longship", "longboat", "warship", "fishing boat", "row boat", "dinghy", "sail boat"), boat),
)  # fmt: skip
