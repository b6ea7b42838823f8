"""Towers that stand alone: watchtower, lighthouse and windmill."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish, glow
from pocket3d_server.models.builtin_text.masonry import (
    Frame,
    door,
    rock_under,
    window,
)
from pocket3d_server.models.builtin_text.round_tower import FLAGS, round_tower
from pocket3d_server.models.language.brief import Brief


def tower(brief: Brief) -> Asset:
    """A lone stone tower with a door; a lighthouse or a windmill when the prompt says so."""
    if brief.has("lighthouse"):
        return lighthouse(brief)
    if brief.has("windmill", "mill"):
        return windmill(brief)
    rng = brief.rng()
    stone, roof = (
        asked(brief, "stone", "stone", None, "wall", main=True),
        asked(brief, "roof", "slate", (0.22, 0.26, 0.42), "roof"),
    )
    height = 9.0 * brief.grown("height")
    radius = 1.8 * brief.grown("width", "girth")
    cap = "battlement" if brief.has("watch", "watchtower", "guard") and brief.style != "fantasy" else "cone"
    parts = round_tower(
        brief,
        "tower",
        radius,
        height,
        stone,
        roof,
        cap,
        asked(brief, "flag", "fabric", FLAGS[int(rng.integers(4))], "flag"),
        rng,
    )
    entry = door(
        "door",
        Frame(np.array([0, 0.1, radius * 1.24]), 0),
        1.0,
        2.1,
        finish("wood", name="door_wood"),
        stone,
        finish("iron"),
        arched=True,
    )
    porch = shapes.rounded_box(1.6, 2.6, 0.7, 0.05, 1).move(0, 1.3, radius * 1.24 - 0.32)
    step = shapes.rounded_box(1.5, 0.12, 0.8, 0.03, 1).move(0, 0.06, radius * 1.24 + 0.3)
    return Asset([*parts, entry, part("porch", (join(porch, step), stone))])


def lighthouse(brief: Brief) -> Asset:
    """A striped tower with a gallery and a lantern on a rock."""
    rng = brief.rng()
    height, rows = 12.0 * brief.grown("height"), brief.count("stripe", 5, 2, 12)
    band = asked(brief, "stripes", "paint", (0.78, 0.10, 0.10), "stripe", "band", main=True)
    white, iron = finish("plaster", (0.95, 0.95, 0.93), "white_wall"), finish("iron", (0.14, 0.16, 0.18))
    edges = np.linspace(0, height, 2 * rows + 1 if rows < 4 else rows * 2)
    radius = lambda y: 2.1 - 0.85 * (y / height) ** 0.85  # noqa: E731
    bands: tuple[list[Solid], list[Solid]] = ([], [])
    for k in range(len(edges) - 1):
        y = np.linspace(edges[k], edges[k + 1], 4)
        bands[k % 2].append(shapes.revolve(np.column_stack([radius(y), y]), 48))
    rock = rock_under(rng)
    top = height
    deck = shapes.revolve(np.array([[1.2, -0.5], [1.85, 0], [1.85, 0.16], [0, 0.16]]), 48).move(y=top)
    rails = [shapes.torus(1.75, 0.05, 48, 8).move(y=top + h) for h in (0.6, 1.05)]
    posts = [
        shapes.cylinder(0.03, 0.95, segments=8).move(1.75, top + 0.12, 0).rotate(y=30 * k) for k in range(12)
    ]
    bars = [
        shapes.cylinder(0.035, 1.5, segments=8).move(1.0, top + 0.15, 0).rotate(y=45 * k) for k in range(8)
    ]
    glass = shapes.cylinder(0.97, 1.5, segments=40).move(y=top + 0.16)
    lens = shapes.revolve(
        curves.smooth_curve([[0.15, 0], [0.42, 0.3], [0.48, 0.55], [0.42, 0.8], [0, 1.1]], 16), 28
    ).move(y=top + 0.3)
    dome = shapes.revolve(
        curves.smooth_curve([[1.25, 0], [1.15, 0.3], [0.75, 0.75], [0.25, 1.02], [0.06, 1.12]], 20), 40
    ).move(y=top + 1.62)
    ball = join(
        shapes.sphere(0.16, 20).move(y=top + 2.85), shapes.cylinder(0.025, 0.8, segments=8).move(y=top + 2.8)
    )
    entry = door(
        "door",
        Frame(np.array([0, 0.42, 2.07]), 0),
        0.95,
        1.9,
        finish("wood", (0.30, 0.16, 0.10), "door_wood"),
        white,
        iron,
        arched=True,
    )
    parts = [
        part("rock", (rock, finish("stone", (0.36, 0.35, 0.34), "rock"))), part("tower_bands", (join(*bands[0]), band)), part("tower", (join(*bands[1]), white)),
        part("gallery", (join(deck, *rails, *posts), iron)), part("lantern_frame", (join(*bars), iron)),
        part("lantern_glass", (glass, finish("glass", (0.85, 0.93, 0.96), "lantern_glass", alpha=0.3))), part("lens", (lens, glow("light", (1.0, 0.90, 0.55)))),
        part("dome", (join(dome, ball), band)), entry,
    ]  # fmt: skip
    pane = glow("window", (0.30, 0.38, 0.45), 0.0)
    for k, (level, turn) in enumerate(((0.34, 20.0), (0.52, -15.0), (0.70, 25.0), (0.5, 180.0))):
        r = float(radius(level * height)) + 0.005
        at = np.array([r * np.sin(np.radians(turn)), level * height, r * np.cos(np.radians(turn))])
        parts.append(window(f"window_{k + 1}", Frame(at, turn), 0.45, 0.7, white, pane, white, arched=True))
    return Asset(parts)


def windmill(brief: Brief) -> Asset:
    """A tower mill with a turning cap and four lattice sails."""
    wall, wood = (
        asked(brief, "walls", "plaster", None, "wall", main=True),
        finish("wood", (0.36, 0.24, 0.15), "sail_wood"),
    )
    height = 7.5 * brief.grown("height")
    octagon = curves.polygon(8, 1.0, 22.5)
    body = shapes.loft(
        np.stack(
            [
                curves.in_plane(octagon * r, y)
                for r, y in ((2.4, 0), (1.45, height), (1.6, height + 0.02), (1.6, height + 0.2))
            ]
        ),
        crease=20,
    )
    cap = (
        shapes.revolve(
            curves.smooth_curve([[1.65, 0], [1.55, 0.5], [1.05, 1.25], [0.4, 1.75], [0, 1.95]], 20), 36
        )
        .scale(1, 1, 1.15)
        .move(y=height + 0.2)
    )
    hub = shapes.cylinder(0.28, 0.9, 0.05, 24).rotate(x=90).move(0, height + 0.75, 1.5)
    count = brief.count("sail", brief.count("blade", 4, 3, 8), 3, 8)
    sails, cloths = [hub], []
    for k in range(count):
        arm = [shapes.rounded_box(0.14, 4.4, 0.12, 0.02, 1).move(0, 2.2, 0)]
        arm += [
            shapes.rounded_box(0.9, 0.05, 0.05, 0.01, 1).move(0.38, y, 0) for y in np.linspace(1.0, 4.3, 10)
        ]
        arm += [shapes.rounded_box(0.05, 3.35, 0.05, 0.01, 1).move(x, 2.65, 0) for x in (0.80, 0.42)]
        cloth = shapes.rounded_box(0.70, 3.25, 0.03, 0.01, 1).move(0.44, 2.65, -0.03)
        sails += [a.rotate(y=8).rotate(z=360 * k / count + 20).move(0, height + 0.75, 2.25) for a in arm]
        cloths.append(cloth.rotate(y=8).rotate(z=360 * k / count + 20).move(0, height + 0.75, 2.25))
    trim, glass = (
        finish("paint", (0.95, 0.94, 0.9), "trim"),
        finish("glass", (0.3, 0.4, 0.46), "window_glass", alpha=1.0),
    )
    parts = [
        part("tower", (body, wall)), part("cap", (cap, asked(brief, "cap", "slate", (0.30, 0.22, 0.20), "roof", "cap"))),
        part("sails", (join(*sails), wood)), part("sail_cloth", (join(*cloths), asked(brief, "sail_cloth", "canvas", None, "sail", "blade"))),
        door("door", Frame(np.array([0, 0.0, 2.16]), 0), 1.0, 2.0, finish("wood", name="door_wood"), trim, finish("iron"), arched=True),
    ]  # fmt: skip
    for k, y in enumerate((0.45, 0.68)):
        z = (2.4 + (1.45 - 2.4) * y) * np.cos(np.pi / 8) + 0.0
        parts.append(
            window(
                f"window_{k + 1}", Frame(np.array([0, y * height, z - 0.03]), 0), 0.6, 0.8, trim, glass, trim
            )
        )
    return Asset(parts)


FAMILIES = (
    Family("tower", ("tower", "lighthouse", "windmill", "watchtower", "wizard tower", "watch tower", "bell tower", "mill", "stone tower"), tower),
)  # fmt: skip
