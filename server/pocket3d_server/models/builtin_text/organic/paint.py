"""Surfaces as parts: with a painted texture in an atlas of their own, or in one plain material."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Image, Material, Part, Primitive
from pocket3d_server.geometry.bake import texel_map, to_bytes
from pocket3d_server.geometry.implicit import Surface
from pocket3d_server.geometry.solid import box_uv
from pocket3d_server.geometry.unwrap import unwrap
from pocket3d_server.models.builtin_text.organic.coat import Painter, Skin

Array = NDArray[np.float64]
USUAL = 1024
"""Texture resolution for which the sizes of painted images are given."""
LARGEST = 2048
"""Most pixels a side: painters work on all texels at once, in gigabytes beyond that."""


@dataclass(eq=False)
class Painted(Material):
    """A material whose base colour image can be painted again in another size."""

    pixels: int = 0
    """Side of the image at a texture resolution of 1024."""
    paint: Callable[[int], Image] | None = None
    """The image of that many pixels a side."""

    def resize(self, resolution: int) -> None:
        """Paint the image for a texture ``resolution``; what was needed for it is let go."""
        if self.paint is not None and resolution != USUAL:
            self.base_color_image = self.paint(min(max(self.pixels * resolution // USUAL, 64), LARGEST))
        self.paint = None


def painted_part(
    name: str,
    surface: Surface,
    regions: dict[str, Array],
    painter: Painter,
    size: int,
    roughness: float = 0.8,
    spread: Array | None = None,
) -> Part:
    """A part whose colours come from ``painter``, asked once for each texel of a ``size`` square image.

    ``regions`` are values (V,) that are interpolated for the painter. ``spread`` (V, 3) gives other positions
    to unwrap, so that a face can get more texels than a back.
    """
    flat = unwrap(surface.vertices if spread is None else spread, surface.faces, size, 4)
    keep = flat.vertex_map

    def paint(pixels: int) -> Image:
        texels = texel_map(flat.uv, flat.faces, pixels)

        def at(values: Array) -> Array:
            return texels.interpolate(values[keep].reshape(len(keep), -1), flat.faces).astype(np.float64)

        normals = at(surface.normals)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True).clip(1e-9)
        skin = Skin(at(surface.vertices), normals, {key: at(value)[:, 0] for key, value in regions.items()})
        return to_bytes(texels.image(np.clip(painter(skin), 0, 1)))

    material = Painted(
        name,
        (1.0, 1.0, 1.0, 1.0),
        roughness=roughness,
        base_color_image=paint(size),
        pixels=size,
        paint=paint,
    )
    return Part(
        name, [Primitive(surface.vertices[keep], flat.faces, material, flat.uv, surface.normals[keep])]
    )


def plain_part(name: str, surface: Surface, material: Material) -> Part:
    """A part in one material, its texture coordinates projected in metres."""
    faces = surface.faces
    uv = box_uv(surface.vertices, faces).reshape(-1, 2)
    # Corners at one vertex that agree in their coordinate stay one vertex.
    key = np.concatenate([faces.reshape(-1, 1), np.round(uv * 1e5).astype(np.int64)], axis=1)
    _, first, label = np.unique(key, axis=0, return_index=True, return_inverse=True)
    keep = faces.ravel()[first]
    made = Primitive(surface.vertices[keep], label.reshape(-1, 3), material, uv[first], surface.normals[keep])
    return Part(name, [made])
