"""Houses of our time: flat roofs, large panes, terraces, carports and pools."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.vehicles.fittings import bar
from pocket3d_server.models.language.brief import Brief


def slab(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, bevel: float = 0.015) -> Solid:
    """A block between two corners."""
    block = shapes.rounded_box(x1 - x0, y1 - y0, z1 - z0, bevel, 1)
    return block.move((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)


def glazing(x0: float, x1: float, y0: float, y1: float, z: float, count: int) -> tuple[Solid, Solid]:
    """A wall of glass in the plane z that looks along +z: (panes, frames)."""
    posts = [slab(x - 0.04, x + 0.04, y0, y1, z - 0.05, z + 0.06) for x in np.linspace(x0, x1, count + 1)]
    rails = [slab(x0, x1, y - 0.05, y + 0.05, z - 0.05, z + 0.06) for y in (y0 + 0.05, y1 - 0.05)]
    return slab(x0, x1, y0, y1, z - 0.02, z + 0.02), join(*posts, *rails)


def modern_house(brief: Brief) -> Asset:
    """Two white boxes one upon the other with flat roofs, walls of glass, a timber front, a terrace and a pool."""
    rng = brief.rng()
    white = asked(
        brief,
        "walls",
        "plaster",
        ((0.95, 0.95, 0.94), (0.90, 0.89, 0.86), (0.42, 0.43, 0.45))[int(rng.integers(3))],
        "wall",
        "facade",
        main=True,
    )
    timber = asked(brief, "cladding", "wood", (0.52, 0.33, 0.19), "cladding", "door", "timber")
    grey, dark = (
        asked(brief, "roof", "concrete", (0.45, 0.46, 0.48), "roof"),
        finish("aluminium", (0.12, 0.13, 0.14), "frames", roughness=0.5),
    )
    glass = asked(
        brief,
        "window_glass",
        "glass",
        (0.28, 0.42, 0.52),
        "window",
        "glass",
        alpha=1.0,
        roughness=0.06,
        metallic=0.35,
    )
    floors = brief.count("floor", 2, 1, 3)
    w = 6.0 * brief.grown("width", "length")
    walls, roofs, panes, frames = [], [], [], []
    base, storey = 0.25, 3.0 * (1 + 0.3 * (brief.grown("height") - 1))
    shift = float(rng.uniform(-0.15, 0.25)) * w
    for f in range(floors):
        y0, y1 = base + storey * f, base + storey * (f + 1) - 0.25
        left, right = (-w, w * 0.62) if f % 2 == 0 else (-w * 0.45 + shift * 0.4, w)
        back, front = (-4.0, 3.0) if f % 2 == 0 else (-3.6, 4.2)
        # Side and back walls, with the front left open for the glass, which stands back under the roof.
        walls += [
            slab(left, left + 0.3, y0, y1, back, front),
            slab(right - 0.3, right, y0, y1, back, front),
            slab(left, right, y0, y1, back, back + 0.3),
        ]
        walls.append(slab(left, right, y0 - 0.05, y0 + 0.20, back, front))
        p, g = glazing(
            left + (3.2 if f == 0 else 0.3), right - 0.3, y0 + 0.20, y1, front - 0.55, 4 if f == 0 else 6
        )
        panes.append(p)
        frames.append(g)
        roofs.append(slab(left - 0.35, right + 0.35, y1, y1 + 0.30, back - 0.35, front + 0.45))
        for side, at in ((1, right), (-1, left)):
            pane_ = slab(
                at - 0.02 if side > 0 else at - 0.03,
                at + 0.03 if side > 0 else at + 0.02,
                y0 + 0.9,
                y1 - 0.35,
                -2.2,
                0.8,
            )
            panes.append(pane_)
            frames += [
                slab(at - 0.05, at + 0.05, y0 + 0.9, y1 - 0.35, v - 0.04, v + 0.04) for v in (-2.2, -0.7, 0.8)
            ]
    leaf = slab(-w + 2.05, -w + 3.05, base + 0.2, base + 2.5, 2.42, 2.56)
    front_wall = [
        slab(-w + 0.3 + 0.2 * k, -w + 0.48 + 0.2 * k, base + 0.2, base + storey - 0.25, 2.42, 2.50, 0.01)
        for k in range(14)
    ]
    handle = bar([-w + 2.18, base + 0.9, 2.62], [-w + 2.18, base + 1.7, 2.62], 0.025)
    top = base + storey * (floors - 1) + 0.2
    rail: list[Solid] = []
    if floors > 1:
        lo, hi = -w + 0.1, -w * 0.45 + shift * 0.4
        panel = slab(lo, hi, top - 0.05, top + 0.95, 2.85, 2.88, 0.005)
        rail = [
            bar([lo, top + 0.97, 2.865], [hi, top + 0.97, 2.865], 0.025),
            *[slab(x - 0.03, x + 0.03, top - 0.1, top + 0.97, 2.84, 2.89) for x in np.linspace(lo, hi, 4)],
        ]
        panes.append(panel)
        post = [slab(w - 0.35, w - 0.05, base, base + storey - 0.1, 3.6, 3.9)]
        walls += post
    ground = shapes.rounded_box(2 * w + 3.4, 0.3, 14.2, 0.08, 2).move(0.1, 0.0, 2.0)
    terrace = slab(-w - 0.4, w + 0.6, 0.05, 0.26, -4.4, 5.4)
    steps = [slab(-w + 1.6, -w + 3.5, 0.05, 0.20, 5.4, 5.8), slab(-w + 1.8, -w + 3.3, 0.10, 0.165, 5.7, 8.8)]
    pool = curves.rectangle(w * 0.85, 2.2, 0.15)
    rim = (
        shapes.extrude(pool * [1.0, 1.0] * 1.0, 0.12, 0.02, holes=[pool * [0.93, 0.80]])
        .rotate(x=-90)
        .move(w * 0.42, 0.19, 7.1)
    )
    water = shapes.extrude(pool * [0.95, 0.84], 0.08).rotate(x=-90).move(w * 0.42, 0.15, 7.1)
    bushes = [
        shapes.sphere(0.5, 24).scale(r * 2.2, r * 1.7, r * 2.2).move(x, r * 0.8, z)
        for x, z, r in ((-w - 0.9, 3.6, 0.5), (-w - 0.9, 1.6, 0.6), (w + 1.1, -2.0, 0.6), (w + 1.1, 0.4, 0.5))
    ]
    parts: list[Part] = [
        part("ground", (ground, asked(brief, "lawn", "grass", None, "lawn", "garden", "grass"))), part("terrace", (join(terrace, *steps), finish("concrete", (0.75, 0.74, 0.72), "paving"))),
        part("walls", (join(*walls), white)), part("roof", (join(*roofs), grey)), part("glazing", (join(*panes), glass), (join(*frames, *rail), dark)),
        part("cladding", (join(*front_wall), timber)), part("door", (leaf, finish("wood", (0.30, 0.18, 0.11), "door_wood")), (handle, finish("steel"))),
        part("pool", (rim, finish("stone", (0.80, 0.79, 0.76), "pool_rim")), (water, finish("glass", (0.15, 0.60, 0.72), "water", alpha=1.0))), part("bushes", (join(*bushes), finish("grass", (0.20, 0.40, 0.16), "leaves"))),
    ]  # fmt: skip
    return Asset(parts)


FAMILIES = (
    Family("modern_house", ("modern house", "modern villa", "house with a flat roof", "villa", "flat roof house", "contemporary house", "beach house", "minimalist house"), modern_house),
)  # fmt: skip
