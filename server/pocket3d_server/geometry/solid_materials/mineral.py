"""Plasters, roads, earths, and precious stones."""

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


def _plaster(p: Points) -> Look:
    """Smoothed by hand: arcs of the trowel and faint clouds."""
    c = cells(warp(p.position, 0.8, 0.3, p.seed), 1.1, p.seed + 1, offsets=True)
    sweep = 0.5 + 0.5 * np.sin(np.hypot(c.offset[:, 0] + c.offset[:, 2] + 0.9, c.offset[:, 1]) * 34)
    blend = step(0.35, 0.6, fbm(p.position, 1.5, 2, p.seed + 3)) * step(0.0, 0.35, c.second - c.nearest)
    cloud, fine = fbm(p.position, 0.6, 4, p.seed + 2), fbm(p.position, 9, 2, p.seed + 4)
    light = 0.82 + 0.20 * cloud + 0.06 * sweep * blend + 0.04 * fine
    height = 0.020 * sweep * blend + 0.06 * cloud + 0.006 * fine
    return Look(shade(plain(p.colour(0, "ece7dc"), cloud), light), 0.92, 0.0, height)


def _stucco(p: Points) -> Look:
    """Thrown on: crusts with flattened tops and rough hollows between them."""
    crust = fbm(warp(p.position, 1.5, 0.2, p.seed), 2.0, 4, p.seed + 1)
    top = step(0.42, 0.54, crust)
    grit = noise(p.position, 22, p.seed + 2)
    stain = fbm(stretched(p.position, 1.2, 0.3, 1.2), 0.7, 3, p.seed + 3)
    light = 0.72 + 0.13 * top + 0.12 * grit + 0.16 * stain
    return Look(shade(plain(p.colour(0, "e3d3b4"), crust), light), 0.97, 0.0, 0.16 * top + 0.05 * grit)


def _limestone(p: Points) -> Look:
    """Pale, bedded, with long pores and bits of shell."""
    bed = fbm(stretched(warp(p.position, 0.6, 0.4, p.seed), 0.7, 2.6, 0.7), 1.0, 4, p.seed + 1)
    pore = step(0.60, 0.70, fbm(stretched(p.position, 2.2, 7.0, 2.2), 1.0, 3, p.seed + 2)) * step(
        0.4, 0.6, bed
    )
    shell = cells(p.position, 4.0, p.seed + 3)
    ring = step(0.05, 0.02, np.abs(shell.nearest - 0.20)) * (shell.identity > 0.86)
    fine = noise(p.position, 24, p.seed + 4)
    color = shade(ramp(np.clip(bed * 1.8 - 0.4, 0, 1), "b9a783", "d9cbab", "efe6d0"), 0.88 + 0.16 * fine)
    color = mix(mix(color, "f6f0e2", 0.6 * ring), "7d6b4c", 0.75 * pore)
    return Look(color, 0.85, 0.0, 0.02 * fine - 0.10 * pore)


def _asphalt(p: Points) -> Look:
    c = cells(p.position, 1.0, p.seed)
    stone = np.clip(1 - 1.3 * c.nearest, 0, 1)
    fine = noise(p.position, 3.1, p.seed + 1)
    patch = fbm(p.position, 0.06, 4, p.seed + 2)
    crack = step(0.975, 0.998, ridges(warp(p.position, 0.2, 1.2, p.seed), 0.055, 1, p.seed + 3))
    bright = step(0.80, 0.95, c.identity)
    color = ramp(np.clip(0.5 * c.identity + 0.25 * fine + 0.35 * patch, 0, 1), "1d1e20", "37383b", "57585b")
    color = shade(mix(color, "9a9894", 0.55 * bright), (0.6 + 0.5 * stone) * (1 - 0.75 * crack))
    return Look(color, 0.92, 0.0, 0.35 * stone - 0.5 * crack, crack)


def _terrazzo(p: Points) -> Look:
    """Polished chips of several stones in pale cement."""
    c = cells(warp(p.position, 1.2, 0.10, p.seed), 1.0, p.seed + 1)
    small = cells(p.position, 2.3, p.seed + 2)

    def chips(c_nearest: Floats, second: Floats, identity: Floats, share: float) -> Floats:
        return np.asarray(step(0.07, 0.11, second - c_nearest) * (identity > share), np.float32)

    one, two = (
        chips(c.nearest, c.second, c.identity, 0.45),
        chips(small.nearest, small.second, small.identity, 0.6),
    )
    stops = ("8a4f3f", "2f3a44", "d3a54f", "6d8573", "b8aea0", "f7f3ea")
    color = mix(p.colour(0, "e6dfd3"), ramp(np.mod(small.identity * 5.3, 1), *stops), two)
    color = mix(color, ramp(np.mod(c.identity * 7.7, 1), *stops), one)
    return Look(color, 0.16 + 0.1 * (1 - np.maximum(one, two)), 0.0, 0.0)


def _mud(p: Points) -> Look:
    """Wet clods, with water shining in the hollows."""
    q = warp(p.position, 1.0, 0.35, p.seed)
    lump = fbm(q, 1.6, 5, p.seed + 1)
    pool = step(0.47, 0.40, lump)
    fine = fbm(p.position, 9, 3, p.seed + 2)
    dry = ramp(np.clip(lump * 2.2 - 0.6, 0, 1), "3a2718", "5a4029", "7d5f42")
    color = mix(shade(dry, 0.8 + 0.4 * fine), "2b2119", pool)
    height = 0.45 * np.maximum(lump, 0.44) + 0.03 * fine * (1 - pool)
    return Look(color, 0.70 - 0.64 * pool, 0.0, height)


def _cracked_earth(p: Points) -> Look:
    """A dried lake: plates with curled rims."""
    c = cells(warp(p.position, 1.6, 0.14, p.seed), 1.0, p.seed + 1)
    border = c.second - c.nearest
    plate = step(0.03, 0.11, border + 0.03 * (noise(p.position, 8, p.seed + 2) - 0.5))
    curl = step(0.45, 0.10, border)
    fine = fbm(p.position, 5, 4, p.seed + 3)
    color = shade(ramp(c.identity, "a3794c", "b98f60", "c9a67a"), 0.72 + 0.36 * fine + 0.16 * curl)
    return Look(mix("2e1f13", color, plate), 0.95, 0.0, plate * (0.14 + 0.10 * curl) + 0.03 * fine, 1 - plate)


def _moon(p: Points) -> Look:
    """Craters of three sizes in grey dust."""
    height = np.zeros(len(p.position), np.float32)
    ray = height.copy()
    for size, depth, seed in ((0.8, 0.34, 1), (1.9, 0.15, 2), (4.6, 0.06, 3)):
        c = cells(warp(p.position, 1.2, 0.12, p.seed), size, p.seed + seed)
        r = c.nearest / (0.22 + 0.24 * c.identity)
        there = (c.identity > 0.35).astype(np.float32)
        bowl = np.where(r < 1, r * r - 1, 0) + 0.45 * np.exp(-(((r - 1.05) / 0.22) ** 2))
        height += there * bowl * depth * (0.4 + c.identity)
        ray += there * step(1.6, 0.9, r) * 0.5
    dust, fine = fbm(p.position, 0.7, 4, p.seed + 7), fbm(p.position, 9, 3, p.seed + 8)
    light = 0.58 + 0.35 * dust + 0.18 * fine + 0.10 * np.clip(ray, 0, 1) + 0.45 * np.clip(height, -0.5, 0.3)
    return Look(shade(plain(p.colour(0, "b2b0ac"), dust), light), 0.97, 0.0, height + 0.03 * fine)


def _coal(p: Points) -> Look:
    """Broken lumps: flat faces, some of them shining."""
    c = cells(p.position, 1.0, p.seed)
    gloss = np.mod(c.identity * 7.3, 1)
    grain = fbm(p.position, 5, 4, p.seed + 4)
    dust = step(0.45, 0.7, fbm(p.position, 0.8, 3, p.seed + 5))
    color = shade(ramp(gloss, "0b0b0c", "17171a", "2b2b30"), 0.7 + 0.6 * grain)
    rise = 0.30 * np.minimum(c.second - c.nearest, 0.45)
    return Look(mix(color, "3b3a3a", 0.35 * dust), 0.22 + 0.4 * gloss + 0.3 * dust, 0.0, rise + 0.03 * grain)


def _gem(dark: str, middle: str, light: str) -> SolidMaterial:
    """A cut stone: rows of facets, each of which shows another depth of colour."""

    def evaluate(p: Points) -> Look:
        c = cells(p.position, 1.0, p.seed, 0.8, offsets=True)
        # The difference of the two nearest distances rises from each border in flat faces to a small table.
        rise = np.minimum(c.second - c.nearest, 0.42)
        turn = np.floor((np.arctan2(c.offset[:, 1], c.offset[:, 0] + c.offset[:, 2]) / np.pi + 1) * 4)
        table = (rise > 0.41).astype(np.float32)
        facet = np.where(table > 0, 0.7, np.mod(c.identity * 5.1 + turn * 0.37, 1))
        inner = cells(p.position + p.normal * np.float32(0.5), 2.2, p.seed + 5).identity
        depth = np.clip(0.65 * facet + 0.40 * inner - 0.02, 0, 1).astype(np.float32)
        glint = step(0.90, 0.99, np.mod(inner * 3.7 + facet, 1))
        color = mix(ramp(depth, dark, dark, middle, light), "ffffff", 0.5 * glint)
        return Look(color, 0.04, 0.15, 0.45 * rise)

    return SolidMaterial("", (), evaluate, 0.08, (5, 10))


def _nacre(p: Points) -> Look:
    """Layers that shimmer in faint rainbow colours."""
    q = warp(p.position, 0.6, 0.6, p.seed)
    layer = fbm(q, 0.8, 3, p.seed + 1) * 3.5 + p.normal[:, 1] * 0.6
    hue = ramp(np.mod(layer, 1), "f3d9e2", "efe6d2", "d5ece0", "d3e2f2", "e6d9f2", "f3d9e2")
    fine = 0.5 + 0.5 * np.sin(fbm(q, 1.0, 2, p.seed + 2) * 60)
    return Look(shade(hue, 0.96 + 0.05 * fine), 0.14, 0.25, 0.004 * fine)


def _opal(p: Points) -> Look:
    """Milky stone with patches of fire."""
    q = warp(p.position, 1.5, 0.3, p.seed)
    c, d = cells(q, 1.3, p.seed + 1), cells(q, 3.0, p.seed + 2)
    fire = step(0.45, 0.65, fbm(p.position, 0.9, 3, p.seed + 3) + 0.25 * (d.identity - 0.5))
    hue = ramp(
        np.mod(c.identity * 3 + 0.35 * d.identity, 1),
        "28c7b0",
        "3f7fe0",
        "9a5fe0",
        "f06a8a",
        "f7b03f",
        "4fd07a",
        "28c7b0",
    )
    milk = shade(plain("e3e6ee", fire), 0.9 + 0.15 * noise(p.position, 1.5, p.seed + 4))
    return Look(mix(milk, hue, 0.75 * fire), 0.08, 0.1, 0.01 * d.identity)


def _jade(p: Points) -> Look:
    cloud = fbm(warp(p.position, 0.7, 0.6, p.seed), 0.8, 4, p.seed + 1)
    wisp = step(0.55, 0.80, fbm(warp(p.position, 1.2, 0.5, p.seed + 2), 1.3, 4, p.seed + 3))
    color = ramp(np.clip(cloud * 2 - 0.5, 0, 1), "2f7a55", "5ba77a", "8fc8a0")
    return Look(mix(color, "d9ead2", 0.55 * wisp), 0.16, 0.0, 0.01 * cloud)


def _hexagons(p: Points) -> Look:
    """Glazed six-sided tiles."""
    main = p.colour(0, "e9e4da")
    other = p.colour(1, "27424f")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        y = v / np.float32(0.8660254)
        best = np.full(len(u), 9.0, np.float32)
        second, which = best.copy(), np.zeros(len(u), np.float64)
        for lift in (0, 1):
            row = np.floor(y) + lift
            for side in (-1, 0, 1):
                column = np.floor(u - 0.5 * np.mod(row, 2) + 0.5) + side
                d = np.hypot(u - column - 0.5 * np.mod(row, 2), (y - row) * 0.8660254).astype(np.float32)
                closer = d < best
                second = np.where(closer, best, np.minimum(second, d))
                which = np.where(closer, row * 4099 + column + plane * 31, which)
                best = np.where(closer, d, best)
        face = step(0.04, 0.09, second - best)
        accent = random(which, 3) > 0.80
        base = np.where(accent[:, None], other, main).astype(np.float32)
        pool = fbm(plane_points(u, v, plane), 0.9, 3, p.seed)
        color = shade(base, 0.84 + 0.16 * random(which, 4) + 0.14 * (pool - 0.5))
        return Look(mix("a49c8e", color, face), 0.85 - 0.73 * face, 0.0, 0.07 * face, 1 - face)

    return on_planes(p, flat)


def _precious(name: str, dark: str, middle: str, light: str, *phrases: str) -> SolidMaterial:
    base = _gem(dark, middle, light)
    return SolidMaterial(name, phrases, base.evaluate, base.feature, base.across)


MATERIALS = (
    SolidMaterial(
        "plaster",
        ("plaster", "plaster wall", "gypsum", "whitewashed wall", "chalk"),
        _plaster,
        0.25,
        (3, 8),
        own_colours=True,
    ),
    SolidMaterial(
        "stucco",
        ("stucco", "roughcast", "rendered wall", "adobe", "clay wall"),
        _stucco,
        0.06,
        (7, 16),
        own_colours=True,
    ),
    SolidMaterial("limestone", ("limestone", "travertine"), _limestone, 0.15, (4, 10)),
    SolidMaterial(
        "asphalt",
        ("asphalt", "tarmac", "road surface", "bitumen"),
        _asphalt,
        0.012,
        (40, 70),
        features=("crack",),
    ),
    SolidMaterial(
        "terrazzo", ("terrazzo", "stone chips in cement"), _terrazzo, 0.03, (12, 26), own_colours=True
    ),
    SolidMaterial("mud", ("mud", "wet mud", "swamp", "sludge"), _mud, 0.15, (4, 10)),
    SolidMaterial(
        "cracked_earth",
        ("cracked earth", "dry cracked mud", "parched ground"),
        _cracked_earth,
        0.12,
        (6, 14),
        features=("crack",),
    ),
    SolidMaterial(
        "moon",
        ("moon surface", "lunar craters", "asteroid", "planet surface", "meteorite"),
        _moon,
        0.25,
        (4, 8),
        own_colours=True,
    ),
    SolidMaterial("coal", ("coal", "charcoal", "soot"), _coal, 0.05, (8, 16)),
    _precious("ruby", "3d020f", "a80f32", "f0456a", "ruby", "garnet", "red gemstone"),
    _precious("emerald", "012a17", "0c7f48", "4fdb93", "emerald", "green gemstone"),
    _precious("sapphire", "040e3d", "1440a8", "5a94f5", "sapphire", "blue gemstone"),
    _precious(
        "diamond", "8fa9c0", "d5e4f0", "ffffff", "diamond", "cut gem", "jewel", "brilliant", "gemstone"
    ),
    _precious("topaz", "7a3a04", "e08a1a", "ffd86b", "topaz", "citrine", "yellow gemstone"),
    SolidMaterial("pearl", ("pearl", "mother of pearl", "nacre", "iridescent shell"), _nacre, 0.12, (4, 9)),
    SolidMaterial("opal", ("opal", "iridescent stone", "holographic"), _opal, 0.08, (5, 11)),
    SolidMaterial("jade", ("jade", "nephrite"), _jade, 0.12, (4, 9)),
    SolidMaterial(
        "hexagons",
        ("hexagonal tiles", "hexagon tiles", "honeycomb tiles"),
        _hexagons,
        0.06,
        (10, 36),
        own_colours=True,
        features=("mortar", "joint", "grout"),
    ),
)
