"""Submarines: a naval boat, or a round research boat with a big pane."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.airframe import fuselage, propeller, wing
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both, tube_along
from pocket3d_server.models.language.brief import Brief


def submarine(brief: Brief) -> Asset:
    """A submarine with a conning tower, portholes, periscope, fins and a screw."""
    little = brief.has("yellow", "research", "small", "mini", "toy") or brief.style in (
        "cartoon",
        "toy",
        "low_poly",
    )
    rgb = (0.95, 0.72, 0.08) if little else (0.20, 0.22, 0.25)
    paint = asked(brief, "hull", "paint", rgb, "hull", "body", main=True, roughness=0.4)
    trim = finish("brass" if little else "iron", name="fittings")
    long, wide = (3.4, 1.25) if little else (9.0, 1.35)
    long *= brief.grown("length")
    rows = np.array([[-1.0, 0, 0.03, 0.03], [-0.93, 0, 0.22, 0.22], [-0.70, 0, 0.62, 0.62], [-0.35, 0, 0.96, 0.96], [0.2, 0, 1, 1], [0.62, 0, 0.97, 0.97], [0.86, 0, 0.74, 0.74], [0.97, 0, 0.34, 0.34], [1.0, 0, 0.03, 0.03]])  # fmt: skip
    rows = rows * [long, 1, wide, wide] + [0, wide + 0.3, 0, 0]
    body = fuselage(rows, brief.detail(72), brief.detail(44))
    y0, z0 = 2 * wide + 0.3, 0.18 * long
    outline = curves.ellipse(0.55, 1.3 if little else 1.7, 40, 2.4)
    tower = shapes.loft(np.stack([curves.in_plane(outline * s + [0, -z0 + d], y) for s, y, d in ((1.08, y0 - 0.5, 0), (1.0, y0 + 0.1, 0), (0.92, y0 + 1.0, -0.08), (0.86, y0 + 1.12, -0.08), (0.6, y0 + 1.18, -0.08))]), crease=40)  # fmt: skip
    scope = tube_along([[0, y0 + 1.1, z0 + 0.3], [0, y0 + 2.1, z0 + 0.3], [0, y0 + 2.25, z0 + 0.34], [0, y0 + 2.28, z0 + 0.60]], 0.085, 20, 14)  # fmt: skip
    eye = shapes.cylinder(0.13, 0.16, 0.03, 20).rotate(x=90).move(0, y0 + 2.28, z0 + 0.52)
    rails = [bar([s * 0.42, y0 + 1.1, z0 + z], [s * 0.42, y0 + 1.55, z0 + z], 0.022) for s in (1, -1) for z in (-0.9, -0.3)]  # fmt: skip
    rails += [bar([s * 0.42, y0 + 1.55, z0 - 0.9], [s * 0.42, y0 + 1.55, z0 - 0.3], 0.022) for s in (1, -1)]
    mid = wide + 0.3
    fin = wing(0.9 * wide, 0.85, 0.5, 0.2, 0, 0.14)
    fins = [fin.move(x=0.35).rotate(z=a).move(0, mid, -0.82 * long) for a in (0, 90, 180, 270)]
    planes = both(wing(0.95, 0.7, 0.45, 0.15, 0, 0.14).move(0.4, y0 + 0.55, z0 + 0.4))
    blades, spinner = propeller(0.75 * wide, brief.count("blade", 5, 3, 7))
    turn = lambda s: s.rotate(y=180).move(0, mid, -long - 0.05)  # noqa: E731
    parts = [
        part("hull", (body, paint)), part("tower", (tower, paint)), part("periscope", (join(scope, eye), trim), (join(*rails), trim)),
        part("fins", (join(*fins, planes), paint)), part("propeller", (turn(join(blades, spinner)), finish("bronze"))),
        *_ports(brief, little, long, wide, mid, trim),
    ]  # fmt: skip
    if not little:
        deck = shapes.rounded_box(0.9, 0.16, long * 1.15, 0.06, 2).move(0, y0 - 0.02, 0.0)
        slots = [shapes.rounded_box(0.4, 0.03, 0.7, 0.01, 1).move(0, y0 + 0.07, z) for z in np.linspace(-0.5, -0.05, 6) * long]  # fmt: skip
        parts.append(part("deck", (deck, paint), (join(*slots), trim)))
    return Asset(parts)


def _ports(brief: Brief, little: bool, long: float, wide: float, mid: float, trim: Finish) -> list[Part]:
    """Round windows along the sides and lamps at the bow."""
    count = brief.count("window", brief.count("porthole", 3 if little else 6, 1, 12), 1, 12)
    size = 0.34 if little else 0.2
    rims, panes = [], []
    for z in np.linspace(-0.30, 0.55, count) * long:
        at = (wide * 0.975, mid + 0.15, z)
        rims.append(shapes.torus(size, 0.11 * size / 0.34, 32, 10).rotate(z=90).move(*at))
        panes.append(shapes.sphere(size, 24).scale(0.25, 1, 1).move(*at))
    lamp = shapes.sphere(0.16, 18).move(0.62 * wide, mid - 0.2, 0.90 * long)
    return [
        part("portholes", (both(join(*rims)), trim), (both(join(*panes)), finish("glass", (0.45, 0.70, 0.78), "porthole_glass", alpha=1.0))),
        part("lamps", (both(lamp), glow("lamp", (1.0, 0.95, 0.75), 0.8))),
    ]  # fmt: skip


FAMILIES = (
    Family("submarine", ("submarine", "yellow submarine", "u boat", "research submarine", "nuclear submarine", "sub"), grounded(submarine)),
)  # fmt: skip
