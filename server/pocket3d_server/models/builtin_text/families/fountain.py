"""Water in stone: fountains and wells."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.masonry import gable_roof, hewn
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both
from pocket3d_server.models.builtin_text.waterworks import (
    baluster,
    bucket,
    finial,
    overflow,
    pool_of,
    ring_of_blocks,
    spout,
    top_jets,
)
from pocket3d_server.models.language.brief import Brief


def basin(radius: float, lip: float, deep: float, segments: int) -> Solid:
    """A round bowl on y = 0 with a moulded rim."""
    outer = [
        [radius * 0.30, 0],
        [radius * 0.55, 0.10 * deep],
        [radius * 0.90, 0.62 * deep],
        [radius, 0.86 * deep],
        [radius + lip, 0.90 * deep],
        [radius + lip, deep],
        [radius - lip * 0.6, deep],
    ]
    inner = [[radius * 0.86, 0.72 * deep], [radius * 0.5, 0.30 * deep], [0.0, 0.24 * deep]]
    return shapes.revolve(np.array([*outer, *inner]), segments, crease=35)  # fmt: skip


def water_of(brief: Brief) -> Finish:
    """Still water."""
    return asked(brief, "water", "glass", (0.30, 0.62, 0.72), "water", alpha=0.75, roughness=0.05)


def fountain(brief: Brief) -> Asset:
    """A fountain of two or three bowls above a pool, with water that arcs and falls."""
    stone, water = (
        hewn(
            brief,
            "stone",
            ((0.74, 0.72, 0.67), (0.82, 0.78, 0.70), (0.60, 0.61, 0.62))[int(brief.rng().integers(3))],
            "basin",
        ),
        water_of(brief),
    )
    spray = finish("glass", (0.80, 0.92, 0.97), "spray", alpha=0.6, roughness=0.1)
    n, tiers = (
        brief.detail(56),
        brief.count("tier", brief.count("bowl", 2 if brief.rng(1).random() < 0.6 else 3, 1, 4), 1, 4),
    )
    r = 2.3 * brief.grown("width")
    sides = 8 if brief.rng(2).random() < 0.5 else n
    stones, pools = pool_of(r, sides)
    jets: list[Solid] = []
    y, size = 0.14, 1.25
    high = 1.15 * brief.grown("height")
    for k in range(tiers):
        tall = high * 0.86**k
        foot = baluster(k, tall)
        stones.append(shapes.revolve(foot, max(n // 2, 12), crease=50).move(y=y))
        y += tall * 0.96
        bowl = basin(size, 0.07, 0.34, n)
        stones.append(bowl.move(y=y))
        pools.append(shapes.cylinder(size * 0.93, 0.05, 0, n).move(y=y + 0.255))
        jets += overflow(k, y, tall, size)
        y += 0.22
        size *= 0.60
    stones.append(finial(y))
    top = y + 0.5
    jets.append(spout(top))
    jets += top_jets(top, y)
    return Asset([part("stone", (join(*stones), stone)), part("water", (join(*pools), water)), part("jets", (join(*jets), spray))])  # fmt: skip


def well(brief: Brief) -> Asset:
    """A round stone well with a tiled roof on two posts, a windlass with its crank, a rope and a bucket."""
    stone, wood = (
        asked(brief, "stone", "stone", None, "wall", main=True),
        asked(brief, "wood", "wood", (0.40, 0.26, 0.15), "post", "wood"),
    )
    roof = asked(brief, "roof", "wood" if brief.rng().random() < 0.5 else "tile", None, "roof")
    rng, high = brief.rng(1), 0.86
    r = 0.85 * brief.grown("width")
    blocks = ring_of_blocks(r, rng)
    core = shapes.tube(r, r - 0.17, high - 0.04, 0, 40)
    cap = shapes.tube(r + 0.16, r - 0.26, 0.12, 0.03, brief.detail(48)).move(y=high)
    water = shapes.cylinder(r - 0.18, 0.05, 0, 36).move(y=0.35)
    tall = 2.25 * brief.grown("height")
    posts = both(shapes.rounded_box(0.14, tall, 0.14, 0.015, 2).grained().move(r - 0.02, tall / 2, 0))
    brace = both(
        join(
            *[beam([r - 0.02, tall - 0.55, 0], [r - 0.02, tall - 0.02, s * 0.5], 0.08, 0.08) for s in (1, -1)]
        )
    )
    tie = join(
        shapes.rounded_box(2 * r + 0.5, 0.14, 0.14, 0.015, 2).grained().move(0, tall, 0),
        both(shapes.rounded_box(0.12, 0.12, 1.25, 0.015, 1).move(r - 0.02, tall, 0)),
    )
    cover = gable_roof(2 * r + 0.35, 1.3, 0.62, 0.22, 0.07).move(y=tall + 0.03)
    gable = both(
        shapes.extrude(np.array([[-0.62, 0], [0.62, 0], [0, 0.60]]), 0.05)
        .rotate(y=90)
        .move(r + 0.05, tall + 0.05, 0)
    )
    axle = shapes.cylinder(0.045, 2 * r + 0.35, 0.005, 16).rotate(z=90).move(r + 0.3, 1.55, 0)
    drum = shapes.cylinder(0.11, 0.7, 0.01, 24).rotate(z=90).move(0.35, 1.55, 0)
    crank = join(
        bar([r + 0.28, 1.55, 0], [r + 0.28, 1.30, 0.12], 0.025),
        bar([r + 0.26, 1.30, 0.12], [r + 0.50, 1.30, 0.12], 0.025),
    )
    coil = [
        shapes.torus(0.125, 0.035, 24, 8).rotate(z=90).move(x, 1.55, 0) for x in np.linspace(-0.18, 0.18, 9)
    ]
    line = bar([0, 1.5, 0.12], [0, 1.12, 0.12], 0.016)
    pail, hoops = bucket()
    grass = shapes.revolve(
        curves.smooth_curve([[r * 1.9, -0.12], [r * 1.75, 0.0], [r * 1.2, 0.05], [0, 0.06]], 10), 40
    )
    return Asset(
        [
            part("wall", (join(*blocks, core, cap), stone)), part("water", (water, finish("glass", (0.16, 0.34, 0.42), "water", alpha=1.0))), part("posts", (join(posts, brace, tie, gable), wood)), part("roof", (cover, roof)),
            part("windlass", (join(axle, drum), wood), (crank, finish("iron")), (join(*coil, line), finish("straw", (0.70, 0.58, 0.38), "rope"))),
            part("bucket", (pail, finish("wood", (0.58, 0.40, 0.24), "bucket")), (hoops, finish("iron"))), part("grass", (grass, finish("grass"))),
        ]
    )  # fmt: skip


FAMILIES = (
    Family("fountain", ("fountain", "stone fountain", "water fountain", "garden fountain", "tiered fountain"), fountain),
    Family("well", ("well", "water well", "wishing well", "stone well", "old well"), grounded(well)),
)  # fmt: skip
