"""Helicopters and flying saucers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.airframe import LIVERIES, fuselage, rotor_blade, skid, wing
from pocket3d_server.models.builtin_text.vehicles.body import side_prism
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, black, both
from pocket3d_server.models.language.brief import Brief


def helicopter(brief: Brief) -> Asset:
    """A helicopter: rounded cabin with big panes, tail boom, two rotors and skids."""
    army = brief.has("military", "army", "attack", "combat")
    rgb = (0.30, 0.34, 0.22) if army else LIVERIES[int(brief.rng().integers(4))]
    paint = asked(brief, "paint", "paint", rgb, "body", main=True, roughness=0.6 if army else 0.25)
    accent = asked(brief, "stripe", "paint", (0.94, 0.94, 0.93), "stripe", "tail", roughness=0.3)
    dark, steel = black(), finish("steel", name="mast_metal")
    glass = asked(
        brief, "window_glass", "glass", (0.10, 0.16, 0.22), "window", "glass", alpha=1.0, roughness=0.06
    )
    rows = metres("-5.9 1.95 0.04 0.06, -5.5 1.95 0.14 0.17, -3.2 1.85 0.22 0.26, -1.9 1.65 0.55 0.62, -0.9 1.45 0.86 0.90, 0.4 1.38 0.96 0.94, 1.6 1.28 0.86 0.82, 2.35 1.08 0.52 0.52, 2.7 0.95 0.06 0.08")  # fmt: skip
    body = fuselage(rows, brief.detail(64), brief.detail(40))
    skin = fuselage(rows + [0, 0, 0.012, 0.012], brief.detail(64), brief.detail(40))
    nose = side_prism(curves.rounded(np.array([[1.15, 1.25], [3, 0.95], [3, 2.4], [1.0, 2.05]]), 0.1))
    doors = side_prism(curves.rounded(np.array([[0.05, 1.25], [1.0, 1.25], [0.88, 1.98], [0.1, 1.98]]), 0.12))
    rear = side_prism(
        curves.rounded(np.array([[-1.15, 1.35], [-0.15, 1.28], [-0.1, 1.98], [-0.95, 1.95]]), 0.12)
    )
    keep = shapes.difference(shapes.box(4, 4, 8), shapes.box(0.06, 4, 8))
    panes = [shapes.intersection(shapes.intersection(skin, p), keep) for p in (nose, doors, rear)]
    # The stripe lies closer on the skin than the panes do.
    close = fuselage(rows + [0, 0, 0.007, 0.007], brief.detail(64), brief.detail(40))
    band = shapes.intersection(
        close, side_prism(np.array([[-6, 1.62], [2.2, 0.86], [2.2, 1.06], [-6, 1.84]]))
    )
    hump = shapes.superellipsoid(0.95, 0.62, 2.0, 2.6, 2.4, 32).move(0, 2.38, -0.35)
    intake = shapes.superellipsoid(0.34, 0.30, 0.2, 2.5, 2.5, 20).move(0.28, 2.42, 0.58)
    mast = join(shapes.cylinder(0.10, 0.75, 0.01, 18).move(0, 2.5, -0.2), shapes.cylinder(0.26, 0.14, 0.04, 24).move(0, 3.12, -0.2))  # fmt: skip
    count = brief.count("blade", brief.count("rotor", 4 if army else 3, 2, 6), 2, 6)
    span = 4.4 * brief.grown("blade", "rotor")
    blade = rotor_blade(span)
    blades = [blade.rotate(y=360 * k / count + 25).move(0, 3.2, -0.2) for k in range(count)]
    small = [
        shapes.rounded_box(0.03, 0.85, 0.13, 0.012, 1)
        .move(0.26, 0.42, 0)
        .rotate(x=120 * k + 20)
        .move(0, 2.25, -5.6)
        for k in range(3)
    ]
    fin = wing(1.15, 0.95, 0.5, 0.75, 0, 0.10).rotate(z=90).move(0, 1.9, -5.25)
    plane = both(wing(0.95, 0.5, 0.35, 0.1, 0, 0.10).move(0.1, 1.9, -4.4))
    hub = shapes.cylinder(0.09, 0.28, 0.02, 16).rotate(z=-90).move(0, 2.25, -5.6)
    skids = both(skid())
    parts = [
        part("fuselage", (body, paint)), part("windows", (join(*panes), glass)), part("stripe", (band, accent)),
        part("engine_cowl", (hump, paint), (both(intake), dark)), part("mast", (mast, steel)),
        *[part(f"rotor_blade_{k + 1}", (b, asked(brief, "blades", "plastic", (0.12, 0.12, 0.13), "blade", "rotor"))) for k, b in enumerate(blades)],
        part("tail_rotor", (join(*small), dark), (hub, steel)), part("tail", (join(fin, plane), paint)),
        part("skids", (skids, dark)),
    ]  # fmt: skip
    if army:
        pods = [
            shapes.cylinder(0.16, 1.1, 0.03, 20).rotate(x=90).move(1.35, 1.1, -0.5),
            shapes.rounded_box(0.9, 0.08, 0.4, 0.03, 1).move(1.1, 1.28, 0.0),
        ]
        parts.append(part("pods", (both(join(*pods)), paint)))
    return Asset(parts)


def saucer(brief: Brief) -> Asset:
    """A flying saucer: a polished disc with lamps around its rim, a glass dome with its pilot, and three legs."""
    hull = asked(brief, "hull", "steel", None, "body", "hull", main=True, roughness=0.22)
    lit = ((0.35, 1.0, 0.45), (0.30, 0.85, 1.0), (1.0, 0.75, 0.25))[int(brief.rng().integers(3))]
    lamp = glow("lamps", brief.colour(lit, "light", "lamp"), 0.9)
    n = brief.detail(72)
    lower = curves.smooth_curve([[0.5, 0.95], [1.5, 1.0], [2.8, 1.35], [3.5, 1.68]], 24)
    upper = curves.smooth_curve([[3.5, 1.78], [2.6, 2.12], [1.75, 2.36], [1.32, 2.52]], 24)
    body = shapes.revolve(np.concatenate([lower, upper]), n, crease=30)
    rings = [
        shapes.torus(r, t, n, 10).move(y=y)
        for r, t, y in ((3.5, 0.16, 1.73), (1.34, 0.14, 2.53), (0.9, 0.1, 0.96))
    ]
    count = brief.count("light", brief.count("lamp", 14, 4, 40), 4, 40)
    bulb = shapes.sphere(0.16, 18).scale(1, 0.75, 1).move(2.95, 2.0, 0)
    under = shapes.sphere(0.14, 16).move(2.2, 1.12, 0)
    bulbs = [bulb.rotate(y=360 * k / count) for k in range(count)] + [under.rotate(y=360 * k / 8 + 20) for k in range(8)]  # fmt: skip
    dome = shapes.revolve(
        curves.smooth_curve([[1.28, 2.50], [1.22, 2.95], [0.85, 3.4], [0.4, 3.6], [0, 3.65]], 20), n
    )
    head = shapes.superellipsoid(0.62, 0.66, 0.58, 2, 2, 28).taper(0.7, 1.05).move(y=3.0)
    eyes = both(shapes.sphere(0.5, 16).scale(0.16, 0.24, 0.1).rotate(z=-20, y=20).move(0.15, 3.02, 0.25))
    torso = shapes.sphere(0.5, 20).scale(0.55, 0.6, 0.4).move(y=2.55)
    beam_ = shapes.cylinder(0.55, 0.12, 0.03, 36).move(y=0.86)
    legs = [
        join(bar([0, 1.2, 1.7], [0, 0.12, 2.5], 0.08), shapes.cylinder(0.34, 0.12, 0.04, 24).move(0, 0, 2.52)).rotate(y=120 * k + 60)
        for k in range(brief.count("leg", 3, 3, 6))
    ]  # fmt: skip
    return Asset(
        [
            part("hull", (body, hull), (join(*rings), finish("iron", name="rim"))), part("lamps", (join(*bulbs), lamp)),
            part("dome", (dome, finish("glass", (0.55, 0.85, 0.90), "dome_glass", alpha=0.35))),
            part("pilot", (join(head, torso), finish("plastic", (0.40, 0.72, 0.30), "alien_skin")), (eyes, finish("glass", (0.02, 0.02, 0.02), "eyes", alpha=1.0))),
            part("thruster", (beam_, glow("thruster", lit, 0.7))), part("legs", (join(*legs), finish("iron", name="legs"))),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("helicopter", ("helicopter", "chopper helicopter", "rescue helicopter", "military helicopter", "copter"), grounded(helicopter, centre=True)),
    Family("flying_saucer", ("flying saucer", "ufo", "alien spaceship", "alien ship", "saucer"), saucer),
)  # fmt: skip
