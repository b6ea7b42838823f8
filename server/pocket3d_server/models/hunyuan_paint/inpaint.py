"""Colours for what no view has shown: spread over the mesh from vertex to vertex, then in the texture from texel to texel.

Paint's own program does the first and then fills all the rest of the texture from its surroundings there, which belong to
other places of the mesh as soon as a chart ends; a hidden face is a few dots of colour to it. So faces that are hidden as a whole
run from corner to corner (`over_faces`) here, and the texture fills only what is hidden of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Image
from pocket3d_server.geometry.bake import fill_gaps
from pocket3d_server.geometry.raster import Floats, Ints, Raster
from pocket3d_server.models.hunyuan_paint.projection import Baked

NEAREST = 1e-4
"""Vertices that are closer than this count as this far apart."""
SETTLED = 2
"""Rounds that go on after the last that reached a new vertex, and one more for each that did."""
MOST_ROUNDS = 2000
"""A colour travels at least one edge in a round. What is not reached by then is left to the texture."""
LITTLE = 0.1
"""Share of a face up to which what was shown of it is only its rim."""
RADIUS = 3
"""Texels around one that tell its colour."""


def spread(
    baked: Baked,
    vertices: NDArray[Any],
    faces: Ints,
    uv: NDArray[Any],
    uv_faces: Ints,
    report: Callable[[float], None] = lambda done: None,
) -> Baked:
    """The texture with a colour at each vertex that can be reached from a known one along edges.

    ``vertices`` (P, 3) and ``faces`` (F, 3) are places; ``uv`` (V, 2), origin bottom left with 0 and 1 at the outermost texels'
    centres, and ``uv_faces`` (F, 3) say where they are in the texture, so a place on a seam has several texels. A vertex takes
    the mean of those that its edges lead to, weighted by the inverse square of their distance, one vertex after the other in the
    order of the faces' corners, again and again. ``report`` may raise to stop.
    """
    size = len(baked.trust)
    place = np.rint(np.asarray(uv, np.float64) * (size - 1)).astype(np.int64)
    texel = ((size - 1 - place[:, 1]) * size + place[:, 0])[np.asarray(uv_faces).ravel()]
    corner = np.asarray(faces, np.int64).ravel()
    texture, trust = baked.texture.reshape(size * size, -1).copy(), baked.trust.ravel().copy()
    known_corner = trust[texel]
    color = np.zeros((len(vertices), texture.shape[1]))
    color[corner[known_corner]] = texture[texel[known_corner]]
    known = np.zeros(len(vertices), np.bool_)
    known[corner[known_corner]] = True
    unknown = corner[~known[corner]]
    if len(unknown):
        _Rounds(unknown, _Edges.of(np.asarray(vertices, np.float64), corner)).settle(color, known, report)
    told = known[corner] & ~known_corner
    texture[texel[told]] = color[corner[told]]
    trust[texel[told]] = True
    return Baked(texture.reshape(baked.texture.shape), trust.reshape(size, size))


def over_faces(
    seen: NDArray[np.bool_], spread: Baked, texels: Raster, vertices: Floats, faces: Ints, uv: NDArray[Any]
) -> Baked:
    """The texture with faces that no view has shown in the colours of their vertices, which run into one another.

    ``seen`` (R, R) is what views have shown and ``spread`` what `spread` has made of it; ``texels`` lie on the mesh of ``vertices``
    (V, 3) and ``faces`` (F, 3). A vertex that no colour has reached takes that of the nearest one in space.
    """
    size = len(seen)
    place = np.rint(np.asarray(uv, np.float64) * (size - 1)).astype(np.int64)
    at = (size - 1 - place[:, 1]) * size + place[:, 0]
    texture, trust = spread.texture.reshape(size * size, -1).copy(), spread.trust.ravel().copy()
    color, known = texture[at], trust[at]
    if not known.any():
        return spread
    if not known.all():
        color[~known] = color[known][cKDTree(vertices[known]).query(vertices[~known], workers=-1)[1]]
    shown = np.bincount(texels.face, seen.ravel()[texels.pixel], minlength=len(faces))
    many = np.bincount(texels.face, minlength=len(faces))
    told = texels.only((shown <= LITTLE * many)[texels.face] & ~trust[texels.pixel])
    texture[told.pixel] = np.clip(told.interpolate(color, faces), 0, 1)
    trust[told.pixel] = True
    return Baked(texture.reshape(spread.texture.shape), trust.reshape(size, size))


def with_gutters(baked: Baked, charts: NDArray[np.bool_]) -> Baked:
    """The texture with all outside of the ``charts`` (R, R) filled from what is known, for smaller sizes of it to look right."""
    whole = fill_gaps(baked.texture, baked.trust.astype(np.float32))
    return Baked(whole, baked.trust | ~charts)


def filled(baked: Baked) -> Image:
    """The texture (R, R, C) in bytes, with all that is not known continued from around it (Bertalmio et al. 2001)."""
    levels = np.clip(baked.texture * np.float32(255), 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.inpaint(levels, np.where(baked.trust, 0, 255).astype(np.uint8), RADIUS, cv2.INPAINT_NS)
    )


class _Edges(NamedTuple):
    """Edges that lead from each vertex to the next one of a face, sorted by where they begin."""

    first: Ints
    """(P + 1,) where those of each vertex start."""
    end: Ints
    """(E,) the vertex at the other end."""
    weight: Floats
    """(E,)"""

    @classmethod
    def of(cls, vertices: Floats, corner: Ints) -> _Edges:
        """Of the corners (3 F,) of faces."""
        begin, end = corner, np.roll(corner.reshape(-1, 3), -1, axis=1).ravel()
        order = np.argsort(begin, kind="stable")
        begin, end = begin[order], end[order]
        length = np.maximum(np.linalg.norm(vertices[begin] - vertices[end], axis=1), NEAREST)
        return cls(np.searchsorted(begin, np.arange(len(vertices) + 1)), end, length**-2)


class _Rounds:
    """Visits to vertices, one after the other and round after round, in as few steps as their order allows.

    A visit reads what the visits before it have left at its neighbours, so all visits that wait for none of one another can be
    made at once. Which those are is the same in each round.
    """

    def __init__(self, visits: Ints, edges: _Edges) -> None:
        """``visits`` (K,) are vertices in their order; one may be visited several times in a round."""
        many = np.diff(edges.first)[visits]
        visit = np.repeat(np.arange(len(visits)), many)
        edge = (
            np.repeat(edges.first[visits], many)
            + np.arange(len(visit))
            - np.repeat(np.cumsum(many) - many, many)
        )
        before = _visit_before(visits, edges.end[edge], visit)
        step = _steps(before, visit, len(visits))
        order = np.argsort(step, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        by_step = np.argsort(rank[visit], kind="stable")
        self._vertices = len(edges.first) - 1
        self._vertex = visits[order]
        self._weight = edges.weight[edge[by_step], None]
        self._source = np.where(before < 0, edges.end[edge], self._vertices + rank[before])[by_step]
        """Where each neighbour's colour is read: at the vertex, or behind all vertices at an earlier visit."""
        self._edge_starts = np.concatenate([[0], np.cumsum(many[order])])
        self._step_starts = np.searchsorted(step[order], np.arange(int(step.max()) + 2))
        self._last = np.zeros(self._vertices, np.int64)
        np.maximum.at(self._last, visits, np.arange(len(visits)))
        self._last = rank[self._last[np.unique(visits)]]

    def settle(
        self, color: Floats, known: NDArray[np.bool_], report: Callable[[float], None] = lambda done: None
    ) -> None:
        """Go round until nothing new is reached; ``color`` (P, C) and ``known`` (P,) are changed in place."""
        # A last channel is 1 where the colour is known, and the others 0 where it is not: sums need no cases.
        state = np.zeros((self._vertices + len(self._vertex), color.shape[1] + 1))
        state[: self._vertices, :-1] = color * known[:, None]
        state[: self._vertices, -1] = known
        left, before = SETTLED, 0
        for _ in range(MOST_ROUNDS):
            report(float(state[self._vertices :, -1].mean()))
            unknown = self._round(state)
            left += -1 if unknown == before else 1
            before = unknown
            if not left:
                break
        color[:] = state[: self._vertices, :-1]
        known[:] = state[: self._vertices, -1] > 0

    def _round(self, state: Floats) -> int:
        """One visit after the other; how many of them found no neighbour that is known."""
        visited = state[self._vertices :]
        for first, last in zip(self._step_starts[:-1], self._step_starts[1:]):
            starts = self._edge_starts[first : last + 1]
            some = slice(starts[0], starts[-1])
            total = np.add.reduceat(self._weight[some] * state[self._source[some]], starts[:-1] - starts[0])
            visited[first:last] = total / np.where(total[:, -1:] > 0, total[:, -1:], 1)
        state[self._vertex[self._last]] = visited[self._last]
        return int(np.count_nonzero(visited[:, -1] == 0))


def _visit_before(visits: Ints, vertex: Ints, visit: Ints) -> Ints:
    """The latest visit to each ``vertex`` (E,) before the one numbered ``visit`` (E,); -1 where there is none."""
    count = len(visits)
    order = np.argsort(visits, kind="stable")
    found = np.searchsorted(visits[order] * count + order, vertex * count + visit) - 1
    latest = order[np.maximum(found, 0)]
    return np.where((found >= 0) & (visits[latest] == vertex), latest, -1)


def _steps(before: Ints, visit: Ints, count: int) -> Ints:
    """The step (K,) in which each visit can be made: after all that it waits for, which edges (E,) name."""
    waits = before >= 0
    order = np.argsort(before[waits], kind="stable")
    waiting = visit[waits][order]
    first = np.searchsorted(before[waits][order], np.arange(count + 1))
    pending = np.bincount(waiting, minlength=count)
    step = np.zeros(count, np.int64)
    ready, number = np.flatnonzero(pending == 0), 0
    while len(ready):
        step[ready] = number
        many = first[ready + 1] - first[ready]
        at = np.repeat(first[ready] - np.cumsum(many) + many, many) + np.arange(int(many.sum()))
        freed = waiting[at]
        np.subtract.at(pending, freed, 1)
        ready, number = np.unique(freed[pending[freed] == 0]), number + 1
    return step
