"""Cakes: whole, in tiers, a slice, and cupcakes."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.icing import ICINGS, drip, scattered
from pocket3d_server.models.builtin_text.making import BRIGHT, around, bar, cm, pick, turned
from pocket3d_server.models.language.brief import Brief


def candles(brief: Brief, radius: float, y: float, count: int, tall: float = 0.055) -> list[Part]:
    """Lit candles on a circle, standing at height ``y``."""
    wax = turned(
        np.array([[0.0038, 0], [0.0038, tall], [0.0030, tall + 0.001], [0, tall + 0.001]]), segments=16
    )
    flame = turned(cm("0 0, .28 .35, .34 .75, .18 1.4, 0 2.1"), 16, segments=14).move(y=tall + 0.004)
    wick = shapes.cylinder(0.0006, 0.008, segments=6).move(y=tall)
    if not count:
        return []
    at = (
        [
            [radius * np.sin(a), y, radius * np.cos(a)]
            for a in 2 * np.pi * np.arange(count) / max(count, 1) + 0.3
        ]
        if count > 1
        else [[0, y, 0]]
    )
    parts = []
    for k, place in enumerate(at):
        rgb = brief.colour(BRIGHT[k % len(BRIGHT)], "candle")
        parts.append(
            part(
                f"candle_{k + 1}",
                (join(wax, wick).move(*place), finish("plastic", rgb, f"wax_{k + 1}")),
                (flame.move(*place), glow("flame", (1.0, 0.78, 0.25))),
            )
        )
    return parts


def cake(brief: Brief) -> Asset:
    """A cake on its stand: sponge in tiers under running icing, cream, cherries and candles; or a slice of it."""
    if brief.has("slice", "piece"):
        return cake_slice(brief)
    sponge = asked(brief, "sponge", "plaster", (0.93, 0.76, 0.50), "sponge", "cake", main=True)
    icing = asked(
        brief, "icing", "plastic", pick(brief, ICINGS), "icing", "frosting", "glaze", "cream", roughness=0.3
    )
    cream = asked(brief, "cream", "plastic", (0.99, 0.97, 0.93), "cream", roughness=0.5)
    tiers = brief.count("tier", brief.count("layer", 3 if brief.has("wedding") else 1, 1, 5), 1, 5)
    if brief.has("wedding"):
        sponge = icing = finish("plastic", (0.98, 0.96, 0.94), "icing", roughness=0.4)
    stand = turned(
        cm("7 0, 7.2 .4, 2 1.4, 1.6 2.5, 1.8 4.5, 3 5.2, 16 5.6, 16.2 6.2, 0 6.2"), bevel=0.002, segments=56
    )
    parts = [part("stand", (stand, asked(brief, "stand", "ceramic", (0.93, 0.94, 0.95), "stand", "plate")))]
    y, dots = 0.062, []
    blob = turned(cm("1.1 0, 1.25 .4, .9 1.0, .35 1.5, 0 1.9"), 16, segments=14)
    for k in range(tiers):
        r, tall = (
            0.125 * (1 - 0.26 * k) * brief.grown("width"),
            (0.095 if tiers == 1 else 0.075) * brief.grown("height"),
        )
        body = turned(
            [[r * 0.985, y], [r, y + 0.004], [r, y + tall], [0, y + tall]], bevel=0.003, segments=64
        )
        fill = turned(
            [
                [r + 0.001, y + tall * 0.44],
                [r + 0.0022, y + tall * 0.47],
                [r + 0.0022, y + tall * 0.53],
                [r + 0.001, y + tall * 0.56],
            ],
            segments=64,
        )
        parts += [
            part(f"sponge_{k + 1}", (body, sponge)),
            part(f"filling_{k + 1}", (fill, cream)),
            part(
                f"icing_{k + 1}",
                (drip(r, y + tall, tall * 0.5, 1.3 + k + float(brief.rng().uniform(0, 3))), icing),
            ),
        ]
        dots.append(around(blob.scale(0.8).move(0, y - 0.001, r + 0.004), round(52 * r / 0.125)))
        y += tall + 0.06 * r
    tops = 8 if r > 0.08 else 6
    dots.append(around(blob.move(0, y - 0.001, r * 0.78), tops))
    parts.append(part("cream", (join(*dots), cream)))
    cherries = around(
        join(
            shapes.sphere(0.0095, 18).move(0, y + 0.021, r * 0.78),
            bar([[0, y + 0.028, r * 0.78], [0.004, y + 0.045, r * 0.80]], 0.0007, section=6),
        ),
        tops,
    )
    parts.append(
        part(
            "cherries",
            (cherries, asked(brief, "cherry", "plastic", (0.78, 0.06, 0.10), "cherry", roughness=0.15)),
        )
    )
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


def cupcake(brief: Brief) -> Asset:
    """A cupcake in its fluted paper under a swirl of cream; a muffin without one."""
    icing = asked(
        brief,
        "icing",
        "plastic",
        pick(brief, ICINGS),
        "icing",
        "frosting",
        "cream",
        main=True,
        roughness=0.35,
    )
    paper = asked(brief, "paper", "paper", pick(brief, BRIGHT, 6), "paper", "cup", "wrapper")
    t = 2 * np.pi * np.arange(144) / 144
    flute = 1 + 0.028 * np.sign(np.sin(24 * t)) * np.abs(np.sin(24 * t)) ** 0.5
    rows = (
        (0.024, 0.0, 0),
        (0.025, 0.001, 1),
        (0.034, 0.040, 1),
        (0.0325, 0.040, 1),
        (0.030, 0.030, 0),
        (0.0, 0.030, 0),
    )
    cup = shapes.loft(
        np.stack(
            [
                np.column_stack(
                    [
                        r * (flute if f else 1) * np.sin(t),
                        np.full(144, y),
                        r * (flute if f else 1) * np.cos(t),
                    ]
                )
                for r, y, f in rows
            ]
        ),
        crease=25,
    )
    top = turned(cm("3.1 3.4, 3.5 4.0, 3.5 4.4, 2.8 5.2, 0 5.6"), 20, segments=44)
    parts = [
        part("paper", (cup, paper)),
        part("cake", (top, asked(brief, "cake", "plaster", (0.80, 0.55, 0.28), "cake", "sponge"))),
    ]
    if brief.has("muffin"):
        rng = brief.rng(4)
        chips = [
            shapes.sphere(0.0032, 12).move(0, y, r).rotate(y=137.5 * k)
            for k, (r, y) in enumerate(
                zip(0.030 * np.sqrt(rng.uniform(0.02, 1, 26)), 0.056 - rng.uniform(0, 0.001, 26))
            )
        ]
        dropped = [
            c.deform(
                lambda v: np.column_stack([v[:, 0], v[:, 1] - 9.5 * (v[:, 0] ** 2 + v[:, 2] ** 2), v[:, 2]])
            )
            for c in chips
        ]
        return Asset(
            [
                *parts,
                part(
                    "chips",
                    (
                        join(*dropped),
                        asked(brief, "chips", "plastic", (0.20, 0.10, 0.06), "chip", "blueberry"),
                    ),
                ),
            ]
        )
    turns = np.linspace(0, 1, 130)
    spiral = np.column_stack(
        [
            0.0245 * (1 - turns) ** 0.8 * np.sin(20 * turns),
            0.047 + 0.046 * turns,
            0.0245 * (1 - turns) ** 0.8 * np.cos(20 * turns),
        ]
    )
    star = curves.star(7, 1.0, 0.80)
    swirl = shapes.sweep(spiral, 0.0125 * (1 - 0.72 * turns), star, round_ends=True, twist=120)
    heart = turned(cm("2.8 4.4, 2.6 5.6, 1.4 7.6, .4 9.2, 0 9.3"), 16, segments=32)
    cherry = [
        shapes.sphere(0.0085, 20).move(0, 0.099, 0),
        bar([[0, 0.105, 0], [0.003, 0.115, 0], [0.009, 0.122, 0]], 0.0007, 10, 6),
    ]
    beads = scattered(brief, cm("0.8 8.8, 2.0 7.4, 3.4 5.2"), 36, 0.0042)
    return Asset([
        *parts, part("icing", (join(swirl, heart), icing)), part("cherry", (join(*cherry), asked(brief, "cherry", "plastic", (0.80, 0.05, 0.10), "cherry", roughness=0.15))), part("sprinkles", *beads),
    ])  # fmt: skip


FAMILIES = (
    Family("cake", ("cake", "birthday cake", "chocolate cake", "wedding cake", "slice of cake", "cake slice", "gateau", "torte"), cake),
    Family("cupcake", ("cupcake", "muffin", "fairy cake"), cupcake),
)  # fmt: skip
