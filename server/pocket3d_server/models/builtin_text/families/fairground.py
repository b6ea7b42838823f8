"""For children and fairs: swing, slide, Ferris wheel, carousel, seesaw."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.making import around, metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.rides import (
    canopy_wedges,
    gondola,
    great_wheel,
    little_horse,
    on_circle,
)
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both, ladder, tube_along
from pocket3d_server.models.language.brief import RGB, Brief

BRIGHT: tuple[RGB, ...] = (
    (0.85, 0.12, 0.12),
    (0.12, 0.38, 0.75),
    (0.95, 0.72, 0.08),
    (0.16, 0.58, 0.28),
    (0.90, 0.40, 0.10),
)


def _bright(brief: Brief, name: str, turn: int, *nouns: str, main: bool = False) -> Finish:
    rgb = BRIGHT[(int(brief.rng().integers(5)) + turn) % 5]
    return asked(brief, name, "paint", rgb, *nouns, main=main, roughness=0.3)


def swing(brief: Brief) -> Asset:
    """A frame of two A's with one or more seats on chains."""
    frame, seat, steel = (
        _bright(brief, "frame", 0, "frame", main=True),
        _bright(brief, "seats", 1, "seat"),
        finish("steel", name="chain"),
    )
    count = brief.count("seat", brief.count("swing", 2, 1, 4), 1, 4)
    half, high = 0.75 * count + 0.45, 2.3 * brief.grown("height")
    legs = [
        bar([s * (half + 0.22), 0.03, z], [s * half, high, 0], 0.04, 14)
        for s in (1, -1)
        for z in (0.95, -0.95)
    ]
    cross = [
        bar([s * (half + 0.10), high * 0.5, 0.46], [s * (half + 0.10), high * 0.5, -0.46], 0.028, 12)
        for s in (1, -1)
    ]
    top = bar([-half - 0.06, high, 0], [half + 0.06, high, 0], 0.05, 16)
    seats, chains = [], []
    for k in range(count):
        x, tilt = 1.5 * (k - (count - 1) / 2), (8.0, -5.0, 3.0, -7.0)[k]
        pieces = [shapes.rounded_box(0.5, 0.04, 0.22, 0.015, 2).move(y=-high + 0.5)]
        links = (
            [
                shapes.torus(0.016, 0.008, 10, 6)
                .scale(0.7, 1, 1.35)
                .rotate(x=90, y=90 * (i % 2))
                .move(s * 0.22, -0.06 - 0.037 * i, 0)
                for s in (1, -1)
                for i in range(int((high - 0.55) / 0.037))
            ]
            if brief.quality == "high"
            else [bar([s * 0.22, -0.04, 0], [s * 0.22, -high + 0.5, 0], 0.011, 6) for s in (1, -1)]
        )
        seats += [p.rotate(x=tilt).move(x, high, 0) for p in pieces]
        chains += [p.rotate(x=tilt).move(x, high, 0) for p in links]
    return Asset([part("frame", (join(*legs, *cross, top), frame)), part("seats", (join(*seats), seat)), part("chains", (join(*chains), steel))])  # fmt: skip


def slide(brief: Brief) -> Asset:
    """A playground slide with a wavy chute, a ladder with rails and a platform."""
    chute, frame = (
        _bright(brief, "chute", 0, "chute", "slide", main=True),
        _bright(brief, "frame", 1, "frame", "ladder"),
    )
    high, long = 1.75 * brief.grown("height"), 2.9 * brief.grown("length")
    path = curves.smooth_curve(
        [
            [0, high, 0],
            [0, high - 0.05, 0.3],
            [0, high * 0.56, long * 0.42],
            [0, high * 0.42, long * 0.55],
            [0, 0.30, long * 0.86],
            [0, 0.24, long + 0.15],
        ],
        40,
    )
    section = metres(
        "-0.26 0.16, -0.29 0.16, -0.29 -0.02, 0.29 -0.02, 0.29 0.16, 0.26 0.16, 0.26 0.01, -0.26 0.01"
    )
    # The frames of the sweep run with their first axis up here, so the section lies on its side.
    t = np.gradient(path, axis=0)
    t /= np.linalg.norm(t, axis=1, keepdims=True)
    up = np.column_stack([np.zeros(40), t[:, 2], -t[:, 1]])
    rings = path[:, None] + section[None, :, :1] * np.array([1.0, 0, 0]) + section[None, :, 1:] * up[:, None]
    trough = shapes.loft(rings, crease=35)
    rims = [shapes.sweep(path + up * 0.16 + [s * 0.275, 0, 0], 0.024, 10, round_ends=True) for s in (1, -1)]
    deck = shapes.rounded_box(0.62, 0.05, 0.55, 0.015, 1).move(0, high - 0.03, -0.24)
    steps = ladder(high + 0.35, 0.5, 0.04, 0.28).rotate(x=-72).move(0, high / 2 - 0.02, -0.80)
    rails = both(
        join(
            tube_along(
                [
                    [0.29, high * 0.55, -0.78],
                    [0.29, high + 0.45, -0.58],
                    [0.29, high + 0.55, -0.25],
                    [0.29, high + 0.12, 0.12],
                ],
                0.022,
                24,
            )
        )
    )
    legs = both(
        join(
            bar([0.27, 0.02, -0.05], [0.27, high - 0.03, -0.05], 0.03, 12),
            bar([0.2, 0.02, long * 0.62], [0.2, high * 0.36, long * 0.6], 0.028, 12),
            bar([0.2, 0.02, long], [0.2, 0.25, long], 0.028, 12),
        )
    )
    return Asset([part("chute", (join(trough, *rims), chute)), part("ladder", (join(steps, rails), frame)), part("platform", (deck, frame)), part("legs", (legs, frame))])  # fmt: skip


def seesaw(brief: Brief) -> Asset:
    """A plank on a pivot with a seat and a handle at each end."""
    board, frame = _bright(brief, "board", 0, "board", main=True), _bright(brief, "frame", 2, "frame", "seat")
    long, tilt = 2.8 * brief.grown("length"), 11.0 if brief.rng(1).random() < 0.5 else -11.0
    turn = lambda s: s.rotate(x=tilt).move(y=0.52)  # noqa: E731
    plank = shapes.rounded_box(0.24, 0.06, long, 0.02, 2)
    seats = [
        shapes.superellipsoid(0.34, 0.09, 0.36, 4, 2.6, 24).move(0, 0.06, s * (long / 2 - 0.2))
        for s in (1, -1)
    ]
    grips = [
        tube_along(
            [
                [-0.2, 0.34, s * (long / 2 - 0.52)],
                [-0.06, 0.34, s * (long / 2 - 0.52)],
                [0, 0.28, s * (long / 2 - 0.54)],
                [0, 0.02, s * (long / 2 - 0.58)],
            ],
            0.018,
            14,
        )
        for s in (1, -1)
    ]
    grips += [g.mirror("x") for g in grips]
    legs = both(join(*[bar([0.20, 0.03, z], [0.14, 0.52, 0], 0.035, 12) for z in (0.34, -0.34)]))
    axle = bar([-0.24, 0.52, 0], [0.24, 0.52, 0], 0.045, 14)
    return Asset(
        [
            part("board", (turn(plank), board)),
            part("seats", (turn(join(*seats)), frame)),
            part("handles", (turn(join(*grips)), finish("chrome"))),
            part("stand", (join(legs, axle), frame)),
        ]
    )


def ferris_wheel(brief: Brief) -> Asset:
    """A great wheel of two rims with spokes, coloured cabins that hang upright, on two A-frames, with lamps."""
    steel = asked(brief, "wheel", "paint", (0.93, 0.93, 0.95), "wheel", "frame", main=True, roughness=0.35)
    base_look = _bright(brief, "stand", 1, "stand", "base")
    count = brief.count("cabin", brief.count("gondola", 12, 6, 24), 6, 24)
    r, gap = 9.0 * brief.grown("height"), 0.95
    y0 = r + 2.6
    wheel = great_wheel(r, gap, count, brief.detail(64)).move(y=y0)
    hub = join(
        shapes.cylinder(0.55, 2 * gap + 1.3, 0.08, 28).rotate(x=90).move(0, y0, -gap - 0.65),
        shapes.cylinder(0.9, 0.3, 0.1, 32).rotate(x=90).move(0, y0, gap + 0.35),
    )
    legs = [both(bar([r * 0.52, 0.2, z * (gap + 1.9)], [0, y0, z * (gap + 0.55)], 0.22, 12)) for z in (1, -1)]
    legs += [
        bar([-r * 0.27, y0 * 0.48, z * (gap + 1.25)], [r * 0.27, y0 * 0.48, z * (gap + 1.25)], 0.14, 10)
        for z in (1, -1)
    ]
    floor = shapes.rounded_box(r * 1.35, 0.4, 6.6, 0.08, 2).move(0, 0.2, 0)
    step = shapes.rounded_box(3.0, 0.5, 3.2, 0.06, 2).move(0, 0.6, 0)
    shell, posts = gondola()
    colours = [finish("paint", BRIGHT[k], f"cabin_{k + 1}", roughness=0.3) for k in range(5)]
    cabins = []
    for k, (x, y) in enumerate(on_circle(r, count) + [0, y0]):
        looks = ((shell.move(x, y, 0), colours[k % 5]), (posts.move(x, y, 0), steel))
        cabins.append(part(f"cabin_{k + 1}", *looks))
    bulb = shapes.sphere(0.13, 10)
    lamps = [bulb.move(x, y, s * (gap + 0.12)) for x, y in on_circle(r, 2 * count) + [0, y0] for s in (1, -1)]
    star = shapes.extrude(curves.star(10, 2.2, 0.9), 0.12, 0.02).move(0, y0, gap + 0.55)
    return Asset([part("wheel", (wheel, steel)), part("hub", (hub, base_look)), part("star", (star, _bright(brief, "star", 3, "star"))), part("stand", (join(*legs), base_look)), part("platform", (join(floor, step), finish("concrete"))), part("lamps", (join(*lamps), glow("lamps", (1.0, 0.85, 0.45), 0.9))), *cabins])  # fmt: skip


def carousel(brief: Brief) -> Asset:
    """A roundabout with a striped canopy, a mirrored drum, brass poles and little horses."""
    one = _bright(brief, "stripe", 0, "roof", "canopy", "stripe", main=True)
    two = asked(brief, "cream", "paint", (0.97, 0.93, 0.82), "cream", roughness=0.4)
    gold, wood = finish("brass", name="poles"), finish("wood", (0.55, 0.36, 0.20), "floor")
    r, high, sides = 4.0 * brief.grown("width"), 3.4 * brief.grown("height"), 16
    wedges = canopy_wedges(r, high, sides)
    n = brief.detail(48)
    floor = shapes.revolve(np.array([[r * 1.02, 0], [r * 1.02, 0.35], [0, 0.35]]), n, crease=30)
    trim = [
        shapes.torus(r * 1.02, 0.12, n, 8).move(y=0.35),
        shapes.torus(r * 1.07, 0.12, sides, 8).move(y=high),
    ]
    waist = [[1.1, 0.35], [1.1, 0.6], [0.9, 0.7], [0.9, high - 0.3], [1.1, high - 0.1], [1.1, high + 0.3]]
    drum = shapes.revolve(np.array(waist), 12, crease=20)
    mirrors = around(shapes.rounded_box(0.34, 1.5, 0.04, 0.02, 1).move(0, 1.9, 0.88), 12, 15)
    ball, tip = shapes.sphere(0.28, 20).move(y=high + 2.4), shapes.cone(0.08, 0.6, segments=12)
    bulbs = around(shapes.sphere(0.09, 12).move(0, high - 0.2, r * 1.08), 2 * sides)
    count = brief.count("horse", 8, 3, 14)
    herd = []
    for piece in little_horse():
        herd.append(join(*(
            piece.rotate(y=90).move(0, 0.95 + 0.22 * (k % 2), r * 0.68).rotate(y=360 * k / count) for k in range(count)
        )))  # fmt: skip
    poles = around(shapes.cylinder(0.045, high, segments=10).move(0, 0.3, r * 0.68), count)
    body, mane, saddle = herd
    return Asset(
        [
            part("canopy", (join(*wedges[::2]), one), (join(*wedges[1::2]), two)), part("floor", (floor, wood), (join(*trim), gold)), part("drum", (drum, two), (mirrors, finish("chrome", name="mirror"))), part("crown", (join(ball, tip.move(y=high + 2.6)), gold)), part("lamps", (bulbs, glow("lamps", (1.0, 0.85, 0.45), 0.9))),
            part("poles", (poles, gold)), part("horses", (body, finish("paint", (0.96, 0.94, 0.90), "horse", roughness=0.3)), (mane, finish("paint", (0.45, 0.24, 0.12), "mane"))), part("saddles", (saddle, _bright(brief, "saddle", 2, "saddle"))),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("swing", ("swing set", "swing", "playground swing", "garden swing"), swing),
    Family("slide", ("slide", "playground slide", "children slide"), grounded(slide, centre=True)),
    Family("seesaw", ("seesaw", "teeter totter", "see saw"), grounded(seesaw)),
    Family("ferris_wheel", ("ferris wheel", "big wheel", "giant wheel", "observation wheel"), ferris_wheel),
    Family("carousel", ("carousel", "merry go round", "roundabout", "fairground ride"), carousel),
)  # fmt: skip
