"""Small machines and vessels of the kitchen that heat or mix: kettle, toaster, blender, pan and pot."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import (
    BRIGHT,
    around,
    bar,
    black,
    cm,
    copies,
    cover,
    facing,
    grid,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.pottery import hollow
from pocket3d_server.models.language.brief import RGB, Brief

ENAMELS: tuple[RGB, ...] = (*BRIGHT[:2], (0.90, 0.88, 0.82), (0.30, 0.52, 0.48))


def kettle(brief: Brief) -> Asset:
    """A stove kettle with a swan spout and a handle over its lid; an electric jug on its base when modern."""
    if brief.style == "modern" or brief.has("electric"):
        return electric_kettle(brief)
    steel = cover(
        brief,
        "body",
        ((0.78, 0.79, 0.80), *ENAMELS[:2]),
        "body",
        kind="chrome" if brief.rng().random() < 0.5 and not brief.colours else "paint",
        roughness=0.2,
    )
    wood = asked(brief, "handle", "wood", (0.24, 0.14, 0.09), "handle", "knob")
    body = turned(
        cm("9.2 0, 10.2 .8, 11 2.5, 10.8 6, 9 10.5, 5.5 13.6, 4.6 14.1"), 44, segments=brief.detail(56)
    )
    lid = turned(cm("5.3 14, 5.2 14.4, 3.5 15.2, 1 15.6, 0 15.6"), 24, segments=36)
    knob = turned(cm("0.7 15.5, .6 16.2, 1.5 17, 1.4 18, 0 18.4"), 18, segments=24)
    spout = bar(
        cm("7.5 5 0, 11 7 0, 13.5 11 0, 16 13.2 0, 17.5 13.4 0"), [0.028, 0.026, 0.018, 0.014, 0.013], 28, 18
    )
    mouth = shapes.torus(0.0115, 0.006, 24, 8).rotate(z=-85).move(0.187, 0.134)
    rods = [
        bar(
            [[s * 0.072, 0.118, 0], [s * 0.095, 0.17, 0], [s * 0.080, 0.235, 0], [s * 0.045, 0.252, 0]],
            0.0052,
            24,
        )
        for s in (1, -1)
    ]
    grip = bar([[-0.055, 0.250, 0], [0, 0.258, 0], [0.055, 0.250, 0]], [0.011, 0.0135, 0.011], 14, 14)
    ring = shapes.torus(0.1035, 0.006, 56, 8).move(y=0.009)
    chrome = finish("chrome", name="rods")
    return Asset([
        part("body", (join(body, spout), steel)), part("lid", (lid, steel)), part("knob", (knob, wood)), part("mouth", (mouth, chrome)),
        part("rods", (join(*rods, ring), chrome)), part("handle", (grip, wood)),
    ])  # fmt: skip


def electric_kettle(brief: Brief) -> Asset:
    """A jug that boils water on its base."""
    steel, dark = (
        cover(
            brief,
            "body",
            ((0.78, 0.79, 0.80), (0.12, 0.12, 0.13), (0.93, 0.93, 0.92)),
            "body",
            kind="aluminium",
        ),
        black("handle"),
    )
    body = turned(cm("8 2, 8.2 2.6, 7.6 10, 6.4 18.5, 6.2 21"), bevel=0.004, segments=48)
    beak = (
        shapes.loft(
            np.stack(
                [
                    curves.in_plane(
                        curves.smooth_curve(cm("-2.6 -3, 2.6 -3, 1.2 2, 0 3.2, -1.2 2"), 24, closed=True) * k,
                        0.185 + y,
                    )
                    for k, y in ((0.25, -0.03), (0.8, 0.0), (1.0, 0.022))
                ]
            )
        )
        .rotate(y=-90)
        .move(0.058)
    )
    lid = turned(cm("6 20.8, 6 21.6, 4 22.4, 0 22.6"), bevel=0.003, segments=40)
    handle = bar(
        [[-0.055, 0.205, 0], [-0.105, 0.205, 0], [-0.128, 0.15, 0], [-0.115, 0.07, 0], [-0.075, 0.055, 0]],
        [0.015, 0.014, 0.013, 0.012, 0.010],
        30,
        curves.rectangle(2, 1.4, 0.6),
    )
    base = turned(cm("9.6 0, 9.8 .6, 9.6 1.6, 8 2, 0 2"), bevel=0.003, segments=48)
    gauge = shapes.rounded_box(0.012, 0.09, 0.006, 0.003, 2).rotate(x=-4).move(0, 0.095, 0.0745)
    switch = shapes.rounded_box(0.026, 0.010, 0.022, 0.004, 2).move(-0.112, 0.052, 0)
    return Asset([
        part("body", (join(body, beak), steel)), part("lid", (lid, dark)), part("handle", (handle, dark)), part("base", (base, dark)),
        part("gauge", (gauge, glow("gauge", (0.35, 0.70, 0.95)))), part("switch", (switch, finish("plastic", (0.80, 0.15, 0.12), "switch"))),
    ])  # fmt: skip


def toaster(brief: Brief) -> Asset:
    """A toaster with two slices of toast looking out."""
    case = cover(
        brief,
        "case",
        ((0.84, 0.85, 0.86), *ENAMELS),
        "case",
        "body",
        kind="chrome" if brief.rng().random() < 0.4 and not brief.colours else "paint",
        roughness=0.22,
    )
    wide, deep, high = 0.29 * brief.grown("width"), 0.17, 0.185
    side = curves.rounded(
        np.array([[-deep / 2, 0], [deep / 2, 0], [deep / 2 - 0.008, high], [-deep / 2 + 0.008, high]]),
        [0.012, 0.012, 0.05, 0.05],
        8,
    )
    body = shapes.extrude(side, wide, 0.014, steps=4).rotate(y=90).move(y=0.016)
    slots = copies(
        shapes.rounded_box(wide * 0.76, 0.006, 0.034, 0.002, 2),
        [[0, high + 0.0155, z] for z in (0.030, -0.030)],
    )
    crumb = curves.smooth_curve(
        cm("-5 -6, 5 -6, 5.2 2, 6.2 4.2, 4.5 6.3, 0 6.6, -4.5 6.3, -6.2 4.2, -5.2 2"), 44, closed=True
    )
    count = brief.count("slice", 0 if brief.has("empty") else 2, 0, 2)
    toast = [shapes.extrude(crumb, 0.016, 0.004).move(0, high + 0.022, z) for z in (0.030, -0.030)][:count]
    inner = [shapes.extrude(crumb * 0.86, 0.0175, 0.002).move(0, high + 0.022, z) for z in (0.030, -0.030)][
        :count
    ]
    lever = join(
        shapes.rounded_box(0.022, 0.014, 0.046, 0.005, 2).move(wide / 2 + 0.016, 0.135, 0),
        shapes.box(0.004, 0.10, 0.008).move(wide / 2 - 0.0005, 0.115, 0),
    )
    knob = shapes.cylinder(0.015, 0.014, 0.003, 24).rotate(z=-90).move(wide / 2, 0.048, 0)
    base = shapes.rounded_box(wide - 0.01, 0.026, deep + 0.004, 0.008, 2).move(y=0.022)
    feet = grid(shapes.cylinder(0.012, 0.012, 0.003, 14), 2, 2, wide * 0.76, deep * 0.7, "xz")
    parts = [
        part("case", (body, case)), part("slots", (slots, black("slots"))), part("base", (base, black("base"))), part("feet", (feet, black("feet"))),
        part("lever", (lever, black("lever"))), part("dial", (knob, asked(brief, "dial", "chrome", None, "dial", "knob"))),
    ]  # fmt: skip
    if count:
        parts.append(
            part(
                "toast",
                (join(*toast), finish("plaster", (0.48, 0.26, 0.10), "crust")),
                (join(*inner), finish("plaster", (0.83, 0.60, 0.32), "crumb")),
            )
        )
    return Asset(parts)


def blender(brief: Brief) -> Asset:
    """A blender: a motor with its dial, a glass jug with blades, and a lid."""
    case = cover(
        brief, "base", (*ENAMELS[:3], (0.14, 0.14, 0.15)), "base", "body", kind="paint", roughness=0.25
    )
    flat = curves.ellipse(1, 1, 40, 4)
    base = shapes.loft(
        np.stack(
            [
                curves.in_plane(flat * r, y)
                for r, y in (
                    (0.088, 0.008),
                    (0.092, 0.02),
                    (0.088, 0.06),
                    (0.070, 0.125),
                    (0.064, 0.145),
                    (0.058, 0.15),
                )
            ]
        ),
        crease=50,
    )
    collar = turned(cm("5.6 14.8, 6 15.6, 6 17.6, 5.4 18"), bevel=0.003, segments=40)
    jug = hollow(cm("5 17.5, 5.3 18, 7.8 37, 8.0 38"), 0.0035, 0.006, 48)
    fill = asked(brief, "smoothie", "plastic", (0.90, 0.40, 0.46), "smoothie", "juice", roughness=0.3)
    drink = turned(cm("4.8 18.4, 5.0 18.6, 6.6 30.5, 0 30.8"), bevel=0.002, segments=40)
    ring = shapes.torus(0.0795, 0.006, 48, 8).move(y=0.378)
    handle = bar(
        [[-0.068, 0.35, 0], [-0.115, 0.345, 0], [-0.122, 0.28, 0], [-0.100, 0.215, 0], [-0.055, 0.205, 0]],
        0.009,
        30,
        curves.rectangle(2, 1.5, 0.7),
    )
    lid = turned(cm("8.2 37.6, 8.2 39.4, 4.2 40.2, 3.4 40.4, 3.3 42.4, 0 42.6"), bevel=0.003, segments=44)
    knob = (
        join(
            facing(turned(cm("2.6 0, 2.6 .4, 2.1 .6, 1.9 2.0, 0 2.2"), bevel=0.002, segments=32)),
            shapes.box(0.004, 0.024, 0.004).move(0, 0.004, 0.022),
        )
        .rotate(x=-15)
        .move(0, 0.072, 0.080)
    )
    buttons = (
        grid(shapes.rounded_box(0.014, 0.008, 0.008, 0.002, 1), 2, 1, 0.085, 0)
        .rotate(x=-12)
        .move(0, 0.052, 0.083)
    )
    blades = around(
        shapes.rounded_box(0.030, 0.003, 0.010, 0.001, 1).rotate(z=20).move(0.018, 0.006, 0), 4
    ).move(y=0.186)
    feet = grid(shapes.cylinder(0.014, 0.012, 0.003, 14), 2, 2, 0.11, 0.11, "xz")
    chrome, dark = finish("chrome", name="dial"), black("lid")
    parts = [
        part("base", (base, case)), part("collar", (collar, dark)), part("jug", (jug, finish("glass", name="jug"))), part("rim", (ring, finish("glass", (0.75, 0.85, 0.88), "rim", alpha=0.6))), part("handle", (handle, dark)),
        part("lid", (lid, dark)), part("dial", (knob, chrome)), part("buttons", (buttons, chrome)), part("blades", (blades, chrome)), part("feet", (feet, dark)),
    ]  # fmt: skip
    return Asset(parts if brief.has("empty") else [*parts, part("drink", (drink, fill))])


def side_handle(reach: float, high: float) -> Solid:
    """A loop on the right of a pot, its ends at x = 0."""
    return bar(
        [
            [-0.004, high, 0.038],
            [reach * 0.7, high + 0.004, 0.036],
            [reach, high + 0.005, 0.0],
            [reach * 0.7, high + 0.004, -0.036],
            [-0.004, high, -0.038],
        ],
        0.006,
        26,
    )


def pan(brief: Brief) -> Asset:
    """A frying pan with its long handle."""
    metal = cover(brief, "pan", ((0.10, 0.10, 0.11),), "pan", kind="iron", roughness=0.45)
    r, deep = (
        0.14 * brief.grown("width"),
        0.05 * (1.6 if brief.has("wok", "deep", "sauce", "saucepan") else 1.0),
    )
    wall = np.array([[r * 0.74, 0], [r * 0.80, 0.004], [r * 0.95, deep * 0.75], [r, deep]])
    dish = hollow(curves.smooth_curve(wall, 20), 0.004, 0.005, brief.detail(64))
    stuff = asked(
        brief,
        "handle",
        "wood" if brief.style in ("rustic", "classic") else "plastic",
        None if brief.style in ("rustic", "classic") else (0.06, 0.06, 0.065),
        "handle",
    )
    path = [
        [r * 0.97, deep * 0.85, 0],
        [r + 0.05, deep * 1.05, 0],
        [r + 0.13, deep * 1.35, 0],
        [r + 0.20, deep * 1.45, 0],
    ]
    flat = curves.rectangle(1.3, 2, 0.6)
    handle = bar(path, [0.008, 0.010, 0.0135, 0.0125], 24, flat)
    loop = shapes.torus(0.011, 0.005, 24, 8).move(r + 0.216, deep * 1.46, 0)
    mount = shapes.rounded_box(0.030, 0.022, 0.040, 0.006, 2).move(r * 0.985, deep * 0.80, 0)
    rivets = [
        shapes.sphere(0.0045, 12).move(r * 0.955 + dx, deep * 0.8, z)
        for z in (0.012, -0.012)
        for dx in (-0.006,)
    ]
    steel = finish("steel", name="rivets")
    return Asset(
        [
            part("pan", (dish, metal)),
            part("handle", (handle, stuff)),
            part("mount", (mount, steel), (loop, steel)),
            part("rivets", (join(*rivets), steel)),
        ]
    )


def pot(brief: Brief) -> Asset:
    """A cooking pot with two handles and a lid; a cauldron on feet when it belongs to a witch."""
    if brief.has("cauldron", "witch"):
        return cauldron(brief)
    steel = cover(
        brief,
        "pot",
        ((0.80, 0.81, 0.82), *ENAMELS),
        "pot",
        "body",
        kind="chrome" if brief.rng().random() < 0.5 and not brief.colours else "paint",
        roughness=0.22,
    )
    r, high = 0.125 * brief.grown("width"), 0.145 * brief.grown("height")
    wall = np.array([[r * 0.94, 0], [r, 0.010], [r, high - 0.004], [r * 1.03, high]])
    body = hollow(curves.rounded(wall, 0.006, 3, closed=False), 0.004, 0.006, brief.detail(64))
    loops = [side_handle(0.042, high * 0.78).rotate(y=a).transform(np.eye(3)) for a in (0, 180)]
    loops = [loop.move(x=s * r) for loop, s in zip(loops, (1, -1))]
    lid = turned(
        [
            [r * 1.035, high + 0.002],
            [r * 1.035, high + 0.007],
            [r * 0.95, high + 0.012],
            [r * 0.55, high + 0.030],
            [r * 0.15, high + 0.038],
            [0, high + 0.038],
        ],
        bevel=0.006,
        segments=56,
    )
    knob = turned(
        np.array([[0.9, 0], [0.7, 0.9], [2.0, 1.7], [2.0, 2.5], [1.2, 2.9], [0, 3.0]]) * 0.01
        + [0, high + 0.036],
        20,
        segments=28,
    )
    stuff = asked(brief, "handles", "plastic", (0.06, 0.06, 0.065), "handle", "knob")
    return Asset(
        [
            part("pot", (body, steel)),
            part("handles", (join(*loops), stuff)),
            part("lid", (lid, steel)),
            part("knob", (knob, stuff)),
        ]
    )


def cauldron(brief: Brief) -> Asset:
    """A round iron cauldron on three feet with a bubbling brew."""
    iron = cover(brief, "cauldron", ((0.10, 0.10, 0.11),), "pot", kind="iron")
    body = hollow(curves.smooth_curve(cm("6 5, 20 10, 27 22, 25 35, 20 41, 22 44"), 36), 0.018, 0.03, 48)
    feet = around(bar(cm("13 8 0, 18 3 0, 19 0.5 0"), [0.028, 0.022, 0.026], 12), 3, 30)
    rings = [
        shapes.torus(0.055, 0.014, 24, 8).rotate(x=90).rotate(y=90).move(s * 0.255, 0.345, 0) for s in (1, -1)
    ]
    brew = asked(brief, "brew", "plastic", (0.35, 0.80, 0.20), "brew", "potion", "soup", roughness=0.2)
    rng = brief.rng(2)
    at = [
        (0.14 * np.sqrt(u) * np.cos(t), 0.39, 0.14 * np.sqrt(u) * np.sin(t), s)
        for u, t, s in rng.uniform([0, 0, 0.015], [1, 2 * np.pi, 0.038], (9, 3))
    ]
    bubbles = [shapes.sphere(float(s), 20).move(float(x), y, float(z)) for x, y, z, s in at]
    surface = shapes.cylinder(0.195, 0.012, 0.003, 48).move(y=0.382)
    return Asset(
        [
            part("cauldron", (body, iron)),
            part("feet", (feet, iron)),
            part("rings", (join(*rings), iron)),
            part("brew", (join(surface, *bubbles), brew)),
        ]
    )


FAMILIES = (
    Family("kettle", ("kettle", "tea kettle", "electric kettle", "water kettle"), grounded(kettle, centre=True)),
    Family("toaster", ("toaster",), toaster),
    Family("blender", ("blender", "mixer", "smoothie maker", "food processor"), grounded(blender, centre=True)),
    Family("pan", ("frying pan", "pan", "skillet", "wok", "saucepan"), grounded(pan, centre=True)),
    Family("pot", ("cooking pot", "pot", "stew pot", "soup pot", "casserole", "cauldron", "saucepot", "witch cauldron"), pot),
)  # fmt: skip
