"""Castles: towers joined by walls around a keep, with a gatehouse in front."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.gatehouse import gatehouse, shifted
from pocket3d_server.models.builtin_text.masonry import (
    Frame,
    crenellations,
    window,
)
from pocket3d_server.models.builtin_text.round_tower import FLAGS, round_tower
from pocket3d_server.models.language.brief import Brief


def castle(brief: Brief) -> Asset:
    """Curtain walls between round towers, a gatehouse and a keep."""
    rng = brief.rng()
    stone = asked(brief, "stone", "stone", None, "wall", main=True)
    roof = asked(
        brief,
        "roof",
        "slate",
        ((0.20, 0.28, 0.45), (0.52, 0.18, 0.14), (0.24, 0.26, 0.30))[int(rng.integers(3))],
        "roof",
    )
    colour = asked(brief, "flag", "fabric", FLAGS[int(rng.integers(4))], "flag", "banner")
    wood, iron = finish("wood", (0.34, 0.21, 0.12), "gate_wood"), finish("iron")
    count = brief.count("tower", 4, 3, 10)
    size = 11.0 * brief.grown("width")
    cap = "battlement" if brief.has("fortress", "fort") else "cone"
    wall_h, tower_h = 4.2, 7.0 * brief.grown("height")
    a = 2 * np.pi * (np.arange(count) + 0.5) / count
    spots = np.column_stack([size * 0.70 * np.sin(a), size * 0.70 * np.cos(a)])
    if count == 4:
        spots = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * size / 2
    parts: list[Part] = [
        part(
            "ground",
            (shapes.cylinder(size * 0.98, 0.5, 0.2, 64).move(y=-0.35), finish("grass", name="ground")),
        )
    ]
    for k, (x, z) in enumerate(spots):
        made = round_tower(
            brief,
            f"tower_{k + 1}",
            1.5,
            tower_h * float(rng.uniform(0.95, 1.1)),
            stone,
            roof,
            cap,
            colour,
            rng,
        )
        parts += shifted(made, x, z)
    gates = 0
    for k in range(count):
        p, q = spots[k], spots[(k + 1) % count]
        middle, along = (p + q) / 2, q - p
        length, turn = float(np.hypot(*along)), float(np.degrees(np.arctan2(-along[1], along[0])))
        wall = join(
            shapes.box(length, wall_h, 0.9).move(y=wall_h / 2),
            crenellations(length, 1.0, 0.35).move(0, wall_h, -0.27),
            crenellations(length, 1.0, 0.35).move(0, wall_h, 0.27),
        )
        parts.append(part(f"wall_{k + 1}", (wall.rotate(y=turn).move(middle[0], 0, middle[1]), stone)))
        if middle[1] > 0 and abs(middle[0]) < 0.1 and not gates:
            gates += 1
            parts += gatehouse(middle, wall_h, stone, wood, iron)
    if not gates:  # no wall faces straight ahead: the gate goes into the first one
        parts += gatehouse(np.array([0.0, float(np.max(spots[:, 1]) * 0.98)]), wall_h, stone, wood, iron)
    keep_h = tower_h * 1.15
    keep = join(
        shapes.box(5.0, keep_h, 5.0).move(y=keep_h / 2),
        *[crenellations(5.5, 1.0, 0.35).move(0, keep_h - 0.1, 2.55).rotate(y=90 * k) for k in range(4)],
        *[
            shapes.rounded_box(0.8, keep_h, 0.8, 0.05, 1).move(sx * 2.4, keep_h / 2, sz * 2.4)
            for sx in (1, -1)
            for sz in (1, -1)
        ],
        shapes.box(5.7, 0.3, 5.7).move(y=keep_h - 0.15),
    )
    parts.append(part("keep", (keep.move(0, 0, -0.8), stone)))
    glass = glow("keep_window", (0.95, 0.75, 0.35), 0.35)
    for k, (x, y) in enumerate(((-1.2, 0.45), (1.2, 0.45), (-1.2, 0.75), (1.2, 0.75))):
        parts.append(
            window(
                f"keep_window_{k + 1}",
                Frame(np.array([x, keep_h * y, 1.7]), 0),
                0.6,
                1.2,
                stone,
                glass,
                stone,
                arched=True,
            )
        )
    parts += shifted(
        round_tower(brief, "great_tower", 1.35, keep_h + 3.2, stone, roof, "cone", colour, rng), 0.0, -1.6
    )
    return Asset(parts)


FAMILIES = (
    Family("castle", ("castle", "fortress", "medieval castle", "fort", "citadel", "palace", "fairy tale castle", "stronghold"), castle),
)  # fmt: skip
