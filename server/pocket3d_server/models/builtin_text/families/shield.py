"""Shields: round, kite and heater, with boss, rim and device."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import cm, facing, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief

Bulge = Callable[[Points], Points]


def shield(brief: Brief) -> Asset:
    """A round shield or a knight's heater, standing upright and bulging towards the front."""
    round_ = brief.has("round", "viking", "buckler", "circular", "captain")
    if round_ or (not brief.has("knight", "heater", "kite") and brief.rng().random() < 0.35):
        return round_shield(brief)
    return heater_shield(brief)


def colours_of(brief: Brief, kind: str) -> tuple[Finish, Finish]:
    """What the field and the rim are made of."""
    rng = brief.rng()
    if not brief.has("round", "viking", "buckler", "circular", "captain", "knight", "heater", "kite"):
        rng.random()  # the seed has chosen the outline with it
    field = ((0.62, 0.10, 0.12), (0.12, 0.24, 0.52), (0.10, 0.34, 0.22))[int(rng.integers(3))]
    return (
        asked(brief, "field", kind, field, "field", "front", main=True),
        asked(brief, "rim", "steel", None, "rim", "edge", "boss", "frame"),
    )


def sheet(outline: Points, thick: float) -> Solid:
    """A flat outline filled by rings towards its middle, so that it can be bent; its back on z = 0."""
    scales = np.array([1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0.0])
    back = [curves.in_plane(outline * k, 0.0, "xy") for k in scales[::-1]]
    front = [curves.in_plane(outline * k, thick, "xy") for k in scales]
    return shapes.loft(np.stack([*back, *front]), crease=45)


def rim_of(outline: Points, bulge: Bulge) -> Solid:
    """A round edging along ``outline``."""
    line = curves.resample(outline, 96, closed=True)
    return shapes.sweep(bulge(curves.in_plane(line, 0.009, "xy")), 0.017, 12, closed=True)


def straps() -> Part:
    """Two leather straps on the back, for arm and hand."""
    lines = [cm(f"-10 {y} 6, -5 {y} -3, 5 {y} -3, 10 {y} 6") for y in (10, -8)]
    bands = [
        shapes.sweep(curves.smooth_curve(line, 14), 0.006, curves.rectangle(1, 5, 0.3)) for line in lines
    ]
    return part("straps", (join(*bands), finish("leather")))


def round_shield(brief: Brief) -> Asset:
    """A round shield with boss, bars and studs."""
    face, metal = colours_of(brief, "wood")
    outline = curves.circle(0.38, 72)

    def bulge(v: Points) -> Points:
        v[:, 2] += 0.10 * (1 - np.clip((v[:, 0] ** 2 + v[:, 1] ** 2) / 0.38**2, 0, 1.2))
        return v

    boss = turned(cm("13 0, 11.5 1.2, 8.5 2, 7.5 5, 0 8.5"), 20, segments=40)
    stud = shapes.sphere(0.013, 14).move(*bulge(np.array([[0.0, 0.33, 0.02]]))[0])
    studs = [stud.rotate(z=30 * k) for k in range(12)]
    line = np.column_stack([np.linspace(-0.36, 0.36, 25), np.zeros(25), np.full(25, 0.018)])
    bars = [shapes.sweep(bulge(line.copy()), 0.006, curves.rectangle(2, 6, 0.5)).rotate(z=a) for a in (0, 90)]
    return Asset([
        part("board", (sheet(outline, 0.018).deform(bulge), face)), part("rim", (rim_of(outline, bulge), metal)),
        part("boss", (join(facing(boss).move(z=0.105), *studs, *bars), metal)), straps(),
    ])  # fmt: skip


def heater_shield(brief: Brief) -> Asset:
    """A knight's shield, pointed below, with a cross or a star on it."""
    face, metal = colours_of(brief, "paint")
    mark = asked(brief, "emblem", "gold", None, "emblem", "cross", "star", "symbol", "dragon", "lion")
    side = curves.smooth_curve(cm("0 -48, 17 -30, 29 -2, 31 20, 30 36"), 24)
    outline = curves.mirrored(np.concatenate([side, [[0, 0.40]]]))

    def bulge(v: Points) -> Points:
        v[:, 2] += 0.10 * (1 - np.clip(v[:, 0] ** 2 / 0.31**2, 0, 1.2))
        return v

    cross = curves.mirrored(cm("3.5 -30, 3.5 8, 19 8, 19 16, 3.5 16, 3.5 32"))
    emblem = curves.resample(curves.star(5, 0.17, 0.07) if brief.has("star") else cross, 120, closed=True)
    return Asset([
        part("board", (sheet(outline, 0.018).deform(bulge), face)), part("rim", (rim_of(outline, bulge), metal)),
        part("emblem", (shapes.extrude(emblem, 0.020, 0.003).deform(bulge).move(z=0.012), mark)), straps(),
    ])  # fmt: skip


FAMILIES = (
    Family("shield", ("shield", "buckler", "knight shield", "viking shield", "round shield"), grounded(shield, centre=True)),
)  # fmt: skip
