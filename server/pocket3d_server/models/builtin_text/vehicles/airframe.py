"""What aeroplanes are put together from: wings of an aerofoil section, fuselage, propeller and landing gear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import finish, glow
from pocket3d_server.models.builtin_text.making import metres
from pocket3d_server.models.builtin_text.vehicles.fittings import bar, tube_along
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


def turbofan() -> tuple[Solid, Solid, Solid]:
    """A jet engine along z about the origin: (cowl, core with its pylon, fan)."""
    cowl = shapes.revolve(
        metres(
            "0.60 -1.9, 0.68 -1.9, 0.98 -0.6, 1.05 0.9, 0.98 1.55, 0.90 1.62, 0.84 1.50, 0.86 0.6, 0.60 0.5"
        ),
        44,
        crease=40,
        closed=True,
    ).rotate(x=90)
    core = shapes.revolve(
        curves.smooth_curve([[0, -2.6], [0.30, -1.8], [0.58, -1.0], [0.62, 0.5], [0.60, 0.62]], 24), 32
    ).rotate(x=90)
    fan = [
        shapes.rounded_box(0.16, 0.62, 0.02, 0.006, 1).rotate(y=38).move(0, 0.52, 0.8).rotate(z=20 * k)
        for k in range(18)
    ]
    nose = shapes.cone(0.26, 0.5, segments=28).rotate(x=90).move(0, 0, 0.72)
    pylon = shapes.rounded_box(0.28, 1.3, 2.6, 0.12, 2).move(0, 0.95, -1.0)
    return cowl, join(core, pylon), join(*fan, nose)


def landing_gear(
    places: Sequence[tuple[float, float, float]], drop: float, radius: float, pair: bool
) -> list[Part]:
    """Legs whose roots are at ``places``, down to ``drop`` metres below the middle line: tyres and struts."""
    legs = [gear(np.array(at), drop + at[1], radius, pair) for at in places]
    return [
        part("tyres", (join(*(tyre for tyre, _ in legs)), finish("rubber"))),
        part("landing_gear", (join(*(strut for _, strut in legs)), finish("steel"))),
    ]


def upper_wing() -> tuple[Solid, Solid]:
    """A biplane's upper wing, and the struts and wires that carry it."""
    upper = wing(4.6, 1.35, 1.15, 0.0, 0.0, 0.12).move(0, 1.18, 1.35)
    upper = join(upper, upper.mirror("x"))
    stays = []
    for s in (1, -1):
        for z in (1.5, 0.85):
            stays += [
                shapes.sweep([[s * 2.9, -0.10, z - 0.25], [s * 2.9, 1.18, z]], 0.028, 8),
                shapes.sweep([[s * 0.40, 0.4, z], [s * 0.55, 1.18, z]], 0.024, 8),
            ]
        stays += [
            shapes.sweep([[s * 0.6, -0.25, 1.0], [s * 2.9, 1.15, 1.2]], 0.008, 6),
            shapes.sweep([[s * 0.55, 1.15, 1.2], [s * 2.9, -0.1, 1.0]], 0.008, 6),
        ]
    return upper, join(*stays)


def on_skin(rows: Points, outline: Points, grown: float, depth: float) -> Solid:
    """What of the skin of the fuselage through ``rows``, moved out by ``grown``, lies behind an outline of (-z, y)."""
    skin = fuselage(rows + [0, 0, grown, grown], 90, 48)
    return shapes.intersection(skin, shapes.extrude(outline, depth).rotate(y=90))


def portholes(long: float) -> Solid:
    """Cabin windows along both sides, but not over the wings."""
    panes = []
    for z in np.arange(-7.6, 10.2, 0.72) * long:
        if -1.2 < z / long < -0.8:
            continue
        pane = shapes.superellipsoid(0.10, 0.44, 0.30, 4, 4, 16)
        panes += [pane.move(s * 1.885, 0.50, z) for s in (1, -1)]
    return join(*panes)


def wing_lights(x: float, y: float, z: float) -> Part:
    """Red on the left wing tip, green on the right."""
    lights = [shapes.sphere(0.12, 14).move(s * x, y, z) for s in (1, -1)]
    return part(
        "lights",
        (lights[0], glow("red_light", (0.9, 0.05, 0.05))),
        (lights[1], glow("green_light", (0.05, 0.85, 0.2))),
    )


def meridians(lines: Points) -> list[Solid]:
    """Twelve ribs along an envelope through ``lines``."""
    ribs = [
        shapes.sweep(
            np.column_stack(
                [(lines[2:-2, 2] + 0.01) * np.cos(a), (lines[2:-2, 3] + 0.01) * np.sin(a), lines[2:-2, 0]]
            ),
            0.045,
            6,
            round_ends=True,
        )
        for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ]
    return ribs


def mooring_lines(y: float, fat: float) -> Solid:
    """Ropes from a gondola's roof at ``y`` to an envelope of radius ``fat``."""
    rope = [
        bar([s * 0.7, y + 1.7, z], [s * fat * 0.62, -fat * 0.74, z * 1.3], 0.03, 6)
        for s in (1, -1)
        for z in (-2.2, 2.2)
    ]
    return join(*rope)


def gored_envelope(rows: Points) -> tuple[Solid, Solid]:
    """A balloon of sixteen bulging gores turned from ``rows``: every other one, and the rest."""
    count, gores = 16, ([], [])  # type: ignore[var-annotated]
    t = np.linspace(-np.pi / count, np.pi / count, 5)
    for k in range(count):
        out = 1 + 0.035 * np.cos(t * count / 2)
        rings = [
            np.concatenate(
                [
                    np.column_stack([r * out * np.sin(t), np.full(5, y), r * out * np.cos(t)]),
                    np.column_stack(
                        [0.985 * r * np.sin(t[::-1]), np.full(5, y), 0.985 * r * np.cos(t[::-1])]
                    ),
                ]
            )
            for r, y in np.maximum(rows, [[0.02, 0]])
        ]
        gores[k % 2].append(shapes.loft(np.stack(rings), crease=50).rotate(y=360 * k / count))
    return join(*gores[0]), join(*gores[1])


def rotor_blade(span: float) -> Solid:
    """A blade of a main rotor along x, drooping a little."""
    section = foil(0.34, 0.12, 20)
    t = np.linspace(0.25, span, 10)
    blade = shapes.loft(
        np.stack([np.column_stack([np.full(len(section), x), section[:, 1] - 0.004 * x**2, section[:, 0]]) for x in t]), crease=50
    )  # fmt: skip
    return blade


def skid() -> Solid:
    """The right skid of a helicopter with its two legs."""
    skid = tube_along(
        [[0.98, 0.35, 2.0], [0.98, 0.12, 1.75], [0.98, 0.05, 1.3], [0.98, 0.05, -1.3]], 0.05, 24, 12
    )
    legs = [tube_along([[0.98, 0.05, z], [0.9, 0.45, z], [0.45, 0.72, z]], 0.04, 12) for z in (-0.75, 0.95)]
    return join(skid, *legs)
