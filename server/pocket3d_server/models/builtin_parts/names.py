"""Names of parts, where they can be known: from the file's own nodes, or from the shape and place of the parts."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_parts.surface import Floats, Ints

MEANINGLESS = re.compile(
    r"(part|mesh|object|obj|node|geometry|geom|group|primitive|default|material|mat|polysurface|shape|cube|sphere|"
    r"cylinder|plane|scene|root|world|model|mesh_node|solid|untitled|none|export|file|tmp[a-z0-9_]*|g|o)?[\W_\d]*",
    re.IGNORECASE,
)
"""Names that programs give by themselves."""


def named_nodes(asset: Asset) -> tuple[Ints, list[str]] | None:
    """Label of each face by its node and the nodes' names, when the file has at least two that mean something."""
    named = [not MEANINGLESS.fullmatch(part.name) for part in asset.parts]
    faces = [sum(len(p.faces) for p in part.primitives) for part in asset.parts]
    if sum(named) < 2 or sum(f for f, n in zip(faces, named) if n) < 0.6 * sum(faces):
        return None
    filled = [k for k, f in enumerate(faces) if f]
    labels = np.repeat(np.arange(len(filled)), [faces[k] for k in filled])
    return labels, [asset.parts[k].name for k in filled]


def name_parts(
    vertices: NDArray[np.floating], faces: NDArray[np.integer], labels: Ints
) -> tuple[Ints, list[str], str]:
    return labels, [f"part_{k + 1}" for k in range(int(labels.max()) + 1)], ""
