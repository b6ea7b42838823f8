"""Atlas texels and the surface points they show; filling gutters; normal maps from heights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.asset import Image
from pocket3d_server.geometry.raster import INSIDE, Flat, Raster
from pocket3d_server.geometry.rays import RayScene

Floats = NDArray[np.floating[Any]]


class TexelMap(Raster):
    """The N texels of an R x R atlas that show the surface, in no particular order.

    Barycentrics are slightly outside 0..1 for the rim around a chart, which continues the surface beyond its edge.
    """

    @property
    def resolution(self) -> int:
        """R."""
        return self.height

    @property
    def texel(self) -> NDArray[np.integer[Any]]:
        """(N,) row * R + column."""
        return self.pixel

    def image(self, values: NDArray[Any]) -> Floats:
        """Texel values (N, C) as an image (R, R, C), with everything between the charts filled from them."""
        r = self.resolution
        image = np.zeros((r * r, values.shape[1]), np.float32)
        image[self.texel] = values
        mask = np.zeros(r * r, np.float32)
        mask[self.texel] = 1
        return fill_gaps(image.reshape(r, r, -1), mask.reshape(r, r))


def texel_map(uv: NDArray[Any], faces: NDArray[Any], resolution: int, rim: float = 1.5) -> TexelMap:
    """Which face each texel centre of the atlas shows, and where on it.

    ``uv`` (V, 2) in 0..1, origin top-left. ``rim`` is how many texels around each chart are mapped too, so that
    bilinear sampling at its edge finds the continued surface and no seam shows. Where charts overlap, the
    later face wins.
    """
    corners = np.asarray(uv, np.float64)[faces] * resolution
    face_of = np.full(resolution**2, -1, np.int64)
    bary_of = np.zeros((resolution**2, 3), np.float32)
    distance_of = np.full(resolution**2, -np.inf, np.float32)
    for face, texel, bary, distance in _candidates(
        corners, resolution, np.where(_on_border(faces), rim, 0.0)
    ):
        # Ascending, so that of several candidates the one with the texel deepest inside is written last.
        outside = np.flatnonzero(distance < INSIDE)
        outside = outside[np.argsort(distance[outside], kind="stable")]
        outside = outside[distance[outside] > distance_of[texel[outside]]]
        for pick in (outside, np.flatnonzero(distance >= INSIDE)):
            face_of[texel[pick]] = face[pick]
            bary_of[texel[pick]] = bary[pick]
            distance_of[texel[pick]] = np.minimum(distance[pick], 0)
    found = np.flatnonzero(face_of >= 0)
    return TexelMap(resolution, resolution, found, face_of[found], bary_of[found])


def hidden_faces(
    uv: NDArray[Any], faces: NDArray[Any], height: NDArray[Any], resolution: int
) -> NDArray[np.int64]:
    """Faces that lie under another face in the atlas; ``height`` (F,) tells which of two is on top."""
    corners = np.asarray(uv, np.float64)[faces] * resolution
    top = np.full(resolution**2, -1, np.int64)
    order = np.argsort(height, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    hidden = np.zeros(len(faces), np.bool_)
    blocks = []
    for face, texel, bary, _ in _candidates(corners, resolution, np.zeros(len(faces))):
        # Neighbours share the texels of their common edge; only the clear inside counts.
        deep = bary.min(axis=1) > 0.02
        face, texel = face[deep], texel[deep]
        blocks.append((face, texel))
        by_height = np.argsort(rank[face], kind="stable")
        candidate, at = face[by_height], texel[by_height]
        better = (top[at] < 0) | (rank[candidate] > rank[np.maximum(top[at], 0)])
        top[at[better]] = candidate[better]
    for face, texel in blocks:
        hidden[face[top[texel] != face]] = True
    return np.flatnonzero(hidden)


def _candidates(
    corners: NDArray[np.float64], resolution: int, rim: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]]:
    """Face, texel, barycentric and distance in texels (negative outside) of texels in or within ``rim`` (F,) of faces."""
    flat = Flat(corners)
    for face, row, column in flat.pixels(resolution, resolution, rim):
        yield face, row * resolution + column, *flat.barycentric(face, row, column)


def _on_border(faces: NDArray[Any]) -> NDArray[np.bool_]:
    """Faces (F,) with an edge that no other face has: the rims of charts."""
    f = np.asarray(faces, np.int64)
    edges = np.sort(f[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    key = edges[:, 0] * (int(f.max(initial=0)) + 1) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    twin = key[order][1:] == key[order][:-1]
    alone = np.ones(len(key), np.bool_)
    alone[order[1:][twin]] = False
    alone[order[:-1][twin]] = False
    return np.asarray(alone.reshape(-1, 3).any(axis=1), np.bool_)


def fill_gaps(image: Floats, mask: Floats) -> Floats:
    """Fill texels where ``mask`` (R, R) is 0 from the others, by averaging down and coming back up (pull-push)."""
    h, w = mask.shape
    if bool(mask.all()):
        return image
    if h <= 1 or w <= 1:
        mean = (image * mask[..., None]).sum(axis=(0, 1)) / max(float(mask.sum()), 1e-6)
        return np.where(mask[..., None] > 0, image, mean)
    ph, pw = h % 2, w % 2
    weighted = np.pad(image * mask[..., None], ((0, ph), (0, pw), (0, 0)))
    m = np.pad(mask, ((0, ph), (0, pw)))
    small = weighted[0::2, 0::2] + weighted[1::2, 0::2] + weighted[0::2, 1::2] + weighted[1::2, 1::2]
    total = m[0::2, 0::2] + m[1::2, 0::2] + m[0::2, 1::2] + m[1::2, 1::2]
    coarse = fill_gaps(small / np.maximum(total, 1e-6)[..., None], (total > 0).astype(np.float32))
    out = np.array(image)
    rows, columns = np.nonzero(mask == 0)
    out[rows, columns] = coarse[rows // 2, columns // 2]
    return out


def to_bytes(image: NDArray[Any]) -> Image:
    """0..1 to uint8."""
    return np.asarray(np.clip(np.asarray(image) * 255 + 0.5, 0, 255), np.uint8)


def normal_map(
    texels: TexelMap, height: Floats, vertices: NDArray[Any], faces: NDArray[Any], uv: NDArray[Any]
) -> Image:
    """Tangent-space normal map (glTF, +Y up) as uint8 (R, R, 3) of bumps ``height`` (N,) in metres.

    Slopes come from neighbouring texels of the same chart, divided by the size that a texel has on its face.
    """
    r = texels.resolution
    flat = np.zeros(r * r, np.float32)
    flat[texels.texel] = height
    grid = flat.reshape(r, r)
    mask = texels.mask()
    slopes = []
    for axis in (1, 0):
        ahead, behind = np.roll(grid, -1, axis), np.roll(grid, 1, axis)
        has_ahead, has_behind = np.roll(mask, -1, axis), np.roll(mask, 1, axis)
        step = has_ahead.astype(np.float32) + has_behind
        rise = np.where(has_ahead, ahead - grid, 0) + np.where(has_behind, grid - behind, 0)
        slopes.append((rise / np.maximum(step, 1)).ravel()[texels.texel])
    per_u, per_v = texel_size(vertices, faces, uv, r)
    # Image rows grow downwards and the map's +Y is up, so the sign of the second slope turns.
    nx = -slopes[0] / per_u[texels.face]
    ny = slopes[1] / per_v[texels.face]
    length = np.sqrt(nx * nx + ny * ny + 1)
    normal = np.stack([nx, ny, np.ones_like(nx)], axis=1) / length[:, None]
    image = np.full((r * r, 3), (0.5, 0.5, 1.0), np.float32)
    image[texels.texel] = normal * 0.5 + 0.5
    return to_bytes(image.reshape(r, r, 3))


def relief_occlusion(texels: TexelMap, height: Floats, texel_length: float) -> Floats:
    """Share of the light (N,) that reaches the ground of bumps ``height`` (N,) in metres: joints and pores are darker.

    A texel that lies below the mean of its neighbourhood by as much as that is wide sees 0.4.
    """
    r = texels.resolution
    reach = max(r // 128, 4)
    flat, covered = np.zeros((2, r * r), np.float32)
    flat[texels.texel], covered[texels.texel] = height, 1
    total, weight = (ndimage.uniform_filter(grid.reshape(r, r), reach) for grid in (flat, covered))
    mean = (total / np.maximum(weight, 1e-3)).ravel()[texels.texel]
    depth = (mean - height) / np.float32(max(0.5 * reach * texel_length, 1e-12))
    return np.asarray(1 - 0.6 * np.clip(depth, 0, 1), np.float32)


def texel_size(
    vertices: NDArray[Any], faces: NDArray[Any], uv: NDArray[Any], resolution: int
) -> tuple[Floats, Floats]:
    """Length in metres of one texel step along u and along v on each face, (F,) each."""
    p, q = np.asarray(vertices, np.float64)[faces], np.asarray(uv, np.float64)[faces] * resolution
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    d1, d2 = q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]
    det = d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]
    det = np.where(np.abs(det) > 1e-12, det, np.inf)[:, None]
    per_u = np.linalg.norm((e1 * d2[:, 1:] - e2 * d1[:, 1:]) / det, axis=1)
    per_v = np.linalg.norm((e2 * d1[:, :1] - e1 * d2[:, :1]) / det, axis=1)
    floor = max(float(np.median(per_u)), 1e-12) * 0.1
    return np.maximum(per_u, floor).astype(np.float32), np.maximum(per_v, floor).astype(np.float32)


def ambient_occlusion(
    scene: RayScene, points: Floats, normals: Floats, reach: float, rays: int = 24, seed: int = 0
) -> Floats:
    """Share of the sky (N,) that points on a surface see within ``reach`` metres; 1 is open, cosine-weighted.

    All points share one set of directions, turned by a random angle in each block, which is smooth enough for
    vertices and cheap enough for texels.
    """
    k = (np.arange(rays) + 0.5) / rays
    radius, height = np.sqrt(k), np.sqrt(1 - k)
    phi = np.arange(rays) * np.pi * (3 - np.sqrt(5))
    turn = np.random.default_rng(seed).random(len(points)).astype(np.float32) * (2 * np.pi / rays * 3)
    t, b = tangents(normals)
    origin = points + normals * np.float32(reach * 0.01)
    seen = np.zeros(len(points), np.float32)
    for i in range(rays):
        angle = phi[i] + turn
        d = t * (radius[i] * np.cos(angle))[:, None] + b * (radius[i] * np.sin(angle))[:, None]
        d += normals * np.float32(height[i])
        seen += ~scene.occluded(origin, d, reach)
    return seen / rays


def tangents(normal: NDArray[Any]) -> tuple[Floats, Floats]:
    """Two unit vectors across each unit normal (N, 3); Duff et al. 2017, "Building an Orthonormal Basis, Revisited"."""
    n = np.asarray(normal, np.float32)
    x, y, z = n[:, 0], n[:, 1], n[:, 2]
    sign = np.where(z >= 0, 1.0, -1.0).astype(np.float32)
    a = -1 / (sign + z)
    b = x * y * a
    return (
        np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1).astype(np.float32),
        np.stack([b, sign + y * y * a, -y], axis=1).astype(np.float32),
    )
