"""From labels to an asset: one part for each label, with the input's own materials, UVs and normals."""

from __future__ import annotations

import colorsys

import numpy as np

from pocket3d_server.geometry.asset import Asset, Part, Primitive
from pocket3d_server.models.parts.face_graph import Ints

HUES = (0.00, 0.58, 0.11, 0.37, 0.77, 0.49, 0.06, 0.91, 0.22, 0.67, 0.15, 0.84)
"""Neighbouring numbers are far apart on the hue circle."""


def colour(index: int) -> str:
    """``#RRGGBB`` of the part with this number: twelve clear hues, then the same lighter, darker, and so on."""
    light, saturation = ((0.58, 0.68), (0.74, 0.55), (0.40, 0.60), (0.66, 0.35))[index // len(HUES) % 4]
    r, g, b = colorsys.hls_to_rgb(HUES[index % len(HUES)], light, saturation)
    return f"#{round(r * 255):02X}{round(g * 255):02X}{round(b * 255):02X}"


def split_asset(asset: Asset, labels: Ints, names: list[str]) -> Asset:
    """The same triangles in one part for each label, and ``face_parts`` to find them.

    ``labels`` (F,) number the faces of ``asset.merged()``; ``names`` has a unique snake_case name for each.
    Materials, UVs, normals, skin weights and vertex colours stay, the order of faces within a part is that of the input.
    """
    parts = [Part(name, [], color=colour(i)) for i, name in enumerate(names)]
    start = 0
    for primitive in asset.primitives():
        mine = labels[start : start + len(primitive.faces)]
        start += len(primitive.faces)
        for label in np.unique(mine):
            parts[label].primitives.append(_piece(primitive, mine == label))
    extras = dict(asset.extras)
    extras["parts"] = [{"name": p.name, "label": p.label, "color": p.color} for p in parts]
    return Asset(parts, asset.skeleton, np.asarray(labels, np.int64), extras)


def _piece(primitive: Primitive, faces: np.ndarray) -> Primitive:
    """Some faces (F,) of a primitive with the vertices that they use."""
    used, index = np.unique(np.asarray(primitive.faces)[faces], return_inverse=True)

    def rows(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[used]

    return Primitive(
        primitive.vertices[used],
        index.reshape(-1, 3),
        primitive.material,
        rows(primitive.uv),
        rows(primitive.normals),
        rows(primitive.weights),
        rows(primitive.colors),
    )
