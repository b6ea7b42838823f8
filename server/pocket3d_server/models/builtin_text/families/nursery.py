"""Rockers and cribs: rocking chair, baby crib and rocking horse."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import WOODS, board, cushion, turned_leg, wood_of
from pocket3d_server.models.builtin_text.making import BLACK, BRIGHT, bar, both, cm, copies, cover, pick
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def rocker(half: float, length: float, rise: float) -> Solid:
    """A pair of curved runners at x = ±half, lowest at y = 0, rising by ``rise`` at their ends."""
    thick = 0.022
    z = np.linspace(-length / 2, length / 2, 31)
    path = np.column_stack([np.zeros(31), thick + rise * (2 * z / length) ** 2, z])
    one = shapes.sweep(path, 1.0, curves.rectangle(0.034, 2 * thick, 0.008))
    return copies(one, [[half, 0, 0], [-half, 0, 0]])


def rocking_chair(brief: Brief) -> Asset:
    """A rocking chair with spindles, arms and runners."""
    wood = wood_of(brief)
    half, seat_y, rise = 0.25 * brief.grown("width"), 0.42, 0.66 * brief.grown("height", "back")

    def hollow(v: Points) -> Points:
        v[:, 1] -= 0.014 * np.clip(1 - (v[:, 0] / half) ** 2, 0, 1)
        return v

    seat = shapes.rounded_box(2 * half + 0.03, 0.034, 0.50, 0.015, 3, cuts=8).deform(hollow).box_mapped()
    leg = turned_leg(0.40, 0.026)
    legs = [leg.rotate(x=-4 * z).move(s * half, 0.045, z * 0.20) for s in (1, -1) for z in (1, -1)]
    rungs = [both(bar([[half, 0.20, 0.19], [half, 0.20, -0.19]], [0.009, 0.013, 0.009], 8))]
    rungs += [bar([[-half, y, 0.20], [half, y, 0.20]], [0.009, 0.014, 0.009], 8) for y in (0.16, 0.27)]

    def at(x: float, up: float) -> list[float]:
        return [x * (1 + 0.06 * up), seat_y + up * rise, -0.20 - 0.20 * up**1.3]

    t = np.linspace(0, 1, 9)
    posts = both(bar([at(half, k) for k in t], [0.020, 0.015], section=14))
    places = np.linspace(-0.78, 0.78, brief.count("spindle", 6, 3, 9)) * half
    swell = 0.007 + 0.006 * np.sin(np.pi * t) ** 2
    spindles = [shapes.sweep([at(x, k) for k in t * 0.90], swell, 8) for x in places]
    across = np.linspace(-half * 1.03, half * 1.03, 9)
    rails = [
        shapes.sweep([[x, *at(0, up)[1:]] for x in across], 1.0, curves.rectangle(0.020, tall, 0.008))
        for up, tall in ((0.92, 0.12), (0.12, 0.05))
    ]
    arm = shapes.rounded_box(0.065, 0.026, 0.46, 0.011, 3).move(half + 0.02, seat_y + 0.235, 0.02)
    prop = [[half + 0.005, seat_y, 0.19], [half + 0.02, seat_y + 0.23, 0.20]]
    arms = both(join(arm, bar(prop, [0.013, 0.019, 0.013], 10, 12)))
    parts = [
        part("runners", (rocker(half, 0.98, 0.13), wood)), part("legs", (join(*legs, *rungs), unless_said(brief, wood, "leg"))), part("seat", (seat.move(0, seat_y, 0.02), unless_said(brief, wood, "seat"))),
        part("backrest", (join(posts, *spindles, *rails), unless_said(brief, wood, "back", "backrest"))), part("armrests", (arms, wood)),
    ]  # fmt: skip
    if brief.has("cushion") or brief.rng().random() < 0.4:
        soft = cushion(2 * half * 0.92, 0.07, 0.44).move(0, seat_y + 0.035, 0.03)
        parts.append(part("cushion", (soft, asked(brief, "cushion", "fabric", BRIGHT[3], "cushion"))))
    return Asset(parts)


def crib(brief: Brief) -> Asset:
    """A baby's crib with bars, a mattress, a pillow and a blanket; a cradle on runners when asked."""
    wood = asked(brief, "frame", "wood", pick(brief, (*WOODS, (0.93, 0.92, 0.89))), "frame", main=True)
    long, deep, high = 1.22 * brief.grown("length"), 0.68 * brief.grown("width"), 0.92 * brief.grown("height")
    x, z, bed = long / 2, deep / 2, 0.38
    posts = [
        join(
            shapes.rounded_box(0.055, high, 0.055, 0.010, 2).move(y=high / 2),
            shapes.sphere(0.036, 20).move(y=high + 0.022),
        ).move(a * x, 0, b * z)
        for a in (1, -1)
        for b in (1, -1)
    ]
    rails = [
        board(long, 0.055, 0.032, 0.010).move(0, y, s * z) for s in (1, -1) for y in (bed - 0.06, high - 0.06)
    ]
    rails += [
        board(0.032, 0.055, deep, 0.010).move(s * x, y, 0) for s in (1, -1) for y in (bed - 0.06, high - 0.04)
    ]
    slat = shapes.rounded_box(0.022, high - bed, 0.016, 0.006, 2).move(y=(high + bed) / 2 - 0.06)
    n, m = round(long / 0.095), round(deep / 0.095)
    bars = copies(slat, [[u, 0, s * z] for s in (1, -1) for u in (np.arange(1, n) / n - 0.5) * long])
    ends = copies(
        slat.rotate(y=90), [[s * x, 0, w] for s in (1, -1) for w in (np.arange(1, m) / m - 0.5) * deep]
    )
    base = board(long - 0.04, 0.03, deep - 0.04).move(0, bed - 0.06, 0)
    soft = shapes.superellipsoid(long - 0.06, 0.12, deep - 0.05, 9, 4, 40).move(0, bed + 0.01, 0)
    pillow = shapes.superellipsoid(0.28, 0.09, 0.40, 4, 2.4, 28).move(-x + 0.22, bed + 0.09, 0)
    blanket = (
        shapes.rounded_box(long * 0.55, 0.05, deep - 0.07, 0.022, 3, cuts=10)
        .deform(
            lambda v: np.column_stack(
                [v[:, 0], v[:, 1] + 0.008 * np.sin(14 * v[:, 0] + 9 * v[:, 2]), v[:, 2]]
            )
        )
        .move(long * 0.19, bed + 0.075, 0)
    )
    stuff = asked(
        brief,
        "blanket",
        "fabric",
        pick(brief, ((0.62, 0.78, 0.90), (0.95, 0.72, 0.76), (0.96, 0.88, 0.62), (0.70, 0.86, 0.74)), 6),
        "blanket",
        "bedding",
    )
    parts = [
        part("posts", (join(*posts), wood)), part("rails", (join(*rails, base), wood)), part("bars", (join(bars, ends), unless_said(brief, wood, "bar"))), part("mattress", (soft, finish("fabric", (0.95, 0.94, 0.91), "mattress"))),
        part("pillow", (pillow, finish("fabric", (0.97, 0.97, 0.95), "pillow"))), part("blanket", (blanket, stuff)),
    ]  # fmt: skip
    if brief.has("cradle", "rocking"):
        turn = rocker(long * 0.42, deep * 1.35, 0.10)
        parts.append(part("runners", (turn.move(y=-0.04), wood)))
    return Asset(parts)


def rocking_horse(brief: Brief) -> Asset:
    """A wooden horse on runners with saddle, mane, tail and handle, its head along +x."""
    tints, manes = (
        (WOODS[1], (0.92, 0.90, 0.86), (0.72, 0.18, 0.15)),
        ((0.30, 0.17, 0.09), (0.93, 0.83, 0.60), (0.12, 0.11, 0.11)),
    )
    coat = cover(brief, "horse", tints, "horse", "body", kind="paint" if brief.colours else "wood")
    hair = asked(brief, "mane", "fabric", pick(brief, manes), "mane", "tail", "hair")
    dull = coat.base_color[0] < 0.4 or coat.base_color[1] > 0.3
    leather = asked(brief, "saddle", "velvet", BRIGHT[0] if dull else BRIGHT[1], "saddle")
    red = asked(brief, "runners", "paint", BRIGHT[int(brief.rng().integers(5))], "runner", "rocker")
    trunk = cm("0 6, 12 10.5, 30 11.2, 60 10.5, 90 11, 100 8")
    body = bar(cm("-24 50 0, -18 51.5 0, 0 49.5 0, 15 51 0, 22 53 0"), trunk, 24, curves.ellipse(1, 1.06, 28))
    neck = bar(cm("15 54 0, 24 66 0, 28 78 0, 28.5 83 0"), [0.096, 0.058], 18, curves.ellipse(0.72, 1.0, 24))
    skull = cm("0 5.2, 30 6.6, 75 4.5, 100 4.3")
    head = bar(cm("24.5 84.5 0, 30 82 0, 37 75.5 0, 42 71.5 0"), skull, 18, curves.ellipse(0.80, 1.0, 24))
    ear = shapes.cone(0.022, 0.075, 0.004, 14).scale(0.6, 1, 1)
    ears = [ear.rotate(z=14, x=10 * s).move(0.262, 0.875, s * 0.030) for s in (1, -1)]
    lines = [
        [[a, 0.50, 0.055], [a * 1.25, 0.36, 0.085], [a * 1.42 + 0.02, 0.22, 0.115], [a * 1.75, 0.075, 0.145]]
        for a in (0.20, -0.19)
    ]
    legs = [both(bar(line, [0.058, 0.027], 16, 16), "z") for line in lines]
    eyes = both(
        join(
            shapes.sphere(0.0125, 16).move(0.312, 0.822, 0.048),
            shapes.sphere(0.007, 12).move(0.448, 0.715, 0.020),
        ),
        "z",
    )
    lock = shapes.superellipsoid(0.085, 0.055, 0.040, 2, 2, 16)
    crest = cm("25.5 89.5, 21.5 85.5, 19 80.5, 17 75, 14.5 69.5, 11 64.5, 30 88.5")
    turns = (60, 25, 12, 10, 20, 30, -60)
    mane = [
        lock.rotate(z=float(a)).move(x, y, 0.012 * (-1) ** k)
        for k, ((x, y), a) in enumerate(zip(crest, turns))
    ]
    tail = bar(
        cm("-27 54 0, -36 57 0, -42 46 0, -43 32 0, -46 26 0"), cm("0 2, 30 4.2, 75 3.6, 100 .6"), 22, 14
    )
    saddle = cm("-13 60 0, -6 58.5 0, 4 58.7 0, 10 60.5 0")
    seat = shapes.sweep(saddle, [0.088, 0.094, 0.094, 0.080], curves.ellipse(1.02, 0.45, 24))
    girth = shapes.torus(0.112, 0.014, 40, 8).rotate(z=90).scale(2.2, 1.03, 1.0).move(-0.01, 0.497, 0)
    noseband = shapes.torus(0.050, 0.008, 28, 8).rotate(z=58).scale(1, 1.05, 0.82).move(0.372, 0.752, 0)
    reins = both(bar(cm("36 78.5 3, 29 79 5.2, 22.5 72 7.5"), 0.005, 10, 8), "z")
    slats = copies(
        board(0.07, 0.020, 0.34, 0.006),
        [[x, 0.052 + 0.15 * (2 * x / 1.05) ** 2, 0] for x in (-0.34, -0.02, 0.34)],
    )
    pieces = {
        "body": [(join(body, neck, head, *ears), coat)], "legs": [(join(*legs), coat)], "mane": [(join(*mane), hair)], "tail": [(tail, hair)], "eyes": [(eyes, finish("plastic", BLACK, "eyes", roughness=0.15))],
        "saddle": [(seat, leather), (girth, leather)], "bridle": [(join(noseband, reins), finish("leather", (0.32, 0.17, 0.09), "bridle"))], "handle": [(bar(cm("21.5 72 -16, 21.5 72 16"), 0.013, section=12), finish("wood", WOODS[2], "handle"))],
        "runners": [(join(rocker(0.155, 1.05, 0.15).rotate(y=90), slats), red)],
    }  # fmt: skip
    return Asset([part(name, *found) for name, found in pieces.items()])


FAMILIES = (
    Family("rocking_chair", ("rocking chair", "rocker"), grounded(rocking_chair)),
    Family("crib", ("crib", "baby crib", "cot", "baby bed", "cradle", "baby cot"), grounded(crib)),
    Family("rocking_horse", ("rocking horse", "toy horse", "wooden rocking horse"), grounded(rocking_horse, centre=True)),
)  # fmt: skip
