"""What makes a snake one: diamonds on its scales, slit eyes, a forked tongue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Blend, curve
from pocket3d_server.geometry.shapes import sweep
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin
from pocket3d_server.models.builtin_text.organic.noise import smoothstep
from pocket3d_server.models.builtin_text.organic.on_body import ball, facing, on_surface
from pocket3d_server.models.language.brief import RGB

Array = NDArray[np.float64]


def snake_scales(path: Array, colour: RGB) -> Painter:
    """Dark diamonds down the back of a body along ``path`` (N, 3), pale scales below."""
    t, dark, pale = np.linspace(0, 1, len(path)), 0.32 * np.asarray(colour), np.array([0.90, 0.86, 0.66])

    def paint(s: Skin) -> Array:
        along, up = t[cKDTree(path).query(s.points)[1]], s.normals[:, 1]
        base = np.tile(np.asarray(colour, float), (len(s.points), 1))
        diamond = np.abs(((along * 30) % 1) - 0.5) * 2
        mark = smoothstep(0.15, 0.0, diamond - 0.55 + 0.8 * (1 - up)) * smoothstep(0.05, 0.35, up)
        base += (dark - base) * (0.9 * mark)[:, None]
        base += (pale - base) * smoothstep(-0.15, -0.55, up)[:, None]
        scale = np.sin(along * 900) * np.sin(np.arctan2(s.normals[:, 0], up) * 16)
        return np.clip(base * (1 + 0.10 * scale)[:, None], 0, 1)

    return paint


def slit_eyes(blend: Blend, inside: Array, radius: float) -> list[Part]:
    """Two eyes with upright pupils on a head facing +z, where rays from ``inside`` (3,) leave its skin."""
    iris = Material.from_srgb("iris", (0.88, 0.72, 0.14), roughness=0.1)
    pupil = Material.from_srgb("pupil", (0.01, 0.01, 0.01), roughness=0.05)
    parts = []
    for name, sign in (("left", 1.0), ("right", -1.0)):
        axes = facing((sign, 0.3, 0.5))
        eye = on_surface(blend, inside, (sign, 0.45, 0.35), 0.1) - axes[:, 2] * 0.48 * radius
        slit = ball(eye + axes[:, 2] * 0.76 * radius, np.array([0.24, 0.68, 0.34]) * radius, axes, 14)
        parts.append(part(f"eye_{name}", (ball(eye, np.full(3, radius), axes, 16), iris), (slit, pupil)))
    return parts


def forked_tongue(mouth: Array) -> list[tuple[Solid, Material]]:
    """A thin red tongue out of ``mouth`` (3,) along +z: pieces for a part."""
    red, pieces = Material.from_srgb("tongue", (0.72, 0.08, 0.12), roughness=0.4), []
    for side in (-0.007, 0.007):
        line = curve([mouth - (0, 0, 0.01), mouth + (0, -0.001, 0.02), mouth + (side, -0.003, 0.036)], 8)
        pieces.append((sweep(line, np.linspace(0.0016, 0.0006, 8), 6, round_ends=True, crease=80), red))
    return pieces
