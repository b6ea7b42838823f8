"""From adventures: telescope, treasure map, coin, and an open book."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import around, bar, black, cm, cover, facing, pick, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


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
    paper = cover(
        brief, "paper", ((0.87, 0.74, 0.50), (0.82, 0.67, 0.42)), "paper", "map", "scroll", kind="paper"
    )
    ink, red = (
        asked(brief, "ink", "paper", (0.34, 0.20, 0.10), "ink", "writing"),
        finish("paint", (0.74, 0.08, 0.08), "cross"),
    )
    wide, high, rng = 0.36 * brief.grown("width", "length"), 0.25, brief.rng()
    x = np.linspace(-1, 1, 41)
    wave = rng.uniform(-0.006, 0.006, (2, 41))
    arch = 0.020 * (1 - x**2)
    low, top = (
        np.column_stack([x * wide / 2, -high / 2 + wave[0], arch]),
        np.column_stack([x * wide / 2, high / 2 + wave[1], arch]),
    )
    t = 0.0014
    sheet_ = shapes.loft(
        np.stack([np.stack([low[k], top[k], top[k] + [0, 0, t], low[k] + [0, 0, t]]) for k in range(41)]),
        crease=60,
    )
    rolls = []
    for s in (1, -1):
        u = np.linspace(0, 2.3 * 2 * np.pi, 70)
        r = 0.020 - 0.0040 * u / (2 * np.pi)
        spiral = np.column_stack([r * np.sin(u), -r * np.cos(u)])
        band = np.concatenate([spiral, (spiral * 0.92)[::-1]])
        rolls.append(
            shapes.extrude(band * [s, 1], high * 1.01).rotate(x=90).move(s * (wide / 2 + 0.004), 0, 0.018)
        )

    def on(flat: Points, raise_: float = 0.0011) -> Solid:
        piece = shapes.extrude(curves.counter_clockwise(flat), 0.0010)
        return piece.deform(
            lambda v: np.column_stack(
                [v[:, 0], v[:, 1], v[:, 2] + 0.020 * (1 - (2 * v[:, 0] / wide) ** 2) + t + raise_ - 0.0005]
            )
        )

    lean = {"x": -58.0}
    if brief.has("scroll", "parchment", "letter") and not brief.has("map"):
        u = np.linspace(0, 1, 25)
        lines = []
        for y, b in zip(np.linspace(0.085, -0.06, 8), rng.uniform(0.22, 0.38, 8)):
            across = wide * (-0.37 + (0.37 + float(b)) * u)
            rise = 0.020 * (1 - (2 * across / wide) ** 2) + t
            path = np.column_stack([across, np.full(25, y), rise])
            lines.append(shapes.sweep(path, 1.0, curves.rectangle(0.0044, 0.0014)))
        seal = facing(
            turned(cm("1.8 0, 2.0 .2, 1.9 .5, 1.2 .55, 1.1 .4, 0 .4"), bevel=0.001, segments=24)
        ).move(0.10, -0.092, 0.018)
        marks = [
            part("writing", (join(*lines).rotate(**lean), ink)),
            part("seal", (seal.rotate(**lean), red)),
        ]
    else:
        a = 2 * np.pi * np.arange(60) / 60
        coast = 1 + 0.16 * np.sin(2 * a + 1) + 0.12 * np.sin(3 * a + 2) + 0.06 * np.sin(7 * a)
        island = np.column_stack([0.115 * coast * np.cos(a), 0.082 * coast * np.sin(a)])
        way = curves.smooth_curve(
            [[-0.075, -0.055], [-0.06, 0.01], [-0.01, 0.02], [0.005, -0.03], [0.055, -0.02], [0.07, 0.03]], 45
        )
        dashes = []
        for k in range(0, 40, 4):
            p, q = way[k], way[k + 2]
            n = np.array([-(q - p)[1], (q - p)[0]]) / np.linalg.norm(q - p) * 0.0022
            dashes.append(on(np.stack([p - n, q - n, q + n, p + n]), 0.0030))
        mark = [
            on(
                (
                    np.array([[-0.017, -0.0034], [0.017, -0.0034], [0.017, 0.0034], [-0.017, 0.0034]])
                    @ np.array([[c, s], [-s, c]]).T
                )
                + [0.072, 0.042],
                0.0034,
            )
            for c, s in ((0.71, 0.71), (0.71, -0.71))
        ]
        hills = [
            on(np.array([[-0.014, 0.0], [0.014, 0.0], [0.0, 0.021]]) + [px, py], 0.0030)
            for px, py in ((-0.035, 0.038), (-0.017, 0.034), (0.02, -0.065))
        ]
        rose = on(curves.star(4, 0.026, 0.007) + [-wide * 0.36, -high * 0.30])
        rim = on(curves.circle(0.016, 24) + [-wide * 0.36, -high * 0.30], 0.0008)
        land = asked(brief, "land", "paper", (0.70, 0.60, 0.30), "land", "island")
        marks = [
            part("island", (on(island).rotate(**lean), land)),
            part("drawing", (join(*dashes, *hills, rose, rim).rotate(**lean), ink)),
            part("cross", (join(*mark).rotate(**lean), red)),
        ]
    return Asset(
        [part("paper", (sheet_.rotate(**lean), paper), (join(*rolls).rotate(**lean), paper)), *marks]
    )


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
    hide, paper = (
        asked(brief, "cover", "leather", pick(brief, tints), "cover", main=True),
        asked(brief, "pages", "paper", (0.96, 0.93, 0.85), "page", "paper"),
    )
    wide, high, thick = 0.17 * brief.grown("width"), 0.24, 0.024 * brief.grown("girth")
    x = np.linspace(0, 1, 25)
    top = thick * (0.30 + 1.05 * np.sin(np.pi * np.minimum(x * 1.15 + 0.10, 1.0)) ** 0.8 * (1 - 0.42 * x))
    top[0] = thick * 0.25
    blocks: list[Solid] = []
    lines: list[Solid] = []
    headings: list[Solid] = []
    tilt = {"x": 16.0}
    for s in (1, -1):
        outline = np.concatenate(
            [np.column_stack([x * wide, np.zeros(25)]), np.column_stack([x * wide, top])[::-1]]
        ) * [s, 1]
        blocks.append(shapes.extrude(curves.without_repeats(outline), high, 0.0006).move(y=0.004))
        for k in range(13):
            z = -high * 0.38 + k * high * 0.062
            a, b = 0.16, 0.92 if (k + s) % 5 else 0.60
            if k == 0:
                a, b = 0.34, 0.72
            u = np.linspace(a, b, 14)
            path = np.column_stack([s * u * wide, np.interp(u, x, top) + 0.0042, np.full(14, z)])
            (headings if k == 0 else lines).append(
                shapes.sweep(path, 1.0, curves.rectangle(0.0005, 0.0036 if k else 0.0075)[:, ::-1])
            )
    cover_ = [
        shapes.rounded_box(wide + 0.010, 0.004, high + 0.016, 0.0015, 2).move(
            s * (wide / 2 + 0.006), 0.002, 0
        )
        for s in (1, -1)
    ]
    spine = shapes.rounded_box(0.026, 0.005, high + 0.016, 0.002, 2).move(y=0.0022)
    ribbon = shapes.sweep(
        curves.smooth_curve(
            [
                [0.002, thick * 0.45, -high * 0.49],
                [0.004, thick * 0.42, 0],
                [0.006, thick * 0.42, high * 0.48],
                [0.012, 0.002, high * 0.56],
                [0.018, 0.001, high * 0.64],
            ],
            26,
        ),
        1.0,
        curves.rectangle(0.010, 0.0012),
    )
    pieces = [
        ("cover", join(*cover_, spine), hide),
        ("pages", join(*blocks), paper),
        ("writing", join(*lines), finish("plastic", (0.22, 0.20, 0.19), "ink")),
        (
            "headings",
            join(*headings),
            asked(brief, "headings", "plastic", (0.62, 0.12, 0.10), "heading", "title"),
        ),
        ("ribbon", ribbon, finish("velvet", (0.70, 0.08, 0.12), "ribbon")),
    ]
    return Asset([part(name, (s.rotate(**tilt), m)) for name, s, m in pieces])


FAMILIES = (
    Family("telescope", ("telescope", "spyglass"), grounded(telescope, centre=True)),
    Family("map", ("treasure map", "map", "scroll", "old map", "parchment", "pirate map"), grounded(treasure_map, centre=True)),
    Family("coin", ("coin", "gold coin", "coins", "pile of coins", "stack of coins", "medal"), grounded(coin, centre=True)),
    Family("open_book", ("open book", "opened book", "open spell book"), grounded(open_book, centre=True)),
)  # fmt: skip
