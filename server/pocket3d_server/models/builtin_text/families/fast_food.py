"""Savoury food: burger, hot dog, pizza and sushi."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.fillings import (
    basil_leaf,
    disc_of,
    frill,
    melted,
    runs_over,
    sausage_slice,
    scattered,
    strewn,
)
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import bar, cm, copies, slab, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

BUN: RGB = (0.82, 0.52, 0.22)
CHEDDAR: RGB = (0.98, 0.72, 0.14)
LETTUCE: RGB = (0.42, 0.68, 0.20)
TOMATO: RGB = (0.84, 0.16, 0.12)


def _lumpy(v: Points, lumps: Points) -> Points:
    """``v`` pushed out from the y axis by a factor for each of 48 directions."""
    v[:, [0, 2]] *= lumps[(np.arctan2(v[:, 0], v[:, 2]) * 24 / np.pi).astype(int) % 48, None]
    return v


def patties(brief: Brief, wide: float, y: float, count: int) -> tuple[float, list[Part]]:
    """How high ``count`` patties with their cheese reach from ``y`` up, and they."""
    meat = asked(brief, "patty", "earth", (0.32, 0.16, 0.08), "patty", "meat")
    lumps = brief.rng(9).uniform(0.985, 1.02, 48)
    one = disc_of("0.95 0, 1.04 5, 1.04 11, 0.95 16, 0 16", wide, 0.004).deform(lambda v: _lumpy(v, lumps))
    parts, slices = [], []
    for k in range(count):
        parts.append(part(f"patty_{k + 1}", (one.move(y=y), meat)))
        y += 0.016
        if not brief.has("hamburger", "vegan"):
            slices.append(melted(wide, 45 + 20 * k).move(y=y + 0.001))
            y += 0.003
    if slices:
        parts.append(part("cheese", (join(*slices), asked(brief, "cheese", "plastic", CHEDDAR, "cheese"))))
    return y, parts


def burger(brief: Brief) -> Asset:
    """A hamburger: bun with sesame, lettuce, tomato, cheese and one or more patties."""
    wide = 0.055 * brief.grown("width")
    count = brief.count("patty", 2 if brief.has("double") else 1, 1, 4)
    bun = asked(brief, "bun", "plaster", BUN, "bun", main=True, roughness=0.5)
    green = asked(brief, "lettuce", "plastic", LETTUCE, "lettuce", "salad", roughness=0.6)
    red = asked(brief, "tomato", "plastic", TOMATO, "tomato", roughness=0.3)
    y, layers = patties(brief, wide, 0.026, count)
    slice_ = turned(cm("2.5 0, 2.6 .3, 2.5 .6, 0 .6"), bevel=0.0015, segments=32).rotate(x=4)
    tomato = copies(slice_, [[0.46 * wide * np.sin(a), y, 0.46 * wide * np.cos(a)] for a in (0.6, 2.7, 4.8)])
    y += 0.008
    dome = np.array([[0.93, 0], [1.03, 0.006], [1.02, 0.014], [0.86, 0.028], [0.5, 0.040], [0, 0.044]])
    outline = curves.smooth_curve(dome * [wide, 1], 30) + [0, y]
    seed = shapes.superellipsoid(0.0026, 0.0016, 0.0044, 2, 2, 8).move(y=0.0003)
    sesame = finish("plaster", (0.96, 0.88, 0.70), "sesame")
    return Asset([
        part("bottom_bun", (disc_of("0.88 0, 1 10, 1 16, 0.95 20, 0 20", wide, 0.005), bun)), part("lettuce", (frill(wide * 1.13, 0.025, 13, 0.0045), green)),
        *layers, part("tomato", (tomato, red)), part("top_bun", (turned(outline, segments=48), bun)), part("sesame", (strewn(seed, outline, 46, brief, y + 0.018), sesame)),
    ])  # fmt: skip


def hot_dog(brief: Brief) -> Asset:
    """A sausage in a long bun with a zigzag of mustard."""
    long = 0.16 * brief.grown("length")
    bun = asked(brief, "bun", "plaster", BUN, "bun", main=True, roughness=0.5)
    half = shapes.superellipsoid(long, 0.044, 0.036, 3.2, 2.4, 36)
    sides = [half.rotate(x=-14 * s).move(0, 0.024, s * 0.021) for s in (1, -1)]
    base = shapes.superellipsoid(long * 0.97, 0.026, 0.060, 3, 2.4, 32).move(y=0.014)
    x = np.linspace(-0.56, 0.56, 25) * long
    sausage = bar(
        np.column_stack([x, 0.042 + 2.0 * x**2 * 0.6, 0 * x]),
        np.r_[0.0145, np.full(5, 0.016), 0.0145],
        25,
        22,
    )
    w = np.linspace(-1, 1, 120)
    zig = np.column_stack(
        [
            w * 0.44 * long,
            0.0585 + 1.2 * (w * 0.44 * long) ** 2 - 0.004 * np.sin(w * 26) ** 2,
            0.0085 * np.sin(w * 26),
        ]
    )
    return Asset([
        part("bun", (join(base, *sides), bun)), part("sausage", (sausage, asked(brief, "sausage", "plastic", (0.62, 0.22, 0.12), "sausage", roughness=0.3))),
        part("mustard", (bar(zig, 0.0034, section=10), asked(brief, "mustard", "plastic", (0.95, 0.76, 0.10), "mustard", "sauce", roughness=0.25))),
    ])  # fmt: skip


def pizza(brief: Brief) -> Asset:
    """A pizza, or one slice of it with cheese running over its edge, under salami, olives and basil."""
    rng, r, whole = brief.rng(), 0.15 * brief.grown("width"), not brief.has("slice", "piece")
    crust = asked(brief, "crust", "plaster", (0.80, 0.54, 0.26), "crust")
    cheese = asked(brief, "cheese", "plastic", (0.98, 0.80, 0.36), "cheese", main=True, roughness=0.5)
    half = 180.0 if whole else 26.0
    a = np.radians(np.linspace(-half, half, 73 if whole else 25) + (180 if whole else 90))
    edge = np.column_stack([r * np.cos(a), r * np.sin(a)])[: 72 if whole else None]
    flat = edge if whole else np.concatenate([edge, [[0, 0]]])
    rim_line = curves.in_plane(edge * 0.97, 0.012)
    swell = a[: len(edge)]
    puff = 0.0125 * (1 + 0.10 * np.sin(9 * swell) + 0.05 * np.sin(23 * swell))
    rim = shapes.sweep(rim_line, puff, 12, closed=True) if whole else bar(rim_line, puff, section=12)
    top = slab(flat * 0.925 + ([0, 0] if whole else [0, 0.002]), 0.006, 0.0028).move(y=0.0065)
    inner, margin = (0.2 if whole else np.sqrt(0.22)) * r * 0.80, 0 if whole else 0.14
    spots = scattered(rng, 9 if whole else 3, (inner, r * 0.80), (a.min() + margin, a.max() - margin), 0.036)
    k = np.arange(len(spots))
    near = spots + 0.024 * np.column_stack([np.cos(3 * k), np.sin(3 * k)])
    fits = np.hypot(*near.T) < 0.8 * r
    near = near[fits & (whole | (np.abs(np.arctan2(near[:, 0], -near[:, 1])) < 0.32))]
    salami, flecks = sausage_slice()
    red = asked(brief, "salami", "plastic", (0.72, 0.16, 0.10), "salami", "pepperoni", roughness=0.4)
    drips = [] if whole else runs_over(0.45)
    pieces = {
        "base": [(slab(flat, 0.008, 0.003), crust), (rim, crust)], "cheese": [(join(top, *drips), cheese)],
        "salami": [(copies(salami, _at(spots, 0.0115)), red), (copies(flecks, _at(spots, 0.0125)), finish("plastic", (0.93, 0.62, 0.50), "fat"))],
    }  # fmt: skip
    if len(near):
        black = finish("plastic", (0.10, 0.09, 0.08), "olive", roughness=0.3)
        pieces["olives"] = [(copies(shapes.torus(0.0055, 0.0045, 20, 8), _at(near[::2], 0.0135)), black)]
    if len(near) > 1:
        leaves = [basil_leaf().rotate(y=70 * n).move(*at) for n, at in enumerate(_at(near[1::2], 0.0145))]
        pieces["basil"] = [(join(*leaves), finish("plastic", (0.20, 0.50, 0.16), "basil"))]
    tilt = 0.0 if whole else 30.0
    return Asset([part(name, *((s.rotate(x=tilt), m) for s, m in found)) for name, found in pieces.items()])


def _at(places: Points, y: float) -> Points:
    """Places (N, 2) on the dough as (N, 3) at height ``y``."""
    return np.column_stack([places[:, 0], np.full(len(places), y), places[:, 1]])


def rice_weed_fish(brief: Brief) -> tuple[Finish, Finish, Finish]:
    """What sushi is made of."""
    return (
        asked(brief, "rice", "snow", (0.96, 0.95, 0.90), "rice"),
        asked(brief, "seaweed", "leather", (0.05, 0.10, 0.06), "seaweed", "nori"),
        asked(brief, "fish", "plastic", (0.96, 0.45, 0.26), "salmon", "fish", "tuna", roughness=0.35),
    )


def nigiri(brief: Brief) -> Asset:
    """Rice under a slice of fish, held by a band of seaweed."""
    rice, weed, fish = rice_weed_fish(brief)

    def laid(v: Points) -> Points:
        v[:, 1] += 0.034 - 7 * v[:, 0] ** 2 - 9 * v[:, 2] ** 2
        return v

    k = brief.grown("length", "width")
    body = shapes.superellipsoid(0.062 * k, 0.030, 0.034, 2.8, 2.4, 28).move(y=0.016)
    slice_ = shapes.rounded_box(0.086, 0.010, 0.038, 0.0045, 3, cuts=14).deform(laid).scale(k, 1, 1)
    lines = [
        bar(
            [[x, 0.0388 - 7 * x**2, 0], [x + 0.006, 0.0362 - 7 * (x + 0.006) ** 2, 0.014 * s]], 0.0009, 8, 6
        ).scale(k, 1, 1)
        for x in np.linspace(-0.030, 0.024, 6)
        for s in (1, -1)
    ]
    loop = curves.resample(cm("0 0.3 1.8, 0 3.8 1.9, 0 4.15 0, 0 3.8 -1.9, 0 0.3 -1.8"), 36, closed=True)
    band = shapes.sweep(loop, 1.0, curves.rectangle(0.0012, 0.013), closed=True)
    grain = finish("plastic", (0.99, 0.78, 0.64), "grain")
    return Asset([
        part("rice", (body, rice)), part("fish", (slice_, fish), (join(*lines), grain)), part("band", (band, weed)),
    ])  # fmt: skip


def sushi(brief: Brief) -> Asset:
    """Sushi rolls in seaweed with a filling, or rice under a slice of salmon."""
    if brief.has("nigiri", "salmon", "tuna"):
        return nigiri(brief)
    rice, weed, fish = rice_weed_fish(brief)
    count = brief.count("roll", brief.count("sushi", 1, 1, 6), 1, 6)
    grain = shapes.superellipsoid(0.0034, 0.0022, 0.0022, 2, 2, 8)
    rng, tall = brief.rng(3), 0.027 * brief.grown("height")
    fillings = [
        (0.62, 0.0, 0.5, fish), (0.50, -0.55, -0.45, finish("plastic", (0.45, 0.68, 0.26), "avocado")),
        (0.46, 0.6, -0.4, finish("plastic", (0.98, 0.86, 0.40), "egg")),
    ]  # fmt: skip
    roll = turned([[0.0245, 0], [0.0250, 0.001], [0.0250, tall - 0.001], [0.0238, tall]], segments=48)
    core = shapes.cylinder(0.0232, tall + 0.0012, 0.001, 40).move(y=-0.0002)
    parts = []
    for k in range(count):
        x = 0.056 * (k - (count - 1) / 2)
        q, t = 0.0215 * np.sqrt(rng.uniform(0.02, 1, 90)), rng.uniform(0, 2 * np.pi, 90)
        at = np.column_stack([q * np.cos(t), np.full(90, tall + 0.0008), q * np.sin(t)])
        grains = [grain.rotate(y=57.0 * i).move(*map(float, place)) for i, place in enumerate(at)]
        mid = []
        for r, u, v, stuff in fillings:
            blot = curves.smooth_curve((curves.polygon(5, r) + [u, v]) / 100, 20, closed=True)
            mid.append((slab(blot, 0.004, 0.0008).move(x, tall - 0.0005, 0), stuff))
        parts += [
            part(f"seaweed_{k + 1}", (roll.move(x=x), weed)),
            part(f"rice_{k + 1}", (join(core, *grains).move(x=x), rice)),
            part(f"filling_{k + 1}", *mid),
        ]
    return Asset(parts)


FAMILIES = (
    Family("burger", ("burger", "cheeseburger", "hamburger", "double burger", "sandwich"), burger),
    Family("hot_dog", ("hot dog", "hotdog", "sausage", "frankfurter"), hot_dog),
    Family("pizza", ("pizza", "slice of pizza", "pizza slice", "pepperoni pizza"), grounded(pizza, centre=True)),
    Family("sushi", ("sushi", "sushi roll", "maki", "nigiri", "maki roll"), grounded(sushi, centre=True)),
)  # fmt: skip
