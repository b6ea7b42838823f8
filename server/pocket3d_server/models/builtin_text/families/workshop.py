"""From shed and workshop: electric drill, toolbox, ladder and broom."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import WOODS, board
from pocket3d_server.models.builtin_text.making import (
    BRIGHT,
    around,
    bar,
    black,
    cm,
    copies,
    cover,
    plate,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def drill(brief: Brief) -> Asset:
    """A cordless drill standing on its battery, its bit along +x."""
    case = cover(brief, "case", BRIGHT, "case", "body", roughness=0.45)
    dark, steel = black("grip", "rubber"), finish("steel", name="chuck")
    motor = (
        turned(
            cm("1.6 -9.5, 2.6 -9.2, 3.3 -8.2, 3.45 -6, 3.4 1, 3.1 4, 2.6 6.2, 2.3 6.6"),
            bevel=0.004,
            segments=44,
        )
        .rotate(z=-90)
        .scale(1, 1.06, 0.92)
        .move(0, 0.195, 0)
    )
    grip_line = [[-0.030, 0.185, 0], [-0.036, 0.13, 0], [-0.048, 0.085, 0], [-0.052, 0.045, 0]]
    grip = shapes.sweep(
        curves.smooth_curve(grip_line, 16), np.linspace(1.0, 1.12, 16), curves.ellipse(0.0185, 0.024, 20, 2.6)
    )
    pad = shapes.sweep(
        curves.smooth_curve(grip_line, 16)[3:13] - [0.0035, 0, 0],
        1.0,
        curves.ellipse(0.0192, 0.0235, 20, 2.6),
    )
    foot = shapes.rounded_box(0.115, 0.022, 0.070, 0.008, 3).move(-0.030, 0.048, 0)
    battery = shapes.rounded_box(0.110, 0.040, 0.066, 0.008, 3).move(-0.026, 0.020, 0)
    trigger = shapes.rounded_box(0.016, 0.034, 0.018, 0.006, 3).rotate(z=-8).move(-0.010, 0.147, 0)
    chuck = turned(cm("2.3 0, 2.35 .4, 2.1 .8, 2.1 2.6, 1.2 4.0, .7 4.1"), bevel=0.002, segments=32)
    ribs = around(shapes.box(0.0022, 0.016, 0.002).move(0, 0.018, 0.0213), 20)
    front = join(chuck, ribs).rotate(z=-90).move(0.064, 0.195, 0)
    u = np.linspace(0, 1, 60)
    bit = shapes.sweep(
        np.column_stack([0.10 + 0.085 * u, np.full(60, 0.195), 0 * u]),
        np.r_[np.full(56, 0.0042), 0.0036, 0.0026, 0.0014, 0.0002],
        curves.ellipse(1.0, 0.45, 12),
        twist=900,
    )
    collar = (
        turned(cm("3.0 0, 3.15 .3, 3.15 1.0, 3.0 1.3"), bevel=0.001, segments=40)
        .rotate(z=-90)
        .move(0.046, 0.195, 0)
    )
    vents = [
        shapes.rounded_box(0.022, 0.003, 0.004, 0.001, 1).move(-0.062, 0.200 + 0.0075 * (k - 1.5), s * 0.0307)
        for k in range(4)
        for s in (1, -1)
    ]
    badge = [
        plate(0.05, 0.012, 0.003, 0.003).rotate(y=90 - 90 * s).move(-0.008, 0.195, s * 0.0308)
        for s in (1, -1)
    ]
    switch = shapes.rounded_box(0.014, 0.010, 0.030, 0.003, 2).move(-0.018, 0.231, 0)
    return Asset([
        part("case", (join(motor, grip, foot), case)), part("grip", (pad, dark), (join(*vents), dark), (switch, dark)), part("battery", (battery, dark)),
        part("trigger", (trigger, finish("plastic", (0.80, 0.12, 0.10) if case.base_color[0] < 0.3 else (0.10, 0.10, 0.11), "trigger"))), part("collar", (collar, finish("plastic", (0.15, 0.15, 0.16), "collar"))),
        part("chuck", (front, steel)), part("bit", (bit, asked(brief, "bit", "steel", (0.55, 0.55, 0.57), "bit"))), part("badge", (join(*badge), finish("plastic", (0.95, 0.95, 0.94), "badge"))),
    ])  # fmt: skip


def toolbox(brief: Brief) -> Asset:
    """A metal toolbox with a ridged lid, latches and a handle."""
    case = cover(brief, "box", BRIGHT, "box", "body", kind="paint")
    steel, wide, deep = finish("chrome", name="latches"), 0.46 * brief.grown("width", "length"), 0.20
    tray = shapes.rounded_box(wide, 0.13, deep, 0.008, 2).move(y=0.070)
    roof = (
        shapes.extrude(
            curves.rounded(
                np.array(
                    [
                        [-deep / 2 - 0.003, 0],
                        [deep / 2 + 0.003, 0],
                        [deep / 2 + 0.003, 0.028],
                        [0.035, 0.078],
                        [-0.035, 0.078],
                        [-deep / 2 - 0.003, 0.028],
                    ]
                ),
                0.006,
                3,
            ),
            wide + 0.006,
            0.004,
        )
        .rotate(y=90)
        .move(y=0.136)
    )
    seam = shapes.rounded_box(wide + 0.010, 0.006, deep + 0.010, 0.002, 1).move(y=0.136)
    corners = [
        shapes.rounded_box(0.030, 0.030, 0.030, 0.006, 2).move(
            x * (wide / 2 - 0.011), 0.016, z * (deep / 2 - 0.011)
        )
        for x in (1, -1)
        for z in (1, -1)
    ]
    latch = join(
        plate(0.034, 0.052, 0.006, 0.004),
        shapes.cylinder(0.005, 0.03, segments=12).rotate(z=90).move(0.015, 0.020, 0.004),
        plate(0.020, 0.020, 0.010, 0.003).move(0, -0.010, 0.002),
    )
    latches = copies(latch, [[x, 0.135, deep / 2 + 0.005] for x in (-wide * 0.30, wide * 0.30)])
    top, reach = 0.214, wide * 0.24
    posts = [
        bar(
            [[s * reach, top - 0.004, 0], [s * reach, top + 0.030, 0], [s * reach * 0.86, top + 0.040, 0]],
            0.0055,
            12,
        )
        for s in (1, -1)
    ]
    grip = bar([[-reach * 0.88, top + 0.041, 0], [reach * 0.88, top + 0.041, 0]], 0.0125, section=16)
    feet = [plate(0.05, 0.014, 0.006, 0.003).rotate(x=-90).move(s * reach, top + 0.002, 0) for s in (1, -1)]
    return Asset([
        part("box", (join(tray, *corners), case)), part("lid", (roof, case), (seam, finish("steel", (0.30, 0.30, 0.32), "seam"))), part("latches", (latches, steel)),
        part("handle", (join(*posts, *feet), steel), (grip, asked(brief, "grip", "plastic", (0.06, 0.06, 0.065), "handle", "grip"))),
    ])  # fmt: skip


def ladder(brief: Brief) -> Asset:
    """A straight ladder that leans back as against a wall, or a step ladder."""
    return (
        step_ladder(brief)
        if brief.has("step", "stepladder", "folding", "a-frame")
        else straight_ladder(brief)
    )


def rails_and_rungs(brief: Brief) -> tuple[str, Finish, Finish]:
    """Whether a ladder is of wood or aluminium, and what its rails and its rungs are made of."""
    wooden = brief.style in ("rustic", "classic", "medieval") or brief.rng().random() < 0.5
    kind = "wood" if wooden else "aluminium"
    stuff = cover(brief, "rails", WOODS if wooden else ((0.78, 0.79, 0.80),), "rail", kind=kind)
    return kind, stuff, unless_said(brief, stuff, "rung", "step")


def straight_ladder(brief: Brief) -> Asset:
    """Two rails with round rungs, leaning back by 14 degrees."""
    kind, stuff, rungs = rails_and_rungs(brief)
    high = 2.1 * brief.grown("height", "length")
    count = brief.count("rung", brief.count("step", max(round(high / 0.28) - 1, 2), 2, 30), 2, 30)
    low, top = 0.21 * brief.grown("width"), 0.17 * brief.grown("width")
    section = curves.rectangle(0.028, 0.058, 0.012)
    rails = [shapes.sweep([[s * low, 0, 0], [s * top, high, 0]], 1.0, section) for s in (1, -1)]
    levels = high * (np.arange(count) + 0.7) / (count + 0.3)
    halves = np.interp(levels, [0, high], [low, top]) + 0.012
    made = [bar([[-w, y, 0], [w, y, 0]], 0.0145, section=14) for w, y in zip(halves, levels, strict=True)]
    lean = {"x": -14.0}
    parts = [
        part("rails", (join(*rails).rotate(**lean), stuff)),
        part("rungs", (join(*made).rotate(**lean), rungs)),
    ]
    if kind == "wood":
        return Asset(parts)
    shoe = shapes.rounded_box(0.042, 0.05, 0.07, 0.010, 2)
    shoes = copies(shoe, [[s * low, 0.018, 0] for s in (1, -1)]).rotate(**lean)
    return Asset([*parts, part("feet", (shoes, black("feet", "rubber")))])


def step_ladder(brief: Brief) -> Asset:
    """A step ladder of wood or aluminium."""
    kind, stuff, rungs = rails_and_rungs(brief)
    high = 1.9 * brief.grown("height", "length")
    count = brief.count("rung", brief.count("step", 6, 2, 14), 2, 14)
    lean, low, top = 0.30, 0.29, 0.19
    rails, treads = [], []
    for side in (1, -1):
        for face, deep in ((1, 0.055), (-1, 0.036)):
            path = np.array([[side * low, 0, face * (lean + 0.06)], [side * top, high, face * 0.05]])
            rails.append(shapes.sweep(path, 1.0, curves.rectangle(0.024, deep, 0.005)))

    def across(up: float, tall: float, deep: float, face: int) -> Solid:
        half, z = low + (top - low) * up, (lean + 0.06) * (1 - up) + 0.05 * up
        return board(2 * half, tall, deep).move(0, up * high, face * z)

    treads += [across((k + 1) / (count + 0.6), 0.022, 0.085, 1) for k in range(count)]
    treads += [across(up, 0.030, 0.018, -1) for up in (0.25, 0.62)]
    cap = board(2 * top + 0.10, 0.035, 0.19, 0.012).move(y=high + 0.004)
    x, y = low + (top - low) * 0.45, 0.45 * high
    stays = [bar([[s * x, y, 0.22], [s * x, y, -0.22]], 0.006) for s in (1, -1)]
    foot = shapes.rounded_box(0.036, 0.03, 0.066, 0.006, 2)
    feet = copies(foot, [[s * low, 0.014, z * (lean + 0.058)] for s in (1, -1) for z in (1, -1)])
    orange = asked(brief, "top", "plastic", (0.90, 0.42, 0.10), "top") if kind == "aluminium" else stuff
    return Asset([
        part("rails", (join(*rails), stuff)), part("steps", (join(*treads), rungs)), part("top", (cap, orange)),
        part("stays", (join(*stays), finish("steel", name="stays"))), part("feet", (feet, black("feet", "rubber"))),
    ])  # fmt: skip


def broom(brief: Brief) -> Asset:
    """A broom: a head of bristles on a stick, or a witch's besom of twigs."""
    witch = brief.has("witch", "besom", "magic", "flying", "quidditch")
    return besom(brief) if witch else brush_broom(brief)


def stick_of(brief: Brief) -> tuple[Finish, float]:
    """What a broomstick is made of, and its length in metres."""
    wood = asked(brief, "stick", "wood", WOODS[1], "stick", "handle", main=True)
    return wood, 1.25 * brief.grown("length", "handle")


def besom(brief: Brief) -> Asset:
    """Twigs bound around a crooked stick."""
    (wood, long), rng = stick_of(brief), brief.rng()
    line = [[0, 0.30, 0], [0.012, 0.70, 0.01], [-0.008, 1.1, 0], [0.006, 0.35 + long * 0.9, 0]]
    stick = bar(line, [0.016, 0.014, 0.013], 24, 14)
    twigs = []
    for _ in range(120):
        a, r = float(rng.uniform(0, 2 * np.pi)), float(np.sqrt(rng.uniform(0.02, 1)))
        rows = np.array(
            [[0.020 * r, 0.42], [0.060 * r, 0.28], [0.075 * r, 0.13], [0.055 * r, rng.uniform(0.0, 0.06)]]
        )
        path = np.column_stack([rows[:, 0] * np.sin(a), rows[:, 1], rows[:, 0] * np.cos(a)])
        twigs.append(bar(path, [0.0042, 0.0038, 0.0022], 7, 5))
    bands = [
        shapes.torus(r, 0.010, 28, 8).move(y=y) for r, y in ((0.036, 0.36), (0.031, 0.375), (0.027, 0.40))
    ]
    straw = asked(brief, "twigs", "straw", (0.62, 0.44, 0.22), "twig", "straw", "bristle")
    hide = finish("leather", (0.30, 0.18, 0.10), "bands")
    return Asset(
        [
            part("stick", (stick, wood)),
            part("twigs", (join(*twigs), straw)),
            part("bands", (join(*bands), hide)),
        ]
    )


def brush_broom(brief: Brief) -> Asset:
    """Tufts of bristles in a head on a straight stick."""
    (wood, long), rng = stick_of(brief), brief.rng()
    colour = asked(brief, "head", "plastic", BRIGHT[int(rng.integers(5))], "head", "brush")
    stick = bar([[0, 0.165, 0], [0, 0.165 + long, 0]], 0.0125, section=16)
    outline = curves.rounded(cm("-15 10.5, 15 10.5, 14 14, 3 16.5, -3 16.5, -14 14"), 0.012, 4)
    socket = turned(cm("2.6 15, 2.2 17, 1.8 22, 1.5 22.4"), bevel=0.002, segments=28)
    tufts = []
    for x in np.linspace(-0.135, 0.135, 16):
        for z in (-0.016, 0.0, 0.016):
            out = rng.uniform(-0.006, 0.006, 2)
            path = [[x, 0.112, z], [x * 1.06, 0.06, z * 1.3], [x * 1.16 + out[0], 0.0, z * 1.9 + out[1]]]
            tufts.append(shapes.sweep(path, [0.0075, 0.0085, 0.0105], 7))
    straw = asked(brief, "bristles", "straw", (0.86, 0.72, 0.40), "bristle", "straw")
    return Asset([
        part("stick", (stick, wood)), part("head", (shapes.extrude(outline, 0.050, 0.010), colour), (socket, colour)),
        part("bristles", (join(*tufts), straw)),
    ])  # fmt: skip


FAMILIES = (
    Family("drill", ("electric drill", "drill", "power drill", "cordless drill", "power tool"), grounded(drill, centre=True)),
    Family("toolbox", ("toolbox", "tool box", "tool chest", "tool case"), toolbox),
    Family("ladder", ("ladder", "step ladder", "stepladder", "wooden ladder"), grounded(ladder, centre=True)),
    Family("broom", ("broom", "broomstick", "witch broom", "sweeping brush", "mop"), grounded(broom, centre=True)),
)  # fmt: skip
