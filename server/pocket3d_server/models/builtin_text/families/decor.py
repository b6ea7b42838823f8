"""What adorns a room: rug, picture or mirror in a frame, chandelier and fireplace."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part, rotation
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow, unless_said
from pocket3d_server.models.builtin_text.joinery import WOODS, board
from pocket3d_server.models.builtin_text.making import around, bar, cm, copies, cover, facing, slab, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def weaves(brief: Brief) -> tuple[Finish, Finish, Finish]:
    """The field's, the border's and the pattern's wool."""
    tints: tuple[tuple[RGB, RGB, RGB], ...] = (
        ((0.56, 0.10, 0.12), (0.12, 0.16, 0.32), (0.86, 0.72, 0.46)),
        ((0.14, 0.24, 0.40), (0.62, 0.14, 0.12), (0.88, 0.80, 0.62)),
        ((0.70, 0.42, 0.22), (0.24, 0.14, 0.12), (0.90, 0.82, 0.66)),
    )
    field, edge, light = tints[int(brief.rng().integers(3))]
    return (
        asked(brief, "field", "fabric", field, "field", main=True),
        asked(brief, "border", "fabric", edge, "border"),
        asked(brief, "pattern", "fabric", light, "pattern", "fringe"),
    )


def round_rug(brief: Brief) -> Asset:
    """A round rug of rings."""
    one, two, three = weaves(brief)
    r = 0.8 * brief.grown("width")
    rings = zip(
        ("border", "band", "field", "ring", "middle"),
        (1.0, 0.86, 0.80, 0.46, 0.40),
        (two, three, one, three, two),
    )
    return Asset([
        part(name, (slab(curves.circle(r * k, 64), 0.012 + 0.002 * n, 0.003), stuff)) for n, (name, k, stuff) in enumerate(rings)
    ])  # fmt: skip


def rug(brief: Brief) -> Asset:
    """A rug with borders, medallion and fringes; round when asked."""
    if brief.has("round", "circular"):
        return round_rug(brief)
    one, two, three = weaves(brief)
    long, wide, t = 2.4 * brief.grown("length"), 1.6 * brief.grown("width"), 0.012

    def flat(outline: np.ndarray, level: int, *holes: np.ndarray) -> Solid:
        return slab(outline, 0.0022, 0.0005, holes).move(y=t - 0.0004 + 0.0015 * level)

    def frame(a: float) -> Solid:
        return flat(
            curves.rectangle(long - a, wide - a), 0, curves.rectangle(long - a - 0.03, wide - a - 0.03)
        )

    x, y = long / 2 - 0.105, wide / 2 - 0.105
    motifs = [(u, s * y) for s in (1, -1) for u in np.linspace(-x, x, 13)]
    motifs += [(s * x, v) for s in (1, -1) for v in np.linspace(-y, y, 9)[1:-1]]
    border = [flat(curves.polygon(4, 1.0, 0) * [0.055, 0.045] + m, 0) for m in motifs]
    star = curves.star(16, 1.0, 0.80, 0) * [long * 0.25, wide * 0.27]
    medal = [flat(star * k, level) for k, level in ((1.0, 1), (0.86, 2), (0.50, 3), (0.34, 4))]
    quarter = np.concatenate([[[0, 0]], curves.arc(0.36, 0, 90, 16)]) - [long / 2 - 0.19, wide / 2 - 0.19]
    sides = [np.array([a, b]) for a in (1, -1) for b in (1, -1)]
    corners = [flat(curves.counter_clockwise(quarter * side), 1) for side in sides]
    small = [flat(curves.star(8, 0.075, 0.045) + side * [long * 0.29, wide * 0.22], 1) for side in sides]
    tassel = bar(cm("0 0.6 0, 3.5 0.4 0.2, 6.5 0.3 -0.1"), [0.004, 0.0045, 0.003], section=5)
    row = copies(tassel, [[long / 2, 0, z] for z in np.linspace(-wide / 2 + 0.02, wide / 2 - 0.02, 44)])
    return Asset([
        part("border", (slab(curves.rectangle(long, wide, 0.01), t, 0.003), two)), part("field", (flat(curves.rectangle(long - 0.36, wide - 0.36), 0), one)),
        part("lines", (join(frame(0.06), frame(0.30)), three)), part("motifs", (join(*border), three)),
        part("medallion", (join(medal[0], medal[2]), two), (medal[1], three), (medal[3], one)), part("corners", (join(*corners), two), (join(*small), three)),
        part("fringe", (join(row, row.rotate(y=180)), unless_said(brief, finish("wool", name="fringe"), "fringe"))),
    ])  # fmt: skip


def moulded(brief: Brief, outline: Points) -> Part:
    """A moulded frame 6 cm wide inside ``outline``, gilt with beads or of wood."""
    gilt = brief.style in ("luxury", "classic") or brief.rng().random() < 0.4
    stuff = cover(
        brief,
        "frame",
        ((1.0, 0.80, 0.36),) if gilt else (WOODS[0], WOODS[2]),
        "frame",
        kind="gold" if gilt else "wood",
    )
    rails = []
    for share, deep in ((0.0, 0.022), (0.30, 0.034), (0.62, 0.026), (0.82, 0.020)):
        rail = shapes.extrude(within(outline, share), deep, 0.006, holes=[within(outline, share + 0.34)])
        rails.append(rail.move(z=deep / 2))
    if gilt:
        ring = curves.resample(within(outline, 0.30), 72, closed=True)
        rails.append(copies(shapes.sphere(0.0065, 10), curves.in_plane(ring, 0.034, "xy")))
    return part("frame", (join(*rails), stuff))


def within(outline: Points, share: float, rim: float = 0.062) -> Points:
    """``outline`` made smaller on all sides by a share of the frame's width."""
    size = np.ptp(outline, axis=0)
    return outline * (size - 2 * rim * share) / size


def outline_of(brief: Brief, wide: float, high: float) -> Points:
    """A rectangle, or an ellipse when asked."""
    oval = brief.has("oval", "round")
    return curves.ellipse(wide / 2, high / 2, 72) if oval else curves.rectangle(wide, high)


def leaning(brief: Brief, parts: list[Part], high: float) -> Asset:
    """The parts on a strut behind, leaning back a little; upright where they hang on a wall."""
    if brief.pose == "hang":
        return Asset(parts)
    strut = board(0.05, high * 0.8, 0.008).rotate(x=22).move(0, -high * 0.10, -high * 0.15)
    parts = [*parts, part("strut", (strut, finish("wood", WOODS[2], "strut")))]
    turn = rotation(x=-8)
    for piece in parts:
        for q in piece.primitives:
            q.vertices, q.normals = np.asarray(q.vertices) @ turn.T, np.asarray(q.normals) @ turn.T
    return Asset(parts)


def mirror(brief: Brief) -> Asset:
    """A mirror in a moulded frame."""
    standing = brief.has("standing", "floor", "full")
    wide, high = (
        (0.58 if standing else 0.62) * brief.grown("width"),
        (1.30 if standing else 0.82) * brief.grown("height"),
    )
    outline = outline_of(brief, wide, high)
    pane = shapes.extrude(within(outline, 0.92), 0.008).move(z=0.009)
    streak = np.array([[-0.03, -0.30], [0.01, -0.30], [0.17, 0.30], [0.13, 0.30]]) * [wide, high] * 0.7
    shine = copies(shapes.extrude(streak, 0.0006), [[x * wide, 0, 0.0133] for x in (-0.10, 0.06)])
    return leaning(brief, [
        moulded(brief, outline), part("mirror", (pane, finish("chrome", (0.80, 0.86, 0.90), "mirror"))),
        part("shine", (shine, finish("plastic", (0.93, 0.96, 0.98), "shine"))),
    ], high)  # fmt: skip


# Colour, height, how far it swings and how often, of hills from far to near.
HILLS = (
    ((0.58, 0.66, 0.78), 0.10, 0.16, 3.1), ((0.36, 0.56, 0.40), -0.06, 0.08, 4.4), ((0.22, 0.42, 0.20), -0.24, 0.06, 2.2),
)  # fmt: skip


def picture_frame(brief: Brief) -> Asset:
    """A framed landscape, standing and leaning back a little; a mirror in the same frame."""
    if brief.has("mirror"):
        return mirror(brief)
    wide, high = 0.62 * brief.grown("width"), 0.48 * brief.grown("height")
    outline = outline_of(brief, wide, high)
    w, h = np.ptp(within(outline, 0.92), axis=0)
    x = np.linspace(-w / 2, w / 2, 33)
    sky = shapes.extrude(within(outline, 0.92), 0.008).move(z=0.008)
    parts = [moulded(brief, outline), part("mat", (sky, finish("paint", (0.62, 0.80, 0.92), "sky")))]
    for k, (rgb, level, swing, waves) in enumerate(HILLS):
        top = h * (level + swing * np.sin(waves * 2 * x / w + 1.7 * k) + 0.03 * np.sin(9 * x / w + k))
        line = np.concatenate([np.column_stack([x, top])[::-1], [[-w / 2, -h / 2], [w / 2, -h / 2]]]) * 0.999
        hill = shapes.extrude(line, 0.0012).move(z=0.0126 + 0.0011 * k)
        parts.append(part(f"hill_{k + 1}", (hill, finish("paint", rgb, f"hill_{k + 1}"))))
    disc = facing(shapes.cylinder(0.065 * h / 0.36, 0.0008, segments=32)).move(0.22 * w, 0.27 * h, 0.0121)
    return leaning(brief, [*parts, part("sun", (disc, finish("paint", (0.98, 0.84, 0.42), "sun")))], high)


def chandelier(brief: Brief) -> Asset:
    """A chandelier: curved arms with candles around a turned column, crystal drops and chains of beads."""
    metal = asked(
        brief,
        "arms",
        "gold" if brief.style != "modern" else "chrome",
        None,
        "arm",
        "frame",
        main=bool(brief.materials) and brief.materials[0] != "glass",
    )
    crystal = finish("glass", (0.86, 0.93, 0.97), "crystal", alpha=0.75)
    count, r = brief.count("arm", brief.count("candle", 8, 3, 16), 3, 16), 0.40 * brief.grown("width")
    column = turned(
        cm(
            "0 0, 2.4 1, 3 3, 1.2 6, 2 9, 5.5 14, 6.5 18, 3 24, 1.8 30, 3.4 36, 2 42, 1.4 52, 3 55, 1 58, 0 58.5"
        ),
        60,
        segments=36,
    )
    arm = bar([[0, 0.17, 0.05], [0, 0.08, r * 0.42], [0, 0.09, r * 0.80], [0, 0.20, r]], 0.0095, 26, 10)
    scroll = bar(
        [[0, 0.36, 0.02], [0, 0.42, r * 0.25], [0, 0.34, r * 0.42], [0, 0.28, r * 0.32]], 0.006, 22, 8
    )
    cup = turned(cm("0 0, 1 .4, 4.4 1.8, 4.6 2.2, 1.8 2.4, 1.8 4.6, 0 4.6"), bevel=0.001, segments=28).move(
        0, 0.195, r
    )
    wax = shapes.cylinder(0.013, 0.10, 0.003, 16).move(0, 0.235, r)
    flame = turned(cm("0 0, 1 1.2, 1.15 2.6, .5 5, 0 6.4"), 16, segments=14).move(0, 0.335, r)
    drop = turned(cm("0 0, .8 1.2, .9 2.0, .3 3.6, 0 4.2"), segments=8, crease=10)
    drops = [
        drop.move(0, 0.145, r),
        drop.scale(0.8).move(0, 0.05, r * 0.42),
        drop.scale(0.8).move(0, 0.045, r * 0.66),
    ]
    beads = []
    t = np.linspace(0, 1, 15)
    for low, high, sag in ((np.array([0, 0.235, r]), np.array([0, 0.54, 0.02]), 0.12),):
        line = low + (high - low) * t[:, None] - np.array([0, 1, 0]) * (sag * 4 * t * (1 - t))[:, None]
        beads.append(copies(shapes.sphere(0.009, 8), line[1:-1]))
    swag = []
    for k in range(count):
        a, b = 2 * np.pi * k / count, 2 * np.pi * (k + 1) / count
        p, q = np.array([np.sin(a), 0, np.cos(a)]) * r, np.array([np.sin(b), 0, np.cos(b)]) * r
        line = p + (q - p) * t[:, None] + np.array([0, 1, 0]) * (0.205 - 0.10 * 4 * t * (1 - t))[:, None]
        swag.append(copies(shapes.sphere(0.008, 8), line[1:-1]))
    chain = [
        shapes.torus(0.014, 0.005, 20, 8)
        .scale(0.7, 1, 1.3)
        .rotate(x=90, y=90 * (k % 2))
        .move(y=0.60 + 0.029 * k)
        for k in range(7)
    ]
    rose = turned(cm("1.5 79, 6 80, 7 82, 7 83"), bevel=0.002, segments=32)
    ball = shapes.sphere(0.028, 20).move(y=-0.02)
    return Asset([
        part("column", (column, metal)), part("arms", (around(join(arm, scroll, cup), count), metal)), part("candles", (around(wax, count), finish("plastic", (0.96, 0.93, 0.85), "wax"))), part("flames", (around(flame, count), glow("flame", (1.0, 0.86, 0.50)))),
        part("drops", (around(join(*drops), count), crystal), (ball, crystal)), part("beads", (join(*swag, around(join(*beads), count)), crystal)), part("chain", (join(*chain, rose), metal)),
    ])  # fmt: skip


def fireplace(brief: Brief) -> Asset:
    """A brick fireplace with its mantel, logs and a fire."""
    wall = cover(brief, "surround", ((0.62, 0.30, 0.22),), "surround", "fireplace", kind="brick")
    mantel = asked(brief, "mantel", "wood", WOODS[2], "mantel", "shelf")
    wide, high, deep = 1.5 * brief.grown("width"), 1.15 * brief.grown("height"), 0.45
    hole = np.concatenate(
        [[[0.42, 0.0]], curves.arc(0.42, 0, 180, 25) * [1, 0.45] + [0, 0.58], [[-0.42, 0.0]]]
    )
    outline = np.concatenate(
        [[[-wide / 2, 0]], hole[::-1], [[wide / 2, 0], [wide / 2, high], [-wide / 2, high]]]
    )
    front = shapes.extrude(outline, deep - 0.08, 0.006).move(z=0.04).box_mapped()
    back = shapes.rounded_box(wide - 0.02, high - 0.01, 0.08, 0.004, 1).move(0, high / 2, -deep / 2 + 0.04)
    arch = shapes.extrude(np.concatenate([hole * [1.14, 1.12], hole[::-1]]), 0.03, 0.006).move(z=deep / 2)
    shelf = (
        shapes.rounded_box(wide + 0.18, 0.075, deep + 0.10, 0.014, 2).grained().move(0, high + 0.036, 0.02)
    )
    hearth = shapes.rounded_box(wide + 0.12, 0.05, deep + 0.40, 0.010, 2).move(0, -0.02, 0.16)
    logs = [
        bar([[-0.24, 0.07 + y, z], [0.24, 0.07 + y + 0.02, z + 0.02]], 0.042, section=14).rotate(y=a)
        for y, z, a in ((0.0, 0.10, 8), (0.0, 0.0, -6), (0.075, 0.06, 24), (0.09, 0.03, -22))
    ]
    tongue = turned(cm("0 0, 5 4, 6 9, 3.4 17, 1 25, 0 29"), 20, segments=14)
    rng = brief.rng(2)
    fires = [
        tongue.scale(float(s)).scale(1, 1, 0.6).rotate(z=float(a)).move(float(x), 0.10, 0.05 + float(z))
        for x, s, a, z in zip(
            np.linspace(-0.17, 0.17, 6),
            rng.uniform(0.7, 1.25, 6),
            rng.uniform(-10, 10, 6),
            rng.uniform(-0.03, 0.04, 6),
        )
    ]
    inner = [f.scale(0.6).move(0, 0.045, 0.045) for f in fires]
    soot = shapes.box(0.84, 0.80, 0.02).move(0, 0.40, -deep / 2 + 0.085)
    return Asset([
        part("surround", (join(front, back), wall)), part("arch", (arch, asked(brief, "arch", "stone", None, "arch"))), part("mantel", (shelf, mantel)), part("hearth", (hearth, finish("stone", name="hearth"))), part("soot", (soot, finish("stone", (0.10, 0.09, 0.09), "soot"))),
        part("logs", (join(*logs), finish("wood", (0.30, 0.19, 0.11), "logs"))), part("fire", (join(*fires), glow("fire", (1.0, 0.45, 0.08))), (join(*inner), glow("fire_heart", (1.0, 0.85, 0.30)))),
    ])  # fmt: skip


FAMILIES = (
    Family("rug", ("rug", "persian rug", "carpet", "persian carpet", "flying carpet", "doormat"), grounded(rug)),
    Family("picture_frame", ("picture frame", "photo frame", "painting", "mirror", "wall mirror", "framed picture", "picture"), grounded(picture_frame, centre=True)),
    Family("chandelier", ("chandelier", "crystal chandelier", "ceiling lamp"), grounded(chandelier)),
    Family("fireplace", ("fireplace", "fire place", "hearth", "chimney fire"), grounded(fireplace, centre=True)),
)  # fmt: skip
