"""Smoothly blended implicit shapes: a few rounded primitives become one closed organic surface.

A `Blend` is an ordered list of primitives, each joined to what came before it with a rounded seam. The
surface is where its distance function is zero. `polygonise` samples that function on a grid, but every
primitive only in its own neighbourhood, takes the level set with marching cubes, reduces it to a face budget
and moves the remaining vertices back onto the true surface.

Sources: distance functions after I. Quilez, "Distance functions" (ellipsoid bound, rounded cone; the cone is
derived here as a minimum over swept spheres) and his quadratic polynomial smooth minimum ("smooth minimum",
iquilezles.org); Lorensen & Cline 1987 for marching cubes (scikit-image); Garland & Heckbert 1997 for the
reduction (fast-simplification).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import fast_simplification
import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.measure import marching_cubes

from pocket3d_server.geometry.vectors import unit

Points = NDArray[np.floating]
Array = NDArray[np.float64]

FAR = 1e3


class Shape(Protocol):
    """A primitive with a signed distance, negative inside."""

    def distance(self, points: Points) -> Points:
        """Signed distance (or a close lower bound of its size) at ``points`` (..., 3), in metres."""
        ...

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner of the shape, each (3,)."""
        ...


@dataclass(frozen=True)
class RoundCone:
    """Spheres of radius ``ra`` at ``a`` to ``rb`` at ``b`` and everything they sweep in between.

    ``squash`` flattens the section: a direction (3,) and a factor on the extent along it.
    """

    a: ArrayLike
    b: ArrayLike
    ra: float
    rb: float
    squash: tuple[ArrayLike, float] | None = None

    def distance(self, points: Points) -> Points:
        """See `Shape.distance`."""
        a, b = np.asarray(self.a, float), np.asarray(self.b, float)
        p = points - a.astype(points.dtype)
        scale = 1.0
        if self.squash is not None:
            p, scale = _stretch(p, self.squash), min(1.0, self.squash[1])
            b = a + _stretch((b - a)[None], self.squash)[0]
        length = float(np.linalg.norm(b - a))
        if length < 1e-9:
            return (np.linalg.norm(p, axis=-1) - max(self.ra, self.rb)) * scale
        axis = ((b - a) / length).astype(points.dtype)
        along = p @ axis
        across = np.sqrt(np.maximum(np.einsum("...i,...i", p, p) - along * along, 0))
        slope = float(np.clip((self.ra - self.rb) / length, -0.999, 0.999))
        # The nearest sphere: d/dt of |p - axis t| - (ra - slope t) is zero at along - slope/cos * across.
        t = np.clip(along - slope / np.sqrt(1 - slope * slope) * across, 0, length)
        return (np.hypot(along - t, across) - (self.ra + (self.rb - self.ra) / length * t)) * scale

    def bounds(self) -> tuple[Array, Array]:
        """See `Shape.bounds`."""
        a, b = np.asarray(self.a, float), np.asarray(self.b, float)
        reach = max(1.0, self.squash[1] if self.squash else 1.0)
        ra, rb = self.ra * reach, self.rb * reach
        return np.minimum(a - ra, b - rb), np.maximum(a + ra, b + rb)


@dataclass(frozen=True)
class Chain:
    """Rounded cones end to end along a polyline (N, 3) with a radius at each point (N,): limbs, tails, stems.

    Unlike a blend of cones it has no beads at its joints.
    """

    points: ArrayLike
    radii: ArrayLike
    squash: tuple[ArrayLike, float] | None = None

    def distance(self, points: Points) -> Points:
        """See `Shape.distance`."""
        links = self._links()
        value = links[0].distance(points)
        for link in links[1:]:
            np.minimum(value, link.distance(points), out=value)
        return value

    def bounds(self) -> tuple[Array, Array]:
        """See `Shape.bounds`."""
        boxes = [link.bounds() for link in self._links()]
        return np.min([b[0] for b in boxes], axis=0), np.max([b[1] for b in boxes], axis=0)

    def _links(self) -> list[RoundCone]:
        p = np.asarray(self.points, float)
        r = np.broadcast_to(np.asarray(self.radii, float), (len(p),))
        return [
            RoundCone(p[i], p[i + 1], float(r[i]), float(r[i + 1]), self.squash) for i in range(len(p) - 1)
        ]


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with semi-axes ``radii`` along the columns of the rotation ``axes`` (world axes when None)."""

    centre: ArrayLike
    radii: ArrayLike
    axes: ArrayLike | None = None

    def distance(self, points: Points) -> Points:
        """See `Shape.distance`."""
        p = points - np.asarray(self.centre, points.dtype)
        if self.axes is not None:
            p = p @ np.asarray(self.axes, points.dtype)
        r = np.asarray(self.radii, points.dtype)
        near = np.sqrt(np.einsum("...i,...i", p / r, p / r))
        steep = np.sqrt(np.einsum("...i,...i", p / (r * r), p / (r * r)))
        return near * (near - 1) / np.maximum(steep, 1e-9)

    def bounds(self) -> tuple[Array, Array]:
        """See `Shape.bounds`."""
        c, r = np.asarray(self.centre, float), np.asarray(self.radii, float)
        extent = r if self.axes is None else np.sqrt(((np.asarray(self.axes, float) * r) ** 2).sum(axis=1))
        return c - extent, c + extent


@dataclass(frozen=True)
class HalfSpace:
    """Everything on the side of the plane through ``at`` that ``normal`` points away from; only for carving."""

    at: ArrayLike
    normal: ArrayLike

    def distance(self, points: Points) -> Points:
        """See `Shape.distance`."""
        normal = np.asarray(self.normal, float)
        return (points - np.asarray(self.at, points.dtype)) @ (normal / np.linalg.norm(normal)).astype(
            points.dtype
        )

    def bounds(self) -> tuple[Array, Array]:
        """Unbounded."""
        return np.full(3, -FAR), np.full(3, FAR)


@dataclass(frozen=True)
class Term:
    """One primitive of a blend: how softly it joins, the region it stands for, and whether it cuts away."""

    shape: Shape
    blend: float
    region: str
    carve: bool = False


@dataclass
class Blend:
    """An ordered smooth union of primitives; ``carve`` terms are cut out of what stands before them."""

    terms: list[Term] = field(default_factory=list)

    def add(self, shape: Shape, blend: float, region: str = "body", *, carve: bool = False) -> None:
        """Join (or cut) ``shape`` with a seam about ``blend`` metres wide; it belongs to ``region``."""
        self.terms.append(Term(shape, max(blend, 1e-6), region, carve))

    @property
    def regions(self) -> list[str]:
        """Names in the order of their first use; carving terms name none."""
        return list(dict.fromkeys(t.region for t in self.terms if not t.carve))

    def bounds(self) -> tuple[Array, Array]:
        """A box that holds the whole surface."""
        boxes = [t.shape.bounds() for t in self.terms if not t.carve]
        pad = max(t.blend for t in self.terms) * 0.25
        return np.min([b[0] for b in boxes], axis=0) - pad, np.max([b[1] for b in boxes], axis=0) + pad

    def distance(self, points: Points) -> Points:
        """Signed distance at points (N, 3), negative inside; exact blending near the surface."""
        value: Points = np.full(points.shape[:-1], FAR, points.dtype)
        for term in self.terms:
            value = _join(value, term.shape.distance(points), term)
        return value

    def distance_near(self, points: Points, reach: float) -> Points:
        """`distance` for points (N, 3) that lie within ``reach`` of the surface: what is further off is not asked."""
        value: Points = np.full(len(points), FAR, points.dtype)
        for term in self.terms:
            low, high = term.shape.bounds()
            far = reach + term.blend
            close = np.flatnonzero(((points >= low - far) & (points <= high + far)).all(axis=1))
            if len(close) == len(points):
                value = _join(value, term.shape.distance(points), term)
            elif len(close):
                value[close] = _join(value[close], term.shape.distance(points[close]), term)
        return value

    def gradient(self, points: Points, reach: float = FAR) -> Array:
        """Unit outward direction (N, 3) by finite differences on a tetrahedron (Quilez); ``reach`` as above."""
        step = float(np.max(np.subtract(*reversed(self.bounds())))) * 1e-4
        corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], float)
        moved = (points + corners[:, None] * step).reshape(-1, 3)
        value = self.distance_near(moved, reach + step) if reach < FAR else self.distance(moved)
        return unit(np.einsum("kn,kc->nc", value.reshape(4, -1), corners))

    def region_weights(self, points: Points, softness: float) -> dict[str, Array]:
        """How much each region owns each point (N,): a soft choice of the nearest, summing to one."""
        nearest = {name: np.full(len(points), FAR) for name in self.regions}
        for term in self.terms:
            if not term.carve:
                nearest[term.region] = np.minimum(nearest[term.region], term.shape.distance(points))
        table = np.stack(list(nearest.values()))
        table = np.exp(-(table - table.min(axis=0)) / max(softness, 1e-9))
        return dict(zip(nearest, table / table.sum(axis=0), strict=True))


@dataclass(frozen=True)
class Surface:
    """A closed triangle mesh: vertices (V, 3), faces (F, 3), outward unit normals (V, 3)."""

    vertices: Array
    faces: NDArray[np.int64]
    normals: Array


def polygonise(blend: Blend, *, resolution: int, faces: int) -> Surface:
    """Mesh the zero level of a blend.

    ``resolution`` is the number of grid cells along the longest side of its box, ``faces`` the budget after
    reduction. The result is closed and outward-facing. Raises ValueError when the blend is empty.
    """
    if not any(not t.carve for t in blend.terms):
        raise ValueError("nothing to polygonise: the blend has no shapes")
    low, high = blend.bounds()
    cell = float(np.max(high - low)) / resolution
    low, high = low - 2 * cell, high + 2 * cell
    shape = np.ceil((high - low) / cell).astype(int) + 1
    grid = _sample(blend, low, cell, shape)
    vertices, triangles, _, _ = marching_cubes(grid, 0.0, gradient_direction="descent")
    vertices = vertices.astype(np.float64) * cell + low
    triangles = triangles.astype(np.int64)
    if len(triangles) > faces:
        reduced, kept = fast_simplification.simplify(
            vertices.astype(np.float32), triangles.astype(np.int32), target_count=int(faces), agg=4
        )
        vertices, triangles = reduced.astype(np.float64), kept.astype(np.int64)
    for _ in range(2):  # the grid rounds details off, the reduction moves vertices: Newton steps mend both
        off = blend.distance_near(vertices, 3 * cell)
        direction = blend.gradient(vertices, 3 * cell)
        vertices = vertices - direction * np.clip(off, -cell, cell)[:, None]
    return Surface(vertices, triangles, blend.gradient(vertices, 3 * cell))


def curve(points: Sequence[ArrayLike], count: int) -> Array:
    """``count`` points (count, 3) on a Catmull-Rom spline through ``points``."""
    p = np.asarray(points, float)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, len(p) - 3, count)
    i = np.minimum(t.astype(int), len(p) - 4)
    u = (t - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)


def _join(value: Points, other: Points, term: Term) -> Points:
    """Quadratic polynomial smooth minimum (union) or maximum with the negated shape (cut)."""
    k = term.blend
    if term.carve:
        h = np.maximum(k - np.abs(value + other), 0) / k
        return np.maximum(value, -other) + h * h * (k / 4)
    h = np.maximum(k - np.abs(value - other), 0) / k
    return np.minimum(value, other) - h * h * (k / 4)


def _sample(blend: Blend, low: Array, cell: float, shape: NDArray[np.int64]) -> NDArray[np.float32]:
    """Distances on the grid, right near the surface and of the right sign everywhere.

    Further than its seam from a primitive, that primitive cannot move the surface, so it is evaluated only
    in its own box.
    """
    grid = np.full(tuple(shape), FAR, np.float32)
    axes = [(low[i] + cell * np.arange(shape[i])).astype(np.float32) for i in range(3)]
    for term in blend.terms:
        a, b = term.shape.bounds()
        reach = term.blend + 3 * cell
        start = np.clip(np.floor((a - reach - low) / cell).astype(int), 0, shape)
        stop = np.clip(np.ceil((b + reach - low) / cell).astype(int) + 1, 0, shape)
        if np.any(stop <= start):
            continue
        box = tuple(slice(i, j) for i, j in zip(start, stop, strict=True))
        points = np.stack(np.meshgrid(*(axes[i][box[i]] for i in range(3)), indexing="ij"), axis=-1)
        grid[box] = _join(grid[box], term.shape.distance(points), term)
    return grid


def _stretch(p: Points, squash: tuple[ArrayLike, float]) -> Points:
    """Divide the component of p (..., 3) along the squash direction by its factor."""
    axis = np.asarray(squash[0], float)
    axis = (axis / np.linalg.norm(axis)).astype(p.dtype)
    return p + (p @ axis)[..., None] * axis * (1 / squash[1] - 1)
