"""The garden of a house: lawn, path, picket fence and bushes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.builtin_text.joinery import WOODS
from pocket3d_server.models.language.brief import Brief


def garden(brief: Brief, wide: float, deep: float, rng: np.random.Generator) -> list[Part]:
    """A lawn with a path, a picket fence and round bushes."""
    x, z = wide + 5.0, deep + 6.0
    lawn = shapes.rounded_box(x, 0.16, z, 0.06, 2).move(0, -0.07, 1.0)
    path = [
        shapes.rounded_box(0.9, 0.06, 0.62, 0.03, 1)
        .rotate(y=float(rng.uniform(-6, 6)))
        .move(float(rng.uniform(-0.1, 0.1)), 0.02, deep / 2 + 1.25 + 0.75 * k)
        for k in range(max(int((z / 2 + 0.4 - deep / 2) / 0.75), 1))
    ]
    pickets = []
    front, back = z / 2 + 0.85, -z / 2 + 1.15
    point = np.array([[-0.045, 0], [0.045, 0], [0.045, 0.72], [0, 0.82], [-0.045, 0.72]])
    slat = shapes.extrude(point, 0.025, 0.004)
    for px in np.arange(-x / 2 + 0.2, x / 2 - 0.1, 0.24):
        pickets += [slat.move(px, 0, w) for w in (front, back) if w < 0 or abs(px) > 0.75]
    for pz in np.arange(back, front, 0.24):
        pickets += [slat.rotate(y=90).move(s * (x / 2 - 0.15), 0, pz) for s in (1, -1)]
    rails = [
        shapes.box(0.04, 0.06, front - back).move(s * (x / 2 - 0.15), h, (front + back) / 2)
        for s in (1, -1)
        for h in (0.22, 0.58)
    ]
    rails += [shapes.box(x - 0.3, 0.06, 0.04).move(0, h, back) for h in (0.22, 0.58)]
    rails += [
        shapes.box(x / 2 - 0.9, 0.06, 0.04).move(s * (x / 4 + 0.38), h, front)
        for s in (1, -1)
        for h in (0.22, 0.58)
    ]
    bushes = []
    for _ in range(7):
        r = float(rng.uniform(0.32, 0.55))
        s = 1 if rng.random() < 0.5 else -1
        bushes.append(
            shapes.sphere(r, 20)
            .scale(1.1, 0.85, 1)
            .move(
                s * float(rng.uniform(wide * 0.28, wide / 2 + 1.6)),
                r * 0.6,
                deep / 2 + float(rng.uniform(0.7, 1.9)),
            )
        )
    green = finish("grass", (0.20, 0.40, 0.16), "leaves")
    return [
        part("lawn", (lawn, asked(brief, "lawn", "grass", None, "grass", "lawn", "garden"))), part("path", (join(*path), finish("stone", name="path"))),
        part("fence", (join(*pickets, *rails), asked(brief, "fence", "paint", (0.94, 0.93, 0.90), "fence"))), part("bushes", (join(*bushes), green)),
    ]  # fmt: skip


def round_bushes(spots: Iterable[tuple[float, float, float]]) -> Solid:
    """Clipped bushes at ``spots``: (x, z, size), about twice as wide as their size."""
    return join(
        *(shapes.sphere(0.5, 24).scale(r * 2.2, r * 1.7, r * 2.2).move(x, r * 0.8, z) for x, z, r in spots)
    )


def flower_box(brief: Brief, wide: float) -> list[Part]:
    """A trough under a window that is ``wide``, full of leaves and flowers."""
    trough = shapes.rounded_box(wide * 0.9, 0.14, 0.16, 0.012, 2).move(0, 0.02, 0.18)
    rows = brief.rng(4).uniform([-1, -0.2, -1, 0.035], [1, 1, 1, 0.055], (16, 4))
    places = rows[:, :3] * [wide * 0.42, 0.07, 0.06] + [0, 0.10, 0.18]
    balls = [shapes.sphere(r, 14).move(*at) for at, r in zip(places.tolist(), rows[:, 3].tolist())]
    colour = asked(brief, "flowers", "plastic", (0.88, 0.18, 0.28), "flower")
    return [
        part("flower_box", (trough, finish("wood", WOODS[2], "flower_box"))),
        part("leaves", (join(*balls[:8]), finish("grass", name="leaves"))), part("flowers", (join(*balls[8:]), colour)),
    ]  # fmt: skip
