"""What runs on rails: the track, bogies and current collectors, and the parts of a steam engine."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, beam, black, both, spoked_wheel

RAIL = 0.19
"""Height of the rails' upper side."""


def track(start: float, end: float) -> list[Part]:
    """Two rails on sleepers along z."""
    rail = shapes.union(
        shapes.box(0.07, 0.05, end - start).move(y=0.17),
        shapes.box(0.03, 0.1, end - start).move(y=0.10),
        shapes.box(0.14, 0.03, end - start).move(y=0.05),
    )
    ties = [
        shapes.rounded_box(2.5, 0.14, 0.24, 0.02, 1).grained().move(0, -0.03, z)
        for z in np.arange(start + 0.3, end - 0.1, 0.62)
    ]
    return [
        part("rails", (both(rail.move(x=0.75, z=(start + end) / 2)), finish("steel", name="rail"))),
        part("sleepers", (join(*ties), finish("wood", (0.26, 0.18, 0.12), "sleepers"))),
    ]  # fmt: skip


def steam_dome(radius: float, high: float, z: float) -> Solid:
    """A dome on the boiler's back."""
    rows = np.array([[1.25, 0], [1.02, 0.12 / high], [1, 0.6], [0.7, 0.9], [0, 1.0]]) * [radius, high]
    return shapes.revolve(curves.smooth_curve(rows, 16), 28).move(0, 2.77, z)


def funnel(flared: bool, segments: int) -> Solid:
    """A funnel on y = 0: straight with a lip, or ``flared`` to catch sparks."""
    lipped = "0.24 0, 0.22 0.15, 0.19 0.7, 0.24 0.95, 0.30 1.05, 0.33 1.1, 0.33 1.17, 0.22 1.17"
    rows = "0.2 0, 0.18 0.5, 0.5 1.05, 0.52 1.15, 0.38 1.32, 0.2 1.32" if flared else lipped
    return shapes.revolve(metres(rows), segments)


def yoked_bell() -> Solid:
    """A bell in its yoke; the yoke's feet are on y = 0."""
    cup = curves.smooth_curve([[0.16, 0], [0.11, 0.08], [0.10, 0.2], [0, 0.26]], 12)
    sides = both(bar([0.19, 0, 0], [0.19, 0.5, 0], 0.02))
    return join(shapes.revolve(cup, 24).move(y=0.25), sides, bar([-0.19, 0.5, 0], [0.19, 0.5, 0], 0.02))


def smokebox_door(segments: int) -> tuple[Solid, Solid]:
    """A domed round door about the origin that looks along +z, and its two hinges."""
    line = curves.smooth_curve([[0.62, 0], [0.58, 0.08], [0.3, 0.17], [0, 0.2]], 12)
    hinges = [bar([-0.55, d, 0.12], [0.1, d, 0.18], 0.025) for d in (0.18, -0.18)]
    return shapes.revolve(line, segments).rotate(x=90), join(*hinges)


def vaulted_roof(start: float, end: float) -> Solid:
    """A cab's curved roof from z = ``start`` to ``end``."""
    arc = curves.arc(1.6, 40, 140, 15) * [1.1, 1] + [0, 2.06]
    return shapes.loft(np.stack([np.insert(arc, 2, z, axis=1) for z in (start, end)]), crease=30)


def cow_catcher(front: float) -> Solid:
    """Slats that run together from the buffer beam at z = ``front`` to a point just over the rails."""
    low = RAIL + 0.1
    slats = [
        beam([x, 0.98, front + 0.38], [x * 0.45, low, front + 1.15], 0.06, 0.05)
        for x in np.linspace(-0.95, 0.95, 11)
    ]
    return join(*slats, beam([-0.50, low, front + 1.13], [0.50, low, front + 1.13], 0.07, 0.07))


def flanged_wheels(name: str, radius: float, z: float, segments: int, spokes: Finish, tyres: Finish) -> Part:
    """A pair of spoked wheels on the rails at ``z``."""
    wood, tyre, _ = spoked_wheel(radius, 0.12, 12, 0.13, segments)
    flange = shapes.tube(radius * 1.06, radius * 0.9, 0.03, 0, segments).move(y=-0.09).rotate(z=-90)
    on_rails = [both(s.move(0.76, radius + RAIL, z)) for s in (wood, join(tyre, flange))]
    return part(name, (on_rails[0], spokes), (on_rails[1], tyres))


def pantograph(top: float, z: float) -> Solid:
    """A current collector on a roof at height ``top``, folded back from ``z``."""
    foot, knee, head = [0.5, top + 0.15, z], [0.5, top + 0.75, z + 0.9], [0.6, top + 1.25, z + 0.1]
    shoe = bar([-0.8, top + 1.27, z + 0.1], [0.8, top + 1.27, z + 0.1], 0.04)
    return join(both(join(bar(foot, knee, 0.03), bar(knee, head, 0.03))), shoe)


def trolley_pole(top: float) -> Solid:
    """A pole from a roof at height ``top`` back to the wire, with its wheel."""
    return join(
        bar([0, top + 0.3, -0.6], [0, top + 1.5, -2.9], 0.035),
        shapes.cylinder(0.25, 0.2, 0.04, 20).move(0, top + 0.22, -0.6),
        shapes.torus(0.1, 0.05, 20, 8).rotate(z=90).move(0, top + 1.52, -2.95),
    )


def bogies(half: float) -> Part:
    """Two four-wheeled bogies under a car of half length ``half``."""
    boxes = [shapes.rounded_box(1.9, 0.5, 2.2, 0.06, 2).move(0, 0.62, s * half * 0.6) for s in (1, -1)]
    wheels = [
        shapes.cylinder(0.38, 0.12, 0.03, 28).rotate(z=-90).move(0.70, 0.57, s * half * 0.6 + d)
        for s in (1, -1)
        for d in (-0.65, 0.65)
    ]
    return part("bogies", (join(*boxes), black()), (both(join(*wheels)), finish("steel")))
