"""The one in-memory form of a 3D result: what engines return and what the formats read and write.

Conventions are glTF's own everywhere in the server: right-handed, +Y up, the front faces +Z, metres;
counter-clockwise faces; UV origin at the top-left of the image (v grows downwards); colour factors are
linear, colour images are sRGB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
Image = NDArray[np.uint8]

MAX_INFLUENCES = 4
"""Bones that may move a vertex: one set of glTF's JOINTS and WEIGHTS, what every engine takes."""


def srgb_to_linear(colour: FloatArray | tuple[float, ...]) -> NDArray[np.float64]:
    """sRGB in 0..1 to linear light (IEC 61966-2-1); any shape."""
    c = np.asarray(colour, dtype=np.float64)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(colour: FloatArray | tuple[float, ...]) -> NDArray[np.float64]:
    """Linear light in 0..1 to sRGB (IEC 61966-2-1); any shape."""
    c = np.clip(np.asarray(colour, dtype=np.float64), 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)


@dataclass(eq=False)
class Material:
    """A glTF metallic-roughness material. Two primitives that hold the same object share it in the file.

    Images are uint8 (H, W, 3 or 4), row 0 at the top; an image is multiplied by its factor.
    """

    name: str
    base_color: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    """Linear RGBA."""
    metallic: float = 0.0
    roughness: float = 0.6
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    double_sided: bool = False
    alpha_mode: str = "OPAQUE"
    """glTF's: OPAQUE, MASK or BLEND."""
    base_color_image: Image | None = None
    """sRGB."""
    metallic_roughness_image: Image | None = None
    """Green is roughness, blue is metallic; linear."""
    normal_image: Image | None = None
    """Tangent space, +Y up (glTF); linear."""
    occlusion_image: Image | None = None
    """Red is occlusion; linear."""

    @classmethod
    def from_srgb(cls, name: str, colour: tuple[float, float, float], **settings: Any) -> Material:
        """A plain material from an sRGB colour in 0..1."""
        r, g, b = srgb_to_linear(colour)
        return cls(name, (float(r), float(g), float(b), float(settings.pop("alpha", 1.0))), **settings)


@dataclass(eq=False)
class Primitive:
    """Triangles with one material. The order of vertices and faces is never changed by readers or writers."""

    vertices: FloatArray
    """(V, 3) metres."""
    faces: IntArray
    """(F, 3) indices into vertices."""
    material: Material
    uv: FloatArray | None = None
    """(V, 2), origin top-left."""
    normals: FloatArray | None = None
    """(V, 3) unit length; None lets the viewer shade flat, so smooth parts should give them."""
    weights: FloatArray | None = None
    """(V, J) skin weights over the asset's skeleton, rows sum to 1, at most MAX_INFLUENCES above 0."""
    colors: FloatArray | None = None
    """(V, 4) linear RGBA that the base colour is multiplied with; kept from GLB to GLB."""


@dataclass(eq=False)
class Part:
    """A named piece of the result; one node of the GLB."""

    name: str
    """Stable identifier in snake_case, unique in the asset, e.g. ``wheel_front_left``."""
    primitives: list[Primitive]
    label: str = ""
    """For people, e.g. ``Front left wheel``; made from the name when empty."""
    color: str | None = None
    """``#RRGGBB`` by which lists and previews tell segmented parts apart; the material is not touched by it."""

    def __post_init__(self) -> None:
        if not self.label:
            self.label = self.name.replace("_", " ").strip().capitalize()


@dataclass(eq=False)
class Skeleton:
    """Bones in rest position, parents before children."""

    names: list[str]
    parents: list[int]
    """-1 for a root."""
    heads: FloatArray
    """(J, 3) where each bone turns."""
    tails: FloatArray
    """(J, 3) where each bone points; never equal to its head."""


@dataclass(eq=False)
class Asset:
    """Named parts in one coordinate frame, with a skeleton when rigged."""

    parts: list[Part]
    skeleton: Skeleton | None = None
    face_parts: IntArray | None = None
    """Segmentation only: (faces of the input,) index into ``parts`` for each face of the mesh that was sent,
    in its order. Written to ``asset.extras`` so that a client can keep its own topology."""
    extras: dict[str, Any] = field(default_factory=dict)
    """Provenance and other JSON for ``asset.extras["pocket3d"]``."""

    def primitives(self) -> Iterator[Primitive]:
        """All primitives in file order."""
        for part in self.parts:
            yield from part.primitives

    @property
    def vertex_count(self) -> int:
        """Vertices over all primitives."""
        return sum(len(p.vertices) for p in self.primitives())

    @property
    def face_count(self) -> int:
        """Triangles over all primitives."""
        return sum(len(p.faces) for p in self.primitives())

    def merged(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """All primitives as one mesh, vertices (V, 3) and faces (F, 3), concatenated in file order."""
        vertices, faces, offset = [], [], 0
        for p in self.primitives():
            vertices.append(np.asarray(p.vertices, dtype=np.float64))
            faces.append(np.asarray(p.faces, dtype=np.int64) + offset)
            offset += len(p.vertices)
        if not vertices:
            return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
        return np.concatenate(vertices), np.concatenate(faces)

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest corner, each (3,)."""
        vertices, _ = self.merged()
        return vertices.min(axis=0), vertices.max(axis=0)
