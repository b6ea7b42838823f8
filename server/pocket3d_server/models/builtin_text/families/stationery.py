"""From a desk: scissors, pencil, pen and gift box."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import BRIGHT, bar, cm, cover, facing, pick, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def scissors(brief: Brief) -> Asset:
    """A pair of scissors, opened, standing on the points of the blades' handles."""
    steel = asked(brief, "blades", "chrome", None, "blade", main=False)
    grip = cover(brief, "handles", (*BRIGHT, (0.08, 0.08, 0.09)), "handle", "grip")
    k, open_by = brief.grown("length"), 17.0
    blade = cm("-.55 -1, .75 -1, .95 1, .75 4, .1 9.6, -.05 9.8, -.35 4")
    arm = cm("-.5 -.4, .6 -.4, .4 -2.4, -.9 -4.2, -1.9 -4.3, -.9 -2.5")
    made: list[tuple[Solid, Solid]] = []
    for s in (1, -1):
        metal = shapes.extrude(blade * [s, k], 0.0024, 0.0007)
        shank = shapes.extrude(arm * [s, 1], 0.0075, 0.0022)
        loop = curves.smooth_curve(
            cm("-1.1 -3.6, -.7 -5, -1.0 -7.2, -2.0 -7.9, -3.1 -7.1, -3.2 -5.2, -2.3 -3.7"), 44, closed=True
        ) * [s, 1]
        ring = shapes.sweep(
            np.column_stack([loop, np.zeros(44)]), 0.0042, curves.ellipse(1.0, 1.15, 12), closed=True
        )
        made.append(
            (metal.move(z=s * 0.0013).rotate(z=-s * open_by), join(shank, ring).rotate(z=-s * open_by))
        )
    screw = facing(shapes.cylinder(0.0045, 0.0095, 0.001, 20)).move(z=-0.0048)
    slot = shapes.box(0.007, 0.0012, 0.0102)
    lean = {"x": -10.0}
    return Asset([
        part("blades", *[(m.rotate(**lean), steel) for m, _ in made]), part("handles", *[(h.rotate(**lean), grip) for _, h in made]),
        part("screw", (screw.rotate(**lean), finish("brass", name="screw")), (slot.rotate(**lean), finish("iron", name="slot"))),
    ])  # fmt: skip


def pencil(brief: Brief) -> Asset:
    """A hexagonal pencil with its point up, a band and a rubber."""
    paint = cover(brief, "paint", ((0.96, 0.72, 0.10), *BRIGHT[:2], BRIGHT[3]), "pencil", kind="paint")
    long, r = 0.15 * brief.grown("length"), 0.0038 * brief.grown("girth")
    hexagon = curves.rounded(curves.polygon(6, r), 0.0006, 2)
    angle = np.arctan2(hexagon[:, 1], hexagon[:, 0])
    body = shapes.loft(np.stack([curves.in_plane(hexagon, 0.0), curves.in_plane(hexagon, long)]), crease=25)
    scallop = long + 0.0022 * np.cos(6 * angle)
    paint_edge = np.column_stack([hexagon[:, 0], scallop, -hexagon[:, 1]])
    sleeve = shapes.loft(
        np.stack(
            [
                curves.in_plane(hexagon * 1.0, long - 0.02),
                paint_edge,
                curves.in_plane(hexagon * 0.9, long - 0.004),
            ]
        ),
        crease=25,
    )
    cone = turned(
        [[r * 0.965, long - 0.003], [r * 0.965, long], [0.0011, long + 0.0145], [0, long + 0.0145]],
        segments=32,
    )
    lead = turned([[0.00115, long + 0.0143], [0.0003, long + 0.0195], [0, long + 0.0197]], segments=20)
    band = turned(
        np.array(
            [
                [r * 1.02, -0.012],
                [r * 1.08, -0.011],
                [r * 1.08, -0.008],
                [r * 0.98, -0.0075],
                [r * 1.08, -0.007],
                [r * 1.08, -0.004],
                [r * 0.98, -0.0035],
                [r * 1.08, -0.003],
                [r * 1.02, 0.001],
            ]
        ),
        segments=32,
    )
    eraser = turned([[r * 0.6, -0.022], [r * 0.95, -0.020], [r * 0.97, -0.011]], bevel=0.001, segments=28)
    return Asset([
        part("body", (join(body, sleeve), paint)), part("tip", (cone, finish("wood", (0.87, 0.70, 0.48), "cut_wood"))), part("lead", (lead, asked(brief, "lead", "plastic", (0.10, 0.10, 0.11), "lead", "tip"))),
        part("band", (band, asked(brief, "band", "aluminium", None, "band"))), part("eraser", (eraser, asked(brief, "eraser", "rubber", (0.90, 0.45, 0.48), "eraser", "rubber"))),
    ])  # fmt: skip


def pen(brief: Brief) -> Asset:
    """A fountain pen, nib up and cap off, or a ballpoint with its button."""
    body_stuff = cover(
        brief,
        "barrel",
        ((0.06, 0.07, 0.10), (0.40, 0.06, 0.10), (0.08, 0.18, 0.34), (0.10, 0.26, 0.20)),
        "barrel",
        "pen",
        roughness=0.15,
    )
    trim = asked(brief, "trim", "gold", None, "trim", "nib", "clip", "tip")
    if brief.has("ballpoint", "ball", "biro"):
        barrel = turned(cm("0.12 0, .42 1.8, .48 3, .48 11, .42 11.2"), bevel=0.001, segments=32)
        tip, button = (
            turned(cm(".03 -.4, .1 0, .12 .1"), segments=16),
            shapes.cylinder(0.0022, 0.010, 0.001, 16).move(y=0.111),
        )
        clip = bar([[0, 0.109, 0.0045], [0, 0.106, 0.0075], [0, 0.078, 0.0062]], 0.0011, 14)
        return Asset(
            [
                part("barrel", (barrel, body_stuff)),
                part("tip", (tip, trim)),
                part("button", (button, trim)),
                part("clip", (clip, trim)),
            ]
        )
    barrel = turned(cm("0.1 0, .42 .25, .56 1.2, .66 4.5, .66 6.4, .62 7.2"), 30, segments=36)
    ring = [
        turned(
            np.array([[0.0064, y], [0.0070, y + 0.0006], [0.0070, y + 0.0016], [0.0064, y + 0.0022]]),
            segments=36,
        )
        for y in (0.0715, 0.098)
    ]
    section = turned(cm(".6 7.2, .54 7.6, .44 8.8, .46 9.6, .52 9.9, .3 10.0"), 24, segments=32)
    feed = turned(cm(".32 9.9, .26 11.4, .05 12.6, 0 12.6"), segments=20).scale(0.9, 1, 0.55).move(z=-0.0010)
    half = curves.smooth_curve(cm("0.30 0, .40 .8, .36 1.4, .06 2.9, 0 3.0"), 24)
    nib = (
        shapes.extrude(curves.mirrored(half), 0.0008, 0.0003, holes=[curves.circle(0.0007, 12) + [0, 0.012]])
        .deform(lambda v: np.column_stack([v[:, 0], v[:, 1], v[:, 2] - 60 * v[:, 0] ** 2]))
        .move(0, 0.098, 0.0026)
    )
    slit = shapes.box(0.0002, 0.016, 0.0010).move(0, 0.1185, 0.0026)
    cap = turned(cm(".76 0, .78 .1, .74 3.4, .66 5.6, .4 6.2, .1 6.3"), bevel=0.001, segments=36)
    bands = turned(cm(".77 .1, .82 .16, .82 .52, .77 .6"), segments=36)
    clip = bar(
        [[0, 0.058, 0.006], [0, 0.057, 0.0105], [0, 0.025, 0.0095], [0, 0.022, 0.0090]],
        [0.0014, 0.0013, 0.0017],
        18,
    )
    beside = (0.030, 0.008, 0.012)
    return Asset([
        part("barrel", (barrel, body_stuff)), part("rings", (join(*ring), trim)), part("section", (section, body_stuff)), part("feed", (feed, finish("plastic", (0.05, 0.05, 0.055), "feed"))), part("nib", (nib, trim), (slit, finish("iron", name="slit"))),
        part("cap", *[(s.rotate(x=90).rotate(y=-60).move(*beside), m) for s, m in ((cap, body_stuff), (bands, trim), (clip, trim))]),
    ])  # fmt: skip


def gift(brief: Brief) -> Asset:
    """A wrapped gift box with its ribbon and bow."""
    paper = cover(brief, "paper", (*BRIGHT, (0.42, 0.24, 0.60)), "paper", "box", "wrapping", kind="paint")
    ribbon = asked(
        brief, "ribbon", "velvet", pick(brief, ((0.96, 0.80, 0.25), (0.95, 0.95, 0.93)), 6), "ribbon", "bow"
    )
    wide, high = 0.26 * brief.grown("width"), 0.20 * brief.grown("height")
    box = shapes.rounded_box(wide, high, wide, 0.004, 2).move(y=high / 2)
    lid = shapes.rounded_box(wide + 0.012, 0.055, wide + 0.012, 0.004, 2).move(y=high)
    top, w = high + 0.0275, 0.036
    bands = [
        join(
            shapes.rounded_box(wide + 0.0035, high + 0.001, w, 0.0015, 1).move(y=high / 2 + 0.001),
            shapes.rounded_box(wide + 0.016, 0.059, w, 0.002, 1).move(y=high),
        ).rotate(y=90 * k)
        for k in range(2)
    ]
    loops = []
    strap = curves.rectangle(w * 0.9, 0.0022, 0.0009, 2)
    for k in range(6):
        line = curves.smooth_curve(cm("0 0.4 0, 4.5 3 0, 8.2 5 0, 7 7 0, 3 4.8 0, 0 0.8 0"), 26)
        loops.append(
            shapes.sweep(line, np.interp(np.linspace(0, 1, 26), [0, 0.5, 1], [0.45, 1, 0.45]), strap[:, ::-1])
            .rotate(z=26 if k % 2 else -4)
            .rotate(y=60 * k + 15)
            .move(y=top)
        )
    tails = [
        shapes.sweep(
            curves.smooth_curve(cm("0 0.6 0, 7 1.2 1, 11.5 0.4 2, 15.5 -2 2.5, 16.5 -7 2"), 24),
            1.0,
            strap[:, ::-1],
        )
        .rotate(y=a)
        .move(y=top)
        for a in (35, 205)
    ]
    knot = shapes.superellipsoid(0.042, 0.034, 0.042, 2.4, 2.4, 20).move(y=top + 0.016)
    spots = []
    if brief.rng().random() < 0.5 or brief.has("dots", "dotted", "polka"):
        dot = facing(shapes.cylinder(0.011, 0.0016, segments=18))
        for k in range(4):
            spots += [
                dot.move(x, y, wide / 2 - 0.0002).rotate(y=90 * k)
                for x in (-0.085, 0.055, 0.10, -0.048)
                for y in (0.035, 0.095, 0.15)
                if abs(x) < wide / 2 - 0.02 and y < high - 0.04
            ]
    parts = [
        part("box", (box, paper)),
        part("lid", (lid, paper)),
        part("ribbon", (join(*bands), ribbon)),
        part("bow", (join(*loops, *tails, knot), ribbon)),
    ]
    return Asset(
        [*parts, part("dots", (join(*spots), finish("paint", (0.97, 0.96, 0.92), "dots")))]
        if spots
        else parts
    )


FAMILIES = (
    Family("scissors", ("scissors", "pair of scissors", "shears"), grounded(scissors, centre=True)),
    Family("pencil", ("pencil", "coloured pencil", "crayon"), grounded(pencil, centre=True)),
    Family("pen", ("pen", "fountain pen", "ballpoint pen", "ink pen"), grounded(pen, centre=True)),
    Family("gift", ("gift", "gift box", "present", "christmas present", "birthday present", "wrapped gift"), gift),
)  # fmt: skip
