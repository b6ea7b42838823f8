"""Furniture: plates on legs, pedestals and cabinets, and what people sit on."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.pieces import GROUND, Pieces, quarters
from pocket3d_server.models.parts.face_graph import Floats, Ints


def on_legs(pieces: Pieces) -> dict[int, str] | None:
    """A level plate on legs: a table; with something upright at one side of the plate: a chair."""
    plan = pieces.extent[:, 0] * pieces.extent[:, 2]
    slim = np.sqrt(plan) < 0.35 * np.sqrt(pieces.size[0] * pieces.size[2])
    legs = np.flatnonzero((pieces.low[:, 1] < GROUND) & slim & (pieces.extent[:, 1] > 0.2))
    if not 3 <= len(legs) <= 6:
        return None
    foot = np.quantile(pieces.high[legs, 1], 0.25)
    plates = np.flatnonzero((plan > 0.3 * pieces.size[0] * pieces.size[2]) & (pieces.low[:, 1] > 0.4 * foot))
    plates = plates[(pieces.extent[plates, 1] < 0.25)]
    if len(plates) == 0:
        return None
    plate = int(plates[np.argmax(plan[plates])])
    if not pieces.touch[plate][legs].sum() >= min(3, len(legs)):
        return None
    names = {plate: "top"}
    places = quarters(pieces.centre[legs]) if len(legs) == 4 else None
    for order, leg in enumerate(legs):
        names[int(leg)] = f"leg_{places[order] if places else order + 1}"
    rest = [k for k in range(len(pieces)) if k not in names]
    level = pieces.high[plate, 1]
    above = [k for k in rest if pieces.centre[k, 1] > level]
    if not above or pieces.high[above, 1].max() < level + 0.15:
        for k in rest:
            names[k] = "apron" if pieces.centre[k, 1] > 0.75 * level else "stretcher"
        return names
    return names | _above_seat(pieces, plate, rest)


def _above_seat(pieces: Pieces, seat: int, rest: list[int]) -> dict[int, str]:
    """Backrest, arms and stretchers around a seat; ``rest`` are the parts without a name yet."""
    level = pieces.high[seat, 1]
    above = [k for k in rest if pieces.centre[k, 1] > level]
    middle = pieces.centre[seat]
    lean = np.average(pieces.centre[above], axis=0, weights=pieces.area[above]) - middle
    back = np.array([lean[0], 0, lean[2]]) / max(float(np.hypot(lean[0], lean[2])), 1e-9)
    names = {seat: "seat"}
    half = pieces.extent[seat][[0, 2]].max() / 2
    for k in rest:
        toward = float((pieces.centre[k] - middle) @ back)
        if pieces.centre[k, 1] <= level:
            names[k] = "stretcher" if pieces.centre[k, 1] < 0.75 * level else "seat"
        elif toward > 0.5 * half:
            names[k] = "backrest"
        else:
            names[k] = f"arm_{_hand(back, pieces.centre[k] - middle)}"
    return names


def _hand(back: Floats, way: Floats) -> str:
    """``left`` or ``right`` of somebody who sits with their back towards ``back`` (3,)."""
    return "left" if np.cross(back, way)[1] < 0 else "right"


def pedestal_table(pieces: Pieces) -> dict[int, str] | None:
    """A level plate over everything else, which stands under its middle."""
    tops = _tops(pieces)
    if len(tops) != 1 or max(pieces.size[0], pieces.size[2]) < 0.5:
        return None
    names = {int(tops[0]): "top"}
    feet = 0
    for k in range(len(pieces)):
        away = np.hypot(*(pieces.centre[k] - pieces.centre[tops[0]])[[0, 2]])
        if k in names or pieces.centre[k, 1] > 0.95:
            continue
        if away > 0.1 * pieces.size[0] and pieces.low[k, 1] < GROUND:
            feet += 1
            names[k] = f"foot_{feet}"
        elif away < 0.1 * pieces.size[0]:
            names[k] = "pedestal"
    return names if "pedestal" in names.values() else None


def _tops(pieces: Pieces) -> Ints:
    """Level plates that lie over nearly everything else."""
    plan = pieces.extent[:, [0, 2]] / pieces.size[[0, 2]]
    return np.flatnonzero(
        (plan > 0.85).all(axis=1) & (pieces.extent[:, 1] < 0.2) & (pieces.high[:, 1] > 0.98)
    )


def swivel_chair(pieces: Pieces) -> dict[int, str] | None:
    """A seat on a column over its middle, with a backrest: an office chair."""
    plan = pieces.extent[:, 0] * pieces.extent[:, 2]
    seats = (plan > 0.3 * pieces.size[0] * pieces.size[2]) & (pieces.extent[:, 1] < 0.25)
    seats &= (pieces.centre[:, 1] > 0.25) & (pieces.centre[:, 1] < 0.65)
    if not seats.any() or max(pieces.size[0], pieces.size[2]) > 1.2:
        return None
    seat = int(np.flatnonzero(seats)[plan[seats].argmax()])
    low, level = pieces.low[seat, 1], pieces.high[seat, 1]
    away = np.hypot(*(pieces.centre - pieces.centre[seat])[:, [0, 2]].T)
    narrow = np.sqrt(plan) < 0.3 * np.sqrt(plan[seat])
    column = narrow & (away < 0.2 * np.sqrt(plan[seat])) & (pieces.centre[:, 1] < low)
    column &= pieces.extent[:, 1] > 0.08
    above = (pieces.centre[:, 1] > level) & (pieces.high[:, 1] > level + 0.15)
    if not column.any() or not above.any() or pieces.high[:, 1].max() < level + 0.2:
        return None
    lean = np.average(pieces.centre[above], axis=0, weights=pieces.area[above]) - pieces.centre[seat]
    back = np.array([lean[0], 0, lean[2]])
    if np.linalg.norm(back) < 0.2 * np.sqrt(plan[seat]):  # a lampshade is over the middle
        return None
    below = pieces.low[column, 1].min() + 0.12
    names = {int(k): "column" for k in np.flatnonzero(column)}
    rest = []
    for k in range(len(pieces)):
        if k in names or k == seat:
            continue
        if pieces.centre[k, 1] < max(below, 0.15):
            names[k] = "base"
        elif pieces.centre[k, 1] < low and away[k] < 0.2 * np.sqrt(plan[seat]):
            names[k] = "column"
        elif pieces.centre[k, 1] <= level and away[k] > 0.35 * np.sqrt(plan[seat]):
            names[k] = f"arm_{_hand(back, pieces.centre[k] - pieces.centre[seat])}"
        else:
            rest.append(k)
    if "base" not in names.values():
        return None
    return names | _above_seat(pieces, seat, rest)


def armchair(pieces: Pieces) -> dict[int, str] | None:
    """A seat between two long arms before a back: an armchair or a sofa."""
    for deep in (2, 0):
        names = _armchair_along(pieces, deep)
        if names:
            return names
    return None


def _armchair_along(pieces: Pieces, deep: int) -> dict[int, str] | None:
    """``deep`` is the axis, 0 or 2, from the back to the front."""
    across = 2 - deep
    size = pieces.size
    if not (0.6 < size[across] < 4 and 0.5 < size[deep] < 2):
        return None
    off = pieces.centre[:, across]
    sides = (pieces.extent[:, deep] > 0.5 * size[deep]) & (np.abs(off) > 0.25 * size[across])
    sides &= (pieces.high[:, 1] > 0.3) & (pieces.high[:, 1] < 0.92) & (pieces.low[:, 1] < 0.4)
    sides &= pieces.extent[:, across] < 0.4 * size[across]
    pairs = [
        (pieces.area[a] + pieces.area[b], a, b)
        for a in np.flatnonzero(sides & (off > 0))
        for b in np.flatnonzero(sides & (off < 0))
        if abs(off[a] + off[b]) < 0.1 * size[across] and 0.6 < pieces.area[a] / pieces.area[b] < 1.6
    ]
    backs = (pieces.high[:, 1] > 0.85) & (pieces.extent[:, across] > 0.45 * size[across])
    backs &= np.abs(pieces.centre[:, deep]) > 0.15 * size[deep]
    if not pairs or not backs.any():
        return None
    _, one, two = max(pairs)
    back = np.zeros(3)
    back[deep] = np.sign(pieces.centre[backs, deep] @ pieces.area[backs])
    rails = float(max(pieces.high[one, 1], pieces.high[two, 1]))
    between = np.abs(off) < 0.3 * size[across]
    cushions = between & (pieces.extent[:, 1] < 0.55) & (pieces.centre[:, 1] < rails)
    cushions &= pieces.extent[:, deep] > 0.35 * size[deep]
    cushions &= pieces.extent[:, across] > 0.15 * size[across]
    if not (cushions & ~backs).any():
        return None
    names = {int(k): f"arm_{_hand(back, pieces.centre[k])}" for k in (one, two)}
    for k in range(len(pieces)):
        if k in names:
            continue
        if pieces.low[k, 1] < GROUND and pieces.high[k, 1] < 0.3 and pieces.area[k] < 0.05:
            names[k] = "foot"
        elif backs[k] or pieces.centre[k, 1] > rails:
            names[k] = "backrest"
        elif cushions[k]:
            names[k] = "seat"
        elif abs(off[k]) > 0.3 * size[across] and pieces.centre[k, 1] > 0.3:
            names[k] = f"arm_{_hand(back, pieces.centre[k])}"
        else:
            names[k] = "backrest" if pieces.centre[k] @ back > 0.3 * size[deep] else "base"
    return names


def desk(pieces: Pieces) -> dict[int, str] | None:
    """A level plate over everything else, on cabinets and legs that reach up to it."""
    tops = _tops(pieces)
    if len(tops) != 1:
        return None
    top = int(tops[0])
    plan = pieces.extent[:, 0] * pieces.extent[:, 2] / (pieces.size[0] * pieces.size[2])
    stands = (pieces.low[:, 1] < 2 * GROUND) & (pieces.high[:, 1] > pieces.low[top, 1] - 0.1)
    stands[top] = False
    held = np.flatnonzero(stands)
    if len(held) < 2 or plan[held].max() > 0.5:
        return None
    for axis in (0, 2):
        if np.ptp([*pieces.low[held, axis], *pieces.high[held, axis]]) > 0.7 * pieces.size[axis]:
            break
    else:
        return None
    names = {top: "top"}
    cabinets = []
    for number, k in enumerate(held.tolist()):
        if plan[k] > 0.08:
            cabinets.append(k)
            names[k] = f"cabinet_{'left' if pieces.centre[k, 0] > 0 else 'right'}"
        else:
            names[k] = f"leg_{number + 1}"
    for k in range(len(pieces)):
        if k in names:
            continue
        near = [
            c
            for c in cabinets
            if (pieces.low[k] > pieces.low[c] - 0.12).all() and (pieces.high[k] < pieces.high[c] + 0.12).all()
        ]
        if near:
            thin = pieces.extent[k, [0, 2]].min() < 0.12 and pieces.extent[k, 1] < 0.5
            names[k] = "drawers" if thin and pieces.low[k, 1] > GROUND else names[near[0]]
        else:
            names[k] = "panel"
    return names
