"""Plants: a trunk under a crown, and what grows out of a pot or stands on a stem."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.face_graph import Ints
from pocket3d_server.models.builtin_parts.pieces import GROUND, Pieces

LEAVES, BUSHY = 3, 6
"""Fewer flat blades than the first don't make a plant; as many as the second do without a stem or a pot."""


def tree(pieces: Pieces) -> dict[int, str] | None:
    """Something slim and upright on the ground, everything else wider, above it and around its axis."""
    crown = float(np.sqrt(pieces.size[0] * pieces.size[2]))
    ground = np.flatnonzero(pieces.low[:, 1] < GROUND)
    even = abs(pieces.size[0] - pieces.size[2]) < 0.35 * max(pieces.size[0], pieces.size[2])
    if len(ground) == 0 or not even:
        return None
    away = np.hypot(pieces.centre[:, 0], pieces.centre[:, 2])
    width = np.sqrt(pieces.extent[:, 0] * pieces.extent[:, 2])
    trunk = np.union1d(ground, np.flatnonzero((width < 0.35 * crown) & (pieces.high[:, 1] < 0.3)))
    others = np.setdiff1d(np.arange(len(pieces)), trunk)
    tall = np.ptp([pieces.low[trunk, 1].min(), pieces.high[trunk, 1].max()])
    slim = (
        width[trunk].max() < 0.35 * crown
        and away[trunk].max() < 0.18 * crown
        and tall > 1.5 * width[trunk].max()
    )
    if not slim or len(others) == 0 or pieces.centre[others, 1].min() < 0.28:
        return None
    if pieces.area[others].sum() < 0.5:
        return None
    return {int(k): "trunk" for k in trunk} | {int(k): "crown" for k in others}


def plant(pieces: Pieces) -> dict[int, str] | None:
    """Blades around a stem, on the ground or in a pot; or a column with arms in a pot, a cactus."""
    pot = _pot(pieces)
    rest = np.setdiff1d(np.arange(len(pieces)), pot)
    if len(rest) == 0:
        return None
    floor = float(pieces.high[pot, 1].max()) if len(pot) else 0.0
    long, broad, thick = pieces.spread.T
    upright = np.abs(pieces.axes[:, 0, 1]) > 0.8
    blade = (thick < 0.4 * broad) & (broad > 0.25 * long) & (pieces.area < 0.2)
    stem = (broad < 0.3 * long) & upright & (pieces.extent[:, 1] > 0.1)
    leaves = rest[blade[rest] & (pieces.high[rest, 1] > floor) & ~stem[rest]]
    names = {int(k): "pot" for k in pot}
    others = np.setdiff1d(rest, leaves)
    ground = others[pieces.low[others, 1] < GROUND]
    if len(leaves) < LEAVES:
        return _cactus(pieces, pot, rest) if len(pot) else None
    bushy = len(leaves) >= BUSHY and pieces.area[leaves].sum() > 0.4 and len(ground) == 1
    on_stem = len(ground) > 0 and bool(stem[ground].all())
    held = on_stem or ((len(pot) > 0 or bushy) and _tilted(pieces, leaves))
    if held:
        names |= {int(k): "leaves" for k in leaves}
        for k in others:
            low = pieces.centre[k, 1] < floor + 0.4 * (1 - floor)
            names[int(k)] = "stem" if stem[k] or low or bushy else "flower"
        if bushy and not len(pot) and not stem[ground[0]]:
            names[int(ground[0])] = "base"
        return names
    return _cactus(pieces, pot, rest) if len(pot) else None


def _pot(pieces: Pieces) -> Ints:
    """A round vessel on the ground that the rest stands in, with what lies within its outline; or nothing."""
    wide, deep = pieces.extent[:, 0], pieces.extent[:, 2]
    round_ = np.abs(wide - deep) < 0.15 * np.maximum(wide, deep)
    stands = (pieces.low[:, 1] < GROUND) & round_ & (pieces.high[:, 1] < 0.6)
    stands &= pieces.extent[:, 1] < 1.6 * wide
    if not stands.any():
        return np.zeros(0, np.int64)
    main = int(np.flatnonzero(stands)[pieces.area[stands].argmax()])
    low = np.minimum(pieces.low[main], np.where(stands[:, None], pieces.low, np.inf).min(axis=0))
    high = np.maximum(pieces.high[main], np.where(stands[:, None], pieces.high, -np.inf).max(axis=0))
    inside = (pieces.low >= low - 0.03).all(axis=1) & (pieces.high <= high + 0.03).all(axis=1)
    rim = (pieces.low[:, 1] > high[1] - 0.08) & (pieces.high[:, 1] < high[1] + 0.1)
    rim &= (pieces.low[:, [0, 2]] > low[[0, 2]] - 0.06).all(axis=1)
    rim &= (pieces.high[:, [0, 2]] < high[[0, 2]] + 0.06).all(axis=1)
    return np.flatnonzero(inside | (rim & (pieces.extent[:, 1] < 0.12)))


def _tilted(pieces: Pieces, leaves: Ints) -> bool:
    """Whether the blades face all ways, not along the axes as boards and panels do."""
    return bool(np.quantile(np.abs(pieces.axes[leaves, 2]).max(axis=1), 0.5) < 0.97)


def _cactus(pieces: Pieces, pot: Ints, rest: Ints) -> dict[int, str] | None:
    """A thick upright column over the middle of the pot, with arms that rise beside it."""
    middle = pieces.centre[pot].mean(axis=0)
    column = int(rest[pieces.area[rest].argmax()])
    upright = np.abs(pieces.axes[:, 0, 1]) > 0.8
    away = np.hypot(pieces.centre[:, 0] - middle[0], pieces.centre[:, 2] - middle[2])
    width = max(pieces.extent[column, 0], pieces.extent[column, 2])
    full = pieces.spread[column, 2] > 0.6 * pieces.spread[column, 1] and pieces.area[column] > 0.2
    if (
        not upright[column]
        or not full
        or away[column] > 0.3 * width
        or pieces.extent[column, 1] < 1.5 * width
    ):
        return None
    arms = [k for k in rest if k != column and away[k] > 0.4 * width and upright[k]]
    if not arms:
        return None
    names = {int(k): "pot" for k in pot} | {column: "stem"}
    for number, k in enumerate(arms):
        names[int(k)] = f"arm_{number + 1}"
    top = float(pieces.high[column, 1])
    for k in rest:
        near_top = pieces.centre[k, 1] > top - 0.15
        names.setdefault(int(k), "flower" if near_top else "stem")
    return names
