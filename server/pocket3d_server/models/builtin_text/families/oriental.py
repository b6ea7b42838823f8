"""Buildings of the Far East: pagoda, gate of a shrine, stone lantern."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import hewn, parts_only
from pocket3d_server.models.builtin_text.pagoda_parts import (
    bracket_arms,
    latticed_bays,
    post_and_beam,
    sorin,
    veranda,
    wind_bells,
)
from pocket3d_server.models.builtin_text.roofs import swept_roof
from pocket3d_server.models.builtin_text.vehicles.fittings import both
from pocket3d_server.models.language.brief import RGB, Brief

SLATES: tuple[RGB, ...] = ((0.20, 0.26, 0.28), (0.18, 0.34, 0.28), (0.26, 0.22, 0.22))


def pagoda(brief: Brief) -> Asset:
    """A tower of shrinking storeys, each with a swept roof, red posts, latticed windows and a balcony, and a spire."""
    tiers = 5
    for word in ("roof", "floor", "storey", "tier"):
        tiers = brief.count(word, tiers, 2, 9)
    red = asked(brief, "posts", "paint", (0.70, 0.12, 0.08), "post", "wood", main=True, roughness=0.45)
    wall = asked(brief, "walls", "plaster", (0.94, 0.91, 0.84), "wall")
    roof = asked(brief, "roof", "slate", SLATES[int(brief.rng().integers(3))], "roof")
    gold, dark = (
        asked(brief, "spire", "gold", None, "spire", "top"),
        finish("wood", (0.20, 0.12, 0.08), "lattice"),
    )
    stone = hewn(parts_only(brief), "base", (0.66, 0.64, 0.60), "base")
    half, storey = 2.4 * brief.grown("width", "girth"), 1.75 * brief.grown("height")
    base = [
        shapes.rounded_box(2 * half + w, 0.35, 2 * half + w, 0.04, 1).move(y=y)
        for w, y in ((3.2, 0.17), (2.2, 0.5))
    ]
    base += [
        shapes.rounded_box(1.8, 0.18, 0.4, 0.02, 1).move(0, 0.09 + 0.17 * k, half + 2.1 - 0.32 * k)
        for k in range(3)
    ]
    posts, walls, roofs, lattice, rails, bells = ([] for _ in range(6))
    y, shrink = 0.67, 0.86
    for k in range(tiers):
        h, last = storey * (1.15 if k == 0 else 0.86 ** min(k, 3)), k == tiers - 1
        eave = half + 1.15 * shrink ** (k * 0.5)
        walls.append(shapes.box(2 * half - 0.2, h, 2 * half - 0.2).move(y=y + h / 2))
        posts.append(post_and_beam(half, h, 0.11 * shrink**k * 1.15).move(y=y))
        posts.append(bracket_arms(half, eave).move(y=y + h))
        lattice.append(latticed_bays(half, h, entrance=k == 0).move(y=y))
        if k:
            rails.append(veranda(half).move(y=y))
        rise = (1.5 if last else 0.62) * brief.grown("height")
        top = 0.12 if last else half * shrink * 0.98
        roofs.append(swept_roof(eave, top, rise, 0.42 * shrink**k, 0.12).move(y=y + h + 0.08))
        bells.append(wind_bells(eave * 1.03).move(y=y + h + 0.20 * shrink**k))
        y += h + rise * (1.0 if last else 0.80)
        half *= shrink
    return Asset(
        [
            part("base", (join(*base), stone)), part("walls", (join(*walls), wall)), part("posts", (join(*posts), red)), part("lattice", (join(*lattice), dark)),
            *[part(f"roof_{k + 1}", (r, roof)) for k, r in enumerate(roofs)], *([part("balconies", (join(*rails), red))] if rails else []), part("bells", (join(*bells), gold)), part("spire", (sorin().move(y=y), gold)),
        ]
    )  # fmt: skip


def torii(brief: Brief) -> Asset:
    """The red gate of a Japanese shrine."""
    red = asked(brief, "posts", "paint", (0.82, 0.16, 0.06), "post", main=True, roughness=0.45)
    black = asked(brief, "cap", "paint", (0.06, 0.06, 0.06), "cap", "foot", roughness=0.5)
    half, high = 2.1 * brief.grown("width"), 4.4 * brief.grown("height")
    n = brief.detail(28)
    posts = both(shapes.cylinder(0.24, high, 0.02, n, top=0.19).rotate(z=2.5).move(half, 0, 0))
    feet = both(shapes.cylinder(0.30, 0.5, 0.04, n).move(half, 0, 0))
    tie = shapes.rounded_box(2 * half + 1.3, 0.34, 0.24, 0.02, 1).move(0, high * 0.76, 0)
    wedge = both(
        join(
            *[
                shapes.rounded_box(0.22, 0.10, 0.16, 0.02, 1).move(half + s * 0.30, high * 0.76 + 0.2, 0)
                for s in (1, -1)
            ]
        )
    )
    x = np.linspace(-half - 1.35, half + 1.35, 25)
    bow = 0.30 * (np.abs(x) / x[-1]) ** 2.6
    lower = shapes.sweep(
        np.column_stack([x * 0.95, high + 0.10 + bow, np.zeros(25)]),
        1.0,
        curves.rectangle(0.40, 0.30, 0.02, 2),
    )
    upper = shapes.sweep(
        np.column_stack([x, high + 0.38 + bow * 1.15, np.zeros(25)]),
        1.0,
        curves.rectangle(0.58, 0.24, 0.02, 2),
    )
    plaque = shapes.rounded_box(0.5, 0.72, 0.14, 0.02, 1).move(0, high * 0.89, 0.14)
    frame = shapes.rounded_box(0.58, 0.80, 0.10, 0.02, 1).move(0, high * 0.89, 0.13)
    t = np.linspace(-half, half, 25)
    rope = shapes.sweep(
        np.column_stack([t, high * 0.62 + 0.35 * (t / half) ** 2, np.full(25, 0.24)]),
        np.interp(np.abs(t), [0, half], [0.09, 0.05]),
        12,
        round_ends=True,
    )
    tassels = [
        shapes.cone(0.12, 0.55, segments=14).move(float(v), high * 0.62 + 0.35 * (v / half) ** 2 - 0.5, 0.24)
        for v in (-half * 0.5, 0.0, half * 0.5)
    ]
    return Asset([part("posts", (posts, red)), part("feet", (feet, black)), part("beams", (join(tie, wedge, lower), red)), part("cap", (upper, black)), part("plaque", (plaque, finish("gold", name="plaque")), (frame, black)), part("rope", (join(rope, *tassels), finish("straw", (0.86, 0.76, 0.50), "rope")))])  # fmt: skip


def stone_lantern(brief: Brief) -> Asset:
    """A garden lantern of stone: foot, shaft, fire box with a light, swept roof and jewel."""
    stone = hewn(brief, "stone", (0.58, 0.58, 0.55), "stone")
    h = brief.grown("height")
    foot = [shapes.prism(6, 0.42, 0.14, 0.02), shapes.prism(6, 0.34, 0.12, 0.02, top=0.24).move(y=0.14)]
    shaft = shapes.revolve(
        curves.smooth_curve(
            [[0.15, 0.24], [0.13, 0.5], [0.12, 0.62], [0.14, 0.72], [0.12, 0.82], [0.15, 1.05]], 20
        )
        * [1, h],
        brief.detail(28),
    )
    y = 1.03 * h
    tray = [
        shapes.prism(6, 0.22, 0.14, top=0.36).move(y=y),
        shapes.prism(6, 0.36, 0.08, 0.015).move(y=y + 0.14),
    ]
    posts = [
        shapes.rounded_box(0.07, 0.32, 0.07, 0.01, 1).move(0, y + 0.38, 0.235).rotate(y=60 * k + 30)
        for k in range(6)
    ]
    light = shapes.prism(6, 0.20, 0.30).move(y=y + 0.23)
    roof = shapes.loft(
        np.stack(
            [
                np.column_stack([r * np.sin(a), np.full(6, v), r * np.cos(a)])
                for a in (np.pi / 3 * np.arange(6) + np.pi / 6,)
                for r, v in (
                    (0.20, y + 0.52),
                    (0.50, y + 0.56),
                    (0.53, y + 0.64),
                    (0.36, y + 0.72),
                    (0.20, y + 0.84),
                    (0.07, y + 0.92),
                )
            ]
        ),
        crease=20,
    )
    curls = [
        shapes.superellipsoid(0.10, 0.13, 0.12, 2.4, 2.4, 14).move(0, y + 0.66, 0.50).rotate(y=60 * k + 30)
        for k in range(6)
    ]
    jewel = shapes.revolve(
        curves.smooth_curve(
            [[0.10, 0], [0.11, 0.04], [0.07, 0.07], [0.11, 0.15], [0.05, 0.25], [0, 0.31]], 18
        ),
        24,
    ).move(y=y + 0.90)
    return Asset([part("foot", (join(*foot), stone)), part("shaft", (shaft, stone)), part("fire_box", (join(*tray, *posts), stone)), part("light", (light, glow("light", (1.0, 0.80, 0.42), 0.7))), part("roof", (join(roof, *curls, jewel), stone))])  # fmt: skip


FAMILIES = (
    Family("pagoda", ("pagoda", "japanese pagoda", "chinese pagoda", "japanese temple", "chinese temple", "japanese castle", "buddhist temple", "asian temple"), pagoda),
    Family("torii", ("torii", "torii gate", "japanese gate", "shinto gate", "shrine gate"), torii),
    Family("stone_lantern", ("stone lantern", "japanese lantern", "garden lantern"), stone_lantern),
)  # fmt: skip
