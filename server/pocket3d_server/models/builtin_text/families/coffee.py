"""What coffee is made with: an espresso machine, or a filter machine with its jug."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import (
    BRIGHT,
    SOBER,
    bar,
    black,
    cm,
    copies,
    cover,
    facing,
    gauge,
    grid,
    hoop,
    turned,
)
from pocket3d_server.models.builtin_text.pottery import hollow
from pocket3d_server.models.language.brief import Brief

COFFEE = (0.20, 0.11, 0.06)


def coffee_machine(brief: Brief) -> Asset:
    """An espresso machine, or one with filter and jug."""
    return filter_machine(brief) if brief.has("filter", "drip", "maker", "jug") else espresso_machine(brief)


def portafilter() -> tuple[Solid, Solid]:
    """A filter holder under its group about the y axis, its handle along +z: metal, and handle."""
    group = turned(cm("3.2 0, 3.4 .3, 3.4 2.4, 4.2 3, 4.2 4.4"), bevel=0.001, segments=36)
    basket = turned(cm("0 -2.2, 2.4 -2.2, 2.9 -1.6, 3.1 0, 0 0"), bevel=0.002, segments=36)
    spouts = [
        bar([[0, -0.022, 0], [s * 0.012, -0.032, 0], [s * 0.014, -0.044, 0]], 0.005, 10) for s in (1, -1)
    ]
    neck = bar(cm("0 -0.8 2.8, 0 -0.9 5.5"), 0.007)
    grip = bar(cm("0 -0.9 5, 0 -1.1 8, 0 -1.8 13"), [0.009, 0.0125, 0.0135], 16, 16)
    return join(group, basket, *spouts, neck), grip


def espresso_machine(brief: Brief) -> Asset:
    """An espresso machine: group and filter holder over a drip tray, a steam wand, a gauge, and a cup."""
    paint = cover(brief, "case", (*BRIGHT, *SOBER), "case", "body", "machine", kind="paint", roughness=0.22)
    steel, dark = asked(brief, "fittings", "chrome", None, "fitting", "wand", "trim"), black("fittings")
    wide, tall = 0.24 * brief.grown("width"), 0.34 * brief.grown("height")
    top = tall - 0.045
    body = shapes.rounded_box(wide, tall - 0.03, 0.15, 0.022, 4).move(0, tall / 2 + 0.005, -0.085)
    head = shapes.rounded_box(wide, 0.09, 0.27, 0.022, 4).move(0, top, -0.025)
    base = shapes.rounded_box(wide, 0.05, 0.32, 0.014, 3).move(0, 0.035, 0)
    tray = shapes.rounded_box(wide - 0.04, 0.006, 0.15, 0.002, 2).move(0, 0.061, 0.07)
    slots = grid(shapes.box(wide - 0.06, 0.002, 0.006), 1, 9, 1, 0.0145, "xz").move(0, 0.0642, 0.07)
    metal, grip = (s.move(0, top - 0.085, 0.055) for s in portafilter())
    x = wide / 2 - 0.03
    wand = bar([[x, top - 0.04, 0.07], [x, top - 0.07, 0.10], [x + 0.012, 0.13, 0.125]], 0.0042, 20)
    ring, dial, needle = (solid.move(0, top, 0.108) for solid in gauge(0.026))
    knob_ = facing(turned(cm("0 0, 1.5 0, 1.4 1.6, 1.1 1.9, 0 1.9"), bevel=0.002, segments=24))
    knobs = copies(knob_, [[s * (wide / 2 - 0.05), top, 0.108] for s in (1, -1)])
    rail = hoop(
        [
            [a * (wide / 2 - 0.02), tall + 0.028, b * 0.09 - 0.04]
            for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
        ],
        0.0035,
        64,
    )
    posts = [
        bar(
            [
                [a * (wide / 2 - 0.05), tall - 0.002, b * 0.083 - 0.04],
                [a * (wide / 2 - 0.05), tall + 0.028, b * 0.083 - 0.04],
            ],
            0.0028,
        )
        for a in (1, -1)
        for b in (1, -1)
    ]
    cup = hollow(cm("1.6 0, 1.8 .3, 2.7 2.2, 2.9 4.4"), 0.002, 0.004, 40).move(0, 0.064, 0.06)
    brew = shapes.cylinder(0.0262, 0.002, segments=32).move(0, 0.099, 0.06)
    feet = copies(
        shapes.cylinder(0.014, 0.012, 0.003, 16),
        [[a * (wide / 2 - 0.03), 0, b * 0.13] for a in (1, -1) for b in (1, -1)],
    )
    return Asset([
        part("case", (join(body, head, base), paint)), part("tray", (tray, steel), (slots, dark)), part("group", (metal, steel), (grip, asked(brief, "handle", "plastic", (0.05, 0.045, 0.045), "handle"))),
        part("wand", (wand, steel)), part("gauge", (ring, steel), (dial, finish("paper", name="dial")), (needle, finish("paint", (0.75, 0.1, 0.08), "needle"))), part("knobs", (knobs, dark)),
        part("rail", (join(rail, *posts), steel)), part("cup", (cup, asked(brief, "cup", "ceramic", None, "cup")), (brew, finish("plastic", COFFEE, "coffee", roughness=0.7))), part("feet", (feet, dark)),
    ])  # fmt: skip


def filter_machine(brief: Brief) -> Asset:
    """A filter machine: a tower with its filter over a glass jug on a hot plate."""
    case = cover(brief, "case", SOBER, "case", "body", "machine", roughness=0.3)
    steel, dark = finish("steel", name="plate"), black("fittings")
    wide, tall = 0.20 * brief.grown("width"), 0.35 * brief.grown("height")
    base = shapes.rounded_box(wide, 0.045, 0.27, 0.016, 3).move(0, 0.0225, 0)
    tower = shapes.rounded_box(wide, tall - 0.02, 0.10, 0.018, 3).move(0, tall / 2, -0.085)
    lid = shapes.rounded_box(wide, 0.035, 0.26, 0.014, 3).move(0, tall - 0.0175, -0.005)
    funnel = turned(cm("0 0, 2 0, 6.5 6.5, 7.5 7, 7.5 9, 0 9"), bevel=0.003, segments=40).move(
        0, tall - 0.118, 0.045
    )
    plate_ = turned(cm("0 0, 6.8 0, 7 .4, 6.4 .6, 0 .5"), bevel=0.001, segments=40).move(0, 0.044, 0.045)
    rows = curves.smooth_curve(cm("5.2 0, 6.4 1, 7 5, 6.2 9.5, 4.6 12.2, 4.8 13"), 30)
    jug = hollow(rows, 0.002, 0.004, 48).move(0, 0.051, 0.045)
    inner = rows[rows[:, 1] < 0.075] + [0.0004, 0.0]  # a hair outside the glass, or it would look grey
    brew = shapes.revolve(np.concatenate([[[0, 0.0002]], inner, [[0, inner[-1, 1]]]]), 48).move(
        0, 0.051, 0.045
    )
    rim = turned(cm("4.2 0, 5 0, 5 1.2, 3.6 2, 0 2.2"), bevel=0.002, segments=36).move(0, 0.178, 0.045)
    grip = bar(cm("0 18.4 9, 0 18.2 13.5, 0 14 14.5, 0 9 12"), 0.0085, 30, curves.ellipse(1.5, 1, 14, 3))
    light = facing(shapes.cylinder(0.006, 0.004, 0.001, 16)).move(0.06, 0.024, 0.134)
    return Asset([
        part("case", (join(base, tower, lid), case)), part("filter", (funnel, dark)), part("plate", (plate_, steel)), part("jug", (jug, finish("glass", name="jug"))),
        part("coffee", (brew, finish("plastic", COFFEE, "coffee", roughness=0.7))), part("jug_lid", (rim, dark), (grip, asked(brief, "handle", "plastic", (0.05, 0.05, 0.055), "handle"))), part("light", (light, finish("paint", (0.85, 0.15, 0.1), "light"))),
    ])  # fmt: skip


FAMILIES = (
    Family("coffee_machine", ("coffee machine", "espresso machine", "coffee maker", "coffee brewer", "espresso maker", "filter coffee machine"), coffee_machine),
)  # fmt: skip
