"""Four-legged animals by their parts alone, for those in which no skeleton is found."""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.pieces import GROUND, Pieces, quarters
from pocket3d_server.models.parts.face_graph import Floats, Ints


def _trunk(pieces: Pieces, feet: int) -> tuple[Ints, list[Ints]] | None:
    """The one or two parts that hold exactly ``feet`` separate limbs which stand on the ground, and those limbs."""
    large = np.argsort(-pieces.area)[:5]
    pairs = [(a, b) for a in large for b in large if a < b and pieces.touch[a, b]]
    for trunk in [(a,) for a in large] + pairs:
        if pieces.low[list(trunk), 1].min() < 0.1:
            continue
        others = np.setdiff1d(np.arange(len(pieces)), trunk)
        limbs = [g for g in pieces.groups(others) if pieces.low[g, 1].min() < GROUND]
        limbs = [
            g
            for g in limbs
            if pieces.area[g].sum() < 0.3 and np.ptp([*pieces.low[g, 1], *pieces.high[g, 1]]) > 0.15
        ]
        if len(limbs) == feet:
            return np.array(trunk, np.int64), limbs
    return None


def quadruped(pieces: Pieces) -> dict[int, str] | None:
    """A thick level trunk on four limbs, with a head at one end."""
    found = _trunk(pieces, 4)
    if found is None:
        return None
    trunk, legs = found
    if np.ptp([pieces.low[trunk, 1].min(), pieces.high[trunk, 1].max()]) < 0.2:
        return None
    standing = {int(k) for leg in legs for k in leg}
    rest = np.array([k for k in range(len(pieces)) if k not in trunk and k not in standing], np.int64)
    ends = pieces.groups(rest)
    if not ends:
        return None
    middle = np.average(pieces.centre[trunk], axis=0, weights=pieces.area[trunk])
    head = max(ends, key=lambda g: pieces.area[g].sum() * (0.3 + pieces.high[g, 1].max()))
    ahead = np.average(pieces.centre[head], axis=0, weights=pieces.area[head]) - middle
    ahead = np.array([ahead[0], 0, ahead[2]])
    if np.linalg.norm(ahead) < 0.1 or pieces.high[head, 1].max() < middle[1]:
        return None
    ahead /= np.linalg.norm(ahead)
    left = np.array([ahead[2], 0, -ahead[0]])

    def own(points: Floats) -> Floats:
        return np.stack([points @ left, points[:, 1], points @ ahead], axis=1)

    places = own(np.array([pieces.centre[g].mean(axis=0) for g in legs]))
    corners = quarters(places)
    if corners is None:
        return None
    names = {int(k): "body" for k in trunk}
    for leg, corner in zip(legs, corners):
        names.update({int(k): f"leg_{corner}" for k in leg})
    skull = max(head, key=lambda k: pieces.area[k])
    for k in head:
        if k == skull:
            names[int(k)] = "head"
        elif pieces.touch[k][trunk].any() and pieces.area[k] > 0.3 * pieces.area[skull]:
            names[int(k)] = "neck"
        elif pieces.centre[k, 1] > pieces.centre[skull, 1] and pieces.area[k] < 0.5 * pieces.area[skull]:
            names[int(k)] = (
                "ear_left" if own(pieces.centre[[k]] - pieces.centre[skull])[0, 0] > 0 else "ear_right"
            )
        else:
            names[int(k)] = "head"
    for group in ends:
        if group is not head:
            behind = float((pieces.centre[group].mean(axis=0) - middle) @ ahead) < 0
            names.update({int(k): "tail" if behind else "head" for k in group})
    return names
