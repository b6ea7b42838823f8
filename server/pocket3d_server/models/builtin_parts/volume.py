"""What lies behind the surface: how thick the shape is, what is enclosed, and which points see each other inside.

Thickness is the shape diameter function (Shapira, Shamir, Cohen-Or, "Consistent mesh partitioning and
skeletonisation using the shape diameter function", 2008): the mean length of rays shot inwards in a cone.
Line of sight between inner points measures approximate convexity (van Kaick, Fish, Kleiman, Asafi, Cohen-Or,
"Shape segmentation by approximate convexity analysis", 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.parts.face_graph import FaceGraph, Floats, Ints

CONE = np.radians(60)
WALL, ENCLOSED, OPEN, MOSTLY = 0.12, 0.55, 0.3, 0.4
"""A wall is thinner than this share of the size; a cavity's middle and rim are enclosed by these shares; a
vessel has at least this share of such walls."""


def spiral(count: int, angle: float) -> Floats:
    """(count, 3) unit directions spread evenly over the cap of half-width ``angle`` around +Z."""
    k = np.arange(count) + 0.5
    z = 1 - (1 - np.cos(angle)) * k / count
    r, turn = np.sqrt(1 - z * z), np.pi * (1 + 5**0.5) * k
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)


def around(normals: Floats, directions: Floats) -> Floats:
    """(N, R, 3): directions (R, 3) given around +Z, turned so that +Z is each normal (N, 3)."""
    helper = np.where(np.abs(normals[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    u = np.cross(normals, helper)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(normals, u)
    x, y, z = directions.T[:, None, :, None]
    return u[:, None] * x + v[:, None] * y + normals[:, None] * z


def enclosure(scene: RayScene, points: Floats, normals: Floats, reach: float) -> Floats:
    """(N,) the share of the half-space in front of each point that some surface covers, 0 (open) to 1."""
    rays = 32
    directions = around(normals, spiral(rays, np.pi / 2))
    origins = np.repeat(points + normals * reach * 1e-4, rays, axis=0)
    hit = scene.occluded(origins, directions.reshape(-1, 3))
    return np.asarray(hit.reshape(-1, rays).mean(axis=1))


def thickness(surface: FaceGraph, scene: RayScene, faces: Ints, rays: int = 16) -> tuple[Floats, Ints]:
    """Shape diameter at some faces (N,), and the face straight behind each (N,), -1 where there is none.

    Rays that leave through an opening don't count; where all do the result is NaN.
    """
    directions = spiral(rays, CONE)
    directions[0] = 0, 0, 1
    inward = -surface.normals[faces]
    world = around(inward, directions).reshape(-1, 3)
    origins = np.repeat(surface.centers[faces] + inward * surface.size * 1e-5, rays, axis=0)
    face, distance, _ = scene.first_hit(origins, world)
    leaving = (surface.normals[face] * world).sum(1) > 0
    length = np.where((face >= 0) & leaving, distance, np.nan).reshape(-1, rays)
    weight = 1 / (np.arccos(np.clip(directions[:, 2], -1, 1)) + 0.2)[None] * np.isfinite(length)
    missing = ~np.isfinite(length).any(axis=1)
    length[missing] = 0
    middle = np.nanmedian(length, axis=1, keepdims=True)
    spread = np.nanstd(length, axis=1, keepdims=True)
    weight = weight * (np.abs(length - middle) <= spread + 1e-9)
    mean = (np.nan_to_num(length) * weight).sum(1) / np.maximum(weight.sum(1), 1e-12)
    mean[missing] = np.nan
    return mean, np.where(np.isfinite(length[:, 0]) & ~missing, face.reshape(-1, rays)[:, 0], -1)


def orient(surface: FaceGraph, scene: RayScene, samples: Ints) -> FaceGraph:
    """Turn patches that are wound inside out, judged by which side of their samples is the more enclosed."""
    patch = surface.patches
    c, n = surface.centers[samples], surface.normals[samples]
    vote = enclosure(scene, c, n, surface.size) - enclosure(scene, c, -n, surface.size)
    inside_out = np.bincount(patch[samples], vote, minlength=int(patch.max()) + 1) > 1e-9
    return surface.flipped(inside_out[patch]) if inside_out.any() else surface


@dataclass(eq=False)
class Inside:
    """What is known about the inside of the shape at each of N samples."""

    thickness: Floats
    """(N,) shape diameter; never NaN."""
    points: Floats
    """(N, 3) a point within the shape behind each sample."""
    sight: NDArray[np.bool_]
    """(N, N) whether two points see each other within the shape; true on the diagonal."""
    hollow: bool
    """Whether the shape is a vessel, whose cavity counts as inside."""


def look_inside(surface: FaceGraph, scene: RayScene, samples: Ints) -> Inside:
    """Thickness and lines of sight at the sampled faces (N,) of an oriented surface.

    A vessel (cup, bowl, open box) is a thin wall around a cavity. Through the wall alone nothing sees far, and
    people take the vessel as one body with a handle, so there the cavity counts as inside: both faces of the
    wall look into it.
    """
    n, c = surface.normals[samples], surface.centers[samples]
    depth, behind = thickness(surface, scene, samples, 24)
    known = np.isfinite(depth)
    depth = np.where(known, depth, np.median(depth[known]) if known.any() else 0.1 * surface.size)
    points = c - n * np.clip(0.12 * depth, 1e-5 * surface.size, 0.01 * surface.size)[:, None]

    front = enclosure(scene, c, n, surface.size)
    back = np.zeros(len(samples))
    walled = behind >= 0
    back[walled] = enclosure(
        scene, surface.centers[behind[walled]], surface.normals[behind[walled]], surface.size
    )
    thin = walled & (depth < WALL * surface.size)
    hollow = bool((thin & (np.maximum(front, back) > ENCLOSED)).mean() > MOSTLY)
    if hollow:
        inner = thin & (front > OPEN) & (front >= back)
        outer = thin & (back > OPEN) & ~inner
        reach = 0.01 * surface.size
        cavity = points.copy()
        cavity[inner] = c[inner] + n[inner] * reach
        cavity[outer] = surface.centers[behind[outer]] + surface.normals[behind[outer]] * reach
        wall = _main_cavity(surface, scene, cavity, np.flatnonzero(inner | outer))
        points[wall] = cavity[wall]
        level = np.exp(np.log(depth[wall]).mean())
        depth[wall] = level
        # The rim faces neither way; it goes with the wall next to it.
        spacing, near = cKDTree(c[wall]).query(c)
        rim = (
            ~np.isin(np.arange(len(c)), wall)
            & (spacing < np.sqrt(surface.areas.sum() / len(c)))
            & (depth < 2 * level)
        )
        points[rim], depth[rim] = points[wall[near[rim]]], level
    # A cavity ends at the first wall, whichever side of it is met.
    return Inside(depth, points, _sight(surface, scene, points, 1 if hollow else 4), hollow)


def _sight(surface: FaceGraph, scene: RayScene, points: Floats, layers: int) -> NDArray[np.bool_]:
    """(N, N) which points see each other."""
    i, j = np.triu_indices(len(points), 1)
    sight = np.eye(len(points), dtype=bool)
    sight[i, j] = in_sight(surface, scene, points[i], points[j], layers)
    return sight | sight.T


def _main_cavity(surface: FaceGraph, scene: RayScene, points: Floats, wall: Ints) -> Ints:
    """Those of the samples ``wall`` whose points look into the cavity, not into the hole of a handle."""
    some = wall[:: max(1, len(wall) // 100)]
    start, end = np.repeat(points[wall], len(some), axis=0), np.tile(points[some], (len(wall), 1))
    seen = in_sight(surface, scene, start, end, layers=1).reshape(len(wall), len(some)).mean(axis=1)
    return wall[seen > 0.5 * np.median(seen)]


def in_sight(
    surface: FaceGraph, scene: RayScene, start: Floats, end: Floats, layers: int = 4
) -> NDArray[np.bool_]:
    """Whether the straight way from each start (N, 3) to its end (N, 3) stays inside the shape.

    Walls that lead into another solid that overlaps this one don't block; leaving the last solid does.
    """
    way = end - start
    left = np.linalg.norm(way, axis=1)
    direction = way / np.maximum(left, 1e-12)[:, None]
    origin, depth = start.copy(), np.ones(len(start), np.int64)
    seen, alive = np.zeros(len(start), bool), np.flatnonzero(left > 0)
    seen[left <= 0] = True
    step = surface.size * 1e-6
    for _ in range(layers):
        face, distance, _ = scene.first_hit(origin[alive], direction[alive])
        through = (face < 0) | (distance >= left[alive] * 0.999)
        seen[alive[through]] = True
        leaving = (surface.normals[face] * direction[alive]).sum(1) > 0
        depth[alive] += np.where(leaving, -1, 1)
        go = ~through & (depth[alive] > 0)
        moved = np.where(go, distance + step, 0)
        origin[alive] += direction[alive] * moved[:, None]
        left[alive] -= moved
        alive = alive[go]
        if len(alive) == 0:
            break
    return seen
