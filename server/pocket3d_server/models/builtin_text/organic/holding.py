"""Arms and fingers of a person who holds something, and where the hands are then."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_text.organic.body import HumanBody, Turns

Array = NDArray[np.float64]

ELBOW = {"hold": -52.0, "shield": -62.0, "carry": -66.0, "hang": 4.0, "lean": -16.0}
"""Degrees that the forearm is raised to the front, by the way of holding."""
CURL = {
    "hold": (62.0, 68.0, 40.0),
    "shield": (62.0, 68.0, 40.0),
    "hang": (62.0, 68.0, 40.0),
    "lean": (62.0, 68.0, 40.0),
    "carry": (12.0, 14.0, 10.0),
}
"""Degrees that each joint of a finger bends."""
LONG_FINGERS = range(2, 6)


def holding(body: HumanBody, hands: frozenset[str]) -> Turns:
    """Turns of the bones of the arms whose ``hands`` ("right_hold", "left_shield") are to hold something."""
    turns: Turns = {}
    for word in sorted(hands):
        side, way = word.split("_")
        s = side[0].upper()
        sign = 1.0 if s == "L" else -1.0
        inward = 24.0 if way in ("shield", "carry") else 4.0
        turns[f"upperarm01.{s}"] = (0.0, 0.0, -20.0 * sign)
        turns[f"lowerarm01.{s}"] = about([0, 1, 0], -sign * inward) @ about([1, 0, 0], ELBOW[way])
        across, _, palm = _frame(body, s)
        # Towards the palm: the fingers' far ends move along it.
        for finger in LONG_FINGERS:
            for joint, degrees in enumerate(CURL[way], 1):
                turns[f"finger{finger}-{joint}.{s}"] = about(np.cross(_along(body, s), palm), degrees)
        if way != "carry":
            turns[f"finger1-2.{s}"] = about(across, 18.0 * sign)
    return turns


def hands_of(body: HumanBody, hands: frozenset[str]) -> dict[str, Any]:
    """For the left and the right hand among ``hands`` its middle, the axis of its fist towards the thumb, the way to the knuckles
    and out of the palm, each (3,)."""
    found = {}
    for word in sorted(hands):
        side = word.split("_")[0]
        s = side[0].upper()
        across, along, palm = _frame(body, s)
        wrist, knuckles = body.joint(f"wrist.{s}"), body.joint(f"finger3-1.{s}")
        length = float(np.linalg.norm(knuckles - wrist))
        at = wrist + 0.92 * (knuckles - wrist) + 0.30 * length * palm
        found[side] = {"at": at, "axis": across, "along": along, "palm": palm}
    return found


def _along(body: HumanBody, s: str) -> Array:
    v = body.joint(f"finger3-1.{s}") - body.joint(f"wrist.{s}")
    return np.asarray(v / np.linalg.norm(v))


def _frame(body: HumanBody, s: str) -> tuple[Array, Array, Array]:
    """(across towards the thumb, along to the knuckles, out of the palm), unit vectors."""
    along = _along(body, s)
    across = body.joint(f"finger2-1.{s}") - body.joint(f"finger5-1.{s}")
    across = across - (across @ along) * along
    across = across / np.linalg.norm(across)
    palm = np.cross(across, along) if s == "R" else np.cross(along, across)
    return across, along, palm


def about(axis: Any, degrees: float) -> Array:
    """(3, 3) turn about a unit axis (Rodrigues)."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * k @ k)
