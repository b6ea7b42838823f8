"""Walls, roofs, windows, doors and battlements that the building families share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Material, Part
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, asked
from pocket3d_server.models.language.brief import RGB, Brief


def hewn(brief: Brief, name: str, rgb: RGB, *nouns: str) -> Finish:
    """Stone of one piece: without the joints of a wall, whichever stone the prompt names."""
    made = asked(brief, name, "concrete", rgb, *nouns, main=True)
    return replace(made, pattern="concrete") if made.pattern == "stone" else made


def parts_only(brief: Brief) -> Brief:
    """The brief without what it says of the whole: for a part that keeps a material of its own."""
    return replace(brief, materials=(), colours=tuple(c for c in brief.colours if c.noun is not None))


def lumpy(solid: Solid, rng: np.random.Generator, amount: float, pitch: float) -> Solid:
    """Swollen and pressed in about the origin by up to ``amount`` of its size, in waves of about ``pitch`` per metre."""
    waves = rng.normal(size=(3, 3)) * pitch
    return solid.deform(lambda v: v * (1 + amount * np.sin(v @ waves).sum(axis=1, keepdims=True)))


@dataclass(frozen=True)
class Frame:
    """A place on a wall: its centre at floor level there, and the degrees that it looks round from +z."""

    at: Points
    turn: float

    def place(self, solid: Solid) -> Solid:
        """From a model that looks along +z, its back at z = 0, to the wall."""
        return solid.rotate(y=self.turn).move(*self.at)


def gable_roof(x: float, z: float, rise: float, over: float = 0.35, thick: float = 0.14) -> Solid:
    """Two tiled slopes over walls of this size, the ridge along x, the eaves' undersides near y = 0."""
    half, slope = z / 2 + over, rise / (z / 2)
    drop = over * slope
    outline = np.array(
        [
            [half, -drop],
            [half, -drop + thick],
            [0, rise + thick * 1.25],
            [-half, -drop + thick],
            [-half, -drop],
            [0, rise],
        ]
    )
    body = shapes.extrude(outline, x + 2 * over, 0.015).rotate(y=90).box_mapped()
    ridge = (
        shapes.cylinder(0.10, x + 2 * over + 0.06, 0.02, 16)
        .rotate(z=-90)
        .move(-(x / 2 + over + 0.03), rise + thick * 1.05, 0)
    )
    courses = []
    run = np.hypot(half, rise + drop)
    rows = max(int(run / 0.30), 3)
    for s in (1, -1):
        for k in range(1, rows):
            f = k / rows
            zc, yc = s * half * f, (rise + drop) * (1 - f) - drop + thick * (1.25 - 0.25 * f)
            lip = shapes.rounded_box(x + 2 * over, 0.035, 0.10, 0.010, 1).rotate(
                x=s * np.degrees(np.arctan(slope))
            )
            courses.append(lip.move(0, yc - 0.005, zc))
    return join(body, ridge, *courses)


def gable_wall(x: float, z: float, height: float, rise: float) -> Solid:
    """The body of a house up to its roof: walls of ``height`` and the gables at both ends along x."""
    outline = np.array([[-z / 2, 0], [z / 2, 0], [z / 2, height], [0, height + rise], [-z / 2, height]])
    return shapes.extrude(outline, x).rotate(y=90).box_mapped()


def window(
    name: str,
    frame: Frame,
    x: float,
    y: float,
    white: Material,
    glass: Material,
    sill: Material,
    shutters: Material | None = None,
    arched: bool = False,
) -> Part:
    """A window of this size with mullions, a sill, and shutters when given their material."""
    outline = _opening(x, y, arched)
    rim = shapes.extrude(outline * [(x + 0.14) / x, (y + 0.14) / y], 0.10, 0.015, holes=[outline]).move(
        z=0.05
    )
    bars = [shapes.box(0.035, y, 0.035).move(z=0.045), shapes.box(x, 0.035, 0.035).move(z=0.045)]
    pane = shapes.extrude(outline, 0.03).move(z=0.02)
    ledge = shapes.rounded_box(x + 0.26, 0.07, 0.20, 0.015, 2).move(0, -y / 2 - 0.09, 0.08)
    pieces = [(frame.place(join(rim, *bars)), white), (frame.place(pane), glass), (frame.place(ledge), sill)]
    if shutters is not None:
        slats = []
        for s in (1, -1):
            board = shapes.rounded_box(x * 0.48, y + 0.06, 0.05, 0.010, 1)
            ribs = [
                shapes.rounded_box(x * 0.36, 0.05, 0.03, 0.008, 1).move(0, v, 0.03)
                for v in np.linspace(-y * 0.40, y * 0.40, max(int(y / 0.11), 3))
            ]
            slats.append(join(board, *ribs).move(s * (x * 0.75 + 0.09), 0, 0.035))
        pieces.append((frame.place(join(*slats)), shutters))
    return part(name, *pieces)


def _opening(x: float, y: float, arched: bool) -> Points:
    if not arched:
        return curves.rectangle(x, y)
    top = curves.arc(x / 2, 0, 180, 13) + [0, y / 2 - x / 2]
    return np.concatenate([[[-x / 2, -y / 2], [x / 2, -y / 2]], top])


def door(
    name: str,
    frame: Frame,
    x: float,
    y: float,
    leaf: Material,
    trim: Material,
    metal: Material,
    arched: bool = False,
) -> Part:
    """A panelled or, when arched, planked door; its foot at the frame's place."""
    outline = _opening(x, y, arched) + [0, y / 2]
    outer = _opening(x + 0.26, y + 0.13, arched) + [0, y / 2 + 0.065]
    # Jambs and lintel as one outline, open at the floor: up around the outside, back down the inside.
    jambs = np.concatenate([outer[1:], outer[:1], outline[:1], outline[:0:-1]])
    rim = shapes.extrude(jambs, 0.14, 0.02).move(z=0.07)
    slab = shapes.extrude(outline, 0.06).move(z=0.03)
    pieces: list[Solid]
    if arched:
        count = max(int(x / 0.22), 3)
        edges = np.linspace(-x / 2, x / 2, count + 1)
        boards = [
            shapes.intersection(
                slab.move(z=0.03),
                shapes.rounded_box(edges[k + 1] - edges[k] - 0.02, y, 0.10, 0.012, 1).move(
                    (edges[k] + edges[k + 1]) / 2, y / 2, 0.04
                ),
            )
            for k in range(count)
        ]
        pieces = [slab, *boards]
        straps = [
            shapes.rounded_box(x * 0.86, 0.07, 0.02, 0.006, 1).move(0, v * y, 0.095) for v in (0.2, 0.65)
        ]
    else:
        pieces = [slab]
        for px in (-x / 4, x / 4):
            for py, ph in ((y * 0.27, y * 0.38), (y * 0.73, y * 0.40)):
                pieces.append(shapes.rounded_box(x * 0.36, ph, 0.03, 0.012, 1).move(px, py, 0.065))
        straps = []
    handle = shapes.sphere(0.045, 18).move(x * 0.36, y * 0.48, 0.11)
    return part(
        name,
        (frame.place(join(*pieces)), leaf),
        (frame.place(rim), trim),
        (frame.place(join(handle, *straps)), metal),
    )


TOOTH = 0.55
"""Width of a merlon, about, in metres."""
COURSE = 0.42
"""Height of a course of stones, about, in metres."""


def crenellations(length: float, high: float, thick: float) -> Solid:
    """A parapet along x standing on y = 0, with merlons on top."""
    count = max(int(length / (2 * TOOTH)), 1)
    pitch = length / count
    wall = shapes.box(length, high * 0.5, thick).move(y=high * 0.25)
    teeth = [
        shapes.rounded_box(pitch * 0.55, high * 0.55, thick, 0.02, 1).move(
            -length / 2 + pitch * (k + 0.5), high * 0.72, 0
        )
        for k in range(count)
    ]
    return join(wall, *teeth)


def round_battlement(radius: float, high: float, thick: float, count: int) -> Solid:
    """A ring of merlons on a corbelled collar, standing on y = 0."""
    collar = [
        [radius - thick * 2, 0],
        [radius - 0.10, 0],
        [radius, 0.22],
        [radius, high * 0.55],
        [radius - thick, high * 0.55],
        [radius - thick, 0.24],
        [radius - thick * 2, 0.24],
    ]
    ring = shapes.revolve(np.array(collar), 48, crease=35, closed=True)
    span = 360 / count
    sector = np.concatenate(
        [
            curves.arc(radius, -span * 0.29, span * 0.29, 6),
            curves.arc(radius - thick, span * 0.29, -span * 0.29, 6),
        ]
    )
    tooth = shapes.extrude(sector, high * 0.5, 0.015).rotate(x=-90).move(y=high * 0.77)
    return join(ring, *[tooth.rotate(y=span * k) for k in range(count)])


def stone_courses(
    radius_low: float,
    radius_high: float,
    height: float,
    rng: np.random.Generator,
) -> Solid:
    """A round wall on y = 0 of courses that stand in and out a little, like laid stone."""
    rows = max(int(height / COURSE), 2)
    y = np.linspace(0, height, rows + 1)
    outline: list[list[float]] = []
    for k in range(rows):
        a, b = (radius_low + (radius_high - radius_low) * v / height for v in (y[k], y[k + 1]))
        out = float(rng.uniform(0, 0.02))
        outline += [
            [a + out, y[k] + 0.015],
            [b + out, y[k + 1] - 0.015],
            [b - 0.015, y[k + 1] - 0.012],
            [b - 0.015, y[k + 1] + 0.012],
        ]
    outline[-1] = [radius_high - 0.016, height]
    outline.insert(0, [radius_low - 0.015, 0.0])
    return shapes.revolve(curves.without_repeats(np.array(outline), closed=False), 44, crease=30)


def column(height: float, radius: float, segments: int, flutes: bool = True) -> Solid:
    """A fluted column with base and capital, standing on y = 0."""
    shaft_line = [(1.0, 0.07), (0.985, 0.4), (0.93, 0.7), (0.86, 0.93)]
    count = 20 if flutes else segments
    t = np.linspace(0, 2 * np.pi, count * 3, endpoint=False)
    wave = 1 - 0.055 * (1 - np.abs(np.cos(t * count / 2)) ** 0.7) if flutes else np.ones_like(t)
    rings = np.stack(
        [
            np.column_stack(
                [radius * r * wave * np.sin(t), np.full(len(t), y * height), radius * r * wave * np.cos(t)]
            )
            for r, y in shaft_line
        ]
    )
    base = shapes.revolve(
        curves.rounded(
            np.array([[1.32, 0], [1.32, 0.035], [1.12, 0.045], [1.12, 0.075], [0, 0.075]]) * [radius, height],
            0.02 * radius,
            2,
            closed=False,
        ),
        segments,
    )
    head = shapes.revolve(
        np.array(
            [
                [0.84, 0.92],
                [0.95, 0.925],
                [0.95, 0.935],
                [1.0, 0.94],
                [1.32, 0.965],
                [1.32, 0.975],
                [0, 0.975],
            ]
        )
        * [radius, height],
        segments,
    )
    slab = shapes.box(2.8 * radius, 0.025 * height, 2.8 * radius).move(y=0.9875 * height)
    return join(shapes.loft(rings, crease=60), base, head, slab)  # fmt: skip


def framed(
    frame: Frame, wide: float, high: float, leaf: Finish, trim: Finish, cross: bool = True
) -> list[tuple[Solid, Finish]]:
    """A boarded leaf with a light border and, with ``cross``, two diagonals; its foot at the frame's place."""
    w = 0.13
    board = shapes.rounded_box(wide, high, 0.06, 0.01, 1).move(0, high / 2, 0.03)
    seams = [
        shapes.box(0.02, high - 0.1, 0.02).move(x, high / 2, 0.062)
        for x in np.arange(-wide / 2 + 0.25, wide / 2 - 0.1, 0.25)
    ]
    bars = [
        shapes.rounded_box(w, high, 0.05, 0.01, 1).move(s * (wide / 2 - w / 2), high / 2, 0.085)
        for s in (1, -1)
    ]
    bars += [shapes.rounded_box(wide, w, 0.05, 0.01, 1).move(0, y, 0.085) for y in (w / 2, high - w / 2)]
    if cross:
        corner = np.array([wide / 2 - w, high / 2 - w])
        bars += [
            shapes.sweep(
                [[-corner[0] * s, w, 0.08], [corner[0] * s, high - w, 0.08]],
                1.0,
                curves.rectangle(0.045, w * 0.9),
            )
            for s in (1, -1)
        ]
    return [(frame.place(join(board, *seams)), leaf), (frame.place(join(*bars)), trim)]  # fmt: skip


def rock_under(rng: np.random.Generator) -> Solid:
    """A rugged rock, 7.6 metres across, whose top is flat enough to build on."""
    rock_rng = rng.normal(size=(60, 3))
    rock = shapes.hull(
        rock_rng
        / np.linalg.norm(rock_rng, axis=1, keepdims=True)
        * [3.8, 1.1, 3.8]
        * rng.uniform(0.88, 1, (60, 1)),
        crease=15,
    )
    rock = rock.deform(lambda v: np.column_stack([v[:, 0], np.maximum(v[:, 1], -0.5), v[:, 2]])).move(y=-0.25)
    return rock
