"""What insects and spiders share: jointed legs and feelers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.implicit import curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture
from pocket3d_server.models.language.brief import RGB

Triple = ArrayLike
CHITIN: RGB = (0.07, 0.06, 0.06)


def jointed_legs(
    s: Sculpture, rows: Sequence[tuple[Triple, Triple, Triple]], thick: float, colour: RGB
) -> None:
    """Jointed legs on both sides: (root, knee, foot) of each left one."""
    skin = Material.from_srgb("leg", colour, roughness=0.4)
    for k, row in enumerate(rows):
        root, knee, foot = (np.asarray(p, float) for p in row)
        path = np.concatenate([np.linspace(root, knee, 4)[:-1], np.linspace(knee, foot, 5)])
        leg = sweep(
            path,
            thick * np.interp(np.linspace(0, 1, 8), [0, 0.35, 0.5, 1], [1.0, 1.15, 0.9, 0.35]),
            8,
            round_ends=True,
            crease=75,
        )
        s.add(f"leg_{k + 1}", (leg, skin), pair=True)


def feelers(
    s: Sculpture, root: Triple, tip: Triple, thick: float, club: float = 0.0, colour: RGB = CHITIN
) -> None:
    skin = Material.from_srgb("feeler", colour, roughness=0.5)
    middle = (np.asarray(root) + np.asarray(tip)) / 2 + (0, 0.18 * np.linalg.norm(np.subtract(tip, root)), 0)
    pieces = [
        (
            sweep(
                curve([root, middle, tip], 10),
                np.linspace(thick, 0.6 * thick, 10),
                6,
                round_ends=True,
                crease=80,
            ),
            skin,
        )
    ]
    if club:
        pieces.append((ball(tip, (club, club, club), None, 10), skin))
    s.add("feeler", *pieces, pair=True)
