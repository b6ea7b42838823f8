"""Parts of robots: rods, trunks, panels, necks, heads and fingers."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import box, capsule, cylinder, rounded_box, sphere, sweep, torus
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish
from pocket3d_server.models.builtin_text.organic.on_body import facing


def rod(a: tuple[float, ...], b: tuple[float, ...], r: float, sides: int) -> Solid:
    """A bevelled cylinder from a to b."""
    start, end = np.asarray(a, float), np.asarray(b, float)
    length = float(np.linalg.norm(end - start))
    upright = facing(end - start, (0.01, 0.2, 1)) @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    return cylinder(r, length, 0.18 * r, sides).transform(upright).move(*start)


def fingers(wrist: tuple[float, float, float]) -> list[Solid]:
    """Three fingers and a thumb below a wrist."""
    w = np.asarray(wrist)
    rows = [
        ((0.035, -0.02, 0.03), (0.06, -0.10, 0.045), (0.045, -0.155, 0.055)),
        ((0.035, -0.03, 0.0), (0.06, -0.115, 0.01), (0.045, -0.17, 0.02)),
        ((0.03, -0.02, -0.03), (0.05, -0.10, -0.025), (0.035, -0.15, -0.015)),
        ((-0.01, -0.01, 0.04), (-0.02, -0.07, 0.075), (-0.005, -0.115, 0.08)),
    ]
    return [
        sweep(curve([w + np.array(p) for p in row], 8), 0.0155, 8, round_ends=True, crease=80) for row in rows
    ]


def robot_trunk(look: int, wide: float, sides: int) -> Solid:
    """A box, a barrel or a tapered chest about the origin, ``wide`` metres to either side."""
    if look == 0:
        return rounded_box(2 * wide, 0.52, 0.34, 0.05)
    if look == 1:
        return capsule(0.27, 0.62, sides).scale(wide / 0.25, 1, 0.85)
    one = lambda v: np.ones(len(v))  # noqa: E731
    return rounded_box(2.1 * wide, 0.50, 0.34, 0.07).deform(
        lambda v: v * np.stack([0.78 + 0.44 * (v[:, 1] + 0.25), one(v), one(v)], axis=1)
    )


def control_panel(y: float, z: float) -> tuple[Solid, Solid, Solid]:
    """A panel on a chest at height ``y``, its front at ``z``: the plate, three lamps, two bars."""
    plate = rounded_box(0.20, 0.16, 0.03, 0.012).move(0, y, z - 0.008)
    lamps = [sphere(0.018, 12).scale(1, 1, 0.5).move(x, y + 0.03, z + 0.008) for x in (-0.055, 0, 0.055)]
    bars = [box(0.13, 0.012, 0.012, 0.003).move(0, y - 0.015 - 0.026 * k, z + 0.006) for k in range(2)]
    return plate, join(*lamps), join(*bars)


def ringed_neck(sides: int) -> Solid:
    """A neck in a stack of rings, standing on y = 0."""
    rings = [torus(0.066, 0.022, sides, 10).move(0, y, 0) for y in (0.03, 0.065, 0.10)]
    return join(cylinder(0.06, 0.14, 0.01, sides), *rings)


def robot_head(
    rng: np.random.Generator, n: int, finishes: tuple[Finish, Finish, Finish, Finish]
) -> list[Part]:
    """A box, a helmet with a visor, or a dome with big round eyes."""
    paint, dark, light, steel = finishes
    kind = int(rng.integers(3))
    y = 1.62
    parts = []
    if kind == 0:
        parts.append(part("head", (rounded_box(0.34, 0.27, 0.28, 0.05).move(0, y, 0), paint)))
        face = [(rounded_box(0.28, 0.12, 0.03, 0.014).move(0, y + 0.03, 0.137), dark)]
        face += [
            (cylinder(0.038, 0.02, 0.006, n).rotate(x=90).move(x, y + 0.03, 0.148), light)
            for x in (-0.075, 0.075)
        ]
        face += [
            (box(0.012, 0.045, 0.014, 0.003).move(x, y - 0.078, 0.142), dark)
            for x in (-0.06, -0.03, 0, 0.03, 0.06)
        ]
    elif kind == 1:
        parts.append(part("head", (capsule(0.155, 0.36, n).scale(1.05, 0.95, 1.0).move(0, y, 0), paint)))
        face = [
            (rounded_box(0.27, 0.085, 0.10, 0.035).move(0, y + 0.035, 0.105), dark),
            (rounded_box(0.21, 0.028, 0.02, 0.008).move(0, y + 0.035, 0.152), light),
        ]
        face += [(rounded_box(0.10, 0.05, 0.05, 0.02).move(0, y - 0.085, 0.13), steel)]
    else:
        dome = sphere(0.19, n).deform(
            lambda v: np.where(v[:, 1:2] < -0.10, np.c_[v[:, 0], np.full(len(v), -0.10), v[:, 2]], v)
        )
        parts.append(part("head", (dome.move(0, y, 0), paint)))
        face = [
            (torus(0.062, 0.028, n, 12).rotate(x=90).move(x, y + 0.03, 0.155), steel) for x in (-0.078, 0.078)
        ]
        face += [
            (sphere(0.056, n).scale(1, 1, 0.55).move(x, y + 0.03, 0.155), light) for x in (-0.078, 0.078)
        ]
    parts.append(part("face", *face))
    side = 0.18 if kind == 0 else 0.165 if kind == 1 else 0.185
    ears = [cylinder(0.055, 0.035, 0.01, n).rotate(z=-90).move(side - 0.01, y, 0)]
    parts.append(part("ears", (join(*ears, *(e.mirror() for e in ears)), steel)))
    if rng.random() < 0.7:
        top = y + {0: 0.13, 1: 0.16, 2: 0.18}[kind]
        x = 0.0 if rng.random() < 0.5 else 0.10
        parts.append(
            part(
                "antenna",
                (cylinder(0.009, 0.15, 0.003, 10).move(x, top - 0.02, 0), steel),
                (sphere(0.026, 14).move(x, top + 0.14, 0), light),
            )
        )
    return parts
