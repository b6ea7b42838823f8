"""Houses: cottage, family house, cabin, barn, with chimney, windows, door and garden when asked."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import Frame, door, gable_roof, gable_wall, window
from pocket3d_server.models.language.brief import RGB, Brief

WALLS: tuple[RGB, ...] = ((0.93, 0.89, 0.80), (0.90, 0.80, 0.62), (0.80, 0.86, 0.88), (0.90, 0.74, 0.66))


def house(brief: Brief) -> Asset:
    """A house with a gabled roof along x and its door in front."""
    rng = brief.rng()
    cabin = brief.has("cabin", "log", "hut", "shed", "barn")
    small = cabin or brief.has("cottage", "bungalow", "hut")
    floors = brief.count("floor", 1 if small else 2, 1, 5)
    wide = (5.2 if small else 7.5) * brief.grown("width", "length")
    deep, storey = 4.6 if small else 6.0, 2.6
    high = storey * floors * (1.0 + 0.3 * (brief.grown("height") - 1)) + 0.2
    rise = deep * (0.62 if brief.style in ("fantasy", "cartoon", "medieval") else 0.46 if small else 0.40)
    barn = brief.has("barn")
    wall = asked(
        brief, "walls", "wood" if cabin else "plaster",
        ((0.62, 0.16, 0.13) if barn else (0.50, 0.34, 0.20)) if cabin else WALLS[int(rng.integers(4))], "wall", "facade", main=True,
    )  # fmt: skip
    roof = asked(brief, "roof", "straw" if brief.has("thatch", "thatched") else "tile", None, "roof")
    trim = asked(brief, "trim", "paint", (0.95, 0.94, 0.91), "trim", "frame", "window")
    leaf = asked(
        brief,
        "door",
        "wood",
        ((0.45, 0.12, 0.10), (0.16, 0.32, 0.28), (0.36, 0.22, 0.12))[int(rng.integers(3))],
        "door",
    )
    stone, metal = (
        asked(brief, "foundation", "stone", None, "foundation", "base"),
        finish("brass", name="fittings"),
    )
    glass = (
        glow("window_glass", (0.95, 0.80, 0.45), 0.5)
        if brief.has("night", "cozy", "cosy", "lit")
        else finish("glass", (0.30, 0.42, 0.50), "window_glass", alpha=1.0)
    )
    shutter = (
        asked(
            brief,
            "shutters",
            "paint",
            ((0.20, 0.38, 0.32), (0.22, 0.34, 0.52), (0.45, 0.16, 0.14))[int(rng.integers(3))],
            "shutter",
        )
        if not cabin
        else None
    )

    parts: list[Part] = [
        part("foundation", (shapes.rounded_box(wide + 0.24, 0.36, deep + 0.24, 0.03, 2).move(y=0.18), stone)),
        part("walls", (gable_wall(wide, deep, high, rise).move(y=0.2), wall)),
        part("roof", (gable_roof(wide, deep, rise).move(y=high + 0.2), roof)),
    ]
    beams = _beams(brief, wide, deep, high, rise, floors, storey, cabin)
    if beams is not None:
        parts.append(
            part("timbers", (beams, asked(brief, "timbers", "wood", (0.32, 0.20, 0.12), "beam", "timber")))
        )
    front = deep / 2 + (0.10 if brief.has("cabin", "log") else 0.0)
    door_x = 0.0 if small or rng.random() < 0.5 else -wide / 4
    dw, dh = (1.9, 2.2) if barn else (1.0, 2.05)
    parts.append(
        door(
            "door",
            Frame(np.array([door_x, 0.36, front]), 0),
            dw,
            dh,
            leaf,
            trim,
            metal,
            arched=brief.style in ("fantasy", "medieval", "cartoon"),
        )
    )
    steps = [
        shapes.rounded_box(dw + 0.7 - 0.0, 0.18, 0.42 * (2 - k), 0.02, 1).move(
            door_x, 0.09 + 0.18 * k, front + 0.12 + 0.21 * (2 - k)
        )
        for k in range(2)
    ]
    parts.append(part("steps", (join(*steps), stone)))
    n = 0
    columns = np.linspace(-wide / 2 + 1.15, wide / 2 - 1.15, max(int(wide / 2.2), 2))
    for floor in range(floors):
        y = 0.2 + storey * floor * (high - 0.2) / (storey * floors) + 1.45
        for face, turn in ((front, 0.0), (-front, 180.0)):
            for x in columns:
                if face > 0 and floor == 0 and abs(x - door_x) < 0.5 * dw + 0.95:
                    continue
                n += 1
                parts.append(
                    window(
                        f"window_{n}",
                        Frame(np.array([x, y, face]), turn),
                        0.85,
                        1.15,
                        trim,
                        glass,
                        trim if not cabin else leaf,
                        shutter,
                    )
                )
        for s in (1, -1):
            for z in [0.0] if small else [-deep / 5, deep / 5]:
                n += 1
                parts.append(
                    window(
                        f"window_{n}",
                        Frame(np.array([s * (wide / 2 + front - deep / 2), y, z]), 90.0 * s),
                        0.80,
                        1.1,
                        trim,
                        glass,
                        trim if not cabin else leaf,
                    )
                )
    if not small:
        for s in (1, -1):
            n += 1
            parts.append(
                window(
                    f"window_{n}",
                    Frame(np.array([s * wide / 2, high + 0.2 + rise * 0.36, 0]), 90.0 * s),
                    0.6,
                    0.8,
                    trim,
                    glass,
                    trim,
                    arched=True,
                )
            )
    for k in range(brief.count("chimney", 0 if barn else 1, 0, 4)):
        x = wide * (0.27 - 0.54 * (k % 2))
        top = high + 0.2 + rise + 0.75
        z = -deep * 0.14
        base = high + 0.2 + rise * 0.4
        stack = [
            shapes.rounded_box(0.62, top - base, 0.62, 0.02, 1).move(x, (top + base) / 2, z),
            shapes.rounded_box(0.78, 0.14, 0.78, 0.03, 2).move(x, top, z),
        ]
        pots = [shapes.tube(0.11, 0.08, 0.34, 0.01, 20).move(x + dx, top + 0.05, z) for dx in (-0.15, 0.15)]
        parts.append(
            part(
                f"chimney_{k + 1}",
                (join(*stack), asked(brief, "chimney", "brick", None, "chimney")),
                (join(*pots), finish("clay")),
            )
        )
    if brief.has("garden", "yard", "fence", "lawn"):
        parts += _garden(brief, wide, deep, rng)
    return Asset(parts)


def _beams(
    brief: Brief, wide: float, deep: float, high: float, rise: float, floors: int, storey: float, cabin: bool
) -> Solid | None:
    """Round logs for a cabin, dark half-timbering for old houses, a plain eaves board otherwise."""
    y0 = 0.2
    if brief.has("cabin", "log"):
        logs = []
        for y in np.arange(y0 + 0.14, y0 + high - 0.05, 0.27):
            for s in (1, -1):
                logs.append(
                    shapes.cylinder(0.145, wide + 0.55, 0.02, 14)
                    .rotate(z=-90)
                    .move(-(wide + 0.55) / 2, y, s * deep / 2)
                )
                logs.append(
                    shapes.cylinder(0.145, deep + 0.55, 0.02, 14)
                    .rotate(x=90)
                    .move(s * wide / 2, y + 0.13, -(deep + 0.55) / 2)
                )
        return join(*logs)
    if brief.style in ("medieval", "fantasy", "rustic", "classic") or brief.has(
        "timbered", "tudor", "cottage", "farmhouse"
    ):
        beams, t = [], 0.16
        for s in (1, -1):
            z = s * deep / 2
            beams += [
                shapes.rounded_box(wide + 0.06, t, 0.08, 0.015, 1).move(
                    0, y0 + storey * f * high / (storey * floors + 0.2) if f else y0 + 0.24, z
                )
                for f in range(floors)
            ]
            beams.append(shapes.rounded_box(wide + 0.06, t, 0.08, 0.015, 1).move(0, y0 + high - 0.08, z))
            beams += [
                shapes.rounded_box(t, high, 0.08, 0.015, 1).move(x, y0 + high / 2, z)
                for x in (-wide / 2 + 0.07, wide / 2 - 0.07)
            ]
            x = s * wide / 2
            beams += [
                shapes.rounded_box(0.08, t, deep, 0.015, 1).move(x, y0 + high - 0.08, 0),
                shapes.rounded_box(0.08, rise, t, 0.015, 1).move(x, y0 + high + rise / 2 - 0.1, 0),
            ]
            for side in (1, -1):
                foot, head = (
                    np.array([x, y0 + high, side * deep * 0.30]),
                    np.array([x, y0 + high + rise * 0.62, 0.0]),
                )
                beams.append(shapes.sweep([foot, head], 1.0, curves.rectangle(0.12, 0.08)))
        return join(*beams)
    boards = [
        shapes.rounded_box(wide + 0.5, 0.14, 0.05, 0.01, 1).move(0, y0 + high - 0.10, s * (deep / 2 + 0.02))
        for s in (1, -1)
    ]
    del cabin
    return join(*boards)


def _garden(brief: Brief, wide: float, deep: float, rng: np.random.Generator) -> list[Part]:
    """A lawn with a path, a picket fence and round bushes."""
    x, z = wide + 5.0, deep + 6.0
    lawn = shapes.rounded_box(x, 0.16, z, 0.06, 2).move(0, -0.07, 1.0)
    path = [
        shapes.rounded_box(0.9, 0.06, 0.62, 0.03, 1)
        .rotate(y=float(rng.uniform(-6, 6)))
        .move(float(rng.uniform(-0.1, 0.1)), 0.02, deep / 2 + 1.25 + 0.75 * k)
        for k in range(max(int((z / 2 + 0.4 - deep / 2) / 0.75), 1))
    ]
    pickets = []
    front, back = z / 2 + 0.85, -z / 2 + 1.15
    point = np.array([[-0.045, 0], [0.045, 0], [0.045, 0.72], [0, 0.82], [-0.045, 0.72]])
    slat = shapes.extrude(point, 0.025, 0.004)
    for px in np.arange(-x / 2 + 0.2, x / 2 - 0.1, 0.24):
        pickets += [slat.move(px, 0, w) for w in (front, back) if w < 0 or abs(px) > 0.75]
    for pz in np.arange(back, front, 0.24):
        pickets += [slat.rotate(y=90).move(s * (x / 2 - 0.15), 0, pz) for s in (1, -1)]
    rails = [
        shapes.box(0.04, 0.06, front - back).move(s * (x / 2 - 0.15), h, (front + back) / 2)
        for s in (1, -1)
        for h in (0.22, 0.58)
    ]
    rails += [shapes.box(x - 0.3, 0.06, 0.04).move(0, h, back) for h in (0.22, 0.58)]
    rails += [
        shapes.box(x / 2 - 0.9, 0.06, 0.04).move(s * (x / 4 + 0.38), h, front)
        for s in (1, -1)
        for h in (0.22, 0.58)
    ]
    bushes = []
    for _ in range(7):
        r = float(rng.uniform(0.32, 0.55))
        s = 1 if rng.random() < 0.5 else -1
        bushes.append(
            shapes.sphere(r, 20)
            .scale(1.1, 0.85, 1)
            .move(
                s * float(rng.uniform(wide * 0.28, wide / 2 + 1.6)),
                r * 0.6,
                deep / 2 + float(rng.uniform(0.7, 1.9)),
            )
        )
    green = finish("grass", (0.20, 0.40, 0.16), "leaves")
    return [
        part("lawn", (lawn, asked(brief, "lawn", "grass", None, "grass", "lawn", "garden"))), part("path", (join(*path), finish("stone", name="path"))),
        part("fence", (join(*pickets, *rails), asked(brief, "fence", "paint", (0.94, 0.93, 0.90), "fence"))), part("bushes", (join(*bushes), green)),
    ]  # fmt: skip


FAMILIES = (
    Family("house", ("house", "cottage", "home", "farmhouse", "hut", "family house", "bungalow", "mansion", "tudor house", "shed", "inn", "tavern", "wooden hut"), house),
)  # fmt: skip
