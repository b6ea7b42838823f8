"""Things with a name: boxes, balls, cylinders and their kin."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pocket3d_server.geometry.curves import arc, circle, polygon, rounded
from pocket3d_server.geometry.shapes.sweeps import extrude, loft, revolve, split_quads
from pocket3d_server.geometry.solid import Faces, Points, Solid, face_normals, make


def box(x: float, y: float, z: float, bevel: float = 0.0, steps: int = 2) -> Solid:
    """A box of this size about the origin, all edges rounded by ``bevel``."""
    return rounded_box(x, y, z, bevel, steps)


def rounded_box(x: float, y: float, z: float, radius: float = 0.0, steps: int = 3, cuts: int = 1) -> Solid:
    """A box whose edges and corners are parts of cylinders and spheres of ``radius``.

    ``cuts`` is the number of pieces along each flat side, more than one where it will be bent.
    """
    half = np.array([x, y, z], dtype=np.float64) / 2
    radius = float(min(radius, 0.999 * half.min()))
    bend = np.linspace(-45, 0, steps + 1)[:-1] if radius > 0 else np.zeros(0)
    # Positions along an axis in two terms: which way to push from the inner box, and where on it.
    lean = np.concatenate([np.tan(np.radians(bend)), np.zeros(cuts + 1), -np.tan(np.radians(bend[::-1]))])
    at = np.concatenate([np.full(len(bend), -1.0), np.linspace(-1, 1, cuts + 1), np.full(len(bend), 1.0)])
    n = len(at)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij")
    quad = np.stack([i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1], axis=-1).reshape(-1, 4)
    lean_a, lean_b = np.meshgrid(lean, lean, indexing="ij")
    at_a, at_b = np.meshgrid(at, at, indexing="ij")
    inner = half - radius
    vertices: list[Points] = []
    quads: list[Faces] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            direction, where = np.zeros((n, n, 3)), np.zeros((n, n, 3))
            direction[..., a], direction[..., b], direction[..., axis] = lean_a, lean_b, sign
            where[..., a], where[..., b], where[..., axis] = at_a, at_b, sign
            direction /= np.linalg.norm(direction, axis=2, keepdims=True)
            quads.append((quad if sign > 0 else quad[:, ::-1]) + len(vertices) * n * n)
            vertices.append((where * inner + radius * direction).reshape(-1, 3))
    points = np.concatenate(vertices)
    faces, _ = split_quads(points, np.concatenate(quads), np.zeros((sum(map(len, quads)), 4, 2)))
    return make(points, faces)


def superellipsoid(
    x: float, y: float, z: float, around: float = 2.5, upright: float = 2.5, segments: int = 32
) -> Solid:
    """A soft block of this size: exponents 2 give an ellipsoid, larger ones squarer shapes (Barr 1981)."""
    t = 2 * np.pi * np.arange(segments) / segments
    f = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)[:, None]

    def power(value: Points, exponent: float) -> Points:
        return np.sign(value) * np.abs(value) ** (2 / exponent)

    c = power(np.cos(f).round(12), upright)
    rings = np.stack(
        [
            x / 2 * c * power(np.sin(t), around),
            y / 2 * power(np.sin(f), upright) + 0 * t,
            z / 2 * c * power(np.cos(t), around),
        ],
        axis=2,
    )
    return loft(rings, crease=180, caps=False)


def sphere(radius: float = 0.5, segments: int = 32) -> Solid:
    """A ball about the origin."""
    return revolve(radius * arc(1, -90, 90, max(segments // 2, 3) + 1).round(12), segments, crease=180)


def cylinder(
    radius: float, height: float, bevel: float = 0.0, segments: int = 32, top: float | None = None
) -> Solid:
    """A cylinder standing on y = 0, or a truncated cone when ``top`` gives the upper radius."""
    outline = np.array([[0, 0], [radius, 0], [radius if top is None else top, height], [0, height]])
    return revolve(_rounded_profile(outline, bevel), segments)


def cone(radius: float, height: float, bevel: float = 0.0, segments: int = 32) -> Solid:
    """A cone standing on y = 0."""
    outline = np.array([[0, 0], [radius, 0], [0, height]])
    return revolve(_rounded_profile(outline, bevel), segments)


def capsule(radius: float, height: float, segments: int = 24) -> Solid:
    """A cylinder with half balls at its ends, ``height`` over all, about the origin."""
    straight = max(height / 2 - radius, 0.0)
    low = arc(radius, -90, 0, segments // 4 + 1) - [0, straight]
    high = arc(radius, 0, 90, segments // 4 + 1) + [0, straight]
    return revolve(np.concatenate([low, high]).round(12), segments, crease=60)


def torus(radius: float, thickness: float, segments: int = 48, sides: int = 16) -> Solid:
    """A ring about the y axis; ``radius`` to the middle of a tube that is ``thickness`` across."""
    return revolve(circle(thickness / 2, sides) + [radius, 0], segments, crease=180, closed=True)


def tube(outer: float, inner: float, height: float, bevel: float = 0.0, segments: int = 32) -> Solid:
    """A pipe standing on y = 0."""
    outline = np.array([[inner, 0], [outer, 0], [outer, height], [inner, height]])
    return revolve(rounded(outline, bevel, 3) if bevel > 0 else outline, segments, closed=True)


def prism(sides: int, radius: float, height: float, bevel: float = 0.0, top: float | None = None) -> Solid:
    """A regular prism standing on y = 0 with a flat side towards +z; ``top`` gives another upper radius."""
    flat = polygon(sides, 1.0, start=-90 + 180 / sides)
    if top is None:
        return extrude(flat * radius, height, bevel).rotate(x=-90).move(y=height / 2)
    rings = [
        np.column_stack([flat[:, 0] * r, np.full(sides, h), -flat[:, 1] * r])
        for r, h in ((radius, 0.0), (top, height))
    ]
    return loft(np.stack(rings), crease=20)


def hull(points: ArrayLike, crease: float = 30.0) -> Solid:
    """The convex hull of ``points`` (N, 3)."""
    from scipy.spatial import ConvexHull

    found = ConvexHull(np.asarray(points, dtype=np.float64))
    p, f = found.points, found.simplices.astype(np.int64)
    outward = np.einsum("ij,ij->i", face_normals(p, f), found.equations[:, :3]) > 0
    f[~outward] = f[~outward][:, ::-1]
    return make(p, f, crease=crease)


def _rounded_profile(outline: Points, bevel: float) -> Points:
    return rounded(outline, bevel, 3, closed=False) if bevel > 0 else outline
