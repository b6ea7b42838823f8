"""Woods: one feature is about 10 cm of board; the grain runs along the piece."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import TURN, cells, fbm, noise, random, ridges, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    named,
    on_planes,
    ramp,
    shade,
    step,
    stretched,
)


def _timber(light: str, middle: str, dark: str, rings: float = 1.6, gloss: float = 0.45) -> SolidMaterial:
    """Sawn timber: growth rings around a wandering heart, fine fibres, pores."""

    def evaluate(p: Points) -> Look:
        return _grain(p.grain, (light, middle, dark), rings, gloss, p.seed)

    return SolidMaterial("", (), evaluate, 0.10, (4, 14))


def _grain(g: Floats, stops: tuple[str, str, str], rings: float, gloss: float, seed: int) -> Look:
    wander = stretched(g, 0.5, 0.12, 0.5)
    x = g[:, 0] + 2.1 + 1.2 * (noise(wander, 1.0, seed + 1) - 0.5)
    z = g[:, 2] + 0.7 + 1.2 * (noise(wander, 1.0, seed + 2) - 0.5)
    radius = np.hypot(x, z) * np.float32(rings) + 0.35 * fbm(stretched(g, 1.5, 0.25, 1.5), 1.0, 3, seed + 3)
    year = radius - np.floor(radius)
    late = year**2.2 * (1 - step(0.93, 1.0, year))
    fibre = noise(stretched(g, 26, 0.9, 26), 1.0, seed + 4)
    streak = fbm(stretched(g, 5, 0.18, 5), 1.0, 3, seed + 5)
    pore = step(0.74, 0.9, noise(stretched(g, 42, 1.6, 42), 1.0, seed + 6))
    tone = np.clip(0.15 + 0.55 * late + 0.55 * (streak - 0.35), 0, 1)
    color = shade(ramp(tone, *stops), 0.90 + 0.18 * fibre - 0.22 * pore)
    height = 0.008 * fibre - 0.012 * pore - 0.010 * late
    return Look(color, gloss + 0.2 * late + 0.15 * pore, 0.0, height)


def _planks(p: Points) -> Look:
    """Boards beside each other along the grain, with gaps, nails and their own tones."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        board = np.floor(v)
        shift = random(board, p.seed) * 7
        along = u * 0.25 + shift
        piece = board * 37 + np.floor(along)
        edge = np.minimum(v - board, 1 - (v - board))
        end = np.minimum(along - np.floor(along), 1 - (along - np.floor(along))) * 4
        gap = step(0.02, 0.06, np.minimum(edge, end))
        inside = np.stack([(v - board) * 0.9 + random(piece, 3) * 9, u, random(piece, 5) * 9], axis=1)
        wood = _grain(inside.astype(np.float32), ("c39a63", "a3733f", "70471f"), 2.2, 0.55, p.seed)
        tone = 0.78 + 0.42 * random(piece, 11)
        nail = step(0.09, 0.06, np.hypot(end - 0.22, np.abs(v - board - 0.5) - 0.3))
        color = shade(wood.color, tone * (0.30 + 0.70 * gap))
        color = mix(color, "3a3633", nail)
        height = wood.height + 0.10 * gap - 0.03 * nail
        return Look(color, wood.roughness + 0.15 * (1 - gap), 0.6 * nail, height)

    return on_planes(p, flat)


def _bark(p: Points) -> Look:
    g = p.grain.copy()
    g[:, [0, 2]] += 0.5 * (fbm(stretched(g, 1.2, 0.5, 1.2), 1.0, 3, p.seed)[:, None] - 0.5)
    furrow = ridges(stretched(g, 1.6, 0.35, 1.6), 1.0, 3, p.seed + 1)
    plate = cells(stretched(g, 1.8, 0.5, 1.8), 1.0, p.seed + 2)
    crack = step(0.02, 0.22, plate.second - plate.nearest)
    fine = fbm(p.position, 6.0, 4, p.seed + 3)
    level = np.clip(0.75 * crack + 0.35 * (0.7 - furrow) + 0.25 * (fine - 0.5), 0, 1)
    color = shade(ramp(level, "2a1d14", "5a4230", "8b7159", "a08a70"), 0.75 + 0.5 * fine)
    moss = step(0.58, 0.72, fbm(p.position, 0.7, 3, p.seed + 9)) * 0.5 * level
    return Look(mix(color, "5d6b34", moss), 0.92, 0.0, 0.28 * level + 0.06 * fine)


def _weathered(p: Points) -> Look:
    look = _grain(p.grain, ("b3aca0", "958c80", "6b6359"), 2.4, 0.8, p.seed)
    split = step(0.80, 0.93, ridges(stretched(p.grain, 3.0, 0.10, 3.0), 1.0, 2, p.seed + 8))
    stain = fbm(p.position, 0.6, 4, p.seed + 7)
    color = shade(look.color, 0.72 + 0.5 * stain) * (1 - 0.65 * split[:, None])
    return Look(color, 0.9, 0.0, look.height * 2 - 0.12 * split)


def _bamboo(p: Points) -> Look:
    y = p.grain[:, 1] * 0.28
    node = np.abs(y - np.floor(y) - 0.5)
    ring = step(0.46, 0.49, node)
    fibre = noise(stretched(p.grain, 30, 0.5, 30), 1.0, p.seed)
    tone = fbm(stretched(p.grain, 0.9, 0.4, 0.9), 1.0, 3, p.seed + 1)
    color = shade(ramp(tone, "8d9a4a", "c9bd72", "dcc98a"), 0.9 + 0.15 * fibre)
    return Look(mix(color, "6d5a2c", ring * 0.8), 0.4, 0.0, 0.06 * ring + 0.008 * fibre)


def _plywood(p: Points) -> Look:
    """Thin sheets across each other: layers on the sides, a broad rotary-cut figure on top."""
    y = p.position[:, 1] * 6
    ply = np.floor(y)
    along = np.mod(ply, 2) == 0
    end = noise(stretched(p.position, 24, 6, 24), 1.0, p.seed)
    side_fibre = noise(stretched(p.position, 2, 30, 2), 1.0, p.seed + 1)
    tone = np.where(along, 0.98 + 0.10 * side_fibre, 0.70 + 0.22 * end)
    glue = step(0.06, 0.02, np.minimum(y - ply, 1 - (y - ply)))
    layers = shade(ramp(random(ply, p.seed), "c79a63", "dab57f", "e3c493"), tone * (1 - 0.45 * glue))
    figure = fbm(stretched(p.position, 0.5, 0.5, 1.6), 1.0, 3, p.seed + 2) * 5
    late = (figure - np.floor(figure)) ** 3
    fibre = noise(stretched(p.position, 3, 3, 40), 1.0, p.seed + 3)
    face = shade(ramp(late, "e6cb9c", "d7b380", "bb8e58"), 0.90 + 0.16 * fibre)
    flat = step(0.75, 0.90, np.abs(p.normal[:, 1]))
    return Look(mix(layers, face, flat), 0.62, 0.0, 0.012 * fibre * flat - 0.02 * glue * (1 - flat))


def _chipboard(p: Points) -> Look:
    """Pressed strands that lie every way."""
    color: Floats = np.broadcast_to(np.array([0.62, 0.46, 0.28], np.float32), p.position.shape).astype(
        np.float32
    )
    height = np.zeros(len(color), np.float32)
    for k, (x, y, z) in enumerate(((1, 0.35, 0.8), (0.4, 1, 0.7), (0.8, 0.7, 0.3), (0.55, 0.45, 1.0))):
        q = stretched(p.position @ TURN.T if k % 2 else p.position, 2.2 * x, 2.2 * y, 2.2 * z)
        c = cells(q + np.float32(7.3 * k), 1.0, p.seed + k)
        chip = step(0.03, 0.08, c.second - c.nearest) * (c.identity > 0.45)
        grain = noise(stretched(q, 2, 14, 9), 1.0, p.seed + 20 + k)
        tone = ramp(np.mod(c.identity * 6.1, 1), "9c6f3d", "c69a60", "e0bf88", "b88850")
        color = mix(color, shade(tone, 0.82 + 0.28 * grain), chip)
        height = np.where(chip > 0.5, 0.03 * np.mod(c.identity * 9.7, 1), height)
    return Look(color, 0.75, 0.0, height.astype(np.float32))


def _birch_bark(p: Points) -> Look:
    """White and papery, with dark dashes across and a few scars."""
    g = p.grain
    dash = noise(stretched(g, 1.6, 11, 1.6), 1.0, p.seed) * step(0.40, 0.62, fbm(g, 0.9, 2, p.seed + 1))
    mark = step(0.52, 0.62, dash)
    scar = step(0.64, 0.74, fbm(stretched(g, 0.7, 1.2, 0.7), 1.0, 4, p.seed + 2))
    peel = fbm(stretched(g, 0.6, 3, 0.6), 1.0, 3, p.seed + 3)
    color = shade(ramp(np.clip(1.7 * peel - 0.35, 0, 1), "cdbfa8", "ece6da", "faf7f0"), 0.92 + 0.1 * peel)
    color = mix(color, "3a2f27", np.clip(0.85 * mark + 0.95 * scar, 0, 1))
    return Look(color, 0.75, 0.0, 0.04 * peel - 0.04 * mark + 0.10 * scar * peel)


def _cork(p: Points) -> Look:
    c = cells(warp(p.position, 2.0, 0.15, p.seed), 1.6, p.seed + 1)
    small = cells(p.position, 4.2, p.seed + 2)
    gap = step(0.10, 0.03, c.second - c.nearest)
    dark = step(0.80, 0.84, small.identity) * step(0.45, 0.25, small.nearest)
    fine = noise(p.position, 14, p.seed + 3)
    color = shade(ramp(c.identity, "a9773f", "c4935a", "d3a66d"), 0.84 + 0.26 * fine)
    return Look(
        mix(color, "5a3a1e", np.clip(0.55 * gap + 0.8 * dark, 0, 1)), 0.92, 0.0, 0.03 * fine - 0.08 * dark
    )


def _parquet(p: Points) -> Look:
    """Squares of four strips, every second square turned."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        a, b = np.floor(u), np.floor(v)
        turned = np.mod(a + b, 2) == 1
        along, across = np.where(turned, v - b, u - a), np.where(turned, u - a, v - b)
        strip = np.floor(across * 4)
        piece = a * 977 + b * 31 + strip + plane * 7
        inside = np.stack(
            [
                (across * 4 - strip) * 0.5 + random(piece, 3) * 9,
                along * 2 + random(piece, 4) * 9,
                random(piece, 5) * 9,
            ],
            axis=1,
        )
        wood = _grain(inside.astype(np.float32), ("cf9f62", "ac7840", "7c5026"), 2.4, 0.3, p.seed)
        edge = np.minimum(across * 4 - strip, 1 - (across * 4 - strip)) / 4
        edge = np.minimum(edge, np.minimum(along, 1 - along))
        gap = step(0.004, 0.014, edge)
        color = shade(wood.color, (0.76 + 0.44 * random(piece, 11)) * (0.35 + 0.65 * gap))
        return Look(color, wood.roughness, 0.0, 0.03 * gap)

    return on_planes(p, flat)


MATERIALS = (
    named("oak", _timber("c8a06a", "a97a45", "77502a"), "oak wood", "wooden", "wood", "timber"),
    named("pine", _timber("e6c592", "d3a566", "b07d42", 1.2), "pine wood", "light wood", "spruce wood"),
    named(
        "birch",
        _timber("eddcba", "dfc698", "cbaa74", 0.9, 0.5),
        "birch wood",
        "maple wood",
        "beech wood",
        "ash wood",
    ),
    named("cherry", _timber("c98d5c", "a9653b", "80452a", 1.4, 0.35), "cherry wood", "cedar wood"),
    named("teak", _timber("bd8d50", "976a30", "6a461c", 1.9, 0.55), "teak wood", "acacia wood"),
    named("walnut", _timber("7d5637", "5a3a24", "331f13", 1.8), "walnut wood", "dark wood"),
    named(
        "ebony", _timber("40312a", "251a16", "100c0a", 1.8, 0.25), "ebony wood", "black wood", "wenge wood"
    ),
    named(
        "mahogany",
        _timber("9c5030", "74321d", "481b10", 1.7, 0.28),
        "mahogany",
        "polished red wood",
        "rosewood",
    ),
    SolidMaterial(
        "planks", ("wooden planks", "wood boards", "floorboards", "barn wood"), _planks, 0.12, (5, 30)
    ),
    SolidMaterial("bark", ("tree bark", "bark of a tree", "tree trunk"), _bark, 0.08, (5, 16)),
    SolidMaterial(
        "weathered_wood", ("weathered wood", "old grey wood", "driftwood"), _weathered, 0.10, (5, 14)
    ),
    SolidMaterial("bamboo", ("bamboo", "cane"), _bamboo, 0.08, (5, 12)),
    SolidMaterial("plywood", ("plywood", "laminated wood", "plywood sheets"), _plywood, 0.10, (5, 12)),
    SolidMaterial(
        "chipboard", ("chipboard", "osb board", "particle board", "pressed wood"), _chipboard, 0.06, (6, 14)
    ),
    SolidMaterial("birch_bark", ("birch bark", "birch tree trunk"), _birch_bark, 0.10, (5, 12)),
    SolidMaterial("cork", ("cork", "cork board"), _cork, 0.03, (10, 22)),
    SolidMaterial("parquet", ("parquet", "wooden floor tiles", "inlaid wood floor"), _parquet, 0.2, (5, 22)),
)
