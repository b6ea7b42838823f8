"""Bodies that are drawn from the side: cabs, vans, buses, carriages and boxes, and what is laid on their skin."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.solid import Points, Solid, join
from pocket3d_server.models.builtin_text.vehicles.body import end_prism, side_prism


@dataclass(frozen=True)
class Coach:
    """A body as wide as ``width`` from its outline in the side view."""

    outline: Points
    """(K, 2) corners of (z, y), z towards the front."""
    width: float
    corner: float = 0.12
    """Radius of the outline's corners."""
    bevel: float = 0.06
    """Radius of the edges along both sides."""
    lean: float = 0.0
    """Share of the width that is lost at the roof, for sides that lean in."""

    @cached_property
    def _span(self) -> tuple[float, float]:
        return float(self.outline[:, 1].min()), float(self.outline[:, 1].max())

    def half(self, y: float) -> float:
        """Half the width at height ``y``."""
        low, high = self._span
        return self.width / 2 * (1 - self.lean * (y - low) / (high - low))

    def solid(self, grown: float = 0.0) -> Solid:
        """The closed body, its skin moved out by ``grown`` metres."""
        low, high = self._span
        line = curves.counter_clockwise(curves.rounded(np.asarray(self.outline), self.corner, 5))
        body = side_prism_bevelled(curves.inset(line, -grown), self.width + 2 * grown, self.bevel)

        def narrow(v: Points) -> Points:
            v[:, 0] *= 1 - self.lean * (v[:, 1] - low) / (high - low)
            return v

        return body.deform(narrow) if self.lean else body

    @cached_property
    def _skin(self) -> Solid:
        return shapes.difference(self.solid(0.008), self.solid(-0.03))

    def sides(self, *outlines: Points) -> Solid:
        """Panels on both sides from outlines of (z, y)."""
        return shapes.intersection(self._skin, _all([side_prism(o, 9.0) for o in outlines]))

    def front(self, outline: Points) -> Solid:
        """A panel on the front from an outline of (x, y)."""
        return self._end(outline, 1)

    def rear(self, outline: Points) -> Solid:
        """A panel on the rear from an outline of (x, y)."""
        return self._end(outline, -1)

    def _end(self, outline: Points, sign: int) -> Solid:
        middle = (self.outline[:, 0].min() + self.outline[:, 0].max()) / 2
        return shapes.intersection(self._skin, end_prism(outline, middle, middle + sign * 60))

    def with_arches(self, axles: list[float], radius: float, height: float) -> Solid:
        """The body with round openings cut through above the wheels."""
        holes = [
            shapes.cylinder(radius, self.width + 1, segments=40)
            .rotate(z=90)
            .move(self.width / 2 + 0.5, height, z)
            for z in axles
        ]
        return shapes.difference(self.solid(), *holes)

    def seams(self, *outlines: Points, radius: float = 0.010) -> Solid:
        """Joints of doors and hatches along closed outlines of (z, y), on both sides."""
        made = []
        for outline in outlines:
            line = curves.rounded(np.asarray(outline), 0.05, 3)
            x = np.array([self.half(y) + 0.002 for y in line[:, 1]])
            made.append(shapes.sweep(np.column_stack([x, line[:, 1], line[:, 0]]), radius, 6, closed=True))
        right = join(*made)
        return join(right, right.mirror("x"))


def _all(prisms: list[Solid]) -> Solid:
    return prisms[0] if len(prisms) == 1 else shapes.union(*prisms)


def side_prism_bevelled(outline: Points, width: float, bevel: float) -> Solid:
    """A prism across the vehicle from an outline of (z, y), its edges rounded."""
    return shapes.extrude(np.asarray(outline) * [-1, 1], width, bevel, steps=3).rotate(y=90)


def pane(z0: float, z1: float, y0: float, y1: float, radius: float = 0.06) -> Points:
    """A rounded rectangle between two places and two heights."""
    outline = curves.rectangle(abs(z1 - z0), y1 - y0, radius, 3)
    return outline + [(z0 + z1) / 2, (y0 + y1) / 2]


def panes(start: float, end: float, count: int, y0: float, y1: float, gap: float = 0.12) -> list[Points]:
    """``count`` equal panes in a row with ``gap`` metres between them."""
    edges = np.linspace(start, end, count + 1)
    return [pane(a + gap / 2, b - gap / 2, y0, y1) for a, b in itertools.pairwise(edges)]
