"""A butterfly's wings: flat plates, painted with veins, a dark border and rows of pale dots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.curves import resample, smooth_curve
from pocket3d_server.geometry.implicit import Surface
from pocket3d_server.geometry.shapes import extrude
from pocket3d_server.geometry.solid import Solid
from pocket3d_server.models.builtin_text.organic.cloth import vertex_normals
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin
from pocket3d_server.models.builtin_text.organic.noise import cell_noise, smoothstep
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.builtin_text.organic.sculpt import TEXTURE
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]
THICK = 0.012
DOTS: RGB = (0.97, 0.95, 0.90)


def butterfly_scales(outline: Array, colour: RGB, fringe: RGB, seed: int) -> Painter:
    """The paint of a wing with this ``outline`` (N, 2) of (outward, forward) from its root."""
    edge = resample(smooth_curve(outline, 60, closed=True), 160, closed=True)
    span = float(np.linalg.norm(edge, axis=1).max())

    def paint(skin: Skin) -> Array:
        q = skin.points[:, [0, 2]]
        rim = np.asarray(cKDTree(edge).query(q)[0])
        r, a = np.linalg.norm(q, axis=1) / span, np.arctan2(q[:, 1], q[:, 0])
        mix = np.asarray(colour) * (0.78 + 0.34 * np.clip(r, 0, 1))[:, None]
        vein = smoothstep(0.05, 0.02, np.abs(np.sin(a * 5.5)) * r) * smoothstep(0.1, 0.25, r)
        dark = np.maximum(smoothstep(0.115, 0.085, rim) * smoothstep(0.30, 0.5, r), 0.85 * vein)
        mix += (np.asarray(fringe) - mix) * dark[:, None]
        near, _, pick = cell_noise(np.c_[q * 13, np.zeros(len(q))], seed)
        border = smoothstep(0.085, 0.07, rim) * smoothstep(0.02, 0.035, rim) * smoothstep(0.55, 0.65, r)
        dot = smoothstep(0.34, 0.24, near) * (pick > 0.35) * border
        return np.asarray(mix + (np.asarray(DOTS) - mix) * dot[:, None])

    return paint


def painted_wing(name: str, outline: Array, paint: Painter, brief: Brief) -> Part:
    """A wing of this ``outline`` (N, 2) lying in the ground plane, its root at the origin."""
    line = smooth_curve(outline, 6 * len(outline), closed=True)
    flat = extrude(resample(line, brief.detail(70), closed=True), THICK, 0.3 * THICK).rotate(x=90)
    surface = Surface(flat.vertices, flat.faces, vertex_normals(flat.vertices, flat.faces))
    return painted_part(name, surface, {}, paint, TEXTURE[brief.quality], 0.6)


def held(wing: Part, place: Callable[[Solid], Solid]) -> None:
    """Moves a painted wing as ``place`` moves a solid."""
    p = wing.primitives[0]
    moved = place(Solid(np.asarray(p.vertices), np.asarray(p.faces), np.zeros((0,)), np.zeros(0)))
    p.vertices, p.normals = moved.vertices, vertex_normals(moved.vertices, moved.faces)
