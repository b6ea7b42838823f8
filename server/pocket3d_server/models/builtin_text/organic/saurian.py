"""What dinosaurs and dragons share: banded hides, rows of teeth and spines, clawed toes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.shapes import cone
from pocket3d_server.geometry.solid import join
from pocket3d_server.models.builtin_text.organic.coat import Skin
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
