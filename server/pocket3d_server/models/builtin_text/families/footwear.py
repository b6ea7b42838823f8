"""For the feet: running shoe and boots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.making import BRIGHT, bar, black, cm, copies, cover, pick, stacked
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

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


def tongue_of(rows: Rows) -> Solid:
    """A shoe's tongue through ``rows`` (height, half width, z)."""
    return stacked(curves.ellipse(1, 0.006, 16, 2.6), [[w, 1, y, z] for y, w, z in rows], 40)


def laces_of(rows: Points, half: float, lift: float) -> Solid:
    """Laces over a tongue: a band across at each of ``rows`` (height, z) and crosses between them, ``half``
    metres to each side and ``lift`` above it in the middle."""
    bands = [
        bar([[-half, y - 0.002, z - 0.002], [-half / 2, y + lift / 2, z + lift / 2], [half / 2, y + lift / 2, z + lift / 2], [half, y - 0.002, z - 0.002]], 0.0027, 14, 8)
        for y, z in rows
    ]  # fmt: skip
    for (y0, z0), (y1, z1) in pairwise(rows):
        middle = [0, (y0 + y1) / 2 + lift * 0.7, (z0 + z1) / 2 + lift * 0.7]
        bands += [
            bar([[-s * half * 0.86, y0, z0], middle, [s * half * 0.86, y1, z1]], 0.0025, 12, 8)
            for s in (1, -1)
        ]
    return join(*bands)


UPPER = [
    (0.026, 1.0, -0.128, 0.140), (0.040, 1.03, -0.131, 0.143), (0.056, 0.97, -0.131, 0.136), (0.066, 0.88, -0.128, 0.112),
    (0.076, 0.82, -0.126, 0.076), (0.088, 0.78, -0.124, 0.044), (0.102, 0.72, -0.122, 0.018), (0.112, 0.70, -0.123, 0.004),
]  # fmt: skip
"""A running shoe's upper as ``lasted`` takes it."""


def bow_of_laces() -> Solid:
    """The bow in which a shoe's laces end: two loops and two ends."""
    top = [0.0, 0.128, 0.012]
    loop = bar([top, [0.024, 0.142, 0.022], [0.040, 0.128, 0.030], [0.022, 0.122, 0.020], top], 0.0024, 24, 8)
    end = bar([top, [0.020, 0.118, 0.040], [0.034, 0.098, 0.052]], 0.0024, 14, 8)
    return join(loop, end, loop.mirror("x"), end.mirror("x"))


def shoe(brief: Brief) -> Asset:
    """A running shoe with laces and a stripe; a pair when asked."""
    tints = (*BRIGHT, (0.92, 0.92, 0.91), (0.14, 0.15, 0.17))
    cloth = cover(brief, "upper", tints, "upper", "shoe", kind="fabric")
    white = asked(brief, "sole", "rubber", (0.94, 0.94, 0.93), "sole")
    usual = (0.95, 0.95, 0.94) if sum(cloth.base_color[:3]) < 1.4 else pick(brief, BRIGHT, 6)
    accent = asked(brief, "stripe", "plastic", usual, "stripe", "swoosh", "logo")
    toe = shapes.superellipsoid(0.092, 0.062, 0.075, 2.4, 2.2, 24).move(0.004, 0.034, 0.106)
    rows = np.column_stack([np.linspace(0.079, 0.117, 5), np.linspace(0.073, 0.016, 5)])
    laces = join(laces_of(rows, 0.030, 0.010), bow_of_laces())
    stripes = []
    for s, w in ((1, 0.0385), (-1, 0.0365)):
        line = [[s * (w + x), y, z] for x, y, z in cm("-0.4 6 -8.5, -0.1 4.8 -3.5, -0.1 5.2 1, -0.4 7.2 3.8")]
        stripes.append(bar(line, [0.004, 0.0085, 0.007, 0.003], 22, curves.ellipse(0.55, 1.0, 12)))
    tab = shapes.rounded_box(0.030, 0.045, 0.008, 0.003, 2).rotate(x=6).move(0, 0.108, -0.124)
    pieces: list[tuple[str, Solid, Finish]] = [
        ("upper", lasted(UPPER, 0.045).deform(_collar), cloth), ("sole", sole_of(0.030, 1.05, 0.014), white),
        ("tread", sole_of(0.010, 1.06), black("tread", "rubber")), ("toe_cap", toe, unless_said(brief, cloth, "toe")),
        ("tongue", tongue_of(cm("7 2.2 7.2, 9.5 2.6 3.6, 12 2.9 0.8, 14 2.8 -0.4, 14.6 2 -0.7")), cloth),
        ("laces", laces, asked(brief, "laces", "fabric", (0.96, 0.96, 0.95), "lace")),
        ("stripes", join(*stripes), accent), ("heel_tab", tab, accent),
    ]  # fmt: skip
    several = brief.has("pair") or any(w in brief.prompt.lower() for w in ("shoes", "sneakers"))
    count = brief.count("shoe", 2 if several else 1, 1, 2)
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
    """A pair of boots: rubber and shining for rain, high for riding, or else with laces."""
    if brief.has("rain", "rubber", "wellington", "gum", "wellies"):
        return rain_boots(brief)
    high = brief.has("cowboy", "riding", "knee") or brief.grown("height") > 1.19
    return riding_boots(brief) if high else laced_boots(brief)


HIDES: tuple[RGB, ...] = ((0.42, 0.24, 0.12), (0.24, 0.14, 0.09), (0.09, 0.08, 0.08))
SHAFT = [
    (0.030, 1.0, -0.126, 0.138), (0.046, 1.03, -0.129, 0.141), (0.066, 0.96, -0.129, 0.128), (0.080, 0.88, -0.127, 0.092),
    (0.096, 0.86, -0.126, 0.046), (0.118, 0.88, -0.125, 0.008), (0.150, 0.95, -0.126, -0.006),
]  # fmt: skip
"""A boot up to its ankle as ``lasted`` takes it."""


def around_shaft(width: float, y: float, back: float, front: float) -> Points:
    """A closed line around a boot at height ``y``, as ``lasted`` draws it."""
    sole = curves.smooth_curve(cm(SOLE), 64, closed=True)
    z = back + (sole[:, 1] + 0.135) / 0.281 * (front - back)
    return np.column_stack([sole[:, 0] * width, np.full(64, y), z])


def boot_of(brief: Brief, hide: Finish, high: float) -> list[tuple[str, Solid, Finish]]:
    """Upper, sole with heel, and cuff of a boot ``high`` metres high."""
    levels = [*SHAFT, (high * 0.80, 1.08, -0.134, 0.004), (high, 1.16, -0.140, 0.012)]
    heel = stacked(curves.circle(1, 32), cm("3.4 4.4 0 -8.8, 3.4 4.4 0.4 -8.8, 3.5 4.6 3.4 -8.8"))
    cuff = shapes.sweep(around_shaft(1.17, high, -0.140, 0.012), 0.006, 8, closed=True)
    dark = asked(brief, "sole", "rubber", (0.10, 0.08, 0.07), "sole", "heel")
    return [
        ("upper", lasted(levels, min(0.10, high * 0.35)), hide), ("sole", join(sole_of(0.034, 1.05), heel), dark),
        ("cuff", cuff, unless_said(brief, hide, "cuff")),
    ]  # fmt: skip


def in_pairs(brief: Brief, pieces: list[tuple[str, Solid, Finish]]) -> Asset:
    """Both boots, or one where the prompt speaks of one."""
    alone = brief.has("single") or " boot" in f" {brief.prompt.lower()} ".replace("boots", "")
    count = 1 if alone else brief.count("boot", 2, 1, 2)
    return Asset([part(name, (s.rotate(y=28), m)) for name, s, m in _pair(pieces, count, 0.068)])


def rain_boots(brief: Brief) -> Asset:
    """High boots of rubber with a pale band over the sole."""
    skin = cover(brief, "upper", BRIGHT, "upper", "boot", "shaft", roughness=0.2)
    band = shapes.sweep(around_shaft(1.06, 0.040, -0.133, 0.148), 0.005, 8, closed=True)
    pieces = boot_of(brief, skin, 0.33 * brief.grown("height"))
    return in_pairs(brief, [*pieces, ("band", band, finish("rubber", (0.94, 0.94, 0.92), "band"))])


def riding_boots(brief: Brief) -> Asset:
    """High boots of leather with a strap over the ankle."""
    hide = cover(brief, "upper", HIDES, "upper", "boot", "shaft", kind="leather", roughness=0.5)
    line = curves.smooth_curve(around_shaft(0.97, 0.108, -0.126, 0.032), 64, closed=True)
    strap = shapes.sweep(line, 1.0, curves.rectangle(0.006, 0.018, 0.002), closed=True)
    stuff = asked(brief, "strap", "leather", (0.20, 0.11, 0.06), "strap")
    return in_pairs(brief, [*boot_of(brief, hide, 0.33 * brief.grown("height")), ("strap", strap, stuff)])


def laced_boots(brief: Brief) -> Asset:
    """Ankle boots with tongue, laces and eyelets."""
    hide, high = (
        cover(brief, "upper", HIDES, "upper", "boot", "shaft", kind="leather", roughness=0.5),
        0.25 * brief.grown("height"),
    )
    y = np.linspace(0.092, high - 0.02, 7)
    rows = np.column_stack([y, np.interp(y, [0.092, 0.118, 0.150, high], [0.060, 0.016, 0.0, 0.013])])
    tongue = tongue_of([[y, 0.021, z + 0.002] for y, z in [*rows, (high + 0.018, 0.016)]])
    eyes = copies(shapes.sphere(0.0036, 10), [[s * 0.027, y, z + 0.001] for y, z in rows for s in (1, -1)])
    return in_pairs(brief, [
        *boot_of(brief, hide, high), ("tongue", tongue, hide),
        ("laces", laces_of(rows, 0.026, 0.010), asked(brief, "laces", "fabric", (0.82, 0.68, 0.36), "lace")),
        ("eyelets", eyes, finish("brass", name="eyelets")),
    ])  # fmt: skip


FAMILIES = (
    Family("shoe", ("running shoe", "shoe", "sneaker", "sneakers", "sports shoe", "trainer shoe", "tennis shoe"), grounded(shoe, centre=True)),
    Family("boots", ("boots", "leather boots", "boot", "rain boots", "cowboy boots", "hiking boots", "wellington boots"), grounded(boots, centre=True)),
)  # fmt: skip
