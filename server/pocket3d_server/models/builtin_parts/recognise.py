"""Which kind of thing the parts make up, by rules about place and shape, and what each part is then called.

Each rule looks for the one arrangement it knows (legs under a plate, wheels under a body, limbs around a trunk)
and gives no names when it isn't there: a wrong name is worse than ``part_3``. Up is +Y, the front faces +Z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pocket3d_server.models.builtin_parts.animals import quadruped
from pocket3d_server.models.builtin_parts.furniture import (
    armchair,
    desk,
    on_legs,
    pedestal_table,
    swivel_chair,
)
from pocket3d_server.models.builtin_parts.pieces import Pieces
from pocket3d_server.models.builtin_parts.plants import plant, tree
from pocket3d_server.models.builtin_parts.vehicles import plane, vehicle, winged

Rule = Callable[[Pieces], dict[int, str] | None]


@dataclass(frozen=True)
class Reading:
    """What a thing was taken for."""

    kind: str
    names: dict[int, str]
    """Name of each part that has one; parts with the same name are one."""


def recognise_made(pieces: Pieces) -> Reading | None:
    """The first kind of thing that people make whose arrangement is there."""
    rules: dict[Rule, str] = {
        on_legs: "piece of furniture",
        pedestal_table: "table",
        swivel_chair: "chair",
        plane: "plane",
        vehicle: "vehicle",
        armchair: "seat with arms",
        desk: "desk",
        vessel: "vessel",
    }
    return _first(pieces, rules)


def recognise_grown(pieces: Pieces) -> Reading | None:
    """The same for what grows."""
    return _first(
        pieces,
        {winged: "winged thing", quadruped: "four-legged animal", tree: "tree", plant: "plant"},
    )


def _first(pieces: Pieces, rules: dict[Rule, str]) -> Reading | None:
    if len(pieces) < 2:
        return None
    for rule, kind in rules.items():
        names = rule(pieces)
        if names:
            return Reading(kind, names)
    return None


def vessel(pieces: Pieces) -> dict[int, str] | None:
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
