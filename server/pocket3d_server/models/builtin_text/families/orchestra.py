"""Of the orchestra: violin and trumpet."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import bar, cm, copies, cover, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def violin(brief: Brief) -> Asset:
    """A violin with its bow beside it, or a cello when asked."""
    wood = cover(
        brief,
        "body",
        ((0.58, 0.24, 0.08), (0.66, 0.34, 0.12), (0.42, 0.16, 0.07)),
        "body",
        "violin",
        kind="wood",
        roughness=0.2,
    )
    ebony, k = (
        finish("plastic", (0.05, 0.045, 0.04), "ebony", roughness=0.25),
        brief.grown("length") * (2.1 if brief.has("cello", "bass") else 1.0),
    )
    half = curves.smooth_curve(
        cm(
            "0 0, 5.5 .4, 9.3 3.0, 10.3 7.2, 9.1 10.8, 8.3 12.3, 5.9 14.6, 5.5 17.5, 6.3 20.6, 7.4 22.0, 8.2 25.5, 7.3 30.0, 4.4 34.2, 1.2 35.4, 0 35.4"
        ),
        110,
    )
    outline = curves.mirrored(half)
    ribs = shapes.extrude(outline, 0.030, 0.001)
    centre = np.array([0, 0.17])
    plates = []
    for s in (1, -1):
        rings = [
            np.column_stack(
                [
                    centre + (outline * (1.02 if q > 0.99 else 1.0) - centre) * q,
                    np.full(len(outline), s * (0.0148 + h)),
                ]
            )
            for q, h in (
                (1.0, 0.0),
                (1.0, 0.003),
                (0.93, 0.0035),
                (0.75, 0.008),
                (0.45, 0.012),
                (0.02, 0.0135),
            )
        ]
        plates.append(shapes.loft(np.stack(rings)).sharp(40))
    neck = shapes.sweep(
        curves.smooth_curve([[0, 0.345, 0.002], [0, 0.42, 0.008], [0, 0.485, 0.010], [0, 0.51, 0.004]], 14),
        1.0,
        curves.ellipse(0.0125, 0.011, 16),
    )
    board = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.ellipse(w, 0.005, 20, 2.6)[:, 0],
                        np.full(20, y),
                        curves.ellipse(w, 0.005, 20, 2.6)[:, 1] + z,
                    ]
                )
                for y, w, z in ((0.235, 0.021, 0.036), (0.485, 0.0125, 0.022))
            ]
        )
    )
    t = np.linspace(0, 1, 40)
    scroll = shapes.sweep(
        np.column_stack(
            [
                0 * t,
                0.565 + 0.016 * (1 - 0.75 * t) * np.cos(-0.5 * np.pi + 9.5 * t),
                0.0 + 0.016 * (1 - 0.75 * t) * np.sin(-0.5 * np.pi + 9.5 * t),
            ]
        ),
        np.linspace(0.0085, 0.006, 40),
        12,
        round_ends=True,
    )
    box = shapes.sweep(
        [[0, 0.485, 0.008], [0, 0.53, 0.0], [0, 0.562, -0.012]],
        [0.0125, 0.0115, 0.009],
        curves.rectangle(2, 2, 0.5),
    )
    curl = [shapes.cylinder(0.012, 0.030, 0.003, 24).rotate(z=90).move(0.015, 0.568, 0.0)]
    pegs = [
        join(
            shapes.cylinder(0.0032, 0.05, segments=12).rotate(z=90).move(0.026, 0, 0),
            shapes.superellipsoid(0.016, 0.018, 0.007, 2.4, 2.2, 16).move(s * 0.034, 0, 0),
        ).move(0, y, 0.002)
        for y, s in ((0.498, 1), (0.511, -1), (0.524, 1), (0.537, -1))
    ]
    bridge = (
        shapes.extrude(
            cm("-2.1 0, -1.3 0, -0.8 1, 0.8 1, 1.3 0, 2.1 0, 1.9 2.4, 1 3.2, -1 3.2, -1.9 2.6"), 0.004, 0.001
        )
        .rotate(x=90)
        .move(0, 0.185, 0.026)
    )
    tail = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.ellipse(w, 0.004, 18, 2.6)[:, 0],
                        np.full(18, y),
                        curves.ellipse(w, 0.004, 18, 2.6)[:, 1] + z,
                    ]
                )
                for y, w, z in ((0.012, 0.008, 0.034), (0.04, 0.013, 0.037), (0.115, 0.020, 0.045))
            ]
        )
    )
    strings = [
        bar(
            [[x * 1.4, 0.11, 0.047], [x * 1.3, 0.185, 0.0595], [x, 0.485, 0.0285], [x * 0.8, 0.52, 0.012]],
            0.0007,
            section=5,
        )
        for x in (-0.012, -0.004, 0.004, 0.012)
    ]
    holes = []
    for s in (1, -1):
        f = curves.smooth_curve(
            [
                [s * 0.034, 0.225, 0.027],
                [s * 0.040, 0.217, 0.027],
                [s * 0.043, 0.19, 0.0272],
                [s * 0.050, 0.163, 0.0252],
                [s * 0.056, 0.150, 0.0232],
            ],
            24,
        )
        holes += [
            bar(f, [0.0022, 0.0034, 0.0022], section=8),
            shapes.sphere(0.0045, 12).scale(1, 1, 0.5).move(s * 0.034, 0.224, 0.0275),
            shapes.sphere(0.0055, 12).scale(1, 1, 0.5).move(s * 0.056, 0.150, 0.0235),
        ]
    chin = shapes.superellipsoid(0.085, 0.075, 0.018, 2.4, 2.4, 24).move(-0.055, 0.035, 0.028)
    edge = shapes.sweep(
        np.column_stack(
            [centre + (curves.resample(outline, 120, closed=True) - centre) * 0.955, np.full(120, 0.0183)]
        ),
        0.0011,
        6,
        closed=True,
    )
    lean = {"x": -12.0, "z": -14.0}
    stick = [
        bar(
            [[0.17, 0.0, 0.03], [0.155, 0.30, 0.02], [0.16, 0.66, 0.02], [0.168, 0.70, 0.026]],
            [0.0052, 0.0045, 0.0036],
            24,
            10,
        ),
        shapes.rounded_box(0.012, 0.045, 0.022, 0.004, 2).move(0.166, 0.05, 0.038),
    ]
    hairs = shapes.rounded_box(0.008, 0.65, 0.0014, 0.0005, 1).rotate(x=0.5).move(0.164, 0.375, 0.042)

    def set_(s: Solid) -> Solid:
        return s.scale(k).rotate(**lean)

    return Asset([
        part("body", (set_(join(ribs, *plates)), wood)), part("neck", (set_(join(neck, box, scroll, *curl)), wood)), part("fingerboard", (set_(board), ebony)), part("tailpiece", (set_(join(tail, chin)), ebony)), part("pegs", (set_(join(*pegs)), ebony)),
        part("bridge", (set_(bridge), finish("wood", (0.84, 0.66, 0.40), "bridge"))), part("strings", (set_(join(*strings)), finish("steel", name="strings"))), part("f_holes", (set_(join(*holes, edge)), ebony)),
        part("bow", (set_(join(stick[0])), finish("wood", (0.36, 0.17, 0.09), "bow")), (set_(stick[1]), ebony), (set_(hairs), finish("plastic", (0.94, 0.93, 0.88), "bow_hair"))),
    ])  # fmt: skip


def trumpet(brief: Brief) -> Asset:
    """A trumpet with three valves, lying along x with its bell to the right."""
    brass = asked(brief, "tube", "brass", None, "tube", "trumpet", "bell", main=True)
    silver = asked(brief, "valves", "chrome", None, "valve", "mouthpiece")
    r = 0.0062
    flare = np.array(
        [
            [r, 0.0],
            [r, 0.14],
            [0.0075, 0.20],
            [0.0105, 0.245],
            [0.018, 0.275],
            [0.034, 0.295],
            [0.058, 0.306],
            [0.0605, 0.308],
            [0.059, 0.3095],
            [0.034, 0.300],
            [0.016, 0.279],
            [0.008, 0.25],
            [0.004, 0.22],
            [0, 0.20],
        ]
    )
    bell = shapes.revolve(flare, 44, crease=60).rotate(z=-90).move(-0.04, 0.13, 0)
    loop = bar(
        cm("-4 13 0, -16 13 0.4, -20.5 11.8 0.8, -21.2 9.2 1.2, -19 6.6 1.6, -10 6.2 1.8, 0 6.2 1.8"),
        r,
        70,
        16,
    )
    lead = bar(
        cm("-24 13 3.2, 10 13 3.2, 15 12.7 3.2, 17.8 10.8 3, 17.6 7.8 2.6, 14.5 6.2 2.2, 2 6.2 2"), r, 80, 16
    )
    mouth = (
        turned(
            cm(".35 0, .5 1.0, .62 4.2, .95 5.4, 1.35 6.8, 1.4 7.2, 1.1 7.3, .5 6.4, 0 6.2"),
            bevel=0.0008,
            segments=28,
        )
        .rotate(z=90)
        .move(-0.235, 0.13, 0.032)
    )
    valve = join(
        turned(
            cm(
                "1.1 0, 1.1 .4, .95 .6, .95 1.2, 1.0 1.3, 1.0 9.3, 1.15 9.5, 1.15 10.1, .9 10.4, .3 10.5, .3 11.8, .85 12.0, .85 12.4, 0 12.5"
            ),
            bevel=0.0006,
            segments=28,
        )
    )
    valves = copies(valve, [[x, 0.035, 0.020] for x in (-0.028, 0.0, 0.028)])
    slides = [
        bar(
            [[x, y, 0.028], [x + 0.0, y, 0.062], [x + 0.022, y, 0.062], [x + 0.022, y, 0.028]], 0.0048, 26, 10
        )
        for x, y in ((-0.030, 0.075),)
    ]
    slides += [
        bar(
            [[0.036, 0.078, 0.02], [0.105, 0.078, 0.02], [0.105, 0.100, 0.02], [0.036, 0.100, 0.02]],
            0.0048,
            40,
            10,
        )
    ]
    rings = [
        shapes.torus(0.012, 0.003, 28, 8).rotate(x=90).move(0.080, 0.118, 0.022),
        shapes.torus(0.011, 0.003, 28, 8).rotate(x=90).move(-0.095, 0.150, 0.030),
    ]
    braces = [bar([[x, 0.13, 0.0], [x, 0.13, 0.032]], 0.0026, section=8) for x in (-0.12, 0.075)] + [
        bar([[x, 0.062, 0.018], [x, 0.13, 0.02]], 0.0026, section=8) for x in (-0.12, 0.09)
    ]
    cuffs = [
        shapes.tube(0.0085, 0.005, 0.016, 0.001, 24).rotate(z=-90).move(x, y, z)
        for x, y, z in (
            (-0.16, 0.13, 0.003),
            (0.09, 0.13, 0.032),
            (-0.10, 0.062, 0.018),
            (0.13, 0.0625, 0.0215),
        )
    ]
    return Asset([
        part("bell", (bell, brass)), part("tubes", (join(loop, lead, *slides), brass)), part("valves", (valves, silver)), part("mouthpiece", (mouth, silver)), part("rings", (join(*rings, *braces), brass)), part("cuffs", (join(*cuffs), silver)),
    ])  # fmt: skip


FAMILIES = (
    Family("violin", ("violin", "fiddle", "cello", "viola"), grounded(violin, centre=True)),
    Family("trumpet", ("trumpet", "bugle", "cornet"), grounded(trumpet, centre=True)),
)  # fmt: skip
