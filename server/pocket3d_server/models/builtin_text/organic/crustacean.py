"""Parts of crabs and their kin."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Sculpture
from pocket3d_server.models.language.brief import RGB


def stalked_eyes(s: Sculpture, shell: RGB) -> None:
    """Eyes on short stalks."""
    black = Material.from_srgb("eye", (0.02, 0.02, 0.02), roughness=0.08)
    stalk = sweep(
        np.array([(0.12, 0.50, 0.34), (0.13, 0.60, 0.40), (0.14, 0.66, 0.43)]), 0.026, 8, round_ends=True
    )
    s.add(
        "eye",
        (stalk, Material.from_srgb("stalk", shell, roughness=0.5)),
        (ball((0.142, 0.685, 0.44), (0.05, 0.05, 0.05)), black),
        pair=True,
    )
