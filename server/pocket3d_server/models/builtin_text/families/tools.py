"""Hand tools, lying head up on their handle: hammer, screwdriver, wrench, knife, shovel, saw, pickaxe."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.arms import shaft
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, said_of, unless_said
from pocket3d_server.models.builtin_text.making import cm, copies, turned
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief

GRIPS: tuple[RGB, ...] = ((0.80, 0.14, 0.10), (0.95, 0.62, 0.08), (0.10, 0.30, 0.62), (0.12, 0.13, 0.14))


def hammer(brief: Brief) -> Asset:
    """A war hammer, a mallet of wood, or else a claw hammer."""
    if brief.has("war", "thor", "battle", "sledge", "sledgehammer") or brief.style in ("medieval", "fantasy"):
        return war_hammer(brief)
    wooden = brief.has("mallet", "gavel") or brief.materials[:1] == ("wood",)
    return mallet(brief) if wooden else claw_hammer(brief)


def mallet(brief: Brief) -> Asset:
    """A barrel of wood with two hoops on a handle."""
    long = 0.30 * brief.grown("length", "handle")
    body, wood = shaft(brief, long, 0.0145)
    stuff = asked(brief, "head", "wood", (0.62, 0.45, 0.27), "head", main=True)
    head = shapes.cylinder(0.045, 0.13, 0.010, 40).rotate(z=90).move(0.065, long - 0.01, 0)
    hoop_ = shapes.torus(0.045, 0.008, 40, 8).rotate(z=90)
    bands = copies(hoop_, [[s * 0.045, long - 0.01, 0] for s in (1, -1)])
    return Asset(
        [part("handle", (body, wood)), part("head", (head, stuff)), part("bands", (bands, finish("iron")))]
    )


def war_hammer(brief: Brief) -> Asset:
    """A block of steel with bands on a long handle wound with leather."""
    long = 0.75 * brief.grown("length", "handle")
    body, wood = shaft(brief, long, 0.019)
    steel = asked(brief, "head", "steel", None, "head", main=True)
    kind = "gold" if brief.style == "fantasy" or brief.has("thor") else "iron"
    gold = asked(brief, "ornament", kind, None, "ornament", "band")
    y = long - 0.02
    faces = copies(shapes.rounded_box(0.05, 0.165, 0.165, 0.018, 3), [[s * 0.125, y, 0] for s in (1, -1)])
    rings = copies(shapes.rounded_box(0.02, 0.15, 0.15, 0.006, 2), [[s * 0.06, y, 0] for s in (1, -1)])
    block = shapes.rounded_box(0.27, 0.14, 0.14, 0.014, 3).move(y=y)
    cap = shapes.prism(6, 0.034, 0.03, 0.006).move(y=long + 0.045)
    wrap = copies(shapes.torus(0.0195, 0.008, 24, 8), [[0, 0.06 + 0.0074 * k, 0] for k in range(26)])
    return Asset([
        part("handle", (body, wood)), part("grip", (wrap, unless_said(brief, finish("leather"), "grip"))), part("head", (join(block, faces, cap), steel)),
        part("bands", (rings, gold)), part("pommel", (shapes.sphere(0.028, 24).move(y=0.01), gold)),
    ])  # fmt: skip


def claw_hammer(brief: Brief) -> Asset:
    """A claw hammer; its handle has a sleeve of rubber unless the prompt says what the handle is of."""
    long = 0.30 * brief.grown("length", "handle")
    body, wood = shaft(brief, long, 0.0145)
    steel = asked(brief, "head", "steel", None, "head", main=True)
    top = long - 0.018
    neck = shapes.superellipsoid(0.046, 0.038, 0.030, 3, 3, 24).move(y=top)
    poll = turned(cm("0.95 0, 0.95 2.2, 1.55 3.2, 1.55 5, 0 5"), bevel=0.002, segments=28)
    t = np.linspace(0, 1, 12)
    side = np.column_stack(
        [-0.015 - 0.075 * np.sin(1.25 * t), top + 0.006 - 0.045 * t**2.1, 0.0055 + 0.0050 * t]
    )
    section = curves.rectangle(0.010, 0.020, 0.003)
    claws = [shapes.sweep(side * [1, 1, s], 1 - 0.72 * t**1.5, section) for s in (1, -1)]
    parts = [
        part("handle", (body, wood)), part("head", (join(neck, poll.rotate(z=-90).move(0.018, top, 0), *claws), steel)),
    ]  # fmt: skip
    if said_of(brief, "handle", "shaft", "haft") and not brief.has("grip"):
        return Asset(parts)
    rubber = asked(brief, "grip", "rubber", GRIPS[int(brief.rng().integers(3))], "grip")
    sleeve = turned(cm("1.6 0, 1.95 0.6, 1.75 5, 1.9 9, 1.65 12, 1.48 12.5"), 30, segments=28)
    ribs = copies(shapes.torus(0.0172, 0.004, 24, 8), [[0, 0.022 + 0.011 * k, 0] for k in range(8)])
    grip = join(sleeve.scale(0.84, 1, 1.02), ribs.scale(0.84, 1, 1.02))
    return Asset([*parts, part("grip", (grip, rubber))])


def screwdriver(brief: Brief) -> Asset:
    """A screwdriver, flat or cross-headed, standing on its handle."""
    k = brief.grown("length")
    colour = asked(
        brief, "handle", "plastic", GRIPS[int(brief.rng().integers(4))], "handle", "grip", main=True
    )
    outline = curves.smooth_curve(cm("0.6 0, 1.3 0.4, 1.65 2, 1.45 5, 1.65 8.5, 1.1 10, 0.85 10.8"), 40)
    handle = shapes.revolve(outline, 48).deform(_fluted)
    blade = shapes.cylinder(0.0034, 0.105 * k, segments=18).move(y=0.105)
    tip: Solid
    if brief.has("phillips", "cross", "crosshead"):
        tip = join(
            shapes.cone(0.0034, 0.010, segments=18),
            *[
                shapes.rounded_box(0.0012, 0.010, 0.0058, 0.0004, 1).rotate(y=90 * q).move(y=0.001)
                for q in range(2)
            ],
        )
    else:
        rings = [
            np.column_stack([r[:, 0] * a, np.full(20, y), r[:, 1] * b])
            for r, a, b, y in (
                (curves.circle(1, 20), 0.0034, 0.0034, 0),
                (curves.circle(1, 20), 0.0050, 0.0022, 0.007),
                (curves.ellipse(1, 1, 20, 6), 0.0045, 0.0006, 0.014),
            )
        ]
        tip = shapes.loft(np.stack(rings))
    band = shapes.tube(0.0125, 0.009, 0.006, 0.001, 32).move(y=0.097)
    return Asset(
        [
            part("handle", (handle, colour)),
            part("collar", (band, finish("plastic", (0.07, 0.07, 0.08), "collar"))),
            part("blade", (join(blade, tip.move(y=0.105 + 0.105 * k - 0.001)), finish("steel"))),
        ]
    )


def _fluted(v: np.ndarray) -> np.ndarray:
    a = np.arctan2(v[:, 0], v[:, 2])
    depth = 0.07 * np.sin(np.pi * np.clip((v[:, 1] - 0.008) / 0.085, 0, 1)) ** 0.5
    v[:, [0, 2]] *= (1 - depth * (0.5 + 0.5 * np.cos(6 * a)) ** 3)[:, None]
    return v


def wrench(brief: Brief) -> Asset:
    """A combination spanner: an open jaw above, a ring below."""
    k = brief.grown("length")
    steel = asked(brief, "wrench", "chrome", None, main=True)
    long = 0.19 * k
    slot = np.array([[-0.0082, -0.006], [0.0082, -0.006], [0.0082, 0.04], [-0.0082, 0.04]])
    head = shapes.extrude(curves.circle(0.0225, 48), 0.008, 0.0022).move(y=long)
    turn = 15.0
    cutter = shapes.extrude(curves.rounded(slot, 0.003, 3), 0.03).rotate(z=turn).move(y=long)
    head = shapes.difference(head, cutter, crease=30)
    ring = shapes.extrude(curves.circle(0.0175, 48), 0.009, 0.002, holes=[curves.polygon(12, 0.0108)]).move(
        y=0.0175
    )
    bar = (
        shapes.rounded_box(0.0155, long - 0.044, 0.0065, 0.002, 3, cuts=6)
        .deform(
            lambda v: np.column_stack([v[:, 0] * (0.82 + 0.26 * (v[:, 1] / long) ** 2 * 4), v[:, 1], v[:, 2]])
        )
        .move(y=long / 2 + 0.005)
    )
    inlay = shapes.rounded_box(0.007, long - 0.09, 0.0075, 0.002, 2).move(y=long / 2 + 0.005)
    return Asset(
        [
            part("jaw", (head, steel)),
            part("ring", (ring, steel)),
            part("bar", (bar, unless_said(brief, steel, "handle", "bar"))),
            part("inlay", (inlay, asked(brief, "inlay", "iron", (0.30, 0.31, 0.33), "inlay", "grip"))),
        ]
    )


def knife(brief: Brief) -> Asset:
    """A kitchen knife, blade up."""
    k = brief.grown("length")
    steel, wood = (
        asked(brief, "blade", "steel", None, "blade", main=True),
        asked(brief, "handle", "wood", (0.24, 0.15, 0.10), "handle", "grip"),
    )
    outline = np.concatenate(
        [
            [[0.010, 0.115], [0.010, 0.125]],
            curves.smooth_curve(
                [[0.022, 0.132], [0.024, 0.20 * k], [0.018, 0.27 * k], [-0.010, 0.325 * k]], 20
            ),
            [[-0.013, 0.30 * k], [-0.014, 0.115]],
        ]
    )
    blade = shapes.extrude(outline, 0.0026, 0.0010, steps=1, crease=20)
    grip_line = curves.smooth_curve(
        cm("-1.3 0.2, 1 0, 1.3 3, 0.8 6, 1.2 10, 1.2 11.8, -1.4 11.8, -1.5 6"), 50, closed=True
    )
    slabs = [shapes.extrude(grip_line, 0.008, 0.0030).move(z=s * 0.0052) for s in (1, -1)]
    tang = shapes.extrude(grip_line * 0.99 + [0, 0.0005], 0.0030)
    rivets = [
        shapes.cylinder(0.0032, 0.0195, 0.0008, 16).rotate(x=90).move(-0.002, y, -0.00975)
        for y in (0.025, 0.06, 0.095)
    ]
    bolster = shapes.rounded_box(0.027, 0.012, 0.016, 0.003, 2).move(-0.001, 0.122, 0)
    return Asset(
        [
            part("blade", (join(blade, tang, bolster), steel)),
            part("handle", (join(*slabs), wood)),
            part("rivets", (join(*rivets), finish("brass"))),
        ]
    )


def blade_of_spade() -> Solid:
    """A pointed blade, its tip down, dished along its middle and bent back."""
    side = curves.smooth_curve(cm("0 0, 7.5 6, 10.5 16, 10.5 27, 8.5 28.5"), 24)
    line = curves.resample(curves.mirrored(side), 90, closed=True)
    centre, shares = line.mean(axis=0), np.array([0.02, 0.3, 0.55, 0.8, 1.0])
    rings = [(s, -0.0015) for s in shares] + [(s, 0.0015) for s in shares[::-1]]
    flat = [curves.in_plane(centre + (line - centre) * s, z, "xy") for s, z in rings]

    def dished(v: np.ndarray) -> np.ndarray:
        v[:, 2] += 2.6 * v[:, 0] ** 2 - 0.10 * np.clip(v[:, 1], 0, 0.3) ** 2
        return v

    return shapes.loft(np.stack(flat), crease=40).deform(dished)


def shovel(brief: Brief) -> Asset:
    """A spade with a D-handle, blade down."""
    wood = asked(brief, "shaft", "wood", (0.60, 0.42, 0.24), "handle", "shaft")
    steel = asked(brief, "blade", "steel", None, "blade", main=True)
    black_ = asked(brief, "grip", "plastic", (0.12, 0.12, 0.13), "grip")
    long = 1.05 * brief.grown("length")
    socket = shapes.sweep(cm("0 20 -0.4, 0 28 -0.4, 0 40 -0.6"), [0.012, 0.021, 0.020], 18)
    pole = shapes.sweep([[0, 0.36, -0.006], [0, long - 0.1, -0.01], [0, long - 0.09, -0.01]], 0.0165, 18)
    loop = curves.rounded(cm("0 -10, 6 -1, 5.5 3, -5.5 3, -6 -1") + [0, long], 0.025, 4)
    line = curves.in_plane(curves.resample(loop, 60, closed=True), -0.01, "xy")
    grip = shapes.sweep(line, 0.0105, 12, closed=True)
    blade = join(blade_of_spade(), socket)
    return Asset([part("blade", (blade, steel)), part("shaft", (pole, wood)), part("grip", (grip, black_))])


def pickaxe(brief: Brief) -> Asset:
    """A pickaxe with a curved, two-pointed head."""
    long = 0.85 * brief.grown("length", "handle")
    body, wood = shaft(brief, long, 0.019)
    steel = asked(brief, "head", "iron", None, "head", "blade", main=True)
    t = np.linspace(-1, 1, 33)
    path = np.column_stack([0.30 * t, long - 0.04 - 0.09 * t**2, np.zeros(33)])
    head = shapes.sweep(path, 0.024 * (1 - 0.88 * np.abs(t) ** 1.6), curves.rectangle(1.3, 2, 0.25))
    eye = shapes.superellipsoid(0.085, 0.075, 0.062, 4, 4, 28).move(y=long - 0.04)
    return Asset([part("handle", (body, wood)), part("head", (join(head, eye), steel))])


def saw(brief: Brief) -> Asset:
    """A hand saw on its back edge, teeth up."""
    steel, wood = (
        asked(brief, "blade", "steel", None, "blade"),
        asked(brief, "handle", "wood", (0.62, 0.40, 0.20), "handle", main=True),
    )
    x = np.linspace(0.0, 0.46, 93)
    teeth = np.column_stack([x, np.where(np.arange(93) % 2 == 0, 0.145, 0.153)])
    outline = np.concatenate([[[0.46, 0.145]], teeth[::-1], [[0.0, 0.02], [0.46, 0.08]]])
    blade = shapes.extrude(curves.without_repeats(curves.counter_clockwise(outline)), 0.0016)
    shape = curves.smooth_curve(
        cm("3 0, 4 6, 2.5 13, -4 16.5, -10 15, -8.5 10, -12.5 4, -12 -1, -4 -2"), 70, closed=True
    )
    hole = curves.smooth_curve(
        [[-0.005, 0.035], [-0.005, 0.10], [-0.045, 0.125], [-0.062, 0.09], [-0.085, 0.04], [-0.05, 0.02]],
        40,
        closed=True,
    )
    grip = shapes.extrude(shape, 0.024, 0.008, holes=[hole])
    screws = [
        shapes.cylinder(0.006, 0.027, 0.001, 16).rotate(x=90).move(px, py, -0.0135)
        for px, py in ((0.014, 0.04), (0.018, 0.075), (0.008, 0.11))
    ]
    return Asset(
        [
            part("blade", (blade.move(y=0.02), steel)),
            part("handle", (grip.move(y=0.02), wood)),
            part("screws", (join(*screws).move(y=0.02), finish("brass"))),
        ]
    )


FAMILIES = (
    Family("hammer", ("hammer", "claw hammer", "mallet", "war hammer", "sledgehammer", "warhammer", "thor hammer", "gavel"), hammer),
    Family("screwdriver", ("screwdriver", "screw driver"), screwdriver),
    Family("wrench", ("wrench", "spanner"), wrench),
    Family("knife", ("knife", "kitchen knife", "chef knife", "bread knife"), knife),
    Family("shovel", ("shovel", "spade", "snow shovel"), shovel),
    Family("pickaxe", ("pickaxe", "pick axe", "pick", "mattock"), pickaxe),
    Family("saw", ("saw", "hand saw", "handsaw"), grounded(saw, centre=True)),
)  # fmt: skip
