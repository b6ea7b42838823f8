"""For children and fairs: swing, slide, Ferris wheel, carousel, seesaw."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.rides import little_horse
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
    n = brief.detail(64)
    rims: list[Solid] = []
    for s in (1, -1):
        rims += [shapes.torus(r * f, 0.20, n, 8).rotate(x=90).move(0, y0, s * gap) for f in (1.0, 0.86)]
        rims += [
            bar([0, y0, s * (gap + 0.25)], [r * np.cos(a), y0 + r * np.sin(a), s * gap], 0.06, 6)
            for a in 2 * np.pi * np.arange(count) / count
        ]
        for k in range(count):
            a, b = 2 * np.pi * k / count, 2 * np.pi * (k + 0.5) / count
            c = 2 * np.pi * (k + 1) / count
            mid = [0.86 * r * np.cos(b), y0 + 0.86 * r * np.sin(b), s * gap]
            rims += [bar([r * np.cos(q), y0 + r * np.sin(q), s * gap], mid, 0.045, 6) for q in (a, c)]
    rims += [
        bar([r * np.cos(a), y0 + r * np.sin(a), -gap], [r * np.cos(a), y0 + r * np.sin(a), gap], 0.07, 8)
        for a in 2 * np.pi * np.arange(count) / count
    ]
    hub = join(
        shapes.cylinder(0.55, 2 * gap + 1.3, 0.08, 28).rotate(x=90).move(0, y0, -gap - 0.65),
        shapes.cylinder(0.9, 0.3, 0.1, 32).rotate(x=90).move(0, y0, gap + 0.35),
    )
    legs = [
        bar([s * r * 0.52, 0.2, z * (gap + 1.9)], [0, y0, z * (gap + 0.55)], 0.22, 12)
        for s in (1, -1)
        for z in (1, -1)
    ]
    legs += [
        bar([-r * 0.27, y0 * 0.48, z * (gap + 1.25)], [r * 0.27, y0 * 0.48, z * (gap + 1.25)], 0.14, 10)
        for z in (1, -1)
    ]
    plate = [
        shapes.rounded_box(r * 1.35, 0.4, 6.6, 0.08, 2).move(0, 0.2, 0),
        shapes.rounded_box(3.0, 0.5, 3.2, 0.06, 2).move(0, 0.6, 0),
    ]
    shell = shapes.revolve(
        metres("0.35 -1.75, 0.72 -1.62, 0.80 -1.1, 0.80 -0.88, 0.72 -0.88, 0.72 -1.45, 0 -1.5"), 24, crease=40
    )
    cover = shapes.revolve(
        curves.smooth_curve([[0.92, -0.32], [0.80, -0.10], [0.3, 0.06], [0, 0.10]], 12), 24
    )
    posts = [
        shapes.cylinder(0.04, 0.62, segments=8).move(0.72, -0.9, 0).rotate(y=90 * k + 45) for k in range(4)
    ]
    colours = {k: finish("paint", BRIGHT[k], f"cabin_{k + 1}", roughness=0.3) for k in range(5)}
    cabins = []
    for k in range(count):
        a = 2 * np.pi * k / count
        at = (r * np.cos(a), y0 + r * np.sin(a), 0.0)
        cabins.append(
            part(
                f"cabin_{k + 1}",
                (join(shell, cover).move(*at), colours[k % 5]),
                (join(*posts).move(*at), steel),
            )
        )
    bulb = shapes.sphere(0.13, 10)
    lamps = [
        bulb.move(r * np.cos(a), y0 + r * np.sin(a), s * (gap + 0.12))
        for a in 2 * np.pi * np.arange(2 * count) / (2 * count)
        for s in (1, -1)
    ]
    star = shapes.extrude(curves.star(10, 2.2, 0.9), 0.12, 0.02).move(0, y0, gap + 0.55)
    return Asset([part("wheel", (join(*rims), steel)), part("hub", (hub, base_look)), part("star", (star, _bright(brief, "star", 3, "star"))), part("stand", (join(*legs), base_look)), part("platform", (join(*plate), finish("concrete"))), part("lamps", (join(*lamps), glow("lamps", (1.0, 0.85, 0.45), 0.9))), *cabins])  # fmt: skip


def carousel(brief: Brief) -> Asset:
    """A roundabout with a striped canopy, a mirrored drum, brass poles and little horses."""
    one, two = (
        _bright(brief, "stripe", 0, "roof", "canopy", "stripe", main=True),
        asked(brief, "cream", "paint", (0.97, 0.93, 0.82), "cream", roughness=0.4),
    )
    gold, wood = finish("brass", name="poles"), finish("wood", (0.55, 0.36, 0.20), "floor")
    r, high, sides = 4.0 * brief.grown("width"), 3.4 * brief.grown("height"), 16
    t = 2 * np.pi * np.arange(sides) / sides

    def wedge(k: int) -> Solid:
        a, b = t[k], t[k] + 2 * np.pi / sides
        rim = [[r * 1.06 * np.sin(q), high, r * 1.06 * np.cos(q)] for q in (a, b)]
        mid = [[r * 0.45 * np.sin(q), high + 1.35, r * 0.45 * np.cos(q)] for q in (a, b)]
        tip = [[0.05 * np.sin(q), high + 2.3, 0.05 * np.cos(q)] for q in (a, b)]
        upper = np.array([*rim, *mid[::-1]])
        strip = [
            shapes.hull(np.concatenate([np.array(c), np.array(c) - [0, 0.12, 0]]), 20)
            for c in (upper, np.array([*mid, *tip[::-1]]))
        ]
        skirt = shapes.hull(
            [[x * f, y, z * f] for x, _, z in rim for y in (high - 0.45, high + 0.02) for f in (1.0, 0.985)],
            20,
        )
        middle = (np.array(rim[0]) + rim[1]) / 2
        drop = (
            shapes.sphere(0.5, 14)
            .scale(0.7, 0.5, 0.12)
            .rotate(y=float(np.degrees((a + b) / 2)))
            .move(middle[0], high - 0.45, middle[2])
        )
        return join(*strip, skirt, drop)

    wedges = [wedge(k) for k in range(sides)]
    n = brief.detail(48)
    floor = shapes.revolve(np.array([[r * 1.02, 0], [r * 1.02, 0.35], [0, 0.35]]), n, crease=30)
    trim = [
        shapes.torus(r * 1.02, 0.12, n, 8).move(y=0.35),
        shapes.torus(r * 1.07, 0.12, sides, 8).move(y=high),
    ]
    drum = shapes.revolve(
        np.array(
            [[1.1, 0.35], [1.1, 0.6], [0.9, 0.7], [0.9, high - 0.3], [1.1, high - 0.1], [1.1, high + 0.3]]
        ),
        12,
        crease=20,
    )
    mirrors = [
        shapes.rounded_box(0.34, 1.5, 0.04, 0.02, 1).move(0, 1.9, 0.88).rotate(y=30 * k + 15)
        for k in range(12)
    ]
    crown = join(
        shapes.sphere(0.28, 20).move(y=high + 2.4), shapes.cone(0.08, 0.6, segments=12).move(y=high + 2.6)
    )
    bulbs = [
        shapes.sphere(0.09, 12).move(0, high - 0.2, r * 1.08).rotate(y=360 * k / (2 * sides))
        for k in range(2 * sides)
    ]
    count = brief.count("horse", 8, 3, 14)
    horses, manes, saddles, poles = [], [], [], []
    horse, mane, saddle_ = little_horse()
    for k in range(count):
        lift = 0.95 + 0.22 * (k % 2)
        place = lambda s, q=k, y=lift: s.rotate(y=90).move(0, y, r * 0.68).rotate(y=360 * q / count)  # noqa: E731
        horses.append(place(horse))
        manes.append(place(mane))
        saddles.append(place(saddle_))
        poles.append(
            shapes.cylinder(0.045, high, segments=10).move(0, 0.3, r * 0.68).rotate(y=360 * k / count)
        )
    return Asset(
        [
            part("canopy", (join(*wedges[::2]), one), (join(*wedges[1::2]), two)), part("floor", (floor, wood), (join(*trim), gold)), part("drum", (drum, two), (join(*mirrors), finish("chrome", name="mirror"))), part("crown", (crown, gold)), part("lamps", (join(*bulbs), glow("lamps", (1.0, 0.85, 0.45), 0.9))),
            part("poles", (join(*poles), gold)), part("horses", (join(*horses), finish("paint", (0.96, 0.94, 0.90), "horse", roughness=0.3)), (join(*manes), finish("paint", (0.45, 0.24, 0.12), "mane"))), part("saddles", (join(*saddles), _bright(brief, "saddle", 2, "saddle"))),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("swing", ("swing set", "swing", "playground swing", "garden swing"), swing),
    Family("slide", ("slide", "playground slide", "children slide"), grounded(slide, centre=True)),
    Family("seesaw", ("seesaw", "teeter totter", "see saw"), grounded(seesaw)),
    Family("ferris_wheel", ("ferris wheel", "big wheel", "giant wheel", "observation wheel"), ferris_wheel),
    Family("carousel", ("carousel", "merry go round", "roundabout", "fairground ride"), carousel),
)  # fmt: skip
