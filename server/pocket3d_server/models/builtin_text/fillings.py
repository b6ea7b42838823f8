"""What is laid in bread and strewn on dough: leaves, slices that melt, seeds, and flat round layers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.making import bar, cm, copies, turned
from pocket3d_server.models.language.brief import Brief


def frill(radius: float, y: float, waves: int, swing: float, thick: float = 0.003) -> Solid:
    """A wavy round leaf lying at height ``y``."""
    t = 2 * np.pi * np.arange(96) / 96
    r = radius * (1 + 0.05 * np.sin(5 * t))
    rings = []
    for share, side in ((0.5, -1), (0.85, -1), (1.0, -1), (1.0, 1), (0.85, 1), (0.5, 1)):
        h = y + swing * share**6 * np.sin(waves * t) + side * thick / 2 - 0.5 * swing * share**4
        rings.append(np.column_stack([r * share * np.cos(t), h, -r * share * np.sin(t)]))
    return shapes.loft(np.stack(rings), crease=70)


def strewn(piece: Solid, profile: Points, count: int, brief: Brief, low: float = 0.0) -> Solid:
    """``count`` of ``piece`` (lying on y = 0) strewn over a turned body with this ``profile`` above ``low``."""
    rng = brief.rng(7)
    top = profile[profile[:, 1] >= low]
    share = np.sqrt((np.arange(count) + rng.uniform(0.2, 0.8, count)) / count)
    r = share * top[:, 0].max() * 0.93
    order = np.argsort(top[:, 0])
    y = np.interp(r, top[order, 0], top[order, 1])
    slope = np.degrees(np.arctan2(np.interp(r - 0.004, top[order, 0], top[order, 1]) - y, 0.004))
    made = []
    for k in range(count):
        a = 137.5 * k
        spun = piece.rotate(y=float(rng.uniform(0, 180))).rotate(x=float(slope[k]))
        made.append(spun.move(0, float(y[k]), float(r[k])).rotate(y=a))
    return join(*made)


def disc_of(rows: str, wide: float, bevel: float) -> Solid:
    """A flat round layer: ``rows`` (share of the width, height in millimetres), cut from y = 0 up."""
    return turned(cm(rows) * [100 * wide, 0.1], bevel=bevel, segments=48)


def melted(wide: float, turn: float) -> Solid:
    """A square slice whose corners hang down over a round patty."""

    def hang(v: Points) -> Points:
        r = np.hypot(v[:, 0], v[:, 2])
        v[:, 1] -= 0.9 * (r - wide).clip(0)
        v[:, 2] -= 0.35 * v[:, 2] * (r / wide - 1.05).clip(0)
        return v

    side = 1.96 * wide
    return shapes.rounded_box(side, 0.0035, side, 0.0015, 2, cuts=12).rotate(y=turn).deform(hang)


def sausage_slice() -> tuple[Solid, Solid]:
    """A slice of salami lying on y = 0, its rim curled up, and the flecks of fat in it."""
    slice_ = turned(cm("1.75 0, 1.85 .15, 1.8 .32, 1.6 .25, 0 .2"), bevel=0.0008, segments=28)
    fleck = turned(cm("0.28 0, .28 .1, 0 .12"), segments=8)
    k = np.arange(7)
    r = 0.010 * (0.3 + 0.11 * k)
    return slice_, copies(fleck, np.column_stack([r * np.cos(2.4 * k), 0.0018 + 0 * r, r * np.sin(2.4 * k)]))


def basil_leaf() -> Solid:
    """A small leaf folded along its middle, lying on y = 0."""
    leaf = shapes.superellipsoid(0.012, 0.002, 0.024, 2, 2, 16)
    return leaf.deform(lambda v: np.column_stack([v[:, 0], v[:, 1] + 0.15 * np.abs(v[:, 0]), v[:, 2]]))


def runs_over(half: float) -> list[Solid]:
    """Drips of cheese over the two cut edges of a slice that opens by ``half`` radians to each side of -z."""
    drips = []
    for s, k, d in ((1, 0.06, 0.004), (-1, 0.085, 0.008), (1, 0.11, 0.006), (-1, 0.035, 0.003)):
        x, z = s * np.sin(half) * k, -np.cos(half) * k * 0.93
        drips.append(bar([[0.93 * x, 0.010, z], [0.96 * x, 0.001 - d, z]], [0.005, 0.0042]))
    return drips


def scattered(
    rng: np.random.Generator, count: int, radius: tuple[float, float], span: tuple[float, float], apart: float
) -> Points:
    """``count`` places (N, 2) as x and z on a ring sector of ``radius`` from and to, ``apart`` metres from each
    other as a rule, at angles ``span`` (radians) about the y axis."""
    places: list[tuple[float, float]] = []
    low, high = radius
    while len(places) < count:
        q, t = high * np.sqrt(rng.uniform((low / high) ** 2, 1)), rng.uniform(*span)
        spot = (float(q * np.cos(t)), float(-q * np.sin(t)))
        if all(np.hypot(spot[0] - u, spot[1] - v) > apart for u, v in places) or rng.random() < 0.02:
            places.append(spot)
    return np.array(places)
