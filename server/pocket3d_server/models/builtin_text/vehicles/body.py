"""Car bodies: a spline surface from a table of stations, and the glasshouse on top of it.

The car points along +z. Both shells can be drawn ``grown`` outwards by a few millimetres: a lamp or a window
is then what a prism and the grown shell have in common, and follows the body's curves exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.curves import smooth_curve
from pocket3d_server.geometry.solid import Points, Solid


@dataclass(frozen=True)
class Shell:
    """The painted lower body, from the rear (first row) to the nose (last)."""

    stations: NDArray[np.float64]
    """(K, 8): where along the car; height of the floor; half width at the sill; the largest half width and its height;
    half width and height of the shoulder; height of the centre line."""
    sections: int = 72
    points: int = 40

    @cached_property
    def lines(self) -> NDArray[np.float64]:
        """The stations joined by smooth lines, (sections, 8)."""
        return smooth_curve(self.stations, self.sections)

    def at(self, z: float) -> NDArray[np.float64]:
        """The row (8,) of the body's lines at ``z``."""
        rows = self.lines[np.argsort(self.lines[:, 0])]
        return np.array([np.interp(z, rows[:, 0], rows[:, k]) for k in range(8)])

    def solid(self, grown: float = 0.0) -> Solid:
        """The closed shell."""
        z, bottom, sill, waist, waist_y, belt, belt_y, top_y = self.lines.T
        centre = (self.lines[0, 0] + self.lines[-1, 0]) / 2
        half = (self.lines[-1, 0] - self.lines[0, 0]) / 2
        z = centre + (z - centre) * (1 + grown / half)
        bottom, top_y, belt_y = bottom - grown, top_y + grown, belt_y + grown
        sill, waist, belt = sill + grown, waist + grown, belt + grown
        zero = np.zeros_like(z)
        # Control points of the right half from the floor's middle to the roof's middle; the doubled
        # ones draw the curve close to an edge.
        control = [
            (zero, bottom), (0.7 * sill, bottom), (sill - 0.02, bottom), (sill, bottom + 0.025),
            (0.35 * sill + 0.65 * waist, 0.55 * bottom + 0.45 * waist_y), (waist, waist_y - 0.05),
            (waist, waist_y + 0.05), (0.55 * waist + 0.45 * belt, 0.35 * waist_y + 0.65 * belt_y), (belt, belt_y - 0.01),
            (belt - 0.012, belt_y), (belt - 0.10, belt_y + 0.25 * (top_y - belt_y)),
            (0.55 * belt, belt_y + 0.80 * (top_y - belt_y)), (0.25 * belt, top_y), (zero, top_y),
        ]  # fmt: skip
        cage = np.stack([np.stack(pair, axis=1) for pair in control], axis=1)
        right = np.einsum("nk,skd->snd", _spline_basis(self.points, len(control)), cage)
        ring = np.concatenate([right, right[:, -2:0:-1] * [-1, 1]], axis=1)
        spatial = np.concatenate([ring, np.broadcast_to(z[:, None, None], (*ring.shape[:2], 1))], axis=2)
        return shapes.loft(spatial, crease=38)


@dataclass(frozen=True)
class Glasshouse:
    """The cabin above the shoulder, as horizontal rings from the belt up."""

    rings: NDArray[np.float64]
    """(K, 4): height, front z, rear z, half width; the last row is the rim of the roof's flat middle."""
    squareness: float = 5.0
    levels: int = 22
    around: int = 72

    @property
    def roof(self) -> float:
        """Height of the roof."""
        return float(self.rings[-1, 0])

    def solid(self, grown: float = 0.0) -> Solid:
        """The closed cabin."""
        rows = smooth_curve(self.rings, self.levels)
        # A smaller shell reaches further down, so that one cut from another is open at the bottom.
        y = rows[:, 0] + grown * np.linspace(-np.sign(grown), 1, len(rows))
        front, rear, half = rows[:, 1] + grown, rows[:, 2] - grown, rows[:, 3] + grown
        tip = np.array([y[-1] + 0.012, (front[-1] + rear[-1]) / 2, (front[-1] + rear[-1]) / 2, 0.0])
        y = np.append(y, tip[0])
        front, rear, half = np.append(front, tip[1]), np.append(rear, tip[2]), np.append(half, tip[3])
        t = 2 * np.pi * np.arange(self.around) / self.around
        c, s = np.cos(t), np.sin(t)
        bow = (np.abs(c) ** self.squareness + np.abs(s) ** self.squareness) ** (-1 / self.squareness)
        # Glass bows outwards at both ends, more than at the sides.
        x, z = bow * s, bow * c * (1 - 0.10 * (bow * s) ** 2)
        middle, reach = (front + rear) / 2, (front - rear) / 2
        points = np.stack(
            [
                half[:, None] * x,
                np.broadcast_to(y[:, None], (len(y), len(t))),
                middle[:, None] + reach[:, None] * z,
            ],
            axis=2,
        )
        return shapes.loft(points, crease=40)

    def end(self, y: float, front: bool) -> float:
        """z of the cabin's end at height ``y``."""
        return float(np.interp(y, self.rings[:, 0], self.rings[:, 1 if front else 2]))

    def half_width(self, y: float) -> float:
        """Half width at height ``y``."""
        return float(np.interp(y, self.rings[:, 0], self.rings[:, 3]))


def _spline_basis(count: int, controls: int) -> NDArray[np.float64]:
    """(count, controls) weights of a clamped uniform cubic B-spline."""
    from scipy.interpolate import BSpline

    knots = np.concatenate([np.zeros(3), np.linspace(0, 1, controls - 2), np.ones(3)])
    return np.asarray(BSpline(knots, np.eye(controls), 3)(np.linspace(0, 1, count)))


def side_prism(outline: Points, half_width: float = 3.0) -> Solid:
    """A prism across the car from an outline of (z, y)."""
    return shapes.extrude(np.asarray(outline) * [-1, 1], 2 * half_width).rotate(y=90)


def end_prism(outline: Points, start: float, end: float) -> Solid:
    """A prism along the car from an outline of (x, y), between two z."""
    return shapes.extrude(outline, abs(end - start)).move(z=(start + end) / 2)
