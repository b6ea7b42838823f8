"""What lies on a table: fork, spoon, cutting board with a loaf, and basket."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.builtin_text.making import bar, both, cm, cover, slab
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.wickerwork import braided_rim, twisted_handle, woven_wall
from pocket3d_server.models.language.brief import RGB, Brief

CRUST: RGB = (0.66, 0.38, 0.15)
CRUMB: RGB = (0.92, 0.80, 0.58)


def _bent(solid: Solid, long: float) -> Solid:
    """Cutlery along x curved as it lies: neck raised, bowl dipping to the table."""

    def move(v: Points) -> Points:
        u = (v[:, 0] / long + 0.5).clip(0, 1)
        v[:, 1] += 0.075 * long * np.sin(np.pi * (0.12 + 0.95 * u)) ** 2 * (0.35 + 0.65 * u)
        return v

    return solid.deform(move)


def _stem(long: float, end: float) -> Points:
    """Half widths along the handle, from its round end at -long / 2 to x = ``end``."""
    x = np.linspace(-long / 2, end, 26)
    u = (x + long / 2) / (end + long / 2)
    half = 0.0105 * (1 - 0.68 * u**0.8) * np.sqrt((1 - (1 - u / 0.07).clip(0) ** 2).clip(0.02))
    return np.column_stack([x, half])


def fork(brief: Brief) -> Asset:
    """A table fork with three or four tines."""
    metal = cover(brief, "fork", ((0.86, 0.87, 0.88),), "fork", kind="chrome")
    long, count = 0.20 * brief.grown("length"), brief.count("tine", brief.count("prong", 4, 2, 5), 2, 5)
    neck, tip = 0.14 * long, long / 2
    x = np.linspace(neck, tip, 40)
    half = np.interp(x, [neck, neck + 0.13 * long, tip], [0.0034, 0.0125, 0.0118])
    gaps = 2 * 0.0120 / (2 * count - 1)
    root = neck + 0.16 * long
    top = [np.array([[x[k], half[k]] for k in range(len(x)) if x[k] < root])]
    edges = np.linspace(0.0120, -0.0120, 2 * count)
    for k in range(count):
        outer, inner = edges[2 * k], edges[2 * k + 1]
        mid = (outer + inner) / 2
        tine = [
            [tip - 0.010, outer],
            [tip, mid + 0.0005],
            [tip, mid - 0.0005],
            [tip - 0.010, inner],
            [root + 0.006, inner],
        ]
        if k + 1 < count:
            tine += [
                [root, inner - 0.3 * gaps],
                [root, edges[2 * k + 2] + 0.3 * gaps],
                [root + 0.006, edges[2 * k + 2]],
            ]
        top.append(np.array(tine))
    low = top[0][::-1] * [1, -1]
    stem = _stem(long, neck)
    outline = np.concatenate([stem[:-1], *top, low, stem[:-1][::-1] * [1, -1]])
    return Asset([part("fork", (_bent(_level(outline, 0.0022), long), metal))])


def _level(outline: Points, thick: float) -> Solid:
    """A flat outline with enough cross cuts to be bent along x."""
    piece = slab(outline[::-1], thick, 0.0004)
    return piece


def spoon(brief: Brief) -> Asset:
    """A spoon; of wood, a cook's spoon with a straight handle."""
    wooden = bool(brief.materials[:1] == ("wood",))
    metal = cover(brief, "spoon", ((0.86, 0.87, 0.88),), "spoon", kind="chrome")
    long = (0.30 if wooden else 0.19) * brief.grown("length")
    wide = 0.028 if wooden else 0.021
    neck = long / 2 - 0.36 * long * (0.62 if wooden else 1.0)
    stem = _stem(long, neck) * [1, 0.7 if wooden else 1.0]
    handle = _bent(
        slab(
            np.concatenate([stem, stem[::-1] * [1, -1]])[::-1],
            0.009 if wooden else 0.0024,
            0.003 if wooden else 0.0005,
        ),
        long,
    )
    t = curves.circle(1, 40)
    a, middle = (long / 2 - neck) / 2 + 0.002, (long / 2 + neck) / 2
    shell = [
        (0.15, -0.0098),
        (0.6, -0.0085),
        (0.88, -0.004),
        (1.0, 0.0),
        (0.985, 0.0014),
        (0.90, 0.0008),
        (0.84, -0.003),
        (0.55, -0.0068),
        (0.15, -0.008),
    ]
    egg = np.column_stack([t[:, 0] * a, t[:, 1] * wide * (1 + 0.14 * t[:, 0])])
    rings = np.stack(
        [
            np.column_stack(
                [egg[:, 0] * s + middle, np.full(40, y * (1.2 if wooden else 1.0)), -egg[:, 1] * s]
            )
            for s, y in shell
        ]
    )
    bowl = _bent(shapes.loft(rings, crease=70).move(y=0.003), long)
    return Asset([part("handle", (handle, metal)), part("bowl", (bowl, metal))])


def loaf(long: float) -> tuple[Solid, Solid]:
    """A loaf of bread along x standing on y = 0, and the cuts in its crust."""
    x = np.linspace(-1, 1, 29)
    size = (1 - np.abs(x) ** 3.2).clip(0.0) ** 0.5
    ring = curves.smooth_curve(cm("-5 0, 5 0, 6.4 3.2, 5 6.4, 0 8.2, -5 6.4, -6.4 3.2"), 36, closed=True)
    body = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [np.full(36, long / 2 * u), ring[:, 1] * (0.45 + 0.55 * s) * (s > 0), ring[:, 0] * s]
                )
                for u, s in zip(x, size)
            ]
        ),
        crease=70,
    )
    slash = [
        shapes.superellipsoid(0.018, 0.012, 0.075, 2, 2, 18).rotate(y=32).move(long * k, 0.079, 0)
        for k in (-0.27, -0.09, 0.09, 0.27)
    ]
    return body.deform(
        lambda v: np.column_stack(
            [v[:, 0], v[:, 1] + 0.003 * np.sin(60 * v[:, 0]) * (v[:, 1] > 0.03), v[:, 2]]
        )
    ), join(*slash)


def slice_of_bread() -> tuple[Solid, Solid]:
    """One slice about the origin that looks along +z: its crust and its crumb."""
    line = curves.smooth_curve(
        cm("-4.6 -4, 4.6 -4, 4.9 0, 5.8 2.2, 4.2 4.2, 0 4.6, -4.2 4.2, -5.8 2.2, -4.9 0"), 40, closed=True
    )
    return shapes.extrude(line, 0.014, 0.003), shapes.extrude(line * 0.88, 0.0152, 0.002)


def bread(brief: Brief) -> Asset:
    """A loaf of bread with slices cut off; a baguette when long; one slice when asked."""
    crust, crumb = (
        asked(brief, "crust", "plaster", CRUST, "crust", main=True),
        finish("plaster", CRUMB, "crumb"),
    )
    if brief.has("slice", "toast"):
        outer, inner = slice_of_bread()
        return Asset(
            [
                part("crust", (outer.rotate(x=-12).move(y=0.045), crust)),
                part("crumb", (inner.rotate(x=-12).move(y=0.045), crumb)),
            ]
        )
    thin = brief.has("baguette")
    body, cuts = loaf(0.24)
    if thin:
        return Asset(
            [
                part("loaf", (body.scale(2.4, 0.72, 0.55), crust)),
                part("cuts", (cuts.scale(2.4, 0.75, 0.55), crumb)),
            ]
        )
    outer, inner = slice_of_bread()
    lying = [
        (s.rotate(x=-90, y=25 * k).move(0.17 + 0.012 * k, 0.008 + 0.0145 * k, 0.03), m)
        for k in range(brief.count("slice", 2, 1, 5))
        for s, m in ((outer, crust), (inner, crumb))
    ]
    sliced = [
        (s.rotate(y=90).move(0.112, 0.041, 0), m)
        for s, m in ((outer.scale(1.0, 0.9, 1.0), crust), (inner.scale(1.0, 0.9, 1.0), crumb))
    ]
    return Asset([
        part("loaf", (body, crust)), part("cuts", (cuts, crumb)),
        part("slices", *lying, *sliced),
    ])  # fmt: skip


def cutting_board(brief: Brief) -> Asset:
    """A cutting board with a grip and a juice groove; with bread and a knife when asked."""
    wood = cover(brief, "board", WOODS, "board", kind="wood")
    wide, deep, thick = 0.40 * brief.grown("width"), 0.25, 0.020 * brief.grown("girth")
    hole = curves.rectangle(0.020, 0.075, 0.0098) + [-wide / 2 + 0.03, 0]
    board = slab(curves.rectangle(wide, deep, 0.03), thick, 0.004, [hole]).grained()
    groove = slab(
        curves.rectangle(wide - 0.09, deep - 0.03, 0.02),
        0.0012,
        0.0005,
        [curves.rectangle(wide - 0.105, deep - 0.045, 0.013)],
    ).move(0.025, thick - 0.0004, 0)
    parts = [
        part("board", (board, wood)),
        part("groove", (groove, finish("wood", (0.30, 0.19, 0.10), "groove"))),
    ]
    if brief.has("bread", "loaf", "baguette"):
        crust, crumb = (
            asked(brief, "crust", "plaster", CRUST, "bread", "loaf"),
            finish("plaster", CRUMB, "crumb"),
        )
        body, cuts = loaf(0.22)
        outer, inner = slice_of_bread()
        parts += [
            part("loaf", (body.move(-0.02, thick, -0.035), crust)),
            part("cuts", (cuts.move(-0.02, thick, -0.035), crumb)),
        ]
        parts.append(
            part(
                "slice",
                *[
                    (s.rotate(x=-90, y=20).move(0.07, thick + 0.008, 0.062), m)
                    for s, m in ((outer, crust), (inner, crumb))
                ],
            )
        )
    elif brief.has("knife"):
        blade = slab(cm("-2 -2, 14 -2, 17 -1.2, 18 .6, 10 1.8, -2 2"), 0.002, 0.0006).move(
            -0.06, thick + 0.004, 0.05
        )
        grip = shapes.rounded_box(0.12, 0.016, 0.026, 0.006, 3).move(-0.135, thick + 0.008, 0.05)
        parts += [
            part("blade", (blade, finish("steel", name="blade"))),
            part("grip", (grip, finish("plastic", (0.06, 0.06, 0.06), "grip"))),
        ]
    return Asset(parts)


def basket(brief: Brief) -> Asset:
    """A woven basket with a handle over it, or two small ones at its sides."""
    wicker = cover(brief, "wicker", ((0.74, 0.56, 0.34), (0.58, 0.40, 0.22)), "basket", kind="wicker")
    wide, high = 0.40 * brief.grown("width"), 0.22 * brief.grown("height")
    deep = wide * 0.72
    weave, stakes = woven_wall(wide, deep, high)
    floor = shapes.cylinder(0.5, 0.006, segments=40).scale(wide * 0.80, 1, deep * 0.80).move(y=0.002)
    levels = ((0.985, high, 0.0), (0.985, high, np.pi), (0.80, 0.006, 0.0))
    rims = [braided_rim(wide * s, deep * s, y, turn) for s, y, turn in levels]
    stuff = asked(brief, "handle", "wicker", (0.62, 0.45, 0.26), "handle")
    if brief.has("laundry", "storage", "bread"):
        loop = [[wide * 0.49, high, 0.05], [wide * 0.54, high + 0.05, 0.0], [wide * 0.49, high, -0.05]]
        grips = both(bar(loop, 0.008, 16))
    else:
        grips = twisted_handle(wide * 0.485, high * 0.9, wide * 0.55)
    return Asset([
        part("weave", (weave, wicker)), part("stakes", (join(stakes, floor), wicker)), part("rim", (join(*rims), wicker)),
        part("handle", (grips, stuff)),
    ])  # fmt: skip


FAMILIES = (
    Family("fork", ("fork", "dinner fork", "table fork"), grounded(fork, centre=True)),
    Family("spoon", ("spoon", "teaspoon", "tablespoon", "wooden spoon", "soup spoon"), grounded(spoon, centre=True)),
    Family("bread", ("bread", "loaf", "loaf of bread", "baguette", "bread slice", "bread loaf", "toast"), grounded(bread, centre=True)),
    Family("cutting_board", ("cutting board", "chopping board", "breadboard"), cutting_board),
    Family("basket", ("basket", "wicker basket", "picnic basket", "laundry basket", "easter basket", "fruit basket"), basket),
)  # fmt: skip
