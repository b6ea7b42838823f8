"""The bathroom: tub, toilet, basin, and the taps that they share."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.joinery import board
from pocket3d_server.models.builtin_text.making import around, bar, both, cm, cover, metres, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

ENAMEL: tuple[RGB, ...] = ((0.95, 0.95, 0.94),)


def basin(outside: Rows, inside: Rows, power: float = 2.4, segments: int = 56) -> Solid:
    """A hollow body from level rings of (half width, half depth, height, shift along z): the outer wall up to
    the rim, then the inner one down to the floor."""
    t = curves.ellipse(1, 1, segments, power)
    rows = np.concatenate([outside, inside])
    rings = [curves.in_plane(t * [a, b], y) + [0, 0, z] for a, b, y, z in rows]
    return shapes.loft(np.stack(rings), crease=55)


def taps(metal: Finish, reach: float = 0.13, high: float = 0.14) -> list[tuple[Solid, Finish]]:
    """A spout over +z and two handles, standing on y = 0."""
    spout = bar(
        [
            [0, 0, 0],
            [0, high * 0.7, 0],
            [0, high, reach * 0.35],
            [0, high * 0.9, reach * 0.85],
            [0, high * 0.62, reach],
        ],
        [0.017, 0.013, 0.011, 0.011],
        26,
        14,
    )
    wheels = []
    for s in (1, -1):
        cross = around(bar([[0, 0, 0], [0, 0, 0.026]], [0.005, 0.007]), 4)
        wheels.append(
            join(
                shapes.cylinder(0.011, 0.045, 0.002, 18),
                cross.move(y=0.048),
                shapes.cylinder(0.008, 0.012, 0.003, 16).move(y=0.046),
            ).move(x=s * 0.085)
        )
    feet = [shapes.cylinder(0.022, 0.008, 0.003, 24).move(x=x) for x in (-0.085, 0, 0.085)]
    return [(join(spout, *wheels, *feet), metal)]


def bathtub(brief: Brief) -> Asset:
    """A free-standing bathtub with a rolled rim on claw feet; a plain one when modern."""
    enamel = cover(brief, "tub", ENAMEL, "tub", kind="ceramic")
    metal = asked(
        brief,
        "taps",
        "brass" if brief.style in ("classic", "luxury") else "chrome",
        None,
        "tap",
        "foot",
        "faucet",
    )
    long, wide, modern = 1.65 * brief.grown("length"), 0.76 * brief.grown("width"), brief.style == "modern"
    a, b, foot = long / 2, wide / 2, 0.0 if modern else 0.12
    outside = [
        (a * 0.62, b * 0.52, foot, 0.0),
        (a * 0.76, b * 0.70, foot + 0.03, 0.0),
        (a * 0.86, b * 0.82, foot + 0.15, 0.0),
        (a * 0.93, b * 0.90, foot + 0.36, 0.0),
        (a * 0.955, b * 0.93, foot + 0.44, 0.0),
    ]
    t = np.radians(np.linspace(-70, 200, 8))
    outside += [
        (a * 0.965 + 0.022 * np.cos(k), b * 0.945 + 0.022 * np.cos(k), foot + 0.46 + 0.022 * np.sin(k), 0.0)
        for k in t
    ]
    inside = [
        (a * 0.90, b * 0.87, foot + 0.40, 0.0),
        (a * 0.82, b * 0.76, foot + 0.16, 0.0),
        (a * 0.70, b * 0.60, foot + 0.065, 0.0),
        (a * 0.40, b * 0.30, foot + 0.05, 0.0),
    ]
    tub = basin(outside, inside, 2.7).deform(
        lambda v: np.column_stack(
            [v[:, 0], v[:, 1] + 0.10 * ((v[:, 1] - foot) / 0.46) * np.clip(-v[:, 0] / a, 0, 1) ** 2, v[:, 2]]
        )
    )
    claw = join(turned(cm("0 0, 3.4 1.2, 3.6 3.0, 2.2 5.0, 2.6 8, 4.4 12, 4.6 15, 0 16"), 26, segments=20))
    feet = [claw.move(sx * a * 0.62, 0, sz * b * 0.56) for sx in (1, -1) for sz in (1, -1)]
    drain = shapes.cylinder(0.030, 0.006, 0.002, 24).move(a * 0.35, foot + 0.050, 0)
    water = taps(metal, 0.15, 0.20)
    parts = [
        part("tub", (tub, enamel)),
        part("drain", (drain, metal)),
        part("taps", *[(s.rotate(y=-90).move(a * 0.965, foot + 0.475, 0), m) for s, m in water]),
    ]
    pipe = bar([[a * 0.965, 0.005, 0], [a * 0.965, foot + 0.48, 0]], 0.016)
    return Asset(
        [*parts, part("pipe", (pipe, metal)), *([] if modern else [part("feet", (join(*feet), metal))])]
    )


def toilet(brief: Brief) -> Asset:
    """A toilet with its seat, raised lid, cistern and flush."""
    enamel = cover(brief, "bowl", ENAMEL, "bowl", kind="ceramic")
    seat_stuff = asked(brief, "seat", "plastic", (0.93, 0.93, 0.92), "seat", "lid", roughness=0.25)
    chrome = finish("chrome", name="flush")
    outside = [
        (0.115, 0.17, 0.0, -0.07),
        (0.115, 0.17, 0.03, -0.07),
        (0.095, 0.14, 0.10, -0.07),
        (0.105, 0.16, 0.20, -0.05),
        (0.150, 0.205, 0.30, 0.01),
        (0.178, 0.235, 0.365, 0.04),
        (0.182, 0.240, 0.39, 0.04),
        (0.176, 0.234, 0.40, 0.04),
    ]
    inside = [
        (0.135, 0.185, 0.40, 0.04),
        (0.128, 0.175, 0.38, 0.04),
        (0.10, 0.14, 0.29, 0.03),
        (0.05, 0.07, 0.22, 0.0),
    ]
    bowl = basin(outside, inside, 2.2)
    shelf = shapes.rounded_box(0.34, 0.08, 0.20, 0.03, 3).move(0, 0.365, -0.215)
    loop = curves.ellipse(0.187, 0.240, 48, 2.2)
    ring = (
        shapes.extrude(loop, 0.022, 0.009, holes=[curves.ellipse(0.122, 0.170, 40, 2.2)], steps=3)
        .rotate(x=-90)
        .move(0, 0.413, 0.035)
    )
    lid = shapes.extrude(loop, 0.020, 0.008, steps=3).rotate(x=-8).move(0, 0.655, -0.205)
    hinges = [
        shapes.cylinder(0.012, 0.05, 0.003, 16).rotate(z=90).move(x + 0.025, 0.425, -0.19)
        for x in (0.08, -0.08)
    ]
    tank = (
        shapes.rounded_box(0.40, 0.36, 0.18, 0.030, 4)
        .deform(
            lambda v: (
                v
                * np.column_stack(
                    [0.94 + 0.06 * v[:, 1] / 0.18, np.ones(len(v)), 0.94 + 0.06 * v[:, 1] / 0.18]
                )
            )
        )
        .move(0, 0.585, -0.315)
    )
    cap = shapes.rounded_box(0.42, 0.035, 0.20, 0.012, 3).move(0, 0.775, -0.315)
    button = join(
        shapes.cylinder(0.026, 0.012, 0.003, 28), shapes.box(0.002, 0.002, 0.05).move(y=0.012)
    ).move(0, 0.790, -0.315)
    return Asset([
        part("bowl", (join(bowl, shelf), enamel)), part("seat", (ring, seat_stuff)), part("lid", (lid, seat_stuff)), part("hinges", (join(*hinges), chrome)),
        part("cistern", (join(tank, cap), enamel)), part("flush", (button, chrome)),
        part("water", (shapes.cylinder(0.085, 0.004, segments=32).scale(1, 1, 1.35).move(0, 0.275, 0.025), finish("glass", (0.55, 0.75, 0.85), "water"))),
    ])  # fmt: skip


def sink(brief: Brief) -> Asset:
    """A wash basin on its pedestal, with taps; in a cupboard when modern or for the kitchen."""
    boxed = brief.style == "modern" or brief.has("cabinet", "vanity", "kitchen", "cupboard")
    return vanity(brief) if boxed else pedestal_sink(brief)


def wash_basin(brief: Brief) -> tuple[list[Part], Finish, Finish, float, float]:
    """Bowl, drain and taps; what they are made of; how wide they are and how high the rim is, in metres."""
    enamel = cover(
        brief, "basin", ENAMEL, "basin", "bowl", kind="steel" if brief.has("kitchen") else "ceramic"
    )
    old = brief.style in ("classic", "luxury")
    metal = asked(brief, "taps", "brass" if old else "chrome", None, "tap", "faucet")
    wide, top = 0.58 * brief.grown("width"), 0.84 * brief.grown("height")
    size, rim = [wide / 2, 0.22, 1, 1], [0, 0, top, 0]
    outside = metres(
        ".35 .4 -.2 -.03, .6 .66 -.16 -.02, .86 .9 -.09 0, .98 .99 -.03 0, 1 1.02 -.012 0, .985 1.005 0 0"
    )
    inside = metres(
        ".83 .68 0 .045, .8 .65 -.012 .045, .68 .54 -.08 .04, .3 .24 -.128 .03, .08 .07 -.132 .03"
    )
    bowl = basin(outside * size + rim, inside * size + rim, 3.0)
    drain = shapes.cylinder(0.022, 0.004, 0.001, 24).move(0, top - 0.1325, 0.03)
    spout = [(s.move(0, top - 0.002, -0.155), m) for s, m in taps(metal, 0.14, 0.16)]
    parts = [part("basin", (bowl, enamel)), part("drain", (drain, metal)), part("taps", *spout)]
    return parts, enamel, metal, wide, top


def vanity(brief: Brief) -> Asset:
    """A basin in a cupboard with two doors."""
    parts, _, metal, wide, top = wash_basin(brief)
    wood = asked(brief, "cabinet", "wood", (0.55, 0.40, 0.26), "cabinet", "cupboard", "door")
    y = (top - 0.13) / 2 + 0.05
    case = board(wide - 0.02, top - 0.13, 0.38).move(0, y, -0.01)
    doors = both(board(wide / 2 - 0.03, top - 0.20, 0.02, 0.005).move(wide / 4 - 0.008, y, 0.185))
    pulls = both(bar(metres(".03 .42 .215, .03 .56 .215"), 0.006))
    plinth = shapes.box(wide - 0.08, 0.06, 0.32).move(0, 0.03, -0.02)
    return Asset([
        *parts, part("cabinet", (join(case, plinth), wood)), part("doors", (doors, wood)), part("handles", (pulls, metal)),
    ])  # fmt: skip


def pedestal_sink(brief: Brief) -> Asset:
    """A basin on its foot."""
    parts, enamel, _, _, top = wash_basin(brief)
    foot = metres(".115 .105 0 -.04, .118 .108 .02 -.04, .078 .075 .09 -.04")
    head = metres(".085 .08 -.21 -.035, .13 .11 -.13 -.03, .05 .05 -.12 -.03") + [0, 0, top, 0]
    middle = [[0.066, 0.065, top * 0.5, -0.04]]
    pedestal = basin(np.concatenate([foot, middle, head[:2]]), head[2:], 2.4, 40)
    return Asset([*parts, part("pedestal", (pedestal, enamel))])


FAMILIES = (
    Family("bathtub", ("bathtub", "bath tub", "bath", "tub", "clawfoot bathtub"), grounded(bathtub, centre=True)),
    Family("toilet", ("toilet", "toilet bowl", "lavatory", "wc", "water closet"), toilet),
    Family("sink", ("sink", "bathroom sink", "wash basin", "washbasin", "basin", "kitchen sink", "hand basin"), sink),
)  # fmt: skip
