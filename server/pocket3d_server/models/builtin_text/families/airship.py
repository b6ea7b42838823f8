"""Lighter than air and driven by it: airships, wind turbines, parachutes."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.airframe import (
    LIVERIES,
    foil,
    fuselage,
    meridians,
    mooring_lines,
    propeller,
    wing,
)
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, panes
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both, dark_glass
from pocket3d_server.models.language.brief import Brief


def airship(brief: Brief) -> Asset:
    """A blimp: a ribbed envelope in two colours, four fins, a gondola with windows, two engines and mooring lines."""
    rgb = LIVERIES[int(brief.rng().integers(4))]
    cloth = asked(
        brief,
        "envelope",
        "fabric",
        (0.88, 0.88, 0.90) if brief.rng(1).random() < 0.5 else (0.80, 0.70, 0.50),
        "envelope",
        "balloon",
        main=True,
        roughness=0.5,
    )
    accent = asked(brief, "stripe", "fabric", rgb, "stripe", "fin", roughness=0.5)
    long, fat = 10.5 * brief.grown("length"), 3.0 * brief.grown("girth", "width")
    rows = metres(
        "-1.0 0 0.0 0.0, -0.94 0 0.18 0.18, -0.75 0 0.50 0.50, -0.45 0 0.83 0.83, 0.0 0 1.0 1.0, 0.45 0 0.93 0.93, 0.78 0 0.64 0.64, 0.95 0 0.29 0.29, 1.0 0 0.0 0.0"
    ) * [long, 1, fat, fat]
    n = brief.detail(48)
    body = fuselage(rows, brief.detail(60), n)
    lines = curves.smooth_curve(rows, 60)
    ribs = meridians(lines)
    near = fuselage(rows + [0, 0, 0.03, 0.03], brief.detail(60), n)
    bands = [
        shapes.intersection(near, shapes.box(20, 20, w * long).move(z=z * long))
        for z, w in ((0.62, 0.10), (-0.58, 0.08))
    ]
    nose = (
        shapes.revolve(curves.smooth_curve([[0.0, 0.3], [0.35, 0.16], [0.62, -0.25]][::-1], 10), 24)
        .rotate(x=90)
        .move(z=0.965 * long)
    )
    fin = wing(3.6, 3.2, 1.9, 1.2, 0, 0.08).move(x=0.6)
    fins = [fin.rotate(z=a).move(0, 0, -0.74 * long) for a in (45, 135, 225, 315)]
    y = -fat - 1.75
    cabin = Coach(
        np.array([[-3.0, y], [2.8, y], [3.6, y + 0.95], [3.2, y + 1.75], [-3.3, y + 1.75], [-3.6, y + 0.8]]),
        2.1,
        0.35,
        0.25,
        -0.06,
    )
    glass = [
        cabin.sides(*panes(-2.8, 2.7, 7, y + 0.80, y + 1.42, 0.14)),
        cabin.front(curves.rectangle(1.5, 0.62, 0.1) + [0, y + 1.10]),
    ]
    blades, spinner = propeller(0.85, brief.count("blade", 3, 2, 5))
    pods = shapes.superellipsoid(0.55, 0.55, 1.5, 2.2, 2.2, 28).move(2.0, y + 0.9, -1.7)
    keel = shapes.rounded_box(0.9, 0.9, 4.6, 0.2, 2).move(0, -fat + 0.2, -0.1)
    strut = bar([0.7, y + 1.0, -1.7], [2.1, y + 0.9, -1.7], 0.09)
    rope = mooring_lines(y, fat)
    return Asset(
        [
            part("envelope", (body, cloth), (join(*ribs, keel), cloth)), part("bands", (join(*bands), accent)), part("nose_cap", (nose, finish("aluminium"))), part("fins", (join(*fins), accent)),
            part("gondola", (cabin.solid(), asked(brief, "gondola", "paint", (0.32, 0.22, 0.16), "gondola", "cabin", roughness=0.35))), part("windows", *[(g, dark_glass(brief)) for g in glass]),
            part("engines", (both(join(pods, strut)), finish("aluminium", name="engine"))), part("propellers", (both(join(blades, spinner).move(2.0, y + 0.9, -0.9)), finish("wood", (0.36, 0.22, 0.12), "blades"))), part("ropes", (rope, finish("steel"))),
        ]
    )  # fmt: skip


def wind_turbine(brief: Brief) -> Asset:
    """A tall tapered mast, a nacelle and three twisted blades."""
    white = asked(brief, "paint", "paint", (0.94, 0.95, 0.95), "tower", "blade", main=True, roughness=0.4)
    red, stone = asked(brief, "tips", "paint", (0.80, 0.10, 0.08), "tip", "stripe"), finish("concrete")
    count = brief.count("blade", 3, 2, 6)
    h, span, n = 18.0 * brief.grown("height"), 9.0 * brief.grown("blade"), brief.detail(40)
    mast = shapes.cylinder(0.75, h, 0.02, n, top=0.42).move(y=0.3)
    base = shapes.revolve(np.array([[2.2, 0], [2.2, 0.25], [1.1, 0.4], [0, 0.4]]), n)
    house = shapes.superellipsoid(1.15, 1.2, 3.4, 3.2, 2.6, 36).move(0, h + 0.6, -0.3)
    hub = (
        shapes.revolve(curves.smooth_curve([[0.62, 0], [0.60, 0.45], [0.38, 0.85], [0, 1.0]], 16), 28)
        .rotate(x=90)
        .move(0, h + 0.6, 1.35)
    )
    t = np.concatenate([[0.0, 0.03], np.linspace(0.10, 1, 12)])

    def blade(start: float, grow: float) -> Solid:
        rings = []
        for s in t[t >= start]:
            chord = (0.55 if s < 0.05 else float(np.interp(s, [0.1, 0.22, 1.0], [0.7, 1.05, 0.22]))) + grow
            turn = np.radians(float(np.interp(s, [0, 0.2, 1], [28, 22, 3])))
            flat = foil(
                chord,
                0.55 if s < 0.05 else float(np.interp(s, [0.1, 0.4, 1], [0.32, 0.18, 0.12])) * (1 + grow),
                20,
            )
            x, z = (
                flat[:, 0] * np.cos(turn) - flat[:, 1] * np.sin(turn),
                flat[:, 0] * np.sin(turn) + flat[:, 1] * np.cos(turn),
            )
            rings.append(np.column_stack([x, np.full(len(flat), 0.3 + s * span), z]))
        return shapes.loft(np.stack(rings), crease=50)

    made, tips = [], []
    spin = float(brief.rng().uniform(0, 120))
    for k in range(count):
        place = lambda s, q=k: s.rotate(z=360 * q / count + spin).move(0, h + 0.6, 1.75)  # noqa: E731
        made.append(place(blade(0.0, 0.0)))
        tips.append(place(blade(0.90, 0.02)))
    door = shapes.rounded_box(0.55, 1.3, 0.12, 0.05, 2).move(0, 1.15, 0.72)
    return Asset([part("tower", (mast, white)), part("base", (base, stone)), part("nacelle", (house, white)), part("hub", (hub, white)), *[part(f"blade_{k + 1}", (b, white), (tip, red)) for k, (b, tip) in enumerate(zip(made, tips, strict=True))], part("door", (door, finish("paint", (0.45, 0.50, 0.55), "door")))])  # fmt: skip


def parachute(brief: Brief) -> Asset:
    """An open canopy of coloured gores on lines, with a harness or a supply crate below."""
    rgb = LIVERIES[int(brief.rng().integers(4))]
    one = asked(brief, "canopy", "fabric", rgb, "canopy", main=True)
    two = asked(brief, "second", "fabric", (0.95, 0.94, 0.90), "stripe", "second")
    gores, r, high = (
        brief.count("stripe", brief.count("panel", 16, 8, 24), 8, 24),
        3.0 * brief.grown("width"),
        5.2 * brief.grown("height"),
    )
    gores += gores % 2
    f = np.radians(np.linspace(6, 88, 12))
    made: tuple[list[Solid], list[Solid]] = ([], [])
    for k in range(gores):
        a = 2 * np.pi * (k + np.linspace(0, 1, 7)) / gores
        bulge = 1 + 0.05 * np.sin(np.pi * np.linspace(0, 1, 7))
        rows = []
        for v in f:
            outer = np.column_stack(
                [
                    r * np.cos(v) * bulge * np.sin(a),
                    high + 1.75 * np.sin(v) * bulge,
                    r * np.cos(v) * bulge * np.cos(a),
                ]
            )
            inner = outer * [0.985, 1, 0.985] - [0, 0.03, 0]
            rows.append(np.concatenate([outer, inner[::-1]]))
        made[k % 2].append(shapes.loft(np.stack(rows), crease=50))
    lines = []
    for k in range(gores):
        turn = 2 * np.pi * k / gores
        low, side = float(f[0]), 1 if np.sin(turn) > 0 else -1
        lines.append(
            bar(
                [r * np.cos(low) * np.sin(turn), high + 1.75 * np.sin(low), r * np.cos(low) * np.cos(turn)],
                [side * 0.22, 1.05, 0.12 * np.cos(turn)],
                0.012,
                5,
            )
        )
    box = shapes.rounded_box(0.9, 0.7, 0.9, 0.02, 1).move(y=0.36)
    slats = [
        shapes.rounded_box(0.94, 0.09, 0.10, 0.012, 1).move(0, y, s * 0.44).rotate(y=t)
        for y in (0.08, 0.64)
        for s in (1, -1)
        for t in (0, 90)
    ]
    slats += [
        shapes.rounded_box(0.10, 0.7, 0.10, 0.012, 1).move(sx * 0.44, 0.36, sz * 0.44)
        for sx in (1, -1)
        for sz in (1, -1)
    ]
    straps = [bar([s * 0.22, 1.06, 0], [s * 0.42, 0.70, z], 0.02, 6) for s in (1, -1) for z in (-0.42, 0.42)]
    return Asset([part("canopy", (join(*made[0]), one), (join(*made[1]), two)), part("lines", (join(*lines), finish("fabric", (0.90, 0.88, 0.82), "lines"))), part("crate", (box, finish("wood", name="boards")), (join(*slats), finish("wood", (0.40, 0.26, 0.15), "battens"))), part("straps", (join(*straps), finish("fabric", (0.20, 0.22, 0.16), "straps")))])  # fmt: skip


FAMILIES = (
    Family("airship", ("airship", "zeppelin", "blimp", "steampunk airship", "dirigible"), grounded(airship)),
    Family("wind_turbine", ("wind turbine", "windturbine", "wind wheel", "wind power plant"), wind_turbine),
    Family("parachute", ("parachute", "supply drop", "parachute crate"), grounded(parachute)),
)  # fmt: skip
