"""Houses: cottage, family house, cabin, barn, with chimney, windows, door and garden when asked."""

from __future__ import annotations

import itertools

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import part
from pocket3d_server.models.builtin_text.facade import Windows, chimneys, door_steps, panes_of
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.garden import garden
from pocket3d_server.models.builtin_text.masonry import Frame, door, gable_roof, gable_wall
from pocket3d_server.models.builtin_text.timbering import timbers
from pocket3d_server.models.language.brief import RGB, Brief

WALLS: tuple[RGB, ...] = ((0.93, 0.89, 0.80), (0.90, 0.80, 0.62), (0.80, 0.86, 0.88), (0.90, 0.74, 0.66))
DOORS: tuple[RGB, ...] = ((0.45, 0.12, 0.10), (0.16, 0.32, 0.28), (0.36, 0.22, 0.12))
SHUTTERS: tuple[RGB, ...] = ((0.20, 0.38, 0.32), (0.22, 0.34, 0.52), (0.45, 0.16, 0.14))


def house(brief: Brief) -> Asset:
    """A house with a gabled roof along x and its door in front."""
    rng, old = brief.rng(), ("fantasy", "cartoon", "medieval")
    barn, cabin = brief.has("barn"), brief.has("cabin", "log", "hut", "shed", "barn")
    small = cabin or brief.has("cottage", "bungalow", "hut")
    floors = brief.count("floor", 1 if small else 2, 1, 5)
    wide = (5.2 if small else 7.5) * brief.grown("width", "length")
    deep, storey = 4.6 if small else 6.0, 2.6
    high = storey * floors * (1.0 + 0.3 * (brief.grown("height") - 1)) + 0.2
    rise = deep * (0.62 if brief.style in old else 0.46 if small else 0.40)
    boards: RGB = (0.62, 0.16, 0.13) if barn else (0.50, 0.34, 0.20)
    colour = boards if cabin else WALLS[int(rng.integers(4))]
    wall = asked(brief, "walls", "wood" if cabin else "plaster", colour, "wall", "facade", main=True)
    roof = asked(brief, "roof", "straw" if brief.has("thatch", "thatched") else "tile", None, "roof")
    trim = asked(brief, "trim", "paint", (0.95, 0.94, 0.91), "trim", "frame", "window")
    leaf = asked(brief, "door", "wood", DOORS[int(rng.integers(3))], "door")
    stone = asked(brief, "foundation", "stone", None, "foundation", "base")
    shutter = None if cabin else asked(brief, "shutters", "paint", SHUTTERS[int(rng.integers(3))], "shutter")
    base = shapes.rounded_box(wide + 0.24, 0.36, deep + 0.24, 0.03, 2).move(y=0.18)
    parts: list[Part] = [
        part("foundation", (base, stone)),
        part("walls", (gable_wall(wide, deep, high, rise).move(y=0.2), wall)),
        part("roof", (gable_roof(wide, deep, rise).move(y=high + 0.2), roof)),
    ]
    beams = timbers(brief, wide, deep, high, rise, floors, storey, cabin)
    dark = asked(brief, "timbers", "wood", (0.32, 0.20, 0.12), "beam", "timber")
    parts.append(part("timbers", (beams, dark)))
    front = deep / 2 + (0.10 if brief.has("cabin", "log") else 0.0)
    door_x = 0.0 if small or rng.random() < 0.5 else -wide / 4
    dw, dh = (1.9, 2.2) if barn else (1.0, 2.05)
    at, metal = Frame(np.array([door_x, 0.36, front]), 0), finish("brass", name="fittings")
    parts.append(door("door", at, dw, dh, leaf, trim, metal, arched=brief.style in old))
    parts.append(part("steps", (door_steps(door_x, dw, front), stone)))
    windows = Windows(trim, panes_of(brief), leaf if cabin else trim)
    columns = np.linspace(-wide / 2 + 1.15, wide / 2 - 1.15, max(int(wide / 2.2), 2))
    for floor in range(floors):
        y = 0.2 + storey * floor * (high - 0.2) / (storey * floors) + 1.45
        beside = columns[np.abs(columns - door_x) >= 0.5 * dw + 0.95] if floor == 0 else columns
        for x, face, turn in [*((x, front, 0.0) for x in beside), *((x, -front, 180.0) for x in columns)]:
            windows.add((x, y, face), turn, 0.85, 1.15, shutter)
        for s, z in itertools.product((1, -1), [0.0] if small else [-deep / 5, deep / 5]):
            windows.add((s * (wide / 2 + front - deep / 2), y, z), 90.0 * s, 0.80, 1.1)
    for s in () if small else (1, -1):
        windows.add((s * wide / 2, high + 0.2 + rise * 0.36, 0), 90.0 * s, 0.6, 0.8, arched=True)
    parts += windows.parts
    parts += chimneys(brief, brief.count("chimney", 0 if barn else 1, 0, 4), wide, deep, high + 0.2, rise)
    if brief.has("garden", "yard", "fence", "lawn"):
        parts += garden(brief, wide, deep, rng)
    return Asset(parts)


FAMILIES = (
    Family("house", ("house", "cottage", "home", "farmhouse", "hut", "family house", "bungalow", "mansion", "tudor house", "shed", "inn", "tavern", "wooden hut"), house),
)  # fmt: skip
