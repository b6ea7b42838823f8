"""Roofs that are not plain gables: swept up at the corners, broken by a knee."""

from __future__ import annotations

import itertools

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join


def swept_roof(eave: float, top: float, rise: float, lift: float, thick: float = 0.10) -> Solid:
    """A square roof over y = 0, from half width ``eave`` up to ``top``, hollow in its slope, its corners drawn up
    by ``lift``."""
    t = np.linspace(-1, 1, 12, endpoint=False)
    one = np.ones_like(t)
    square = np.concatenate([np.column_stack(c) for c in ((t, one), (one, -t), (-t, -one), (-one, t))])
    corner = np.minimum(np.abs(square[:, 0]), np.abs(square[:, 1])) ** 4

    def ring(half: float, y: float, up: float) -> Points:
        flare = 1 + 0.06 * corner * (up / max(lift, 1e-9))
        return np.column_stack([square[:, 0] * half * flare, y + up * corner, square[:, 1] * half * flare])

    f = np.linspace(0, 1, 9)
    upper = [ring(eave + (top - eave) * v, rise * v**1.7, lift * (1 - v) ** 2) for v in f]
    under = [ring(top * 0.9, -thick * 0.3, 0.0), ring(eave * 0.97, -thick, lift)]
    solid = shapes.loft(np.stack([*under, *upper]), crease=30)
    hips = []
    for sx, sz in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        line = np.array(
            [
                [
                    sx * (eave + (top - eave) * v) * (1 + 0.06 * (1 - v) ** 2),
                    rise * v**1.7 + lift * (1 - v) ** 2 + 0.03,
                    sz * (eave + (top - eave) * v) * (1 + 0.06 * (1 - v) ** 2),
                ]
                for v in f
            ]
        )
        hips.append(shapes.sweep(line, thick * 0.55, 8, round_ends=True))
    return join(solid.box_mapped(), *hips)  # fmt: skip


def ridge_roof(line: Points, long: float, over: float, thick: float) -> Solid:
    """A roof along z that follows ``line`` (N, 2) of (x, y) from the left eave over the ridge to the right one."""
    upper = np.asarray(line) + [0, thick]
    outline = np.concatenate([line, upper[::-1]])
    return shapes.extrude(
        curves.counter_clockwise(outline), long + 2 * over, min(0.02, thick / 5)
    ).box_mapped()


def bargeboards(line: Points, long: float) -> Solid:
    """Boards along both gable ends under a roof along z that follows ``line`` (N, 2) of (x, y)."""
    ends = [np.insert(np.asarray(line) + [0, 0.02], 2, s * (long / 2 + 0.36), axis=1) for s in (1, -1)]
    return join(*(shapes.sweep(end, 1.0, curves.rectangle(0.10, 0.26)) for end in ends))


def shingles(line: Points, x: float) -> list[Solid]:
    """Courses of shingles, x wide, on a roof whose upper side in the plane across its ridge is ``line`` (N, 2)."""
    courses: list[Solid] = []
    for a, b in itertools.pairwise(line):
        n = max(int(np.hypot(*(b - a)) / 0.34), 2)
        turn = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
        for f in (np.arange(n) + 0.5) / n:
            at = a + (b - a) * f
            courses.append(
                shapes.rounded_box(x + 0.94, 0.05, 0.37, 0.015, 1)
                .grained()
                .rotate(x=-turn + (4 if turn > 0 else -4))
                .move(0, at[1] + 0.13, at[0])
            )
    return courses


def low_tiles(w: float, z: float, rise: float) -> Solid:
    """The tiles of a low gabled roof, 2w by 2z."""
    tiles = shapes.extrude(
        np.array(
            [
                [-w - 1.0, -0.02],
                [0, rise + 0.03],
                [w + 1.0, -0.02],
                [w + 1.0, 0.14],
                [0, rise + 0.2],
                [-w - 1.0, 0.14],
            ]
        ),
        2 * z + 1.9,
        0.01,
    )
    return tiles.box_mapped()
