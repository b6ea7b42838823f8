"""Balls for games. A football's panels follow the truncated icosahedron; others have the seams of their game."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Points, Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import Finish, asked, finish
from pocket3d_server.models.builtin_text.making import copies
from pocket3d_server.models.language.brief import RGB, Brief


def ball(brief: Brief) -> Asset:
    """A football of 32 panels, a striped beach ball, a basketball, a tennis ball, or a bowling ball."""
    if brief.has("soccer", "football"):
        return football(brief)
    if brief.has("beach", "striped"):
        return beach_ball(brief)
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    if brief.has("basketball"):
        hoops = [
            np.column_stack([np.cos(t), np.sin(t), 0 * t]),
            np.column_stack([0 * t, np.sin(t), np.cos(t)]),
        ]
        sides = [np.column_stack([0 * t + s * 0.62, np.cos(t) * 0.78, np.sin(t) * 0.78]) for s in (1, -1)]
        stuff = asked(brief, "ball", "rubber", (0.80, 0.36, 0.10), main=True)
        return seamed(brief, 0.12, stuff, [*hoops, *sides], 0.018, (0.06, 0.05, 0.05))
    if brief.has("tennis"):
        c = 0.44  # the curve of a tennis ball's seam
        x, y = c * np.cos(t) + (1 - c) * np.cos(3 * t), c * np.sin(t) - (1 - c) * np.sin(3 * t)
        seam = np.column_stack([x, y, 2 * np.sqrt(c * (1 - c)) * np.sin(2 * t)])
        stuff = asked(brief, "ball", "fabric", (0.80, 0.90, 0.22), main=True)
        return seamed(brief, 0.033, stuff, [seam], 0.035, (0.95, 0.95, 0.93))
    return bowling_ball(brief)


def seamed(brief: Brief, radius: float, stuff: Finish, lines: list[Points], thick: float, rgb: RGB) -> Asset:
    """A ball with seams along ``lines``, which run about the origin; ``thick`` is a share of the radius."""
    r = radius * brief.grown("girth")
    on_it = [r * line / np.linalg.norm(line, axis=1, keepdims=True) for line in lines]
    seams = join(*(shapes.sweep(line, r * thick, 8, closed=True).move(y=r) for line in on_it))
    body = shapes.sphere(r, brief.detail(64)).move(y=r)
    return Asset([
        part("ball", (body, stuff)), part("seams", (seams, asked(brief, "seams", "rubber", rgb, "seam", "line"))),
    ])  # fmt: skip


def bowling_ball(brief: Brief) -> Asset:
    """A heavy ball with three holes for the fingers."""
    r = 0.11 * brief.grown("girth")
    body = shapes.sphere(r, brief.detail(64)).move(y=r)
    hole = shapes.cylinder(0.013, 0.01, segments=24)
    holes = copies(hole, [[x, r * 0.999, z] for x, z in ((-0.016, 0.0), (0.016, 0.0), (0.0, 0.032))])
    stuff = asked(brief, "ball", "plastic", (0.10, 0.16, 0.42), main=True)
    return Asset(
        [
            part("ball", (body, stuff)),
            part(
                "holes",
                (holes.rotate(x=28, z=-12).move(y=r - 0.006), finish("plastic", (0.02, 0.02, 0.02), "hole")),
            ),
        ]
    )


def beach_ball(brief: Brief) -> Asset:
    """A light ball of eight gores in four colours, with its valve on top."""
    r, first = 0.20, asked(brief, "panel", "plastic", (0.85, 0.14, 0.14), main=True)
    others = {"white": (0.96, 0.95, 0.92), "blue": (0.12, 0.35, 0.72), "yellow": (0.97, 0.78, 0.15)}
    tints = [first, *(finish("plastic", rgb, f"{name}_panel") for name, rgb in others.items())]
    parts = []
    for k in range(8):
        a = np.linspace(0, 45, 7) + 45 * k
        lat = np.radians(np.linspace(-89.5, 89.5, 25))
        rings = [np.concatenate([_sphere_points(r, f, a), _sphere_points(r * 0.97, f, a[::-1])]) for f in lat]
        parts.append(
            part(f"panel_{k + 1}", (shapes.loft(np.stack(rings), crease=50).move(y=r), tints[k % 4]))
        )
    valve = shapes.sphere(r * 0.12, 16).scale(1, 0.3, 1).move(y=2 * r - 0.002)
    return Asset([*parts, part("valve", (valve, tints[1]))])


def _sphere_points(r: float, latitude: float, longitude: np.ndarray) -> np.ndarray:
    a = np.radians(longitude)
    return r * np.column_stack(
        [np.cos(latitude) * np.sin(a), np.full(len(a), np.sin(latitude)), np.cos(latitude) * np.cos(a)]
    )


def football(brief: Brief) -> Asset:
    """Panels of a truncated icosahedron, each domed out to the sphere."""
    from scipy.spatial import ConvexHull

    r, golden = 0.11, (1 + 5**0.5) / 2
    corners = np.array([[0, s, t * golden] for s in (1, -1) for t in (1, -1)], dtype=float)
    ico = np.concatenate([corners, corners[:, [2, 0, 1]], corners[:, [1, 2, 0]]])
    ico /= np.linalg.norm(ico[0])
    white, black = (
        asked(brief, "white_panels", "leather", (0.95, 0.95, 0.94), main=True),
        asked(brief, "black_panels", "leather", (0.05, 0.05, 0.06), "panel", "spot", "patch"),
    )
    near = np.arccos(np.clip(ico @ ico.T, -1, 1)) < 1.2

    def panel(outline: np.ndarray) -> Solid:
        centre = outline.mean(axis=0)
        dense = np.concatenate(
            [
                outline[k] + (np.roll(outline, -1, axis=0)[k] - outline[k]) * np.linspace(0, 1, 7)[:-1, None]
                for k in range(len(outline))
            ]
        )
        rings = [centre + (dense - centre) * s * 0.985 for s in (1.0, 0.92, 0.75, 0.5, 0.25, 0.02)]
        lifts = (0.975, 1.0, 1.008, 1.012, 1.014, 1.014)
        shell = [
            ring / np.linalg.norm(ring, axis=1, keepdims=True) * r * lift for ring, lift in zip(rings, lifts)
        ]
        inner = rings[0] / np.linalg.norm(rings[0], axis=1, keepdims=True) * r * 0.93
        return shapes.loft(np.stack([inner, *shell]), crease=40)

    blacks, whites = [], []
    for k in range(12):
        around = np.flatnonzero(near[k] & (np.arange(12) != k))
        helper = np.cross(ico[k], ico[around[0]])
        side = np.cross(helper, ico[k])
        angle = np.arctan2(
            (ico[around] - ico[k]) @ (helper / np.linalg.norm(helper)),
            (ico[around] - ico[k]) @ (side / np.linalg.norm(side)),
        )
        around = around[np.argsort(angle)]
        blacks.append(panel(ico[k] * 2 / 3 + ico[around] / 3))
    for a, b, c in ConvexHull(ico).simplices:
        loop = [(a, b), (b, a), (b, c), (c, b), (c, a), (a, c)]
        whites.append(panel(np.array([ico[p] * 2 / 3 + ico[q] / 3 for p, q in loop])))
    core = shapes.sphere(r * 0.965, 48)
    return Asset(
        [
            part("core", (core.move(y=r * 1.014), finish("rubber", name="seams"))),
            part("white_panels", (join(*whites).move(y=r * 1.014), white)),
            part("black_panels", (join(*blacks).move(y=r * 1.014), black)),
        ]
    )


FAMILIES = (
    Family("ball", ("ball", "football", "soccer ball", "basketball", "tennis ball", "bowling ball", "beach ball"), ball),
)  # fmt: skip
