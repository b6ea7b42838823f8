"""Skin weights of skirts, gowns and robes: cloth that goes around both legs moves softly with them.

Through the inside such cloth is reached from the waist only, so that heat would leave it to the hips and every step
would push a knee through it. Cloth before a leg goes with that leg; between the legs it follows both.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pocket3d_server.models.builtin_rig.extremities import along, arc_length
from pocket3d_server.models.builtin_rig.voxels import Voxels
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints

HIPS = (-0.15, 0.3)
"""Where the hips hand over to the thighs, share of the thigh's length from its upper end."""
KNEE = (0.8, 1.2)
"""Where the thighs hand over to the shins, the same."""
BETWEEN = 0.65
"""How far the one leg may be nearer for both to be followed, share of the way between them."""


@dataclass(frozen=True, eq=False)
class Hanging:
    """The space that cloth around both legs encloses, in the frame of the fitted body."""

    voxels: Voxels
    within: NDArray[np.bool_]
    """(X, Y, Z) of the voxel grid."""
    legs: dict[str, Floats]
    """(3, 3) hip, knee and ankle of ``.L`` and ``.R``."""

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """(V,) whether positions (V, 3) are in the cloth or in what it encloses."""
        found: NDArray[np.bool_] = self.within[tuple(self.voxels.cell_at(points).T)]
        return found

    def weights(self, points: Floats, bones: list[str]) -> Floats:
        """(V, J) weights of ``bones`` for cloth at positions (V, 3)."""
        sides = list(self.legs)
        apart = np.stack([_distance(points, self.legs[s]) for s in sides], axis=1)
        width = BETWEEN * float(np.linalg.norm(self.legs[".L"][0] - self.legs[".R"][0]))
        left = _smooth(apart[:, 1] - apart[:, 0], -width, width)
        out = np.zeros((len(points), len(bones)))
        for side, share in zip(sides, (left, 1 - left), strict=True):
            hip, knee, _ = self.legs[side]
            thigh = knee - hip
            down = (points - hip) @ thigh / max(float(thigh @ thigh), 1e-20)
            leg, shin = share * _smooth(down, *HIPS), _smooth(down, *KNEE)
            out[:, bones.index("shin" + side)] += leg * shin
            out[:, bones.index("thigh" + side)] += leg * (1 - shin)
            out[:, bones.index("hips")] += share - leg
        return out


def find_hanging(voxels: Voxels, joints: dict[str, Floats]) -> Hanging | None:
    """What goes around both legs of a figure with these ``joints``; None where every leg is free."""
    legs = {s: np.array([joints[n + s] for n in ("thigh", "shin", "foot")]) for s in (".L", ".R")}
    cells = {
        s: voxels.cell_at(along(leg, np.linspace(0, arc_length(leg)[-1], 400))) for s, leg in legs.items()
    }
    within = np.zeros_like(voxels.inside)
    levels = np.intersect1d(cells[".L"][:, 1], cells[".R"][:, 1])
    for y in levels:
        label, _ = ndimage.label(ndimage.binary_fill_holes(voxels.inside[:, y]))
        left, right = (_piece(label, c[c[:, 1] == y]) for c in cells.values())
        if left and left == right:
            within[:, y] = label == left
    return Hanging(voxels, within, legs) if within.any() else None


def _piece(label: Ints, cells: Ints) -> int:
    """The piece of a slice in which the middle of these cells (N, 3) of the grid lies, 0 outside."""
    x, _, z = np.round(cells.mean(axis=0)).astype(int)
    return int(label[x, z])


def _distance(points: Floats, line: Floats) -> Floats:
    """(V,) distance of positions (V, 3) to a polyline (N, 3)."""
    gaps = []
    for a, b in itertools.pairwise(line):
        ab = b - a
        t = np.clip((points - a) @ ab / max(float(ab @ ab), 1e-20), 0, 1)
        gaps.append(np.linalg.norm(points - a - t[:, None] * ab, axis=1))
    nearest: Floats = np.min(gaps, axis=0)
    return nearest


def _smooth(x: Floats, low: float, high: float) -> Floats:
    """From 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    smooth: Floats = t * t * (3 - 2 * t)
    return smooth
