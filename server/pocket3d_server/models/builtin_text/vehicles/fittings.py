"""Fittings that heavy vehicles share: wheels in rows, lamps, grilles, ladders, light bars, mirrors, tracks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.making import both as both
from pocket3d_server.models.builtin_text.vehicles.wheel import WheelMaterials, WheelStyle, wheel
from pocket3d_server.models.language.brief import RGB, Brief


def black() -> Finish:
    """Dark plastic for frames, bumpers and trim."""
    return finish("plastic", (0.05, 0.05, 0.055), "trim", roughness=0.55)


def dark_glass(brief: Brief) -> Finish:
    """Glass that one does not see through."""
    return asked(
        brief, "window_glass", "glass", (0.07, 0.10, 0.13), "window", "glass", alpha=1.0, roughness=0.08
    )


def road_wheels(
    brief: Brief,
    radius: float,
    width: float,
    track: float,
    axles: Sequence[float],
    rim: RGB = (0.75, 0.76, 0.78),
    tread: str = "road",
) -> list[Part]:
    """A wheel on either side of each axle (z from rear to front); ``track`` is half the width over the tyres."""
    style = WheelStyle(radius, width, 0.62, 8, "disc", tread, 4 * round(brief.detail(36) / 4))
    rims = asked(brief, "rim", "paint", rim, "rim", "wheel", roughness=0.3)
    iron = finish("iron", name="axle")
    materials = WheelMaterials(
        asked(brief, "tyre", "rubber", None, "tyre", "tire"), rims, finish("chrome", name="hub"), iron, iron
    )
    found = []
    for k, z in enumerate(axles):
        for side, name in ((1, "left"), (-1, "right")):
            at = np.array([side * (track - width / 2), radius, z])
            found.append(wheel(f"wheel_{k + 1}_{name}", style, materials, at, side))
    return found


def bar(a: ArrayLike, b: ArrayLike, radius: float, sides: int = 10) -> Solid:
    """A round bar between two points."""
    return shapes.sweep(np.array([a, b], dtype=np.float64), radius, sides, round_ends=True)


def beam(a: ArrayLike, b: ArrayLike, width: float, height: float) -> Solid:
    """A squared timber or bar between two points."""
    return shapes.sweep(np.array([a, b], dtype=np.float64), 1.0, curves.rectangle(width, height, 0.0))


def tube_along(points: ArrayLike, radius: float, count: int = 24, sides: int = 10) -> Solid:
    """A round tube bent smoothly through ``points``."""
    return shapes.sweep(
        curves.smooth_curve(np.array(points, dtype=np.float64), count), radius, sides, round_ends=True
    )


def headlamps(
    x: float, y: float, z: float, size: float, square: bool = False
) -> list[tuple[Solid, Material]]:
    """A pair of headlamps facing +z with bright rims: pieces for a part."""
    if square:
        cup = shapes.rounded_box(size * 1.3, size * 0.9, 0.06, 0.025, 2)
        lens = shapes.rounded_box(size * 1.1, size * 0.7, 0.06, 0.025, 2).move(z=0.015)
    else:
        cup = shapes.cylinder(size / 2, 0.07, 0.012, 24).rotate(x=90).move(z=-0.035)
        lens = shapes.sphere(0.5, 20).scale(size * 0.82, size * 0.82, 0.09).move(z=0.025)
    return [
        (both(cup.move(x, y, z)), finish("chrome", name="lamp_rim")),
        (both(lens.move(x, y, z)), glow("headlamp", (1.0, 0.97, 0.86), 0.85)),
    ]


def lamps(name: str, rgb: RGB, solid: Solid) -> Part:
    """A lit part, given once for each side."""
    return part(name, (both(solid), glow(name, rgb, 0.6)))


def grille(wide: float, high: float, bars: int, z: float, y: float) -> Solid:
    """Level bars in a frame, facing +z."""
    rim = curves.rectangle(wide, high, 0.05)
    frame = shapes.extrude(rim, 0.05, 0.01, holes=[rim * [(wide - 0.08) / wide, (high - 0.08) / high]])
    slats = [
        shapes.rounded_box(wide - 0.04, 0.035, 0.035, 0.010, 1).move(y=v)
        for v in np.linspace(-high / 2 + 0.08, high / 2 - 0.08, bars)
    ]
    return join(frame, *slats).move(0, y, z)


def ladder(length: float, wide: float, rail: float = 0.035, step: float = 0.30) -> Solid:
    """A ladder along z about the origin, lying flat."""
    rungs = [
        bar([-wide / 2, 0, z], [wide / 2, 0, z], rail * 0.55, 8)
        for z in np.linspace(-length / 2 + step / 2, length / 2 - step / 2, max(int(length / step), 2))
    ]
    side = shapes.rounded_box(rail, rail * 2.0, length, rail * 0.3, 1).move(x=wide / 2)
    return join(both(side), *rungs)


def light_bar(wide: float, y: float, z: float, left: RGB, right: RGB) -> Part:
    """Warning lights across a roof at height ``y``."""
    base = shapes.rounded_box(wide, 0.06, 0.30, 0.02, 2).move(0, y + 0.03, z)
    lamp = shapes.superellipsoid(wide * 0.42, 0.20, 0.27, 5, 3.5, 28)
    return part(
        "light_bar",
        (base, black()),
        (lamp.move(wide * 0.25, y + 0.13, z), glow("light_left", left, 0.75)),
        (lamp.move(-wide * 0.25, y + 0.13, z), glow("light_right", right, 0.75)),
    )


def side_mirrors(x: float, y: float, z: float, high: float = 0.34) -> Part:
    """Mirrors on arms beside a cab's windscreen; ``x`` is the half width there."""
    arm = tube_along([[x - 0.03, y + high / 2, z], [x + 0.16, y + high / 2, z + 0.10]], 0.014, 6, 8)
    glass = shapes.rounded_box(0.17, high, 0.07, 0.03, 2).move(x + 0.20, y, z + 0.10)
    return part("mirrors", (both(join(arm, glass)), black()))


def crawler(length: float, high: float, wide: float, links: int = 44) -> tuple[Solid, Solid]:
    """A caterpillar track about the plane x = 0 standing on y = 0, along z: (belt with pads, wheels)."""
    r = high / 2
    belt = _stadium(length, high)
    inner = _stadium(length - 0.12, high - 0.12)
    loop = shapes.extrude(belt, wide, 0.0, holes=[inner]).rotate(y=90).move(y=r)
    line = curves.resample(belt, links, closed=True)
    ahead = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0)
    pads = [
        shapes.rounded_box(wide + 0.03, 0.05, length * 0.035, 0.012, 1)
        .rotate(x=float(np.degrees(np.arctan2(-dy, -dx))))
        .move(0, y + r, -x)
        for (x, y), (dx, dy) in zip(line, ahead)
    ]
    wheels = []
    count = max(int((length - high) / (high * 0.62)), 2)
    for z in np.linspace(-(length / 2 - r) * 0.78, (length / 2 - r) * 0.78, count):
        wheels.append(_track_wheel(high * 0.27, wide).move(0, high * 0.27 + 0.07, z))
    for s in (1, -1):
        wheels.append(_track_wheel(r * 0.80, wide).move(0, r, s * (length / 2 - r)))
    return join(loop, *pads), join(*wheels)


def _stadium(length: float, high: float) -> Points:
    r = high / 2
    ends = curves.arc(r, -90, 90, 20) + [length / 2 - r, 0]
    return np.concatenate([ends, -ends])


def _track_wheel(radius: float, wide: float) -> Solid:
    profile = [
        [radius, -wide * 0.40], [radius, wide * 0.40], [radius * 0.86, wide * 0.47], [radius * 0.72, wide * 0.36],
        [radius * 0.36, wide * 0.36], [radius * 0.30, wide * 0.50], [0, wide * 0.50],
    ]  # fmt: skip
    disc = shapes.revolve(np.array(profile), 28, crease=30).rotate(z=-90)
    return join(disc, disc.mirror("x"))


def spoked_wheel(
    radius: float, wide: float, spokes: int = 12, felloe: float = 0.11, segments: int = 40
) -> tuple[Solid, Solid, Solid]:
    """A wooden cart wheel about the x axis: (wood, iron tyre, hub bands)."""
    rim = shapes.tube(radius * 0.975, radius * (1 - felloe), wide, wide * 0.12, segments)
    iron = shapes.tube(radius, radius * 0.965, wide * 0.86, 0.0, segments).move(y=wide * 0.07)
    nave = shapes.revolve(
        curves.smooth_curve(np.array([[0.09, -0.7], [0.13, -0.2], [0.14, 0.5], [0.12, 1.2], [0.075, 1.7]]) * [radius, wide], 14),
        24,
    )  # fmt: skip
    made = [
        shapes.sweep(
            [[0, wide / 2, radius * 0.10], [0, wide / 2, radius * (1 - felloe) + 0.01]],
            [radius * 0.042, radius * 0.030],
            8,
        ).rotate(y=360 * k / spokes)
        for k in range(spokes)
    ]
    bands = [
        shapes.tube(radius * 0.15, radius * 0.10, wide * 0.16, 0.0, 24).move(y=wide * v) for v in (-0.1, 0.95)
    ]
    return tuple(  # type: ignore[return-value]
        s.move(y=-wide / 2).rotate(z=-90) for s in (join(rim, nave, *made), iron, join(*bands))
    )


def castor(name: str, x: float, z: float, wire: Finish) -> Part:
    """A small swivelling wheel under a trolley."""
    tyre = shapes.cylinder(0.065, 0.028, 0.008, 24).move(y=-0.014).rotate(z=90).move(x, 0.065, z)
    hood = join(
        bar([x, 0.13, z], [x, 0.21, z], 0.010),
        both(shapes.rounded_box(0.006, 0.10, 0.035, 0.002, 1).move(0.022, 0.095, 0)).move(x, 0, z),
        shapes.rounded_box(0.05, 0.008, 0.04, 0.002, 1).move(x, 0.142, z),
    )
    return part(name, (tyre, finish("rubber")), (hood, wire))


def trolley_frame() -> Solid:
    """The bent tubes that carry a trolley and its handle."""
    frame = both(
        tube_along(
            [
                [0.29, 1.02, -0.52],
                [0.29, 0.90, -0.44],
                [0.27, 0.30, -0.42],
                [0.27, 0.20, -0.34],
                [0.26, 0.20, 0.44],
            ],
            0.013,
            30,
        )
    )
    return frame


def lamp_hood(line: Points) -> Solid:
    """A hood over a lamp that looks along +z, from its outline."""
    slope = shapes.extrude(line, 0.16).deform(
        lambda v: (
            v * np.stack([1 - 0.25 * (v[:, 2] + 0.11), 1 - 0.2 * (v[:, 2] + 0.11), np.ones(len(v))], axis=1)
        )
    )
    return slope


def truss(length: float, half: float, bays: int) -> Solid:
    """A square truss along y from the origin."""
    y = np.linspace(0, length, bays + 1)
    pieces = [
        beam([sx * half, 0, sz * half], [sx * half, length, sz * half], 0.13, 0.13)
        for sx in (1, -1)
        for sz in (1, -1)
    ]
    for k in range(bays):
        for turn in (0, 90, 180, 270):
            a, b = ((-1, 1), (1, -1))[k % 2]
            pieces.append(bar([a * half, y[k], half], [b * half, y[k + 1], half], 0.045, 6).rotate(y=turn))
            pieces.append(bar([-half, y[k + 1], half], [half, y[k + 1], half], 0.035, 6).rotate(y=turn))
    return join(*pieces)
