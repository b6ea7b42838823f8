"""Parts of churches: clocks, buttresses, spires."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.masonry import Frame, window


def tower_clock(at: float, z: float) -> Part:
    """A clock at height ``at`` on a front at ``z``."""
    dial = shapes.cylinder(0.5, 0.08, 0.02, 32).rotate(x=90).move(0, at, z)
    ring = shapes.torus(0.5, 0.08, 32, 8).rotate(x=90).move(0, at, z + 0.07)
    hands = [
        shapes.box(0.05, 0.36, 0.03).move(y=0.16).rotate(z=-60).move(0, at, z + 0.1),
        shapes.box(0.04, 0.46, 0.03).move(y=0.2).move(0, at, z + 0.1),
    ]
    return part(
        "clock",
        (dial, finish("paint", (0.95, 0.94, 0.90), "dial")),
        (join(ring, *hands), finish("iron", name="hands")),
    )


def buttresses(wide: float, long: float, high: float) -> Solid:
    """Five sloped piers along either side of a nave."""
    butt = []
    for s in (1, -1):
        for v in np.linspace(-long / 2 + 0.3, long / 2 - 0.3, 5):
            butt.append(
                shapes.rounded_box(0.75, high * 0.62, 0.55, 0.03, 1).move(
                    s * (wide / 2 + 0.25), high * 0.31, v
                )
            )
            butt.append(
                shapes.hull(
                    [[s * (wide / 2 - 0.1), high * 0.62, v + d] for d in (-0.275, 0.275)]
                    + [[s * (wide / 2 + 0.62), high * 0.62, v + d] for d in (-0.275, 0.275)]
                    + [[s * (wide / 2 - 0.1), high * 0.88, v + d] for d in (-0.275, 0.275)]
                )
            )
    return join(*butt)


def spire_on(half: float, tall: float, z: float, spire_h: float) -> Solid:
    """An eight-sided spire and four pinnacles on a tower."""
    spire = shapes.prism(8, half * 1.12, spire_h, top=0.05).move(0, tall + 0.1, z)
    pins = [
        shapes.prism(4, 0.30, 1.3, top=0.02).move(s * half * 0.88, tall + 0.1, z + e * half * 0.88)
        for s in (1, -1)
        for e in (1, -1)
    ]
    return join(spire, *pins)


def church_base(wide: float, long: float, half: float, z: float) -> Solid:
    """The plinth of nave and tower, and steps to the door."""
    plinth = [
        shapes.rounded_box(wide + 0.4, 0.4, long + 0.4, 0.04, 1).move(y=0.2),
        shapes.rounded_box(2 * half + 0.5, 0.4, 2 * half + 0.5, 0.04, 1).move(0, 0.2, z),
    ]
    steps = [
        shapes.rounded_box(2.4 + 0.5 * k, 0.15, 0.5, 0.02, 1).move(
            0, 0.32 - 0.14 * k, z + half + 0.35 + 0.35 * k
        )
        for k in range(3)
    ]
    return join(*plinth, *steps)


def belfry(half: float, tall: float, z: float, trim: Finish) -> list[Part]:
    """Louvred windows on all sides of a bell tower."""
    parts = []
    louvre = finish("wood", (0.16, 0.12, 0.10), "louvres")
    for k, angle in enumerate((0.0, 90.0, 180.0, 270.0)):
        a = np.radians(angle)
        at = np.array([np.sin(a) * half, tall * 0.85, z + np.cos(a) * half])
        parts.append(window(f"belfry_{k + 1}", Frame(at, angle), 0.9, 1.7, trim, louvre, trim, arched=True))
    return parts


def tower_bands(half: float, tall: float, high: float, z: float) -> list[Solid]:
    """Ledges round a tower."""
    bands = [
        shapes.rounded_box(2 * half + 0.24, 0.24, 2 * half + 0.24, 0.04, 1).move(0, y, z)
        for y in (0.35, high + 0.3, tall * 0.72, tall)
    ]
    return bands
