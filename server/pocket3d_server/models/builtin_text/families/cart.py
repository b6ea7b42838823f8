"""Drawn and pushed: horse carriage, wagon and cart, wheelbarrow, shopping cart, rickshaw-like small carts."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.joinery import WOODS, cushion
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.vehicles.cart import cart_wheels, plank_box
from pocket3d_server.models.builtin_text.vehicles.coach import Coach, pane
from pocket3d_server.models.builtin_text.vehicles.fittings import (
    bar,
    beam,
    black,
    both,
    castor,
    trolley_frame,
    tube_along,
)
from pocket3d_server.models.language.brief import RGB, Brief

PAINTS: tuple[RGB, ...] = ((0.42, 0.08, 0.10), (0.10, 0.20, 0.38), (0.08, 0.26, 0.18), (0.06, 0.06, 0.07))


def carriage(brief: Brief) -> Asset:
    """A closed coach hung between four wheels, with a driver's box, lamps, steps and a pole for the horses."""
    paint = asked(
        brief,
        "paint",
        "paint",
        PAINTS[int(brief.rng().integers(4))],
        "body",
        "coach",
        main=True,
        roughness=0.2,
    )
    gold = asked(
        brief,
        "trim",
        "gold" if brief.style in ("luxury", "fantasy") or brief.has("royal") else "brass",
        None,
        "trim",
    )
    wood, iron = (
        asked(brief, "wheel_wood", "wood", (0.40, 0.14, 0.10), "wheel"),
        finish("iron", name="wheel_iron"),
    )
    leather = asked(brief, "seat", "leather", (0.25, 0.10, 0.08), "seat")
    side = curves.smooth_curve([[-0.62, 0.85], [0.62, 0.85], [0.82, 1.25], [0.92, 2.05], [0.85, 2.15], [-0.85, 2.15], [-0.92, 2.05], [-0.82, 1.25]], 44, closed=True)  # fmt: skip
    body = Coach(side, 1.35, 0.02, 0.05)
    windows = [
        pane(-0.25, 0.25, 1.5, 2.0, 0.08),
        pane(0.36, 0.72, 1.5, 1.98, 0.06),
        pane(-0.72, -0.36, 1.5, 1.98, 0.06),
    ]
    door = np.array([[-0.33, 0.92], [0.33, 0.92], [0.33, 2.06], [-0.33, 2.06]])
    roof = shapes.superellipsoid(1.55, 0.34, 2.05, 5, 2.2, 40).move(0, 2.18, 0)
    rims = [shapes.sweep(np.column_stack([np.full(44, s * 0.69), side[:, 1], side[:, 0]]), 0.022, 8, closed=True) for s in (1, -1)]  # fmt: skip
    knobs = [shapes.sphere(0.06, 14).move(s * 0.62, 2.30, z) for s in (1, -1) for z in (-0.80, 0.80)]
    springs = [tube_along([[s * 0.45, 0.95, z], [s * 0.45, 0.72, z * 1.25], [s * 0.45, 0.70, z * 1.7], [s * 0.45, 1.10, z * 2.0]], 0.03, 20) for s in (1, -1) for z in (-0.75, 0.75)]  # fmt: skip
    perch = join(beam([0, 0.62, -1.5], [0, 0.62, 1.6], 0.10, 0.12), *[beam([-0.7, 0.6, z], [0.7, 0.6, z], 0.1, 0.1) for z in (-1.45, 1.45)])  # fmt: skip
    bench = join(shapes.rounded_box(1.1, 0.35, 0.5, 0.06, 2).move(0, 1.4, 1.45), shapes.rounded_box(1.0, 0.05, 0.5, 0.02, 1).rotate(x=-30).move(0, 1.05, 1.95))  # fmt: skip
    seat = join(cushion(1.05, 0.14, 0.5, 28).move(0, 1.62, 1.45), shapes.rounded_box(1.05, 0.34, 0.10, 0.04, 2).rotate(x=-10).move(0, 1.80, 1.18))  # fmt: skip
    stand = both(beam([0.35, 0.65, 1.45], [0.35, 1.25, 1.45], 0.07, 0.07))
    pole = join(
        beam([0, 0.55, 1.5], [0, 0.75, 4.0], 0.07, 0.07),
        beam([-0.5, 0.62, 2.4], [0.5, 0.62, 2.4], 0.05, 0.05),
    )
    steps = both(join(shapes.rounded_box(0.24, 0.03, 0.36, 0.01, 1).move(0.78, 0.62, 0), bar([0.72, 0.62, 0], [0.66, 0.92, 0], 0.015)))  # fmt: skip
    lamp = both(join(shapes.prism(4, 0.09, 0.2).move(0.80, 1.75, 0.98)))
    caps = both(join(shapes.cone(0.10, 0.12, segments=12).move(0.80, 1.95, 0.98), bar([0.64, 1.8, 0.95], [0.80, 1.8, 0.98], 0.015)))  # fmt: skip
    trunk = shapes.rounded_box(1.0, 0.45, 0.5, 0.05, 2).move(0, 1.2, -1.28)
    return Asset(
        [
            part("body", (body.solid(), paint)), part("roof", (roof, black())), part("windows", (body.sides(*windows), finish("glass", (0.12, 0.14, 0.16), "window_glass", alpha=1.0))),
            part("doors", (body.seams(door, radius=0.012), gold)), part("trim", (join(*rims, *knobs, caps), gold)), part("lamps", (lamp, glow("lamp", (1.0, 0.82, 0.45), 0.8))),
            part("undercarriage", (join(perch, stand, pole), wood), (join(*springs, steps), iron)), part("driver_box", (bench, paint), (seat, leather)), part("trunk", (trunk, finish("leather", (0.30, 0.18, 0.10), "trunk"))),
            *cart_wheels(brief, wood, iron, [(-1.45, 0.72), (1.45, 0.55)], 0.82, 0.08),
        ]
    )  # fmt: skip


def wagon(brief: Brief) -> Asset:
    """A wooden cart of two wheels with shafts, or a wagon of four, with hay or a canvas cover."""
    wood = asked(brief, "boards", "wood", WOODS[int(brief.rng().integers(4))], "board", "body", main=True)
    spokes, iron = (
        asked(brief, "wheel_wood", "wood", (0.36, 0.22, 0.12), "wheel"),
        finish("iron", name="wheel_iron"),
    )
    covered = brief.has("covered", "western", "pioneer", "caravan", "wagon") and not brief.has("hay")
    four = covered or brief.has("wagon") or brief.count("wheel", 2, 2, 4) == 4
    long = (2.8 if four else 1.9) * brief.grown("length")
    base = 0.85
    box = plank_box(1.2, 0.55, long, 3, 0.10).move(y=base)
    parts = [part("body", (box, wood))]
    if four:
        gear = [beam([0, base - 0.18, -long / 2], [0, base - 0.18, long / 2 + 1.6], 0.09, 0.09)]
        gear += [beam([-0.8, 0.62, z], [0.8, 0.62, z], 0.1, 0.12) for z in (-long * 0.34, long * 0.34)]
        gear += [
            beam([-0.4, base - 0.12, z], [0.4, base - 0.12, z], 0.16, 0.2)
            for z in (-long * 0.34, long * 0.34)
        ]
        axles = [(-long * 0.34, 0.68), (long * 0.34, 0.56)]
    else:
        gear = [
            both(beam([0.5, base - 0.08, -long / 2], [0.42, base + 0.05, long / 2 + 1.7], 0.08, 0.09)),
            beam([-0.85, 0.68, -0.1], [0.85, 0.68, -0.1], 0.09, 0.12),
            beam([-0.44, base + 0.0, long / 2 + 0.9], [0.44, base, long / 2 + 0.9], 0.06, 0.06),
        ]
        gear.append(
            both(beam([0.42, base + 0.02, long / 2 + 0.5], [0.42, 0.05, long / 2 + 0.55], 0.05, 0.05))
        )
        axles = [(-0.1, 0.70)]
    parts.append(part("undercarriage", (join(*gear), spokes)))
    if covered:
        parts += _cover(brief, long, base)
    elif brief.has("hay", "straw") or brief.rng(1).random() < 0.5:
        rng = brief.rng(2)
        heap = shapes.sphere(1.0, 40).scale(0.66, 0.55, long * 0.46)
        waves = rng.normal(size=(3, 6)) * 6
        heap = heap.deform(lambda v: v * (1 + 0.03 * np.sin(v @ waves).sum(axis=1, keepdims=True))).move(
            0, base + 0.5, 0
        )
        parts.append(part("hay", (heap.box_mapped(), asked(brief, "hay", "straw", None, "hay", "straw"))))
    return Asset([*parts, *cart_wheels(brief, spokes, iron, axles, 0.80)])


def _cover(brief: Brief, long: float, base: float) -> list[Part]:
    """A canvas tilt over hoops."""
    arch = np.concatenate([curves.arc(0.78, -8, 188, 25), curves.arc(0.755, 188, -8, 25)]) * [1, 1.15]
    zs = np.linspace(-long / 2 - 0.18, long / 2 + 0.18, 41)
    sag = 1 - 0.025 * np.sin(np.pi * np.linspace(0, 5, 41)) ** 2
    flare = 1 + 0.05 * np.abs(np.linspace(-1, 1, 41)) ** 6
    rings = np.stack([np.column_stack([arch[:, 0] * s * f, arch[:, 1] * s * f + base + 0.62, np.full(len(arch), z)]) for z, s, f in zip(zs, sag, flare)])  # fmt: skip
    cloth = shapes.loft(rings, crease=60)
    bench = shapes.rounded_box(1.2, 0.05, 0.35, 0.01, 1).grained().move(0, base + 0.62, long / 2 + 0.15)
    return [part("cover", (cloth, asked(brief, "cover", "canvas", None, "cover", "canvas", "tilt"))), part("bench", (bench, finish("wood")))]  # fmt: skip


def wheelbarrow(brief: Brief) -> Asset:
    """A wheelbarrow: pressed tray, tube frame with grips, two legs and one wheel; of planks when of wood."""
    paint = asked(brief, "tray", "paint", ((0.12, 0.42, 0.22), (0.75, 0.14, 0.10), (0.14, 0.32, 0.58), (0.90, 0.62, 0.10))[int(brief.rng().integers(4))], "tray", "body", main=True, roughness=0.35)  # fmt: skip
    steel = asked(brief, "frame", "steel", (0.35, 0.36, 0.38), "frame", "leg", "handle")
    rubber, r = finish("rubber"), 0.20 * brief.grown("wheel")
    shape = lambda w, z0, z1: curves.rectangle(w, z1 - z0, 0.10, 4) + [0, -(z0 + z1) / 2]  # noqa: E731
    levels = [(0.36, -0.18, 0.22, 0.36), (0.40, -0.20, 0.25, 0.38), (0.66, -0.38, 0.58, 0.66), (0.69, -0.40, 0.61, 0.67), (0.66, -0.38, 0.58, 0.675), (0.60, -0.35, 0.54, 0.655), (0.36, -0.18, 0.22, 0.395)]  # fmt: skip
    tray = shapes.loft(np.stack([curves.in_plane(shape(w, a, b), y) for w, a, b, y in levels]), crease=40)
    rails = both(tube_along([[0.03, r, 0.72], [0.09, r + 0.02, 0.70], [0.16, 0.33, 0.25], [0.22, 0.36, -0.2], [0.28, 0.56, -0.85], [0.28, 0.58, -0.98]], 0.018, 28))  # fmt: skip
    legs = both(tube_along([[0.20, 0.36, -0.02], [0.25, 0.03, -0.28], [0.25, 0.015, -0.36], [0.25, 0.06, -0.42], [0.23, 0.40, -0.34]], 0.014, 24))  # fmt: skip
    brace = join(
        bar([-0.25, 0.16, -0.36], [0.25, 0.16, -0.36], 0.011),
        both(bar([0.05, r, 0.7], [0.13, 0.50, 0.50], 0.011)),
    )
    grips = both(shapes.sweep([[0.28, 0.575, -0.88], [0.28, 0.585, -1.03]], 0.025, 14, round_ends=True))
    tyre = shapes.torus(r - 0.045, 0.09, brief.detail(40), 14).rotate(z=90).move(0, r, 0.72)
    disc = shapes.cylinder(r - 0.075, 0.05, 0.015, 28).move(y=-0.025).rotate(z=90).move(0, r, 0.72)
    axle = shapes.cylinder(0.014, 0.12, 0, 10).move(y=-0.06).rotate(z=90).move(0, r, 0.72)
    parts = [
        part("tray", (tray, paint)), part("frame", (join(rails, legs, brace, axle), steel)), part("grips", (grips, black())),
        part("wheel", (tyre, rubber), (disc, asked(brief, "rim", "paint", (0.85, 0.85, 0.82), "rim", "wheel"))),
    ]  # fmt: skip
    if brief.has("soil", "earth", "dirt", "sand", "full") or brief.has("garden"):
        heap = shapes.sphere(1.0, 32).scale(0.29, 0.16, 0.42).move(0, 0.60, 0.1)
        parts.append(part("load", (heap, finish("sand" if brief.has("sand") else "earth", name="load"))))
    return Asset(parts)


def shopping_cart(brief: Brief) -> Asset:
    """A supermarket trolley: a tapered basket of wire, a handle, a child's flap, a low rack and four castors."""
    wire = asked(brief, "wire", "chrome", None, "basket", "frame", main=True)
    grip = asked(brief, "handle", "plastic", ((0.80, 0.10, 0.10), (0.10, 0.30, 0.65), (0.12, 0.48, 0.25))[int(brief.rng().integers(3))], "handle", "grip")  # fmt: skip
    t, n = 0.0042, 5
    back, front = (0.46, 0.52, 0.30), (0.56, 0.66, 0.24)  # floor, and half width at the rim, of both ends

    def at(u: float, v: float, side: float) -> list[float]:
        """A point of the basket: ``u`` 0 at the rear to 1 in front, ``v`` 0 at the floor to 1 at the rim."""
        low, high = back[0] + (front[0] - back[0]) * u, 0.98 - 0.06 * u
        half = (back[2] + (front[2] - back[2]) * u) * (0.86 + 0.14 * v)
        return [side * half, low + (high - low) * v, -0.42 + 0.86 * u + 0.07 * v * u - 0.03 * v * (1 - u)]

    line = lambda a, b, r=t: shapes.sweep([a, b], r, n)  # noqa: E731
    mesh: list[Solid] = []
    for side in (1, -1):
        mesh += [line(at(u, 0, side), at(u, 1, side)) for u in np.linspace(0, 1, 20)]
        mesh += [line(at(0, v, side), at(1, v, side)) for v in np.linspace(0, 0.85, 7)]
    for u in (0.0, 1.0):
        mesh += [
            line(np.array(at(u, 0, 1)) * [k, 1, 1], np.array(at(u, 1, 1)) * [k, 1, 1])
            for k in np.linspace(-1, 1, 13)
        ]
        mesh += [line(at(u, v, 1), at(u, v, -1)) for v in np.linspace(0, 0.85, 7)]
    mesh += [line(at(u, 0, 1), at(u, 0, -1)) for u in np.linspace(0, 1, 14)]
    mesh += [
        line(np.array(at(0, 0, 1)) * [k, 1, 1], np.array(at(1, 0, 1)) * [k, 1, 1])
        for k in np.linspace(-1, 1, 9)
    ]
    rim = shapes.sweep(
        np.array([at(0, 1, 1), at(1, 1, 1), at(1, 1, -1), at(0, 1, -1)]), 0.011, 10, closed=True
    )
    frame = trolley_frame()
    props = both(
        join(
            bar([0.26, 0.20, 0.1], [0.22, 0.52, 0.15], 0.010),
            bar([0.26, 0.20, 0.42], [0.24, 0.12, 0.46], 0.010),
        )
    )
    rack = [line([-0.26, 0.205, z], [0.26, 0.205, z], 0.006) for z in np.linspace(-0.3, 0.42, 9)]
    handle = shapes.sweep([[-0.31, 1.02, -0.53], [0.31, 1.02, -0.53]], 0.017, 14, round_ends=True)
    flap = shapes.rounded_box(0.50, 0.24, 0.012, 0.03, 2).rotate(x=-8).move(0, 0.84, -0.39)
    parts = [
        part("basket", (join(*mesh), wire), (rim, wire)), part("frame", (join(frame, props, *rack), wire)), part("handle", (handle, grip)), part("child_flap", (flap, grip)),
    ]  # fmt: skip
    for k, (x, z) in enumerate(((0.25, -0.38), (-0.25, -0.38), (0.23, 0.44), (-0.23, 0.44))):
        parts.append(castor(f"castor_{k + 1}", x, z, wire))
    return Asset(parts)


FAMILIES = (
    Family("carriage", ("horse carriage", "carriage", "horse drawn carriage", "stagecoach", "royal carriage", "horse coach", "royal coach", "cinderella carriage"), grounded(carriage, centre=True)),
    Family("cart", ("cart", "wooden cart", "wagon", "hay cart", "covered wagon", "horse cart", "hay wagon", "medieval cart", "market cart", "ox cart"), grounded(wagon, centre=True)),
    Family("wheelbarrow", ("wheelbarrow", "barrow", "wheel barrow", "garden wheelbarrow"), grounded(wheelbarrow, centre=True)),
    Family("shopping_cart", ("shopping cart", "shopping trolley", "supermarket trolley", "supermarket cart", "grocery cart", "trolley"), shopping_cart),
)  # fmt: skip
