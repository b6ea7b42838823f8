"""Stones, masonry and earth."""

from __future__ import annotations

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


def _courses(
    p: Points,
    length: float,
    gap: float,
    bulge: float,
    irregular: float,
    colours: tuple[str, ...],
    mortar: str,
) -> Look:
    """Blocks in level courses, every second one shifted by half; ``length`` of a block in course heights."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        q = np.stack([u, v, np.full_like(u, plane * 5.3)], axis=1)
        wobble = (noise(q, 1.3, p.seed + 1) - 0.5) * np.float32(irregular)
        v = v + wobble * 0.6
        course = np.floor(v)
        along = (
            u / np.float32(length) + 0.5 * (course % 2) + 0.3 * np.float32(irregular) * random(course, p.seed)
        )
        along = along + wobble * 0.5
        column = np.floor(along)
        stone = course * 131 + column + plane * 7717
        # Each joint moves a little, the same for the two blocks that meet there.
        left = irregular * 0.25 * (random(stone, 21) - 0.5)
        right = irregular * 0.25 * (random(stone + 1, 21) - 0.5)
        fx = along - column
        du = np.minimum(fx - left, 1 + right - fx) * np.float32(length)
        dv = np.minimum(v - course, 1 - (v - course))
        corner = 0.16 + 0.1 * irregular
        rounded = np.where(
            (du < corner) & (dv < corner),
            corner - np.hypot(corner - np.clip(du, 0, corner), corner - np.clip(dv, 0, corner)),
            np.minimum(du, dv),
        ).astype(np.float32)
        rough = fbm(q, 5.0, 4, p.seed + 2)
        face = step(gap * 0.6, gap * 1.7, rounded + 0.05 * (rough - 0.5))
        dome = step(0, 0.4, rounded)
        tone = ramp(random(stone, 5), *colours)
        stain = fbm(q, 0.6, 3, p.seed + 3)
        color = shade(tone, 0.74 + 0.34 * rough + 0.26 * random(stone, 6) + 0.22 * (stain - 0.5))
        pit = step(0.62, 0.78, fbm(q, 9.0, 2, p.seed + 8))
        color = shade(color, 1 - 0.25 * pit)
        bed = shade(np.broadcast_to(rgb(mortar), color.shape), 0.7 + 0.6 * fbm(q, 14.0, 2, p.seed + 4))
        height = face * (0.10 + bulge * dome + 0.10 * (rough - 0.5) - 0.04 * pit)
        return Look(mix(bed, color, face), 0.92 - 0.12 * face, 0.0, height, 1 - face)

    return on_planes(p, flat)


def _castle(p: Points) -> Look:
    look = _courses(p, 1.7, 0.055, 0.12, 0.55, ("7d7a74", "8f897d", "a1998a", "6f6d6b"), "57524a")
    damp = step(0.60, 0.78, fbm(p.position, 0.35, 4, p.seed + 11))
    moss = damp * step(0.42, 0.62, fbm(p.position, 3.0, 3, p.seed + 12))
    return Look(mix(look.color, "5f6a3a", 0.55 * moss), look.roughness, 0.0, look.height, look.accent)


def _brick(p: Points) -> Look:
    return _courses(p, 2.9, 0.075, 0.02, 0.06, ("8f3f2b", "a44c33", "b2593c", "7c3526", "9b4a36"), "b9b0a2")


def _cobble(p: Points) -> Look:
    q = warp(p.position, 1.4, 0.12, p.seed)
    c = cells(q, 1.0, p.seed + 1, 0.75)
    border = c.second - c.nearest
    fine = fbm(p.position, 7.0, 4, p.seed + 2)
    face = step(0.04, 0.20, border + 0.04 * (fine - 0.5))
    dome = np.clip(1 - c.nearest * 1.1, 0, 1)
    color = shade(ramp(c.identity, "6b6a69", "8a867f", "77706a", "9a948a"), 0.6 + 0.35 * fine + 0.35 * dome)
    height = face * (0.12 + 0.3 * dome) + 0.04 * fine
    return Look(mix("3b362f", color, face), 0.85 - 0.15 * face, 0.0, height, 1 - face)


def _rock(p: Points) -> Look:
    q = warp(p.position, 0.8, 0.35, p.seed)
    c = cells(q, 0.8, p.seed + 1)
    crack = step(0.0, 0.07, c.second - c.nearest)
    rough = fbm(p.position, 1.5, 5, p.seed + 2)
    fine = fbm(p.position, 10, 3, p.seed + 3)
    tone = np.clip(0.5 * c.identity + 0.9 * (rough - 0.3) + 0.3 * (fine - 0.5), 0, 1)
    color = shade(ramp(tone, "59554f", "7f7a72", "a39c90"), 0.4 + 0.6 * crack)
    return Look(color, 0.9, 0.0, 0.20 * rough + 0.05 * fine + 0.10 * crack, 1 - crack)


def _granite(p: Points) -> Look:
    c = cells(p.position, 3.0, p.seed)
    fine = cells(p.position, 8.0, p.seed + 1)
    tone = ramp(c.identity, "d6d0ca", "b9a39a", "9c9a99", "cfc8c2", "8d8782")
    dark = step(0.70, 0.74, fine.identity)
    color = mix(shade(tone, 0.85 + 0.2 * noise(p.position, 9, p.seed + 2)), "2e2c2d", 0.85 * dark)
    return Look(color, 0.28 + 0.12 * dark, 0.0, 0.004 * fine.identity)


def _marble(ground: str, vein: str, second: str) -> SolidMaterial:
    def evaluate(p: Points) -> Look:
        q = warp(warp(p.position, 0.45, 0.7, p.seed), 1.6, 0.16, p.seed + 4)
        cloud = fbm(p.position, 0.7, 4, p.seed + 7)
        # Veins lie where a smooth field crosses its middle: unbroken sheets in space, so unbroken lines.
        broad = np.abs(noise(q, 0.55, p.seed + 5) - 0.5)
        thin = np.abs(noise(q, 1.25, p.seed + 6) - 0.5)
        width = 0.012 + 0.05 * step(0.40, 0.68, cloud)
        strong = np.clip(1 - broad / width, 0, 1) ** 0.7 * (0.35 + 0.65 * step(0.35, 0.6, cloud))
        fine = 0.45 * np.clip(1 - thin / 0.012, 0, 1)
        color = mix(ground, second, step(0.42, 0.80, cloud) * 0.7)
        veins = np.clip(strong * 0.85 + fine, 0, 1)
        return Look(mix(color, vein, veins), 0.16 + 0.1 * fine, 0.0, 0.0, veins)

    return SolidMaterial("", (), evaluate, 0.22, (2.5, 7))


def _sandstone(p: Points) -> Look:
    y = p.position[:, 1] * 1.3 + 0.9 * fbm(p.position, 0.5, 4, p.seed)
    layer = fbm(np.stack([0 * y, y, 0 * y], axis=1), 1.6, 4, p.seed + 1)
    grain = noise(p.position, 28, p.seed + 2)
    color = shade(
        ramp(np.clip(layer * 1.6 - 0.3, 0, 1), "9d6a42", "c8955f", "e0bd8a", "b87e50"), 0.85 + 0.28 * grain
    )
    return Look(color, 0.95, 0.0, 0.10 * layer + 0.02 * grain)


def _slate(p: Points) -> Look:
    leaf = stretched(warp(p.position, 0.9, 0.25, p.seed), 0.7, 5.0, 0.7)
    rough = fbm(leaf, 1.0, 4, p.seed + 1)
    sheen = fbm(p.position, 0.8, 3, p.seed + 2)
    color = shade(ramp(np.clip(sheen * 1.5 - 0.25, 0, 1), "34393f", "4d555d", "5b5a66"), 0.7 + 0.6 * rough)
    return Look(color, 0.55 + 0.2 * rough, 0.0, 0.10 * rough)


def _concrete(p: Points) -> Look:
    stain = fbm(p.position, 0.6, 5, p.seed)
    fine = fbm(p.position, 8, 3, p.seed + 1)
    hole = cells(p.position, 2.3, p.seed + 2)
    pit = step(0.16, 0.10, hole.nearest) * step(0.55, 0.60, hole.identity)
    drip = fbm(stretched(p.position, 2.2, 0.3, 2.2), 1.0, 3, p.seed + 3)
    color = shade(
        np.broadcast_to(rgb("a3a19c"), (len(stain), 3)),
        0.62 + 0.42 * stain + 0.20 * fine + 0.18 * (drip - 0.5),
    )
    return Look(shade(color, 1 - 0.5 * pit), 0.88, 0.0, 0.03 * fine - 0.06 * pit)


def _sand(p: Points) -> Look:
    q = warp(p.position, 0.5, 0.5, p.seed)
    ripple = 0.5 + 0.5 * np.sin(q[:, 0] * 5.5 + q[:, 1] * 2.0 + 3 * fbm(p.position, 0.5, 2, p.seed + 1))
    grain = noise(p.position, 40, p.seed + 2)
    color = shade(ramp(0.6 * ripple + 0.4 * grain, "b8935c", "d8b982", "ecd6a6"), 0.92 + 0.14 * grain)
    return Look(color, 0.97, 0.0, 0.06 * ripple + 0.012 * grain)


def _terracotta(p: Points) -> Look:
    cloud, fine = fbm(p.position, 0.9, 4, p.seed), fbm(p.position, 12, 3, p.seed + 1)
    bloom = step(0.58, 0.75, fbm(p.position, 1.6, 4, p.seed + 2))
    throwing = noise(stretched(p.position, 0.2, 9, 0.2), 1.0, p.seed + 3)
    color = shade(ramp(cloud, "96492b", "b9623c", "cc7a50"), 0.86 + 0.24 * fine)
    return Look(mix(color, "dcc2ab", 0.35 * bloom), 0.85, 0.0, 0.02 * throwing + 0.012 * fine)


def _gravel(p: Points) -> Look:
    c = cells(p.position, 1.6, p.seed)
    small = cells(p.position, 5.0, p.seed + 1)
    dome = np.clip(1 - 1.3 * c.nearest, 0, 1)
    color = shade(
        ramp(c.identity, "7b756b", "a29a8b", "5f5b56", "b9b0a0"), 0.45 + 0.6 * dome + 0.15 * small.identity
    )
    return Look(color, 0.9, 0.0, 0.3 * dome + 0.04 * small.identity)


def _earth(p: Points) -> Look:
    clod, fine = fbm(p.position, 1.6, 5, p.seed), fbm(p.position, 9, 3, p.seed + 1)
    pebble = cells(p.position, 2.6, p.seed + 2)
    stone = step(0.26, 0.18, pebble.nearest) * step(0.72, 0.76, pebble.identity)
    color = shade(ramp(np.clip(clod * 1.8 - 0.4, 0, 1), "33231a", "543a28", "735439"), 0.75 + 0.5 * fine)
    return Look(mix(color, "8c8478", stone), 0.95, 0.0, 0.22 * clod + 0.05 * fine + 0.08 * stone)


def _lava(p: Points) -> Look:
    q = warp(p.position, 0.8, 0.35, p.seed)
    c = cells(q, 1.0, p.seed + 1)
    rough = fbm(p.position, 4, 4, p.seed + 2)
    border = c.second - c.nearest + 0.10 * (rough - 0.5)
    crust = step(0.06, 0.20, border)
    glow = ramp(1 - np.clip(border / 0.2, 0, 1), "5a0d02", "d8330a", "ff9a1f", "ffe27a")
    rock = shade(ramp(c.identity, "1d1817", "2c2523", "383030"), 0.7 + 0.7 * rough)
    return Look(
        mix(glow, rock, crust), 0.55 + 0.35 * crust, 0.0, 0.25 * crust + 0.10 * rough * crust, 1 - crust
    )


def _obsidian(p: Points) -> Look:
    q = warp(p.position, 0.7, 0.6, p.seed)
    wave = fbm(q, 0.8, 3, p.seed + 1)
    color = ramp(np.clip(wave * 2 - 0.5, 0, 1), "0b0b10", "15141c", "26242f")
    return Look(color, 0.07 + 0.1 * wave, 0.0, 0.03 * np.abs(np.sin(wave * 9)))


def _roof(p: Points) -> Look:
    """Flat clay tiles with rounded ends, each row hanging over the one below."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        v = v + 0.03 * (noise(q, 1.1, p.seed + 1) - 0.5)
        color = np.zeros((len(u), 3), np.float32)
        height = np.zeros(len(u), np.float32)
        beyond = np.zeros(len(u), np.float32)  # how far below the end of the tile above
        for lift in (0, 1):  # the upper row first: it hides the lower one
            row = np.floor(v) + 1 - lift
            x = u + 0.5 * np.mod(row, 2)
            tile = np.floor(x) * 97 + row * 13 + plane
            fx = x - np.floor(x) - 0.5
            down = row - v + 0.30 + 0.05 * (random(tile, 6) - 0.5)  # 0 at the root; the end is round
            end = 1.0 - 0.26 * (1 - np.sqrt(np.clip(1 - (2 * fx) ** 2, 0, 1)))
            mine = (down < end) if lift == 0 else (beyond > 0)
            rim = step(0.0, 0.05, np.minimum(0.5 - np.abs(fx), np.abs(end - down) * 0.8))
            shadow = 1 - 0.5 * step(0.16, 0.0, beyond) * lift
            tone = ramp(random(tile, 1), "8d4026", "a9543a", "7a3524", "b9694a", "98492f")
            color[mine] = shade(tone, (0.35 + 0.65 * rim) * shadow * (0.84 + 0.24 * random(tile, 2)))[mine]
            height = np.where(mine, 0.16 * down * rim + 0.05 * rim, height)
            beyond = down - end
        rough = fbm(q, 5, 3, p.seed)
        stain = step(0.55, 0.8, fbm(q, 0.5, 4, p.seed + 3))
        color = mix(shade(color, 0.80 + 0.36 * rough), "5a5140", 0.35 * stain)
        return Look(color, 0.82, 0.0, (height + 0.02 * rough).astype(np.float32))

    return on_planes(p, flat)


_white, _black, _green = (
    _marble("efece6", "6f7078", "d9d6d2"),
    _marble("17171a", "d8d2c4", "26252b"),
    _marble("1f4a3a", "b9d2c0", "16382e"),
)

MATERIALS = (
    SolidMaterial(
        "castle_wall",
        (
            "medieval stone castle walls",
            "stone wall",
            "castle stone blocks",
            "fortress masonry",
            "stone bricks",
        ),
        _castle,
        0.22,
        (5, 24),
        features=("mortar", "joint"),
    ),
    SolidMaterial(
        "brick",
        ("red brick wall", "brickwork", "bricks"),
        _brick,
        0.075,
        (9, 44),
        features=("mortar", "joint"),
    ),
    SolidMaterial(
        "cobblestone",
        ("cobblestone", "cobbled street", "round stones", "pebbles wall"),
        _cobble,
        0.14,
        (5, 30),
        features=("mortar", "joint"),
    ),
    SolidMaterial(
        "rock",
        ("rock", "stone", "cliff", "boulder", "cracked stone"),
        _rock,
        0.25,
        (3, 14),
        features=("crack", "vein"),
    ),
    SolidMaterial("granite", ("granite", "speckled polished stone"), _granite, 0.035, (12, 30)),
    SolidMaterial(
        "marble",
        ("white marble", "marble statue", "carrara marble"),
        _white.evaluate,
        0.22,
        (2.5, 7),
        features=("vein", "line", "crack"),
    ),
    SolidMaterial(
        "black_marble",
        ("black marble", "dark marble"),
        _black.evaluate,
        0.22,
        (2.5, 7),
        features=("vein", "line", "crack"),
    ),
    SolidMaterial(
        "green_marble",
        ("green marble", "malachite", "serpentine"),
        _green.evaluate,
        0.22,
        (2.5, 7),
        features=("vein", "line", "crack"),
    ),
    SolidMaterial("sandstone", ("sandstone", "desert rock layers", "canyon rock"), _sandstone, 0.2, (3, 9)),
    SolidMaterial("slate", ("slate", "dark layered stone", "shale"), _slate, 0.2, (3, 9)),
    SolidMaterial("concrete", ("concrete", "cement"), _concrete, 0.2, (3, 9)),
    SolidMaterial("sand", ("sand", "beach sand", "desert dunes"), _sand, 0.12, (5, 14)),
    SolidMaterial(
        "terracotta", ("terracotta", "clay pot", "fired clay", "earthenware"), _terracotta, 0.12, (4, 10)
    ),
    SolidMaterial("gravel", ("gravel", "crushed stone", "rubble"), _gravel, 0.05, (8, 40)),
    SolidMaterial("earth", ("dirt", "soil", "earth ground"), _earth, 0.12, (5, 14)),
    SolidMaterial(
        "lava",
        ("lava", "molten magma", "glowing embers"),
        _lava,
        0.2,
        (4, 11),
        features=("crack", "vein"),
    ),
    SolidMaterial("obsidian", ("obsidian", "volcanic glass", "black glass"), _obsidian, 0.2, (3, 8)),
    SolidMaterial("roof_tiles", ("roof tiles", "clay shingles", "roof shingles"), _roof, 0.18, (7, 34)),
)
