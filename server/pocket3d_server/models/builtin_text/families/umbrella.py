"""Umbrellas and parasols, open, with their ribs."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import Brief


def umbrella(brief: Brief) -> Asset:
    """An open umbrella standing on its crook."""
    first, rgb = (
        asked(brief, "canopy", "fabric", (0.70, 0.10, 0.14), "canopy", main=True),
        [c.rgb for c in brief.colours if c.noun is None],
    )
    second = finish("fabric", rgb[1], "second_panel") if len(rgb) > 1 else first
    steel, wood = finish("steel"), asked(brief, "handle", "wood", None, "handle")
    n, r, top = brief.count("panel", 8, 6, 16), 0.55 * brief.grown("width"), 0.92
    panels: list[list[Solid]] = [[], []]
    ribs = []
    for k in range(n):
        a = np.linspace(0, 2 * np.pi / n, 9) + 2 * np.pi * k / n
        sag = 1 - 0.07 * np.sin(np.linspace(0, np.pi, 9))
        rows = []
        for s in np.linspace(0.012, 1, 14):
            scallop = sag**s
            y = top - 0.34 * r * (s**2.1) * 1.1 + 0.02 * (1 - sag) * s
            rows.append(np.column_stack([r * s * scallop * np.sin(a), y, r * s * scallop * np.cos(a)]))
        sheet = np.stack(rows)
        under = sheet[:, ::-1] - [0, 0.003, 0]
        panels[k % 2].append(shapes.loft(np.concatenate([sheet, under], axis=1), crease=45))
        ribs.append(shapes.sweep(sheet[1:, 0] - [0, 0.005, 0], 0.0025, 6))
        ribs.append(shapes.sweep([[0, 0.66, 0], sheet[7, 0] - [0, 0.006, 0]], 0.0022, 6))
    shaft = join(
        shapes.cylinder(0.006, 0.80, segments=16).move(y=0.16),
        shapes.cone(0.006, 0.06, segments=16).move(y=0.955),
        shapes.cylinder(0.014, 0.03, 0.004, 20).move(y=0.645),
        shapes.cylinder(0.017, 0.012, 0.003, 20).move(y=0.912),
    )
    crook = np.column_stack(
        [
            0.045 + 0.045 * np.cos(np.linspace(np.pi, 2 * np.pi, 20)),
            0.058 + 0.045 * np.sin(np.linspace(np.pi, 2 * np.pi, 20)),
            np.zeros(20),
        ]
    )
    handle = shapes.sweep(np.concatenate([[[0, 0.22, 0], [0, 0.12, 0]], crook]), 0.0125, 16, round_ends=True)
    pieces = [(join(*panels[0]), first)] + [(join(*panels[1]), second)]
    return Asset(
        [
            part("canopy", *pieces),
            part("ribs", (join(*ribs), steel)),
            part("shaft", (shaft, steel)),
            part("handle", (handle, wood)),
        ]
    )


FAMILIES = (
    Family("umbrella", ("umbrella", "parasol"), umbrella),
)  # fmt: skip
