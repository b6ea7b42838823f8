"""Figures of the seasons: snowman, gingerbread man, scarecrow."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import cone, cylinder, revolve, sweep
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture, hue
from pocket3d_server.models.builtin_text.organic.snow import (
    bobble_hat,
    coal_buttons,
    coal_face,
    pressed_by_hand,
    top_hat,
    twig_arms,
)
from pocket3d_server.models.builtin_text.organic.stuffing import patched_check, straw_tuft
from pocket3d_server.models.builtin_text.organic.toon import smile
from pocket3d_server.models.language.brief import RGB, Brief

COAL: RGB = (0.05, 0.05, 0.055)


def _scarf(s: Sculpture, at: float, radius: float, colour: RGB, chest: float, big: float) -> None:
    """A knitted scarf round the neck with two ends hanging over a chest of radius ``big`` about ``chest``."""
    wool = finish("wool", colour, "scarf")
    a = np.linspace(0, 2 * np.pi, 33)[:-1]
    ring = np.stack([radius * np.sin(a), at + 0.012 * np.cos(2 * a), radius * np.cos(a)], axis=1)
    u = np.linspace(0, 1, 10)
    ends = []
    for x, drop in ((0.045, 0.30), (0.13, 0.24)):
        y = at - drop * u
        lies = np.sqrt(np.maximum((1.12 * big) ** 2 - (y - chest) ** 2 - (x + 0.06) ** 2, 0))
        line = np.stack([x + 0.03 * u, y, np.maximum(radius + 0.045, lies)], axis=1)
        ends.append(sheet(line, (0.2, 0, 1), np.full(10, 0.055), thickness=0.025, columns=5))
    s.add("scarf", (join(sweep(ring, 0.055, 12, closed=True, crease=80), *ends), wool))


def snowman(brief: Brief) -> Asset:
    """Two or three balls of snow with a carrot nose, coal buttons, twig arms, a hat and a scarf."""
    s = Sculpture(brief)
    count = brief.count("ball", 3 if s.rng.random() < 0.8 else 2, 2, 4)
    radii = [0.34, 0.255, 0.18, 0.14] if count > 2 else [0.36, 0.24]
    heights, y = [], 0.0
    for k, r in enumerate(radii[:count]):
        y = 0.90 * r if k == 0 else y + 0.72 * (radii[k - 1] + r)
        heights.append(y)
        s.ball((0, y, 0), (r * 1.04, r * (0.95 + 0.05 * s.rng.random()), r), soft=0.03)
        pressed_by_hand(s, y, r)
    s.cut((0, 0, 0), (0, 1, 0), 0.02)
    white = hue(brief, (0.95, 0.96, 0.98))
    s.cast("snow", white, roughness=0.9, share=0.7)
    head, r = heights[-1], radii[count - 1]
    coal = Material.from_srgb("coal", COAL, roughness=0.6)
    coal_face(s, head, r, coal)
    chest, big = heights[-2], radii[count - 2]
    coal_buttons(s, chest, big, coal)
    twig_arms(s, big, chest)
    _scarf(
        s,
        head - 0.86 * r,
        0.74 * r,
        hue(
            brief,
            (0.80, 0.12, 0.14),
            (0.14, 0.36, 0.66),
            (0.16, 0.52, 0.28),
            (0.90, 0.62, 0.12),
            nouns=("scarf",),
            main=False,
        ),
        chest,
        big,
    )
    felt = asked(brief, "hat", "fabric", (0.10, 0.10, 0.11), "hat")
    top = head + 0.72 * r
    if s.rng.random() < 0.7 or brief.has("hat"):
        top_hat(s, r, top, felt)
    else:
        bobble_hat(s, r, top)
    return s.finished(0.95)


def gingerbread(brief: Brief) -> Asset:
    """A flat man of dough with icing and buttons."""
    s = Sculpture(brief)
    dough = hue(brief, (0.66, 0.38, 0.16), (0.56, 0.31, 0.13))
    flat = ((0.0, 0.0, 1.0), 0.30)
    wave = 0.10 * s.rng.standard_normal()
    s.ball((0, 0.80, 0), (0.20, 0.19, 0.055), soft=0.03)
    s.limb([(0, 0.60, 0), (0, 0.34, 0)], [0.155, 0.17], soft=0.05, flat=flat)
    s.limb([(0.08, 0.54, 0), (0.38, 0.50 + wave, 0)], [0.11, 0.105], soft=0.05, flat=flat)
    s.limb([(-0.08, 0.54, 0), (-0.38, 0.50 - wave, 0)], [0.11, 0.105], soft=0.05, flat=flat)
    s.limb([(0.08, 0.30, 0), (0.17, 0.10, 0)], [0.13, 0.115], soft=0.05, pair=True, flat=flat)
    s.cast(
        "dough",
        dough,
        roughness=0.85,
        paint=lambda q, c: c * (0.82 + 0.36 * smoothstep(0.0, 1.0, np.abs(q.normals[:, 2])))[:, None],
    )
    icing = Material.from_srgb(
        "icing", hue(brief, (0.97, 0.96, 0.94), nouns=("icing",), main=False), roughness=0.4
    )
    z = 0.045
    lines = [
        [
            (0.37 + 0.05, 0.58 + wave, z - 0.015),
            (0.355, 0.51 + wave, z - 0.003),
            (0.41, 0.43 + wave, z - 0.015),
        ],
        [(-0.42, 0.58 - wave, z - 0.015), (-0.355, 0.51 - wave, z - 0.003), (-0.41, 0.43 - wave, z - 0.015)],
    ]
    pieces = [
        sweep(
            curve([(x, y + 0.012 * np.sin(9 * k), zz) for k, (x, y, zz) in enumerate(line)], 12),
            0.012,
            8,
            round_ends=True,
            crease=80,
        )
        for line in lines
    ]
    for sign in (-1, 1):
        zig = [
            (sign * (0.05 + 0.045 * k), 0.15 + (0.025 if k % 2 else -0.01) - 0.01 * k, 0.038)
            for k in range(5)
        ]
        pieces.append(sweep(np.array(zig), 0.012, 8, round_ends=True, crease=80))
    smile = [(x, 0.745 + 1.6 * x * x - 0.02, 0.052) for x in np.linspace(-0.085, 0.085, 9)]
    pieces.append(sweep(np.array(smile), 0.011, 8, round_ends=True, crease=80))
    s.add("icing", (join(*pieces), icing))
    s.add("eye", (ball((0.065, 0.85, 0.05), (0.026, 0.026, 0.016), None, 12), icing), pair=True)
    tints: tuple[RGB, ...] = ((0.82, 0.12, 0.14), (0.14, 0.52, 0.24), (0.18, 0.34, 0.74))
    sweets = Material.from_srgb("button", hue(brief, *tints, nouns=("button",), main=False), roughness=0.2)
    s.add(
        "buttons",
        *((ball((0, y, 0.050), (0.032, 0.032, 0.02), None, 14), sweets) for y in (0.58, 0.46, 0.34)),
    )
    return s.finished(0.16)


def scarecrow(brief: Brief) -> Asset:
    """A straw man on a pole with a sack for a head."""
    s = Sculpture(brief)
    wood = asked(brief, "pole", "wood", (0.45, 0.31, 0.19), "pole")
    s.add(
        "pole",
        (cylinder(0.035, 1.75, 0.008, 12), wood),
        (cylinder(0.026, 1.5, 0.006, 12).rotate(z=90).move(0.75, 1.32, 0), wood),
    )
    shirt = hue(brief, (0.66, 0.18, 0.14), (0.20, 0.34, 0.56), (0.30, 0.44, 0.22), nouns=("shirt",))
    s.limb([(0, 1.36, 0), (0, 1.08, 0), (0, 0.82, 0)], [0.15, 0.19, 0.175], "shirt", 0.05)
    s.limb([(0.08, 1.34, 0), (0.58, 1.31, 0)], [0.12, 0.10], "shirt", 0.04, pair=True)
    s.limb([(0.09, 0.86, 0), (0.12, 0.36, 0)], [0.125, 0.105], "trousers", 0.03, pair=True)

    s.cast(
        "clothes",
        {"shirt": shirt, "trousers": (0.24, 0.28, 0.38)},
        paint=patched_check,
        roughness=0.95,
        edge=0.004,
    )
    s.ball((0, 1.60, 0), (0.15, 0.175, 0.15), soft=0.03)
    s.cast("head", (0.82, 0.68, 0.44), roughness=1.0, share=0.3, cells=0.5)
    dark = Material.from_srgb("stitch", (0.12, 0.09, 0.07), roughness=0.8)
    s.add("eye", (ball((0.055, 1.63, 0.135), (0.022, 0.022, 0.014), None, 10), dark), pair=True)
    s.add("mouth", (smile((0, 1.545, 0.148), 0.08, 3.2, 1.4, 0.006, 6), dark))
    ends = [((sx * 0.64, 1.31, 0), (sx, -0.15, 0), 14) for sx in (1, -1)]
    ends += [((sx * 0.12, 0.34, 0), (0, -1, 0), 14) for sx in (1, -1)]
    tufts = [straw_tuft(at, aim, n, s.rng) for at, aim, n in [*ends, ((0, 1.44, 0), (0, -0.3, 0.6), 16)]]
    s.add("straw", (join(*tufts), finish("straw", None, "straw")))
    brim = revolve(
        metres("0.0 0.02, 0.15 0.0, 0.30 -0.035, 0.305 -0.025, 0.15 0.03, 0.135 0.16, 0.06 0.30, 0.0 0.32"),
        32,
        crease=50,
    )
    s.add("hat", (brim.rotate(z=7).move(0, 1.70, 0), asked(brief, "hat", "straw", (0.62, 0.46, 0.24), "hat")))
    s.add(
        "nose",
        (
            cone(0.02, 0.07, segments=8).rotate(x=90).move(0, 1.60, 0.145),
            Material.from_srgb("nose", (0.86, 0.42, 0.12), roughness=0.7),
        ),
    )
    return s.finished(1.0)


FAMILIES: tuple[Family, ...] = (
    Family("snowman", ("snowman", "snow man"), snowman),
    Family("gingerbread_man", ("gingerbread man", "gingerbread", "gingerbread cookie"), gingerbread),
    Family("scarecrow", ("scarecrow",), scarecrow),
)
