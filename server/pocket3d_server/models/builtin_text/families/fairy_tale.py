"""Houses of stories: mushroom house, gingerbread house and treehouse."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.fairy_parts import (
    arch,
    arched_porch,
    bent_chimney,
    candy_canes,
    cap_gills,
    cap_spots,
    garden_patch,
    icing_drips,
    roof_sweets,
    round_window,
)
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import Frame, door, gable_roof, gable_wall, window
from pocket3d_server.models.language.brief import RGB, Brief


def mushroom_house(brief: Brief) -> Asset:
    """A toadstool to live in: a bulging stem with an arched door and round windows, a spotted cap, a crooked chimney."""
    rgb: RGB = ((0.80, 0.10, 0.08), (0.80, 0.10, 0.08), (0.52, 0.22, 0.56), (0.90, 0.50, 0.12))[
        int(brief.rng().integers(4))
    ]
    cap_look = asked(brief, "cap", "paint", rgb, "cap", "roof", main=True, roughness=0.4)
    cream = asked(brief, "stem", "plaster", (0.95, 0.91, 0.80), "stem", "wall")
    white = asked(brief, "spots", "paint", (0.97, 0.95, 0.90), "spot", "dot", roughness=0.5)
    wood, glass, iron = (
        finish("wood", (0.42, 0.24, 0.13), "door_wood"),
        glow("window_glass", (0.98, 0.80, 0.40), 0.5),
        finish("iron"),
    )
    n, k, w = brief.detail(56), brief.grown("height"), brief.grown("width")
    stem_line = curves.smooth_curve(
        np.array([[1.45, 0], [1.52, 0.35], [1.30, 1.1], [1.12, 1.9], [1.05, 2.7]]) * [w, k], 26
    )
    stem = shapes.revolve(stem_line, n)
    top = curves.smooth_curve(
        np.array([[2.65, 2.35], [2.72, 2.62], [2.45, 3.35], [1.75, 4.15], [0.85, 4.62], [0.0, 4.78]])
        * [w, k],
        34,
    )
    under = curves.smooth_curve(np.array([[1.0, 2.62], [1.8, 2.46], [2.5, 2.28], [2.65, 2.35]]) * [w, k], 14)
    cap = shapes.revolve(np.concatenate([under[:-1], top]), n, crease=60)
    gills = cap_gills(w, k)
    spots = cap_spots(top, brief.rng(1))
    radius = lambda y: float(np.interp(y, stem_line[:, 1], stem_line[:, 0]))  # noqa: E731
    porch = arched_porch(w)
    leaf = door(
        "door",
        Frame(np.array([0, 0.05, 1.60 * w]), 0),
        0.85,
        1.55,
        wood,
        finish("stone", (0.60, 0.56, 0.50), "door_stones"),
        iron,
        arched=True,
    )
    parts = [
        part("stem", (join(stem, porch), cream)),
        part("cap", (cap, cap_look)),
        part("gills", (join(*gills), finish("plaster", (0.90, 0.82, 0.68), "gills"))),
        part("spots", (spots, white)),
        leaf,
    ]
    for i, (turn, y) in enumerate(((52.0, 1.35 * k), (-50.0, 1.45 * k), (140.0, 1.3 * k))):
        a, r = np.radians(turn), radius(y)
        frame = Frame(np.array([np.sin(a) * (r + 0.02), y, np.cos(a) * (r + 0.02)]), turn)
        parts.append(round_window(f"window_{i + 1}", frame, wood, glass))
    pipe, hat = bent_chimney(w, k)
    stones, base = garden_patch(w)
    parts += [
        part("chimney", (pipe, finish("stone", (0.55, 0.52, 0.48), "chimney")), (hat, cap_look)),
        part("path", (stones, finish("stone", (0.66, 0.64, 0.60), "path"))),
        part("grass", (base, finish("grass"))),
    ]
    return Asset(parts)  # fmt: skip


def gingerbread_house(brief: Brief) -> Asset:
    """A cottage of gingerbread with icing, sweets on its roof, candy canes and a chocolate door."""
    rng = brief.rng()
    bread = asked(brief, "gingerbread", "plaster", (0.66, 0.38, 0.18), "wall", main=True)
    icing = asked(brief, "icing", "paint", (0.98, 0.97, 0.95), "icing", "roof", roughness=0.35)
    red, choc = (
        finish("paint", (0.82, 0.08, 0.10), "candy_red", roughness=0.2),
        finish("paint", (0.28, 0.14, 0.07), "chocolate", roughness=0.35),
    )
    w, d, high, rise = 3.2, 2.8, 1.9 * brief.grown("height"), 1.7
    body = gable_wall(w, d, high, rise).rotate(y=90)
    cover = gable_roof(w, d, rise, 0.28, 0.16).rotate(y=90).move(y=high)
    slope = rise / (d / 2)
    x0 = d / 2
    sweets = roof_sweets(w, x0, high, rise, slope, rng)
    drips = icing_drips(w, x0, high, rise, slope, rng)
    canes, stripes = candy_canes(w)
    leaf = [shapes.extrude(arch(0.42, 1.35), 0.10, 0.02).move(0, 0.1, w / 2 + 0.05)]
    leaf += [
        shapes.rounded_box(0.26, 0.26, 0.06, 0.03, 1).move(x, y, w / 2 + 0.11)
        for x in (-0.18, 0.18)
        for y in (0.36, 0.70)
    ]
    rim = shapes.sweep(
        np.column_stack([arch(0.48, 1.42)[1:], np.full(18, w / 2 + 0.06)]) + [0, 0.1, 0],
        0.06,
        10,
        round_ends=True,
    )
    heart = shapes.sphere(0.16, 18).scale(1, 1, 0.6).move(0, high + rise * 0.42, w / 2 + 0.02)
    knob = shapes.sphere(0.06, 14).move(0.28, 0.75, w / 2 + 0.12)
    snow = shapes.superellipsoid(5.0, 0.24, 5.4, 4, 2.4, 40).move(0, 0.0, 0.5)
    stack = shapes.rounded_box(0.5, 1.1, 0.5, 0.05, 2).move(0.75, high + rise * 0.75, -0.5)
    cream = shapes.superellipsoid(0.62, 0.26, 0.62, 3, 2.4, 24).move(0.75, high + rise * 0.75 + 0.55, -0.5)
    hues: tuple[RGB, ...] = ((0.85, 0.12, 0.16), (0.16, 0.60, 0.28), (0.96, 0.76, 0.12), (0.30, 0.42, 0.86))
    trim = finish("paint", (0.98, 0.97, 0.95), "window_icing", roughness=0.35)
    lit = glow("window_glass", (1.0, 0.82, 0.40), 0.5)
    return Asset(
        [
            part("walls", (body.move(y=0.06), bread)), part("roof", (cover, finish("plaster", (0.48, 0.26, 0.12), "roof_biscuit"))), part("icing", (join(*drips, cream, rim), icing)),
            part("sweets", *[(join(*made), finish("paint", hues[i], f"sweet_{i + 1}", roughness=0.2)) for i, made in sweets.items() if made]), part("candy_canes", (canes, icing), (stripes, red)),
            part("door", (join(*leaf), choc), (knob, red)), part("heart", (heart, red)), part("chimney", (stack, bread)), part("ground", (snow, finish("snow"))),
            *[window(f"window_{i + 1}", Frame(np.array([s * x0, 1.05, z]), 90.0 * s), 0.7, 0.75, trim, lit, trim) for i, (s, z) in enumerate(((1, 0.0), (-1, 0.0)))],
        ]
    )  # fmt: skip


FAMILIES = (
    Family("mushroom_house", ("mushroom house", "toadstool house", "gnome house", "fairy house", "smurf house"), mushroom_house),
    Family("gingerbread_house", ("gingerbread house", "candy house", "witch's candy house"), gingerbread_house),
)  # fmt: skip
