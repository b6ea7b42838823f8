"""What turns on fairground rides: great wheels and their gondolas, canopies, little horses."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.making import around, metres
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, both


def little_horse() -> tuple[Solid, Solid, Solid]:
    """A leaping wooden horse along +z, its middle at the origin: body, mane with tail, saddle."""
    trunk = shapes.superellipsoid(0.36, 0.40, 0.95, 2.3, 2.3, 28)
    neck = shapes.sweep(
        curves.smooth_curve([[0, 0.05, 0.32], [0, 0.30, 0.52], [0, 0.58, 0.60]], 12),
        np.linspace(0.17, 0.10, 12),
        16,
        round_ends=True,
    )
    head = shapes.superellipsoid(0.17, 0.20, 0.42, 2.3, 2.3, 24).rotate(x=38).move(0, 0.60, 0.72)
    ears = both(shapes.cone(0.035, 0.12, segments=10).move(0.05, 0.70, 0.60))
    legs = [
        shapes.sweep(curves.smooth_curve(path, 12), np.linspace(0.085, 0.045, 12), 12, round_ends=True).move(
            x=s * 0.11
        )
        for s in (1, -1)
        for path in (
            [[0, -0.08, 0.34], [0, -0.30, 0.50], [0, -0.38, 0.36], [0, -0.56, 0.40]],
            [[0, -0.08, -0.34], [0, -0.32, -0.42], [0, -0.44, -0.62], [0, -0.58, -0.66]],
        )
    ]
    tail = shapes.sweep(
        curves.smooth_curve([[0, 0.12, -0.44], [0, 0.18, -0.62], [0, -0.05, -0.78], [0, -0.25, -0.75]], 12),
        np.array([0.05, 0.07, 0.08, 0.09, 0.09, 0.085, 0.08, 0.07, 0.06, 0.05, 0.035, 0.02]),
        12,
        round_ends=True,
    )
    mane = shapes.sweep(
        curves.smooth_curve([[0, 0.22, 0.32], [0, 0.45, 0.44], [0, 0.72, 0.54]], 12),
        0.07,
        10,
        round_ends=True,
    )
    seat = shapes.superellipsoid(0.40, 0.14, 0.40, 2.6, 2.4, 24).move(0, 0.16, -0.02)
    return join(trunk, neck, head, ears, *legs), join(mane, tail), seat  # fmt: skip


def on_circle(radius: float, count: int, turn: float = 0.0) -> Points:
    """``count`` points (N, 2) on a circle, the first ``turn`` steps after the +x axis."""
    a = 2 * np.pi * (np.arange(count) + turn) / count
    return radius * np.column_stack([np.cos(a), np.sin(a)])


def great_wheel(radius: float, gap: float, count: int, segments: int) -> Solid:
    """A Ferris wheel about the z axis: two double rims ``gap`` metres to either side, braced to one another, with
    ``count`` spokes each."""
    made, rim, inner = [], on_circle(radius, count), on_circle(0.86 * radius, count, 0.5)
    for s in (1, -1):
        made += [
            shapes.torus(radius * f, 0.20, segments, 8).rotate(x=90).move(z=s * gap) for f in (1.0, 0.86)
        ]
        made += [bar([0, 0, s * (gap + 0.25)], [*at, s * gap], 0.06, 6) for at in rim]
        for ends in (rim, np.roll(rim, -1, axis=0)):
            made += [bar([*a, s * gap], [*b, s * gap], 0.045, 6) for a, b in zip(ends, inner, strict=True)]
    made += [bar([*at, -gap], [*at, gap], 0.07, 8) for at in rim]
    return join(*made)


def gondola() -> tuple[Solid, Solid]:
    """A round cabin that hangs from the origin: shell with roof, and its four posts."""
    shell = metres("0.35 -1.75, 0.72 -1.62, 0.80 -1.1, 0.80 -0.88, 0.72 -0.88, 0.72 -1.45, 0 -1.5")
    cover = curves.smooth_curve([[0.92, -0.32], [0.80, -0.10], [0.3, 0.06], [0, 0.10]], 12)
    posts = around(shapes.cylinder(0.04, 0.62, segments=8).move(0.72, -0.9, 0), 4, 45)
    return join(shapes.revolve(shell, 24, crease=40), shapes.revolve(cover, 24)), posts


def canopy_wedges(radius: float, high: float, sides: int) -> list[Solid]:
    """A carousel's broken roof over y = ``high`` in ``sides`` wedges, each with a skirt and a drop at its rim."""
    step, wedges = 2 * np.pi / sides, []

    def edge(k: int, r: float, y: float) -> Points:
        return np.array([[r * np.sin(a), y, r * np.cos(a)] for a in (k * step, k * step + step)])

    for k in range(sides):
        rim, mid = edge(k, radius * 1.06, high), edge(k, radius * 0.45, high + 1.35)
        tip = edge(k, 0.05, high + 2.3)
        sheets = [
            shapes.hull(np.concatenate([c, c - [0, 0.12, 0]]), 20)
            for c in (np.concatenate([rim, mid]), np.concatenate([mid, tip]))
        ]
        skirt = shapes.hull(
            [[x * f, y, z * f] for x, _, z in rim for y in (high - 0.45, high + 0.02) for f in (1.0, 0.985)],
            20,
        )
        middle = rim.mean(axis=0)
        drop = shapes.sphere(0.5, 14).scale(0.7, 0.5, 0.12).rotate(y=360 * (k + 0.5) / sides)
        wedges.append(join(*sheets, skirt, drop.move(middle[0], high - 0.45, middle[2])))
    return wedges
