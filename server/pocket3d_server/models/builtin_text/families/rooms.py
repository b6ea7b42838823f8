"""What fills holes in a wall: door and window."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.garden import flower_box
from pocket3d_server.models.builtin_text.joinery import WOODS, board, frame_of, louvred
from pocket3d_server.models.builtin_text.making import both, cm, copies, cover, facing, pick, plate, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def door(brief: Brief) -> Asset:
    """A panelled door in its frame, slightly open; of planks with iron bands when rustic or medieval."""
    old = brief.style in ("rustic", "medieval", "fantasy") or brief.has("castle", "dungeon", "barn", "plank")
    return plank_door(brief) if old else panelled_door(brief)


def size_of(brief: Brief) -> tuple[float, float]:
    """A door leaf's width and height in metres."""
    return 0.88 * brief.grown("width"), 2.02 * brief.grown("height")


def hung(brief: Brief, *pieces: tuple[str, Solid, Finish]) -> Asset:
    """The pieces of a leaf on their hinges, slightly open, in a frame."""
    wide, high = size_of(brief)
    rgb = (0.90, 0.88, 0.83) if brief.rng().random() < 0.5 else WOODS[2]
    x, y = wide / 2, high
    arch = [[x + 0.01, y + 0.01], [x + 0.01, 0], [x + 0.10, 0], [x + 0.10, y + 0.10]]
    jamb = shapes.extrude(curves.mirrored(arch), 0.14, 0.012)
    made = [(name, s.move(x=wide / 2).rotate(y=-28).move(x=-wide / 2), stuff) for name, s, stuff in pieces]
    frame = part("frame", (jamb.move(z=-0.02), asked(brief, "frame", "wood", rgb, "frame")))
    return Asset([frame, *(part(name, (s, stuff)) for name, s, stuff in made)])


def plank_door(brief: Brief) -> Asset:
    """Planks under iron bands, with a ring to pull at."""
    wood, (wide, high) = cover(brief, "leaf", WOODS, "door", "leaf", kind="wood"), size_of(brief)
    plank = board(wide / 6 - 0.004, high, 0.05, 0.006)
    planks = copies(plank, [[wide * ((k + 0.5) / 6 - 0.5), high / 2, 0] for k in range(6)])
    iron = asked(brief, "bands", "iron", (0.12, 0.12, 0.13), "band", "handle", "ring")
    levels = (0.16, 0.5, 0.84)
    bands = copies(shapes.box(wide * 0.92, 0.06, 0.064, 0.003), [[0, y * high, 0] for y in levels])
    nail = facing(shapes.sphere(0.014, 12).scale(1, 0.5, 1))
    nails = copies(nail, [[x * wide, y * high, 0.034] for x in np.linspace(-0.4, 0.4, 6) for y in levels])
    ring = join(
        shapes.torus(0.055, 0.014, 32, 8).rotate(x=90).move(0, 0, 0.045),
        facing(shapes.cylinder(0.03, 0.012, 0.003, 20)).move(0, 0.055, 0.028),
    )
    pull = ring.move(wide * 0.36, high * 0.47, 0)
    return hung(brief, ("leaf", planks, wood), ("bands", join(bands, nails), iron), ("handle", pull, iron))


def panelled_door(brief: Brief) -> Asset:
    """A flat leaf with raised panels and a knob."""
    wood, (wide, high) = cover(brief, "leaf", WOODS, "door", "leaf", kind="wood"), size_of(brief)
    metal = asked(brief, "handle", "brass", None, "handle", "knob", "hinge")
    pieces = [shapes.rounded_box(wide, high, 0.040, 0.004, 2).move(y=high / 2)]
    two = brief.style == "modern" or brief.rng(2).random() < 0.4
    rows = ((0.09, 0.44), (0.52, 0.93)) if two else ((0.08, 0.33), (0.38, 0.62), (0.67, 0.94))
    for low, top in rows:
        w, h = wide * 0.36, high * (top - low)
        panel = join(frame_of(w, h, 0.030, 0.020, 0.007), plate(w - 0.10, h - 0.10, 0.014, 0.002, 0.006))
        y = high * (low + top) / 2
        pieces.append(copies(panel, [[s * wide * 0.235, y, z * 0.021] for s in (1, -1) for z in (1, -1)]))
    knob = turned(
        cm("2.8 0, 2.8 .4, 2.2 .8, 1.1 1.0, 1.0 3.2, 2.4 4.2, 2.9 5.6, 2.2 7.0, 0 7.4"), 30, segments=28
    )
    keyhole = plate(0.032, 0.07, 0.006, 0.012).move(0, -0.085, 0.022)
    handle = join(facing(knob).move(z=0.018), keyhole).move(wide * 0.42, high * 0.48, 0)
    hinge = shapes.cylinder(0.010, 0.10, 0.002, 14)
    hinges = copies(hinge, [[-wide / 2 - 0.004, y * high, 0.022] for y in (0.12, 0.82)])
    return hung(brief, ("leaf", join(*pieces), wood), ("handle", handle, metal), ("hinges", hinges, metal))


def window(brief: Brief) -> Asset:
    """A window with bars and a sill; shutters at its sides and flowers below it when asked."""
    plain = not brief.has("shutter")
    paints = ((0.93, 0.92, 0.89), WOODS[0], WOODS[2])
    paint = asked(brief, "frame", "wood", pick(brief, paints), "frame", main=plain)
    pane_stuff = asked(brief, "glass", "glass", (0.62, 0.80, 0.90), "glass", "pane", alpha=0.55)
    wide, high = 1.0 * brief.grown("width"), 1.25 * brief.grown("height")
    y, half = high / 2 + 0.06, wide / 4 - 0.030
    level = shapes.rounded_box(wide / 2 - 0.09, 0.022, 0.030, 0.005, 1)
    upright = shapes.rounded_box(0.020, high - 0.16, 0.028, 0.005, 1)
    sash = join(
        frame_of(wide / 2 - 0.062, high - 0.12, 0.045, 0.055),
        upright,
        *(level.move(y=h * high) for h in (-0.15, 0.15)),
    )
    frame = join(frame_of(wide, high, 0.065, 0.10), both(sash.move(half, 0, 0.008)))
    pane = shapes.box(wide - 0.10, high - 0.10, 0.008)
    sill = shapes.rounded_box(wide + 0.16, 0.045, 0.22, 0.010, 2).move(0, 0.042, 0.05)
    lintel = shapes.rounded_box(wide + 0.10, 0.06, 0.14, 0.010, 2).move(0, y + high / 2 + 0.02, 0.01)
    grip = shapes.rounded_box(0.012, 0.09, 0.014, 0.005, 2).move(0, -0.03, 0.018)
    handle = join(shapes.rounded_box(0.016, 0.06, 0.010, 0.004, 2), grip).move(0.030, y, 0.045)
    parts = [
        part("frame", (frame.move(y=y), paint)), part("glass", (pane.move(y=y), pane_stuff)),
        part("sill", (join(sill, lintel), unless_said(brief, paint, "sill"))), part("handle", (handle, finish("brass", name="handle"))),
    ]  # fmt: skip
    if not plain:
        tints = ((0.20, 0.42, 0.32), (0.20, 0.34, 0.52), (0.60, 0.20, 0.16))
        stuff = asked(brief, "shutters", "wood", pick(brief, tints, 6), "shutter", main=True)
        leaf = louvred(wide / 2 - 0.01, high)
        for name, s in (("left", 1), ("right", -1)):
            open_ = (
                leaf.move(x=s * (wide / 4 - 0.005)).rotate(y=-s * 14).move(s * (wide / 2 + 0.006), y, 0.045)
            )
            parts.append(part(f"shutter_{name}", (open_, stuff)))
    return Asset([*parts, *flower_box(brief, wide)] if brief.has("flower", "box", "planter") else parts)


FAMILIES = (
    Family("door", ("door", "wooden door", "front door", "castle door", "barn door"), grounded(door, centre=True)),
    Family("window", ("window", "wooden window", "house window"), grounded(window)),
)  # fmt: skip
