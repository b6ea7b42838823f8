"""Acoustic and electric guitars, standing upright."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.language.brief import Brief


def guitar(brief: Brief) -> Asset:
    """An acoustic or an electric guitar, standing upright, its strings in front."""
    electric = brief.has("electric", "rock", "bass")
    body_stuff = asked(
        brief,
        "body",
        "paint" if electric else "wood",
        (0.70, 0.08, 0.08) if electric else (0.78, 0.52, 0.24),
        "body",
        main=True,
    )
    dark, steel = asked(brief, "neck", "wood", (0.22, 0.13, 0.08), "neck", "fretboard"), finish("steel")
    if electric:
        outline = curves.smooth_curve(
            cm(
                "0 0, 12 1, 16.5 9, 12.5 19, 14.5 27, 15.5 36, 10 35.5, 4.5 30, -4.5 31, -9 40, -15 41, "
                "-14 29, -11.5 19, -16 9, -12 1"
            ),
            120,
            closed=True,
        )
        thick, joint = 0.045, 0.30
    else:
        outline = curves.mirrored(
            np.concatenate(
                [
                    [[0, 0]],
                    curves.smooth_curve(cm("2 0, 15 5, 19 16, 13.5 27, 12.5 32, 14.5 41, 8 48.5, 0 49"), 50),
                ]
            )
        )
        thick, joint = 0.10, 0.485
    body = shapes.extrude(outline, thick, 0.010 if electric else 0.006, steps=3)
    front = thick / 2
    rim = [
        shapes.sweep(
            np.column_stack(
                [
                    curves.resample(curves.inset(curves.counter_clockwise(outline), 0.004), 160, closed=True),
                    np.full(160, z),
                ]
            ),
            0.0045,
            8,
            closed=True,
        )
        for z in (front - 0.003, -front + 0.003)
    ]
    neck_top = joint + 0.36
    neck = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.arc(1, 180, 360, 13)[:, 0] * w,
                        np.full(13, y),
                        front + 0.004 + curves.arc(1, 180, 360, 13)[:, 1] * 0.02,
                    ]
                )
                for w, y in ((0.028, joint - 0.06), (0.021, neck_top))
            ]
        ),
        crease=40,
    )
    board = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * w, 0.007, 0.002, 2) - [0, front + 0.007], y)
                for w, y in ((0.029, joint - 0.12), (0.0215, neck_top))
            ]
        ),
        crease=40,
    )
    frets = [
        shapes.capsule(0.0012, 2 * float(np.interp(y, [joint - 0.12, neck_top], [0.028, 0.021])), 8)
        .rotate(z=90)
        .move(0, y, front + 0.0108)
        for y in neck_top - (neck_top - 0.17) * (1 - 2 ** (-np.arange(1, 17) / 12.0))
        if y > joint - 0.11
    ]
    head = (
        shapes.extrude(
            curves.rounded(cm("-2.2 0, 2.2 0, 3.6 2, 3.2 15, 0 16.5, -3.2 15, -3.6 2"), 0.008, 4),
            0.016,
            0.003,
        )
        .rotate(x=-10)
        .move(0, neck_top, front)
    )
    pegs, posts = [], []
    for s in (1, -1):
        for k in range(3):
            y, z = neck_top + 0.032 + 0.042 * k, front - 0.006 * (k + 1)
            pegs.append(
                join(
                    shapes.cylinder(0.003, 0.022, segments=10).rotate(z=-90 * s).move(s * 0.030, y, z),
                    shapes.superellipsoid(0.007, 0.019, 0.012, 2.5, 2.5, 16).move(s * 0.056, y, z),
                )
            )
            posts.append(shapes.cylinder(0.0035, 0.022, 0.0008, 14).rotate(x=90).move(s * 0.016, y, z))
    bridge_y = 0.115 if not electric else 0.09
    bridge = shapes.rounded_box(0.135 if not electric else 0.075, 0.026, 0.014, 0.004, 2).move(
        0, bridge_y, front + 0.004
    )
    strings = [
        shapes.sweep(
            [
                [x, bridge_y, front + 0.0145],
                [x * 0.75, neck_top - 0.002, front + 0.0125],
                [x * 0.9, neck_top + 0.035 + 0.04 * (k % 3), front + 0.006 - 0.006 * (k % 3)],
            ],
            0.0009,
            6,
        )
        for k, x in enumerate(np.linspace(-0.022, 0.022, brief.count("string", 6, 4, 12)))
    ]
    parts = [
        part("body", (body, body_stuff)),
        part("binding", (join(*rim), finish("plastic", (0.95, 0.91, 0.80), "binding"))),
        part("neck", (neck, dark)),
        part("fretboard", (board, dark)),
        part("frets", (join(*frets), steel)),
        part("headstock", (head, dark)),
        part("pegs", (join(*pegs, *posts), finish("chrome"))),
        part("bridge", (bridge, finish("chrome", name="bridge_metal") if electric else dark)),
        part("strings", (join(*strings), steel)),
    ]
    if electric:
        picks = [
            shapes.rounded_box(0.085, 0.022, 0.012, 0.005, 2).move(0, y, front + 0.004) for y in (0.15, 0.22)
        ]
        knobs = [
            shapes.cylinder(0.0105, 0.014, 0.002, 24).rotate(x=90).move(x, y, front)
            for x, y in ((0.09, 0.075), (0.115, 0.115), (0.07, 0.045))
        ]
        guard = shapes.extrude(
            curves.smooth_curve(
                [[-0.085, 0.13], [0.07, 0.09], [0.11, 0.15], [0.075, 0.25], [0.03, 0.29], [-0.05, 0.28]],
                60,
                closed=True,
            ),
            0.004,
            0.001,
        ).move(z=front + 0.001)
        return Asset(
            [
                *parts,
                part(
                    "pickguard",
                    (guard, asked(brief, "pickguard", "plastic", (0.95, 0.94, 0.90), "pickguard")),
                ),
                part("pickups", (join(*picks), finish("plastic", (0.05, 0.05, 0.05), "pickup"))),
                part("knobs", (join(*knobs), finish("chrome", name="knob"))),
            ]
        )
    hole = shapes.cylinder(0.048, 0.003, segments=48).rotate(x=90).move(0, 0.325, front - 0.0018)
    rose = [shapes.torus(q, 0.004, 56, 8).rotate(x=90).move(0, 0.325, front) for q in (0.051, 0.057)]
    return Asset(
        [
            *parts,
            part("sound_hole", (hole, finish("wood", (0.05, 0.03, 0.02), "hole"))),
            part("rosette", (join(*rose), dark)),
        ]
    )


FAMILIES = (
    Family("guitar", ("guitar", "acoustic guitar", "electric guitar", "bass guitar", "ukulele"), guitar),
)  # fmt: skip
