"""Stalls and sheds: market stall, greenhouse, tower crane and birdhouse."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.families.farm import ridge_roof
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.nursery_garden import glazing_bars, seedling, staging
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.trading import heap_of, striped_awning
from pocket3d_server.models.builtin_text.vehicles.cart import plank_box
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, both, truss
from pocket3d_server.models.language.brief import RGB, Brief

STRIPES: tuple[RGB, ...] = ((0.80, 0.12, 0.12), (0.14, 0.42, 0.24), (0.14, 0.32, 0.62), (0.92, 0.60, 0.10))


FRAMES: tuple[RGB, ...] = ((0.95, 0.95, 0.93), (0.14, 0.30, 0.20), (0.55, 0.57, 0.60))
FRUITS: tuple[tuple[RGB, float, float], ...] = (
    ((0.80, 0.10, 0.08), 0.055, 0.95), ((0.95, 0.55, 0.08), 0.06, 1.0), ((0.40, 0.62, 0.14), 0.055, 0.95),
    ((0.95, 0.80, 0.15), 0.05, 1.3), ((0.42, 0.16, 0.38), 0.05, 1.25), ((0.90, 0.30, 0.20), 0.065, 0.8),
)  # fmt: skip
"""Colour, radius in metres and height over width of what lies in a stall's crates."""


def market_stall(brief: Brief) -> Asset:
    """A stall with a striped awning and crates of fruit and vegetables."""
    wood = asked(brief, "wood", "wood", (0.58, 0.40, 0.24), "wood", "counter", main=True)
    stripe = STRIPES[int(brief.rng().integers(4))]
    one = asked(brief, "awning", "canvas", stripe, "awning", "roof", "stripe")
    two = finish("canvas", (0.95, 0.93, 0.88), "awning_white")
    w, d, high = 1.3 * brief.grown("width", "length"), 0.75, 2.35 * brief.grown("height")
    posts = [both(beam([w, 0, z], [w, y, z], 0.08, 0.08)) for z, y in ((d, high - 0.30), (-d, high + 0.16))]
    rails = [
        beam([-w, y, z], [w, y, z], 0.07, 0.07)
        for z, y in ((d, high - 0.36), (-d, high + 0.1), (d, 0.22), (-d, 0.22))
    ] + [both(beam([w, 0.78, -d], [w, 0.78, d], 0.07, 0.07))]
    front = [
        shapes.rounded_box(2 * w / 9 * 0.94, 0.72, 0.03, 0.006, 1).grained().move(x, 0.42, d + 0.03)
        for x in (np.arange(9) - 4) * 2 * w / 9
    ]
    top = shapes.rounded_box(2 * w + 0.2, 0.05, 0.62, 0.01, 1).grained().move(0, 0.82, d - 0.2)
    step = shapes.rounded_box(2 * w, 0.04, 0.55, 0.01, 1).grained().move(0, 1.12, -0.12)
    bands = striped_awning(w + 0.2, 12, np.array([[-d - 0.15, high + 0.32], [d + 0.45, high - 0.34]]))
    rng, tilt, crates, goods = brief.rng(1), 14.0, [], []
    for k, (rgb, size, tall) in enumerate(FRUITS):
        row, col = divmod(k, 3)
        at = ((col - 1) * w * 0.62, 0.90 if row == 0 else 1.20, d - 0.18 if row == 0 else -0.12)
        crates.append(plank_box(0.58, 0.16, 0.42, 2).rotate(x=tilt).move(*at))
        fruit = finish("paint", rgb, f"fruit_{k + 1}", roughness=0.45)
        heap = heap_of(shapes.sphere(size, 12).scale(1, tall, 1), 1.9 * size, rng)
        goods.append(part(f"goods_{k + 1}", (heap.rotate(x=tilt).move(*at), fruit)))
    sign = shapes.rounded_box(0.4, 0.3, 0.03, 0.01, 1).rotate(x=-10).move(w * 0.55, 0.52, d + 0.09)
    return Asset([part("frame", (join(*posts, *rails), wood)), part("counter", (join(*front, top, step), wood)), part("awning", (bands[0], one), (bands[1], two)), part("crates", (join(*crates), finish("wood", (0.72, 0.56, 0.36), "crate_wood"))), part("sign", (sign, finish("slate", (0.12, 0.13, 0.13), "board"))), *goods])  # fmt: skip


def greenhouse(brief: Brief) -> Asset:
    """A glass house on a low wall, with rows of plants on staging inside."""
    paint = FRAMES[int(brief.rng().integers(3))]
    frame = asked(brief, "frame", "paint", paint, "frame", main=True, roughness=0.4)
    glass = asked(brief, "panes", "glass", (0.75, 0.90, 0.90), "pane", "glass", "window", alpha=0.25)
    w, z, eave = 1.5 * brief.grown("width"), 2.2 * brief.grown("length"), 1.75 * brief.grown("height")
    ridge, sill = eave + 1.0, 0.55
    room = curves.rectangle(2 * w - 0.16, 2 * z - 0.16)
    ring = shapes.extrude(curves.rectangle(2 * w + 0.1, 2 * z + 0.1), sill, 0.01, holes=[room])
    gap = shapes.box(0.9, 1, 0.6).move(0, 0.52, z)
    wall = shapes.difference(ring.rotate(x=-90).move(y=sill / 2), gap)
    bars = glazing_bars(w, z, (sill, eave, ridge))
    lintel = 2.0 * eave / 1.75
    door = [
        both(beam([0.45, 0.02, z], [0.45, lintel, z], 0.07, 0.06)),
        beam([-0.45, lintel, z], [0.45, lintel, z], 0.06, 0.06),
        beam([-0.42, 0.85, z + 0.02], [0.42, 0.85, z + 0.02], 0.08, 0.04),
        beam([-0.42, 0.12, z + 0.02], [0.42, 0.12, z + 0.02], 0.14, 0.04),
    ]
    finials = [shapes.cone(0.05, 0.35, segments=10).move(0, ridge + 0.05, e * z) for e in (1, -1)]
    shell = shapes.extrude(np.array([[-w, sill], [w, sill], [w, eave], [0, ridge], [-w, eave]]), 2 * z)
    knob = shapes.sphere(0.035, 14).move(0.34, 1.05, z + 0.05)
    rng, pots, plants, fruits = brief.rng(1), list[Solid](), list[Solid](), list[Solid]()
    tables = both(staging(2 * z - 0.3, z * 0.8).move(x=w - 0.48))
    for s in (1, -1):
        for v in np.linspace(-z + 0.4, z - 0.4, 7):
            at = (s * (w - 0.48) + float(rng.uniform(-0.12, 0.12)), 0.74, float(v))
            pot, leaves, berries = seedling(rng)
            pots.append(pot.move(*at))
            plants.append(leaves.move(*at))
            fruits += [berry.move(*at) for berry in berries]
    floor = shapes.rounded_box(2 * w + 0.5, 0.06, 2 * z + 0.5, 0.02, 1).move(y=0.02)
    return Asset([part("wall", (wall, asked(brief, "wall", "brick", None, "wall", "base"))), part("frame", (join(*bars, *door, *finials), frame), (knob, finish("brass"))), part("panes", (shell, glass)), part("staging", (tables, finish("wood"))), part("pots", (join(*pots), finish("clay"))), part("plants", (join(*plants), finish("grass", (0.20, 0.46, 0.16), "leaves"))), *([part("fruits", (join(*fruits), finish("paint", (0.85, 0.12, 0.08), "fruit", roughness=0.4)))] if fruits else []), part("floor", (floor, finish("concrete")))])  # fmt: skip


def crane(brief: Brief) -> Asset:
    """A tower crane: latticed mast and jib, cab, counterweights, stays, trolley with a hook."""
    paint = asked(
        brief,
        "paint",
        "paint",
        ((0.95, 0.72, 0.06), (0.85, 0.20, 0.10), (0.90, 0.45, 0.06))[int(brief.rng().integers(3))],
        "mast",
        "frame",
        main=True,
        roughness=0.4,
    )
    steel, grey = finish("steel", name="cable"), finish("concrete")
    h, reach, back, t = 14.0 * brief.grown("height"), 11.0 * brief.grown("length"), 4.0, 0.6

    mast = truss(h, t, 13).move(y=0.4)
    jib = truss(reach, 0.42, 12).rotate(x=90).move(0, h + 1.2, 0.5)
    tail = truss(back, 0.42, 4).rotate(x=-90).move(0, h + 1.2, -0.5)
    head = join(
        shapes.cylinder(0.85, 0.35, 0.05, 28).move(y=h + 0.38),
        *[beam([s * 0.5, h + 0.7, z * 0.5], [0, h + 4.2, 0], 0.13, 0.13) for s in (1, -1) for z in (1, -1)],
    )
    stays = [
        bar([0, h + 4.1, 0], [0, h + 1.6, z], 0.035, 6) for z in (reach * 0.45, reach * 0.92, -back + 0.3)
    ]
    cab = shapes.rounded_box(0.95, 1.25, 1.2, 0.08, 2).move(1.0, h + 1.15, 0.75)
    pane = shapes.rounded_box(0.82, 0.75, 1.14, 0.05, 2).move(1.0, h + 1.30, 0.82)
    weights = [
        shapes.rounded_box(1.15, 1.5, 0.42, 0.04, 1).move(0, h + 0.75, -back + 0.1 + 0.5 * k)
        for k in range(3)
    ]
    at = reach * 0.66
    trolley = shapes.rounded_box(0.75, 0.22, 0.8, 0.04, 1).move(0, h + 0.62, at)
    drop = h * 0.45
    cords = [bar([s * 0.15, h + 0.6, at], [s * 0.10, h + 0.6 - drop, at], 0.022, 6) for s in (1, -1)]
    block = shapes.rounded_box(0.42, 0.5, 0.26, 0.06, 2).move(0, h + 0.45 - drop, at)
    hook = shapes.sweep(
        curves.smooth_curve(
            [[0, 0, 0], [0, -0.25, 0], [0, -0.45, 0.16], [0, -0.62, 0.02], [0, -0.52, -0.16]], 20
        ),
        np.linspace(0.06, 0.035, 20),
        12,
        round_ends=True,
    ).move(0, h + 0.25 - drop, at)
    foot = [shapes.rounded_box(4.2, 0.4, 4.2, 0.06, 1).move(y=0.2)] + [
        beam([sx * 1.8, 0.45, sz * 1.8], [sx * t, 2.4, sz * t], 0.15, 0.15)
        for sx in (1, -1)
        for sz in (1, -1)
    ]
    return Asset([part("base", (foot[0], grey), (join(*foot[1:]), paint)), part("mast", (mast, paint)), part("jib", (jib, paint)), part("counter_jib", (tail, paint)), part("head", (head, paint)), part("stays", (join(*stays, *cords), steel)), part("cab", (cab, paint), (pane, finish("glass", (0.15, 0.22, 0.28), "window_glass", alpha=1.0))), part("counterweights", (join(*weights), grey)), part("trolley", (trolley, steel)), part("hook", (block, paint), (hook, steel))])  # fmt: skip


def birdhouse(brief: Brief) -> Asset:
    """A nesting box on a pole, with a round hole and a perch."""
    wall = asked(
        brief,
        "walls",
        "paint" if brief.rng().random() < 0.6 else "wood",
        ((0.35, 0.60, 0.72), (0.85, 0.35, 0.28), (0.93, 0.80, 0.40))[int(brief.rng(1).integers(3))]
        if brief.rng().random() < 0.6
        else None,
        "wall",
        main=True,
        roughness=0.6,
    )
    roof, post = (
        asked(brief, "roof", "wood", (0.40, 0.24, 0.14), "roof"),
        asked(brief, "post", "wood", None, "post", "pole"),
    )
    tall, x, z, high, rise = 1.25 * brief.grown("height"), 0.12, 0.22, 0.24, 0.11
    shape = np.array([[-x, 0], [x, 0], [x, high], [0, high + rise], [-x, high]])
    body = shapes.difference(
        shapes.extrude(shape, z, 0.004),
        shapes.cylinder(0.042, 0.2, 0, 28).rotate(x=90).move(0, high * 0.68, z / 2 - 0.12),
    ).move(y=tall)
    line = np.array([[-x - 0.06, high - 0.05], [0, high + rise + 0.002], [x + 0.06, high - 0.05]])
    cover = ridge_roof(line, z, 0.05, 0.018).move(y=tall)
    rim = shapes.torus(0.045, 0.014, 28, 8).rotate(x=90).move(0, tall + high * 0.68, z / 2)
    perch = shapes.cylinder(0.009, 0.08, 0.002, 12).rotate(x=90).move(0, tall + high * 0.42, z / 2 - 0.01)
    floor = shapes.rounded_box(2 * x + 0.05, 0.018, z + 0.07, 0.004, 1).move(0, tall, 0.01)
    pole = shapes.rounded_box(0.07, tall, 0.07, 0.008, 1).grained().move(y=tall / 2)
    brace = [beam([0, tall - 0.22, s * 0.02], [0, tall, s * 0.10], 0.03, 0.03) for s in (1, -1)]
    return Asset([part("walls", (body, wall)), part("roof", (cover, roof)), part("entrance", (rim, finish("wood", (0.30, 0.18, 0.10), "rim")), (perch, post)), part("floor", (floor, roof)), part("post", (join(pole, *brace), post))])  # fmt: skip


FAMILIES = (
    Family("market_stall", ("market stall", "fruit stand", "vegetable stand", "market stand", "food stall", "lemonade stand", "stall"), grounded(market_stall)),
    Family("greenhouse", ("greenhouse", "glasshouse", "hothouse", "glass house"), greenhouse),
    Family("crane", ("tower crane", "construction crane", "building crane", "crane machine"), grounded(crane, centre=True)),
    Family("birdhouse", ("birdhouse", "bird house", "nesting box", "bird box"), birdhouse),
)  # fmt: skip
