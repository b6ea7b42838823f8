"""The division on which several divisions of one shape agree best.

How many clusters to start from and when to stop joining them are guesses; what most guesses have in common is
more often what people see than any one of them (Strehl and Ghosh, "Cluster ensembles", 2002). Two cells want to
be in one part when more than half of the divisions put them there, and the parts are joined greedily by that wish
(correlation clustering: Bansal, Blum, Chawla 2004), which keeps the expected 1 - Rand index low.
"""

from __future__ import annotations

import numpy as np

from pocket3d_server.models.builtin_parts.merge import connected
from pocket3d_server.models.builtin_parts.samples import Cells
from pocket3d_server.models.parts.face_graph import Ints

AGREED = 0.53
"""Share of the divisions that must put two cells together: what is nearly a tie stays apart."""


def consensus(divisions: list[Ints], cells: Cells) -> Ints:
    """(N,) labels of the cells, numbered from 0, from several labels (N,) of them."""
    together = np.mean([labels[:, None] == labels for labels in divisions], axis=0)
    apart = np.unique(np.stack(divisions), axis=1, return_inverse=True)[1].reshape(-1)
    labels = connected(apart, cells)
    share = np.zeros((int(labels.max()) + 1, len(labels)))
    share[labels, np.arange(len(labels))] = cells.area
    area = share.sum(1)
    wish = share @ (together - AGREED) @ share.T
    touch = np.zeros(wish.shape, bool)
    i, j = labels[cells.links].T
    touch[i, j] = touch[j, i] = True
    np.fill_diagonal(touch, False)
    while True:
        mean = np.where(touch, wish / np.maximum(np.outer(area, area), 1e-300), -np.inf)
        keep, gone = np.unravel_index(int(mean.argmax()), mean.shape)
        if mean[keep, gone] <= 0:
            return np.asarray(np.unique(labels, return_inverse=True)[1].reshape(-1), np.int64)
        for table in (wish, touch):
            table[keep] += table[gone]
            table[:, keep] += table[:, gone]
        touch[gone] = touch[:, gone] = False
        touch[keep, keep] = False
        area[keep] += area[gone]
        labels[labels == gone] = keep
