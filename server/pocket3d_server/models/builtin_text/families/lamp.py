"""Lamps: on a table, on the floor, hanging, in the street; lanterns and candles."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import around, bar, cm, turned
from pocket3d_server.models.language.brief import RGB, Brief

WARM: RGB = (1.0, 0.86, 0.60)


def lamp(brief: Brief) -> Asset:
    """A table lamp, or one for the street, the desk or the floor."""
    if brief.has("street", "streetlight", "streetlamp", "lamppost", "post"):
        return street(brief)
    if brief.has("desk", "reading", "architect", "work"):
        return desk_lamp(brief)
    return floor_lamp(brief) if brief.has("floor", "standing") else table_lamp(brief)


def shade_of(low: float, high: float, tall: float) -> Solid:
    """A lampshade, open at both ends, its lower rim on y = 0."""
    wall = [[low, 0], [high, tall], [high - 0.004, tall], [low - 0.004, 0]]
    return shapes.revolve(np.array(wall), 48, crease=50, closed=True)


FEET = (
    "6 0, 6.5 1.2, 5 3, 10.5 12, 11 17, 5 25, 2.2 29, 2.8 31",
    "8.5 0, 8.5 1.5, 3 3, 1.8 6, 3 12, 1.6 18, 2.4 22, 1.4 31",
    "7 0, 10 6, 10 13, 6 20, 3 23, 5 25, 2 30, 2 31",
)
"""Half sections of table lamps' feet: a gourd, a turned column, a bottle."""


def table_lamp(brief: Brief) -> Asset:
    """A shade on a foot of ceramic or brass."""
    kind = int(brief.rng().integers(3))
    stuff = ("brass", None) if kind == 1 else ("ceramic", (0.20, 0.40, 0.45))
    stand = asked(brief, "stand", *stuff, "base", "stand", "foot", main=True)
    tall = 0.56 * brief.grown("height")
    top, wide = tall * 0.58, brief.grown("width", "shade")
    body = turned(cm(FEET[kind]) * [brief.grown("girth"), top / 0.31], 44, segments=brief.detail(44))
    return Asset([
        part("stand", (body, stand)), *shade_on(brief, top, top + 0.01, (0.17 * wide, 0.105 * wide, tall - top)),
    ])  # fmt: skip


def floor_lamp(brief: Brief) -> Asset:
    """A shade on a man-high stand."""
    tall = 1.55 * brief.grown("height")
    top = tall * 0.80
    stand = asked(brief, "stand", "brass", None, "base", "stand", "foot", main=True)
    foot = np.concatenate([cm("15 0, 15 1.4, 3 3, 1.3 6"), [[0.013, top]]])
    body = turned(foot, bevel=0.008, segments=36)
    return Asset([part("stand", (body, stand)), *shade_on(brief, top, top, (0.22, 0.17, tall - top + 0.02))])


def shade_on(brief: Brief, top: float, base: float, radii: tuple[float, float, float]) -> list[Part]:
    """Neck, bulb and shade over a stand that ends at ``top``; the shade's lower rim is at ``base``, and its
    radius below, radius above and height are ``radii``."""
    cloth = asked(brief, "shade", "fabric", (0.96, 0.91, 0.80), "shade", "lampshade")
    low, high, rise = radii
    neck = shapes.cylinder(0.009, rise, segments=16).move(y=top - 0.002)
    bulb = turned(cm("1.2 0, 1.4 3, 3.4 7.5, 2.6 11, 0 12.5"), 20, segments=24)
    spoke = shapes.sweep([[0, 0, 0], [high - 0.002, 0, 0]], 0.0025, 6).move(y=base + rise - 0.012)
    rims = [shapes.torus(r - 0.002, 0.007, 48, 8).move(y=base + y) for r, y in ((low, 0.0), (high, rise))]
    return [
        part("neck", (join(neck, around(spoke, 3)), finish("brass"))),
        part("bulb", (bulb.move(y=top + 0.02), glow("light", WARM))),
        part("shade", (join(shade_of(low, high, rise).move(y=base), *rims), cloth)),
    ]


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
    hood = shapes.revolve(cm("0 -0.4, 4 -0.8, 9.1 -10, 9.8 -10.4, 9.6 -9.8, 4.8 0.2, 3 4, 2.2 6, 0 6.2"), 40)
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
    """A street lamp: a modern mast with an arm, or an old cast-iron post with its lantern."""
    return mast(brief) if brief.style in ("modern", "futuristic") else lantern_post(brief)


def mast(brief: Brief) -> Asset:
    """A mast that bends over the road, with a flat light at its end."""
    steel = asked(brief, "mast", "aluminium", None, "post", "pole", main=True)
    height = 4.0 * brief.grown("height")
    path = np.array([[0, 0, 0], [0, 1, 0], [0, 1.35, 0.15 / height], [0, 1.45, 1.4 / height]]) * height
    pole = shapes.sweep(curves.smooth_curve(path, 40), np.linspace(0.075, 0.035, 40), 20)
    head = shapes.superellipsoid(0.28, 0.10, 0.70, 3, 2.4, 32).move(0, height * 1.45, 1.6)
    light = shapes.rounded_box(0.20, 0.03, 0.52, 0.01, 2).move(0, height * 1.45 - 0.045, 1.6)
    return Asset(
        [
            part("mast", (join(pole, shapes.cylinder(0.14, 0.5, 0.02, 28)), steel)),
            part("head", (head, steel)),
            part("light", (light, glow("light", (1, 0.96, 0.88)))),
        ]
    )


POST = "20 0, 20 10, 15 14, 15 40, 17 44, 10 52, 7.5 70, 8.5 74, 6 80, 5 300, 7.5 306, 5 312, 4.5 328, 10 334, 4 340"


def lantern_post(brief: Brief) -> Asset:
    """A cast-iron post with a ladder bar and a glazed lantern."""
    iron = asked(brief, "iron", "iron", (0.07, 0.09, 0.08), "post", "pole", main=True)
    k = brief.grown("height")
    column = turned(cm(POST) * [1, k], bevel=0.02)
    rung = bar([[-0.32, 3.0 * k, 0], [0.32, 3.0 * k, 0]], 0.018)
    knobs = [shapes.sphere(0.035, 18).move(s * 0.34, 3.0 * k, 0) for s in (1, -1)]
    stuff = {"frame": iron, "panes": glow("lantern_light", WARM, 0.9), "roof": iron}
    head = [part(name, (solid.move(y=3.36 * k), stuff[name])) for name, solid in lantern_head(0.75)]
    return Asset([part("post", (join(column, rung, *knobs), iron)), *head])


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
