"""What is fitted to small boats: cabins, rudders, keels, rigging."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.vehicles.hull import mast


def coachroof() -> Solid:
    """The low cabin of a sailing boat."""
    cabin = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * w, long, 0.3) + [0, -c], y)
                for w, long, c, y in (
                    (0.66, 2.2, 0.35, 0.95),
                    (0.62, 2.1, 0.33, 1.30),
                    (0.50, 1.85, 0.28, 1.42),
                    (0.3, 1.5, 0.25, 1.45),
                )
            ]
        ),
        crease=40,
    )
    return cabin


def steering(k: float) -> tuple[Solid, Solid, Solid]:
    """Tiller, rudder and keel of a boat ``k`` times as long as usual."""
    tiller = shapes.sweep(
        curves.smooth_curve([[0, 1.15, -3.15 * k], [0, 1.20, -2.8 * k], [0, 1.12, -2.3 * k]], 12),
        0.028,
        10,
        round_ends=True,
    )
    rudder = (
        shapes.extrude(
            curves.rounded(np.array([[3.15, 1.1], [3.5, 1.1], [3.55, -0.1], [3.25, -0.1]]), 0.08), 0.06, 0.02
        )
        .rotate(y=90)
        .scale(1, 1, k)
    )
    keel = shapes.extrude(
        curves.rounded(np.array([[-0.9, 0.45], [0.8, 0.45], [0.75, -0.35], [-0.1, -0.35]]), 0.12), 0.10, 0.04
    ).rotate(y=90)
    return tiller, rudder, keel


def standing_rigging(k: float, tall: float) -> Solid:
    """Stays and shrouds of a mast ``tall`` metres high."""
    stays = [
        shapes.sweep([a, b], 0.012, 6)
        for a, b in (
            ([0, 1.35, 3.35 * k], [0, tall * 0.9 + 0.9, 0.9]),
            ([0, 1.1, -3.15 * k], [0, tall + 0.85, 0.83]),
            ([1.15, 1.0, 0.7], [0, tall * 0.86 + 0.9, 0.85]),
            ([-1.15, 1.0, 0.7], [0, tall * 0.86 + 0.9, 0.85]),
        )
    ]
    return join(*stays)


def foredeck(lines: Points) -> Solid:
    """The cambered deck over the bow of a motor boat whose hull follows ``lines``."""
    bow = lines[(lines[:, 0] > 0.4) & (lines[:, 0] < 3.1)]
    edge = np.column_stack([bow[:, 1] * 0.95, -bow[:, 0] * 0.99])
    plan = curves.without_repeats(curves.counter_clockwise(np.concatenate([edge, (edge * [-1, 1])[::-1]])))
    deck = (
        shapes.extrude(plan, 0.06, 0.01)
        .rotate(x=-90)
        .deform(
            lambda v: np.column_stack(
                [
                    v[:, 0],
                    v[:, 1]
                    + 1.04
                    + 0.12 * np.clip((v[:, 2] - 0.4) / 2.5, 0, 1.2)
                    + 0.05 * (1 - (v[:, 0] / 1.1) ** 2),
                    v[:, 2],
                ]
            )
        )
    )
    return deck


def wheelhouse(white: Finish) -> list[Part]:
    """A cabin with windows all round, and a mast with its boom behind."""
    house = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(2 * w, long, 0.18) + [0, -0.3 + s], y)
                for w, long, s, y in (
                    (0.80, 1.9, 0, 0.9),
                    (0.76, 1.8, 0.05, 2.3),
                    (0.9, 2.1, 0.05, 2.32),
                    (0.9, 2.1, 0.05, 2.40),
                )
            ]
        ),
        crease=35,
    )
    panes = [
        shapes.rounded_box(0.04, 0.55, 0.62, 0.02, 2).move(s * 0.785, 1.85, z)
        for s in (1, -1)
        for z in (-0.15, 0.6)
    ] + [shapes.rounded_box(1.2, 0.55, 0.04, 0.02, 2).rotate(x=-2).move(0, 1.85, 1.19)]
    pole = [
        mast(np.array([0, 2.3, -0.1]), 2.2, 0.05),
        shapes.sweep([[0, 3.4, -0.1], [0, 2.9, -2.3]], 0.035, 10, round_ends=True),
    ]
    return [
        part("wheelhouse", (house, white)),
        part("windows", (join(*panes), finish("glass", (0.10, 0.16, 0.20), "window_glass", alpha=1.0))),
        part("mast", (join(*pole), finish("steel"))),
    ]


def open_helm(seat: Finish) -> list[Part]:
    """A bent windscreen, seats and a steering wheel."""
    t = np.linspace(-1, 1, 17)
    screen = shapes.sweep(
        np.column_stack([0.86 * t, 1.36 - 0.03 * t**2, 0.75 - 0.55 * t**2]),
        1.0,
        curves.rectangle(0.02, 0.42, 0.006),
    )
    frame = shapes.sweep(
        np.column_stack([0.86 * t, 1.57 - 0.03 * t**2, 0.75 - 0.55 * t**2]), 0.018, 8, round_ends=True
    )
    benches = (
        [shapes.rounded_box(0.7, 0.22, 0.55, 0.08, 3).move(s * 0.46, 0.72, -0.35) for s in (1, -1)]
        + [
            shapes.rounded_box(0.7, 0.5, 0.14, 0.06, 3).rotate(x=-10).move(s * 0.46, 0.98, -0.66)
            for s in (1, -1)
        ]
        + [
            shapes.rounded_box(1.8, 0.26, 0.55, 0.09, 3).move(0, 0.72, -2.0),
            shapes.rounded_box(1.8, 0.45, 0.14, 0.06, 3).move(0, 0.95, -2.32),
        ]
    )
    wheel = (
        join(shapes.torus(0.17, 0.03, 28, 8), shapes.cylinder(0.05, 0.03, 0.005, 16))
        .rotate(x=-60)
        .move(0.46, 1.12, 0.20)
    )
    return [
        part(
            "windscreen",
            (screen, finish("glass", (0.5, 0.62, 0.68), "screen_glass", alpha=0.4)),
            (frame, finish("chrome")),
        ),
        part("seats", (join(*benches), seat)),
        part("steering_wheel", (wheel, finish("plastic", (0.07, 0.07, 0.08), "wheel"))),
    ]


def outboard() -> tuple[Solid, Solid]:
    """An outboard motor behind the transom, and its screw."""
    cowl = shapes.superellipsoid(0.42, 0.52, 0.62, 3.5, 3, 32).move(0, 1.22, -3.10)
    leg = shapes.rounded_box(0.14, 1.1, 0.26, 0.05, 3).move(0, 0.55, -3.10)
    screw = [
        shapes.superellipsoid(0.09, 0.22, 0.03, 2, 2, 14)
        .rotate(y=35)
        .move(0, 0.14, 0)
        .rotate(z=120 * k)
        .move(0, 0.12, -3.32)
        for k in range(3)
    ]
    return join(cowl, leg), join(*screw, shapes.capsule(0.05, 0.5, 14).rotate(x=90).move(0, 0.12, -3.14))
