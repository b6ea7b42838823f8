"""For the feet: running shoe and boots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BRIGHT, bar, black, cm, copies, cover, pick
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief

SOLE = "-1.2 -13.5, 1.6 -13.3, 3.1 -11.5, 3.3 -8.5, 2.9 -4, 3.3 1, 4.6 6, 4.7 9.5, 3.6 12.8, 1.6 14.4, -.6 14.6, -2.6 13.2, -3.9 10, -4.1 6.5, -3.5 2, -2.9 -3, -3.2 -8, -3.1 -11.5"
"""Outline of a right foot's sole, its toe towards +y."""


def lasted(levels: list[tuple[float, float, float, float]], opening: float = 0.0) -> Solid:
    """A shoe's upper, its toe towards +z: the sole's outline narrowed at each level to ``width`` and cut off
    in front at ``front`` and behind at ``back`` (z, metres), each level at a height: (height, width, back, front).

    With ``opening`` the skin goes on down inside by that many metres, so that the top is hollow.
    """
    sole = curves.smooth_curve(cm(SOLE), 64, closed=True)
    rings = []
    for y, width, back, front in levels:
        z = back + (sole[:, 1] + 0.135) / 0.281 * (front - back)
        rings.append(np.column_stack([sole[:, 0] * width, np.full(64, y), z]))
    if opening:
        middle = rings[-1].mean(axis=0)
        for shrink, down in ((0.90, 0.0), (0.84, opening * 0.5), (0.70, opening)):
            rings.append(
                middle
                + (rings[-1 if down == 0.0 else len(levels) - 1] - middle) * [shrink, 1, shrink]
                - [0, down, 0]
            )
    return shapes.loft(np.stack(rings), crease=60)


def sole_of(thick: float, grow: float, heel: float = 0.0) -> Solid:
    """A sole standing on y = 0, its toe towards +z and turned up a little."""
    outline = curves.smooth_curve(cm(SOLE), 64, closed=True) * grow
    rings = [
        np.column_stack([outline[:, 0] * k, np.full(64, y), outline[:, 1] * (1 - (1 - k) * 0.4)])
        for k, y in ((0.95, 0.0), (1.0, 0.005), (1.0, thick - 0.004), (0.95, thick))
    ]
    body = shapes.loft(np.stack(rings), crease=50)
    return body.deform(
        lambda v: np.column_stack(
            [
                v[:, 0],
                v[:, 1]
                + 2.2 * (v[:, 2] - 0.07).clip(0) ** 2
                + heel * ((-v[:, 2] - 0.01) / 0.10).clip(0, 1) * v[:, 1] / thick,
                v[:, 2],
            ]
        )
    )


def _pair(
    pieces: list[tuple[str, Solid, Finish]], count: int, apart: float
) -> list[tuple[str, Solid, Finish]]:
    """The pieces of a right shoe, and its mirror image beside it when ``count`` is two."""
    if count == 1:
        return pieces
    right = [(f"right_{name}", s.rotate(y=4).move(x=-apart), m) for name, s, m in pieces]
    return right + [
        (f"left_{name}", s.mirror("x").rotate(y=-4).move(x=apart, z=0.03), m) for name, s, m in pieces
    ]


def shoe(brief: Brief) -> Asset:
    """A running shoe with laces and a stripe; a pair when asked."""
    upper_stuff = cover(
        brief, "upper", (*BRIGHT, (0.92, 0.92, 0.91), (0.14, 0.15, 0.17)), "upper", "shoe", kind="fabric"
    )
    white = asked(brief, "sole", "rubber", (0.94, 0.94, 0.93), "sole")
    accent = asked(
        brief,
        "stripe",
        "plastic",
        (0.95, 0.95, 0.94) if sum(upper_stuff.base_color[:3]) < 1.4 else pick(brief, BRIGHT, 6),
        "stripe",
        "swoosh",
        "logo",
    )
    levels = [
        (0.026, 1.0, -0.128, 0.140),
        (0.040, 1.03, -0.131, 0.143),
        (0.056, 0.97, -0.131, 0.136),
        (0.066, 0.88, -0.128, 0.112),
        (0.076, 0.82, -0.126, 0.076),
        (0.088, 0.78, -0.124, 0.044),
        (0.102, 0.72, -0.122, 0.018),
        (0.112, 0.70, -0.123, 0.004),
    ]
    upper = lasted(levels, 0.045).deform(_collar)
    sole = sole_of(0.030, 1.05, 0.014)
    tread = sole_of(0.010, 1.06)
    toe = shapes.superellipsoid(0.092, 0.062, 0.075, 2.4, 2.2, 24).move(0.004, 0.034, 0.106)
    tongue = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        curves.ellipse(w, 0.006, 16, 2.6)[:, 0],
                        np.full(16, y),
                        -curves.ellipse(w, 0.006, 16, 2.6)[:, 1] + z,
                    ]
                )
                for y, w, z in (
                    (0.070, 0.022, 0.072),
                    (0.095, 0.026, 0.036),
                    (0.120, 0.029, 0.008),
                    (0.140, 0.028, -0.004),
                    (0.146, 0.020, -0.007),
                )
            ]
        )
    )
    rows = np.column_stack([np.linspace(0.079, 0.117, 5), np.linspace(0.073, 0.016, 5)])
    laces = [
        bar(
            [
                [-0.030, y - 0.004, z - 0.002],
                [-0.015, y + 0.006, z],
                [0.015, y + 0.006, z],
                [0.030, y - 0.004, z - 0.002],
            ],
            0.0028,
            14,
            8,
        )
        for y, z in rows
    ]
    laces += [
        bar(
            [[s * -0.026, y0, z0], [0, (y0 + y1) / 2 + 0.009, (z0 + z1) / 2], [s * 0.026, y1, z1]],
            0.0025,
            12,
            8,
        )
        for (y0, z0), (y1, z1) in pairwise(rows)
        for s in (1, -1)
    ]
    top = [0.0, 0.128, 0.012]
    laces += [
        bar(
            [top, [s * 0.024, 0.142, 0.022], [s * 0.040, 0.128, 0.030], [s * 0.022, 0.122, 0.020], top],
            0.0024,
            24,
            8,
        )
        for s in (1, -1)
    ] + [bar([top, [s * 0.020, 0.118, 0.040], [s * 0.034, 0.098, 0.052]], 0.0024, 14, 8) for s in (1, -1)]
    stripes = []
    for s, w in ((1, 0.0385), (-1, 0.0365)):
        line = [
            [s * (w - 0.004), 0.060, -0.085],
            [s * (w - 0.001), 0.048, -0.035],
            [s * (w - 0.001), 0.052, 0.010],
            [s * (w - 0.004), 0.072, 0.038],
        ]
        stripes.append(bar(line, [0.004, 0.0085, 0.007, 0.003], 22, curves.ellipse(0.55, 1.0, 12)))
    tab = shapes.rounded_box(0.030, 0.045, 0.008, 0.003, 2).rotate(x=6).move(0, 0.108, -0.124)
    pieces: list[tuple[str, Solid, Finish]] = [
        ("upper", upper, upper_stuff),
        ("sole", sole, white),
        ("tread", tread, black("tread", "rubber")),
        ("toe_cap", toe, unless_said(brief, upper_stuff, "toe")),
        ("tongue", tongue, upper_stuff),
        ("laces", join(*laces), asked(brief, "laces", "fabric", (0.96, 0.96, 0.95), "lace")),
        ("stripes", join(*stripes), accent),
        ("heel_tab", tab, accent),
    ]
    count = (
        2
        if brief.has("pair", "shoes")
        or brief.count("shoe", 1, 1, 2) == 2
        or "shoes" in brief.prompt.lower()
        or "sneakers" in brief.prompt.lower()
        else 1
    )
    made = _pair(pieces, count, 0.066)
    return Asset([part(name, (s.rotate(y=0 if count == 2 else 55), m)) for name, s, m in made])


def _collar(v: Points) -> Points:
    """The rim raised behind and towards the tongue, as a shoe's collar runs."""
    up = ((v[:, 1] - 0.085) / 0.03).clip(0, 1)
    v[:, 1] += up * (
        0.022 * ((-v[:, 2] - 0.085) / 0.04).clip(0, 1) + 0.010 * ((v[:, 2] + 0.02) / 0.03).clip(0, 1)
    )
    return v


def boots(brief: Brief) -> Asset:
    """A pair of boots: leather with laces and a heel, rubber and shining for rain, or with a spur for riding."""
    rain = brief.has("rain", "rubber", "wellington", "gum", "wellies")
    hide = cover(
        brief,
        "upper",
        BRIGHT if rain else ((0.42, 0.24, 0.12), (0.24, 0.14, 0.09), (0.09, 0.08, 0.08)),
        "upper",
        "boot",
        "shaft",
        kind="plastic" if rain else "leather",
        roughness=0.2 if rain else 0.5,
    )
    dark = asked(brief, "sole", "rubber", (0.10, 0.08, 0.07), "sole", "heel")
    high = (0.33 if rain or brief.has("cowboy", "riding", "knee") else 0.25) * brief.grown("height")
    levels = [
        (0.030, 1.0, -0.126, 0.138),
        (0.046, 1.03, -0.129, 0.141),
        (0.066, 0.96, -0.129, 0.128),
        (0.080, 0.88, -0.127, 0.092),
        (0.096, 0.86, -0.126, 0.046),
        (0.118, 0.88, -0.125, 0.008),
        (0.150, 0.95, -0.126, -0.006),
        (high * 0.80, 1.08, -0.134, 0.004),
        (high, 1.16, -0.140, 0.012),
    ]
    upper = lasted(levels, min(0.10, high * 0.35))
    sole = sole_of(0.034, 1.05, 0.0)
    heel = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [curves.circle(1, 32)[:, 0] * w, np.full(32, y), -curves.circle(1, 32)[:, 1] * d - 0.088]
                )
                for w, d, y in ((0.034, 0.044, 0.0), (0.034, 0.044, 0.004), (0.035, 0.046, 0.034))
            ]
        )
    )
    rim = curves.smooth_curve(cm(SOLE), 64, closed=True)
    z = -0.140 + (rim[:, 1] + 0.135) / 0.281 * 0.152
    cuff = shapes.sweep(np.column_stack([rim[:, 0] * 1.17, np.full(64, high), z]), 0.006, 8, closed=True)
    pieces: list[tuple[str, Solid, Finish]] = [
        ("upper", upper, hide),
        ("sole", join(sole, heel), dark),
        ("cuff", cuff, unless_said(brief, hide, "cuff")),
    ]
    if rain:
        band = shapes.sweep(
            np.column_stack([rim[:, 0] * 1.06, np.full(64, 0.040), rim[:, 1] * 1.0 + 0.002]),
            0.005,
            8,
            closed=True,
        )
        pieces.append(("band", band, finish("rubber", (0.94, 0.94, 0.92), "band")))
    elif high < 0.30:
        rows = np.column_stack(
            [
                np.linspace(0.092, high - 0.02, 7),
                np.interp(
                    np.linspace(0.092, high - 0.02, 7),
                    [0.092, 0.118, 0.150, high],
                    [0.060, 0.016, 0.0, 0.013],
                ),
            ]
        )
        flap = shapes.loft(
            np.stack(
                [
                    np.column_stack(
                        [
                            curves.ellipse(0.021, 0.007, 16, 2.6)[:, 0],
                            np.full(16, y),
                            -curves.ellipse(0.021, 0.007, 16, 2.6)[:, 1] + d + 0.002,
                        ]
                    )
                    for y, d in [*rows, (high + 0.018, 0.016)]
                ]
            )
        )
        laces = [
            bar(
                [
                    [-0.026, y, d - 0.002],
                    [-0.012, y + 0.002, d + 0.010],
                    [0.012, y + 0.002, d + 0.010],
                    [0.026, y, d - 0.002],
                ],
                0.0026,
                14,
                8,
            )
            for y, d in rows
        ]
        laces += [
            bar(
                [[s * -0.022, y0, d0], [0, (y0 + y1) / 2, (d0 + d1) / 2 + 0.013], [s * 0.022, y1, d1]],
                0.0024,
                10,
                8,
            )
            for (y0, d0), (y1, d1) in pairwise(rows)
            for s in (1, -1)
        ]
        eyes = copies(
            shapes.sphere(0.0036, 10), [[s * 0.027, y, d + 0.001] for y, d in rows for s in (1, -1)]
        )
        pieces += [
            ("tongue", flap, hide),
            ("laces", join(*laces), asked(brief, "laces", "fabric", (0.82, 0.68, 0.36), "lace")),
            ("eyelets", eyes, finish("brass", name="eyelets")),
        ]
    else:
        strap = curves.smooth_curve(
            np.column_stack(
                [rim[:, 0] * 0.97, np.full(64, 0.108), -0.126 + (rim[:, 1] + 0.135) / 0.281 * 0.158]
            ),
            64,
            closed=True,
        )
        pieces.append(
            (
                "strap",
                shapes.sweep(strap, 1.0, curves.rectangle(0.006, 0.018, 0.002), closed=True),
                asked(brief, "strap", "leather", (0.20, 0.11, 0.06), "strap"),
            )
        )
    alone = brief.has("single") or " boot" in f" {brief.prompt.lower()} ".replace("boots", "")
    count = 1 if alone else brief.count("boot", 2, 1, 2)
    return Asset([part(name, (s.rotate(y=28), m)) for name, s, m in _pair(pieces, count, 0.068)])


FAMILIES = (
    Family("shoe", ("running shoe", "shoe", "sneaker", "sneakers", "sports shoe", "trainer shoe", "tennis shoe"), grounded(shoe, centre=True)),
    Family("boots", ("boots", "leather boots", "boot", "rain boots", "cowboy boots", "hiking boots", "wellington boots"), grounded(boots, centre=True)),
)  # fmt: skip
