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
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import spsolve_triangular
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Image
from pocket3d_server.geometry.bake import fill_gaps
from pocket3d_server.geometry.raster import Floats, Ints, Raster
from pocket3d_server.models.hunyuan_paint.projection import Baked

NEAREST = 1e-4
"""Vertices that are closer than this count as this far apart."""
SETTLED = 2
"""Rounds that go on after the last that reached a new vertex, and one more for each that did."""
MOST_ROUNDS = 200
"""A colour travels at least one edge in a round, most often across all of the mesh. The rest takes the nearest colour."""
LITTLE = 0.1
"""Share of a face or a piece up to which what was shown of it is only its rim."""
LEAST_TEXELS = 0.5
"""Known texels around a vertex, by nearness, that tell its colour."""
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
    texel = _texel_of(uv, size)[np.asarray(uv_faces).ravel()]
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


def seeded(baked: Baked, texels: Raster, faces: Ints, place: Ints, uv: NDArray[Any]) -> Baked:
    """The texture with the mean of what is known around each vertex at it: a single texel may be any of a pattern's colours.

    ``texels`` lie on ``faces`` (F, 3); vertices (V,) with the same ``place`` have the same mean.
    """
    known = texels.only(baked.trust.ravel()[texels.pixel])
    values = baked.texture.reshape(-1, baked.texture.shape[2])[known.pixel]
    total = np.zeros((int(place.max()) + 1, values.shape[1] + 1))
    for k in range(3):
        corner, weight = place[faces[:, k]][known.face], np.maximum(known.barycentric[:, k], 0)
        total[:, -1] += np.bincount(corner, weight, len(total))
        for channel in range(values.shape[1]):
            total[:, channel] += np.bincount(corner, weight * values[:, channel], len(total))
    told = total[place, -1] > LEAST_TEXELS
    at = _texel_of(uv, len(baked.trust))[told]
    texture, trust = baked.texture.copy(), baked.trust.copy()
    texture.reshape(-1, values.shape[1])[at] = (total[:, :-1] / np.maximum(total[:, -1:], 1e-9))[place[told]]
    trust.reshape(-1)[at] = True
    return Baked(texture, trust)


def over_faces(
    baked: Baked, spread: Baked, texels: Raster, vertices: Floats, faces: Ints, uv: NDArray[Any]
) -> Baked:
    """The texture with faces that no view has shown in the colours of their vertices, which run into one another.

    ``baked`` is what views have shown and ``spread`` what `spread` has told the vertices; ``texels`` lie on the mesh of ``vertices``
    (V, 3) and ``faces`` (F, 3). A vertex that no colour has reached takes that of the nearest one in space.
    """
    size, seen = len(baked.trust), baked.trust
    at = _texel_of(uv, size)
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
    texture[seen.ravel()] = baked.texture[seen]
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


def _texel_of(uv: NDArray[Any], size: int) -> NDArray[np.int64]:
    """The texel (V,) in whose middle each vertex is, or nearly."""
    place = np.rint(np.asarray(uv, np.float64) * (size - 1)).astype(np.int64)
    return np.asarray((size - 1 - place[:, 1]) * size + place[:, 0])


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
    """Visits to vertices, one after the other and round after round, solved as one sparse system a round.

    A visit takes a mean of what the visits before it in the round, and those of the round before, have left at its neighbours:
    a triangular system. Which vertices are known at each visit is found first, by following the same links from the known ones.
    """

    def __init__(self, visits: Ints, edges: _Edges) -> None:
        """``visits`` (K,) are vertices in their order; one may be visited several times in a round."""
        many = np.diff(edges.first)[visits]
        self._visit = np.repeat(np.arange(len(visits)), many)
        within = np.arange(len(self._visit)) - np.repeat(np.cumsum(many) - many, many)
        edge = np.repeat(edges.first[visits], many) + within
        self._weight = edges.weight[edge]
        before = _visit_before(visits, edges.end[edge], self._visit)
        self._vertices, self._visits = len(edges.first) - 1, len(visits)
        self._source = np.where(before < 0, edges.end[edge], self._vertices + before)
        """(E,) where a visit reads: at a vertex as the round before left it, or behind all vertices at an earlier visit."""
        self._visited, last = np.unique(visits[::-1], return_index=True)
        self._last = len(visits) - 1 - last

    def settle(
        self, color: Floats, known: NDArray[np.bool_], report: Callable[[float], None] = lambda done: None
    ) -> None:
        """Go round until nothing new is reached; ``color`` (P, C) and ``known`` (P,) are changed in place."""
        left, before = SETTLED, 0
        reached: NDArray[np.bool_] | None = None
        for _ in range(MOST_ROUNDS):
            now = reached if reached is not None and reached.all() else self._reached(known)
            if reached is None or not np.array_equal(now, reached):
                earlier, old = self._means(now)
            reached, found = now, now[self._vertices :]
            # The diagonal is one throughout, and so is known to the solver.
            state = spsolve_triangular(earlier, old @ color, unit_diagonal=True)
            color[self._visited] = state[self._last]
            known[self._visited] = found[self._last]
            report(float(found.mean()))
            unknown = int(np.count_nonzero(~found))
            left += -1 if unknown == before else 1
            before = unknown
            if not left:
                break

    def _reached(self, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(P + K,) whether each vertex was known at the round's begin, and each visit finds a colour."""
        root = self._vertices + self._visits
        start = np.flatnonzero(known)
        begin = np.concatenate([self._source, np.full(len(start), root)])
        end = np.concatenate([self._visit + self._vertices, start])
        links = sparse.csr_array((np.ones(len(begin), np.int8), (begin, end)), shape=(root + 1, root + 1))
        reached = np.zeros(root + 1, np.bool_)
        reached[breadth_first_order(links, root, return_predecessors=False)] = True
        return reached[:root]

    def _means(self, reached: NDArray[np.bool_]) -> tuple[sparse.csr_array, sparse.csr_array]:
        """The system (K, K) that visits form with those before them, and their means (K, P) of older colours."""
        weight = self._weight * reached[self._source]
        total = np.bincount(self._visit, weight, minlength=self._visits)
        share = weight / np.where(total > 0, total, 1)[self._visit]
        new = self._source >= self._vertices
        square = (self._visits, self._visits)
        earlier = sparse.csr_array(
            (-share[new], (self._visit[new], self._source[new] - self._vertices)), shape=square
        )
        old = sparse.csr_array(
            (share[~new], (self._visit[~new], self._source[~new])), shape=(self._visits, self._vertices)
        )
        return (earlier + sparse.eye_array(self._visits)).tocsc(), old


def _visit_before(visits: Ints, vertex: Ints, visit: Ints) -> Ints:
    """The latest visit to each ``vertex`` (E,) before the one numbered ``visit`` (E,); -1 where there is none."""
    count = len(visits)
    order = np.argsort(visits, kind="stable")
    found = np.searchsorted(visits[order] * count + order, vertex * count + visit) - 1
    latest = order[np.maximum(found, 0)]
    return np.where((found >= 0) & (visits[latest] == vertex), latest, -1)
