"""What dinosaurs, dragons and turtles wear: banded hides, plates, rows of teeth and spines, clawed toes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import cone
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.noise import fractal_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import facing
from pocket3d_server.models.builtin_text.organic.sculpt import Paint, Sculpture
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]
IVORY: RGB = (0.93, 0.90, 0.80)


def bands_over(s: Sculpture, dark: RGB) -> Paint:
    """Uneven dark bands across the back, along z."""
    seed, waves = s.brief.seed, 3.0 + 1.5 * float(s.rng.random())

    def paint(q: Skin, c: Array) -> Array:
        wobble = fractal_noise(q.points * 2.5, seed, 3) - 0.5
        hit = smoothstep(
            0.25, 0.6, np.sin((q.points[:, 2] * waves + 1.6 * wobble) * 2 * np.pi / 2)
        ) * smoothstep(0.0, 0.6, q.normals[:, 1] + wobble)
        return np.asarray(c + (np.asarray(dark) - c) * (0.75 * hit)[:, None])

    return paint


def row_of(
    s: Sculpture,
    name: str,
    spots: Array,
    aims: Array,
    sizes: Array,
    colour: RGB,
    thick: float = 0.32,
    flat: float = 1.0,
) -> None:
    """Cones (teeth, claws, spines) of one material: roots (N, 3), directions (N, 3), lengths (N,)."""
    up_to_z = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    solids = [
        cone(thick * z, z, segments=7)
        .scale(flat, 1, 1)
        .transform(facing(d, (0.03, 1, 0.5)) @ up_to_z)
        .move(*p)
        for p, d, z in zip(spots, aims, sizes, strict=True)
    ]
    s.add(name, (join(*solids), Material.from_srgb(name, colour, roughness=0.35)))


def clawed_toes(
    s: Sculpture, foot: tuple[float, float, float], reach: float, thick: float, spread: float = 30
) -> None:
    """Three clawed toes forward on both feet."""
    for a in (-spread, 0, spread):
        d = reach * np.array([np.sin(np.radians(a)), 0, np.cos(np.radians(a))])
        s.limb(
            [foot, (foot[0] + d[0], 0.6 * thick, foot[2] + d[2])],
            [thick, 0.7 * thick],
            "leg",
            0.6 * thick,
            pair=True,
        )
        s.limb(
            [
                (foot[0] + d[0], 0.55 * thick, foot[2] + d[2]),
                (foot[0] + 1.45 * d[0], 0.25 * thick, foot[2] + 1.45 * d[2]),
            ],
            [0.55 * thick, 0.12 * thick],
            "claw",
            0.2 * thick,
            pair=True,
        )


def hunters_teeth(s: Sculpture, h: Array, big: float) -> None:
    """Rows of teeth in both jaws of a long head at ``h``, ``big`` times the usual size."""
    z = np.tile(np.linspace(0.20, 0.66, 8) * big, 2)
    x = np.repeat([1.0, -1.0], 8) * np.interp(z, [0.2 * big, 0.66 * big], [0.115 * big, 0.062 * big])
    top = h + np.stack([x, -0.135 * big + 0 * z, z + 0.04], axis=1)
    low = h + np.stack([0.92 * x, -0.245 * big - 0.10 * z, z - 0.04], axis=1)
    down = np.tile([[0.0, -1.0, 0.05]], (16, 1))
    sizes = np.r_[np.full(16, 0.085 * big), np.full(16, 0.06 * big)]
    row_of(s, "teeth", np.concatenate([top, low]), np.concatenate([down, -down]), sizes, IVORY)


def back_plates(
    s: Sculpture, back: Sequence[tuple[float, float, float]], girth: Sequence[float], plate: Material
) -> None:
    """Plates in two rows along a back with this line and these radii."""
    line, r = curve(back, 60), np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, 7), girth)
    u, plates = np.linspace(0, 1, 10), []
    for k in range(13):
        i = 5 + 4 * k
        size = 0.12 + 0.34 * np.exp(-(((k - 6.2) / 3.6) ** 2))
        root = line[i] + (0.07 * (1 if k % 2 else -1), r[i] * 0.86, 0)
        lean = np.array([0.22 * (1 if k % 2 else -1), 1.0, -0.12])
        plates.append(
            (
                sheet(
                    root + lean * (size * 1.25 * u)[:, None],
                    (1, 0, 0),
                    0.5 * size * np.clip(np.sin(np.pi * (0.22 + 0.76 * u)), 0.03, 1),
                    thickness=0.05,
                    columns=5,
                ),
                plate,
            )
        )
    s.add("plates", *plates)


def hunters_head(s: Sculpture, h: Array, big: float) -> None:
    """A long head with a jaw and brows at ``h``, ``big`` times the usual size."""
    s.ball(h, (0.20 * big, 0.23 * big, 0.26 * big), soft=0.08)
    s.limb(
        [h + (0, 0.02, 0.10), h + (0, -0.03, 0.62 * big)],
        [0.19 * big, 0.125 * big],
        soft=0.06,
        flat=((1, 0, 0), 0.85),
    )
    s.limb(
        [h + (0, -0.20 * big, 0.02), h + (0, -0.33 * big, 0.54 * big)],
        [0.115 * big, 0.07 * big],
        "jaw",
        0.03,
        flat=((1, 0, 0), 1.1),
    )
    s.ball(h + (0.12 * big, 0.155 * big, 0.16 * big), (0.05, 0.045, 0.09), soft=0.05, pair=True)


def dragons_head(s: Sculpture, h: Array) -> None:
    """A wedge of a head with a jaw, brows and nostrils at ``h`` (3,), facing +z."""
    s.ball(h, (0.165, 0.15, 0.20), soft=0.06)
    s.limb([h + (0, -0.01, 0.12), h + (0, -0.07, 0.50)], [0.135, 0.085], soft=0.05, flat=((0, 1, 0), 0.75))
    s.limb([h + (0, -0.14, 0.04), h + (0, -0.22, 0.42)], [0.095, 0.05], "jaw", 0.03, flat=((0, 1, 0), 0.7))
    s.ball(h + (0.085, 0.11, 0.13), (0.05, 0.045, 0.085), soft=0.04, pair=True)
    s.ball(h + (0.045, -0.01, 0.50), 0.035, soft=0.03, pair=True)


def belly_plates(colour: RGB) -> Paint:
    """Broad plates of ``colour`` across throat and belly."""

    def paint(q: Skin, c: Array) -> Array:
        below = smoothstep(0.15, 0.55, 0.8 * q.normals[:, 2] - 0.75 * q.normals[:, 1])
        front = below * smoothstep(0.16, 0.10, np.abs(q.points[:, 0])) * q.region("body")
        rung = 0.78 + 0.22 * smoothstep(-0.6, -0.2, np.sin((q.points[:, 1] - 0.5 * q.points[:, 2]) * 42))
        return np.asarray(c + (np.asarray(colour) * rung[:, None] - c) * front[:, None])

    return paint


def spines_along(s: Sculpture, line: Array, girth: Array, colour: RGB) -> None:
    """Spines down the back of a body along ``line`` (N, 3) of radii ``girth`` (N,), head first, and a barb at
    the tail's end."""
    ends = np.linspace(0, 1, len(line))
    path, r = curve(list(line), 80), np.interp(np.linspace(0, 1, 80), ends, girth)
    i = np.arange(7, 74, 4)
    along = np.gradient(path, axis=0)[i]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    away = np.cross(along, (1.0, 0, 0))
    away *= np.where(away[:, 1:2] - 0.6 * away[:, 2:3] > 0, 1, -1)  # up on the back, back on the neck
    row_of(s, "spines", path[i] + away * (r[i] * 0.9)[:, None], away + 0.5 * along, 0.09 + 0.35 * r[i], colour, 0.30, 0.35)  # fmt: skip
    row_of(s, "tail_barb", path[-1:] + (0, 0.0, 0.02), along[-1:], np.array([0.26]), colour, 0.36, 0.4)


def scutes(q: Skin, c: Array) -> Array:
    """The plates of a turtle's shell: a row down the back and one on either side of it, pale amid dark seams."""
    x, z = np.abs(q.points[:, 0]), q.points[:, 2]
    seats = ((0.0, 0.46), (0.0, 0.16), (0.0, -0.14), (0.0, -0.44), (0.30, 0.32), (0.36, 0.02), (0.31, -0.30))
    near = [np.hypot(x - a, z - b) for a, b in seats] + [np.hypot(x + a, z - b) for a, b in seats if a]
    d = np.sort(np.stack(near), axis=0)
    on = smoothstep(0.0, 0.1, q.normals[:, 1]) * q.region("body")
    c = c * (1 + 0.35 * on * smoothstep(0.22, 0.06, d[0]))[:, None]
    return np.asarray(c * (1 - 0.62 * on * smoothstep(0.035, 0.012, d[1] - d[0]))[:, None])
