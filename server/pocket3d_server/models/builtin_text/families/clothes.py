"""Clothes off the body: cap, tie and t-shirt."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BLACK, BRIGHT, bar, cm, copies, cover, facing
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


def tie(brief: Brief) -> Asset:
    """A necktie with its knot and loop, or a bow tie."""
    tints: tuple[RGB, ...] = ((0.60, 0.08, 0.12), (0.12, 0.20, 0.42), (0.14, 0.34, 0.26), (0.35, 0.16, 0.40))
    silk = cover(brief, "tie", tints, "tie", kind="fabric")
    pale = asked(brief, "stripes", "fabric", (0.90, 0.84, 0.66), "stripe", "dot")
    if brief.has("bow"):
        wing = curves.smooth_curve(cm("0 -1.4, 3 -2.4, 6 -3.2, 6.4 0, 6 3.2, 3 2.4, 0 1.4"), 44, closed=True)
        wings = [shapes.extrude(wing * [s, 1], 0.014, 0.006).rotate(y=s * 8).move(x=0) for s in (1, -1)]
        knot = shapes.rounded_box(0.026, 0.036, 0.028, 0.010, 3)
        folds = [
            bar([[s * 0.012, y * 0.3, 0.009], [s * 0.046, y, 0.006]], [0.0022, 0.0008], section=6)
            for s in (1, -1)
            for y in (0.008, -0.008)
        ]
        dots = copies(
            facing(shapes.cylinder(0.0032, 0.0012, segments=12)),
            [
                [s * x, y, 0.0074 + 0.0004]
                for s in (1, -1)
                for x, y in ((0.026, 0.008), (0.026, -0.010), (0.040, 0.0), (0.052, 0.016), (0.052, -0.016))
            ],
        )
        return Asset(
            [
                part("wings", (join(*wings), silk)),
                part("knot", (knot, silk), (join(*folds), silk)),
                part("dots", (dots, pale)),
            ]
        )
    long = 0.50 * brief.grown("length")
    front = np.array(
        [[-0.020, 0.0], [0.020, 0.0], [0.046, -long * 0.86], [0.0, -long], [-0.046, -long * 0.86]]
    )
    back = front * [0.62, 0.86]
    blade = shapes.extrude(curves.counter_clockwise(front), 0.007, 0.0025).move(z=0.006)
    tail = shapes.extrude(curves.counter_clockwise(back), 0.005, 0.0018).rotate(z=4).move(0.008, 0, -0.003)
    knot = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.ellipse(w, d, 24, 3)[:, 0],
                        np.full(24, y),
                        -curves.ellipse(w, d, 24, 3)[:, 1] + 0.003,
                    ]
                )
                for y, w, d in (
                    (-0.012, 0.018, 0.010),
                    (-0.006, 0.021, 0.013),
                    (0.022, 0.032, 0.016),
                    (0.034, 0.031, 0.013),
                    (0.038, 0.026, 0.009),
                )
            ]
        ),
        crease=60,
    )
    t = np.linspace(0, 1, 40)
    loop = curves.smooth_curve(
        cm("2.2 2.6 0, 6.4 7 -2.5, 6.6 10.5 -8.5, 0 12.5 -11.5, -6.6 10.5 -8.5, -6.4 7 -2.5, -2.2 2.6 0"), 40
    )
    collar = shapes.sweep(loop, 1.0 + 0 * t, curves.rectangle(0.005, 0.030, 0.002))
    stripes = []
    for y in np.arange(-0.05, -long * 0.90, -0.066):
        half = float(np.interp(-y, [0, long * 0.86], [0.020, 0.046]))
        line = np.array(
            [
                [-half * 0.965, y - half * 0.55],
                [half * 0.965, y + half * 0.55],
                [half * 0.965, y + half * 0.55 + 0.014],
                [-half * 0.965, y - half * 0.55 + 0.014],
            ]
        )
        stripes.append(shapes.extrude(line, 0.0012).move(z=0.0098))
    bands = shapes.extrude(
        np.array([[-0.024, -0.004], [0.026, 0.014], [0.027, 0.022], [-0.026, 0.004]]), 0.0012
    ).move(z=0.0165)
    parts = [
        part("blade", (blade, silk)),
        part("tail", (tail, silk)),
        part("knot", (knot, silk)),
        part("loop", (collar, silk)),
    ]
    return Asset(parts if brief.has("plain") else [*parts, part("stripes", (join(*stripes, bands), pale))])


def tshirt(brief: Brief) -> Asset:
    """A t-shirt as if on a form, with a star or a plain chest; long sleeves when it is a jumper."""
    cloth = cover(
        brief,
        "shirt",
        (*BRIGHT, (0.93, 0.93, 0.92)),
        "shirt",
        "tshirt",
        kind="wool" if brief.has("sweater", "jumper", "pullover") else "fabric",
    )
    trim = unless_said(brief, cloth, "collar", "sleeve", "trim")
    long = brief.has("sweater", "jumper", "pullover", "hoodie", "long")
    ring = curves.ellipse(1, 1, 56, 2.6)
    rows = (
        (0.245, 0.115, 0.0),
        (0.248, 0.118, 0.01),
        (0.240, 0.116, 0.16),
        (0.245, 0.120, 0.34),
        (0.250, 0.118, 0.46),
        (0.235, 0.100, 0.56),
        (0.185, 0.082, 0.615),
        (0.110, 0.074, 0.650),
        (0.088, 0.070, 0.662),
    )
    body_rings = [curves.in_plane(ring * [w, d], y) for w, d, y in rows]
    neck = [
        curves.in_plane(ring * [w, d], y)
        for w, d, y in ((0.078, 0.060, 0.660), (0.070, 0.052, 0.62), (0.06, 0.045, 0.60))
    ]

    def drape(v: Points) -> Points:
        fall = (1 - v[:, 1] / 0.45).clip(0, 1)
        v[:, 2] += fall * (0.006 * np.sin(22 * v[:, 0] + 1.0) + 0.004 * np.sin(41 * v[:, 0] + 3 * v[:, 1]))
        v[:, 1] -= 0.030 * ((v[:, 1] - 0.60) / 0.06).clip(0, 1) * (v[:, 2] / 0.07).clip(0, 1)
        return v

    body = shapes.loft(np.stack(body_rings + neck), crease=70).deform(drape)
    sleeves, cuffs = [], []
    for s in (1, -1):
        far = np.array([s * (0.40 if not long else 0.50), 0.40 if not long else 0.10, 0.0])
        near = np.array([s * 0.160, 0.525, 0.0])
        path = np.array([near, near + (far - near) * 0.5 + [s * 0.02, 0.02, 0], far])
        sleeves.append(
            shapes.sweep(
                curves.smooth_curve(path, 16),
                np.linspace(1.0, 1.05 if not long else 0.66, 16),
                curves.ellipse(0.075, 0.090, 32, 2.3),
            )
        )
        tip = far - (far - near) / np.linalg.norm(far - near) * 0.02
        cuffs.append(
            shapes.sweep(
                np.array([tip, far + (far - near) / np.linalg.norm(far - near) * 0.004]),
                1.055 if not long else 0.69,
                curves.ellipse(0.075, 0.090, 32, 2.3),
            )
        )
    collar = shapes.sweep(
        curves.in_plane(curves.ellipse(0.083, 0.066, 56, 2.4), 0.662), 0.0085, 10, closed=True
    ).deform(lambda v: np.column_stack([v[:, 0], v[:, 1] - 0.030 * (v[:, 2] / 0.07).clip(0, 1), v[:, 2]]))
    hem = shapes.sweep(
        curves.in_plane(curves.resample(ring * [0.2455, 0.1155], 56, closed=True), 0.008),
        0.005,
        8,
        closed=True,
    ).deform(drape)
    parts = [
        part("shirt", (body, cloth)),
        part("sleeves", (join(*sleeves), unless_said(brief, cloth, "sleeve"))),
        part("cuffs", (join(*cuffs), trim)),
        part("collar", (collar, trim), (hem, cloth)),
    ]
    if brief.has("plain"):
        return Asset(parts)
    print_ = shapes.extrude(curves.star(5, 0.075, 0.032), 0.016, 0.002).move(0, 0.37, 0.1155)
    return Asset(
        [
            *parts,
            part(
                "print",
                (
                    print_,
                    asked(
                        brief,
                        "print",
                        "paint",
                        (0.96, 0.94, 0.88) if cloth.base_color[1] < 0.6 else BRIGHT[0],
                        "print",
                        "logo",
                        "star",
                    ),
                ),
            ),
        ]
    )


FAMILIES = (
    Family("cap", ("baseball cap", "cap", "trucker cap"), grounded(cap)),
    Family("tie", ("tie", "necktie", "bow tie"), grounded(tie, centre=True)),
    Family("tshirt", ("t-shirt", "shirt", "sweater", "jumper", "pullover"), grounded(tshirt, centre=True)),
)  # fmt: skip
