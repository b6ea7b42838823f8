"""Sports gear: tennis racket, baseball bat, skateboard, surfboard, dumbbell and trophy."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    bar,
    black,
    cm,
    copies,
    cover,
    facing,
    pick,
    plate,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def racket(brief: Brief) -> Asset:
    """A tennis racket with a ball, standing on its grip."""
    frame = cover(brief, "frame", (*BRIGHT, BLACK), "frame", "racket", roughness=0.25)
    grip_stuff = asked(
        brief,
        "grip",
        "leather",
        BLACK if frame.base_color[0] > 0.05 else (0.85, 0.84, 0.80),
        "grip",
        "handle",
    )
    a, b, y = 0.130 * brief.grown("width"), 0.170, 0.515
    loop = curves.ellipse(a, b, 72, 2.15)
    hoop = shapes.sweep(
        np.column_stack(
            [loop[:, 0] * (1 - 0.06 * (loop[:, 1] < 0) * (loop[:, 1] / b) ** 2), loop[:, 1] + y, np.zeros(72)]
        ),
        1.0,
        curves.ellipse(0.0085, 0.0125, 12, 3),
        closed=True,
    )
    throat = [
        bar([[s * 0.085, y - 0.135, 0], [s * 0.045, y - 0.215, 0], [s * 0.012, y - 0.30, 0]], 0.0095, 16)
        for s in (1, -1)
    ]
    stick = shapes.sweep([[0, 0.20, 0], [0, 0.245, 0]], 0.0135, curves.polygon(8, 1.0, 22.5))
    grip = shapes.sweep(
        [[0, 0.004, 0], [0, 0.02, 0], [0, 0.21, 0]],
        [0.0175, 0.0158, 0.0150],
        curves.polygon(8, 1.0, 22.5),
        crease=20,
    )
    cap = shapes.extrude(curves.polygon(8, 0.0195, 22.5), 0.012, 0.003).rotate(x=90).move(y=0.006)
    u = np.linspace(0, 1, 80)
    wrap = bar(
        np.column_stack([0.0155 * np.cos(u * 44), 0.02 + 0.19 * u, 0.0155 * np.sin(u * 44)]),
        0.0013,
        section=6,
    )
    lines = []
    for x in np.linspace(-0.86, 0.86, 15) * a:
        h = b * (1 - abs(x / a) ** 2.15) ** (1 / 2.15)
        lines.append(shapes.box(0.0022, 2 * h, 0.0018).move(x, y, 0.0004))
    for v in np.linspace(-0.88, 0.88, 18) * b:
        w = a * (1 - abs(v / b) ** 2.15) ** (1 / 2.15)
        lines.append(shapes.box(2 * w, 0.0022, 0.0018).move(0, y + v, -0.0004))
    ball = shapes.sphere(0.033, 32).move(0.105, 0.033, 0.05)
    t = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    seam = np.column_stack(
        [np.cos(t) + 0.33 * np.cos(3 * t), np.sin(t) - 0.33 * np.sin(3 * t), 0.94 * np.sin(2 * t)]
    )
    seam = seam / np.linalg.norm(seam, axis=1, keepdims=True) * 0.0328
    return Asset([
        part("frame", (join(hoop, *throat, stick), frame)), part("grip", (join(grip, wrap, cap), grip_stuff)), part("strings", (join(*lines), asked(brief, "strings", "plastic", (0.95, 0.94, 0.88), "string"))),
        part("ball", (ball, finish("wool", (0.80, 0.90, 0.20), "felt")), (shapes.sweep(seam + [0.105, 0.033, 0.05], 0.0012, 6, closed=True), finish("plastic", (0.96, 0.96, 0.93), "seam"))),
    ])  # fmt: skip


def bat(brief: Brief) -> Asset:
    """A baseball bat standing on its knob beside a ball; flat-bladed for cricket."""
    wood = cover(brief, "bat", WOODS[1:2] + WOODS[3:], "bat", kind="wood", roughness=0.3)
    tape = asked(brief, "grip", "leather", BLACK, "grip", "handle", "tape")
    long = 0.86 * brief.grown("length")
    if brief.has("cricket"):
        blade = (
            shapes.extrude(
                curves.rounded(cm("-5.4 26, 5.4 26, 5.4 84, -5.4 84"), np.array([0.05, 0.05, 0.03, 0.03]), 6),
                0.045,
                0.015,
            )
            .rotate(z=180)
            .move(y=0.86)
        )
        stick = bar([[0, 0.56, 0], [0, 0.88, 0]], 0.016, section=18)
        return Asset([part("bat", (blade, wood)), part("grip", (stick, tape))])
    body = turned(
        cm(
            "2 0, 2.45 0.6, 2.35 1.4, 1.35 2.8, 1.22 12, 1.4 30, 2.05 48, 2.95 64, 3.3 76, 3.28 83, "
            "2.4 85.5, 0 86"
        )
        * [1, long / 0.86],
        70,
        segments=40,
    )
    u = np.linspace(0, 1, 110)
    wrap = bar(
        np.column_stack([0.0133 * np.cos(u * 75), 0.035 + 0.23 * u, 0.0133 * np.sin(u * 75)]),
        0.0032,
        section=6,
    )
    label = (
        shapes.tube(0.0316, 0.028, 0.045, 0.001, 40).move(y=long * 0.765)
        if brief.rng().random() < 0.6
        else shapes.tube(0.0165, 0.012, 0.006, 0.001, 32).move(y=long * 0.36)
    )
    ball = shapes.sphere(0.037, 32).move(0.075, 0.037, 0.03)
    t = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    seam = np.column_stack(
        [np.cos(t) + 0.33 * np.cos(3 * t), np.sin(t) - 0.33 * np.sin(3 * t), 0.94 * np.sin(2 * t)]
    )
    seam = seam / np.linalg.norm(seam, axis=1, keepdims=True) * 0.0369 + [0.075, 0.037, 0.03]
    return Asset([
        part("bat", (body, wood)), part("grip", (wrap, tape)), part("band", (label, asked(brief, "band", "paint", pick(brief, BRIGHT), "band", "stripe"))),
        part("ball", (ball, finish("leather", (0.95, 0.94, 0.91), "ball"))), part("seam", (shapes.sweep(seam, 0.0016, 6, closed=True), finish("plastic", (0.80, 0.10, 0.12), "seam"))),
    ])  # fmt: skip


def skateboard(brief: Brief) -> Asset:
    """A skateboard on its four wheels, nose and tail turned up."""
    wood = asked(brief, "deck", "wood", pick(brief, (WOODS[1], WOODS[0])), "deck", "board")
    grey = None if brief.colours else (0.12, 0.12, 0.13)
    tape = asked(brief, "tape", "paint", grey, "tape", "top", main=True, roughness=0.95)
    wheel_stuff = asked(brief, "wheels", "plastic", pick(brief, ((0.95, 0.92, 0.85), *BRIGHT)), "wheel")
    long, wide = 0.80 * brief.grown("length"), 0.205 * brief.grown("width")

    def bent(v: Points) -> Points:
        x = (np.abs(v[:, 0]) - long * 0.30).clip(0)
        v[:, 1] += 1.15 * x**2 / 0.5 + 0.25 * x + 0.6 * v[:, 2] ** 2
        return v

    along = np.linspace(-1, 1, 49)
    half = wide / 2 * (1 - np.clip((np.abs(along) - 0.74) / 0.26, 0, 1) ** 2.2).clip(0) ** 0.5
    across = np.array([-1, -0.5, 0, 0.5, 1, 1, 0.5, 0, -0.5, -1])
    layers = []
    for low, high, grow in ((0.0, 0.011, 0.0), (0.0105, 0.0125, -0.004)):
        reach = (half + grow).clip(0)
        y = np.where(reach[:, None] > 1e-4, np.repeat([low, high], 5), (low + high) / 2)
        x = np.broadcast_to(along[:, None] * long / 2, y.shape)
        rows = np.stack([x, y, -across * reach[:, None]], axis=2)
        layers.append(shapes.loft(rows, crease=50).deform(bent).move(y=0.098))
    truck = join(
        shapes.rounded_box(0.080, 0.010, 0.055, 0.003, 2).move(y=0.093),
        turned(cm("1.6 0, 1.9 1, 1.4 2.2, 1.8 3.2"), segments=20).move(y=0.058),
        shapes.rounded_box(0.028, 0.026, 0.115, 0.008, 2).move(y=0.050),
        shapes.cylinder(0.006, 0.19, segments=14).rotate(x=90).move(0, 0.034, -0.095),
    )
    wheel = turned(cm("1.2 0, 2.6 .2, 3.2 .8, 3.2 2.8, 2.6 3.4, 1.2 3.6"), bevel=0.002, segments=32)
    hub = shapes.cylinder(0.013, 0.038, 0.001, 20).move(y=-0.001)
    ends = [s * long * 0.27 for s in (1, -1)]
    at = [[x, 0.034, z - 0.018] for x in ends for z in (0.088, -0.088)]
    spots = [[x + dx, 0.1105, z] for x in ends for dx in (0.024, -0.024) for z in (0.018, -0.018)]
    bolts = copies(shapes.cylinder(0.005, 0.003, segments=10), spots)
    return Asset([
        part("deck", (layers[0], wood)), part("grip_tape", (layers[1], tape)), part("trucks", (copies(truck, [[x, 0, 0] for x in ends]), finish("aluminium", name="trucks"))), part("bolts", (bolts, finish("chrome", name="bolts"))),
        part("wheels", (copies(facing(wheel), at), wheel_stuff)), part("hubs", (copies(facing(hub), at), black("hubs"))),
    ])  # fmt: skip


def surfboard(brief: Brief) -> Asset:
    """A surfboard standing on its tail, fins behind."""
    paint = cover(brief, "board", ((0.95, 0.93, 0.88), *BRIGHT), "board", roughness=0.15)
    stripe = asked(brief, "stripe", "paint", pick(brief, BRIGHT, 7), "stripe")
    long, wide = 2.0 * brief.grown("length", "height"), 0.54 * brief.grown("width")
    s = np.linspace(0, 1, 41)
    rows = cm("42 0, 58 4, 84 20, 100 45, 90 70, 60 88, 26 97, 0 100")
    smooth = curves.smooth_curve(rows, 120)
    half = wide / 2 * np.interp(s, smooth[:, 1], smooth[:, 0].clip(0))
    thick = 0.065 * np.sin(np.pi * (0.06 + 0.92 * s)).clip(0) ** 0.6
    ring = curves.ellipse(1, 1, 28, 2.6)
    bow = 0.10 * (s - 0.45) ** 2 * 2

    def body(grow: float, narrow: float) -> np.ndarray:
        return np.stack(
            [
                np.column_stack(
                    [ring[:, 0] * h * narrow, np.full(28, y * long), ring[:, 1] * (t / 2 + grow) + b]
                )
                for h, t, y, b in zip(half, thick, s, bow)
            ]
        )

    board = shapes.loft(body(0, 1.0), crease=60)
    lines = [
        shapes.loft(body(0.0035, 0.06)[2:-2], crease=60),
        *(shapes.loft(body(0.0035, 0.035)[3:-6] + [x * wide, 0, 0], crease=60) for x in (0.13, -0.13)),
    ]
    fin = shapes.extrude(
        curves.smooth_curve(cm("0 0, 0 12, -5 9, -11 3, -12 1, -7 1.5"), 30, closed=True), 0.010, 0.003
    ).rotate(y=-90)
    fins = [fin.move(x, 0.10 + up, -0.010) for x, up in ((0, 0.0), (0.13, 0.10), (-0.13, 0.10))]
    return Asset(
        [
            part("board", (board, paint)),
            part("stripes", (join(*lines), stripe)),
            part("fins", (join(*fins), asked(brief, "fins", "plastic", BLACK, "fin"))),
        ]
    )


def dumbbell(brief: Brief) -> Asset:
    """A dumbbell with hexagonal or stacked round weights; a long bar is a barbell."""
    rubber = cover(
        brief, "weights", (BLACK, (0.12, 0.12, 0.13)), "weight", "plate", kind="iron", roughness=0.6
    )
    chrome, long = asked(brief, "bar", "chrome", None, "bar", "handle", "grip"), brief.has("barbell")
    count = brief.count("weight", brief.count("plate", 2, 1, 5), 1, 5)
    half = 0.95 if long else 0.065
    rod = bar(
        [[-half - (0.12 if long else 0.09), 0, 0], [half + (0.12 if long else 0.09), 0, 0]], 0.014, section=20
    )
    knurl = turned(
        np.array([[0.0145, -0.05], [0.0168, -0.03], [0.0172, 0], [0.0168, 0.03], [0.0145, 0.05]]),
        16,
        segments=24,
    ).rotate(z=90)
    weights = []
    if brief.has("round", "barbell", "plate") or brief.rng().random() < 0.3:
        for k in range(count):
            r = (0.20 if long else 0.085) * (1 - 0.16 * k)
            disc = turned(
                np.array(
                    [
                        [r * 0.96, 0],
                        [r, 0.004],
                        [r, 0.022],
                        [r * 0.96, 0.026],
                        [r * 0.80, 0.026],
                        [r * 0.76, 0.021],
                        [r * 0.36, 0.021],
                        [r * 0.32, 0.027],
                        [0, 0.027],
                    ]
                ),
                segments=48,
            ).rotate(z=-90)
            weights += [disc.move(half + 0.028 * k, 0, 0), disc.mirror("x").move(-half - 0.028 * k, 0, 0)]
        radius = 0.20 if long else 0.085
    else:
        rows = np.array([[0.70, 0.0], [1.0, 0.016], [1.0, 0.070], [0.70, 0.086]])
        hexagon = curves.rounded(curves.polygon(6, 0.068, 0), 0.006, 3)
        head = shapes.loft(np.stack([curves.in_plane(hexagon * k, h) for k, h in rows]), crease=30).rotate(
            z=-90
        )
        weights, radius = [head.move(half - 0.012, 0, 0), head.mirror("x").move(-half + 0.012, 0, 0)], 0.059

    collars = [
        shapes.cylinder(0.024, 0.018, 0.003, 24)
        .rotate(z=90)
        .move(s * (half + 0.04 * (1 if not long else 1.8)) + 0.009, 0, 0)
        for s in (1, -1)
    ]
    turn = {"y": 24.0 if not long else 0.0}
    return Asset(
        [
            part("bar", (join(rod, knurl, *collars).rotate(**turn).move(y=radius), chrome)),
            part("weights", (join(*weights).rotate(**turn).move(y=radius), rubber)),
        ]
    )


def trophy(brief: Brief) -> Asset:
    """A trophy cup with two handles on a plinth with a plaque, a star on its front."""
    gold = asked(brief, "cup", "gold", None, "cup", "trophy", main=True)
    base_stuff = asked(
        brief,
        "plinth",
        "wood" if brief.rng().random() < 0.5 else "marble",
        (0.22, 0.12, 0.07) if brief.rng().random() < 0.5 else (0.10, 0.10, 0.11),
        "plinth",
        "base",
    )
    k = brief.grown("height")
    cup = (
        cm(
            "520 900, 520 960, 360 1060, 150 1260, 130 1450, 220 1520, 220 1580, 140 1640, 260 1760, "
            "620 2000, 840 2500, 900 3100, 930 3600, 970 3660, 930 3700, 880 3620, 820 2900, "
            "600 2200, 0 2000"
        )
        / 100
        * [1, k]
    )
    body = turned(cup, bevel=0.004, segments=56)
    handles = [
        bar(
            [
                [s * 0.088, 0.345 * k, 0],
                [s * 0.125, 0.372 * k, 0],
                [s * 0.160, 0.345 * k, 0],
                [s * 0.155, 0.275 * k, 0],
                [s * 0.115, 0.225 * k, 0],
                [s * 0.062, 0.205 * k, 0],
            ],
            [0.0075, 0.0085, 0.0075],
            36,
            12,
        )
        for s in (1, -1)
    ]
    plinth = [
        shapes.rounded_box(0.17, 0.022, 0.17, 0.004, 2).move(y=0.011),
        shapes.rounded_box(0.145, 0.070, 0.145, 0.004, 2).move(y=0.055),
    ]
    plaque = plate(0.09, 0.038, 0.004, 0.003).move(0, 0.056, 0.0735)
    lines = [
        shapes.box(w, 0.003, 0.001).move(0, y, 0.0758)
        for w, y in ((0.06, 0.064), (0.045, 0.054), (0.03, 0.046))
    ]
    star = shapes.extrude(curves.star(5, 0.030, 0.0125), 0.018, 0.003).rotate(x=6).move(0, 0.295 * k, 0.0965)
    return Asset([
        part("cup", (body, gold)), part("handles", (join(*handles), gold)), part("plinth", (join(*plinth), base_stuff)), part("plaque", (plaque, gold), (join(*lines), black("letters"))), part("star", (star, finish("silver", name="star"))),
    ])  # fmt: skip


FAMILIES = (
    Family("racket", ("tennis racket", "racket", "racquet", "badminton racket"), grounded(racket, centre=True)),
    Family("baseball_bat", ("baseball bat", "cricket bat", "bat and ball"), grounded(bat, centre=True)),
    Family("skateboard", ("skateboard", "longboard", "skate board"), grounded(skateboard)),
    Family("surfboard", ("surfboard", "surf board", "paddle board"), grounded(surfboard, centre=True)),
    Family("dumbbell", ("dumbbell", "barbell", "weights", "hand weight"), grounded(dumbbell, centre=True)),
    Family("trophy", ("trophy", "trophy cup", "winner cup", "gold cup", "award"), trophy),
)  # fmt: skip
