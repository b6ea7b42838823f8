"""Lamps: on a table, on the floor, hanging, in the street; lanterns and candles."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.language.brief import RGB, Brief

WARM: RGB = (1.0, 0.86, 0.60)


def lamp(brief: Brief) -> Asset:
    """The kind of lamp that the prompt names; a table lamp otherwise."""
    if brief.has("street", "streetlight", "streetlamp", "lamppost", "post"):
        return street(brief)
    if brief.has("desk", "reading", "architect", "work"):
        return desk_lamp(brief)
    if brief.has("floor", "standing"):
        return shaded(brief, 1.55, 0.0)
    return shaded(brief, 0.56, float(brief.rng().integers(3)))


def shade_of(low: float, high: float, tall: float) -> Solid:
    """A lampshade, open at both ends, its lower rim on y = 0."""
    wall = [[low, 0], [high, tall], [high - 0.004, tall], [low - 0.004, 0]]
    return shapes.revolve(np.array(wall), 48, crease=50, closed=True)


def shaded(brief: Brief, height: float, kind: float) -> Asset:
    """A shade on a stand; ``kind`` picks the table lamp's foot."""
    tall = height * brief.grown("height")
    stand = asked(
        brief,
        "stand",
        "brass" if height > 1 or kind == 1 else "ceramic",
        None if height > 1 or kind == 1 else (0.20, 0.40, 0.45),
        "base",
        "stand",
        "foot",
        main=True,
    )
    cloth = asked(brief, "shade", "fabric", (0.96, 0.91, 0.80), "shade", "lampshade")
    top = tall * (0.58 if height < 1 else 0.80)
    if height > 1:
        foot = [[0.15, 0], [0.15, 0.014], [0.03, 0.03], [0.013, 0.06], [0.013, top]]
        body = shapes.revolve(curves.rounded(np.array(foot), 0.008, 3, closed=False), 36)
        radii = (0.22, 0.17, tall - top + 0.02)
    else:
        rows = {
            0: [
                [0.06, 0],
                [0.065, 0.012],
                [0.05, 0.03],
                [0.105, 0.12],
                [0.11, 0.17],
                [0.05, 0.25],
                [0.022, 0.29],
                [0.028, 0.31],
            ],
            1: [
                [0.085, 0],
                [0.085, 0.015],
                [0.03, 0.03],
                [0.018, 0.06],
                [0.03, 0.12],
                [0.016, 0.18],
                [0.024, 0.22],
                [0.014, 0.31],
            ],
            2: [
                [0.07, 0],
                [0.10, 0.06],
                [0.10, 0.13],
                [0.06, 0.20],
                [0.03, 0.23],
                [0.05, 0.25],
                [0.02, 0.30],
                [0.02, 0.31],
            ],
        }[int(kind)]
        body = shapes.revolve(
            curves.smooth_curve(np.array(rows) * [brief.grown("girth"), top / 0.31], 44), brief.detail(44)
        )
        radii = (0.17 * brief.grown("width", "shade"), 0.105 * brief.grown("width", "shade"), tall - top)
    neck = shapes.cylinder(0.009, tall - top, segments=16).move(y=top - 0.002)
    bulb = shapes.revolve(
        curves.smooth_curve([[0.012, 0], [0.014, 0.03], [0.034, 0.075], [0.026, 0.11], [0, 0.125]], 20), 24
    )
    base = top + 0.01 if height < 1 else top
    spokes = [
        shapes.sweep([[0, 0, 0], [radii[1] - 0.002, 0, 0]], 0.0025, 6)
        .rotate(y=120 * k)
        .move(y=base + radii[2] - 0.012)
        for k in range(3)
    ]
    rims = [
        shapes.torus(r - 0.002, 0.007, 48, 8).move(y=base + y)
        for r, y in ((radii[0], 0.0), (radii[1], radii[2]))
    ]
    return Asset([
        part("stand", (body, stand)), part("neck", (join(neck, *spokes), finish("brass"))),
        part("bulb", (bulb.move(y=top + 0.02), glow("light", WARM))),
        part("shade", (join(shade_of(*radii).move(y=base), *rims), cloth)),
    ])  # fmt: skip


def desk_lamp(brief: Brief) -> Asset:
    """A lamp on two sprung arms."""
    metal = asked(brief, "metal", "paint", (0.75, 0.16, 0.12), "arm", "base", "shade", main=True)
    steel = finish("steel")
    base = shapes.revolve(
        curves.rounded(
            np.array([[0, 0], [0.10, 0], [0.10, 0.016], [0.03, 0.03], [0.02, 0.05], [0, 0.05]]),
            0.008,
            3,
            closed=False,
        ),
        40,
    )
    elbow, head = np.array([0, 0.34, -0.10]), np.array([0, 0.50, 0.16])
    arms: list[Solid] = []
    for x in (-0.013, 0.013):
        arms += [
            shapes.sweep([[x, 0.045, 0], elbow + [x, 0, 0]], 0.006, 10),
            shapes.sweep([elbow + [x, 0, 0], head + [x, 0, 0]], 0.006, 10),
        ]
    joints = [
        shapes.cylinder(0.018, 0.045, 0.004, 24).rotate(z=90).move(0.0225, *p[1:])
        for p in (np.array([0, 0.05, 0]), elbow, head)
    ]
    cone = [
        [0.022, 0.06],
        [0.028, 0.03],
        [0.045, 0.0],
        [0.095, -0.10],
        [0.098, -0.105],
        [0.091, -0.10],
        [0.04, -0.005],
        [0.0, 0.0],
    ]
    hood = shapes.revolve(cm("0 -0.4, 4 -0.8, 9.1 -10, 9.8 -10.4, 9.6 -9.8, 4.8 0.2, 3 4, 2.2 6, 0 6.2"), 40)
    del cone
    bulb = shapes.sphere(0.034, 24).move(y=-0.045)
    turn = {"x": -32.0}
    return Asset([
        part("base", (base, metal)), part("arms", (join(*arms), steel)), part("joints", (join(*joints), steel)),
        part("shade", (hood.rotate(**turn).move(*(head + [0, -0.04, 0.03])), metal)),
        part("bulb", (bulb.rotate(**turn).move(*(head + [0, -0.04, 0.03])), glow("light", WARM))),
    ])  # fmt: skip


def lantern_head(size: float) -> list[tuple[str, Solid]]:
    """A glazed lantern standing on y = 0: frame, panes and roof."""
    h = size
    bars = [
        shapes.sweep(
            [[0.11 * h * x, 0.03 * h, 0.11 * h * z], [0.19 * h * x, 0.62 * h, 0.19 * h * z]], 0.012 * h, 8
        )
        for x in (1, -1)
        for z in (1, -1)
    ]
    foot = shapes.prism(4, 0.17 * h, 0.05 * h, 0.01 * h, top=0.18 * h)
    rim = shapes.prism(4, 0.30 * h, 0.05 * h, 0.01 * h).move(y=0.60 * h)
    rings = [[0.31, 0.65], [0.30, 0.68], [0.13, 0.84], [0.10, 0.86], [0.10, 0.90], [0.03, 0.95], [0.03, 1.0]]
    square = curves.polygon(4, 1.0, -45)
    roof = shapes.loft(np.stack([curves.in_plane(square * r * h, y * h) for r, y in rings]), crease=25)
    panes = shapes.loft(
        np.stack([curves.in_plane(square * r * h, y * h) for r, y in ((0.145, 0.045), (0.25, 0.61))]),
        crease=25,
    )
    return [("frame", join(*bars, foot, rim)), ("panes", panes), ("roof", roof)]


def street(brief: Brief) -> Asset:
    """A street lamp: an old cast-iron lantern, or a modern mast with an arm."""
    iron = asked(brief, "iron", "iron", (0.07, 0.09, 0.08), "post", "pole", main=True)
    height = 4.0 * brief.grown("height")
    if brief.style == "modern" or brief.style == "futuristic":
        steel = asked(brief, "mast", "aluminium", None, "post", "pole", main=True)
        path = curves.smooth_curve(
            [[0, 0, 0], [0, height, 0], [0, height * 1.35, 0.15], [0, height * 1.45, 1.4]], 40
        )
        mast = shapes.sweep(path, np.linspace(0.075, 0.035, 40), 20)
        head = shapes.superellipsoid(0.28, 0.10, 0.70, 3, 2.4, 32).move(0, height * 1.45, 1.6)
        light = shapes.rounded_box(0.20, 0.03, 0.52, 0.01, 2).move(0, height * 1.45 - 0.045, 1.6)
        base = shapes.cylinder(0.14, 0.5, 0.02, 28)
        return Asset(
            [
                part("mast", (join(mast, base), steel)),
                part("head", (head, steel)),
                part("light", (light, glow("light", (1, 0.96, 0.88)))),
            ]
        )
    post = [
        [0.20, 0],
        [0.20, 0.10],
        [0.15, 0.14],
        [0.15, 0.40],
        [0.17, 0.44],
        [0.10, 0.52],
        [0.075, 0.70],
        [0.085, 0.74],
        [0.06, 0.80],
        [0.05, 3.0],
        [0.075, 3.06],
        [0.05, 3.12],
        [0.045, 3.28],
        [0.10, 3.34],
        [0.04, 3.40],
    ]
    column = shapes.revolve(curves.rounded(np.array(post) * [1, height / 4], 0.02, 3, closed=False), 32)
    bar = shapes.sweep(
        [[-0.32, 3.0 * height / 4, 0], [0.32, 3.0 * height / 4, 0]], 0.018, 10, round_ends=True
    )
    knobs = [shapes.sphere(0.035, 18).move(s * 0.34, 3.0 * height / 4, 0) for s in (1, -1)]
    parts: list[Part] = [part("post", (join(column, bar, *knobs), iron))]
    stuff = {"frame": iron, "panes": glow("lantern_light", WARM, 0.9), "roof": iron}
    for name, solid in lantern_head(0.75):
        parts.append(part(name, (solid.move(y=3.36 * height / 4), stuff[name])))
    return Asset(parts)


def lantern(brief: Brief) -> Asset:
    """A lantern to carry, with a candle in it."""
    iron = asked(brief, "frame", "iron", (0.10, 0.10, 0.10), "frame", main=True)
    stuff = {"frame": iron, "panes": finish("glass", (1.0, 0.93, 0.78), "panes", alpha=0.35), "roof": iron}
    parts = [part(n, (s, stuff[n])) for n, s in lantern_head(0.36)]
    flame = shapes.revolve(curves.smooth_curve([[0, 0], [0.011, 0.014], [0.008, 0.032], [0, 0.05]], 14), 16)
    ring = shapes.torus(0.045, 0.009, 32, 8).rotate(x=90).move(y=0.39)
    wax = shapes.cylinder(0.028, 0.09, 0.004, 24).move(y=0.018)
    return Asset(
        [
            *parts,
            part("candle", (wax, finish("plaster", (0.96, 0.93, 0.84), "wax"))),
            part("flame", (flame.move(y=0.112), glow("flame", (1.0, 0.72, 0.25)))),
            part("ring", (ring, iron)),
        ]
    )


def candle(brief: Brief) -> Asset:
    """A candle in a holder; several on a candelabrum when a number is asked for."""
    metal = asked(brief, "holder", "brass", None, "holder", "candlestick", "stand")
    wax = asked(brief, "wax", "plaster", (0.95, 0.91, 0.80), "candle", "wax", main=True)
    count = brief.count("candle", 3 if brief.has("candelabra", "candelabrum", "chandelier") else 1, 1, 9)
    foot = curves.smooth_curve(
        [[0.075, 0], [0.075, 0.01], [0.03, 0.03], [0.014, 0.07], [0.026, 0.11], [0.012, 0.15], [0.016, 0.20]],
        40,
    )
    tall = 0.20 if count > 1 else 0.10
    pieces = [shapes.revolve(foot * [1, tall / 0.2], 36)]
    waxes, flames = [], []
    for x in np.linspace(-0.075, 0.075, count) * (count - 1) if count > 1 else [0.0]:
        if x:
            arm = curves.smooth_curve(
                [[0, tall * 0.7, 0], [x * 0.5, tall * 0.5, 0], [x, tall * 0.65, 0], [x, tall, 0]], 18
            )
            pieces.append(shapes.sweep(arm, 0.007, 10))
        pieces.append(
            shapes.revolve(cm("0.6 -0.4, 3.2 0, 3.4 0.6, 2 0.6, 2 2.4, 0 2.4"), 28).move(x, tall, 0)
        )
        waxes.append(shapes.cylinder(0.0165, 0.14 * brief.grown("height"), 0.003, 24).move(x, tall + 0.02, 0))
        flame = shapes.revolve(
            curves.smooth_curve([[0, 0], [0.010, 0.013], [0.007, 0.030], [0, 0.048]], 14), 16
        )
        flames.append(flame.move(x, tall + 0.025 + 0.14 * brief.grown("height"), 0))
    return Asset(
        [
            part("holder", (join(*pieces), metal)),
            part("candles", (join(*waxes), wax)),
            part("flames", (join(*flames), glow("flame", (1.0, 0.72, 0.25)))),
        ]
    )


FAMILIES = (
    Family("lamp", ("lamp", "table lamp", "floor lamp", "desk lamp", "street lamp", "street light", "lamp post", "lamppost", "streetlight", "bedside lamp", "reading lamp", "standing lamp", "streetlamp", "light"), lamp),
    Family("lantern", ("lantern", "oil lamp", "hand lantern"), lantern),
    Family("candle", ("candle", "candlestick", "candelabra", "candelabrum", "candle holder"), candle),
)  # fmt: skip
