"""The vocabulary of modelling: closed solids from profiles, outlines, sections and paths.

Every function gives one closed, outward-facing ``Solid`` with texture coordinates in metres. The y axis is
up; things stand centred on the origin unless their docstring says otherwise. ``segments`` and ``steps`` set
the detail, ``crease`` the angle in degrees above which an edge is shaded sharp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.curves import (
    Rows,
    arc,
    circle,
    counter_clockwise,
    inset,
    polygon,
    rounded,
)
from pocket3d_server.geometry.solid import Faces, Points, Solid, face_normals, make

__all__ = [
    "box", "capsule", "cone", "cylinder", "difference", "extrude", "hull", "intersection", "loft", "prism",
    "revolve", "rounded_box", "sphere", "superellipsoid", "sweep", "torus", "tube", "union",
]  # fmt: skip


# Surfaces of a grid of points


def loft(
    sections: ArrayLike, crease: float = 40.0, caps: bool = True, closed: bool = False, mapping: str = "wrap"
) -> Solid:
    """A skin over closed ``sections`` (S, N, 3) in order; the first and last are filled when ``caps``.

    A section whose points coincide is a tip and needs no cap. ``closed`` joins the last section to the
    first instead. ``mapping`` is ``wrap`` (around and along) or ``box``.
    """
    p = np.asarray(sections, dtype=np.float64)
    s, n, _ = p.shape
    rows = s if closed else s - 1
    i, j = np.meshgrid(np.arange(rows), np.arange(n), indexing="ij")
    i2, j2 = (i + 1) % s, (j + 1) % n
    quads = np.stack([i * n + j, i * n + j2, i2 * n + j2, i2 * n + j], axis=-1).reshape(-1, 4)

    around = np.linalg.norm(np.roll(p, -1, axis=1) - p, axis=2)
    widest = around.sum(axis=1).argmax()
    u = np.concatenate([[0.0], np.cumsum(around[widest])])
    # Distance along the skin is the mean over the section, so rows stay level in the texture.
    step = np.linalg.norm(np.roll(p, -1, axis=0) - p, axis=2).mean(axis=1)
    v = np.concatenate([[0.0], np.cumsum(step)])
    grid_uv = np.stack(
        [np.stack([u[a], v[b]], axis=-1) for b, a in ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))],
        axis=-2,
    )
    faces, uv = _split_quads(p.reshape(-1, 3), quads, grid_uv.reshape(-1, 4, 2))
    if caps and not closed:
        for index, turn in ((0, True), (s - 1, False)):
            cap, cap_uv = _cap(p[index], reverse=turn)
            if len(cap):
                faces = np.concatenate([faces, cap + index * n])
                uv = np.concatenate([uv, cap_uv])
    solid = make(p.reshape(-1, 3), faces, uv, crease)
    return solid.box_mapped() if mapping == "box" else solid


def revolve(profile: Rows, segments: int = 32, crease: float = 40.0, closed: bool = False) -> Solid:
    """The profile (N, 2) of (radius, height) turned about the y axis.

    An open profile runs from the lower end to the upper one and is capped where it doesn't reach the axis;
    a ``closed`` one is the cross-section of a ring.
    """
    p = np.asarray(profile, dtype=np.float64)
    if not closed:
        p = np.concatenate([[[0.0, p[0, 1]]], p, [[0.0, p[-1, 1]]]])
        p = p[np.concatenate([[True], np.linalg.norm(np.diff(p, axis=0), axis=1) > 1e-9])]
    t = 2 * np.pi * np.arange(segments) / segments
    rings = np.stack(
        [p[:, :1] * np.sin(t), np.broadcast_to(p[:, 1:], (len(p), segments)), p[:, :1] * np.cos(t)], axis=2
    )
    solid = loft(rings, crease, caps=False, closed=closed)
    return solid


def sweep(
    path: Rows,
    radius: float | ArrayLike = 1.0,
    section: ArrayLike | int = 12,
    closed: bool = False,
    crease: float = 40.0,
    round_ends: bool = False,
    twist: float = 0.0,
) -> Solid:
    """A section moved along ``path`` (N, 3) without twisting of its own.

    ``section`` is a closed outline (M, 2) or a number of sides for a round one; it is scaled by ``radius``,
    one or one for each point of the path. ``twist`` turns it by degrees from start to end. The frames are
    rotation-minimizing (double reflection: Wang, Jüttler, Zheng, Liu 2008).
    """
    p = np.asarray(path, dtype=np.float64)
    outline = circle(1.0, section) if isinstance(section, int) else np.asarray(section, dtype=np.float64)
    r = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(p)).copy()
    if round_ends and not closed:
        p, r = _round_ends(p, r)
    side, up = _frames(p, closed)
    angle = np.radians(twist) * np.linspace(0, 1, len(p))
    side, up = (
        np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up,
        np.cos(angle)[:, None] * up - np.sin(angle)[:, None] * side,
    )
    rings = p[:, None] + r[:, None, None] * (
        outline[None, :, :1] * side[:, None] + outline[None, :, 1:] * up[:, None]
    )
    return loft(rings, crease, closed=closed)


def extrude(
    outline: ArrayLike,
    depth: float,
    bevel: float = 0.0,
    holes: Sequence[ArrayLike] = (),
    steps: int = 2,
    crease: float = 40.0,
) -> Solid:
    """A flat outline (N, 2) in x and y given thickness along z, from -depth/2 to depth/2.

    ``bevel`` rounds the edges of both faces; ``holes`` are outlines cut through.
    """
    loops = [counter_clockwise(outline), *(counter_clockwise(h)[::-1] for h in holes)]
    bevel = min(bevel, 0.49 * depth)
    t = np.radians(np.linspace(0, 90, steps + 1)) if bevel > 0 else np.zeros(1)
    inward, outward = bevel * (1 - np.sin(t)), bevel * (1 - np.cos(t))
    # From the back face's rim around to the front's.
    offsets = np.concatenate([inward, inward[::-1]])
    heights = np.concatenate([outward - depth / 2, (depth / 2 - outward)[::-1]])
    points, faces, uvs, base, rims = [], [], [], 0, []
    for loop in loops:
        n, s = len(loop), len(offsets)
        rings = np.stack([np.column_stack([inset(loop, o), np.full(n, z)]) for o, z in zip(offsets, heights)])
        i, j = np.meshgrid(np.arange(s - 1), np.arange(n), indexing="ij")
        j2 = (j + 1) % n
        quads = np.stack([i * n + j, i * n + j2, (i + 1) * n + j2, (i + 1) * n + j], axis=-1).reshape(-1, 4)
        u = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1))])
        grid_uv = np.stack(
            [
                np.stack([u[a], heights[b]], axis=-1)
                for a, b in ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1))
            ],
            axis=-2,
        )
        f, uv = _split_quads(rings.reshape(-1, 3), quads, grid_uv.reshape(-1, 4, 2))
        points.append(rings.reshape(-1, 3))
        faces.append(f + base)
        uvs.append(uv)
        rims.append((base, base + (s - 1) * n, n, rings[0, :, :2]))
        base += n * s
    lid = _triangulate([rim[3] for rim in rims])
    flat = np.concatenate([rim[3] for rim in rims])
    lid_uv = np.stack([flat[lid][..., 0], -flat[lid][..., 1]], axis=-1)
    back = np.concatenate([np.arange(rim[0], rim[0] + rim[2]) for rim in rims])
    front = np.concatenate([np.arange(rim[1], rim[1] + rim[2]) for rim in rims])
    faces += [front[lid], back[lid][:, ::-1]]
    uvs += [lid_uv, lid_uv[:, ::-1] * [-1, 1]]
    return make(np.concatenate(points), np.concatenate(faces), np.concatenate(uvs), crease)


# Boxes and round things


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
    faces, _ = _split_quads(points, np.concatenate(quads), np.zeros((sum(map(len, quads)), 4, 2)))
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
    return revolve(_rounded_profile(outline, bevel, 3), segments)


def cone(radius: float, height: float, bevel: float = 0.0, segments: int = 32) -> Solid:
    """A cone standing on y = 0."""
    outline = np.array([[0, 0], [radius, 0], [0, height]])
    return revolve(_rounded_profile(outline, bevel, 3), segments)


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


# Set operations, by the manifold3d library


def union(*solids: Solid, crease: float = 40.0) -> Solid:
    """One closed surface around all ``solids``; its texture coordinates are a box projection."""
    from manifold3d import Manifold, OpType

    return _from_manifold(Manifold.batch_boolean([_manifold(s) for s in solids], OpType.Add), crease)


def difference(solid: Solid, *tools: Solid, crease: float = 40.0) -> Solid:
    """``solid`` with ``tools`` cut away. Raises ValueError when nothing is left."""
    from manifold3d import Manifold, OpType

    return _from_manifold(
        Manifold.batch_boolean([_manifold(s) for s in (solid, *tools)], OpType.Subtract), crease
    )


def intersection(first: Solid, second: Solid, crease: float = 40.0) -> Solid:
    """What lies in both. Raises ValueError when that is nothing."""
    return _from_manifold(_manifold(first) ^ _manifold(second), crease)


def _manifold(solid: Solid) -> Any:
    from manifold3d import Manifold, Mesh

    made = Manifold(Mesh(solid.vertices.astype(np.float32), solid.faces.astype(np.uint32)))
    if made.is_empty():
        raise ValueError(f"not a closed surface: {made.status()}")
    return made


def _from_manifold(result: Any, crease: float) -> Solid:
    mesh = result.to_mesh()
    vertices = np.asarray(mesh.vert_properties[:, :3], dtype=np.float64)
    if len(vertices) == 0:
        raise ValueError("the operation leaves nothing")
    return make(vertices, np.asarray(mesh.tri_verts, dtype=np.int64), crease=crease, weld=False)


# Inner workings


def _rounded_profile(outline: Points, bevel: float, steps: int) -> Points:
    return rounded(outline, bevel, steps, closed=False) if bevel > 0 else outline


def _split_quads(points: Points, quads: Faces, uv: Points) -> tuple[Faces, Points]:
    """Two triangles from each quad along its shorter diagonal, so that bent quads fold the smoother way."""
    a, b, c, d = (points[quads[:, k]] for k in range(4))
    other = np.linalg.norm(b - d, axis=1) < np.linalg.norm(a - c, axis=1) * (1 - 1e-6)
    first = np.where(other[:, None], [0, 1, 3], [0, 1, 2])
    second = np.where(other[:, None], [1, 2, 3], [0, 2, 3])
    rows = np.arange(len(quads))[:, None]
    faces = np.stack([quads[rows, first], quads[rows, second]], axis=1).reshape(-1, 3)
    return faces, np.stack([uv[rows, first], uv[rows, second]], axis=1).reshape(-1, 3, 2)


def _cap(ring: Points, reverse: bool) -> tuple[Faces, Points]:
    """Triangles that fill a closed spatial ring (N, 3), and their flat coordinates; none for a tip."""
    ahead = np.roll(ring, -1, axis=0)
    normal = np.cross(ring, ahead).sum(axis=0)
    size = np.linalg.norm(normal)
    if size < 1e-12:
        return np.zeros((0, 3), np.int64), np.zeros((0, 3, 2))
    normal /= size
    helper = np.eye(3)[np.abs(normal).argmin()]
    x = np.cross(helper, normal)
    x /= np.linalg.norm(x)
    flat = np.stack([ring @ x, ring @ np.cross(normal, x)], axis=1)
    faces = _triangulate([flat])
    uv = flat[faces]
    return (faces[:, ::-1], uv[:, ::-1]) if reverse else (faces, uv)


def _triangulate(loops: Sequence[Points]) -> Faces:
    """Triangles over the loops' points in order; the first loop runs counter-clockwise, holes clockwise."""
    from manifold3d import triangulate

    return np.asarray(triangulate([np.asarray(loop, dtype=np.float64) for loop in loops]), dtype=np.int64)


def _frames(p: Points, closed: bool) -> tuple[Points, Points]:
    """Two unit vectors (N, 3) across the path at each point, carried along by double reflection."""
    if closed:
        tangent = np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0)
    else:
        tangent = np.gradient(p, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True).clip(1e-12)
    helper = np.eye(3)[1] if abs(tangent[0, 1]) < 0.9 else np.eye(3)[0]
    side = np.empty_like(p)
    first = np.cross(helper, tangent[0])
    side[0] = first / np.linalg.norm(first)
    for i in range(len(p) - 1):  # each frame follows from the one before it
        step = p[i + 1] - p[i]
        c = max(float(step @ step), 1e-18)
        carried = side[i] - 2 / c * (step @ side[i]) * step
        mirrored = tangent[i] - 2 / c * (step @ tangent[i]) * step
        turn = tangent[i + 1] - mirrored
        d = float(turn @ turn)
        side[i + 1] = carried - (2 / d * (turn @ carried) * turn if d > 1e-18 else 0)
    side -= (side * tangent).sum(axis=1, keepdims=True) * tangent
    side /= np.linalg.norm(side, axis=1, keepdims=True).clip(1e-12)
    up = np.cross(tangent, side)
    if closed:  # spread the angle left over at the seam along the whole path
        left = np.arctan2(side[-1] @ up[0], side[-1] @ side[0])
        angle = -left * np.linspace(0, 1, len(p))[:, None]
        side, up = np.cos(angle) * side + np.sin(angle) * up, np.cos(angle) * up - np.sin(angle) * side
    return side, up


def _round_ends(p: Points, r: NDArray[np.float64], steps: int = 4) -> tuple[Points, NDArray[np.float64]]:
    """The path with half-ball ends added before its first and after its last point."""
    angle = np.radians(np.linspace(0, 90, steps + 1))[1:]
    head, tail = p[0] - p[1], p[-1] - p[-2]
    head, tail = head / np.linalg.norm(head), tail / np.linalg.norm(tail)
    before = p[0] + r[0] * np.sin(angle)[::-1, None] * head
    after = p[-1] + r[-1] * np.sin(angle)[:, None] * tail
    radii = np.cos(angle).round(12)
    return np.concatenate([before, p, after]), np.concatenate([r[0] * radii[::-1], r, r[-1] * radii])
