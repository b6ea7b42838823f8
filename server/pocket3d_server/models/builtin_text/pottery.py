"""What vessels share: glazed walls turned on the wheel, hollow inside, and the handles put on them."""

from __future__ import annotations

import numpy as np

from pocket3d_server.geometry import curves, shapes
from pocket3d_server.geometry.curves import Rows
from pocket3d_server.geometry.solid import Points, Solid
from pocket3d_server.models.builtin_text.finishes import Finish, asked
from pocket3d_server.models.language.brief import RGB, Brief

GLAZES: tuple[RGB, ...] = (
    (0.20, 0.42, 0.52),
    (0.75, 0.36, 0.24),
    (0.90, 0.86, 0.78),
    (0.30, 0.45, 0.34),
    (0.18, 0.24, 0.42),
)


DRINKS: dict[str, RGB] = {
    "coffee": (0.20, 0.11, 0.06), "tea": (0.55, 0.26, 0.08), "milk": (0.96, 0.95, 0.92),
    "chocolate": (0.26, 0.13, 0.08), "beer": (0.85, 0.58, 0.12),
}  # fmt: skip
"""What one drinks, and its colour."""


def glaze(brief: Brief, name: str, *nouns: str, kind: str = "ceramic") -> Finish:
    """A pot's material: what the prompt says, else glazed ceramic in one of a few colours."""
    return asked(brief, name, kind, GLAZES[int(brief.rng(5).integers(len(GLAZES)))], *nouns, main=True)


def hollow(outer: Points, wall: float, floor: float, detail: int) -> Solid:
    """A vessel from its outer profile (from the foot's edge up to the rim), with a wall and a rounded rim."""
    inner = curves.resample(np.column_stack([np.maximum(outer[:, 0] - wall, 0.001), outer[:, 1]]), 40)[::-1]
    inner = inner[inner[:, 1] > outer[0, 1] + floor]
    rim = [[(outer[-1, 0] + inner[0, 0]) / 2, outer[-1, 1] + wall * 0.45]]
    bottom = [[inner[-1, 0] * 0.85, outer[0, 1] + floor], [0.0, outer[0, 1] + floor]]
    return shapes.revolve(np.concatenate([outer, rim, inner, bottom]), detail, crease=50)


def handle(points: Rows, thick: float, flat: float = 1.5) -> Solid:
    """A loop of strap from spatial points."""
    path = curves.smooth_curve(points, 28)
    swell = 1 + 0.25 * np.abs(np.linspace(-1, 1, 28)) ** 2
    return shapes.sweep(path, thick * swell, curves.ellipse(1.0, flat, 16, 2.6))


def fluted(body: Solid, count: int, high: float) -> Solid:
    """A vessel ``high`` metres high with ``count`` soft ribs that fade at its foot and at its mouth."""

    def swell(v: Points) -> Points:
        a, t = np.arctan2(v[:, 0], v[:, 2]), (v[:, 1] / high).clip(0, 1)
        v[:, [0, 2]] *= (1 + 0.035 * np.cos(count * a) * np.sin(np.pi * t) ** 0.7)[:, None]
        return v

    return body.deform(swell)


def ring_on(outer: Points, y: float) -> Solid:
    """A raised band around a vessel with this ``outer`` profile at height ``y``."""
    return shapes.torus(float(np.interp(y, outer[:, 1], outer[:, 0])) + 0.0005, 0.005, 56, 10).move(y=y)


def filling(outer: Points, level: float, detail: int) -> Solid:
    """A drink up to height ``level`` in a vessel with this outer profile."""
    inner = float(np.interp(level, outer[:, 1], outer[:, 0])) - 0.0045
    rows = [[inner * 0.96, level - 0.012], [inner + 0.0006, level], [0, level + 0.0002]]
    return shapes.revolve(np.array(rows), detail)


def saucer(detail: int) -> Solid:
    """A small plate for a cup, on y = 0."""
    outline = curves.smooth_curve([[0.030, 0], [0.034, 0.002], [0.05, 0.006], [0.078, 0.016]], 20)
    return hollow(outline, 0.003, 0.004, detail)
