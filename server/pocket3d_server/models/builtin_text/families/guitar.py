"""Acoustic and electric guitars, standing upright."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import cm, copies, facing, stacked
from pocket3d_server.models.language.brief import Brief


def guitar(brief: Brief) -> Asset:
    """An acoustic or an electric guitar, standing upright, its strings in front."""
    return electric_guitar(brief) if brief.has("electric", "rock", "bass") else acoustic_guitar(brief)


def wood_of_neck(brief: Brief) -> Finish:
    """What neck and fretboard are made of."""
    return asked(brief, "neck", "wood", (0.22, 0.13, 0.08), "neck", "fretboard")


def body_of(outline: Points, thick: float, bevel: float, stuff: Finish) -> list[Part]:
    """A flat body about z = 0 with pale binding along its edges."""
    edge = curves.resample(curves.inset(curves.counter_clockwise(outline), 0.004), 160, closed=True)
    z = thick / 2 - 0.003
    rims = [shapes.sweep(curves.in_plane(edge, s * z, "xy"), 0.0045, 8, closed=True) for s in (1, -1)]
    ivory = finish("plastic", (0.95, 0.91, 0.80), "binding")
    return [
        part("body", (shapes.extrude(outline, thick, bevel, steps=3), stuff)),
        part("binding", (join(*rims), ivory)),
    ]


def neck_of(brief: Brief, joint: float, front: float, long: float = 0.36) -> list[Part]:
    """Neck, fretboard with its frets, and head, over a body that ends at height ``joint`` and whose face is at
    z = ``front``; it goes on for ``long`` metres over the body."""
    dark, top = wood_of_neck(brief), joint + long
    half = curves.arc(1, 180, 360, 13) * [1, -1]
    neck = stacked(
        half[::-1], [[0.028, 0.02, joint - 0.06, front + 0.004], [0.021, 0.02, top, front + 0.004]]
    )
    flat = curves.rectangle(2, 1, 0.2, 2)
    board = stacked(flat, [[0.029, 0.007, joint - 0.12, front + 0.007], [0.0215, 0.007, top, front + 0.007]])
    frets = [
        shapes.capsule(0.0012, 2 * float(np.interp(y, [joint - 0.12, top], [0.028, 0.021])), 8)
        .rotate(z=90)
        .move(0, y, front + 0.0108)
        for y in top - (top - 0.17) * (1 - 2 ** (-np.arange(1, 17) / 12.0))
        if y > joint - 0.11
    ]
    outline = curves.rounded(cm("-2.2 0, 2.2 0, 3.6 2, 3.2 15, 0 16.5, -3.2 15, -3.6 2"), 0.008, 4)
    head = shapes.extrude(outline, 0.016, 0.003).rotate(x=-10).move(0, top, front)
    stem = shapes.cylinder(0.003, 0.022, segments=10).rotate(z=-90).move(x=0.030)
    post = shapes.cylinder(0.0035, 0.022, 0.0008, 14).rotate(x=90).move(x=0.016)
    peg = join(stem, shapes.superellipsoid(0.007, 0.019, 0.012, 2.5, 2.5, 16).move(x=0.056), post)
    row = copies(peg, [[0, top + 0.032 + 0.042 * k, front - 0.006 * (k + 1)] for k in range(3)])
    return [
        part("neck", (neck, dark)), part("fretboard", (board, dark)), part("frets", (join(*frets), finish("steel"))),
        part("headstock", (head, dark)), part("pegs", (join(row, row.mirror("x")), finish("chrome"))),
    ]  # fmt: skip


def strings_of(brief: Brief, bridge: float, top: float, front: float) -> Part:
    """Strings from the height ``bridge`` to the pegs over the neck's end at ``top``."""
    made = []
    for k, x in enumerate(np.linspace(-0.022, 0.022, brief.count("string", 6, 4, 12))):
        peg = [x * 0.9, top + 0.035 + 0.04 * (k % 3), front + 0.006 - 0.006 * (k % 3)]
        made.append(
            shapes.sweep(
                [[x, bridge, front + 0.0145], [x * 0.75, top - 0.002, front + 0.0125], peg], 0.0009, 6
            )
        )
    return part("strings", (join(*made), finish("steel")))


def acoustic_guitar(brief: Brief) -> Asset:
    """A waisted body of wood with a round sound hole."""
    stuff = asked(brief, "body", "wood", (0.78, 0.52, 0.24), "body", main=True)
    side = curves.smooth_curve(cm("2 0, 15 5, 19 16, 13.5 27, 12.5 32, 14.5 41, 8 48.5, 0 49"), 50)
    outline, joint, front = curves.mirrored(np.concatenate([[[0, 0]], side])), 0.485, 0.05
    bridge = shapes.rounded_box(0.135, 0.026, 0.014, 0.004, 2).move(0, 0.115, front + 0.004)
    hole = facing(shapes.cylinder(0.048, 0.003, segments=48)).move(0, 0.325, front - 0.0018)
    rose = [facing(shapes.torus(q, 0.004, 56, 8)).move(0, 0.325, front) for q in (0.051, 0.057)]
    dark = wood_of_neck(brief)
    return Asset([
        *body_of(outline, 0.10, 0.006, stuff), *neck_of(brief, joint, front), part("bridge", (bridge, dark)), strings_of(brief, 0.115, joint + 0.36, front),
        part("sound_hole", (hole, finish("wood", (0.05, 0.03, 0.02), "hole"))), part("rosette", (join(*rose), dark)),
    ])  # fmt: skip


HORNED = (
    "0 0, 8 .3, 14.2 3.6, 16.2 10.5, 13.6 18, 12.4 23, 13.4 28.5, 13.2 33.5, 10.8 36.5, 8.8 35, 6.4 31.2, 3.2 29.6,"
    "-3.2 30.2, -6 33, -7.6 38.5, -10.2 42, -12.8 41, -13.8 35.5, -12.8 28, -12.4 22.5, -14 17, -16 10.5, -14.4 4, -8 .3"
)
"""Outline of an electric guitar's body with its two horns."""


def electric_guitar(brief: Brief) -> Asset:
    """A painted body with two horns, a pickguard, three pickups and knobs."""
    stuff = asked(brief, "body", "paint", (0.70, 0.08, 0.08), "body", main=True)
    outline, joint, front = curves.smooth_curve(cm(HORNED), 160, closed=True), 0.30, 0.0225
    bridge = shapes.rounded_box(0.075, 0.034, 0.014, 0.004, 2).move(0, 0.095, front + 0.004)
    picks = copies(
        shapes.rounded_box(0.078, 0.019, 0.012, 0.005, 2),
        [[0, y, front + 0.005] for y in (0.135, 0.18, 0.225)],
    )
    knobs = copies(
        facing(shapes.cylinder(0.0105, 0.014, 0.002, 24)),
        cm("8.2 11.6 0, 9.8 8 0, 11.2 4.6 0") + [0, 0, front + 0.003],
    )
    guard_line = "-5.4 11.5, 3.5 11, 6.6 7, 10.2 2.8, 13 5, 11.4 11, 9.6 18, 9.6 24, 10.4 30, 7.5 29.5, 4 27.5, -4 28, -8 31.5, -9 26, -7.6 18"
    plate_ = curves.smooth_curve(cm(guard_line), 80, closed=True)
    guard = shapes.extrude(plate_, 0.003, 0.0008).move(z=front + 0.001)
    pale = asked(brief, "pickguard", "plastic", (0.95, 0.94, 0.90), "pickguard")
    jack = facing(shapes.cylinder(0.009, 0.004, 0.001, 20)).move(0.128, 0.085, front)
    return Asset([
        part("body", (shapes.extrude(outline, 0.045, 0.014, steps=4), stuff)), *neck_of(brief, joint, front, 0.44), part("bridge", (bridge, finish("chrome", name="bridge_metal"))),
        strings_of(brief, 0.095, joint + 0.44, front), part("pickguard", (guard, pale)), part("pickups", (picks, finish("plastic", (0.05, 0.05, 0.05), "pickup"))),
        part("knobs", (join(knobs, jack), finish("chrome", name="knob"))),
    ])  # fmt: skip


FAMILIES = (
    Family("guitar", ("guitar", "acoustic guitar", "electric guitar", "bass guitar", "ukulele"), guitar),
)  # fmt: skip
