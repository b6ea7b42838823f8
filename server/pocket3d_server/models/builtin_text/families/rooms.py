"""What fills holes in a wall: door and window."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import WOODS, board
from pocket3d_server.models.builtin_text.making import cm, cover, facing, pick, plate, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def frame_of(wide: float, high: float, border: float, deep: float, bevel: float = 0.008) -> Solid:
    """A rectangular frame about the origin that looks along +z."""
    return shapes.extrude(
        curves.rectangle(wide, high),
        deep,
        min(bevel, 0.4 * deep),
        holes=[curves.rectangle(wide - 2 * border, high - 2 * border)],
    )


def door(brief: Brief) -> Asset:
    """A panelled door in its frame, slightly open; of planks with iron bands when rustic or medieval."""
    wood = cover(brief, "leaf", WOODS, "door", "leaf", kind="wood")
    trim = asked(
        brief, "frame", "wood", (0.90, 0.88, 0.83) if brief.rng().random() < 0.5 else WOODS[2], "frame"
    )
    metal = asked(brief, "handle", "brass", None, "handle", "knob", "hinge")
    wide, high = 0.88 * brief.grown("width"), 2.02 * brief.grown("height")
    jamb = shapes.extrude(
        [
            [-wide / 2 - 0.10, 0],
            [-wide / 2 - 0.01, 0],
            [-wide / 2 - 0.01, high + 0.01],
            [wide / 2 + 0.01, high + 0.01],
            [wide / 2 + 0.01, 0],
            [wide / 2 + 0.10, 0],
            [wide / 2 + 0.10, high + 0.10],
            [-wide / 2 - 0.10, high + 0.10],
        ],
        0.14,
        0.012,
    ).move(z=-0.02)
    ajar = {"y": -28.0}

    def hung(s: Solid) -> Solid:
        return s.move(x=wide / 2).rotate(**ajar).move(x=-wide / 2)

    old = brief.style in ("rustic", "medieval", "fantasy") or brief.has("castle", "dungeon", "barn", "plank")
    pieces: list[Solid] = []
    if old:
        pieces = [
            board(wide / 6 - 0.004, high, 0.05, 0.006).move(wide * ((k + 0.5) / 6 - 0.5), high / 2, 0)
            for k in range(6)
        ]
        iron = finish("iron", (0.12, 0.12, 0.13), "bands")
        bands = [
            shapes.extrude(
                curves.mirrored(np.array([[0, -0.03], [wide * 0.46, -0.03], [wide * 0.46, 0.03], [0, 0.03]])),
                0.064,
                0.003,
            ).move(0, y * high, 0)
            for y in (0.16, 0.5, 0.84)
        ]
        nails = [
            facing(shapes.sphere(0.014, 12).scale(1, 0.5, 1)).move(x * wide, y * high, 0.034)
            for x in (-0.4, -0.24, -0.08, 0.08, 0.24, 0.4)
            for y in (0.16, 0.5, 0.84)
        ]
        ring = [
            shapes.torus(0.055, 0.014, 32, 8).rotate(x=90).move(wide * 0.36, high * 0.47, 0.045),
            facing(shapes.cylinder(0.03, 0.012, 0.003, 20)).move(wide * 0.36, high * 0.47 + 0.055, 0.028),
        ]
        made = [
            part("leaf", (hung(join(*pieces)), wood)),
            part("bands", (hung(join(*bands, *nails)), iron)),
            part("handle", (hung(join(*ring)), iron)),
        ]
        return Asset([part("frame", (jamb, trim)), *made])
    core = shapes.rounded_box(wide, high, 0.040, 0.004, 2).move(y=high / 2)
    rows = (
        ((0.09, 0.44), (0.52, 0.93))
        if brief.style == "modern" or brief.rng(2).random() < 0.4
        else ((0.08, 0.33), (0.38, 0.62), (0.67, 0.94))
    )
    for low, top in rows:
        for s in (1, -1):
            for z in (1, -1):
                x, y, w, h = s * wide * 0.235, high * (low + top) / 2, wide * 0.36, high * (top - low)
                pieces.append(frame_of(w, h, 0.030, 0.020, 0.007).move(x, y, z * 0.021))
                pieces.append(plate(w - 0.10, h - 0.10, 0.014, 0.002, 0.006).move(x, y, z * 0.021))
    rosette = facing(
        turned(
            cm("2.8 0, 2.8 .4, 2.2 .8, 1.1 1.0, 1.0 3.2, 2.4 4.2, 2.9 5.6, 2.2 7.0, 0 7.4"), 30, segments=28
        )
    ).move(wide * 0.42, high * 0.48, 0.018)
    keyhole = plate(0.032, 0.07, 0.006, 0.012).move(wide * 0.42, high * 0.48 - 0.085, 0.022)
    hinges = [
        shapes.cylinder(0.010, 0.10, 0.002, 14).move(-wide / 2 - 0.004, y * high, 0.022) for y in (0.12, 0.82)
    ]
    return Asset([
        part("frame", (jamb, trim)), part("leaf", (hung(join(core, *pieces)), wood)), part("handle", (hung(join(rosette, keyhole)), metal)), part("hinges", (join(*hinges), metal)),
    ])  # fmt: skip


def window(brief: Brief) -> Asset:
    """A window with bars and a sill; shutters at its sides and flowers below it when asked."""
    paint = asked(
        brief,
        "frame",
        "wood",
        pick(brief, ((0.93, 0.92, 0.89), WOODS[0], WOODS[2])),
        "frame",
        main=not brief.has("shutter"),
    )
    wide, high = 1.0 * brief.grown("width"), 1.25 * brief.grown("height")
    outer, y = frame_of(wide, high, 0.065, 0.10), high / 2 + 0.06
    sashes = [
        frame_of(wide / 2 - 0.062, high - 0.12, 0.045, 0.055).move(s * (wide / 4 - 0.030), 0, 0.008)
        for s in (1, -1)
    ]
    bars = [
        shapes.rounded_box(wide / 2 - 0.09, 0.022, 0.030, 0.005, 1).move(
            s * (wide / 4 - 0.030), h * high, 0.008
        )
        for s in (1, -1)
        for h in (-0.15, 0.15)
    ]
    bars += [
        shapes.rounded_box(0.020, high - 0.16, 0.028, 0.005, 1).move(s * (wide / 4 - 0.030), 0, 0.008)
        for s in (1, -1)
    ]
    pane = shapes.box(wide - 0.10, high - 0.10, 0.008)
    sill = shapes.rounded_box(wide + 0.16, 0.045, 0.22, 0.010, 2).move(0, 0.022 + 0.02, 0.05)
    lintel = shapes.rounded_box(wide + 0.10, 0.06, 0.14, 0.010, 2).move(0, y + high / 2 + 0.02, 0.01)
    handle = join(
        shapes.rounded_box(0.016, 0.06, 0.010, 0.004, 2),
        shapes.rounded_box(0.012, 0.09, 0.014, 0.005, 2).rotate(z=0).move(0, -0.03, 0.018),
    ).move(0.030, y, 0.045)
    parts = [
        part("frame", (join(outer, *sashes, *bars).move(y=y), paint)), part("glass", (pane.move(y=y), asked(brief, "glass", "glass", (0.62, 0.80, 0.90), "glass", "pane", alpha=0.55))),
        part("sill", (join(sill, lintel), unless_said(brief, paint, "sill"))), part("handle", (handle, finish("brass", name="handle"))),
    ]  # fmt: skip
    if brief.has("shutter"):
        stuff = asked(
            brief,
            "shutters",
            "wood",
            pick(brief, ((0.20, 0.42, 0.32), (0.20, 0.34, 0.52), (0.60, 0.20, 0.16)), 6),
            "shutter",
            main=True,
        )
        half = wide / 2 - 0.01
        for name, s in (("left", 1), ("right", -1)):
            ring = frame_of(half, high, 0.06, 0.036)
            slats = [
                board(half - 0.10, 0.055, 0.012, 0.003).rotate(x=-32).move(0, v, 0)
                for v in np.arange(-high / 2 + 0.10, high / 2 - 0.06, 0.062)
            ]
            mid = board(half - 0.10, 0.06, 0.034)
            leaf = (
                join(ring, mid, *slats)
                .move(x=s * half / 2)
                .rotate(y=-s * 14)
                .move(s * (wide / 2 + 0.006), y, 0.045)
            )
            parts.append(part(f"shutter_{name}", (leaf, stuff)))
    if brief.has("flower", "box", "planter"):
        trough = shapes.rounded_box(wide * 0.9, 0.14, 0.16, 0.012, 2).move(0, 0.02, 0.18)
        rng = brief.rng(4)
        balls = [
            shapes.sphere(float(r), 14).move(
                float(x) * wide * 0.42, 0.10 + float(h) * 0.07, 0.18 + float(d) * 0.06
            )
            for x, h, d, r in rng.uniform([-1, -0.2, -1, 0.035], [1, 1, 1, 0.055], (16, 4))
        ]
        parts += [
            part("flower_box", (trough, finish("wood", WOODS[2], "flower_box"))),
            part("leaves", (join(*balls[:8]), finish("grass", name="leaves"))),
            part(
                "flowers",
                (
                    join(*(b.scale(1.0) for b in balls[8:])),
                    asked(brief, "flowers", "plastic", (0.88, 0.18, 0.28), "flower"),
                ),
            ),
        ]
    return Asset(parts)


FAMILIES = (
    Family("door", ("door", "wooden door", "front door", "castle door", "barn door"), grounded(door, centre=True)),
    Family("window", ("window", "wooden window", "house window"), grounded(window)),
)  # fmt: skip
