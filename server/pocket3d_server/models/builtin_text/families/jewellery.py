"""What one wears on hand and wrist: ring and watch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import BLACK, around, bar, black
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def watch(brief: Brief) -> Asset:
    """A wristwatch with its strap closed, the dial up and to the front; a smart one with a square screen."""
    smart = brief.has("smart", "smartwatch", "digital", "apple")
    metal = asked(
        brief,
        "case",
        "gold" if brief.style == "luxury" else "chrome",
        None,
        "case",
        "body",
        main=bool(brief.materials),
    )
    strap_stuff = asked(
        brief, "strap", "leather", None, "strap", "band", "bracelet", main=not brief.materials
    )
    dial_stuff = asked(
        brief,
        "dial",
        "paint",
        (0.95, 0.95, 0.93) if brief.rng().random() < 0.5 else (0.06, 0.10, 0.20),
        "dial",
        "face",
    )
    r, top = 0.020, 0.062
    t = np.radians(np.linspace(-62, 242, 60))
    loop = np.column_stack([np.zeros(60), 0.031 + 0.031 * np.sin(t + np.pi), 0.027 * np.cos(t + np.pi)])
    widths = np.interp(np.linspace(0, 1, 60), [0, 0.15, 0.5, 0.85, 1], [1.0, 0.92, 0.8, 0.92, 1.0])
    flat = curves.rectangle(0.0032, 0.021, 0.0012)
    strap = shapes.sweep(loop, widths, flat[:, ::-1])
    frame = curves.in_plane(curves.rectangle(0.024, 0.016, 0.003), -0.0015)
    buckle = shapes.sweep(frame, 0.0016, 8, closed=True)
    shape = curves.rectangle(2 * r * 0.92, 2 * r * 1.08, 0.010, 6) if smart else curves.circle(r, 56)
    case = shapes.extrude(shape, 0.010, 0.002).rotate(x=-90)
    lugs = [
        shapes.rounded_box(0.0034, 0.0042, 0.010, 0.0014, 2)
        .rotate(x=24 * z)
        .move(x, -0.002, z * (r + 0.0005))
        for x in (0.0115, -0.0115)
        for z in (1, -1)
    ]
    crown = shapes.cylinder(0.0032, 0.006, 0.0008, 20).rotate(z=-90).move(r - 0.001, 0, 0)

    def posed(solid: Solid) -> Solid:
        """Leaning back about the middle of the strap."""
        return solid.move(y=-0.031).rotate(x=38).move(y=0.031)

    def up(solid: Solid) -> Solid:
        """From about the origin to the top of the strap."""
        return posed(solid.move(y=top))

    high = 0.005
    if smart:
        screen = shapes.extrude(shape * 0.9, 0.001, 0.0003).rotate(x=-90).move(y=high)
        rings = [shapes.torus(q, 0.0022, 36, 8).move(y=high + 0.0006) for q in (0.0125, 0.0095, 0.0065)]
        lights = [
            glow("move", (0.95, 0.15, 0.35)),
            glow("exercise", (0.55, 0.95, 0.20)),
            glow("stand", (0.20, 0.80, 0.95)),
        ]
        face = [
            part("screen", (up(screen), black("screen"))),
            part("rings", *[(up(s), m) for s, m in zip(rings, lights)]),
        ]
    else:
        bezel = shapes.revolve(
            np.array(
                [
                    [r * 0.86, high - 0.001],
                    [r * 0.99, high - 0.001],
                    [r * 0.99, high + 0.001],
                    [r * 0.92, high + 0.0022],
                    [r * 0.86, high + 0.0016],
                ]
            ),
            56,
            closed=True,
        )
        dial = shapes.cylinder(r * 0.88, 0.0008, segments=48).move(y=high - 0.0006)
        ticks = around(shapes.box(0.0010, 0.0006, 0.0034).move(0, high + 0.0004, r * 0.72), 12)
        hands = [
            shapes.box(w, 0.0005, n).move(0, 0, -n / 2 + 0.0015).rotate(y=a).move(y=high + h)
            for w, n, a, h in (
                (0.0016, 0.0095, 58, 0.0006),
                (0.0012, 0.0140, -58, 0.0011),
                (0.0004, 0.0150, 170, 0.0015),
            )
        ]
        hub = shapes.cylinder(0.0011, 0.0022, 0.0004, 14).move(y=high)
        dark = sum(dial_stuff.base_color[:3]) < 1.0
        mark = finish("chrome", name="marks") if dark else finish("plastic", BLACK, "marks")
        face = [
            part("bezel", (up(bezel), metal)),
            part("dial", (up(dial), dial_stuff)),
            part("hands", (up(join(ticks, *hands, hub)), mark)),
        ]
    return Asset([
        part("case", (up(join(case, *lugs, crown)), metal)), *face,
        part("strap", (posed(strap), strap_stuff)), part("buckle", (posed(buckle), metal)),
    ])  # fmt: skip


def ring(brief: Brief) -> Asset:
    """A finger ring standing upright, with a cut stone unless it is plain."""
    kinds = {
        "ruby": (0.80, 0.03, 0.12),
        "emerald": (0.05, 0.55, 0.28),
        "sapphire": (0.06, 0.16, 0.70),
        "amethyst": (0.50, 0.18, 0.75),
        "topaz": (0.95, 0.62, 0.10),
    }
    rest = replace(
        brief,
        colours=tuple(c for c in brief.colours if c.name not in kinds),
        materials=tuple(m for m in brief.materials if m != "diamond"),
    )
    metal = asked(rest, "band", "gold", None, "band", "ring", main=True)
    r = 0.0095
    band = (
        shapes.revolve(
            np.array(
                [[r, -0.0013], [r + 0.0012, -0.0016], [r + 0.0018, 0], [r + 0.0012, 0.0016], [r, 0.0013]]
            ),
            72,
            crease=60,
            closed=True,
        )
        .rotate(x=90)
        .move(y=r + 0.0018)
    )
    if brief.has("wedding", "plain", "simple") and not brief.has("diamond", "gem", "stone"):
        wide = (
            shapes.revolve(
                np.array(
                    [[r, -0.0025], [r + 0.0014, -0.0028], [r + 0.0018, 0], [r + 0.0014, 0.0028], [r, 0.0025]]
                ),
                72,
                crease=60,
                closed=True,
            )
            .rotate(x=90)
            .move(y=r + 0.0018)
        )
        return Asset([part("band", (wide, metal))])
    named = next((rgb for word, rgb in kinds.items() if brief.has(word)), None)
    jewel = (
        finish("diamond", named, "stone", alpha=0.92)
        if named
        else asked(brief, "stone", "diamond", None, "stone", "gem", "diamond", "jewel", alpha=0.8)
    )
    size, top = 0.0046 * brief.grown("stone", "diamond"), 2 * r + 0.0030
    stone = brilliant(size).move(y=top + 0.9 * size)
    prongs = around(
        bar(
            [
                [0, top - 0.0008, size * 0.35],
                [0, top + 0.5 * size, size * 0.85],
                [0, top + 1.05 * size, size * 0.93],
            ],
            [0.00055, 0.00045],
            8,
            6,
        ),
        6,
        15,
    )
    collar = [
        shapes.torus(q, 0.0008, 32, 8).move(y=top + h)
        for q, h in ((size * 0.45, 0.0002), (size * 0.72, 0.38 * size))
    ]
    little = [
        brilliant(0.0011)
        .rotate(z=-a)
        .move((r + 0.0020) * np.sin(np.radians(a)), r + 0.0018 + (r + 0.0020) * np.cos(np.radians(a)), 0)
        for a in (-46, -36, -26, 26, 36, 46)
    ]
    return Asset(
        [
            part("band", (band, metal)),
            part("setting", (join(prongs, *collar), metal)),
            part("stone", (stone, jewel)),
            part("side_stones", (join(*little), finish("diamond", name="side_stones", alpha=0.9))),
        ]
    )


def brilliant(radius: float) -> Solid:
    """A round-cut gem about the origin, its table up: eight-sided crown over a pavilion, all facets flat."""

    def ring_at(r: float, y: float, turn: float) -> Points:
        a = 2 * np.pi * (np.arange(16) + turn) / 16
        return radius * np.column_stack([r * np.sin(a), np.full(16, y), r * np.cos(a)])

    rings = [
        ring_at(0.0, -0.82, 0),
        ring_at(0.55, -0.38, 0.5),
        ring_at(1.0, 0.0, 0),
        ring_at(1.0, 0.05, 0),
        ring_at(0.78, 0.24, 0.5),
        ring_at(0.55, 0.34, 0),
    ]
    return shapes.loft(np.stack(rings), crease=5)


FAMILIES = (
    Family("watch", ("wristwatch", "watch", "smartwatch", "smart watch", "wrist watch"), grounded(watch, centre=True)),
    Family("ring", ("ring", "diamond ring", "wedding ring", "engagement ring", "finger ring"), grounded(ring)),
)  # fmt: skip
