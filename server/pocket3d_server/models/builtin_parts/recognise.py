"""Which kind of thing the parts make up, by rules about place and shape, and what each part is then called.

Each rule looks for the one arrangement it knows (legs under a plate, wheels under a body, limbs around a trunk)
and gives no names when it isn't there: a wrong name is worse than ``part_3``. Up is +Y, the front faces +Z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pocket3d_server.models.builtin_parts.face_graph import Floats, Ints
from pocket3d_server.models.builtin_parts.pieces import Pieces

GROUND = 0.06
"""A part stands on the ground when it reaches down to this share of the height."""


@dataclass(frozen=True)
class Reading:
    """What a thing was taken for."""

    kind: str
    names: dict[int, str]
    """Name of each part that has one; parts with the same name are one."""


def recognise(pieces: Pieces) -> Reading | None:
    """The first kind whose arrangement is there."""
    if len(pieces) < 2:
        return None
    for rule in (_vehicle, _furniture, _quadruped, _plane, _vessel, _tree):
        names = rule(pieces)
        if names:
            return Reading(rule.__name__.strip("_"), names)
    return None


def upright_figure(pieces: Pieces) -> bool:
    """Whether this may be a person: taller than deep, two separate feet, arms or not, one thing on top."""
    if pieces.size[2] > 0.8 or len(pieces) < 4:
        return False
    ground = pieces.groups(np.flatnonzero(pieces.low[:, 1] < GROUND))
    top = np.flatnonzero(pieces.high[:, 1] > 0.97)
    if len(ground) != 2 or len(top) == 0:
        return False
    left, right = (pieces.centre[g].mean(axis=0) for g in ground)
    apart = abs(left[0] - right[0]) > 0.5 * np.linalg.norm((left - right)[[0, 2]])
    return bool(apart and abs(pieces.centre[top[0], 0]) < 0.25 * pieces.size[0] + 0.05)


def _sides(where: Floats) -> str:
    """``front_left`` and so on of a place (3,) relative to the middle; +X is the left of something facing +Z."""
    return f"{'front' if where[2] > 0 else 'rear'}_{'left' if where[0] > 0 else 'right'}"


def _quarters(points: Floats) -> list[str] | None:
    """Names of four places (4, 3), one in each quarter around their middle; None when they aren't."""
    names = [_sides(p) for p in points - points.mean(axis=0)]
    return names if len(set(names)) == 4 else None


def _round(pieces: Pieces) -> Ints:
    """Parts that are discs or tyres around a horizontal axis."""
    flat = pieces.spread[:, 2] < 0.7 * pieces.spread[:, 1]
    even = pieces.spread[:, 1] > 0.85 * pieces.spread[:, 0]
    level = np.abs(pieces.axes[:, 2, 1]) < 0.25
    tall = pieces.extent[:, 1]
    along = np.maximum(pieces.extent[:, 0], pieces.extent[:, 2])
    return np.flatnonzero(flat & even & level & (np.abs(tall - along) < 0.2 * np.maximum(tall, along)))


def _vehicle(pieces: Pieces) -> dict[int, str] | None:
    """Two or more round wheels on the ground under something longer than high."""
    wheels = np.array(
        [k for k in _round(pieces) if pieces.low[k, 1] < GROUND and pieces.extent[k, 1] < 0.9], np.int64
    )
    if not 2 <= len(wheels) <= 12 or max(pieces.size[0], pieces.size[2]) < 1.1:
        return None
    names: dict[int, str] = {}
    quarters = _quarters(pieces.centre[wheels]) if len(wheels) == 4 else None
    for order, wheel in enumerate(wheels):
        names[int(wheel)] = f"wheel_{quarters[order] if quarters else order + 1}"
    # What lies within a wheel's box (rim, hub, tyre) belongs to it.
    rest = [k for k in range(len(pieces)) if k not in names]
    for wheel in wheels:
        room = 0.02
        for k in list(rest):
            inside = (pieces.low[k] > pieces.low[wheel] - room).all() and (
                pieces.high[k] < pieces.high[wheel] + room
            ).all()
            if inside:
                names[k] = names[int(wheel)]
                rest.remove(k)
    if not rest:
        return None
    body = max(rest, key=lambda k: pieces.area[k])
    names[body] = "body"
    for k in rest:
        if k != body and pieces.low[k, 1] > 0.5 and pieces.area[k] > 0.05:
            names[k] = "cabin"
    return names


def _furniture(pieces: Pieces) -> dict[int, str] | None:
    return _on_legs(pieces) or _pedestal_table(pieces)


def _on_legs(pieces: Pieces) -> dict[int, str] | None:
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
    quarters = _quarters(pieces.centre[legs]) if len(legs) == 4 else None
    for order, leg in enumerate(legs):
        names[int(leg)] = f"leg_{quarters[order] if quarters else order + 1}"
    rest = [k for k in range(len(pieces)) if k not in names]
    level = pieces.high[plate, 1]
    above = [k for k in rest if pieces.centre[k, 1] > level]
    if not above or pieces.high[above, 1].max() < level + 0.15:
        for k in rest:
            names[k] = "apron" if pieces.centre[k, 1] > 0.75 * level else "stretcher"
        return names
    middle = pieces.centre[plate]
    lean = np.average(pieces.centre[above], axis=0, weights=pieces.area[above]) - middle
    back = np.array([lean[0], 0, lean[2]]) / max(float(np.hypot(lean[0], lean[2])), 1e-9)
    names[plate] = "seat"
    half = pieces.extent[plate][[0, 2]].max() / 2
    for k in rest:
        toward = float((pieces.centre[k] - middle) @ back)
        if pieces.centre[k, 1] <= level:
            names[k] = "stretcher" if pieces.centre[k, 1] < 0.75 * level else "seat"
        elif toward > 0.5 * half:
            names[k] = "backrest"
        else:
            names[k] = "arm_left" if np.cross(back, pieces.centre[k] - middle)[1] < 0 else "arm_right"
    return names


def _pedestal_table(pieces: Pieces) -> dict[int, str] | None:
    """A level plate over everything else, which stands under its middle."""
    plan = pieces.extent[:, [0, 2]] / pieces.size[[0, 2]]
    tops = np.flatnonzero(
        (plan > 0.85).all(axis=1) & (pieces.extent[:, 1] < 0.2) & (pieces.high[:, 1] > 0.98)
    )
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


def _trunk(pieces: Pieces, feet: int) -> tuple[Ints, list[Ints]] | None:
    """The one or two parts that hold exactly ``feet`` separate limbs which stand on the ground, and those limbs."""
    large = np.argsort(-pieces.area)[:5]
    pairs = [(a, b) for a in large for b in large if a < b and pieces.touch[a, b]]
    for trunk in [(a,) for a in large] + pairs:
        if pieces.low[list(trunk), 1].min() < 0.1:
            continue
        others = np.setdiff1d(np.arange(len(pieces)), trunk)
        limbs = [g for g in pieces.groups(others) if pieces.low[g, 1].min() < GROUND]
        limbs = [
            g
            for g in limbs
            if pieces.area[g].sum() < 0.3 and np.ptp([*pieces.low[g, 1], *pieces.high[g, 1]]) > 0.15
        ]
        if len(limbs) == feet:
            return np.array(trunk, np.int64), limbs
    return None


def _quadruped(pieces: Pieces) -> dict[int, str] | None:
    """A thick level trunk on four limbs, with a head at one end."""
    found = _trunk(pieces, 4)
    if found is None:
        return None
    trunk, legs = found
    if np.ptp([pieces.low[trunk, 1].min(), pieces.high[trunk, 1].max()]) < 0.2:
        return None
    standing = {int(k) for leg in legs for k in leg}
    rest = np.array([k for k in range(len(pieces)) if k not in trunk and k not in standing], np.int64)
    ends = pieces.groups(rest)
    if not ends:
        return None
    middle = np.average(pieces.centre[trunk], axis=0, weights=pieces.area[trunk])
    head = max(ends, key=lambda g: pieces.area[g].sum() * (0.3 + pieces.high[g, 1].max()))
    ahead = np.average(pieces.centre[head], axis=0, weights=pieces.area[head]) - middle
    ahead = np.array([ahead[0], 0, ahead[2]])
    if np.linalg.norm(ahead) < 0.1 or pieces.high[head, 1].max() < middle[1]:
        return None
    ahead /= np.linalg.norm(ahead)
    left = np.array([ahead[2], 0, -ahead[0]])

    def own(points: Floats) -> Floats:
        return np.stack([points @ left, points[:, 1], points @ ahead], axis=1)

    places = own(np.array([pieces.centre[g].mean(axis=0) for g in legs]))
    quarters = _quarters(places)
    if quarters is None:
        return None
    names = {int(k): "body" for k in trunk}
    for leg, quarter in zip(legs, quarters):
        names.update({int(k): f"leg_{quarter}" for k in leg})
    skull = max(head, key=lambda k: pieces.area[k])
    for k in head:
        if k == skull:
            names[int(k)] = "head"
        elif pieces.touch[k][trunk].any() and pieces.area[k] > 0.3 * pieces.area[skull]:
            names[int(k)] = "neck"
        elif pieces.centre[k, 1] > pieces.centre[skull, 1] and pieces.area[k] < 0.5 * pieces.area[skull]:
            names[int(k)] = (
                "ear_left" if own(pieces.centre[[k]] - pieces.centre[skull])[0, 0] > 0 else "ear_right"
            )
        else:
            names[int(k)] = "head"
    for group in ends:
        if group is not head:
            behind = float((pieces.centre[group].mean(axis=0) - middle) @ ahead) < 0
            names.update({int(k): "tail" if behind else "head" for k in group})
    return names


def _plane(pieces: Pieces) -> dict[int, str] | None:
    """A long hull with two large thin wings, mirror images of each other across it."""
    hull = max(range(len(pieces)), key=lambda k: pieces.area[k] * pieces.touch[k].sum())
    x, z = pieces.size[0], pieces.size[2]
    if min(x, z) < 1.2:
        return None
    along = 2 if pieces.extent[hull, 2] >= pieces.extent[hull, 0] else 0
    across = 2 - along
    if pieces.extent[hull, along] < 0.55 * pieces.size[along]:
        return None
    off = pieces.centre[:, across] - pieces.centre[hull, across]
    thin = pieces.extent[:, 1] < 0.4 * pieces.extent[:, across]
    wings = [k for k in range(len(pieces)) if k != hull and thin[k] and pieces.touch[k, hull]]
    pairs = [
        (pieces.area[a] + pieces.area[b], a, b)
        for a in wings
        for b in wings
        if off[a] > 0 > off[b]
        and abs(off[a] + off[b]) < 0.1 * pieces.size[across]
        and 0.7 < pieces.area[a] / pieces.area[b] < 1.4
        and abs(pieces.centre[a, along] - pieces.centre[b, along]) < 0.1 * pieces.size[along]
    ]
    if not pairs:
        return None
    _, one, two = max(pairs)
    if pieces.extent[one, across] + pieces.extent[two, across] < 0.5 * pieces.size[across]:
        return None
    small = [k for k in range(len(pieces)) if k not in (hull, one, two) and pieces.touch[k, hull]]
    wing = pieces.centre[one, along]
    tail = [k for k in small if abs(pieces.centre[k, along] - wing) > 0.25 * pieces.size[along]]
    front = 1.0
    if tail:
        front = -np.sign(np.mean(pieces.centre[tail, along]) - wing) or 1.0
    sign = front if along == 2 else -front
    first = "left" if sign > 0 else "right"
    names = {hull: "fuselage", one: f"wing_{first}", two: f"wing_{'right' if first == 'left' else 'left'}"}
    for k in tail:
        upright = pieces.extent[k, 1] > pieces.extent[k, across]
        if upright:
            names[k] = "tail_fin"
        else:
            names[k] = f"tailplane_{'left' if off[k] * sign > 0 else 'right'}"
    return names


def _vessel(pieces: Pieces) -> dict[int, str] | None:
    """One large round body with one or two handles that meet it and stand off sideways."""
    body = int(np.argmax(pieces.area))
    if pieces.area[body] < 0.55 or abs(pieces.size[0] - pieces.size[2]) > 0.7 * max(
        pieces.size[0], pieces.size[2]
    ):
        return None
    wide = pieces.extent[body, [0, 2]]
    if abs(wide[0] - wide[1]) > 0.12 * wide.max() or pieces.low[body, 1] > 0.15:
        return None
    reach = np.linalg.norm((pieces.centre - pieces.centre[body])[:, [0, 2]], axis=1)
    others = [k for k in range(len(pieces)) if k != body]
    handles = [k for k in others if reach[k] > 0.42 * wide.max() and pieces.extent[k, 1] > 0.15]
    if not handles or len(handles) > 2:
        return None
    names = {body: "body"}
    names.update({k: "handle" if len(handles) == 1 else f"handle_{n + 1}" for n, k in enumerate(handles)})
    for k in others:
        if k not in names and reach[k] < 0.15 * wide.max():
            names[k] = "base" if pieces.centre[k, 1] < pieces.centre[body, 1] else "lid"
    return names


def _tree(pieces: Pieces) -> dict[int, str] | None:
    """One slim upright part on the ground, everything else wider and above it."""
    ground = np.flatnonzero(pieces.low[:, 1] < GROUND)
    if len(ground) != 1:
        return None
    trunk = int(ground[0])
    others = np.array([k for k in range(len(pieces)) if k != trunk], np.int64)
    width = np.sqrt(pieces.extent[trunk, 0] * pieces.extent[trunk, 2])
    crown = np.sqrt(pieces.size[0] * pieces.size[2])
    even = abs(pieces.size[0] - pieces.size[2]) < 0.3 * max(pieces.size[0], pieces.size[2])
    centred = np.hypot(pieces.centre[trunk, 0], pieces.centre[trunk, 2]) < 0.15 * crown
    slim = width < 0.35 * crown and pieces.extent[trunk, 1] > 1.5 * width and even and centred
    if not slim or pieces.centre[others, 1].min() < 0.3 or pieces.area[others].sum() < 0.5:
        return None
    return {trunk: "trunk"} | {int(k): "crown" for k in others}
