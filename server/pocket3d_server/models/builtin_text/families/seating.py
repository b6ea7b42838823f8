"""Things to sit on: chair, armchair, office chair, throne, stool, bench and sofa."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import (
    FABRICS,
    WOODS,
    board,
    castor,
    cloth_of,
    corner_names,
    corners,
    cushion,
    legs,
    pillow,
    tapered_leg,
    tufted,
    turned_leg,
    wood_of,
)
from pocket3d_server.models.builtin_text.making import cm, copies, facing, slab, turned
from pocket3d_server.models.builtin_text.seat_backs import leaning_back, saddled
from pocket3d_server.models.language.brief import Brief


def chair(brief: Brief) -> Asset:
    """A chair with a back: splayed legs and a curved back, turned legs and spindles, or square with slats."""
    if brief.has("office", "desk", "swivel", "gaming", "computer"):
        return office_chair(brief)
    if brief.has("armchair", "easy", "lounge", "club", "upholstered", "recliner"):
        return sofa(brief)
    if brief.has("throne"):
        return throne(brief)
    looks = {
        "modern": "splayed",
        "classic": "turned",
        "luxury": "turned",
        "rustic": "square",
        "medieval": "square",
    }
    look = looks.get(brief.style or "", ("splayed", "turned", "square")[int(brief.rng().integers(3))])
    wide, deep = 0.46 * brief.grown("width"), 0.45 * brief.grown("length")
    seat_y, rise = 0.46, 0.44 * brief.grown("height", "back")
    wood = wood_of(brief)
    seat = (
        shapes.rounded_box(wide, 0.034, deep, 0.015, 3, cuts=8)
        .deform(lambda v: saddled(v, wide, deep))
        .box_mapped()
    )
    parts = [part("seat", (seat.move(y=seat_y - 0.017), unless_said(brief, wood, "seat")))]
    x, z = wide / 2 - 0.035, deep / 2 - 0.035
    count = brief.count("leg", 4, 1, 8)
    leg_wood = unless_said(brief, wood, "leg")
    parts += [part(n, (leg, leg_wood)) for n, leg in legs(brief, x, z, seat_y - 0.03, look, count)]
    if look != "splayed" and count == 4:
        rails = [board(2 * x, 0.022, 0.018).move(0, seat_y * 0.36, s * z) for s in (1, -1)]
        rails += [board(0.018, 0.022, 2 * z).move(s * x, seat_y * 0.26, 0) for s in (1, -1)]
        aprons = [board(2 * x, 0.055, 0.02).move(0, seat_y - 0.06, s * z) for s in (1, -1)]
        aprons += [board(0.02, 0.055, 2 * z).move(s * x, seat_y - 0.06, 0) for s in (1, -1)]
        parts.append(part("stretchers", (join(*rails, *aprons), leg_wood)))
    parts.append(
        part(
            "backrest",
            (
                leaning_back(brief, look, wide, deep, seat_y, rise),
                unless_said(brief, wood, "back", "backrest"),
            ),
        )
    )
    if brief.has("cushion", "padded", "upholstery") or (
        brief.materials and brief.materials[0] in ("leather", "fabric", "velvet")
    ):
        pad = cushion(wide * 0.92, 0.06, deep * 0.90).move(y=seat_y + 0.022)
        parts.append(part("cushion", (pad, asked(brief, "cushion", "fabric", FABRICS[2], "cushion"))))
    return Asset(parts)


def throne(brief: Brief) -> Asset:
    """A royal seat with a high carved back."""
    frame = asked(brief, "frame", "gold", None, "frame", main=True)
    velvet = asked(brief, "cushion", "velvet", (0.55, 0.05, 0.10), "cushion", "seat")
    base = [
        shapes.rounded_box(1.1 - 0.15 * k, 0.12, 1.0 - 0.12 * k, 0.015, 2).move(0, 0.06 + 0.12 * k, -0.03 * k)
        for k in range(2)
    ]
    box = shapes.rounded_box(0.74, 0.40, 0.62, 0.02, 2).move(0, 0.44, 0)
    right = curves.smooth_curve(
        [[0.36, 0.0], [0.37, 0.75], [0.30, 0.98], [0.16, 1.02], [0.12, 1.16], [0, 1.26]], 30
    )
    crest = curves.mirrored(np.concatenate([[[0.0, 0.0]], right]))
    back = shapes.extrude(crest, 0.09, 0.02).move(0, 0.50, -0.30)
    pad = shapes.extrude(crest * [0.76, 0.70], 0.05, 0.022).move(0, 0.70, -0.245)
    arms, balls = [], []
    for s in (1, -1):
        arms += [
            shapes.rounded_box(0.10, 0.06, 0.60, 0.02, 2).move(s * 0.37, 0.90, 0),
            shapes.rounded_box(0.08, 0.28, 0.10, 0.02, 2).move(s * 0.37, 0.75, 0.24),
        ]
        balls += [
            shapes.sphere(0.065, 24).move(s * 0.37, 0.94, 0.28),
            shapes.sphere(0.06, 24).move(s * 0.34, 1.34, -0.30),
        ]
    gem = shapes.sphere(0.05, 24).scale(1, 1.3, 0.5).move(0, 1.60, -0.25)
    return Asset([
        part("dais", (join(*base), asked(brief, "dais", "stone", None, "dais", "base"))),
        part("seat", (box, frame)), part("seat_cushion", (cushion(0.66, 0.12, 0.56).move(0, 0.69, 0.01), velvet)),
        part("backrest", (back, frame)), part("back_cushion", (pad, velvet)), part("armrests", (join(*arms), frame)),
        part("finials", (join(*balls), frame)), part("jewel", (gem, finish("glass", (0.75, 0.05, 0.12), "jewel", alpha=1.0))),
    ])  # fmt: skip


def office_chair(brief: Brief) -> Asset:
    """A swivel chair on a five-star base."""
    cloth, dark = cloth_of(brief), finish("plastic", (0.06, 0.06, 0.07), "shell")
    steel = asked(brief, "base", "aluminium", None, "base", "leg", "frame")
    arms = brief.count("leg", 5, 3, 7)
    star, wheels = [shapes.cylinder(0.045, 0.07, 0.01, 24).move(y=0.07)], []
    for k in range(arms):
        path = [[0, 0.115, 0.02], [0, 0.105, 0.16], [0, 0.085, 0.30]]
        star.append(
            shapes.sweep(path, [0.030, 0.024, 0.017], curves.rectangle(2, 1.6, 0.5)).rotate(y=360 * k / arms)
        )
        wheels.append(castor(0.030).move(0, 0, 0.30).rotate(y=360 * k / arms))
    post = shapes.cylinder(0.028, 0.30, 0.003, 24).move(y=0.11)
    seat = shapes.superellipsoid(0.50, 0.10, 0.48, 5, 2.6, 36).deform(lambda v: _dish(v, 0.48))
    back = (
        shapes.superellipsoid(0.46, 0.62 * brief.grown("height", "back"), 0.08, 5, 4, 36)
        .deform(_lumbar)
        .rotate(x=-9)
        .move(0, 0.83, -0.27)
    )
    spine = shapes.sweep(
        [[0, 0.40, -0.10], [0, 0.42, -0.24], [0, 0.60, -0.30], [0, 0.85, -0.31]],
        0.022,
        curves.rectangle(3, 1.2, 0.3),
    )
    rests = []
    for s in (1, -1):
        arm = curves.smooth_curve(
            [
                [s * 0.20, 0.42, -0.02],
                [s * 0.29, 0.43, -0.02],
                [s * 0.30, 0.52, -0.03],
                [s * 0.30, 0.64, -0.03],
            ],
            14,
        )
        rests += [
            shapes.sweep(arm, 0.017, 12),
            shapes.superellipsoid(0.08, 0.035, 0.28, 4, 3, 20).move(s * 0.30, 0.655, 0.0),
        ]
    return Asset([
        part("base", (join(*star), steel)), part("castors", (join(*wheels), dark)), part("column", (post, finish("chrome"))),
        part("seat", (seat.move(y=0.46), cloth)), part("mechanism", (shapes.rounded_box(0.22, 0.06, 0.26, 0.02, 2).move(0, 0.40, -0.02), dark)),
        part("backrest", (back, cloth)), part("spine", (spine, dark)), part("armrests", (join(*rests), dark)),
    ])  # fmt: skip


def _dish(v: Points, deep: float) -> Points:
    v[:, 1] += 0.05 * (v[:, 0] / 0.25) ** 2 - 0.03 * np.clip(v[:, 2] / (deep / 2), 0, 1) ** 2
    return v


def _lumbar(v: Points) -> Points:
    v[:, 2] += 0.07 * (v[:, 0] / 0.23) ** 2 + 0.035 * np.cos(4.2 * (v[:, 1] + 0.12))
    return v


def stool(brief: Brief) -> Asset:
    """A round seat on splayed legs with a ring to rest the feet on; a bar stool when tall."""
    high = 0.75 if brief.has("bar", "tall", "high", "counter") else 0.46
    wood, count = wood_of(brief), brief.count("leg", 3 if high < 0.6 else 4, 1, 8)
    girth = brief.grown("girth")
    top = (
        shapes.cylinder(0.175 * brief.grown("width"), 0.04, 0.014, 40)
        .deform(lambda v: saddled(v, 0.36, 0.36))
        .box_mapped()
    )
    parts = [part("seat", (top.move(y=high - 0.04), unless_said(brief, wood, "seat", "cushion", "top")))]
    if count == 1:
        foot = [
            [0.20, 0],
            [0.20, 0.012],
            [0.06, 0.04],
            [0.028, 0.09],
            [0.026, high - 0.10],
            [0.07, high - 0.035],
        ]
        parts.append(
            part("pedestal", (shapes.revolve(np.array(foot), 36), unless_said(brief, wood, "leg", "base")))
        )
        return Asset(parts)
    for k in range(count):
        a = 2 * np.pi * (k + 0.5) / count
        lean = 0.10 * np.array([np.sin(a), np.cos(a)])
        leg = tapered_leg(high - 0.03, 0.019 * girth, 0.013 * girth, lean=lean).move(
            0.105 * np.sin(a), 0, 0.105 * np.cos(a)
        )
        parts.append(part(f"leg_{k + 1}", (leg, unless_said(brief, wood, "leg"))))
    at = 0.105 + 0.10 * 0.68
    ring = shapes.torus(at, 0.016, 48, 10).move(y=0.32 * high)
    return Asset([*parts, part("foot_ring", (ring, unless_said(brief, wood, "ring", "leg")))])


def bench(brief: Brief) -> Asset:
    """A garden bench of planks on curled iron sides."""
    long = 1.5 * brief.grown("length", "width")
    wood, iron = wood_of(brief, "planks"), asked(brief, "sides", "iron", None, "leg", "side", "frame")
    planks = [board(long, 0.028, 0.085).move(0, 0.44 - 0.01 * abs(k - 2), -0.20 + 0.10 * k) for k in range(5)]
    backs = [
        board(long, 0.085, 0.026).rotate(x=-14).move(0, 0.60 + 0.105 * k, -0.275 - 0.026 * k)
        for k in range(3)
    ]
    sides, rests = [], []
    for x in (-long / 2 + 0.14, long / 2 - 0.14):
        lines = [
            [
                [x, 0.0, 0.25],
                [x, 0.22, 0.19],
                [x, 0.42, 0.23],
                [x, 0.62, 0.25],
                [x, 0.66, 0.10],
                [x, 0.64, -0.24],
            ],
            [[x, 0.0, -0.30], [x, 0.22, -0.22], [x, 0.42, -0.235], [x, 0.62, -0.29], [x, 0.86, -0.36]],
            [[x, 0.415, 0.24], [x, 0.40, 0.0], [x, 0.415, -0.24]],
        ]
        sides += [
            shapes.sweep(
                curves.smooth_curve(line, 24), 0.018, curves.rectangle(2, 1.5, 0.4), round_ends=False
            )
            for line in lines
        ]
        rests.append(board(0.07, 0.025, 0.40).move(x, 0.685, 0.03))
    return Asset([
        part("seat", (join(*planks), wood)), part("backrest", (join(*backs), wood)),
        part("sides", (join(*sides), iron)), part("armrests", (join(*rests), wood)),
    ])  # fmt: skip


def chesterfield(brief: Brief) -> Asset:
    """A Chesterfield: one rolled line around arms and back, buttoned inside, on turned feet."""
    single = brief.has("armchair", "chair")
    places = brief.count("seat", brief.count("seater", 1 if single else 3, 1, 5), 1, 5)
    hide = asked(brief, "cover", "leather", (0.36, 0.13, 0.08), "seat", "upholstery", "cover", main=True)
    foot, one = asked(brief, "feet", "wood", WOODS[2], "leg", "foot"), 0.62 * brief.grown("width")
    inner, deep = one * places, 0.90
    w, d, y = inner / 2 + 0.11, deep / 2 - 0.11, 0.66 * brief.grown("height")
    line = curves.rounded([[w, -d - 0.08], [w, d], [-w, d], [-w, -d - 0.08]], 0.14, 8, closed=False)
    roll = shapes.sweep(curves.in_plane(curves.resample(line, 90), y), 0.115, 24)
    scrolls = copies(
        facing(turned(cm("0 0, 9.5 0, 10 .6, 8.6 1.6, 7 1.2, 3 1.6, 0 2.2"), bevel=0.004)),
        [[s * w, y, d + 0.078] for s in (1, -1)],
    )
    ring = curves.counter_clockwise(
        np.concatenate(
            [line * [(w + 0.07) / w, 1] + [0, 0.06], (line * [(w - 0.07) / w, 1] - [0, 0.06])[::-1]]
        )
    )
    wall = slab(curves.without_repeats(ring), y - 0.14, 0.02).move(y=0.14)
    base = shapes.rounded_box(inner + 0.10, 0.22, deep - 0.08, 0.03, 3).move(0, 0.24, 0.0)
    back, back_buttons = tufted(inner + 0.06, 0.36, 0.10, 2 * places + 1)
    side, side_buttons = tufted(deep - 0.20, 0.28, 0.06, 3)
    arms, arm_buttons = [], []
    for s in (1, -1):
        arms.append(side.rotate(y=-90 * s).move(s * (w - 0.085), y - 0.12, 0.02))
        arm_buttons.append(side_buttons.rotate(y=-90 * s).move(s * (w - 0.085), y - 0.12, 0.02))
    lean = {"x": -8.0}
    parts = [
        part("base", (base, hide)), part("frame", (join(roll, wall), hide)), part("scrolls", (scrolls, hide)),
        part("backrest", (join(back.rotate(**lean).move(0, y - 0.06, -d + 0.10), *arms), hide)),
        part("buttons", (join(back_buttons.rotate(**lean).move(0, y - 0.06, -d + 0.10), *arm_buttons), unless_said(brief, hide, "button"))),
    ]  # fmt: skip
    seat = cushion(one - 0.008, 0.17, deep - 0.22).move(y=0.415)
    parts += [
        part(f"seat_cushion_{k + 1}", (seat.move(-inner / 2 + one * (k + 0.5), 0, 0.07), hide))
        for k in range(places)
    ]
    leg = turned_leg(0.14, 0.042)
    return Asset(
        [
            *parts,
            *(
                part(f"foot_{n}", (leg.move(a, 0, b), foot))
                for n, (a, b) in zip(corner_names(4), corners(4, w - 0.02, d - 0.02))
            ),
        ]
    )


def sofa(brief: Brief) -> Asset:
    """A sofa, or an armchair when there is one place."""
    if brief.has("chesterfield", "winchester", "tufted", "buttoned"):
        return chesterfield(brief)
    single = brief.has("armchair", "chair", "recliner")
    places = brief.count(
        "seat", brief.count("seater", 1 if single else 3 if not brief.has("loveseat") else 2, 1, 6), 1, 6
    )
    cloth, foot = cloth_of(brief), asked(brief, "feet", "wood", WOODS[2], "leg", "foot")
    pads = unless_said(brief, cloth, "seat", "cushion") if brief.has("seat") else cloth
    one = 0.66 * (brief.grown("width", "length") if places > 1 else brief.grown("width"))
    inner, arm, deep = one * places, 0.20, 0.88
    wide = inner + 2 * arm
    base = shapes.rounded_box(wide - 0.04, 0.20, deep - 0.06, 0.04, 3).move(0, 0.23, 0)
    back = shapes.rounded_box(wide - 0.06, 0.56, 0.22, 0.09, 4).rotate(x=-7).move(0, 0.52, -deep / 2 + 0.13)
    rolled = brief.style in ("classic", "luxury", "rustic")
    parts = [part("base", (base, cloth)), part("backrest", (back, cloth))]
    for name, s in (("left", 1), ("right", -1)):
        body = shapes.rounded_box(arm, 0.46, deep, 0.07, 4).move(s * (wide / 2 - arm / 2), 0.36, 0)
        if rolled:
            roll = (
                shapes.cylinder(0.135, deep + 0.01, 0.03, 36)
                .rotate(x=90)
                .move(s * (wide / 2 - 0.07), 0.57, -deep / 2)
            )
            body = join(body, roll)
        parts.append(part(f"arm_{name}", (body, cloth)))
    for k in range(places):
        x = -inner / 2 + one * (k + 0.5)
        seat = cushion(one - 0.012, 0.20, deep - 0.27).move(x, 0.405, 0.105)
        upright = cushion(one - 0.02, 0.17, 0.44).rotate(x=78).move(x, 0.69, -deep / 2 + 0.29)
        parts += [part(f"seat_cushion_{k + 1}", (seat, pads)), part(f"back_cushion_{k + 1}", (upright, pads))]
    for name, (x, z) in zip(corner_names(4), corners(4, wide / 2 - 0.10, deep / 2 - 0.10)):
        leg = turned_leg(0.15, 0.035) if rolled else tapered_leg(0.15, 0.026, 0.016)
        parts.append(part(f"foot_{name}", (leg.move(x, 0, z), foot)))
    throw = asked(brief, "pillow", "fabric", (0.85, 0.70, 0.35), "pillow", "cushion")
    for k in range(brief.count("pillow", brief.count("cushion", 2 if places > 1 else 0, 0, 4), 0, 4)):
        side = 1 if k % 2 == 0 else -1
        soft = (
            pillow(0.42, 0.42, 0.16)
            .rotate(x=-20, z=6 * side)
            .move(side * (inner / 2 - 0.24 - 0.2 * (k // 2)), 0.72, -0.02 + 0.06 * (k // 2))
        )
        parts.append(part(f"pillow_{k + 1}", (soft, throw)))
    return Asset(parts)


FAMILIES = (
    Family("chair", ("chair", "dining chair", "wooden chair", "kitchen chair", "office chair", "desk chair", "throne", "gaming chair", "swivel chair", "garden chair", "king's throne", "seat"), chair),
    Family("armchair", ("armchair", "easy chair", "lounge chair", "club chair", "recliner", "wing chair"), sofa),
    Family("stool", ("stool", "bar stool", "footstool", "milking stool"), stool),
    Family("bench", ("bench", "park bench", "garden bench"), bench),
    Family("sofa", ("sofa", "couch", "settee", "loveseat", "divan", "chesterfield", "chesterfield sofa"), sofa),
)  # fmt: skip
