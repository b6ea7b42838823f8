"""Made materials: plastic, rubber, ceramics, paint, paper, food."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    on_planes,
    ramp,
    rgb,
    shade,
    step,
    stretched,
)


def _plain(color: Floats | str, count: int) -> Floats:
    return np.broadcast_to(rgb(color) if isinstance(color, str) else color, (count, 3))


def _plastic(p: Points) -> Look:
    cloud, grain = fbm(p.position, 0.8, 3, p.seed), noise(p.position, 30, p.seed + 1)
    return Look(
        shade(_plain(p.colour(0, "2f7fd0"), len(grain)), 0.96 + 0.07 * cloud),
        0.30 + 0.12 * cloud,
        0.0,
        0.003 * grain,
    )


def _rubber(p: Points) -> Look:
    grain, dust = noise(p.position, 22, p.seed), fbm(p.position, 0.9, 4, p.seed + 1)
    color = shade(_plain("2b2b2d", len(grain)), 0.85 + 0.3 * grain)
    return Look(mix(color, "77726a", 0.25 * step(0.5, 0.8, dust)), 0.88, 0.0, 0.012 * grain)


def _glaze(p: Points) -> Look:
    """Thick ceramic glaze that pools darker low down and breaks light on edges, with fine crackle."""
    pool = fbm(stretched(warp(p.position, 0.8, 0.4, p.seed), 1, 0.5, 1), 0.7, 4, p.seed + 1)
    crackle = cells(p.position, 3.0, p.seed + 2)
    line = step(0.035, 0.01, crackle.second - crackle.nearest)
    speck = step(0.86, 0.92, noise(p.position, 14, p.seed + 3))
    color = ramp(np.clip(pool * 1.9 - 0.45, 0, 1), "1f4f5c", "3f8a8c", "8fc4b4")
    return Look(
        mix(mix(color, "2b3a3a", 0.35 * line), "3a2a1c", 0.6 * speck), 0.10 + 0.05 * line, 0.0, -0.006 * line
    )


def _porcelain(p: Points) -> Look:
    """White porcelain painted in blue: flowers with leaves, between them curls."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v)
        x = u + 0.5 * np.mod(row, 2)
        which = np.floor(x) * 31 + row * 7 + plane
        fx, fy = x - np.floor(x) - 0.5, v - row - 0.5
        r, turn = np.hypot(fx, fy), np.arctan2(fy, fx) + 6.3 * random(which, 3)
        bloom = 0.21 + 0.075 * np.abs(np.sin(3 * turn))
        petal = step(0.010, -0.010, r - bloom) * (0.45 + 0.55 * step(0.05, 0.0, np.abs(r - bloom)))
        petal = np.maximum(petal * step(0.075, 0.085, r), step(0.05, 0.04, r))
        stalk = np.abs(r - 0.36 - 0.05 * np.sin(4 * turn))
        curl = step(0.022, 0.010, stalk)
        leaf = step(0.008, -0.008, np.hypot(0.18 * np.sin(4 * turn + 0.8), 3.0 * (r - 0.40)) - 0.075)
        blue = np.maximum(np.maximum(petal, 0.85 * curl), 0.75 * leaf)
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        wash = 0.80 + 0.4 * fbm(q, 4, 3, p.seed + 3)
        color = mix("f4f4f1", shade(_plain("2346a0", len(u)), wash), blue * (0.75 + 0.25 * wash))
        return Look(color, 0.08, accent=blue)

    return on_planes(p, flat)


def _car_paint(p: Points) -> Look:
    flake = noise(p.position, 55, p.seed)
    cloud = fbm(p.position, 0.6, 3, p.seed + 1)
    color = shade(_plain(p.colour(0, "b3122a"), len(flake)), 0.90 + 0.10 * cloud + 0.12 * (flake - 0.5))
    return Look(color, 0.12 + 0.05 * cloud, 0.35, 0.0)


def _paint(p: Points) -> Look:
    roller = fbm(p.position, 9, 3, p.seed)
    cloud = fbm(p.position, 0.8, 4, p.seed + 1)
    return Look(
        shade(_plain(p.colour(0, "d9d2c4"), len(cloud)), 0.90 + 0.12 * cloud + 0.05 * roller),
        0.62,
        0.0,
        0.01 * roller,
    )


def _carbon(p: Points) -> Look:
    def flat(u: Floats, v: Floats, plane: int) -> Look:
        a, b = np.floor(u), np.floor(v)
        over = np.mod(a - b, 4) < 2
        fx, fy = u - a - 0.5, v - b - 0.5
        across = np.where(over, fx, fy)
        fibre = noise(np.stack([np.where(over, u, v) * 9, 0 * u, 0 * u + plane], axis=1), 1.0, p.seed)
        dome = 1 - (across * 1.8) ** 2
        color = shade(
            np.where(over[:, None], rgb("3a3d42"), rgb("1b1c1f")), (0.65 + 0.35 * dome + 0.3 * (fibre - 0.5))
        )
        return Look(color, 0.18 + 0.1 * fibre, 0.3, 0.08 * dome)

    return on_planes(p, flat)


def _paper(p: Points) -> Look:
    fibre = fbm(stretched(warp(p.position, 1.4, 0.5, p.seed), 1, 4, 1), 3.0, 4, p.seed + 1)
    stain = fbm(p.position, 0.6, 4, p.seed + 2)
    crumple = cells(p.position, 0.9, p.seed + 3)
    fold = step(0.0, 0.05, crumple.second - crumple.nearest)
    color = shade(ramp(np.clip(stain * 1.8 - 0.4, 0, 1), "cdb489", "e5d6b4", "f2e9d3"), 0.88 + 0.16 * fibre)
    return Look(shade(color, 0.9 + 0.1 * fold), 0.93, 0.0, 0.05 * crumple.nearest + 0.008 * fibre)


def _cardboard(p: Points) -> Look:
    fibre = noise(stretched(p.grain, 20, 1.5, 20), 1.0, p.seed)
    flute = 0.5 + 0.5 * np.sin(p.grain[:, 0] * 26)
    stain = fbm(p.position, 0.7, 4, p.seed + 1)
    color = shade(_plain("b58c5c", len(fibre)), 0.82 + 0.16 * fibre + 0.05 * flute + 0.16 * (stain - 0.5))
    return Look(color, 0.95, 0.0, 0.012 * flute + 0.004 * fibre)


def _tiles(p: Points) -> Look:
    """Glazed square tiles with joints."""
    main = p.colour(0, "3f8aa3")
    # An accent is the joint's colour, not that of every third tile.
    other = rgb("e9e3d4") if p.accent else p.colour(1, "e9e3d4")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        a, b = np.floor(u), np.floor(v)
        tile = a * 57 + b + plane * 991
        du, dv = 0.5 - np.abs(u - a - 0.5), 0.5 - np.abs(v - b - 0.5)
        face = step(0.02, 0.05, np.minimum(du, dv))
        base = np.where((random(tile, 2) > 0.72)[:, None], other, main).astype(np.float32)
        pool = fbm(np.stack([u, v, 0 * u + plane], axis=1), 1.5, 3, p.seed)
        color = shade(base, 0.78 + 0.26 * random(tile, 3) + 0.22 * (pool - 0.5))
        joint = p.colour(1, "c9c3b6") if p.accent else rgb("c9c3b6")
        return Look(mix(joint, color, face), 0.85 - 0.75 * face, 0.0, 0.08 * face, 1 - face)

    return on_planes(p, flat)


def _mosaic(p: Points) -> Look:
    c = cells(p.position, 1.0, p.seed, 0.6)
    face = step(0.06, 0.12, c.second - c.nearest)
    color = ramp(c.identity, "1f5f8a", "3fa0b0", "e2c35a", "d9743a", "a8324a", "efe6d0")
    return Look(mix("6b655c", color, face), 0.75 - 0.55 * face, 0.0, 0.10 * face, 1 - face)


def _stained_glass(p: Points) -> Look:
    c = cells(p.position, 0.8, p.seed)
    lead = step(0.07, 0.045, c.second - c.nearest)
    swirl = fbm(warp(p.position, 0.8, 0.5, p.seed), 1.2, 3, p.seed + 1)
    color = shade(
        ramp(c.identity, "b3202a", "e08a1f", "f2d24a", "2f8a4a", "1f5fb0", "6b2f9c"), 0.75 + 0.5 * swirl
    )
    return Look(mix(color, "26262a", lead), 0.08 + 0.4 * lead, 0.6 * lead, 0.10 * lead, lead)


def _chocolate(p: Points) -> Look:
    """Poured and set: smooth, satin, with soft swirls and a little bloom."""
    swirl = fbm(stretched(warp(p.position, 0.6, 0.7, p.seed), 1, 0.6, 1), 0.8, 2, p.seed + 1)
    ripple = 0.5 + 0.5 * np.sin(swirl * 30)
    bloom = step(0.60, 0.80, fbm(p.position, 1.4, 4, p.seed + 2))
    color = mix(ramp(np.clip(swirl * 2 - 0.5, 0, 1), "3a1d10", "4b2816", "5c341d"), "8a6a50", 0.25 * bloom)
    return Look(color, 0.24 + 0.25 * bloom, 0.0, 0.035 * ripple + 0.05 * swirl)


def _candy(p: Points) -> Look:
    """Sugar glaze with sprinkles."""
    c = cells(warp(p.position, 2, 0.1, p.seed), 2.6, p.seed + 1)
    sprinkle = step(0.20, 0.16, c.nearest) * (c.identity > 0.35)
    color = ramp(np.mod(c.identity * 7.3, 1), "fff4c2", "ffffff", "57c4e0", "f7d54a", "e8413c")
    icing = shade(_plain(p.colour(0, "f08ab0"), len(sprinkle)), 0.92 + 0.12 * fbm(p.position, 1.0, 3, p.seed))
    return Look(mix(icing, color, sprinkle), 0.22 + 0.2 * sprinkle, 0.0, 0.10 * sprinkle, sprinkle)


def _clay(p: Points) -> Look:
    dent = fbm(p.position, 1.1, 4, p.seed)
    finger = 0.5 + 0.5 * np.sin(warp(p.position, 0.7, 0.8, p.seed + 1)[:, 1] * 34)
    touch = step(0.52, 0.70, fbm(p.position, 1.0, 2, p.seed + 2))
    color = shade(_plain("b0876b", len(dent)), 0.82 + 0.28 * dent + 0.05 * finger * touch)
    return Look(color, 0.80, 0.0, 0.16 * dent + 0.008 * finger * touch)


def _glass(frost: float) -> SolidMaterial:
    """Clear or frosted glass; what lies behind shows through."""

    def evaluate(p: Points) -> Look:
        wave = fbm(p.position, 0.8, 2, p.seed)
        grain = noise(p.position, 40, p.seed + 1)
        color = shade(_plain(p.colour(0, "dcefee"), len(wave)), 0.96 + 0.05 * wave)
        return Look(
            color, 0.03 + np.float32(frost) * (0.5 + 0.2 * grain), 0.0, 0.004 * np.float32(frost) * grain
        )

    return SolidMaterial("", (), evaluate, 0.15, (4, 9), own_colours=True)


def _wax(p: Points) -> Look:
    """Soft and milky, with runs that have set."""
    run = fbm(stretched(warp(p.position, 0.9, 0.25, p.seed), 2.2, 0.4, 2.2), 1.0, 3, p.seed + 1)
    drop = step(0.42, 0.74, run)
    cloud = fbm(p.position, 0.9, 3, p.seed + 2)
    base = _plain(p.colour(0, "efe0b9"), len(run))
    # Light goes through thin runs and makes them warmer.
    color = mix(
        shade(base, 0.90 + 0.12 * cloud),
        shade(base * np.array([1.0, 0.88, 0.70], np.float32), 0.95 + 0.1 * run),
        0.35 * drop,
    )
    return Look(color, 0.38 + 0.1 * cloud, 0.0, 0.10 * drop)


def _styrofoam(p: Points) -> Look:
    """White beads pressed against each other."""
    c = cells(p.position, 1.0, p.seed, 0.85)
    seam = step(0.02, 0.16, c.second - c.nearest)
    dome = np.clip(1 - c.nearest, 0, 1)
    color = shade(_plain("f7f8f8", len(seam)), 0.70 + 0.20 * seam + 0.10 * dome + 0.06 * c.identity)
    return Look(color, 0.85, 0.0, 0.16 * seam + 0.18 * dome)


def _sponge(p: Points) -> Look:
    """Open pores of many sizes."""
    hole = np.zeros(len(p.position), np.float32)
    for size, level, seed in ((0.8, 0.25, 1), (1.7, 0.3, 2), (3.6, 0.35, 3)):
        c = cells(warp(p.position, 1.5, 0.10, p.seed), size, p.seed + seed)
        hole = np.maximum(
            hole, step(0.46, 0.30, c.nearest / (0.55 + 0.6 * c.identity)) * (c.identity > level)
        )
    fine = noise(p.position, 16, p.seed + 5)
    color = shade(_plain(p.colour(0, "f0c84a"), len(fine)), 0.82 + 0.26 * fine)
    return Look(shade(color, 1 - 0.45 * hole), 0.95, 0.0, 0.03 * fine - 0.30 * hole)


MATERIALS = (
    SolidMaterial(
        "plastic",
        ("plastic", "toy plastic", "glossy plastic", "vinyl"),
        _plastic,
        0.1,
        (4, 9),
        own_colours=True,
    ),
    SolidMaterial("rubber", ("rubber", "tyre", "silicone"), _rubber, 0.08, (5, 12)),
    SolidMaterial("ceramic", ("glazed ceramic", "ceramic", "pottery glaze"), _glaze, 0.12, (4, 9)),
    SolidMaterial(
        "porcelain",
        ("blue and white porcelain", "porcelain", "delft", "fine china"),
        _porcelain,
        0.12,
        (5, 9),
        features=("pattern", "flower", "vein", "line", "ornament"),
    ),
    SolidMaterial(
        "car_paint",
        ("car paint", "glossy metallic paint", "lacquer"),
        _car_paint,
        0.15,
        (4, 9),
        own_colours=True,
    ),
    SolidMaterial(
        "paint", ("matte paint", "painted", "plain colour", "smooth"), _paint, 0.12, (4, 9), own_colours=True
    ),
    SolidMaterial("carbon_fibre", ("carbon fibre", "carbon fiber"), _carbon, 0.008, (45, 80)),
    SolidMaterial("paper", ("old parchment paper", "paper", "papyrus", "map"), _paper, 0.12, (4, 9)),
    SolidMaterial("cardboard", ("cardboard", "carton box"), _cardboard, 0.1, (4, 9)),
    SolidMaterial(
        "tiles",
        ("bathroom tiles", "ceramic tiles", "glazed tiles"),
        _tiles,
        0.1,
        (9, 36),
        own_colours=True,
        features=("mortar", "joint", "grout"),
    ),
    SolidMaterial(
        "mosaic",
        ("mosaic", "roman mosaic", "tesserae"),
        _mosaic,
        0.04,
        (16, 28),
        features=("mortar", "joint", "grout"),
    ),
    SolidMaterial(
        "stained_glass",
        ("stained glass", "church window", "tiffany"),
        _stained_glass,
        0.1,
        (7, 13),
        features=("line", "lead", "edge"),
    ),
    SolidMaterial("chocolate", ("chocolate", "cocoa", "caramel"), _chocolate, 0.1, (4, 9)),
    SolidMaterial(
        "candy",
        ("candy", "frosted donut with sprinkles", "icing", "cake"),
        _candy,
        0.06,
        (8, 14),
        own_colours=True,
        features=("sprinkle",),
    ),
    replace(
        _glass(0.0),
        name="glass",
        phrases=("glass", "clear glass", "transparent glass", "window"),
        opacity=0.30,
    ),
    replace(
        _glass(1.0),
        name="frosted_glass",
        phrases=("frosted glass", "milky glass", "matte glass", "sea glass"),
        opacity=0.62,
    ),
    SolidMaterial("wax", ("wax", "candle wax", "beeswax", "soap"), _wax, 0.1, (4, 10), own_colours=True),
    SolidMaterial("styrofoam", ("foam", "styrofoam", "polystyrene"), _styrofoam, 0.012, (26, 46)),
    SolidMaterial(
        "sponge", ("sponge", "foam rubber", "sponge cake"), _sponge, 0.03, (9, 18), own_colours=True
    ),
    SolidMaterial("clay", ("modelling clay", "plasticine", "unpainted clay"), _clay, 0.12, (4, 9)),
)
