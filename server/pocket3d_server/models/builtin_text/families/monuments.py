"""Old stones: temples, obelisks, standing stones and gravestones."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.columns import colonnade, frieze_of, latin_cross, stylobate
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.lettering import lettering
from pocket3d_server.models.builtin_text.masonry import column, hewn
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.roofs import low_tiles
from pocket3d_server.models.builtin_text.vehicles.fittings import both
from pocket3d_server.models.language.brief import Brief


def temple(brief: Brief) -> Asset:
    """A Greek temple: three steps, a ring of fluted columns, gables and an inner hall; broken when a ruin."""
    ruin = brief.has("ruin", "ruined", "broken", "destroyed")
    stone = hewn(brief, "stone", (0.88, 0.85, 0.78), "column")
    rng = brief.rng()
    across = max(brief.count("column", 6, 4, 10), 4)
    along, r, high = across + 3, 0.42, 4.6 * brief.grown("height")
    gap = 1.75
    w, z = gap * (across - 1) / 2, gap * (along - 1) / 2
    steps = stylobate(w, z)
    spots = [(x, s * z) for x in np.linspace(-w, w, across) for s in (1, -1)] + [
        (s * w, v) for v in np.linspace(-z, z, along)[1:-1] for s in (1, -1)
    ]
    whole = column(high, r, brief.detail(28))
    parts: list[Part] = [part("steps", (steps, stone))]
    pieces = colonnade(whole, spots, w, z, high, r, ruin, rng)
    parts.append(part("columns", (pieces, stone)))
    top = 0.96 + high
    rise = 1.5
    beam = [
        shapes.rounded_box(2 * w + 1.15, 0.42, 1.1, 0.02, 1).move(0, top + 0.21, s * z)
        for s in ((1,) if ruin else (1, -1))
    ]
    frieze = frieze_of(w, z, across, top, ruin)
    if not ruin:
        beam += [both(shapes.rounded_box(1.1, 0.42, 2 * z + 1.1, 0.02, 1).move(w, top + 0.21, 0))]
    band = shapes.box(2 * w + 1.1, 0.44, 1.05 if ruin else 2 * z + 1.1).move(0, top + 0.63, z if ruin else 0)
    shelf = shapes.rounded_box(2 * w + 1.7, 0.16, 1.5 if ruin else 2 * z + 1.7, 0.03, 1).move(
        0, top + 0.92, z if ruin else 0
    )
    gable = np.array([[-w - 0.85, 0], [w + 0.85, 0], [0, rise]])
    front = shapes.difference(
        shapes.extrude(gable, 1.3), shapes.extrude(gable * [0.84, 0.74] + [0, 0.12], 0.4).move(z=0.6)
    ).move(0, top + 1.0, z + 0.05)
    parts.append(part("entablature", (join(*beam, *frieze, band, shelf), stone)))
    if ruin:
        parts.append(
            part(
                "gable",
                (
                    shapes.difference(front, shapes.box(14, 6, 6).rotate(z=28).move(w + 5.4, top + 3.9, z)),
                    stone,
                ),
            )
        )
    else:
        back = front.mirror("z")
        long = shapes.extrude(gable, 2 * z).move(0, top + 1.0, 0)
        tiles = low_tiles(w, z, rise).move(0, top + 1.0, 0)
        hall = shapes.box(2 * w - 2.6, high, 2 * z - 3.4).move(0, 0.96 + high / 2, 0)
        gate = shapes.rounded_box(1.6, 3.2, 0.1, 0.02, 1).move(0, 0.96 + 1.6, z - 1.68)
        parts += [
            part("gables", (join(front, back, long), stone)),
            part("roof", (tiles, asked(brief, "roof", "tile", (0.70, 0.40, 0.26), "roof"))),
            part("hall", (hall, stone)),
            part("door", (gate, finish("bronze", name="door"))),
        ]
    return Asset(parts)  # fmt: skip


def obelisk(brief: Brief) -> Asset:
    """A tapering pillar with a pointed gilded tip, signs cut in rows, on a stepped base."""
    stone = hewn(brief, "stone", (0.66, 0.50, 0.42), "pillar")
    h = 9.0 * brief.grown("height")
    body = shapes.prism(4, 0.85 * 1.2, h, top=0.58 * 1.2).move(y=1.6)
    tip = shapes.prism(4, 0.59 * 1.2, 1.0, top=0.02).move(y=1.6 + h)
    base = [
        shapes.rounded_box(w, t, w, 0.04, 1).move(y=y)
        for w, t, y in ((3.4, 0.4, 0.2), (2.7, 0.4, 0.6), (2.0, 0.9, 1.2))
    ]
    rng = brief.rng()
    signs = []
    for turn in (0, 90, 180, 270):
        for k in range(int(h / 0.62)):
            y = 2.2 + 0.6 * k
            z = (0.85 - 0.27 * (y - 1.6) / h) * 1.2 * np.cos(np.pi / 4)
            a, b = float(rng.uniform(0.10, 0.34)), float(rng.uniform(0.10, 0.32))
            shape = (
                shapes.torus(0.12, 0.05, 16, 6).rotate(x=90)
                if rng.random() < 0.3
                else shapes.rounded_box(a, b, 0.06, 0.02, 1)
            )
            signs.append(shape.move(float(rng.uniform(-0.15, 0.15)), y, z).rotate(y=turn))
    gold = asked(brief, "tip", "gold", None, "tip", "top", "cap")
    return Asset([part("pillar", (body.box_mapped(), stone)), part("tip", (tip, gold)), part("base", (join(*base), stone)), part("signs", (join(*signs), finish("stone", (0.40, 0.33, 0.28), "signs")))])  # fmt: skip


def standing_stones(brief: Brief) -> Asset:
    """A ring of upright stones, some still bearing lintels, on grass."""
    stone, rng = hewn(brief, "stone", (0.52, 0.52, 0.50), "stone"), brief.rng()
    count, r, high = brief.count("stone", 14, 6, 24), 6.5 * brief.grown("width"), 3.2 * brief.grown("height")

    def rough(x: float, y: float, z: float) -> Solid:
        block = shapes.rounded_box(x, y, z, 0.12, 2, cuts=4)
        shift = rng.uniform(-1, 1, (3, 3)) * 1.6
        return block.deform(lambda v: v + 0.07 * np.sin(v @ shift + rng.uniform(0, 6)))

    ups, tops = [], []
    standing = rng.random(count) < 0.85
    standing[:3] = True
    pitch = 2 * np.pi * r / count
    for k in range(count):
        if standing[k]:
            ups.append(
                rough(pitch * 0.42, high, 0.55)
                .rotate(y=float(rng.uniform(-6, 6)))
                .move(0, high / 2 - 0.05, r)
                .rotate(y=360 * k / count)
            )
            if standing[(k + 1) % count] and rng.random() < 0.6:
                tops.append(
                    rough(pitch * 0.98, 0.55, 0.62)
                    .move(0, high + 0.2, r * np.cos(np.pi / count))
                    .rotate(y=360 * (k + 0.5) / count)
                )
        elif rng.random() < 0.6:
            ups.append(
                rough(pitch * 0.42, high, 0.5)
                .rotate(x=90, y=float(rng.uniform(-40, 40)))
                .move(0, 0.3, r - 0.6)
                .rotate(y=360 * k / count)
            )
    for s in (1, -1):
        ups += [
            rough(1.0, high * 1.25, 0.6).move(s * 2.0 + d, high * 0.61, -0.4).rotate(y=s * 20)
            for d in (-0.8, 0.8)
        ]
        tops.append(rough(2.9, 0.6, 0.7).move(s * 2.0, high * 1.25 + 0.25, -0.4).rotate(y=s * 20))
    grass = shapes.revolve(
        curves.smooth_curve([[r * 1.3, -0.2], [r * 1.22, 0.0], [r * 0.9, 0.08], [0, 0.12]], 10), 48
    )
    return Asset([part("stones", (join(*ups), stone)), part("lintels", (join(*tops) if tops else rough(1, 0.4, 0.4), stone)), part("grass", (grass, finish("grass"))) ])  # fmt: skip


def gravestone(brief: Brief) -> Asset:
    """A weathered headstone, rounded or a cross, with letters, on a mound with a few flowers."""
    stone = hewn(
        brief,
        "stone",
        ((0.58, 0.58, 0.56), (0.42, 0.43, 0.45), (0.70, 0.68, 0.63))[int(brief.rng().integers(3))],
        "stone",
    )
    cross = brief.has("cross") or (not brief.has("tombstone", "headstone") and brief.rng(1).random() < 0.2)
    w, h, t = 0.36 * brief.grown("width"), 0.95 * brief.grown("height"), 0.14
    if cross:
        shape = latin_cross(h)
        slab = shapes.extrude(shape, t, 0.02)
        words = lettering("RIP", 0.3, 0.11, 0.02).move(0, h * 0.62 + 0.09, t / 2)
    else:
        shape = np.concatenate([[[-w, 0], [w, 0]], curves.arc(w, 0, 180, 21) + [0, h - w]])
        panel = shape * [0.84, 0.9] + [0, 0.02]
        slab = shapes.difference(
            shapes.extrude(shape, t, 0.02), shapes.extrude(panel, 0.04).move(z=t / 2 + 0.005)
        )
        words = join(
            lettering("R I P", 0.42, 0.16, 0.025).move(0, h * 0.66, t / 2 - 0.01),
            *[
                shapes.rounded_box(x, 0.022, 0.02, 0.005, 1).move(0, h * y, t / 2 - 0.012)
                for x, y in ((0.40, 0.46), (0.34, 0.39), (0.38, 0.32))
            ],
        )
    foot = join(shapes.rounded_box(2 * w + 0.22, 0.14, t + 0.2, 0.03, 2).move(y=0.09))
    lean = float(brief.rng(2).uniform(-3, 3))
    mound = (
        shapes.sphere(1.0, 36)
        .scale(0.52, 0.16, 0.95)
        .move(0, 0.0, 0.78)
        .deform(lambda v: np.column_stack([v[:, 0], np.maximum(v[:, 1], 0.0), v[:, 2]]))
    )
    turf = shapes.rounded_box(1.3, 0.08, 2.2, 0.03, 2).move(0, 0.0, 0.65)
    rng = brief.rng(3)
    petals = [
        shapes.sphere(0.035, 10).move(float(x), 0.10 + 0.05 * float(y), 0.24 + 0.08 * float(z))
        for x, y, z in rng.uniform(-1, 1, (9, 3)) * [0.16, 0.5, 1]
    ]
    red = finish(
        "paint", ((0.80, 0.10, 0.12), (0.95, 0.92, 0.90), (0.55, 0.25, 0.60))[int(rng.integers(3))], "petals"
    )
    leaves = shapes.sphere(1.0, 16).scale(0.20, 0.05, 0.10).move(0, 0.07, 0.24)
    return Asset([part("stone", (slab.rotate(z=lean).move(y=0.12), stone), (foot, stone)), part("letters", (words.rotate(z=lean).move(y=0.12), finish("stone", (0.22, 0.22, 0.22), "letters"))), part("mound", (mound, finish("earth"))), part("turf", (turf, finish("grass"))), part("flowers", (join(*petals), red), (leaves, finish("grass", (0.20, 0.42, 0.16), "leaves")))])  # fmt: skip


FAMILIES = (
    Family("temple", ("temple", "greek temple", "roman temple", "temple ruin", "ancient temple", "ruined temple", "parthenon", "ruin"), temple),
    Family("obelisk", ("obelisk", "egyptian obelisk", "stone pillar", "monument"), obelisk),
    Family("standing_stones", ("stonehenge", "standing stones", "stone circle", "stone ring", "megalith"), standing_stones),
    Family("gravestone", ("gravestone", "tombstone", "grave", "headstone", "grave stone"), grounded(gravestone, centre=True)),
)  # fmt: skip
