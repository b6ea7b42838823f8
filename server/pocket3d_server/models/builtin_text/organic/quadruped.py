"""From proportions to flesh: a four-legged animal as blended round cones over its skeleton."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.implicit import Blend, Chain, Ellipsoid, HalfSpace, RoundCone, curve
from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy
from pocket3d_server.models.builtin_text.organic.poses import (
    GAITS,
    Gait,
    Turned,
    folded_hind_leg,
    outstretched_fore_leg,
    seat,
    sink,
    swung,
    turn_terms,
)

Array = NDArray[np.float64]
SIDE = np.array([1.0, 0.0, 0.0])
UP = np.array([0.0, 1.0, 0.0])
LONG_TAIL = 0.7
"""In withers heights; such a tail is laid round the haunches of a sitting animal."""


@dataclass(frozen=True)
class HeadFrame:
    """Where the head is: its origin (back of the skull), its axes and its length."""

    origin: Array
    up: Array
    forward: Array
    length: float

    def at(self, sideways: float, up: float, forward: float) -> Array:
        """A point (3,) given in head lengths."""
        return self.origin + self.length * (sideways * SIDE + up * self.up + forward * self.forward)

    def local(self, points: Array) -> Array:
        """Points (N, 3) in head lengths: sideways, up, forward."""
        axes = np.stack([SIDE, self.up, self.forward], axis=1)
        return (points - self.origin) @ axes / self.length


@dataclass(frozen=True)
class Body:
    """The one continuous solid of an animal and the landmarks that coats, eyes and horns need."""

    blend: Blend
    head: HeadFrame
    hips: Array
    """Root of the tail (3,)."""
    neck: Array
    """Centre line of the neck from the trunk to the skull (5, 3)."""
    tail: Array
    """Centre line of the tail (N, 3), empty when there is none."""


def flesh_out(a: Anatomy, pose: str = "standing") -> Body:
    """Build trunk, legs, neck and head in units of the withers height, standing on y = 0, facing +z.

    ``pose`` is standing, sitting, lying, sleeping, walking or running.
    """
    blend = Blend()
    _trunk(blend, a)
    if pose == "sitting":
        return _seated(blend, a)
    if pose in ("lying", "sleeping"):
        return _lying(blend, a, pose == "sleeping")
    gait = GAITS.get(pose)
    for side in (-1.0, 1.0):
        _fore_leg(blend, a, side, gait)
        _hind_leg(blend, a, side, gait)
    head, neck = _neck(blend, a)
    _head(blend, a, head)
    hips = np.array([0.0, a.croup - 0.09, -a.length / 2 - 0.11 * a.rump[1] / 0.36])
    tail = _tail(blend, a, hips)
    if gait is None:
        blend.add(HalfSpace((0, 0, 0), UP), 0.004, carve=True)
    return Body(blend, head, hips, neck, tail)


def _seated(blend: Blend, a: Anatomy) -> Body:
    """An animal whose ``blend`` has a standing trunk, sitting down on its haunches."""
    turn, about = seat(a)
    turn_terms(blend, 0, turn, about)
    hips = about + turn @ (np.array([0.0, a.croup - 0.09, -a.length / 2 - 0.08]) - about)
    for side in (-1.0, 1.0):
        _fore_leg(blend, a, side)
        folded_hind_leg(blend, a, side, hips)
        _foot(blend, a, side * 1.08 * max(a.rump[0] * 0.50, a.stance[1]), float(hips[2]) + 0.30, a.hind[2])
    head, neck = _neck(blend, replace(a, neck_rise=min(a.neck_rise + 22, 82)))
    _head(blend, a, head)
    root = np.array([0.0, max(float(hips[1]) - 0.02, 1.2 * a.tail.radius), float(hips[2]) - 0.02])
    long = a.tail.length > LONG_TAIL
    down = replace(a.tail, rise=-8, curl=8) if long else replace(a.tail, rise=-8, curl=30)
    tail = _tail(blend, replace(a, tail=down), root, 165 if long else 0)
    blend.add(HalfSpace((0, 0, 0), UP), 0.004, carve=True)
    return Body(blend, head, hips, neck, tail)


def _lying(blend: Blend, a: Anatomy, asleep: bool) -> Body:
    """An animal whose ``blend`` has a standing trunk, lying on its belly; asleep, its chin is on the ground."""
    down = sink(a)
    drop = np.array([0.0, -down, 0.0])
    _carry(blend, 0, np.eye(3), np.zeros(3), drop)
    hips = np.array([0.0, a.croup - 0.09, -a.length / 2 - 0.11 * a.rump[1] / 0.36]) + drop
    for side in (-1.0, 1.0):
        foot, turn = outstretched_fore_leg(blend, a, side, down)
        start = len(blend.terms)
        _foot(blend, a, 0.0, 0.0, a.fore[2])
        _carry(blend, start, turn, np.array([0.0, 0.95 * a.foot_size, 0.0]), foot)
        folded_hind_leg(blend, a, side, hips + (0, 0, 0.06), 0.5 * (a.croup - down))
        _foot(blend, a, side * 1.08 * max(a.rump[0] * 0.50, a.stance[1]), float(hips[2]) + 0.36, a.hind[2])
    start = len(blend.terms)
    pose = replace(a, neck_rise=_chin_down(a, down), head=replace(a.head, pitch=10)) if asleep else a
    head, neck = _neck(blend, pose)
    _head(blend, pose, head)
    _carry(blend, start, np.eye(3), np.zeros(3), drop)
    head = replace(head, origin=head.origin + drop)
    root = np.array([0.0, max(float(hips[1]) - 0.10, 1.3 * a.tail.radius), float(hips[2]) - 0.02])
    fall = -float(np.degrees(np.arcsin(np.clip((root[1] - a.tail.radius) / max(a.tail.length, 0.1), 0, 1))))
    tail = _tail(blend, replace(a, tail=replace(a.tail, rise=1.5 * fall, curl=-1.5 * fall)), root)
    blend.add(HalfSpace((0, 0, 0), UP), 0.004, carve=True)
    return Body(blend, head, hips, neck + drop, tail)


def _chin_down(a: Anatomy, down: float) -> float:
    """The neck's rise in degrees that lays the jaw on the ground when the shoulders are ``down`` lower."""
    root = 0.985 - 0.92 * a.neck_radii[0] - down
    (up, ahead, radius), pitch = a.head.jaw[1], np.radians(10)
    chin = a.head.length * (radius - 0.02 - up * np.cos(pitch) + (ahead - 0.20) * np.sin(pitch))
    return float(np.degrees(np.arcsin(np.clip((chin - root + 0.3 * a.foot_size) / a.neck, -0.8, 0.9))))


def _trunk(blend: Blend, a: Anatomy) -> None:
    along = np.array([-0.07, 0.16, 0.50, 0.80, 1.0, 1.13])
    middle = 0.55 * a.chest[1] + 0.45 * a.loin[1]
    depth = np.array(
        [
            0.74 * a.chest[1],
            a.chest[1],
            middle + a.belly,
            a.loin[1] + 0.6 * a.belly,
            a.rump[1],
            0.72 * a.rump[1],
        ]
    )
    mid_width = 0.6 * a.chest[0] + 0.4 * a.loin[0]
    width = np.array(
        [
            0.78 * a.chest[0],
            a.chest[0],
            mid_width + 0.8 * a.belly,
            a.loin[0] + 0.5 * a.belly,
            a.rump[0],
            0.75 * a.rump[0],
        ]
    )
    sag = (1 + a.croup) / 2 - a.dip
    top = np.array([0.965, 1.0, sag, 0.35 * sag + 0.65 * a.croup, a.croup, a.croup - 0.035])
    z = a.length * (0.5 - along)
    centre = np.stack([0 * z, top - depth / 2, z], axis=1)
    centre[3, 1] += a.tuck / 2
    for i in range(len(z) - 1):
        flat = (width[i] + width[i + 1]) / (depth[i] + depth[i + 1])
        blend.add(
            RoundCone(centre[i], centre[i + 1], depth[i] / 2, depth[i + 1] / 2, (SIDE, flat)), 0.06, "trunk"
        )
    for forward, height, radius in a.humps:
        blend.add(
            Ellipsoid((0, 1.0 + height - radius, forward), (radius * 0.75, radius, radius * 1.1)),
            0.12,
            "trunk",
        )


def _fore_leg(blend: Blend, a: Anatomy, side: float, gait: Gait | None = None) -> None:
    z = a.length / 2
    upper, lower, cannon = a.fore
    half = a.chest[0] / 2
    scapula = (side * (half * 0.62), 0.86, z - 0.13)
    shoulder = (side * (half * 0.74), a.elbow + 0.30 * (1 - a.elbow), z + 0.015)
    elbow = (side * max(half * 0.78, a.stance[0] * 0.92), a.elbow, z - 0.075)
    wrist = (side * a.stance[0], a.wrist, z - 0.055)
    foot = (side * a.stance[0], 0.95 * a.foot_size, z - 0.05)
    blend.add(RoundCone(scapula, shoulder, upper * 0.95, upper * 1.12, (SIDE, 0.75)), 0.07, "trunk")
    joints, turn = np.array([shoulder, elbow, wrist, foot]), np.eye(3)
    if gait is not None:
        joints, turn = swung(joints, gait, 0 if side > 0 else 1)
    line = curve(list(joints), 10)
    radii = np.interp(
        np.linspace(0, 3, 10),
        [0, 1, 1.7, 2, 2.25, 3],
        [upper, 0.9 * upper, lower, 1.1 * cannon, cannon, cannon],
    )
    blend.add(Chain(line, radii), 0.05, "leg")
    start = len(blend.terms)
    _foot(blend, a, side * a.stance[0], z - 0.05, cannon)
    if gait is not None:
        _carry(blend, start, turn, np.array(foot), joints[-1])


def _carry(blend: Blend, start: int, turn: Array, old: Array, new: Array) -> None:
    """Turn the shapes from number ``start`` on and take them from point ``old`` to point ``new``."""
    for i in range(start, len(blend.terms)):
        term = blend.terms[i]
        blend.terms[i] = replace(term, shape=Turned(term.shape, turn, old, new - old))


def _hind_leg(blend: Blend, a: Anatomy, side: float, gait: Gait | None = None) -> None:
    z = -a.length / 2
    thigh, gaskin, cannon = a.hind
    half = a.rump[0] / 2
    hip = (side * half * 0.62, a.croup - 0.17, z - 0.01)
    haunch = (side * half * 0.72, 0.55 * (a.croup - 0.17) + 0.45 * a.knee, z + 0.01)
    knee = (side * max(half * 0.86, a.stance[1] * 0.95), a.knee, z + 0.095 * a.angle)
    hock = (side * a.stance[1], a.hock, z - 0.125 * a.angle)
    foot = (side * a.stance[1], 0.95 * a.foot_size, z - 0.085 * a.angle)
    blend.add(Ellipsoid(haunch, (thigh * 0.85, (hip[1] - a.knee) * 0.62, thigh * 1.25)), 0.07, "trunk")
    shank = 0.5 * (np.array(knee) + np.array(hock)) + (0, 0, -0.02 * a.angle)
    turn = np.eye(3)
    line = np.array([knee, shank, hock, foot])
    if gait is not None:
        leg = 2 if side > 0 else 3
        joints, turn = swung(np.array([hip, knee, hock, foot]), gait, leg)
        line = np.array([joints[1], 0.5 * (joints[1] + joints[2]), joints[2], joints[3]])
        knee = joints[1]
    blend.add(RoundCone(hip, knee, thigh * 0.95, gaskin * 1.30, (SIDE, 0.8)), 0.06, "leg")
    blend.add(Chain(line, [1.22 * gaskin, 0.9 * gaskin, 1.12 * cannon, cannon]), 0.04, "leg")
    start = len(blend.terms)
    _foot(blend, a, side * a.stance[1], z - 0.085 * a.angle, cannon)
    if gait is not None:
        _carry(blend, start, turn, np.array(foot), line[-1])


def _foot(blend: Blend, a: Anatomy, x: float, z: float, cannon: float) -> None:
    s = a.foot_size
    if a.foot == "paw":
        blend.add(Ellipsoid((x, 0.55 * s, z + 0.45 * s), (0.95 * s, 0.62 * s, 1.15 * s)), 0.03, "foot")
        for i in range(4):
            across = (i - 1.5) / 1.5
            toe = (x + across * 0.66 * s, 0.36 * s, z + (1.35 - 0.32 * across**2) * s)
            blend.add(Ellipsoid(toe, (0.29 * s, 0.40 * s, 0.46 * s)), 0.008, "foot")
    elif a.foot == "hoof":
        blend.add(
            RoundCone((x, 1.9 * s, z), (x, 1.25 * s, z + 0.25 * s), cannon * 1.2, cannon * 1.05), 0.02, "leg"
        )
        blend.add(
            RoundCone((x, 1.05 * s, z + 0.30 * s), (x, 0.15 * s, z + 0.55 * s), 0.78 * s, 1.08 * s),
            0.008,
            "hoof",
        )
    elif a.foot == "cloven":
        for across in (-1, 1):
            top = (x + across * 0.30 * s, 0.95 * s, z + 0.20 * s)
            tip = (x + across * 0.46 * s, 0.10 * s, z + 0.75 * s)
            blend.add(RoundCone(top, tip, 0.55 * s, 0.50 * s), 0.008, "hoof")
    else:
        blend.add(
            RoundCone((x, 1.6 * s, z), (x, 0.1 * s, z + 0.12 * s), cannon * 1.0, cannon * 1.22), 0.04, "foot"
        )


def _neck(blend: Blend, a: Anatomy) -> tuple[HeadFrame, Array]:
    rise = np.radians(a.neck_rise)
    r0, r1 = a.neck_radii
    along = np.array([0.0, np.sin(rise), np.cos(rise)])
    root = np.array([0.0, 0.985 - 0.92 * r0, a.length / 2 - 0.03])
    end = root + a.neck * along
    bow = np.array([0.0, np.cos(rise), -np.sin(rise)]) * 0.05 * a.neck
    line = curve([root, (root + end) / 2 + bow, end], 5)
    radii = np.interp(np.linspace(0, 1, 5), [0, 0.45, 1], [r0, 0.4 * r0 + 0.6 * r1, r1])
    blend.add(Chain(line, radii, (SIDE, a.neck_flat)), 0.07, "neck")
    breast = np.array([0.0, 0.98 - 0.62 * a.chest[1], a.length / 2 + 0.02])
    throat = line[2] - np.array([0.0, 0.25 * r1, 0.0])
    blend.add(
        RoundCone(breast, throat, 0.62 * r0, 0.7 * r1, (SIDE, min(1.0, a.neck_flat * 1.1))), 0.09, "neck"
    )
    pitch = np.radians(a.head.pitch)
    forward = np.array([0.0, -np.sin(pitch), np.cos(pitch)])
    up = np.array([0.0, np.cos(pitch), np.sin(pitch)])
    origin = end + a.head.length * (-0.20 * forward + 0.02 * up)
    return HeadFrame(origin, up, forward, a.head.length), line


def _head(blend: Blend, a: Anatomy, frame: HeadFrame) -> None:
    h, size = a.head, frame.length
    axes = np.stack([SIDE, frame.up, frame.forward], axis=1)
    blend.add(Ellipsoid(frame.at(0, *h.skull_at), np.array(h.skull) * size, axes), 0.06, "head")
    for sideways in (-1, 1):
        across, up, forward, radius = h.cheek
        blend.add(
            Ellipsoid(
                frame.at(sideways * across, up, forward), np.array([0.85, 1, 1.15]) * radius * size, axes
            ),
            0.12 * size,
            "head",
        )
        if h.brow is not None:
            across, up, forward, radius = h.brow
            blend.add(
                Ellipsoid(frame.at(sideways * across, up, forward), np.full(3, radius * size)),
                0.10 * size,
                "head",
            )
    squash = (SIDE, h.muzzle_wide)
    for (up0, at0, r0), (up1, at1, r1), soft in ((*h.muzzle, 0.12), (*h.jaw, 0.07)):
        cone = RoundCone(frame.at(0, up0, at0), frame.at(0, up1, at1), r0 * size, r1 * size, squash)
        blend.add(cone, soft * size, "head")
    if h.pads is not None:
        across, up, forward, radius = h.pads
        for sideways in (-1, 1):
            blend.add(
                Ellipsoid(
                    frame.at(sideways * across, up, forward), np.array([1.0, 0.85, 0.9]) * radius * size, axes
                ),
                0.05 * size,
                "head",
            )
    if "trunk" in a.extras:
        tip = frame.at(0, *a.head.muzzle[1][:2])
        drop = (
            np.array([0, 0.06, 0.02]),
            np.array([0, -0.10, 0.09]),
            np.array([0, -0.34, 0.08]),
            np.array([0, -0.58, 0.05]),
        )
        line = [frame.at(0, *a.head.muzzle[0][:2]), tip, *(tip + d for d in drop[1:]), tip + (0, -0.66, 0.13)]
        radii = np.interp(
            np.linspace(0, 5, 16), [0, 1, 3, 5], np.array([1.0, 0.9, 0.55, 0.36]) * a.head.muzzle[1][2] * size
        )
        blend.add(Chain(curve(line, 16), radii), 0.04, "head")
    if h.nostrils is not None:
        across, up, forward, radius = h.nostrils
        for sideways in (-1, 1):
            hole = Ellipsoid(
                frame.at(sideways * across, up, forward), np.array([0.7, 1.0, 1.1]) * radius * size, axes
            )
            blend.add(hole, 0.03 * size, carve=True)


def _tail(blend: Blend, a: Anatomy, root: Array, wrap: float = 0.0) -> Array:
    """The tail from ``root``, turned by ``wrap`` degrees to the side over its length."""
    t = a.tail
    if t.kind == "none":
        return np.zeros((0, 3))
    steps = 9
    angle = np.radians(t.rise + t.curl * np.linspace(0, 1, steps))
    step = t.length / steps
    aside = np.radians(wrap) * np.linspace(0, 1, steps)
    flat = np.cos(angle)
    moves = np.stack([flat * np.sin(aside), np.sin(angle), -flat * np.cos(aside)], axis=1) * step
    line = np.concatenate([root[None], root + np.cumsum(moves, axis=0)])
    s = np.linspace(0, 1, len(line))
    if t.kind == "hair":  # the hair itself is a part of its own; this is the dock under it
        blend.add(Chain(line[:4], t.radius * np.linspace(1.0, 0.6, 4)), 0.04, "tail")
    elif t.kind == "bushy":
        blend.add(
            Chain(line, t.radius * (0.55 + 0.95 * np.sin(np.pi * np.clip(s * 1.05, 0, 1)) ** 0.8 - 0.25 * s)),
            0.04,
            "tail",
        )
    elif t.kind == "tuft":
        blend.add(Chain(line, t.radius * (1 - 0.5 * s)), 0.04, "tail")
        tip = line[-1] - line[-2]
        blend.add(RoundCone(line[-2], line[-1] + 1.2 * tip, t.radius * 1.5, t.radius * 0.5), 0.03, "tail_tip")
    elif t.kind == "bob":
        blend.add(
            Ellipsoid(root + (0, 0.0, -0.4 * t.radius), (t.radius, t.radius, t.radius * 0.9)), 0.04, "tail"
        )
    elif t.kind == "curl":
        turn = np.linspace(0, 3.2 * np.pi, 22)
        r = t.radius * 2.3 * np.linspace(0.6, 1, 22)
        line = root + np.stack(
            [r * np.sin(turn), r * (1 - np.cos(turn)) - t.radius, -np.linspace(0, t.length, 22)], axis=1
        )
        blend.add(Chain(line, t.radius * np.linspace(1.0, 0.5, 22)), 0.01, "tail")
    else:
        blend.add(Chain(line, t.radius * (1 - 0.62 * s)), 0.05, "tail")
    return line
