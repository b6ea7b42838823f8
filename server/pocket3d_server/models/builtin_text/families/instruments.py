"""Large instruments: piano and drum kit."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import finish
from pocket3d_server.models.builtin_text.joinery import turned_leg
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    around,
    bar,
    cm,
    copies,
    cover,
    slab,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def keyboard(wide: float) -> tuple[Solid, Solid]:
    """White and black keys of ``wide`` metres over all, about the origin, their fronts towards +z."""
    n = 35
    step = wide / n
    x = (np.arange(n) - (n - 1) / 2) * step
    white = copies(shapes.rounded_box(step * 0.94, 0.018, 0.15, 0.002, 1), [[u, 0, 0] for u in x])
    sharps = [k for k in range(n - 1) if k % 7 not in (2, 6)]
    dark = copies(
        shapes.rounded_box(step * 0.55, 0.016, 0.095, 0.003, 1),
        [[x[k] + step / 2, 0.014, -0.026] for k in sharps],
    )
    return white, dark


def piano(brief: Brief) -> Asset:
    """A grand piano with its lid open, or an upright one."""
    black_ = cover(
        brief,
        "case",
        (BLACK, (0.28, 0.12, 0.08), (0.93, 0.92, 0.90)),
        "case",
        "body",
        "piano",
        roughness=0.12,
    )
    gold, ivory, ebony = (
        finish("gold", name="frame"),
        finish("plastic", (0.96, 0.95, 0.91), "white_keys", roughness=0.2),
        finish("plastic", BLACK, "black_keys", roughness=0.2),
    )
    white, dark = keyboard(1.20)
    if brief.has("upright", "pianino"):
        box = [
            shapes.rounded_box(1.42, 1.18, 0.34, 0.012, 2).move(0, 0.61, -0.12),
            shapes.rounded_box(1.50, 0.04, 0.42, 0.012, 2).move(0, 1.215, -0.10),
            shapes.rounded_box(1.42, 0.10, 0.36, 0.012, 2).move(0, 0.64, 0.20),
            *(shapes.rounded_box(0.08, 0.24, 0.34, 0.012, 2).move(s * 0.67, 0.73, 0.20) for s in (1, -1)),
            *(shapes.rounded_box(0.07, 0.62, 0.07, 0.012, 2).move(s * 0.65, 0.31, 0.31) for s in (1, -1)),
            shapes.rounded_box(1.48, 0.06, 0.62, 0.012, 2).move(0, 0.03, 0.02),
        ]
        rest = shapes.rounded_box(0.62, 0.24, 0.02, 0.006, 2).rotate(x=-14).move(0, 0.92, 0.085)
        return Asset(
            [
                part("case", (join(*box), black_)),
                part("music_rest", (rest, black_)),
                part("white_keys", (white.move(0, 0.705, 0.27), ivory)),
                part("black_keys", (dark.move(0, 0.705, 0.27), ebony)),
                part(
                    "pedals",
                    (
                        copies(
                            shapes.rounded_box(0.03, 0.012, 0.10, 0.005, 2),
                            [[x, 0.075, 0.34] for x in (-0.06, 0, 0.06)],
                        ),
                        gold,
                    ),
                ),
            ]
        )
    long = 1.7 * brief.grown("length")
    wing = np.concatenate(
        [
            [[-0.73, 0.0], [0.73, 0.0], [0.73, 0.38]],
            curves.smooth_curve(
                cm("73 38, 70 62, 46 86, 26 110, 12 142, -16 166, -48 162, -70 134, -73 110"), 44
            )[1:],
        ]
    ) * [1, long / 1.7]
    inside = curves.inset(curves.resample(curves.counter_clockwise(wing), 120, closed=True), 0.035)
    base, z = 0.66, 0.70
    floor = slab(wing, 0.04, 0.006).move(0, base, z)
    rim = slab(curves.resample(curves.counter_clockwise(wing), 120, closed=True), 0.30, 0.006, [inside]).move(
        0, base, z
    )
    plate_ = slab(inside * [0.99, 0.995], 0.02, 0.0).move(0, base + 0.16, z)
    strings = join(
        *(
            shapes.box(0.003, 0.003, float(n)).rotate(y=6).move(x, base + 0.187, z - 0.32 - n / 2)
            for x, n in zip(np.linspace(-0.60, 0.52, 26), np.linspace(1.15, 0.42, 26) * long / 1.7)
        )
    )
    lid = slab(wing * [1.01, 1.0], 0.022, 0.006).move(x=0.73).rotate(z=40).move(-0.73 + 0.0, base + 0.305, z)
    mirror_lid = lid
    prop = bar([[0.62, base + 0.28, z - 0.42], [0.36, base + 1.16, z - 0.44]], 0.012)
    shelf = shapes.rounded_box(1.46, 0.06, 0.24, 0.012, 2).move(0, base + 0.02, z + 0.06)
    cheeks = [
        shapes.rounded_box(0.11, 0.17, 0.26, 0.03, 3).move(s * 0.675, base + 0.10, z + 0.05) for s in (1, -1)
    ]
    fall = shapes.rounded_box(1.24, 0.14, 0.02, 0.006, 2).rotate(x=-8).move(0, base + 0.17, z - 0.055)
    rest = shapes.rounded_box(0.66, 0.24, 0.018, 0.006, 2).rotate(x=-16).move(0, base + 0.42, z - 0.16)
    legs = [
        turned_leg(base + 0.01, 0.055).move(x, 0, w)
        for x, w in ((0.60, z - 0.10), (-0.60, z - 0.10), (-0.28, z - 1.38 * long / 1.7))
    ]
    lyre = [
        bar([[x, base, z - 0.30], [x * 1.3, 0.34, z - 0.30], [x * 0.7, 0.10, z - 0.28]], 0.012, 14)
        for x in (-0.07, 0.07)
    ] + [shapes.rounded_box(0.26, 0.04, 0.09, 0.01, 2).move(0, 0.09, z - 0.27)]
    pedals = copies(
        shapes.rounded_box(0.026, 0.010, 0.11, 0.004, 2), [[x, 0.085, z - 0.19] for x in (-0.07, 0, 0.07)]
    )
    stool = join(
        shapes.rounded_box(0.62, 0.09, 0.34, 0.03, 3).move(0, 0.47, z + 0.55),
        *(turned_leg(0.44, 0.026).move(x, 0, z + 0.55 + w) for x in (0.25, -0.25) for w in (0.12, -0.12)),
    )
    return Asset([
        part("case", (join(floor, rim, shelf, *cheeks, fall), black_)), part("lid", (mirror_lid, black_), (prop, black_)), part("frame", (plate_, gold), (strings, finish("steel", name="strings"))), part("music_rest", (rest, black_)),
        part("white_keys", (white.move(0, base + 0.075, z + 0.06), ivory)), part("black_keys", (dark.move(0, base + 0.075, z + 0.06), ebony)), part("legs", (join(*legs), black_)), part("lyre", (join(*lyre), black_)), part("pedals", (pedals, gold)), part("stool", (stool, black_)),
    ])  # fmt: skip


def drum(r: float, high: float) -> tuple[Solid, Solid, Solid]:
    """A drum standing on y = 0: shell, heads, and hoops with their lugs."""
    shell = shapes.cylinder(r, high, segments=48)
    skins = join(
        shapes.cylinder(r * 0.97, 0.006, 0.002, 44).move(y=high - 0.001),
        shapes.cylinder(r * 0.97, 0.006, 0.002, 44).move(y=-0.005),
    )
    hoops = [shapes.torus(r, 0.016, 48, 8).move(y=y) for y in (0.0, high)]
    lugs = around(
        join(
            shapes.rounded_box(0.020, high * 0.32, 0.020, 0.006, 2).move(0, high / 2, r + 0.006),
            shapes.cylinder(0.004, high, segments=8).move(0, 0, r + 0.010),
        ),
        8,
    )
    return shell, skins, join(*hoops, lugs)


def drum_kit(brief: Brief) -> Asset:
    """A drum kit: bass drum, toms, snare, cymbals on stands; one drum with sticks when only a drum is asked."""
    wrap = cover(
        brief,
        "shells",
        (BRIGHT[0], BRIGHT[1], (0.10, 0.10, 0.11), (0.45, 0.24, 0.12)),
        "shell",
        "drum",
        kind="paint",
        roughness=0.2,
    )
    white, chrome, brass = (
        finish("plastic", (0.94, 0.93, 0.90), "heads"),
        finish("chrome", name="hardware"),
        finish("brass", name="cymbals"),
    )
    if not brief.has("kit", "set", "drums"):
        shell, skins, steel = drum(0.19, 0.26 * brief.grown("height"))
        sticks = [
            bar(
                [[-0.20, 0.285, 0.02], [0.12, 0.275, -0.03], [0.16, 0.275, -0.036]], [0.008, 0.006, 0.009]
            ).rotate(y=a)
            for a in (12, -24)
        ]
        return Asset(
            [
                part("shell", (shell, wrap)),
                part("heads", (skins, white)),
                part("hoops", (steel, chrome)),
                part("sticks", (join(*sticks), finish("wood", (0.80, 0.62, 0.38), "sticks"))),
            ]
        )
    parts = []
    # Radius, height, where its lower end is, and how it leans; +z is towards those who listen.
    drums: tuple[tuple[str, float, float, tuple[float, float, float], dict[str, float]], ...] = (
        ("bass", 0.29, 0.40, (0, 0.29, 0.20), {"x": 90}),
        ("snare", 0.18, 0.13, (-0.40, 0.56, -0.30), {"x": -8}),
        ("floor_tom", 0.21, 0.36, (0.52, 0.20, -0.22), {}),
        ("tom_1", 0.135, 0.20, (-0.18, 0.67, 0.14), {"x": -16, "z": -5}),
        ("tom_2", 0.15, 0.22, (0.18, 0.66, 0.14), {"x": -16, "z": 5}),
    )
    for name, r, high, at, turn in drums:
        pieces = [s.rotate(**turn).move(*at).move(z=-0.20 if name == "bass" else 0) for s in drum(r, high)]
        parts.append(part(name, (pieces[0], wrap), (pieces[1], white), (pieces[2], chrome)))
    dish = turned(
        cm("0 -0.4, 35 -0.4, 100 -2.2, 100 -2, 35 0, 18 0.6, 13 2.2, 0 2.6") * [0.21, 1], segments=44
    )
    cymbals, stands = [], []
    for x, y, z, size, a in (
        (-0.62, 1.12, 0.10, 1.0, 12),
        (0.66, 1.06, 0.12, 1.15, -14),
        (-0.70, 0.84, -0.34, 0.78, 0),
        (-0.70, 0.815, -0.34, -0.78, 0),
    ):
        cymbals.append(
            (dish if size > 0 else dish.mirror("y"))
            .scale(abs(size), 1, abs(size))
            .rotate(z=-a, x=-8 if a else 0)
            .move(x, y, z)
        )
        if size > 0:
            stands += [
                bar([[x, 0.30, z], [x, y + 0.03, z]], [0.013, 0.008]),
                around(bar([[0, 0.32, 0], [0, 0.015, 0.22]], 0.010), 3, 40).move(x, 0, z),
            ]
    stands += [
        around(bar([[0, 0.56, 0.02], [0, 0.30, 0.05], [0, 0.012, 0.20]], 0.010, 12), 3).move(-0.40, 0, -0.28),
        *(
            bar(
                [
                    [0.52 + 0.22 * np.sin(a), 0.42, -0.22 + 0.22 * np.cos(a)],
                    [0.52 + 0.23 * np.sin(a), 0.01, -0.22 + 0.23 * np.cos(a)],
                ],
                0.010,
            )
            for a in (0.5, 2.6, 4.7)
        ),
    ]
    stands += [
        bar([[0, 0.55, 0.05], [0, 0.76, 0.02], [s * 0.12, 0.78, 0.05]], 0.014, 16) for s in (1, -1)
    ] + [bar([[s * 0.24, 0.16, 0.16], [s * 0.38, 0.012, 0.24]], 0.011) for s in (1, -1)]
    seat = turned(cm("3 0, 4 2, 17 3, 18 6, 16 9, 0 9.5"), bevel=0.01, segments=36).move(0, 0.45, -0.80)
    throne = [
        bar([[0, 0.10, -0.80], [0, 0.48, -0.80]], 0.02),
        around(bar([[0, 0.28, 0], [0, 0.015, 0.22]], 0.012), 3).move(0, 0, -0.80),
    ]
    return Asset(
        [
            *parts,
            part("cymbals", (join(*cymbals), brass)),
            part("stands", (join(*stands, *throne), chrome)),
            part("seat", (seat, finish("leather", (0.06, 0.06, 0.06), "seat"))),
        ]
    )


FAMILIES = (
    Family("piano", ("grand piano", "piano", "upright piano", "concert piano"), grounded(piano, centre=True)),
    Family("drum", ("drum kit", "drum", "drum set", "drums", "snare drum"), grounded(drum_kit, centre=True)),
)  # fmt: skip
