"""From adventures: telescope, treasure map, coin, and an open book."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.bookbinding import arched_pages, written_line
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import (
    around,
    bar,
    black,
    both,
    cm,
    cover,
    facing,
    pick,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

LEAN = -58.0
"""Degrees that a sheet leans back."""
THICK = 0.0014
"""Thickness of parchment in metres."""
SHEET = 0.25
"""How high a sheet is, in metres."""


def telescope(brief: Brief) -> Asset:
    """A telescope on its tripod; a spyglass lies on its own."""
    return spyglass(brief) if brief.has("spyglass", "pirate") else tripod_telescope(brief)


def collar_at(r: float, y: float, rise: float, out: float) -> Solid:
    """A ring of trim around a tube of radius ``r``, ``rise`` high, standing out by ``out`` metres."""
    return turned([[r, y], [r + out, y + rise / 5], [r + out, y + rise * 0.8], [r, y + rise]], segments=36)


def spyglass(brief: Brief) -> Asset:
    """Three drawn tubes with brass rims, lying."""
    brass = asked(brief, "trim", "brass", None, "trim", "ring", "lens")
    hide = asked(brief, "tube", "leather", (0.36, 0.20, 0.11), "tube", main=True)
    tubes = [
        turned([[r, y], [r, y + 0.13]], segments=36) for r, y in ((0.031, 0.0), (0.026, 0.125), (0.021, 0.25))
    ]
    ends = ((0.031, -0.002), (0.031, 0.115), (0.026, 0.242), (0.021, 0.368))
    rims = join(*(collar_at(r + 0.001, y, 0.015, 0.003) for r, y in ends))
    glass, tilt = shapes.sphere(0.029, 24).scale(1, 0.25, 1), {"z": 78.0}
    return Asset([
        part("tubes", (tubes[0].rotate(**tilt), hide), (join(*tubes[1:]).rotate(**tilt), brass)), part("rims", (rims.rotate(**tilt), brass)),
        part("lens", (glass.rotate(**tilt), finish("glass", (0.16, 0.22, 0.34), "lens", alpha=1.0))),
    ])  # fmt: skip


def tripod_telescope(brief: Brief) -> Asset:
    """A telescope on its tripod, looking up along +x."""
    tints = ((0.93, 0.93, 0.92), (0.14, 0.22, 0.40), (0.42, 0.20, 0.10))
    paint = cover(brief, "tube", tints, "tube", "telescope", kind="paint", roughness=0.25)
    brass = asked(brief, "trim", "brass", None, "trim", "ring", "lens")
    wood = asked(brief, "tripod", "wood", WOODS[0], "tripod", "leg", "stand")
    tube = turned(cm("5.0 -38, 5.0 30, 5.6 31, 6.4 33, 6.4 58, 5.9 58.5, 5.6 57, 0 56"), segments=40)
    spots = ((0.0500, -0.37), (0.0500, -0.05), (0.0500, 0.09), (0.0640, 0.56))
    rings = join(*(collar_at(r, y, 0.020, 0.005) for r, y in spots))
    rows = cm("0 -60, 2.2 -60, 2.8 -59, 2.8 -55, 2.0 -54, 2.0 -46, 3.2 -45, 3.2 -37, 4.8 -36")
    draw = turned(rows, bevel=0.001, segments=32)
    knobs = shapes.cylinder(0.014, 0.10, 0.003, 20).rotate(x=90).move(0, -0.42, -0.05)
    finder = [turned(cm("1.3 -14, 1.3 8, 1.7 9, 1.7 13, 0 12.6"), segments=24).move(-0.085, 0.05, 0)]
    finder += [bar([[-0.085, y, 0], [-0.04, y, 0]], 0.005, section=8) for y in (0.0, 0.09)]
    lens = shapes.sphere(0.055, 28).scale(1, 0.2, 1).move(y=0.565)

    def aimed(s: Solid) -> Solid:
        return s.rotate(z=-56).move(y=1.10)

    square = curves.rectangle(2, 1.4, 0.4)
    legs = around(bar(cm("0 100 3, 0 50 24, 0 1.2 45"), [0.022, 0.018, 0.013], 8, square), 3, 90)
    braces = around(bar(cm("0 52 0, 0 46 25.5"), 0.006, section=8), 3, 90)
    head = join(
        turned(cm("5 96, 5.2 99, 3 101, 2.4 104, 3.4 107, 0 108"), bevel=0.003, segments=28),
        shapes.rounded_box(0.05, 0.07, 0.09, 0.010, 2).move(0, 1.075, 0),
        shapes.cylinder(0.02, 0.02, 0.004, 20).move(y=0.51),
    )
    return Asset([
        part("tube", (aimed(tube), paint)), part("rings", (aimed(rings), brass)), part("eyepiece", (aimed(join(draw, knobs)), black("eyepiece"))), part("finder", (aimed(join(*finder)), brass)),
        part("lens", (aimed(lens), finish("glass", (0.12, 0.18, 0.34), "lens", alpha=1.0))), part("tripod", (legs, wood)), part("braces", (braces, brass)), part("head", (head, brass)),
    ])  # fmt: skip


def treasure_map(brief: Brief) -> Asset:
    """An old map between two rolls, with land, a dashed way and a red cross; a scroll of writing otherwise."""
    letter = brief.has("scroll", "parchment", "letter") and not brief.has("map")
    return scroll(brief) if letter else island_map(brief)


def inks(brief: Brief) -> tuple[Finish, Finish]:
    """What is drawn and written with: the brown of old ink, and a red."""
    brown = asked(brief, "ink", "paper", (0.34, 0.20, 0.10), "ink", "writing")
    return brown, finish("paint", (0.74, 0.08, 0.08), "cross")


def arched(x: Points, wide: float) -> Points:
    """How far an arched sheet ``wide`` metres across stands out at ``x``."""
    return 0.020 * (1 - (2 * x / wide) ** 2)


def parchment(brief: Brief, wide: float, rng: np.random.Generator) -> Part:
    """A sheet arched between two rolls, its long edges worn."""
    tints = ((0.87, 0.74, 0.50), (0.82, 0.67, 0.42))
    paper = cover(brief, "paper", tints, "paper", "map", "scroll", kind="paper")
    x = np.linspace(-1, 1, 41) * wide / 2
    wave, out = rng.uniform(-0.006, 0.006, (2, 41)), arched(x, wide)
    low, top = (np.column_stack([x, s * SHEET / 2 + w, out]) for s, w in zip((-1, 1), wave))
    sheet = shapes.loft(np.stack([low, top, top + [0, 0, THICK], low + [0, 0, THICK]], axis=1), crease=60)
    u = np.linspace(0, 4.6 * np.pi, 70)
    spiral = (0.020 - 0.0040 * u / (2 * np.pi))[:, None] * np.column_stack([np.sin(u), -np.cos(u)])
    band = np.concatenate([spiral, (spiral * 0.92)[::-1]])
    rolls = [
        shapes.extrude(band * [s, 1], SHEET * 1.01).rotate(x=90).move(s * (wide / 2 + 0.004), 0, 0.018)
        for s in (1, -1)
    ]
    return part("paper", (sheet.rotate(x=LEAN), paper), (join(*rolls).rotate(x=LEAN), paper))


def scroll(brief: Brief) -> Asset:
    """A sheet with lines of writing and a seal."""
    (ink, red), rng, wide = inks(brief), brief.rng(), 0.36 * brief.grown("width", "length")
    sheet, lines = parchment(brief, wide, rng), []
    for y, b in zip(np.linspace(0.085, -0.06, 8), rng.uniform(0.22, 0.38, 8)):
        x = wide * np.linspace(-0.37, float(b), 25)
        path = np.column_stack([x, np.full(25, y), arched(x, wide) + THICK])
        lines.append(shapes.sweep(path, 1.0, curves.rectangle(0.0044, 0.0014)))
    seal = facing(turned(cm("1.8 0, 2.0 .2, 1.9 .5, 1.2 .55, 1.1 .4, 0 .4"), bevel=0.001, segments=24))
    return Asset([
        sheet, part("writing", (join(*lines).rotate(x=LEAN), ink)),
        part("seal", (seal.move(0.10, -0.092, 0.018).rotate(x=LEAN), red)),
    ])  # fmt: skip


def island_map(brief: Brief) -> Asset:
    """An island with hills, a dashed way to a red cross, and a compass rose."""
    (ink, red), rng, wide = inks(brief), brief.rng(), 0.36 * brief.grown("width", "length")

    def on(flat: Points, above: float = 0.0011) -> Solid:
        piece = shapes.extrude(curves.counter_clockwise(flat), 0.0010)
        out = THICK + above - 0.0005
        return piece.deform(
            lambda v: np.column_stack([v[:, 0], v[:, 1], v[:, 2] + arched(v[:, 0], wide) + out])
        )

    sheet, a = parchment(brief, wide, rng), 2 * np.pi * np.arange(60) / 60
    coast = 1 + 0.16 * np.sin(2 * a + 1) + 0.12 * np.sin(3 * a + 2) + 0.06 * np.sin(7 * a)
    island = np.column_stack([0.115 * coast * np.cos(a), 0.082 * coast * np.sin(a)])
    way = curves.smooth_curve(cm("-7.5 -5.5, -6 1, -1 2, .5 -3, 5.5 -2, 7 3"), 45)
    dashes = []
    for p, q in zip(way[0:40:4], way[2:42:4]):
        n = np.array([-(q - p)[1], (q - p)[0]]) / np.linalg.norm(q - p) * 0.0022
        dashes.append(on(np.stack([p - n, q - n, q + n, p + n]), 0.0030))
    stroke = curves.rectangle(0.034, 0.0068)
    turn = 0.71 * np.array([[1, 1], [-1, 1]])
    cross = [on(stroke @ m + [0.072, 0.042], 0.0034) for m in (turn, turn.T)]
    hills = [on(cm("-1.4 0, 1.4 0, 0 2.1") + at, 0.0030) for at in cm("-3.5 3.8, -1.7 3.4, 2 -6.5")]
    corner = [-wide * 0.36, -SHEET * 0.30]
    rose = [on(curves.star(4, 0.026, 0.007) + corner), on(curves.circle(0.016, 24) + corner, 0.0008)]
    land = asked(brief, "land", "paper", (0.70, 0.60, 0.30), "land", "island")
    return Asset([
        sheet, part("island", (on(island).rotate(x=LEAN), land)),
        part("drawing", (join(*dashes, *hills, *rose).rotate(x=LEAN), ink)), part("cross", (join(*cross).rotate(x=LEAN), red)),
    ])  # fmt: skip


def coin(brief: Brief) -> Asset:
    """A coin standing on its edge with a raised rim and a crown or star; a pile of them when asked."""
    metal = asked(brief, "coin", "gold", None, "coin", main=True)
    r, t = 0.016, 0.0026
    half = np.array([[r, t / 2 - 0.0002], [r * 0.985, t / 2], [r * 0.90, t / 2], [r * 0.885, t / 2 - 0.0006]])
    disc = turned(np.concatenate([half[::-1] * [1, -1], half]), segments=56)
    crown = cm("-0.6 -0.4, 0.6 -0.4, 0.72 0.5, 0.34 0.12, 0 0.66, -0.34 0.12, -0.72 0.5")
    sign = (
        crown
        if brief.has("king", "royal", "crown") or brief.rng().random() < 0.5
        else curves.star(5, 0.0080, 0.0034)
    )
    face = shapes.extrude(sign, t + 0.0004, 0.0002)
    ridges = around(shapes.box(0.0006, t * 0.92, 0.0005).move(0, 0, r), 60)
    beads = around(shapes.sphere(0.0005, 6).move(0, t / 2 - 0.0004, r * 0.80), 36)
    one = join(facing(join(disc, ridges, beads)), face)
    if not brief.has("pile", "stack", "coins", "heap", "many") and "coins" not in brief.prompt.lower():
        return Asset([part("coin", (one.rotate(x=-6).move(y=r), metal))])
    rng, parts = brief.rng(3), []
    flat = one.rotate(x=-90)
    places: list[tuple[float, float, float]] = []
    for ring, n, high in ((0.0, 1, 7), (0.036, 6, 4), (0.066, 10, 2)):
        for k in range(n):
            a = 2 * np.pi * (k + float(rng.uniform(-0.2, 0.2))) / n
            places += [
                (
                    ring * np.sin(a) + float(rng.uniform(-0.002, 0.002)),
                    t * (0.5 + h) * 1.03,
                    ring * np.cos(a) + float(rng.uniform(-0.002, 0.002)),
                )
                for h in range(max(1, high + int(rng.integers(-1, 2))))
            ]
    plain = turned(np.concatenate([half[1::-1] * [1, -1], half[:2]]), segments=28)
    tops = {}
    for spot in places:
        tops[(round(spot[0], 2), round(spot[2], 2))] = spot
    pile = [plain.move(*spot) for spot in places] + [
        flat.rotate(y=float(rng.uniform(0, 360))).move(*spot) for spot in tops.values()
    ]
    parts.append(part("coins", (join(*pile), metal)))
    return Asset(
        [*parts, part("leaning_coin", (one.rotate(x=-24).rotate(y=30).move(0.030, r * 0.95, 0.090), metal))]
    )


def open_book(brief: Brief) -> Asset:
    """A book lying open: two arched blocks of pages with lines of writing, and a ribbon."""
    tints: tuple[RGB, ...] = ((0.45, 0.10, 0.10), (0.12, 0.22, 0.40), (0.14, 0.32, 0.20))
    hide = asked(brief, "cover", "leather", pick(brief, tints), "cover", main=True)
    paper = asked(brief, "pages", "paper", (0.96, 0.93, 0.85), "page", "paper")
    red = asked(brief, "headings", "plastic", (0.62, 0.12, 0.10), "heading", "title")
    wide, high, thick = 0.17 * brief.grown("width"), 0.24, 0.024 * brief.grown("girth")
    pages = arched_pages(thick)
    outline = np.concatenate([pages * [1, 0], pages[::-1]]) * [wide, 1]
    block = shapes.extrude(curves.without_repeats(outline), high, 0.0006).move(y=0.004)
    lines, headings = [], []
    for s in (1, -1):
        headings.append(written_line(pages, s * wide, (0.34, 0.72), -high * 0.38, 0.0075))
        for k in range(1, 13):
            span = (0.16, 0.92 if (k + s) % 5 else 0.60)
            lines.append(written_line(pages, s * wide, span, high * (0.062 * k - 0.38), 0.0036))
    board = shapes.rounded_box(wide + 0.010, 0.004, high + 0.016, 0.0015, 2).move(wide / 2 + 0.006, 0.002, 0)
    spine = shapes.rounded_box(0.026, 0.005, high + 0.016, 0.002, 2).move(y=0.0022)
    y = thick * 0.42
    fall = [
        [0.002, thick * 0.45, -0.49],
        [0.004, y, 0],
        [0.006, y, 0.48],
        [0.012, 0.002, 0.56],
        [0.018, 0.001, 0.64],
    ]
    path = curves.smooth_curve(np.array(fall) * [1, 1, high], 26)
    ribbon = shapes.sweep(path, 1.0, curves.rectangle(0.010, 0.0012))
    pieces = [
        ("cover", join(both(board), spine), hide), ("pages", both(block), paper), ("writing", join(*lines), finish("plastic", (0.22, 0.20, 0.19), "ink")),
        ("headings", join(*headings), red), ("ribbon", ribbon, finish("velvet", (0.70, 0.08, 0.12), "ribbon")),
    ]  # fmt: skip
    return Asset([part(name, (s.rotate(x=16.0), m)) for name, s, m in pieces])


FAMILIES = (
    Family("telescope", ("telescope", "spyglass"), grounded(telescope, centre=True)),
    Family("map", ("treasure map", "map", "scroll", "old map", "parchment", "pirate map"), grounded(treasure_map, centre=True)),
    Family("coin", ("coin", "gold coin", "coins", "pile of coins", "stack of coins", "medal"), grounded(coin, centre=True)),
    Family("open_book", ("open book", "opened book", "open spell book"), grounded(open_book, centre=True)),
)  # fmt: skip
