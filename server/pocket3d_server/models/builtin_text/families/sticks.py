"""Sticks: a branch to perch on, a staff, a walking stick, a wand."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

BARK: RGB = (0.36, 0.26, 0.18)
GEMS: tuple[RGB, ...] = ((0.20, 0.55, 0.95), (0.25, 0.80, 0.50), (0.65, 0.30, 0.90), (0.95, 0.45, 0.15))


def branch(brief: Brief) -> Asset:
    """A bough lying along x with side shoots, and with leaves unless it is bare or dead."""
    rng = brief.rng()
    long = 0.85 * brief.grown("length", "width")
    thick = 0.024 * brief.grown("girth")
    bark = asked(brief, "bark", "wood", BARK, "bark", main=True)
    t = np.linspace(0, 1, 26)
    path = np.column_stack([(t - 0.5) * long, 0.05 * np.sin(np.pi * t) * long, 0.03 * np.sin(5 * t) * long])
    path[1:-1] += np.cumsum(rng.normal(0, 0.0016, (24, 3)), axis=0)
    knots = 1 + 0.10 * rng.random(26)
    pieces = [shapes.sweep(path, thick * (1 - 0.45 * t) * knots, brief.detail(16), round_ends=True)]
    leaves = []
    for k, share in enumerate(rng.uniform(0.42, 0.55, 2).tolist() + [0.72, 0.88]):
        start = path[int(share * 25)]
        side = (-1.0) ** k
        way = np.array([0.75, 0.35 if k % 2 else 0.15, 0.62 * side])
        tip = start + way * long * (0.26 - 0.12 * share)
        bend = (start + tip) / 2 + [0.0, 0.02 * long, 0.0]
        line = curves.smooth_curve([start, bend, tip], 12)
        pieces.append(shapes.sweep(line, thick * np.linspace(0.5, 0.18, 12), 10, round_ends=True))
        leaves += [_leaf(line[i], way * [1, 1, s], rng) for i, s in ((6, 1.0), (9, -0.6), (11, 1.0))]
    leaves += [_leaf(path[i], np.array([0.6, 0.5, s]), rng) for i, s in ((20, 0.7), (23, -0.7), (25, 0.2))]
    parts = [part("bark", (join(*pieces), bark))]
    if not brief.has("bare", "dead", "dry", "leafless"):
        green = asked(brief, "leaves", "plastic", (0.24, 0.48, 0.16), "leaf", "foliage", roughness=0.7)
        parts.append(part("leaves", (join(*leaves), green)))
    return Asset(parts)


def _leaf(at: Points, way: Points, rng: np.random.Generator) -> Solid:
    """A pointed leaf that grows from ``at`` towards ``way``."""
    blade = shapes.superellipsoid(0.036, 0.0035, 0.085, 2, 2, 14).deform(
        lambda v: v * np.stack([1 - 0.55 * (v[:, 2] / 0.0425) ** 3, np.ones(len(v)), np.ones(len(v))], axis=1)
    )
    turn = np.degrees(np.arctan2(way[0], way[2])) + float(rng.uniform(-25, 25))
    lift = -float(np.degrees(np.arcsin(way[1] / np.linalg.norm(way)))) + float(rng.uniform(-15, 15))
    return blade.move(z=0.045).rotate(x=lift).rotate(y=turn).move(*at)


def staff(brief: Brief) -> Asset:
    """A gnarled staff with a stone in its claw; a plain or crooked walking stick; a wand."""
    rng = brief.rng()
    if brief.has("wand"):
        return _wand(brief)
    cane = brief.has("cane", "walking", "hiking", "shepherd")
    wood = asked(brief, "shaft", "wood", (0.34, 0.21, 0.12), "shaft", "handle", main=True)
    high = (0.95 if cane else 1.75) * brief.grown("height", "length")
    t = np.linspace(0, 1, 40)
    wave = 0.0 if cane else 0.012
    phase = float(rng.uniform(0, 6))
    path = np.column_stack([wave * np.sin(9 * t + phase), high * t, wave * np.cos(7 * t + phase)])
    radius = (0.011 if cane else 0.017) * brief.grown("girth") * (0.85 + 0.25 * t)
    if not cane:
        radius *= 1 + 0.12 * rng.random(40)
    if cane:
        turn = np.linspace(0, 1.05 * np.pi, 14)[1:]
        hook = np.column_stack([0.055 - 0.055 * np.cos(turn), high + 0.055 * np.sin(turn), np.zeros(13)])
        grip = shapes.sweep(np.vstack([path[-1:], hook]), radius[-1], brief.detail(16), round_ends=True)
    parts = [part("shaft", (shapes.sweep(path, radius, brief.detail(16), round_ends=True), wood))]
    if cane:
        parts.append(part("handle", (grip, wood)))
        tip = shapes.cylinder(0.0135, 0.03, 0.003, 20)
        return Asset([*parts, part("tip", (tip, finish("rubber", None, "tip")))])
    if brief.has("bo", "quarterstaff", "plain", "stick"):
        return Asset(parts)
    top = path[-1]
    claws = []
    for k in range(4):
        a = np.pi / 2 * k + phase
        out = np.array([np.sin(a), 0.0, np.cos(a)])
        reach = [
            top - [0, 0.03, 0],
            top + 0.055 * out + [0, 0.03, 0],
            top + 0.058 * out + [0, 0.09, 0],
            top + 0.02 * out + [0, 0.15, 0],
        ]
        claws.append(
            shapes.sweep(curves.smooth_curve(reach, 16), np.linspace(0.013, 0.004, 16), 10, round_ends=True)
        )
    parts.append(part("claws", (join(*claws), wood)))
    gem = brief.colour(GEMS[int(rng.integers(len(GEMS)))], "crystal", "orb", "gem", "stone", "jewel")
    orb = shapes.sphere(0.042, brief.detail(24)).scale(1, 1.15, 1).move(*(top + [0, 0.068, 0]))
    parts.append(part("orb", (orb, glow("orb", gem, 0.55))))
    bands = [shapes.torus(0.021, 0.004, 28, 8).move(path[k, 0], path[k, 1], path[k, 2]) for k in (34, 36)]
    return Asset([*parts, part("bands", (join(*bands), finish("brass", None, "bands")))])


def _wand(brief: Brief) -> Asset:
    wood = asked(brief, "shaft", "wood", (0.24, 0.14, 0.09), "shaft", main=True)
    rows = [
        [0.0085, 0],
        [0.011, 0.01],
        [0.008, 0.03],
        [0.010, 0.06],
        [0.0085, 0.095],
        [0.0065, 0.11],
        [0.003, 0.36],
        [0, 0.362],
    ]
    parts: list[Part] = [
        part("shaft", (shapes.revolve(curves.smooth_curve(rows, 50), brief.detail(24)), wood))
    ]
    if brief.has("fairy", "star", "princess"):
        star = shapes.extrude(
            curves.resample(np.asarray(curves.star(5, 0.058, 0.025)), 100, closed=True), 0.012, 0.002
        )
        gold = asked(brief, "star", "gold", None, "star")
        parts.append(part("star", (star.move(y=0.385), gold)))
    return Asset(parts)


FAMILIES = (
    Family("branch", ("branch", "tree branch", "bough", "twig", "perch"), grounded(branch, centre=True)),
    Family("staff", ("staff", "wizard staff", "magic staff", "walking stick", "cane", "stick", "quarterstaff", "wand", "magic wand", "fairy wand"), grounded(staff, centre=True)),
)  # fmt: skip
