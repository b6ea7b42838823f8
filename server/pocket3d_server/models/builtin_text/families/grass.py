"""Tufts of grass and reeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.potting import FINE, arching
from pocket3d_server.models.builtin_text.organic.tree import tones
from pocket3d_server.models.language.brief import Brief


def grass(brief: Brief) -> Asset:
    """A tuft of grass."""
    rng = brief.rng(3)
    n = int(260 * FINE[brief.quality])
    solids: list[list[Solid]] = [[], [], []]
    for k in range(n):
        a, r = rng.random() * 2 * np.pi, 0.10 * np.sqrt(rng.random())
        line = arching(
            np.array([r * np.sin(a), 0, r * np.cos(a)]),
            a + 0.5 * rng.normal(),
            0.16 + 0.16 * rng.random(),
            62 + 20 * rng.random(),
            0.30,
            6,
        )
        solids[k % 3].append(
            sheet(
                line,
                (np.sin(a), 0.3, np.cos(a)),
                0.004 * (1 - np.linspace(0, 1, 6) ** 2),
                fold=0.3,
                thickness=0.0006,
                columns=3,
            )
        )
    shades = tones(brief.colour((0.33, 0.54, 0.18)), "grass", 0.7)
    return Asset([part("grass", *((join(*s), shades[i]) for i, s in enumerate(solids)))])


KINDS: dict[str, tuple[Callable[[Brief], Asset], tuple[str, ...]]] = {
    "grass": (grass, ("grass", "tuft of grass")),
}  # fmt: skip

FAMILIES: tuple[Family, ...] = tuple(
    Family(name, phrases, grounded(build), natural=True) for name, (build, phrases) in KINDS.items()
)
