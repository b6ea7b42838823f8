"""Names of parts from their shape and place, where they can be known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.models.builtin_parts.living import living_regions
from pocket3d_server.models.builtin_parts.pieces import describe
from pocket3d_server.models.builtin_parts.plants import trunk_and_crown
from pocket3d_server.models.builtin_parts.recognise import recognise_grown, recognise_made
from pocket3d_server.models.parts.division import Division
from pocket3d_server.models.parts.face_graph import FaceGraph, Ints, face_graph
from pocket3d_server.models.parts.proxy import divided


def name_division(division: Division, vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> None:
    """Give the parts of a division of the faces (F, 3) names where the kind of thing is known; in place."""
    known = name_parts(vertices, faces, division.labels)
    if known is None:
        note = "The kind of object was not recognised, so the parts have numbers instead of names."
    else:
        division.labels, division.names, note = known
        division.confidence = max(division.confidence, 0.8)
    division.notes.append(note)


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
