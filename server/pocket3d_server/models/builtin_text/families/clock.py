"""Clocks: an alarm clock with its bells, a wall clock, and a grandfather clock in its case."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import bar, cm, facing, turned
from pocket3d_server.models.language.brief import RGB, Brief


def clock(brief: Brief) -> Asset:
    """A grandfather clock, a wall clock, or else a twin-bell alarm clock."""
    if brief.has("grandfather", "longcase", "pendulum"):
        return grandfather_clock(brief)
    return wall_clock(brief) if brief.pose == "hang" or brief.has("wall", "cuckoo") else alarm_clock(brief)


def case_of(brief: Brief, kind: str = "wood", rgb: RGB | None = None) -> Finish:
    """What the clock's case is made of."""
    return asked(brief, "case", kind, rgb, "case", main=True)


def face(brief: Brief, r: float, y: float, z: float) -> list[Part]:
    """A dial of radius ``r`` with strokes for the hours and two hands, looking along +z from (0, y, z)."""
    brass, black = finish("brass"), finish("plastic", (0.04, 0.04, 0.05), "hands")
    dial = shapes.cylinder(r * 0.93, 0.004, segments=64).rotate(x=90).move(0, y, z)
    ticks = [
        shapes.rounded_box(r * (0.05 if k % 3 else 0.085), r * (0.10 if k % 3 else 0.16), 0.003, 0.0008, 1)
        .move(0, 0.80 * r, 0)
        .rotate(z=30 * k)
        .move(0, y, z + 0.005)
        for k in range(12)
    ]
    hands = [
        shapes.extrude(
            r * np.array([[-w, -0.12], [w, -0.12], [w * 0.7, n * 0.8], [0, n], [-w * 0.7, n * 0.8]]), 0.0025
        )
        .rotate(z=a)
        .move(0, y, z + h)
        for w, n, a, h in ((0.045, 0.48, 52, 0.008), (0.032, 0.72, -62, 0.011))
    ]
    cap = shapes.cylinder(0.07 * r, 0.006, 0.001, 20).rotate(x=90).move(0, y, z + 0.009)
    paper = asked(brief, "dial", "paper", (0.96, 0.94, 0.88), "dial", "face")
    return [
        part("dial", (dial, paper)),
        part("numerals", (join(*ticks), black)),
        part("hands", (join(*hands), black), (cap, brass)),
    ]


def grandfather_clock(brief: Brief) -> Asset:
    """A clock as tall as a man in a case of wood with its pendulum behind glass."""
    brass = finish("brass")
    blocks = [
        ((0.50, 0.42, 0.30), 0.25), ((0.36, 0.92, 0.24), 0.90), ((0.48, 0.46, 0.28), 1.58),
        ((0.56, 0.06, 0.34), 0.03), ((0.56, 0.05, 0.34), 1.83), ((0.54, 0.04, 0.33), 0.47),
    ]  # fmt: skip
    body = [shapes.rounded_box(*size, 0.012, 2).grained().move(y=y) for size, y in blocks]
    half = np.concatenate([[[0, 0]], curves.smooth_curve(cm("26 0, 24 6, 12 10, 0 20"), 18)])
    crest = shapes.extrude(curves.mirrored(half), 0.10, 0.02).move(0, 1.85, 0.05)
    pane = shapes.rounded_box(0.24, 0.72, 0.02, 0.005, 1).move(0, 0.90, 0.122)
    bob = join(
        shapes.cylinder(0.075, 0.015, 0.005, 40).rotate(x=90).move(0, 0.68, 0.135),
        shapes.rounded_box(0.014, 0.50, 0.008, 0.002, 1).move(0, 0.95, 0.14),
    )
    return Asset(
        [
            part("case", (join(*body, crest), case_of(brief))),
            part("window", (pane, finish("wood", (0.10, 0.06, 0.04), "dark_inside"))),
            part("pendulum", (bob, brass)),
            *face(brief, 0.15, 1.58, 0.141),
        ]
    )


def wall_clock(brief: Brief) -> Asset:
    """A round clock in a turned rim, standing on it."""
    r = 0.15
    rim = turned(cm("0 0, 16.8 0, 16.8 3, 15.3 5, 13.95 4.5, 13.95 2, 0 2"), bevel=0.006, segments=72)
    body = facing(rim).move(0, r * 1.12, 0)
    return Asset([part("case", (body, case_of(brief))), *face(brief, r, r * 1.12, 0.02)])


def alarm_clock(brief: Brief) -> Asset:
    """A drum on two feet with twin bells, a striker and a handle."""
    brass, y = finish("brass"), 0.078
    drum = turned(
        cm("0 -2.2, 5.5 -2.2, 5.72 0, 5.72 2.2, 5.17 2.4, 5.115 1.2, 0 1.2"), bevel=0.004, segments=64
    )
    bell = join(turned(cm("2.6 0, 2.4 1, 1.4 2.1, 0 2.5"), 16), shapes.sphere(0.005, 14).move(y=0.027))
    bells = [bell.rotate(z=-32 * s).move(s * 0.034, y + 0.054, 0) for s in (1, -1)]
    feet = [
        bar([[s * 0.030, y - 0.045, 0], [s * 0.046, 0.006, 0.004]], [0.007, 0.004], section=14)
        for s in (1, -1)
    ]
    grip = bar(cm("-3 8.5 0, -1.8 10.5 0, 1.8 10.5 0, 3 8.5 0") + [0, y, 0], 0.0035, 18)
    striker = join(
        shapes.cylinder(0.002, 0.03, segments=10).move(y=y + 0.052),
        shapes.capsule(0.0055, 0.02, 14).rotate(z=90).move(y=y + 0.078),
    )
    return Asset(
        [
            part("case", (facing(drum).move(y=y), case_of(brief, "paint", (0.75, 0.14, 0.14)))),
            part("bells", (join(*bells), brass)),
            part("feet", (join(*feet), brass)),
            part("handle", (join(grip, striker), brass)),
            *face(brief, 0.055, y, 0.012),
        ]
    )


FAMILIES = (
    Family("clock", ("clock", "alarm clock", "wall clock", "grandfather clock"), clock),
)  # fmt: skip
