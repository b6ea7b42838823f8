"""Finds the free ends of a figure: hands, feet, head, tail, whatever sticks out.

Ends are taken one after another, each the place farthest (through the inside) from the paths to the ends
before it: farthest-point sampling on the shape's medial paths, as in curve-skeleton work by Sato et al. (TEASAR, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pocket3d_server.models.builtin_rig.voxels import Voxels, trace
from pocket3d_server.models.rigging.welded_mesh import Floats


@dataclass(eq=False)
class Branch:
    """A limb: the way from its free end to where it joins what was found before it."""

    path: Floats
    """(N, 3) from the free end inwards, along the middle."""
    radius: Floats
    """(N,) distance to the outside along the path."""
    length: float
    """Of the path, in the mesh's units."""

    @property
    def tip(self) -> Floats:
        """(3,) the free end."""
        return self.path[0]


def core(voxels: Voxels, guess: Floats | None = None) -> int:
    """The voxel (its place in ``filled``) where the figure is thickest, preferring places near ``guess``
    (the centre of mass)."""
    centres = voxels.centres(voxels.filled)
    guess = centres.mean(axis=0) if guess is None else guess
    size = float(np.ptp(centres, axis=0).max())
    depth = voxels.depth[tuple(voxels.filled.T)]
    return int((depth - 0.35 * np.linalg.norm(centres - guess, axis=1) ** 2 / size).argmax())


def arc_length(path: Floats) -> Floats:
    """(N,) distance from the first point along a polyline (N, 3)."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])


def along(path: Floats, distance: float | Floats) -> Floats:
    """The point(s) at ``distance`` from the start of a polyline (N, 3)."""
    s = arc_length(path)
    return np.stack([np.interp(distance, s, path[:, k]) for k in range(3)], axis=-1)


def segment_distance(points: Floats, a: Floats, b: Floats) -> Floats:
    """(N,) distance of points (N, 3) to the segment from ``a`` to ``b``."""
    ab = b - a
    t = np.clip((points - a) @ ab / max(float(ab @ ab), 1e-20), 0, 1)
    distance: Floats = np.linalg.norm(points - a - t[:, None] * ab, axis=1)
    return distance


def smoothed(path: Floats) -> Floats:
    """Voxel stairs taken out; the first and last point stay."""
    path = path.copy()
    for _ in range(3):
        if len(path) > 2:
            path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path


def branches(
    voxels: Voxels, root: int, limit: int = 12, shortest: float = 0.1, first: Floats | None = None
) -> list[Branch]:
    """Up to ``limit`` branches, longest first by what each adds; those shorter than ``shortest`` of the size
    or not longer than the figure is thick where they join are left out. ``root`` is a place in ``filled``;
    ``first`` (3,) an end that is known already: the branch to it comes first, whatever its length."""
    centres = voxels.centres(voxels.filled)
    depth = voxels.depth[tuple(voxels.filled.T)]
    size = float(np.ptp(centres, axis=0).max())
    nearest, _ = voxels.distances(np.array([root]))
    _, before = voxels.distances(np.array([root]), middle=True)
    known = np.zeros(len(centres), bool)
    known[root] = True
    found: list[Branch] = []
    known_end = None if first is None else int(voxels.nearest(first[None])[0])
    for k in range(limit):
        tip = known_end if k == 0 and known_end is not None else int(nearest.argmax())
        if tip != known_end and nearest[tip] < shortest * size:
            break
        way = trace(before, tip)
        way = way[: int(known[way].argmax()) + 1]
        path = smoothed(centres[way])
        length = float(arc_length(path)[-1])
        if length > 1.1 * depth[way[-1]] or tip == known_end:
            found.append(Branch(path, depth[way], length))
        known[way] = True
        nearest = np.minimum(nearest, voxels.distances(way)[0])
    return found
