"""Copies of one thing among themselves: in rows, rings, stacks and heaps, and on all sides of another thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.solid import rotation
from pocket3d_server.models.builtin_text.scenes.clusters import Cluster
from pocket3d_server.models.builtin_text.scenes.seats import is_seat
from pocket3d_server.models.builtin_text.scenes.surfaces import Filling, Mesh, Touch, tops

Array = NDArray[np.float64]

TUCK = 0.30
"""Share of a chair's depth that is under its table."""


def arranged(copies: list[Cluster], arrangement: str, rng: np.random.Generator) -> Cluster:
    """Copies of one thing as a row, rows, a ring, a stack or a heap; the middle of all on the vertical axis."""
    copies = [c.centred() for c in copies]
    if len(copies) == 1:
        return copies[0]
    if arrangement == "stack":
        return stacked(copies, rng)
    if arrangement == "pile":
        return heaped(copies, rng)
    size = np.max([c.size for c in copies], axis=0)
    if arrangement == "ring":
        return ring(copies, max(0.5 * size[0] * len(copies) / np.pi * 1.25, size[2]))
    close = arrangement == "pair"
    gap = (0.12 if close else 0.22) * float(size[0]) + (0.01 if close else 0.06) * float(size.max())
    one_row = arrangement == "row" or (len(copies) <= 5 and arrangement != "group")
    wide = len(copies) if one_row else int(np.ceil(np.sqrt(1.6 * len(copies))))
    rows = int(np.ceil(len(copies) / wide))
    placed = []
    for k, copy in enumerate(copies):
        row, column = divmod(k, wide)
        in_row = min(wide, len(copies) - row * wide)
        x = (column - (in_row - 1) / 2) * (size[0] + gap)
        z = ((rows - 1) / 2 - row) * (size[2] + gap)
        if arrangement == "group":
            jitter = rng.uniform(-0.35, 0.35, 2) * gap
            x, z = x + jitter[0], z + jitter[1] + 0.3 * gap * (-1) ** k
            copy = copy.turned(float(rng.uniform(-25, 25)))
        placed.append(copy.moved(np.array([x, 0.0, z])))
    return placed[0].with_all(placed[1:])


def stacked(copies: list[Cluster], rng: np.random.Generator) -> Cluster:
    """One upon the other, each turned a little."""
    made, low = [copies[0]], copies[0]
    for copy in copies[1:]:
        wide = float(copy.size[[0, 2]].max())
        copy = copy.turned(float(rng.uniform(-14, 14)))
        shift = rng.uniform(-0.02, 0.02, 2) * wide
        height = Touch(low.mesh, copy.mesh).at(shift)
        low = copy.moved(np.array([shift[0], height, shift[1]]))
        made.append(low)
    return made[0].with_all(made[1:])


def heaped(copies: list[Cluster], rng: np.random.Generator) -> Cluster:
    """A loose pile on the ground."""
    size = np.max([c.size for c in copies], axis=0)
    r = 0.55 * float(size[[0, 2]].max()) * np.sqrt(len(copies))
    floor = _disc(r)
    filling = Filling(floor, None, rng)
    placed = [tumbled(c, rng) for c in copies]
    placed = [c.put(filling.drop(c.mesh)) for c in placed]
    return placed[0].with_all(placed[1:])


def _disc(radius: float) -> Mesh:
    """A flat round floor at y = 0."""
    a = np.linspace(0, 2 * np.pi, 33)[:-1]
    rim = np.column_stack([radius * np.sin(a), np.zeros(32), radius * np.cos(a)])
    k = np.arange(32)
    return np.vstack([rim, np.zeros((1, 3))]), np.column_stack([k, (k + 1) % 32, np.full(32, 32)])


def tumbled(copy: Cluster, rng: np.random.Generator) -> Cluster:
    """Turned at random about the vertical axis, and a little out of the upright where it is small and round."""
    copy = copy.centred()
    size = copy.size
    lean = 24.0 if size.max() < 0.4 and size.max() < 1.6 * size.min() else 0.0
    turn = rotation(
        float(rng.uniform(-lean, lean)), float(rng.uniform(0, 360)), float(rng.uniform(-lean, lean))
    )
    return copy.moved(np.zeros(3), turn).centred()


def ring(copies: list[Cluster], radius: float) -> Cluster:
    """Evenly around the vertical axis, all facing it."""
    made = []
    for k, copy in enumerate(copies):
        angle = 2 * np.pi * k / len(copies) + (np.pi / len(copies) if len(copies) % 2 == 0 else 0.0)
        made.append(copy.turned(np.degrees(angle) + 180).moved(_ahead(angle, radius)))
    return made[0].with_all(made[1:])


def _ahead(angle: float, radius: float) -> Array:
    return np.array([radius * np.sin(angle), 0.0, radius * np.cos(angle)])


def around(ground: Cluster, copies: list[Cluster]) -> list[Cluster]:
    """Around ``ground`` and facing it: along the sides of what has corners, in a ring around what is round."""
    copies = [c.centred() for c in copies]
    low, high = ground.own_box
    middle, half = (low + high) / 2, (high - low) / 2
    middle[1] = 0.0
    depth = float(copies[0].size[2])
    seats = is_seat(copies[0]) and high[1] < 1.3
    inward = TUCK * depth if seats else -0.12 * max(depth, 0.3)
    wide = float(copies[0].size[0])
    if _is_round(ground) or wide * len(copies) > 3.2 * (half[0] + half[2]):
        radius = float(max(half[0], half[2])) + depth / 2 - inward
        radius = max(radius, 0.55 * wide * len(copies) / np.pi)
        made = ring(copies, radius)
        n = len(made.pieces) // len(copies)
        groups = [Cluster(made.pieces[k * n : (k + 1) * n]) for k in range(len(copies))]
        return [g.moved(middle) for g in groups]
    places = _sides(len(copies), half[0], half[2])
    out = depth / 2 - inward
    made_all = []
    for copy, (angle, along) in zip(copies, places, strict=True):
        way = _ahead(angle, 1.0)
        reach = abs(way[0]) * half[0] + abs(way[2]) * half[2] + out
        side = np.array([way[2], 0.0, -way[0]])
        made_all.append(copy.turned(np.degrees(angle) + 180).moved(middle + way * reach + side * along))
    return made_all


def _sides(count: int, x: float, z: float) -> list[tuple[float, float]]:
    """(angle, offset along the side) of ``count`` places on the sides of a rectangle with half sizes x and z."""
    long_first = x >= z
    front, right, back, left = 0.0, np.pi / 2, np.pi, -np.pi / 2
    longs, shorts = ((front, back), (right, left)) if long_first else ((right, left), (front, back))
    length = 2 * max(x, z)
    square = max(x, z) < 1.25 * min(x, z)
    ends = 2 if (count == 4 and square) or count >= 6 or (count == 3 and square) else count % 2
    ends = min(ends, count)
    on_long = count - ends
    shares = [(on_long + 1) // 2, on_long // 2]
    places = []
    for angle, n in zip((longs[1], longs[0]) if count == 1 else longs, shares, strict=True):
        places += [(angle, length * ((k + 0.5) / n - 0.5)) for k in range(n)]
    places += [(angle, 0.0) for angle in shorts[:ends]]
    return places if count > 1 else [(front, 0.0)]


def _is_round(ground: Cluster) -> bool:
    """Whether the corners of its box are empty, seen from above."""
    mesh = ground.own_mesh
    low, high = mesh[0].min(axis=0)[[0, 2]], mesh[0].max(axis=0)[[0, 2]]
    sides = high - low
    if sides.max() > 1.35 * sides.min():
        return False
    seen = tops(mesh, low, high, float(sides.max() / 24)).heights > -1e5
    n, m = np.array(seen.shape) // 8 + 1
    return not (seen[:n, :m].any() or seen[-n:, :m].any() or seen[:n, -m:].any() or seen[-n:, -m:].any())
