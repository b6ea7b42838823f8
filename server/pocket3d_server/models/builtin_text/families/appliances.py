"""Large machines of a kitchen or laundry: fridge, washing machine, microwave oven and stove."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.making import (
    around,
    bar,
    black,
    cm,
    copies,
    cover,
    facing,
    grid,
    plate,
    turned,
)
from pocket3d_server.models.language.brief import RGB, Brief

WHITES: tuple[RGB, ...] = ((0.92, 0.92, 0.91), (0.80, 0.81, 0.82), (0.16, 0.17, 0.18))
RETRO: tuple[RGB, ...] = ((0.60, 0.80, 0.78), (0.86, 0.30, 0.26), (0.95, 0.90, 0.76))


def grip(length: float, reach: float = 0.035, radius: float = 0.011) -> Solid:
    """A bar handle along y about the origin, standing off a front that looks along +z."""
    half = length / 2
    rod = bar([[0, -half, reach], [0, half, reach]], radius, section=14)
    posts = [
        facing(shapes.cylinder(0.8 * radius, reach, segments=12)).move(y=s * 0.78 * half) for s in (1, -1)
    ]
    return join(rod, *posts)


def turn_knob(radius: float) -> Solid:
    """A knob with a pointer that looks along +z, its back on the origin."""
    body = turned(
        [
            [radius * 1.15, 0],
            [radius * 1.15, radius * 0.2],
            [radius, radius * 0.3],
            [radius * 0.85, radius],
            [0, radius],
        ],
        bevel=0.1 * radius,
        segments=28,
    )
    return facing(
        join(body, shapes.box(0.22 * radius, 0.2 * radius, 0.9 * radius).move(0, radius, -0.45 * radius))
    )


def fridge(brief: Brief) -> Asset:
    """A fridge with its freezer: one door above the other, or two side by side; rounded when old."""
    old, double = (
        brief.style == "classic",
        brief.has("double", "side", "american")
        or (brief.counts.get("door", 0) == 2 and brief.style == "modern"),
    )
    case = cover(
        brief,
        "case",
        RETRO if old else WHITES[:2],
        "case",
        "door",
        kind="paint" if old else "aluminium" if brief.rng().random() < 0.5 else "paint",
        roughness=0.3,
    )
    wide, high, deep = (0.92 if double else 0.64) * brief.grown("width"), 1.78 * brief.grown("height"), 0.64
    corner, split = 0.09 if old else 0.012, high * 0.66
    body = shapes.extrude(curves.rectangle(wide, high - 0.05, corner), deep - 0.06, 0.01).move(
        0, high / 2 + 0.025, -0.03
    )
    steel, z = asked(brief, "handles", "chrome", None, "handle"), deep / 2 - 0.03
    doors, handles = [], []
    if double:
        for s in (1, -1):
            doors.append(
                plate(wide / 2 - 0.005, high - 0.06, 0.06, corner, 0.012).move(
                    s * wide / 4, high / 2 + 0.025, z
                )
            )
            handles.append(grip(0.7).move(s * 0.05, high * 0.56, z + 0.03))
    else:
        levels = [(0.05, split - 0.004, 0.20), (split + 0.004, high - 0.005, -0.11)]
        for low, top, at in levels:
            doors.append(
                plate(wide - 0.004, top - low, 0.07, corner, 0.025 if old else 0.012).move(
                    0, (low + top) / 2, z
                )
            )
            handles.append(
                grip(min(0.36, 0.6 * (top - low))).move(
                    -wide / 2 + 0.07, (top if at > 0 else low) - at * 1.3 if at > 0 else low + 0.22, z + 0.033
                )
            )
    plinth = shapes.box(wide - 0.06, 0.06, deep - 0.12).move(0, 0.03, -0.02)
    badge = plate(0.10, 0.018, 0.004, 0.006).move(0.12 if not double else 0.25, high - 0.14, z + 0.036)
    panel = plate(0.13, 0.22, 0.006, 0.01).move(-wide / 4, high * 0.62, z + 0.031)
    parts = [part("case", (body, case))] + [
        part(f"door_{k + 1}", (d, case), (h, steel)) for k, (d, h) in enumerate(zip(doors, handles))
    ]
    parts += [
        part("plinth", (plinth, black("plinth"))),
        part("badge", (badge, finish("chrome", name="badge"))),
    ]
    return Asset([*parts, part("dispenser", (panel, black("dispenser")))] if double else parts)


def washing_machine(brief: Brief) -> Asset:
    """A washing machine with its round window, drawer, dial and buttons."""
    case = cover(brief, "case", WHITES, "case", "body", kind="paint", roughness=0.3)
    wide, high, deep = 0.60, 0.85 * brief.grown("height"), 0.56
    body = shapes.rounded_box(wide, high - 0.02, deep, 0.014, 3).move(y=high / 2 + 0.01)
    z, middle = deep / 2, high * 0.44
    ring = facing(
        turned(cm("20.5 0, 20.5 1.6, 19 2.8, 16 2.8, 15.2 1.5, 15.2 0"), bevel=0.005, segments=64)
    ).move(0, middle, z - 0.002)
    drum = facing(shapes.revolve(curves.smooth_curve(cm("15.4 1.0, 14.5 2.6, 10 4.2, 0 5.0"), 20), 56)).move(
        0, middle, z - 0.008
    )
    holes = [
        facing(
            around(shapes.cylinder(0.006, 0.004, segments=10).move(0, 0.042 - 0.10 * r * r * 4, r), n)
        ).move(0, middle, z - 0.006)
        for r, n in ((0.045, 8), (0.085, 14), (0.12, 20))
    ]
    latch = shapes.rounded_box(0.035, 0.10, 0.03, 0.008, 2).move(0.178, middle, z + 0.022)
    top = high - 0.075
    strip = plate(wide - 0.03, 0.10, 0.008, 0.006).move(0, top, z + 0.002)
    drawer = plate(0.17, 0.075, 0.012, 0.008, 0.004).move(-0.19, top, z + 0.006)
    lip = shapes.rounded_box(0.09, 0.012, 0.012, 0.004, 2).move(-0.19, top - 0.016, z + 0.014)
    dial = turn_knob(0.032).move(0.0, top, z + 0.005)
    shown = plate(0.09, 0.035, 0.004, 0.004).move(0.12, top + 0.012, z + 0.006)
    buttons = grid(facing(shapes.cylinder(0.007, 0.006, 0.002, 16)), 4, 1, 0.026, 0).move(
        0.12, top - 0.026, z + 0.004
    )
    flap = plate(0.14, 0.07, 0.004, 0.006).move(0.19, 0.09, z + 0.001)
    feet = grid(shapes.cylinder(0.022, 0.02, 0.004, 16), 2, 2, wide - 0.12, deep - 0.12, "xz")
    chrome = asked(brief, "ring", "chrome", None, "ring", "door")
    return Asset([
        part("case", (body, case)), part("door_ring", (ring, chrome), (latch, chrome)),
        part("window", (drum, finish("glass", (0.10, 0.14, 0.20), "window", alpha=1.0)), (join(*holes), finish("steel", name="drum"))),
        part("panel", (strip, finish("plastic", (0.30, 0.32, 0.35) if case.base_color[0] > 0.3 else (0.06, 0.06, 0.07), "panel"))), part("drawer", (join(drawer, lip), case)),
        part("dial", (dial, chrome)), part("display", (shown, glow("display", (0.20, 0.75, 0.95)))), part("buttons", (buttons, finish("plastic", name="buttons"))),
        part("flap", (flap, case)), part("feet", (feet, black("feet"))),
    ])  # fmt: skip


def microwave(brief: Brief) -> Asset:
    """A microwave oven: a dark window, a handle, a clock and its keys."""
    case = cover(brief, "case", (*WHITES, *RETRO[:2]), "case", "body", kind="paint", roughness=0.3)
    wide, high, deep = 0.50 * brief.grown("width"), 0.29, 0.36
    body = shapes.rounded_box(wide, high, deep, 0.010, 3).move(y=high / 2 + 0.014)
    y, z, split = high / 2 + 0.014, deep / 2, wide * 0.22
    door = plate(wide * 0.71, high - 0.012, 0.022, 0.008, 0.004).move(-wide * 0.138, y, z + 0.004)
    window = plate(wide * 0.54, high * 0.62, 0.004, 0.012).move(-wide * 0.155, y, z + 0.0155)
    frame = shapes.extrude(
        curves.rectangle(wide * 0.58, high * 0.70, 0.018),
        0.006,
        0.002,
        holes=[curves.rectangle(wide * 0.53, high * 0.61, 0.012)],
    ).move(-wide * 0.155, y, z + 0.016)
    plate_in = (
        shapes.cylinder(0.30 * wide * 0.6, 0.006, 0.002, 40)
        .scale(1, 1, 0.05)
        .move(-wide * 0.155, y - 0.06, z + 0.0165)
    )
    panel = plate(wide * 0.26, high - 0.012, 0.022, 0.008, 0.004).move(wide * 0.358, y, z + 0.004)
    shown = plate(wide * 0.19, 0.040, 0.004, 0.003).move(wide * 0.358, y + high * 0.34, z + 0.015)
    digits = [
        shapes.box(0.004, 0.020, 0.002).move(wide * 0.358 + x, y + high * 0.34, z + 0.0175)
        for x in (-0.028, -0.014, 0.010, 0.026)
    ]
    buttons = grid(plate(wide * 0.052, 0.018, 0.006, 0.004), 3, 4, wide * 0.066, 0.027).move(
        wide * 0.358, y - 0.012, z + 0.016
    )
    start = plate(wide * 0.185, 0.030, 0.006, 0.006).move(wide * 0.358, y - high * 0.38, z + 0.016)
    feet = grid(shapes.cylinder(0.014, 0.016, 0.003, 14), 2, 2, wide * 0.8, deep * 0.75, "xz")
    dark = finish("glass", (0.03, 0.03, 0.035), "window", alpha=1.0)
    return Asset([
        part("case", (body, case)), part("door", (door, case), (frame, black("frame"))), part("window", (window, dark), (plate_in, finish("glass", (0.35, 0.37, 0.38), "turntable", alpha=1.0))),
        part("handle", (grip(high * 0.72, 0.03, 0.009).move(split - 0.015, y, z + 0.014), asked(brief, "handle", "chrome", None, "handle"))),
        part("panel", (panel, black("panel"))), part("display", (shown, finish("glass", (0.02, 0.05, 0.04), "display", alpha=1.0)), (join(*digits), glow("digits", (0.30, 0.95, 0.55)))),
        part("buttons", (buttons, finish("plastic", (0.72, 0.73, 0.74), "buttons")), (start, finish("plastic", (0.30, 0.62, 0.38), "start"))), part("feet", (feet, black("feet"))),
    ])  # fmt: skip


def stove(brief: Brief) -> Asset:
    """A kitchen stove: burners with their grates, knobs, an oven with a window and a drawer."""
    case = cover(brief, "case", WHITES[:2] + RETRO[1:], "case", "body", kind="paint", roughness=0.3)
    wide, high, deep = 0.60 * brief.grown("width"), 0.90, 0.60
    count, z = brief.count("burner", 4, 2, 6), deep / 2
    body = shapes.rounded_box(wide, high - 0.09, deep - 0.02, 0.008, 2).move(0, (high + 0.07) / 2 - 0.02, 0)
    top = shapes.rounded_box(wide, 0.022, deep, 0.008, 2).move(y=high - 0.011)
    back = plate(wide, 0.13, 0.03, 0.012, 0.008).move(0, high + 0.055, -deep / 2 + 0.016)
    columns = count // 2
    places = [
        (x, high, s * 0.135)
        for s in (1, -1)
        for x in (np.arange(columns) - (columns - 1) / 2) * (wide * 0.96 / columns)
    ]
    burner = join(
        turned(cm("5.2 0, 5.2 1.0, 4.4 1.6, 0 1.7"), bevel=0.002, segments=32),
        shapes.torus(0.075, 0.008, 36, 8).move(y=0.004),
    )
    half = 0.22 * wide * 2 / columns
    grate = join(
        *(
            shapes.rounded_box(2 * half, 0.010, 0.010, 0.003, 1).rotate(y=90 * k + 45 * 0).move(0, 0.034, 0)
            for k in range(2)
        ),
        shapes.torus(0.06, 0.010, 28, 6).move(y=0.034),
        *(
            shapes.box(0.010, 0.034, 0.010).move(x * (half - 0.006), 0.017, w * (half - 0.006))
            for x, w in ((1, 0), (-1, 0), (0, 1), (0, -1))
        ),
    )
    knobs = [
        turn_knob(0.021).move(x, high - 0.075, z - 0.01)
        for x in (np.arange(count + 1) - count / 2) * (wide * 0.82 / count)
    ]
    door = plate(wide - 0.02, 0.46, 0.03, 0.010, 0.006).move(0, 0.50, z)
    window = plate(wide * 0.66, 0.26, 0.004, 0.016).move(0, 0.47, z + 0.015)
    handle = grip(wide * 0.78, 0.045, 0.012).rotate(z=90).move(0, 0.675, z + 0.012)
    drawer = plate(wide - 0.02, 0.15, 0.025, 0.010, 0.006).move(0, 0.18, z)
    pull = grip(wide * 0.4, 0.03, 0.009).rotate(z=90).move(0, 0.20, z + 0.01)
    plinth = shapes.box(wide - 0.05, 0.09, deep - 0.10).move(0, 0.045, -0.02)
    steel, iron = (
        asked(brief, "handles", "chrome", None, "handle", "knob"),
        finish("iron", (0.07, 0.07, 0.08), "grates"),
    )
    return Asset([
        part("case", (body, case), (join(back, top), case)), part("burners", (copies(burner, places), finish("iron", (0.20, 0.20, 0.21), "burners"))),
        part("grates", (copies(grate, places), iron)), part("knobs", (join(*knobs), steel)), part("door", (door, case), (handle, steel)),
        part("window", (window, finish("glass", (0.03, 0.03, 0.035), "window", alpha=1.0))), part("drawer", (drawer, case), (pull, steel)), part("plinth", (plinth, black("plinth"))),
        part("clock", (plate(0.11, 0.045, 0.004, 0.004).move(0, high + 0.062, -deep / 2 + 0.032), glow("clock", (0.15, 0.55, 0.35)))),
    ])  # fmt: skip


FAMILIES = (
    Family("fridge", ("fridge", "refrigerator", "freezer", "retro fridge", "fridge freezer", "icebox"), fridge),
    Family("washing_machine", ("washing machine", "washer", "tumble dryer", "dryer", "laundry machine", "clothes dryer"), washing_machine),
    Family("microwave", ("microwave oven", "microwave"), microwave),
    Family("stove", ("stove", "gas stove", "oven", "cooker", "kitchen stove", "kitchen range", "electric stove"), stove),
)  # fmt: skip
