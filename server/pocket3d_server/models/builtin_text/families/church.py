"""Churches and chapels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.church_parts import (
    belfry,
    buttresses,
    church_base,
    spire_on,
    tower_bands,
    tower_clock,
)
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import Frame, door, gable_roof, gable_wall, window
from pocket3d_server.models.builtin_text.organic.ground import grounded
from pocket3d_server.models.language.brief import RGB, Brief


def cross(height: float, thick: float) -> Solid:
    """A cross standing on y = 0."""
    post = shapes.rounded_box(thick, height, thick, thick * 0.15, 1).move(y=height / 2)
    return join(post, shapes.rounded_box(height * 0.62, thick, thick, thick * 0.15, 1).move(y=height * 0.68))


def church(brief: Brief) -> Asset:
    """A nave with a steep roof and buttresses, a bell tower with a spire and a cross in front, arched lit windows."""
    rng = brief.rng()
    stony = brief.has("stone", "gothic", "cathedral", "medieval", "old") or rng.random() < 0.4
    wall = asked(
        brief,
        "walls",
        "stone" if stony else "paint",
        None if stony else (0.95, 0.94, 0.91),
        "wall",
        main=True,
        roughness=0.85,
    )
    roof = asked(brief, "roof", "slate" if rng.random() < 0.6 else "tile", None, "roof", "spire")
    trim, gold = (
        asked(brief, "trim", "concrete", (0.82, 0.80, 0.75), "trim", "frame"),
        asked(brief, "cross", "gold", None, "cross"),
    )
    panes: tuple[RGB, ...] = ((0.30, 0.46, 0.85), (0.92, 0.66, 0.22), (0.75, 0.22, 0.25))
    glass = glow("stained_glass", panes[int(brief.rng(1).integers(3))], 0.35)
    wide, long, high, rise = 6.0 * brief.grown("width"), 11.0 * brief.grown("length"), 4.4, 3.2
    turn = lambda s: s.rotate(y=90)  # noqa: E731
    nave = turn(gable_wall(long, wide, high, rise))
    cover = turn(gable_roof(long, wide, rise, 0.30, 0.16)).move(y=high)
    front, half = long / 2, 1.45
    tall = 9.5 * brief.grown("height")
    z = front + half - 0.4
    tower = shapes.box(2 * half, tall, 2 * half).move(0, tall / 2, z)
    bands = tower_bands(half, tall, high, z)
    corner = [
        shapes.rounded_box(0.42, tall * 0.74, 0.42, 0.03, 1).move(s * half, tall * 0.37, z + e * half)
        for s in (1, -1)
        for e in (1, -1)
    ]
    spire_h = 5.6 * brief.grown("height")
    spire = spire_on(half, tall, z, spire_h)
    butt = buttresses(wide, long, high)
    base = church_base(wide, long, half, z)
    parts: list[Part] = [
        part("nave", (nave, wall)), part("roof", (cover, roof)), part("tower", (tower, wall), (join(*corner), wall)), part("bands", (join(*bands), trim)), part("spire", (spire, roof)),
        part("cross", (cross(1.3, 0.12).move(0, tall + spire_h, z), gold), (cross(0.9, 0.09).move(0, high + rise + 0.1, -long / 2), gold)),
        part("buttresses", (butt, wall)), part("plinth", (base, trim)),
        door("door", Frame(np.array([0, 0.4, z + half]), 0), 1.4, 2.5, finish("wood", (0.34, 0.19, 0.10), "door_wood"), trim, finish("iron"), arched=True),
    ]  # fmt: skip
    spots = [
        (np.array([s * wide / 2, high * 0.52, v]), 90.0 * s, 0.8, 2.1)
        for s in (1, -1)
        for v in np.linspace(-long / 2 + 1.6, long / 2 - 1.6, 4)
    ]
    spots += [(np.array([0, high + 0.1, z + half]), 0.0, 0.9, 1.2)]
    for k, (at, angle, x, y) in enumerate(spots):
        parts.append(window(f"window_{k + 1}", Frame(at, angle), x, y, trim, glass, trim, arched=True))
    parts += belfry(half, tall, z, trim)
    parts.append(tower_clock(tall * 0.63, z + half))
    return Asset(parts)  # fmt: skip


FAMILIES = (
    Family("church", ("church", "chapel", "cathedral", "village church", "stone church", "gothic church", "white church"), grounded(church, centre=True)),
)  # fmt: skip
