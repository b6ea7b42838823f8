"""Metals, new and old, and painted metal. One feature is about 10 cm."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.noise import cells, fbm, noise, random, ridges, warp
from pocket3d_server.geometry.solid_materials.surface import (
    Floats,
    Look,
    Points,
    SolidMaterial,
    mix,
    named,
    on_planes,
    plain,
    ramp,
    shade,
    step,
    stretched,
)


def _polished(color: str, roughness: float) -> SolidMaterial:
    """Smooth metal with the smudges and fine scratches that make a reflection believable."""

    def evaluate(p: Points) -> Look:
        smudge = fbm(p.position, 0.9, 4, p.seed)
        scratch = step(
            0.90, 1.0, ridges(stretched(warp(p.position, 0.6, 0.8, p.seed), 1, 7, 1), 1.4, 2, p.seed + 1)
        )
        base = shade(plain(color, smudge), 0.92 + 0.14 * smudge)
        rough = roughness + 0.16 * step(0.45, 0.8, smudge) + 0.15 * scratch
        return Look(base, rough, 1.0, -0.002 * scratch)

    return SolidMaterial("", (), evaluate, 0.12, (3, 8))


def _brushed(p: Points) -> Look:
    fine = noise(stretched(p.grain, 60, 1.2, 60), 1.0, p.seed)
    broad = noise(stretched(p.grain, 22, 0.35, 22), 1.0, p.seed + 1)
    line = 0.55 * fine + 0.45 * broad
    cloud = fbm(p.position, 0.7, 3, p.seed + 2)
    color = shade(plain("b9bbbf", line), 0.66 + 0.50 * line + 0.10 * (cloud - 0.5))
    return Look(color, 0.26 + 0.30 * line, 1.0, 0.008 * line)


def _hammered(color: str) -> SolidMaterial:
    def evaluate(p: Points) -> Look:
        c = cells(warp(p.position, 1.0, 0.1, p.seed), 2.2, p.seed + 1)
        dent = np.clip(c.nearest * 1.2, 0, 1) ** 2
        smudge = fbm(p.position, 1.2, 4, p.seed + 2)
        base = shade(plain(color, dent), 0.72 + 0.20 * dent + 0.25 * smudge)
        return Look(base, 0.30 + 0.25 * smudge, 1.0, 0.05 * dent)

    return SolidMaterial("", (), evaluate, 0.1, (5, 12))


def _cast_iron(p: Points) -> Look:
    grain, cloud = fbm(p.position, 14, 3, p.seed), fbm(p.position, 1.0, 4, p.seed + 1)
    rust = step(0.66, 0.80, cloud) * 0.6
    color = mix(shade(plain("3b3c40", grain), 0.7 + 0.6 * grain), "5b3522", rust)
    return Look(color, 0.55 + 0.2 * grain + 0.2 * rust, 0.9 - 0.8 * rust, 0.03 * grain)


def _rusty(p: Points) -> Look:
    spread = fbm(p.position, 0.8, 6, p.seed)
    rust = step(0.46, 0.56, spread)
    deep, fine = fbm(p.position, 3.0, 4, p.seed + 1), fbm(p.position, 14, 3, p.seed + 2)
    iron = shade(plain("7d7f82", fine), 0.75 + 0.4 * fine)
    oxide = shade(
        ramp(np.clip(1.7 * deep - 0.4, 0, 1), "4a1f10", "8a3d16", "b9622a", "d08a4a"), 0.8 + 0.4 * fine
    )
    streak = fbm(stretched(p.position, 3, 0.35, 3), 1.0, 3, p.seed + 3)
    iron = mix(iron, "8d5a34", 0.7 * step(0.52, 0.75, streak))
    return Look(mix(iron, oxide, rust), 0.42 + 0.5 * rust, 1 - 0.95 * rust, rust * (0.05 + 0.08 * fine))


def _patina(p: Points) -> Look:
    """Copper gone green, as on old roofs, with bare metal left on the bumps."""
    spread = fbm(p.position, 0.9, 5, p.seed)
    run = fbm(stretched(p.position, 2.4, 0.25, 2.4), 1.0, 4, p.seed + 1)
    fine = fbm(p.position, 9, 3, p.seed + 2)
    green = step(0.40, 0.55, 0.65 * spread + 0.40 * run)
    copper = shade(plain("a85f3d", fine), 0.65 + 0.6 * fine)
    salt = shade(ramp(np.clip(1.6 * run - 0.3, 0, 1), "2f6a5b", "4fa08a", "8fc7b0"), 0.8 + 0.35 * fine)
    return Look(mix(copper, salt, green), 0.35 + 0.5 * green, 1 - 0.9 * green, 0.04 * green * fine)


def _chipped(p: Points) -> Look:
    """Painted metal whose paint has come off in places."""
    paint_color = p.colour(0, "2f6fa8")
    spread = fbm(p.position, 1.1, 6, p.seed)
    bare = step(0.600, 0.612, spread)
    rim = step(0.575, 0.600, spread) * (1 - bare)
    fine = fbm(p.position, 10, 3, p.seed + 1)
    rust = step(0.48, 0.6, fbm(p.position, 2.6, 4, p.seed + 2))
    metal = mix(
        shade(plain("77797c", fine), 0.7 + 0.5 * fine), shade(plain("8a4520", fine), 0.6 + 0.8 * fine), rust
    )
    paint = shade(plain(paint_color, fine), 0.86 + 0.18 * fbm(p.position, 0.8, 3, p.seed + 3) + 0.06 * fine)
    color = mix(mix(paint, "d9d4c8", 0.45 * rim), metal, bare)
    return Look(color, 0.38 + 0.35 * bare * rust, bare * (1 - 0.8 * rust), 0.05 * (1 - bare))


def _panels(p: Points) -> Look:
    """Plates of a machine or a spaceship: panels of several sizes, rivets, a few lit windows of colour."""
    accent = p.colour(1, "d98324")
    main = p.colour(0, "8d949b")

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v)
        wide = 1.0 + np.floor(random(row, 3) * 3)
        x = u / wide + random(row, 4)
        column = np.floor(x)
        panel = row * 61 + column + plane * 997
        half = random(panel, 5) > 0.6
        fy = np.where(half, (v - row) * 2 % 1, v - row)
        panel = panel * 2 + (half & (v - row > 0.5))
        du = np.minimum(x - column, 1 - (x - column)) * wide
        dv = np.minimum(fy, 1 - fy) * np.where(half, 0.5, 1.0)
        border = np.minimum(du, dv).astype(np.float32)
        seam = step(0.012, 0.035, border)
        rivet = step(0.034, 0.022, np.hypot(du - 0.09, dv - 0.09)) * (random(panel, 6) > 0.4)
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        wear, fine = fbm(q, 1.3, 4, p.seed + 1), fbm(q, 12, 2, p.seed + 2)
        tone = 0.74 + 0.34 * random(panel, 7)
        color = shade(plain(main, u), tone * (0.86 + 0.22 * wear + 0.06 * fine))
        color = mix(color, accent, 0.9 * (random(panel, 8) > 0.93))
        color = shade(color, 0.28 + 0.72 * seam) * (1 - 0.25 * rivet[:, None])
        height = 0.05 * seam + 0.03 * rivet + 0.03 * (random(panel, 9) > 0.5) * seam
        return Look(color, 0.36 + 0.25 * wear, 0.75, height)

    return on_planes(p, flat)


def _tread(p: Points) -> Look:
    """Diamond tread plate."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        a, b = np.floor(u), np.floor(v)
        turn = (a + b) % 2 == 0
        x, y = u - a - 0.5, v - b - 0.5
        s, t = (x + y) * 0.7071, (x - y) * 0.7071
        along, across = np.where(turn, s, t), np.where(turn, t, s)
        bar = step(1.0, 0.75, (along / 0.42) ** 2 + (across / 0.13) ** 2)
        wear = fbm(np.stack([u, v, 0 * u + plane], axis=1), 1.0, 4, p.seed)
        color = shade(plain("a4a7ab", u), 0.62 + 0.4 * wear + 0.25 * bar)
        return Look(color, 0.5 - 0.2 * bar, 1.0, 0.12 * bar)

    return on_planes(p, flat)


def _damascus(p: Points) -> Look:
    q = warp(p.grain, 0.8, 0.9, p.seed)
    band = 0.5 + 0.5 * np.sin(q[:, 0] * 9 + 7 * fbm(q, 0.8, 3, p.seed + 1) + q[:, 1] * 2)
    color = ramp(band, "4a4d52", "8b8f95", "c9ccd0")
    return Look(color, 0.42 - 0.2 * band, 1.0, 0.008 * band)


def _gilded(p: Points) -> Look:
    """Gold, worn a little darker in patches, as leaf or cast."""
    cloud, fine = fbm(p.position, 1.1, 4, p.seed), fbm(p.position, 9, 3, p.seed + 1)
    color = shade(ramp(cloud, "b9822a", "e2b04a", "f4cf73"), 0.9 + 0.16 * fine)
    return Look(color, 0.17 + 0.22 * step(0.4, 0.75, cloud), 1.0, 0.006 * fine)


def _brass(p: Points) -> Look:
    """Yellow metal, browned where it is not touched, with small spots."""
    cloud = fbm(warp(p.position, 0.8, 0.4, p.seed), 1.0, 5, p.seed + 1)
    dark = step(0.38, 0.80, cloud)
    spot = step(0.70, 0.80, fbm(p.position, 5, 3, p.seed + 2))
    fine = noise(p.position, 24, p.seed + 3)
    color = shade(plain("d9b65c", fine), 0.94 + 0.10 * fine)
    color = mix(mix(color, "9a7838", 0.6 * dark), "6b5530", 0.5 * spot)
    return Look(color, 0.18 + 0.30 * dark + 0.2 * spot, 1.0 - 0.2 * spot, 0.004 * fine)


def _aluminium(p: Points) -> Look:
    """Blasted and anodised: a fine even grain and a satin sheen."""
    grain, cloud = noise(p.position, 40, p.seed), fbm(p.position, 0.8, 3, p.seed + 1)
    color = shade(plain("d3d6da", grain), 0.90 + 0.10 * grain + 0.05 * cloud)
    return Look(color, 0.42 + 0.10 * grain, 1.0, 0.006 * grain)


def _galvanised(p: Points) -> Look:
    """Zinc crystals: angular flakes that each shine at another angle."""
    c = cells(warp(p.position, 2.5, 0.10, p.seed), 1.0, p.seed + 1)
    leaf = cells(stretched(p.position, 1.0, 2.4, 1.4), 1.6, p.seed + 2)
    tone = 0.6 * c.identity + 0.4 * leaf.identity
    stain = fbm(stretched(p.position, 0.5, 0.12, 0.5), 1.0, 3, p.seed + 3)
    color = shade(ramp(tone, "868d92", "aab0b4", "d2d6d8"), 0.86 + 0.2 * stain)
    return Look(color, 0.30 + 0.25 * c.identity, 0.95, 0.01 * tone)


def _chain_mail(p: Points) -> Look:
    """Rings in rows, each hanging in its neighbours."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        height = np.zeros(len(u), np.float32)
        shine = height.copy()
        for lift in (0, 1):
            for side in (0, 1):
                row = np.floor(v * 1.6) + lift
                column = np.floor(u - 0.5 * np.mod(row, 2)) + side
                fx, fy = u - 0.5 * np.mod(row, 2) - column, (v * 1.6 - row) / 1.6
                ring = np.hypot(fx, fy) - 0.46
                tube = np.sqrt(np.clip(1 - (ring / 0.13) ** 2, 0, 1))
                # One half of a ring lies over its neighbours and the other half under them.
                lean = tube * (0.62 + 0.38 * np.sin(np.arctan2(fy, fx) + 2.0 * lift))
                shine = np.where(lean > height, random(row * 71 + column, 3), shine)
                height = np.maximum(height, lean)
        color = shade(plain("9a9da1", u), (0.10 + 0.80 * height) * (0.8 + 0.35 * shine))
        return Look(color, 0.34 + 0.2 * (1 - height), 0.95, 0.45 * height)

    return on_planes(p, flat)


def _perforated(p: Points) -> Look:
    """A sheet with round holes in staggered rows."""

    def flat(u: Floats, v: Floats, plane: int) -> Look:
        row = np.floor(v / 0.866)
        x = u + 0.5 * np.mod(row, 2)
        d = np.hypot(x - np.floor(x) - 0.5, v - (row + 0.5) * 0.866)
        sheet = step(0.29, 0.34, d)
        q = np.stack([u, v, 0 * u + plane], axis=1).astype(np.float32)
        line = noise(q * np.array([0.4, 9, 1], np.float32), 1.0, p.seed)
        color = mix("0b0b0c", shade(plain("a6aaae", u), 0.78 + 0.28 * line), sheet)
        return Look(color, 0.32 + 0.15 * line + 0.4 * (1 - sheet), sheet, 0.30 * sheet)

    return on_planes(p, flat)


MATERIALS = (
    named("steel", _polished("a9adb3", 0.26), "steel", "stainless steel", "metal", "metallic", "titanium"),
    SolidMaterial(
        "brushed_metal", ("brushed metal", "brushed steel", "brushed aluminium"), _brushed, 0.1, (4, 10)
    ),
    named("chrome", _polished("dfe2e6", 0.05), "chrome", "mirror polished metal"),
    named("silver", _polished("e4e0d8", 0.16), "silver", "platinum"),
    SolidMaterial("gold", ("gold", "golden", "gilded"), _gilded, 0.12, (3, 8)),
    SolidMaterial("brass", ("brass",), _brass, 0.12, (3, 8)),
    named("bronze", _hammered("9c6a35"), "bronze", "hammered bronze"),
    named("copper", _polished("c9754f", 0.24), "copper", "rose gold"),
    SolidMaterial(
        "patina", ("copper with green patina", "verdigris", "oxidised copper"), _patina, 0.15, (4, 10)
    ),
    named("hammered_iron", _hammered("5d5f64"), "hammered iron", "forged metal armour", "beaten metal"),
    SolidMaterial(
        "cast_iron",
        ("cast iron", "iron", "wrought iron", "gunmetal", "black metal"),
        _cast_iron,
        0.1,
        (4, 10),
    ),
    SolidMaterial(
        "rusty_metal",
        ("rust", "rusty", "rusty metal", "rusty iron", "rusted iron", "corroded metal"),
        _rusty,
        0.2,
        (3, 9),
    ),
    SolidMaterial(
        "chipped_paint",
        ("peeling paint on metal", "chipped painted metal", "old painted metal"),
        _chipped,
        0.2,
        (3, 9),
        own_colours=True,
    ),
    SolidMaterial(
        "sci_fi_panels",
        ("sci-fi panels", "spaceship hull", "robot armour plates", "futuristic machine panels"),
        _panels,
        0.2,
        (5, 11),
        own_colours=True,
    ),
    SolidMaterial(
        "tread_plate",
        ("diamond plate", "metal tread plate", "industrial floor plate"),
        _tread,
        0.03,
        (14, 30),
    ),
    SolidMaterial("aluminium", ("aluminium", "aluminum", "anodised metal"), _aluminium, 0.1, (4, 9)),
    SolidMaterial(
        "galvanised",
        ("galvanised steel", "zinc", "tin", "sheet metal", "tin plate"),
        _galvanised,
        0.04,
        (8, 18),
    ),
    SolidMaterial(
        "chain_mail", ("chain mail", "chainmail", "mail armour", "metal rings"), _chain_mail, 0.012, (24, 44)
    ),
    SolidMaterial(
        "perforated_metal",
        ("perforated metal", "metal grille", "speaker grille", "metal mesh"),
        _perforated,
        0.01,
        (26, 46),
    ),
    SolidMaterial("damascus_steel", ("damascus steel", "folded steel blade"), _damascus, 0.05, (9, 20)),
)
