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


def neck_of(brief: Brief, joint: float, front: float) -> list[Part]:
    """Neck, fretboard with its frets, and head, over a body that ends at height ``joint`` and whose face is at
    z = ``front``."""
    dark, top = wood_of_neck(brief), joint + 0.36
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


def strings_of(brief: Brief, bridge: float, joint: float, front: float) -> Part:
    """Strings from the height ``bridge`` to the pegs."""
    top, made = joint + 0.36, []
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
        *body_of(outline, 0.10, 0.006, stuff), *neck_of(brief, joint, front), part("bridge", (bridge, dark)), strings_of(brief, 0.115, joint, front),
        part("sound_hole", (hole, finish("wood", (0.05, 0.03, 0.02), "hole"))), part("rosette", (join(*rose), dark)),
    ])  # fmt: skip


HORNED = "0 0, 12 1, 16.5 9, 12.5 19, 14.5 27, 15.5 36, 10 35.5, 4.5 30, -4.5 31, -9 40, -15 41, -14 29, -11.5 19, -16 9, -12 1"
"""Outline of an electric guitar's body with its two horns."""


def electric_guitar(brief: Brief) -> Asset:
    """A painted body with two horns, a pickguard, pickups and knobs."""
    stuff = asked(brief, "body", "paint", (0.70, 0.08, 0.08), "body", main=True)
    outline, joint, front = curves.smooth_curve(cm(HORNED), 120, closed=True), 0.30, 0.0225
    bridge = shapes.rounded_box(0.075, 0.026, 0.014, 0.004, 2).move(0, 0.09, front + 0.004)
    picks = copies(
        shapes.rounded_box(0.085, 0.022, 0.012, 0.005, 2), [[0, y, front + 0.004] for y in (0.15, 0.22)]
    )
    knobs = copies(
        facing(shapes.cylinder(0.0105, 0.014, 0.002, 24)), cm("9 7.5 0, 11.5 11.5 0, 7 4.5 0") + [0, 0, front]
    )
    plate_ = curves.smooth_curve(cm("-8.5 13, 7 9, 11 15, 7.5 25, 3 29, -5 28"), 60, closed=True)
    guard = shapes.extrude(plate_, 0.004, 0.001).move(z=front + 0.001)
    pale = asked(brief, "pickguard", "plastic", (0.95, 0.94, 0.90), "pickguard")
    return Asset([
        *body_of(outline, 0.045, 0.010, stuff), *neck_of(brief, joint, front), part("bridge", (bridge, finish("chrome", name="bridge_metal"))),
        strings_of(brief, 0.09, joint, front), part("pickguard", (guard, pale)),
        part("pickups", (picks, finish("plastic", (0.05, 0.05, 0.05), "pickup"))), part("knobs", (knobs, finish("chrome", name="knob"))),
    ])  # fmt: skip


FAMILIES = (
    Family("guitar", ("guitar", "acoustic guitar", "electric guitar", "bass guitar", "ukulele"), guitar),
)  # fmt: skip
