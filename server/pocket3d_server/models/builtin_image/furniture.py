"""Tables, benches, stools and chairs: a board on thin legs, perhaps with a back, seen level from front or side.

A picture plane inflated or extruded gives such things no depth at all. They have a known build: the board is about
as deep as it is wide, the legs stand at its corners and are rods, and a back stands at one edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pocket3d_server.models.builtin_image.meshes import Mesh, polygonise, smooth
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.pictures.picture import Array, Mask

WIDE = 0.55
"""A row belongs to a board when one span covers this share of the object's width."""
THICKEST_BOARD = 0.17
"""Share of the longer side; bodies of animals are thicker."""
THICKEST_DISC, SLIM_LEG = 0.24, 0.14
"""The same for a round board whose upper or lower side is seen a little, on legs at most that wide."""
THICKEST_LEG = 0.15
SHORTEST_LEG = 0.2
"""Share of the object's height."""
APART = 0.25
"""Share of its height over which a leg must be seen apart from another that hides it."""
PANEL = 0.5
"""Share of a back's height, seen from its edge, that is taken for closed; below it stands on its posts."""
FLARE = 1.35
"""Most by which a leg thickens where it meets the board."""
LEVEL = 0.02
"""Feet that end within this share of the longer side stand equally near."""
TABLE_DEPTH, SEAT_DEPTH = 0.55, 0.95
"""Depth of a straight-edged board over its width; a rounded one is as deep as it is wide."""


@dataclass(frozen=True)
class Leg:
    """One rod: its middle and half width at each row from the board down. Pixels of the grid."""

    rows: Array
    middle: Array
    half: Array


@dataclass(frozen=True)
class Furniture:
    """What stands in the picture. Rows and columns of the silhouette's grid."""

    board: tuple[int, int]
    """First and last row of the board."""
    sides: tuple[int, int]
    """First and last column of the board."""
    legs: list[Leg]
    above: Mask | None
    """What stands on the board: (H, W), or None."""
    sideways: bool
    """Whether the back is seen from its edge."""
    rounded: bool
    """Whether the board is a disc: its ends in the picture are rounded, as those of a disc seen from nearly level are."""


def find_furniture(shape: Silhouette) -> Furniture | None:
    """The board and legs of a silhouette; None when it is not built like that."""
    mask = shape.mask
    rows, columns = np.nonzero(mask)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    height, width = int(bottom - top + 1), int(right - left + 1)
    longer = max(height, width)
    widest = np.array([_longest_run(line) for line in mask[top : bottom + 1]])
    bands, count = ndimage.label(widest >= WIDE * width)
    found = None
    for k in range(1, count + 1):
        band = np.nonzero(bands == k)[0]
        first, last = int(band[0] + top), int(band[-1] + top)
        if not 0.008 * longer < last - first + 1 < THICKEST_DISC * longer:
            continue
        if bottom - last < SHORTEST_LEG * height:
            continue
        legs = _legs(mask, last, longer)
        if not 2 <= len(legs) <= 8 or max(len(leg.rows) for leg in legs) < 1.3 * (last - first + 1):
            continue
        # A chair's top rail is a band too, and so is a rung: the seat is the lowest that legs alone carry.
        if found is None or last > found[1]:
            found = first, last, legs
    if found is None:
        return None
    first, last, legs = found
    low_feet = sum(leg.rows[-1] > bottom - 0.3 * (bottom - last) for leg in legs)
    if low_feet < 2:
        return None
    board = np.nonzero(mask[first : last + 1].any(axis=0))[0]
    span = (legs[0].middle[0], legs[-1].middle[0])
    if span[1] - span[0] < 0.3 * np.ptp(board):
        return None
    above = None
    sideways = False
    if first - top > 0.12 * height:
        above = mask.copy()
        above[(first + last) // 2 :] = False
        cover = np.nonzero(above[: first - max(1, (last - first))].any(axis=0))[0]
        sideways = len(cover) > 0 and bool(np.ptp(cover) < 0.4 * np.ptp(board))
    cover = mask[first : last + 1, board[0] : board[-1] + 1].sum(axis=0)
    near = max(2, round(0.04 * len(cover)))
    full = float(np.median(cover))
    ends = float(np.concatenate([cover[1:near], cover[-near:-1]]).mean())
    rounded = above is None and full - ends > max(0.1 * full, 0.013 * longer)
    if last - first + 1 > THICKEST_BOARD * longer:
        slim = max(2 * float(np.median(leg.half)) for leg in legs) < SLIM_LEG * longer
        if not (rounded and slim):
            return None
    return Furniture((first, last), (int(board[0]), int(board[-1])), legs, above, sideways, rounded)


def build_furniture(shape: Silhouette, found: Furniture, thickness: float = 1.0) -> Mesh:
    """A closed mesh whose front is the silhouette; ``thickness`` multiplies the depth."""
    mask, distance = shape.mask, shape.distance
    first, last = found.board
    left, right = found.sides
    across = right - left + 1
    ratio = 1.0 if found.rounded else TABLE_DEPTH if found.above is None else SEAT_DEPTH
    half = ratio * across / 2
    reach = int(np.ceil(half)) + 3
    z = np.arange(-reach, reach + 1, dtype=np.float32)[:, None, None]
    rows, columns = (g.astype(np.float32) for g in np.mgrid[: mask.shape[0], : mask.shape[1]])
    # The board, its ends rounded off in depth when it is a disc.
    part = np.where((rows >= first - 0.5) & (rows <= last + 0.5), distance, -2)
    part = np.minimum(part, np.minimum(rows - first + 0.7, last + 0.7 - rows))[None]
    if found.rounded:
        share = (columns - (left + right) / 2) / (across / 2)
        edge = half * np.sqrt(np.clip(1 - share**2, 0.0, 1))[None] - np.abs(z)
    else:
        edge = half - np.abs(z)
    field = np.minimum(part, edge)
    if found.above is not None:
        upper = np.where(found.above, distance, -2)[None]
        if found.sideways:
            # Posts at both sides carry the upper part.
            top = np.nonzero(found.above.any(axis=1))[0][0]
            post = 2 * float(np.median([leg.half.mean() for leg in found.legs]))
            inner = np.where(rows > top + PANEL * (first - top), half - post - np.abs(z), -np.inf)
            field = np.maximum(field, np.minimum(upper, np.minimum(half - np.abs(z), -inner)))
        else:
            strong = max(1.2, 1.4 * float(np.median([leg.half.mean() for leg in found.legs])))
            field = np.maximum(field, np.minimum(upper, strong - np.abs(z + half - strong)))
    feet = np.array([leg.rows[-1] for leg in found.legs])
    longer = max(np.ptp(np.nonzero(mask), axis=1)) + 1
    told_apart = np.ptp(feet) > LEVEL * longer
    ground = feet.max()
    for leg, foot in zip(found.legs, feet):
        thick = float(np.median(leg.half))
        limit = half - thick
        if found.rounded:
            share = (float(leg.middle.mean()) - (left + right) / 2) / (across / 2)
            limit = 0.8 * half * float(np.sqrt(max(0.0, 1 - min(1.0, abs(share) / 0.85) ** 2)))
        if told_apart:
            near = 1 - 2 * float(ground - foot) / max(float(np.ptp(feet)), 1)
            places = [limit * (1.0 if near > 0 else -1.0)]
        else:
            places = [limit, -limit] if limit > thick else [0.0]
        middle, radius, inside = leg_rod(leg, rows[:, :1], (first + last) / 2, float(ground))
        for place in places:
            rod = radius - np.hypot(columns - middle, z - place)
            field = np.maximum(field, np.minimum(rod, inside[None]))
    mesh = smooth(polygonise(field.astype(np.float32), shape.frame, reach), 5)
    return Mesh(mesh.vertices * (1, 1, thickness), mesh.faces)


def leg_rod(leg: Leg, rows: Array, joint: float, ground: float) -> tuple[Array, Array, Array]:
    """Middle column, radius, and depth below the joint and above the ground, each (H, 1) for ``rows`` (H, 1).

    Where a leg flares into the board, and below its foot in the picture, its usual radius counts.
    """
    usual = float(np.median(leg.half))
    half = np.minimum(ndimage.gaussian_filter1d(leg.half, 2.0, mode="nearest"), FLARE * usual)
    tip = min(max(2, round(1.5 * usual)), len(half) - 1)
    half[-tip:] = np.maximum(half[-tip:], half[-tip - 1])  # a rounded tip is no taper
    middle = np.interp(rows, leg.rows, leg.middle)
    return middle, np.interp(rows, leg.rows, half), np.minimum(rows - joint, ground + 0.7 - rows)


def _longest_run(line: Mask) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _legs(mask: Mask, last: int, longer: int) -> list[Leg]:
    """The pieces below row ``last`` that hang from the board and are thin; empty when anything else is there."""
    below = mask.copy()
    below[: last + 1] = False
    labels, _ = ndimage.label(below)
    legs = []
    for k, box in enumerate(ndimage.find_objects(labels), start=1):
        area = int((labels[box] == k).sum())
        if area < 0.0008 * longer**2:
            continue
        if box[0].start > last + 0.03 * longer:  # does not hang from the board
            return []
        for rows, piece in _split(labels[box] == k):
            spans = piece.sum(axis=1)
            if np.median(spans) > THICKEST_LEG * longer or len(spans) < 0.06 * longer:
                return []
            middle = (piece * np.arange(box[1].start, box[1].stop)).sum(axis=1) / np.maximum(spans, 1)
            middle = ndimage.gaussian_filter1d(middle, 1.0, mode="nearest")
            half = spans / 2.0
            if rows:  # where it is hidden by another one it goes on as it is
                slope = float(np.polyfit(np.arange(len(middle)), middle, 1)[0])
                middle = np.concatenate([middle[0] - slope * np.arange(rows, 0, -1), middle])
                half = np.concatenate([np.full(rows, np.median(half)), half])
            legs.append(Leg(np.arange(len(half)) + box[0].start, middle, half))
    return sorted(legs, key=lambda leg: float(leg.middle[0]))


def _split(piece: Mask) -> list[tuple[int, Mask]]:
    """Legs that hide one another near the board, told apart where their feet are.

    For each the number of rows above those that are its own, and these rows.
    """
    height = len(piece)
    least = max(3, round(APART * height))
    runs = (np.diff(piece.astype(np.int8), axis=1, prepend=0) > 0).sum(axis=1)
    for row in np.flatnonzero((runs[1:] > 1) & (runs[:-1] == 1)) + 1:
        labels, _ = ndimage.label(piece[row:])
        boxes = ndimage.find_objects(labels)
        own = [k for k, box in enumerate(boxes, start=1) if box[0].start == 0 and box[0].stop >= least]
        if len(own) > 1:
            return [(int(row), labels[: boxes[k - 1][0].stop] == k) for k in own]
    return [(0, piece)]
