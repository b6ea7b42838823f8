"""Things in people's hands: which way each kind of thing is held, and where the hands are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster
from pocket3d_server.models.language.understand import singular

Array = NDArray[np.float64]

GRIPS = ("grip", "hilt", "handle", "haft", "bail", "shaft", "stick", "strap", "pommel", "stem")
"""Words in names of parts that a hand closes around, the surest first."""
STAFF = 1.25
"""Metres from which a rod is held upright with its end on the ground."""
LARGE = 0.28
"""Metres from which a thing takes both hands."""
MOST = 2.6
"""Metres of the longest thing that a hand holds."""


@dataclass(frozen=True)
class Hold:
    """How a thing is held: ``grip`` in a fist, ``staff`` upright, ``lean`` with the hand on top, ``hang`` by its top, ``shield`` on the forearm,
    ``palm`` in one hand, ``carry`` in front of the body with both."""

    way: str
    at: Array
    """(3,) the point of the thing that comes into the hand."""
    axis: Array
    """(3,) from that point along the thing."""


@dataclass(frozen=True)
class Hand:
    """One hand in the frame of its body."""

    at: Array
    """(3,) the middle of the closed hand."""
    axis: Array
    """(3,) through the fist, towards the thumb."""
    along: Array
    """(3,) from the wrist to the knuckles."""
    palm: Array
    """(3,) out of the palm."""


def holdable(cluster: Cluster) -> bool:
    """Whether a person could hold the thing: neither large nor heavy-set."""
    low, high = cluster.own_box
    size = np.sort(high - low)
    light = np.prod(size) < 0.2 or (_grip(cluster) is not None and size[2] < 1.4)
    return bool(size[2] < MOST and size[1] < 1.4 and size[0] < 1.2 and light)


def hold_of(cluster: Cluster) -> Hold:
    """How the thing is held, from its shape and the names of its parts."""
    vertices, _ = cluster.own_mesh
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size, middle = high - low, (low + high) / 2
    long = int(np.argmax(size))
    others = np.delete(size, long)
    phrases = {w for phrase in cluster.pieces[0].made.route.family.phrases for w in phrase.split()}
    up = np.array([0.0, 1.0, 0.0])
    if phrases & {"shield", "buckler"}:
        return Hold("shield", np.array([middle[0], middle[1], low[2]]), up)
    ratio = size[long] / max(others.max(), 1e-6)
    axis = np.eye(3)[long]
    start = middle - axis * (size[long] / 2)
    way = "staff" if size[long] > STAFF and ratio > 6 else "grip"
    grip = _grip(cluster)
    if grip is not None:
        # Where along the thing its handle is tells how it is used.
        offset = (grip.mean(axis=0) - middle) / size
        k = long if ratio > 1.6 else int(np.argmax(np.abs(offset)))
        rest = float(vertices[:, k].mean() - grip.mean(axis=0)[k])
        whole = float(np.ptp(grip, axis=0)[k]) > 0.6 * size[k]
        axis = np.eye(3)[k] * (np.sign(rest if whole else -offset[k]) or 1.0)
        if k == 1 and offset[k] > 0.3 and ratio > 6 and size[1] > 0.7:  # a walking stick
            return Hold("lean", np.array([*grip.mean(axis=0)[:1], high[1], grip.mean(axis=0)[2]]), up)
        if k == 1 and offset[k] > 0.15 and ratio < 2.2:
            return Hold("hang", np.array([grip.mean(axis=0)[0], high[1], grip.mean(axis=0)[2]]), up)
        if k == 1 or (k == long and ratio > 1.6):
            length = float(np.ptp(grip, axis=0)[k])
            end = grip.mean(axis=0) - axis * (length / 2)
            return Hold(way, end + axis * (0.5 if length < 0.4 * size[k] else 0.3) * length, axis)
        if size.max() < LARGE * 1.2:
            return Hold("palm", grip.mean(axis=0), up)
    elif ratio > 3.2:
        return Hold(way, start + axis * (0.55 if way == "staff" else 0.16) * size[long], axis)
    if size.max() > LARGE:
        return Hold("carry", np.array([middle[0], middle[1], low[2]]), up)
    return Hold("palm", middle, up)


def _grip(cluster: Cluster) -> Array | None:
    """Lowest and highest corner (2, 3) of the parts that are made for the hand."""
    names = [({singular(w) for w in p.name.lower().split("_")}, p) for p in cluster.pieces[0].parts]
    for word in GRIPS:
        parts = [part for words, part in names if word in words]
        if parts:
            return np.stack(Asset(parts).bounds())
    return None


def hands_of(cluster: Cluster) -> dict[str, Hand]:
    """The hands of a figure: those that its builder tells, else from parts named after hands, else from its outline."""
    told = cluster.pieces[0].made.asset.extras.get("hands")
    if told:
        return {
            s: Hand(*(np.asarray(told[s][k], float) for k in ("at", "axis", "along", "palm"))) for s in told
        }
    found = {}
    vertices, _ = cluster.own_mesh
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        named = [
            p for p in cluster.pieces[0].parts
            if {"hand", "fist", "gripper", "claw", "finger", "wrist", "palm"} & {singular(w) for w in p.name.lower().split("_")}
        ]  # fmt: skip
        points = Asset(named).merged()[0] if named else vertices
        points = points[points[:, 0] * sign > 0]
        if not len(points):
            continue
        if not named:
            # The outermost point between knee and shoulder.
            share = (points[:, 1] - low[1]) / (high[1] - low[1])
            points = points[(share > 0.22) & (share < 0.72)]
            if not len(points):
                continue
            points = points[points[:, 0] * sign > np.quantile(points[:, 0] * sign, 0.97)]
        at = (points.min(axis=0) + points.max(axis=0)) / 2
        found[side] = Hand(
            at, np.array([0, 0.55, 0.83]), np.array([0, -0.83, 0.55]), np.array([-sign, 0.0, 0.0])
        )
    return found


def held(thing: Cluster, hold: Hold, hand: Hand, both: dict[str, Hand]) -> Cluster:
    """``thing`` in ``hand``, or before the body between ``both`` hands."""
    if hold.way == "staff":
        turn = _facing(hold.axis, np.array([0.0, 1.0, 0.0]))
        made = thing.moved(np.zeros(3), turn)
        low = made.own_box[0]
        point = turn @ hold.at
        return made.moved(np.array([hand.at[0] - point[0], -low[1], hand.at[2] - point[2]]))
    if hold.way == "grip":
        low, high = thing.own_box
        wide = float(np.sort(high - low)[1]) > 0.6  # an umbrella would be in one's face
        axis = np.array([0.0, 1.0, 0.0]) if wide else hand.axis / np.linalg.norm(hand.axis)
        turn = _facing(hold.axis, axis, hand.along)
    elif hold.way == "shield":
        side = np.sign(hand.at[0]) or 1.0
        out = np.array([0.42 * side, 0.0, 0.91])
        turn = _columns(np.cross([0.0, 1.0, 0.0], out), np.array([0.0, 1.0, 0.0]), out)
        at = hand.at - 0.09 * hand.along + 0.055 * out
        return thing.moved(at - turn @ hold.at, turn)
    elif hold.way == "carry":
        front = np.mean([h.at for h in both.values()], axis=0)
        front[0] = 0.0 if len(both) == 2 else front[0]
        return thing.moved(front - [0.0, 0.0, 0.06] - hold.at)
    else:
        turn = np.eye(3)
    at = hand.at.copy()
    if hold.way == "lean":
        at[1] = max(float(at[1]), float(hold.at[1]))
    if hold.way == "palm":
        low, high = thing.own_box
        at += hand.palm * (0.5 * float(np.abs(hand.palm) @ (high - low)) + 0.006)
    return thing.moved(at - turn @ hold.at, turn)


def _facing(axis: Array, way: Array, front: Array | None = None) -> Array:
    """(3, 3) turn that takes ``axis`` to ``way``, and the thing's breadth towards ``front``."""
    a = axis / np.linalg.norm(axis)
    broad = np.eye(3)[0] if abs(a[0]) < 0.9 else np.eye(3)[1]
    first = np.stack([broad, a, np.cross(broad, a)], axis=1)
    w = way / np.linalg.norm(way)
    f = np.array([1.0, 0, 0]) if front is None else np.asarray(front, float)
    f = f - (f @ w) * w
    f = f / max(np.linalg.norm(f), 1e-9)
    second = np.stack([f, w, np.cross(f, w)], axis=1)
    return np.asarray(second @ first.T)


def _columns(x: Array, y: Array, z: Array) -> Array:
    m = np.stack([x / np.linalg.norm(x), y, z / np.linalg.norm(z)], axis=1)
    return np.asarray(m)
