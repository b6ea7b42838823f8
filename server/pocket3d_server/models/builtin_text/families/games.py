"""Games and toys: chess set and pieces, dice, toy train and balloon dog."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import WOODS, board
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    around,
    bar,
    both,
    cm,
    copies,
    cover,
    pick,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.toys import toy_axle, toy_block, toy_wagon
from pocket3d_server.models.language.brief import RGB, Brief

FOOT = "1.75 0, 1.8 .25, 1.8 .6, 1.55 .8, 1.6 1.05, 1.35 1.3"
"""Profile that all chess pieces stand on."""


def piece(kind: str, segments: int = 32) -> Solid:
    """One chess piece standing on y = 0, a king 9.5 cm high."""
    if kind == "knight":
        return _knight(segments)
    necks = {
        "pawn": "1.0 1.9, .75 3.1, .7 3.4, 1.15 3.6, 1.15 3.8, .6 3.95", "rook": "1.15 1.9, 1.0 3.6, 1.0 3.9, 1.35 4.2, 1.35 5.4, 1.0 5.4, 1.0 5.0, 0 5.0",
        "bishop": "1.0 2.0, .75 4.2, .7 4.5, 1.2 4.75, 1.2 4.95, .75 5.1, 1.05 5.8, 1.0 6.4, .5 7.2, .2 7.5, .3 7.65, 0 7.9",
        "queen": "1.1 2.2, .8 5.0, .75 5.5, 1.35 5.8, 1.35 6.0, .85 6.2, 1.0 7.0, 1.45 7.9, 1.1 7.8, 0 7.7", "king": "1.1 2.2, .85 5.2, .8 5.8, 1.4 6.1, 1.4 6.3, .9 6.5, 1.05 7.3, 1.4 8.1, 1.0 8.4, 0 8.6",
    }  # fmt: skip
    body = turned(cm(f"{FOOT}, {necks[kind]}"), bevel=0.0008, segments=segments, crease=50)
    if kind == "pawn":
        return join(body, shapes.sphere(0.0105, segments // 2 * 2).move(y=0.048))
    if kind == "rook":
        return join(
            body, around(shapes.rounded_box(0.0075, 0.006, 0.0040, 0.0006, 1).move(0, 0.0565, 0.0116), 6)
        )
    if kind == "bishop":
        return join(
            body, shapes.rounded_box(0.0022, 0.012, 0.016, 0.0004, 1).rotate(z=-32).move(0.0062, 0.0655, 0)
        )
    if kind == "queen":
        return join(
            body,
            around(shapes.sphere(0.0024, 10).move(0, 0.0800, 0.0132), 9),
            shapes.sphere(0.0055, 16).move(y=0.081),
        )
    cross = [
        shapes.rounded_box(0.0036, 0.0135, 0.0032, 0.0006, 1).move(y=0.0915),
        shapes.rounded_box(0.0105, 0.0036, 0.0032, 0.0006, 1).move(y=0.0925),
    ]
    return join(body, *cross)


def _knight(segments: int) -> Solid:
    """A horse's head on the foot, looking along +x."""
    base = turned(cm(f"{FOOT}, 1.2 1.6, 1.25 1.9, 0 2.0"), bevel=0.0008, segments=segments)
    neck = curves.smooth_curve(cm("-.55 1.6, -.85 3.0, -.75 4.3, -.25 5.3, .15 5.75"), 20)
    rows = np.interp(np.linspace(0, 1, 20), [0, 0.3, 0.7, 1], [1.15, 1.0, 0.82, 0.70]) / 100
    body = shapes.sweep(
        np.column_stack([neck + [0.003, 0], np.zeros(20)]),
        rows,
        curves.ellipse(0.78, 1.0, 20),
        round_ends=True,
    )
    head = shapes.sweep(
        np.column_stack(
            [curves.smooth_curve(cm("-.1 5.85, .5 5.65, 1.15 4.95, 1.6 4.45"), 16), np.zeros(16)]
        ),
        np.interp(np.linspace(0, 1, 16), [0, 0.35, 0.8, 1], [0.66, 0.80, 0.52, 0.50]) / 100,
        curves.ellipse(0.70, 1.0, 20),
        round_ends=True,
    )
    ears = [
        shapes.cone(0.0026, 0.0095, 0.0004, 10).rotate(z=8, x=s * 8).move(-0.0005, 0.0625, s * 0.0032)
        for s in (1, -1)
    ]
    mane = [
        shapes.superellipsoid(0.0085, 0.0072, 0.0052, 2.4, 2.4, 12).rotate(z=a).move(x / 100, y / 100, 0)
        for x, y, a in (
            (-0.72, 5.75, 40),
            (-1.15, 5.1, 20),
            (-1.42, 4.35, 5),
            (-1.50, 3.55, 0),
            (-1.42, 2.8, -8),
        )
    ]
    eyes = [shapes.sphere(0.0012, 10).move(0.0062, 0.0545, s * 0.0054) for s in (1, -1)]
    nostrils = [shapes.sphere(0.0009, 8).move(0.0192, 0.0445, s * 0.0028) for s in (1, -1)]
    mouth = shapes.rounded_box(0.0075, 0.0007, 0.0082, 0.0002, 1).rotate(z=-44).move(0.0165, 0.0413, 0)
    return join(base, body, head, *ears, *mane, *eyes, *nostrils, mouth)


def chess_piece(brief: Brief) -> Asset:
    """One chess piece: the knight, or the one that the prompt names."""
    kind = next((k for k in ("king", "queen", "bishop", "rook", "pawn") if brief.has(k)), "knight")
    stuff = cover(
        brief, kind, ((0.88, 0.74, 0.52), (0.16, 0.10, 0.07)), kind, "piece", kind="wood", roughness=0.3
    )
    made = piece(kind, brief.detail(40))
    felt = shapes.cylinder(0.0165, 0.0012, segments=32).move(y=-0.0008)
    return Asset(
        [part(kind, (made, stuff)), part("felt", (felt, finish("fabric", (0.12, 0.30, 0.18), "felt")))]
    )


def chess_set(brief: Brief) -> Asset:
    """A chess board with all its pieces; the board alone when empty."""
    light, dark = (
        asked(brief, "light", "wood", (0.90, 0.78, 0.58), "light", "white"),
        asked(brief, "dark", "wood", (0.34, 0.18, 0.10), "dark", "black"),
    )
    size, t = 0.055, 0.014
    half = 4 * size
    base = shapes.rounded_box(2 * half + 0.05, t, 2 * half + 0.05, 0.004, 2).grained().move(y=t / 2)
    tile = shapes.box(size, 0.003, size)
    i, j = np.meshgrid(np.arange(8), np.arange(8))
    at = np.column_stack([(i.ravel() - 3.5) * size, np.full(64, t + 0.001), (3.5 - j.ravel()) * size])
    odd = (i + j).ravel() % 2 == 1
    parts = [
        part("board", (base, cover(brief, "board", WOODS[2:3], "board", kind="wood"))),
        part("light_squares", (copies(tile, at[odd]), light)),
        part("dark_squares", (copies(tile, at[~odd]), dark)),
    ]
    if brief.has("empty", "board") and not brief.has("set", "piece"):
        return Asset(parts)
    order = ("rook", "knight", "bishop", "queen", "king", "bishop", "knight", "rook")
    made = {kind: piece(kind, 14) for kind in ("pawn", "rook", "knight", "bishop", "queen", "king")}
    ivory, ebony = (
        finish("wood", (0.93, 0.84, 0.66), "white_pieces", roughness=0.3),
        finish("wood", (0.20, 0.12, 0.08), "black_pieces", roughness=0.3),
    )
    y = t + 0.0025
    for name, stuff, s in (("white", ivory, 1), ("black", ebony, -1)):
        back = [
            made[kind].rotate(y=90 * s).move((k - 3.5) * size, y, s * 3.5 * size)
            for k, kind in enumerate(order)
        ]
        pawns = [made["pawn"].move((k - 3.5) * size, y, s * 2.5 * size) for k in range(8)]
        parts += [part(f"{name}_pieces", (join(*back), stuff)), part(f"{name}_pawns", (join(*pawns), stuff))]
    return Asset(parts)


PIPS = {1: ((0, 0),), 2: ((-1, 1), (1, -1)), 3: ((-1, 1), (0, 0), (1, -1)), 4: ((-1, 1), (1, 1), (-1, -1), (1, -1)), 5: ((-1, 1), (1, 1), (-1, -1), (1, -1), (0, 0)), 6: ((-1, 1), (1, 1), (-1, 0), (1, 0), (-1, -1), (1, -1))}  # fmt: skip


def resin(brief: Brief) -> tuple[Finish, Finish]:
    """What dice and their pips are made of."""
    tints = ((0.95, 0.94, 0.91), (0.76, 0.08, 0.10), (0.10, 0.28, 0.60))
    plastic = cover(brief, "die", tints, "die", "dice", roughness=0.2)
    rgb = (0.96, 0.96, 0.94) if sum(plastic.base_color[:3]) < 1.2 else (0.06, 0.06, 0.07)
    return plastic, asked(brief, "pips", "plastic", rgb, "pip", "dot", "number")


def twenty_sided(brief: Brief) -> Asset:
    """An icosahedron with its edges drawn, as for role play."""
    plastic, pips = resin(brief)
    g, k = (1 + 5**0.5) / 2, 0.018 * 0.62 / 1.9
    flat = np.array([[0, a, b * g] for a in (1, -1) for b in (1, -1)])
    corners = np.concatenate([flat, flat[:, [1, 2, 0]], flat[:, [2, 0, 1]]])
    far = np.linalg.norm(corners[:, None] - corners, axis=2)
    edges = [bar(corners[[i, j]] * k, 0.0004, section=6) for i, j in np.argwhere(np.triu(far < 2.1, 1))]
    tip = {"x": 20.0, "z": 12.0}
    body = shapes.hull(corners * k, crease=5).rotate(**tip)
    return Asset([part("die", (body, plastic)), part("edges", (join(*edges).rotate(**tip), pips))])


SIDES: tuple[tuple[int, dict[str, float]], ...] = ((1, {}), (6, {"y": 180}), (2, {"y": 90}), (5, {"y": -90}), (3, {"x": -90}), (4, {"x": 90}))  # fmt: skip


def dice(brief: Brief) -> Asset:
    """Dice with pips; a twenty-sided one for role play."""
    if brief.has("d20", "twenty", "role") or 20 in (brief.counts.get("side"), brief.counts.get("sided")):
        return twenty_sided(brief)
    plastic, pips = resin(brief)
    size, parts = 0.018, []
    count = brief.count("dice", brief.count("die", 1 + int(brief.rng().random() < 0.6), 1, 6), 1, 6)
    cube = shapes.rounded_box(size, size, size, 0.0030, 4)
    dot = shapes.sphere(0.0021, 14).scale(1, 1, 0.35)
    spots = [
        copies(dot, [[x * 0.0046, y * 0.0046, size / 2 - 0.0001] for x, y in PIPS[n]]).rotate(**turn) for n, turn in SIDES
    ]  # fmt: skip
    for k in range(count):
        tip = {"x": 90.0 * ((k * 3 + 3) % 4), "z": 90.0 * ((k + 2) % 4)}
        x, z = (0.0, 0.0) if count == 1 else (0.02375 * (k - (count - 1) / 2), 0.007 * (-1) ** k)
        place = [s.rotate(**tip).rotate(y=18 + 41 * k).move(x, size / 2, z) for s in (cube, join(*spots))]
        parts.append(part(f"die_{k + 1}", (place[0], plastic), (place[1], pips)))
    return Asset(parts)


def toy_train(brief: Brief) -> Asset:
    """A wooden toy steam engine with wagons of blocks behind it, the engine towards +x."""
    body, rng = cover(brief, "engine", BRIGHT, "engine", "body", kind="paint", roughness=0.25), brief.rng()
    start = int(rng.integers(5))
    tints = [finish("paint", BRIGHT[(start + k) % 5], f"paint_{k + 1}", roughness=0.25) for k in range(5)]
    wood, dark, gold = (
        finish("wood", WOODS[3], "wood"),
        finish("plastic", BLACK, "black"),
        finish("brass", name="trim"),
    )
    discs = asked(brief, "wheels", "paint", BRIGHT[(start + 2) % 5], "wheel", roughness=0.3)
    wagons = 1 + int(rng.integers(2))
    for noun in ("car", "carriage", "wagon"):
        wagons = brief.count(noun, wagons, 0, 5)
    boiler = turned(cm("0 0, 3.1 0, 3.2 .3, 3.2 9.6, 2.9 10.2, 1.6 10.5, 0 10.5"), bevel=0.002, segments=36)
    bands = [shapes.torus(0.0322, 0.004, 40, 8).rotate(z=90).move(x, 0.088, 0) for x in (0.005, 0.055)]
    stack = turned(cm("1.2 0, 1.0 .8, 1.1 3.2, 2.0 4.6, 2.1 5.2, 1.7 5.4, 0 4.9"), bevel=0.001, segments=28)
    dome = turned(cm("1.2 0, 1.3 .6, 1.2 1.5, .6 2.1, 0 2.2"), 16, segments=24).move(0.010, 0.116, 0)
    posts = copies(
        shapes.rounded_box(0.009, 0.052, 0.009, 0.002, 1),
        cm("2.55 0 3.25, 2.55 0 -3.25, -2.55 0 3.25, -2.55 0 -3.25"),
    )
    cab = join(shapes.rounded_box(0.060, 0.052, 0.074, 0.005, 2).move(y=0.075), posts.move(y=0.122)).move(
        x=-0.050
    )
    arch = np.concatenate([curves.arc(0.060, 48, 132, 20), curves.arc(0.053, 132, 48, 20)]) - [0, 0.045]
    roof = shapes.extrude(arch, 0.078, 0.002).rotate(y=90).move(-0.050, 0.142, 0)
    lamp = turned(cm(".8 0, .9 .3, .9 .9, .7 1.1, 0 1.1"), bevel=0.001, segments=20).rotate(x=90).rotate(y=90)
    ends = (
        "9.6 2 -3.4, 9.6 2 3.4, 9.6 5 3.4, 9.6 5 -3.4",
        "12.2 1.2 -1.2, 12.2 1.2 1.2, 12.2 2.4 1.2, 12.2 2.4 -1.2",
    )
    catcher = shapes.loft(np.stack([cm(end) for end in ends]), crease=20)
    rods = both(bar(cm("-5.2 2.6 4.9, 6.2 2.6 4.9"), 0.0035, section=8), "z")
    wheels = [
        p
        for x, r in ((-0.052, 0.030), (0.012, 0.022), (0.062, 0.022))
        for p in toy_axle(x, r, 0.036, discs, gold)
    ]
    parts: list[Part] = [
        part("boiler", (boiler.rotate(z=-90).move(-0.020, 0.088, 0), body)), part("bands", (join(*bands), gold), (lamp.move(0.082, 0.088, 0), gold)), part("chimney", (stack.move(0.058, 0.116, 0), unless_said(brief, dark, "chimney"))),
        part("dome", (dome, gold)), part("cab", (cab, tints[1])), part("roof", (roof, unless_said(brief, tints[2], "roof"))),
        part("frame", (board(0.20, 0.018, 0.066, 0.004).move(-0.002, 0.044, 0), wood)), part("cow_catcher", (catcher, tints[1])), part("rods", (rods, dark)), part("wheels", *wheels),
    ]  # fmt: skip
    for k in range(wagons):
        x = -0.185 - 0.165 * k
        load = [
            (toy_block((n + k) % 3).move(x + 0.042 * (n - 1), 0.074, 0), tints[(n + k + 3) % 5])
            for n in range(3)
        ]
        hook = bar([[x + 0.066, 0.044, 0], [x + 0.092, 0.044, 0]], 0.004, section=8)
        axles = [p for s in (-1, 1) for p in toy_axle(x + s * 0.042, 0.020, 0.036, discs, gold)]
        parts += [
            part(f"wagon_{k + 1}", (toy_wagon(0.140, 0.066).move(x=x), wood)), part(f"blocks_{k + 1}", *load),
            part(f"wagon_wheels_{k + 1}", *axles), part(f"coupling_{k + 1}", (hook, dark)),
        ]  # fmt: skip
    return Asset(parts)


def balloon_dog(brief: Brief) -> Asset:
    """A dog twisted from one long balloon, shining, looking along +x."""
    tint: RGB = pick(
        brief,
        ((0.86, 0.10, 0.22), (0.14, 0.40, 0.86), (0.95, 0.30, 0.62), (0.98, 0.72, 0.10), (0.35, 0.72, 0.25)),
    )
    skin = asked(brief, "balloon", "plastic", tint, "balloon", main=True, roughness=0.06, metallic=0.25)

    def bubble(a: tuple[float, float, float], b: tuple[float, float, float], r: float) -> Solid:
        p, q = np.array(a), np.array(b)
        t = np.radians(np.linspace(0, 180, 23))
        path = p + (q - p) * ((1 - np.cos(t)) / 2)[:, None]
        fat = r * np.sin(t) ** 0.62
        fat[[0, -1]] = 0.0
        return shapes.sweep(path, fat, 24, crease=80)

    r = 0.048 * brief.grown("girth")
    spots: dict[str, list[tuple[tuple[float, float, float], tuple[float, float, float], float]]] = {
        "body": [((-0.115, 0.235, 0), (0.125, 0.235, 0), r * 1.05)],
        "front_legs": [((0.125, 0.235, s * 0.012), (0.165, 0.0, s * 0.062), r) for s in (1, -1)],
        "hind_legs": [((-0.115, 0.235, s * 0.012), (-0.165, 0.0, s * 0.062), r) for s in (1, -1)],
        "neck": [((0.120, 0.238, 0), (0.160, 0.415, 0), r * 0.95)],
        "ears": [((0.158, 0.410, s * 0.010), (0.092, 0.545, s * 0.062), r * 0.88) for s in (1, -1)],
        "head": [((0.160, 0.412, 0), (0.315, 0.385, 0), r * 0.98)],
        "tail": [((-0.118, 0.240, 0), (-0.200, 0.415, 0), r * 0.80)],
    }
    parts = [part(name, (join(*(bubble(*spot) for spot in row)), skin)) for name, row in spots.items()]
    tip = (
        turned(cm(".4 -.2, .9 .7, 1.0 1.4, .4 2.0, 0 2.1"), 14, segments=16)
        .rotate(z=-80)
        .move(0.314, 0.385, 0)
    )
    knot = (
        turned(cm(".3 -.2, .5 .5, .9 1.2, .5 1.5, 0 1.5"), 12, segments=14)
        .rotate(z=26)
        .move(-0.198, 0.412, 0)
    )
    return Asset([*parts, part("knots", (join(tip, knot), skin))])


FAMILIES = (
    Family("chess_set", ("chess set", "chess board", "chessboard", "chess", "chess game"), chess_set),
    Family("chess_piece", ("chess knight", "chess piece", "chess king", "chess queen", "chess bishop", "chess rook", "chess pawn", "knight chess piece", "king chess piece", "queen chess piece", "chess figure"), chess_piece),
    Family("dice", ("dice", "die", "game dice", "d20 dice"), grounded(dice, centre=True)),
    Family("toy_train", ("toy train", "wooden train", "toy locomotive"), grounded(toy_train, centre=True)),
    Family("balloon_dog", ("balloon dog", "balloon animal"), grounded(balloon_dog, centre=True)),
)  # fmt: skip
