"""Cloths with a weave, a nap or a fold of their own, and things plaited of straw, cane and rope."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, ridges, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    on_planes,
    plain,
    plane_points,
    ramp,
    shade,
    step,
    stretched,
)


def _woven(color: str, gap: float, slub: float) -> SolidMaterial:
    """Plain weave: ``gap`` is how far threads stand apart, ``slub`` how unevenly thick and toned they are."""

    def evaluate(p: Points) -> Look:
        base = p.colour(0, color)

        def flat(u: Floats, v: Floats, plane: int) -> Look:
            q = plane_points(u, v, plane)
            u = u + np.float32(slub) * (noise(q, 0.35, p.seed + 3) - 0.5)
            v = v + np.float32(slub) * (noise(q, 0.35, p.seed + 4) - 0.5)
            a, b = np.floor(u), np.floor(v)
            fx, fy = np.abs(u - a - 0.5), np.abs(v - b - 0.5)
            over = np.mod(a + b, 2) == 0
            half = 0.5 - gap
            upright = step(half, half - 0.10, fx) * np.where(over, 1.0, 0.55)
            level = step(half, half - 0.10, fy) * np.where(over, 0.55, 1.0)
            rise = np.maximum(upright, level)
            swell = np.where(upright >= level, np.cos(fy * np.pi), np.cos(fx * np.pi))
            round_ = np.where(upright >= level, 1 - (fx * 1.7) ** 2, 1 - (fy * 1.7) ** 2)
            thread = np.where(upright >= level, a * 2, b * 2 + 1)
            tone = 1 + np.float32(0.25 * slub + 0.08) * (random(thread, 2) - 0.5) * 2
            fold = fbm(q, 0.05, 3, p.seed)
            light = tone * (0.42 + 0.40 * rise * round_ + 0.16 * swell * rise + 0.12 * fold)
            return Look(shade(plain(base, u), light), 0.95, 0.0, 0.35 * rise * round_)

        return on_planes(p, flat)

    return SolidMaterial("", (), evaluate, 0.004, (46, 80), own_colours=True)


def _silk(p: Points) -> Look:
    """Soft folds with a sheen that follows them."""
    q = warp(p.position, 0.5, 0.5, p.seed)
    fold = noise(stretched(q, 1.1, 0.35, 1.1), 1.0, p.seed + 1)
    sheen = 0.5 + 0.5 * np.sin(fold * 13)
    thread = noise(stretched(p.position, 50, 4, 50), 1.0, p.seed + 2)
    base = plain(p.colour(0, "d8bfa0"), fold)
    color = mix(shade(base, 0.80 + 0.16 * sheen + 0.05 * thread), "ffffff", 0.16 * sheen**3)
    return Look(color, 0.30 + 0.08 * (1 - sheen), 0.15, 0.13 * sheen)


def _wool(p: Points) -> Look:
    """Curly fleece: round tufts with swirled strands."""
    q = warp(p.position, 1.3, 0.30, p.seed)
    c = cells(q, 1.0, p.seed + 1, offsets=True)
    dome = np.clip(1 - 1.15 * c.nearest, 0, 1)
    turn = np.arctan2(c.offset[:, 1], c.offset[:, 0] + c.offset[:, 2])
    swirl = 0.5 + 0.5 * np.sin(turn + c.nearest * 17 + 6 * c.identity)
    fine = noise(p.position, 9, p.seed + 2)
    color = shade(plain(p.colour(0, "e9e0cd"), dome), 0.52 + 0.36 * dome + 0.16 * swirl + 0.10 * fine)
    return Look(color, 1.0, 0.0, 0.40 * dome + 0.07 * swirl)


def _felt(p: Points) -> Look:
    q = warp(p.position, 3.0, 0.3, p.seed)
    one = ridges(stretched(q, 3, 16, 9), 1.0, 2, p.seed + 1)
    two = ridges(stretched(q, 16, 3, 5), 1.0, 2, p.seed + 2)
    fibre = np.maximum(one, two)
    cloud = fbm(p.position, 0.9, 3, p.seed + 3)
    color = shade(plain(p.colour(0, "3d7a52"), fibre), 0.72 + 0.24 * fibre + 0.16 * cloud)
    return Look(color, 1.0, 0.0, 0.03 * fibre)


def _suede(p: Points) -> Look:
    """Brushed hide: patches of nap that lie this way or that, so lighter or darker."""
    q = warp(p.position, 0.9, 0.7, p.seed)
    nap = step(0.25, 0.75, fbm(stretched(q, 0.5, 0.9, 0.5), 1.0, 3, p.seed + 1))
    fine = noise(p.position, 34, p.seed + 2)
    color = shade(plain(p.colour(0, "a5743f"), fine), 0.80 + 0.12 * nap + 0.22 * fine)
    return Look(color, 1.0, 0.0, 0.008 * fine)


def _corduroy(p: Points) -> Look:
    """Soft ribs along the piece."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        q = plane_points(u, v, plane)
        x = u - np.floor(u) - 0.5
        rib = np.sqrt(np.clip(1 - (x * 2.15) ** 2, 0, 1))
        pile = noise(q * np.array([9, 4, 1], np.float32), 1.0, p.seed)
        worn = fbm(q, 0.12, 3, p.seed + 1)
        color = shade(plain(p.colour(0, "8a5a2c"), u), 0.30 + 0.52 * rib + 0.20 * pile + 0.22 * (worn - 0.5))
        return Look(color, 0.98, 0.0, 0.42 * rib + 0.03 * pile)

    return on_planes(p, flat)


def _tweed(p: Points) -> Look:
    """Herringbone of two yarns, with coloured flecks."""
    light, dark = p.colour(0, "a9a191"), p.colour(1, "4d4840")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        column = np.floor(u / 6)
        way = np.where(np.mod(column, 2) == 0, 1.0, -1.0)
        s = v + way * (u - column * 6)
        f = s / 3 - np.floor(s / 3)
        band = step(0.02, 0.12, f) * step(0.55, 0.45, f)
        q = plane_points(u, v, plane)
        fibre = noise(q, 1.9, p.seed)
        fleck = step(0.80, 0.88, noise(q, 0.9, p.seed + 5))
        color = shade(mix(plain(light, u), dark, band), 0.74 + 0.46 * fibre)
        return Look(mix(color, "8a4a2a", 0.5 * fleck), 1.0, 0.0, 0.35 * band + 0.2 * fibre)

    return on_planes(p, flat)


def _sequins(p: Points) -> Look:
    """Small shining discs in staggered rows that overlap, each tilted its own way."""
    base = p.colour(0, "c22a63")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        color = np.zeros((len(u), 3), np.float32)
        height = np.zeros(len(u), np.float32)
        for lift in (1, 0):  # the lower row lies over the upper one
            row = np.floor(v * 1.5) + lift
            x = u + 0.5 * np.mod(row, 2)
            column = np.floor(x)
            fx, fy = x - column - 0.5, (row - v * 1.5) - 0.45
            mine = fx**2 + (fy / 1.3) ** 2 < 0.30
            which = row * 131 + column + plane * 7919
            tilt = (random(which, 1) - 0.5) * fx + (random(which, 2) - 0.5) * fy
            glint = step(0.72, 0.95, random(which, 3))
            hole = step(0.10, 0.07, np.hypot(fx, fy + 0.25))
            disc = mix(shade(plain(base, u), 0.55 + 0.65 * random(which, 4)), "ffffff", 0.55 * glint)
            color[mine] = shade(disc, 1 - 0.7 * hole)[mine]
            height = np.where(mine, 0.15 + 0.5 * tilt + 0.2 * fy, height)
        return Look(color, 0.18, 0.9, height.astype(np.float32))

    return on_planes(p, flat)


def _wicker(p: Points) -> Look:
    """Canes woven around upright stakes."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row, stake = np.floor(v), np.floor(u / 2.4)
        fy, fx = v - row - 0.5, u / 2.4 - stake - 0.5
        front = np.mod(row + stake, 2) == 0
        bow = np.cos(fx * np.pi)
        cane = np.sqrt(np.clip(1 - (fy * 2.1) ** 2, 0, 1)) * np.where(
            front, 0.35 + 0.65 * bow, 1 - 0.75 * bow
        )
        post = np.sqrt(np.clip(1 - (fx * 5.0) ** 2, 0, 1)) * ~front * 0.72
        rise = np.maximum(cane, post)
        q = plane_points(u, v, plane)
        fibre = noise(q * np.array([1.0, 9, 1], np.float32), 1.0, p.seed)
        tone = 0.80 + 0.3 * random(row * 17 + plane, 2) + 0.16 * (fibre - 0.5)
        return Look(shade(plain("c4934f", u), tone * (0.18 + 0.85 * rise)), 0.6, 0.0, 0.6 * rise)

    return on_planes(p, flat)


def _rope(p: Points) -> Look:
    """Rope wound round and round: three strands twisted into each turn."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        turn = np.floor(v)
        fy = v - turn - 0.5
        body = np.sqrt(np.clip(1 - (fy * 2.05) ** 2, 0, 1))
        twist = u * 1.5 + fy * 0.9 + random(turn, 3)
        strand = np.sqrt(np.clip(1 - ((twist - np.floor(twist) - 0.5) * 2.0) ** 2, 0, 1))
        q = plane_points(u + fy, v - 0.8 * u, plane)
        fibre = noise(q * np.array([5.0, 13, 1], np.float32), 1.0, p.seed)
        light = (0.25 + 0.75 * body) * (0.42 + 0.55 * strand) * (0.82 + 0.36 * fibre)
        return Look(shade(plain("cfae78", u), light), 0.95, 0.0, 0.5 * body + 0.22 * strand * body)

    return on_planes(p, flat)


def _thatch(p: Points) -> Look:
    """Straw in overlapping layers, each with a ragged, shaded lower edge."""
    q = warp(p.position, 0.9, 0.10, p.seed)
    straw = np.maximum(
        ridges(stretched(q, 9, 0.7, 9), 1.0, 2, p.seed + 1), noise(stretched(q, 17, 0.9, 17), 1.0, p.seed + 2)
    )
    y = q[:, 1] * 0.9 + 0.5 * (noise(stretched(q, 7, 0.3, 7), 1.0, p.seed + 3) - 0.5)
    layer = y - np.floor(y)
    color = shade(
        ramp(np.clip(straw * 1.5 - 0.35, 0, 1), "6b4f22", "b48f46", "e3c67c"),
        0.55 + 0.45 * step(0.95, 0.55, layer) + 0.15 * straw,
    )
    return Look(color, 0.95, 0.0, 0.12 * straw + 0.30 * (1 - layer))


def _of(name: str, base: SolidMaterial, across: tuple[float, float], *phrases: str) -> SolidMaterial:
    return SolidMaterial(name, phrases, base.evaluate, base.feature, across, own_colours=True)


MATERIALS = (
    _of("cotton", _woven("eeeae2", 0.01, 0.10), (70, 110), "cotton", "bed sheet", "t-shirt cloth", "nylon"),
    _of("canvas", _woven("c9b78f", 0.03, 0.30), (50, 84), "canvas", "sailcloth", "tent cloth"),
    _of("burlap", _woven("a07b48", 0.11, 0.80), (36, 60), "burlap", "sackcloth", "jute", "hessian"),
    SolidMaterial("silk", ("silk", "satin", "shiny satin cloth"), _silk, 0.12, (4, 8), own_colours=True),
    SolidMaterial(
        "wool",
        ("wool", "sheep wool", "fleece", "sherpa", "lamb", "sheep"),
        _wool,
        0.02,
        (16, 30),
        own_colours=True,
    ),
    SolidMaterial("felt", ("felt", "billiard cloth"), _felt, 0.05, (7, 16), own_colours=True),
    SolidMaterial("suede", ("suede", "nubuck", "chamois leather"), _suede, 0.06, (5, 12), own_colours=True),
    SolidMaterial("corduroy", ("corduroy", "ribbed velvet"), _corduroy, 0.006, (30, 54), own_colours=True),
    SolidMaterial(
        "tweed", ("tweed", "herringbone cloth", "suit cloth"), _tweed, 0.004, (60, 110), own_colours=True
    ),
    SolidMaterial("sequins", ("sequins", "glitter", "disco"), _sequins, 0.012, (24, 44), own_colours=True),
    SolidMaterial(
        "wicker", ("wicker", "woven basket", "rattan weave", "basketwork"), _wicker, 0.012, (20, 36)
    ),
    SolidMaterial("rope", ("rope", "twine", "coiled rope", "string"), _rope, 0.02, (14, 26)),
    SolidMaterial("thatch", ("straw", "thatch", "straw thatch", "hay", "raffia"), _thatch, 0.06, (6, 12)),
)
