"""Aeroplanes: airliner, light propeller plane, biplane and fighter jet, standing on their wheels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow, shade
from pocket3d_server.models.builtin_text.vehicles.airframe import LIVERIES, fuselage, gear, propeller, wing
from pocket3d_server.models.language.brief import Brief


def airplane(brief: Brief) -> Asset:
    """The kind of aeroplane that the prompt names."""
    return _on_wheels(_kind(brief))


def _on_wheels(asset: Asset) -> Asset:
    """Raised from the axis of the fuselage to the ground."""
    low = float(asset.bounds()[0][1])
    for primitive in asset.primitives():
        primitive.vertices = np.asarray(primitive.vertices) - [0, low, 0]
    return asset


def _kind(brief: Brief) -> Asset:
    if brief.has("fighter", "jet") and not brief.has("airliner", "jumbo", "passenger", "private"):
        return fighter(brief)
    if brief.has(
        "airliner", "passenger", "jumbo", "boeing", "airbus", "commercial", "airline", "jetliner"
    ) or (
        not brief.has("propeller", "biplane", "small", "toy", "cessna", "old", "vintage", "seaplane")
        and brief.style not in ("classic", "cartoon", "toy")
        and brief.rng().random() < 0.6
    ):
        return airliner(brief)
    return light_plane(brief)


def airliner(brief: Brief) -> Asset:
    """A twin-jet airliner, 30 m long."""
    rgb = LIVERIES[int(brief.rng(1).integers(4))]
    white = asked(
        brief, "fuselage_paint", "paint", (0.95, 0.95, 0.96), "body", "fuselage", main=True, roughness=0.25
    )
    accent = asked(brief, "livery", "paint", rgb, "tail", "stripe", "livery", roughness=0.25)
    silver, dark = (
        asked(brief, "wing_metal", "aluminium", (0.80, 0.82, 0.85), "wing"),
        finish("glass", (0.05, 0.07, 0.10), "window_glass", alpha=1.0),
    )
    rubber = finish("rubber")
    long = brief.grown("length")
    rows = np.array(
        [
            [-15, 0.95, 0.08, 0.10],
            [-14.3, 0.85, 0.30, 0.36],
            [-11, 0.45, 1.05, 1.15],
            [-7, 0.08, 1.78, 1.85],
            [-4, 0, 1.95, 1.98],
            [8, 0, 1.95, 1.98],
            [11.2, -0.05, 1.86, 1.88],
            [13.4, -0.25, 1.35, 1.38],
            [14.6, -0.45, 0.70, 0.72],
            [15, -0.52, 0.05, 0.05],
        ]
    )
    rows[:, 0] *= long
    body = fuselage(rows, 90, 48)
    right = wing(14.5, 5.4, 1.5, 5.6, 1.5, 0.11).move(1.2, -1.0, 2.8)
    fin = wing(5.2, 4.2, 1.7, 3.6, 0, 0.09).rotate(z=90).move(0, 1.1, -10.6 * long)
    plane = wing(5.2, 2.9, 1.2, 2.4, 0.5, 0.09).move(0.4, 0.75, -12.2 * long)
    winglet = wing(1.5, 1.5, 0.6, 0.9, 0.2, 0.10).rotate(z=72).move(15.6, 0.48, -2.75)
    parts = [
        part("fuselage", (body, white)), part("wing_left", (right, silver), (winglet, accent)), part("wing_right", (right.mirror("x"), silver), (winglet.mirror("x"), accent)),
        part("fin", (fin, accent)), part("tailplane", (join(plane, plane.mirror("x")), silver)),
    ]  # fmt: skip
    for p in brief_engines(brief, 2):
        x, z = p
        cowl = shapes.revolve(
            np.array(
                [
                    [0.60, -1.9],
                    [0.68, -1.9],
                    [0.98, -0.6],
                    [1.05, 0.9],
                    [0.98, 1.55],
                    [0.90, 1.62],
                    [0.84, 1.50],
                    [0.86, 0.6],
                    [0.60, 0.5],
                ]
            ),
            44,
            crease=40,
            closed=True,
        ).rotate(x=90)
        core = shapes.revolve(
            curves.smooth_curve([[0, -2.6], [0.30, -1.8], [0.58, -1.0], [0.62, 0.5], [0.60, 0.62]], 24), 32
        ).rotate(x=90)
        fan = [
            shapes.rounded_box(0.16, 0.62, 0.02, 0.006, 1).rotate(y=38).move(0, 0.52, 0.8).rotate(z=20 * k)
            for k in range(18)
        ]
        nose = shapes.cone(0.26, 0.5, segments=28).rotate(x=90).move(0, 0, 0.72)
        pylon = shapes.rounded_box(0.28, 1.3, 2.6, 0.12, 2).move(0, 0.95, -1.0)
        y = -2.15
        side = "left" if x > 0 else "right"
        parts.append(
            part(
                f"engine_{side}_{abs(x):.0f}",
                (cowl.move(x, y, z), white),
                (join(core, pylon).move(x, y, z), silver),
                (join(*fan, nose).move(x, y, z), finish("iron")),
            )
        )
    panes = []
    for z in np.arange(-7.6, 10.2, 0.72) * long:
        if -1.2 < z / long < -0.8:
            continue
        pane = shapes.superellipsoid(0.10, 0.44, 0.30, 4, 4, 16)
        panes += [pane.move(s * 1.885, 0.50, z) for s in (1, -1)]
    parts.append(part("cabin_windows", (join(*panes), dark)))
    shield = shapes.intersection(
        fuselage(rows + [0, 0, 0.012, 0.012], 90, 48),
        shapes.extrude(
            np.array([[12.3, 0.22], [13.9, 0.02], [13.35, 0.78], [12.45, 0.86]]) * [-long, 1], 6
        ).rotate(y=90),
    )
    parts.append(part("cockpit_windows", (shield, dark)))
    band = np.array([[-30, -0.32], [30, -0.32], [30, -0.12], [-30, -0.12]])
    stripe = shapes.intersection(
        fuselage(rows + [0, 0, 0.008, 0.008], 90, 48), shapes.extrude(band, 8).rotate(y=90)
    )
    parts.append(part("stripe", (stripe, accent)))
    doors = [
        shapes.superellipsoid(0.10, 1.9, 0.85, 6, 6, 20).move(s * 1.89, 0.05, z * long)
        for s in (1, -1)
        for z in (10.6, -8.6)
    ]
    parts.append(part("doors", (join(*doors), silver)))
    tyres, struts = [], []
    for at, pair in (((2.4, -1.2, 0.2), True), ((-2.4, -1.2, 0.2), True), ((0, -1.3, 11.2 * long), True)):
        t, s = gear(np.array(at), 3.9 + at[1], 0.55, pair)
        tyres.append(t)
        struts.append(s)
    parts += [part("tyres", (join(*tyres), rubber)), part("landing_gear", (join(*struts), finish("steel")))]
    lights = [shapes.sphere(0.12, 14).move(s * 15.5, 0.5, -2.3) for s in (1, -1)]
    parts.append(
        part(
            "lights",
            (lights[0], glow("red_light", (0.9, 0.05, 0.05))),
            (lights[1], glow("green_light", (0.05, 0.85, 0.2))),
        )
    )
    return Asset(parts)


def brief_engines(brief: Brief, default: int) -> list[tuple[float, float]]:
    """(x, z) of each engine under the wings."""
    count = brief.count("engine", default, 2, 4)
    spots = [(s * 5.0, 2.6) for s in (1, -1)]
    return spots + [(s * 9.4, 0.6) for s in (1, -1)] if count > 2 else spots


def light_plane(brief: Brief) -> Asset:
    """A propeller plane, with one wing or two."""
    rgb = LIVERIES[int(brief.rng(1).integers(4))]
    paint = asked(brief, "paint", "paint", rgb, "body", "fuselage", main=True, roughness=0.3)
    cream = asked(brief, "wing_paint", "paint", (0.94, 0.92, 0.86), "wing", roughness=0.35)
    dark, steel = finish("glass", (0.10, 0.16, 0.20), "canopy_glass", alpha=0.75), finish("steel")
    biplane = brief.has("biplane", "double", "red baron") or brief.style in ("classic",)
    rows = np.array(
        [
            [-3.5, 0.32, 0.05, 0.10],
            [-3.2, 0.28, 0.12, 0.17],
            [-1.6, 0.12, 0.36, 0.42],
            [0.2, 0.05, 0.56, 0.62],
            [1.5, 0.0, 0.58, 0.60],
            [2.35, -0.02, 0.52, 0.52],
            [2.60, -0.02, 0.40, 0.40],
        ]
    )
    body = fuselage(rows, 60, 36)
    parts = [part("fuselage", (body, paint))]
    low = wing(4.4, 1.35, 1.05, 0.1, 0.28, 0.14).move(0.2, -0.32, 1.1)
    parts += [part("wing_left", (low, cream)), part("wing_right", (low.mirror("x"), cream))]
    if biplane:
        upper = wing(4.6, 1.35, 1.15, 0.0, 0.0, 0.12).move(0, 1.18, 1.35)
        upper = join(upper, upper.mirror("x"))
        stays = []
        for s in (1, -1):
            for z in (1.5, 0.85):
                stays += [
                    shapes.sweep([[s * 2.9, -0.10, z - 0.25], [s * 2.9, 1.18, z]], 0.028, 8),
                    shapes.sweep([[s * 0.40, 0.4, z], [s * 0.55, 1.18, z]], 0.024, 8),
                ]
            stays += [
                shapes.sweep([[s * 0.6, -0.25, 1.0], [s * 2.9, 1.15, 1.2]], 0.008, 6),
                shapes.sweep([[s * 0.55, 1.15, 1.2], [s * 2.9, -0.1, 1.0]], 0.008, 6),
            ]
        parts += [
            part("upper_wing", (upper, cream)),
            part("struts", (join(*stays), finish("wood", name="struts"))),
        ]
    fin = wing(1.25, 1.15, 0.65, 0.55, 0, 0.10).rotate(z=90).move(0, 0.40, -2.75)
    plane = wing(1.55, 0.95, 0.65, 0.3, 0.0, 0.10).move(0.05, 0.32, -2.85)
    parts += [part("fin", (fin, paint)), part("tailplane", (join(plane, plane.mirror("x")), cream))]
    if biplane or brief.has("open"):
        rim = shapes.torus(0.34, 0.09, 36, 12).scale(1, 1, 1.35).move(0, 0.60, 0.0)
        seat = shapes.superellipsoid(0.56, 0.10, 0.74, 3, 2, 24).move(0, 0.585, 0.0)
        shield = shapes.sweep(
            np.column_stack(
                [
                    0.26 * np.sin(np.linspace(-1.2, 1.2, 13)),
                    np.full(13, 0.73),
                    0.36 + 0.14 * np.cos(np.linspace(-1.2, 1.2, 13)),
                ]
            ),
            1,
            curves.rectangle(0.012, 0.24, 0.004),
        )
        parts.append(
            part(
                "cockpit",
                (rim, finish("leather")),
                (seat, finish("leather", (0.12, 0.08, 0.06), "cockpit_floor")),
                (shield, dark),
            )
        )
    else:
        canopy = fuselage(
            np.array(
                [
                    [-1.35, 0.42, 0.10, 0.10],
                    [-0.6, 0.45, 0.42, 0.46],
                    [0.3, 0.46, 0.50, 0.60],
                    [0.95, 0.42, 0.46, 0.44],
                    [1.4, 0.38, 0.22, 0.16],
                ]
            ),
            36,
            36,
        )
        frames = [
            shapes.torus(1.0, 0.05, 40, 8).rotate(x=90).scale(0.485, 0.575, 1).move(0, 0.46, z)
            for z in (-0.15, 0.55)
        ]
        parts += [part("canopy", (canopy, dark)), part("canopy_frames", (join(*frames), cream))]
    blades, spinner = propeller(1.05, brief.count("blade", 2 if biplane else 3, 2, 6))
    parts += [
        part(
            "propeller",
            (
                blades.move(0, -0.02, 2.70),
                finish("wood", (0.35, 0.2, 0.1), "propeller_wood")
                if biplane
                else finish("iron", name="blades"),
            ),
        ),
        part("spinner", (spinner.move(0, -0.02, 2.66), steel)),
    ]
    cyl = [
        shapes.capsule(0.055, 0.24, 14).move(y=0.44).rotate(z=360 * k / 9).move(0, -0.02, 2.30)
        for k in range(9)
    ]
    pipe = [
        shapes.sweep([[s * 0.45, -0.35, 2.1], [s * 0.52, -0.45, 1.7], [s * 0.5, -0.46, 1.2]], 0.045, 12)
        for s in (1, -1)
    ]
    parts.append(part("engine", (join(*cyl, *pipe), finish("iron", name="engine_iron"))))
    tyres, struts = [], []
    for s in (1, -1):
        tyres.append(shapes.torus(0.20, 0.15, 32, 14).rotate(z=90).move(s * 0.95, -1.05, 1.55))
        struts += [
            shapes.sweep([[s * 0.32, -0.45, 1.75], [s * 0.92, -1.05, 1.55]], 0.035, 10),
            shapes.cylinder(0.12, 0.12, 0.02, 20).rotate(z=90).move(s * 0.95 + 0.06, -1.05, 1.55),
        ]
    struts.append(shapes.sweep([[-0.95, -1.05, 1.55], [0.95, -1.05, 1.55]], 0.025, 10))
    struts.append(shapes.sweep([[0, 0.18, -3.1], [0, -0.02, -3.35]], 0.025, 8))
    tyres.append(shapes.torus(0.075, 0.06, 20, 10).rotate(z=90).move(0, -0.06, -3.38))
    parts += [part("tyres", (join(*tyres), finish("rubber"))), part("landing_gear", (join(*struts), steel))]
    return Asset(parts)


def fighter(brief: Brief) -> Asset:
    """A jet fighter with swept wings and twin fins."""
    grey = asked(brief, "paint", "paint", (0.48, 0.52, 0.56), "body", main=True, roughness=0.45)
    dark, glass = (
        finish("iron", (0.16, 0.17, 0.18), "nozzle"),
        finish("glass", (0.30, 0.24, 0.12), "canopy_glass", alpha=0.72),
    )
    rows = np.array(
        [
            [-7.0, 0.0, 0.85, 0.50],
            [-5.5, 0.0, 1.15, 0.66],
            [-2, 0.05, 1.30, 0.78],
            [1.2, 0.08, 1.15, 0.80],
            [3.6, 0.05, 0.72, 0.70],
            [5.8, -0.05, 0.46, 0.46],
            [7.6, -0.18, 0.16, 0.16],
            [8.4, -0.22, 0.02, 0.02],
        ]
    )
    body = fuselage(rows, 80, 40)
    main = wing(4.6, 5.2, 1.3, 3.9, -0.15, 0.05).move(0.9, 0.05, 0.6)
    strake = wing(1.3, 4.6, 0.6, 3.2, 0.0, 0.05).move(0.35, 0.18, 3.6)
    tail = wing(2.5, 2.3, 0.8, 1.9, -0.1, 0.05).move(0.75, 0.0, -5.4)
    fin = wing(2.7, 2.5, 1.0, 1.9, 0, 0.06).rotate(z=74).move(0.85, 0.35, -4.4)
    wings = join(main, strake, tail)
    intake = shapes.rounded_box(0.75, 0.9, 3.6, 0.22, 3).move(1.15, -0.30, 0.9)
    hole = shapes.rounded_box(0.58, 0.72, 0.1, 0.04, 2).move(1.15, -0.30, 2.69)
    nozzles = [
        shapes.revolve(np.array([[0.50, 0], [0.40, 0.9], [0.36, 0.9], [0.44, 0.02]]), 32, closed=True)
        .rotate(x=-90)
        .move(s * 0.48, 0.0, -6.7)
        for s in (1, -1)
    ]
    flames = [
        shapes.cylinder(0.36, 0.05, segments=28).rotate(x=-90).move(s * 0.48, 0.0, -7.15) for s in (1, -1)
    ]
    canopy = fuselage(
        np.array(
            [
                [1.6, 0.62, 0.06, 0.06],
                [2.3, 0.66, 0.36, 0.40],
                [3.4, 0.60, 0.44, 0.56],
                [4.5, 0.44, 0.36, 0.40],
                [5.2, 0.32, 0.10, 0.08],
            ]
        ),
        36,
        32,
    )
    missiles = []
    for s in (1, -1):
        for x in (2.9, 4.3):
            tube = (
                shapes.revolve(
                    curves.smooth_curve([[0, -1.3], [0.09, -1.28], [0.09, 0.9], [0, 1.35]], 30), 16
                )
                .rotate(x=90)
                .move(s * x, -0.42, -1.2)
            )
            fins = [
                shapes.box(0.02, 0.42, 0.3).rotate(z=45 + 90 * k).move(s * x, -0.42, -2.2) for k in range(2)
            ]
            missiles += [tube, *fins, shapes.box(0.06, 0.34, 0.9).move(s * x, -0.20, -1.2)]
    parts = [
        part("fuselage", (join(body, intake, intake.mirror("x")), grey)), part("wings_left", (wings, grey)), part("wings_right", (wings.mirror("x"), grey)),
        part("fins", (join(fin, fin.mirror("x")), asked(brief, "fin_paint", "paint", shade((0.48, 0.52, 0.56), 0.75), "fin", "tail"))),
        part("intakes", (join(hole, hole.mirror("x")), dark)), part("nozzles", (join(*nozzles), dark)), part("afterburners", (join(*flames), glow("afterburner", (1.0, 0.55, 0.18)))),
        part("canopy", (canopy, glass)), part("missiles", (join(*missiles), finish("paint", (0.88, 0.88, 0.86), "missile"))),
    ]  # fmt: skip
    tyres, struts = [], []
    for at in ((1.3, -0.5, -1.4), (-1.3, -0.5, -1.4), (0, -0.3, 4.2)):
        pair = gear(np.array(at), 1.9 + at[1], 0.38, False)
        tyres.append(pair[0])
        struts.append(pair[1])
    return Asset(
        [
            *parts,
            part("tyres", (join(*tyres), finish("rubber"))),
            part("landing_gear", (join(*struts), finish("steel"))),
        ]
    )


FAMILIES = (
    Family("airplane", ("airplane", "aeroplane", "plane", "airliner", "jet", "fighter jet", "biplane", "passenger plane", "jumbo jet", "propeller plane", "aircraft", "fighter plane", "seaplane", "jet plane", "private jet"), airplane),
)  # fmt: skip
