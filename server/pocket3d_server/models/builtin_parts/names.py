"""Names of parts, where they can be known: from the file's own nodes, or from the shape and place of the parts."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_parts.face_graph import FaceGraph, Ints, face_graph
from pocket3d_server.models.builtin_parts.living import living_regions
from pocket3d_server.models.builtin_parts.pieces import describe
from pocket3d_server.models.builtin_parts.plants import trunk_and_crown
from pocket3d_server.models.builtin_parts.proxy import divided
from pocket3d_server.models.builtin_parts.recognise import recognise_grown, recognise_made

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
) -> tuple[Ints, list[str], str] | None:
    """Labels (F,) and names after looking at what the parts make up, and a sentence on what was recognised.

    Parts that are one thing to people (the pieces of a leg) become one; parts without a known name are called
    ``part_N``. None when no kind of thing was recognised.
    """
    surface = face_graph(vertices, faces)
    fine = divided(FaceGraph(surface.vertices, surface.faces, np.arange(len(surface.faces)), surface.group))
    pieces = describe(fine, labels[surface.source][fine.source])
    reading = recognise_made(pieces)
    if reading is None:
        living = living_regions(fine)
        if living is not None:
            regions, names, kind = living
            result = np.full(len(faces), regions[0])
            result[surface.source[fine.source]] = regions
            return result, names, f"Recognised a {kind}; the parts follow the joints of its skeleton."
        reading = recognise_grown(pieces)
        tree = trunk_and_crown(fine) if reading is None or reading.kind in ("tree", "plant") else None
        if tree is not None:
            regions, names, kind = tree
            result = np.full(len(faces), regions[0])
            result[surface.source[fine.source]] = regions
            return result, names, f"Recognised a {kind} by its outline."
    if reading is None:
        return None
    title: list[str] = []
    into = np.zeros(int(labels.max()) + 1, np.int64)
    for k in range(len(into)):
        name = reading.names.get(k) or f"part_{k + 1}"
        if name not in title:
            title.append(name)
        into[k] = title.index(name)
    return (
        into[labels],
        title,
        f"The parts were named as those of a {reading.kind}, by their shape and place.",
    )
