"""Aeroplanes: airliner, light propeller plane, biplane and fighter jet, standing on their wheels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow, shade
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.airframe import (
    LIVERIES,
    fuselage,
    landing_gear,
    on_skin,
    portholes,
    propeller,
    turbofan,
    upper_wing,
    wing,
    wing_lights,
)
from pocket3d_server.models.builtin_text.vehicles.cockpits import (
    closed_canopy,
    fixed_gear,
    open_cockpit,
    radial_engine,
)
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
    long = brief.grown("length")
    rows = metres(
        "-15 0.95 0.08 0.10, -14.3 0.85 0.30 0.36, -11 0.45 1.05 1.15, -7 0.08 1.78 1.85, -4 0 1.95 1.98, 8 0 1.95 1.98, 11.2 -0.05 1.86 1.88, 13.4 -0.25 1.35 1.38, 14.6 -0.45 0.70 0.72, 15 -0.52 0.05 0.05"
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
        cowl, core, fan = turbofan()
        y = -2.15
        side = "left" if x > 0 else "right"
        parts.append(
            part(
                f"engine_{side}_{abs(x):.0f}",
                (cowl.move(x, y, z), white),
                (core.move(x, y, z), silver),
                (fan.move(x, y, z), finish("iron")),
            )
        )
    panes = portholes(long)
    parts.append(part("cabin_windows", (panes, dark)))
    shield = on_skin(rows, metres("12.3 0.22, 13.9 0.02, 13.35 0.78, 12.45 0.86") * [-long, 1], 0.012, 6)
    parts.append(part("cockpit_windows", (shield, dark)))
    band = np.array([[-30, -0.32], [30, -0.32], [30, -0.12], [-30, -0.12]])
    stripe = on_skin(rows, band, 0.008, 8)
    parts.append(part("stripe", (stripe, accent)))
    doors = [
        shapes.superellipsoid(0.10, 1.9, 0.85, 6, 6, 20).move(s * 1.89, 0.05, z * long)
        for s in (1, -1)
        for z in (10.6, -8.6)
    ]
    parts.append(part("doors", (join(*doors), silver)))
    parts += landing_gear([(2.4, -1.2, 0.2), (-2.4, -1.2, 0.2), (0, -1.3, 11.2 * long)], 3.9, 0.55, True)
    parts.append(wing_lights(15.5, 0.5, -2.3))
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
    rows = metres(
        "-3.5 0.32 0.05 0.10, -3.2 0.28 0.12 0.17, -1.6 0.12 0.36 0.42, 0.2 0.05 0.56 0.62, 1.5 0.0 0.58 0.60, 2.35 -0.02 0.52 0.52, 2.60 -0.02 0.40 0.40"
    )
    body = fuselage(rows, 60, 36)
    parts = [part("fuselage", (body, paint))]
    low = wing(4.4, 1.35, 1.05, 0.1, 0.28, 0.14).move(0.2, -0.32, 1.1)
    parts += [part("wing_left", (low, cream)), part("wing_right", (low.mirror("x"), cream))]
    if biplane:
        upper, stays = upper_wing()
        parts += [
            part("upper_wing", (upper, cream)),
            part("struts", (stays, finish("wood", name="struts"))),
        ]
    fin = wing(1.25, 1.15, 0.65, 0.55, 0, 0.10).rotate(z=90).move(0, 0.40, -2.75)
    plane = wing(1.55, 0.95, 0.65, 0.3, 0.0, 0.10).move(0.05, 0.32, -2.85)
    parts += [part("fin", (fin, paint)), part("tailplane", (join(plane, plane.mirror("x")), cream))]
    if biplane or brief.has("open"):
        parts.append(open_cockpit(dark))
    else:
        parts += closed_canopy(dark, cream)
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
    parts.append(radial_engine())
    parts += fixed_gear(steel)
    return Asset(parts)


def fighter(brief: Brief) -> Asset:
    """A jet fighter with swept wings and twin fins."""
    grey = asked(brief, "paint", "paint", (0.48, 0.52, 0.56), "body", main=True, roughness=0.45)
    dark, glass = (
        finish("iron", (0.16, 0.17, 0.18), "nozzle"),
        finish("glass", (0.30, 0.24, 0.12), "canopy_glass", alpha=0.72),
    )
    rows = metres(
        "-7.0 0.0 0.85 0.50, -5.5 0.0 1.15 0.66, -2 0.05 1.30 0.78, 1.2 0.08 1.15 0.80, 3.6 0.05 0.72 0.70, 5.8 -0.05 0.46 0.46, 7.6 -0.18 0.16 0.16, 8.4 -0.22 0.02 0.02"
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
        metres(
            "1.6 0.62 0.06 0.06, 2.3 0.66 0.36 0.40, 3.4 0.60 0.44 0.56, 4.5 0.44 0.36 0.40, 5.2 0.32 0.10 0.08"
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
    return Asset(
        [*parts, *landing_gear([(1.3, -0.5, -1.4), (-1.3, -0.5, -1.4), (0, -0.3, 4.2)], 1.9, 0.38, False)]
    )


FAMILIES = (
    Family("airplane", ("airplane", "aeroplane", "plane", "airliner", "jet", "fighter jet", "biplane", "passenger plane", "jumbo jet", "propeller plane", "aircraft", "fighter plane", "seaplane", "jet plane", "private jet"), airplane),
)  # fmt: skip
