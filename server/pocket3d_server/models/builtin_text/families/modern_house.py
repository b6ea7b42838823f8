"""Houses of our time: flat roofs, large panes, terraces, carports and pools."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.facade import block, glass_front, glass_rail
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.garden import round_bushes
from pocket3d_server.models.builtin_text.vehicles.fittings import bar
from pocket3d_server.models.builtin_text.waterworks import swimming_pool
from pocket3d_server.models.language.brief import RGB, Brief

WALLS: tuple[RGB, ...] = ((0.95, 0.95, 0.94), (0.90, 0.89, 0.86), (0.42, 0.43, 0.45))


def modern_house(brief: Brief) -> Asset:
    """Two white boxes one upon the other with flat roofs, walls of glass, a timber front, a terrace and a pool."""
    rng = brief.rng()
    white = asked(brief, "walls", "plaster", WALLS[int(rng.integers(3))], "wall", "facade", main=True)
    timber = asked(brief, "cladding", "wood", (0.52, 0.33, 0.19), "cladding", "door", "timber")
    grey = asked(brief, "roof", "concrete", (0.45, 0.46, 0.48), "roof")
    dark = finish("aluminium", (0.12, 0.13, 0.14), "frames", roughness=0.5)
    glass = asked(
        brief, "window_glass", "glass", (0.28, 0.42, 0.52), "window", "glass", alpha=1.0, roughness=0.06, metallic=0.35
    )  # fmt: skip
    floors, w = brief.count("floor", 2, 1, 3), 6.0 * brief.grown("width", "length")
    roofs: list[Solid] = []
    walls, panes, frames = list[Solid](), list[Solid](), list[Solid]()
    base, storey = 0.25, 3.0 * (1 + 0.3 * (brief.grown("height") - 1))
    upper = -w * 0.45 + float(rng.uniform(-0.15, 0.25)) * w * 0.4
    for f in range(floors):
        y0, y1 = base + storey * f, base + storey * (f + 1) - 0.25
        left, right, back, front = (-w, w * 0.62, -4.0, 3.0) if f % 2 == 0 else (upper, w, -3.6, 4.2)
        hall, fields = (3.2, 4) if f == 0 else (0.3, 6)
        made = glass_front((left, right), (y0, y1), (back, front), hall, fields)
        for solids, solid in zip((walls, panes, frames), made, strict=True):
            solids.append(solid)
        roofs.append(block(left - 0.35, right + 0.35, y1, y1 + 0.30, back - 0.35, front + 0.45))
    if floors > 1:
        pane, rail = glass_rail(-w + 0.1, upper, base + storey * (floors - 1) + 0.2, 2.865)
        panes.append(pane)
        frames.append(rail)
        walls.append(block(w - 0.35, w - 0.05, base, base + storey - 0.1, 3.6, 3.9))
    boards = [
        block(x, x + 0.18, base + 0.2, base + storey - 0.25, 2.42, 2.50, 0.01)
        for x in -w + 0.3 + 0.2 * np.arange(14)
    ]
    leaf = block(-w + 2.05, -w + 3.05, base + 0.2, base + 2.5, 2.42, 2.56)
    handle = bar([-w + 2.18, base + 0.9, 2.62], [-w + 2.18, base + 1.7, 2.62], 0.025)
    ground = shapes.rounded_box(2 * w + 3.4, 0.3, 14.2, 0.08, 2).move(0.1, 0.0, 2.0)
    paving = [
        block(-w - 0.4, w + 0.6, 0.05, 0.26, -4.4, 5.4),
        block(-w + 1.6, -w + 3.5, 0.05, 0.20, 5.4, 5.8),
        block(-w + 1.8, -w + 3.3, 0.10, 0.165, 5.7, 8.8),
    ]
    spots = ((-w - 0.9, 3.6, 0.5), (-w - 0.9, 1.6, 0.6), (w + 1.1, -2.0, 0.6), (w + 1.1, 0.4, 0.5))
    return Asset([
        part("ground", (ground, asked(brief, "lawn", "grass", None, "lawn", "garden", "grass"))), part("terrace", (join(*paving), finish("concrete", (0.75, 0.74, 0.72), "paving"))),
        part("walls", (join(*walls), white)), part("roof", (join(*roofs), grey)), part("glazing", (join(*panes), glass), (join(*frames), dark)),
        part("cladding", (join(*boards), timber)), part("door", (leaf, finish("wood", (0.30, 0.18, 0.11), "door_wood")), (handle, finish("steel"))),
        swimming_pool(w * 0.85, 2.2, w * 0.42, 7.1), part("bushes", (round_bushes(spots), finish("grass", (0.20, 0.40, 0.16), "leaves"))),
    ])  # fmt: skip


FAMILIES = (
    Family("modern_house", ("modern house", "modern villa", "house with a flat roof", "villa", "flat roof house", "contemporary house", "beach house", "minimalist house"), modern_house),
)  # fmt: skip
