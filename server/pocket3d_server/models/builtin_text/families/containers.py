"""What goods are kept in: barrel, bucket, crate and treasure chest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.hoard import heap_of_gold
from pocket3d_server.models.builtin_text.joinery import arched_lid, board
from pocket3d_server.models.builtin_text.making import both, copies
from pocket3d_server.models.builtin_text.pottery import hollow
from pocket3d_server.models.language.brief import Brief


def barrel(brief: Brief) -> Asset:
    """A barrel of bulging staves with iron hoops."""
    wood, iron = (
        asked(brief, "staves", "wood", (0.48, 0.31, 0.17), "stave", main=True),
        asked(brief, "hoops", "iron", None, "hoop", "band", "ring"),
    )
    h, r = 0.95 * brief.grown("height"), 0.31 * brief.grown("width", "girth")
    bulge = lambda y: r * (1 + 0.20 * np.sin(np.pi * np.clip(y / h, 0, 1)))  # noqa: E731
    count = brief.count("stave", 20, 8, 40)
    staves = []
    for k in range(count):
        y = np.linspace(0, h, 12)
        half = np.pi / count * 0.975
        t = np.linspace(-half, half, 4)
        rings = []
        for yy in y:
            out = bulge(yy) + np.array([-0.004, 0.0, 0.0, -0.004])
            ring = np.concatenate(
                [
                    np.column_stack([out * np.sin(t), np.full(4, yy), out * np.cos(t)]),
                    np.column_stack(
                        [
                            (bulge(yy) - 0.028) * np.sin(t[::-1]),
                            np.full(4, yy),
                            (bulge(yy) - 0.028) * np.cos(t[::-1]),
                        ]
                    ),
                ]
            )
            rings.append(ring)
        staves.append(shapes.loft(np.stack(rings), crease=30).rotate(y=360 * k / count))
    heads = [shapes.cylinder(bulge(y) - 0.018, 0.022, 0.003, 40).move(y=y) for y in (0.035, h - 0.057)]
    planks = [board(0.07, 0.012, 2 * (r * 1.0) - 0.09, 0.003).move(x, h - 0.036, 0) for x in (-0.01,)]
    hoops = []
    for level in (0.05, 0.24, 0.76, 0.95):
        a, b = level * h - 0.022, level * h + 0.022
        band = [[bulge(a) - 0.003, a], [bulge(a) + 0.006, a], [bulge(b) + 0.006, b], [bulge(b) - 0.003, b]]
        hoops.append(shapes.revolve(np.array(band), 60, crease=40, closed=True))
    parts = [
        part("staves", (join(*staves), wood)),
        part("heads", (join(*heads, *planks), wood)),
        part("hoops", (join(*hoops), iron)),
    ]
    tap = shapes.cylinder(0.024, 0.05, 0.006, 20).rotate(x=90).move(0, h * 0.5, bulge(h / 2) - 0.01)
    return Asset([*parts, part("bung", (tap, finish("cork")))])


def bucket(brief: Brief) -> Asset:
    """A pail with a bail handle."""
    stuff = asked(
        brief,
        "bucket",
        "wood" if brief.style in ("medieval", "rustic") else "steel",
        None,
        "bucket",
        main=True,
    )
    h = 0.30 * brief.grown("height")
    outer = np.array([[0.105, 0], [0.110, 0.004], [0.150, h - 0.01], [0.158, h - 0.008], [0.158, h]])
    rings = [shapes.torus(0.105 + 0.046 * y, 0.010, 48, 8).move(y=y * h) for y in (0.12, 0.62)]
    arc = np.column_stack(
        [
            0.162 * np.cos(np.linspace(0, np.pi, 24)),
            h - 0.02 + 0.16 * np.sin(np.linspace(0, np.pi, 24)),
            np.zeros(24),
        ]
    )
    ears = [
        shapes.cylinder(0.016, 0.012, 0.003, 16).rotate(z=-90 * s).move(s * 0.153, h - 0.025, 0)
        for s in (1, -1)
    ]
    grip = shapes.cylinder(0.013, 0.11, 0.004, 18).rotate(z=90).move(0.055, h + 0.14, 0)
    return Asset(
        [
            part("bucket", (hollow(outer, 0.003, 0.004, 56), stuff)),
            part("rings", (join(*rings, *ears), finish("iron"))),
            part("bail", (shapes.sweep(arc, 0.004, 10), finish("iron", name="bail"))),
            part("grip", (grip, finish("wood", name="grip"))),
        ]
    )


def crate(brief: Brief) -> Asset:
    """A packing crate of planks, edged and braced."""
    wood = asked(brief, "planks", "wood", (0.60, 0.44, 0.26), "plank", "board", main=True)
    metal = brief.materials[:1] in (("metal",), ("steel",), ("iron",))
    s = np.array([0.8 * brief.grown("length", "width"), 0.8 * brief.grown("height"), 0.8])
    core = shapes.box(*(s - 0.07)).move(y=s[1] / 2)
    planks, frame = [], []
    n = 5
    for k in range(n):
        y = 0.035 + (s[1] - 0.07) * (k + 0.5) / n
        high = (s[1] - 0.07) / n - 0.008
        planks += [board(s[0] - 0.02, high, 0.026, 0.006).move(0, y, q * (s[2] / 2 - 0.028)) for q in (1, -1)]
        planks += [board(0.026, high, s[2] - 0.02, 0.006).move(q * (s[0] / 2 - 0.028), y, 0) for q in (1, -1)]
        x = -s[0] / 2 + 0.02 + (s[0] - 0.04) * (k + 0.5) / n
        planks += [
            board((s[0] - 0.04) / n - 0.008, 0.026, s[2] - 0.04, 0.006).move(x, q, 0)
            for q in (0.028, s[1] - 0.028)
        ]
    w = 0.095
    for q in (1, -1):
        z = q * (s[2] / 2 - 0.012)
        frame += [board(s[0], w, 0.034).move(0, y, z) for y in (w / 2, s[1] - w / 2)]
        frame += [board(w, s[1] - 2 * w, 0.034).move(p * (s[0] / 2 - w / 2), s[1] / 2, z) for p in (1, -1)]
        slant = float(np.degrees(np.arctan2(s[1] - 2 * w, s[0] - 2 * w)))
        brace = shapes.intersection(
            board(1.4 * float(np.hypot(*(s[:2] - 2 * w))), w * 0.9, 0.026).rotate(z=slant),
            shapes.box(s[0] - 2 * w + 0.01, s[1] - 2 * w + 0.01, 1),
        )
        frame.append(brace.move(0, s[1] / 2, z - q * 0.004))
        x = q * (s[0] / 2 - 0.012)
        frame += [board(0.034, w, s[2] - 0.05).move(x, y, 0) for y in (w / 2, s[1] - w / 2)]
        frame += [
            board(0.034, s[1] - 2 * w, w).move(x, s[1] / 2, p * (s[2] / 2 - w / 2 - 0.02)) for p in (1, -1)
        ]
    nails = [
        shapes.sphere(0.010, 10).scale(1, 1, 0.5).move(x * (s[0] / 2 - w / 2), y, q * (s[2] / 2 + 0.006))
        for x in (1, -1)
        for y in (w / 2, s[1] - w / 2)
        for q in (1, -1)
    ]
    edge = wood if metal else asked(brief, "frame", "wood", (0.50, 0.35, 0.20), "frame", "edge")
    if brief.colours and not any(c.noun for c in brief.colours):
        edge = wood
    return Asset(
        [
            part("core", (core, finish("wood", (0.22, 0.15, 0.09), "inside"))),
            part("planks", (join(*planks), wood)),
            part("frame", (join(*frame), edge)),
            part("nails", (join(*nails), finish("iron"))),
        ]
    )


def chest(brief: Brief) -> Asset:
    """A treasure chest with a rounded lid; open and full of gold when the prompt hints at treasure."""
    if brief.has("full", "filled", "coin"):  # the gold is what lies in it
        brief = replace(brief, materials=tuple(m for m in brief.materials if m != "gold"))
    wood = asked(brief, "wood", "wood", (0.42, 0.25, 0.13), "wood", main=True)
    metal = "brass" if brief.style == "luxury" else "iron"
    iron = asked(brief, "fittings", metal, None, "band", "fitting", "lock")
    full = brief.has("treasure", "gold", "coin", "open", "full", "pirate")
    x, y, z = 0.9 * brief.grown("width", "length"), 0.42 * brief.grown("height"), 0.55
    t, across = 0.035, (-0.36 * x, 0.36 * x)
    walls = [both(board(x, y, t).move(0, y / 2, z / 2 - t / 2), "z"), board(x, t, z).move(y=t / 2)]
    walls.append(both(board(t, y, z - 2 * t).move(x / 2 - t / 2, y / 2, 0)))
    groove = both(board(x + 0.004, 0.10, 0.012, 0.004).move(z=z / 2 + 0.002), "z")
    grooves = copies(groove, [[0, 0.07 + 0.125 * k, 0] for k in range(3)])
    lid, straps = arched_lid(x, z, t, (across[0], 0.0, across[1]))
    bands = copies(
        board(0.06, y + 0.01, 0.016, 0.004),
        [[u, y / 2, q * (z / 2 + 0.006)] for u in across for q in (1, -1)],
    )
    foot = np.array([x / 2 - 0.025, y / 2, z / 2 - 0.025])
    corners = copies(board(0.07, y * 0.98, 0.07, 0.01), [foot * [a, 1, b] for a in (1, -1) for b in (1, -1)])
    studs = copies(
        shapes.sphere(0.014, 12), [[u, v * y, z / 2 + 0.012] for u in across for v in (0.15, 0.5, 0.85)]
    )
    plate_ = shapes.rounded_box(0.12, 0.14, 0.03, 0.012, 2).move(0, y - 0.05, z / 2 + 0.016)
    keyhole = shapes.cylinder(0.014, 0.02, segments=14).rotate(x=90).move(0, y - 0.04, z / 2 + 0.022)
    rings = both(shapes.torus(0.055, 0.014, 24, 8).rotate(z=90).move(x / 2 + 0.012, y * 0.6, 0))
    swing = -62.0 if full else 0.0
    lid, straps = (s.move(z=z / 2).rotate(x=swing).move(y=y, z=-z / 2) for s in (lid, straps))
    parts = [
        part("box", (join(*walls, grooves), wood)), part("lid", (lid, wood)), part("lid_straps", (straps, iron)),
        part("fittings", (join(bands, corners, studs, plate_, keyhole, rings), iron)),
    ]  # fmt: skip
    return Asset([*parts, *heap_of_gold(x / 2 - t, z / 2 - t, y, brief.rng())] if full else parts)


FAMILIES = (
    Family("barrel", ("barrel", "keg", "cask", "wine barrel", "wooden barrel"), barrel),
    Family("bucket", ("bucket", "pail"), bucket),
    Family("crate", ("crate", "wooden crate", "box", "wooden box", "packing crate", "cargo box"), crate),
    Family("chest", ("chest", "treasure chest", "treasure box", "pirate chest", "trunk", "coffer"), chest),
)  # fmt: skip
