"""Legs, boards, cushions and knobs that the furniture families share."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked
from pocket3d_server.models.language.brief import RGB, Brief


def board(x: float, y: float, z: float, bevel: float = 0.006) -> Solid:
    """A plank about the origin with softened edges."""
    return shapes.rounded_box(x, y, z, min(bevel, 0.45 * min(x, y, z)), 2).grained()


def turned_leg(height: float, radius: float) -> Solid:
    """A leg turned on a lathe: block, ring, vase, ring and foot; standing on y = 0."""
    rows = [
        (0.34, 0.0), (0.52, 0.015), (0.56, 0.045), (0.42, 0.07), (0.50, 0.10), (0.58, 0.30), (0.80, 0.55), (0.92, 0.66),
        (0.62, 0.735), (0.60, 0.75), (0.95, 0.765), (0.95, 0.79), (0.62, 0.805), (0.75, 0.83), (1.0, 0.86), (1.0, 1.0),
    ]  # fmt: skip
    outline = np.array(rows) * [radius, height]
    return shapes.revolve(curves.rounded(outline, 0.25 * radius, 3, closed=False), 28, crease=50)


def tapered_leg(
    height: float, top: float, bottom: float, square: bool = False, lean: Points | None = None
) -> Solid:
    """A leg from half width ``top`` to ``bottom``, standing on y = 0 about the y axis at its top; ``lean``
    (x, z) is how far its foot stands out."""
    out = np.zeros(2) if lean is None else np.asarray(lean)
    t = np.array([0.0, 0.02, 0.5, 1.0])
    section = curves.rectangle(2, 2, 0.35, 3) if square else curves.circle(1, 20)
    rings = []
    for k in t:
        half = (bottom + (top - bottom) * k) * (0.85 if k == 0 else 1.0)
        ring = curves.in_plane(section * half, k * height)
        rings.append(ring + [out[0] * (1 - k), 0, out[1] * (1 - k)])
    return shapes.loft(np.stack(rings))


def corners(count: int, x: float, z: float) -> Points:
    """Where ``count`` legs stand (N, 2) under a top that reaches to half sizes ``x`` and ``z``."""
    if count == 4:
        return np.array([[x, z], [-x, z], [-x, -z], [x, -z]])
    if count == 1:
        return np.zeros((1, 2))
    if count == 2:
        return np.array([[x, 0.0], [-x, 0.0]])
    if count > 4 and count % 2 == 0:
        across = np.linspace(-x, x, count // 2)
        return np.concatenate([np.column_stack([across, np.full(count // 2, s * z)]) for s in (1, -1)])
    a = 2 * np.pi * np.arange(count) / count + np.pi / 2
    return np.column_stack([x * np.cos(a), z * np.sin(a)])


def corner_names(count: int) -> list[str]:
    """Names that go with ``corners``."""
    if count == 4:
        return ["front_left", "front_right", "rear_right", "rear_left"]
    return [str(k + 1) for k in range(count)]


def cushion(x: float, y: float, z: float, segments: int = 36) -> Solid:
    """A stuffed cushion about the origin, fuller in the middle, with a welt around it."""
    pillow = shapes.superellipsoid(x, y, z, 7, 2.6, segments)
    rim = curves.in_plane(curves.ellipse(x / 2, z / 2, 48, 7))
    return join(pillow, shapes.sweep(rim, 0.008, 8, closed=True))


def pillow(x: float, y: float, z: float) -> Solid:
    """A scatter cushion about the origin: plump middle, pointed corners; flat along z."""

    def pinch(v: Points) -> Points:
        u, w = np.abs(v[:, 0]) / (x / 2), np.abs(v[:, 1]) / (y / 2)
        v[:, 2] *= (1 - 0.85 * u**4) * (1 - 0.85 * w**4)
        v[:, 0] *= 1 - 0.10 * (1 - w**2)
        v[:, 1] *= 1 - 0.10 * (1 - u**2)
        return v

    return shapes.rounded_box(x, y, z, 0.48 * z, 3, cuts=10).deform(pinch).sharp(80)


def tufted(x: float, y: float, z: float, columns: int) -> tuple[Solid, Solid]:
    """A panel about the origin that looks along +z, stuffed between the buttons of a diamond grid; and the buttons."""

    rows = 1.5

    def stuffed(v: Points) -> Points:
        a, b = v[:, 0] / x * columns, v[:, 1] / y * rows
        puff = np.sqrt(np.abs(np.sin(np.pi * (a + b)) * np.sin(np.pi * (a - b))))
        v[:, 2] += 0.035 * puff * (v[:, 2] > 0)
        return v

    panel = shapes.rounded_box(x, y, z, 0.4 * z, 3, cuts=8 * columns).deform(stuffed).sharp(80)
    m, n = np.meshgrid(np.arange(-2 * columns, 2 * columns + 1), np.arange(-2 * columns, 2 * columns + 1))
    at = np.column_stack([(m + n).ravel() / 2 * x / columns, (m - n).ravel() / 2 * y / rows])
    at = at[(np.abs(at[:, 0]) < 0.47 * x) & (np.abs(at[:, 1]) < 0.42 * y)]
    button = shapes.sphere(0.011, 12).scale(1, 1, 0.5)
    return panel, join(*(button.move(*place) for place in curves.in_plane(at, z / 2 + 0.004, "xy")))


def knob(radius: float) -> Solid:
    """A drawer knob that looks along +z, its back on the origin."""
    outline = [[0.5, 0], [0.42, 0.5], [0.95, 0.95], [1.0, 1.2], [0.75, 1.55], [0, 1.7]]
    return shapes.revolve(curves.smooth_curve(np.array(outline) * radius, 16), 20).rotate(x=90)


def castor(radius: float) -> Solid:
    """A twin wheel under a hood, standing on y = 0, its stem up at the origin."""
    disc = shapes.cylinder(radius, 0.4 * radius, 0.1 * radius, 20).rotate(z=90)
    wheels = join(disc.move(0.7 * radius, radius, 0), disc.move(-0.3 * radius, radius, 0))
    stem = shapes.cylinder(0.3 * radius, 1.4 * radius, segments=12).move(y=radius)
    return join(wheels, stem)


WOODS: tuple[RGB, ...] = ((0.55, 0.36, 0.20), (0.72, 0.52, 0.32), (0.36, 0.22, 0.13), (0.80, 0.66, 0.47))


FABRICS: tuple[RGB, ...] = ((0.32, 0.42, 0.50), (0.56, 0.50, 0.42), (0.62, 0.28, 0.22), (0.34, 0.44, 0.33))


def legs(brief: Brief, x: float, z: float, height: float, look: str, count: int) -> list[tuple[str, Solid]]:
    """Named legs under a seat or top with half sizes ``x`` and ``z``; ``look`` is turned, square or splayed."""
    girth = brief.grown("girth", "leg")
    made = []
    for name, (px, pz) in zip(corner_names(count), corners(count, x, z)):
        if look == "turned":
            leg = turned_leg(height, 0.036 * girth)
        elif look == "square":
            leg = tapered_leg(height, 0.026 * girth, 0.020 * girth, square=True)
        else:
            leg = tapered_leg(height, 0.021 * girth, 0.012 * girth, lean=0.22 * np.array([px, pz]))
        made.append((f"leg_{name}", leg.move(px, 0, pz)))
    return made


def wood_of(brief: Brief, name: str = "frame") -> Finish:
    """The wood (or what the prompt says instead) of a piece of furniture."""
    rgb = WOODS[int(brief.rng(3).integers(len(WOODS)))]
    return asked(brief, name, "wood", rgb, "frame", main=True)


def cloth_of(brief: Brief) -> Finish:
    """The cover of a piece of furniture."""
    kind = "leather" if brief.has("leather") else "velvet" if brief.has("velvet") else "fabric"
    rgb = FABRICS[int(brief.rng(4).integers(len(FABRICS)))] if kind == "fabric" else None
    return asked(brief, "cover", kind, rgb, "seat", "upholstery", "cover", main=True)


def drawers_of(
    name: str,
    x: float,
    low: float,
    high: float,
    wide: float,
    z: float,
    count: int,
    front: Finish,
    pull: Finish,
) -> list[Part]:
    """Drawer fronts with knobs, one above the other, on a face at ``z``."""
    step, parts = (high - low) / count, []
    for k in range(count):
        y = low + step * (k + 0.5)
        face = shapes.rounded_box(wide, step - 0.014, 0.024, 0.007, 2).move(x, y, z + 0.006)
        knobs = [
            knob(0.016).move(x + dx, y, z + 0.016) for dx in ((0,) if wide < 0.6 else (-wide / 4, wide / 4))
        ]
        parts.append(part(f"{name}_{k + 1}", (face, front), (join(*knobs), pull)))
    return parts


def arched_lid(x: float, z: float, thick: float, straps: tuple[float, ...]) -> tuple[Solid, Solid]:
    """A hollow barrel-shaped lid over a box ``x`` by ``z`` standing on y = 0, and metal straps over it at these x."""
    arc = curves.arc(1.0, 0, 180, 25) * [z / 2, z * 0.40]
    under = (arc * [(z / 2 - thick) / (z / 2), 0.86])[::-1]
    shell = shapes.extrude(np.concatenate([arc, under]), x).rotate(y=90)
    end = shapes.extrude(arc * 0.99, thick).rotate(y=90)
    ends = [end.move(q * (x / 2 - thick / 2), 0, 0) for q in (1, -1)]
    band = shapes.extrude(np.concatenate([arc * 1.03, (arc * 0.99)[::-1]]), 0.06, 0.004).rotate(y=90)
    return join(shell, *ends), join(*(band.move(at, 0, 0) for at in straps))


def paw_foot(height: float) -> Solid:
    """A curved foot of a pedestal, pointing along +z."""
    path = curves.smooth_curve(
        [[0, 0.24 * height, 0.03], [0, 0.25 * height, 0.14], [0, 0.12 * height, 0.27], [0, 0.03, 0.36]], 14
    )
    return shapes.sweep(path, np.linspace(0.034, 0.024, 14), curves.rectangle(1.5, 2, 0.5), round_ends=True)


def trestle(height: float, deep: float) -> Solid:
    """Two posts that lean together on a foot under a rail, carrying a top that is ``deep`` along z."""
    posts = [
        tapered_leg(height, 0.045, 0.045, square=True).rotate(x=s * 7).move(0, 0, s * deep * 0.16)
        for s in (1, -1)
    ]
    posts = [p.move(y=-p.bounds[0][1]) for p in posts]
    return join(
        *posts,
        board(0.09, 0.06, deep * 0.86, 0.012).move(y=0.05),
        board(0.09, 0.06, deep * 0.78, 0.012).move(y=height - 0.03),
    )


def apron(x: float, z: float, y: float, tall: float, thick: float) -> Solid:
    """Four rails between legs at half sizes ``x`` and ``z``, centred at height ``y``."""
    long, short = board(2 * x, tall, thick), board(thick, tall, 2 * z)
    return join(*(long.move(0, y, s * z) for s in (1, -1)), *(short.move(s * x, y, 0) for s in (1, -1)))


def turned_pillar(height: float) -> Solid:
    """The pillar of a pedestal table, standing over its feet."""
    rows = [
        (0.03, 0.16),
        (0.06, 0.20),
        (0.045, 0.26),
        (0.075, 0.38),
        (0.05, 0.55),
        (0.06, 0.60),
        (0.05, 0.64),
        (0.11, 0.985),
    ]
    return shapes.revolve(curves.smooth_curve(np.array(rows) * [1, height], 40), 32)


def round_top(radius: float, thick: float, segments: int) -> Solid:
    """A round table top on y = 0 with a softened edge, slanted below."""
    edge = [[0, 0], [radius - 0.02, 0], [radius, thick * 0.45], [radius - 0.006, thick], [0, thick]]
    return shapes.revolve(curves.rounded(np.array(edge), 0.008, 3, closed=False), segments).box_mapped()


def frame_of(wide: float, high: float, border: float, deep: float, bevel: float = 0.008) -> Solid:
    """A rectangular frame about the origin that looks along +z."""
    return shapes.extrude(
        curves.rectangle(wide, high),
        deep,
        min(bevel, 0.4 * deep),
        holes=[curves.rectangle(wide - 2 * border, high - 2 * border)],
    )


def louvred(wide: float, high: float) -> Solid:
    """A shutter about the origin that looks along +z: slanting slats in a frame with a rail across its middle."""
    slat = board(wide - 0.10, 0.055, 0.012, 0.003).rotate(x=-32)
    slats = [slat.move(y=y) for y in np.arange(-high / 2 + 0.10, high / 2 - 0.06, 0.062)]
    return join(frame_of(wide, high, 0.06, 0.036), board(wide - 0.10, 0.06, 0.034), *slats)
