"""Hot-air balloons with their basket."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.vehicles.airframe import LIVERIES, gored_envelope
from pocket3d_server.models.language.brief import Brief


def balloon(brief: Brief) -> Asset:
    """A hot-air balloon with a striped envelope and a wicker basket."""
    first = asked(
        brief, "envelope", "fabric", LIVERIES[int(brief.rng().integers(4))], "balloon", "envelope", main=True
    )
    others = [c.rgb for c in brief.colours if c.noun is None][1:]
    second = finish("fabric", others[0] if others else (0.96, 0.88, 0.62), "stripe")
    g = brief.grown("girth", "width")
    rows = curves.smooth_curve(
        np.array([[1.1, 4.6], [2.4, 6.6], [4.2, 9.6], [4.7, 12.2], [3.9, 15.0], [2.0, 16.6], [0, 17.0]])
        * [g, 1],
        40,
    )
    envelope = gored_envelope(rows)
    w = 0.62
    basket = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * a, 2 * a, 0.2), y)
                for a, y in ((w - 0.08, 0), (w, 1.15), (w - 0.06, 1.15), (w - 0.13, 0.08))
            ]
        ),
        crease=40,
    )
    rim = shapes.sweep(
        curves.in_plane(
            curves.resample(curves.rectangle(2 * w - 0.05, 2 * w - 0.05, 0.2), 60, closed=True), 1.16
        ),
        0.06,
        10,
        closed=True,
    )
    ropes = [
        shapes.sweep([[x * (w - 0.04), 1.15, z * (w - 0.04)], [x * 0.80 * g, 4.62, z * 0.80 * g]], 0.018, 6)
        for x in (1, -1)
        for z in (1, -1)
    ]
    burner = [
        shapes.cylinder(0.12, 0.35, 0.02, 18).move(0, 2.4, 0),
        shapes.torus(0.42, 0.04, 32, 8).move(y=2.4),
        *[
            shapes.sweep([[x * w * 0.9, 1.15, z * w * 0.9], [x * 0.3, 2.4, z * 0.3]], 0.022, 8)
            for x in (1, -1)
            for z in (1, -1)
        ],
    ]
    flame = shapes.revolve(curves.smooth_curve([[0, 0], [0.10, 0.12], [0.07, 0.4], [0, 0.7]], 14), 16).move(
        y=2.75
    )
    band = shapes.torus(1.1 * g, 0.10, 56, 10).move(y=4.6)
    return Asset([
        part("envelope", (envelope[0], first), (envelope[1], second)), part("skirt", (band, second)), part("basket", (basket, finish("wicker")), (rim, finish("leather"))),
        part("ropes", (join(*ropes), finish("straw", name="ropes"))), part("burner", (join(*burner), finish("steel"))), part("flame", (flame, glow("flame", (1.0, 0.65, 0.2)))),
    ])  # fmt: skip


FAMILIES = (
    Family("balloon", ("hot air balloon", "air balloon", "montgolfier"), balloon),
)  # fmt: skip
