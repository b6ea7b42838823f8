"""What aeroplanes are put together from: wings of an aerofoil section, fuselage, propeller and landing gear."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.language.brief import RGB

LIVERIES: tuple[RGB, ...] = ((0.75, 0.12, 0.12), (0.10, 0.28, 0.58), (0.95, 0.72, 0.12), (0.10, 0.42, 0.36))


def foil(chord: float, thick: float, count: int = 28) -> Points:
    """A symmetric aerofoil outline (N, 2): x from the trailing edge (-) to the nose (+), about its quarter
    point. The thickness is that of the NACA four-digit sections."""
    x = (1 - np.cos(np.linspace(0, np.pi, count // 2 + 1))) / 2
    y = 5 * thick * (0.2969 * np.sqrt(x) - 0.1260 * x - 0.3516 * x**2 + 0.2843 * x**3 - 0.1036 * x**4)
    y[-1] = 0.0012
    upper, lower = np.column_stack([x, y]), np.column_stack([x, -y])[1:]
    outline = np.concatenate([upper[::-1], lower])
    return np.column_stack([(0.25 - outline[:, 0]) * chord, outline[:, 1] * chord])


def wing(span: float, root: float, tip: float, sweep: float, rise: float, thick: float = 0.12) -> Solid:
    """Half a wing from the origin along +x, nose towards +z; ``sweep`` and ``rise`` are the tip's shift in metres."""
    t = np.array([0, 0.25, 0.5, 0.75, 0.93, 0.985, 1.0])
    size = np.array([1, 1, 1, 1, 0.97, 0.85, 0.55])
    rings = []
    for k, s in zip(t, size):
        outline = foil((root + (tip - root) * k) * s, thick)
        rings.append(
            np.column_stack(
                [np.full(len(outline), span * k), rise * k + outline[:, 1], outline[:, 0] - sweep * k]
            )
        )
    return shapes.loft(np.stack(rings), crease=45)


def fuselage(rows: Points, sections: int = 60, around: int = 40) -> Solid:
    """A round body from rows of (z, centre y, half width, half height), tail first."""
    lines = curves.smooth_curve(rows, sections)
    ring = curves.circle(1.0, around)
    z, y, a, b = (lines[:, k, None] for k in range(4))
    points = np.stack(
        [
            a.clip(0) * ring[None, :, 0],
            y + b.clip(0) * ring[None, :, 1],
            np.broadcast_to(z, (sections, around)),
        ],
        axis=2,
    )
    return shapes.loft(points, crease=50)


def propeller(radius: float, blades: int) -> tuple[Solid, Solid]:
    """Blades and spinner about the z axis, looking along +z."""
    made = []
    t = np.linspace(0.08, 1, 9)
    for k in range(blades):
        rings = []
        for s in t:
            chord, turn = (
                0.16 * radius * np.sin(np.pi * min(0.25 + 0.72 * s, 0.97)) + 0.015,
                np.radians(52 - 36 * s),
            )
            flat = foil(chord, 0.14, 16)
            x = flat[:, 0] * np.cos(turn) - flat[:, 1] * np.sin(turn)
            z = flat[:, 0] * np.sin(turn) + flat[:, 1] * np.cos(turn)
            rings.append(np.column_stack([x, np.full(len(flat), s * radius), z]))
        made.append(shapes.loft(np.stack(rings), crease=50).rotate(z=360 * k / blades))
    spinner = shapes.revolve(
        curves.smooth_curve(
            [
                [0.14 * radius, -0.06 * radius],
                [0.13 * radius, 0.06 * radius],
                [0.07 * radius, 0.20 * radius],
                [0, 0.27 * radius],
            ],
            18,
        ),
        28,
    ).rotate(x=90)
    return join(*made), spinner


def gear(at: Points, drop: float, radius: float, pair: bool) -> tuple[Solid, Solid]:
    """A landing leg hanging ``drop`` below ``at``: tyres, strut."""
    x, y, z = at
    tyre = shapes.torus(radius * 0.72, radius * 0.56, 32, 14).rotate(z=90)
    hub = shapes.cylinder(radius * 0.5, radius * 0.5, radius * 0.05, 24).rotate(z=90).move(x=radius * 0.25)
    offsets = (-radius * 0.42, radius * 0.42) if pair else (0.0,)
    tyres = join(*[tyre.move(x + o, y - drop + radius, z) for o in offsets])
    strut = join(
        shapes.cylinder(radius * 0.20, drop - radius * 0.5, segments=14).move(x, y - drop + radius * 0.9, z),
        *[hub.move(x + o, y - drop + radius, z) for o in offsets],
    )
    return tyres, strut
