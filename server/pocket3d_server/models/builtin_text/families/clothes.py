"""Clothes off the body: cap, tie and t-shirt."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BLACK, BRIGHT, bar, cm, copies, cover, facing, stacked
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def cap(brief: Brief) -> Asset:
    """A baseball cap: six panels, a button and a curved peak."""
    cloth = cover(brief, "cap", (*BRIGHT, (0.14, 0.16, 0.24)), "cap", kind="fabric")
    peak_stuff = unless_said(brief, cloth, "peak", "visor", "brim")
    r, high, n = 0.098, 0.115, 48
    t = 2 * np.pi * np.arange(n) / n
    dip = 1 - 0.012 * np.abs(np.cos(3 * t)) ** 18
    rows = [
        (1.0, 0.0),
        (1.005, 0.02),
        (0.99, 0.045),
        (0.93, 0.07),
        (0.80, 0.092),
        (0.58, 0.107),
        (0.30, 0.1135),
        (0.0, 0.115),
    ]
    outer = [
        np.column_stack(
            [r * k * 0.92 * dip * np.sin(t), np.full(n, y / 0.115 * high), r * k * 1.06 * dip * np.cos(t)]
        )
        for k, y in rows
    ]
    inner = [ring * [0.965, 0.96, 0.965] for ring in outer][::-1]
    crown = shapes.loft(np.stack([*outer, *inner]), crease=60, closed=True)
    seams = []
    for a in np.radians(np.arange(0, 360, 60) + 30):
        line = np.array([[r * k * 0.925 * np.sin(a), y + 0.0008, r * k * 1.065 * np.cos(a)] for k, y in rows])
        seams.append(bar(line, 0.0016, 26, 6))
    button = shapes.superellipsoid(0.018, 0.010, 0.018, 2, 2.2, 18).move(y=high + 0.001)
    a = np.linspace(-66, 66, 25)
    sheet = []
    for s in np.linspace(0, 1, 9):
        x = r * 0.93 * np.sin(np.radians(a)) * (1 + 0.02 * s)
        z = r * 1.05 * np.cos(np.radians(a)) + 0.082 * s * np.cos(np.radians(a * 1.12)).clip(0) ** 0.75
        y = 0.006 - 0.020 * s - 2.6 * x**2 * (0.25 + 0.75 * s)
        sheet.append(np.column_stack([x, y, z]))
    over = np.stack(sheet)
    peak = shapes.loft(np.concatenate([over, over[:, ::-1] - [0, 0.0032, 0]], axis=1), crease=60)
    stitches = [bar(over[k] + [0, 0.0004, 0], 0.0008, section=5) for k in (3, 5, 7)]
    badge = (
        shapes.extrude(
            curves.star(5, 0.024, 0.011) if brief.rng().random() < 0.5 else curves.circle(0.022, 32),
            0.006,
            0.001,
        )
        .rotate(x=-16)
        .move(0, 0.055, r * 1.04)
    )
    eyes = [
        shapes.sphere(0.0028, 10).move(r * 0.80 * np.sin(b), 0.087, r * 0.92 * np.cos(b))
        for b in np.radians([30, 90, 150, 210, 270, 330])
    ]
    return Asset([
        part("crown", (crown, cloth)), part("seams", (join(*seams), cloth), (join(*stitches), cloth)), part("button", (button, peak_stuff)), part("peak", (peak, peak_stuff)), part("badge", (badge, asked(brief, "badge", "fabric", (0.95, 0.94, 0.90), "badge", "logo", "letter"))), part("eyelets", (join(*eyes), finish("fabric", BLACK, "eyelets"))),
    ])  # fmt: skip


def silk_of(brief: Brief) -> tuple[Finish, Finish]:
    """What a tie is made of, and its stripes or dots."""
    tints: tuple[RGB, ...] = ((0.60, 0.08, 0.12), (0.12, 0.20, 0.42), (0.14, 0.34, 0.26), (0.35, 0.16, 0.40))
    silk = cover(brief, "tie", tints, "tie", kind="fabric")
    return silk, asked(brief, "stripes", "fabric", (0.90, 0.84, 0.66), "stripe", "dot")


def bow_tie(brief: Brief) -> Asset:
    """A bow tie with dots."""
    silk, pale = silk_of(brief)
    wing = curves.smooth_curve(cm("0 -1.4, 3 -2.4, 6 -3.2, 6.4 0, 6 3.2, 3 2.4, 0 1.4"), 44, closed=True)
    wings = [shapes.extrude(wing * [s, 1], 0.014, 0.006).rotate(y=s * 8) for s in (1, -1)]
    knot = shapes.rounded_box(0.026, 0.036, 0.028, 0.010, 3)
    folds = [
        bar([[s * 0.012, y * 0.3, 0.009], [s * 0.046, y, 0.006]], [0.0022, 0.0008], section=6)
        for s in (1, -1)
        for y in (0.008, -0.008)
    ]
    spots = cm("2.6 0.8, 2.6 -1, 4 0, 5.2 1.6, 5.2 -1.6")
    dot = facing(shapes.cylinder(0.0032, 0.0012, segments=12))
    dots = copies(dot, [[s * x, y, 0.0078] for s in (1, -1) for x, y in spots])
    return Asset([
        part("wings", (join(*wings), silk)), part("knot", (knot, silk), (join(*folds), silk)), part("dots", (dots, pale)),
    ])  # fmt: skip


def tie(brief: Brief) -> Asset:
    """A necktie with its knot and loop, or a bow tie."""
    if brief.has("bow"):
        return bow_tie(brief)
    silk, pale = silk_of(brief)
    long = 0.50 * brief.grown("length")
    front = np.array(
        [[-0.020, 0.0], [0.020, 0.0], [0.046, -long * 0.86], [0.0, -long], [-0.046, -long * 0.86]]
    )
    blade = shapes.extrude(curves.counter_clockwise(front), 0.007, 0.0025).move(z=0.006)
    tail = shapes.extrude(curves.counter_clockwise(front * [0.62, 0.86]), 0.005, 0.0018).rotate(z=4)
    knot = stacked(
        curves.ellipse(1, 1, 24, 3),
        cm("1.8 1 -1.2 0.3, 2.1 1.3 -0.6 0.3, 3.2 1.6 2.2 0.3, 3.1 1.3 3.4 0.3, 2.6 0.9 3.8 0.3"),
        crease=60,
    )
    loop = curves.smooth_curve(
        cm("2.2 2.6 0, 6.4 7 -2.5, 6.6 10.5 -8.5, 0 12.5 -11.5, -6.6 10.5 -8.5, -6.4 7 -2.5, -2.2 2.6 0"), 40
    )
    collar = shapes.sweep(loop, 1.0, curves.rectangle(0.005, 0.030, 0.002))
    parts = [
        part("blade", (blade, silk)), part("tail", (tail.move(0.008, 0, -0.003), silk)), part("knot", (knot, silk)),
        part("loop", (collar, silk)),
    ]  # fmt: skip
    if brief.has("plain"):
        return Asset(parts)
    stripes = [shapes.extrude(cm("-2.4 -0.4, 2.6 1.4, 2.7 2.2, -2.6 0.4"), 0.0012).move(z=0.0165)]
    for y in np.arange(-0.05, -long * 0.90, -0.066):
        half = float(np.interp(-y, [0, long * 0.86], [0.020, 0.046]))
        line = np.array([[-0.965, -0.55], [0.965, 0.55], [0.965, 0.55], [-0.965, -0.55]]) * half
        stripes.append(
            shapes.extrude(line + [[0, y], [0, y], [0, y + 0.014], [0, y + 0.014]], 0.0012).move(z=0.0098)
        )
    return Asset([*parts, part("stripes", (join(*stripes), pale))])


SHIRT = "24.5 11.5 0, 24.8 11.8 1, 24 11.6 16, 24.5 12 34, 25 11.8 46, 23.5 10 56, 18.5 8.2 61.5, 11 7.4 65, 8.8 7 66.2, 7.8 6 66, 7 5.2 62, 6 4.5 60"
"""Half widths, half depths and heights of a shirt on a form, up to the neck and a little way down inside."""


def sleeves_of(long: bool) -> tuple[Solid, Solid]:
    """A pair of sleeves, and their cuffs."""
    near, far = cm("16 52.5 0, 50 10 0") if long else cm("16 52.5 0, 40 40 0")
    way = (far - near) / np.linalg.norm(far - near)
    section = curves.ellipse(0.075, 0.090, 32, 2.3)
    path = curves.smooth_curve([near, (near + far) / 2 + [0.02, 0.02, 0], far], 16)
    sleeve = shapes.sweep(path, np.linspace(1.0, 0.66 if long else 1.05, 16), section)
    cuff = shapes.sweep([far - way * 0.02, far + way * 0.004], 0.69 if long else 1.055, section)
    return join(sleeve, sleeve.mirror("x")), join(cuff, cuff.mirror("x"))


def tshirt(brief: Brief) -> Asset:
    """A t-shirt as if on a form, with a star or a plain chest; long sleeves when it is a jumper."""
    knitted = brief.has("sweater", "jumper", "pullover")
    cloth = cover(
        brief, "shirt", (*BRIGHT, (0.93, 0.93, 0.92)), "shirt", "tshirt", kind="wool" if knitted else "fabric"
    )
    trim = unless_said(brief, cloth, "collar", "sleeve", "trim")
    ring = curves.ellipse(1, 1, 56, 2.6)

    def drape(v: Points) -> Points:
        fall = (1 - v[:, 1] / 0.45).clip(0, 1)
        v[:, 2] += fall * (0.006 * np.sin(22 * v[:, 0] + 1.0) + 0.004 * np.sin(41 * v[:, 0] + 3 * v[:, 1]))
        v[:, 1] -= 0.030 * ((v[:, 1] - 0.60) / 0.06).clip(0, 1) * (v[:, 2] / 0.07).clip(0, 1)
        return v

    def dipped(v: Points) -> Points:
        v[:, 1] -= 0.030 * (v[:, 2] / 0.07).clip(0, 1)
        return v

    body = stacked(ring, cm(SHIRT), crease=70).deform(drape)
    sleeves, cuffs = sleeves_of(knitted or brief.has("hoodie", "long"))
    neck = curves.in_plane(curves.ellipse(0.083, 0.066, 56, 2.4), 0.662)
    collar = shapes.sweep(neck, 0.0085, 10, closed=True).deform(dipped)
    low = curves.in_plane(curves.resample(ring * [0.2455, 0.1155], 56, closed=True), 0.008)
    hem = shapes.sweep(low, 0.005, 8, closed=True).deform(drape)
    parts = [
        part("shirt", (body, cloth)), part("sleeves", (sleeves, unless_said(brief, cloth, "sleeve"))),
        part("cuffs", (cuffs, trim)), part("collar", (collar, trim), (hem, cloth)),
    ]  # fmt: skip
    if brief.has("plain"):
        return Asset(parts)
    star = shapes.extrude(curves.star(5, 0.075, 0.032), 0.016, 0.002).move(0, 0.37, 0.1155)
    usual = (0.96, 0.94, 0.88) if cloth.base_color[1] < 0.6 else BRIGHT[0]
    return Asset(
        [*parts, part("print", (star, asked(brief, "print", "paint", usual, "print", "logo", "star")))]
    )


FAMILIES = (
    Family("cap", ("baseball cap", "cap", "trucker cap"), grounded(cap)),
    Family("tie", ("tie", "necktie", "bow tie"), grounded(tie, centre=True)),
    Family("tshirt", ("t-shirt", "shirt", "sweater", "jumper", "pullover"), grounded(tshirt, centre=True)),
)  # fmt: skip
