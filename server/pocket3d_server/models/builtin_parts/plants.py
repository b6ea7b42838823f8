"""Plants: a trunk under a crown, a cap on a stem, and what grows out of a pot or stands on a stem."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.pieces import GROUND, Pieces
from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints
from pocket3d_server.models.parts.small import absorb_islands

LEAVES, BUSHY = 3, 6
"""Fewer flat blades than the first don't make a plant; as many as the second do without a stem or a pot."""
LEVELS = 40
"""Slices in which a plant's outline is measured."""
WIDER, FLARE = 2.0, 2.3
"""How much wider than the trunk the crown is, and its roots may be."""
SUDDEN = 2.2
"""Growth of the outline where the crown begins: cones and balloons widen little by little."""
LEAST = 0.0005
"""Share of the area below which a piece is taken for its surroundings."""
CONE = -0.95
"""Correlation of a conifer's outline with the height."""
THICK, BROAD = (0.015, 0.2), 0.15
"""Radius of a trunk, least and most, and that of a crown, least: shares of the height."""
ROUGH, NEEDLES = 1.25, 1.9
"""Area of foliage, and of a conifer's, over that of a smooth body in its outline; caps of mushrooms are smooth."""


def trunk_and_crown(surface: FaceGraph) -> tuple[Ints, list[str], str] | None:
    """Region of each face (F,), their names and what it is, for a tree or mushroom by its outline alone, into whatever
    parts it was cut: slim from the ground up, then suddenly wide and even all around. None for anything else."""
    low = surface.vertices.min(axis=0)
    size = np.ptp(surface.vertices, axis=0)
    if size.min() <= 0 or abs(size[0] - size[2]) > 0.35 * max(size[0], size[2]):
        return None
    level = (surface.centers[:, 1] - low[1]) / size[1]
    foot = level < 0.12
    if not foot.any():
        return None
    axis = np.average(surface.centers[foot][:, [0, 2]], axis=0, weights=surface.areas[foot])
    away = np.linalg.norm(surface.centers[:, [0, 2]] - axis, axis=1) / size[1]
    slot = np.minimum((level * LEVELS).astype(np.int64), LEVELS - 1)
    radius = _outline(away, surface.areas, slot)
    reach = float(radius.max())
    smooth = 2 * np.pi * float(radius.mean()) + 2 * np.pi * reach**2
    rough = float(surface.areas.sum()) / size[1] ** 2 / smooth
    base = float(radius[:6].min())
    start = int((radius > WIDER * base).argmax()) if base < THICK[1] else 0
    start = max(start, int(radius[:6].argmin()) + 1)
    crown, kind = (slot >= start) | (away > FLARE * base), ""
    if _stands_clear(radius, base, start):
        short = 1 - start / LEVELS < 1.3 * reach
        kind = "tree" if rough > ROUGH else "mushroom" if short and base > 0.2 * reach else ""
    elif rough > NEEDLES and np.corrcoef(radius, np.arange(LEVELS))[0, 1] < CONE:  # boughs down to the ground
        kind, crown = "tree", (level > 0.12) | (away > 0.18 * reach)
    regions = absorb_islands(surface, crown.astype(np.int64), LEAST)
    if not kind or len(np.unique(regions)) < 2:
        return None
    return regions, ["trunk", "crown"] if kind == "tree" else ["stem", "cap"], kind


def _stands_clear(radius: Floats, base: float, start: int) -> bool:
    """Whether an outline (LEVELS,) is that of a crown or cap from level ``start`` on, above a trunk of radius ``base``."""
    if not (2 <= start < 0.7 * LEVELS and THICK[0] < base < THICK[1] and radius.max() > BROAD):
        return False
    slim = radius[:start].max() < FLARE * base
    sudden = radius[start : start + 2].max() > SUDDEN * float(np.median(radius[:start]))
    full = np.mean(radius[start : (start + LEVELS) // 2] > WIDER * base) > 0.8
    return bool(slim and sudden and full)


def _outline(away: Floats, area: Floats, slot: Ints) -> Floats:
    """(LEVELS,) distance from the axis within which nine tenths of the area of each slice lie."""
    order = np.lexsort((away, slot))
    total = np.cumsum(area[order])
    ends = np.searchsorted(slot[order], np.arange(LEVELS), side="right")
    before = np.concatenate([[0.0], total])[np.searchsorted(slot[order], np.arange(LEVELS))]
    after = np.concatenate([[0.0], total])[ends]
    at = np.searchsorted(total, before + 0.9 * (after - before))
    filled = np.flatnonzero(after > before)
    found = away[order][np.minimum(at, len(order) - 1)]
    return np.interp(np.arange(LEVELS), filled, found[filled])  # long faces leave slices empty


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
