"""Castles: towers joined by walls around a keep, with a gatehouse in front."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.gatehouse import curtain, gatehouse, keep_of, keep_windows, shifted
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
    hill = shapes.cylinder(size * 0.98, 0.5, 0.2, 64).move(y=-0.35)
    parts: list[Part] = [part("ground", (hill, finish("grass", name="ground")))]
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
        wall = curtain(middle, along, wall_h)
        parts.append(part(f"wall_{k + 1}", (wall, stone)))
        if middle[1] > 0 and abs(middle[0]) < 0.1 and not gates:
            gates += 1
            parts += gatehouse(middle, wall_h, stone, wood, iron)
    if not gates:  # no wall faces straight ahead: the gate goes into the first one
        parts += gatehouse(np.array([0.0, float(np.max(spots[:, 1]) * 0.98)]), wall_h, stone, wood, iron)
    keep_h = tower_h * 1.15
    keep = keep_of(keep_h)
    parts.append(part("keep", (keep.move(0, 0, -0.8), stone)))
    parts += keep_windows(keep_h, stone)
    parts += shifted(
        round_tower(brief, "great_tower", 1.35, keep_h + 3.2, stone, roof, "cone", colour, rng), 0.0, -1.6
    )
    return Asset(parts)


FAMILIES = (
    Family("castle", ("castle", "fortress", "medieval castle", "fort", "citadel", "palace", "fairy tale castle", "stronghold"), castle),
)  # fmt: skip
