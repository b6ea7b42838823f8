"""Churches and chapels."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Part
from pocket3d_server.geometry.solid import Solid, join, part
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
    bands = [
        shapes.rounded_box(2 * half + 0.24, 0.24, 2 * half + 0.24, 0.04, 1).move(0, y, z)
        for y in (0.35, high + 0.3, tall * 0.72, tall)
    ]
    corner = [
        shapes.rounded_box(0.42, tall * 0.74, 0.42, 0.03, 1).move(s * half, tall * 0.37, z + e * half)
        for s in (1, -1)
        for e in (1, -1)
    ]
    spire_h = 5.6 * brief.grown("height")
    spire = shapes.prism(8, half * 1.12, spire_h, top=0.05).move(0, tall + 0.1, z)
    pins = [
        shapes.prism(4, 0.30, 1.3, top=0.02).move(s * half * 0.88, tall + 0.1, z + e * half * 0.88)
        for s in (1, -1)
        for e in (1, -1)
    ]
    butt = []
    for s in (1, -1):
        for v in np.linspace(-long / 2 + 0.3, long / 2 - 0.3, 5):
            butt.append(
                shapes.rounded_box(0.75, high * 0.62, 0.55, 0.03, 1).move(
                    s * (wide / 2 + 0.25), high * 0.31, v
                )
            )
            butt.append(
                shapes.hull(
                    [[s * (wide / 2 - 0.1), high * 0.62, v + d] for d in (-0.275, 0.275)]
                    + [[s * (wide / 2 + 0.62), high * 0.62, v + d] for d in (-0.275, 0.275)]
                    + [[s * (wide / 2 - 0.1), high * 0.88, v + d] for d in (-0.275, 0.275)]
                )
            )
    plinth = [
        shapes.rounded_box(wide + 0.4, 0.4, long + 0.4, 0.04, 1).move(y=0.2),
        shapes.rounded_box(2 * half + 0.5, 0.4, 2 * half + 0.5, 0.04, 1).move(0, 0.2, z),
    ]
    steps = [
        shapes.rounded_box(2.4 + 0.5 * k, 0.15, 0.5, 0.02, 1).move(
            0, 0.32 - 0.14 * k, z + half + 0.35 + 0.35 * k
        )
        for k in range(3)
    ]
    parts: list[Part] = [
        part("nave", (nave, wall)), part("roof", (cover, roof)), part("tower", (tower, wall), (join(*corner), wall)), part("bands", (join(*bands), trim)), part("spire", (join(spire, *pins), roof)),
        part("cross", (cross(1.3, 0.12).move(0, tall + spire_h, z), gold), (cross(0.9, 0.09).move(0, high + rise + 0.1, -long / 2), gold)),
        part("buttresses", (join(*butt), wall)), part("plinth", (join(*plinth, *steps), trim)),
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
    louvre = finish("wood", (0.16, 0.12, 0.10), "louvres")
    for k, angle in enumerate((0.0, 90.0, 180.0, 270.0)):
        a = np.radians(angle)
        at = np.array([np.sin(a) * half, tall * 0.85, z + np.cos(a) * half])
        parts.append(window(f"belfry_{k + 1}", Frame(at, angle), 0.9, 1.7, trim, louvre, trim, arched=True))
    dial = shapes.cylinder(0.5, 0.08, 0.02, 32).rotate(x=90).move(0, tall * 0.63, z + half)
    ring = shapes.torus(0.5, 0.08, 32, 8).rotate(x=90).move(0, tall * 0.63, z + half + 0.07)
    hands = [
        shapes.box(0.05, 0.36, 0.03).move(y=0.16).rotate(z=-60).move(0, tall * 0.63, z + half + 0.1),
        shapes.box(0.04, 0.46, 0.03).move(y=0.2).move(0, tall * 0.63, z + half + 0.1),
    ]
    parts.append(
        part(
            "clock",
            (dial, finish("paint", (0.95, 0.94, 0.90), "dial")),
            (join(ring, *hands), finish("iron", name="hands")),
        )
    )
    return Asset(parts)  # fmt: skip


FAMILIES = (
    Family("church", ("church", "chapel", "cathedral", "village church", "stone church", "gothic church", "white church"), grounded(church, centre=True)),
)  # fmt: skip
