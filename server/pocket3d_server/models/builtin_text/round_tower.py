"""Round towers with battlements or a cone for a roof, and the flags on them."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.finishes import Finish, finish
from pocket3d_server.models.builtin_text.masonry import (
    round_battlement,
    stone_courses,
)
from pocket3d_server.models.language.brief import RGB, Brief

FLAGS: tuple[RGB, ...] = ((0.70, 0.10, 0.12), (0.12, 0.22, 0.55), (0.85, 0.65, 0.12), (0.12, 0.42, 0.26))


def cone_roof(radius: float, height: float) -> Solid:
    """A slender tiled cone with a flared eave, standing on y = 0."""
    outline = [
        [radius * 0.8, 0.02],
        [radius, 0.0],
        [radius * 1.02, 0.05],
        [radius * 0.80, height * 0.14],
        [radius * 0.40, height * 0.55],
        [0, height],
    ]
    rows = curves.smooth_curve(np.array(outline[2:]), 14)
    return shapes.revolve(np.concatenate([outline[:2], rows]), 40, crease=25)


def flag(height: float, colour: Finish, pole: Finish, name: str) -> Part:
    """A pennant flying from a pole on y = 0."""
    t = np.linspace(0, 1, 12)
    wave = 0.07 * height * np.sin(5.5 * t) * t
    half = 0.14 * height * (1 - t) + 0.008
    rings = np.stack([
        np.stack([0.55 * height * t, np.full(12, 0.83 * height) + s * half, wave + d], axis=1)
        for s, d in ((-1, -0.006), (1, -0.006), (1, 0.006), (-1, 0.006))
    ], axis=1)  # fmt: skip
    staff = join(
        shapes.cylinder(0.02 * height, height, segments=12), shapes.sphere(0.035 * height, 14).move(y=height)
    )
    return part(name, (shapes.loft(rings), colour), (staff, pole))


def round_tower(
    brief: Brief,
    name: str,
    radius: float,
    height: float,
    stone: Finish,
    roof: Finish,
    cap: str,
    colour: Finish,
    rng: np.random.Generator,
) -> list[Part]:
    """A round tower on y = 0; ``cap`` is ``cone`` or ``battlement``."""
    wall = stone_courses(radius * 1.10, radius, height, rng)
    plinth = shapes.revolve(
        curves.rounded(
            np.array([[radius * 1.26, 0], [radius * 1.24, 0.5], [radius * 1.08, 0.9], [0, 0.9]]),
            0.05,
            2,
            closed=False,
        ),
        44,
    )
    crown = round_battlement(radius * 1.22, 1.1, 0.26, max(int(radius * 6), 8)).move(y=height - 0.4)
    floor = shapes.cylinder(radius * 1.05, 0.1, segments=36).move(y=height - 0.25)
    slits = []
    for k in range(max(int(height / 3), 1)):
        slit = shapes.extrude(
            np.concatenate([[[-0.11, -0.45], [0.11, -0.45]], curves.arc(0.11, 0, 180, 7) + [0, 0.4]]), 0.12
        )
        y = 1.9 + 2.6 * k
        out = radius * (1.10 - 0.10 * y / height) + 0.005
        slits += [slit.move(0, y, out).rotate(y=a + 50 * k) for a in (20, 140, 260)]
    parts = [
        part(name, (join(wall, plinth, crown, floor), stone)),
        part(f"{name}_windows", (join(*slits), finish("stone", (0.06, 0.06, 0.07), "dark_opening"))),
    ]
    if cap == "cone":
        tall = radius * (3.4 if brief.style in ("fantasy", "cartoon", "luxury") else 2.6)
        parts.append(part(f"{name}_roof", (cone_roof(radius * 1.32, tall).move(y=height + 0.25), roof)))
        height += tall + 0.15
    banner = flag(1.8, colour, finish("wood", (0.30, 0.2, 0.12), "pole"), f"{name}_flag")
    for p in banner.primitives:
        p.vertices = np.asarray(p.vertices) + [0, height - 0.25, 0]
    return [*parts, banner]
