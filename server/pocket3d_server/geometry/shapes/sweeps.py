"""Skins over sections: lofts, turned profiles, sections moved along paths, outlines given thickness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.curves import Rows, circle, counter_clockwise, inset
from pocket3d_server.geometry.solid import Faces, Points, Solid, make
from pocket3d_server.geometry.vectors import unit


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
    faces, uv = split_quads(p.reshape(-1, 3), quads, grid_uv.reshape(-1, 4, 2))
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
        f, uv = split_quads(rings.reshape(-1, 3), quads, grid_uv.reshape(-1, 4, 2))
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


def split_quads(points: Points, quads: Faces, uv: Points) -> tuple[Faces, Points]:
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
    tangent = unit(tangent)
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
    side = unit(side)
    up = np.cross(tangent, side)
    if closed:  # spread the angle left over at the seam along the whole path
        left = np.arctan2(side[-1] @ up[0], side[-1] @ side[0])
        angle = -left * np.linspace(0, 1, len(p))[:, None]
        side, up = np.cos(angle) * side + np.sin(angle) * up, np.cos(angle) * up - np.sin(angle) * side
    return side, up


def _round_ends(p: Points, r: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64]]:
    """The path with half-ball ends added before its first and after its last point."""
    angle = np.radians(np.linspace(0, 90, 5))[1:]
    head, tail = p[0] - p[1], p[-1] - p[-2]
    head, tail = head / np.linalg.norm(head), tail / np.linalg.norm(tail)
    before = p[0] + r[0] * np.sin(angle)[::-1, None] * head
    after = p[-1] + r[-1] * np.sin(angle)[:, None] * tail
    radii = np.cos(angle).round(12)
    return np.concatenate([before, p, after]), np.concatenate([r[0] * radii[::-1], r, r[-1] * radii])
