"""Faces of a few bold features: staring eyes, gaping mouths, smiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Material
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball
from pocket3d_server.models.builtin_text.organic.sculpt import Paint, Sculpture
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]


def staring_eye(at: Array, radius: float, iris: RGB) -> list[tuple[Solid, Material]]:
    """An eyeball at ``at`` (3,) with an iris and a pupil that looks along +z: pieces for a part."""
    look = [
        ("eyeball", (0.96, 0.95, 0.92), 0.15, 0.0, (1.0, 1.0, 1.0), 20),
        ("iris", iris, 0.1, 0.72, (0.52, 0.52, 0.34), 18),
        ("pupil", (0.02, 0.02, 0.02), 0.05, 0.92, (0.28, 0.28, 0.16), 14),
    ]
    return [
        (
            ball(at + (0, 0, ahead * radius), np.array(size) * radius, None, sides),
            Material.from_srgb(name, rgb, roughness=rough),
        )
        for name, rgb, rough, ahead, size, sides in look
    ]


def gaping_mouth(s: Sculpture, at: Array) -> Paint:
    """Carves a wide mouth at ``at`` (3,) into the skin on the bench; the paint that darkens its inside."""
    s.ball(at, (0.20, 0.075, 0.12), "mouth", 0.02, carve=True)

    def inside(q: Skin, c: Array) -> Array:
        local = np.linalg.norm((q.points - at) / (0.205, 0.08, 0.16), axis=1)
        return np.asarray(c + (np.array([0.30, 0.05, 0.08]) - c) * smoothstep(1.08, 0.98, local)[:, None])

    return inside


def smile(
    at: tuple[float, float, float], half: float, lift: float, bend: float, thick: float, sides: int = 8
) -> Solid:
    """A smiling line about ``at``, ``half`` metres to either side: its ends rise by ``lift`` and go back by
    ``bend`` times the square of the way out."""
    x, (x0, y0, z0) = np.linspace(-half, half, 9), at
    line = np.stack([x0 + x, y0 + lift * x * x, z0 - bend * x * x], axis=1)
    return sweep(line, thick, sides, round_ends=True)
