"""What one carries: glasses, padlock, light bulb and flashlight."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    around,
    bar,
    black,
    cm,
    cover,
    facing,
    plate,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def glasses(brief: Brief) -> Asset:
    """A pair of glasses or sunglasses, standing open."""
    dark = brief.has("sunglass", "sunglasses", "sun", "dark")
    frame = cover(
        brief,
        "frame",
        (BLACK, (0.30, 0.16, 0.08), (0.62, 0.12, 0.14), (0.10, 0.22, 0.42)),
        "frame",
        "rim",
        roughness=0.2,
    )
    lens = (
        finish("glass", (0.05, 0.06, 0.07), "lens", alpha=0.9)
        if dark
        else asked(brief, "lens", "glass", None, "lens")
    )
    wide, high = 0.050, 0.042 if not brief.has("reading", "rectangular") else 0.030
    power = 2.0 if brief.has("round") or brief.rng().random() < 0.35 else 3.0
    outline = curves.ellipse(wide / 2, high / 2, 48, power) + [0.0335, 0]
    outline[:, 1] += 0.06 * (outline[:, 0] - 0.0335)
    y = high / 2 + 0.004

    def bent(s: Solid) -> Solid:
        return s.deform(
            lambda v: np.column_stack([v[:, 0], v[:, 1] + y, v[:, 2] + 0.055 - 3.2 * v[:, 0] ** 2])
        )

    rims, panes = [], []
    for s in (1, -1):
        loop = np.column_stack([outline * [s, 1], np.zeros(48)])
        rims.append(bent(shapes.sweep(loop, 1.0, curves.rectangle(0.0040, 0.0048, 0.001), closed=True)))
        panes.append(bent(shapes.extrude(outline * [s, 1], 0.0016)))
    bridge = bent(
        bar([[-0.0095, 0.004, 0], [-0.005, 0.0085, 0], [0.005, 0.0085, 0], [0.0095, 0.004, 0]], 0.0021, 16)
    )
    arms, hinges, pads = [], [], []
    for s in (1, -1):
        x, z = s * 0.0605, 0.055 - 3.2 * 0.0605**2
        path = [
            [s * 0.0575, y + 0.010, z + 0.003],
            [s * 0.064, y + 0.011, z - 0.004],
            [s * 0.067, y + 0.010, z - 0.05],
            [s * 0.066, y + 0.006, z - 0.095],
            [s * 0.063, y - 0.016, z - 0.128],
        ]
        arms.append(bar(path, [0.0026, 0.0024, 0.0020, 0.0022, 0.0026], 30, curves.ellipse(0.8, 1.5, 10)))
        hinges.append(shapes.rounded_box(0.004, 0.007, 0.005, 0.001, 1).move(x, y + 0.010, z + 0.002))
        pads.append(
            shapes.superellipsoid(0.004, 0.010, 0.006, 2, 2, 14)
            .rotate(z=-22 * s)
            .move(s * 0.0095, y - 0.007, 0.050)
        )
    return Asset([
        part("rims", (join(*rims, bridge), frame)), part("lenses", (join(*panes), lens)), part("arms", (join(*arms), frame)),
        part("hinges", (join(*hinges), finish("gold", name="hinges"))), part("nose_pads", (join(*pads), finish("glass", (0.9, 0.9, 0.88), "pads", alpha=0.6))),
    ])  # fmt: skip


def padlock(brief: Brief) -> Asset:
    """A padlock with its shackle, shut or open, and a keyhole."""
    body_stuff = asked(brief, "body", "brass", None, "body", "lock", main=True)
    steel = asked(brief, "shackle", "chrome", None, "shackle", "hoop")
    wide, high, deep = 0.052 * brief.grown("width"), 0.046, 0.020
    body = shapes.extrude(curves.rectangle(wide, high, 0.009), deep, 0.0035, steps=3).move(y=high / 2)
    bands = [
        shapes.extrude(curves.rectangle(wide + 0.0012, 0.0045, 0.001), deep + 0.0012, 0.001).move(y=y)
        for y in (0.008, high - 0.008)
    ]
    half, up = wide * 0.31, 0.012 if brief.has("open", "unlocked") else 0.0
    arch = np.concatenate(
        [
            [[half, high - 0.012 + up]],
            curves.arc(half, 0, 180, 24) + [0, high + 0.016 + up],
            [[-half, high + (0.004 if up else -0.012)]],
        ]
    )
    shackle = shapes.sweep(np.column_stack([arch, np.zeros(len(arch))]), 0.0046, 16)
    rings = [shapes.torus(0.0052, 0.002, 24, 8).move(s * half, high, 0) for s in (1, -1)]
    plate_ = facing(turned(cm(".85 0, .85 .1, .7 .16, 0 .16"), bevel=0.0003, segments=32)).move(
        0, high * 0.46, deep / 2 - 0.0002
    )
    hole = join(
        facing(shapes.cylinder(0.0027, 0.0006, segments=18)),
        plate(0.0024, 0.008, 0.0006, 0.0004, 0.0001).move(0, -0.004, 0.0003),
    ).move(0, high * 0.49, deep / 2 + 0.0014)
    rivets = [
        facing(shapes.sphere(0.0017, 12)).move(x, y, deep / 2 + 0.0004)
        for x in (wide * 0.40, -wide * 0.40)
        for y in (0.008, high - 0.008)
    ]
    return Asset([
        part("body", (body, body_stuff), (join(*bands), finish("bronze", name="bands"))), part("shackle", (join(shackle, *rings), steel)),
        part("keyhole_plate", (plate_, steel)), part("keyhole", (hole, black("keyhole"))), part("rivets", (join(*rivets), steel)),
    ])  # fmt: skip


def light_bulb(brief: Brief) -> Asset:
    """A light bulb standing on its thread: clear glass with a glowing wire, or white when it saves power."""
    if brief.has("led", "white", "energy"):
        glass = finish("glass", (0.97, 0.96, 0.90), "bulb", alpha=1.0)
    else:
        glass = asked(brief, "bulb", "glass", (1.0, 0.93, 0.72), "bulb", "glass", main=True, alpha=0.42)
    bulb = turned(
        cm("1.25 2.6, 1.35 3.2, 1.7 4.4, 2.7 6.2, 3.0 7.6, 2.6 9.2, 1.4 10.4, 0 10.7"),
        44,
        segments=brief.detail(48),
    )
    thread = []
    for k in range(5):
        thread.append(shapes.torus(0.0128, 0.0036, 36, 8).rotate(z=4).move(y=0.0085 + 0.0038 * k))
    core = turned(cm("1.2 .6, 1.25 2.7, 1.3 2.9"), segments=36)
    base = turned(cm(".35 0, .45 .1, .5 .3, 1.1 .7"), segments=28)
    stem = turned(cm("1.0 2.7, .45 3.4, .4 5.2, .25 5.6, 0 5.7"), 18, segments=20)
    posts = [
        bar([[s * 0.003, 0.054, 0], [s * 0.009, 0.068, 0], [s * 0.011, 0.078, 0]], 0.0006, 10, 6)
        for s in (1, -1)
    ]
    u = np.linspace(-1, 1, 90)
    wire = bar(
        np.column_stack([0.011 * u, 0.078 + 0.0035 * np.sin(u * 16), 0.0025 * np.cos(u * 16)]),
        0.0006,
        section=6,
    )
    steel = finish("aluminium", name="thread")
    return Asset([
        part("bulb", (bulb, glass)), part("thread", (join(*thread, core), steel)), part("contact", (base, black("contact"))), part("stem", (stem, finish("glass", name="stem"))),
        part("posts", (join(*posts), steel)), part("filament", (wire, glow("filament", (1.0, 0.72, 0.20)))),
    ])  # fmt: skip


def flashlight(brief: Brief) -> Asset:
    """A flashlight lying on the floor, shining forward."""
    case = cover(
        brief,
        "case",
        ((0.09, 0.09, 0.10), *BRIGHT[:3]),
        "case",
        "body",
        kind="plastic" if brief.rng().random() < 0.5 else "aluminium",
    )
    long = 0.125 * brief.grown("length")
    body = turned(
        np.array(
            [
                [0.0160, -long],
                [0.0172, -long + 0.003],
                [0.0172, -long + 0.018],
                [0.0150, -long + 0.021],
                [0.0150, 0.0],
                [0.0170, 0.006],
                [0.0270, 0.030],
                [0.0290, 0.034],
                [0.0290, 0.052],
                [0.0275, 0.054],
                [0.0255, 0.054],
                [0.0235, 0.048],
                [0, 0.046],
            ]
        ),
        bevel=0.0012,
        segments=48,
    )
    ribs = [
        around(shapes.rounded_box(0.0034, long * 0.46, 0.0028, 0.001, 1).move(0, -long * 0.44, 0.0150), 16)
    ]
    ribs += [shapes.torus(0.0291, 0.0022, 48, 8).move(y=y) for y in (0.038, 0.043, 0.048)]
    lens = turned(np.array([[0.0238, 0.0475], [0.0238, 0.0500], [0.016, 0.0525], [0, 0.0540]]), segments=40)
    ring_ = shapes.torus(0.0262, 0.003, 48, 8).move(y=0.054)
    button = join(
        shapes.rounded_box(0.013, 0.022, 0.006, 0.003, 2),
        shapes.rounded_box(0.007, 0.010, 0.005, 0.002, 2).move(0, 0.0, 0.003),
    ).move(0, -0.012, 0.0158)
    loop = shapes.torus(0.007, 0.002, 24, 8).rotate(z=90).move(y=-long - 0.005)

    def lay(s: Solid) -> Solid:
        return s.rotate(x=90).rotate(z=180).rotate(y=-28)

    chrome = finish("chrome", name="ring")
    return Asset([
        part("case", (lay(body), case), (lay(join(*ribs)), case)), part("ring", (lay(ring_), chrome), (lay(loop), chrome)), part("lens", (lay(lens), glow("lens", (1.0, 0.96, 0.78)))),
        part("button", (lay(button), asked(brief, "button", "rubber", (0.80, 0.14, 0.10), "button", "switch"))),
    ])  # fmt: skip


FAMILIES = (
    Family("glasses", ("glasses", "pair of glasses", "eyeglasses", "spectacles", "sunglasses", "reading glasses"), grounded(glasses, centre=True)),
    Family("padlock", ("padlock", "lock"), grounded(padlock)),
    Family("light_bulb", ("light bulb", "lightbulb", "bulb", "edison bulb"), light_bulb),
    Family("flashlight", ("flashlight", "torch light", "torch", "electric torch", "pocket lamp"), grounded(flashlight, centre=True)),
)  # fmt: skip
