"""Which crossed edges of a cube share a vertex of the dual mesh, for all 256 patterns of inside corners.

Dual marching cubes (Nielson 2004; the rule against non-manifold edges is Wenger's, "Isosurfaces", 2013, section 3).
Corner i of a cube lies at (i & 1, i >> 1 & 1, i >> 2 & 1); bit i of a pattern is set where corner i is inside.
The tables are worked out here from the rules.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CORNERS = tuple((i & 1, i >> 1 & 1, i >> 2 & 1) for i in range(8))
EDGES = ((0, 1), (1, 5), (4, 5), (0, 4), (2, 3), (3, 7), (6, 7), (2, 6), (2, 0), (3, 1), (7, 5), (6, 4))
"""Pairs of corners in the order of the networks' edge weights. Those along y run from high to low."""
FACES = tuple(
    (axis, side, tuple(i for i in range(8) if CORNERS[i][axis] == side))
    for axis in range(3)
    for side in range(2)
)
"""Axis, side and corners of each face; corners 0 and 3, and 1 and 2, of the four lie across from each other."""


class CubeTables(NamedTuple):
    """For each of the 256 patterns."""

    edge_group: NDArray[np.int64]
    """(256, 12) which of the cube's vertices each edge belongs to; -1 for edges that are not crossed."""
    groups: NDArray[np.int64]
    """(256,) vertices in the cube, 0 to 4."""
    partner: NDArray[np.int64]
    """(256, 3) step to the neighbour that may need another reading of the face between them; zeros for none."""


@cache
def cube_tables() -> CubeTables:
    """The tables, made at the first call."""
    group = np.array([_groups(pattern) for pattern in range(256)])
    partner = np.array([_partner(pattern) for pattern in range(256)])
    return CubeTables(group, group.max(axis=1) + 1, partner)


def _groups(pattern: int) -> list[int]:
    """Crossed edges are joined face by face; on an ambiguous face, the two that touch an inside corner."""
    inside = [pattern >> i & 1 for i in range(8)]
    crossed = [inside[a] != inside[b] for a, b in EDGES]
    label = [k if crossed[k] else -1 for k in range(12)]
    for _, _, corners in FACES:
        around = [k for k in range(12) if crossed[k] and set(EDGES[k]) <= set(corners)]
        if len(around) == 4:
            joined = [[k for k in around if c in EDGES[k]] for c in corners if inside[c]]
        else:
            joined = [around] if around else []
        for first, second in joined:
            old, new = label[second], label[first]
            label = [new if g == old else g for g in label]
    order = list(dict.fromkeys(g for g in label if g >= 0))
    return [order.index(g) if g >= 0 else -1 for g in label]


def _partner(pattern: int) -> tuple[int, int, int]:
    """Across the only ambiguous face of a pattern with five or six corners inside."""
    inside = [pattern >> i & 1 for i in range(8)]
    ambiguous = [
        (axis, side) for axis, side, (a, b, c, d) in FACES if inside[a] == inside[d] != inside[b] == inside[c]
    ]
    if len(ambiguous) != 1 or sum(inside) not in (5, 6):
        return 0, 0, 0
    axis, side = ambiguous[0]
    x, y, z = ((2 * side - 1) * (axis == k) for k in range(3))
    return x, y, z
