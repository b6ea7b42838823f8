"""Prints, and things painted on. Colours of the prompt take the place of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    mix,
    on_planes,
    patterned,
    ramp,
    shade,
    step,
)


def _two(p: Points) -> tuple[Floats, Floats]:
    """Ground and figure, in contrast when only one of them is known."""
    red, cream = "d0342c", "f6f1e8"
    if not p.colours and p.accent is not None and sum(p.accent) < 2.1:
        return p.colour(0, cream), p.colour(1, red)
    if p.colours and p.accent is None and len(p.colours) < 2 and sum(p.colours[0]) > 2.1:
        return p.colour(0, cream), p.colour(1, red)
    return p.colour(0, red), p.colour(1, cream)


def _stripes(p: Points) -> Look:
    f = p.grain[:, 1] - np.floor(p.grain[:, 1])
    t = step(0.49, 0.51, f) * step(1.0, 0.98, f)
    return Look(mix(*_two(p), t), 0.5, accent=t)


def _dots(p: Points) -> Look:
    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v)
        x = u + 0.5 * np.mod(row, 2)
        distance = np.hypot(x - np.floor(x) - 0.5, v - row - 0.5)
        t = step(0.31, 0.285, distance)
        return Look(mix(*_two(p), t), 0.45, accent=t)

    return on_planes(p, flat)


def _checker(p: Points) -> Look:
    i = np.floor(p.position + 1e-3).sum(axis=1)
    t = (np.mod(i, 2) > 0.5).astype(np.float32)
    return Look(mix(p.colour(0, "f0ece4"), p.colour(1, "26262a"), t), 0.35, accent=t)


def _repeated(p: Points, inside: Callable[[Floats, Floats], Floats]) -> Look:
    """A figure in staggered rows; ``inside`` gives its share at offsets from the middle, -0.5..0.5, upwards."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v)
        x = u + 0.5 * np.mod(row, 2)
        t = inside(x - np.floor(x) - 0.5, v - row - 0.5)
        return Look(mix(*_two(p), t), 0.5, accent=t)

    return on_planes(p, flat)


def _hearts(p: Points) -> Look:
    def heart(x: Floats, y: Floats) -> Floats:
        a, b = np.abs(x) * 3.1, y * 3.1 + 0.15
        return step(1.06, 0.94, np.hypot(a, (b - 0.75 * np.sqrt(np.clip(a, 0, 2))) * 1.15))

    return _repeated(p, heart)


def _stars(p: Points) -> Look:
    def star(x: Floats, y: Floats) -> Floats:
        angle = np.mod(np.arctan2(x, y) + np.pi / 5, 2 * np.pi / 5) - np.pi / 5
        r = np.hypot(x, y)
        # Right of the straight side from a tip at 0.40 to a notch at 0.16 of the cell.
        tip, x_notch, y_notch = 0.40, 0.16 * np.cos(np.pi / 5), 0.16 * np.sin(np.pi / 5)
        length = np.hypot(y_notch, tip - x_notch)
        out = (r * np.cos(angle) - tip) * y_notch + r * np.abs(np.sin(angle)) * (tip - x_notch)
        return step(0.008, -0.008, out / length)

    return _repeated(p, star)


def _chevron(p: Points) -> Look:
    def flat(u: Floats, v: Floats, plane: int) -> Look:
        f = v + np.abs(u - np.floor(u) - 0.5)
        t = step(0.23, 0.27, np.abs(f - np.floor(f) - 0.5))
        return Look(mix(*_two(p), t), 0.5, accent=t)

    return on_planes(p, flat)


def _floral(p: Points) -> Look:
    """Wallpaper: flowers of five petals with leaves, in staggered rows."""
    ground, petal, leaf = p.colour(0, "efe6d2"), p.colour(1, "c4566a"), p.colour(2, "6d8a5a")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v)
        x = u + 0.5 * np.mod(row, 2)
        which = np.floor(x) * 31 + row * 7 + plane
        fx, fy = x - np.floor(x) - 0.5, v - row - 0.5
        r, turn = np.hypot(fx, fy), np.arctan2(fy, fx) + 6.3 * random(which, 3)
        bloom = 0.20 + 0.07 * np.abs(np.sin(2.5 * turn))
        flower = step(0.006, -0.006, r - bloom)
        inner = step(0.006, -0.006, r - 0.62 * bloom)
        heart = step(0.06, 0.05, r)
        green = step(0.012, -0.012, np.abs(np.sin(turn * 1.5 + 1.1)) * -0.42 + r) * (r > 0.2)
        color = mix(np.broadcast_to(ground, (len(u), 3)), leaf, 0.9 * green)
        color = mix(color, shade(np.broadcast_to(petal, color.shape), 0.86 + 0.5 * r), flower)
        color = mix(mix(color, petal * 0.35 + 0.6, 0.6 * inner), "e9b93a", heart)
        return Look(color, 0.75, accent=np.maximum(flower, heart))

    return on_planes(p, flat)


def _rainbow(p: Points) -> Look:
    f = p.position[:, 1] * 0.5 + 0.12 * (noise(p.position, 0.6, p.seed) - 0.5)
    t = f - np.floor(f)
    color = ramp(t, "e8413c", "f5953a", "f7d54a", "57b85a", "3f86d6", "7d4fc2", "e8413c")
    return Look(color, 0.4)


def _galaxy(p: Points) -> Look:
    q = warp(p.position, 0.5, 0.8, p.seed)
    cloud, dust = fbm(q, 0.6, 5, p.seed + 1), fbm(q, 0.9, 5, p.seed + 2)
    color = mix(
        ramp(np.clip(cloud * 2.1 - 0.6, 0, 1), "05060f", "1b1446", "5a2486", "c64fa8"),
        "2f8fd0",
        0.6 * step(0.5, 0.75, dust),
    )
    star = cells(p.position, 4.0, p.seed + 3)
    small = cells(p.position, 9.0, p.seed + 4)
    light = step(0.10, 0.02, star.nearest) * (star.identity > 0.55) + 0.7 * step(
        0.12, 0.03, small.nearest
    ) * (small.identity > 0.7)
    return Look(mix(color, "ffffff", np.clip(light, 0, 1)), 0.35)


def _circuit(p: Points) -> Look:
    """A circuit board: bundles of traces that turn at 45 degrees, pads, and black chips with legs."""
    board, metal = p.colour(0, "0f4a2e"), p.colour(1, "c9a24a")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        a, b = np.floor(u), np.floor(v)
        which = a * 131 + b + plane * 7919
        x, y = u - a, v - b
        # Straight bundles and bundles that cut the corners; both cross the sides at the same places.
        turned = random(which, 1) > 0.5
        s = np.where(turned, x + y, x - y + 1)
        corner = np.abs(np.mod(np.where(s > 1, 2 - s, s) * 4, 1) - 0.5)
        straight = np.abs(np.mod(np.where(random(which, 2) > 0.5, x, y) * 4, 1) - 0.5)
        trace = step(0.17, 0.11, np.where(random(which, 3) > 0.35, corner, straight))
        ring = np.hypot(np.mod(x * 2, 1) - 0.5, np.mod(y * 2, 1) - 0.5)
        pads = random(np.floor(u * 2) * 57 + np.floor(v * 2) + plane, 4) > 0.72
        chip = random(which, 5) > 0.86
        pad = step(0.24, 0.21, ring) * pads * ~chip
        hole = step(0.10, 0.08, ring) * pads * ~chip
        body = step(0.33, 0.32, np.maximum(np.abs(x - 0.5), np.abs(y - 0.5) * 1.25)) * chip
        near = (np.abs(x - 0.5) < 0.42) & (np.abs(y - 0.5) < 0.26) & chip
        leg = step(0.20, 0.16, np.abs(np.mod(y * 7, 1) - 0.5)) * near
        copper = np.maximum(trace * ~chip, pad)
        bright = np.maximum(pad, leg) * (1 - body)
        green = mix(np.broadcast_to(board, (len(u), 3)), board * 1.6 + 0.04, 0.9 * copper)
        color = mix(mix(green, metal, bright), "0c0c0d", np.clip(body + hole, 0, 1))
        height = 0.03 * copper + 0.03 * leg + 0.10 * body - 0.03 * hole
        return Look(
            color, 0.40 - 0.12 * bright + 0.1 * body, 0.9 * bright, height, np.maximum(copper, bright)
        )

    return on_planes(p, flat)


def _graffiti(p: Points) -> Look:
    """Splashes of many colours."""
    color: Floats = np.broadcast_to(p.colour(0, "e9e4da"), p.position.shape).astype(np.float32)
    for k, paint in enumerate(("e0452f", "f2b632", "2f8fc4", "3f9c56", "8a3fa8", "202024")):
        c = cells(warp(p.position, 1.8, 0.22, p.seed + k), 0.75, p.seed + 20 + k)
        blot = step(0.34, 0.31, c.nearest + 0.25 * (fbm(p.position, 3, 2, p.seed + k) - 0.5)) * (
            c.identity > 0.45
        )
        color = mix(color, p.colour(k + 1, paint), blot)
    return Look(color, 0.5, 0.0, 0.0)


MATERIALS = (
    patterned(
        "stripes",
        "stripes",
        "striped",
        "candy cane",
        evaluate=_stripes,
        features=("stripe", "band", "line"),
        feature=0.12,
        across=(6, 12),
    ),
    patterned(
        "dots",
        "polka dots",
        "dotted",
        "mushroom cap with white spots",
        evaluate=_dots,
        features=("dot", "spot", "circle"),
        feature=0.1,
        across=(8, 14),
    ),
    patterned(
        "checker",
        "checkerboard",
        "chess board",
        "checkered",
        evaluate=_checker,
        features=("check", "square"),
        feature=0.1,
        across=(7, 14),
    ),
    patterned(
        "hearts",
        "hearts",
        "heart pattern",
        "valentine",
        evaluate=_hearts,
        features=("heart",),
        feature=0.1,
        across=(7, 12),
    ),
    patterned(
        "stars", "stars", "star pattern", evaluate=_stars, features=("star",), feature=0.1, across=(7, 12)
    ),
    patterned(
        "chevron",
        "chevron",
        "zigzag",
        "zigzag stripes",
        evaluate=_chevron,
        features=("zigzag", "chevron"),
        feature=0.12,
        across=(6, 11),
    ),
    patterned(
        "floral",
        "flower pattern",
        "floral wallpaper",
        "flowers",
        "wallpaper",
        evaluate=_floral,
        features=("flower",),
        feature=0.12,
        across=(5, 10),
    ),
    patterned("rainbow", "rainbow", "colourful gradient", evaluate=_rainbow, feature=0.5, across=(2, 3)),
    patterned(
        "galaxy", "galaxy", "starry night sky", "space nebula", evaluate=_galaxy, feature=0.2, across=(4, 8)
    ),
    patterned(
        "circuit",
        "circuit board",
        "electronic circuits",
        "cyberpunk",
        evaluate=_circuit,
        features=("line", "trace"),
        feature=0.08,
        across=(7, 12),
    ),
    patterned(
        "paint_splashes",
        "graffiti",
        "paint splashes",
        "splatter",
        evaluate=_graffiti,
        feature=0.15,
        across=(6, 11),
    ),
)
