"""Fronts of houses: rows of windows, walls of glass, steps, chimneys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import Frame, window
from pocket3d_server.models.builtin_text.vehicles.fittings import bar
from pocket3d_server.models.language.brief import Brief


@dataclass
class Windows:
    """The windows of a house, numbered as they are set into its walls."""

    trim: Finish
    glass: Finish
    sill: Finish
    parts: list[Part] = field(default_factory=list)

    def add(
        self, at: Sequence[float], turn: float, wide: float, high: float, shutters: Finish | None = None, arched: bool = False
    ) -> None:  # fmt: skip
        """One more, centred ``at`` (3,) on a wall that looks ``turn`` degrees round from +z."""
        name, frame = f"window_{len(self.parts) + 1}", Frame(np.array(at), turn)
        self.parts.append(window(name, frame, wide, high, self.trim, self.glass, self.sill, shutters, arched))


def panes_of(brief: Brief) -> Finish:
    """Window panes: warmly lit where the words speak of night or cosiness, else dark."""
    if brief.has("night", "cozy", "cosy", "lit"):
        return glow("window_glass", (0.95, 0.80, 0.45), 0.5)
    return finish("glass", (0.30, 0.42, 0.50), "window_glass", alpha=1.0)


def chimneys(brief: Brief, count: int, wide: float, deep: float, ridge: float, rise: float) -> list[Part]:
    """Brick stacks with clay pots behind a ridge along x."""
    parts = []
    for k in range(count):
        x = wide * (0.27 - 0.54 * (k % 2))
        top = ridge + rise + 0.75
        z = -deep * 0.14
        base = ridge + rise * 0.4
        stack = [
            shapes.rounded_box(0.62, top - base, 0.62, 0.02, 1).move(x, (top + base) / 2, z),
            shapes.rounded_box(0.78, 0.14, 0.78, 0.03, 2).move(x, top, z),
        ]
        pots = [shapes.tube(0.11, 0.08, 0.34, 0.01, 20).move(x + dx, top + 0.05, z) for dx in (-0.15, 0.15)]
        parts.append(
            part(
                f"chimney_{k + 1}",
                (join(*stack), asked(brief, "chimney", "brick", None, "chimney")),
                (join(*pots), finish("clay")),
            )
        )
    return parts


def door_steps(x: float, wide: float, front: float) -> Solid:
    """Two steps before a door at ``x`` that is ``wide``."""
    steps = [
        shapes.rounded_box(wide + 0.7 - 0.0, 0.18, 0.42 * (2 - k), 0.02, 1).move(
            x, 0.09 + 0.18 * k, front + 0.12 + 0.21 * (2 - k)
        )
        for k in range(2)
    ]
    return join(*steps)


def mullions(shape: Points, w: float, high: float, base: float) -> list[Solid]:
    """Upright fins round a tower of the plan ``shape``, w wide, from ``base`` up."""
    edge = curves.resample(shape * (w + 0.12), max(int(w / 1.1) * 2, 16), closed=True)
    fins = [
        shapes.box(0.14, high, 0.22)
        .rotate(y=float(np.degrees(np.arctan2(x, -y))))
        .move(x, base + high / 2, -y)
        for x, y in edge
    ]
    return fins


def block(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, bevel: float = 0.015) -> Solid:
    """A block between two corners."""
    block = shapes.rounded_box(x1 - x0, y1 - y0, z1 - z0, bevel, 1)
    return block.move((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)


def glazing(x0: float, x1: float, y0: float, y1: float, z: float, count: int) -> tuple[Solid, Solid]:
    """A wall of glass in the plane z that looks along +z: (panes, frames)."""
    posts = [block(x - 0.04, x + 0.04, y0, y1, z - 0.05, z + 0.06) for x in np.linspace(x0, x1, count + 1)]
    rails = [block(x0, x1, y - 0.05, y + 0.05, z - 0.05, z + 0.06) for y in (y0 + 0.05, y1 - 0.05)]
    return block(x0, x1, y0, y1, z - 0.02, z + 0.02), join(*posts, *rails)


def glass_front(
    x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], hall: float, fields: int
) -> tuple[Solid, Solid, Solid]:
    """A storey between two corners whose front, but for ``hall`` metres at the left, is a wall of glass that stands
    back under the roof, with a pane in either side: (walls and floor, panes, frames)."""
    (left, right), (y0, y1), (back, front) = x, y, z
    walls = [
        block(left, left + 0.3, y0, y1, back, front),
        block(right - 0.3, right, y0, y1, back, front),
        block(left, right, y0, y1, back, back + 0.3),
        block(left, right, y0 - 0.05, y0 + 0.20, back, front),
    ]
    pane, frame = glazing(left + hall, right - 0.3, y0 + 0.20, y1, front - 0.55, fields)
    panes, frames, low, high = [pane], [frame], y0 + 0.9, y1 - 0.35
    for inner, outer, at in ((0.02, 0.03, right), (0.03, 0.02, left)):
        panes.append(block(at - inner, at + outer, low, high, -2.2, 0.8))
        frames += [block(at - 0.05, at + 0.05, low, high, v - 0.04, v + 0.04) for v in (-2.2, -0.7, 0.8)]
    return join(*walls), join(*panes), join(*frames)


def glass_rail(x0: float, x1: float, y: float, z: float) -> tuple[Solid, Solid]:
    """The glass rail of a terrace along x that stands on ``y``: (pane, handrail and posts)."""
    rail = bar([x0, y + 0.97, z], [x1, y + 0.97, z], 0.025)
    posts = [
        block(x - 0.03, x + 0.03, y - 0.1, y + 0.97, z - 0.025, z + 0.025) for x in np.linspace(x0, x1, 4)
    ]
    return block(x0, x1, y - 0.05, y + 0.95, z - 0.015, z + 0.015, 0.005), join(rail, *posts)
