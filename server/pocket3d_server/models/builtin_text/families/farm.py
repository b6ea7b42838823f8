"""On the land: barn, silo, log cabin and doghouse."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.facade import Windows
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.gatehouse import shifted
from pocket3d_server.models.builtin_text.lettering import lettering
from pocket3d_server.models.builtin_text.masonry import Frame, door, framed
from pocket3d_server.models.builtin_text.roofs import bargeboards, ridge_roof, shingles
from pocket3d_server.models.builtin_text.timbering import battens, field_stone_chimney, log_walls, porch_of
from pocket3d_server.models.builtin_text.vehicles.fittings import beam, both
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.62, 0.10, 0.08), (0.62, 0.10, 0.08), (0.45, 0.30, 0.18))
SLATES: tuple[RGB, ...] = ((0.26, 0.26, 0.28), (0.36, 0.24, 0.20))


def barn(brief: Brief) -> Asset:
    """A barn with a broken roof, white-framed crossed doors, a hayloft and board walls; a silo when asked for one."""
    red = PAINTS[int(brief.rng().integers(3))]
    wall = asked(brief, "walls", "paint", red, "wall", main=True, roughness=0.75)
    trim = asked(brief, "trim", "paint", (0.95, 0.94, 0.91), "trim", "door", "frame")
    roof = asked(brief, "roof", "slate", SLATES[int(brief.rng(1).integers(2))], "roof")
    x, z, eave = 4.2 * brief.grown("width"), 11.0 * brief.grown("length"), 4.0 * brief.grown("height")
    ridge, front, out = eave + 3.3, z / 2 + 0.03, 0.35
    slope = np.array([[x, eave], [x * 0.62, eave + 2.1], [0, ridge]])
    gable = np.concatenate([[[-x, 0], [x, 0]], slope, slope[1::-1] * [-1, 1]])
    over = np.array([[x + out, eave - out * 1.05], [x * 0.64, eave + 2.12], [0, ridge + 0.02]])
    line = np.concatenate([over * [-1, 1], over[1::-1]])
    walls = join(shapes.extrude(gable, z).box_mapped(), *battens(slope, z))
    posts = [
        shapes.rounded_box(0.2, eave, 0.2, 0.02, 1).move(s * x, eave / 2, e * z / 2)
        for s in (1, -1)
        for e in (1, -1)
    ]
    parts: list[Part] = [
        part("walls", (walls, wall)),
        part("roof", (ridge_roof(line, z, 0.35, 0.16), roof)),
        part("trim", (join(bargeboards(line, z), *posts), trim)),
    ]
    for name, at in (("left", 0.98), ("right", -0.98)):
        leaf = framed(Frame(np.array([at, 0.05, front]), 0), 1.9, 3.1, wall, trim)
        parts.append(part(f"door_{name}", *leaf))
    loft = Frame(np.array([0, eave + 0.15, front]), 0)
    parts.append(part("loft_door", *framed(loft, 1.4, 1.5, wall, trim)))
    header = shapes.rounded_box(4.3, 0.2, 0.16, 0.02, 1).move(0, 3.25, front + 0.05)
    hoist = join(
        beam([0, ridge - 0.4, front - 0.4], [0, ridge - 0.4, front + 1.0], 0.16, 0.2),
        shapes.cylinder(0.02, 0.5, segments=8).move(0, ridge - 0.95, front + 0.85),
    )
    parts.append(part("beams", (header, trim), (hoist, finish("wood", (0.30, 0.20, 0.13), "beam"))))
    windows = Windows(trim, finish("glass", (0.25, 0.32, 0.38), "window_glass", alpha=1.0), trim)
    for side in (1, -1):
        for w in np.linspace(-z * 0.32, z * 0.32, 3):
            windows.add((side * (x + 0.03), 2.0, w), 90.0 * side, 0.9, 1.0)
    vent = shapes.rounded_box(1.1, 0.9, 1.1, 0.04, 1).move(0, ridge + 0.45, 0)
    cap = shapes.prism(4, 1.1, 0.6, top=0.05).rotate(y=0).move(0, ridge + 0.9, 0)
    parts += [*windows.parts, part("cupola", (vent, trim), (cap, roof))]
    if brief.has("silo") or brief.rng(4).random() < 0.25:
        parts += shifted(silo(brief).parts, -x - 2.6, -z * 0.22)
    return Asset(parts)


def silo(brief: Brief) -> Asset:
    """A ribbed steel silo with a domed top and a ladder."""
    steel = asked(brief, "silo", "aluminium", (0.72, 0.74, 0.77), "silo", "wall", main=True, roughness=0.45)
    r, h, n = 1.9, 9.5 * brief.grown("height"), brief.detail(48)
    y = np.linspace(0, h, 47)
    body = shapes.revolve(np.column_stack([r + 0.03 * (np.arange(47) % 2), y]), n, crease=60)
    top = shapes.revolve(
        curves.smooth_curve([[r + 0.1, 0], [r * 0.8, 0.75], [0.4, 1.35], [0, 1.42]], 16), n
    ).move(y=h)
    cap = shapes.cylinder(0.25, 0.3, 0.04, 20).move(y=h + 1.36)
    rungs = [
        shapes.cylinder(0.02, 0.5, segments=8).rotate(z=90).move(0.25, v, r + 0.16)
        for v in np.arange(0.4, h, 0.35)
    ]
    rails = both(shapes.cylinder(0.03, h, segments=8).move(0.25, 0, r + 0.16))
    return Asset([part("silo", (body, steel)), part("silo_dome", (join(top, cap), finish("aluminium", (0.86, 0.87, 0.89), "dome"))), part("silo_ladder", (join(rails, *rungs), finish("iron")))])  # fmt: skip


def log_cabin(brief: Brief) -> Asset:
    """A cabin of round logs that cross at the corners, with a porch, a shingle roof and a field-stone chimney."""
    logs = asked(
        brief,
        "logs",
        "wood",
        ((0.50, 0.33, 0.19), (0.42, 0.27, 0.16), (0.60, 0.43, 0.26))[int(brief.rng().integers(3))],
        "wall",
        "log",
        main=True,
    )
    roof = asked(brief, "roof", "wood", (0.24, 0.19, 0.16), "roof", "shingle")
    trim, glass = (
        asked(brief, "trim", "wood", (0.32, 0.20, 0.12), "trim", "frame", "window"),
        finish("glass", (0.95, 0.80, 0.50), "window_glass", alpha=1.0),
    )
    stone = asked(brief, "chimney", "stone", None, "chimney", "foundation")
    x, z, r = 6.2 * brief.grown("width", "length"), 4.6, 0.13
    rows = max(int(2.5 * brief.grown("height") / (2 * r * 0.94)), 6)
    step = 2 * r * 0.94
    high = rows * step
    rise = z * 0.42
    made = log_walls(brief, x, z, r, rows)
    core = shapes.box(x - 0.15, high, z - 0.15).move(0, 0.25 + high / 2, 0)
    eave = 0.25 + high - 0.02
    over, porch = 0.35, 1.5
    slope = rise / (z / 2)
    back, front = -z / 2 - over, z / 2 + over + porch
    line = np.array(
        [
            [back, eave - over * slope],
            [0, eave + rise],
            [z / 2 + over, eave - over * slope],
            [front, eave - over * slope - porch * 0.22],
        ]
    )
    cover = ridge_roof(line * [-1, 1], x, 0.45, 0.10).rotate(y=90)
    courses = shingles(line, x)
    front_porch = porch_of(x, z, porch, eave - over * slope)
    base = shapes.rounded_box(x + 0.2, 0.3, z + 0.2, 0.05, 2).move(y=0.13)
    chimney = field_stone_chimney(brief, x / 2 + 0.42, eave + rise)
    face = z / 2 + r * 0.75
    parts = [
        part("logs", (join(*made), logs)), part("core", (core, finish("wood", (0.30, 0.22, 0.14), "chinking"))), part("roof", (join(cover, *courses), roof)),
        part("porch", (join(*front_porch), logs)), part("foundation", (base, stone)), part("chimney", (chimney, stone)),
        door("door", Frame(np.array([0, 0.27, face]), 0), 0.95, 1.95, finish("wood", (0.30, 0.17, 0.10), "door_wood"), trim, finish("iron"), arched=False),
    ]  # fmt: skip
    windows, w = Windows(trim, glass, trim), x / 2 + r * 0.75
    for at, turn in (
        ((-x * 0.31, 1.6, face), 0.0), ((x * 0.31, 1.6, face), 0.0), ((-w, 1.6, 0.0), -90.0), ((x * 0.25, 1.6, -face), 180.0),
    ):  # fmt: skip
        windows.add(at, turn, 0.85, 0.9)
    parts += windows.parts
    return Asset(parts)


def doghouse(brief: Brief) -> Asset:
    """A kennel of boards with an arched door and a name board."""
    wall = asked(
        brief,
        "walls",
        "paint",
        ((0.75, 0.14, 0.10), (0.20, 0.42, 0.66), (0.86, 0.70, 0.45))[int(brief.rng().integers(3))],
        "wall",
        main=True,
        roughness=0.6,
    )
    roof = asked(brief, "roof", "wood", (0.36, 0.22, 0.13), "roof")
    x, z, high, rise = 0.40, 1.05, 0.62 * brief.grown("height"), 0.36
    body = shapes.extrude(np.array([[-x, 0], [x, 0], [x, high], [0, high + rise], [-x, high]]), z)
    arch = np.concatenate([[[-0.2, 0.0], [0.2, 0.0]], curves.arc(0.2, 0, 180, 17) + [0, 0.34]])
    room = shapes.extrude(arch, 0.8).move(0, 0.05, z / 2)
    shell = shapes.difference(body, room).move(y=0.06)
    rim = shapes.extrude(arch * 1.18 - [0, 0.0], 0.03, 0.006, holes=[arch + [0, 0.001]]).move(
        0, 0.11, z / 2 + 0.01
    )
    line = np.array([[-x - 0.14, high - 0.12], [0, high + rise], [x + 0.14, high - 0.12]])
    slats = [
        shapes.rounded_box(0.006, 0.02, z, 0.002, 1).move(s * (x + 0.002), y, 0)
        for s in (1, -1)
        for y in (0.22, 0.38, 0.54)
    ]
    base = shapes.rounded_box(0.9, 0.07, 1.15, 0.01, 1).move(y=0.035)
    plate = shapes.rounded_box(0.36, 0.11, 0.02, 0.01, 1).move(0, high + 0.12, z / 2 + 0.012)
    return Asset([part("walls", (join(shell, *slats), wall)), part("roof", (ridge_roof(line, z, 0.10, 0.035).move(y=0.06), roof)), part("base", (base, finish("wood"))), part("doorway", (rim, finish("paint", (0.95, 0.94, 0.90), "trim"))), part("sign", (plate, finish("paint", (0.95, 0.94, 0.90), "board")), (lettering("DOG", 0.26, 0.08, 0.008).move(0, high + 0.12, z / 2 + 0.024), finish("paint", (0.1, 0.1, 0.1), "letters")))])  # fmt: skip


FAMILIES = (
    Family("barn", ("barn", "red barn", "farm barn", "hay barn", "stable"), barn),
    Family("silo", ("silo", "grain silo", "farm silo"), silo),
    Family("log_cabin", ("log cabin", "cabin", "wooden cabin", "log house", "cabin in the woods", "mountain cabin"), log_cabin),
    Family("doghouse", ("doghouse", "dog house", "kennel", "dog kennel"), doghouse),
)  # fmt: skip
