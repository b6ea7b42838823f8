"""Sweet food: donut, ice cream, chocolate bar and a slice of watermelon."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.icing import ICINGS, scattered
from pocket3d_server.models.builtin_text.making import BRIGHT, cm, grid, pick, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

SCOOPS: tuple[RGB, ...] = ((0.96, 0.62, 0.68), (0.97, 0.91, 0.74), (0.42, 0.25, 0.15), (0.66, 0.86, 0.70))


def donut(brief: Brief) -> Asset:
    """A ring donut with icing and sprinkles."""
    dough = asked(brief, "dough", "plaster", (0.84, 0.58, 0.28), "dough", "donut", roughness=0.5)
    icing = asked(
        brief,
        "icing",
        "plastic",
        pick(brief, ICINGS),
        "icing",
        "frosting",
        "glaze",
        main=True,
        roughness=0.18,
    )
    wide = 0.046 * brief.grown("width")
    a = np.radians(np.linspace(0, 360, 28, endpoint=False))
    ring = shapes.revolve(
        np.column_stack([0.030 + 0.018 * np.cos(a), 0.016 + 0.016 * np.sin(a)]), 64, closed=True, crease=180
    ).scale(wide / 0.046)
    n = 96
    t = 2 * np.pi * np.arange(n) / n
    wave = 0.32 * np.sin(7 * t + 0.8) + 0.18 * np.sin(11 * t)
    inner, outer = np.pi + 0.10 + 0.5 * wave, -0.12 + 0.5 * wave
    rings = []
    for grow, ends in ((0.0020, np.linspace(0, 1, 15)), (-0.0010, np.linspace(1, 0, 4))):
        for s in ends:
            lift = grow if 0.02 < s < 0.98 else 0.0004
            angle = outer + (inner - outer) * s
            r = 0.030 + (0.018 + lift) * np.cos(angle)
            rings.append(
                np.column_stack([r * np.sin(t), 0.016 + (0.016 + lift) * np.sin(angle), r * np.cos(t)])
            )
    glaze = shapes.loft(np.stack(rings), crease=70, closed=True).scale(wide / 0.046)
    arc = np.radians(np.linspace(150, 30, 20))
    line = np.column_stack([0.030 + 0.020 * np.cos(arc), 0.016 + 0.0185 * np.sin(arc)]) * wide / 0.046
    parts = [part("dough", (ring, dough)), part("icing", (glaze, icing))]
    return Asset(
        parts
        if brief.has("plain", "glazed")
        else [*parts, part("sprinkles", *scattered(brief, line, 56, 0.0058))]
    )


def ice_cream(brief: Brief) -> Asset:
    """Scoops of ice cream in a waffle cone, in a cup, or frozen on a stick."""
    if brief.has("popsicle", "stick", "lolly"):
        return popsicle(brief)
    count = brief.count("scoop", 1 + int(brief.rng().integers(2)), 1, 4)
    waffle = asked(brief, "cone", "wicker", (0.88, 0.62, 0.30), "cone", "waffle")
    length, mouth = 0.115, 0.029
    cone = turned(
        [[0.003, 0], [0.006, 0.002], [mouth, length], [mouth - 0.003, length], [0, length - 0.004]],
        segments=40,
    )
    cuts = []
    u = np.linspace(0.06, 0.985, 40)
    for s in (1, -1):
        for k in range(9):
            a = s * 2.4 * u + 2 * np.pi * k / 9
            r = 0.0045 + (mouth - 0.0045) * u
            cuts.append(
                shapes.sweep(
                    np.column_stack([r * np.sin(a), u * length, r * np.cos(a)]), 0.0012, 6, round_ends=True
                )
            )
    lip = shapes.torus(mouth, 0.006, 40, 8).move(y=length - 0.002)
    parts = [part("cone", (join(cone, *cuts, lip), waffle))]
    y = length + 0.012
    t = 2 * np.pi * np.arange(64) / 64
    for k in range(count):
        size = 0.034 * (1 - 0.06 * k)
        body = shapes.sphere(size, 40).deform(
            lambda v: v * (1 + 0.02 * np.sin(90 * v[:, :1]) * np.cos(70 * v[:, 1:2] + 2))
        )
        frill = np.column_stack(
            [
                size * 0.98 * np.sin(t),
                -size * 0.35 + 0.0025 * np.sin(9 * t) + 0.0018 * np.sin(14 * t),
                size * 0.98 * np.cos(t),
            ]
        )
        skirt = shapes.sweep(frill, 0.0052 + 0.0012 * np.sin(11 * t + k), 10, closed=True)
        rgb = SCOOPS[(k + int(brief.rng().integers(4))) % 4]
        stuff = asked(
            brief, f"scoop_{k + 1}", "plaster", rgb, "scoop", main=k == 0 or count == 1, roughness=0.5
        )
        parts.append(part(f"scoop_{k + 1}", (join(body, skirt).move(y=y), stuff)))
        y += size * 1.28
    if brief.has("cherry") or count > 1:
        parts.append(
            part(
                "cherry",
                (
                    shapes.sphere(0.010, 20).move(0, y - 0.005, 0),
                    finish("plastic", (0.80, 0.05, 0.10), "cherry", roughness=0.15),
                ),
            )
        )
    return Asset(parts)


def popsicle(brief: Brief) -> Asset:
    """Frozen juice on a wooden stick, a bite taken."""
    ice = asked(brief, "ice", "plastic", pick(brief, BRIGHT), "ice", main=True, roughness=0.25)
    shape = curves.rounded(cm("-2.4 0, 2.4 0, 2.4 8.5, -2.4 8.5"), np.array([0.004, 0.004, 0.023, 0.023]), 12)
    body = shapes.extrude(shape, 0.020, 0.006, steps=4).move(y=0.045)
    ribs = [
        shapes.capsule(0.0035, 0.058, 14).move(s * 0.010, 0.082, z) for s in (1, -1) for z in (0.009, -0.009)
    ]
    stick = shapes.extrude(curves.rounded(cm("-.6 0, .6 0, .6 7, -.6 7"), 0.0058, 5), 0.0025, 0.0006)
    return Asset(
        [
            part("ice", (join(body, *ribs), ice)),
            part("stick", (stick, finish("wood", (0.84, 0.68, 0.45), "stick"))),
        ]
    )


def chocolate(brief: Brief) -> Asset:
    """A chocolate bar half out of its wrapper."""
    brown = asked(
        brief,
        "chocolate",
        "plastic",
        (0.90, 0.82, 0.66) if brief.has("white") else (0.27, 0.13, 0.07),
        "chocolate",
        roughness=0.3,
    )
    paper = asked(
        brief,
        "wrapper",
        "paint",
        pick(brief, ((0.70, 0.10, 0.14), (0.14, 0.22, 0.52), (0.42, 0.16, 0.46))),
        "wrapper",
        "paper",
    )
    columns, rows = round(6 * brief.grown("length")), round(4 * brief.grown("width"))
    size = 0.026
    long, wide = columns * size, rows * size
    lump = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(size * k, size * k, 0.002), y)
                for k, y in ((0.97, 0.0), (0.95, 0.003), (0.72, 0.0085), (0.66, 0.009))
            ]
        ),
        crease=35,
    )
    slab_ = shapes.rounded_box(long, 0.007, wide, 0.001, 1).move(y=0.0045)
    squares = grid(lump, columns, rows, size, size, "xz").move(y=0.0065)
    cover_at = -long * 0.5 + 0.52 * long / 2
    foil = shapes.rounded_box(long * 0.62, 0.0185, wide + 0.006, 0.003, 2, cuts=14).deform(
        lambda v: np.column_stack(
            [v[:, 0] + 0.0035 * np.sin(900 * v[:, 2]) * (v[:, 0] > 0), v[:, 1], v[:, 2]]
        )
    )
    sleeve = shapes.rounded_box(long * 0.53, 0.0200, wide + 0.009, 0.003, 2)
    label = shapes.rounded_box(long * 0.36, 0.0008, wide * 0.5, 0.0003, 1)
    lines = [shapes.box(long * w, 0.0006, 0.005) for w in (0.26, 0.18)]
    y = 0.0095
    return Asset([
        part("chocolate", (join(slab_, squares), brown)), part("foil", (foil.move(cover_at - 0.002, y, 0), asked(brief, "foil", "silver", None, "foil"))),
        part("wrapper", (sleeve.move(cover_at - 0.003, y, 0), paper)), part("label", (label.move(cover_at, y + 0.0102, 0), finish("gold", name="label")), *((s.move(cover_at, y + 0.0107, 0.010 - 0.018 * k), brown) for k, s in enumerate(lines))),
    ])  # fmt: skip


def watermelon_slice(brief: Brief) -> Asset:
    """A half round slice of watermelon with its seeds, standing on the rind."""
    flesh = asked(brief, "flesh", "plaster", (0.92, 0.20, 0.22), "flesh", main=True, roughness=0.4)
    r, thick = 0.125 * brief.grown("width"), 0.030 * brief.grown("girth")

    def wedge(share: float, inner: float) -> Points:
        line = curves.arc(r * share, 180, 360, 49)
        return line if inner == 0 else np.concatenate([line, curves.arc(r * inner, 360, 180, 49)])

    rind, pith = (
        shapes.extrude(wedge(1.0, 0.925), thick, 0.003),
        shapes.extrude(wedge(0.93, 0.86), thick, 0.001),
    )
    red = shapes.extrude(wedge(0.865, 0), thick, 0.002)
    seed = shapes.superellipsoid(0.0065, 0.011, 0.004, 2, 2, 14)
    seeds = []
    for radius, n in ((0.42, 4), (0.66, 7)):
        for a in np.linspace(205, 335, n):
            x, y = radius * r * np.cos(np.radians(a)), radius * r * np.sin(np.radians(a))
            seeds += [seed.rotate(z=float(a + 90)).move(x, y, s * thick / 2) for s in (1, -1)]
    stripes = [
        shapes.extrude(
            np.concatenate([curves.arc(r * 1.004, a, a + 5, 5), curves.arc(r * 0.97, a + 5, a, 5)]),
            thick * 0.96,
        )
        for a in range(186, 352, 14)
    ]
    tilt = {"x": -12.0}
    pieces = (
        ("flesh", red, flesh),
        ("pith", pith, finish("plaster", (0.93, 0.95, 0.82), "pith")),
        ("rind", rind, finish("plastic", (0.20, 0.52, 0.20), "rind", roughness=0.3)),
        ("stripes", join(*stripes), finish("plastic", (0.08, 0.28, 0.11), "stripe")),
        ("seeds", join(*seeds), finish("plastic", (0.06, 0.04, 0.03), "seed", roughness=0.25)),
    )
    return Asset([part(name, (s.rotate(**tilt), m)) for name, s, m in pieces])


FAMILIES = (
    Family("donut", ("donut", "doughnut", "bagel"), donut),
    Family("ice_cream", ("ice cream", "ice cream cone", "popsicle", "ice lolly", "gelato", "ice cream scoop"), ice_cream),
    Family("chocolate_bar", ("chocolate bar", "bar of chocolate", "candy bar"), chocolate),
    Family("watermelon_slice", ("watermelon slice", "slice of watermelon", "piece of watermelon"), grounded(watermelon_slice, centre=True)),
)  # fmt: skip
