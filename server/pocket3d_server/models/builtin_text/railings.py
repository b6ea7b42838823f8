"""Fences in bays: iron bars, pickets, posts with rails."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.language.brief import Brief


def iron_railing(brief: Brief, long: float, high: float, posts_x: Points) -> list[Part]:
    """Round bars with tips between level rails, and posts with balls on top."""
    metal = asked(brief, "bars", "iron", (0.10, 0.10, 0.11), "bar", main=True)
    count = int(long / 0.14)
    x = np.linspace(-long / 2 + 0.08, long / 2 - 0.08, count)
    bars = [shapes.cylinder(0.011, high * 1.12, 0, 10).move(v, 0.06, 0) for v in x]
    tips = [
        shapes.revolve(np.array([[0.012, 0], [0.026, 0.035], [0.0, 0.13]]), 8).move(v, high * 1.12 + 0.05, 0)
        for v in x
    ]
    rails = [shapes.rounded_box(long, 0.035, 0.02, 0.004, 1).move(0, y, 0) for y in (0.16, high * 0.88, high)]
    rings = [
        shapes.torus(0.045, 0.012, 18, 6).rotate(x=90).move(v, high * 0.94, 0) for v in (x[:-1] + x[1:]) / 2
    ]
    posts = [
        join(
            shapes.rounded_box(0.07, high * 1.22, 0.07, 0.008, 1).move(v, high * 0.61, 0),
            shapes.sphere(0.06, 14).move(v, high * 1.25, 0),
        )
        for v in posts_x
    ]
    return [
        part("bars", (join(*bars, *tips), metal)),
        part("rails", (join(*rails, *rings), metal)),
        part("posts", (join(*posts), metal)),
    ]


def pickets(long: float, high: float, posts_x: Points) -> tuple[list[Solid], list[Solid], list[Solid]]:
    """Pointed slats, the rails behind them, and square posts with caps."""
    w = 0.085
    n = int(long / (w * 1.75))
    shape = np.array([[-w / 2, 0], [w / 2, 0], [w / 2, high * 0.90], [0, high], [-w / 2, high * 0.90]])
    slat = shapes.extrude(shape, 0.022, 0.004).grained()
    slats = [slat.move(v, 0.07, 0.035) for v in np.linspace(-long / 2 + w, long / 2 - w, n)]
    rails = [
        shapes.rounded_box(long + 0.1, 0.085, 0.035, 0.006, 1).grained().move(0, y, 0)
        for y in (0.28, high * 0.76)
    ]
    posts = [
        join(
            shapes.rounded_box(0.10, high * 1.05, 0.10, 0.01, 1).grained().move(v, high * 0.525, -0.05),
            shapes.prism(4, 0.085, 0.07, top=0.012).move(v, high * 1.05, -0.05),
        )
        for v in posts_x
    ]
    return slats, rails, posts


def scrolls(s: float, half: float, high: float) -> list[Solid]:
    """Two scrolls of wrought iron in the leaf of a gate on the side ``s``."""
    bars = []
    t = np.linspace(0, 1, 30)
    for v in (half * 0.3, half * 0.68):
        a = 3.4 * np.pi * t
        scroll = np.column_stack(
            [
                s * (v + 0.16 * (1 - 0.8 * t) * np.cos(a)),
                high * 0.34 + 0.19 * (1 - 0.8 * t) * np.sin(a),
                np.full(30, 0.012),
            ]
        )
        bars.append(shapes.sweep(scroll, 0.011, 8, round_ends=True))
    return bars
