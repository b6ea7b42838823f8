"""Things with a screen to work and play on: laptop, computer, smartphone, tablet, television, game controller."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Material
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import finish, glow
from pocket3d_server.models.builtin_text.making import (
    SOBER,
    bar,
    black,
    cm,
    copies,
    cover,
    facing,
    grid,
    plate,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief

Pieces = list[tuple[Solid, Material]]


def picture(brief: Brief, wide: float, high: float, thick: float = 0.0012) -> Pieces:
    """A lit screen about the origin that looks along +z: a landscape under a sun; black when switched off."""
    t = thick
    if brief.has("off", "blank"):
        return [(plate(wide, high, t, 0.02 * high), finish("glass", (0.02, 0.02, 0.03), "screen", alpha=1.0))]
    sky = plate(wide, high, t, 0.02 * high, 0.0002)
    x = np.linspace(-wide / 2, wide / 2, 25)
    pieces: Pieces = [(sky, glow("sky", (0.42, 0.70, 0.93), 0.9))]
    sun = facing(shapes.cylinder(0.12 * min(wide, high), 0.3 * t, segments=32))
    pieces.append((sun.move(0.20 * wide, 0.20 * high, t / 2), glow("sun", (1.0, 0.88, 0.45))))
    hills = (((0.20, 0.55, 0.62), 0.05, 0.15, 2.3), ((0.16, 0.45, 0.30), -0.14, 0.10, 4.6))
    for k, (rgb, level, swing, waves) in enumerate(hills):
        top = high * (level + swing * np.sin(waves * x / wide * 2 + k))
        line = np.concatenate(
            [np.column_stack([x, top])[::-1], [[-wide / 2, -high / 2], [wide / 2, -high / 2]]]
        )
        land = shapes.extrude(line, 0.3 * t).move(z=t / 2 + (0.4 + 0.4 * k) * t)
        pieces.append((land, glow(f"hill_{k + 1}", rgb, 0.9)))
    return pieces


def placed(
    pieces: Pieces, tilt: float = 0.0, turn: float = 0.0, at: tuple[float, float, float] = (0, 0, 0)
) -> Pieces:
    """``pieces`` leaned back by ``tilt`` degrees, turned by ``turn`` and moved to ``at``."""
    return [(s.rotate(x=-tilt).rotate(y=turn).move(*at), m) for s, m in pieces]


def keys(wide: float, deep: float, columns: int, rows: int, high: float) -> Solid:
    """A field of key caps about the origin, the space bar in front."""
    dx, dz = wide / columns, deep / rows
    cap = shapes.box(0.82 * dx, high, 0.82 * dz)
    field = grid(cap, columns, rows - 1, dx, dz, "xz").move(z=-dz / 2)
    ends = grid(cap, 3, 1, dx, dz, "xz")
    last = (rows - 1) / 2 * dz
    space = shapes.box(wide - 6 * dx - 0.2 * dx, high, 0.82 * dz)
    return join(field, *(ends.move(s * (wide / 2 - 1.5 * dx), 0, last) for s in (1, -1)), space.move(z=last))


def laptop(brief: Brief) -> Asset:
    """An open laptop computer."""
    wide, deep, thick = 0.33 * brief.grown("width"), 0.23, 0.013 * brief.grown("girth")
    case = cover(
        brief, "case", ((0.72, 0.73, 0.75), (0.30, 0.31, 0.33), (0.80, 0.70, 0.62)), "case", kind="aluminium"
    )
    dark = black("keys")
    base = (
        shapes.extrude(curves.rectangle(wide, deep, 0.014), thick, 0.004)
        .rotate(x=-90)
        .move(y=thick / 2 + 0.002)
    )
    tray = shapes.box(wide * 0.86, 0.0012, deep * 0.44).move(0, thick + 0.002, -0.036)
    typing = keys(wide * 0.84, deep * 0.42, 13, 5, 0.004).move(0, thick + 0.003, -0.036)
    pad = shapes.box(wide * 0.30, 0.0012, deep * 0.28).move(0, thick + 0.0022, deep * 0.31)
    lean, high = 18.0, 0.215
    lid: Pieces = [
        (plate(wide, high, 0.007, 0.012), case),
        (plate(wide * 0.975, high * 0.96, 0.002, 0.008, 0.0005).move(z=0.003), dark),
    ]
    lid += placed(picture(brief, wide * 0.93, high * 0.86), at=(0, 0.003, 0.0042))
    lid = placed([(s.move(y=high / 2), m) for s, m in lid], lean, at=(0, thick, -deep / 2 + 0.004))
    hinge = (
        shapes.cylinder(0.006, wide * 0.7, segments=16)
        .rotate(z=90)
        .move(wide * 0.35, thick, -deep / 2 + 0.004)
    )
    return Asset([
        part("base", (base, case)), part("keyboard", (join(tray, typing), dark)),
        part("touchpad", (pad, finish("aluminium", (0.55, 0.56, 0.58), "touchpad"))),
        part("lid", *lid[:2]), part("screen", *lid[2:]), part("hinge", (hinge, dark)),
    ])  # fmt: skip


def monitor(brief: Brief, wide: float, high: float, case: Material) -> list[tuple[str, Pieces]]:
    """A flat monitor on its foot, standing on y = 0."""
    middle = 0.12 + high / 2
    head: Pieces = [
        (plate(wide, high, 0.022, 0.012, 0.006), case),
        (plate(wide * 0.985, high * 0.975, 0.002, 0.008, 0.0005).move(z=0.0105), black()),
    ]
    glass = placed(picture(brief, wide * 0.965, high * 0.94), at=(0, 0, 0.012))
    neck = shapes.rounded_box(0.05, 0.22, 0.02, 0.008, 2).rotate(x=8).move(0, 0.11, -0.03)
    foot = (
        shapes.extrude(curves.rectangle(0.24, 0.17, 0.03), 0.012, 0.004).rotate(x=-90).move(0, 0.006, -0.01)
    )
    return [
        ("monitor", placed(head, at=(0, middle, 0))),
        ("screen", placed(glass, at=(0, middle, 0))),
        ("stand", [(neck, case), (foot, case)]),
    ]


def computer(brief: Brief) -> Asset:
    """A desktop computer: monitor, keyboard, mouse and tower."""
    case = cover(brief, "case", SOBER[:2], "case", "monitor")
    dark, light = black("keys"), finish("plastic", (0.80, 0.81, 0.82), "keys_light")
    keyboard = shapes.extrude(curves.rectangle(0.44, 0.14, 0.012), 0.012, 0.004).rotate(x=-90)
    typing = keys(0.42, 0.115, 15, 5, 0.008).move(y=0.008)
    mouse = shapes.superellipsoid(0.062, 0.066, 0.105, 2.6, 2.2, 24)
    wheel = shapes.cylinder(0.010, 0.008, 0.002, 16).rotate(z=90).move(0.004, 0.031, -0.026)
    parts = [
        part(name, *placed(pieces, at=(-0.08, 0, -0.05))) for name, pieces in monitor(brief, 0.56, 0.33, case)
    ]
    tower = shapes.rounded_box(0.18, 0.40, 0.38, 0.008, 2).move(0.36, 0.205, -0.10)
    front = join(
        shapes.box(0.15, 0.022, 0.004).move(0, 0.35, 0), shapes.box(0.15, 0.022, 0.004).move(0, 0.315, 0),
        *(shapes.box(0.12, 0.006, 0.004).move(0, 0.05 + 0.016 * k, 0) for k in range(7)),
    ).move(0.36, 0, 0.091)  # fmt: skip
    power = facing(shapes.cylinder(0.014, 0.006, 0.002, 24)).move(0.36, 0.25, 0.088)
    return Asset([
        *parts, part("keyboard", (keyboard.rotate(x=4).move(-0.08, 0.012, 0.16), case), (typing.rotate(x=4).move(-0.08, 0.012, 0.16), dark if case.base_color[0] > 0.2 else light)),
        part("mouse", (mouse.deform(lambda v: np.column_stack([v[:, 0], v[:, 1].clip(0), v[:, 2]])).sharp(50).move(0.21, 0, 0.16), case), (wheel.move(0.21, 0, 0.16), dark)),
        part("tower", (tower, case), (front, dark)), part("power_button", (power, glow("power", (0.30, 0.75, 1.0)))),
    ])  # fmt: skip


def smartphone(brief: Brief) -> Asset:
    """A smartphone or a tablet, leaning back on a small stand."""
    tablet = brief.has("tablet", "ipad")
    wide, high, thick = (0.18, 0.25, 0.007) if tablet else (0.072, 0.150 * brief.grown("length"), 0.0082)
    case = cover(
        brief,
        "case",
        ((0.10, 0.11, 0.13), (0.85, 0.84, 0.82), (0.20, 0.30, 0.45), (0.55, 0.30, 0.35)),
        "case",
        kind="aluminium",
    )
    body: Pieces = [
        (plate(wide, high, thick, 0.11 * wide, 0.003), case),
        (plate(wide * 0.965, high * 0.98, 0.001, 0.10 * wide, 0.0003).move(z=thick / 2), black("bezel")),
    ]
    glass = placed(picture(brief, wide * 0.91, high * 0.945, 0.0006), at=(0, 0, thick / 2 + 0.0005))
    tints = (
        (0.95, 0.35, 0.30),
        (0.25, 0.75, 0.40),
        (0.98, 0.75, 0.20),
        (0.97, 0.97, 0.97),
        (0.55, 0.35, 0.85),
        (0.20, 0.45, 0.95),
    )
    icon = plate(0.14 * wide, 0.14 * wide, 0.0005, 0.035 * wide, 0.0001)
    spots = np.column_stack(
        [
            np.tile(np.linspace(-0.32, 0.32, 4) * wide, 5),
            np.repeat([0.30, 0.19, 0.08, -0.03, -0.40], 4) * high,
            np.full(20, thick / 2 + 0.0017),
        ]
    )
    apps = [(copies(icon, spots[k::6]), glow(f"app_{k + 1}", rgb, 0.9)) for k, rgb in enumerate(tints)]
    buttons = copies(
        shapes.rounded_box(0.002, 0.016, 0.003, 0.0008, 1),
        [[wide / 2, 0.22 * high, 0], [wide / 2, 0.08 * high, 0]],
    )
    camera = copies(
        facing(shapes.cylinder(0.006, 0.003, 0.0006, 20)),
        [[-0.28 * wide, 0.42 * high, -thick / 2 - 0.002], [-0.28 * wide, 0.33 * high, -thick / 2 - 0.002]],
    )
    made: list[tuple[str, Pieces]] = [
        ("body", body),
        ("screen", glass),
        ("icons", list(apps)),
        ("buttons", [(buttons, case)]),
        ("camera", [(camera, black("lens"))]),
    ]
    return Asset([part(name, *placed(pieces, 14, at=(0, high / 2, 0))) for name, pieces in made])


def television(brief: Brief) -> Asset:
    """A flat television on its foot; an old one with a tube and an aerial."""
    if brief.style == "classic" or brief.has("crt", "tube"):
        wood = cover(brief, "case", ((0.45, 0.28, 0.15),), "case", kind="wood")
        box = shapes.rounded_box(0.62, 0.46, 0.36, 0.03, 3).move(y=0.29)
        bezel = plate(0.44, 0.37, 0.02, 0.06, 0.006).move(-0.065, 0.29, 0.18)
        glass = picture(brief, 0.38, 0.31, 0.004)
        knobs = [facing(shapes.cylinder(0.030, 0.03, 0.005, 24)).move(0.235, y, 0.175) for y in (0.41, 0.32)]
        slots = [shapes.box(0.09, 0.006, 0.006).move(0.235, 0.16 + 0.02 * k, 0.18) for k in range(5)]
        aerial = [
            bar([[0, 0.52, -0.05], [s * 0.20, 0.86, -0.08]], [0.005, 0.003], section=8) for s in (1, -1)
        ]
        feet = [
            bar([[x, 0.07, z], [x * 1.15, 0.0, z * 1.15]], [0.016, 0.011])
            for x in (0.24, -0.24)
            for z in (0.12, -0.12)
        ]
        return Asset([
            part("case", (box, wood)), part("bezel", (bezel, finish("plastic", (0.80, 0.77, 0.68), "bezel"))),
            part("screen", *placed(glass, at=(-0.065, 0.29, 0.192))), part("knobs", (join(*knobs), finish("chrome"))),
            part("speaker", (join(*slots), black())), part("aerial", (join(*aerial, shapes.sphere(0.03, 16).move(0, 0.52, -0.05)), finish("chrome", name="aerial"))),
            part("feet", (join(*feet), finish("wood", (0.30, 0.18, 0.10), "feet"))),
        ])  # fmt: skip
    wide = 1.22 * brief.grown("width")
    high, case = wide * 0.575, cover(brief, "case", ((0.05, 0.05, 0.055),), "case", "frame")
    body = plate(wide, high, 0.04, 0.012, 0.008).move(0, high / 2 + 0.09, 0)
    glass = placed(picture(brief, wide * 0.975, high * 0.955, 0.003), at=(0, high / 2 + 0.094, 0.0205))
    feet = [
        bar([[s * 0.36 * wide, 0.11, 0], [s * 0.39 * wide, 0.008, z]], 0.009, section=8)
        for s in (1, -1)
        for z in (0.13, -0.13)
    ]
    return Asset([
        part("body", (body, case)), part("screen", *glass), part("feet", (join(*feet), finish("aluminium", name="feet"))),
        part("light", (shapes.box(0.02, 0.004, 0.003).move(0, 0.097, 0.0205), glow("light", (0.9, 0.1, 0.1)))),
    ])  # fmt: skip


def controller(brief: Brief) -> Asset:
    """A game controller with two sticks, a cross and four coloured buttons, seen from the player's side."""
    case = cover(
        brief,
        "case",
        ((0.12, 0.12, 0.14), (0.90, 0.90, 0.91), (0.62, 0.12, 0.14), (0.16, 0.28, 0.55)),
        "case",
    )
    half = cm("0 -2.2, 2.4 -2.5, 3.9 -3.8, 5.2 -6.2, 6.8 -6.4, 7.5 -4.5, 7.2 0, 6.2 3, 4 3.7, 0 3.2")
    outline = curves.mirrored(curves.smooth_curve(half, 40))
    shell = shapes.extrude(outline, 0.034, 0.012, steps=4, crease=60)
    dark, z = black("sticks", "rubber"), 0.017
    stick = join(
        facing(shapes.cylinder(0.006, 0.012, segments=16)),
        facing(shapes.cylinder(0.0115, 0.005, 0.002, 24)).move(z=0.010),
    )
    wells = [facing(shapes.torus(0.013, 0.004, 28, 8)).move(s * 0.024, -0.008, z) for s in (1, -1)]
    cross = join(plate(0.026, 0.009, 0.005, 0.001, 0.001), plate(0.009, 0.026, 0.005, 0.001, 0.001)).move(
        -0.047, 0.014, z
    )
    tints = {
        "green": (0.25, 0.75, 0.30),
        "red": (0.85, 0.15, 0.15),
        "blue": (0.15, 0.40, 0.90),
        "yellow": (0.95, 0.80, 0.10),
    }
    button = facing(shapes.cylinder(0.0052, 0.005, 0.0018, 20))
    at = [(0, -0.0105), (0.0105, 0), (-0.0105, 0), (0, 0.0105)]
    pieces = [
        (button.move(0.047 + x, 0.014 + y, z - 0.001), finish("plastic", rgb, name, roughness=0.25))
        for (name, rgb), (x, y) in zip(tints.items(), at)
    ]
    shoulders = [
        shapes.superellipsoid(0.036, 0.013, 0.022, 4, 3, 20).move(s * 0.046, 0.036, -0.002) for s in (1, -1)
    ]
    middle = copies(plate(0.007, 0.004, 0.004, 0.0015, 0.001), [[-0.013, 0.017, z], [0.013, 0.017, z]])
    home = facing(shapes.cylinder(0.006, 0.004, 0.001, 20)).move(0, 0.022, z - 0.002)
    made: list[tuple[str, Pieces]] = [
        ("case", [(shell, case)]), ("sticks", [(copies(stick, [[-0.024, -0.008, z - 0.002], [0.024, -0.008, z - 0.002]]), dark), (join(*wells), dark)]),
        ("cross", [(cross, dark)]), ("buttons", list(pieces)), ("shoulders", [(join(*shoulders), dark)]),
        ("menu", [(middle, dark), (home, glow("home", (0.85, 0.95, 1.0)))]),
    ]  # fmt: skip
    return Asset([part(name, *placed(list(p), 52)) for name, p in made])


FAMILIES = (
    Family("laptop", ("laptop", "notebook computer", "laptop computer", "macbook"), laptop),
    Family("computer", ("computer", "desktop computer", "personal computer", "pc", "gaming pc", "workstation", "imac"), grounded(computer, centre=True)),
    Family("smartphone", ("smartphone", "phone", "mobile phone", "cell phone", "cellphone", "iphone", "tablet", "ipad", "tablet computer", "smart phone"), grounded(smartphone, centre=True)),
    Family("television", ("television", "tv", "flat screen tv", "television set", "flatscreen", "old tv", "smart tv", "tv set"), television),
    Family("controller", ("game controller", "controller", "gamepad", "game pad", "joypad", "video game controller", "console controller"), grounded(controller, centre=True)),
)  # fmt: skip
