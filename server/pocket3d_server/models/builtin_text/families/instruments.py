"""Large instruments: piano and drum kit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, unless_said
from pocket3d_server.models.builtin_text.joinery import turned_leg
from pocket3d_server.models.builtin_text.making import (
    BLACK,
    BRIGHT,
    around,
    bar,
    cm,
    copies,
    cover,
    slab,
    turned,
)
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import Brief


def keyboard(wide: float) -> tuple[Solid, Solid]:
    """White and black keys of ``wide`` metres over all, about the origin, their fronts towards +z."""
    n = 35
    step = wide / n
    x = (np.arange(n) - (n - 1) / 2) * step
    white = copies(shapes.rounded_box(step * 0.94, 0.018, 0.15, 0.002, 1), [[u, 0, 0] for u in x])
    sharps = [k for k in range(n - 1) if k % 7 not in (2, 6)]
    dark = copies(
        shapes.rounded_box(step * 0.55, 0.016, 0.095, 0.003, 1),
        [[x[k] + step / 2, 0.014, -0.026] for k in sharps],
    )
    return white, dark


def piano(brief: Brief) -> Asset:
    """A grand piano, or an upright one."""
    return upright_piano(brief) if brief.has("upright", "pianino") else grand_piano(brief)


def lacquer(brief: Brief) -> Finish:
    """What a piano's case is made of."""
    tints = (BLACK, (0.28, 0.12, 0.08), (0.93, 0.92, 0.90))
    return cover(brief, "case", tints, "case", "body", "piano", roughness=0.12)


def keys_at(y: float, z: float) -> list[Part]:
    """A piano's keys, white and black."""
    white, dark = keyboard(1.20)
    ivory = finish("plastic", (0.96, 0.95, 0.91), "white_keys", roughness=0.2)
    ebony = finish("plastic", BLACK, "black_keys", roughness=0.2)
    return [part("white_keys", (white.move(0, y, z), ivory)), part("black_keys", (dark.move(0, y, z), ebony))]


def upright_piano(brief: Brief) -> Asset:
    """An upright piano with its music rest."""
    black_, gold = lacquer(brief), finish("gold", name="frame")
    blocks = [
        ((1.42, 1.18, 0.34), (0, 0.61, -0.12)), ((1.50, 0.04, 0.42), (0, 1.215, -0.10)), ((1.42, 0.10, 0.36), (0, 0.64, 0.20)),
        *(((0.08, 0.24, 0.34), (s * 0.67, 0.73, 0.20)) for s in (1, -1)),
        *(((0.07, 0.62, 0.07), (s * 0.65, 0.31, 0.31)) for s in (1, -1)), ((1.48, 0.06, 0.62), (0, 0.03, 0.02)),
    ]  # fmt: skip
    box = [shapes.rounded_box(*size, 0.012, 2).move(*at) for size, at in blocks]
    rest = shapes.rounded_box(0.62, 0.24, 0.02, 0.006, 2).rotate(x=-14).move(0, 0.92, 0.085)
    pedals = copies(
        shapes.rounded_box(0.03, 0.012, 0.10, 0.005, 2), [[x, 0.075, 0.34] for x in (-0.06, 0, 0.06)]
    )
    return Asset([
        part("case", (join(*box), black_)), part("music_rest", (rest, black_)), *keys_at(0.705, 0.27), part("pedals", (pedals, gold)),
    ])  # fmt: skip


WING = "73 38, 70 62, 46 86, 26 110, 12 142, -16 166, -48 162, -70 134, -73 110"
"""The curved side of a grand piano seen from above, 170 cm long."""


def wing_case(k: float, base: float, z: float) -> tuple[Solid, Solid, Solid, Solid]:
    """A grand piano's case, lid, frame and strings, ``k`` times as long as usual, from height ``base`` up, its
    keys' edge at ``z``."""
    side = curves.smooth_curve(cm(WING), 44)[1:]
    wing = np.concatenate([cm("-73 0, 73 0, 73 38"), side]) * [1, k]
    line = curves.resample(curves.counter_clockwise(wing), 120, closed=True)
    inside = curves.inset(line, 0.035)
    case = [slab(wing, 0.04, 0.006).move(0, base, z), slab(line, 0.30, 0.006, [inside]).move(0, base, z)]
    case += [
        shapes.rounded_box(1.46, 0.06, 0.24, 0.012, 2).move(0, base + 0.02, z + 0.06),
        shapes.rounded_box(1.24, 0.14, 0.02, 0.006, 2).rotate(x=-8).move(0, base + 0.17, z - 0.055),
        *(
            shapes.rounded_box(0.11, 0.17, 0.26, 0.03, 3).move(s * 0.675, base + 0.10, z + 0.05)
            for s in (1, -1)
        ),
    ]
    lid = slab(wing * [1.01, 1.0], 0.022, 0.006).move(x=0.73).rotate(z=40).move(-0.73, base + 0.305, z)
    frame = slab(inside * [0.99, 0.995], 0.02).move(0, base + 0.16, z)
    wires = zip(np.linspace(-0.60, 0.52, 26), np.linspace(1.15, 0.42, 26) * k, strict=True)
    strings = [
        shapes.box(0.003, 0.003, n).rotate(y=6).move(x, base + 0.187, z - 0.32 - n / 2) for x, n in wires
    ]
    return join(*case), lid, frame, join(*strings)


def grand_piano(brief: Brief) -> Asset:
    """A grand piano with its lid open, and its stool."""
    black_, gold = lacquer(brief), finish("gold", name="frame")
    k, base, z = brief.grown("length"), 0.66, 0.70
    case, lid, frame, strings = wing_case(k, base, z)
    prop = bar([[0.62, base + 0.28, z - 0.42], [0.36, base + 1.16, z - 0.44]], 0.012)
    rest = shapes.rounded_box(0.66, 0.24, 0.018, 0.006, 2).rotate(x=-16).move(0, base + 0.42, z - 0.16)
    legs = copies(
        turned_leg(base + 0.01, 0.055), [[0.60, 0, z - 0.10], [-0.60, 0, z - 0.10], [-0.28, 0, z - 1.38 * k]]
    )
    rods = [
        [[x, base, z - 0.30], [x * 1.3, 0.34, z - 0.30], [x * 0.7, 0.10, z - 0.28]] for x in (-0.07, 0.07)
    ]
    foot = shapes.rounded_box(0.26, 0.04, 0.09, 0.01, 2).move(0, 0.09, z - 0.27)
    pedals = copies(
        shapes.rounded_box(0.026, 0.010, 0.11, 0.004, 2), [[x, 0.085, z - 0.19] for x in (-0.07, 0, 0.07)]
    )
    seat = shapes.rounded_box(0.62, 0.09, 0.34, 0.03, 3).move(0, 0.47, z + 0.55)
    feet = copies(
        turned_leg(0.44, 0.026), [[x, 0, z + 0.55 + w] for x in (0.25, -0.25) for w in (0.12, -0.12)]
    )
    return Asset([
        part("case", (case, black_)), part("lid", (lid, black_), (prop, black_)), part("frame", (frame, gold), (strings, finish("steel", name="strings"))),
        part("music_rest", (rest, black_)), *keys_at(base + 0.075, z + 0.06), part("legs", (legs, unless_said(brief, black_, "leg"))),
        part("lyre", (join(*(bar(rod, 0.012, 14) for rod in rods), foot), black_)), part("pedals", (pedals, gold)), part("stool", (join(seat, feet), unless_said(brief, black_, "stool"))),
    ])  # fmt: skip


def drum_of(r: float, high: float) -> tuple[Solid, Solid, Solid]:
    """A drum standing on y = 0: shell, heads, and hoops with their lugs."""
    shell = shapes.cylinder(r, high, segments=48)
    skins = join(
        shapes.cylinder(r * 0.97, 0.006, 0.002, 44).move(y=high - 0.001),
        shapes.cylinder(r * 0.97, 0.006, 0.002, 44).move(y=-0.005),
    )
    hoops = [shapes.torus(r, 0.016, 48, 8).move(y=y) for y in (0.0, high)]
    lugs = around(
        join(
            shapes.rounded_box(0.020, high * 0.32, 0.020, 0.006, 2).move(0, high / 2, r + 0.006),
            shapes.cylinder(0.004, high, segments=8).move(0, 0, r + 0.010),
        ),
        8,
    )
    return shell, skins, join(*hoops, lugs)


def drum(brief: Brief) -> Asset:
    """A drum kit, or one drum with sticks when only a drum is asked."""
    return drum_kit(brief) if brief.has("kit", "set", "drums") else single_drum(brief)


def wrap_of(brief: Brief) -> Finish:
    """What the shells are covered with."""
    tints = (BRIGHT[0], BRIGHT[1], (0.10, 0.10, 0.11), (0.45, 0.24, 0.12))
    return cover(brief, "shells", tints, "shell", "drum", kind="paint", roughness=0.2)


def drum_part(name: str, solids: Sequence[Solid], wrap: Finish) -> Part:
    """A drum's shell, heads and hoops as one part."""
    stuffs = (wrap, finish("plastic", (0.94, 0.93, 0.90), "heads"), finish("chrome", name="hardware"))
    return part(name, *zip(solids, stuffs, strict=True))


def single_drum(brief: Brief) -> Asset:
    """A snare drum with a pair of sticks on it."""
    lines = cm("-20 0 2, 12 -1 -3, 16 -1 -3.6")
    y = 0.025 + 0.26 * brief.grown("height")
    sticks = [bar(lines + [0, y, 0], [0.008, 0.006, 0.009]).rotate(y=a) for a in (12, -24)]
    wood = asked(brief, "sticks", "wood", (0.80, 0.62, 0.38), "stick", "drumstick")
    made = drum_of(0.19, 0.26 * brief.grown("height"))
    return Asset([drum_part("drum", made, wrap_of(brief)), part("sticks", (join(*sticks), wood))])


# Name, radius, height, where its lower end is, and how it leans; +z is towards those who listen.
DRUMS: tuple[tuple[str, float, float, tuple[float, float, float], dict[str, float]], ...] = (
    ("bass", 0.29, 0.40, (0, 0.29, 0.0), {"x": 90}),
    ("snare", 0.18, 0.13, (-0.40, 0.56, -0.30), {"x": -8}),
    ("floor_tom", 0.21, 0.36, (0.52, 0.20, -0.22), {}),
    ("tom_1", 0.135, 0.20, (-0.18, 0.67, 0.14), {"x": -16, "z": -5}),
    ("tom_2", 0.15, 0.22, (0.18, 0.66, 0.14), {"x": -16, "z": 5}),
)
# Where each cymbal is, its size and how it leans; of the pair, the lower one is turned over.
CYMBALS = (
    (-0.62, 1.12, 0.10, 1.0, 12), (0.66, 1.06, 0.12, 1.15, -14), (-0.70, 0.84, -0.34, 0.78, 0), (-0.70, 0.815, -0.34, -0.78, 0),
)  # fmt: skip


def stands() -> Solid:
    """All that holds a kit's drums and cymbals, and the player's seat."""
    made = [
        around(bar([[0, 0.56, 0.02], [0, 0.30, 0.05], [0, 0.012, 0.20]], 0.010, 12), 3).move(-0.40, 0, -0.28)
    ]
    made += [
        bar([[x, 0.30, z], [x, y + 0.03, z]], [0.013, 0.008]) for x, y, z, size, _ in CYMBALS if size > 0
    ]
    tripod = around(bar([[0, 0.32, 0], [0, 0.015, 0.22]], 0.010), 3, 40)
    made += [tripod.move(x, 0, z) for x, _, z, size, _ in CYMBALS if size > 0]
    made.append(around(bar([[0, 0.42, 0.22], [0, 0.01, 0.23]], 0.010), 3, 29).move(0.52, 0, -0.22))
    arm = bar([[0, 0.55, 0.05], [0, 0.76, 0.02], [0.12, 0.78, 0.05]], 0.014, 16)
    spur = bar([[0.24, 0.16, 0.16], [0.38, 0.012, 0.24]], 0.011)
    made += [arm, arm.mirror("x"), spur, spur.mirror("x"), bar([[0, 0.10, -0.80], [0, 0.48, -0.80]], 0.02)]
    return join(*made, around(bar([[0, 0.28, 0], [0, 0.015, 0.22]], 0.012), 3).move(0, 0, -0.80))


def drum_kit(brief: Brief) -> Asset:
    """A drum kit: bass drum, toms, snare, cymbals on stands, and a seat."""
    wrap = wrap_of(brief)
    parts = [
        drum_part(name, [s.rotate(**turn).move(*at) for s in drum_of(r, high)], wrap) for name, r, high, at, turn in DRUMS
    ]  # fmt: skip
    dish = turned(
        cm("0 -0.4, 35 -0.4, 100 -2.2, 100 -2, 35 0, 18 0.6, 13 2.2, 0 2.6") * [0.21, 1], segments=44
    )
    cymbals = [
        (dish if size > 0 else dish.mirror("y")).scale(abs(size), 1, abs(size)).rotate(z=-a, x=-8 if a else 0).move(x, y, z)
        for x, y, z, size, a in CYMBALS
    ]  # fmt: skip
    seat = turned(cm("3 0, 4 2, 17 3, 18 6, 16 9, 0 9.5"), bevel=0.01, segments=36).move(0, 0.45, -0.80)
    brass = asked(brief, "cymbals", "brass", None, "cymbal")
    return Asset([
        *parts, part("cymbals", (join(*cymbals), brass)), part("stands", (stands(), finish("chrome", name="hardware"))),
        part("seat", (seat, finish("leather", (0.06, 0.06, 0.06), "seat"))),
    ])  # fmt: skip


FAMILIES = (
    Family("piano", ("grand piano", "piano", "upright piano", "concert piano"), grounded(piano, centre=True)),
    Family("drum", ("drum kit", "drum", "drum set", "drums", "snare drum"), grounded(drum, centre=True)),
)  # fmt: skip
