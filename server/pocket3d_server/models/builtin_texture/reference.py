"""A reference picture on a mesh: find the view whose outline fits, project, and complete what the picture hides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats, fill_gaps
from pocket3d_server.geometry.noise import fbm
from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_texture import completion, swatch

PARALLEL = 50.0
GRID = 64
"""Outlines are compared on this many cells a side."""
FITS = 0.72
"""Intersection over union from which the picture is taken to show this object."""
PLAIN = 0.03
"""Mean difference of a picture's border pixels from their median, up to which they are a background."""


@dataclass(frozen=True)
class View:
    """A camera that looks at the object's middle and sees the picture's outline."""

    azimuth: float
    elevation: float
    distance: float
    """From the middle, in the object's longest sides; a large one is a parallel projection."""
    mirrored: bool = False
    score: float = 0.0
    """Intersection over union of the two outlines."""


class Camera:
    """Projects points of one object as a view sees them."""

    def __init__(self, vertices: NDArray[Any], view: View) -> None:
        points = np.asarray(vertices, np.float32)
        low, high = points.min(axis=0), points.max(axis=0)
        self.middle, self.extent = (low + high) / 2, float((high - low).max())
        self.frame = axes(view.azimuth, view.elevation)
        self.far = np.float32(view.distance * self.extent)
        self.eye = self.middle + self.frame[2] * self.far

    def plane(self, points: Floats) -> Floats:
        """Where points (N, 3) appear on the plane through the middle, x right and y up in metres, (N, 2)."""
        seen = (points - self.middle) @ self.frame.T
        return np.asarray(seen[:, :2] * (self.far / np.maximum(self.far - seen[:, 2:], 1e-6)))

    def towards(self, points: Floats) -> Floats:
        """Unit directions from points to the camera (N, 3)."""
        d = self.eye - points
        return np.asarray(d / np.linalg.norm(d, axis=1, keepdims=True), np.float32)

    def rays(self, plane: Floats) -> tuple[Floats, Floats]:
        """Origins outside the object and directions (N, 3) of the rays through points of the plane (N, 2)."""
        target = self.middle + plane @ self.frame[:2]
        direction = -self.towards(target.astype(np.float32))
        return (target - direction * np.float32(1.8 * self.extent)).astype(np.float32), direction


def axes(azimuth: float, elevation: float) -> Floats:
    """Rows right, up, back of a view; degrees, 0/0 is the front."""
    a, e = np.radians(azimuth), np.radians(elevation)
    back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0.0, -np.sin(a)])
    return np.stack([right, np.cross(back, right), back]).astype(np.float32)


def find_view(vertices: NDArray[Any], faces: NDArray[Any], alpha: NDArray[Any]) -> View:
    """The view whose outline is most like that of ``alpha`` (H, W): 72 directions, the best ones refined twice."""
    scene = RayScene(vertices, faces)
    target = _normalised(alpha > 0.5)
    points = np.asarray(vertices, np.float32)[np.unique(faces)]
    views = [View(15.0 * a, e, 4.0) for e in (0.0, 20.0, 42.0) for a in range(-12, 12)]
    best = _ranked(scene, points, target, [*views, View(0.0, 85.0, 4.0)])[:5]
    for step, distances in ((5.0, (2.2, PARALLEL)), (2.0, (3.0, 8.0))):
        near = [
            View(v.azimuth + i * step, float(np.clip(v.elevation + j * step, -88, 88)), d)
            for v in best
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for d in {v.distance, *distances}
        ]
        best = _ranked(scene, points, target, near)[:2]
    return best[0]


def _ranked(scene: RayScene, points: Floats, target: NDArray[np.bool_], views: list[View]) -> list[View]:
    """Views with their scores, best first; among equals those that people take pictures from."""
    found: list[tuple[float, View]] = []
    for view in views:
        mask = outline(scene, points, view)
        # Opposite views have nearly mirrored outlines; the front is the likelier one.
        away = abs((view.azimuth + 180) % 360 - 180) / 180
        for mirrored in (False, True):
            other = target[:, ::-1] if mirrored else target
            overlap = float((mask & other).sum() / max(int((mask | other).sum()), 1))
            handicap = 0.05 * away + 0.03 * abs(view.elevation) / 90 + 0.04 * mirrored
            found.append((overlap - handicap, replace(view, mirrored=mirrored, score=overlap)))
    return [view for _, view in sorted(found, key=lambda f: -f[0])]


def outline(scene: RayScene, points: Floats, view: View) -> NDArray[np.bool_]:
    """The object's silhouette in a view, (GRID, GRID), its longer side filling the grid."""
    camera = Camera(points, view)
    flat = camera.plane(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    size = float((high - low).max())
    middle = (low + high) / 2
    ticks = (np.arange(GRID) + 0.5) / GRID - 0.5
    x, y = np.meshgrid(middle[0] + ticks * size, middle[1] - ticks * size)
    origin, direction = camera.rays(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
    return scene.occluded(origin, direction).reshape(GRID, GRID)


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
    symmetric, and else from patches of the picture if it shows one pattern all over, or from visible places
    that are like the hidden ones; see ``completion``.
    """
    image = rgb[:, ::-1] if view.mirrored else rgb
    mask = (alpha[:, ::-1] if view.mirrored else alpha) > 0.5
    solid = ndimage.binary_erosion(mask, iterations=max(1, min(mask.shape) // 200))
    solid = solid if solid.any() else mask
    full = fill_gaps(np.asarray(image, np.float32) * solid[..., None], solid.astype(np.float32))
    soft = _blurred(image, solid)
    scene = RayScene(atlas.vertices, atlas.faces)
    points = np.asarray(atlas.vertices[np.unique(atlas.faces)], np.float32)
    camera = Camera(points, view)
    flat = camera.plane(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1], np.float32)

    def pixels(position: Floats) -> NDArray[np.float64]:
        at = (camera.plane(position) - low) / np.maximum(high - low, 1e-9)
        return np.stack(
            [box[2] + (1 - at[:, 1]) * (box[3] - box[2]) - 0.5, box[0] + at[:, 0] * (box[1] - box[0]) - 0.5]
        )

    def seen(position: Floats, normal: Floats) -> Floats:
        towards = camera.towards(position)
        facing = np.einsum("nc,nc->n", normal, towards)
        weight = np.clip((facing - 0.12) / 0.35, 0, 1).astype(np.float32)
        ask = np.flatnonzero(weight > 0)
        start = position[ask] + normal[ask] * np.float32(atlas.extent * 2e-3)
        hidden = scene.occluded(start, towards[ask])
        weight[ask[hidden]] = 0
        return weight

    direct = seen(atlas.position, atlas.normal)[:, None]
    at = pixels(atlas.position)
    color = completion.alike(atlas, seen, lambda where: _sample(soft, pixels(where)), seed)
    if color is None:
        color = _sample(soft, at)
    color *= 0.94 + 0.12 * fbm(atlas.position / np.float32(atlas.extent), 30, 3, seed)[:, None]
    # What is only mostly even (a red car) would get its few details pasted all over.
    even = float(np.clip((evenness(rgb, alpha) - 0.5) / 0.35, 0, 1))
    if even > 0:  # one pattern all over: it goes on behind, too
        patches = swatch.cover(atlas, swatch.tile_of(rgb, alpha), seed).color
        color = color + (patches - color) * np.float32(even)
    completion.mirrored(atlas, color, seen, lambda where: _sample(full, pixels(where)))
    color += (_sample(full, at) - color) * direct
    return np.clip(color, 0, 1).astype(np.float32)


def evenness(rgb: NDArray[Any], alpha: NDArray[Any]) -> float:
    """1 for a picture that shows the same pattern everywhere, 0 for one with regions of their own colours.

    Compares the variance between blocks of the picture with the variance of all its pixels.
    """
    blocks = 5
    mask = alpha > 0.5
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, x = np.nonzero(mask)
    block = (y - rows[0]) * blocks // (rows[-1] + 1 - rows[0]) * blocks
    block += (x - columns[0]) * blocks // (columns[-1] + 1 - columns[0])
    values = np.asarray(rgb, np.float64)[y, x]
    count = np.bincount(block, minlength=blocks * blocks).astype(np.float64)
    full = count > 0.02 * len(y)
    sums = np.stack([np.bincount(block, values[:, c], minlength=blocks * blocks) for c in range(3)], axis=1)
    means = sums[full] / count[full, None]
    between = np.average(((means - values.mean(axis=0)) ** 2).sum(axis=1), weights=count[full])
    total = float(((values - values.mean(axis=0)) ** 2).sum(axis=1).mean())
    return float(np.clip((0.38 - between / max(total, 1e-6)) / 0.16, 0, 1))


def one_object(rgb: NDArray[Any]) -> bool:
    """Whether a picture (H, W, 3) shows one thing on a plain ground, and not the many figures of a pattern.

    What differs from the border and lies close together, such as the stripes of a zebra, is one thing.
    """
    step = max(1, max(rgb.shape[:2]) // 128)
    small = np.asarray(rgb[::step, ::step], np.float32)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    ground = np.median(border, axis=0)
    if float(np.abs(border - ground).mean()) > PLAIN:
        return False
    differs = np.pad(np.abs(small - ground).max(axis=2) > 0.1, 4)
    pieces, count = ndimage.label(ndimage.binary_closing(differs, iterations=3))
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    return count > 0 and float(sizes.max()) > 0.6 * float(sizes.sum())


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
