"""Feathered wings: rows of overlapping feathers along an arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, Chain, curve, polygonise
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.finishes import shade
from pocket3d_server.models.builtin_text.organic.animal import mirrored_part
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.paint import plain_part
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]
Row = tuple[int, float, float, Material]
"""Number of feathers, their length, half width and material."""


def feathered(
    arm: Array,
    rows: Sequence[Row],
    aim: Callable[[float], Array],
    facing: Sequence[float],
    lift: Array,
    thick: float,
    bow: float = 0.0,
) -> list[Part]:
    """A left and a right wing along ``arm`` (40, 3), from the body outwards.

    ``aim`` gives the direction and relative length (3,) of the feather at a share 0..1 of the arm; each row lies
    ``lift`` (3,) over the last. ``thick`` is the arm's radius at the body, ``bow`` bends the feathers against
    ``facing``.
    """
    u, pieces = np.linspace(0, 1, 9), []
    for number, (count, length, wide, material) in enumerate(rows):
        for k in range(count):
            t = (k + 0.5) / count
            start = arm[int(t * (len(arm) - 1))] + number * lift
            line = start + aim(t) * (length * u)[:, None] - np.asarray(facing) * (bow * u**2)[:, None]
            width = wide * np.clip(np.sin(np.pi * (0.18 + 0.77 * u**0.95)), 0.06, 1)
            pieces.append((sheet(line, facing, width, cup=-0.1, thickness=0.10 * wide, columns=3), material))
    blend = Blend()
    bones = arm[::3]
    blend.add(Chain(bones, thick * np.linspace(1, 0.4, len(bones))), 0.2 * thick, "arm")
    left = part("wing_left", *pieces)
    left.primitives += plain_part("arm", polygonise(blend, resolution=50, faces=500), rows[-1][3]).primitives
    return [left, mirrored_part("wing_right", left)]


def horse_wings(root: Array, colour: RGB) -> list[Part]:
    """A winged horse's wings, raised from the left shoulder ``root`` (3,), in withers heights."""
    steps = [(-0.03, -0.02, 0), (0.16, 0.34, -0.10), (0.40, 0.52, -0.22), (0.62, 0.50, -0.36)]
    tone = [
        Material.from_srgb(f"feather_{k + 1}", (colour[0] * t, colour[1] * t, colour[2] * t), roughness=0.8)
        for k, t in enumerate((0.90, 0.95, 1.0))
    ]

    lowest = -float(
        np.degrees(np.arcsin(np.clip(root[1] / 0.62, 0, 1)))
    )  # no feather reaches into the ground

    def aim(t: float) -> Array:
        lean = np.radians(max(-88 + 70 * t, lowest))
        out = np.array([0.55 * np.cos(lean), np.sin(lean), -0.35 - 0.65 * np.cos(lean)])
        return (0.75 + 0.45 * np.sin(np.pi * (0.2 + 0.6 * t))) * out

    rows = [(13, 0.60, 0.050, tone[0]), (12, 0.38, 0.045, tone[1]), (12, 0.20, 0.042, tone[2])]
    arm, lift = curve([root + s for s in steps], 40), np.array([0.009, 0.0, 0.008])
    return feathered(arm, rows, aim, (0.75, -0.1, 0.65), lift, 0.05)  # in the plane of arm and feathers


def leather_wings(s: Sculpture, skin: RGB, span: float) -> None:
    """Two raised leather wings on four long fingers each."""
    web, bone = (
        Material.from_srgb("wing", shade(skin, 0.72), roughness=0.6),
        Material.from_srgb("wing_bone", shade(skin, 0.9), roughness=0.5),
    )
    u = np.linspace(0, 1, 49)
    x = 0.16 + 1.75 * span * u
    top = np.interp(u, [0, 0.36, 0.42, 0.7, 1], [1.20, 2.22, 2.25, 2.02, 1.42])
    low = np.interp(u, [0, 0.30, 0.65, 1], [0.98, 1.12, 1.10, 1.38]) + 0.17 * np.abs(
        np.sin(np.pi * u * 4)
    ) * (1 - u**3)
    low = np.minimum(low, top - 0.01)
    back = 0.10 - 0.55 * np.sin(0.5 * np.pi * u)
    centre = np.stack([x, (top + low) / 2, back], axis=1)
    wing = sheet(centre, (0.25, 0.1, 1), (top - low) / 2 + 0.004, thickness=0.02, columns=7)

    def at(k: int, y: float) -> Array:
        return np.array([x[k], y, back[k]])

    wrist = at(19, 2.25)
    bones = [
        sweep(
            curve([(0.12, 1.18, 0.12), at(9, 1.75), wrist], 14),
            np.linspace(0.065, 0.045, 14),
            10,
            round_ends=True,
            crease=80,
        )
    ]
    for k in (12, 24, 36, 47):
        end = at(k, float(low[k]))
        bones.append(
            sweep(
                curve([wrist, (wrist + end) / 2 + (0.07, 0.10, 0.02), end], 12),
                np.linspace(0.036, 0.010, 12),
                8,
                round_ends=True,
                crease=80,
            )
        )
    bones.append(
        sweep(np.array([wrist, wrist + (0.02, 0.18, 0.05)]), np.array([0.04, 0.004]), 8, round_ends=True)
    )
    s.add("wing", (wing, web), (join(*bones), bone), pair=True)
