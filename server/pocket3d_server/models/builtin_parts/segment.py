"""Parts of a mesh from its shape alone: the whole way from triangles to a label for each face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.rays import RayScene
from pocket3d_server.models.builtin_parts.boundary import refine
from pocket3d_server.models.builtin_parts.clusters import affinity, spectral_clusters
from pocket3d_server.models.builtin_parts.consensus import consensus
from pocket3d_server.models.builtin_parts.merge import Regions, connected
from pocket3d_server.models.builtin_parts.relief import without_relief
from pocket3d_server.models.builtin_parts.samples import make_cells, spread, vote
from pocket3d_server.models.builtin_parts.symmetry import mirror_image
from pocket3d_server.models.builtin_parts.volume import look_inside, orient
from pocket3d_server.models.parts.division import for_all_faces, numbered
from pocket3d_server.models.parts.face_graph import FaceGraph, Ints, face_graph
from pocket3d_server.models.parts.proxy import carried_back, working_copy
from pocket3d_server.models.parts.small import absorb_islands, absorb_small

SAMPLES = 600
CLUSTERS, THRESHOLDS, MOST = (14, 18, 24), (0.0, -0.4, -0.8, -1.2), 40
"""Clusters to start from, evidence above which they join, and most parts; each pair is one guess of the division."""
FINE_CLUSTERS, FINE_THRESHOLD, FINE_MOST = 48, 0.0, 80
"""The same for dividing each coarse part again: more evidence is asked for, so pieces stay apart."""
BAND = 0.8
"""How far a border may move, in radii of a cell."""


def _ignore(fraction: float, stage: str) -> None:
    pass


def segment(
    vertices: NDArray[np.floating],
    faces: NDArray[np.integer],
    level: str = "coarse",
    group: NDArray[np.integer] | None = None,
    least: int = 1,
    progress: Callable[[float, str], None] = _ignore,
) -> Ints:
    """Part of each face, (F,), numbered from 0 by falling area; the same input gives the same parts.

    ``vertices`` (V, 3) and ``faces`` (F, 3) may be open, non-manifold, of many components or unindexed.
    ``group`` (F,) numbers the node and material of each face, as a hint; ``least`` is the fewest vertices of a part.
    ``level`` is ``coarse`` or ``fine``; fine parts lie within coarse ones up to the smoothing of borders.
    Raises ValueError when there is nothing to divide: no face with an area, or positions that aren't finite.
    """
    progress(0.0, "preparing_surface")
    whole = face_graph(vertices, faces, group)
    work = working_copy(whole)
    if len(whole.faces) <= len(work.faces):  # a light copy has lost its relief already
        work = without_relief(work)
    labels = _divide(work, level, progress)
    progress(0.85, "refining_borders")
    if len(whole.faces) > len(work.faces):
        labels = absorb_islands(whole, carried_back(labels, work, whole))
        labels = refine(whole, labels, 2 * float(np.median(work.steps)))
    else:
        labels = vote(labels, work.areas, work.source, len(whole.faces))
    if least > 1:
        labels = absorb_small(whole, labels, least, np.asarray(faces, np.int64)[whole.source])
    return numbered(for_all_faces(whole, labels, vertices, faces), vertices, faces)


def _divide(work: FaceGraph, level: str, progress: Callable[[float, str], None]) -> Ints:
    """Labels (F,) on the working copy."""
    progress(0.1, "sampling_surface")
    scene = RayScene(work.vertices, work.faces)
    samples = spread(work, SAMPLES)
    work = orient(work, scene, samples)
    progress(0.2, "measuring_visibility")
    inside = look_inside(work, scene, samples)
    progress(0.5, "clustering")
    cells = make_cells(work, samples)
    weights = affinity(inside, cells)
    starts = [spectral_clusters(weights, count) for count in CLUSTERS]
    progress(0.7, "merging_parts")
    guesses = []
    for clusters in starts:
        regions = Regions(connected(clusters, cells), cells, inside)
        guesses += [regions.merge(threshold, MOST) for threshold in THRESHOLDS]
    image = mirror_image(work, samples)
    if image is not None:  # both sides are cut alike when each guess counts as its mirror image too
        guesses += [guess[image] for guess in guesses]
    parts = consensus(guesses, cells)
    if level == "fine":
        finer = spectral_clusters(weights, FINE_CLUSTERS)
        clusters = connected(parts * FINE_CLUSTERS + finer, cells)
        parts = Regions(clusters, cells, inside, within=parts).merge(FINE_THRESHOLD, FINE_MOST)
    labels = absorb_islands(work, parts[cells.of_face])
    radius = float(np.sqrt(work.areas.sum() / len(samples) / np.pi))
    return absorb_islands(work, refine(work, labels, BAND * radius))
