"""How many parts: what was asked for, or where the tree of joins shows a gap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage

from pocket3d_server.models.partfield.clustering import Ints, MergeTree

COARSE, FINE = 8, 24
"""Most parts of the two levels, where no number is asked for."""
CLEAR = 1.5
"""Two kinds are apart when they are so many times farther from each other than parts of one kind."""
MIN_PARTS = 3
LOOKED_AT = 160
"""Groups of faces down to which a tree is cut in search of parts that are large enough."""


def cut(tree: MergeTree, large: Callable[[Ints], int], fine: bool = False, wanted: int | None = None) -> Ints:
    """(G,) labels with ``wanted`` large parts, or as many as the tree suggests; small ones are left for others to take.

    ``large`` says how many of the parts in some labels are large enough to stay. Splitting off a part that is not
    makes no part; so the tree, of G groups of faces, is cut until there are as many large ones as there should be.
    """
    groups, costs = _ladder(tree, large, (wanted or FINE) + 1)
    if wanted is None:
        wanted = _clearest(costs, 2, COARSE)
        if fine:
            wanted = _clearest(costs, wanted + max(2, wanted // 2), FINE)
    return tree.labels(groups[min(wanted, len(groups)) - 1])


def kinds(means: NDArray[np.floating]) -> int:
    """How many kinds of parts there are by their mean features (P, C): as many as parts, unless some are clearly alike."""
    if len(means) < MIN_PARTS:
        return len(means)
    heights = np.maximum(linkage(means, "ward")[::-1, 2], 1e-12)
    falls = heights[:-1] / heights[1:]
    return int(falls.argmax()) + 2 if falls.max() > CLEAR else len(means)


def _ladder(tree: MergeTree, large: Callable[[Ints], int], most: int) -> tuple[list[int], list[float]]:
    """For 1, 2, … large parts: into how many groups the tree must be cut, and what the join undone for it costs.

    The first cannot be undone.
    """
    groups, costs = [1], [np.inf]
    count = len(tree.heights) + 1
    for parts in range(2, count + 1):
        if len(groups) == most:
            break
        if large(tree.labels(parts)) > len(groups):
            groups.append(parts)
            costs.append(min(costs[-1], max(float(tree.heights[count - parts]), 1e-12)))
    return groups, costs


def _clearest(costs: list[float], least: int, most: int) -> int:
    """The number of parts, within bounds, that one more would improve least.

    The last join undone for N parts cost so many times as much as the next. Where a surface has no parts at all, costs
    fall by a power of N; what stands out is a fall that is steep for its N.
    """
    most = min(most, len(costs) - 1)
    if most <= least:
        return min(least, len(costs))
    numbers = np.arange(least, most + 1)
    logs = np.log(np.asarray(costs))
    steepness = (logs[numbers - 1] - logs[numbers]) / np.log((numbers + 1) / numbers)
    return int(numbers[steepness.argmax()])
