"""Clocks: an alarm clock with its bells, a wall clock, and a grandfather clock in its case."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import Brief


def clock(brief: Brief) -> Asset:
    """A twin-bell alarm clock, a wall clock, or a grandfather clock."""
    case = asked(
        brief,
        "case",
        "wood" if brief.has("grandfather", "wall", "cuckoo") else "paint",
        None if brief.has("grandfather", "wall") else (0.75, 0.14, 0.14),
        "case",
        main=True,
    )
    brass, black = finish("brass"), finish("plastic", (0.04, 0.04, 0.05), "hands")
    r = 0.15 if brief.has("wall", "grandfather") else 0.055

    def face(y: float, z: float) -> list[Part]:
        dial = shapes.cylinder(r * 0.93, 0.004, segments=64).rotate(x=90).move(0, y, z)
        ticks = [
            shapes.rounded_box(
                0.05 * r if k % 3 else 0.085 * r, 0.16 * r if k % 3 == 0 else 0.10 * r, 0.003, 0.0008, 1
            )
            .move(0, 0.80 * r, 0)
            .rotate(z=30 * k)
            .move(0, y, z + 0.005)
            for k in range(12)
        ]
        hands = [
            shapes.extrude(
                np.array([[-w, -0.12 * r], [w, -0.12 * r], [w * 0.7, n * 0.8], [0, n], [-w * 0.7, n * 0.8]]),
                0.0025,
            )
            .rotate(z=a)
            .move(0, y, z + h)
            for w, n, a, h in ((0.045 * r, 0.48 * r, 52, 0.008), (0.032 * r, 0.72 * r, -62, 0.011))
        ]
        cap = shapes.cylinder(0.07 * r, 0.006, 0.001, 20).rotate(x=90).move(0, y, z + 0.009)
        return [
            part("dial", (dial, asked(brief, "dial", "paper", (0.96, 0.94, 0.88), "dial", "face"))), part("numerals", (join(*ticks), black)),
            part("hands", (join(*hands), black), (cap, brass)),
        ]  # fmt: skip

    if brief.has("grandfather", "longcase", "pendulum"):
        body = [
            shapes.rounded_box(0.50, 0.42, 0.30, 0.012, 2).move(y=0.25),
            shapes.rounded_box(0.36, 0.92, 0.24, 0.010, 2).move(y=0.90),
            shapes.rounded_box(0.48, 0.46, 0.28, 0.012, 2).move(y=1.58),
            shapes.rounded_box(0.56, 0.06, 0.34, 0.02, 2).move(y=0.03),
            shapes.rounded_box(0.56, 0.05, 0.34, 0.02, 2).move(y=1.83),
            shapes.rounded_box(0.54, 0.04, 0.33, 0.015, 2).move(y=0.47),
        ]
        crest = shapes.extrude(
            curves.mirrored(
                np.concatenate(
                    [[[0, 0]], curves.smooth_curve([[0.26, 0], [0.24, 0.06], [0.12, 0.10], [0, 0.20]], 18)]
                )
            ),
            0.10,
            0.02,
        ).move(0, 1.85, 0.05)
        pane = shapes.rounded_box(0.24, 0.72, 0.02, 0.005, 1).move(0, 0.90, 0.122)
        bob = join(
            shapes.cylinder(0.075, 0.015, 0.005, 40).rotate(x=90).move(0, 0.68, 0.135),
            shapes.rounded_box(0.014, 0.50, 0.008, 0.002, 1).move(0, 0.95, 0.14),
        )
        return Asset(
            [
                part("case", (join(*[b.grained() for b in body], crest), case)),
                part("window", (pane, finish("wood", (0.10, 0.06, 0.04), "dark_inside"))),
                part("pendulum", (bob, brass)),
                *face(1.58, 0.141),
            ]
        )
    if brief.has("wall"):
        rim = (
            shapes.revolve(
                curves.rounded(
                    np.array(
                        [
                            [0, 0],
                            [r * 1.12, 0],
                            [r * 1.12, 0.03],
                            [r * 1.02, 0.05],
                            [r * 0.93, 0.045],
                            [r * 0.93, 0.02],
                            [0, 0.02],
                        ]
                    ),
                    0.006,
                    3,
                    closed=False,
                ),
                72,
            )
            .rotate(x=90)
            .move(0, r * 1.12, 0)
        )
        return Asset([part("case", (rim, case)), *face(r * 1.12, 0.02)])
    y = 0.078
    drum = (
        shapes.revolve(
            curves.rounded(
                np.array(
                    [
                        [0, -0.022],
                        [r, -0.022],
                        [r * 1.04, 0.0],
                        [r * 1.04, 0.022],
                        [r * 0.94, 0.024],
                        [r * 0.93, 0.012],
                        [0, 0.012],
                    ]
                ),
                0.004,
                3,
                closed=False,
            ),
            64,
        )
        .rotate(x=90)
        .move(0, y, 0)
    )
    bells = [
        join(
            shapes.revolve(
                curves.smooth_curve([[0.026, 0], [0.024, 0.010], [0.014, 0.021], [0, 0.025]], 16), 32
            ),
            shapes.sphere(0.005, 14).move(y=0.027),
        )
        .rotate(z=-32 * s)
        .move(s * 0.034, y + 0.054, 0)
        for s in (1, -1)
    ]
    feet = [
        shapes.sweep(
            [[s * 0.030, y - 0.045, 0], [s * 0.046, 0.006, 0.004]], [0.007, 0.004], 14, round_ends=True
        )
        for s in (1, -1)
    ]
    grip = shapes.sweep(
        curves.smooth_curve(
            [[-0.030, y + 0.085, 0], [-0.018, y + 0.105, 0], [0.018, y + 0.105, 0], [0.030, y + 0.085, 0]], 18
        ),
        0.0035,
        10,
        round_ends=True,
    )
    striker = join(
        shapes.cylinder(0.002, 0.03, segments=10).move(y=y + 0.052),
        shapes.capsule(0.0055, 0.02, 14).rotate(z=90).move(y=y + 0.078),
    )
    return Asset(
        [
            part("case", (drum, case)),
            part("bells", (join(*bells), brass)),
            part("feet", (join(*feet), brass)),
            part("handle", (join(grip, striker), brass)),
            *face(y, 0.012),
        ]
    )


FAMILIES = (
    Family("clock", ("clock", "alarm clock", "wall clock", "grandfather clock"), clock),
)  # fmt: skip
