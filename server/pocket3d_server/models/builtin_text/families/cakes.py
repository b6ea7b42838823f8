"""Cakes: whole, in tiers, a slice, and cupcakes."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.icing import ICINGS, candles, drip, scattered
from pocket3d_server.models.builtin_text.making import BRIGHT, around, bar, cm, copies, pick, turned
from pocket3d_server.models.language.brief import Brief


def tier(
    brief: Brief, k: int, y: float, tall: float, stuffs: tuple[Finish, Finish, Finish]
) -> tuple[float, list[Part]]:
    """The radius of tier ``k`` from height ``y`` up, and its sponge, filling and icing."""
    r = 0.125 * (1 - 0.26 * k) * brief.grown("width")
    body = turned([[r * 0.985, y], [r, y + 0.004], [r, y + tall], [0, y + tall]], bevel=0.003, segments=64)
    fill = turned(
        np.array([[0.1, 0.44], [0.22, 0.47], [0.22, 0.53], [0.1, 0.56]]) * [0.01, tall] + [r, y], segments=64
    )
    icing = drip(r, y + tall, tall * 0.5, 1.3 + k + float(brief.rng().uniform(0, 3)))
    solids = zip(("sponge", "filling", "icing"), (body, fill, icing), stuffs, strict=True)
    return r, [part(f"{name}_{k + 1}", (solid, stuff)) for name, solid, stuff in solids]


def cake(brief: Brief) -> Asset:
    """A cake on its stand: sponge in tiers under running icing, cream, cherries and candles; or a slice of it."""
    if brief.has("slice", "piece"):
        return cake_slice(brief)
    white = finish("plastic", (0.98, 0.96, 0.94), "icing", roughness=0.4) if brief.has("wedding") else None
    sponge = asked(brief, "sponge", "plaster", (0.93, 0.76, 0.50), "sponge", "cake", main=True)
    words = ("icing", "frosting", "glaze", "cream")
    icing = asked(brief, "icing", "plastic", pick(brief, ICINGS), *words, roughness=0.3)
    cream = asked(brief, "cream", "plastic", (0.99, 0.97, 0.93), "cream", roughness=0.5)
    tiers = brief.count("tier", brief.count("layer", 3 if white else 1, 1, 5), 1, 5)
    rows = cm("7 0, 7.2 .4, 2 1.4, 1.6 2.5, 1.8 4.5, 3 5.2, 16 5.6, 16.2 6.2, 0 6.2")
    stand = turned(rows, bevel=0.002, segments=56)
    parts = [part("stand", (stand, asked(brief, "stand", "ceramic", (0.93, 0.94, 0.95), "stand", "plate")))]
    blob = turned(cm("1.1 0, 1.25 .4, .9 1.0, .35 1.5, 0 1.9"), 16, segments=14)
    y, dots, tall = 0.062, [], (0.095 if tiers == 1 else 0.075) * brief.grown("height")
    for k in range(tiers):
        r, made = tier(brief, k, y, tall, (white or sponge, cream, white or icing))
        parts += made
        dots.append(around(blob.scale(0.8).move(0, y - 0.001, r + 0.004), round(52 * r / 0.125)))
        y += tall + 0.06 * r
    tops = 8 if r > 0.08 else 6
    dots.append(around(blob.move(0, y - 0.001, r * 0.78), tops))
    berry = shapes.sphere(0.0095, 18).move(0, y + 0.021, r * 0.78)
    stalk = bar([[0, y + 0.028, r * 0.78], [0.004, y + 0.045, r * 0.80]], 0.0007, section=6)
    red = asked(brief, "cherry", "plastic", (0.78, 0.06, 0.10), "cherry", roughness=0.15)
    parts += [part("cream", (join(*dots), cream)), part("cherries", (around(join(berry, stalk), tops), red))]
    lit = brief.count("candle", 5 if brief.has("birthday", "candle") else 0, 0, 24)
    return Asset([*parts, *candles(brief, r * (0.42 if lit < 9 else 0.55), y - 0.003, lit)])


def cake_slice(brief: Brief) -> Asset:
    """A wedge of layered cake with icing and a strawberry-red cherry."""
    sponge = asked(
        brief,
        "sponge",
        "plaster",
        pick(brief, ((0.93, 0.76, 0.50), (0.34, 0.19, 0.11))),
        "sponge",
        "cake",
        main=True,
    )
    icing = asked(brief, "icing", "plastic", pick(brief, ICINGS, 6), "icing", "frosting", roughness=0.3)
    a = np.radians(np.linspace(-24, 24, 15))
    wedge = np.concatenate([[[0, 0]], np.column_stack([np.cos(a), np.sin(a)])]) * 0.125

    def layer(low: float, high: float, grow: float) -> Solid:
        line = curves.inset(wedge, -grow)
        return shapes.extrude(line, high - low, 0.002).rotate(x=-90).move(-0.07, (low + high) / 2, 0)

    levels = [(0.0, 0.024, 0.0), (0.030, 0.052, 0.0), (0.058, 0.080, 0.0)]
    cream = [layer(0.023, 0.031, -0.001), layer(0.051, 0.059, -0.001)]
    back = np.concatenate(
        [
            np.column_stack([np.cos(a), np.sin(a)]) * 0.131,
            (np.column_stack([np.cos(a), np.sin(a)]) * 0.1245)[::-1],
        ]
    )
    wall = shapes.extrude(back, 0.083, 0.0015).rotate(x=-90).move(-0.07, 0.0415, 0)
    cherry = [
        turned(cm("1.3 0, 1.45 .4, 1 1.1, .4 1.6, 0 2"), 16, segments=16).move(0.035, 0.088, 0),
        shapes.sphere(0.011, 20).move(0.035, 0.112, 0),
    ]
    turn = {"y": -150.0}
    pieces = (
        ("sponge", join(*(layer(*lv) for lv in levels)), sponge),
        ("filling", join(*cream), finish("plastic", (0.98, 0.95, 0.90), "filling")),
        ("icing", join(layer(0.079, 0.088, 0.0015), wall), icing),
        ("cream", cherry[0], finish("plastic", (0.99, 0.97, 0.93), "cream")),
        ("cherry", cherry[1], finish("plastic", (0.78, 0.06, 0.10), "cherry", roughness=0.15)),
    )
    return Asset([part(name, (s.rotate(**turn), m)) for name, s, m in pieces])


def baked(brief: Brief) -> list[Part]:
    """A small cake in its fluted paper, standing on y = 0."""
    paper = asked(brief, "paper", "paper", pick(brief, BRIGHT, 6), "paper", "cup", "wrapper")
    t = 2 * np.pi * np.arange(144) / 144
    flute = (1 + 0.028 * np.sign(np.sin(24 * t)) * np.abs(np.sin(24 * t)) ** 0.5)[:, None]
    plain, fluted = curves.circle(1, 144), curves.circle(1, 144) * flute
    rows = (
        (2.4, 0, plain),
        (2.5, 0.1, fluted),
        (3.4, 4, fluted),
        (3.25, 4, fluted),
        (3, 3, plain),
        (0, 3, plain),
    )
    cup = shapes.loft(np.stack([curves.in_plane(ring * r / 100, y / 100) for r, y, ring in rows]), crease=25)
    top = turned(cm("3.1 3.4, 3.5 4.0, 3.5 4.4, 2.8 5.2, 0 5.6"), 20, segments=44)
    cake_ = asked(
        brief, "cake", "plaster", (0.80, 0.55, 0.28), "cake", "sponge", "muffin", main=brief.has("muffin")
    )
    return [part("paper", (cup, paper)), part("cake", (top, cake_))]


def muffin(brief: Brief) -> Asset:
    """A muffin with chips in its crust."""
    rng = brief.rng(4)
    r, y = 0.030 * np.sqrt(rng.uniform(0.02, 1, 26)), 0.056 - rng.uniform(0, 0.001, 26)
    a = np.radians(137.5 * np.arange(26))
    at = np.column_stack([r * np.sin(a), y - 9.5 * r**2, r * np.cos(a)])
    stuff = asked(brief, "chips", "plastic", (0.20, 0.10, 0.06), "chip", "blueberry")
    return Asset([*baked(brief), part("chips", (copies(shapes.sphere(0.0032, 12), at), stuff))])


def cupcake(brief: Brief) -> Asset:
    """A cupcake in its fluted paper under a swirl of cream; a muffin without one."""
    if brief.has("muffin"):
        return muffin(brief)
    words = ("icing", "frosting", "cream")
    icing = asked(brief, "icing", "plastic", pick(brief, ICINGS), *words, main=True, roughness=0.35)
    t = np.linspace(0, 1, 130)
    r = 0.0245 * (1 - t) ** 0.8
    spiral = np.column_stack([r * np.sin(20 * t), 0.047 + 0.046 * t, r * np.cos(20 * t)])
    swirl = shapes.sweep(
        spiral, 0.0125 * (1 - 0.72 * t), curves.star(7, 1.0, 0.80), round_ends=True, twist=120
    )
    heart = turned(cm("2.8 4.4, 2.6 5.6, 1.4 7.6, .4 9.2, 0 9.3"), 16, segments=32)
    red = asked(brief, "cherry", "plastic", (0.80, 0.05, 0.10), "cherry", roughness=0.15)
    berry = shapes.sphere(0.0085, 20).move(0, 0.099, 0)
    stalk = bar(cm("0 10.5 0, 0.3 11.5 0, 0.9 12.2 0"), 0.0007, 10, 6)
    beads = scattered(brief, cm("0.8 8.8, 2.0 7.4, 3.4 5.2"), 36, 0.0042)
    lit = brief.count("candle", 1 if brief.has("candle", "birthday") else 0, 0, 1)
    top = candles(brief, 0, 0.092, lit) or [part("cherry", (join(berry, stalk), red))]
    return Asset([*baked(brief), part("icing", (join(swirl, heart), icing)), *top, part("sprinkles", *beads)])


FAMILIES = (
    Family("cake", ("cake", "birthday cake", "chocolate cake", "wedding cake", "slice of cake", "cake slice", "gateau", "torte"), cake),
    Family("cupcake", ("cupcake", "muffin", "fairy cake"), cupcake),
)  # fmt: skip
