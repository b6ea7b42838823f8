"""Bows with their string and an arrow."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import Brief


def bow(brief: Brief) -> Asset:
    """A recurved bow with its string and an arrow laid on."""
    half = 0.75 * brief.grown("length", "height")
    wood = asked(brief, "limbs", "wood", (0.45, 0.27, 0.14), "limb", "bow", main=True)
    t = np.linspace(-1, 1, 61)
    z = (
        0.24 * (1 - t**2)
        - 0.10 * np.clip(np.abs(t) - 0.78, 0, 1) ** 1 * 0
        + 0.35 * np.clip(np.abs(t) - 0.80, 0, 1)
    )
    path = np.column_stack([np.zeros(61), half * t, z])
    limbs = shapes.sweep(path, 0.019 - 0.010 * np.abs(t), curves.rectangle(2, 1.3, 0.5), round_ends=True)
    grip = [shapes.torus(0.021, 0.008, 24, 8).move(0, 0.008 * (k - 8), 0.24) for k in range(17)]
    string = shapes.sweep(
        np.column_stack([np.zeros(3), half * np.array([-0.985, 0, 0.985]), [z[0], z[0], z[0]]]), 0.0022, 6
    )
    arrow = shapes.cylinder(0.005, 0.78, segments=12).rotate(x=90).move(0, 0, z[0])
    tip = shapes.cone(0.013, 0.05, segments=12).rotate(x=90).move(0, 0, z[0] + 0.77)
    fins = [
        shapes.extrude(np.array([[0, 0], [0.022, 0.012], [0.022, 0.085], [0, 0.10]]), 0.0015)
        .rotate(x=90)
        .rotate(z=120 * k)
        .move(0, 0, z[0] + 0.02)
        for k in range(3)
    ]
    lift = half + 0.03
    pieces = [
        ("limbs", limbs, wood),
        ("grip", join(*grip), finish("leather", name="grip")),
        ("string", string, finish("fabric", (0.9, 0.88, 0.8), "string")),
        ("arrow", arrow, finish("wood", (0.72, 0.56, 0.36), "arrow")),
        ("arrowhead", tip, finish("steel")),
        (
            "fletching",
            join(*fins),
            asked(brief, "feather", "fabric", (0.75, 0.15, 0.12), "feather", "fletching"),
        ),
    ]
    return Asset([part(n, (s.move(y=lift), m)) for n, s, m in pieces])


FAMILIES = (
    Family("bow", ("bow", "bow and arrow", "longbow", "hunting bow"), bow),
)  # fmt: skip
