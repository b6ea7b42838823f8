"""Water that stands, rises and falls."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish
from pocket3d_server.models.builtin_text.making import metres


def top_jets(top: float, y: float) -> list[Solid]:
    """Jets that rise at the top of a fountain and fall outwards into its highest bowl at ``y``."""
    jets = []
    for i in range(8):
        path = [[0, top + 0.42, 0.0], [0, top + 0.55, 0.12], [0, top + 0.35, 0.30], [0, y + 0.06, 0.40]]
        jets.append(
            shapes.sweep(
                curves.smooth_curve(path, 12), np.linspace(0.03, 0.018, 12), 7, round_ends=True
            ).rotate(y=45 * i)
        )
    return jets


def bucket() -> tuple[Solid, Solid]:
    """A pail that hangs in a well, and its hoops."""
    pail = shapes.revolve(
        np.array([[0.13, 0], [0.175, 0.28], [0.155, 0.28], [0.12, 0.03], [0, 0.03]]), 28, crease=30
    ).move(0, 0.80, 0.12)
    hoops = [
        shapes.tube(0.15 + d, 0.13 + d, 0.03, 0, 28).move(0, 0.80 + y, 0.12)
        for y, d in ((0.04, -0.008), (0.20, 0.018))
    ]
    hoop = shapes.sweep(
        np.column_stack([curves.arc(0.165, 0, 180, 17), np.zeros(17)]) + [0, 1.06, 0.12],
        0.010,
        8,
        round_ends=True,
    )
    return pail, join(*hoops, hoop)


def ring_of_blocks(r: float, rng: np.random.Generator) -> list[Solid]:
    """Four courses of fourteen stones round a well of radius ``r``."""
    blocks: list[Solid] = []
    n, rows, high = 14, 4, 0.86
    for k in range(rows):
        for i in range(n):
            wide = 2 * np.pi * r / n
            b = shapes.rounded_box(wide * 0.97, high / rows * 0.97, 0.30, 0.035, 2)
            blocks.append(
                b.move(0, high * (k + 0.5) / rows, r - 0.05 + float(rng.uniform(-0.02, 0.02))).rotate(
                    y=360 * (i + 0.5 * (k % 2)) / n
                )
            )
    return blocks


def overflow(k: int, y: float, tall: float, size: float) -> list[Solid]:
    """Eight jets that run over the rim of the bowl number ``k`` of a fountain."""
    jets, fall = [], 8
    below = 0.50 if k == 0 else y - tall * 0.96 + 0.24
    for i in range(fall):
        start = size + 0.05
        path = (
            [
                [0, y + 0.33, start],
                [0, y + 0.27, start + 0.12],
                [0, y - 0.1, start + 0.22],
                [0, below - 0.02, start + 0.28],
            ]
            if k == 0
            else [
                [0, y + 0.33, start],
                [0, y + 0.27, start + 0.07],
                [0, y - 0.1, start + 0.13],
                [0, below, start + 0.16],
            ]
        )
        jets.append(
            shapes.sweep(
                curves.smooth_curve(path, 12), np.linspace(0.045, 0.028, 12), 8, round_ends=True
            ).rotate(y=360 * (i + 0.5 * k) / fall)
        )
    return jets


def pool_of(r: float, sides: int) -> tuple[list[Solid], list[Solid]]:
    """A round or cornered pool with a step, and the water in it."""
    line = np.array(
        [
            [r + 0.12, 0],
            [r + 0.12, 0.12],
            [r, 0.18],
            [r, 0.50],
            [r + 0.10, 0.54],
            [r + 0.10, 0.66],
            [r - 0.22, 0.66],
            [r - 0.22, 0.14],
            [0, 0.14],
        ]
    )
    pool = shapes.revolve(line, sides, crease=25)
    step = shapes.revolve(np.array([[r + 0.6, 0], [r + 0.6, 0.12], [r - 0.2, 0.12]]), sides, crease=25)
    pools: list[Solid] = [
        shapes.revolve(np.array([[r - 0.15, 0.40], [r - 0.15, 0.50], [0, 0.50]]), sides, crease=25)
    ]
    return [pool, step], pools


def finial(y: float) -> Solid:
    """The turned knob on top."""
    return shapes.revolve(
        curves.smooth_curve([[0.10, 0], [0.16, 0.10], [0.08, 0.24], [0.13, 0.36], [0.03, 0.52]], 16), 20
    ).move(y=y)


def baluster(k: int, tall: float) -> Points:
    """The outline (N, 2) of the stem under the bowl number ``k``."""
    foot = curves.smooth_curve(
        metres("0.34 0, 0.36 0.10, 0.20 0.22, 0.13 0.45, 0.19 0.62, 0.14 0.78, 0.24 1.0")
        * [0.85**k * 1.1, tall],
        24,
    )
    return foot


def spout(top: float) -> Solid:
    """The jet that stands on top."""
    return shapes.sweep(
        curves.smooth_curve([[0, top - 0.05, 0], [0, top + 0.3, 0], [0, top + 0.5, 0]], 8),
        np.linspace(0.03, 0.05, 8),
        10,
        round_ends=True,
    )


def swimming_pool(wide: float, deep: float, x: float, z: float) -> Part:
    """A pool in the ground of this size along x and z, with a rim of stone, centred at (x, z)."""
    plan = curves.rectangle(wide, deep, 0.15)
    rim = shapes.extrude(plan, 0.12, 0.02, holes=[plan * [0.93, 0.80]]).rotate(x=-90).move(x, 0.19, z)
    water = shapes.extrude(plan * [0.95, 0.84], 0.08).rotate(x=-90).move(x, 0.15, z)
    return part(
        "pool",
        (rim, finish("stone", (0.80, 0.79, 0.76), "pool_rim")),
        (water, finish("glass", (0.15, 0.60, 0.72), "water", alpha=1.0)),
    )
