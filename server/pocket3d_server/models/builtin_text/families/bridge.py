"""Bridges: of stone with arches, humped ones of wood, and hanging ones of rope."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.bridge_parts import cutwaters, parapets, voussoirs
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.masonry import hewn, parts_only
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both
from pocket3d_server.models.language.brief import Brief


def bridge(brief: Brief) -> Asset:
    """A stone bridge of one to five arches over water, a humped one of wood, or a hanging one of ropes and planks."""
    if brief.has("rope", "hanging", "suspension", "jungle"):
        return rope_bridge(brief)
    wooden = "wood" in brief.materials or brief.has("wooden", "japanese", "garden")
    return wooden_bridge(brief) if wooden else stone_bridge(brief)


def stone_bridge(brief: Brief) -> Asset:
    """Arches with their voussoirs, piers with cutwaters, and parapets with a coping, over a stretch of water."""
    stone = asked(
        brief,
        "stone",
        "stone",
        ((0.60, 0.58, 0.54), (0.66, 0.60, 0.50))[int(brief.rng().integers(2))],
        "arch",
        main=True,
    )
    trim = hewn(brief, "trim", (0.70, 0.67, 0.61), "coping")
    count = brief.count("arch", 1 + int(brief.rng(1).integers(3)), 1, 5)
    span, wide = 4.6, 3.0 * brief.grown("width")
    long = (span * count + 1.2 * (count + 1)) * brief.grown("length")
    spring, hump = 0.35, 0.55 + 0.22 * count
    x = np.linspace(-long / 2 - 1.6, long / 2 + 1.6, 49)
    road = spring + span / 2 + 0.5 + hump * np.cos(np.pi * x / (x[-1] - x[0])) ** 2 - hump * 0.5
    ends = np.array([[x[-1], -0.4], [x[0], -0.4]])
    body = shapes.extrude(curves.counter_clockwise(np.concatenate([np.column_stack([x, road]), ends])), wide)
    centres = (np.arange(count) - (count - 1) / 2) * long / count
    radius = [span / 2 * (1.0 - 0.12 * abs(c) / max(long / 2, 1)) for c in centres]
    holes = [
        shapes.extrude(
            np.concatenate([curves.arc(r, 0, 180, 33) + [c, spring], [[c - r, -2], [c + r, -2]]]), wide + 2
        )
        for c, r in zip(centres, radius, strict=True)
    ]
    body = shapes.difference(body, *holes, crease=30)
    rings = voussoirs(centres, radius, spring, wide)
    rails, coping = parapets(x, road, wide)
    cut = cutwaters(centres, wide)
    water = shapes.rounded_box(x[-1] - x[0] + 0.6, 0.24, wide + 4.5, 0.05, 1).move(y=-0.36)
    pieces = [
        part("bridge", (join(body, *rails, *cut), stone)),
        part("arch_stones", (rings, trim)),
        part("coping", (coping, trim)),
        part("water", (water, asked(brief, "water", "glass", (0.22, 0.48, 0.58), "water", alpha=1.0))),
    ]
    if brief.has("river", "bank"):
        pieces.append(
            part(
                "banks",
                (
                    both(shapes.rounded_box(1.6, 1.2, wide + 4.4, 0.3, 3).move(x[-1] - 0.2, -0.1, 0)),
                    finish("grass"),
                ),
            )
        )
    return Asset(pieces)  # fmt: skip


def wooden_bridge(brief: Brief) -> Asset:
    """A humped garden bridge of planks with round-topped posts and rails."""
    wood = asked(brief, "planks", "wood", (0.50, 0.33, 0.19), "plank", main=True)
    rail_wood = asked(
        brief,
        "rails",
        "paint" if brief.has("japanese", "red") else "wood",
        (0.72, 0.12, 0.08) if brief.has("japanese", "red") else (0.36, 0.22, 0.13),
        "rail",
    )
    long, wide = 4.6 * brief.grown("length"), 1.5 * brief.grown("width")
    bow = lambda z: 0.25 + 0.75 * np.cos(np.pi * z / long) ** 1.5 if abs(z) < long / 2 else 0.25  # noqa: E731
    z = np.linspace(-long / 2, long / 2, 41)
    y = np.array([bow(v) for v in z])
    slope = np.degrees(np.arctan(np.gradient(y, z)))
    planks = [
        shapes.rounded_box(wide, 0.06, long / 26 * 0.9, 0.01, 1)
        .grained()
        .rotate(x=-float(np.interp(v, z, slope)))
        .move(0, float(np.interp(v, z, y)), v)
        for v in np.linspace(-long / 2 + 0.1, long / 2 - 0.1, 26)
    ]
    bearers = both(
        shapes.sweep(
            np.column_stack([np.full(41, wide / 2 - 0.12), y - 0.12, z]), 1.0, curves.rectangle(0.10, 0.20)
        )
    )
    spots = np.linspace(-long / 2 + 0.12, long / 2 - 0.12, 5)
    posts, rails = [], []
    for v in spots:
        at = float(np.interp(v, z, y))
        posts += [
            shapes.rounded_box(0.11, 1.05, 0.11, 0.01, 1).move(wide / 2, at + 0.42, v),
            shapes.sphere(0.085, 16).move(wide / 2, at + 1.00, v),
        ]
    for up in (0.45, 0.82):
        rails.append(
            shapes.sweep(
                np.column_stack([np.full(41, wide / 2), y + up, z]),
                1.0,
                curves.rectangle(0.07, 0.09, 0.015, 2),
            )
        )
    return Asset([part("planks", (join(*planks), wood), (bearers, wood)), part("posts", (both(join(*posts)), rail_wood)), part("rails", (both(join(*rails)), rail_wood))])  # fmt: skip


def rope_bridge(brief: Brief) -> Asset:
    """Planks on sagging ropes between pairs of posts."""
    wood, rope = (
        asked(brief, "planks", "wood", (0.46, 0.31, 0.18), "plank", main=True),
        asked(brief, "rope", "straw", (0.66, 0.54, 0.34), "rope"),
    )
    rng, long, wide = brief.rng(), 7.0 * brief.grown("length"), 1.1 * brief.grown("width")
    z = np.linspace(-long / 2, long / 2, 33)
    y = 0.9 + 1.1 * (2 * z / long) ** 2
    count = int(long / 0.34)
    planks = []
    for v in np.linspace(-long / 2 + 0.15, long / 2 - 0.15, count):
        if rng.random() < 0.05:
            continue
        tilt = float(np.degrees(np.arctan(8.8 * v / long**2)))
        planks.append(
            shapes.rounded_box(wide, 0.05, 0.24, 0.012, 1)
            .grained()
            .rotate(x=-tilt, y=float(rng.uniform(-4, 4)), z=float(rng.uniform(-3, 3)))
            .move(0, float(np.interp(v, z, y)), v)
        )
    cords = [
        shapes.sweep(np.column_stack([np.full(33, wide / 2 + o), y + up, z]), 0.03, 8)
        for up, o in ((-0.02, 0.0), (0.95, 0.10))
    ]
    cords += [
        bar(
            [wide / 2, float(np.interp(v, z, y)), v],
            [wide / 2 + 0.10, float(np.interp(v, z, y)) + 0.95, v],
            0.014,
            6,
        )
        for v in np.linspace(-long / 2 + 0.4, long / 2 - 0.4, 11)
    ]
    posts = [
        shapes.cylinder(0.11, 3.3, 0.02, 16, top=0.09).move(wide / 2 + 0.1, 0, s * (long / 2 + 0.05))
        for s in (1, -1)
    ]
    ties = [
        shapes.torus(0.13, 0.05, 20, 8).move(wide / 2 + 0.1, h, s * (long / 2 + 0.05))
        for s in (1, -1)
        for h in (1.92, 2.0, 2.9, 2.98)
    ]
    cliffs = [
        shapes.rounded_box(2.4, 1.95, 1.4, 0.25, 3).move(0, 0.95, s * (long / 2 + 0.55)) for s in (1, -1)
    ]
    turf = [shapes.rounded_box(2.5, 0.16, 1.5, 0.08, 2).move(0, 1.95, s * (long / 2 + 0.55)) for s in (1, -1)]
    return Asset([part("planks", (join(*planks), wood)), part("ropes", (both(join(*cords, *ties)), rope)), part("posts", (both(join(*posts)), finish("wood", (0.34, 0.22, 0.13), "post"))), part("cliffs", (join(*cliffs), hewn(parts_only(brief), "cliff", (0.45, 0.42, 0.38), "cliff")), (join(*turf), finish("grass")))])  # fmt: skip


FAMILIES = (
    Family("bridge", ("bridge", "stone bridge", "wooden bridge", "rope bridge", "arched bridge", "arch bridge", "garden bridge", "footbridge", "hanging bridge", "old bridge"), grounded(bridge)),
)  # fmt: skip
