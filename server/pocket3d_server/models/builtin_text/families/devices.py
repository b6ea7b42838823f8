"""Things with buttons: camera, headphones, radio, telephone, loudspeaker and a robot that cleans the floor."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    SOBER,
    around,
    bar,
    black,
    both,
    cm,
    copies,
    cover,
    facing,
    grid,
    pick,
    plate,
    slab,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def camera(brief: Brief) -> Asset:
    """A photo camera with its lens, grip and viewfinder; an old one in leather and chrome."""
    old = brief.style == "classic" or brief.rng().random() < 0.3
    case = cover(
        brief,
        "case",
        ((0.05, 0.05, 0.055),) if not old else ((0.78, 0.78, 0.77),),
        "body",
        "case",
        kind="plastic" if not old else "aluminium",
    )
    skin = finish("leather", (0.10, 0.07, 0.06) if old else (0.03, 0.03, 0.03), "skin")
    body = shapes.rounded_box(0.138, 0.088, 0.044, 0.009, 3).move(y=0.044)
    band = shapes.rounded_box(0.1395, 0.046, 0.0455, 0.009, 3).move(y=0.038)
    hump = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(w, d, 0.006), y)
                for w, d, y in ((0.062, 0.046, 0.080), (0.054, 0.044, 0.098), (0.036, 0.030, 0.108))
            ]
        )
    ).sharp(50)
    grip = shapes.rounded_box(0.026, 0.070, 0.024, 0.010, 3).move(-0.056, 0.038, 0.026)
    reach = 0.060 * brief.grown("length", "lens")
    tube = turned(
        cm(
            f"3.4 0, 3.4 1.0, 3.0 1.2, 3.1 1.3, 3.1 {reach * 62}, 2.9 {reach * 66}, 3.2 {reach * 72}, 3.2 {reach * 100}, 2.7 {reach * 100}, 2.4 {reach * 88}, 0 {reach * 88}"
        ),
        bevel=0.0008,
        segments=48,
    )
    ribs = around(shapes.box(0.0016, reach * 0.30, 0.0016).move(0, reach * 0.42, 0.0312), 48)
    glass = shapes.sphere(0.024, 28).scale(1, 0.30, 1).move(y=reach * 0.88)
    rim = shapes.torus(0.0295, 0.003, 40, 8).move(y=reach)
    lens = [facing(s).move(0.010, 0.044, 0.021) for s in (join(tube, ribs), glass, rim)]
    dial = join(
        shapes.cylinder(0.011, 0.010, 0.001, 28),
        around(shapes.box(0.001, 0.008, 0.0012).move(0, 0.005, 0.011), 24),
    )
    shutter = shapes.cylinder(0.006, 0.012, 0.002, 20)
    strap = [bar([[s * 0.069, 0.078, 0], [s * 0.078, 0.079, 0.002]], 0.003) for s in (1, -1)]
    metal = finish("chrome" if old else "aluminium", name="dials")
    return Asset([
        part("body", (join(body, hump), case)), part("skin", (band, skin), (grip, skin)), part("lens", (lens[0], black("lens"))),
        part("glass", (lens[1], finish("glass", (0.10, 0.12, 0.30), "front_glass", alpha=1.0))),
        part("rim", (lens[2], asked(brief, "rim", "chrome", None, "rim", "ring"))),
        part("dials", (join(dial.move(0.046, 0.087, 0), shutter.move(-0.056, 0.085, 0.006), *strap), metal)),
        part("shoe", (shapes.box(0.020, 0.004, 0.018).move(0, 0.109, 0), metal)),
        part("flash", (plate(0.026, 0.008, 0.004, 0.002).move(0, 0.099, 0.0225), finish("glass", (0.92, 0.93, 0.90), "flash", alpha=1.0))),
    ])  # fmt: skip


def headphones(brief: Brief) -> Asset:
    """Over-ear headphones standing on their cups."""
    shell = cover(brief, "shell", (*SOBER[:2], *BRIGHT[:2]), "shell", "cup", roughness=0.3)
    soft = asked(brief, "cushion", "leather", BLACK, "cushion", "pad", "ear")
    a = np.radians(np.linspace(0, 180, 33))
    arch = np.column_stack([0.082 * np.cos(a), 0.075 + 0.100 * np.sin(a), 0 * a])
    band = shapes.sweep(arch, 1.0, curves.rectangle(0.005, 0.026, 0.002))
    pad = shapes.sweep(
        arch[6:-6] * [0.955, 0.985, 1],
        np.sin(np.linspace(0.25, np.pi - 0.25, 21)) ** 0.3,
        curves.rectangle(0.010, 0.030, 0.0045),
    )
    cups, rings, pads, yokes = [], [], [], []
    for s in (1, -1):
        turn = {"z": -90.0 * s}
        at = {"x": 0.070 * s, "y": 0.050}
        cups.append(
            turned(cm("4.0 0, 4.1 1.2, 3.6 2.0, 2.2 2.4, 0 2.5"), bevel=0.004, segments=40)
            .scale(0.92, 1, 1)
            .rotate(**turn)
            .rotate(x=90)
            .move(**at)
            .scale(1, 1.12, 0.95)
        )
        pads.append(
            shapes.torus(0.030, 0.020, 40, 14)
            .scale(0.95, 1.1, 1)
            .rotate(**turn)
            .rotate(x=90)
            .move(0.062 * s, 0.050)
            .scale(1, 1.12, 0.95)
        )
        rings.append(shapes.torus(0.022, 0.002, 36, 8).rotate(**turn).move(0.0945 * s, 0.056, 0))
        yokes.append(bar([[s * 0.082, 0.105, 0], [s * 0.082, 0.070, 0]], 0.006))
    steel = finish("aluminium", name="yokes")
    return Asset([
        part("headband", (band, shell)), part("headband_cushion", (pad, soft)), part("cups", (join(*cups), shell)),
        part("cushions", (join(*pads), soft)), part("rings", (join(*rings), steel)), part("yokes", (join(*yokes), steel)),
    ])  # fmt: skip


def radio(brief: Brief) -> Asset:
    """A portable radio with a grille, a dial, knobs, a handle and an aerial."""
    kind = "wood" if brief.style == "classic" else "plastic"
    case = cover(
        brief,
        "case",
        ((0.50, 0.30, 0.16),) if kind == "wood" else (*BRIGHT, (0.93, 0.88, 0.76)),
        "case",
        "body",
        kind=kind,
    )
    wide, high = 0.30 * brief.grown("width"), 0.19
    body = shapes.rounded_box(wide, high, 0.085, 0.022, 4).move(y=high / 2 + 0.006)
    face = plate(wide - 0.03, high - 0.03, 0.004, 0.014).move(0, high / 2 + 0.006, 0.042)
    hole = facing(shapes.cylinder(0.0032, 0.002, segments=10))
    i, j = np.meshgrid(np.arange(-7, 8), np.arange(-7, 8))
    spots = np.column_stack([i.ravel(), j.ravel()])
    spots = spots[np.hypot(*spots.T) < 7.4] * 0.0088
    grille = copies(
        hole,
        np.column_stack(
            [spots[:, 0] - wide * 0.21, spots[:, 1] + high / 2 + 0.006, np.full(len(spots), 0.0435)]
        ),
    )
    scale = plate(wide * 0.36, 0.045, 0.004, 0.006).move(wide * 0.22, high * 0.74, 0.043)
    marks = grid(shapes.box(0.0014, 0.016, 0.001), 13, 1, wide * 0.026, 0).move(
        wide * 0.22, high * 0.76, 0.0455
    )
    needle = shapes.box(0.002, 0.036, 0.0012).move(wide * 0.25, high * 0.74, 0.0458)
    knob = join(
        facing(shapes.cylinder(0.019, 0.016, 0.003, 28)),
        shapes.box(0.002, 0.012, 0.002).move(0, 0.010, 0.016),
    )
    knobs = copies(knob, [[wide * 0.13, high * 0.36, 0.042], [wide * 0.31, high * 0.36, 0.042]])
    grip = bar(
        [
            [-wide * 0.40, high * 0.95, 0],
            [-wide * 0.40, high + 0.05, 0],
            [wide * 0.40, high + 0.05, 0],
            [wide * 0.40, high * 0.95, 0],
        ],
        0.007,
        40,
    )
    aerial = [
        bar([[wide * 0.42, high, -0.03], [wide * 0.62, high + 0.26, -0.03]], [0.0028, 0.0018], section=8),
        shapes.sphere(0.005, 12).move(wide * 0.62, high + 0.26, -0.03),
    ]
    chrome = finish("chrome", name="trim")
    feet = grid(shapes.cylinder(0.012, 0.010, 0.002, 16), 2, 2, wide * 0.75, 0.05, "xz")
    return Asset([
        part("case", (body, case)), part("face", (face, finish("plastic", (0.92, 0.90, 0.84), "face"))), part("speaker", (grille, black("speaker"))),
        part("dial", (scale, finish("paper", (0.98, 0.94, 0.80), "dial")), (marks, black("marks")), (needle, finish("plastic", (0.80, 0.12, 0.10), "needle"))),
        part("knobs", (knobs, chrome)), part("handle", (grip, chrome)), part("aerial", (join(*aerial), chrome)), part("feet", (feet, black("feet"))),
    ])  # fmt: skip


def telephone(brief: Brief) -> Asset:
    """A table telephone with a dial and a receiver on its cradle."""
    tints = (BLACK, (0.72, 0.10, 0.10), (0.93, 0.89, 0.78), (0.20, 0.42, 0.36))
    case = cover(brief, "case", tints, "case", "body", roughness=0.25)
    gold = asked(brief, "trim", "brass", None, "trim", "dial")
    rows = cm(
        "21.5 20 0 0, 22 20.5 1.2 0, 20 18.5 2.2 0, 17.2 15 4.5 -.6, 13.8 10.5 8.5 -2, 11.8 7.4 11 -3, 10 6 11.8 -3.2"
    )
    rings = [curves.in_plane(curves.rectangle(w, d, 0.3 * d, 6), y) + [0, 0, z] for w, d, y, z in rows]
    body = shapes.loft(np.stack(rings), crease=50)
    t = np.radians(np.arange(10) * 30 + 20)
    holes = [curves.circle(0.0066, 16) + at for at in 0.0315 * np.column_stack([np.cos(t), np.sin(t)])]
    stop = shapes.rounded_box(0.004, 0.020, 0.006, 0.001, 1).rotate(z=38).move(0.036, -0.028, 0.004)
    wheel = join(shapes.extrude(curves.circle(0.044, 48), 0.005, 0.001, holes=holes), stop)
    disc = facing(shapes.cylinder(0.045, 0.008, 0.002, 40)).move(z=-0.008)
    hub = facing(shapes.cylinder(0.019, 0.007, 0.002, 32))
    wheel, disc, hub = (s.rotate(x=-42.4).move(0.0, 0.069, 0.056) for s in (wheel, disc, hub))
    horns = [
        bar([[0.030, 0.115, d - 0.032], [0.040, 0.150, 1.3 * d - 0.032]], [0.007, 0.006])
        for d in (0.022, -0.022)
    ]
    grip = cm("-10.5 14.8 -3.2, -8.5 16.2 -3.2, 0 17.8 -3.2, 8.5 16.2 -3.2, 10.5 14.8 -3.2")
    receiver = bar(grip, [0.013, 0.0125, 0.0115, 0.0125, 0.013], 28, 14)
    cup = turned(cm("2.4 0, 2.7 .6, 2.5 1.6, 1.6 2.8, .8 3.2"), bevel=0.003)
    cups = both(cup.rotate(z=-14).move(0.105, 0.122, -0.032))
    cord = np.linspace(0, 36 * np.pi, 150)
    line = curves.smooth_curve(cm("-11.5 12.5 -3.2, -15.5 7.5 0, -16.5 2 1, -12.5 1.2 -3, -10 1.8 -6"), 150)
    coil = line + 0.007 * np.column_stack([np.cos(cord), np.sin(cord), 0 * cord])
    return Asset([
        part("body", (body, case)), part("dial", (wheel, gold)), part("dial_plate", (disc, finish("paper", (0.96, 0.94, 0.88), "numbers"))),
        part("hub", (hub, case)), part("cradle", (both(join(*horns)), gold)), part("receiver", (join(receiver, cups), case)),
        part("cord", (shapes.sweep(coil, 0.0022, 6, round_ends=True), black("cord"))),
    ])  # fmt: skip


def loudspeaker(brief: Brief) -> Asset:
    """A loudspeaker box with two or three cones."""
    kind = "wood" if brief.style in ("classic", None) and brief.rng().random() < 0.6 else "plastic"
    case = cover(
        brief,
        "box",
        ((0.42, 0.26, 0.15), (0.20, 0.12, 0.08)) if kind == "wood" else SOBER[:2],
        "box",
        "case",
        kind=kind,
    )
    wide, high, deep = 0.26 * brief.grown("width"), 0.44 * brief.grown("height"), 0.26
    body = shapes.rounded_box(wide, high, deep, 0.006, 2).grained().move(y=high / 2 + 0.012)
    front = plate(wide - 0.016, high - 0.016, 0.012, 0.008).move(0, high / 2 + 0.012, deep / 2)
    count = brief.count("cone", brief.count("driver", 2, 1, 3), 1, 3)
    sizes = {
        1: ((0.0, 0.105),),
        2: ((-0.18, 0.098), (0.26, 0.045)),
        3: ((-0.23, 0.092), (0.13, 0.060), (0.36, 0.034)),
    }[count]
    cones, surrounds, rims, caps, screws = [], [], [], [], []
    for level, share in sizes:
        r, y, z = share * wide / 0.26, high * (0.5 + level) + 0.012, deep / 2 + 0.004
        rims.append(facing(shapes.tube(r * 1.08, r * 0.94, 0.008, 0.002, 48)).move(0, y, z))
        surrounds.append(facing(shapes.torus(r * 0.86, r * 0.18, 48, 10)).move(0, y, z + 0.002))
        dish = np.array([[0, -0.10], [1.0, -0.10], [0.86, 0.05], [0.30, -0.05], [0, -0.05]])[::1] * r
        cones.append(facing(shapes.revolve(dish + [0, 0.05 * r], 48)).move(0, y, z))
        caps.append(facing(shapes.sphere(0.32 * r, 28).scale(1, 0.6, 1)).move(0, y, z - 0.01 * r))
        screws += [
            facing(shapes.cylinder(0.0035, 0.003, 0.001, 10)).move(
                r * 1.01 * np.cos(t), y + r * 1.01 * np.sin(t), z + 0.007
            )
            for t in np.radians([45, 135, 225, 315])
        ]
    feet = grid(shapes.cylinder(0.014, 0.014, 0.003, 16), 2, 2, wide * 0.75, deep * 0.75, "xz")
    return Asset([
        part("box", (body, case)), part("front", (front, black("front"))),
        part("cones", (join(*cones), asked(brief, "cone", "paper", (0.16, 0.16, 0.17) if kind == "wood" else pick(brief, ((0.90, 0.72, 0.20), (0.85, 0.85, 0.85))), "cone"))),
        part("surrounds", (join(*surrounds), black("surround", "rubber"))), part("caps", (join(*caps), finish("aluminium", name="cap"))),
        part("rims", (join(*rims, *screws), finish("aluminium", (0.45, 0.46, 0.48), "rim"))), part("feet", (feet, black("feet"))),
    ])  # fmt: skip


def robot_vacuum(brief: Brief) -> Asset:
    """A round robot that cleans the floor: bumper, laser turret, buttons and a side brush."""
    case = cover(brief, "case", (SOBER[1], SOBER[0]), "case", "body", roughness=0.3)
    trim = asked(
        brief,
        "trim",
        "plastic",
        (0.10, 0.10, 0.11) if case.base_color[0] > 0.2 else (0.55, 0.56, 0.58),
        "trim",
        "bumper",
    )
    body = turned(cm("15.5 1.2, 17 1.8, 17 7.2, 16.6 8.2, 15.8 8.6, 0 8.8"), bevel=0.006, segments=64)
    bumper = (
        shapes.extrude(
            np.concatenate([curves.arc(0.1745, -160, -20, 40), curves.arc(0.1655, -20, -160, 40)]),
            0.048,
            0.003,
        )
        .rotate(x=-90)
        .move(y=0.046)
    )
    turret = turned(cm("4.6 8.5, 4.6 10.0, 4.2 10.4, 0 10.5"), bevel=0.003, segments=40).move(z=-0.05)
    ring = shapes.torus(0.0462, 0.006, 40, 8).move(y=0.094, z=-0.05)
    buttons = copies(
        slab(curves.circle(0.013, 28), 0.004, 0.001), [[-0.022, 0.0865, 0.075], [0.022, 0.0865, 0.075]]
    )
    lid = slab(np.concatenate([curves.arc(0.148, 20, 160, 40)]), 0.003, 0.001).move(y=0.0865)
    brush = around(bar([[0, 0.012, 0], [0, 0.003, 0.075]], [0.005, 0.0025], section=6), 3, 20).move(
        -0.125, 0, 0.115
    )
    wheels = copies(
        shapes.cylinder(0.032, 0.02, 0.004, 24).rotate(z=90), [[0.135, 0.032, 0], [-0.115, 0.032, 0]]
    )
    return Asset([
        part("body", (body, case)), part("bumper", (bumper, trim)), part("turret", (turret, case), (ring, trim)),
        part("lid", (lid, trim)), part("buttons", (buttons, glow("button", (0.25, 0.65, 1.0)))),
        part("brush", (brush, finish("plastic", (0.90, 0.55, 0.10), "brush"))), part("wheels", (wheels, black("wheels", "rubber"))),
    ])  # fmt: skip


FAMILIES = (
    Family("camera", ("camera", "photo camera", "digital camera", "vintage camera", "film camera", "dslr camera", "dslr"), grounded(camera, centre=True)),
    Family("headphones", ("headphones", "headphone", "headset", "earphones", "pair of headphones"), grounded(headphones, centre=True)),
    Family("radio", ("radio", "transistor radio", "portable radio", "retro radio", "boombox", "radio receiver"), radio),
    Family("telephone", ("telephone", "vintage telephone", "rotary phone", "landline phone", "landline", "old phone", "vintage phone", "rotary telephone"), grounded(telephone, centre=True)),
    Family("loudspeaker", ("loudspeaker", "speaker", "speaker box", "stereo speaker", "hifi speaker", "subwoofer", "amplifier"), loudspeaker),
    Family("robot_vacuum", ("robot vacuum cleaner", "robot vacuum", "vacuum robot", "robotic vacuum cleaner", "roomba", "robovac", "vacuum cleaner"), robot_vacuum),
)  # fmt: skip
