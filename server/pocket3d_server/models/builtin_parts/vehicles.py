"""Vehicles on wheels and things with wings, recognised by how their parts lie around a body."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.pieces import GROUND, Pieces
from pocket3d_server.models.parts.face_graph import Floats, Ints

SAME_AXLE = 0.08
"""Wheels that are nearer to each other along the vehicle than this share of its length sit on one axle."""


class Frame:
    """Pieces in the directions of the thing itself: ahead is +Z, or +X where the thing lies along X."""

    def __init__(self, pieces: Pieces, along: int) -> None:
        """``along`` is the axis, 0 or 2, from the rear to the front."""
        across = 2 - along
        left = 1 if along == 2 else -1
        self.length, self.width = float(pieces.size[along]), float(pieces.size[across])
        self.ahead: Floats = pieces.centre[:, along]
        self.left: Floats = pieces.centre[:, across] * left
        self.long: Floats = pieces.extent[:, along]
        self.wide: Floats = pieces.extent[:, across]
        self.tall: Floats = pieces.extent[:, 1]
        self.back: Floats = pieces.low[:, along]
        reach = np.stack([pieces.low[:, across], pieces.high[:, across]], axis=1) * left
        self.reach_left: Floats = reach.max(axis=1)
        self.reach_right: Floats = -reach.min(axis=1)


def side(left: float) -> str:
    """``left`` or ``right``."""
    return "left" if left > 0 else "right"


def vehicle(pieces: Pieces) -> dict[int, str] | None:
    """A body along at least two axles: pairs of wheels at its sides, or round wheels in its middle."""
    frame = Frame(pieces, 2 if pieces.size[2] >= pieces.size[0] else 0)
    if frame.length < 1.1:
        return None
    names = _wheels(pieces, frame)
    rest = np.array([k for k in range(len(pieces)) if k not in names], np.int64)
    if not names or len(rest) == 0:
        return None
    body = int(rest[pieces.area[rest].argmax()])
    if np.ptp([*frame.back[rest], *(frame.back + frame.long)[rest]]) < 0.7 * frame.length:
        return None
    for k in rest:
        names[int(k)] = "body" if k == body else _place_on_body(pieces, frame, int(k))
    return names


def _wheels(pieces: Pieces, frame: Frame) -> dict[int, str]:
    """Names of the wheels with their rims and hubs; empty without two axles."""
    flat = (frame.wide < 0.75 * frame.long) & (frame.long > 0.8 * frame.tall)
    flat &= frame.tall > 0.45 * frame.long  # the wing may hide a part of a wheel; a paw is flatter
    size = (frame.long < 0.6 * frame.length) & (frame.long > 0.05 * frame.length) & (frame.tall < 0.9)
    found = np.flatnonzero((pieces.low[:, 1] < GROUND) & flat & size)
    found = found[np.argsort(-frame.ahead[found])]
    axles: list[tuple[list[int], bool]] = []
    start = 0
    for end in range(1, len(found) + 1):
        apart = (
            end == len(found)
            or frame.ahead[found[end - 1]] - frame.ahead[found[end]] > SAME_AXLE * frame.length
        )
        if not apart:
            continue
        axle = found[start:end]
        start = end
        outer = np.abs(frame.left[axle]) > 0.18 * frame.width
        if (frame.left[axle[outer]] > 0).any() and (frame.left[axle[outer]] < 0).any():
            axles.append(([int(k) for k in axle[outer]], True))
        elif not outer.any():
            alike = np.abs(frame.tall[axle] - frame.long[axle]) < 0.2 * frame.long[axle]
            if alike.any() and pieces.spread[axle, 1].max() > 0.6 * pieces.spread[axle, 0].max():
                axles.append(([int(k) for k in axle[alike]], False))
    if len(axles) < 2:
        return {}
    names: dict[int, str] = {}
    for number, (members, paired) in enumerate(axles):
        place = ("front", "rear")[number] if len(axles) == 2 else str(number + 1)
        for k in members:
            name = f"wheel_{place}_{side(frame.left[k])}" if paired else f"wheel_{place}"
            names[k] = name
            for other in _within_wheel(pieces, frame, k):
                names.setdefault(int(other), name)
    return names


def _within_wheel(pieces: Pieces, frame: Frame, wheel: int) -> Ints:
    """Parts that lie within the circle of a wheel: its rim and hub, and what is left of a tyre under a wing."""
    across = max(frame.long[wheel], frame.tall[wheel])
    room = 0.08 * across
    ahead = np.abs(frame.ahead - frame.ahead[wheel]) + frame.long / 2 < across / 2 + room
    level = pieces.high[:, 1] < pieces.low[wheel, 1] + across + room
    reach = np.abs(frame.left - frame.left[wheel]) + frame.wide / 2 < frame.wide[wheel] / 2 + 0.4 * across
    slim = pieces.area < pieces.area[wheel]
    return np.flatnonzero(ahead & level & reach & slim)


def _place_on_body(pieces: Pieces, frame: Frame, k: int) -> str:
    """What a part of a vehicle that isn't a wheel is called, by where on the body it is."""
    y, ahead = pieces.centre[k, 1], frame.ahead[k] / frame.length
    if frame.wide[k] > 0.75 * frame.width and frame.tall[k] > 0.5 and ahead > 0.25 and pieces.area[k] > 0.08:
        return "cab"
    if pieces.low[k, 1] > 0.85:
        return "roof"
    if abs(ahead) > 0.38:
        return "front" if ahead > 0 else "rear"
    if y > 0.6:
        return "cabin"
    if abs(frame.left[k]) > 0.33 * frame.width:
        return f"side_{side(frame.left[k])}"
    if y < 0.35:
        return "underside"
    return "front" if ahead > 0.2 else "rear" if ahead < -0.2 else "body"


def plane(pieces: Pieces) -> dict[int, str] | None:
    """A long hull with flat wings on both sides and a fin."""
    return _winged(pieces, finned=True)


def winged(pieces: Pieces) -> dict[int, str] | None:
    """A body with flat wings on both sides that are mirror images of each other: a bird, say."""
    return _winged(pieces, finned=False)


def _winged(pieces: Pieces, finned: bool) -> dict[int, str] | None:
    if min(pieces.size[0], pieces.size[2]) < 1:
        return None
    for along in (2, 0):
        names = _wings_across(pieces, Frame(pieces, along), finned)
        if names:
            return names
    return None


def _wings_across(pieces: Pieces, frame: Frame, finned: bool) -> dict[int, str] | None:
    hulls = np.flatnonzero(
        (frame.long > 0.6 * frame.length)
        & (frame.wide < 0.45 * frame.width)
        & (np.abs(frame.left) < 0.08 * frame.width)
    )
    if len(hulls) == 0:
        return None
    hull = int(hulls[pieces.area[hulls].argmax()])
    thin = pieces.spread[:, 2] < 0.45 * pieces.spread[:, 1]
    level = thin & (frame.tall < 0.5 * frame.wide) & (np.abs(pieces.axes[:, 2, 1]) > 0.7)
    fins = (pieces.spread[:, 2] < 0.6 * pieces.spread[:, 1]) & (frame.tall > 1.5 * frame.wide)
    fins &= (frame.tall > 0.15) & (pieces.low[:, 1] > GROUND)
    fins &= (np.abs(frame.ahead) > 0.25 * frame.length) & (pieces.centre[:, 1] > pieces.centre[hull, 1])
    fins[hull] = level[hull] = False
    if finned != fins.any():
        return None
    front = -np.sign(frame.ahead[fins].sum()) if finned else 1.0
    far = frame.ahead * front < -0.33 * frame.length
    beside = np.abs(frame.left) > 0.6 * frame.wide[hull] / 2
    wings = level & beside & ~far
    spanning = level & ~beside & (frame.wide > 0.6 * frame.width) & ~far
    tips = [
        max(frame.reach_left[wings | spanning], default=0.0),
        max(frame.reach_right[wings | spanning], default=0.0),
    ]
    areas = [pieces.area[wings & (frame.left * s > 0)].sum() for s in (1, -1)]
    even = spanning.any() or (min(areas) > 0.02 and max(areas) < 2 * min(areas))
    if min(tips) < 0.8 * frame.width / 2 or not even:
        return None
    body = "fuselage" if finned else "body"
    names = {hull: body}
    for k in range(len(pieces)):
        if k == hull:
            continue
        hand = side(frame.left[k] * front)
        if spanning[k]:
            names[k] = (
                "upper_wing" if pieces.centre[k, 1] > pieces.centre[hull, 1] and wings.any() else "wing"
            )
        elif wings[k]:
            names[k] = f"wing_{hand}"
        elif fins[k]:
            names[k] = "tail_fin"
        elif far[k]:
            names[k] = f"tailplane_{hand}" if level[k] and beside[k] and finned else "tail"
        elif finned:
            names[k] = _fitting(pieces, frame, k, hull, front)
        else:
            names[k] = body
    return names


def _fitting(pieces: Pieces, frame: Frame, k: int, hull: int, front: float) -> str:
    """What hangs on a plane besides wings and tail."""
    if pieces.low[k, 1] < GROUND and pieces.high[k, 1] < pieces.centre[hull, 1]:
        return "landing_gear"
    ahead = frame.ahead[k] * front
    if ahead > 0.38 * frame.length and frame.long[k] < 0.6 * max(frame.tall[k], frame.wide[k]):
        return "propeller"
    if abs(frame.left[k]) > 0.6 * frame.wide[hull] / 2:
        return f"engine_{side(frame.left[k] * front)}" if frame.long[k] > frame.wide[k] else "strut"
    return "canopy" if pieces.centre[k, 1] > pieces.centre[hull, 1] else "fuselage"
