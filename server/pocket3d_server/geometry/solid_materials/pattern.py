"""Patterns: animal coats, prints, and things painted on. Colours of the prompt take the place of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, warp
from pocket3d_server.geometry.solid_materials.nature import hair
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    on_planes,
    ramp,
    shade,
    step,
)


def _bands(p: Points, wobble: float, frequency: float = 1.0) -> Floats:
    """0..1..0 bands across the piece's length that branch and wander like a coat's."""
    q = warp(p.grain, 0.45, wobble, p.seed)
    branch = fbm(p.position, 0.7, 2, p.seed + 3)
    return np.asarray(0.5 + 0.5 * np.sin(q[:, 1] * 2 * np.pi * frequency + 3.2 * (branch - 0.5)), np.float32)


def _zebra(p: Points) -> Look:
    t = step(0.47, 0.55, _bands(p, 0.55))
    return hair(p, mix(p.colour(0, "f1ece2"), p.colour(1, "1b1816"), t), 0.35, t)


def _tiger(p: Points) -> Look:
    thin = _bands(p, 0.7, 1.0)
    breakup = fbm(p.position, 1.4, 3, p.seed + 8)
    t = step(0.72, 0.80, thin * (0.62 + 0.75 * breakup))
    below = step(-0.1, -0.6, p.normal[:, 1]) * 0.8
    ground = mix(np.broadcast_to(p.colour(0, "d9802b"), p.position.shape), "f3e6d0", below)
    return hair(p, mix(ground, p.colour(1, "1d1410"), t), 0.35, t)


def _leopard(p: Points) -> Look:
    c = cells(warp(p.position, 1.2, 0.18, p.seed), 1.0, p.seed + 1, 0.8)
    size = 0.30 + 0.12 * c.identity
    ragged = c.nearest + 0.22 * (fbm(p.position, 2.6, 2, p.seed + 2) - 0.5)
    ring = step(size + 0.05, size, ragged) * step(size - 0.20, size - 0.14, ragged)
    inner = step(size, size - 0.05, ragged)
    ground = mix(p.colour(0, "d9ab66"), p.colour(0, "d9ab66") * 0.72, inner)
    return hair(p, mix(ground, p.colour(1, "2a1a10"), ring), 0.35, ring)


def _giraffe(p: Points) -> Look:
    c = cells(warp(p.position, 1.1, 0.16, p.seed), 1.0, p.seed + 1, 0.85)
    patch = step(0.09, 0.15, c.second - c.nearest)
    brown = shade(np.broadcast_to(p.colour(1, "a1622a"), p.position.shape), 0.8 + 0.35 * c.identity)
    return hair(p, mix(np.broadcast_to(p.colour(0, "ecd9ae"), p.position.shape), brown, patch), 0.4, patch)


def _cow(p: Points) -> Look:
    t = step(0.515, 0.53, fbm(warp(p.position, 0.8, 0.3, p.seed), 0.62, 3, p.seed + 1))
    return hair(p, mix(p.colour(0, "f2ede6"), p.colour(1, "211d1c"), t), 0.4, t)


def _dalmatian(p: Points) -> Look:
    c = cells(warp(p.position, 1.5, 0.12, p.seed), 1.0, p.seed + 1, 0.9)
    t = step(0.34, 0.30, c.nearest / (0.55 + 0.7 * c.identity))
    return hair(p, mix(p.colour(0, "f4f1ec"), p.colour(1, "1c1a1a"), t), 0.4, t)


def _camouflage(p: Points) -> Look:
    q = warp(p.position, 0.9, 0.35, p.seed)
    stops = (p.colour(0, "6d7544"), p.colour(1, "a08f5e"), p.colour(2, "47502f"), p.colour(3, "2e2f25"))
    color: Floats = np.broadcast_to(stops[0], p.position.shape).astype(np.float32)
    for k, level in ((1, 0.53), (2, 0.55), (3, 0.60)):
        color = mix(color, stops[k], step(level, level + 0.012, fbm(q, 0.75, 3, p.seed + 10 * k)))
    weave = noise(p.position, 26, p.seed + 5)
    return Look(shade(color, 0.88 + 0.2 * weave), 0.88, 0.0, 0.01 * weave)


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


def _coat(
    name: str,
    *phrases: str,
    evaluate: Callable[[Points], Look],
    feature: float,
    across: tuple[float, float],
    features: tuple[str, ...] = (),
) -> SolidMaterial:
    return SolidMaterial(name, phrases, evaluate, feature, across, own_colours=True, features=features)


MATERIALS = (
    _coat(
        "zebra",
        "zebra stripes",
        "zebra",
        evaluate=_zebra,
        features=("stripe", "band"),
        feature=0.12,
        across=(6, 11),
    ),
    _coat(
        "tiger",
        "tiger stripes",
        "tiger fur",
        evaluate=_tiger,
        features=("stripe", "band"),
        feature=0.12,
        across=(6, 11),
    ),
    _coat(
        "leopard",
        "leopard spots",
        "jaguar",
        "cheetah print",
        evaluate=_leopard,
        features=("spot", "ring", "rosette", "dot"),
        feature=0.08,
        across=(8, 15),
    ),
    _coat(
        "giraffe",
        "giraffe pattern",
        evaluate=_giraffe,
        features=("patch", "spot"),
        feature=0.2,
        across=(6, 12),
    ),
    _coat(
        "cow",
        "cow spots",
        "cow hide",
        "holstein",
        evaluate=_cow,
        features=("spot", "patch"),
        feature=0.25,
        across=(5, 9),
    ),
    _coat(
        "dalmatian",
        "dalmatian spots",
        "black spots on white",
        evaluate=_dalmatian,
        features=("spot", "dot"),
        feature=0.1,
        across=(7, 13),
    ),
    _coat(
        "camouflage", "military camouflage", "army camo", evaluate=_camouflage, feature=0.15, across=(5, 10)
    ),
    _coat(
        "stripes",
        "stripes",
        "striped",
        "candy cane",
        evaluate=_stripes,
        features=("stripe", "band", "line"),
        feature=0.12,
        across=(6, 12),
    ),
    _coat(
        "dots",
        "polka dots",
        "dotted",
        "mushroom cap with white spots",
        evaluate=_dots,
        features=("dot", "spot", "circle"),
        feature=0.1,
        across=(8, 14),
    ),
    _coat(
        "checker",
        "checkerboard",
        "chess board",
        "checkered",
        evaluate=_checker,
        features=("check", "square"),
        feature=0.1,
        across=(7, 14),
    ),
    _coat(
        "hearts",
        "hearts",
        "heart pattern",
        "valentine",
        evaluate=_hearts,
        features=("heart",),
        feature=0.1,
        across=(7, 12),
    ),
    _coat("stars", "stars", "star pattern", evaluate=_stars, features=("star",), feature=0.1, across=(7, 12)),
    _coat(
        "chevron",
        "chevron",
        "zigzag",
        "zigzag stripes",
        evaluate=_chevron,
        features=("zigzag", "chevron"),
        feature=0.12,
        across=(6, 11),
    ),
    _coat(
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
    _coat("rainbow", "rainbow", "colourful gradient", evaluate=_rainbow, feature=0.5, across=(2, 3)),
    _coat(
        "galaxy", "galaxy", "starry night sky", "space nebula", evaluate=_galaxy, feature=0.2, across=(4, 8)
    ),
    _coat(
        "circuit",
        "circuit board",
        "electronic circuits",
        "cyberpunk",
        evaluate=_circuit,
        features=("line", "trace"),
        feature=0.08,
        across=(7, 12),
    ),
    _coat(
        "paint_splashes",
        "graffiti",
        "paint splashes",
        "splatter",
        evaluate=_graffiti,
        feature=0.15,
        across=(6, 11),
    ),
)
