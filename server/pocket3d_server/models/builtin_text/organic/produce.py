"""What fruits and vegetables are put together from: turned bodies with painted skins, stalks and leaves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.implicit import Surface, curve
from pocket3d_server.geometry.shapes import revolve, sweep
from pocket3d_server.geometry.solid import Solid, part
from pocket3d_server.models.builtin_text.organic.cloth import vertex_normals
from pocket3d_server.models.builtin_text.organic.coat import Skin
from pocket3d_server.models.builtin_text.organic.leaf import sheet
from pocket3d_server.models.builtin_text.organic.paint import painted_part
from pocket3d_server.models.language.brief import RGB, Brief

Array = NDArray[np.float64]

GREEN: RGB = (0.27, 0.45, 0.17)

SIDES = {"low": 24, "medium": 44, "high": 72}

TEXTURE = {"low": 256, "medium": 512, "high": 1024}


def turned_body(brief: Brief, points: ArrayLike, count: int = 40) -> Solid:
    """A smooth solid of revolution through a few (radius, height) points."""
    p = np.asarray(points, float)
    fine = curve(list(np.c_[p, np.zeros(len(p))]), count)[:, :2]
    fine[:, 0] = np.maximum(fine[:, 0], 0)
    return revolve(fine, SIDES[brief.quality], crease=180)


def painted_body(
    brief: Brief, name: str, solid: Solid, paint: Callable[[Skin], Array], roughness: float = 0.4
) -> Part:
    surface = Surface(solid.vertices, solid.faces, vertex_normals(solid.vertices, solid.faces))
    return painted_part(name, surface, {}, paint, TEXTURE[brief.quality], roughness)


def stalk(line: ArrayLike, thick: float, colour: RGB = (0.33, 0.23, 0.13)) -> Part:
    path = curve(list(np.asarray(line, float)), 10)
    return part(
        "stem",
        (
            sweep(path, np.linspace(1.0, 1.35, 10) * thick, 8, crease=70),
            Material.from_srgb("stem", colour, roughness=0.9),
        ),
    )


def small_leaf(at: ArrayLike, size: float, turn: float = 40) -> Part:
    u = np.linspace(0, 1, 12)
    line = np.stack([0 * u, size * (0.5 * u - 0.5 * u**2), size * u], axis=1)
    leaf = sheet(
        line,
        (0, 1, 0),
        0.26 * size * np.sin(np.pi * (0.05 + 0.94 * u**0.85)).clip(0.01),
        fold=0.2,
        thickness=0.0006,
        columns=5,
    ).rotate(y=turn)
    return part("leaf", (leaf.move(*np.asarray(at, float)), Material.from_srgb("leaf", GREEN, roughness=0.6)))


def mixed(a: RGB, b: RGB, t: Array) -> Array:
    return np.asarray(a) + (np.asarray(b) - np.asarray(a)) * np.clip(t, 0, 1)[:, None]


def rotation_y(degrees: float) -> Array:
    from pocket3d_server.geometry.solid import rotation

    return np.asarray(rotation(y=degrees))
