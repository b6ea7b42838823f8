"""Sleds and sleighs."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.christmas import full_sack, wrapped_presents
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both, tube_along
from pocket3d_server.models.language.brief import Brief


def sled(brief: Brief) -> Asset:
    """A wooden toboggan on curved runners; Santa's sleigh with scrolled sides and a bench when asked for."""
    if brief.has("santa", "sleigh", "christmas", "reindeer"):
        return sleigh(brief)
    wood, metal = (
        asked(brief, "wood", "wood", (0.66, 0.45, 0.25), "slat", main=True),
        finish("steel", name="runner_iron"),
    )
    long, w = 1.1 * brief.grown("length"), 0.20 * brief.grown("width")
    path = curves.smooth_curve(
        [
            [0, 0.03, -long / 2],
            [0, 0.025, 0],
            [0, 0.03, long * 0.36],
            [0, 0.16, long * 0.52],
            [0, 0.30, long * 0.46],
        ],
        30,
    )
    runner = shapes.sweep(path, 1.0, curves.rectangle(0.030, 0.045, 0.008, 2))
    shoe = shapes.sweep(path - [0, 0.022, 0], 1.0, curves.rectangle(0.034, 0.008))
    posts = [beam([0, 0.03, z], [0, 0.22, z], 0.03, 0.045) for z in (-long * 0.34, 0.0, long * 0.30)]
    cross = [
        shapes.rounded_box(2 * w + 0.05, 0.03, 0.05, 0.008, 1).move(0, 0.215, z)
        for z in (-long * 0.34, 0.0, long * 0.30)
    ]
    slats = [
        shapes.rounded_box(0.062, 0.018, long * 0.92, 0.006, 2).grained().move(x, 0.24, -0.02)
        for x in np.linspace(-w, w, 5)
    ]
    bar_ = bar([-w - 0.03, 0.29, long * 0.47], [w + 0.03, 0.29, long * 0.47], 0.018, 12)
    rope = tube_along(
        [
            [-w, 0.29, long * 0.47],
            [-w * 0.6, 0.12, long * 0.72],
            [0, 0.03, long * 0.82],
            [w * 0.6, 0.12, long * 0.72],
            [w, 0.29, long * 0.47],
        ],
        0.008,
        40,
        8,
    )
    return Asset([part("runners", (both(join(runner, *posts).move(x=w)), wood), (both(shoe.move(x=w)), metal)), part("seat", (join(*slats), wood), (join(*cross, bar_), wood)), part("rope", (rope, finish("straw", (0.80, 0.66, 0.42), "rope")))])  # fmt: skip


def _bent(line: Points) -> Solid:
    """A board 1.1 m across whose side view follows ``line`` (N, 2) of (z, y)."""
    outline = np.concatenate([line + [0.03, 0], (line - [0.03, 0])[::-1]])
    return shapes.extrude(curves.counter_clockwise(outline * [-1, 1]), 1.1, 0.01).rotate(y=90)


SIDE = metres(
    "-1.05 0.55, -1.15 1.0, -1.30 1.50, -1.05 1.62, -0.80 1.25, -0.35 0.95, 0.25 0.92, 0.65 1.05, 0.95 1.35,"
    " 1.15 1.28, 1.05 0.95, 0.80 0.58, 0.30 0.42, -0.60 0.42"
)
"""The scrolled side of a sleigh: (z, y)."""


def sleigh(brief: Brief) -> Asset:
    """A scrolled sleigh with gilded runners, a padded bench and a sack of presents."""
    paint = asked(brief, "paint", "paint", (0.70, 0.06, 0.08), "body", main=True, roughness=0.25)
    gold = asked(brief, "trim", "gold", None, "trim", "runner")
    side = curves.smooth_curve(SIDE, 70, closed=True)
    wall = shapes.extrude(curves.counter_clockwise(side * [-1, 1]), 0.08, 0.02).rotate(y=90)
    rim = [
        shapes.sweep(np.column_stack([np.full(70, s * 0.60), side[:, 1], side[:, 0]]), 0.03, 8, closed=True)
        for s in (1, -1)
    ]
    floor = shapes.rounded_box(1.1, 0.08, 1.5, 0.02, 1).move(0, 0.50, -0.1)
    dash, back = (
        _bent(metres("0.62 0.50, 0.86 0.80, 1.02 1.22")),
        _bent(metres("-0.90 0.50, -1.08 1.0, -1.20 1.52")),
    )
    seat = join(
        shapes.superellipsoid(1.06, 0.28, 0.62, 5, 2.6, 32).move(0, 0.82, -0.62),
        shapes.superellipsoid(1.06, 0.72, 0.24, 5, 2.6, 32).rotate(x=-12).move(0, 1.22, -0.96),
    )
    line = "0.48 0.06 -1.35, 0.48 0.04 -0.5, 0.48 0.04 0.9, 0.48 0.20 1.45, 0.48 0.55 1.62, 0.48 0.78 1.42, 0.48 0.66 1.24"
    run = tube_along(metres(line), 0.035, 44, 12)
    struts = [
        tube_along([[0.48, 0.05, z], [0.50, 0.28, z + 0.12], [0.50, 0.46, z]], 0.025, 12)
        for z in (-0.75, 0.0, 0.7)
    ]
    sack = full_sack().scale(1.1, 1, 0.7).move(0, 0.85, -1.40)
    gifts = wrapped_presents(gold)
    return Asset([part("body", (both(wall.move(x=0.56)), paint), (join(floor, dash, back), paint)), part("trim", (join(*rim), gold)), part("seat", (seat, finish("velvet", (0.40, 0.05, 0.08), "seat"))), part("runners", (both(join(run, *struts)), gold)), part("sack", (sack, finish("fabric", (0.52, 0.36, 0.22), "sack"))), gifts])  # fmt: skip


FAMILIES = (
    Family("sled", ("sled", "sleigh", "santa sleigh", "toboggan", "sledge", "wooden sled"), grounded(sled, centre=True)),
)  # fmt: skip
