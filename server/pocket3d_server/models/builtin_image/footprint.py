"""Furniture whose feet a near camera shows at different heights: they tell where on the floor each leg stands.

Below the camera's level, points of one floor lie in the picture at heights inversely proportional to their distance
(single view metrology: Criminisi, Reid and Zisserman 2000). From the legs follow the board's outline in plan, whether
the thing is seen askew, and at which side of it the back stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from pocket3d_server.models.builtin_image.furniture import Furniture, Leg, leg_rod
from pocket3d_server.models.builtin_image.meshes import Mesh, polygonise, smooth
from pocket3d_server.models.builtin_image.perspective import camera
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.picture import Array, Mask

APART = 0.035
"""Share by which the feet's heights below the camera's level differ at least when they tell distances."""
LEAST_STEP = 0.8
"""Pixels between feet that tell distances at least."""
FOURTH = 1.35
"""Most by which a leg stands nearer than its two neighbours, over half their distance, when there are four."""
LOWEST_EYE = 0.05
"""Of the longer side: feet nearer to the camera's level than that tell nothing."""
EDGE = 3.0
"""Pixels around a piece in which the field that it is made from is told."""
ROOM = 0.25
"""Share of the grid that is added at its sides: what stands far is larger than it looks."""
THINNEST_BOARD = 0.014
"""Over the longer side."""
SQUARE = 0.2
"""Most by which sides in plan lean against the picture plane when the thing is seen straight on."""
ASKEW = 0.35
"""A side that looks shorter than this share of its length is seen from its edge."""


@dataclass(frozen=True)
class Footprint:
    """Where legs stand, in pixels of the grid from the point that the camera looks at: x right, z to the viewer."""

    distance: float
    """Of the camera."""
    eye: Array
    """(2,) row and column that it looks at."""
    points: Array
    """(N, 2) x and z of the legs."""
    depth: Array
    """(N,) distances of the legs from the camera."""
    floor: float
    """How far the floor lies below the camera's level."""


def footprint(shape: Silhouette, found: Furniture) -> Footprint | None:
    """Where the legs stand, when their feet tell it; else None."""
    distance, eye = camera(shape)
    longer = 1 / shape.frame.unit
    below = np.array([_tip(shape, leg) for leg in found.legs]) - eye[0]
    if len(below) < 3 or below.min() < LOWEST_EYE * longer:
        return None
    if np.ptp(below) < max(APART * below.min(), LEAST_STEP):
        return None
    away = 1 / below
    columns = np.array([leg.middle[-1] for leg in found.legs]) - eye[1]
    middle = float(away.mean())
    if len(away) == 3 and _hides_a_fourth(columns * away, away):
        middle = float(away[[0, 2]].mean())
    floor = 1 / middle
    depth = floor * distance * away
    points = np.stack([columns * depth / distance, distance - depth], axis=1)
    if np.ptp(points[:, 1]) < 0.15 * np.ptp(points[:, 0]) or np.ptp(points[:, 1]) > 2.5 * longer:
        return None
    if len(away) == 3 and middle != away.mean():
        points = np.concatenate([points, [points[0] + points[2] - points[1]]])
        depth = distance - points[:, 1]
    return Footprint(distance, eye, points, depth, floor)


def _tip(shape: Silhouette, leg: Leg) -> float:
    """The row at which a leg ends, between pixels."""
    row, column = int(leg.rows[-1]), round(float(leg.middle[-1]))
    here, under = shape.distance[row, column], shape.distance[min(row + 1, len(shape.distance) - 1), column]
    return float(row + np.clip(here / max(here - under, 1e-6), 0, 1))


def _hides_a_fourth(across: Array, away: Array) -> bool:
    """Whether of three legs, from left to right, the middle one hides a fourth: the other two are then as far apart
    as the middle one stands before or behind them. Three legs of a stool stand at equal angles. Both any unit."""
    apart = across[2] - across[0]
    return bool(
        abs(away[2] - away[0]) < 0.15 * apart
        and 2 * abs(away[1] - (away[0] + away[2]) / 2) < FOURTH * apart
        and abs(2 * across[1] - across[0] - across[2]) < 0.2 * apart
    )


def build_on(shape: Silhouette, found: Furniture, stand: Footprint) -> Mesh:
    """A closed mesh that a camera at ``stand.distance`` sees as the silhouette."""
    hull = _hull(stand.points)
    reach = (
        round(max(np.abs(stand.points[:, 1]).max() + 0.2 * np.ptp(found.sides), 0.5 * np.ptp(found.sides)))
        + 3
    )
    room = round(ROOM * shape.mask.shape[1])
    rows = np.arange(shape.mask.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(-room, shape.mask.shape[1] + room, dtype=np.float32)[None]
    y, x = rows - stand.eye[0], columns - stand.eye[1]
    z = np.arange(-reach, reach + 1, dtype=np.float32)[:, None, None]
    plan = _plan(found, stand, hull, x, z)
    top, bottom = _board_heights(shape, found, stand, _ends(plan, stand, x, z), room)
    # Each piece is measured only where it may be: everywhere else is outside.
    field = np.full((len(z), len(y), x.shape[1]), -EDGE, np.float32)
    near = slice(max(0, int(top + stand.eye[0] - EDGE)), int(bottom + stand.eye[0] + EDGE) + 1)
    field[:, near] = np.minimum(plan, np.minimum(y - top, bottom - y)[None, near])
    legs = [*found.legs, *found.legs[1 : 1 + len(stand.points) - len(found.legs)]]
    for leg, (_, place), depth in zip(legs, stand.points, stand.depth, strict=True):
        ratio = depth / stand.distance
        middle, radius, _ = leg_rod(leg, stand.eye[0] + y / ratio, 0.0, 0.0)
        middle, radius = (middle - stand.eye[1]) * ratio, radius * ratio
        wide = float(radius.max()) + EDGE
        layers = np.abs(z[:, 0, 0] - place) < wide
        lines = (x[0] > middle.min() - wide) & (x[0] < middle.max() + wide)
        here = np.ix_(layers, np.ones(len(y), bool), lines)
        rod = radius - np.hypot(x[:, lines] - middle, z[layers] - place)
        inside = np.minimum(y - (top + bottom) / 2, stand.floor - y)
        field[here] = np.maximum(field[here], np.minimum(rod, inside[None]))
    if found.above is not None:
        strong = max(1.2, 0.9 * float(np.median([leg.half.mean() for leg in found.legs])))
        upper = np.minimum(_back(shape, found, stand, hull, x, y, z, strong), (bottom - y)[None])
        field = np.maximum(field, upper)
    frame = replace(shape.frame, centre=shape.frame.centre + room)
    return smooth(polygonise(field, frame, reach), 5)


def _hull(points: Array) -> Array:
    """(K, 2) the corners of the legs' convex hull, in order."""
    try:
        return points[ConvexHull(points).vertices]
    except QhullError:
        return points


def _plan(found: Furniture, stand: Footprint, hull: Array, x: Array, z: Array) -> Array:
    """How deep (D, 1, W) places lie inside the board's outline in plan."""
    left, right = (side - stand.eye[1] for side in found.sides)
    if found.rounded or len(hull) < 4:
        radius = (right - left) / 2
        radius *= stand.distance / np.hypot(stand.distance, radius)
        middle = (left + right) / 2
        return np.asarray(radius - np.hypot(x - middle, z))
    # The corners seen furthest left and right say how far the board reaches beyond its legs.
    ratio = (stand.distance - hull[:, 1]) / stand.distance
    beyond = np.min(hull[:, 0] - left * ratio), np.min(right * ratio - hull[:, 0])
    margin, x = np.mean(beyond), x - (beyond[1] - beyond[0]) / 2
    legs = float(np.median([leg.half.mean() for leg in found.legs]))
    margin = float(np.clip(margin, legs, 0.3 * (right - left)))
    inside = np.full(np.broadcast_shapes(x.shape, z.shape), np.inf, np.float32)
    outside = inside.copy()
    centre = hull.mean(axis=0)
    lean = 0.0
    for a, b in pairwise([*hull, hull[0]]):
        along = (b - a) / max(float(np.hypot(*(b - a))), 1e-6)
        normal = np.array([along[1], -along[0]])
        normal *= np.sign((a - centre) @ normal) or 1.0
        lean = max(lean, float(np.abs(along).min()))
        inside = np.minimum(inside, -((x - a[0]) * normal[0] + (z - a[1]) * normal[1]))
        run = np.clip((x - a[0]) * along[0] + (z - a[1]) * along[1], 0, np.hypot(*(b - a)))
        outside = np.minimum(outside, np.hypot(x - a[0] - run * along[0], z - a[1] - run * along[1]))
    # Seen askew, the corners would reach further than the picture shows, so they are rounded.
    if lean > SQUARE:
        inside = np.where(inside < 0, -outside, inside)
    inside = inside + margin
    return inside


def _ends(plan: Array, stand: Footprint, x: Array, z: Array) -> Array:
    """(2, W) z of the nearest and the furthest point of the board that is seen in each column of the picture."""
    ratio = 1 - z[:, 0] / stand.distance
    index = np.broadcast_to(np.arange(len(z))[:, None], (len(z), x.shape[1]))
    inside = ndimage.map_coordinates(plan[:, 0], [index, x * ratio - x[0, 0]], order=1, mode="nearest") > 0
    last = len(z) - 1 - np.argmax(inside[::-1], axis=0)
    nothing = ~inside.any(axis=0)
    return np.where(nothing, 0, z[:, 0, 0][np.stack([last, np.argmax(inside, axis=0)])])


def _board_heights(
    shape: Silhouette, found: Furniture, stand: Footprint, half: Array, room: int
) -> tuple[float, float]:
    """Heights below the camera's level of the board's upper and lower side.

    ``half`` (2, W) is how near to the viewer the board's nearest and furthest points in each column of the grid are,
    which has ``room`` more columns at either side. Above the camera the nearest upper edge and the furthest lower edge are seen, below it the other way round.
    """
    first, last = found.board
    left, right = found.sides
    columns = np.arange(left, right + 1)
    free = np.abs(columns - (left + right) / 2) < 0.3 * (right - left)
    for leg in found.legs:
        free &= np.abs(columns - leg.middle[0]) > 2 * leg.half[0] + 1
    if found.above is not None:
        free &= ~found.above[max(0, first - 4), left : right + 1]
    if free.sum() < 3:
        free[:] = True
    columns = columns[free]
    middle = (first + last) // 2
    part = shape.mask[:, columns]
    tops = middle - np.argmin(part[middle::-1], axis=0) + 0.5 - stand.eye[0]
    bottoms = middle + np.argmin(part[middle:], axis=0) - 0.5 - stand.eye[0]
    near, far = 1 - half[:, columns + room] / stand.distance
    top = float(np.median(tops * np.where(tops < 0, near, far)))
    bottom = float(np.median(bottoms * np.where(bottoms < 0, far, near)))
    least = max(1.6, THINNEST_BOARD / shape.frame.unit)
    if bottom - top < least:
        top, bottom = (top + bottom - least) / 2, (top + bottom + least) / 2
    return top, bottom


def _back(
    shape: Silhouette,
    found: Furniture,
    stand: Footprint,
    hull: Array,
    x: Array,
    y: Array,
    z: Array,
    strong: float,
) -> Array:
    """How deep (D, H, W) places lie inside what stands on the board: a wall over one of its sides."""
    above: Mask = found.above if found.above is not None else shape.mask
    rows, columns = np.nonzero(above[: found.board[0]])
    low = rows > np.percentile(rows, 70)
    seen = np.array([columns[low].min(), columns[low].max()]) - stand.eye[1]
    sides = [np.stack(pair) for pair in pairwise([*hull, hull[0]])] if len(hull) > 2 else [hull[:2]]
    look = [np.sort(side[:, 0] * stand.distance / (stand.distance - side[:, 1])) for side in sides]
    # Posts stand behind the seat more often than before it.
    cost = [np.abs(ends - seen).sum() + 0.05 * side[:, 1].mean() for ends, side in zip(look, sides)]
    side = sides[int(np.argmin(cost))]
    along = side[1] - side[0]
    length = float(np.hypot(*along))
    ratio = stand.distance / (stand.distance - z)
    where = [
        np.broadcast_to(
            np.minimum(y * ratio + stand.eye[0], found.board[0] - 1.0), (len(z), y.shape[0], x.shape[1])
        ),
        np.broadcast_to(x * ratio + stand.eye[1], (len(z), y.shape[0], x.shape[1])),
    ]
    upper = np.where(above, shape.distance, np.minimum(shape.distance, -1)).astype(np.float32)
    inside = ndimage.map_coordinates(upper, where, order=1, mode="nearest") / ratio
    across = ((x - side[0, 0]) * along[1] - (z - side[0, 1]) * along[0]) / length
    if np.ptp(look[int(np.argmin(cost))]) > ASKEW * length:
        bound = strong - np.abs(across)
    else:
        run = ((x - side[0, 0]) * along[0] + (z - side[0, 1]) * along[1]) / length
        bound = np.minimum(run, length - run) + 2 * strong
    return np.minimum(inside, bound)
