"""Keys with a bow, a stem and a bit."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked
from pocket3d_server.models.builtin_text.making import cm
from pocket3d_server.models.language.brief import Brief


def key(brief: Brief) -> Asset:
    """An old key, standing on its bit, with a clover bow."""
    metal = asked(brief, "key", "brass", None, main=True)
    long = 0.085 * brief.grown("length")
    stem = shapes.revolve(
        curves.rounded(
            np.array(
                [
                    [0.0032, 0],
                    [0.0032, long * 0.55],
                    [0.0048, long * 0.57],
                    [0.0048, long * 0.60],
                    [0.0034, long * 0.62],
                    [0.0034, long * 0.66],
                    [0.0052, long * 0.69],
                    [0.0030, long * 0.73],
                    [0, long * 0.73],
                ]
            ),
            0.0006,
            2,
            closed=False,
        ),
        24,
    )
    count = 4 if brief.style in ("fantasy", "luxury") else 3
    rings = [
        shapes.torus(0.0085, 0.0042, 36, 12)
        .rotate(x=90)
        .move(0.0105 * np.cos(a), long * 0.73 + 0.009 + 0.0105 * np.sin(a), 0)
        for a in np.pi / 2 + 2 * np.pi * (np.arange(count) - (count - 1) / 2) / (count + 1)
    ]
    bit = cm("0 0.3, 1.6 0.3, 1.6 0.8, 1.05 0.8, 1.05 1.1, 1.6 1.1, 1.6 1.9, 0.7 1.9, 0.7 2.2, 0 2.2")
    teeth = shapes.extrude(bit, 0.0035, 0.0006, steps=1)
    gem = shapes.sphere(0.0045, 20).scale(1, 1, 0.8).move(0, long * 0.73 + 0.006, 0)
    return Asset(
        [
            part("stem", (stem, metal)),
            part("bow", (join(*rings), metal)),
            part("bit", (teeth, metal)),
            part(
                "jewel", (gem, asked(brief, "jewel", "glass", (0.60, 0.05, 0.10), "jewel", "gem", alpha=1.0))
            ),
        ]
    )


FAMILIES = (
    Family("key", ("key", "old key", "golden key", "skeleton key"), key),
)  # fmt: skip
