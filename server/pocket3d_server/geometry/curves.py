"""Points along lines: the outlines, profiles and paths that shapes are made from.

Flat curves are (N, 2) arrays, spatial ones (N, 3). Closed curves do not repeat their first point; closed flat
curves run counter-clockwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.vectors import unit

Points = NDArray[np.float64]
Rows = NDArray[Any] | Sequence[Sequence[float] | NDArray[Any]]
"""Points as callers write them."""


def smooth_curve(points: Rows, count: int = 32, closed: bool = False) -> Points:
    """``count`` points on the centripetal Catmull-Rom curve through ``points`` (K, D), evenly spaced in length.

    Centripetal parameters keep the curve free of loops (Yuksel, Schaefer, Keyser 2011).
    """
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3 and not closed:
        return resample(p, count)
    if closed:
        p = np.concatenate([p[-1:], p, p[:2]])
    else:
        p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    step = np.sqrt(np.linalg.norm(np.diff(p, axis=0), axis=1)).clip(1e-9)
    t0 = np.zeros(len(p) - 3)
    t1 = t0 + step[:-2]
    t2 = t1 + step[1:-1]
    t3 = t2 + step[2:]
    f = np.linspace(0, 1, 17)[:-1]
    t = t1[:, None] + (t2 - t1)[:, None] * f
    a, b, c, d = (p[i : len(p) - 3 + i, None, :] for i in range(4))

    def mix(u: Points, v: Points, low: Points, high: Points) -> Points:
        w = ((t - low[:, None]) / (high - low)[:, None])[..., None]
        return u + (v - u) * w

    ab, bc, cd = mix(a, b, t0, t1), mix(b, c, t1, t2), mix(c, d, t2, t3)
    fine = mix(mix(ab, bc, t0, t2), mix(bc, cd, t1, t3), t1, t2).reshape(-1, p.shape[1])
    if closed:
        return resample(fine, count, closed=True)
    return resample(np.concatenate([fine, p[-2:-1]]), count)


def resample(points: Rows, count: int, closed: bool = False) -> Points:
    """``count`` points along the polyline ``points`` (K, D), evenly spaced in length."""
    p = np.asarray(points, dtype=np.float64)
    if closed:
        p = np.concatenate([p, p[:1]])
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    s = np.linspace(0, at[-1], count, endpoint=not closed)
    return np.stack([np.interp(s, at, p[:, k]) for k in range(p.shape[1])], axis=1)


def rounded(points: Rows, radius: float | ArrayLike, steps: int = 4, closed: bool = True) -> Points:
    """A polygon or polyline (K, 2) whose corners are arcs of up to ``radius`` (one, or one a corner)."""
    p = np.asarray(points, dtype=np.float64)
    before, after = np.roll(p, 1, axis=0) - p, np.roll(p, -1, axis=0) - p
    room = np.minimum(np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1)).clip(1e-12)
    a, b = unit(after), unit(before)
    half = np.arccos(np.clip((a * b).sum(axis=1), -1, 1)) / 2
    r = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(p))
    reach = np.minimum(r / np.tan(half.clip(1e-3, np.pi / 2)), 0.499 * room)
    if not closed:
        reach = reach.copy()
        reach[[0, -1]] = 0
    t = np.linspace(0, 1, steps + 1)[None, :, None]
    start, end, mid = (p + b * reach[:, None])[:, None], (p + a * reach[:, None])[:, None], p[:, None]
    # A rational quadratic whose middle weight is sin(half angle) is the exact arc.
    w = np.sin(half)[:, None, None]
    arc = (start * (1 - t) ** 2 + 2 * w * mid * t * (1 - t) + end * t**2) / (
        (1 - t) ** 2 + 2 * w * t * (1 - t) + t**2
    )
    return without_repeats(arc.reshape(-1, 2), closed)


def without_repeats(points: Points, closed: bool = True) -> Points:
    """``points`` without those that lie on the point before them."""
    gap = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) > 1e-9
    if not closed:
        gap[0] = True
    return points[gap]


def circle(radius: float = 1.0, count: int = 32) -> Points:
    """A closed circle about the origin, starting on +x."""
    return ellipse(radius, radius, count)


def ellipse(a: float, b: float, count: int = 32, power: float = 2.0) -> Points:
    """A closed superellipse |x/a|^power + |y/b|^power = 1; 2 is an ellipse, 4 a soft rectangle."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    radius = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    return np.stack([a * radius * c, b * radius * s], axis=1)


def arc(radius: float, start: float, end: float, count: int = 16) -> Points:
    """Points on a circle about the origin from ``start`` to ``end`` degrees."""
    t = np.radians(np.linspace(start, end, count))
    return np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)


def rectangle(width: float, height: float, radius: float = 0.0, steps: int = 4) -> Points:
    """A closed rectangle about the origin, with rounded corners when ``radius`` is given."""
    x, y = width / 2, height / 2
    corners = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    return rounded(corners, min(radius, 0.98 * min(x, y)), steps) if radius > 0 else corners


def polygon(sides: int, radius: float = 1.0, start: float = 90.0) -> Points:
    """A regular polygon about the origin with a corner at ``start`` degrees."""
    t = np.radians(start) + 2 * np.pi * np.arange(sides) / sides
    return radius * np.stack([np.cos(t), np.sin(t)], axis=1)


def star(points: int, outer: float = 1.0, inner: float = 0.5, start: float = 90.0) -> Points:
    """A star with ``points`` tips, the first at ``start`` degrees."""
    t = np.radians(start) + np.pi * np.arange(2 * points) / points
    r = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1)


def gear(teeth: int, outer: float, inner: float, flank: float = 0.25) -> Points:
    """A toothed wheel's outline; ``flank`` is the share of a tooth's pitch that each slope takes."""
    pitch = 2 * np.pi / teeth
    offsets = pitch * np.array([0, flank, 0.5, 0.5 + flank])
    radii = np.array([inner, outer, outer, inner])
    t = (np.arange(teeth)[:, None] * pitch + offsets).ravel()
    r = np.tile(radii, teeth)
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1)


def mirrored(points: ArrayLike) -> Points:
    """A closed outline from its right half (K, 2), given from bottom to top, by reflection in x = 0."""
    right = np.asarray(points, dtype=np.float64)
    left = right[::-1] * [-1, 1]
    return without_repeats(np.concatenate([right, left]))


def signed_area(points: ArrayLike) -> float:
    """Area of a closed flat curve, positive when it runs counter-clockwise."""
    p = np.asarray(points, dtype=np.float64)
    x, y = p[:, 0], p[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def counter_clockwise(points: ArrayLike) -> Points:
    """The closed flat curve, reversed if it ran clockwise."""
    p = np.asarray(points, dtype=np.float64)
    return p if signed_area(p) >= 0 else p[::-1]


def inset(points: ArrayLike, distance: float) -> Points:
    """A closed counter-clockwise curve moved inwards by ``distance`` along its mitred corners.

    The number of points stays, so rings of one outline can be joined; meant for distances well below the
    outline's smallest feature. Mitres are cut at twice the distance.
    """
    p = np.asarray(points, dtype=np.float64)
    ahead = unit(np.roll(p, -1, axis=0) - p)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    previous = np.roll(normal, 1, axis=0)
    mitre = normal + previous
    mitre /= np.maximum((mitre**2).sum(axis=1, keepdims=True) / 2, 0.5)
    return p + distance * mitre


def in_plane(points: ArrayLike, height: float = 0.0, plane: str = "xz") -> Points:
    """Flat points (N, 2) put in space; ``plane`` names the axes they lie along, ``height`` the third one.

    In ``xz`` the second coordinate runs towards -z, so that counter-clockwise stays so seen from above.
    """
    p = np.asarray(points, dtype=np.float64)
    h = np.full(len(p), float(height))
    columns: dict[str, list[Any]] = {
        "xy": [p[:, 0], p[:, 1], h],
        "xz": [p[:, 0], h, -p[:, 1]],
        "zy": [h, p[:, 1], p[:, 0]],
    }
    return np.stack(columns[plane], axis=1)
