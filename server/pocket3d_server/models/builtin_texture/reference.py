"""A reference picture on a mesh: find the view whose outline fits, project, and complete what the picture hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats, fill_gaps
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.rays import RayScene

GRID = 72
"""Outlines are compared on this many cells a side."""
FITS = 0.72
"""Intersection over union from which the picture is taken to show this object."""


@dataclass(frozen=True)
class View:
    """A direct look at the object (parallel projection) that matches the picture."""

    azimuth: float
    elevation: float
    mirrored: bool
    score: float
    """Intersection over union of the two outlines."""


def axes(azimuth: float, elevation: float) -> Floats:
    """Rows right, up, back of a view; degrees, 0/0 is the front."""
    a, e = np.radians(azimuth), np.radians(elevation)
    back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0.0, -np.sin(a)])
    return np.stack([right, np.cross(back, right), back]).astype(np.float32)


def find_view(vertices: NDArray[Any], faces: NDArray[Any], alpha: NDArray[Any]) -> View:
    """The view of about fifty, then refined, whose outline is most like that of ``alpha`` (H, W)."""
    scene = RayScene(vertices, faces)
    target = _normalised(alpha > 0.5)
    points = np.asarray(vertices, np.float32)[np.unique(faces)]
    views = [(a, e) for e in (0.0, 22.0, 45.0) for a in np.arange(-180.0, 180.0, 22.5)] + [(0.0, 85.0)]
    best = _score(scene, points, target, views)
    a, e = best.azimuth, best.elevation
    near = [
        (a + da, e + de)
        for da in (-12.0, -6.0, 0.0, 6.0, 12.0)
        for de in (-10.0, 0.0, 10.0)
        if abs(e + de) < 89
    ]
    return max(best, _score(scene, points, target, near), key=lambda v: v.score)


def _score(
    scene: RayScene, points: Floats, target: NDArray[np.bool_], views: list[tuple[float, float]]
) -> View:
    found, least = View(0.0, 0.0, False, -1.0), -1.0
    for azimuth, elevation in views:
        mask = outline(scene, points, azimuth, elevation)
        # Opposite views have mirrored outlines; people take pictures from the front.
        away = abs((azimuth + 180) % 360 - 180) / 180
        for mirrored in (False, True):
            other = target[:, ::-1] if mirrored else target
            overlap = float((mask & other).sum() / max(int((mask | other).sum()), 1))
            preferred = overlap - 0.05 * away - 0.03 * abs(elevation) / 90 - 0.04 * mirrored
            if preferred > least:
                found, least = View(float(azimuth), float(elevation), mirrored, overlap), preferred
    return found


def outline(scene: RayScene, points: Floats, azimuth: float, elevation: float) -> NDArray[np.bool_]:
    """The object's silhouette in a view, (GRID, GRID), its longer side filling the grid."""
    frame = axes(azimuth, elevation)
    seen = points @ frame.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    size = float((high - low)[:2].max())
    middle = (low + high)[:2] / 2
    ticks = (np.arange(GRID) + 0.5) / GRID - 0.5
    x, y = np.meshgrid(middle[0] + ticks * size, middle[1] - ticks * size)
    far = float(high[2]) + size
    origin = np.stack([x.ravel(), y.ravel(), np.full(GRID * GRID, far)], axis=1).astype(np.float32) @ frame
    return scene.occluded(origin, np.broadcast_to(-frame[2], origin.shape)).reshape(GRID, GRID)


def _normalised(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A picture's mask on the same grid, framed in the same way."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros((GRID, GRID), np.bool_)
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    size = max(bottom - top, right - left)
    ticks = ((np.arange(GRID) + 0.5) / GRID - 0.5) * size
    y = np.floor((top + bottom) / 2 + ticks).astype(int)
    x = np.floor((left + right) / 2 + ticks).astype(int)
    inside = ((y >= 0) & (y < mask.shape[0]))[:, None] & ((x >= 0) & (x < mask.shape[1]))[None]
    picked = mask[np.clip(y, 0, mask.shape[0] - 1)[:, None], np.clip(x, 0, mask.shape[1] - 1)[None]]
    return np.asarray(picked & inside)


def project(atlas: Atlas, rgb: NDArray[Any], alpha: NDArray[Any], view: View, seed: int = 0) -> Floats:
    """Colours (N, 3) of all texels from a picture (H, W, 3) sRGB 0..1 with its outline (H, W).

    What the picture shows is projected; what it hides comes from the mirrored side where the object is
    symmetric, and else from the blurred picture, so that the regions' colours go on around the object.
    """
    image = rgb[:, ::-1] if view.mirrored else rgb
    mask = (alpha[:, ::-1] if view.mirrored else alpha) > 0.5
    solid = ndimage.binary_erosion(mask, iterations=max(1, min(mask.shape) // 200))
    solid = solid if solid.any() else mask
    full = fill_gaps(np.asarray(image, np.float32) * solid[..., None], solid.astype(np.float32))
    soft = _blurred(image, solid)
    frame = axes(view.azimuth, view.elevation)
    scene = RayScene(atlas.vertices, atlas.faces)
    points = atlas.vertices[np.unique(atlas.faces)] @ frame.T
    low, high = points.min(axis=0)[:2], points.max(axis=0)[:2]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1], np.float32)

    def pixels(position: Floats) -> NDArray[np.float64]:
        at = (position @ frame[:2].T - low) / np.maximum(high - low, 1e-9)
        return np.stack(
            [box[2] + (1 - at[:, 1]) * (box[3] - box[2]) - 0.5, box[0] + at[:, 0] * (box[1] - box[0]) - 0.5]
        )

    def seen(position: Floats, normal: Floats) -> Floats:
        facing = normal @ frame[2]
        weight = np.clip((facing - 0.12) / 0.35, 0, 1).astype(np.float32)
        ask = np.flatnonzero(weight > 0)
        start = position[ask] + normal[ask] * np.float32(atlas.extent * 2e-3)
        hidden = scene.occluded(start, np.broadcast_to(frame[2], start.shape))
        weight[ask[hidden]] = 0
        return weight

    direct = seen(atlas.position, atlas.normal)[:, None]
    at = pixels(atlas.position)
    texture = fbm(atlas.position / np.float32(atlas.extent), 30, 3, seed)[:, None]
    color = _sample(soft, at) * (0.94 + 0.12 * texture)
    middle = symmetry_plane(atlas)
    if middle is not None:
        flip = np.array([-1, 1, 1], np.float32)
        across = atlas.position * flip + np.array([2 * middle, 0, 0], np.float32)
        mirrored = seen(across, atlas.normal * flip)[:, None]
        color += (_sample(full, pixels(across)) - color) * mirrored
    color += (_sample(full, at) - color) * direct
    return np.clip(color, 0, 1).astype(np.float32)


def symmetry_plane(atlas: Atlas) -> float | None:
    """x of the plane that mirrors the object on itself, or None when it is not symmetric sideways."""
    points = atlas.vertices[np.unique(atlas.faces)]
    points = points[:: max(1, len(points) // 4000)]
    middle = float(points[:, 0].min() + points[:, 0].max()) / 2
    tree = cKDTree(atlas.vertices[np.unique(atlas.faces)])
    distance, _ = tree.query(points * [-1, 1, 1] + [2 * middle, 0, 0])
    spacing = float(np.median(tree.query(points, k=2)[0][:, 1]))
    return middle if float(np.median(distance)) < 0.012 * atlas.extent + spacing else None


def _blurred(image: NDArray[Any], mask: NDArray[np.bool_]) -> Floats:
    """The picture without its details: large regions keep their colours, and outside they go on."""
    sigma = max(mask.shape) * 0.02
    weight = ndimage.gaussian_filter(mask.astype(np.float32), sigma)
    soft = np.stack(
        [ndimage.gaussian_filter(np.asarray(image[..., c], np.float32) * mask, sigma) for c in range(3)],
        axis=2,
    )
    return fill_gaps(soft / np.maximum(weight, 1e-4)[..., None], (weight > 0.05).astype(np.float32))


def _sample(image: Floats, at: NDArray[Any]) -> Floats:
    return np.stack(
        [ndimage.map_coordinates(image[..., c], at, order=1, mode="nearest") for c in range(3)], axis=1
    ).astype(np.float32)
