"""From too many regions to parts: neighbours join as long as the evidence says that they are one.

Bottom-up merging of weakly convex pieces follows van Kaick et al. 2014. Four things speak: a valley along the
common border (Hoffman and Richards, "Parts of recognition", 1984: people cut at concave creases), how much of
the two regions see each other through the inside, how different their thickness is, and how narrow the border is.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pocket3d_server.models.builtin_parts.samples import Cells
from pocket3d_server.models.builtin_parts.volume import Inside
from pocket3d_server.models.parts.face_graph import Floats, Ints

VALLEY, SIGHT, CONTRAST, NECK = -7.5, 1.7, -0.9, 0.3
"""Weight of the evidence: root of the mean valley in radians, share in sight, difference of log thickness, log of
the border's length over the root of the smaller area."""
KIN, SMALL = 3.0, 0.7
"""Weight of being of one component and of being small, once there are too many parts."""


def connected(labels: Ints, cells: Cells) -> Ints:
    """(N,) labels of cells, split where the cells of one label don't touch or are of different components."""
    n = len(labels)
    i, j = cells.links.T
    links = cells.links[(labels[i] == labels[j]) & (cells.component[i] == cells.component[j])]
    graph = sparse.coo_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


class Regions:
    """Regions of cells with what is needed to judge each pair; merging two only adds rows and columns."""

    def __init__(self, labels: Ints, cells: Cells, inside: Inside, within: Ints | None = None) -> None:
        """``labels`` (N,) numbers the region of each cell from 0; regions of different ``within`` (N,) never join."""
        self.labels = labels.copy()
        count = int(labels.max()) + 1
        share = np.zeros((count, len(labels)))
        share[labels, np.arange(len(labels))] = cells.area
        self.area = share.sum(1)
        self.component = np.zeros(count, np.int64)
        self.component[labels] = cells.component
        self.sight = share @ inside.sight @ share.T
        self.depth = share @ np.log(np.maximum(inside.thickness, 1e-12))
        allowed = np.ones(len(cells.links), bool)
        if within is not None:
            allowed = within[cells.links[:, 0]] == within[cells.links[:, 1]]
        i, j = labels[cells.links[allowed]].T
        self.border = np.zeros((count, count))
        self.valley = np.zeros((count, count))
        for total, values in ((self.border, cells.border), (self.valley, cells.valley)):
            np.add.at(total, (i, j), values[allowed])
            np.add.at(total, (j, i), values[allowed])
            np.fill_diagonal(total, 0)

    def evidence(self) -> Floats:
        """(R, R) how strongly two regions should be one, around 0; -inf where they don't touch."""
        seen = self.sight / np.maximum(np.outer(self.area, self.area), 1e-300)
        own = np.sqrt(np.maximum(np.diag(seen), 1e-12))
        depth = self.depth / np.maximum(self.area, 1e-300)
        valley = np.sqrt(self.valley / np.maximum(self.border, 1e-300))
        smaller = np.sqrt(np.maximum(np.minimum(self.area[:, None], self.area), 1e-300))
        score = (
            VALLEY * valley
            + SIGHT * seen / np.outer(own, own)
            + CONTRAST * np.abs(depth[:, None] - depth)
            + NECK * np.log(self.border / smaller + 0.05)
        )
        return np.where(self.border > 0, score, -np.inf)

    def join(self, keep: int, gone: int) -> None:
        """Make region ``gone`` a part of ``keep``."""
        for table in (self.sight, self.border, self.valley):
            table[keep] += table[gone]
            table[:, keep] += table[:, gone]
            table[gone] = table[:, gone] = 0
        self.border[keep, keep] = self.valley[keep, keep] = 0
        if self.component[keep] != self.component[gone]:
            self.component[keep] = -1 - keep
        self.area[keep] += self.area[gone]
        self.depth[keep] += self.depth[gone]
        self.area[gone] = self.depth[gone] = 0
        self.labels[self.labels == gone] = keep

    def merge(self, threshold: float, most: int) -> Ints:
        """Join the pair with the strongest evidence while it passes ``threshold`` or there are over ``most`` parts.

        Returns (N,) labels of the cells, numbered from 0.
        """
        while True:
            score = self.evidence()
            keep, gone = np.unravel_index(int(score.argmax()), score.shape)
            if score[keep, gone] < threshold:
                if (self.area > 0).sum() <= most or not np.isfinite(score[keep, gone]):
                    return np.asarray(np.unique(self.labels, return_inverse=True)[1].reshape(-1), np.int64)
                score += self.urgency()
                keep, gone = np.unravel_index(int(score.argmax()), score.shape)
            self.join(int(keep), int(gone))

    def urgency(self) -> Floats:
        """(R, R) what is added when there are too many parts: pieces of one component first, and small ones."""
        same = self.component[:, None] == self.component
        small = np.minimum(self.area[:, None], self.area) / self.area.sum()
        return np.asarray(KIN * same - SMALL * np.log(small + 1e-6))
