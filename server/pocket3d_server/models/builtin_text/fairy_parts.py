"""What fairy-tale houses have: spots, bent chimneys, round windows, sweets and icing."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.masonry import Frame


def cap_spots(top: Points, rng: np.random.Generator) -> Solid:
    """Rows of flat spots over a cap that is turned from ``top`` (34, 2)."""
    spots = []
    for row, (f, count, size) in enumerate(
        ((0.20, 9, 0.34), (0.48, 7, 0.30), (0.74, 4, 0.26), (1.0, 1, 0.36))
    ):
        i = int(f * 33)
        a, b = top[max(i - 1, 0)], top[min(i + 1, 33)]
        slope = float(np.degrees(np.arctan2(b[1] - a[1], a[0] - b[0])))
        for j in range(count):
            disc = (
                shapes.sphere(0.5, 22)
                .scale(2 * size * float(rng.uniform(0.75, 1.1)), 0.16, 2 * size)
                .rotate(x=0 if count == 1 else slope)
            )
            spots.append(
                disc.move(0, top[i, 1] - 0.01, top[i, 0] - 0.0).rotate(
                    y=360 * (j + 0.5 * (row % 2)) / count + 12 * row
                )
            )
    return join(*spots)


def bent_chimney(w: float, k: float) -> tuple[Solid, Solid]:
    """A stove pipe of stone that leans, and its hat."""
    pipe = shapes.sweep(
        curves.smooth_curve(
            [
                [1.35 * w, 3.6 * k, -0.3],
                [1.5 * w, 4.3 * k, -0.3],
                [1.38 * w, 4.75 * k, -0.3],
                [1.5 * w, 5.2 * k, -0.3],
            ],
            18,
        ),
        0.20,
        14,
    )
    hat = shapes.cone(0.36, 0.32, segments=18).move(1.5 * w, 5.3 * k, -0.3)
    return pipe, hat


def round_window(name: str, frame: Frame, wood: Finish, glass: Finish) -> Part:
    """A round window with a cross of bars."""
    rim = shapes.torus(0.30, 0.10, 28, 10).rotate(x=90)
    bars = join(rim, shapes.box(0.04, 0.6, 0.05), shapes.box(0.6, 0.04, 0.05))
    pane = shapes.cylinder(0.30, 0.10, 0.0, 28).rotate(x=90).move(z=-0.06)
    return part(name, (frame.place(bars), wood), (frame.place(pane), glass))


def roof_sweets(
    w: float, x0: float, high: float, rise: float, slope: float, rng: np.random.Generator
) -> dict[int, list[Solid]]:
    """Drops in four colours over both sides of a roof."""
    sweets: dict[int, list[Solid]] = {0: [], 1: [], 2: [], 3: []}
    for s in (1, -1):
        for i in range(4):
            for j in range(5):
                f = 0.14 + 0.24 * i
                x = s * (x0 + 0.24) * (1 - f)
                y = high + 0.20 + rise + 0.06 - slope * abs(x)
                drop = (
                    shapes.sphere(0.5, 16).scale(0.30, 0.16, 0.30).rotate(z=-s * np.degrees(np.arctan(slope)))
                )
                sweets[int(rng.integers(4))].append(
                    drop.move(x, y, -w / 2 + 0.3 + 0.62 * j + 0.3 * (i % 2) - 0.1)
                )
    return sweets


def icing_drips(
    w: float, x0: float, high: float, rise: float, slope: float, rng: np.random.Generator
) -> list[Solid]:
    """Icing that drips from eaves and gables."""
    drips: list[Solid] = []
    for s in (1, -1):
        for z in np.linspace(-w / 2 - 0.2, w / 2 + 0.2, 13):
            y = high - slope * 0.28
            drips.append(
                shapes.capsule(0.11, float(rng.uniform(0.28, 0.55)), 12).move(s * (x0 + 0.27), y + 0.02, z)
            )
    for z in (w / 2 + 0.27, -w / 2 - 0.27):
        for f in np.linspace(-1, 1, 17):
            drips.append(
                shapes.capsule(0.09, float(rng.uniform(0.24, 0.42)), 12).move(
                    f * x0 * 1.1, high + rise * (1 - abs(f) * 1.1) + 0.02, z
                )
            )
    return drips


def candy_canes(w: float) -> tuple[Solid, Solid]:
    """Two canes beside a door, and their stripes."""
    canes, stripes = [], []
    for s in (1, -1):
        path = curves.smooth_curve(
            [
                [0, 0, 0],
                [0, 0.9, 0],
                [0, 1.4, 0],
                [-s * 0.14, 1.62, 0],
                [-s * 0.36, 1.58, 0],
                [-s * 0.42, 1.38, 0],
            ],
            30,
        )
        place = np.array([s * 1.05, 0.08, w / 2 + 0.45])
        canes.append(shapes.sweep(path + place, 0.09, 14, round_ends=True))
        for i in range(2, 28, 5):
            stripes.append(shapes.sweep(path[i : i + 3] + place, 0.094, 14))
    return join(*canes), join(*stripes)


def arched_porch(w: float) -> Solid:
    """A porch with a round top."""
    porch = shapes.loft(
        np.stack(
            [
                np.column_stack([p[:, 0], p[:, 1], np.full(len(p), z)])
                for z, p in ((1.0, arch(0.62, 1.75)), (1.62 * w, arch(0.62, 1.75)))
            ]
        ),
        crease=30,
    )
    return porch


def garden_patch(w: float) -> tuple[Solid, Solid]:
    """Stepping stones, and the grass round a small house."""
    stones = [
        shapes.superellipsoid(0.55, 0.14, 0.42, 2.4, 2.4, 14).move(0.12 * (-1) ** i, 0.03, 1.95 * w + 0.5 * i)
        for i in range(3)
    ]
    base = shapes.revolve(
        curves.smooth_curve([[3.1 * w, -0.18], [2.9 * w, 0.0], [2.0 * w, 0.05], [0, 0.06]], 12), 48
    ).move(z=0.35)
    return join(*stones), base


def arch(half: float, high: float) -> Points:
    return np.concatenate([[[-half, 0], [half, 0]], curves.arc(half, 0, 180, 17) + [0, high - half]])


def cap_gills(w: float, k: float) -> list[Solid]:
    """Gills under a cap."""
    gills = [
        shapes.extrude(
            np.array([[1.02, 2.5], [2.3, 2.22], [2.38, 2.36], [1.02, 2.74]]) * [w, k], 0.05
        ).rotate(y=360 * i / 28)
        for i in range(28)
    ]
    return gills
