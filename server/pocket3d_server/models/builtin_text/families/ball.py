"""Balls for games. A football's panels follow the truncated icosahedron; others have the seams of their game."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.solid import Solid, join, part
from pocket3d_server.models.builtin_text.family import Family
from pocket3d_server.models.builtin_text.finishes import asked, finish
from pocket3d_server.models.language.brief import Brief


def ball(brief: Brief) -> Asset:
    """A football of 32 panels, a basketball, a tennis ball, a bowling ball, or a striped beach ball."""
    if brief.has("soccer", "football"):
        return _football(brief)
    if brief.has("beach", "striped"):
        r, first = 0.20, asked(brief, "panel", "plastic", (0.85, 0.14, 0.14), main=True)
        tints = [
            first,
            finish("plastic", (0.96, 0.95, 0.92), "white_panel"),
            finish("plastic", (0.12, 0.35, 0.72), "blue_panel"),
            finish("plastic", (0.97, 0.78, 0.15), "yellow_panel"),
        ]
        gore = []
        for k in range(8):
            a = np.linspace(0, 45, 7) + 45 * k
            lat = np.radians(np.linspace(-89.5, 89.5, 25))
            rings = [
                np.concatenate([_sphere_points(r, f, a), _sphere_points(r * 0.97, f, a[::-1])]) for f in lat
            ]
            gore.append((shapes.loft(np.stack(rings), crease=50).move(y=r), tints[k % 4]))
        return Asset(
            [part(f"panel_{k + 1}", g) for k, g in enumerate(gore)]
            + [part("valve", (shapes.sphere(r * 0.12, 16).scale(1, 0.3, 1).move(y=2 * r - 0.002), tints[1]))]
        )
    basket, tennis = brief.has("basketball"), brief.has("tennis")
    r = (0.12 if basket else 0.033 if tennis else 0.11) * brief.grown("girth")
    stuff = asked(
        brief,
        "ball",
        "rubber" if basket else "fabric" if tennis else "plastic",
        (0.80, 0.36, 0.10) if basket else (0.80, 0.90, 0.22) if tennis else (0.10, 0.16, 0.42),
        main=True,
    )
    body = shapes.sphere(r, brief.detail(64)).move(y=r)
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    if not basket and not tennis:
        holes = [
            shapes.cylinder(0.013, 0.01, segments=24).move(x, r * 0.999 + 0.0, z)
            for x, z in ((-0.016, 0.0), (0.016, 0.0), (0.0, 0.032))
        ]
        marks = [h.rotate(x=28, z=-12).move(y=r - 0.006) for h in holes]
        return Asset(
            [
                part("ball", (body, stuff)),
                part("holes", (join(*marks), finish("plastic", (0.02, 0.02, 0.02), "hole"))),
            ]
        )
    lines: list[np.ndarray] = []
    if basket:
        circle = np.column_stack([np.cos(t), np.sin(t), 0 * t])
        lines += [circle, circle[:, [2, 1, 0]]]
        for s in (1, -1):
            curve = np.column_stack([s * (0.62 + 0.0 * t), np.cos(t) * 0.78, np.sin(t) * 0.78])
            lines.append(curve)
    else:
        c = 0.44
        lines.append(
            np.column_stack(
                [
                    c * np.cos(t) + (1 - c) * np.cos(3 * t),
                    c * np.sin(t) - (1 - c) * np.sin(3 * t),
                    2 * np.sqrt(c * (1 - c)) * np.sin(2 * t),
                ]
            )
        )
    seams = [
        shapes.sweep(
            r * line / np.linalg.norm(line, axis=1, keepdims=True),
            r * (0.018 if basket else 0.035),
            8,
            closed=True,
        ).move(y=r)
        for line in lines
    ]
    return Asset(
        [
            part("ball", (body, stuff)),
            part(
                "seams",
                (
                    join(*seams),
                    asked(
                        brief,
                        "seams",
                        "rubber",
                        (0.06, 0.05, 0.05) if basket else (0.95, 0.95, 0.93),
                        "seam",
                        "line",
                    ),
                ),
            ),
        ]
    )


def _sphere_points(r: float, latitude: float, longitude: np.ndarray) -> np.ndarray:
    a = np.radians(longitude)
    return r * np.column_stack(
        [np.cos(latitude) * np.sin(a), np.full(len(a), np.sin(latitude)), np.cos(latitude) * np.cos(a)]
    )


def _football(brief: Brief) -> Asset:
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
