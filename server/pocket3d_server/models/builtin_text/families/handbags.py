"""Handbags and tote bags."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.families.luggage import LEATHERS
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, unless_said
from pocket3d_server.models.builtin_text.making import bar, cm, copies, cover, plate
from pocket3d_server.models.language.brief import Brief


def handbag(brief: Brief) -> Asset:
    """A lady's handbag with a flap, a clasp and two handles; a shopping tote of canvas."""
    kind = "canvas" if brief.has("tote", "shopping") else "leather"
    hide = cover(
        brief,
        "bag",
        (LEATHERS[2], LEATHERS[0], (0.10, 0.26, 0.30), (0.85, 0.66, 0.62)),
        "bag",
        "body",
        kind=kind,
    )
    gold = asked(brief, "clasp", "gold", None, "clasp", "buckle", "chain")
    wide, high, deep = 0.30 * brief.grown("width"), 0.22 * brief.grown("height"), 0.12
    base = cm("96 92 0, 100 100 0.6, 98 96 10, 90 74 62, 82 42 97, 80 36 100")
    body = shapes.loft(
        np.stack(
            [
                curves.in_plane(curves.rectangle(wide * w, deep * d, 0.40 * deep * d, 6), high * y)
                for w, d, y in base
            ]
        ),
        crease=60,
    )
    handles = [
        bar(
            [
                [-wide * 0.22, high * 0.80, z * 0.8],
                [-wide * 0.20, high * 1.15, z],
                [-wide * 0.10, high * 1.52, z],
                [wide * 0.10, high * 1.52, z],
                [wide * 0.20, high * 1.15, z],
                [wide * 0.22, high * 0.80, z * 0.8],
            ],
            0.0065,
            44,
        )
        for z in (0.040, -0.040)
    ]
    studs = copies(
        shapes.sphere(0.007, 14),
        [[x * wide * 0.22, high * 0.80, z * 0.043] for x in (1, -1) for z in (1, -1)],
    )
    rings = [
        shapes.torus(0.012, 0.004, 24, 8).rotate(x=90).move(x * wide * 0.22, high * 0.86, z * 0.040)
        for x in (1, -1)
        for z in (1, -1)
    ]
    parts = [
        part("bag", (body, hide)),
        part("handles", (join(*handles), unless_said(brief, hide, "handle", "strap"))),
        part("rings", (join(*rings), gold), (studs, gold)),
    ]
    if kind == "canvas":
        return Asset(parts)
    u = np.linspace(-1, 1, 25)
    edge = -0.52 * high * (1 - np.abs(u) ** 3.5)
    sheet = np.stack(
        [
            np.column_stack(
                [
                    u * wide * (0.43 + 0.035 * s),
                    high + 0.004 + s * edge * 0.98 - 0.010 * (1 - s) ** 4,
                    0.024 + (0.5 * deep * (0.42 + 0.62 * (s * -edge / high).clip(0) ** 0.8) - 0.02),
                ]
            )
            for s in np.linspace(0, 1, 12)
        ]
    )
    back = sheet[:, ::-1] - [0, 0.0, 0.007]
    flap = shapes.loft(np.concatenate([sheet, back], axis=1), crease=50)
    clasp = (
        join(plate(0.034, 0.028, 0.008, 0.006), shapes.sphere(0.006, 14).move(z=0.006))
        .rotate(x=-18)
        .move(0, high * 0.50, deep * 0.415 + 0.012)
    )
    return Asset(
        [*parts, part("flap", (flap, unless_said(brief, hide, "flap"))), part("clasp", (clasp, gold))]
    )


FAMILIES = (
    Family("handbag", ("handbag", "purse", "hand bag", "shoulder bag", "tote bag", "bag", "shopping bag"), handbag),
)  # fmt: skip
