"""Rockets of picture books: nose, portholes and fins."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish


def porthole(k: int, rows: Points, h: float, steel: Finish) -> Part:
    """The window number ``k`` from above in a hull ``h`` high that is turned from ``rows``."""
    y = (0.60 - 0.17 * k) * h
    r = float(np.interp(y, rows[:, 1], rows[:, 0]))
    size = 0.30 - 0.05 * k
    lean = float(
        np.degrees(
            np.arctan2(
                np.interp(y - 0.1, rows[:, 1], rows[:, 0]) - np.interp(y + 0.1, rows[:, 1], rows[:, 0]),
                0.2,
            )
        )
    )
    frame = shapes.torus(size, 0.09, 40, 12).rotate(x=90 - lean).move(0, y, r - 0.01)
    pane = shapes.sphere(size, 28).scale(1, 1, 0.25).rotate(x=-lean).move(0, y, r - 0.03)
    return part(
        f"porthole_{k + 1}",
        (frame, steel),
        (pane, finish("glass", (0.35, 0.65, 0.85), "porthole_glass", alpha=1.0)),
    )


def swept_fin(g: float, h: float) -> Solid:
    """A curved fin that is also a foot."""
    outline = curves.smooth_curve(
        np.array(
            [
                [0.55, 0.36 * h],
                [1.15, 0.26 * h],
                [1.75, 0.10 * h],
                [1.85, 0.0],
                [1.60, 0.02 * h],
                [1.25, 0.10 * h],
                [0.55, 0.14 * h],
            ]
        ),
        60,
        closed=True,
    )
    fin = shapes.extrude(outline * [g, 1], 0.13, 0.05, steps=3)
    return fin


def nose_cone(rows: Points, g: float, h: float) -> Solid:
    """The cone on a hull through ``rows``, with a ball on a rod."""
    tip = shapes.revolve(
        np.concatenate(
            [
                [[rows[-1, 0] + 0.012, 0.815 * h]],
                curves.smooth_curve(
                    np.array(
                        [[0.625 * g, 0.82 * h], [0.34 * g, 0.925 * h], [0.07, 0.985 * h], [0, 0.992 * h]]
                    ),
                    18,
                ),
            ]
        ),
        48,
    )
    ball = join(
        shapes.cylinder(0.025, 0.35, segments=10).move(y=0.985 * h),
        shapes.sphere(0.07, 18).move(y=0.985 * h + 0.36),
    )
    return join(tip, ball)
