"""What lorries carry behind their cab: box, tipper, tank, mixing drum, flatbed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.masonry import lumpy
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    bar,
    black,
    both,
    ladder,
)
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.75, 0.12, 0.10), (0.12, 0.30, 0.58), (0.90, 0.90, 0.88), (0.92, 0.62, 0.10))


def box(brief: Brief, tail: float) -> list[Part]:
    """A closed box with rear doors and a coloured band."""
    shell = asked(brief, "box", "paint", (0.93, 0.93, 0.92), "box", "container", "trailer", roughness=0.4)
    band = asked(brief, "band", "paint", PAINTS[int(brief.rng(1).integers(4))], "stripe", "band")
    long = 1.6 - tail
    coach = Coach(np.array([[tail, 0.95], [1.6, 0.95], [1.6, 3.5], [tail, 3.5]]), 2.5, 0.05, 0.05)
    ribs = [
        shapes.rounded_box(0.03, 2.3, 0.05, 0.01, 1).move(1.255, 2.22, z)
        for z in np.linspace(tail + 0.3, 1.3, int(long / 0.6))
    ]
    bars = [shapes.cylinder(0.025, 2.3, segments=10).move(x, 1.08, tail - 0.03) for x in (-0.5, -0.2, 0.2, 0.5)]  # fmt: skip
    gap = shapes.box(0.03, 2.4, 0.03).move(0, 2.2, tail - 0.01)
    return [
        part("box", (coach.solid(), shell), (both(join(*ribs)), finish("aluminium", name="rail"))),
        part("band", (coach.sides(pane(tail + 0.1, 1.5, 1.6, 2.1, 0.02)), band)),
        part("rear_doors", (join(*bars), finish("steel")), (gap, black())),
    ]


def tipper(brief: Brief, tail: float) -> list[Part]:
    """An open skip with ribs, full of earth, and a guard over the cab."""
    skin = asked(brief, "skip", "paint", (0.95, 0.68, 0.10), "bed", "skip", "body", roughness=0.4)
    front, floor, top = 1.5, 1.05, 2.35
    outer = [curves.in_plane(curves.rectangle(w, front - z, 0.05, 2) + [0, -(front + z) / 2], y)
             for w, z, y in ((2.1, tail + 0.25, floor), (2.5, tail, top))]  # fmt: skip
    inner = [curves.in_plane(curves.rectangle(w - 0.16, front - z - 0.16, 0.05, 2) + [0, -(front + z) / 2], y)
             for w, z, y in ((2.5, tail, top), (2.1, tail + 0.25, floor + 0.12))]  # fmt: skip
    skip = shapes.loft(np.stack([*outer, *inner]), crease=25)
    ribs = [
        shapes.sweep([[1.05, floor, z], [1.26, top - 0.03, z]], 1.0, curves.rectangle(0.10, 0.10, 0.02))
        for z in np.linspace(tail + 0.45, front - 0.2, 6)
    ]
    hood = shapes.rounded_box(2.5, 0.08, 1.5, 0.03, 1).move(0, 2.88, front + 0.68)
    riser = shapes.rounded_box(2.5, 0.6, 0.08, 0.03, 1).move(0, 2.58, front - 0.03)
    rng = brief.rng(1)
    heap = shapes.sphere(1.0, 28).scale(1.12, 0.75, (front - tail) / 2 - 0.15)
    heap = lumpy(heap, rng, 0.04, 2.5)
    return [
        part("skip", (join(skip, both(join(*ribs)), hood, riser), skin)),
        part("load", (heap.move(0, 1.95, (front + tail) / 2), asked(brief, "load", "earth", None, "earth", "load"))),
        part("lift", (bar([0, 0.8, 1.3], [0, 1.1, 0.5], 0.10), finish("steel"))),
    ]  # fmt: skip


def tanker(brief: Brief, tail: float) -> list[Part]:
    """A polished tank with bands, a walkway and hatches."""
    shell = asked(brief, "tank_shell", "chrome", (0.80, 0.82, 0.84), "tank", "body", roughness=0.22)
    long, middle, y = 1.5 - tail, (1.5 + tail) / 2, 2.0
    line = [[0.0, -0.5], [0.75, -0.48], [0.99, -0.42], [1.0, -0.38], [1.0, 0.38], [0.99, 0.42], [0.75, 0.48], [0.0, 0.5]]  # fmt: skip
    barrel = shapes.revolve(
        curves.rounded(np.array(line) * [1.0, long], 0.1, 3, closed=False), brief.detail(48)
    )
    rings = [
        shapes.tube(1.025, 0.97, 0.07, 0.01, brief.detail(48)).move(y=v * long)
        for v in (-0.34, -0.12, 0.12, 0.34)
    ]
    turn = lambda s: s.rotate(x=90).scale(1.2, 1, 1).move(0, y, middle)  # noqa: E731
    hatches = [
        shapes.cylinder(0.22, 0.16, 0.03, 24).move(0, y + 0.97, middle + v * long) for v in (-0.25, 0, 0.25)
    ]
    walk = shapes.rounded_box(0.7, 0.04, long * 0.8, 0.01, 1).move(0, y + 1.0, middle)
    steps = ladder(1.9, 0.4).rotate(x=90).move(0, y + 0.05, tail - 0.08)
    saddles = [shapes.rounded_box(1.5, 0.5, 0.3, 0.05, 1).move(0, 1.05, middle + v * long) for v in (-0.3, 0.3)]  # fmt: skip
    return [
        part("tank", (turn(barrel), shell), (turn(join(*rings)), finish("steel"))),
        part("hatches", (join(*hatches, walk, steps), finish("aluminium", name="walkway"))),
        part("saddles", (join(*saddles), black())),
    ]


def mixer(brief: Brief, tail: float) -> list[Part]:
    """A striped drum that leans back, with a hopper and a chute."""
    white = asked(brief, "drum", "paint", (0.93, 0.93, 0.90), "drum", "body", roughness=0.4)
    stripe = asked(brief, "stripe", "paint", (0.80, 0.20, 0.12), "stripe", roughness=0.4)
    rows = curves.smooth_curve(
        [[0.35, -2.1], [0.75, -1.6], [1.18, -0.3], [1.22, 0.5], [1.0, 1.3], [0.55, 1.75]], 28
    )
    edges = np.linspace(0, 27, 8).round().astype(int)
    rings = [shapes.revolve(rows[a : b + 1], brief.detail(48)) for a, b in pairwise(edges)]
    place = lambda s: s.rotate(x=-76).move(0, 2.25, tail + 2.6)  # noqa: E731
    hopper = shapes.revolve(
        np.array([[0.28, 0], [0.33, 0], [0.7, 0.6], [0.62, 0.6]]), 28, closed=True, crease=30
    )
    chute = shapes.sweep(
        [[0, 2.3, tail + 0.55], [0, 1.2, tail - 0.7]],
        1.0,
        np.concatenate([curves.arc(0.24, 0, -180, 12), curves.arc(0.19, -180, 0, 12)]),
    )
    stand = [shapes.rounded_box(0.14, 1.4, 0.3, 0.03, 1).move(0.45, 1.5, z) for z in (tail + 0.45,)]
    front = shapes.rounded_box(1.5, 1.3, 0.4, 0.05, 1).move(0, 1.4, 1.25)
    return [
        part("drum", (place(join(*rings[::2])), white), (place(join(*rings[1::2])), stripe)),
        part("hopper", (join(hopper.move(0, 2.78, tail + 0.55), chute), finish("steel"))),
        part("stands", (join(both(join(*stand)), front), black())),
    ]


def flatbed(brief: Brief, tail: float) -> list[Part]:
    """A planked platform with a headboard, carrying logs when asked for timber."""
    wood = asked(brief, "platform", "wood", None, "bed", "platform")
    planks = [
        shapes.rounded_box(0.24, 0.08, 1.55 - tail, 0.01, 1).grained().move(x, 0.99, (1.55 + tail) / 2)
        for x in np.linspace(-1.1, 1.1, 10)
    ]
    rim = shapes.rounded_box(2.52, 0.14, 1.6 - tail, 0.03, 1).move(0, 0.90, (1.55 + tail) / 2)
    head = shapes.rounded_box(2.45, 1.3, 0.08, 0.03, 1).move(0, 1.6, 1.5)
    stakes = [
        shapes.rounded_box(0.07, 1.1, 0.10, 0.02, 1).move(1.2, 1.5, z)
        for z in np.linspace(tail + 0.4, 1.0, 4)
    ]
    parts = [part("platform", (join(*planks), wood)), part("frame", (join(rim, head, both(join(*stakes))), black()))]  # fmt: skip
    if brief.has("timber", "logging", "log"):
        rows = [(x, 1.25 + 0.42 * r) for r, n in enumerate((5, 4, 3)) for x in 0.44 * (np.arange(n) - (n - 1) / 2)]  # fmt: skip
        logs = [
            shapes.cylinder(0.21, 1.2 - tail, 0.01, 18).rotate(x=90).move(x, y, tail + 0.1) for x, y in rows
        ]
        parts.append(part("logs", (join(*logs).grained(), finish("wood", (0.50, 0.34, 0.20), "logs"))))
    return parts
