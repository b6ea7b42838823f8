"""Where one thing comes to rest on another: heights of surfaces on a grid, and one grid laid down on the other.

Things are dropped straight down. Seen from above, the ground is a height for each cell; seen from below, so is
the thing. Its height at a place is the largest difference of the two, as in a greyscale dilation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from skimage.morphology import reconstruction

from pocket3d_server.geometry.rays import RayScene

Array = NDArray[np.float64]
Mesh = tuple[Array, NDArray[np.int64]]

GROUND_CELLS, THING_CELLS = 44, 30
"""Cells along the longer side of the ground and of the thing at most."""
FINE = 64
"""Cells along the longer side of the thing, where its final height is measured."""
NOTHING = -1e6
TRIES = 14
"""Places that are looked at closely, the likeliest first."""


@dataclass(frozen=True)
class Place:
    """Where a thing's origin goes."""

    x: float
    y: float
    z: float
    share: float
    """Share of the thing's feet that stand on something, 0..1."""


@dataclass(frozen=True)
class Grid:
    """Heights seen along the vertical over a rectangle of square cells."""

    heights: Array
    """(X, Z) metres."""
    corner: Array
    """(2,) x and z of the first cell's middle."""
    step: float

    def at(self, x: int, z: int) -> Array:
        """x and z of a cell's middle."""
        return np.asarray(self.corner + self.step * np.array([x, z]))


def tops(mesh: Mesh, low: Array, high: Array, step: float) -> Grid:
    """The highest surface over the rectangle ``low`` to ``high`` (x, z), `NOTHING` where there is none."""
    return _seen(mesh, low, high, step, -1.0)


def bottoms(mesh: Mesh, step: float) -> Grid:
    """The lowest surface of a thing; +inf outside of it."""
    low, high = mesh[0].min(axis=0)[[0, 2]], mesh[0].max(axis=0)[[0, 2]]
    seen = _seen(mesh, low, high, step, 1.0)
    return Grid(np.where(seen.heights <= NOTHING, np.inf, seen.heights), seen.corner, seen.step)


def _seen(mesh: Mesh, low: Array, high: Array, step: float, way: float, rays: RayScene | None = None) -> Grid:
    vertices, faces = mesh
    counts = np.maximum(np.ceil((high - low) / step).astype(int), 1)
    corner = (low + high) / 2 - step * (counts - 1) / 2
    x, z = np.meshgrid(*(corner[k] + step * np.arange(counts[k]) for k in (0, 1)), indexing="ij")
    start = vertices[:, 1].max() + 1.0 if way < 0 else vertices[:, 1].min() - 1.0
    # A hair off the grid, so that no ray runs along the edge of two faces.
    origin = np.stack([x.ravel() + 1.3e-4 * step, np.full(x.size, start), z.ravel() + 2.1e-4 * step], axis=1)
    hit = (rays or RayScene(vertices, faces)).first_hit(origin, np.tile([0.0, way, 0.0], (x.size, 1)))
    heights = np.where(hit.face >= 0, start + way * hit.distance, NOTHING)
    return Grid(heights.reshape(x.shape), corner, step)


def steps_for(ground: Mesh, thing: Mesh) -> float:
    """A size of cells that shows both."""
    sizes = [np.ptp(m[0][:, [0, 2]], axis=0).max() for m in (ground, thing)]
    return float(max(sizes[0] / GROUND_CELLS, sizes[1] / THING_CELLS, 1e-4))


def rest(ground: Mesh, others: Mesh | None, thing: Mesh, gap: float = 0.0) -> Place | None:
    """The best place for ``thing`` on ``ground``: well supported, on its largest level, near that one's middle.

    ``others`` stand there already; the thing keeps ``gap`` metres from them. None where nothing is free.
    """
    step = steps_for(ground, thing)
    under = bottoms(thing, step)
    half = (np.array(under.heights.shape) - 1) // 2
    low, high = ground[0].min(axis=0)[[0, 2]], ground[0].max(axis=0)[[0, 2]]
    if (np.ptp(thing[0][:, [0, 2]], axis=0) > 1.3 * (high - low)).all():  # an elephant on a chair
        middle = (low + high) / 2
        height = max(Touch(ground, thing).at(middle), main_level(ground))
        return Place(float(middle[0]), height, float(middle[1]), 1.0)
    margin = step * (half + 1)
    bare = tops(ground, low - margin, high + margin, step)
    y, share = _laid_down(bare.heights, under.heights)
    full = y
    if others is not None:
        taken = tops(others, low - margin, high + margin, step).heights
        reach = int(np.ceil(gap / step))
        if reach:
            from scipy.ndimage import grey_dilation

            taken = grey_dilation(taken, size=2 * reach + 1)
        full, _ = _laid_down(np.maximum(bare.heights, taken), under.heights)
    floor = ground[0][:, 1].min()
    tall = float(np.ptp(ground[0][:, 1]))
    free = (y > floor + min(0.02 * tall, 0.02)) & (full <= y + 0.004 + 0.25 * step)
    if not free.any():
        return None
    level = _levels(bare.heights, y, tall)
    best = _best_level(level, np.where(free, share, 0.0))
    there = free & (np.abs(level - best) <= 1)
    there &= share >= 0.6 * share[there].max()
    cells = np.argwhere(there)
    far = np.linalg.norm(cells - cells.mean(axis=0), axis=1) / max(y.shape)
    order = np.argsort(far - 0.6 * np.round(share[there], 1), kind="stable")
    touch = Touch(ground, thing)
    tries = []
    for i, k in cells[order[:: max(len(order) // 400, 1)][:TRIES]]:
        offset = bare.at(i, k) - under.corner
        height = touch.at(offset)
        tries.append((height - float(y[i, k]), height, offset, float(share[i, k])))
        if tries[-1][0] < 0.01 + 0.015 * tall:  # nothing thin, such as a chair's back, is in the way
            break
    _, height, offset, carried = min(
        tries[-1:] if tries[-1][0] < 0.01 + 0.015 * tall else tries, key=lambda t: t[0]
    )
    return Place(float(offset[0]), height, float(offset[1]), carried)


def main_level(ground: Mesh) -> float:
    """The lowest height at which a large share of the ground's top lies: a chair's seat, not its back."""
    low, high = ground[0].min(axis=0)[[0, 2]], ground[0].max(axis=0)[[0, 2]]
    heights = tops(ground, low, high, float((high - low).max() / 64)).heights
    heights = heights[heights > ground[0][:, 1].min() + 0.02 * np.ptp(ground[0][:, 1])]
    if not len(heights):
        return float(ground[0][:, 1].max())
    share, edges = np.histogram(heights, 24)
    wide = int(np.argmax(share >= 0.5 * share.max()))
    return float(heights[heights <= edges[wide + 1]].max())


class Touch:
    """At which height one thing touches another, on a fine grid."""

    def __init__(self, ground: Mesh, thing: Mesh) -> None:
        """Both in the same frame; only ``thing`` is moved."""
        self.step = float(max(np.ptp(thing[0][:, [0, 2]], axis=0).max() / FINE, 1e-4))
        self.under = bottoms(thing, self.step)
        self.rays = RayScene(*ground)
        self.ground = ground

    def at(self, offset: Array) -> float:
        """The height of ``thing`` moved by ``offset`` (x, z); the ground's lowest point where they do not meet."""
        size = self.step * (np.array(self.under.heights.shape) - 1)
        start = self.under.corner + offset
        half = self.step / 2
        over = _seen(self.ground, start - half, start + size + half, self.step, -1.0, self.rays)
        n = np.minimum(over.heights.shape, self.under.heights.shape)
        gap = over.heights[: n[0], : n[1]] - self.under.heights[: n[0], : n[1]]
        return float(gap.max()) if gap.max() > NOTHING / 2 else float(self.ground[0][:, 1].min())


def _laid_down(ground: Array, thing: Array) -> tuple[Array, Array]:
    """Height of the thing and share of its feet that are carried, for each place of its first cell."""
    windows = sliding_window_view(ground.astype(np.float32), thing.shape)
    y = (windows - thing.astype(np.float32)).max(axis=(2, 3))
    lowest = thing.min()
    feet = thing < lowest + max(0.04 * np.ptp(thing[np.isfinite(thing)]), 0.004)
    below = windows[:, :, feet] - thing[feet].astype(np.float32)
    slack = 0.012 + 0.03 * float(np.ptp(thing[np.isfinite(thing)]))
    return np.asarray(y, float), (below > y[..., None] - slack).mean(axis=2)


def _levels(ground: Array, y: Array, tall: float) -> Array:
    """For each place the number of its level, about a thirtieth of the ground's height each; -1 beside the ground."""
    solid = ground[ground > NOTHING / 2]
    return np.round((y - solid.min()) / max(0.03 * tall, 1e-4)).clip(-1, 1000).astype(int)


def _best_level(level: Array, share: Array) -> int:
    """The level on which there is most room to stand: the seat of a chair, not the top of its back."""
    room = np.bincount((level + 1).ravel(), weights=share.ravel(), minlength=3)
    return -1 + int(np.convolve(room, [0.9, 1.0, 0.9], mode="same").argmax())


@dataclass
class Hollow:
    """The inside of a bowl, a basket or an open box."""

    ground: Grid
    depth: Array
    """(X, Z) how deep each cell lies below the level at which water would run over."""

    @property
    def volume(self) -> float:
        """Litres of water that it holds, in cubic metres."""
        return float(self.depth.sum() * self.ground.step**2)


def hollow_of(mesh: Mesh) -> Hollow | None:
    """The hollow that is open upwards; None where water would run off."""
    vertices = mesh[0]
    low, high = vertices.min(axis=0)[[0, 2]], vertices.max(axis=0)[[0, 2]]
    step = float((high - low).max() / 56)
    grid = tops(mesh, low - 2 * step, high + 2 * step, step)
    floor = vertices[:, 1].min()
    heights = np.maximum(grid.heights, floor)
    seed = np.full_like(heights, heights.max())
    edge = np.zeros(heights.shape, bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    seed[edge] = heights[edge]
    depth = reconstruction(seed, heights, method="erosion") - heights
    tall = float(np.ptp(vertices[:, 1]))
    deep = depth > 0.12 * tall
    covered = (grid.heights > NOTHING / 2).sum()
    if depth.max() < 0.2 * tall or deep.sum() < 0.15 * covered:
        return None
    return Hollow(grid, np.where(deep, depth, 0.0))


class Filling:
    """Things dropped into a hollow, or onto a heap, one after the other."""

    def __init__(
        self, mesh: Mesh, hollow: Hollow | None, rng: np.random.Generator, volume: float | None = None
    ) -> None:
        """``mesh`` is the ground; without a ``hollow`` its whole top is heaped. With ``volume``, in cubic metres,
        only that much of the hollow is used, below its rim: nobody sees what lies further down."""
        low, high = mesh[0].min(axis=0)[[0, 2]], mesh[0].max(axis=0)[[0, 2]]
        self.step = float((high - low).max() / 64)
        self.grid = tops(mesh, low, high, self.step)
        self.heights = self.grid.heights.copy()
        self.rng = rng
        inside = self.heights > NOTHING / 2
        if hollow is not None:
            x, z = np.meshgrid(*(np.arange(n) for n in self.heights.shape), indexing="ij")
            at = self.grid.corner + self.step * np.stack([x, z], axis=-1)
            cell = np.round((at - hollow.ground.corner) / hollow.ground.step).astype(int)
            cell = np.clip(cell, 0, np.array(hollow.depth.shape) - 1)
            depth = hollow.depth[cell[..., 0], cell[..., 1]]
            inside = depth > 0
            if volume is not None and volume < hollow.volume:
                rim = float(np.median((self.heights + depth)[inside]))
                area = float(inside.sum()) * self.step**2
                self.heights[inside] = np.maximum(self.heights[inside], rim - volume / area)
        self.inside = inside

    def drop(self, thing: Mesh) -> Place:
        """The lowest place for ``thing`` within the hollow; what lies there already carries it."""
        under = bottoms(thing, self.step)
        shape = np.array(under.heights.shape)
        pad = shape // 2 + 1
        ground = np.pad(self.heights, [(p, p) for p in pad], constant_values=NOTHING)
        y, _ = _laid_down(ground, under.heights)
        half = (shape - 1) // 2
        x, z = np.meshgrid(*(np.arange(n) for n in y.shape), indexing="ij")
        cx, cz = x + half[0] - pad[0], z + half[1] - pad[1]
        n = self.inside.shape
        within = (cx >= 0) & (cz >= 0) & (cx < n[0]) & (cz < n[1])
        within[within] = self.inside[cx[within], cz[within]]
        middle = np.argwhere(self.inside).mean(axis=0)
        far = np.hypot(cx - middle[0], cz - middle[1]) * self.step
        noise = 0.15 * np.ptp(thing[0][:, 1]) * self.rng.random(y.shape)
        cost = np.where(within, y + 0.12 * far + noise, np.inf)
        if not np.isfinite(cost).any():
            cost = far
        i, k = np.unravel_index(np.argmin(cost), cost.shape)
        corner = self.grid.corner - self.step * pad
        offset = corner + self.step * np.array([i, k]) - under.corner
        height = float(y[i, k])
        self._cover(thing, offset, height)
        return Place(float(offset[0]), height, float(offset[1]), 1.0)

    def _cover(self, thing: Mesh, offset: Array, height: float) -> None:
        moved = thing[0] + [offset[0], height, offset[1]]
        size = self.step * (np.array(self.heights.shape) - 1)
        corner = self.grid.corner
        seen = tops((moved, thing[1]), corner - self.step / 2, corner + size + self.step / 2, self.step)
        self.heights = np.maximum(self.heights, seen.heights[: len(self.heights), : self.heights.shape[1]])
